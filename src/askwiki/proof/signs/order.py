"""What comes first: steps, and what stands before or after something."""

import re
from collections.abc import Sequence

from askwiki.proof.alignment import Alignment
from askwiki.proof.reading import Token

_NEXT = frozenset({"再", "然后", "最后", "接着", "随后", "再由", "最终", "之后再"})
_FIRST = frozenset({"先", "首先", "应先", "要先", "先行", "最先", "须先", "可先", "预先"})
_THEN = frozenset({"再", "然后", "最后", "接着", "随后"})


def order(a: Alignment) -> dict[str, float]:
    """Shares of the pairs of words whose order in time is turned, and turned 前 and 后."""
    turned, kept = _pairs(a)
    share = turned / (turned + kept + 2)
    texts = {t.text for t in a.tokens}
    marked = any(t.classes & {"first", "then", "before", "after"} for t in a.tokens)
    first = bool(texts & _FIRST) or any("after" in t.classes for t in a.tokens)
    steps = first and bool(texts & _THEN)
    return {
        "turned_steps": share if steps else 0.0,
        "turned_marked": share if marked else 0.0,
        "turned": share,
        "before_after": _before_after(a),
        "turned_list": _turned_list(a),
    }


_IN_ORDER = re.compile("依次|顺序|先后|逐级|从.{1,4}到")


def _turned_list(a: Alignment) -> float:
    """How often a list that is said to be in order goes back in the source's list."""
    worst = 0
    for number, clause in enumerate(a.clauses):
        if not _IN_ORDER.search("".join(t.text for t in clause.tokens)):
            continue
        places = [j for i in a.said_in(number) if (j := a.here(i, 0.85)) is not None]
        back = sum(two < one for one, two in zip(places, places[1:], strict=False))
        worst = max(worst, back)
    return float(worst)


def _times(clauses: Sequence[Sequence[Token]]) -> list[int]:
    """A rank in time for each token: clauses follow each other, but what 前 ends comes later."""
    ranks: list[int] = []
    ends: list[str] = []
    for tokens in clauses:
        for n, token in enumerate(tokens):
            if n and token.text in _NEXT:
                ends.append("")
            ranks.append(len(ends))
            if token.classes & {"before", "after"}:
                ends.append("before" if "before" in token.classes else "after")
        if not tokens or not tokens[-1].classes & {"before", "after"}:
            ends.append("")
    order = list(range(len(ends)))
    for k in range(len(ends) - 1):
        if ends[k] == "before":
            order[k], order[k + 1] = order[k + 1], order[k]
    return [order[rank] for rank in ranks]


def _pairs(a: Alignment) -> tuple[int, int]:
    """How many pairs of words stand in the other order in time, and how many in the same."""
    mine = _times([clause.tokens for clause in a.clauses])
    theirs = _times([[a.passage.tokens[j] for j in row] for row in a.passage.rows])
    linked = [
        (mine[i], theirs[j], j)
        for i in range(len(a.tokens))
        if a.tokens[i].weight >= 2 and (j := a.at(i, 0.78)) is not None
    ]
    turned = kept = 0
    for n, (here, there, place) in enumerate(linked):
        for here2, there2, place2 in linked[n + 1 :]:
            if there == there2 and _listed(a, place, place2):
                there, there2 = place, place2
            sign = (here - here2) * (there - there2)
            turned += sign < 0
            kept += sign > 0
    return turned, kept


def _listed(a: Alignment, one: int, two: int) -> bool:
    """Whether two places stand in one list (受理、勘查、签约), which has an order of its own."""
    p = a.passage
    if p.clause[one] != p.clause[two]:
        return False
    low, high = sorted((one, two))
    return any(p.tokens[k].text == "、" for k in range(low, high))


def _before_after(a: Alignment) -> float:
    """2 where 前 and 后 changed places after the same word, 1 where they did near it."""
    worst = 0.0
    for i, token in enumerate(a.tokens):
        if not i or not token.classes & {"before", "after"}:
            continue
        number = a.clause_of[i]
        back = range(i - 1, max(i - 4, -1), -1)
        head = next((k for k in back if a.tokens[k].said and a.clause_of[k] == number), None)
        place = a.at(head) if head is not None else None
        if place is not None:
            worst = max(worst, _turned_at(a, place, "before" in token.classes))
    return worst


def _turned_at(a: Alignment, place: int, before: bool) -> float:
    tokens, passage = a.passage.tokens, a.passage

    def marks(k: int) -> bool:
        return bool(tokens[k].classes & {"before", "after"})

    ahead = range(place + 1, min(place + 4, len(tokens)))
    same = (k for k in ahead if passage.clause[k] == passage.clause[place] and marks(k))
    mark = next(same, None)
    if mark is not None:
        return 2.0 if ("before" in tokens[mark].classes) != before else 0.0
    unit = passage.in_unit(passage.unit[place])
    return float(any(marks(k) and ("before" in tokens[k].classes) != before for k in unit))
