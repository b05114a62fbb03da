"""Lines that act as headings where a file has no real ones."""

import re
from collections.abc import Sequence

from askwiki.corpus.blocks import HAN, Block, Heading, Line, Piece

NUMERAL = "[一二三四五六七八九十百零〇]+"

# Levels order the kinds among each other; 1 and 2 stay free for what encloses them.
_KINDS: tuple[tuple[int, re.Pattern[str]], ...] = tuple(
    (level, re.compile(pattern))
    for level, pattern in (
        (2, rf"第(?:{NUMERAL}|\d+)(?:章|篇|部分)[\s：:、]*"),
        (3, rf"第(?:{NUMERAL}|\d+)节[\s：:、]*"),
        (4, rf"{NUMERAL}[、．.]\s*"),
        (5, rf"[（(]{NUMERAL}[）)]\s*"),
        (7, r"\d{1,2}[.．]\d{1,2}(?:[、.．]\s*|\s+)"),
        (8, r"\d{1,2}(?:[.．]\d{1,2}){2}(?:[、.．]\s*|\s+)"),
        (6, r"\d{1,2}(?:、|[.．](?!\d))\s*"),
        (9, r"[（(]\d{1,2}[）)]\s*"),
        (10, rf"第(?:{NUMERAL}|\d+)步[：:]\s*"),
    )
)
BOLD_LEVEL = 11
LONGEST = 40

_CLOSED = re.compile(r"[。；;！!…]|[，,、：:.]$")
_WORD = re.compile(rf"[{HAN}A-Za-z]")


def shaped(text: str) -> bool:
    """Whether `text` has the look of a heading: short, a word in it, no final punctuation."""
    return len(text) <= LONGEST and bool(_WORD.search(text)) and not _CLOSED.search(text)


def numbered_level(text: str) -> int | None:
    """The level of a section number such as `一、` or `1.2 ` before more text, else None."""
    for level, pattern in _KINDS:
        match = pattern.match(text)
        if match and match.end() < len(text):
            return level
    return None


def promote(blocks: Sequence[Block]) -> list[Piece]:
    """`blocks` with the lines that act as headings made headings.

    These are bold lines and numbered section lines in prose, each followed by text. Neighbours
    of the same kind are the items of a list and stay text.
    """
    lines = [(b, n, line) for b, block in enumerate(blocks) for n, line in enumerate(block.lines)]
    levels = [_level(line) if blocks[b].prose else None for b, _, line in lines]
    accepted: dict[tuple[int, int], int] = {}
    listed: set[tuple[int, int]] = set()
    for i, ((b, n, _), level) in enumerate(zip(lines, levels, strict=True)):
        if level is None:
            continue
        after = levels[i + 1] if i + 1 < len(levels) else 0
        before = levels[i - 1] if i else None
        is_heading = before != level and (after is None or after > level)
        if is_heading:
            accepted[b, n] = level
        else:
            listed.add((b, n))
    pieces: list[Piece] = []
    for b, block in enumerate(blocks):
        pieces.extend(_split(b, block, accepted, listed))
    return pieces


def _level(line: Line) -> int | None:
    if not shaped(line.text) or (not line.bold and line.text.endswith(("?", "？")) and False):
        return None
    return numbered_level(line.text) or (BOLD_LEVEL if line.bold else None)


def _split(
    b: int, block: Block, accepted: dict[tuple[int, int], int], listed: set[tuple[int, int]]
) -> list[Piece]:
    """`block` cut at its accepted lines; list-like lines keep a line each."""
    return []
