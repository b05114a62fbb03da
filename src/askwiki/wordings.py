"""Questions asked before, and who asks one of them again, however it is turned.

"怎么取消400电话", "400电话怎么取消？" and "如何取消400电话呢" are one question: the marks around it and the
particles at its end say nothing, the words in `_SAME` ask the same, and Chinese lets what is asked
about stand before what is asked of it. So two questions are the same if one, cut in two, is the
other with its pieces exchanged. "手机打座机" and "座机打手机" are not.
"""

import re
from collections.abc import Iterable, Sequence

from askwiki import text as zh

_SAME = {
    "怎": ("怎么样", "怎么才能", "怎么", "怎样", "如何", "咋样", "咋"),
    "啥": ("什么",),
    "多久": ("多长时间",),
    "要": ("要不要", "需不需要", "需要"),
    "能": ("能不能", "可不可以", "可以", "能否", "是否可以", "是否能"),
    "是": ("是不是", "是否"),
    "有": ("有没有", "有无"),
}
"""What is read in place of each."""

_READ_AS = {word: short for short, words in _SAME.items() for word in words}
_WORDS = re.compile("|".join(sorted(_READ_AS, key=len, reverse=True)))
_MARKS = re.compile(r"[^\w\n]+|_|一下")
_PARTICLES = "吗呢啊呀吧嘛么"


class Wordings:
    """Questions with what answers each; of two that are the same the first one's holds.

    Args:
        asked: pairs of a question and the id of what answers it.
    """

    def __init__(self, asked: Iterable[tuple[str, str]]) -> None:
        pairs = list(asked)
        self._answers: dict[str, str] = {}
        for bare, (_, key) in zip(_bare([question for question, _ in pairs]), pairs, strict=True):
            if bare:
                self._answers.setdefault(bare, key)

    def answered_by(self, question: str) -> str | None:
        """What answers `question`, if it was asked before; as it stands before as it is turned, as it
        is written before as it reads in simplified characters of usual width.

        None too where it is two different questions turned.
        """
        written = dict.fromkeys(_bare([question, zh.normalise(question)]))
        ways = (self._answers.get(bare) or self._turned(bare) for bare in written)
        return next(filter(None, ways), None)

    def _turned(self, bare: str) -> str | None:
        ways = (bare[at:] + bare[:at] for at in range(1, len(bare)))
        found = {self._answers[way] for way in ways if way in self._answers}
        return found.pop() if len(found) == 1 else None


def _bare(questions: Sequence[str]) -> list[str]:
    """Each question without marks and closing particles, words that ask the same as one of them.

    All are rewritten in one go: a corpus has tens of thousands, and they are read at the start.
    """
    lines = "\n".join(question.replace("\n", " ") for question in questions).lower()
    lines = _WORDS.sub(lambda found: _READ_AS[found[0]], _MARKS.sub("", lines))
    return [line.rstrip(_PARTICLES) for line in lines.split("\n")] if questions else []
