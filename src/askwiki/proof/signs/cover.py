"""How much of the sentence the source bears, and in how few places."""

from askwiki.proof.alignment import AKIN, HELD, Alignment
from askwiki.proof.lexicon import bundled_lexicon

_UNBORNE = 0.45
"""A word less like anything in the source is new."""


_PLAIN_SHARE = 0.35
"""A new word that is general (情况, 使用) counts this much."""


def _weight(a: Alignment, i: int) -> float:
    token = a.tokens[i]
    general = "plain" in token.classes and a.best[i] < _UNBORNE
    return token.weight * (_PLAIN_SHARE if general else 1.0)


def cover(a: Alignment) -> dict[str, float]:
    """Shares of the sentence's weight that the source bears; what is new; how it is spread."""
    total = sum(_weight(a, i) for i in a.said) or 1.0
    shares = [_shares(a, number) for number in range(len(a.clauses))]
    told = [share for share in shares if share is not None]
    weights = sum(w for *_, w in told)
    return {
        "borne": sum(_weight(a, i) * a.best[i] for i in a.said) / total,
        "borne_least": min((here for here, _, _ in told), default=1.0),
        "borne_mean": sum(h * w for h, _, w in told) / weights if told else 1.0,
        "scattered": max((there - here for here, there, _ in told), default=0.0),
        "known_least": min((there for _, there, _ in told), default=1.0),
        "length": min(len(a.said), 30),
        "clauses": len(a.clauses),
        "places": len(set(a.anchors.values())),
        **_new(a),
        **_flow(a),
    }


def _shares(a: Alignment, number: int) -> tuple[float, float, float] | None:
    """Of a clause: the share its unit bears, the share anything bears, its weight."""
    words = a.said_in(number)
    weight = sum(_weight(a, i) for i in words)
    if weight <= 3:
        return None
    unit = a.anchors.get(number, -1)
    here = sum(_weight(a, i) * max(a.in_unit(i, unit), 0.9 * a.headed[i]) for i in words)
    there = sum(_weight(a, i) * a.best[i] for i in words)
    return here / weight, there / weight, weight


def _new(a: Alignment) -> dict[str, float]:
    missing = sorted(
        (
            _weight(a, i) * (1 - a.best[i])
            for i in a.said
            if a.best[i] < _UNBORNE and a.tokens[i].kind != "number"
        ),
        reverse=True,
    )
    named = [
        a.tokens[i].weight
        for i in a.said
        if a.best[i] < AKIN
        and "doer" in a.tokens[i].classes
        and "implied" not in a.tokens[i].classes
    ]
    return {
        "new_first": missing[0] if missing else 0.0,
        "new_second": missing[1] if len(missing) > 1 else 0.0,
        "new_count": len(missing),
        "loose": sum(
            a.tokens[i].weight * (1 - a.best[i]) for i in a.said if _UNBORNE <= a.best[i] < 0.85
        ),
        "new_name": sum(a.tokens[i].kind == "latin" and a.best[i] < 0.78 for i in a.said),
        "new_doer": max(named, default=0.0),
    }


def _flow(a: Alignment) -> dict[str, float]:
    """Whether neighbours in the sentence are neighbours in the source."""
    pairs = close = breaks = back = 0
    unit = a.passage.unit
    for one, two in zip(a.said, a.said[1:], strict=False):
        first, second = a.at(one), a.at(two)
        if first is None or second is None:
            continue
        pairs += 1
        close += 0 < second - first <= 4
        same = a.clause_of[one] == a.clause_of[two]
        breaks += same and unit[first] != unit[second]
        back += same and second < first
    return {"flow": close / (pairs + 1), "breaks": breaks, "turns": back}


# --- words put in the place of others ----------------------------------------------------------


def slots(a: Alignment) -> dict[str, float]:
    """Words that stand where the source has another one, which the sentence leaves out."""
    found = dict.fromkeys(
        (
            *("slot_new_noun_tight", "slot_new_noun", "slot_new_other"),
            *("slot_moved_noun", "slot_moved_other"),
            *("slot_opposite", "slot_doer", "slot_name", "aside"),
        ),
        0.0,
    )
    for number in a.anchors:
        _slots_of(a, number, found)
    return found


def _slots_of(a: Alignment, number: int, found: dict[str, float]) -> None:
    words = a.said_in(number)
    nearby = [*words, *(i for i in a.subjects[number][0] if i not in words)]
    mine = {j for i in nearby for j in a.places(i, AKIN)}
    here = [a.here(i, AKIN) for i in words]
    for n, i in enumerate(words):
        if here[n] is not None:
            continue
        before = here[n - 1] if n else None
        after = here[n + 1] if n + 1 < len(words) else None
        slot, tight = _slot(a, number, before, after, mine)
        moved = bool(a.places(i, 0.78))
        if slot:
            _note(a, i, slot, tight, moved, found)
        elif moved:
            found["aside"] = max(found["aside"], a.tokens[i].weight)


def _slot(
    a: Alignment, number: int, before: int | None, after: int | None, mine: set[int]
) -> tuple[list[int], bool]:
    """What the source has between or beside the neighbours, and whether both hold it."""

    def free(j: int) -> bool:
        p = a.passage
        return (
            p.tokens[j].said
            and j not in mine
            and p.unit[j] == a.anchors[number]
            and not p.in_heading(p.tokens[j].text)
        )

    if before is not None and after is not None and 0 < after - before <= 8:
        inside = [j for j in range(before + 1, after) if free(j)]
        if inside:
            return inside, True
    rows = a.passage.clause
    beside: list[int] = []
    if before is not None:
        for j in range(before + 1, min(before + 4, len(rows))):
            if rows[j] != rows[before] or j in mine:
                break
            beside += [j] if free(j) else []
    if after is not None and not beside:
        for j in range(after - 1, max(after - 4, -1), -1):
            if rows[j] != rows[after] or j in mine:
                break
            beside += [j] if free(j) else []
    return beside[:2], False


def _note(
    a: Alignment, i: int, slot: list[int], tight: bool, moved: bool, found: dict[str, float]
) -> None:
    lexicon, token = bundled_lexicon(), a.tokens[i]
    others = [a.passage.tokens[j] for j in slot]
    heaviest = max(others, key=lambda t: t.weight)
    value = min(token.weight, heaviest.weight + 1)
    if any(lexicon.opposed(token.text, t.text) for t in others):
        found["slot_opposite"] = 4.0
    if token.kind == "latin" and any(t.kind == "latin" for t in others):
        found["slot_name"] = 4.0
    if "doer" in token.classes and any("doer" in t.classes for t in others):
        found["slot_doer"] = max(found["slot_doer"], value)
    if a.headed[i] >= HELD or ("vague" in token.classes and not moved):
        return
    kind = lexicon.kind(token.text)
    noun = token.kind == "latin" or (kind[0] in "nsjt" and kind != "vn")
    if kind[0] != lexicon.kind(heaviest.text)[0]:
        value *= 0.5
    name = f"slot_{'moved' if moved else 'new'}_{'noun' if noun else 'other'}"
    if noun and not moved and tight:
        name += "_tight"
    found[name] = max(found[name], value)
