"""A written sentence laid beside a source: for each of its words the place that may bear it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from askwiki.proof.lexicon import AKIN, PART, bundled_lexicon
from askwiki.proof.passage import Passage
from askwiki.proof.quantity import Quantity
from askwiki.proof.reading import Clause, Token, Units, own_subject, read, units

Candidate = tuple[int, float]
"""A token of the source, and how far it can stand for the word."""

LEAST_ALIKE = 0.45
"""Words less alike say nothing of each other."""

HELD = 0.75
"""A word this like one of the headings is borne by them."""

_KINDRED = {
    letter: group
    for group in (
        "个条项种类点方面层级步档",
        "家",
        "人名位",
        "次遍回",
        "台部",
        "路",
        "份张",
        "段",
        "页",
    )
    for letter in group
}


@dataclass(frozen=True, slots=True)
class Link:
    """Where a word is borne: "unit" in the place its clause rests on, "away" elsewhere in the
    source, "heading" in the headings alone (`at` is -1)."""

    place: str
    at: int
    likeness: float


class Alignment:
    """The words of a sentence beside a passage.

    `tokens` are the sentence's, `clause_of` their clauses; `candidates`, `links`, `headed` and
    `best` run with them, `taken` holds the source's tokens that any word may stand for. `anchors` and `rows` give for each clause the unit and the clause of the
    source it rests on; `subjects` its subject, its own or carried on (second value).
    """

    def __init__(self, sentence: str, passage: Passage) -> None:
        self.passage = passage
        self.clauses: tuple[Clause, ...] = read(sentence)
        self.tokens: list[Token] = [t for clause in self.clauses for t in clause.tokens]
        self.clause_of = [n for n, c in enumerate(self.clauses) for _ in c.tokens]
        self.starts = [self.clause_of.index(n) for n in range(len(self.clauses))]
        self.said = [i for i, t in enumerate(self.tokens) if t.said]
        self.units: Units = units(self.clauses)
        self._lexicon = bundled_lexicon()
        texts = {t.text for t in self.tokens}
        self.candidates: list[list[Candidate]] = [
            self._candidates(i, texts) for i in range(len(self.tokens))
        ]
        self.taken = {j for row in self.candidates for j, v in row if v >= 0.78}
        self.headed = [self._headed(t) for t in self.tokens]
        self.found = [max((v for _, v in c), default=0.0) for c in self.candidates]
        self.best = [max(f, 0.95 * h) for f, h in zip(self.found, self.headed, strict=True)]
        self._by_unit = [self._best_by(i, passage.unit, True) for i in range(len(self.tokens))]
        self._by_row = [self._best_by(i, passage.clause, False) for i in range(len(self.tokens))]
        self.subjects: dict[int, tuple[list[int], bool]] = {}
        self.anchors: dict[int, int] = {}
        self.rows: dict[int, int] = {}
        for number in range(len(self.clauses)):
            self._place(number)
        self.links = self._linked()

    # --- words of a clause ---------------------------------------------------------------------

    def said_in(self, number: int) -> list[int]:
        """The words of a clause that carry content."""
        return [i for i in self.said if self.clause_of[i] == number]

    def all_in(self, number: int) -> range:
        start = self.starts[number]
        return range(start, start + len(self.clauses[number].tokens))

    def weight(self, indices: Sequence[int]) -> float:
        return sum(self.tokens[i].weight for i in indices)

    def in_unit(self, i: int, unit: int) -> float:
        """How well a unit of the source bears word `i`."""
        return self._by_unit[i].get(unit, 0.0)

    def units_of(self, i: int) -> dict[int, float]:
        return self._by_unit[i]

    def places(self, i: int, least: float) -> list[int]:
        """The tokens of the source that are at least so like word `i`."""
        return [j for j, v in self.candidates[i] if v >= least]

    def here(self, i: int, least: float = 0.0) -> int | None:
        """The token that bears word `i` in the unit its clause rests on."""
        link = self.links[i]
        if link is None or link.place != "unit" or link.likeness < least:
            return None
        return link.at

    def at(self, i: int, least: float = 0.0) -> int | None:
        """The token that bears word `i`, wherever in the source."""
        link = self.links[i]
        if link is None or link.at < 0 or link.likeness < least:
            return None
        return link.at

    # --- candidates ----------------------------------------------------------------------------

    def _candidates(self, i: int, texts: set[str]) -> list[Candidate]:
        token = self.tokens[i]
        if token.kind == "mark":
            return []
        if token.kind == "number":
            return list(self._numbers(i, token))
        found: list[Candidate] = []
        for word, positions in self.passage.index.items():
            other = self.passage.tokens[positions[0]]
            if other.kind == "number" or (word != token.text and not (other.said and token.said)):
                continue
            likeness = self._lexicon.likeness(token.text, word)
            if likeness >= LEAST_ALIKE:
                found.extend((j, likeness) for j in positions)
        if any(v == 1.0 for _, v in found):
            return [c for c in found if c[1] >= 0.78]
        # A part of a word that the sentence uses itself is another thing: 主机 beside 备机.
        tokens = self.passage.tokens
        return [c for c in found if c[1] >= 0.78 or tokens[c[0]].text not in texts]

    def _numbers(self, i: int, token: Token) -> Iterator[Candidate]:
        passage, mine = self.passage, token.quantity
        found = False
        for positions in passage.index.values():
            for j in positions:
                other = passage.tokens[j]
                if other.quantity is None or mine is None:
                    break
                if not mine.within(other.quantity):
                    if other.text == token.text:
                        yield j, 1.0
                    continue
                counted = mine.dimension == "count" and other.quantity.dimension in (
                    *("count", "digit", "person", "character"),
                )
                kin = _kin(mine.unit) == _kin(other.quantity.unit)
                same = _after(self.tokens, i) == _after(passage.tokens, j)
                found = True
                yield j, 0.5 if counted and not kin and not same else 1.0
        if mine is not None and not found:
            yield from self._ends(mine)

    def _ends(self, mine: Quantity) -> Iterator[Candidate]:
        """Places that hold the ends of the range `mine`, or a range of which the sentence has both
        ends, `mine` one of them."""
        numbers = [
            (j, t.quantity) for j, t in enumerate(self.passage.tokens) if t.quantity is not None
        ]
        if mine.low == mine.high:
            said = [t.quantity for t in self.tokens if t.quantity is not None]
            for j, other in numbers:
                ends = other.ends() if other.low != other.high else ()
                both = all(any(q.within(end) for q in said) for end in ends)
                if both and any(mine.within(end) for end in ends):
                    yield j, 0.9
            return
        held = [[j for j, q in numbers if end.within(q)] for end in mine.ends()]
        if all(held):
            yield from ((j, 0.9) for row in held for j in row)

    def _headed(self, token: Token) -> float:
        if token.quantity is not None:
            mine = token.quantity
            return float(
                any(t.quantity and mine.within(t.quantity) for t in self.passage.heading_numbers)
            )
        if not token.said:
            return 0.0
        likeness = self._lexicon.likeness
        return max((likeness(token.text, t.text) for t in self.passage.heading), default=0.0)

    def _best_by(self, i: int, owner: Sequence[int], contexts: bool) -> dict[int, float]:
        table: dict[int, float] = defaultdict(float)
        if not self.tokens[i].said:
            return table
        for j, v in self.candidates[i]:
            table[owner[j]] = max(table[owner[j]], v)
        if contexts:
            for unit, above in self.passage.context.items():
                if table.get(above, 0.0) > table.get(unit, 0.0):
                    table[unit] = 0.97 * table[above]
        return dict(table)

    # --- what each clause rests on -------------------------------------------------------------

    def _place(self, number: int) -> None:
        start = self.starts[number]
        own = own_subject(self.clauses[number].tokens)
        carried = self.subjects[number - 1][0] if number else []
        subject = [start + k for k in own if self._names(start + k)] if own else carried
        self.subjects[number] = (subject, bool(own))
        words = self.said_in(number)
        scores = self._unit_scores(words, [] if own else [i for i in subject if i not in words])
        if not scores:
            return
        rows: dict[int, float] = defaultdict(float)
        for i in words:
            for row, v in self._by_row[i].items():
                rows[row] += self.tokens[i].weight * v
        if not rows:
            self.anchors[number] = max(scores, key=lambda u: (scores[u], -u))
            return
        unit_of = {row: self.passage.unit[self.passage.rows[row][0]] for row in rows}
        best = max(rows, key=lambda r: (rows[r] + 0.8 * scores.get(unit_of[r], 0.0), -r))
        self.rows[number], self.anchors[number] = best, unit_of[best]

    def _names(self, i: int) -> bool:
        return self.tokens[i].said or self.tokens[i].kind == "number"

    def _unit_scores(self, words: Sequence[int], carried: Sequence[int]) -> dict[int, float]:
        scores: dict[int, float] = defaultdict(float)
        for i in [*words, *carried]:
            weight = self.tokens[i].weight * (1.0 if i in words else 0.6)
            base = max(0.4 * self.found[i], 0.75 * self.headed[i])
            for unit, v in self._by_unit[i].items():
                if v > base:
                    scores[unit] += weight * (v - base)
        return scores

    def _linked(self) -> list[Link | None]:
        links: list[Link | None] = []
        for number in range(len(self.clauses)):
            near: int | None = None
            for i in self.all_in(number):
                link = self._link(i, number, near)
                links.append(link)
                if link and link.place == "unit" and self.tokens[i].said:
                    near = link.at
        return links

    def _link(self, i: int, number: int, near: int | None) -> Link | None:
        best: tuple[float, int, float, float] | None = None
        for j, v in self.candidates[i]:
            place = self._place_factor(j, number)
            far = 0.001 * min(abs(j - near - 1), 60) if near is not None else 0.0
            if best is None or v * place - far > best[0]:
                best = (v * place - far, j, v, place)
        if best and not (best[3] < 0.9 and 0.8 * self.headed[i] > best[0]):
            return Link("unit" if best[3] > 0.9 else "away", best[1], best[2])
        return Link("heading", -1, self.headed[i]) if self.headed[i] >= LEAST_ALIKE else None

    def _place_factor(self, j: int, number: int) -> float:
        unit, passage = self.anchors.get(number), self.passage
        if passage.clause[j] == self.rows.get(number):
            return 1.0
        if passage.unit[j] == unit:
            return 0.95
        above = passage.context.get(unit) if unit is not None else None
        return 0.92 if above is not None and above == passage.unit[j] else 0.6


def _kin(unit: str) -> str:
    """Classifiers that can stand for each other: 个, 种, 项; 部分 and 方面 count as 个."""
    return _KINDRED.get(unit if len(unit) == 1 else "个", unit)


def _after(tokens: Sequence[Token], i: int) -> str:
    rest = (t.text for t in tokens[i + 1 :] if t.text != "的")
    return next(rest, "")


Sign = Callable[[Alignment], dict[str, float]]

__all__ = ["AKIN", "HELD", "PART", "Alignment", "Candidate", "Link", "Sign"]
