"""Who does it: the doer of each verb of the sentence beside the doer of that verb in the source."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from askwiki.proof.alignment import AKIN, HELD, Alignment
from askwiki.proof.lexicon import bundled_lexicon
from askwiki.proof.passage import Passage
from askwiki.proof.reading import Token

_OBLIQUE = frozenset("向给对为把将跟与从和在替按用以比同")
_JOINING = frozenset({"的", "、", "和", "与", "或", "及", ":"})
_STATE = frozenset({"是", "为", "有", "属于", "包括", "需要", "要", "可以", "能", "会"})


@dataclass(frozen=True, slots=True)
class _Frame:
    """A doer and the verbs it governs: indices of tokens. `led` marks 由 and 被."""

    doer: tuple[int, ...]
    verbs: tuple[int, ...]
    led: bool


def agents(a: Alignment) -> dict[str, float]:
    """First: 2 where the source has another doer for the verb. Second: 2 where it names none there
    and has the sentence's doer elsewhere, 1 where it lacks that doer."""
    theirs = _told(a.passage)
    other = unnamed = 0.0
    for number, clause in enumerate(a.clauses):
        start = a.starts[number]
        for frame in _frames(clause.tokens):
            doer = [start + k for k in frame.doer]
            verbs = [start + k for k in frame.verbs]
            one, two = _beside(a, doer, verbs, theirs, frame.led)
            other, unnamed = max(other, one), max(unnamed, two)
    return {"agent_other": other, "agent_unnamed": unnamed}


def _is_doer(token: Token) -> bool:
    return "doer" in token.classes and token.said


def _verb(token: Token) -> bool:
    lexicon = bundled_lexicon()
    if not token.said or token.kind != "word" or "doer" in token.classes or token.text in _STATE:
        return False
    return lexicon.is_verb(token.text) or lexicon.kind(token.text)[0] == "v"


def _frames(tokens: Sequence[Token]) -> Iterator[_Frame]:
    """由 X 做, 被 X 做, 请 X 做; X 做 where X opens the clause or follows grammar only."""
    at = 0
    while at < len(tokens):
        led = "by" in tokens[at].classes
        head = at + 1 if led else at
        doer = _noun_phrase(tokens, head)
        if not doer or not (led or (_is_doer(tokens[doer[-1]]) and _free(tokens, at))):
            at += 1
            continue
        end = doer[-1] + 1
        stop = next((k for k in range(end, len(tokens)) if "by" in tokens[k].classes), len(tokens))
        if end < len(tokens) and tokens[end].text in _JOINING:
            at = end
            continue
        verbs = tuple(k for k in range(end, min(stop, end + 9)) if _verb(tokens[k]))
        if verbs:
            yield _Frame(doer, verbs[:3], led)
        at = max(end, at + 1)


def _noun_phrase(tokens: Sequence[Token], at: int) -> tuple[int, ...]:
    """The run of nouns from `at`, 的 within it allowed."""
    found: list[int] = []
    k = at
    while k < len(tokens) and len(found) < 4:
        token = tokens[k]
        noun = token.kind in ("word", "latin") and token.said and not _verb(token)
        if noun:
            found.append(k)
        elif not (found and token.text == "的"):
            break
        k += 1
    return tuple(found)


def _free(tokens: Sequence[Token], at: int) -> bool:
    """Whether nothing before `at` makes it an object or an attribute."""
    if not at:
        return True
    before = tokens[at - 1]
    return before.kind == "grammar" and before.text not in _OBLIQUE | _JOINING


@lru_cache(maxsize=64)
def _told(p: Passage) -> tuple[tuple[set[int], set[int]], ...]:
    """Every frame of the source: the places of its doer and of its verbs."""
    return tuple(
        ({row[k] for k in frame.doer}, {row[k] for k in frame.verbs})
        for row in p.rows
        for frame in _frames([p.tokens[j] for j in row])
    )


def _beside(
    a: Alignment,
    doer: Sequence[int],
    verbs: Sequence[int],
    theirs: Sequence[tuple[set[int], set[int]]],
    led: bool,
) -> tuple[float, float]:
    p, head = a.passage, doer[-1]
    mine = {j for i in doer for j in a.places(i, AKIN)}
    verb_places = {j for i in verbs for j in a.places(i, 0.85)}
    rivals = [names for names, governed in theirs if governed & verb_places]
    if not verb_places or any(names & mine for names in rivals):
        return 0.0, 0.0
    if rivals:
        return (2.0 if mine or _is_doer(a.tokens[head]) else 1.0), 0.0
    near = any(p.segment[j] == p.segment[v] and j < v for j in mine for v in verb_places)
    if led and not near and a.headed[head] < HELD:
        return 0.0, 2.0 if mine else 1.0
    return 0.0, 0.0
