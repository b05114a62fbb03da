"""Headings that answer the opposite of what is asked: how to cancel, where it is asked how to begin.

Such a section shares nearly every word with the question, so no search tells it from the right one, and
whoever follows it does the opposite of what was wanted. The words stand in `data/opposed.txt`.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from askwiki import text as zh

Side = re.Pattern[str]


def answers_the_opposite(question: str, heading: str) -> bool:
    """Whether `heading` has words of one side of a pair only, and `question` of the other only."""
    question, heading = zh.normalise(question), zh.normalise(heading)
    return any(
        other.search(heading)
        and asked.search(question)
        and not other.search(question)
        and not asked.search(heading)
        for asked, other in _pairs()
    )


@cache
def _pairs() -> tuple[tuple[Side, Side], ...]:
    """What may be asked, and what is then the opposite."""
    table = files("askwiki").joinpath("data", "opposed.txt").read_text("utf-8")
    return tuple(pair for line in table.splitlines() for pair in _read(line.split("#", 1)[0]))


def _read(line: str) -> Iterator[tuple[Side, Side]]:
    left, mark, right = line.partition("/") if "/" in line else line.partition(">")
    if mark:
        one, other = (re.compile("|".join(map(re.escape, side.split()))) for side in (left, right))
        yield one, other
        if mark == "/":
            yield other, one
