"""Markdown -> headings and blocks, through the tokens of markdown-it-py."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from textwrap import dedent, indent

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from askwiki.corpus import inline
from askwiki.corpus.blocks import Block, Heading, Piece
from askwiki.corpus.html import html_pieces
from askwiki.corpus.table import row_lines
from askwiki.corpus.veil import Veil
from askwiki.text import visible

_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_TIGHT_HEADING = re.compile(r"^( {0,3}#{1,6})[\u00a0\u3000]+|^( {0,3}#{2,6})(?=[^\s#])")
_NOTE = re.compile(r"^\[\^[^\]\s]+\]:[ \t]*")
_NOTE_MARK = re.compile(r"\[\^[^\]\s]+\]")
_ATTRIBUTES = re.compile(r"\s*\{:?\s*(?:[#.][^{}\s]+|[\w-]+=[^{}\s]+)(?:\s+[^{}]*)?\}\s*$")
_RUN_IN = re.compile(r"(?:^|\s+)\{\.run-in\}\s*$")
_ATTRIBUTE_LINE = re.compile(r"\{:[^{}]*\}|\[\[?toc\]?\]|\{\{?\s*toc\s*\}?\}", re.IGNORECASE)
_PERMALINK = re.compile(f"{inline.LINK}[#¶§🔗\\s]*{inline.UNLINK}")
_CLOSING_HASHES = re.compile(r"(?:\s+|(?<=[㐀-鿿]))#+$")
_CHECKBOX = re.compile(r"\[[ xX]\] ")
_LONGEST_UNDERLINED = 60


def render(body: str, *, first_line: int = 1) -> list[Piece]:
    """The headings and blocks of a Markdown text, blocks of nothing but links left out.

    `first_line` is the number of the first line of `body` in its file.
    """
    mended = _mended(body)
    root = SyntaxTreeNode(_PARSER.parse("\n".join(mended)))
    # Mending may add lines; headings stand where the author sees them.
    lines = [n for n, line in enumerate(mended, first_line) for _ in range(line.count("\n") + 1)]
    return _without_links(list(_pieces(root.children, lines)))


def _mended(body: str) -> list[str]:
    """The lines, with what CommonMark does not know but authors write: `##标题`, footnotes."""
    fence = ""
    mended = []
    for line in body.split("\n"):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not line.strip(" `~"):
            fence = ""
        elif not fence:
            line = _TIGHT_HEADING.sub(lambda m: f"{m[1] or m[2]} ", line)
            line = _NOTE.sub("\n", line)
            # Between backticks `[^0-9]` is no footnote.
            line = line if "`" in line else _NOTE_MARK.sub("", line)
        mended.append(line)
    return mended


def _pieces(nodes: Iterable[SyntaxTreeNode], lines: Sequence[int] = ()) -> Iterator[Piece]:
    veil = Veil()
    for node in nodes:
        if veil and node.type != "html_block":
            continue
        match node.type:
            case "heading":
                yield from _heading(node, lines)
            case "paragraph":
                yield from _paragraph(_markup(node))
            case "bullet_list" | "ordered_list":
                text = "\n".join(_list_lines(node))
                yield replace(Block.of(text), links=_links_only(node))
            case "table":
                yield Block.of("\n".join(_table_lines(node)))
            case "fence" | "code_block":
                yield _code(node.content)
            case "blockquote":
                yield from (_quoted(piece) for piece in _pieces(node.children))
            case "html_block":
                yield from html_pieces(node.content, veil)
                if not veil.by_style:  # <title> alone on a line is somebody's placeholder
                    veil.lift()


def _markup(node: SyntaxTreeNode) -> str:
    """The marked-up text of a node that holds one inline node."""
    inner = node.children[0] if node.children else None
    return inline.markup(inner.token.children or []) if inner and inner.token else ""


def _heading(node: SyntaxTreeNode, lines: Sequence[int]) -> Iterator[Piece]:
    text = _PERMALINK.sub("", _markup(node))
    words, run_in = _RUN_IN.subn("", inline.plain(text))
    words = _CLOSING_HASHES.sub("", _ATTRIBUTES.sub("", words))
    underlined = node.markup in ("-", "=")
    # A rule right below a paragraph reads as an underline; nobody writes such headings.
    if underlined and (len(words) > _LONGEST_UNDERLINED or words.endswith(("。", "；", "：", ":"))):
        yield from _paragraph(text)
    elif words or run_in:
        line = lines[node.map[0]] if node.map and lines else 0
        yield Heading(int(node.tag[1]), words, shown=not run_in, line=line)


def _paragraph(text: str) -> Iterator[Block]:
    lines = tuple(line for line in inline.lines(text) if not _ATTRIBUTE_LINE.fullmatch(line.text))
    if lines:
        yield Block(lines, prose=True, links=inline.only_links(text))


def _quoted(piece: Piece) -> Piece:
    return Block.of(piece.text) if isinstance(piece, Heading) else piece


def _code(content: str) -> Block:
    kept = [visible(line).rstrip() for line in dedent(content).split("\n")]
    return Block.of(re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip())


def _list_lines(node: SyntaxTreeNode) -> Iterator[str]:
    """The lines of a list; what belongs to an item but its first line is indented."""
    for item, marker in zip(node.children, _markers(node), strict=True):
        texts = [_item_text(child) for child in item.children]
        nested_first = bool(item.children) and item.children[0].type.endswith("_list")
        body = "\n".join(text for text in texts if text)
        first, _, rest = ("", "", body) if nested_first else body.partition("\n")
        first = _CHECKBOX.sub("", first, count=1)
        if first:
            yield marker + first
        if rest:
            yield from indent(rest, "  ").split("\n")


def _item_text(node: SyntaxTreeNode) -> str:
    if node.type.endswith("_list"):
        return "\n".join(_list_lines(node))
    text = "\n".join(piece.text for piece in _pieces([node]))
    return re.sub(r"\n{2,}", "\n", text)


def _markers(node: SyntaxTreeNode) -> list[str]:
    if node.type == "bullet_list":
        return ["- "] * len(node.children)
    numbers = [int(item.info) for item in node.children]
    if len(set(numbers)) < len(numbers):  # `1. 1. 1.` leaves the counting to the reader
        numbers = [numbers[0] + n for n in range(len(numbers))]
    return [f"{number}. " for number in numbers]


def _table_lines(node: SyntaxTreeNode) -> list[str]:
    table = [
        [inline.plain(_markup(cell)) for cell in row.children]
        for part in node.children
        for row in part.children
    ]
    return row_lines(table[0], table[1:])


def _links_only(node: SyntaxTreeNode) -> bool:
    """Whether every item of a list is a link and nothing else."""
    kinds = {inner.type for inner in node.walk()}
    texts = [_markup(inner) for inner in node.walk() if inner.type == "paragraph"]
    spoken = [text for text in texts if text.strip()]
    several = len(spoken) > 1
    return not kinds & {"fence", "code_block", "table", "html_block", "heading"} and (
        bool(spoken) and all(inline.only_links(text, urls=several) for text in spoken)
    )


def _without_links(pieces: Sequence[Piece]) -> list[Piece]:
    """`pieces` without blocks that only link and without the labels right before these."""
    kept: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, Heading) or not piece.links:
            kept.append(piece)
        elif kept and isinstance(kept[-1], Block) and _introduces(kept[-1]):
            kept.pop()
    return kept


def _introduces(block: Block) -> bool:
    return block.prose and (
        inline.is_label(block.text) or (len(block.text) <= 20 and block.text.endswith(("：", ":")))
    )
