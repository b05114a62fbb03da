"""A source as the judge reads it: its tokens in order, each with its clause, unit and sentence."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from askwiki import text as zh
from askwiki.proof.lexicon import bundled_lexicon
from askwiki.proof.reading import Clause, Token, Units, read, units


@dataclass(slots=True, eq=False)
class Passage:
    """The tokens of a source.

    `clause`, `unit` and `sentence` give the place of each token; `rows` the tokens of each
    clause. A segment ends at a semicolon or with its sentence; a unit is what says something of one subject; `subjects` and `topics` hold token
    indices, `context` the unit that a cell of a table or an item of a list belongs to. `spans` are
    the sentences in the source's text.
    """

    text: str
    tokens: list[Token] = field(default_factory=list)
    clause: list[int] = field(default_factory=list)
    unit: list[int] = field(default_factory=list)
    sentence: list[int] = field(default_factory=list)
    segment: list[int] = field(default_factory=list)
    rows: list[list[int]] = field(default_factory=list)
    closers: list[str] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    subjects: dict[int, list[int]] = field(default_factory=dict)
    topics: dict[int, list[int]] = field(default_factory=dict)
    context: dict[int, int] = field(default_factory=dict)
    heading: list[Token] = field(default_factory=list)
    heading_numbers: list[Token] = field(default_factory=list)
    index: dict[str, list[int]] = field(default_factory=dict)
    topic_words: Counter[str] = field(default_factory=Counter)

    @property
    def headed(self) -> list[Token]:
        """The words of the headings, then their numbers."""
        return self.heading + self.heading_numbers

    def words_of(self, positions: Sequence[int]) -> list[str]:
        return [self.tokens[j].text for j in positions]

    def in_heading(self, word: str, least: float = 0.8) -> bool:
        """Whether the headings hold `word` or a name of it."""
        likeness = bundled_lexicon().likeness
        return any(likeness(word, t.text) > least for t in self.heading)

    def in_unit(self, unit: int) -> list[int]:
        return [j for j, u in enumerate(self.unit) if u == unit]


@lru_cache(maxsize=512)
def read_passage(heading: str, text: str) -> Passage:
    """The passage under `heading`."""
    passage = Passage(zh.normalise(text))
    intro: tuple[int | None, int] | None = None
    for unit in zh.units(text):
        passage.spans.append((unit.start, unit.end))
        clauses = read(text[unit.start : unit.end])
        if not clauses:
            continue
        base, parts = _next_unit(passage), units(clauses)
        _add_clauses(passage, clauses, parts, base)
        _add_topics(passage, clauses, parts, base)
        if unit.intro:
            intro = (unit.group, base)
        elif intro is not None and unit.group == intro[0]:
            for part in range(max(parts.of) + 1):
                passage.context.setdefault(base + part, intro[1])
    _finish(passage, heading)
    return passage


def _next_unit(passage: Passage) -> int:
    return passage.unit[-1] + 1 if passage.unit else 0


def _add_clauses(passage: Passage, clauses: Sequence[Clause], parts: Units, base: int) -> None:
    sentence = len(passage.spans) - 1
    for clause, part in zip(clauses, parts.of, strict=True):
        start = len(passage.tokens)
        passage.tokens.extend(clause.tokens)
        count = len(clause.tokens)
        passage.clause.extend([len(passage.rows)] * count)
        passage.unit.extend([base + part] * count)
        passage.sentence.extend([sentence] * count)
        parted = bool(passage.closers) and passage.closers[-1] == ";"
        fresh = not start or passage.sentence[start - 1] != sentence or parted
        segment = passage.segment[-1] + fresh if start else 0
        passage.segment.extend([segment] * count)
        passage.rows.append(list(range(start, start + count)))
        passage.closers.append(clause.closer)


def _add_topics(passage: Passage, clauses: Sequence[Clause], parts: Units, base: int) -> None:
    first_row = len(passage.rows) - len(clauses)
    for part, (number, own) in parts.subjects.items():
        row = passage.rows[first_row + number]
        passage.subjects[base + part] = [row[i] for i in own]
    for part in range(max(parts.of) + 1):
        numbers = [n for n, p in enumerate(parts.of) if p == part]
        rows = [passage.rows[first_row + n] for n in numbers]
        passage.topics[base + part] = _topic(passage, rows, parts, part, base)
        if parts.table and part:
            passage.context[base + part] = base


def _topic(
    passage: Passage, rows: list[list[int]], parts: Units, part: int, base: int
) -> list[int]:
    """What a unit is about: a label, the subject and the condition before it, the words that lead."""
    said = [[j for j in row if passage.tokens[j].said] for row in rows]
    label = next((n for n, j in enumerate(rows[0]) if passage.tokens[j].text == ":"), None)
    if label is not None:
        if parts.table and part == 0:
            return [j for j in said[0] if j >= rows[0][label]] + [
                j for row in said[1:] for j in row
            ]
        return [j for j in said[0] if j < rows[0][label]]
    subject = passage.subjects.get(base + part)
    if subject:
        before = [j for row in said for j in row if row and row[-1] < subject[0]]
        held = {passage.clause[subject[0]]}
        return [j for j in subject if passage.tokens[j].said] + [
            j for j in before if passage.clause[j] not in held
        ]
    if len(rows) > 1:
        return said[0]
    return _leading(passage, said[0])


def _leading(passage: Passage, said: Sequence[int]) -> list[int]:
    found: list[int] = []
    for j in said:
        if found and bundled_lexicon().is_verb(passage.tokens[j].text):
            break
        found.append(j)
    return found


def _finish(passage: Passage, heading: str) -> None:
    for unit, owner in passage.context.items():
        passage.topics[unit] = passage.topics.get(unit, []) + passage.topics.get(owner, [])
    for topic in passage.topics.values():
        passage.topic_words.update({passage.tokens[j].text for j in topic})
    for clause in read(heading):
        for token in clause.tokens:
            if token.kind == "number":
                passage.heading_numbers.append(token)
            elif token.said:
                passage.heading.append(token)
    index: dict[str, list[int]] = defaultdict(list)
    for j, token in enumerate(passage.tokens):
        if token.kind != "mark":
            index[token.text].append(j)
    passage.index = dict(index)


_PERIOD = re.compile(
    r"(每个?|逐|按|以|次|下个|上个?|当|同|本|单|隔|第二)(分钟|小时|天|日|周|星期|季度|半年|年度|月|年)(?!内|份|后|前)"
)
_EACH = {"每": "each", "每个": "each", "逐": "each", "按": "each", "以": "each", "单": "each"}
_WHICH = {"次": "next", "下个": "next", "第二": "next", "隔": "next", "上": "last", "上个": "last"}
_LENGTHS = {
    **{"分钟": "minute", "小时": "hour", "天": "day", "日": "day", "周": "week", "星期": "week"},
    **{"月": "month", "季度": "quarter", "半年": "half", "年度": "year", "年": "year"},
}


def periods(text: str) -> list[tuple[str, str, str]]:
    """每月, 次日, 按年 in normalised text: which one (each, next, last, this), how long, the words."""
    return [
        (
            _EACH.get(m[1]) or _WHICH.get(m[1], "this"),
            _LENGTHS[m[2]],
            m.group(),
        )
        for m in _PERIOD.finditer(text)
    ]
