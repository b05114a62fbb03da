"""A sentence as the judge reads it: clauses of tokens, who or what each clause is about."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from askwiki import text as zh
from askwiki.proof.lexicon import bundled_lexicon
from askwiki.proof.quantity import Quantity, quantities

_PIECE = re.compile(
    rf"[{zh.HAN}]+|[a-z0-9]+(?:[.\-_+/#&][a-z0-9]+)*[+#*]*|[^\w\s]|[^\W_](?<![{zh.HAN}a-z0-9])"
)
_IS_HAN = re.compile(rf"[{zh.HAN}]")
_CLAUSE_END = frozenset(",;:!?。…\n")
_LABEL_CHARS = 14

_GRAMMAR = frozenset(
    {
        *("neg", "needless", "all", "only", "must", "may", "hedge", "cond", "evenif", "first"),
        *("then", "before", "after", "agent", "patient", "more", "cause", "light"),
    }
)
LATIN_WEIGHT = NUMBER_WEIGHT = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Token:
    """A word, a number with its unit, a Latin or digit token, or 、 and ： inside a clause.

    `weight` is 0 for what carries grammar only; `quantity` is set for numbers.
    """

    text: str
    kind: str
    """"word", "grammar", "number", "latin", "mark"."""
    weight: float = 0.0
    classes: frozenset[str] = frozenset()
    quantity: Quantity | None = None

    @property
    def said(self) -> bool:
        """Whether it carries content."""
        return self.weight > 0

    @property
    def denies(self) -> bool:
        return bool(self.classes & {"neg", "needless"})


@dataclass(frozen=True, slots=True, eq=False)
class Clause:
    """Tokens up to a comma, semicolon or the end; `closer` is what ended it."""

    tokens: tuple[Token, ...]
    closer: str


@lru_cache(maxsize=4096)
def read(text: str) -> tuple[Clause, ...]:
    """The clauses of a sentence."""
    clauses: list[Clause] = []
    current: list[Token] = []
    for token in _tokens(zh.normalise(text)):
        if token.kind == "mark" and token.text in _CLAUSE_END and not _labels(token, current):
            _close(clauses, current, token.text)
            current = []
        else:
            current.append(token)
    _close(clauses, current, "")
    return tuple(clauses)


def _labels(token: Token, before: Sequence[Token]) -> bool:
    """Whether a colon only follows a short label (费用：由单位承担)."""
    return token.text == ":" and 0 < sum(len(t.text) for t in before) <= _LABEL_CHARS


def _close(clauses: list[Clause], tokens: Sequence[Token], closer: str) -> None:
    if any(t.kind != "mark" for t in tokens):
        kept = tuple(t for t in tokens if t.kind != "mark" or t.text in ":、")
        clauses.append(Clause(kept, closer))


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    for quantity in quantities(text):
        yield from _words(text, at, quantity.start)
        # 一个, 一种: an article rather than a number
        article = quantity.low == quantity.high == 1 and quantity.dimension in (
            "count",
            "person",
            "",
        )
        weight = 0.0 if article else NUMBER_WEIGHT
        yield Token(text[quantity.start : quantity.end], "number", weight, quantity=quantity)
        at = quantity.end
    yield from _words(text, at, len(text))


def _words(text: str, start: int, end: int) -> Iterator[Token]:
    lexicon = bundled_lexicon()
    for match in _PIECE.finditer(text, start, end):
        piece = match.group()
        if _IS_HAN.match(piece):
            yield from (_word(word) for word in _able(lexicon.cut(piece)))
        elif piece[0].isalnum():
            yield Token(piece, "latin", LATIN_WEIGHT)
        else:
            yield Token(piece, "mark")


_RESULTS = frozenset("到了上出通着起动开完成清住见进下懂走回掉全")
_LIGHT_VERBS = frozenset("用做办看上带打拨呼")
_UNABLE, _ABLE, _WHETHER = "无法", "能", "是否"


def _able(words: tuple[str, ...]) -> Iterator[str]:
    """收不到 as 无法 + 收到, 取得不了 as 无法 + 取得, 防得住 as 能 + 防住, 受不受理 as 是否 + 受理."""
    at = 0
    while at < len(words):
        word, *ahead = words[at : at + 3]
        whole = 3 <= len(word) <= 4 and word[-2] == "不"
        if ahead[:1] == ["不"] and ahead[1:] and ahead[1].startswith(word):
            yield _WHETHER
            at += 2
        elif whole and _results(word[:-2], word[-1]):
            yield from (_UNABLE, _joined(word[:-2], word[-1]))
            at += 1
        elif len(ahead) == 2 and ahead[0] in ("不", "得") and _results(word, ahead[1]):
            yield from (_UNABLE if ahead[0] == "不" else _ABLE, _joined(word, ahead[1]))
            at += 3
        else:
            yield word
            at += 1


def _results(verb: str, result: str) -> bool:
    """Whether `result` can tell how `verb` ends."""
    is_verb = bundled_lexicon().is_verb
    return result in _RESULTS and (verb in _LIGHT_VERBS or is_verb(verb) or is_verb(verb[:1]))


def _joined(verb: str, result: str) -> str:
    whole = verb + result
    return whole if result != "了" and bundled_lexicon().knows(whole) else verb


@lru_cache(maxsize=50_000)
def _word(word: str) -> Token:
    lexicon = bundled_lexicon()
    classes = lexicon.classes(word)
    weight = lexicon.weight(word) * (0.7 if len(word) == 1 else 1.0)
    if not classes & _GRAMMAR:
        return Token(word, "word", weight, classes)
    if "half" in classes:
        return Token(word, "word", 0.35 * weight, classes)
    return Token(word, "grammar", 0.0, classes)


# --- what a clause is about --------------------------------------------------------------------

_LONGEST_SUBJECT = 5


def own_subject(tokens: Sequence[Token]) -> tuple[int, ...]:
    """Indices of what the clause names as its subject; none if it goes on with the one before."""
    at = 0
    while at < len(tokens) and "before_subject" in tokens[at].classes:
        at += 1
    if at < len(tokens) and "adverbial" in tokens[at].classes:
        return ()
    return _subject_from(tokens, at)


def _subject_from(tokens: Sequence[Token], at: int) -> tuple[int, ...]:
    found: list[int] = []
    for index in range(at, len(tokens)):
        token = tokens[index]
        if token.text == ":":
            return tuple(found)
        if token.said or token.kind == "number":
            if bundled_lexicon().is_verb(token.text):
                return tuple(found)
            found.append(index)
            if len(found) == _LONGEST_SUBJECT:
                # A bare run of nouns to the very end of the clause names nothing.
                return tuple(found)
        elif token.kind != "mark" and "inside_subject" not in token.classes:
            return tuple(found)
    return ()


def is_condition(clause: Clause) -> bool:
    """Whether the clause only says when or for what the next one holds."""
    words = [t for t in clause.tokens if t.kind != "mark"]
    return bool(words) and ("adverbial" in words[0].classes or "condition_end" in words[-1].classes)


@dataclass(frozen=True, slots=True)
class Units:
    """The clauses of a sentence by what they are about.

    `of` gives each clause its unit, `subjects` each unit that names one the clause and its
    tokens; `table` marks a row of a table, its cells a unit each.
    """

    of: tuple[int, ...]
    subjects: dict[int, tuple[int, tuple[int, ...]]]
    table: bool


def units(clauses: Sequence[Clause]) -> Units:
    """Group `clauses`: a new unit at a semicolon and at every new subject."""
    labelled = sum(any(t.text == ":" for t in clause.tokens) for clause in clauses)
    table = labelled >= 2 and labelled >= len(clauses) - 1
    of: list[int] = []
    subjects: dict[int, tuple[int, tuple[int, ...]]] = {}
    pending = False
    for number, clause in enumerate(clauses):
        own = own_subject(clause.tokens)
        unit = of[-1] if of else 0
        if number and _opens_unit(clauses[number - 1], clause, bool(own), pending, table):
            unit += 1
        of.append(unit)
        if own and unit not in subjects:
            subjects[unit] = (number, own)
        named = own and "condition_end" not in clause.tokens[-1].classes
        pending = is_condition(clause) and not named
    return Units(tuple(of), subjects, table)


def _opens_unit(before: Clause, clause: Clause, own: bool, pending: bool, table: bool) -> bool:
    if before.closer == ";":
        return True
    if table:
        return False
    if own and not pending:
        return True
    shared = {t.text for t in before.tokens} & {t.text for t in clause.tokens}
    return bool(shared & bundled_lexicon().members("predicate"))
