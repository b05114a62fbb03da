"""Lines that act as headings where a file has no real ones."""

import re
from collections.abc import Sequence
from dataclasses import replace

from askwiki.corpus.blocks import Block, Heading, Line, Piece
from askwiki.text import HAN

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
    levels = [_level(line, block) for block in blocks for line in block.lines]
    opening = iter([level if _opens(levels, i) else None for i, level in enumerate(levels)])
    pieces: list[Piece] = []
    for block in blocks:
        pieces.extend(_split(block, [next(opening) for _ in block.lines]))
    return pieces


def _level(line: Line, block: Block) -> int | None:
    """The level that `line` would have as a heading."""
    if not block.prose or not shaped(line.text):
        return None
    return numbered_level(line.text) or (BOLD_LEVEL if line.bold else None)


def _opens(levels: Sequence[int | None], i: int) -> bool:
    """Whether line `i` has text of its own, or deeper headings, below it."""
    level = levels[i]
    if level is None or i + 1 == len(levels) or (i and levels[i - 1] == level):
        return False
    after = levels[i + 1]
    return after is None or after > level


def _split(block: Block, levels: Sequence[int | None]) -> list[Piece]:
    """`block` cut at the lines that have a level; lines like list items keep a line each."""
    pieces: list[Piece] = []
    rest: list[Line] = []
    for line, level in zip(block.lines, levels, strict=True):
        if level is None:
            item = _level(line, block) is not None
            rest.append(replace(line, soft=False) if item else line)
            continue
        pieces += [replace(block, lines=tuple(rest)), Heading(level, line.text)]
        rest = []
    return [*pieces, replace(block, lines=tuple(rest))]
