"""What is said of one thing here and of another there."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from askwiki.proof.alignment import AKIN, HELD, Alignment
from askwiki.proof.lexicon import bundled_lexicon
from askwiki.proof.reading import is_condition, own_subject

_BETWEEN = "(?:与|和|、|或|及|还是)"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the predicate of a clause stands, and which words of its topic are not there."""

    unit: int
    strange: list[int]
    """Words of the sentence's topic that the place lacks and the source has elsewhere."""
    rivals: list[int]
    """Tokens of the place's own topic that the sentence lacks."""
    covered: float
    rival_share: float


def topics(a: Alignment) -> dict[str, float]:
    """How surely a clause says of one topic what the source says of a parallel one."""
    parallel = other = apart = 0.0
    topic: list[int] = []
    for unit in sorted(set(a.units.of)):
        clauses = [n for n, u in enumerate(a.units.of) if u == unit]
        topic = _topic_of(a, clauses) or topic
        for number in clauses if topic else []:
            place = _place_of(a, number, topic)
            if place is None:
                continue
            conflict, alike = _conflict(a, place, topic)
            parallel, other = (
                max(parallel, conflict if alike else 0.0),
                max(other, conflict if not alike else 0.0),
            )
            apart = max(apart, (1 - place.covered) * place.rival_share)
    return {
        "topic_parallel": parallel,
        "topic_other": other,
        "topic_apart": apart,
        "exchanged": _exchanged(a),
    }


def _topic_of(a: Alignment, clauses: Sequence[int]) -> list[int]:
    """Words that say what a unit of the sentence is about."""
    first = clauses[0]
    for number in clauses:
        own = own_subject(a.clauses[number].tokens)
        if number == first and not own and len(clauses) > 1 and is_condition(a.clauses[first]):
            return a.said_in(first)
        if own:
            return [i for k in own if a.tokens[i := a.starts[number] + k].said]
    found: list[int] = []
    for i in a.said_in(first):
        if found and bundled_lexicon().is_verb(a.tokens[i].text):
            break
        found.append(i)
    return found


def _place_of(a: Alignment, number: int, topic: Sequence[int]) -> _Place | None:
    predicate = [i for i in a.said_in(number) if i not in topic]
    scores: dict[int, float] = defaultdict(float)
    for i in predicate:
        for unit, v in a.units_of(i).items():
            if v >= AKIN:
                scores[unit] += a.tokens[i].weight * v
    if not scores:
        return None
    bonus = 0.35 * a.weight(topic)
    best = max(scores, key=lambda u: (scores[u] + bonus * _covered(a, topic, u), -u))
    if scores[best] < 0.5 * a.weight(predicate):
        return None
    held = {j for i in [*predicate, *topic] for j in a.places(i, AKIN)}
    rivals, share = _rivals(a, best, {a.passage.tokens[j].text for j in held})
    strange = _strange(a, topic, best, rivals)
    return _Place(best, strange, rivals, _covered(a, topic, best), share)


def _bears(a: Alignment, i: int, unit: int) -> float:
    passage = a.passage
    value = max(a.in_unit(i, unit), a.in_unit(i, passage.context.get(unit, unit)))
    general = a.headed[i] >= HELD and a.tokens[i].text not in passage.topic_words
    return a.headed[i] if value < AKIN and general else value


def _covered(a: Alignment, topic: Sequence[int], unit: int) -> float:
    total = 0.0
    for i in topic:
        value = _bears(a, i, unit)
        total += a.tokens[i].weight * (value if value >= AKIN else 0.0)
    return total / a.weight(topic)


def _rivals(a: Alignment, unit: int, held: set[str]) -> tuple[list[int], float]:
    """The place's own topic words that the sentence lacks, and their share of its topic."""
    passage, topic = a.passage, a.passage.topics.get(unit, [])
    missing = [j for j in topic if passage.tokens[j].text not in held]
    strict = [j for j in missing if not _heads_only(a, passage.tokens[j].text)]
    weight = sum(passage.tokens[j].weight for j in topic)
    share = sum(passage.tokens[j].weight for j in strict) / weight if weight else 0.0
    return [j for j in strict if passage.tokens[j].kind != "number"], share


def _heads_only(a: Alignment, word: str) -> bool:
    """Whether the headings name `word` and no topic is called so."""
    lexicon, passage = bundled_lexicon(), a.passage
    return any(
        lexicon.likeness(word, t.text) > 0.8 and t.text not in passage.topic_words
        for t in passage.heading
    )


def _strange(a: Alignment, topic: Sequence[int], unit: int, rivals: Sequence[int]) -> list[int]:
    passage = a.passage
    found = []
    for i in topic:
        general = a.headed[i] >= HELD and a.tokens[i].text not in passage.topic_words
        value = max(a.in_unit(i, unit), a.in_unit(i, passage.context.get(unit, unit)))
        known = bool(a.places(i, 0.85)) and a.tokens[i].kind != "number"
        if value < AKIN and not general and known:
            found.append(i)
    headed = any(passage.in_heading(word) for word in passage.words_of(rivals))
    if not headed and all(a.headed[i] >= HELD for i in found):
        return []
    return found


def _conflict(a: Alignment, place: _Place, topic: Sequence[int]) -> tuple[float, bool]:
    passage = a.passage
    strange = sum(
        a.tokens[i].weight * (1.0 if a.tokens[i].text in passage.topic_words else 0.6)
        for i in place.strange
    )
    rival = sum(passage.tokens[j].weight for j in place.rivals)
    conflict = min(1.0, strange / 5) * min(1.0, rival / 3)
    if conflict <= 0.05:
        return 0.0, False
    mine = [a.tokens[i].text for i in place.strange]
    alike = _siblings(mine, passage.words_of(place.rivals)) or _named_together(a, place)
    alike = alike or _same_pattern(a, place)
    headed = [i for i in topic if a.headed[i] >= HELD]
    spoken = any(passage.in_heading(w) for w in passage.words_of(passage.topics[place.unit]))
    if len(headed) == len(topic) and not spoken:
        conflict *= 0.2
    return conflict, alike


def _siblings(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """单声道 and 双声道: words that share a part and are not the same."""
    likeness = bundled_lexicon().likeness
    return any(
        one != two
        and min(len(one), len(two)) >= 2
        and set(one) & set(two)
        and likeness(one, two) < 0.75
        for one in mine
        for two in theirs
    )


def _named_together(a: Alignment, place: _Place) -> bool:
    text = " ".join(t.text for t in a.passage.tokens)
    for i in place.strange:
        for word in a.passage.words_of(place.rivals):
            one, two = re.escape(a.tokens[i].text), re.escape(word)
            for first, second in ((one, two), (two, one)):
                if re.search(rf"{first}(?: \S+)? {_BETWEEN} (?:\S+ )?{second}", text):
                    return True
    return False


def _same_pattern(a: Alignment, place: _Place) -> bool:
    """Whether the strange words are the topic of a unit built like this one, near it."""
    passage = a.passage
    mine = passage.in_unit(place.unit)
    likeness = bundled_lexicon().likeness
    words = [a.tokens[i].text for i in place.strange]
    for unit, topic in passage.topics.items():
        if unit == place.unit:
            continue
        if not any(likeness(w, t) >= 0.85 for w in words for t in passage.words_of(topic)):
            continue
        theirs = passage.in_unit(unit)
        if mine and theirs and _parallel(a, mine, theirs, place.unit, unit):
            return True
    return False


def _parallel(
    a: Alignment, mine: Sequence[int], theirs: Sequence[int], unit: int, other: int
) -> bool:
    passage = a.passage
    one, two = passage.sentence[mine[0]], passage.sentence[theirs[0]]
    if one == two:
        low, high = sorted((mine[0], theirs[0]))
        parted = any(passage.closers[passage.clause[j]] == ";" for j in range(low, high))
        shared = set(passage.words_of(mine)) & set(passage.words_of(theirs))
        return parted or any(len(word) > 1 for word in shared)
    tabular = unit in passage.context or other in passage.context
    labelled = any(passage.tokens[j].text == ":" for j in mine[:6])
    return abs(one - two) <= 3 and (tabular or labelled)


# --- partners exchanged ------------------------------------------------------------------------


def _exchanged(a: Alignment) -> float:
    """Weight of the lightest of four words a-b, c-d in two parts of the sentence, where the source
    has a-d and c-b and neither of the others."""
    parts = _parts(a)
    worst = 0.0
    for n, one in enumerate(parts):
        for two in parts[n + 1 : n + 3]:
            worst = max(worst, _exchange(a, one[:6], two[:6]))
    return worst


def _parts(a: Alignment) -> list[list[int]]:
    """The sentence's known words, clause by clause, lists cut at 、."""
    parts: list[list[int]] = []
    for number in range(len(a.clauses)):
        current: list[int] = []
        for i in a.all_in(number):
            if a.tokens[i].text == "、":
                parts.append(current)
                current = []
            elif a.tokens[i].said and a.places(i, 0.85):
                current.append(i)
        parts.append(current)
    return [part for part in parts if len(part) >= 2]


def _exchange(a: Alignment, one: Sequence[int], two: Sequence[int]) -> float:
    worst = 0.0
    for n, first in enumerate(one[:3]):
        for partner in one[n + 1 :]:
            if _together(a, first, partner):
                continue
            for m, second in enumerate(two[:3]):
                if a.tokens[second].text == a.tokens[first].text:
                    continue
                if not _together(a, second, partner):
                    continue
                for fourth in two[m + 1 :]:
                    if a.tokens[fourth].text == a.tokens[partner].text:
                        continue
                    if _together(a, first, fourth) and not _together(a, second, fourth):
                        words = (first, partner, second, fourth)
                        worst = max(worst, min(a.tokens[i].weight for i in words))
    return worst


def _together(a: Alignment, one: int, two: int) -> bool:
    """Whether the source has both words in one unit."""
    units = {a.passage.unit[j] for j in a.places(one, 0.85)}
    return any(a.passage.unit[j] in units for j in a.places(two, 0.85))
