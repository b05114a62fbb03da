"""Characters typed for others that sound alike: 分鸡号怎么改 is read as 分机号怎么改.

Most typing is by sound, so most slips are right in sound and wrong in writing. A character is taken
for one where no pair that it makes with its neighbours is known, neither to the corpus nor to
Chinese at large; the one meant is the homophone that makes the most usual word of the corpus.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Protocol

from askwiki import text as zh

USUAL = 0.01
"""Share of the passages that must hold the word that is meant, and `AT_LEAST` of them: what a small
corpus lacks is no slip."""

AT_LEAST = 20

BOUND = 0.1
"""The word that is meant makes up this much of what its rarer character occurs in: 分机 is a word,
要号 are two characters that happen to meet. This and `USUAL` were chosen on tuning questions with
one character in each replaced (`training/LOG.md`)."""

MOST = 2
"""Characters put right in one text; with more, it is the reading that is wrong."""


class Words(Protocol):
    """What is known of the words of a corpus; its lexical index knows it."""

    def count(self, term: str) -> int:
        """How many passages hold `term`, a character or two."""


@dataclass(frozen=True, slots=True)
class Homophones:
    """Puts homophones right by what a corpus of `n_passages` writes; `common` knows other words."""

    words: Words
    n_passages: int
    common: Callable[[str], bool]

    def corrected(self, text: str) -> str:
        """`text` with up to `MOST` characters replaced; the same where none seems wrong."""
        for _ in range(MOST):
            better = self._better(text)
            if better is None:
                break
            text = better
        return text

    def _better(self, text: str) -> str | None:
        plain = zh.normalise(text)
        if len(plain) != len(text):  # folded so that places differ
            text = plain
        options = [option for at in range(len(plain)) for option in self._options(plain, at)]
        if not options:
            return None
        _, at, meant = max(options)
        return text[:at] + meant + text[at + 1 :]

    def _options(self, plain: str, at: int) -> list[tuple[float, int, str]]:
        """(how good, where, the character meant)"""
        alike = homophones().get(plain[at], "")
        before, after = plain[max(at - 1, 0) : at], plain[at + 1 : at + 2]
        beside = [(b, a) for b, a in ((before, ""), ("", after)) if is_written(b + a)]
        if not alike or not beside or any(self._known(b + plain[at] + a) for b, a in beside):
            return []
        made = [(self._worth(b + meant + a), at, meant) for meant in alike for b, a in beside]
        return [option for option in made if option[0] > 0]

    def _known(self, word: str) -> bool:
        return self.words.count(word) > 0 or self.common(word)

    def _worth(self, word: str) -> float:
        """How usual `word` is, two characters; 0 where it is none of the corpus."""
        held = self.words.count(word)
        if held < max(AT_LEAST, USUAL * self.n_passages):
            return 0.0
        bound = held / min(map(self.words.count, word))
        return 1 + held * bound if bound >= BOUND else 0.0


def is_written(character: str) -> bool:
    """Whether it is one of those that `homophones` knows."""
    return character in homophones()


@cache
def homophones() -> Mapping[str, str]:
    """Character -> those that share a reading with it, whatever the tone.

    From `data/homophones.txt`, which `training/homophones.py` writes.
    """
    alike: dict[str, set[str]] = defaultdict(set)
    for line in files("askwiki").joinpath("data/homophones.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            for character in line:
                alike[character].update(line)
    return {one: "".join(sorted(others - {one})) for one, others in alike.items()}
