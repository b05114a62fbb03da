"""Numbers, units and periods: each must stand in the source, with the same unit."""

import re

from askwiki import text as zh
from askwiki.proof.alignment import Alignment
from askwiki.proof.passage import periods
from askwiki.proof.quantity import Quantity
from askwiki.proof.reading import Token

_SIDE = {"most": 1, "under": 1, "least": -1, "over": -1, "": 0}
_CIRCLED = frozenset({"两边", "两人", "两个"})
_LASTS = {
    **{"minute": ("second", 60.0), "hour": ("second", 3600.0), "day": ("day", 1.0)},
    **{"week": ("day", 7.0), "month": ("month", 1.0), "quarter": ("month", 3.0)},
    **{"half": ("month", 6.0), "year": ("month", 12.0)},
}
_NAMES = {
    **{"minute": ("分钟",), "hour": ("小时",), "day": ("天", "日"), "week": ("周", "星期")},
    **{"month": ("月",), "quarter": ("季度",), "half": ("半年",), "year": ("年", "年度")},
}


def figures(a: Alignment, sentence: str) -> dict[str, float]:
    """Numbers that the source lacks, has with another unit, elsewhere, or bounded the other way."""
    found = {"number": 0.0, "unit": 0.0, "number_away": 0.0, "bound": 0.0}
    for i, token in enumerate(a.tokens):
        if token.quantity is not None:
            fault = _fault(a, i, token, token.quantity)
            if fault:
                found[fault] += 1
    return {**found, "period": _period(a, zh.normalise(sentence))}


def _fault(a: Alignment, i: int, token: Token, mine: Quantity) -> str:
    link = a.links[i]
    article = mine.low == mine.high == 1 and mine.dimension in ("count", "person", "", "digit")
    if link is None or (link.place != "heading" and link.likeness < 0.78):
        return "" if article or _goes_without(a, token, mine) else _missing(a, mine)
    if link.place == "heading":
        return ""
    if link.place == "away":
        return "" if article or not _rivalled(a, i, mine) else "number_away"
    other = a.passage.tokens[link.at].quantity
    turned = other is not None and _SIDE[other.bound] * _SIDE[mine.bound] < 0
    return "bound" if turned else ""


_TOLD = (
    ("month", 1.0, "月"),
    ("month", 3.0, "季度"),
    ("month", 6.0, "半年"),
    ("month", 12.0, "年"),
    ("day", 7.0, "周"),
    ("day", 7.0, "星期"),
    ("day", 1.0, "天"),
    ("day", 1.0, "日"),
    ("workday", 1.0, "工作日"),
    ("second", 3600.0, "小时"),
    ("second", 60.0, "分钟"),
    ("second", 1.0, "秒"),
)
"""Lengths of time that a source may tell without a number: 每季度, 全年."""


def _goes_without(a: Alignment, token: Token, mine: Quantity) -> bool:
    """两个 for what the source lists; 一年 where it says 每年, 年度."""
    if token.text in _CIRCLED:
        return True
    return any(_said_by(a, mine, which, value, name) for which, value, name in _TOLD)


def _said_by(a: Alignment, mine: Quantity, which: str, value: float, name: str) -> bool:
    told = Quantity(value, value, which, name, "", 0, 0)
    return mine.within(told) and bool(
        re.search(f"[每按逐当全整一本]个?{name}|{name}度|以{name}", a.passage.text)
    )


def _missing(a: Alignment, mine: Quantity) -> str:
    values = (t.quantity for t in a.passage.tokens if t.quantity is not None)
    return "unit" if any(mine.same_value(other) for other in values) else "number"


def _rivalled(a: Alignment, i: int, mine: Quantity) -> bool:
    """Whether the place the clause rests on has another number of the same kind."""
    unit = a.anchors.get(a.clause_of[i], -1)
    rivals = (a.passage.tokens[j] for j in a.passage.in_unit(unit))
    return any(
        t.said
        and t.quantity is not None
        and t.quantity.dimension == mine.dimension
        and not t.quantity.same_value(mine)
        for t in rivals
    )


def _period(a: Alignment, sentence: str) -> float:
    """2: a period of another length (每年 for 每月); 1: of another order (次月 for 当月)."""
    theirs = periods(a.passage.text)
    worst = 0.0
    for which, length, words in periods(sentence):
        same = [w for w, other, _ in theirs if other == length]
        if same:
            worst = max(worst, float(which not in same))
        elif words not in a.passage.text and not _said_otherwise(a, which, length, theirs):
            worst = 2.0
    return worst


def _said_otherwise(
    a: Alignment, which: str, length: str, theirs: list[tuple[str, str, str]]
) -> bool:
    dimension, value = _LASTS[length]
    for token in a.passage.tokens:
        q = token.quantity
        if q is not None and q.dimension == dimension and q.low == value:
            return True
    names = [n for n in _NAMES[length] if len(n) > 1 or length in ("month", "year", "week")]
    mentioned = any(name in a.passage.text for name in names)
    return mentioned and all(other != which for other, _, _ in theirs)
