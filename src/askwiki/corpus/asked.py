"""Questions in everyday words that a section answers: `asked/*.jsonl` below the corpus.

One line a section, as a keeper writes it:

    {"article": "numbers/400-overview", "section": "谁付话费", "questions": ["打400扣我钱吗"]}

`section` is the section's last heading, "" the lead. They widen what a search finds and are never
shown or cited.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from askwiki.corpus.files import asked_files, read_text
from askwiki.errors import CorpusError
from askwiki.schema import Article, Section
from askwiki.text import visible

Place = tuple[str, str]
"""Article id and last heading."""


def attach_asked(
    articles: Sequence[Article], folder: Path, max_file_mb: float
) -> tuple[list[Article], list[tuple[str, str]]]:
    """`articles` with the questions of `folder`, and (source, reason) of each line left out."""
    known: dict[Place, list[str]] = {}
    problems: list[tuple[str, str]] = []
    places = {(a.id, _heading(s)) for a in articles for s in a.sections}
    for path in asked_files(folder):
        source = path.relative_to(folder).as_posix()
        try:
            lines = read_text(path, max_file_mb).splitlines()
        except CorpusError as error:
            problems.append((source, str(error)))
            continue
        problems += [(source, reason) for reason in _read(lines, places, known)]
    return [_with_asked(article, known) for article in articles], problems


def _read(lines: Iterable[str], places: set[Place], known: dict[Place, list[str]]) -> list[str]:
    """Adds the questions of `lines` to `known`; what is wrong with a line, one reason each."""
    reasons = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            place, questions = record(line)
        except (ValueError, KeyError, TypeError):
            reasons.append(
                f'line {number} is not {{"article": …, "section": …, "questions": [ … ]}}: mend it'
            )
            continue
        if place not in places:
            reasons.append(f"line {number}: there is no section {place[1]!r} in {place[0]!r}")
            continue
        held = known.setdefault(place, [])
        held += [question for question in questions if question not in held]
    return reasons


def record(line: str) -> tuple[Place, list[str]]:
    """The place and the questions of a line.

    Raises:
        ValueError, KeyError, TypeError: it is no such line.
    """
    row = json.loads(line)
    article, section, questions = row["article"], row["section"], row["questions"]
    if not isinstance(questions, list) or not all(isinstance(q, str) for q in questions):
        raise TypeError("questions must be a list of strings")
    cleaned = [" ".join(visible(question).split()) for question in questions]
    return (str(article), str(section)), [question for question in cleaned if question]


def _heading(section: Section) -> str:
    return section.path[-1] if section.path else ""


def _with_asked(article: Article, known: dict[Place, list[str]]) -> Article:
    sections = tuple(
        replace(section, asked=tuple(known.get((article.id, _heading(section)), ())))
        for section in article.sections
    )
    return replace(article, sections=sections)
