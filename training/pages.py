"""Corpora of documentation pages that were held back from training, with the questions on them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from askwiki.evaluate.metrics import holds
from askwiki.schema import Article, Section
from data import MANUALS, Reading, SectionRow, own_readings, sections

PAGES_A_CORPUS, NEIGHBOURS = 6, 8
"""A corpus of documentation: so many pages with questions, and beside each so many of its folder."""


class Stretch(Protocol):
    """A piece of an article."""

    @property
    def article_id(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must be found: a stretch of an article or all of some facts; neither: nothing is there."""

    question: str
    article: str
    span: tuple[int, int] | None = None
    facts: tuple[tuple[str, ...], ...] = ()

    @property
    def answerable(self) -> bool:
        return self.span is not None or bool(self.facts)

    def found_in(self, passages: Sequence[Stretch]) -> bool:
        if self.facts:
            text = "\n".join(p.text for p in passages)
            return all(any(holds(text, way) for way in fact) for fact in self.facts)
        start, end = self.span or (0, 0)
        own = [p for p in passages if p.article_id == self.article]
        shared = sum(max(0, min(p.end, end) - max(p.start, start)) for p in own)
        return shared >= 0.5 * (end - start)


@dataclass(frozen=True, slots=True)
class Corpus:
    articles: tuple[Article, ...]
    wanted: tuple[Wanted, ...]


def documentation(data: Path) -> Iterator[Corpus]:
    """Pages that were held back, a few to a corpus, among pages of the same folders."""
    rows = sections(data)
    by_page: dict[str, list[SectionRow]] = defaultdict(list)
    by_folder: dict[str, dict[str, None]] = defaultdict(dict)
    for row in rows:
        by_page[row.source].append(row)
        by_folder[_folder(row.source)][row.source] = None
    asked: dict[str, list[Reading]] = defaultdict(list)
    for reading in own_readings(rows):
        if reading.split == "tune":
            asked[rows[reading.row].source].append(reading)
    products: dict[str, list[str]] = defaultdict(list)
    for source in sorted(asked):
        products[source.split(":")[0].split("/")[0]].append(source)
    for pages in products.values():
        for first in range(0, len(pages), PAGES_A_CORPUS):
            mine = dict.fromkeys(pages[first : first + PAGES_A_CORPUS])
            near = [s for page in mine for s in list(by_folder[_folder(page)])[:NEIGHBOURS]]
            made = {s: _page(s, by_page[s]) for s in [*mine, *near]}
            yield Corpus(
                tuple(article for article, _ in made.values()),
                tuple(_wanted(r, s, made[s][1]) for s in mine for r in asked[s]),
            )


def is_ours(corpus: Corpus) -> bool:
    """Whether it is of the manuals that we wrote ourselves."""
    return corpus.articles[0].id.startswith(MANUALS)


def _folder(source: str) -> str:
    return source.rsplit("/", 1)[0]


def _page(source: str, rows: Sequence[SectionRow]) -> tuple[Article, dict[int, int]]:
    """A page as an article, and where the text of each of its rows begins in it."""
    text, parts, starts = "", [], {}
    for row in rows:
        body = row.text.strip()
        starts[row.row] = len(text) - (len(row.text) - len(row.text.lstrip()))
        if body:
            path = tuple(row.path.split(" > ")[1:])
            parts.append(Section(path, len(text), len(text) + len(body)))
            text += f"{body}\n\n"
    return Article(source, rows[0].path.split(" > ")[0], text, tuple(parts), source), starts


def _wanted(reading: Reading, source: str, starts: dict[int, int]) -> Wanted:
    if not reading.answer:
        return Wanted(reading.question, source)
    start = starts[reading.row] + reading.start
    return Wanted(reading.question, source, (start, start + len(reading.answer)))
