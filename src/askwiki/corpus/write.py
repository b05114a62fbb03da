"""Article -> Markdown that reads back as the same article: text, sections, front matter."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from html import escape

from askwiki.corpus.blocks import Block, Heading
from askwiki.corpus.front import Front, write_front
from askwiki.corpus.markdown import parse_markdown
from askwiki.corpus.render import render
from askwiki.errors import CorpusError
from askwiki.schema import Article

_GAP = "\n\n"
_TOP_LEVEL, _DEEPEST = 2, 6
"""Levels of the headings of sections; 1 is the title."""
_LISTED = re.compile(r"(?:- |\d{1,9}\. )(?=\S)")
_SPECIAL = re.compile(r"([\\`*_\[\]<>&~|])")
_OPENING = re.compile(r"^([#+=-]|\d{1,9}(?=[.)]))")
_BREAK = "\\\n"
_CLOSE = f"{'#' * _TOP_LEVEL} {{.run-in}}"
"""A heading without words: ends the section before it, or only says that there are headings."""


def to_markdown(article: Article) -> str:
    """The file of `article`, front matter first.

    Raises:
        CorpusError: no Markdown reads back as this article; the message names the place.
    """
    body = _GAP.join(_body(article))
    # Where there is no heading, lines that look like one would be read as such.
    for opening in ("", _CLOSE + _GAP):
        file = f"{write_front(_front(article))}\n{opening}{body}\n"
        if _same(parse_markdown(file, article.source), article):
            return file
    raise CorpusError("cannot be written as Markdown without changing it: convert it by hand")


def _front(article: Article) -> Front:
    return Front(**{field.name: getattr(article, field.name) for field in fields(Front)})


def _same(one: Article, other: Article) -> bool:
    bare = [
        replace(a, id="", source="", sections=tuple(replace(s, asked=()) for s in a.sections))
        for a in (one, other)
    ]
    return bare[0] == bare[1]


def _body(article: Article) -> Iterator[str]:
    listed = False
    for n, part in enumerate(_parts(article)):
        if isinstance(part, Heading):
            if n == 0 and part.text.casefold() == article.title.casefold():
                # Alone it would be read as the title.
                yield _heading(Heading(1, part.text))
            yield _heading(part)
            listed = False
        else:
            text = _block(part, after_list=listed)
            listed = _LISTED.match(text) is not None
            yield text


def _parts(article: Article) -> Iterator[Heading | str]:
    """The headings and the texts of the blocks, in reading order."""
    end = 0
    path: tuple[str, ...] = ()
    for section in article.sections:
        shown = [name for name in article.text[end : section.start].split(_GAP) if name]
        if end or section.path:
            yield from _opened(path, section.path, shown)
        yield from article.text[section.start : section.end].split(_GAP)
        end, path = section.end, section.path


def _opened(before: Sequence[str], after: Sequence[str], shown: Sequence[str]) -> Iterator[Heading]:
    """The headings between a section at `before` and one at `after`; `shown` stand in the text."""
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    same = min(same, len(after) - len(shown))
    if same == len(after):
        yield Heading(_TOP_LEVEL + same, "", shown=False)
    left = list(shown)
    for depth, name in enumerate(after[same:], same):
        stands = bool(left) and left[0] == name
        left = left[stands:]
        yield Heading(_TOP_LEVEL + depth, name, shown=stands)


def _heading(heading: Heading) -> str:
    if heading.level > _DEEPEST:
        most = _DEEPEST - _TOP_LEVEL + 1
        raise CorpusError(
            f"has sections deeper than {most} levels at {heading.text!r}: make it flatter"
        )
    marks = "#" * heading.level
    end = "" if heading.shown else " {.run-in}"
    for words in (heading.text, _SPECIAL.sub(r"\\\1", heading.text)):
        way = f"{marks} {words}".rstrip() + end
        if render(way) == [heading]:
            return way
    tag = f"h{heading.level}"
    way = f"<{tag}>{_html(heading.text)}</{tag}>"
    if render(way) == [heading]:
        return way
    raise CorpusError(f"has a heading that Markdown does not hold, {heading.text!r}: reword it")


def _block(text: str, *, after_list: bool) -> str:
    """The Markdown of a block with this text, as clean as reads back as that text."""
    for way in _ways(text.split("\n"), after_list):
        blocks = render(way)
        if len(blocks) == 1 and isinstance(blocks[0], Block) and blocks[0].text == text:
            return way
    raise CorpusError(f"has text that Markdown does not hold, {text[:40]!r}: reword it")


def _ways(lines: Sequence[str], after_list: bool) -> Iterator[str]:
    """Ways to write a block, the cleanest first."""
    items = [(match[0], line[match.end() :]) for line in lines if (match := _LISTED.match(line))]
    if len(items) < len(lines):
        if not lines[0].startswith("<"):  # HTML may swallow what follows
            yield _BREAK.join(lines)
    elif not after_list:  # two lists would run together
        yield "\n".join(lines)
        yield "\n".join(mark + _SPECIAL.sub(r"\\\1", rest) for mark, rest in items)
    yield _BREAK.join(_OPENING.sub(_escaped_opening, _SPECIAL.sub(r"\\\1", line)) for line in lines)
    # What the loader takes for furniture or bold even where it is escaped.
    yield f"<p>{'<br>'.join(map(_html, lines))}</p>"


def _html(text: str) -> str:
    return escape(text, quote=False).replace("[", "&#91;")


def _escaped_opening(match: re.Match[str]) -> str:
    opening = match[0]
    return opening + "\\" if opening[0].isdigit() else "\\" + opening
