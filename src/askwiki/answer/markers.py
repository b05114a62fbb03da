"""A model's text as it streams in -> sentences with the numbers of the passages they name.

Markers come in every shape ([1][2], [1,2], 【1】, ［1］, [1-3], [^1], before or after the full stop)
and are taken out of the text; the answer gets its own. A sentence is handed on once what follows it
shows that neither it nor its markers go on, so the same text gives the same sentences however it is
cut into chunks.
"""

import re
from dataclasses import dataclass

from askwiki import text as zh
from askwiki.answer import Shape, Written

_NUMBERS = r"\^?\d{1,3}(?:\s*(?:[,，、;；]|[-–—~～至到])\s*\^?\d{1,3}){0,20}"
_NAMED = r"(?:(?:资料|来源|参考|文献|出处|引用|编号|passage|source)\s*[:：]?\s*)?"
_MARKER = re.compile(
    # 按[1]键 is no marker: it is a key.
    rf"(?<![按拨选键输第])[\[［【〔]\s*{_NAMED}(?P<numbers>{_NUMBERS})\s*(?:†[^\]］】〕\n]{{0,40}})?[\]］】〕]"
    r"(?![键号步次位#*])",
    re.IGNORECASE,
)
_HALF_A_MARKER = re.compile(r"[\[［【〔][^\]］】〕\n]{0,60}$")
_RANGE = re.compile(r"(\d{1,3})(?:\s*[-–—~～至到]\s*\^?(\d{1,3}))?")
_CODE = re.compile(r"`[^`\n]*`")

_STEP = re.compile(r"\s*(?:\d{1,2}[.)、．](?!\d)|[(（]\d{1,2}[)）]|[①-⑳])\s*")
_BULLET = re.compile(r"\s*[-*+•·●]\s+")
_HEADING = re.compile(r"\s*#{1,6}\s")
_FENCE = re.compile(r"\s*(?:```|~~~)")

_PREFACE = re.compile(
    r"^(?:(?:根据|依据|按照|基于|参照)(?:(?:以上|上述|上面|您?提供|所给|给出|现有|已有|百科)?的?"
    r"(?:资料|材料|段落|内容|信息|文章|百科)\s*\d{0,3}(?:的?(?:内容|说明|介绍))?(?:所述|显示|可知|来看)?)?|"
    r"(?:资料|文章|百科)\s*\d{0,3}中?(?:指出|显示|说明|提到|表明|写明))[，,：:]\s*"
)
_FILLER = re.compile(
    r"(?:您好|你好|好的|当然|没问题)[！!。，,]?|希望.{0,16}(?:帮助|帮到|有用).{0,6}|"
    r"如(?:果|有|需).{0,24}(?:请|可以?|欢迎).{0,24}(?:联系|咨询|提问|告诉我?|询问).{0,8}|"
    r"以上(?:就是|是|为).{0,24}|(?:关于|针对|对于).{0,40}(?:如下|以下)[：:。]?|"
    # Alone they say nothing that a passage could bear out.
    r"(?:是的?|不是|对|不对|可以|不可以|能|不能|会|不会|有|没有|要|不要|需要|不需要|不用|必须|支持|不支持)[。！!，,]?"
)


def passage_numbers(numbers: str) -> tuple[int, ...]:
    """The numbers in the inside of a marker: `1, 3-5` is 1, 3, 4, 5. A wild range gives its ends."""
    found: list[int] = []
    for first, last in _RANGE.findall(numbers):
        low, high = int(first), int(last or first)
        found.extend(range(low, high + 1) if low <= high <= low + 20 else (low, high))
    return tuple(dict.fromkeys(found))


class SentenceReader:
    """Feed it text as it comes; it gives back whole sentences.

    What asserts nothing is left out: greetings, headings, blocks of code, a bare yes, and the words
    before a sentence that only point at the passages.
    """

    def __init__(self) -> None:
        self._rest, self._number = "", 0
        self._shape: Shape | None = None
        self._in_code = False

    def feed(self, text: str) -> list[Written]:
        """The sentences that `text` has completed."""
        self._rest += zh.visible(text)
        found: list[Written] = []
        while (end := self._rest.find("\n")) >= 0:
            line, after = self._rest[:end], self._rest[end + 1 :]
            found += self._read(line, ended=True)
            self._rest, self._shape, self._number = after, None, self._number + 1
        # Without an end in it there is nothing to hand on, and most chunks bring none.
        ends = _ENDS.search(self._rest)
        return [*found, *(self._read(self._rest, ended=False) if ends else ())]

    def close(self, *, whole: bool) -> list[Written]:
        """The last sentences; one that breaks off is left out unless the text is `whole`."""
        rest = self._rest if whole else _held_back(self._rest)
        is_ended = whole or bool(_SENTENCE_END.search(_take_out(rest).text.rstrip()))
        found = self._read(rest, ended=True) if is_ended else []
        self._rest = ""
        return found

    def _read(self, raw: str, *, ended: bool) -> list[Written]:
        """The finished sentences of a line, or of what there is of it; `_rest` keeps the others."""
        if self._is_no_text(raw, ended):
            return []
        start = self._read_shape(raw)
        bare = _take_out(raw[start:] if ended else _held_back(raw[start:]))
        spans = zh.sentences(bare.text)
        if not ended and len(spans) < 2:
            return []
        done = spans if ended else spans[:-1]
        self._shape = self._shape or _shape(raw)
        if not ended:
            self._rest = raw[start + bare.raw_offset(spans[-1][0]) :]
        return [w for place in range(len(done)) for w in self._written(bare, spans, place, ended)]

    def _is_no_text(self, raw: str, ended: bool) -> bool:
        fresh = self._shape is None
        if fresh and _FENCE.match(raw):
            self._in_code ^= ended
            return True
        return self._in_code or (fresh and bool(_HEADING.match(raw)))

    def _read_shape(self, raw: str) -> int:
        """Where the text begins, after the mark of an item."""
        lead = (_BULLET.match(raw) or _STEP.match(raw)) if self._shape is None else None
        return lead.end() if lead else 0

    def _written(
        self, bare: "_Bare", spans: list[tuple[int, int]], place: int, ended: bool
    ) -> list[Written]:
        start, end = spans[place]
        text = _tidy(bare.text[start:end])
        if not re.search(r"\w", text) or _FILLER.fullmatch(text):
            return []
        after = spans[place + 1][0] if place + 1 < len(spans) else len(bare.text)
        passages = bare.numbers_between(start if place else -1, after)
        leads_in = ended and place + 1 == len(spans) and text.endswith(("：", ":"))
        shape: Shape = "intro" if leads_in and self._shape == "prose" else self._shape or "prose"
        return [Written(text, passages, shape, self._number)]


_ENDS = re.compile(r"[。！？!?….]")
_SENTENCE_END = re.compile(r"[。！？!?…][”’」』】）)》\"']*$")


def _shape(raw: str) -> Shape:
    return "bullet" if _BULLET.match(raw) else "step" if _STEP.match(raw) else "prose"


def _held_back(raw: str) -> str:
    """`raw` up to where a marker or code may still go on."""
    raw = _HALF_A_MARKER.sub("", raw)
    return raw if raw.count("`") % 2 == 0 else raw[: raw.rindex("`")]


def _tidy(text: str) -> str:
    text = _PREFACE.sub("", text.replace("**", "").strip())
    return re.sub(r"\s+(?=[，。；：！？、,;!?])", "", text).strip()


@dataclass(frozen=True, slots=True)
class _Bare:
    """Text without its markers; where each stood in it, and where its pieces stood with them."""

    text: str
    markers: tuple[tuple[int, tuple[int, ...]], ...]
    pieces: tuple[tuple[int, int], ...]
    """(offset in `text`, offset in the raw text) of each stretch between markers."""

    def raw_offset(self, offset: int) -> int:
        here, there = next(p for p in reversed(self.pieces) if p[0] <= offset)
        return there + offset - here

    def numbers_between(self, after: int, until: int) -> tuple[int, ...]:
        """Numbers of the markers at offsets above `after`, up to and with `until`."""
        inside = (numbers for at, numbers in self.markers if after < at <= until)
        return tuple(dict.fromkeys(number for numbers in inside for number in numbers))


def _take_out(raw: str) -> _Bare:
    code = [match.span() for match in _CODE.finditer(raw)]
    text, at = "", 0
    markers, pieces = [], [(0, 0)]
    for match in _MARKER.finditer(raw):
        if any(start < match.start() < end for start, end in code):
            continue
        text += raw[at : match.start()]
        at = match.end()
        markers.append((len(text), passage_numbers(match["numbers"])))
        pieces.append((len(text), at))
    return _Bare(text + raw[at:], tuple(markers), tuple(pieces))
