"""The command as a shell sees it: what it prints, and with which exit code it ends."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from askwiki.cli import main

ARTICLE = """---
title: 企业总机
topic: 企业总机 / 概念
---

企业总机是一家单位对外统一使用的电话入口。

## 企业总机的费用由谁承担

企业总机的通话费由单位承担，来电者只付市话费。
"""


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.md").write_text(ARTICLE, "utf-8")
    return ["--corpus", str(tmp_path / "corpus"), "--index", str(tmp_path / "index")]


def test_ask_prints_the_answer_with_its_source(
    folders: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKWIKI_MIN_CONFIDENCE", "0")
    assert main(["ask", *folders, "企业总机的费用由谁承担"]) == 0
    out = capsys.readouterr().out
    assert "企业总机的通话费由单位承担，来电者只付市话费。[1]" in out
    assert "《企业总机》 › 企业总机的费用由谁承担  a.md:36-59" in out


def test_ask_json_holds_the_whole_answer(
    folders: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKWIKI_MIN_CONFIDENCE", "0")
    assert main(["ask", "--json", *folders, "企业总机的费用由谁承担"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {
        *("question", "text", "status", "reason", "confidence", "sentences"),
        *("citations", "suggestions", "trace"),
    }
    cited = answer["citations"][0]
    assert (cited["article_id"], cited["quote"]) == (
        "a",
        "企业总机的通话费由单位承担，来电者只付市话费。",
    )


def test_an_abstention_exits_with_3(folders: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", *folders, "转人工"]) == 3
    assert "尚未设置人工服务" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["ask", ""], "the question is empty"),
        (["ask", "长" * 10_000], "has 10000 characters"),
        (["eval", "nowhere.jsonl", "--out", "out"], "nowhere.jsonl"),
    ],
)
def test_wrong_words_exit_with_2_and_a_line(
    folders: list[str], capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert main([*words, *folders]) == 2
    error = capsys.readouterr().err
    assert error.startswith("askwiki: ")
    assert message in error
    assert "Traceback" not in error


def test_no_corpus_exits_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = ["--corpus", str(tmp_path / "no"), "--index", str(tmp_path / "index")]
    assert main(["ask", *nowhere, "总机"]) == 2
    assert "does not exist" in capsys.readouterr().err


def test_a_wrong_setting_exits_with_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKWIKI_PORT", "http")
    assert main(["ask", "总机"]) == 2
    assert "ASKWIKI_PORT" in capsys.readouterr().err


def test_index_commands(
    folders: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["index", "build", *folders]) == 0
    assert capsys.readouterr().out == "1 articles, 2 passages indexed\n"
    assert main(["index", "update", *folders]) == 0
    assert main(["index", "verify", *folders]) == 0
    capsys.readouterr()
    assert main(["index", "stats", "--json", *folders]) == 0
    assert json.loads(capsys.readouterr().out)["chunks"] == 2
    postings = next((tmp_path / "index" / "gen-1").glob("*.npy"))
    postings.write_bytes(b"")
    assert main(["index", "verify", *folders]) == 1
    assert postings.name in capsys.readouterr().out


def test_corpus_list_names_what_was_skipped(
    folders: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "corpus" / "b.md").write_bytes(b"\x00")
    assert main(["corpus", "list", *folders]) == 0
    captured = capsys.readouterr()
    assert captured.out == "a\t企业总机\t2 sections\n"
    assert "skipped b.md: is binary" in captured.err


def test_eval_writes_a_report(
    folders: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "questions.csv"
    questions.write_text(
        "问题,文章,章节,事实,拒答\n企业总机的费用由谁承担,a,企业总机的费用由谁承担,由单位承担,\n转人工,,,,是\n",
        "utf-8",
    )
    assert main(["eval", str(questions), "--out", str(tmp_path / "out"), *folders]) == 0
    assert {f.name for f in (tmp_path / "out").iterdir()} == {
        *("summary.md", "summary.json", "results.jsonl", "results.csv"),
    }
    assert "hit@1" in (tmp_path / "out" / "summary.md").read_text("utf-8")


def test_chat_answers_until_the_end_of_input(
    folders: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = iter(["转人工", "长" * 10_000, ""])
    monkeypatch.setattr("builtins.input", lambda _: next(lines))
    assert main(["chat", *folders]) == 0
    captured = capsys.readouterr()
    assert "尚未设置人工服务" in captured.out
    assert "has 10000 characters" in captured.err


def run(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "askwiki.cli", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | environment,
        timeout=120,
    )


def test_a_terminal_that_is_not_utf8_gets_escapes_and_no_traceback(folders: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "askwiki.cli", "ask", *folders, "转人工"],
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        timeout=120,
    )
    assert done.returncode == 3
    assert b"\\u672c" in done.stdout
    assert b"Traceback" not in done.stderr


def test_half_a_surrogate_on_the_command_line_does_no_harm(folders: list[str]) -> None:
    words = [sys.executable, "-m", "askwiki.cli", "ask", *folders]
    done = subprocess.run(
        [*(os.fsencode(word) for word in words), b"\xe6\x80\xbb\xed\xa0\xbd"],
        capture_output=True,
        timeout=120,
    )
    assert done.returncode in (0, 3)
    assert b"Traceback" not in done.stderr


def test_a_busy_port_is_told(folders: list[str]) -> None:
    pytest.importorskip("gradio")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port), *folders)
    assert done.returncode == 2
    assert str(port) in done.stderr
    assert "Traceback" not in done.stderr


def test_help_and_version() -> None:
    assert run("--version").stdout.startswith("askwiki ")
    assert "exit codes" in run("--help").stdout
    assert run("nonsense").returncode == 2
