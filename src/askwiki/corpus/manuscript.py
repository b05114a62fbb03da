"""Articles as their keepers see them: with front matter, headings, and the lines of their files."""

import re
from dataclasses import dataclass
from pathlib import Path

from askwiki.corpus.blocks import Heading, standing
from askwiki.corpus.files import read_text
from askwiki.corpus.front import Front, read_front
from askwiki.corpus.load import Skipped, load_corpus
from askwiki.corpus.markdown import clean
from askwiki.corpus.render import render
from askwiki.schema import Article


@dataclass(frozen=True, slots=True)
class Manuscript:
    """An article and its file; `front` is None where that is no Markdown."""

    article: Article
    raw: str
    """The file, its line breaks as they are counted."""
    front: Front | None = None
    first_line: int | None = None
    """The line on which the text begins, below the front matter."""
    headings: tuple[Heading, ...] = ()
    """All of the file, in its order, those that the article leaves out among them."""
    empty: tuple[Heading, ...] = ()
    """Those that the article leaves out, as nothing stands below them."""

    def line_of_field(self, name: str) -> int | None:
        """The line of the front matter that sets `name`."""
        front = self.raw.split("\n")[: self.first_line or 0]
        set_here = re.compile(rf"{name}\s*:")
        return next((n for n, line in enumerate(front, 1) if set_here.match(line)), None)

    def line_of_heading(self, text: str) -> int | None:
        """The line of the first heading `text`."""
        lines = (heading.line for heading in self.headings if heading.text == text)
        return next(lines, 0) or None


def read_manuscripts(
    folder: Path, *, max_file_mb: float = 10.0
) -> tuple[tuple[Manuscript, ...], tuple[Skipped, ...]]:
    """The articles of `folder`, sorted by id, and the files that were skipped.

    Raises:
        CorpusError: the folder is missing or is no folder, or no file in it could be read.
    """
    corpus = load_corpus(folder, max_file_mb=max_file_mb)
    pages = [
        manuscript(article, read_text(folder / article.source, max_file_mb))
        for article in corpus.articles
    ]
    return tuple(pages), corpus.skipped


def manuscript(article: Article, raw: str) -> Manuscript:
    """`article` with what its file `raw` says beside the text."""
    if not article.source.lower().endswith(".md"):
        return Manuscript(article, raw)
    cleaned = clean(raw)
    front, body = read_front(cleaned)
    before = cleaned.count("\n", 0, len(cleaned) - len(body))
    blank = body[: len(body) - len(body.lstrip())].count("\n")
    pieces = render(body, first_line=before + 1)
    kept = {id(piece) for piece in standing(pieces)}
    headings = tuple(piece for piece in pieces if isinstance(piece, Heading))
    empty = tuple(heading for heading in headings if id(heading) not in kept)
    return Manuscript(article, cleaned, front, before + blank + 1, headings, empty)
