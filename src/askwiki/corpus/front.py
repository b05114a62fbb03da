"""The front matter of a Markdown article: read from YAML, checked, written again."""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import yaml

from askwiki.corpus.blocks import find_date, tidy
from askwiki.errors import CorpusError
from askwiki.schema import LEVELS

_FRONT = re.compile(r"\A\s*---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S | re.M)
_UNCLOSED = re.compile(r"\A\s*---[ \t]*\n[A-Za-z_]\w*:\s")
_WEB = re.compile(r"https?://\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Front:
    """What the front matter says; see `Article` for the fields."""

    title: str = ""
    topic: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    updated: str | None = None
    url: str | None = None
    level: str = ""
    related: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    review: str | None = None


class _ValueError(ValueError):
    """A field with a value that cannot be meant: (field, what to do)."""


def read_front(raw: str) -> tuple[Front, str]:
    """The front matter of `raw`, and the rest of the text.

    Raises:
        CorpusError: it is not closed, is no YAML, or a field has a value that cannot be meant; the
            message names the line.
    """
    match = _FRONT.match(raw)
    if match is None or ":" not in match["yaml"].lstrip().split("\n")[0]:
        # Text between two rules is no front matter.
        if match is None and _UNCLOSED.match(raw):
            raise CorpusError("the front matter is not closed: add a line --- below it")
        return Front(), raw
    before = raw.count("\n", 0, match.start("yaml"))
    values = _values(match["yaml"], before)
    if not isinstance(values, Mapping):
        return Front(), raw
    try:
        return _read(values), raw[match.end() :]
    except _ValueError as error:
        field, what = error.args
        line = before + _line_of(field, match["yaml"])
        raise CorpusError(f"the front matter is broken at line {line}: {field} {what}") from None


def write_front(front: Front, notes: Mapping[str, str] | None = None) -> str:
    """`front` as front matter that reads back as the same; `notes` become comments, by field.

    Fields that are still to be filled in stand there empty.
    """
    names = [field.name for field in fields(front) if field.name != "url" or front.url]
    lines = [f"{name}: {_yaml(getattr(front, name), name)}".rstrip() for name in names]
    noted = [
        f"{line}  # {notes[name]}" if notes and name in notes else line
        for name, line in zip(names, lines, strict=True)
    ]
    return "\n".join(["---", *noted, "---", ""])


def _yaml(value: object, name: str) -> str:
    if name in ("updated", "review"):
        return str(value or "")  # quoted, a date would be text
    if (
        name == "topic"
        and isinstance(value, tuple)
        and not any(re.search("[/／>]", v) for v in value)
    ):
        value = " / ".join(value)
    if not value:
        return "[]" if name in ("aliases", "related", "references") else ""
    plain = list(value) if isinstance(value, tuple) else value
    dumped: str = yaml.safe_dump(
        [plain], allow_unicode=True, default_flow_style=True, width=math.inf
    )
    return dumped.strip()[1:-1]


def _values(text: str, lines_before: int) -> Any:
    try:
        return yaml.safe_load(text)
    except RecursionError:
        raise CorpusError("the front matter is nested too deeply: make it flat") from None
    except (yaml.YAMLError, ValueError) as error:
        problem = getattr(error, "problem", None) or str(error)
        # What is never closed is noticed at the end only; its beginning is more use.
        where = "context_mark" if "<stream end>" in problem else "problem_mark"
        mark = getattr(error, where, None)
        line = lines_before + (mark.line if mark else 0) + 1
        what = " ".join(str(problem).split())
        raise CorpusError(
            f"the front matter is broken at line {line}: {what}; "
            "mend it, putting values that contain a colon in quotes"
        ) from None


def _line_of(field: str, text: str) -> int:
    """The line of `text`, from 1, that sets `field`; the first where none begins with it."""
    lines = text.split("\n")
    return next((n for n, line in enumerate(lines, 1) if line.startswith(field)), 1)


def _read(values: Mapping[Any, Any]) -> Front:
    url = _scalar(values.get("url"))
    return Front(
        title=_scalar(values.get("title")),
        topic=_listed(values.get("topic"), r"\s+[/／>]\s+|[/／]"),
        aliases=_listed(values.get("aliases"), r"[,，、;；]"),
        updated=_iso_date(values.get("updated")),
        # Another scheme, such as javascript:, would become a live link on the page.
        url=url if _WEB.fullmatch(url) else None,
        level=_level(values.get("level")),
        related=_related(values.get("related")),
        # Names of regulations hold commas of every kind.
        references=_names("references", values.get("references"), "[;；]"),
        review=_review(values.get("review")),
    )


def _scalar(value: object) -> str:
    if value is None or isinstance(value, list | dict | set | tuple):
        return ""
    return tidy(str(value)).replace("\n", " ")


def _listed(value: object, separator: str) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else re.split(separator, _scalar(value))
    return tuple(dict.fromkeys(text for part in parts if (text := _scalar(part))))


def _iso_date(value: object) -> str | None:
    """`value` as an ISO date; None where it is no date."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return find_date(_scalar(value))


def _level(value: object) -> str:
    text = _scalar(value)
    if text not in ("", *LEVELS) or isinstance(value, list | dict):
        allowed = f"{', '.join(LEVELS[:-1])} or {LEVELS[-1]}"
        raise _ValueError("level", f"is {value!r}: write {allowed}, or leave it out")
    return text


def _related(value: object) -> tuple[str, ...]:
    names = _names("related", value, "[,，、;；]")
    return tuple(unicodedata.normalize("NFC", name) for name in names)


def _names(field: str, value: object, separator: str) -> tuple[str, ...]:
    """A list of names; what YAML made a mapping or a list of was meant as one of them."""
    parts = value if isinstance(value, list) else [value]
    wrong = next((part for part in parts if isinstance(part, list | dict)), None)
    if wrong is not None:
        raise _ValueError(
            field, f"holds {wrong!r}: write a list of names, those with a colon in quotes"
        )
    return _listed(value, separator)


def _review(value: object) -> str | None:
    found = _iso_date(value)
    if found is None and value not in (None, ""):
        raise _ValueError(
            "review", f"is {value!r}: write a date such as 2027-06-30, or leave it out"
        )
    return found
