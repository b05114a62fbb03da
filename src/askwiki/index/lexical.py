"""The lexical arm: BM25 scores, worked out when the index is built, summed when it is asked.

`bm25s` makes the columns; a search needs numpy alone. The score of term t in chunk d is

    idf(t) * tf / (tf + K1 * (1 - B + B * length(d) / mean length))
    idf(t) = ln(1 + (N - df + 0.5) / (df + 0.5))

(Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond";
the accurate Lucene variant in Kamphuis et al. 2020, "Which BM25 Do You Mean?").
"""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from askwiki import text as zh
from askwiki.chunk import indexed_text
from askwiki.errors import IndexDamagedError
from askwiki.index.npy import from_npy, require_starts, to_npy
from askwiki.schema import Chunk

K1 = 1.2
"""How slowly a repeated term stops counting."""

B = 0.6
"""How much a long chunk is held back, 0 to 1."""

SCORER_VERSION = f"lucene k1={K1} b={B}"
"""Old indexes refuse when it changes."""

FILES = ("scores.npy", "chunk-ids.npy", "starts.npy", "vocabulary.json")

Scores = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
_Columns = tuple[Scores, npt.NDArray[np.int32], Ids]


class LexicalIndex:
    """A sparse matrix of BM25 scores, one column a term (CSC).

    Args:
        vocabulary: the terms, in column order.
        n_chunks: rows of the matrix.
        scores: float32, all columns one after the other.
        chunk_ids: int32, the row of each score, rising within a column.
        starts: int64, (terms + 1,); column i is `scores[starts[i]:starts[i + 1]]`.
    """

    def __init__(
        self,
        vocabulary: Sequence[str],
        n_chunks: int,
        scores: Scores,
        chunk_ids: npt.NDArray[np.int32],
        starts: Ids,
    ) -> None:
        self.n_chunks = n_chunks
        self._columns = {term: column for column, term in enumerate(vocabulary)}
        self._scores, self._chunk_ids, self._starts = scores, chunk_ids, starts
        self._idf = _idf(np.diff(starts), n_chunks)
        self._idf_unknown = float(_idf(np.zeros(1), n_chunks)[0])

    @classmethod
    def build(cls, chunks: Iterable[Chunk]) -> "LexicalIndex":
        """Over the tokens of each chunk's indexed text."""
        documents = [zh.tokens(indexed_text(chunk)) for chunk in chunks]
        # Sorted here: bm25s would number the terms in the order of a set, another each run.
        vocabulary = sorted({term for document in documents for term in document})
        columns = _bm25_columns(documents, vocabulary) if vocabulary else _no_columns()
        return cls(vocabulary, len(documents), *columns)

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> "LexicalIndex":
        """The index that `to_files` gave.

        Raises:
            IndexDamagedError: a file cannot be read, or they do not fit each other.
        """
        try:
            card = json.loads(files["vocabulary.json"])
            vocabulary, n_chunks = card["terms"], card["chunks"]
        except (ValueError, TypeError, KeyError) as error:
            raise IndexDamagedError(f"vocabulary.json cannot be read: {error!r}") from error
        scores = from_npy(files, "scores.npy", "<f4")
        chunk_ids = from_npy(files, "chunk-ids.npy", "<i4")
        starts = from_npy(files, "starts.npy", "<i8")
        _require_fit(vocabulary, n_chunks, scores, chunk_ids, starts)
        return cls(vocabulary, n_chunks, scores, chunk_ids, starts)

    def to_files(self) -> dict[str, bytes]:
        """The files named in `FILES`; no pickle in any."""
        card = {"chunks": self.n_chunks, "terms": list(self._columns)}
        return {
            "scores.npy": to_npy(self._scores.astype("<f4")),
            "chunk-ids.npy": to_npy(self._chunk_ids.astype("<i4")),
            "starts.npy": to_npy(self._starts.astype("<i8")),
            "vocabulary.json": json.dumps(card, ensure_ascii=False).encode("utf-8"),
        }

    @property
    def n_terms(self) -> int:
        """Different terms."""
        return len(self._columns)

    @property
    def n_postings(self) -> int:
        """Pairs of a term and a chunk that holds it."""
        return len(self._chunk_ids)

    def count(self, term: str) -> int:
        """How many chunks hold `term`."""
        column = self._columns.get(term)
        return 0 if column is None else int(self._starts[column + 1] - self._starts[column])

    def idf(self, term: str) -> float:
        """ln(1 + (N - df + 0.5) / (df + 0.5)); a term unknown to the index has df = 0."""
        column = self._columns.get(term)
        return self._idf_unknown if column is None else float(self._idf[column])

    def scores(self, weights: Mapping[str, float]) -> Scores:
        """BM25 of every chunk for the query terms in `weights`, (n_chunks,) float32.

        A term counts `weights[term]` times; one unknown to the index adds nothing.
        """
        total = np.zeros(self.n_chunks, dtype=np.float32)
        for term, weight in weights.items():
            column = self._columns.get(term)
            if column is not None:
                part = slice(self._starts[column], self._starts[column + 1])
                total[self._chunk_ids[part]] += np.float32(weight) * self._scores[part]
        return total

    def best(self, weights: Mapping[str, float]) -> float:
        """The score that no chunk reaches: the sum of weight * idf(term) over all query terms.

        A term's score rises with its frequency tf towards idf(term), as tf / (tf + x) tends
        to 1 from below (formula and source above). Terms unknown to the index count too, so
        that a question about something else stays far below its best.
        """
        return float(sum(weight * self.idf(term) for term, weight in weights.items()))

    def search(self, weights: Mapping[str, float], k: int) -> tuple[Ids, Scores]:
        """The at most `k` best chunks above 0: ids and scores, best first, equal ones by id."""
        scores = self.scores(weights)
        ids = np.flatnonzero(scores > 0).astype(np.int64)
        order = np.lexsort((ids, -scores[ids]))[: max(k, 0)]
        return ids[order], scores[ids[order]]


def _idf(df: npt.NDArray[Any], n_chunks: int) -> npt.NDArray[np.float64]:
    values: npt.NDArray[np.float64] = np.log1p((n_chunks - df + 0.5) / (df + 0.5))
    return values


def _bm25_columns(documents: Sequence[Sequence[str]], vocabulary: Sequence[str]) -> _Columns:
    """Scores, chunk ids and starts, as `LexicalIndex` takes them; at least one term."""
    import bm25s

    # On import it sets its own logger to DEBUG; what is shown is the application's to say.
    logging.getLogger("bm25s").setLevel(logging.NOTSET)
    numbers = {term: column for column, term in enumerate(vocabulary)}
    ids = [[numbers[term] for term in document] for document in documents]
    model = bm25s.BM25(method="lucene", k1=K1, b=B, backend="numpy", csc_backend="numpy")
    model.index((ids, numbers), create_empty_token=False, show_progress=False)
    made = model.scores
    return (
        np.asarray(made["data"], dtype=np.float32),
        np.asarray(made["indices"], dtype=np.int32),
        np.asarray(made["indptr"], dtype=np.int64),
    )


def _no_columns() -> _Columns:
    """Of no term; bm25s would divide by a mean length of 0."""
    return np.zeros(0, np.float32), np.zeros(0, np.int32), np.zeros(1, np.int64)


def _require_fit(
    vocabulary: object, n_chunks: object, scores: Scores, chunk_ids: Any, starts: Ids
) -> None:
    """The four files of one index; otherwise numpy would read past an end or wrap around."""
    if not isinstance(vocabulary, list) or not isinstance(n_chunks, int):
        raise IndexDamagedError("vocabulary.json holds no list of terms or no number of chunks")
    require_starts(starts, len(vocabulary), len(scores), "starts.npy")
    if len(chunk_ids) != len(scores):
        raise IndexDamagedError(f"{len(chunk_ids)} chunk ids for {len(scores)} scores")
    if len(chunk_ids) and (chunk_ids.min() < 0 or chunk_ids.max() >= n_chunks):
        raise IndexDamagedError(f"chunk-ids.npy names chunks outside 0 to {n_chunks - 1}")
