"""The dense arm: exact inner products over unit rows, by FAISS.

`faiss` is imported on first use, and everything runs on one thread per query:
OpenMP keeps its thread count per calling thread, so it is set before each
search rather than once at load.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from askwiki.embed import Vectors
from askwiki.errors import IndexDamagedError, IndexMismatchError

Ids = npt.NDArray[np.int64]


class DenseIndex:
    """A finished `faiss.IndexFlatIP`; row i is chunk i. Safe to search from many threads."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(cls, rows: Vectors) -> "DenseIndex":
        """Over `rows`, (n, dim) float32.

        Raises:
            IndexMismatchError: the rows are of another shape or type, or not all finite.
        """
        import faiss

        if rows.ndim != 2 or rows.dtype != np.float32:
            raise IndexMismatchError(
                f"expected (n, dim) float32 rows, got {rows.shape} {rows.dtype}"
            )
        if not np.isfinite(rows).all():
            bad = int(np.isfinite(rows).all(axis=1).argmin())
            raise IndexMismatchError(f"expected finite rows, got a NaN or infinity in row {bad}")
        index = faiss.IndexFlatIP(rows.shape[1])
        index.add(np.ascontiguousarray(rows))
        return cls(index)

    @classmethod
    def from_bytes(cls, data: bytes) -> "DenseIndex":
        """The index that `to_bytes` gave.

        Raises:
            IndexDamagedError: FAISS cannot read it, or it is another kind of index.
        """
        import faiss

        try:
            index = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
        except (RuntimeError, MemoryError, ValueError, AssertionError) as error:
            raise IndexDamagedError(f"FAISS cannot read the {len(data)} bytes: {error}") from error
        if not isinstance(index, faiss.IndexFlatIP):
            raise IndexDamagedError(f"expected IndexFlatIP, got {type(index).__name__}")
        return cls(index)

    def to_bytes(self) -> bytes:
        """FAISS' own format."""
        import faiss

        data: bytes = faiss.serialize_index(self._index).tobytes()
        return data

    def __len__(self) -> int:
        """Rows."""
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Of a row."""
        return int(self._index.d)

    def search(self, query: Vectors, k: int) -> tuple[Ids, Vectors]:
        """The at most `k` best rows for `query`, (dim,) or (1, dim) float32.

        Returns:
            Ids and inner products, best first, equal ones by id; fewer than `k` where the
            index has fewer rows.

        Raises:
            IndexMismatchError: the query is of another shape or type.
        """
        import faiss

        row = self._row(query)
        k = min(k, len(self))
        if k < 1:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        faiss.omp_set_num_threads(1)
        found, ids = self._index.search(row, k)
        kept = ids[0] >= 0  # FAISS pads with -1, as for a query with a NaN
        scores, ids = found[0][kept], ids[0][kept]
        order = np.lexsort((ids, -scores))
        return ids[order], scores[order]

    def scores(self, query: Vectors, ids: Sequence[int] | Ids) -> Vectors:
        """The inner product of `query` with each row of `ids`, (len(ids),) float32.

        Raises:
            IndexMismatchError: the query is of another shape or type, or an id is not here.
        """
        products: Vectors = self.rows(ids) @ self._row(query)[0]
        return products

    def rows(self, ids: Sequence[int] | Ids) -> Vectors:
        """The rows of `ids`, (len(ids), dim) float32.

        Raises:
            IndexMismatchError: an id is not here.
        """
        keys = np.asarray(ids, dtype=np.int64).reshape(-1)
        if not len(keys):
            return np.zeros((0, self.dimension), dtype=np.float32)
        if keys.min() < 0 or keys.max() >= len(self):
            raise IndexMismatchError(
                f"expected ids from 0 to {len(self) - 1}, got {keys.min()} to {keys.max()}"
            )
        found: Vectors = self._index.reconstruct_batch(keys)
        return found

    def _row(self, query: Vectors) -> Vectors:
        expected = ((self.dimension,), (1, self.dimension))
        if query.shape not in expected or query.dtype != np.float32:
            raise IndexMismatchError(
                f"expected a ({self.dimension},) or (1, {self.dimension}) float32 query, "
                f"got {query.shape} {query.dtype}"
            )
        return np.ascontiguousarray(query.reshape(1, -1))
