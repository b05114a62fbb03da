"""How closely each clause follows the place it rests on, and what holds there under a condition."""

from collections.abc import Sequence

from askwiki.proof.alignment import Alignment
from askwiki.proof.reading import Token, is_condition

_LEAST = 0.6


def course(a: Alignment) -> dict[str, float]:
    """Share of a clause's words that stand in the source's order; what the source has between
    them; conditions taken from elsewhere, and conditions left out; clauses that go on with another
    beginning than theirs."""
    ordered, between, last = 1.0, 0.0, 0.0
    apart = dropped = jump = 0.0
    for number, row in a.rows.items():
        share, weight = _in_order(a, number, row)
        ordered = min(ordered, share)
        skipped = _skipped(a, number, row)
        between, last = max(between, skipped), skipped
        dropped = max(dropped, _left_out(a, row))
        jump = max(jump, _jump(a, number, row))
        if weight and number and is_condition(a.clauses[number - 1]):
            apart = max(apart, _from_elsewhere(a, number))
    return {
        "in_order": ordered,
        "between": between,
        "between_last": last,
        "condition_apart": apart,
        "condition_dropped": dropped,
        "led_otherwise": jump,
    }


def _in_order(a: Alignment, number: int, row: int) -> tuple[float, float]:
    """Weight of the longest run of words in the source's order, as a share of those found; and
    the weight found."""
    p = a.passage
    segment = p.segment[p.rows[row][0]]
    found: list[tuple[float, dict[int, float]]] = []
    for i in a.said_in(number):
        places = {j: v for j, v in a.candidates[i] if v >= _LEAST and p.segment[j] == segment}
        if places:
            found.append((a.tokens[i].weight, places))
    total = sum(weight * max(places.values()) for weight, places in found)
    best: dict[int, float] = {}
    for weight, places in found:
        reached = {
            j: weight * v + max((w for k, w in best.items() if k < j), default=0.0)
            for j, v in places.items()
        }
        for j, w in reached.items():
            best[j] = max(best.get(j, 0.0), w)
    return (max(best.values()) / total if total else 1.0), total


def _skipped(a: Alignment, number: int, row: int) -> float:
    """Weight of what the source's clause says between the first and the last word it shares."""
    p = a.passage
    places = p.rows[row]
    mine = {j for i in a.said_in(number) for j in a.places(i, _LEAST)}
    shared = [j for j in places if j in mine]
    if len(shared) < 2:
        return 0.0
    return sum(p.tokens[j].weight for j in range(shared[0], shared[-1]) if j not in a.taken)


def _from_elsewhere(a: Alignment, number: int) -> float:
    """Weight of the condition's words that the source has, but not where the clause rests."""
    p = a.passage
    segment = p.segment[p.rows[a.rows[number]][0]]
    words = [i for i in a.said_in(number - 1) if a.places(i, 0.78)]
    away = [i for i in words if all(p.segment[j] != segment for j in a.places(i, 0.78))]
    return a.weight(away) / (a.weight(words) + 3)


def _left_out(a: Alignment, row: int) -> float:
    """Weight of a condition right before the place in the source, of which the sentence says
    next to nothing."""
    p = a.passage
    if not row or p.sentence[p.rows[row - 1][0]] != p.sentence[p.rows[row][0]]:
        return 0.0
    before = [p.tokens[j] for j in p.rows[row - 1]]
    if p.closers[row - 1] == ";" or not _conditional(before):
        return 0.0
    said = [j for j in p.rows[row - 1] if p.tokens[j].said]
    weight = sum(p.tokens[j].weight for j in said)
    told = sum(p.tokens[j].weight for j in said if j in a.taken)
    return weight if told < 0.34 * weight else 0.0


def _jump(a: Alignment, number: int, row: int) -> float:
    """Weight of what leads the source's segment and is not said, where the clause goes on with one
    that rests on another segment."""
    p = a.passage
    if number - 1 not in a.rows or a.subjects[number][1]:
        return 0.0
    segment = p.segment[p.rows[row][0]]
    if p.segment[p.rows[a.rows[number - 1]][0]] == segment:
        return 0.0
    words = a.said_in(number - 1)
    lead = [
        j
        for j in range(p.rows[row][0])
        if p.segment[j] == segment and p.tokens[j].said and j not in a.taken
    ]
    return min(a.weight(words), sum(p.tokens[j].weight for j in lead))


def _conditional(tokens: Sequence[Token]) -> bool:
    words = [t for t in tokens if t.kind != "mark"]
    return bool(words) and ("adverbial" in words[0].classes or "condition_end" in words[-1].classes)
