"""Markdown files -> Article: front matter, title, body."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import yaml

from askwiki.corpus.blocks import Block, Heading, Piece, article, find_date, stem_title, tidy
from askwiki.corpus.headings import BOLD_LEVEL, promote
from askwiki.corpus.render import render
from askwiki.errors import CorpusError
from askwiki.schema import Article
from askwiki.text import visible

_FRONT = re.compile(r"\A\s*---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S | re.M)
_UNCLOSED = re.compile(r"\A\s*---[ \t]*\n[A-Za-z_]\w*:\s")
_WEB = re.compile(r"https?://\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Front:
    """What the front matter says."""

    title: str = ""
    topic: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    updated: str | None = None
    url: str | None = None


def parse_markdown(raw: str, source: str) -> Article:
    """The article in the Markdown text `raw`; `source` is its path below the corpus folder.

    Raises:
        CorpusError: the front matter cannot be read, or no text is left after cleaning.
    """
    front, body = _front(visible(raw.replace("\r\n", "\n").replace("\r", "\n")))
    title, pieces = _titled(front.title, render(body))
    return replace(
        article(pieces, source, title or stem_title(source)),
        url=front.url,
        updated=front.updated,
        topic=front.topic,
        aliases=front.aliases,
    )


def _front(raw: str) -> tuple[Front, str]:
    """The front matter and the rest of the text."""
    match = _FRONT.match(raw)
    if match is None or ":" not in match["yaml"].lstrip().split("\n")[0]:
        # Text between two rules is no front matter.
        if match is None and _UNCLOSED.match(raw):
            raise CorpusError("the front matter is not closed: add a line --- below it")
        return Front(), raw
    before = raw.count("\n", 0, match.start("yaml"))
    values = _values(match["yaml"], before)
    if not isinstance(values, Mapping):
        return Front(), raw
    return _read(values), raw[match.end() :]


def _values(text: str, lines_before: int) -> Any:
    try:
        return yaml.safe_load(text)
    except RecursionError:
        raise CorpusError("the front matter is nested too deeply: make it flat") from None
    except (yaml.YAMLError, ValueError) as error:
        problem = getattr(error, "problem", None) or str(error)
        # What is never closed is noticed at the end only; its beginning is more use.
        where = "context_mark" if "<stream end>" in problem else "problem_mark"
        mark = getattr(error, where, None)
        line = lines_before + (mark.line if mark else 0) + 1
        what = " ".join(str(problem).split())
        raise CorpusError(
            f"the front matter is broken at line {line}: {what}; "
            "mend it, putting values that contain a colon in quotes"
        ) from None


def _read(values: Mapping[Any, Any]) -> Front:
    url = _scalar(values.get("url"))
    topic = _listed(values.get("topic"), r"\s+[/／>]\s+|[/／]")
    return Front(
        title=_scalar(values.get("title")),
        topic=topic[:3],
        aliases=_listed(values.get("aliases"), r"[,，、;；]"),
        updated=_iso_date(values.get("updated")),
        # Another scheme, such as javascript:, would become a live link on the page.
        url=url if _WEB.fullmatch(url) else None,
    )


def _scalar(value: object) -> str:
    if value is None or isinstance(value, list | dict | set | tuple):
        return ""
    return tidy(str(value)).replace("\n", " ")


def _listed(value: object, separator: str) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else re.split(separator, _scalar(value))
    return tuple(dict.fromkeys(text for part in parts if (text := _scalar(part))))


def _iso_date(value: object) -> str | None:
    """`value` as an ISO date; None where it is no date."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return find_date(_scalar(value))


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
