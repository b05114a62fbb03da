"""Plain text files -> Article."""

from askwiki.corpus.blocks import Block, Line, article, stem_title, tidy
from askwiki.corpus.headings import numbered_level, promote, shaped
from askwiki.schema import Article


def parse_plain(raw: str, source: str) -> Article:
    """The article in a plain text: paragraphs as they are, numbered section lines as headings.

    The title is the first line where that is short, without final punctuation, and followed by
    more; else the file name.

    Raises:
        CorpusError: no text is left after cleaning.
    """
    blocks = paragraphs(raw)
    title = _title(blocks)
    if title:
        first = Block(blocks[0].lines[1:], prose=True)
        blocks = [first, *blocks[1:]]
    return article(promote(blocks), source, title or stem_title(source))


def paragraphs(raw: str) -> list[Block]:
    """The paragraphs of a text: runs of lines between blank ones."""
    blocks: list[Block] = []
    lines: list[Line] = []
    for line in [*raw.replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""]:
        words = tidy(line)
        if words:
            lines.append(Line(words))
        elif lines:
            blocks.append(Block(tuple(lines), prose=True))
            lines = []
    return blocks


def _title(blocks: list[Block]) -> str:
    first = blocks[0].lines[0].text if blocks else ""
    alone = bool(blocks) and len(blocks[0].lines) == 1
    # A first line with a comma and more right below it is a wrapped sentence.
    is_title = len(blocks) > 1 if alone else "，" not in first
    return first if is_title and shaped(first) and numbered_level(first) is None else ""
