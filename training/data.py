"""Reads the training folder and holds its splits.

An item whose number ends in 0 or 5 is for testing and never leaves this module
unless "test" is asked for by name; one that ends in 1 is for tuning; the rest
may train.
"""

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Split = Literal["train", "tune", "test"]


OWN = Path(__file__).parent / "questions"
"""Written for this training room: questions on sections of the data folder, manuals with theirs."""

MANUALS = "manuals/"
"""The source of each page of our own manuals begins with it."""


def split_of(number: int) -> Split:
    """The split an intent's number or a row's number falls into."""
    last = number % 10
    return "test" if last in (0, 5) else "tune" if last == 1 else "train"


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a JSONL file, gzipped or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


@dataclass(frozen=True, slots=True)
class Intent:
    """A passage with the questions it answers and close ones it does not."""

    id: str
    field: str
    heading: str
    passage: str
    questions: tuple[str, ...]
    answer: str
    negatives: tuple[str, ...]

    @property
    def split(self) -> Split:
        return split_of(int(self.id.rsplit("-", 1)[1]))


def intents(folder: Path) -> list[Intent]:
    """All intents of `folder/intents`, every split; filter by `.split`."""
    found = []
    for path in sorted((folder / "intents").glob("*.jsonl")):
        for row in read_lines(path):
            found.append(
                Intent(
                    row["id"],
                    path.stem[0],
                    row["heading"],
                    row["passage"],
                    (row["question"], *row["paraphrases"]),
                    row["answer_sentence"],
                    tuple(row["negatives"]),
                )
            )
    return found


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section of product documentation; `row` is its line number from 0."""

    row: int
    heading: str
    path: str
    text: str
    source: str


def sections(folder: Path) -> list[SectionRow]:
    """All heading -> section pairs of the data folder, and after them our own manuals."""
    given = [
        (r["heading"], r["path"], r["text"], r["source"])
        for r in read_lines(folder / "train" / "sections.jsonl.gz")
    ]
    ours = [
        (s["path"].rsplit(" > ", 1)[-1], f"{page['title']} > {s['path']}", s["text"], _source(page))
        for page, s in manual_sections()
    ]
    return [SectionRow(i, *row) for i, row in enumerate(given + ours)]


def manual_sections() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each section of our manuals of invented products, with its page before it."""
    for page in read_lines(OWN / "manuals.jsonl"):
        for section in page["sections"]:
            yield page, section


def _source(page: dict[str, Any]) -> str:
    return f"{MANUALS}{page['title']}"


@dataclass(frozen=True, slots=True)
class Reading:
    """A question on a context; `answer` is a stretch of it, or None where it holds none."""

    question: str
    context: str
    answer: str | None
    start: int
    split: Split
    row: int = -1


def own_readings(rows: list[SectionRow]) -> list[Reading]:
    """Our own questions on whole pages of documentation; one page in four is for tuning.

    The questions of a page stay together: what is held back is a page nobody has seen.
    """
    found = []
    for record in read_lines(OWN / "reading.jsonl"):
        row = rows[record["row"]]
        split = _split_of_page(row)
        for qa in record["qas"]:
            answer = row.text[qa["start"] : qa["end"]]
            found.append(Reading(qa["q"], row.text, answer, qa["start"], split, row.row))
        found += [Reading(q, row.text, None, -1, split, row.row) for q in record["unanswerable"]]
    manuals = [section for _, section in manual_sections()]
    for row, section in zip(rows[len(rows) - len(manuals) :], manuals, strict=True):
        split = _split_of_page(row)
        for qa in section["qas"]:
            start = row.text.index(qa["a"])
            found.append(Reading(qa["q"], row.text, qa["a"], start, split, row.row))
        found += [Reading(q, row.text, None, -1, split, row.row) for q in section["unanswerable"]]
    return found


def _split_of_page(row: SectionRow) -> Split:
    return "train" if zlib.crc32(row.source.encode()) % 4 else "tune"


def section_readings(folder: Path, rows: list[SectionRow]) -> list[Reading]:
    """The everyday questions written on documentation sections: two files there, and our own."""
    found = own_readings(rows)
    for record in read_lines(folder / "section_questions.jsonl"):
        number = record["row"]
        text, split = rows[number].text, split_of(number)
        for i, question in enumerate(record["questions"]):
            answer = record["answer"] if i == 0 else ""
            start = text.find(answer) if answer else -1
            found.append(Reading(question, text, answer, start, split, number))
        found += [Reading(q, text, None, -1, split, number) for q in record["negatives"]]
    for record in read_lines(folder / "reading_questions.jsonl"):
        number = record["row"]
        text, split = rows[number].text, split_of(number)
        for qa in record["qas"]:
            found.append(Reading(qa["q"], text, qa["a"], text.find(qa["a"]), split, number))
        found += [Reading(q, text, None, -1, split, number) for q in record["unanswerable"]]
    return found


def spans(path: Path, split: Split) -> list[Reading]:
    """A span-extraction set (CMRC 2018, DRCD): every question with its first answer."""
    found = []
    for record in read_lines(path):
        for qa in record["qas"]:
            answer = qa["answers"][0]
            found.append(
                Reading(qa["question"], record["context"], answer["text"], answer["start"], split)
            )
    return found


def encyclopaedia(folder: Path) -> list[Reading]:
    """CMRC 2018 train and DRCD dev, for training."""
    return spans(folder / "train" / "cmrc2018_train.jsonl.gz", "train") + spans(
        folder / "train" / "drcd_dev.jsonl.gz", "train"
    )


def cmrc_trial(folder: Path) -> list[Reading]:
    """CMRC 2018 trial, for tuning and development figures."""
    return spans(folder / "dev" / "cmrc2018_trial.jsonl.gz", "tune")
