"""Blocks -> canonical text and sections: the one place where offsets are counted.

Every parser of this room ends in a list of headings and blocks; how those become
`Article.text` is decided here, once for all formats.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath

from askwiki.errors import CorpusError
from askwiki.schema import Article, Section
from askwiki.text import HAN, visible

_GAP = "\n\n"
_SPACES = re.compile(r"[^\S\n]+")
NO_TEXT = "holds no text once cleaned: add text to it or remove it"
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})")
_HAN_SIDE = re.compile(rf"[{HAN}\u3040-\u30ff“”‘’…—·]")
_WIDE_MARK = re.compile("[\u3001-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; a smaller level stands higher.

    `shown` is false where the words already stand in the text after it. An empty text
    only closes the sections of its level.
    """

    level: int
    text: str
    shown: bool = True
    line: int = field(default=0, compare=False)
    """The line of the source that it stands on, from 1; 0 where that is not known."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the source; `soft` says that the break before it was only a wrap."""

    text: str
    bold: bool = False
    soft: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list, table or code block.

    `prose` marks a paragraph, whose lines may turn out to be headings; `links` one that holds
    nothing but links.
    """

    lines: tuple[Line, ...]
    prose: bool = False
    links: bool = False

    @classmethod
    def of(cls, text: str) -> "Block":
        """A block whose lines stand as they are."""
        return cls(tuple(Line(line) for line in text.split("\n")))

    @property
    def text(self) -> str:
        """The lines as they stand in the canonical text, wrapped ones joined."""
        text = ""
        for line in self.lines:
            text += (glue(text, line.text) if line.soft else "\n" * bool(text)) + line.text
        return text.strip()


Piece = Heading | Block


def tidy(text: str) -> str:
    """`text` without invisible characters, any run of spaces as one, trimmed; breaks stay."""
    lines = (_SPACES.sub(" ", line).strip() for line in visible(text).split("\n"))
    return "\n".join(lines).strip()


def glue(left: str, right: str) -> str:
    """What joins two wrapped lines: nothing between Han characters, else one space."""
    if not left or not right:
        return ""
    edge = left[-1], right[0]
    if all(_HAN_SIDE.match(side) for side in edge) or any(_WIDE_MARK.match(s) for s in edge):
        return ""
    return " "


def assemble(pieces: Iterable[Piece]) -> tuple[str, tuple[Section, ...]]:
    """The canonical text and its sections.

    A heading that nothing stands below is left out.
    """
    parts: list[str] = []
    sections: list[Section] = []
    path: list[Heading] = []
    end, opening = 0, True
    for piece in standing(pieces):
        if isinstance(piece, Heading):
            path = [above for above in path if above.level < piece.level] + [piece]
            opening = True
            if not piece.shown:
                continue
        start = end + len(_GAP) * bool(parts)
        end = start + len(piece.text)
        parts.append(piece.text)
        if isinstance(piece, Block):
            start = start if opening else sections.pop().start
            sections.append(Section(tuple(h.text for h in path if h.text), start, end))
            opening = False
    return _GAP.join(parts), tuple(sections)


def standing(pieces: Iterable[Piece]) -> list[Piece]:
    """`pieces` without empty blocks and without headings that nothing stands below."""
    kept: list[Piece] = []
    following: Piece | None = None
    for piece in reversed(list(pieces)):
        if isinstance(piece, Block):
            keep = bool(piece.text)
        else:
            below = not isinstance(following, Heading) or following.level > piece.level
            keep = not piece.text or (following is not None and below)
        if keep:
            kept.append(piece)
            following = piece
    return kept[::-1]


def article(pieces: Iterable[Piece], source: str, title: str) -> Article:
    """The article that `pieces` make, with the id of the file `source`.

    Raises:
        CorpusError: no text is left.
    """
    text, sections = assemble(pieces)
    if not sections:
        raise CorpusError(NO_TEXT)
    return Article(identity(source), title, text, sections, source)


def identity(source: str) -> str:
    """The id of the file `source`: its path without the extension, NFC."""
    return unicodedata.normalize("NFC", str(PurePosixPath(source).with_suffix("")))


def first_free(name: str, taken: Collection[str]) -> str:
    """`name`, or `name-2`, `name-3` … where it is taken."""
    free, n = name, 1
    while free in taken:
        n += 1
        free = f"{name}-{n}"
    return free


def stem_title(source: str) -> str:
    """A title made from the file name, hyphens and underscores as spaces."""
    stem = unicodedata.normalize("NFC", PurePosixPath(source).stem)
    return tidy(re.sub(r"[-_]+", " ", stem)) or stem


def find_date(text: str) -> str | None:
    """The first date in `text`, as an ISO date."""
    match = _DATE.search(text)
    if match is None:
        return None
    try:
        return date(*map(int, match.groups())).isoformat()
    except ValueError:
        return None
