"""A vector for each character of each chunk, for late interaction: made once, when the index is built.

A question then costs a few small products instead of reading its sections again.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from askwiki.errors import IndexDamagedError
from askwiki.index.npy import from_npy, require_starts, to_npy
from askwiki.rerank import Reranker, Rows, readable
from askwiki.schema import Chunk

FILES = ("rows.npy", "rows-starts.npy")


class MultiVectorIndex:
    """The rows of all chunks, one after the other.

    Args:
        rows: int8, (n_rows, width).
        starts: int64, (n_chunks + 1,); chunk i has `rows[starts[i]:starts[i + 1]]`.
    """

    def __init__(self, rows: Rows, starts: npt.NDArray[np.int64]) -> None:
        self._rows, self._starts = rows, starts

    @classmethod
    def build(
        cls,
        chunks: Sequence[Chunk],
        reranker: Reranker,
        known: Mapping[str, Rows] | None = None,
    ) -> "MultiVectorIndex":
        """Over what the reranker reads of `chunks`; `known` rows by the text read are taken over."""
        known = known or {}
        texts = [readable(chunk) for chunk in chunks]
        parts = [known[text] if text in known else reranker.rows(text) for text in texts]
        lengths = [len(part) for part in parts]
        starts = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))).astype(np.int64)
        return cls(np.concatenate([reranker.rows(""), *parts]), starts)

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> "MultiVectorIndex":
        """The index that `to_files` gave.

        Raises:
            IndexDamagedError: a file cannot be read, or the two do not fit each other.
        """
        rows = from_npy(files, "rows.npy", "|i1", 2)
        starts = from_npy(files, "rows-starts.npy", "<i8")
        if not len(starts):
            raise IndexDamagedError("rows-starts.npy is empty")
        require_starts(starts, len(starts) - 1, len(rows), "rows-starts.npy")
        return cls(rows, starts)

    def to_files(self) -> dict[str, bytes]:
        """The files named in `FILES`."""
        return {"rows.npy": to_npy(self._rows), "rows-starts.npy": to_npy(self._starts)}

    def __len__(self) -> int:
        """Chunks."""
        return len(self._starts) - 1

    def __getitem__(self, chunk: int) -> Rows:
        """(n_characters, width) int8: the rows of one chunk.

        Raises:
            IndexError: there is no such chunk.
        """
        if not 0 <= chunk < len(self):
            raise IndexError(f"expected a chunk from 0 to {len(self) - 1}, got {chunk}")
        return self._rows[self._starts[chunk] : self._starts[chunk + 1]]
