"""Question sets: JSON Lines and tables -> Item.

A judge must be able to trust that what is in the file is what was judged: anything that cannot
be understood is an error with its line and column, and columns without a meaning here travel
with the item as notes.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from askwiki.errors import QuestionSetError
from askwiki.evaluate.rows import HISTORY_FORM, Row, read_rows, shown
from askwiki.text import visible

Fact = tuple[str, ...]
"""Wordings of one fact, any of which will do."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question and what is expected of the answer.

    An item with neither `article`, `facts` nor `abstain` is asked and counted, but not judged.
    """

    id: str
    question: str
    article: str | None = None
    """Id or title of the expected article."""
    section: str | None = None
    """Heading of the expected section; "" is the lead, None is any section."""
    facts: tuple[Fact, ...] = ()
    """All must appear, each in one of its wordings."""
    abstain: bool = False
    """The wiki does not hold the answer: it must be refused."""
    kind: str = ""
    history: tuple[tuple[str, str], ...] = ()
    """Past exchanges as (question, answer), oldest first."""
    notes: tuple[tuple[str, str], ...] = ()
    """Columns that mean nothing to the judge, as (name, value)."""


def read_questions(path: str | Path) -> tuple[Item, ...]:
    """The items of a file in its order.

    .jsonl, .ndjson and .json hold one JSON object a line, .csv and .tsv a table with a header;
    of any other name, a file that begins with `{` is read as the former. A missing id becomes
    the number of the line.

    Raises:
        QuestionSetError: the file or a line of it cannot be used; the message names the file,
            the line and the column.
    """
    path = Path(path)
    items = _distinct((row, _item(row)) for row in read_rows(path))
    if not items:
        raise QuestionSetError(f"{path}: holds no question: write one a line")
    return items


def _item(row: Row) -> Item:
    item = Item(
        _string(row, "id") or str(row.line),
        _question(row),
        _name(row, "article"),
        _name(row, "section"),
        _facts(row),
        _flag(row),
        _string(row, "kind") or "",
        _history(row),
        row.notes,
    )
    if item.abstain and item.facts:
        raise row.error("must abstain, yet names facts: remove one of the two", "facts")
    if item.section and not item.article:
        raise row.error("names a section of no article: name the article too", "section")
    return item if item.article else replace(item, article=None, section=None)


def _question(row: Row) -> str:
    if "question" not in row.values:
        raise row.error("has no question: add the field 'question' (or '问题')")
    question = _string(row, "question") or ""
    if not visible(question).strip():
        raise row.error("is empty: write the question or remove the line", "question")
    return question


def _string(row: Row, field: str) -> str | None:
    value = row.values.get(field)
    if field == "id" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is not None and not isinstance(value, str):
        raise row.error(f"is {shown(value)}: write a string", field)
    return None if value is None else value.strip()


def _name(row: Row, field: str) -> str | None:
    """Composed, as the ids of articles are: some systems store é as two characters."""
    value = _string(row, field)
    return None if value is None else unicodedata.normalize("NFC", value)


def _flag(row: Row) -> bool:
    value = row.values.get("abstain")
    if value is not None and not isinstance(value, bool):
        raise row.error(f"is {shown(value)}: write true or false", "abstain")
    return bool(value)


def _facts(row: Row) -> tuple[Fact, ...]:
    value = row.values.get("facts")
    if value is None:
        return ()
    if not isinstance(value, list):
        raise row.error(f"is {shown(value)}: {_FACTS}", "facts")
    return tuple(_fact(row, fact) for fact in value)


_FACTS = 'write a list of strings, or of lists of wordings: ["400", ["企业付", "被叫付"]]'


def _fact(row: Row, value: Any) -> Fact:
    wordings = [value] if isinstance(value, str) else value
    if not isinstance(wordings, list) or not all(isinstance(w, str) for w in wordings):
        raise row.error(f"holds {shown(value)}: {_FACTS}", "facts")
    # An empty wording would be found in every answer.
    if not wordings or not all(visible(wording).strip() for wording in wordings):
        raise row.error(f"holds an empty fact, {shown(value)}: fill or remove it", "facts")
    return tuple(wording.strip() for wording in wordings)


def _history(row: Row) -> tuple[tuple[str, str], ...]:
    value = row.values.get("history")
    if value is None:
        return ()
    if not isinstance(value, list):
        raise row.error(f"is {shown(value)}: {HISTORY_FORM}", "history")
    return tuple(_turn(row, turn) for turn in value)


def _turn(row: Row, value: Any) -> tuple[str, str]:
    turn = value
    if isinstance(value, dict) and set(value) <= {"question", "answer"}:
        turn = [value.get("question"), value.get("answer", "")]
    if not isinstance(turn, list) or len(turn) != 2 or not all(isinstance(p, str) for p in turn):
        raise row.error(f"holds {shown(value)}: {HISTORY_FORM}", "history")
    return turn[0], turn[1]


def _distinct(pairs: Iterator[tuple[Row, Item]]) -> tuple[Item, ...]:
    lines: dict[str, int] = {}
    items: list[Item] = []
    for row, item in pairs:
        if item.id in lines:
            raise row.error(
                f"{item.id!r} is also the id of line {lines[item.id]}: give each its own", "id"
            )
        lines[item.id] = row.line
        items.append(item)
    return tuple(items)
