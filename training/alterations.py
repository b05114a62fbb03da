"""Sentences written from a passage by rule, true and altered, for a network to learn the two apart.

True ones are sentences of the passage as they stand, with words replaced by their synonyms, with a
clause left out, or two of them in one. Altered ones have another number, a word replaced by its
opposite or by another of its kind, a negation more or less, the end of another sentence, or a sentence
of another passage behind them. The words are those of the judge (`src/askwiki/data/proof_*.txt`).
"""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.resources import files

from askwiki import text as zh

Words = Mapping[str, Sequence[str]]

_NUMBER = re.compile(
    r"\d+(?:\.\d+)?|[一二三四五六七八九十百两]+(?=[个天月年小次位路部种项条家秒分倍成])"
)
_NEGATED = (
    ("可以", "不可以"), ("不能", "能"), ("必须", "不必"), ("应", "不应"), ("不需要", "需要"),
    ("需要", "不需要"), ("不会", "会"), ("会", "不会"), ("无法", "可以"), ("没有", "有"),
    ("支持", "不支持"), ("不得", "可以"), ("不宜", "宜"), ("不", ""),
)  # fmt: skip
_FACTORS = (2, 3, 0.5, 10, 1.5)


class Writer:
    """Writes sentences from those of a passage.

    Args:
        rng: what chances are taken by.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._synonyms = _others([[[w] for w in line.split()] for line in _lines("synonyms")])
        self._opposites = _others(
            [[side.split() for side in line.split("/")] for line in _lines("opposites")]
        )
        kinds = _others([[[w] for w in line.split()] for line in _lines("kinds")])
        self._kinds = {
            word: [other for other in others if other not in self._synonyms.get(word, ())]
            for word, others in kinds.items()
        }

    def true(self, sentence: str, others: Sequence[str]) -> str:
        """What `sentence`, of a passage with `others`, says in other words, or less or more."""
        chance = self._rng.random()
        if chance < 0.25:
            return sentence
        if chance < 0.7:
            for _ in range(self._rng.randint(1, 3)):
                sentence = self._replaced(self._synonyms, sentence) or sentence
            clauses = _clauses(sentence)
            if len(clauses) > 2 and self._rng.random() < 0.4:
                return _ended("".join(clauses[:-1]))
            return sentence
        if chance < 0.85:
            return self._rng.choice([_ended(_clauses(sentence)[0]), sentence])
        return f"{sentence.rstrip('。；;')}；{self._rng.choice(others)}"

    def altered(self, sentence: str, others: Sequence[str], foreign: Sequence[str]) -> str:
        """What `sentence` does not say; "" where no rule applies. `foreign` is of another passage."""
        rules: list[Callable[[], str]] = [
            lambda: self._renumbered(sentence),
            lambda: self._replaced(self._opposites, sentence),
            lambda: self._replaced(self._kinds, sentence),
            lambda: self._negated(sentence),
            lambda: self._crossed(sentence, others),
            lambda: self._crossed(sentence, foreign),
            lambda: f"{sentence.rstrip('。；')}，{self._rng.choice(foreign)}" if foreign else "",
        ]
        self._rng.shuffle(rules)
        made = next((text for rule in rules if (text := rule()) and text != sentence), "")
        if made and self._rng.random() < 0.4:
            return self.true(made, [made])
        return made

    def _replaced(self, words: Words, sentence: str) -> str:
        found = [w for w in words if w in sentence and words[w]]
        if not found:
            return ""
        longest = max(map(len, found))
        word = self._rng.choice([w for w in found if len(w) > longest // 2])
        return sentence.replace(word, self._rng.choice(words[word]), 1)

    def _renumbered(self, sentence: str) -> str:
        found = list(_NUMBER.finditer(sentence))
        if not found:
            return ""
        number = self._rng.choice(found)
        return sentence[: number.start()] + self._another(number[0]) + sentence[number.end() :]

    def _another(self, number: str) -> str:
        if not number[0].isdigit():
            return self._rng.choice([c for c in "一二三四五六七八九十" if c != number])
        value = float(number) * self._rng.choice(_FACTORS)
        return f"{value or 3:g}"

    def _negated(self, sentence: str) -> str:
        found = [pair for pair in _NEGATED if pair[0] in sentence]
        return sentence.replace(*self._rng.choice(found), 1) if found else ""

    def _crossed(self, sentence: str, others: Sequence[str]) -> str:
        if not others:
            return ""
        own, other = _clauses(sentence), _clauses(self._rng.choice(others))
        return "".join([*own[:-1], other[-1]]) if len(own) > 1 and len(other) > 1 else ""


def _clauses(sentence: str) -> list[str]:
    return [clause for clause in re.split(r"(?<=[，；,;])", sentence) if clause]


def _ended(clause: str) -> str:
    return clause.rstrip("，；,;。") + "。"


def _others(groups: Sequence[Sequence[Sequence[str]]]) -> dict[str, list[str]]:
    """word -> the words of the other sides of its groups; words of one character are left out."""
    found: dict[str, list[str]] = defaultdict(list)
    for sides in groups:
        for own in sides:
            others = [word for side in sides if side is not own for word in side]
            for word in own:
                if len(word) > 1:
                    found[word] += others
    return found


def _lines(name: str) -> Iterator[str]:
    table = files("askwiki").joinpath("data", f"proof_{name}.txt").read_text("utf-8")
    for line in table.splitlines():
        if body := line.split("#", 1)[0].strip():
            yield body


def sentences_of(passage: str) -> list[str]:
    """Its sentences of 9 to 99 characters."""
    cut = (passage[start:end].strip() for start, end in zh.sentences(passage))
    return [sentence for sentence in cut if 8 < len(sentence) < 100]
