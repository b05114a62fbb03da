"""Questions that name the section that answers them, with the lines they stand on.

They come from `asked/*.jsonl` and from the question sets in `questions/*.jsonl` below the corpus.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from askwiki.corpus.asked import record
from askwiki.corpus.files import asked_files, question_files, read_text
from askwiki.errors import CorpusError

ASKED_KIND = "asked"


@dataclass(frozen=True, slots=True)
class Pointer:
    """A question, and where the wiki answers it."""

    source: str
    """Path of the file below the corpus folder."""
    line: int
    question: str
    article: str
    """Id or title; "" where the question names none, as one to be refused."""
    section: str | None
    """The last heading, "" the lead, None any section."""
    kind: str = ASKED_KIND
    """As the question set says; `ASKED_KIND` for one that is searched."""
    alone: bool = True
    """Whether it can be understood without the questions before it."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that is no question; 0 is the whole file."""

    source: str
    line: int


def read_pointers(
    folder: Path, *, max_file_mb: float = 10.0
) -> tuple[tuple[Pointer, ...], tuple[Unread, ...]]:
    """All questions below `folder` in the order of files and lines, and the lines that are none."""
    pointers: list[Pointer] = []
    unread: list[Unread] = []
    readers = [(_asked, path) for path in asked_files(folder)]
    readers += [(_item, path) for path in question_files(folder)]
    for reader, path in readers:
        source = path.relative_to(folder).as_posix()
        for number, line in _lines(path, max_file_mb):
            try:
                pointers += reader(line, source, number)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                unread.append(Unread(source, number))
    return tuple(pointers), tuple(unread)


def _lines(path: Path, max_file_mb: float) -> Iterator[tuple[int, str]]:
    """The lines that are not blank; a file that cannot be read is one line 0 that is no question."""
    try:
        text = read_text(path, max_file_mb)
    except CorpusError:
        yield 0, ""
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, line


def _asked(line: str, source: str, number: int) -> list[Pointer]:
    (article, section), questions = record(line)
    if not questions:
        raise ValueError("no question")
    return [Pointer(source, number, question, article, section) for question in questions]


def _item(line: str, source: str, number: int) -> list[Pointer]:
    row = json.loads(line)
    names = ("question", "article", "section", "kind")
    question, article, section, kind = values = [row.get(name) for name in names]
    if not all(value is None or isinstance(value, str) for value in values):
        raise TypeError("question, article, section and kind must be strings")
    if not (question or "").strip():
        raise ValueError("no question")
    alone = not row.get("history")
    return [Pointer(source, number, question, article or "", section, kind or "", alone)]
