"""Raw wiki page dumps -> Article: the furniture of the page dropped, its articles taken apart."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from askwiki.corpus.blocks import (
    NO_TEXT,
    Block,
    Heading,
    Piece,
    article,
    find_date,
    first_free,
    stem_title,
    tidy,
)
from askwiki.corpus.flat import HEADING_LEVEL, number_sections, unfold
from askwiki.corpus.headings import numbered_level, shaped
from askwiki.errors import CorpusError
from askwiki.schema import Article

_DATE = r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?"
_VIEWS = r"火?\s*\d+\s*(?:人看过|次浏览|次阅读|人浏览|人阅读)"
_PATTERNS = {
    "crumbs": r"(?:当前)?位置\s*[:：].*|[^。]{1,20}(?:\s*>\s*[^。>]{1,20}){2,}",
    "author": r"(?:作者|来源|编辑)\s*[:：][^。]{0,30}",
    "published": rf"(?:发布|更新)(?:时间|日期)\s*[:：]\s*(?:{_DATE})?",
    "views": rf"(?:{_DATE}\s*)?{_VIEWS}",
    "date": _DATE,
    "welcome": r"欢迎(?:光临|来到|访问|您).{0,60}",
    "tags": r"(?:标签|关键词|关键字)\s*[:：].{0,80}",
    "tail": r"(?:推荐文章|相关文章|推荐URL|最新文章|相关专题|热门推荐|热门专题|热门文章|热门标签|"
    r"猜你喜欢|上一篇|下一篇)\s*[:：]?",
    "part": r"(?:基本|详细)释义\s*[:：]?",
    "image": r"\S{0,200}\.(?:webp|png|jpe?g|gif|svg)\)?|https?://\S+",
    "marks": r"[\W_]+",
}
_KINDS = re.compile("|".join(f"(?P<{kind}>{p})" for kind, p in _PATTERNS.items()), re.IGNORECASE)
_HEADER = frozenset({"crumbs", "author", "published", "views"})
_TELLING = _HEADER | {"part"}
_PART_LEVEL = 1
_FIRST_PART = "基本释义"
_LONG = 60


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the page that is not blank; `kind` is "" unless it is furniture or a part label."""

    text: str
    kind: str
    indented: bool


@dataclass(frozen=True, slots=True)
class _Entry:
    """The lines of one article, furniture and all."""

    title: str
    rows: Sequence[_Row]


def is_dump(raw: str) -> bool:
    """Whether `raw` is a wiki page with its furniture rather than a text somebody wrote."""
    kinds = {row.kind for row in _rows(raw)} - {"", "date", "image", "marks"}
    return len(kinds) > 1 and bool(kinds & _TELLING)


def parse_dump(raw: str, source: str) -> tuple[Article, ...]:
    """The articles of a page, in its order.

    A page with 基本释义 and 详细释义 holds one article for each such pair; any other page holds
    one. Order and wording stay untouched.

    Raises:
        CorpusError: nothing is left beside the furniture.
    """
    rows = _rows(raw)
    entries = _entries(rows) or [_Entry(_page_title(rows), rows)]
    articles = [found for entry in entries for found in _article(entry, source)]
    if not articles:
        raise CorpusError(NO_TEXT)
    return tuple(_named(articles)) if len(entries) > 1 else tuple(articles)


def _rows(raw: str) -> list[_Row]:
    rows = []
    for line in raw.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        text = tidy(line)
        match = _KINDS.fullmatch(text)
        if text:
            rows.append(_Row(text, (match.lastgroup or "") if match else "", line[:1].isspace()))
    return rows


def _entries(rows: Sequence[_Row]) -> list[_Entry]:
    """The articles of a page that has parts; each begins at the title above its first part."""
    firsts = [n for n, row in enumerate(rows) if row.kind == "part" and _label(row) == _FIRST_PART]
    titles = [_title_above(rows, first) for first in firsts]
    entries: list[_Entry] = []
    end = len(rows)
    for first, title in zip(reversed(firsts), reversed(titles), strict=True):
        start = first if title is None else title
        entries.append(_Entry("" if title is None else rows[title].text, rows[start:end]))
        end = start
    return entries[::-1]


def _label(row: _Row) -> str:
    return row.text.rstrip("：: ")


def _title_above(rows: Sequence[_Row], first: int) -> int | None:
    """The position of the title of the article whose first part begins at `first`."""
    for n in range(first - 1, -1, -1):
        if not rows[n].kind and not _is_text(rows[n]):
            return n
        if rows[n].kind == "part":
            break
    return None


def _page_title(rows: Sequence[_Row]) -> str:
    """The title line of a page of one article, "" where the page has none.

    A short first line is a title where more stands between it and the text: author, date,
    readers, itself again; otherwise it is the heading of the first section.
    """
    text = (n for n, row in enumerate(rows) if _is_text(row))
    header = rows[: next(text, len(rows))]
    short = [row.text for row in header if not row.kind]
    about = any(row.kind in _HEADER for row in header)
    return short[0] if short and (about or len(short) > 1) else ""


def _is_text(row: _Row) -> bool:
    """Whether a line is a paragraph: long, or closed like a sentence."""
    return not row.kind and (len(row.text) >= _LONG or row.text.endswith("。"))


def _article(entry: _Entry, source: str) -> Iterator[Article]:
    rows = _before_tail(entry.rows)
    pieces = _pieces([row for row in rows if row.text != entry.title])
    first = next((p.text for p in pieces if isinstance(p, Heading) and p.shown), "")
    title = entry.title or first or stem_title(source)
    try:
        found = article(pieces, source, title)
    except CorpusError:
        return
    yield replace(found, updated=_date(rows))


def _before_tail(rows: Sequence[_Row]) -> Sequence[_Row]:
    """`rows` up to the lists of other pages; such a label above the text cuts nothing."""
    begun = False
    for n, row in enumerate(rows):
        begun = begun or _is_text(row)
        if begun and row.kind == "tail":
            return rows[:n]
    return rows


def _date(rows: Iterable[_Row]) -> str | None:
    dated = (row for row in rows if row.kind in ("published", "views", "date"))
    return next((found for row in dated if (found := find_date(row.text))), None)


def _pieces(rows: Sequence[_Row]) -> list[Piece]:
    body = [row for row in rows if row.kind in ("", "part")]
    flush_left = any(row.indented for row in body)
    pieces: list[Piece] = []
    for n, row in enumerate(body):
        after = body[n + 1] if n + 1 < len(body) else None
        if row.kind == "part":
            pieces.append(Heading(_PART_LEVEL, _label(row)))
        elif after and _is_heading(row, flush_left) and _leads(body[max(0, n - 2) : n + 2]):
            pieces.append(Heading(_level(row), row.text))
        else:
            pieces.extend(unfold(row.text, followed=after is not None and not after.kind))
    plain = all(isinstance(p, Block) or p.level == _PART_LEVEL for p in pieces)
    return number_sections(pieces) if plain else pieces


def _is_heading(row: _Row, flush_left: bool) -> bool:
    """Whether a line looks like a heading; a question only where text is indented and it is not."""
    asks = row.text.endswith(("?", "？"))
    return shaped(row.text) and (not asks or (flush_left and not row.indented))


def _level(row: _Row) -> int:
    return numbered_level(row.text) or HEADING_LEVEL


def _leads(rows: Sequence[_Row]) -> bool:
    """Whether the last but one of `rows` stands above the last, by what comes before it.

    The last of three short lines is an item of a list that lost its marks.
    """
    *before, row, after = rows
    listed = len(before) == 2 and all(shaped(one.text) and not one.kind for one in before)
    below = not shaped(after.text) or (numbered_level(after.text) or 0) > _level(row)
    return below and not after.kind and not listed


def _named(articles: Iterable[Article]) -> Iterator[Article]:
    """Articles of one page with ids of their own, made from their titles."""
    taken: set[str] = set()
    for one in articles:
        name = first_free(f"{one.id}#{one.title}", taken)
        taken.add(name)
        yield replace(one, id=name)
