"""Denied here and not there, allowed here and forbidden there, opposites."""

from collections.abc import Sequence

from askwiki.proof.alignment import AKIN, Alignment
from askwiki.proof.lexicon import bundled_lexicon
from askwiki.proof.reading import Token, is_condition

_NO_IN_WORD = frozenset("不未无非没难免禁勿拒")
_NO_NEAR = frozenset("未无非拒禁")
_WITHOUT = frozenset({"没有", "无", "没", "非"})


def polarity(a: Alignment) -> dict[str, float]:
    """Negations added and dropped (the higher the surer), opposites, permissions."""
    added = dropped = free = allowed = bare = lost = 0.0
    for number in range(len(a.clauses)):
        one, loose, alone = _added(a, number)
        added, free, bare = max(added, one), free + loose, max(bare, alone)
        gone, other = _dropped(a, number)
        dropped, lost = max(dropped, gone), max(lost, other)
        allowed = max(allowed, _allowed(a, number))
    here, elsewhere = _opposites(a)
    return {
        "no_added": added,
        "no_dropped": dropped,
        "no_loose": free,
        "no_bare": bare,
        "no_lost": lost,
        "allowed": allowed,
        "opposite": here,
        "opposite_away": elsewhere,
        "opposite_beside": _beside(a),
    }


def _head(tokens: Sequence[Token], at: int) -> int | None:
    """Index of what the negation at `at` denies: the next verb or adjective, else any word."""
    lexicon = bundled_lexicon()
    ahead = [k for k in range(at + 1, min(at + 8, len(tokens))) if tokens[k].said]
    if ahead[:1] == [at + 1] and lexicon.kind(tokens[at + 1].text)[0] != "n":
        return at + 1
    if tokens[at].text not in _WITHOUT:
        for k in ahead:
            if lexicon.kind(tokens[k].text)[0] in "va":
                return k
    return ahead[0] if ahead else None


def _denied(a: Alignment, j: int) -> bool:
    """Whether a negation stands before token `j` of the source in its clause."""
    row = a.passage.rows[a.passage.clause[j]]
    return any(a.passage.tokens[k].denies for k in row if k < j)


def _hints(tokens: Sequence[Token], implied: bool) -> bool:
    implying = bundled_lexicon().members("implies_no") if implied else frozenset()
    return any(
        t.denies or _NO_NEAR & set(t.text) or any(word in t.text for word in implying)
        for t in tokens
    )


def _unsaid(a: Alignment, positions: Sequence[int]) -> list[Token]:
    """Those of the source's tokens that no word of the sentence stands for, and its negations."""
    tokens = a.passage.tokens
    return [tokens[j] for j in positions if tokens[j].denies or j not in a.taken]


def _added(a: Alignment, number: int) -> tuple[float, int, bool]:
    """How sure a negation of the clause is not in the source, how many deny something new, and
    whether such a one stands against a place without any negation."""
    start, tokens = a.starts[number], a.clauses[number].tokens
    worst, loose, bare = 0.0, 0, False
    for at, token in enumerate(tokens):
        if not token.denies:
            continue
        head = _head(tokens, at)
        if head is None:
            head = next((k for k in range(at - 1, -1, -1) if tokens[k].said), None)
        if head is None or _word_for_word(a, start + at):
            continue
        place = a.at(start + head, AKIN)
        if place is None:
            loose += 1
            bare = bare or not _denying(a, number)
        elif not any(_denied(a, j) for j in a.places(start + head, AKIN)):
            worst = max(worst, _added_at(a, number, token, start + head, place))
    return worst, loose, bare


def _word_for_word(a: Alignment, i: int) -> bool:
    """Whether the source has negation `i` before the same next word."""
    if i + 1 >= len(a.tokens) or a.clause_of[i + 1] != a.clause_of[i]:
        return False
    index, tokens = a.passage.index, a.passage.tokens
    after = set(index.get(a.tokens[i + 1].text, ()))
    return any(j + 1 in after and tokens[j].denies for j in range(len(tokens) - 1))


def _denying(a: Alignment, number: int) -> bool:
    """Whether the unit that a clause rests on denies anything."""
    unit = a.anchors.get(number)
    return unit is None or _hints(_unsaid(a, a.passage.in_unit(unit)), implied=True)


def _added_at(a: Alignment, number: int, token: Token, head: int, place: int) -> float:
    passage = a.passage
    mine, theirs = set(a.tokens[head].text), set(passage.tokens[place].text)
    if _NO_IN_WORD & theirs and not _NO_IN_WORD & mine:
        return 0.0
    row = passage.rows[passage.clause[place]]
    if "needless" in token.classes:
        obliged = any("must_any" in passage.tokens[k].classes for k in row if k < place)
        return 3.0 if obliged and not _hints(_unsaid(a, row), implied=True) else 0.5
    if _hints(_unsaid(a, row), implied=True):
        return 1.0
    around = [passage.tokens[k] for k in passage.in_unit(passage.unit[place])]
    if any(t.denies or t.classes & {"only", "excludes"} for t in around):
        return 2.0
    return 2.0 if is_condition(a.clauses[number]) else 3.0


def _dropped(a: Alignment, number: int) -> tuple[float, bool]:
    """Whether the source denies what the clause states: 2 where nothing else speaks for it.
    Second: whether it denies something else there, and the clause nothing."""
    if number not in a.rows:
        return 0.0, False
    passage, tokens = a.passage, a.clauses[number].tokens
    row = passage.rows[a.rows[number]]
    theirs = [passage.tokens[j] for j in row]
    worst, lost = 0.0, False
    for at, token in enumerate(theirs):
        head = _head(theirs, at) if token.denies else None
        if head is None:
            continue
        mine = [i for i in a.all_in(number) if row[head] in a.places(i, AKIN)]
        if not mine:
            lost = lost or not _hints(tokens, implied=True)
            continue
        if _NO_IN_WORD & set(a.tokens[mine[0]].text) and not _NO_IN_WORD & set(theirs[head].text):
            continue
        if any(a.tokens[i].denies for i in a.all_in(number)):
            continue
        other = any(not _denied(a, j) for j in a.places(mine[0], AKIN) if j != row[head])
        narrowed = any(t.text in ("只", "仅", "只能", "只有", "仅限") for t in tokens)
        turned = any(t.text.startswith("不") for t in tokens)
        sure = not (other or narrowed or turned or _hints(tokens, implied=False))
        worst = max(worst, 2.0 if sure else 1.0)
    return worst, lost


def _allowed(a: Alignment, number: int) -> float:
    """2 where the clause allows what the source forbids."""
    tokens, start = a.clauses[number].tokens, a.starts[number]
    if any(t.denies for t in tokens) or number not in a.anchors:
        return 0.0
    worst = 0.0
    for at, token in enumerate(tokens):
        if "grants" not in token.classes:
            continue
        for head in _granted(tokens, at):
            unit = a.anchors[number]
            places = [j for j in a.places(start + head, 0.85) if a.passage.unit[j] == unit]
            barred = [_forbidden(a, j) for j in places]
            if barred and any(barred):
                worst = max(worst, 2.0 if all(barred) else 1.0)
    return worst


def _granted(tokens: Sequence[Token], at: int) -> list[int]:
    ahead = [k for k in range(at + 1, min(at + 9, len(tokens))) if tokens[k].said]
    verbs = [k for k in ahead if bundled_lexicon().is_verb(tokens[k].text)]
    return verbs[:2] or [k for k in ahead if k < at + 6][:1]


def _forbidden(a: Alignment, j: int) -> bool:
    """By its own clause, or by the line that leads into its list."""
    passage = a.passage
    row = passage.rows[passage.clause[j]]
    if any("forbids" in passage.tokens[k].classes and 0 < j - k <= 10 for k in row):
        return True
    above = passage.context.get(passage.unit[j])
    if above is None or any("may" in passage.tokens[k].classes for k in row):
        return False
    strong = (passage.tokens[k] for k in passage.in_unit(above))
    return any("forbids" in t.classes and t.text not in ("不会", "不") for t in strong)


# --- opposites ---------------------------------------------------------------------------------

_TOO_SHORT = frozenset("前后上下内外先可")


def _opposites(a: Alignment) -> tuple[float, float]:
    """Opposites of the sentence's words in the places it rests on: 2 in the same clause. Second:
    whether of words that the source has elsewhere."""
    here = elsewhere = 0.0
    for number, unit in a.anchors.items():
        taken = {j for i in a.all_in(number) for j in a.places(i, 0.85)}
        taken |= {j for i in a.all_in(number) if (j := a.at(i)) is not None}
        free = [j for j in a.passage.in_unit(unit) if j not in taken]
        for i in a.all_in(number):
            if a.tokens[i].kind in ("mark", "number") or a.here(i, 0.85) is not None:
                continue
            hit = _opposite_of(a, i, free)
            if hit is None:
                continue
            if a.places(i, 0.78):
                elsewhere = 1.0
            else:
                same = any(a.passage.clause[j] == a.rows.get(number) for j in hit)
                here = max(here, 2.0 if same else 1.0)
    return here, elsewhere


def _opposite_of(a: Alignment, i: int, free: Sequence[int]) -> list[int] | None:
    lexicon, word, tokens = bundled_lexicon(), a.tokens[i].text, a.passage.tokens
    hit = [
        j
        for j in free
        if tokens[j].kind not in ("mark", "number") and lexicon.opposed(word, tokens[j].text)
    ]
    if not hit or word in _TOO_SHORT:
        return None
    number = a.clause_of[i]
    if any(a.tokens[k].denies for k in a.all_in(number) if i - 4 <= k < i):
        return None
    row = a.passage.rows[a.passage.clause[hit[0]]]
    if any("neg" in tokens[k].classes for k in row if hit[0] - 4 <= k < hit[0]):
        return None
    return hit


def _beside(a: Alignment) -> float:
    """1 where a word stands beside the same neighbour as its opposite does in the source."""
    for n, i in enumerate(a.said):
        for beside, step in ((n + 1, -1), (n - 1, 1)):
            if not 0 <= beside < len(a.said):
                continue
            other = a.said[beside]
            if a.clause_of[other] != a.clause_of[i] or abs(other - i) > 3:
                continue
            if _turned(a, i, other, step):
                return 1.0
    return 0.0


def _turned(a: Alignment, i: int, other: int, step: int) -> bool:
    lexicon, passage, word = bundled_lexicon(), a.passage, a.tokens[i].text
    places = a.places(other, 0.85)
    near = [passage.tokens[k].text for j in places for k in _near(a, j, step)]
    if not any(lexicon.opposed(word, text) for text in near):
        return False
    if any(lexicon.likeness(word, text) >= AKIN for text in near):
        return False
    # 设定生效和失效时间 has both on that side of the neighbour.
    if any(0 < (k - j) * step <= 4 for j in places for k in passage.index.get(word, ())):
        return False
    before = [k for k in (i - 2, i - 1) if k >= 0 and a.clause_of[k] == a.clause_of[i]]
    return not any("neg" in a.tokens[k].classes for k in before)


def _near(a: Alignment, j: int, step: int) -> list[int]:
    found: list[int] = []
    at, row = j + step, a.passage.clause[j]
    while 0 <= at < len(a.passage.tokens) and a.passage.clause[at] == row and len(found) < 2:
        token = a.passage.tokens[at]
        if token.said or token.classes:
            found.append(at)
        at += step
    return found
