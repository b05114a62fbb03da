"""The command as a shell sees it: what it prints, and with which exit code it ends."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from scripted_server import ScriptedServer, says

from askwiki import Answer, AskWiki
from askwiki.cli import main
from askwiki.homophones import AT_LEAST

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


def test_ask_says_how_it_read_what_was_typed_by_sound(
    folders: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKWIKI_MIN_CONFIDENCE", "0")
    words = "\n\n".join(f"## 第{n}种分机\n\n分机的第{n}种用法如下。" for n in range(AT_LEAST))
    (Path(folders[1]) / "b.md").write_text(f"---\ntitle: 分机\n---\n\n{words}\n", "utf-8")
    assert main(["ask", *folders, "分鸡号有几种用法"]) == 0
    assert capsys.readouterr().out.startswith("按“分机号有几种用法”查找\n")


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


GOOD_ARTICLE = """---
title: 企业总机
topic: 企业总机 / 概念
updated: 2026-01-01
level: 入门
review: 2030-01-01
---

企业总机是一家单位对外统一使用的电话入口，由它把来电接到各个分机，也让内部的分机互相拨打。它可以是设备，也可以是云上的服务。
"""


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    """A corpus that the lint has nothing against."""
    folder = tmp_path / "clean"
    (folder / "asked").mkdir(parents=True)
    (folder / "a.md").write_text(GOOD_ARTICLE, "utf-8")
    line = {"article": "a", "section": "", "questions": ["总机是啥", "总机干嘛的", "啥叫总机"]}
    (folder / "asked" / "a.jsonl").write_text(json.dumps(line), "utf-8")
    return folder


def test_corpus_lint_says_where_and_what_and_exits_with_1(
    clean: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["corpus", "lint", str(clean)]) == 0
    assert capsys.readouterr().out == "没有发现问题\n"
    (clean / "a.md").write_text(GOOD_ARTICLE.replace("level: 入门\n", ""), "utf-8")
    assert main(["corpus", "lint", "--corpus", str(clean)]) == 1
    assert capsys.readouterr().out == (
        f"{clean / 'a.md'}:1: [front-level] 元数据缺少 level：写入门、进阶或专家\n共 1 处需要修改\n"
    )


def test_corpus_lint_speaks_the_language_of_the_setting(
    clean: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKWIKI_LANGUAGE", "en")
    (clean / "a.md").write_text(GOOD_ARTICLE.replace("level: 入门\n", ""), "utf-8")
    assert main(["corpus", "lint", str(clean)]) == 1
    assert capsys.readouterr().out.endswith(
        "the front matter has no level: write 入门, 进阶 or 专家\n1 things to mend\n"
    )


def test_corpus_lint_as_json(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (clean / "a.md").write_text(GOOD_ARTICLE.replace("level: 入门\n", ""), "utf-8")
    (clean / "b.md").write_bytes(b"\x00")
    assert main(["corpus", "lint", "--json", str(clean)]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found[0] == {
        "file": "a.md",
        "line": 1,
        "rule": "front-level",
        "message": "元数据缺少 level：写入门、进阶或专家",
    }
    assert [(one["file"], one["line"], one["rule"]) for one in found[1:]] == [
        ("b.md", None, "unread")
    ]
    (clean / "b.md").unlink()
    (clean / "a.md").write_text(GOOD_ARTICLE, "utf-8")
    assert main(["corpus", "lint", "--json", str(clean)]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_corpus_lint_of_no_folder_exits_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["corpus", "lint", str(tmp_path / "no")]) == 2
    assert "does not exist" in capsys.readouterr().err


def test_corpus_new_writes_a_template(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["corpus", "new", "总机的费用", "--topic", "企业总机 / 费用", "--corpus", str(clean)]
    assert main(words) == 2
    assert "--id numbers/400-overview" in capsys.readouterr().err
    assert main([*words, "--id", "pbx/cost"]) == 0
    path = clean / "pbx" / "cost.md"
    assert capsys.readouterr().out == f"{path}\n"
    assert "title: 总机的费用\ntopic: 企业总机 / 费用\n" in path.read_text("utf-8")
    assert main([*words, "--id", "pbx/cost"]) == 2
    assert "exists and stays as it is" in capsys.readouterr().err
    assert main(["corpus", "lint", str(clean)]) == 1


def test_corpus_import_says_what_it_wrote_and_what_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.txt"
    page.write_text(
        "总机怎么用\n作者:百科\n64人看过\n发布时间:2026-02-11\n\n"
        "总机把来电接到各个分机，内部分机之间可以互相拨打，不另收通话费。\n",
        "utf-8",
    )
    words = ["corpus", "import", "--out", str(tmp_path / "out"), str(page)]
    assert main(words) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{tmp_path / 'out' / 'page.md'}\t总机怎么用\t1 sections\n"
    assert captured.err.splitlines() == [
        f"left out of {page}: {line}" for line in ("作者:百科", "64人看过", "发布时间:2026-02-11")
    ]
    assert main([*words, str(tmp_path / "no.txt")]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert f"skipped {page}: 总机怎么用: {tmp_path / 'out' / 'page.md'} exists" in captured.err
    assert f"skipped {tmp_path / 'no.txt'}: cannot be opened" in captured.err


def test_corpus_coverage_writes_the_page_or_prints_it(
    clean: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (clean / "a.md").write_text(
        f"{GOOD_ARTICLE}\n## 总机怎样办理\n\n向运营商申请，带上营业执照。\n", "utf-8"
    )
    out = tmp_path / "docs" / "coverage.md"
    assert main(["corpus", "coverage", "--corpus", str(clean), "--out", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert "[1](../clean/a.md#总机怎样办理 " in out.read_text("utf-8")
    assert main(["corpus", "coverage", "--corpus", str(clean)]) == 0
    # Printed, links are as seen from the working folder.
    assert "[1](clean/a.md#总机怎样办理 " in capsys.readouterr().out


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


def test_eval_names_articles_that_are_not_there(
    folders: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "questions.csv"
    questions.write_text("问题,文章\n企业总机的费用由谁承担,没有这篇\n总机是什么,a\n", "utf-8")
    assert main(["eval", str(questions), "--out", str(tmp_path / "out"), *folders]) == 0
    assert "not in the wiki and count as missed: 没有这篇\n" in capsys.readouterr().err
    assert "没有这篇" in (tmp_path / "out" / "summary.md").read_text("utf-8")


def test_eval_that_is_broken_off_reports_what_it_judged(
    folders: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = tmp_path / "questions.csv"
    questions.write_text("问题,拒答\n转人工,是\n你好,是\n谢谢,是\n", "utf-8")
    asked: list[str] = []

    def ask(self: AskWiki, question: str, history: object = ()) -> Answer:
        asked.append(question)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return real(self, question)

    real = AskWiki.ask
    monkeypatch.setattr(AskWiki, "ask", ask)
    assert main(["eval", str(questions), "--out", str(tmp_path / "out"), *folders]) == 130
    summary = (tmp_path / "out" / "summary.md").read_text("utf-8")
    assert "after 1 of 3 questions" in summary
    results = (tmp_path / "out" / "results.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["item"]["question"] for line in results] == ["转人工"]


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


def test_an_answer_in_a_models_words_says_so(
    folders: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKWIKI_MIN_CONFIDENCE", "0")
    reply = "企业总机的通话费由单位承担。[1]"
    with ScriptedServer(says(reply)) as server:
        monkeypatch.setenv("ASKWIKI_LLM_BASE_URL", server.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        words = ["ask", *folders, "--llm", "openai:scripted", "企业总机的费用由谁承担"]
        assert main(words) == 0
    out = capsys.readouterr().out
    assert out.startswith(reply)
    assert out.endswith("由语言模型撰写，每句均对照原文核实。\n")


def test_a_model_that_cannot_be_set_up_is_a_configuration_error(
    folders: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", *folders, "--llm", "chatgpt", "问"]) == 2
    assert "write PROVIDER:MODEL" in capsys.readouterr().err
