"""A few questions whose answers are known: they show that index, tokens and encoder still fit.

Checksums hold the files; only asking holds the code that reads them.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from askwiki import text as zh
from askwiki.embed import Encoder
from askwiki.index.dense import DenseIndex
from askwiki.index.lexical import LexicalIndex
from askwiki.index.manifest import Canary
from askwiki.schema import Chunk

COUNT = 5
"""Questions kept, at most."""

DEPTH = 3
"""Chunks kept a question and arm."""

_TOLERANCE = 1e-4
"""Scores this near are equal: another processor sums in another order, so near ties may swap."""


def make_canaries(
    chunks: Sequence[Chunk], dense: DenseIndex, lexical: LexicalIndex, encoder: Encoder
) -> tuple[Canary, ...]:
    """The titles and headings of evenly spaced chunks, with what each arm finds for them."""
    count = min(COUNT, len(chunks))
    questions = [_question(chunks[i * len(chunks) // count]) for i in range(count)]
    if not questions:
        return ()
    vectors = encoder.encode_query(questions)
    return tuple(
        Canary(
            question,
            tuple(chunks[i].id for i in lexical.search(_weights(question), DEPTH)[0]),
            tuple(chunks[i].id for i in dense.search(vector, DEPTH)[0]),
        )
        for question, vector in zip(questions, vectors, strict=True)
    )


def canary_problems(
    canaries: Sequence[Canary],
    chunks: Sequence[Chunk],
    dense: DenseIndex,
    lexical: LexicalIndex,
    encoder: Encoder | None,
) -> Iterator[str]:
    """One line for each canary that finds something else now; without encoder, by words only."""
    rows = {chunk.id: row for row, chunk in enumerate(chunks)}
    for canary in canaries:
        scores = lexical.scores(_weights(canary.question))
        found = lexical.search(_weights(canary.question), DEPTH)[1]
        expected = [scores[rows[key]] if key in rows else np.nan for key in canary.lexical]
        if not _same(found, expected):
            yield _line(canary, "word")
    questions = [canary.question for canary in canaries]
    if encoder is None or not questions:
        return
    for canary, vector in zip(canaries, encoder.encode_query(questions), strict=True):
        found = dense.search(vector, DEPTH)[1]
        ids = [rows[key] for key in canary.dense if key in rows]
        if len(ids) != len(canary.dense) or not _same(found, dense.scores(vector, ids)):
            yield _line(canary, "vector")


def _question(chunk: Chunk) -> str:
    return " ".join((chunk.title, *chunk.heading[-1:]))


def _weights(question: str) -> dict[str, float]:
    return {term: float(count) for term, count in Counter(zh.tokens(question)).items()}


def _same(found: npt.ArrayLike, expected: npt.ArrayLike) -> bool:
    """Whether the expected chunks, in their order, still score what the best ones score."""
    best, now = np.asarray(found), np.asarray(expected)
    return best.shape == now.shape and bool(np.all(np.abs(best - now) <= _TOLERANCE))


def _line(canary: Canary, arm: str) -> str:
    return f"the {arm} search finds other chunks for the canary question {canary.question!r}"
