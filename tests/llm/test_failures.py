"""Every failure at a live socket: the articles' own words, labelled, in time, from every entry."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from scripted_server import FAULTS, WELL, Fault, ScriptedServer, address, says
from small_wiki import DEADLINE_S, QUESTION, SHORT, OpenWiki

from askwiki import Answer, AskWiki, Settings
from askwiki.answer.breaker import Breaker
from askwiki.cli import main

BY_NAME = {fault.name: fault for fault in FAULTS}
CHOSEN = [
    BY_NAME[n] for n in ("refused", "hangs", "hangs halfway", "cut clean", "drips", "500 for ever")
]


def name(fault: Fault) -> str:
    return fault.name


@contextmanager
def in_time() -> Iterator[None]:
    """By the deadline and not by the end of what hangs; `benchmarks/failures.py` takes the time."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < 4 * DEADLINE_S


def assert_stands_in(answer: Answer, own: Answer) -> None:
    """`answer` is `own`, the wiki's without a model, under a label, and says so in the trace."""
    label, _, rest = answer.text.partition("\n\n")
    assert label.startswith("（语言模型")
    assert label.endswith("）")
    assert rest == own.text
    assert (answer.sentences, answer.citations) == (own.sentences, own.citations)
    assert (answer.status, answer.reason) == (own.status, own.reason) == ("answered", None)
    assert answer.trace.model in ("failed", "unproved")
    assert answer.trace.notes[0].startswith(f"language model: {answer.trace.model}")


@pytest.fixture
def own(open_wiki: OpenWiki) -> Answer:
    """What the wiki says without a model."""
    answer: Answer = open_wiki().ask(QUESTION)
    return answer


@pytest.mark.parametrize("fault", FAULTS, ids=name)
def test_ask(fault: Fault, open_wiki: OpenWiki, server: ScriptedServer, own: Answer) -> None:
    wiki = open_wiki(address(fault, server), **({} if fault.recovers else SHORT))
    with in_time():
        answer = wiki.ask(QUESTION)
    if fault.recovers:
        assert (answer.text.count("["), answer.trace.model) == (2, "wrote")
    else:
        assert_stands_in(answer, own)


@pytest.mark.parametrize("fault", CHOSEN, ids=name)
def test_stream(fault: Fault, open_wiki: OpenWiki, server: ScriptedServer, own: Answer) -> None:
    with in_time():
        *shown, last = open_wiki(address(fault, server), **SHORT).stream(QUESTION)
    assert shown == []
    assert last.answer is not None
    assert_stands_in(last.answer, own)


@pytest.mark.parametrize("fault", CHOSEN, ids=name)
def test_asynchronously(
    fault: Fault, open_wiki: OpenWiki, server: ScriptedServer, own: Answer
) -> None:
    wiki = open_wiki(address(fault, server), **SHORT)

    async def both() -> tuple[Answer, Any]:
        async def last() -> Any:
            return [event async for event in wiki.astream(QUESTION)][-1].answer

        return await asyncio.gather(wiki.aask(QUESTION), last())  # type: ignore[return-value]

    with in_time():
        asked, streamed = asyncio.run(both())
    assert_stands_in(asked, own)
    # Which of its clocks ran out first may differ between the two, and with it the note.
    assert (asked.text, asked.status) == (streamed.text, streamed.status)


@pytest.mark.parametrize("fault", CHOSEN, ids=name)
def test_many(fault: Fault, open_wiki: OpenWiki, server: ScriptedServer, own: Answer) -> None:
    with in_time():
        answers = open_wiki(address(fault, server), **SHORT).ask_many([QUESTION] * 4)
    for answer in answers:
        assert_stands_in(answer, own)


@pytest.mark.parametrize("fault", CHOSEN, ids=name)
def test_command(
    fault: Fault,
    server: ScriptedServer,
    settings_of: Callable[..., Settings],
    own: Answer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    settings = settings_of()
    monkeypatch.setenv("ASKWIKI_LLM", "openai:scripted")
    monkeypatch.setenv("ASKWIKI_LLM_BASE_URL", address(fault, server))
    monkeypatch.setenv("ASKWIKI_LLM_DEADLINE_S", str(DEADLINE_S))
    monkeypatch.setenv("ASKWIKI_MIN_CONFIDENCE", "0")
    folders = ["--corpus", str(settings.corpus), "--index", str(settings.index)]
    with in_time():
        assert main(["ask", *folders, QUESTION]) == 0
    assert capsys.readouterr().out.startswith("（语言模型")
    questions = tmp_path / "q.jsonl"
    questions.write_text(json.dumps({"question": QUESTION}), "utf-8")
    with in_time():
        assert main(["eval", *folders, str(questions), "--out", str(tmp_path / "out")]) == 0
    (result,) = (tmp_path / "out" / "results.jsonl").read_text("utf-8").splitlines()
    assert json.loads(result)["status"] == "answered"
    assert json.loads(result)["text"].startswith("（语言模型")


def test_a_process_ends_although_the_model_hangs(
    server: ScriptedServer, settings_of: Callable[..., Settings]
) -> None:
    settings = settings_of()
    variables = {
        "ASKWIKI_LLM": "openai:scripted",
        "ASKWIKI_LLM_BASE_URL": address(BY_NAME["hangs"], server),
        "ASKWIKI_LLM_FIRST_TOKEN_S": "1",
        "ASKWIKI_MIN_CONFIDENCE": "0",
        "ASKWIKI_CORPUS": str(settings.corpus),
        "ASKWIKI_INDEX": str(settings.index),
    }
    run = subprocess.run(
        [sys.executable, "-W", "error", "-m", "askwiki.cli", "ask", "--json", QUESTION],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(run.stdout)["trace"]["model"] == "failed"
    said = "askwiki: the language model openai:scripted gave no answer: "
    assert run.stderr.strip() in (f"{said}late", f"{said}deadline")
    assert server.requests[0].hung_up.wait(15)


def test_proved_sentences_stay_when_the_reply_breaks_off(
    open_wiki: OpenWiki, server: ScriptedServer, own: Answer
) -> None:
    def cut(reply: Any) -> None:
        reply.start()
        reply.delta(f"{WELL}每分钟最多")

    server.script = cut
    events = list(open_wiki(server.url).stream(QUESTION))
    answer = events[-1].answer
    assert answer is not None
    assert all(answer.text.startswith(event.text) for event in events)
    shown, label, *_ = answer.text.split("\n\n")
    assert shown == "客户拨打400电话只付本地通话费。[1]长途部分由申请400电话的企业承担。[2]"
    assert "到此为止" in label
    assert "最多" not in answer.text
    assert {s.text for s in own.sentences} <= {s.text for s in answer.sentences}


def test_a_reply_at_the_token_limit_ends_at_a_sentence(
    open_wiki: OpenWiki, server: ScriptedServer
) -> None:
    server.script = says(f"{WELL}每分钟最多", finish="length")
    answer = open_wiki(server.url).ask(QUESTION)
    assert answer.trace.model == "cut"
    assert "（语言模型的回答达到长度上限，到此为止。）" in answer.text
    assert "最多" not in answer.text


def test_after_five_failures_the_model_is_left_alone_until_it_recovers(
    open_wiki: OpenWiki,
    server: ScriptedServer,
    own: Answer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    monkeypatch.setattr(Breaker.__init__, "__defaults__", (lambda: now,))
    wiki = open_wiki(address(BY_NAME["401"], server), llm_cooldown_s=1.0)
    for _ in range(5):
        assert_stands_in(wiki.ask(QUESTION), own)
    before = len(server.requests)
    answer = wiki.ask(QUESTION)
    assert_stands_in(answer, own)
    assert answer.trace.notes == ("language model: failed (left alone)",)
    assert len(server.requests) == before
    server.script = says(WELL)
    now = 1.1
    assert [wiki.ask(QUESTION).trace.model for _ in range(2)] == ["wrote", "wrote"]


def test_where_nothing_stands_in_the_model_is_what_is_missing(
    open_wiki: OpenWiki, server: ScriptedServer
) -> None:
    from dataclasses import replace

    wiki: AskWiki = open_wiki(address(BY_NAME["refused"], server))
    answerer = wiki._answerer

    class Silent:
        def draft(self, *asked: Any) -> Any:
            return replace(answerer.draft(*asked), sentences=())

    wiki._finder = replace(wiki._finder, answerer=Silent())
    answer = wiki.ask(QUESTION)
    assert (answer.status, answer.reason) == ("abstained", "model_unavailable")
    assert "暂时不可用" in answer.text


@pytest.mark.parametrize(
    "fault", ["refused", "unauthorised", "hang", "cut", "error", "flood", "babble"]
)
def test_a_keeper_can_play_a_failure(
    fault: str, open_wiki: OpenWiki, server: ScriptedServer, own: Answer
) -> None:
    server.script = says(WELL)
    with in_time():
        answer = open_wiki(server.url, llm_fault=fault, **SHORT).ask(QUESTION)
    assert_stands_in(answer, own)
    assert server.requests == []
