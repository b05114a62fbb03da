"""Markdown files -> Article: title and body below the front matter."""

import re
from collections.abc import Sequence
from dataclasses import replace

from askwiki.corpus.blocks import Block, Heading, Piece, article, stem_title
from askwiki.corpus.front import read_front
from askwiki.corpus.headings import BOLD_LEVEL, promote
from askwiki.corpus.render import render
from askwiki.schema import Article
from askwiki.text import visible


def parse_markdown(raw: str, source: str) -> Article:
    """The article in the Markdown text `raw`; `source` is its path below the corpus folder.

    Raises:
        CorpusError: the front matter cannot be read, or no text is left after cleaning.
    """
    front, body = read_front(clean(raw))
    title, pieces = _titled(_words(front.title), render(body))
    return replace(
        article(pieces, source, title or stem_title(source)),
        url=front.url,
        updated=front.updated,
        topic=front.topic[:3],
        aliases=front.aliases,
        level=front.level,
        related=front.related,
        references=front.references,
        review=front.review,
    )


def clean(raw: str) -> str:
    """`raw` without invisible characters, every line break as one newline."""
    return visible(raw.replace("\r\n", "\n").replace("\r", "\n"))


def _words(title: str) -> str:
    """`title` without the markup in it; it is shown where nothing renders it."""
    if not re.search(r"[<\]*`]", title):
        return title
    rendered = render(f"# {title}")
    return rendered[0].text if rendered and isinstance(rendered[0], Heading) else title


def _titled(given: str, pieces: Sequence[Piece]) -> tuple[str, list[Piece]]:
    """The title ("" where there is none) and `pieces` without the heading that gave it."""
    headings = [piece for piece in pieces if isinstance(piece, Heading)]
    top = _title_heading(given, headings)
    kept = [_closed(piece) if piece is top else piece for piece in pieces]
    if not any(heading is not top for heading in headings):
        kept = promote([piece for piece in kept if isinstance(piece, Block)])
    if given or top:
        return given or (top.text if top else ""), kept
    return (headings[0].text, kept) if headings else _bold_title(kept)


def _title_heading(given: str, headings: Sequence[Heading]) -> Heading | None:
    """The heading that is the title and nothing else."""
    if given:
        tops = [h for n, h in enumerate(headings) if n == 0 or h.level == 1]
        return next((h for h in tops if h.text.casefold() == given.casefold()), None)
    first_top = next((heading for heading in headings if heading.level == 1), None)
    if first_top or not headings:
        return first_top
    alone = all(heading.level > headings[0].level for heading in headings[1:])
    return headings[0] if alone else None


def _closed(piece: Piece) -> Piece:
    return replace(piece, text="", shown=False) if isinstance(piece, Heading) else piece


def _bold_title(pieces: list[Piece]) -> tuple[str, list[Piece]]:
    """A bold first line is the title where all later headings stand on another level."""
    levels = [piece.level for piece in pieces if isinstance(piece, Heading)]
    first = next((piece for piece in pieces if piece.text), None)
    if isinstance(first, Heading) and levels[0] == BOLD_LEVEL and BOLD_LEVEL not in levels[1:]:
        return first.text, [piece for piece in pieces if piece is not first]
    return "", pieces
