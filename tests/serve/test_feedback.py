"""Thumbs -> lines."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from askwiki.errors import FeedbackError
from askwiki.schema import Answer, Citation
from askwiki.serve.feedback import Feedback, append_feedback

NOON = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)
CITED = Citation(1, "a/one", "甲", "乙", "a/one.md", None, "付本地话费。", 3, 9)
ANSWER = Answer("谁付？", "付本地话费。[1]", "answered", confidence=0.9, citations=(CITED,))


def test_a_line_holds_everything_needed_to_judge_the_answer(tmp_path: Path) -> None:
    path = tmp_path / "new" / "feedback.jsonl"
    append_feedback(path, Feedback(ANSWER, "down", "不完整：\n少了漫游", "zh"), NOON)
    assert path.read_text("utf-8") == (
        '{"time": "2026-01-02T12:00:00+00:00", "question": "谁付？", "answer": "付本地话费。[1]", '
        '"status": "answered", "citations": [{"article": "a/one", "start": 3, "end": 9}], '
        '"verdict": "down", "reason": "不完整：\\n少了漫游", "language": "zh"}\n'
    )


def test_lines_are_appended_and_the_file_is_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    append_feedback(path, Feedback(ANSWER, "up", "", "zh"), NOON)
    append_feedback(path, Feedback(ANSWER, "down", "", "en"), NOON)
    records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [(r["verdict"], r["language"]) for r in records] == [("up", "zh"), ("down", "en")]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_line_that_was_cut_short_does_not_spoil_the_next(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    path.write_text('{"time": "2026', "utf-8")
    append_feedback(path, Feedback(ANSWER, "up", "", "zh"), NOON)
    cut, whole = path.read_text("utf-8").splitlines()
    assert cut == '{"time": "2026'
    assert json.loads(whole)["verdict"] == "up"


def test_a_long_reason_is_cut_and_a_lone_surrogate_survives(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    append_feedback(path, Feedback(ANSWER, "down", "\ud800" + "长" * 600, "zh"), NOON)
    assert json.loads(path.read_text("utf-8"))["reason"] == "\ud800" + "长" * 499


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"

    def give(number: int) -> None:
        append_feedback(path, Feedback(ANSWER, "up", str(number), "zh"), NOON)

    threads = [threading.Thread(target=give, args=(n,)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reasons = [json.loads(line)["reason"] for line in path.read_text("utf-8").splitlines()]
    assert sorted(reasons, key=int) == [str(n) for n in range(40)]


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(FeedbackError) as raised:
        append_feedback(tmp_path, Feedback(ANSWER, "up", "", "zh"), NOON)
    assert str(raised.value) == (
        f"the feedback file {tmp_path} cannot be written (Is a directory): "
        "check the folder and the disk, or set ASKWIKI_FEEDBACK to another file"
    )
