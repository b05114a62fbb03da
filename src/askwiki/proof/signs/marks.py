"""Marks of scope, force and time that a clause has and the place it rests on lacks, or the reverse."""

from collections.abc import Iterable

from askwiki.proof.alignment import Alignment
from askwiki.proof.reading import Token

_GAINED = (
    *("needless", "all_strong", "all_weak", "only_strong", "must_any", "must_strong"),
    *("hedge_any", "even", "after", "then", "measures"),
)
_LOST = ("neg", "must_any", "may_any", "hedge_any")


def marks(a: Alignment) -> dict[str, float]:
    """For each class of words whether any clause has it and the whole segment of the source lacks
    it; and whether the source's clause has it and the sentence lacks it."""
    p = a.passage
    gained, lost = dict.fromkeys(_GAINED, 0.0), dict.fromkeys(_LOST, 0.0)
    said = _classes(a.tokens)
    for number, row in a.rows.items():
        mine = _classes(a.clauses[number].tokens)
        segment = p.segment[p.rows[row][0]]
        around = _classes(t for t, s in zip(p.tokens, p.segment, strict=True) if s == segment)
        beside = _classes(p.tokens[j] for j in p.rows[row])
        for name in mine & set(_GAINED) - around:
            gained[name] = 1.0
        for name in beside & set(_LOST) - said:
            lost[name] = 1.0
    return {f"gained_{k}": v for k, v in gained.items()} | {f"lost_{k}": v for k, v in lost.items()}


def _classes(tokens: Iterable[Token]) -> set[str]:
    return {name for token in tokens for name in token.classes}
