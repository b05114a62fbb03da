"""The inside of a Markdown paragraph -> marked-up text -> plain lines.

Between the two steps control characters stand for what must still be told apart; they cannot
occur in a source, which has passed `visible`.
"""

import re
from collections.abc import Sequence

from markdown_it.token import Token

from askwiki.corpus.blocks import Block, Line, tidy
from askwiki.corpus.veil import TAG, Veil

HARD, SOFT = "\n", "\r"
BOLD, UNBOLD = "\x01", "\x02"
LINK, UNLINK = "\x03", "\x04"
URL, UNURL = "\x05", "\x06"

_MARKS = re.compile("[\x01-\x06]")
_LINKED = re.compile(f"{LINK}[^{UNLINK}]*{UNLINK}")
_URLS = re.compile(f"{URL}[^{UNURL}]*{UNURL}")
_BOLD_LINE = re.compile(f"\\s*{BOLD}[^{BOLD}{UNBOLD}]*{UNBOLD}\\s*")
_LABELS = (
    "相关文章|相关阅读|相关链接|相关推荐|推荐阅读|推荐文章|延伸阅读|更多阅读|更多|目录|本文目录|参考资料|参考|"
    "参见|另见|详见|请见|上一篇|下一篇|上一页|下一页|返回顶部|返回目录|返回首页|返回|首页|"
    "seealso|related|contents|tableofcontents|toc|previous|next|home|top"
)
_LABEL = re.compile(rf"(?:{_LABELS})*", re.IGNORECASE)
_NO_WORD = re.compile(r"[\W\d_]+")

# CommonMark leaves `**` standing where it touches full-width punctuation on one side and a
# character on the other, as in `**概述：**正文`; writers of Chinese mean bold.
_STRAY_BOLD = re.compile(
    r"\*\*([^*\n]*[^\w\s*])\*\*(?=\w)|(?<=\w)\*\*([^\w\s*][^*\n]*)\*\*", re.UNICODE
)

_TAG_NAMES = (
    "a abbr address article aside audio b base bdi bdo big blockquote body br button canvas "
    "caption center cite code col colgroup data dd del details dfn dialog div dl dt em embed "
    "fieldset figcaption figure font footer form frame h1 h2 h3 h4 h5 h6 head header hr html "
    "i iframe img input ins kbd label legend li link main map mark menu meta meter nav "
    "noscript object ol optgroup option output p param picture pre progress q rp rt ruby s "
    "samp script section select small source span strike strong style sub summary sup svg "
    "table tbody td template textarea tfoot th thead time title tr track tt u ul var video "
    "wbr"
)
KNOWN_TAGS = frozenset(_TAG_NAMES.split())
BREAK_TAGS = frozenset({"br", "p", "div", "li", "tr", "hr"})


def markup(tokens: Sequence[Token]) -> str:
    """Inline tokens as text with marks for breaks, bold and links; images are left out."""
    parts: list[str] = []
    veil = Veil()
    urls: list[bool] = []
    for i, token in enumerate(tokens):
        if token.type == "html_inline":
            parts.append("" if veil.read(token.content) else _html(token.content))
        elif veil:
            continue
        elif token.type == "link_open":
            inside = tokens[i + 1].content if i + 1 < len(tokens) else ""
            urls.append(token.markup == "autolink" or token.attrGet("href") == inside)
            parts.append(URL if urls[-1] else LINK)
        elif token.type == "link_close":
            parts.append(UNURL if urls.pop() else UNLINK)
        else:
            parts.append(_PLAIN.get(token.type) or token.content * (token.type in _TEXT))
    text = "".join(parts)
    has_code = any(token.type == "code_inline" and "**" in token.content for token in tokens)
    return text if has_code else _STRAY_BOLD.sub(lambda m: m[1] or m[2], text)


_PLAIN = {"softbreak": SOFT, "hardbreak": HARD, "strong_open": BOLD, "strong_close": UNBOLD}
_TEXT = frozenset({"text", "text_special", "code_inline"})


def _html(tag: str) -> str:
    """What `tag` becomes in the text.

    A name that HTML does not know is no tag but a placeholder such as `<分机号>` or `<number>`.
    """
    match = TAG.match(tag)
    if match is None:
        return ""
    name = match[2].lower()
    if name not in KNOWN_TAGS:
        return tag
    return HARD if name in BREAK_TAGS else ""


def plain(text: str) -> str:
    """Marked-up text as one line."""
    return Block(lines(text)).text.replace("\n", " ")


def lines(text: str) -> tuple[Line, ...]:
    """Marked-up text as lines, empty ones left out."""
    found: list[Line] = []
    for hard in text.split(HARD):
        for n, part in enumerate(hard.split(SOFT)):
            words = tidy(_MARKS.sub("", part))
            if words:
                found.append(Line(words, bool(_BOLD_LINE.fullmatch(part)), soft=n > 0))
    return tuple(found)


def only_links(text: str, *, urls: bool = False) -> bool:
    """Whether marked-up `text` says nothing beside its links.

    Labels such as 相关文章 and numbers say nothing. A bare address counts as a link only with
    `urls`: alone in a paragraph it may be what the paragraph is about.
    """
    rest, count = _LINKED.subn("", text)
    if urls:
        rest, more = _URLS.subn("", rest)
        count += more
    return count > 0 and is_label(rest)


def is_label(text: str) -> bool:
    """Whether `text` is nothing but furniture words such as 相关文章, numbers and marks."""
    return _LABEL.fullmatch(_NO_WORD.sub("", _MARKS.sub("", text))) is not None
