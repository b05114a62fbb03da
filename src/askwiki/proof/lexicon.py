"""What the judge knows of words: which say the same, which exclude each other, what they do.

All of it stands in editable files under `data/`: `proof_synonyms.txt`, `proof_opposites.txt`,
`proof_kinds.txt`, `proof_marks.txt`, `proof_words.tsv`, and the names of `glossary.txt`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files

from askwiki import text as zh

SAME, SYNONYM, PART, RELATED, LIKE, AKIN = 1.0, 0.9, 0.8, 0.7, 0.62, 0.6
"""Likeness of two words: equal, synonyms, one holds the other, related, most characters, a
character."""

_HAN_ONLY = re.compile(rf"[{zh.HAN}]+")
_UNKNOWN_COST, _PHRASE_COST = 13.0, 11.0
_NEGATING = ("没有", "不能", "无法", "无需", "不", "未", "无", "没", "非")


def _lines(name: str) -> Iterator[str]:
    for line in files("askwiki").joinpath("data", name).read_text("utf-8").splitlines():
        body = line.split("#", 1)[0].strip()
        if body:
            yield body


class Lexicon:
    """The word lists, read once.

    Args:
        synonyms: groups of words that say the same.
        opposites: per line, sides of words that exclude the other sides' words.
        marks: class -> words.
        words: word -> (cost in cutting, weight, word class).
        kinds: groups of words of one kind, of which one excludes another in the same place.
        related: groups of words that may stand for each other in some sense.
    """

    def __init__(
        self,
        synonyms: Iterable[Iterable[str]],
        opposites: Iterable[list[list[str]]],
        marks: Mapping[str, Iterable[str]],
        words: Mapping[str, tuple[float, float, str]],
        kinds: Iterable[Iterable[str]] = (),
        related: Iterable[Iterable[str]] = (),
    ) -> None:
        self._related: dict[str, set[int]] = defaultdict(set)
        for number, group in enumerate(related):
            for word in group:
                self._related[word].add(number)
        self._kin: dict[str, set[int]] = defaultdict(set)
        for number, group in enumerate(kinds):
            for word in group:
                self._kin[word].add(number)
        self._groups: dict[str, set[int]] = defaultdict(set)
        for number, group in enumerate(synonyms):
            for word in group:
                self._groups[word].add(number)
        self._opposites: dict[str, set[str]] = defaultdict(set)
        for sides in opposites:
            for side in sides:
                for word in side:
                    self._opposites[word].update(w for s in sides if s is not side for w in s)
        self._kin_by_group: dict[int, set[int]] = defaultdict(set)
        for word, kin in self._kin.items():
            for synonymous in self._groups.get(word, ()):
                self._kin_by_group[synonymous] |= kin
        classes: dict[str, set[str]] = defaultdict(set)
        for name, members in marks.items():
            for word in members:
                classes[word].add(name)
        self._classes = {word: frozenset(names) for word, names in classes.items()}
        self._members = {name: frozenset(members) for name, members in marks.items()}
        self._weights = {word: weight for word, (_, weight, _) in words.items()}
        self._kinds = {word: kind for word, (_, _, kind) in words.items()}
        self._costs = {word: cost for word, (cost, _, _) in words.items()}
        self._longest = max(map(len, self._costs), default=1)
        self._add_phrases()
        self.likeness = lru_cache(maxsize=200_000)(self._likeness)
        self.is_verb = lru_cache(maxsize=50_000)(self._is_verb)
        self.kin = lru_cache(maxsize=50_000)(self._kin_of)
        self.cut = lru_cache(maxsize=20_000)(self._cut)

    def _add_phrases(self) -> None:
        """Words of the lists are kept whole wherever their parts would be cut apart."""
        for word in self._members.get("not_word", ()):
            self._costs.pop(word, None)
        lists = (
            set(self._groups)
            | set(self._opposites)
            | set(self._classes)
            | set(self._kin)
            | set(self._related)
        )
        lists -= {w for w in lists if self._classes.get(w) == frozenset({"not_word"})}
        phrases = (w for w in lists if len(w) > 1 and _HAN_ONLY.fullmatch(w))
        for word in sorted(phrases, key=lambda w: (len(w), w)):
            known = self._costs.pop(word, _PHRASE_COST)
            parts = sum(self._costs.get(part, _UNKNOWN_COST) for part in self._cut(word))
            self._costs[word] = min(known, 0.97 * parts)
            self._longest = max(self._longest, len(word))

    def classes(self, word: str) -> frozenset[str]:
        """What `word` does in a sentence: the classes of `proof_marks.txt`."""
        return self._classes.get(word, frozenset())

    def members(self, name: str) -> frozenset[str]:
        """The words of a class."""
        return self._members[name]

    def weight(self, word: str) -> float:
        """How much it says: the rarer the more, from about 1 to 8."""
        return self._weights.get(word, 5.0 if len(word) == 1 else 7.0)

    def kind(self, word: str) -> str:
        """Word class: n, v, a, d …; nouns where it is not known."""
        return self._kinds.get(word, "n")

    def knows(self, word: str) -> bool:
        """Whether `word` is in any of the lists."""
        return word in self._costs

    def _is_verb(self, word: str) -> bool:
        classes = self.classes(word)
        if "doer" in classes or "noun" in classes:
            return False
        if "verb" in classes:
            return True
        return self._kinds.get(word, "v" if len(word) == 1 else "n") in ("v", "vd", "vi")

    def _cut(self, run: str) -> tuple[str, ...]:
        """A run of Han characters as words, the cheapest way."""
        best, back = [0.0] + [float("inf")] * len(run), [0] * (len(run) + 1)
        for start in range(len(run)):
            for end in range(start + 1, min(start + self._longest, len(run)) + 1):
                cost = self._costs.get(run[start:end])
                if cost is None:
                    if end - start > 1:
                        continue
                    cost = _UNKNOWN_COST
                if best[start] + cost < best[end]:
                    best[end], back[end] = best[start] + cost, start
        words, end = [], len(run)
        while end:
            words.append(run[back[end] : end])
            end = back[end]
        return tuple(reversed(words))

    def opposed(self, one: str, two: str) -> bool:
        """Whether the words exclude each other: 高峰 and 低谷, 一致 and 不一致, 使用权 and 所有权."""
        if two in self._opposites.get(one, ()):
            return True
        if one[:1] != two[:1] and one[-1:] != two[-1:]:
            return False
        if self._denies(one, two) or self._denies(two, one):
            return True
        shorter = min(len(one), len(two))
        if shorter < 2 or one == two:
            return False
        tail = next((k for k in range(shorter) if one[-1 - k] != two[-1 - k]), shorter - 1)
        tail = min(tail, shorter - 1)
        head = next((k for k in range(shorter) if one[k] != two[k]), shorter - 1)
        head = min(head, shorter - 1)
        return bool(
            (tail and two[: len(two) - tail] in self._opposites.get(one[: len(one) - tail], ()))
            or (head and two[head:] in self._opposites.get(one[head:], ()))
        )

    def rival(self, one: str, two: str) -> bool:
        """Whether the words name two things of one kind: 短信 and 邮件, 财务部门 and 法务部门."""
        kin = self.kin(one)
        return bool(kin and kin & self.kin(two)) and self.likeness(one, two) < PART

    def _of_one_kind(self, one: str, two: str) -> bool:
        """Whether a kind lists both and neither holds the other (运营商 and 服务商, not 短号 and
        短号码)."""
        shared = self._kin.get(one, set()) & self._kin.get(two, set())
        return bool(shared) and one not in two and two not in one

    def _kin_of(self, word: str) -> frozenset[int]:
        """The kinds of `word` and of its synonyms."""
        found = set(self._kin.get(word, ()))
        for group in self._groups.get(word, ()):
            found |= self._kin_by_group.get(group, set())
        return frozenset(found)

    def _denies(self, long: str, short: str) -> bool:
        if len(short) < 2 or self.classes(short):
            return False
        return any(long == prefix + short for prefix in ("不", "未", "无", "没", "非", "没有"))

    def _likeness(self, one: str, two: str) -> float:
        """How far `one` can stand for `two`, 0 to 1."""
        if one == two:
            return SAME
        if self.opposed(one, two):
            return 0.0
        if self._groups.get(one, frozenset()) & self._groups.get(two, frozenset()):
            return SYNONYM
        if _negative(one) != _negative(two) or self._of_one_kind(one, two):
            return 0.0
        related = self._related.get(one, set()) & self._related.get(two, set())
        if len(one) >= 2 and len(two) >= 2 and (one in two or two in one):
            return PART
        if related:
            return RELATED
        if len(one) >= 2 and len(two) >= 2:
            return _shared(one, two)
        held = (len(one) == 1 and one in two) or (len(two) == 1 and two in one)
        return AKIN if held else 0.0


def _negative(word: str) -> bool:
    return any(word.startswith(p) and len(word) > len(p) for p in _NEGATING)


def _shared(one: str, two: str) -> float:
    common = set(one) & set(two)
    if not common:
        return 0.0
    share = len(common) / max(len(set(one)), len(set(two)))
    if share >= 0.66 and min(len(one), len(two)) >= 3:
        return LIKE
    return 0.4 if share >= 0.5 else 0.2


@cache
def bundled_lexicon() -> Lexicon:
    """The lexicon of the bundled files."""
    names = zh.parse_glossary(
        files("askwiki").joinpath("data", "glossary.txt").read_text("utf-8").splitlines()
    )
    synonyms = [[zh.normalise(w) for w in line.split()] for line in _lines("proof_synonyms.txt")]
    synonyms += [[term, *others] for term, others in names.items()]
    opposites = [[s.split() for s in line.split(" / ")] for line in _lines("proof_opposites.txt")]
    marks = {name: words.split() for name, _, words in _pairs(_lines("proof_marks.txt"))}
    kinds, related = (
        [[zh.normalise(w) for w in line.split()] for line in _lines(name)]
        for name in ("proof_kinds.txt", "proof_related.txt")
    )
    return Lexicon(synonyms, opposites, marks, _words(), kinds, related)


def _pairs(lines: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    for line in lines:
        yield line.partition(":")


def _words() -> dict[str, tuple[float, float, str]]:
    table: dict[str, tuple[float, float, str]] = {}
    for line in _lines("proof_words.tsv"):
        word, cost, weight, kind = line.split("\t")
        table[word] = (float(cost), float(weight), kind)
    return table
