"""Who does what to whom."""

from collections.abc import Sequence

from askwiki.proof.alignment import AKIN, HELD, Alignment
from askwiki.proof.lexicon import bundled_lexicon
from askwiki.proof.reading import Token

_BY = frozenset({"由", "被", "让", "请"})
_LINKING = frozenset({"为", "是", "比", "等于"})
_SIDE_BY_SIDE = frozenset({"、", "和", "与", "或", "及", "跟", "以及", "或者"})
_MARKERS = frozenset({"由", "被", "给", "向", "对", "让", "把", "将", "经", "请"})
_LEADING = _MARKERS | {"为", "在", "从", "按", "用"}


def roles(a: Alignment) -> dict[str, float]:
    """Doers changed after 由 and 被, before a verb, or with the other party; 2 is the surer."""
    return {
        "doer_led": _led(a),
        "doer_before": _doers(a),
        "party": _parties(a),
        "nouns_turned": _nouns(a),
        "sides_turned": _compared(a),
    }


def _compared(a: Alignment) -> float:
    """1 where what is compared and what it is compared with changed places."""
    theirs = [j for j, t in enumerate(a.passage.tokens) if "measures" in t.classes]
    for number in range(len(a.clauses)):
        mark = next((i for i in a.all_in(number) if "measures" in a.tokens[i].classes), None)
        if mark is None or not theirs:
            continue
        words = [i for i in a.said if a.clause_of[i] in (number - 1, number)]
        before = [i for i in words if i < mark]
        after = [i for i in a.said_in(number) if mark < i <= mark + 5]
        if any(_sides(a, before, after, j) for j in theirs):
            return 1.0
    return 0.0


def _sides(a: Alignment, before: Sequence[int], after: Sequence[int], mark: int) -> bool:
    """Whether the source has `before` behind the mark and `after` before it."""
    sentence = a.passage.sentence

    def side(words: Sequence[int]) -> tuple[int, int]:
        places = [[j for j in a.places(i, 0.85) if sentence[j] == sentence[mark]] for i in words]
        ahead = sum(any(j < mark for j in row) for row in places)
        behind = sum(any(mark < j <= mark + 6 for j in row) for row in places)
        return ahead, behind

    one, two = side(before), side(after)
    return one[1] > one[0] and two[0] > two[1]


# --- 由 X 做 -------------------------------------------------------------------------------------


def _led_frames(tokens: Sequence[Token]) -> list[tuple[list[int], list[int]]]:
    """For each 由, 被 …: the indices of the doer, and of the words it may govern."""
    lexicon = bundled_lexicon()
    frames = []
    for at, token in enumerate(tokens):
        if "by" not in token.classes:
            continue
        doer: list[int] = []
        k = at + 1
        while k < len(tokens):
            noun = tokens[k].said and not lexicon.is_verb(tokens[k].text)
            if not noun and tokens[k].text not in ("的", "、", "和", "与", "或"):
                break
            doer += [k] if tokens[k].said else []
            k += 1
        while k < len(tokens) and not tokens[k].said:
            k += 1
        governed = [x for x in range(k, min(k + 6, len(tokens))) if tokens[x].said]
        if doer and governed:
            frames.append((doer, governed))
    return frames


def _led(a: Alignment) -> float:
    passage = a.passage
    theirs = [
        ({row[x] for x in doer}, {row[x] for x in governed})
        for row in passage.rows
        for doer, governed in _led_frames([passage.tokens[j] for j in row])
    ]
    worst = 0.0
    for number, clause in enumerate(a.clauses):
        start = a.starts[number]
        for doer, governed in _led_frames(clause.tokens):
            mine = [start + x for x in doer]
            verbs = [start + x for x in governed]
            worst = max(worst, _led_fault(a, mine, verbs, theirs))
    return worst


def _led_fault(
    a: Alignment,
    doer: Sequence[int],
    verbs: Sequence[int],
    theirs: Sequence[tuple[set[int], set[int]]],
) -> float:
    verb_places = {j for i in verbs for j in a.places(i, 0.78)}
    doer_places = {j for i in doer for j in a.places(i, AKIN)}
    clause = a.passage.clause
    if any(0 < v - d <= 3 and clause[v] == clause[d] for d in doer_places for v in verb_places):
        return 0.0
    same_verb = [names for names, governed in theirs if governed & verb_places]
    if same_verb:
        return 0.0 if any(names & doer_places for names in same_verb) else 2.0
    if any(a.headed[i] > HELD for i in doer):
        return 0.0
    loose = {j for i in verbs for j in a.places(i, AKIN)}
    unit = a.passage.unit
    near = any(k > j and unit[k] == unit[j] for j in doer_places for k in loose)
    return 0.0 if near else 1.0


# --- X 做 ---------------------------------------------------------------------------------------


def _doer_verbs(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Doers that stand before their verb with nothing but grammar between."""
    lexicon = bundled_lexicon()
    stops = frozenset({"的", "、", "和", "与", "或", "是", ":", "被", "及"})
    beside = frozenset(
        {"向", "给", "对", "为", "把", "将", "跟", "与", "从", "和", "在", "或", "、"}
    )
    found = []
    for at, token in enumerate(tokens):
        if "doer" not in token.classes or (at and tokens[at - 1].text in beside):
            continue
        for k in range(at + 1, min(at + 6, len(tokens))):
            other = tokens[k]
            if other.text in stops:
                break
            if other.said and lexicon.is_verb(other.text):
                found.append((at, k))
                break
            if other.said and ("doer" in other.classes or lexicon.kind(other.text)[0] == "n"):
                break
    return found


def _doers(a: Alignment) -> float:
    passage = a.passage
    theirs = [
        (row[doer], row[verb])
        for row in passage.rows
        for doer, verb in _doer_verbs([passage.tokens[j] for j in row])
    ]
    worst = 0.0
    for number, clause in enumerate(a.clauses):
        start = a.starts[number]
        for doer, verb in _doer_verbs(clause.tokens):
            places = set(a.places(start + verb, 0.85))
            rivals = [(d, v) for d, v in theirs if v in places]
            worst = max(worst, _doer_fault(a, number, start + doer, rivals))
    return worst


def _doer_fault(a: Alignment, number: int, doer: int, rivals: Sequence[tuple[int, int]]) -> float:
    mine = a.places(doer, AKIN)
    if not rivals or any(d in mine for d, _ in rivals):
        return 0.0
    unit = a.passage.unit
    named = any(unit[j] == unit[v] and j < v for _, v in rivals for j in mine)
    told = {d for d, _ in rivals}
    spoken = any(told.intersection(a.places(i, AKIN)) for i in a.said_in(number))
    return 1.0 if named or spoken else 2.0


# --- 由 X 向 Y, X 比 Y --------------------------------------------------------------------------


def _parties(a: Alignment) -> float:
    """2 where a doer changed sides: 由 X for 向 X, or X before Y for Y before X."""
    doers = [i for i in a.said if "doer" in a.tokens[i].classes and a.here(i) is not None]
    worst = 0.0
    for i in doers:
        place = a.here(i, 0.85)
        if place is not None:
            worst = max(worst, _side_fault(a, i, place))
    for one, two in zip(doers, doers[1:], strict=False):
        first, second = a.here(one), a.here(two)
        if first is None or second is None or a.clause_of[one] != a.clause_of[two]:
            continue
        same = a.passage.clause[first] == a.passage.clause[second]
        if same and second < first and not _listed(a, one, two, second, first):
            worst = 2.0
    return worst


def _listed(a: Alignment, one: int, two: int, low: int, high: int) -> bool:
    mine = any(a.tokens[k].text == "、" for k in range(one, two))
    return mine or any(a.passage.tokens[k].text == "、" for k in range(low, high))


def _side(word: str) -> str:
    lexicon = bundled_lexicon()
    return "by" if word in _BY else "to" if "to" in lexicon.classes(word) else ""


def _side_fault(a: Alignment, i: int, place: int) -> float:
    passage, number = a.passage, a.clause_of[i]
    before = a.tokens[i - 1].text if i and a.clause_of[i - 1] == number else ""
    led = place and passage.clause[place - 1] == passage.clause[place]
    mine, theirs = _side(before), _side(passage.tokens[place - 1].text if led else "")
    if mine and theirs:
        return 2.0 if mine != theirs else 0.0
    if not mine and not theirs:
        return 0.0
    verbs = [
        k
        for k in a.said_in(number)
        if bundled_lexicon().is_verb(a.tokens[k].text)
        and (j := a.at(k)) is not None
        and passage.clause[j] == passage.clause[place]
    ]
    if not verbs:
        return 0.0
    nearest = min(verbs, key=lambda k: abs(k - i))
    return float((nearest > i) != ((a.at(nearest) or 0) > place))


def _nouns(a: Alignment) -> float:
    """2 where two nouns changed places around the same verb, or around 比, 为, 是."""
    worst = 0.0
    for number in range(len(a.clauses)):
        nouns = [i for i in a.said_in(number) if _is_noun(a, i)]
        for n, one in enumerate(nouns):
            for two in nouns[n + 1 :]:
                worst = max(worst, _nouns_fault(a, one, two))
    return worst


def _is_noun(a: Alignment, i: int) -> bool:
    token = a.tokens[i]
    return (
        a.at(i, 0.85) is not None
        and len(token.text) > 1
        and not bundled_lexicon().is_verb(token.text)
    )


def _nouns_fault(a: Alignment, one: int, two: int) -> float:
    passage, lexicon = a.passage, bundled_lexicon()
    first, second = a.at(one), a.at(two)
    if first is None or second is None or second > first:
        return 0.0
    if passage.clause[first] != passage.clause[second] or _voiced(a, one, two, second, first):
        return 0.0
    between = range(one + 1, two)
    mine = [k for k in between if a.tokens[k].said and lexicon.is_verb(a.tokens[k].text)]
    theirs = {
        j
        for j in range(second + 1, first)
        if passage.tokens[j].said and lexicon.is_verb(passage.tokens[j].text)
    }
    linking = any(a.tokens[k].text in _LINKING for k in between) and any(
        passage.tokens[j].text in _LINKING for j in range(second + 1, first)
    )
    if linking or any(theirs.intersection(a.places(k, 0.85)) for k in mine):
        return 2.0
    return 1.0 if mine and theirs else 0.0


def _voiced(a: Alignment, one: int, two: int, low: int, high: int) -> bool:
    """Whether grammar accounts for the order: a passive, a list, a preposition."""
    passage = a.passage
    mine = {t.text for t in a.tokens[one + 1 : two]}
    if mine & (_SIDE_BY_SIDE | _MARKERS - {"经", "请"}):
        return True
    if one and a.tokens[one - 1].text in _LEADING and a.clause_of[one - 1] == a.clause_of[one]:
        return True
    theirs = {t.text for t in passage.tokens[low + 1 : high]}
    if theirs & (_MARKERS | {"、", "或", "及"}):
        return True
    return bool(low) and passage.tokens[low - 1].text in _LEADING
