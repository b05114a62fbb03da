"""What the buttons do, without a browser."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from askwiki.schema import Answer, Article, StreamEvent
from askwiki.serve.chat import Page
from askwiki.serve.render import Exchange
from askwiki.serve.wording import ZH
from askwiki.settings import Settings


class FakeWiki:
    """Repeats the question; breaks where it reads 坏."""

    has_model = False

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.articles = {"a": Article("a", "甲", "文。", (), "a.md")}
        self.asked: list[tuple[str, list[tuple[str, str]]]] = []

    def with_settings(self, settings: Settings) -> "FakeWiki":
        twin = FakeWiki(settings)
        twin.asked = self.asked
        return twin

    def contents(self) -> list[Article]:
        return list(self.articles.values())

    def examples(self) -> list[str]:
        return ["例？"]

    def stream(self, question: str, history: Sequence[tuple[str, str]]) -> Iterator[StreamEvent]:
        self.asked.append((question, list(history)))
        if "坏" in question:
            raise RuntimeError("secret path /etc/passwd")
        yield StreamEvent("一。")
        yield StreamEvent("一。二。", Answer(question, "一。二。", "answered"))


@pytest.fixture
def page(tmp_path: Path) -> Page:
    settings = Settings.load(feedback=tmp_path / "said.jsonl", max_question_chars=20)

    async def make() -> Page:  # gradio leaves an event loop open where it finds none
        return Page(FakeWiki(settings), settings)  # type: ignore[arg-type]

    return asyncio.run(make())


def event(**data: object) -> gr.EventData:
    return gr.EventData(None, data)


def past(count: int) -> tuple[Exchange, ...]:
    return tuple(Exchange(n, Answer(f"问{n}", f"答{n}", "answered")) for n in range(1, count + 1))


def test_an_answer_grows_and_is_kept(page: Page) -> None:
    steps = list(page._ask(" 谁付？ ", (), {}, "zh"))
    assert [ZH.thinking in step.get(page._now, "") for step in steps] == [
        *(True, False, False, False)
    ]
    assert "一。" in steps[1][page._now]
    assert steps[2][page._past] == (Exchange(1, Answer("谁付？", "一。二。", "answered")),)
    assert steps[0][page._send] == gr.update(interactive=False)
    assert steps[3][page._send] == gr.update(interactive=True)


def test_the_last_exchanges_are_the_history(page: Page) -> None:
    steps = list(page._ask("还有呢", past(12), {}, "zh"))
    asked = page._wikis["zh"].asked  # type: ignore[attr-defined]
    assert asked == [("还有呢", [(f"问{n}", f"答{n}") for n in range(3, 13)])]
    assert steps[2][page._past][-1].number == 13


def test_the_oldest_exchanges_leave(page: Page) -> None:
    kept = list(page._ask("又问", past(40), {}, "zh"))[2][page._past]
    assert [one.number for one in kept] == list(range(2, 42))


def test_an_error_is_one_plain_sentence(page: Page) -> None:
    steps = list(page._ask("坏", past(1), {}, "zh"))
    shown = steps[1][page._now]
    assert ZH.failed in shown
    assert "secret" not in shown
    assert steps[-1][page._send] == gr.update(interactive=True)
    assert all(page._past not in step for step in steps)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("", "请先输入问题。"),
        ("\u200b \n", "请先输入问题。"),
        ("长" * 21, "问题有 21 个字，最多 20 个字，请精简后再问。"),
    ],
)
def test_a_question_that_cannot_be_asked(page: Page, question: str, sentence: str) -> None:
    assert list(page._ask(question, (), {}, "zh")) == [
        {page._notice: f'<p class="aw-alert" role="alert">{sentence}</p>'}
    ]


@pytest.mark.parametrize(
    "data",
    [{}, {"exchange": "2"}, {"exchange": "x"}, {"exchange": 1}, {"exchange": None}, {"vote": []}],
)
def test_what_a_script_sends_does_no_harm(page: Page, data: dict[str, Any]) -> None:
    gone = f'<p class="aw-hint">{ZH.gone}</p>'
    assert page._cite(event(**data), past(1), "zh") == gone
    assert ZH.gone in page._rate(event(**data), past(1), {}, "zh")[page._notice]
    assert ZH.no_such_article in page._open(event(article=data), "zh")


def test_a_vote_is_written_once(page: Page, tmp_path: Path) -> None:
    down = event(exchange="1", vote="down", reason="4", more=" 语气 ")
    votes = page._rate(down, past(1), {}, "zh")[page._votes]
    assert votes == {1: "down"}
    assert page._rate(down, past(1), votes, "zh") == {page._notice: ""}
    lines = (tmp_path / "said.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 1
    assert '"reason": "其他：语气"' in lines[0]


def test_a_vote_that_cannot_be_written_is_admitted(page: Page, tmp_path: Path) -> None:
    (tmp_path / "said.jsonl").mkdir()
    updates = page._rate(event(exchange="1", vote="up"), past(1), {}, "zh")
    assert updates == {page._notice: f'<p class="aw-alert" role="alert">{ZH.not_saved}</p>'}


def test_the_other_language_has_its_own_refusals(page: Page) -> None:
    assert page._wikis["en"].settings.language == "en"
    assert page._wikis["zh"].settings.language == "zh"
    updates = page._switch((), {}, "zh")
    assert updates[page._language] == "en"
    assert updates[page._send] == gr.update(value="Ask")


def test_no_handler_can_be_called_by_name_and_questions_share_one_limit(page: Page) -> None:
    functions = page.blocks.fns.values()
    assert {f.api_visibility for f in functions} == {"private"}
    asking = [f for f in functions if f.queue]
    assert [(f.concurrency_id, f.concurrency_limit) for f in asking] == [("ask", 4)] * 4
