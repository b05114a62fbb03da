"""HTML inside Markdown -> blocks. Not an importer of web pages: only what authors paste in."""

import re
from html.parser import HTMLParser

from askwiki.corpus import inline
from askwiki.corpus.blocks import Block, Heading, Piece
from askwiki.corpus.table import row_lines
from askwiki.corpus.veil import Veil

_DECLARATION = re.compile(r"<![A-Za-z\[][^>]*>")
_OPEN_DECLARATION = re.compile("<!(?!--)")
_HEADING = re.compile(r"h[1-6]")
_BLOCK_TAG_NAMES = (
    "p div section article aside header footer main nav table thead tbody ul ol dl dt dd figure "
    "figcaption details summary blockquote center pre hr form address"
)
_BLOCK_TAGS = frozenset(_BLOCK_TAG_NAMES.split())


def html_pieces(html: str, veil: Veil | None = None) -> list[Piece]:
    """The headings, paragraphs, list items and table rows of a piece of HTML.

    `veil` knows whether it begins in a hidden element, and then whether it ends in one.
    """
    reader = _Reader(Veil() if veil is None else veil)
    # The parser of the standard library raises AssertionError at a declaration it does not know.
    reader.feed(_OPEN_DECLARATION.sub("&lt;!", _DECLARATION.sub("", html)))
    reader.close()
    reader.flush()
    return reader.pieces


class _Reader(HTMLParser):
    """Collects marked-up text and gives it away as a block at every border."""

    def __init__(self, veil: Veil) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []
        self._text = ""
        self._veil = veil
        self._rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._veil.read(self.get_starttag_text() or ""):
            return
        if tag not in inline.KNOWN_TAGS:
            self._text += self.get_starttag_text() or ""
        elif tag in _BLOCK_TAGS or _HEADING.fullmatch(tag):
            self.flush()
        elif tag == "tr":
            self._rows.append([])
        else:
            self._text += _OPENERS.get(tag, "")

    def handle_endtag(self, tag: str) -> None:
        if self._veil.read(f"</{tag}>"):
            if tag in ("td", "th") and self._rows and not self._veil:
                self._rows[-1].append("")  # the cells after it stay in their columns
        elif tag == "table":
            self._end_table()
        elif tag in ("td", "th") and self._rows:
            self._rows[-1].append(inline.plain(self._text))
            self._text = ""
        elif _HEADING.fullmatch(tag):
            words, self._text = inline.plain(self._text), ""
            self.pieces += [Heading(int(tag[1]), words)] if words else []
        elif tag in _BLOCK_TAGS:
            self.flush()
        else:
            self._text += _CLOSERS.get(tag, "")

    def handle_data(self, data: str) -> None:
        if not self._veil:
            self._text += data.replace("\n", inline.SOFT)

    def flush(self) -> None:
        """End the block being collected."""
        found = inline.lines(self._text)
        if found:
            links = inline.only_links(self._text)
            self.pieces.append(Block(found, prose=True, links=links))
        self._text = ""

    def _end_table(self) -> None:
        self.flush()
        if len(self._rows) > 1:
            found = row_lines(self._rows[0], self._rows[1:])
            self.pieces += [Block.of("\n".join(found))] if found else []
        self._rows = []


_OPENERS = {
    "br": inline.HARD,
    "li": f"{inline.HARD}- ",
    "b": inline.BOLD,
    "strong": inline.BOLD,
    "a": inline.LINK,
}
_CLOSERS = {"b": inline.UNBOLD, "strong": inline.UNBOLD, "a": inline.UNLINK}
