"""The chat page with a language model behind it, in a real browser: it streams, and it fails."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from scripted_server import FAULTS, Reply, ScriptedServer, address, says

from askwiki.serve.wording import ZH

if TYPE_CHECKING:
    from conftest import Reader, Start

WHO_PAYS = "400电话的话费由谁付？"
FIRST, SECOND = "客户拨打400电话只付本地通话费。", "长途部分由申请400电话的企业承担。"
DEADLINE_S, FIRST_TOKEN_S = 10, 2


@dataclass(frozen=True)
class Written:
    """A page whose answers a scripted model writes."""

    url: str
    model: ScriptedServer


@pytest.fixture(scope="module")
def written(
    small_corpus: Path, tmp_path_factory: pytest.TempPathFactory, start: Start
) -> Iterator[Written]:
    index = tmp_path_factory.mktemp("written") / "index"
    with ScriptedServer(says("")) as model:
        server = start(
            *("--corpus", str(small_corpus), "--index", str(index)),
            ASKWIKI_LLM="openai:scripted",
            ASKWIKI_LLM_BASE_URL=model.url,
            ASKWIKI_LLM_DEADLINE_S=str(DEADLINE_S),
            ASKWIKI_LLM_FIRST_TOKEN_S=str(FIRST_TOKEN_S),
            ASKWIKI_LLM_COOLDOWN_S="0.1",
            ASKWIKI_MIN_CONFIDENCE="0",
            ASKWIKI_LOG_LEVEL="error",
            NO_PROXY="127.0.0.1",
        )
        yield Written(server.address(), model)
        assert server.stop() == (0, "")


def test_sentences_appear_as_they_are_proved(reader: Reader, written: Written) -> None:
    go_on = threading.Event()

    def waits(reply: Reply) -> None:
        reply.start()
        reply.delta(f"{FIRST}[1]最多2000元。[1]长途")
        go_on.wait(10)
        reply.delta(f"{SECOND[2:]}[1]", "stop")

    written.model.script = waits
    page = reader.open(written.url)
    expect(page.locator(".aw-welcome")).to_contain_text("语言模型撰写")
    page.fill("#aw-box textarea", WHO_PAYS)
    page.press("#aw-box textarea", "Enter")
    growing = page.locator(".aw-exchange[data-status=growing] .aw-text")
    expect(growing).to_contain_text(FIRST)
    expect(growing.locator(".aw-marker")).to_have_count(1)
    go_on.set()
    whole = page.locator(".aw-exchange[data-status=answered]")
    expect(whole.locator(".aw-text")).to_contain_text(SECOND)
    expect(whole).not_to_contain_text("2000")
    page.click(".aw-text button.aw-marker >> nth=1")
    expect(page.locator("#aw-source mark")).to_have_text(SECOND)


@pytest.mark.parametrize("name", ["hangs", "500 for ever", "cut clean", "another language"])
def test_a_failure_is_labelled_and_in_time(reader: Reader, written: Written, name: str) -> None:
    address(next(fault for fault in FAULTS if fault.name == name), written.model)
    page = reader.open(written.url)
    reader.ask(WHO_PAYS)
    shown = page.locator(".aw-exchange[data-status=answered]")
    expect(shown.locator(".aw-text")).to_contain_text("（语言模型")
    expect(shown.locator(".aw-text")).to_contain_text(FIRST)
    expect(shown.locator(".aw-facts")).to_contain_text(ZH.stands_in)
    expect(shown.locator(".aw-facts")).to_contain_text(ZH.verbatim)


def test_a_new_conversation_ends_the_models_work(reader: Reader, written: Written) -> None:
    written.model.script = says(f"{FIRST}[1]{SECOND}[1]" * 20, size=1, pause_s=0.05)
    before = len(written.model.requests)
    page = reader.open(written.url)
    page.fill("#aw-box textarea", WHO_PAYS)
    page.press("#aw-box textarea", "Enter")
    expect(page.locator(".aw-exchange[data-status=growing] .aw-text")).to_contain_text(FIRST)
    page.click("[data-event=fresh]")
    expect(page.locator(".aw-welcome")).to_be_visible()
    # Well before the deadline would have ended it.
    assert written.model.requests[before].hung_up.wait(DEADLINE_S / 2)
