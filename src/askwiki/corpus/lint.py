"""What a keeper should mend: articles and questions -> findings.

`lint` is pure: it reads no file and no clock. A rule is a function that yields findings; what
each says stands in `lint_words`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from askwiki.corpus.alike import bare, near_copies
from askwiki.corpus.files import ASKED
from askwiki.corpus.front import Front
from askwiki.corpus.lint_words import LEAD, WORDS, Language
from askwiki.corpus.load import Skipped
from askwiki.corpus.manuscript import Manuscript, read_manuscripts
from askwiki.corpus.pointers import ASKED_KIND, Pointer, Unread, read_pointers
from askwiki.orders import sections_with_orders
from askwiki.schema import Article, Section
from askwiki.text import sentences

PLACEHOLDER = "（待写"
"""What begins a gap of the template of `askwiki corpus new`."""

LEAD_SENTENCES = 2, 3
"""The fewest and the most of a lead."""
QUESTIONS = 3
"""The fewest that a section is found by."""
HEADING_WIDTH = 24
"""In Han characters; a Latin letter or digit is half as wide."""
SECTION_MOST, SECTION_LEAST = 900, 30
"""Characters of a section's text."""
NEAR = 0.6
"""Jaccard index of character bigrams from which two texts are told the same twice."""
TOPIC_LEVELS = 3

_SHOWN = 16
_CLOSERS = "？)）》”’」』】%％‰#*"
MISCONCEPTIONS = "常见误区"
_SHARED_BY_MANY = frozenset({MISCONCEPTIONS, "适用条件"})
"""Headings that many articles may have, as they mean the article they stand in."""
_PREVIEW = re.compile(r"本文|本篇|这里说明|下面(?:说明|介绍)|以下(?:说明|介绍)")
"""A lead that says what the article will say."""
_ITEM = re.compile(r"^[-*+] +(.+)$", re.MULTILINE)
_CORRECTED = re.compile(r"以为|认为|其实|误|应(?![答用急])|不要")
"""What shows that an item of misconceptions says what is wrong in it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend; `line` is None where only the file is known."""

    source: str
    """Path of the file below the corpus folder."""
    line: int | None
    rule: str
    values: Mapping[str, object] = field(default_factory=dict)

    def message(self, language: Language = "zh") -> str:
        """What is wrong and what to do."""
        named = {
            name: LEAD[language] if name in ("section", "other") and value == "" else value
            for name, value in self.values.items()
        }
        return WORDS[language][self.rule].format(**named)

    def to_dict(self, language: Language = "zh") -> dict[str, object]:
        """File, line, rule and message, ready for `json.dumps`."""
        message = self.message(language)
        return {"file": self.source, "line": self.line, "rule": self.rule, "message": message}


@dataclass(frozen=True)
class Desk:
    """All that a keeper has before them."""

    manuscripts: Sequence[Manuscript]
    today: date
    pointers: Sequence[Pointer] = ()
    skipped: Sequence[Skipped] = ()
    unread: Sequence[Unread] = ()

    @cached_property
    def articles(self) -> Mapping[str, Article]:
        """By id."""
        return {manuscript.article.id: manuscript.article for manuscript in self.manuscripts}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Id by id and by title, as question sets may use either."""
        titles = {article.title: key for key, article in self.articles.items()}
        return titles | {key: key for key in self.articles}

    @cached_property
    def places(self) -> Mapping[tuple[str, str], tuple[Manuscript, Section]]:
        """Each section, by the id of its article and its last heading."""
        return {
            (manuscript.article.id, _heading(section)): (manuscript, section)
            for manuscript in self.manuscripts
            for section in reversed(manuscript.article.sections)
        }

    def place(self, pointer: Pointer) -> tuple[str, str | None]:
        """The article id, as far as there is one, and the section that a question names."""
        # What is searched is attached by id alone.
        known = pointer.kind != ASKED_KIND
        return (self.names.get(pointer.article, "") if known else pointer.article), pointer.section


def lint_folder(folder: Path, today: date, *, max_file_mb: float = 10.0) -> list[Finding]:
    """What is to be mended in the articles and questions of `folder`.

    Raises:
        CorpusError: the folder is missing or is no folder, or no file in it could be read.
    """
    manuscripts, skipped = read_manuscripts(folder, max_file_mb=max_file_mb)
    pointers, unread = read_pointers(folder, max_file_mb=max_file_mb)
    return lint(Desk(manuscripts, today, pointers, skipped, unread))


def lint(desk: Desk) -> list[Finding]:
    """The findings of all rules, by file and line; the same one is told once."""
    found: list[Finding] = []
    for manuscript in desk.manuscripts:
        for look in _ARTICLE_RULES:
            found += look(manuscript, desk)
    for look_at in _WIKI_RULES:
        found += look_at(desk)
    found.sort(key=lambda f: (f.source, f.line or 0, f.rule, f.message()))
    return [one for n, one in enumerate(found) if n == 0 or one != found[n - 1]]


def _heading(section: Section) -> str:
    return section.path[-1] if section.path else ""


def _body(article: Article, section: Section) -> str:
    return article.text[section.start : section.end]


def _at(manuscript: Manuscript, heading: str) -> int | None:
    return manuscript.line_of_heading(heading) if heading else manuscript.first_line


# --- one article ----------------------------------------------------------------------------------


def _front(manuscript: Manuscript, desk: Desk) -> Iterator[Finding]:
    source, front = manuscript.article.source, manuscript.front
    if front is None:
        yield Finding(source, None, "front-none")
        return
    for name in ("title", "topic", "level", "updated", "review"):
        if not getattr(front, name):
            yield Finding(source, manuscript.line_of_field(name) or 1, f"front-{name}")
    if len(front.topic) > TOPIC_LEVELS:
        line = manuscript.line_of_field("topic")
        yield Finding(source, line, "front-topic-deep", {"levels": len(front.topic)})
    yield from _dates(manuscript, front, desk.today)


def _dates(manuscript: Manuscript, front: Front, today: date) -> Iterator[Finding]:
    source = manuscript.article.source
    if front.updated and date.fromisoformat(front.updated) > today:
        values = {"date": front.updated, "today": today.isoformat()}
        yield Finding(source, manuscript.line_of_field("updated"), "front-future", values)
    if front.review and date.fromisoformat(front.review) < today:
        line = manuscript.line_of_field("review")
        yield Finding(source, line, "review-due", {"date": front.review})


def _aliases(manuscript: Manuscript, desk: Desk) -> Iterator[Finding]:
    own = manuscript.article
    titles = {bare(a.title): a for a in desk.articles.values() if a.id != own.id}
    for alias in own.aliases:
        other = titles.get(bare(alias))
        if other:
            values = {"alias": alias, "title": other.title, "article": other.id}
            yield Finding(own.source, manuscript.line_of_field("aliases"), "alias-title", values)


def _related(manuscript: Manuscript, desk: Desk) -> Iterator[Finding]:
    own = manuscript.article
    line = manuscript.line_of_field("related")
    for other in own.related:
        if other == own.id:
            yield Finding(own.source, line, "related-self", {"article": other})
        elif other not in desk.articles:
            yield Finding(own.source, line, "related-dead", {"article": other})


def _orders(manuscript: Manuscript, desk: Desk) -> Iterator[Finding]:
    for section, words in sections_with_orders(manuscript.article).items():
        heading = _heading(section)
        shown = words if len(words) <= _SHOWN else words[: _SHOWN - 1] + "…"
        values = {"section": heading, "words": shown}
        yield Finding(manuscript.article.source, _at(manuscript, heading), "order", values)


def _placeholders(manuscript: Manuscript, desk: Desk) -> Iterator[Finding]:
    for number, line in enumerate(manuscript.raw.split("\n"), 1):
        if PLACEHOLDER in line:
            text = line[line.index(PLACEHOLDER) :].partition("）")[0] + "）"
            shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
            yield Finding(manuscript.article.source, number, "placeholder", {"text": shown})


def _lead(manuscript: Manuscript, desk: Desk) -> Iterator[Finding]:
    article = manuscript.article
    first = article.sections[0]
    if first.path:
        yield Finding(article.source, manuscript.first_line, "lead-missing")
        return
    text = _body(article, first)
    count, (fewest, most) = len(sentences(text)), LEAD_SENTENCES
    if not fewest <= count <= most:
        rule = "lead-long" if count > most else "lead-short"
        yield Finding(article.source, manuscript.first_line, rule, {"count": count})
    if preview := _PREVIEW.search(text):
        values = {"words": preview[0]}
        yield Finding(article.source, manuscript.first_line, "lead-preview", values)


def _misconceptions(manuscript: Manuscript, desk: Desk) -> Iterator[Finding]:
    article = manuscript.article
    for section in article.sections:
        if _heading(section) != MISCONCEPTIONS:
            continue
        for item in _ITEM.findall(_body(article, section)):
            if not _CORRECTED.search(item.partition("：")[0]):
                values = {"words": item if len(item) <= _SHOWN else item[: _SHOWN - 1] + "…"}
                line = _at(manuscript, MISCONCEPTIONS)
                yield Finding(article.source, line, "misconception", values)


def _headings(manuscript: Manuscript, desk: Desk) -> Iterator[Finding]:
    source = manuscript.article.source
    before = 1
    lines: dict[str, int] = {}
    for heading in manuscript.headings:
        if heading.level > before + 1:
            levels = {"level": heading.level, "before": before, "allowed": before + 1}
            values = {"heading": heading.text, **levels}
            yield Finding(source, heading.line, "heading-jump", values)
        before = heading.level
        if heading.text in lines:
            values = {"heading": heading.text, "line": lines[heading.text]}
            yield Finding(source, heading.line, "heading-twice", values)
        elif heading.text:  # one without text only closes the section before it
            lines[heading.text] = heading.line
    for heading in manuscript.empty:
        yield Finding(source, heading.line, "heading-empty", {"heading": heading.text})


def _heading_words(manuscript: Manuscript, desk: Desk) -> Iterator[Finding]:
    source = manuscript.article.source
    for heading in manuscript.headings:
        width = _width(heading.text)
        if width > HEADING_WIDTH:
            values = {"heading": heading.text, "width": round(width), "most": HEADING_WIDTH}
            yield Finding(source, heading.line, "heading-long", values)
        last = heading.text[-1:]
        if last and unicodedata.category(last)[0] == "P" and last not in _CLOSERS:
            values = {"heading": heading.text, "mark": last}
            yield Finding(source, heading.line, "heading-mark", values)


def _width(text: str) -> float:
    wide = sum(unicodedata.east_asian_width(char) in "WFA" for char in text)
    return wide + (len(text) - wide) / 2


def _lengths(manuscript: Manuscript, desk: Desk) -> Iterator[Finding]:
    article = manuscript.article
    for section in article.sections:
        heading, count = _heading(section), section.end - section.start
        line = _at(manuscript, heading)
        if count > SECTION_MOST:
            values = {"section": heading, "count": count, "most": SECTION_MOST}
            yield Finding(article.source, line, "section-long", values)
        elif count < SECTION_LEAST:
            values = {"section": heading, "count": count, "least": SECTION_LEAST}
            yield Finding(article.source, line, "section-short", values)


# --- all articles ---------------------------------------------------------------------------------


def _skipped(desk: Desk) -> Iterator[Finding]:
    for one in desk.skipped:
        # The lines of these are looked at one by one.
        if not one.source.startswith(f"{ASKED}/"):
            yield Finding(one.source, None, "unread", {"reason": one.reason})


def _near_titles(desk: Desk) -> Iterator[Finding]:
    titles = [manuscript.article.title for manuscript in desk.manuscripts]
    for a, b, _ in near_copies(titles, NEAR):
        first, second = desk.manuscripts[a].article, desk.manuscripts[b]
        values = {"title": titles[b], "other": titles[a], "article": first.id}
        line = second.line_of_field("title")
        yield Finding(second.article.source, line, "near-title", values)


def _near_sections(desk: Desk) -> Iterator[Finding]:
    rows = [(m, s) for m in desk.manuscripts for s in m.article.sections]
    texts = [_body(manuscript.article, section) for manuscript, section in rows]
    for a, b, likeness in near_copies(texts, NEAR):
        (first, one), (second, other) = rows[a], rows[b]
        values = {
            "section": _heading(other),
            "title": first.article.title,
            "other": _heading(one),
            "percent": round(likeness * 100),
        }
        line = _at(second, _heading(other))
        yield Finding(second.article.source, line, "near-section", values)


def _shared_headings(desk: Desk) -> Iterator[Finding]:
    first: dict[str, Article] = {}
    for manuscript in desk.manuscripts:
        for section in manuscript.article.sections:
            heading = _heading(section)
            if not heading or heading in _SHARED_BY_MANY:
                continue
            other = first.setdefault(bare(heading), manuscript.article)
            if other.id != manuscript.article.id:
                values = {"heading": heading, "title": other.title, "article": other.id}
                line = _at(manuscript, heading)
                yield Finding(manuscript.article.source, line, "heading-shared", values)


def _near_headings(desk: Desk) -> Iterator[Finding]:
    rows = [(m, _heading(s)) for m in desk.manuscripts for s in m.article.sections if s.path]
    for a, b, likeness in near_copies([heading for _, heading in rows], NEAR):
        (first, one), (second, other) = rows[a], rows[b]
        if first is second or likeness == 1.0:  # the latter is `_shared_headings`' to say
            continue
        values = {
            "heading": other,
            "other": one,
            "title": first.article.title,
            "article": first.article.id,
        }
        yield Finding(second.article.source, _at(second, other), "near-heading", values)


# --- questions ------------------------------------------------------------------------------------


def _unread_lines(desk: Desk) -> Iterator[Finding]:
    for one in desk.unread:
        yield Finding(one.source, one.line or None, "question-unread")


def _targets(desk: Desk) -> Iterator[Finding]:
    for pointer in desk.pointers:
        article, section = desk.place(pointer)
        if pointer.article and article not in desk.articles:
            values = {"article": pointer.article}
            yield Finding(pointer.source, pointer.line, "question-article", values)
        elif article and section is not None and (article, section) not in desk.places:
            values = {"article": article, "section": section}
            yield Finding(pointer.source, pointer.line, "question-section", values)


def _unasked(desk: Desk) -> Iterator[Finding]:
    asked: dict[object, set[str]] = {}
    for pointer in desk.pointers:
        asked.setdefault(desk.place(pointer), set()).add(bare(pointer.question))
    for place, (manuscript, _) in desk.places.items():
        heading, count = place[1], len(asked.get(place, ()))
        if count < QUESTIONS:
            values = {"section": heading, "count": count, "least": QUESTIONS}
            line = _at(manuscript, heading)
            yield Finding(manuscript.article.source, line, "section-unasked", values)


def _asked_twice(desk: Desk) -> Iterator[Finding]:
    first: dict[str, Pointer] = {}
    for pointer in desk.pointers:
        # After other questions 那要多少钱 means another thing each time.
        if not pointer.alone or not pointer.article or pointer.section is None:
            continue
        other = first.setdefault(bare(pointer.question), pointer)
        if desk.place(other) != desk.place(pointer):
            values = {
                "question": pointer.question,
                "article": other.article,
                "section": other.section,
                "place": f"{other.source}:{other.line}",
            }
            yield Finding(pointer.source, pointer.line, "question-twice", values)


_ARTICLE_RULES: tuple[Callable[[Manuscript, Desk], Iterator[Finding]], ...] = (
    *(_front, _aliases, _related, _placeholders, _orders),
    *(_lead, _misconceptions, _headings, _heading_words, _lengths),
)
_WIKI_RULES: tuple[Callable[[Desk], Iterator[Finding]], ...] = (
    *(_skipped, _near_titles, _near_sections, _shared_headings, _near_headings),
    *(_unread_lines, _targets, _unasked, _asked_twice),
)
