"""Which words the sentence ties together, and which the source does."""

from collections.abc import Iterator, Sequence

from askwiki.proof.alignment import AKIN, HELD, Alignment
from askwiki.proof.lexicon import bundled_lexicon
from askwiki.proof.reading import is_condition

_SURE = 0.85
_NEAR = 6
_MARGIN = 3
_FAR = 40
_MANNER = frozenset({"分别", "统一", "各自", "自行", "自动", "手动", "一起", "单独", "集中"})
"""Adverbs that carry no content of their own but are tied to one verb."""


def bind(a: Alignment) -> dict[str, float]:
    """Words that stand with others than in the source: moved from elsewhere into the place of a
    word like them, or exchanged with another one."""
    found = {
        "moved_like": 0.0,
        "moved_slot": 0.0,
        "moved_topic": 0.0,
        "moved_near": 0.0,
        "rival_new": 0.0,
        "rival_moved": 0.0,
        "traded": _traded(a),
    }
    for number, row in a.rows.items():
        _moved(a, number, row, found)
    return found


def _tied(a: Alignment, number: int) -> list[int]:
    """The words of a clause, what it goes on speaking of, and the condition before it."""
    words = a.said_in(number)
    subject, own = a.subjects[number]
    words += [i for i in subject if not own and i not in words and a.tokens[i].said]
    if number and is_condition(a.clauses[number - 1]):
        words += [i for i in a.said_in(number - 1) if i not in words]
    return words


def _moved(a: Alignment, number: int, row: int, found: dict[str, float]) -> None:
    p = a.passage
    segment = p.segment[p.rows[row][0]]
    above = p.context.get(p.unit[p.rows[row][0]])
    words = _tied(a, number)
    stood = {j for i in words for j in a.places(i, _SURE)}
    free = [
        j
        for j in range(len(p.tokens))
        if p.segment[j] == segment and p.tokens[j].said and j not in stood
    ]
    for i in words:
        places = a.places(i, _SURE)
        if not places:
            _replaced(a, i, [j for j in free if p.unit[j] == a.anchors[number]], found)
        general = a.headed[i] >= HELD and a.tokens[i].text not in p.topic_words
        if not places or general:
            continue
        if any(p.segment[j] == segment or p.unit[j] == above for j in places):
            if not any(p.clause[j] == row for j in places):
                near = [j for j in free if p.clause[j] == row and _in_slot(a, i, j)]
                found["moved_near"] = max(found["moved_near"], _value(a, i, near))
            continue
        for name, alike in (
            ("moved_like", _alike),
            ("moved_slot", _in_slot),
            ("moved_topic", _topical),
            ("rival_moved", _rival),
        ):
            rivals = [j for j in free if alike(a, i, j)]
            found[name] = max(found[name], _value(a, i, rivals))


def _replaced(a: Alignment, i: int, free: Sequence[int], found: dict[str, float]) -> None:
    """A word that the source lacks, where it names another thing of the kind."""
    if a.best[i] < AKIN and a.tokens[i].said:
        rivals = [j for j in free if _rival(a, i, j)]
        found["rival_new"] = max(found["rival_new"], _value(a, i, rivals))


def _rival(a: Alignment, i: int, j: int) -> bool:
    return bundled_lexicon().rival(a.tokens[i].text, a.passage.tokens[j].text)


def _value(a: Alignment, i: int, rivals: Sequence[int]) -> float:
    heaviest = max((a.passage.tokens[j].weight for j in rivals), default=0.0)
    return min(a.tokens[i].weight, heaviest + 1) if rivals else 0.0


def _alike(a: Alignment, i: int, j: int) -> bool:
    """单声道 and 双声道, 主机 and 备机, two numbers of one kind, two Latin names."""
    mine, other, lexicon = a.tokens[i], a.passage.tokens[j], bundled_lexicon()
    if mine.quantity and other.quantity:
        return mine.quantity.dimension == other.quantity.dimension
    if mine.kind != other.kind or mine.kind == "number":
        return False
    if mine.kind == "latin" or lexicon.opposed(mine.text, other.text):
        return True
    shared = len(mine.text) > 1 and len(other.text) > 1 and set(mine.text) & set(other.text)
    return bool(shared) and lexicon.likeness(mine.text, other.text) < 0.75


def _in_slot(a: Alignment, i: int, j: int) -> bool:
    """Whether the sentence has beside word `i` what the source has beside token `j`."""
    p, lexicon = a.passage, bundled_lexicon()
    mine, other = a.tokens[i], p.tokens[j]
    if mine.kind != other.kind or lexicon.kind(mine.text)[0] != lexicon.kind(other.text)[0]:
        return False
    for step in (-1, 1):
        k, m = i + step, j + step
        if not 0 <= k < len(a.tokens) or not 0 <= m < len(p.tokens):
            continue
        inside = a.clause_of[k] == a.clause_of[i] and p.clause[m] == p.clause[j]
        if inside and a.tokens[k].text == p.tokens[m].text not in ("的", "、", "和"):
            return True
    return False


def _topical(a: Alignment, i: int, j: int) -> bool:
    p = a.passage
    return a.tokens[i].text in p.topic_words and j in p.topics.get(p.unit[j], ())


# --- exchanged ---------------------------------------------------------------------------------


def _traded(a: Alignment) -> float:
    """Weight of the lightest of four words a-b, c-d, where the source has a by d and c by b."""
    parts = list(_parts(a))
    worst = 0.0
    for n, one in enumerate(parts):
        for two in parts[n + 1 : n + 3]:
            for first, partner in _pairs(one):
                for second, fourth in _pairs(two):
                    if _swapped(a, first, partner, second, fourth):
                        words = (first, partner, second, fourth)
                        worst = max(worst, min(max(2.0, a.tokens[i].weight) for i in words))
    return worst


def _parts(a: Alignment) -> Iterator[list[int]]:
    for number in range(len(a.clauses)):
        current: list[int] = []
        for i in a.all_in(number):
            token = a.tokens[i]
            if token.text in ("、", "而", "则", "却"):
                yield current
                current = []
            elif a.places(i, _SURE) and (token.said or token.text in _MANNER):
                current.append(i)
        yield current


def _pairs(part: Sequence[int]) -> Iterator[tuple[int, int]]:
    for n, one in enumerate(part[:6]):
        for two in part[n + 1 : n + 5]:
            yield one, two


def _swapped(a: Alignment, first: int, partner: int, second: int, fourth: int) -> bool:
    texts = {a.tokens[i].text for i in (first, partner, second, fourth)}
    if len(texts) < 4:
        return False
    across, back = _apart(a, first, fourth), _apart(a, second, partner)
    if max(across, back) > _NEAR:
        return False
    mine, theirs = _apart(a, first, partner), _apart(a, second, fourth)
    return min(mine - across, theirs - back) >= _MARGIN


def _apart(a: Alignment, one: int, two: int) -> int:
    """Tokens between the nearest places of both words in one sentence of the source."""
    p = a.passage
    return min(
        (
            abs(j - k) + 4 * (p.clause[j] != p.clause[k])
            for j in a.places(one, _SURE)
            for k in a.places(two, _SURE)
            if p.sentence[j] == p.sentence[k]
        ),
        default=_FAR,
    )
