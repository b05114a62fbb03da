"""The only room that knows Chinese: normalising, sentences, tokens, glossary.

Everything that indexes, matches or scores goes through here, so that a
question and an article are always cut the same way.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from opencc import OpenCC

TOKENIZER_VERSION = "chars-2"
"""Raise it whenever `tokens` or `normalise` gives other results: old indexes then refuse."""

HAN = "㐀-䶿一-鿿豈-﫿\U00020000-\U0003134f"
"""The Han characters, as the inside of a regular expression's character class."""

_RUN = re.compile(rf"[{HAN}]+|[a-z0-9]+(?:[.\-_+/#&][a-z0-9]+)*[+#]*|[^\W_]+")
_PIECE = re.compile(r"[a-z]+|[0-9]+")
_ISHAN = re.compile(rf"[{HAN}]")

# C0 and C1 controls but tab and newline, zero-width and bidi marks, fillers, selectors of variants,
# tags (a whole alphabet that nothing draws), lone surrogates.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ud800-\udfff\ufff9-\uffff"
    "\U000e0000-\U000e0fff]"
)

_CLOSERS = re.escape("”’」』】）)》〉]\"'")
_END = re.compile(rf"(?:[。！？!?…]+|(?<=[a-zA-Z)])\.(?=\s+[A-Z一-鿿]))[{_CLOSERS}]*")
_MARKER = re.compile(
    r"[ \t]*(?:(?P<bullet>[-*+•·●○▪■◆]\s+)"
    r"|(?P<number>(?:\d{1,2}[.)、．](?!\d)|[(（]\d{1,2}[)）]|[①-⑳]|[(（]?[一二三四五六七八九十]{1,3}[)）、．])\s*)"
    r"|(?P<step>第[一二三四五六七八九十\d]{1,3}步[：:，,、\s]\s*))"
)


def visible(text: str) -> str:
    """`text` without characters that nobody can see: controls, zero-width, bidi, tags, surrogates."""
    return _INVISIBLE.sub("", text)


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """`text` as it is matched: NFKC, lower case, simplified characters, nothing invisible.

    The length may change, so offsets never count in the result.
    """
    folded = unicodedata.normalize("NFKC", visible(text)).casefold()
    simplified: str = _simplifier().convert(folded)
    return simplified


def tokens(text: str) -> list[str]:
    """The terms BM25 counts: character unigrams and bigrams, whole Latin and digit tokens.

    A compound such as `g.711` gives itself and its parts.
    """
    found: list[str] = []
    for run in _RUN.findall(normalise(text)):
        if _ISHAN.match(run):
            found.extend(run)
            found.extend(run[i : i + 2] for i in range(len(run) - 1))
        else:
            found.append(run)
            pieces = _PIECE.findall(run)
            if len(pieces) > 1:
                found.extend(pieces)
    return found


def ngrams(text: str, longest: int = 3) -> list[str]:
    """Character 1- to `longest`-grams of each run, whole Latin and digit tokens with their parts.

    The vocabulary of the bundled encoder; `_` marks nothing and never occurs in one.
    """
    found: list[str] = []
    for run in _RUN.findall(normalise(text)):
        if _ISHAN.match(run):
            for n in range(1, longest + 1):
                found.extend(run[i : i + n] for i in range(len(run) - n + 1))
        else:
            found.append(run)
            pieces = _PIECE.findall(run)
            if len(pieces) > 1:
                found.extend(pieces)
    return found


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of text that can stand as a sentence of an answer.

    `start` and `end` leave out the list marker; `group` numbers the list that
    an item belongs to (None in prose), `ordered` says that its order matters,
    and `intro` marks the sentence that leads into a list.
    """

    start: int
    end: int
    group: int | None = None
    ordered: bool = False
    intro: bool = False


def sentences(text: str) -> list[tuple[int, int]]:
    """Half-open spans of the sentences of `text`, each trimmed, none empty.

    A line break always ends one; so do 。！？…, with the brackets and quotes that close after
    them. A mark inside brackets or quotes that are still open does not.
    """
    spans: list[tuple[int, int]] = []
    offset = 0
    for line in text.splitlines(keepends=True):
        start = offset
        for end in _sentence_ends(line):
            spans.extend(_trimmed(text, start, offset + end))
            start = offset + end
        spans.extend(_trimmed(text, start, offset + len(line)))
        offset += len(line)
    return spans


def _sentence_ends(line: str) -> Iterator[int]:
    for match in _END.finditer(line):
        head = line[: match.end()]
        # A quoted question inside a sentence (问“几点下班？”时) ends nothing.
        inside = any(head.count(a) > head.count(b) for a, b in ("“”", "（）", "「」", "《》"))
        quoted = match.group()[-1] in "”」' \"" and line[match.end() : match.end() + 1] not in (
            "",
            "\n",
        )
        if inside or (quoted and not _starts_afresh(line, match.end())):
            continue
        yield match.end()


def _starts_afresh(line: str, at: int) -> bool:
    """Whether what follows a closing quote begins a sentence rather than going on with one."""
    return line[at] not in "的，,、；;。时了是和与及或这来等"


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def units(text: str) -> list[Unit]:
    """`text` cut into sentences and list items, lists kept recognisable.

    An item of a list is one unit; the prose sentence right before it that ends in a colon is its
    intro and shares its group.
    """
    found: list[Unit] = []
    group, in_list = -1, False
    offset = 0
    for line in text.splitlines(keepends=True):
        marker = _MARKER.match(line)
        if marker and line[marker.end() :].strip():
            if not in_list:
                group, in_list = group + 1, True
                if found and text[found[-1].start : found[-1].end].endswith(("：", ":")):
                    last = found.pop()
                    found.append(Unit(last.start, last.end, group, intro=True))
            ordered = marker["bullet"] is None
            for start, end in _trimmed(text, offset + marker.end(), offset + len(line)):
                found.append(Unit(start, end, group, ordered))
        elif line.strip():
            in_list = False
            found.extend(Unit(offset + a, offset + b) for a, b in sentences(line))
        offset += len(line)
    return found


@cache
def glossary() -> Mapping[str, tuple[str, ...]]:
    """Each term of `data/glossary.txt` and `data/everyday.txt` with the other names of it.

    The former holds names of the trade, the latter what people say instead of written words.
    """
    data = files("askwiki").joinpath("data")
    names = (data.joinpath(name).read_text("utf-8") for name in ("glossary.txt", "everyday.txt"))
    return parse_glossary(line for text in names for line in text.splitlines())


@cache
def trade_terms() -> frozenset[str]:
    """The names of the trade: all terms of `data/glossary.txt`, normalised."""
    names = files("askwiki").joinpath("data/glossary.txt").read_text("utf-8")
    return frozenset(parse_glossary(names.splitlines()))


@cache
def question_weights() -> Mapping[str, float]:
    """The terms that many questions share, each with its weight below 1.

    Made by `training/question_weights.py` from the training questions: they carry the asking
    (怎么, 吗, 我们), not the subject.
    """
    rows = files("askwiki").joinpath("data/question_weights.tsv").read_text("utf-8").splitlines()
    pairs = (row.split("\t") for row in rows if row and not row.startswith("#"))
    return {term: float(weight) for term, weight in pairs}


@cache
def _longest() -> int:
    """Characters of the longest term of the glossary."""
    return max(map(len, glossary()))


def parse_glossary(lines: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Lines of `term = term = term`; `#` begins a comment.

    A term on the left of `>` is looked up but never added: `飞到手机 > 呼叫转移` widens one way.
    """
    table: dict[str, list[str]] = {}
    for line in lines:
        body = line.split("#", 1)[0].strip()
        if not body:
            continue
        left, _, right = body.rpartition(">")
        formal = [normalise(term).strip() for term in right.split("=") if term.strip()]
        spoken = [normalise(term).strip() for term in left.split("=") if term.strip()]
        for term in formal + spoken:
            known = table.setdefault(term, [])
            known.extend(other for other in formal if other != term and other not in known)
    return {term: tuple(others) for term, others in table.items()}


def expansions(text: str, table: Mapping[str, Sequence[str]] | None = None) -> list[str]:
    """The other names of every glossary term in `text`, longest terms first, each once."""
    table = glossary() if table is None else table
    rest = normalise(text)
    reach = range(1, min(_longest(), len(rest)) + 1) if table is glossary() else None
    parts = {rest[i : i + n] for n in reach for i in range(len(rest) + 1 - n)} if reach else table
    found: list[str] = []
    for term in sorted((t for t in parts if t in table and t in rest), key=lambda t: (-len(t), t)):
        if term not in rest:
            continue
        rest = rest.replace(term, "\n")
        found.extend(other for other in table[term] if other not in found)
    whole = normalise(text)
    return [term for term in found if term not in whole]
