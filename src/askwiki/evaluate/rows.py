"""Files of questions -> rows: encodings, JSON Lines, tables, and what columns are called.

Every complaint names the file, the line and, where there is one, the column as the file spells it.
"""

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from askwiki.errors import QuestionSetError
from askwiki.text import normalise, visible

_JSON = frozenset({".jsonl", ".ndjson", ".json"})
_TABLES = {".csv": ",;\t", ".tsv": "\t", ".tab": "\t"}

_ALIASES = {
    "question": "question, q, 问题, 提问",
    "article": "article, expected article, 文章, 期望文章",
    "section": "section, expected section, 章节, 期望章节, 小节, 期望小节",
    "facts": "facts, fact, 事实, 要点, 必含事实, 必含要点",
    "abstain": "abstain, must abstain, 拒答, 应拒答, 必须拒答",
    "kind": "kind, type, 类型",
    "id": "id, 编号",
    "history": "history, 历史, 对话历史",
}
_FIELDS = {alias: name for name, row in _ALIASES.items() for alias in row.split(", ")}

_TRUE = frozenset(["是", "对", "真", "true", "t", "yes", "y", "1", "√", "✓"])
_FALSE = frozenset(["否", "不", "错", "假", "false", "f", "no", "n", "0", "×", "x"]) | {""}
_LEADS = frozenset({"(lead)", "(导语)"})

HISTORY_FORM = 'write a list of pairs: [["question", "answer"]]'


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file: values by field, and the field names as the file spells them."""

    path: Path
    line: int
    values: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[tuple[str, str], ...] = ()

    def error(self, problem: str, column: str | None = None) -> QuestionSetError:
        """`problem` with its place; `column` is a field or a name of the file."""
        place = f", column {self.names.get(column, column)!r}" if column else ""
        return QuestionSetError(f"{self.path}, line {self.line}{place}: {problem}")


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a file in its order, blank ones left out.

    Raises:
        QuestionSetError: the file or one of its lines cannot be read.
    """
    text = _decode(_read(path), path)
    if not text.strip():
        raise QuestionSetError(f"{path}: is empty: write one question a line")
    suffix = path.suffix.lower()
    as_json = suffix in _JSON or (suffix not in _TABLES and text.lstrip()[:1] == "{")
    return _json_rows(path, text) if as_json else _table_rows(path, text)


# --- the file -------------------------------------------------------------------------------------


def _read(path: Path) -> bytes:
    if path.is_dir():
        raise QuestionSetError(f"{path}: is a folder: name a .jsonl, .csv or .tsv file")
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise QuestionSetError(f"{path}: does not exist: check the path") from None
    except OSError as error:
        raise QuestionSetError(
            f"{path}: cannot be opened ({error.strerror}): check its permissions"
        ) from None


_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def _decode(data: bytes, path: Path) -> str:
    """By the byte order mark, else UTF-8, else GB18030, in which Chinese spreadsheets save CSV."""
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    if encoding is None and b"\0" in data:
        raise QuestionSetError(
            f"{path}: is binary, not text: save the questions as .csv (UTF-8) or .jsonl; "
            "a workbook has to be saved as CSV first"
        )
    try:
        return data.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        if encoding is None and not _mostly_utf8(data):
            return _decode_gb18030(data, path)
        line = data.count(b"\n", 0, error.start) + 1
        raise QuestionSetError(
            f"{path}, line {line}: holds bytes that are not {encoding or 'UTF-8'}: "
            "save the file again as UTF-8"
        ) from None


def _mostly_utf8(data: bytes) -> bool:
    """Whether this is damaged UTF-8: GB18030 would read it as other characters without a word."""
    text = data.decode("utf-8", errors="replace")
    return sum("㐀" <= char <= "鿿" for char in text) > text.count("\ufffd")


def _decode_gb18030(data: bytes, path: Path) -> str:
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError:
        raise QuestionSetError(
            f"{path}: is neither UTF-8 nor GB18030 text: save it as UTF-8"
        ) from None


# --- rows -----------------------------------------------------------------------------------------


def _json_rows(path: Path, text: str) -> Iterator[Row]:
    for line, source in enumerate(text.split("\n"), 1):
        if not source.strip():
            continue
        yield _row(path, line, _json_pairs(Row(path, line), source))


def _json_pairs(bare: Row, source: str) -> Sequence[tuple[str, Any]]:
    try:
        found = json.loads(source, object_pairs_hook=_Pairs)
        if isinstance(found, _Pairs):
            return [(name, _plain(value)) for name, value in found]
    except (ValueError, RecursionError) as error:
        at = f"{error.msg} at character {error.colno}" if isinstance(error, _BadJson) else error
        raise bare.error(f"is not JSON ({at}): write one whole JSON object a line") from None
    raise bare.error('is JSON but no object: write {"question": "…"}, one a line')


_BadJson = json.JSONDecodeError


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as it stands, so that a key given twice is seen."""


def _plain(value: Any) -> Any:
    if isinstance(value, _Pairs):
        return {name: _plain(inner) for name, inner in value}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _table_rows(path: Path, text: str) -> Iterator[Row]:
    rows = _cells(path, text, _delimiter(text, _TABLES.get(path.suffix.lower(), ",;\t")))
    line, header = next(rows, (1, []))
    header = [visible(name).strip() for name in header]
    if "question" not in map(_field, header):
        raise QuestionSetError(
            f"{path}, line {line}: no question column: the first line must name one "
            f"'question' or '问题', it has {', '.join(map(repr, header))}"
        )
    for line, cells in rows:
        extra = [cell for cell in cells[len(header) :] if cell.strip()]
        unnamed = any(c.strip() for c, name in zip(cells, header, strict=False) if not name)
        if extra or unnamed:
            raise QuestionSetError(
                f"{path}, line {line}: has {len(cells)} cells, of which some stand under no name, "
                f"while the header names {len([n for n in header if n])} columns: "
                "put a cell that holds the separator in double quotes, or name the column"
            )
        cells += [""] * (len(header) - len(cells))
        pairs = [(name, cell) for name, cell in zip(header, cells, strict=False) if name]
        yield _table_values(_row(path, line, pairs))


def _delimiter(text: str, allowed: str) -> str:
    """The one that makes most known names of the first line with text; the first where equal."""
    first = next(line for line in text.splitlines() if line.strip())
    counts = {
        mark: sum(_field(name.strip().strip('"')) is not None for name in first.split(mark))
        for mark in allowed
    }
    return max(counts, key=lambda mark: counts[mark])


def _cells(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold something, each with the line it begins on."""
    # Strict, or one stray quote would swallow all the questions up to the next.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise QuestionSetError(
                f"{path}, line {line}: cannot be read as a table ({error}): check its double "
                'quotes; a quote inside a quoted cell is written twice ("")'
            ) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _row(path: Path, line: int, pairs: Sequence[tuple[str, Any]]) -> Row:
    values: dict[str, Any] = {}
    names: dict[str, str] = {}
    notes: dict[str, str] = {}
    for name, value in pairs:
        field = _field(name)
        if field in names or name in notes:
            earlier = names.get(field or "", name)
            raise Row(path, line).error(f"means the same as {earlier!r}: keep one", name)
        if field is None:
            notes[name] = value if isinstance(value, str) else shown(value)
        else:
            values[field], names[field] = value, name
    return Row(path, line, values, names, tuple(notes.items()))


def _field(name: str) -> str | None:
    return _FIELDS.get(re.sub(r"[\s_-]+", " ", normalise(name)).strip())


def shown(value: Any) -> str:
    """A value as JSON, to be read in a message."""
    return json.dumps(value, ensure_ascii=False)


def _table_values(row: Row) -> Row:
    """The row with its cells as JSON would have held them."""
    cells = {name: cell.strip() for name, cell in row.values.items()}
    values: dict[str, Any] = {name: cell or None for name, cell in cells.items()}
    values["question"] = cells["question"]
    if normalise(cells.get("section", "")) in _LEADS:
        values["section"] = ""
    values["facts"] = _cut_facts(cells.get("facts", ""))
    flag = normalise(cells.get("abstain", ""))
    if flag not in _TRUE | _FALSE:
        raise row.error(f"is {cells['abstain']!r}: write 是 or 否 (yes or no)", "abstain")
    values["abstain"] = flag in _TRUE
    if cells.get("history"):
        try:
            values["history"] = json.loads(cells["history"])
        except ValueError:
            raise row.error(f"is not JSON: {HISTORY_FORM}", "history") from None
    return replace(row, values=values)


def _cut_facts(cell: str) -> list[list[str]]:
    facts = [re.split("[|｜]", fact) for fact in re.split("[;；]", cell)]
    filled = [[wording.strip() for wording in fact if wording.strip()] for fact in facts]
    return [fact for fact in filled if fact]
