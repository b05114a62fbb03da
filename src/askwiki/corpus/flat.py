"""Pages that lost their line breaks: finding the sections again.

Where a break was, such a page has a space between sentence end and next word. A short phrase
between two such spaces was a heading; a row of 首先 … 其次 … 第三 … was a row of sections.
Nothing is reworded: the pieces put together are the line, spaces aside.
"""

import re
from collections.abc import Iterable, Sequence

from askwiki.corpus.blocks import Block, Heading, Piece
from askwiki.corpus.headings import NUMERAL, numbered_level, shaped
from askwiki.text import HAN

HEADING_LEVEL = 4
"""That of `一、`: in a page the numbered and the unnumbered headings stand side by side."""
_ORDINAL_LEVEL = 12

_END = "[。！？!?…][”’』」）)]*"
_SPACE = re.compile(r" +")
_ENDS = re.compile(rf"{_END}$")
_COLON = re.compile("[：:]$")
_STEP = re.compile(rf"第(?:{NUMERAL}|\d+)步[：:]")
_ORDINAL = re.compile(rf"(首先|其次|再次|再者|最后|第(?:{NUMERAL}|\d+))[，,、：:]\s*")
_RUN_ON = re.compile(rf"(?<=[。！？])(?=(?:首先|其次|第{NUMERAL})[，,、])")
_CLOSING = re.compile("(?:综上|总之|总而言之|总的来说|总体而言|总体来看)[所述，,]")
_TAIL = re.compile(rf"(?P<body>.*{_END})(?P<tail>[^。！？!?；;，,：:]+)$")
_DANGLING = re.compile("(?<![目标])的$|[了是和与及或在把被将对从为]$")
_SHORTEST = 4
_LONG_LINE = 600
_LONGEST_TOPIC = 24

# What tells `最基本的要求是X`, where X is the topic, from `X是…`, where it comes first.
_ROLE = re.compile(
    r"(?:的|^)(?:要求|一?点|关键|重点|要点|前提|原则|因素|环节|任务|条件|目标|好处|优势|问题|方面|工作)?$"
    r"|^(?:最|首要|核心|主要|基本|关键)"
)
_IS = re.compile(r"(?<![但还于凡就可不总正若或])是(?![否非])")
_VERB = re.compile(
    "直接|同样|往往|通常|应当|应该|必须|需要|能够|可以|不可|不能|不容|决定|影响|关系到|意味着|取决于|"
    "有助于|至关重要|十分|非常|也"
)
_SHORT_TOPIC = 14


def unfold(line: str, *, followed: bool) -> list[Piece]:
    """One line of a page as headings and blocks; `followed` says that another line comes after."""
    segments = _segments(line)
    if len(segments) == 1:
        return [Block.of(line)]
    pieces: list[Piece] = []
    text = ""
    for n, segment in enumerate(segments):
        after = segments[n + 1] if n + 1 < len(segments) else ""
        level = _level(segment, segments[n - 1] if n else "", after)
        if level or _opens_block(segment):
            pieces += [Block.of(text)]
            text = ""
        if level:
            pieces.append(Heading(level, segment))
        else:
            text = f"{text} {segment}".lstrip()
    return [*pieces, *(_tail(text) if followed else [Block.of(text)])]


def _segments(line: str) -> list[str]:
    """`line` cut at every space that may have been a break, or whole where it lost none."""
    spaces = list(_SPACE.finditer(line))
    if not any(_ENDS.search(_before(line, space)) for space in spaces):
        run_on = _RUN_ON.split(line) if len(line) > _LONG_LINE else [line]
        return run_on if len(accepted(run_on)) > 2 else [line]
    spaced_latin = re.search(rf"[A-Za-z0-9] +[{HAN}]", line) is not None
    cuts = [space for space in spaces if _was_break(line, space, spaced_latin)]
    starts = [0, *(cut.end() for cut in cuts)]
    ends = [*(cut.start() for cut in cuts), len(line)]
    return [line[a:b] for a, b in zip(starts, ends, strict=True)]


def _before(line: str, space: re.Match[str]) -> str:
    return line[max(0, space.start() - 8) : space.start()]


def _was_break(line: str, space: re.Match[str], spaced_latin: bool) -> bool:
    """Whether a space may stand for a line break; `spaced_latin`: the page writes `用 IP 电话`."""
    before, after = _before(line, space), line[space.end() : space.end() + 8]
    if _ENDS.search(before):
        return True
    if _COLON.search(before):
        return _STEP.match(after) is not None
    han_before = re.search(rf"[{HAN}）)”]$", before) is not None
    return han_before and (not spaced_latin or not after[:1].isascii())


def _level(segment: str, before: str, after: str) -> int | None:
    """The level of `segment` as a heading between its neighbours, or None where it is text."""
    if not _is_phrase(segment) or not after:
        return None
    is_free = not before or _ENDS.search(before) is not None
    if _STEP.match(segment):
        is_free = is_free or _COLON.search(before) is not None or _is_phrase(before)
    level = numbered_level(segment) or HEADING_LEVEL
    below = numbered_level(after) if _is_phrase(after) else None
    return level if is_free and (below is None or below > level) else None


def _is_phrase(text: str) -> bool:
    return len(text) >= _SHORTEST and shaped(text) and not _DANGLING.search(text)


def _opens_block(segment: str) -> bool:
    return bool(_ORDINAL.match(segment) or _CLOSING.match(segment))


def _tail(text: str) -> list[Piece]:
    """`text`, the heading of the next line cut off where it ran into this one."""
    match = _TAIL.match(text)
    if match is None or not _is_phrase(match["tail"].strip()):
        return [Block.of(text)]
    return [Block.of(match["body"]), Heading(HEADING_LEVEL, match["tail"].strip())]


def number_sections(pieces: Sequence[Piece]) -> list[Piece]:
    """`pieces` with a section for each paragraph of a row 首先 … 其次 … 第三 …, if there is one.

    The heading is the topic of the sentence, which stays whole.
    """
    rows = accepted([piece.text if isinstance(piece, Block) else "" for piece in pieces])
    if len(rows) < 3:
        return list(pieces)
    numbered: list[Piece] = []
    for n, piece in enumerate(pieces):
        if n in rows:
            numbered.append(Heading(_ORDINAL_LEVEL, topic(piece.text), shown=False))
        elif n > rows[-1] and _CLOSING.match(piece.text):
            numbered.append(Heading(_ORDINAL_LEVEL, "", shown=False))
        numbered.append(piece)
    return numbered


def accepted(texts: Iterable[str]) -> list[int]:
    """The positions of the texts that begin with an ordinal and count up."""
    rows: list[int] = []
    last = 0
    for n, text in enumerate(texts):
        match = _ORDINAL.match(text)
        value = _value(match[1], last) if match else 0
        if value > last:
            rows.append(n)
            last = value
    return rows


def _value(ordinal: str, last: int) -> int:
    if ordinal in _WORDS:
        return _WORDS[ordinal] or last + 1
    digits = ordinal.removeprefix("第")
    if digits.isdigit():
        return int(digits)
    tens, ten, ones = digits.rpartition("十")
    return (_DIGITS.find(tens) if tens else 1) * 10 * bool(ten) + max(0, _DIGITS.find(ones or "零"))


_WORDS = {"首先": 1, "其次": 2, "再次": 0, "再者": 0, "最后": 0}
_DIGITS = "零一二三四五六七八九"


def topic(text: str) -> str:
    """The phrase that a sentence such as `第三，X是…。` is about, word for word."""
    match = _ORDINAL.match(text)
    begin = match.end() if match else 0
    sentence = re.split("[。！？!?；;]", text[begin:], maxsplit=1)[0].strip()
    for phrase in (_subject(sentence), re.split("[，,：:]", sentence)[0]):
        if _SHORTEST - 2 <= len(phrase) <= _LONGEST_TOPIC:
            return phrase
    return match[1] if match else sentence[:_LONGEST_TOPIC]


def _subject(sentence: str) -> str:
    verb = _IS.search(sentence)
    if verb:
        subject = re.split("[，,]", sentence[: verb.start()])[-1].strip()
        return sentence[verb.end() :].strip() if _ROLE.search(subject) else subject
    cut = _VERB.search(sentence, _SHORTEST) if len(sentence) > _SHORT_TOPIC else None
    return sentence[: cut.start()] if cut else sentence
