"""The writer: which way it asks, and when it leaves the model alone."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any

import pytest

from askwiki.answer import Written
from askwiki.answer.breaker import FAILURES
from askwiki.answer.deadline import Deadline
from askwiki.answer.faults import Chunk as Piece
from askwiki.answer.generative import Writer
from askwiki.answer.models import Message, Model, Way
from askwiki.errors import ModelError
from askwiki.schema import Chunk
from askwiki.settings import Settings

PASSAGES = [Chunk("c", "a", "总机", (), "总机是入口。", 0, 6)]


class RejectedError(Exception):
    status_code = 400


class Server:
    """Answers as `reply` says, and remembers what it was asked with."""

    def __init__(self, reply: Callable[[Mapping[str, Any]], str | Exception]) -> None:
        self.reply = reply
        self.asked: list[tuple[Sequence[Message], Mapping[str, Any]]] = []

    async def open(
        self, messages: Sequence[Message], arguments: Mapping[str, Any]
    ) -> AsyncGenerator[Piece, None]:
        self.asked.append((messages, arguments))
        reply = self.reply(arguments)
        if isinstance(reply, Exception):
            raise reply
        yield Piece(reply)
        yield Piece("", {"finish_reason": "stop"})

    def writer(self, *ways: Way, **settings: object) -> Writer:
        return Writer(Model("test", self.open, ways or (Way(False),)), Settings.load(**settings))


def write(writer: Writer) -> list[object]:
    return list(writer.write("总机是什么？", (), PASSAGES, Deadline(5)))


JSON, STEADY, BARE = Way(True, {"json": 1}), Way(False, {"seed": 0}), Way(False)


def test_sentences_and_then_how_it_ended() -> None:
    writer = Server(lambda _: "总机是入口。[1]它很好。").writer()
    assert write(writer) == [Written("总机是入口。", (1,)), Written("它很好。"), "whole"]


def test_a_model_that_finds_nothing_has_declined() -> None:
    assert write(Server(lambda _: "资料不足。").writer()) == ["declined"]


def test_json_is_asked_for_where_the_way_says_so() -> None:
    server = Server(
        lambda _: '{"answered": true, "sentences": [{"text": "甲。", "passages": [1]}]}'
    )
    assert write(server.writer(JSON, BARE)) == [Written("甲。", (1,), "prose", 1), "whole"]
    messages, arguments = server.asked[0]
    assert arguments == {"json": 1}
    assert "JSON" in messages[0][1]


def test_a_rejected_way_is_given_up_for_good_once_another_works() -> None:
    server = Server(lambda a: RejectedError() if a else "甲。[1]")
    writer = server.writer(JSON, STEADY, BARE)
    assert write(writer) == write(writer) == [Written("甲。", (1,)), "whole"]
    assert [arguments for _, arguments in server.asked] == [{"json": 1}, {"seed": 0}, {}, {}]
    assert "JSON" not in server.asked[2][0][0][1]


def test_where_all_are_rejected_all_are_tried_again_next_time() -> None:
    server = Server(lambda _: RejectedError())
    writer = server.writer(JSON, BARE)
    for _ in range(2):
        with pytest.raises(ModelError, match="rejected"):
            write(writer)
    assert len(server.asked) == 4


def test_after_five_failures_the_model_is_left_alone_and_asked_again_later() -> None:
    server = Server(lambda _: ValueError("sk-secret"))
    writer = server.writer(llm_cooldown_s=0.2)
    for _ in range(FAILURES):
        with pytest.raises(ModelError, match="unreadable"):
            write(writer)
    with pytest.raises(ModelError, match="left alone"):
        write(writer)
    assert len(server.asked) == FAILURES
    server.reply = lambda _: "甲。[1]"
    Deadline(1).wait(0.25)
    assert write(writer)[-1] == "whole"
    assert write(writer)[-1] == "whole"


def test_a_reply_counts_as_soon_as_its_end_is_handed_on() -> None:
    server = Server(lambda _: ValueError())
    writer = server.writer()
    for reply in ([ValueError()] * (FAILURES - 1), ["甲。[1]"], [ValueError()]):
        for one in reply:
            server.reply = lambda _, one=one: one  # type: ignore[misc]
            sentences = writer.write("问？", (), PASSAGES, Deadline(5))
            try:
                while isinstance(next(sentences), Written):
                    pass
            except ModelError:
                continue
            sentences.close()
    server.reply = lambda _: "乙。"
    assert write(writer)[-1] == "whole"


def test_leaving_early_is_no_failure() -> None:
    server = Server(lambda _: "甲。乙。丙。")
    writer = server.writer()
    for _ in range(FAILURES + 1):
        sentences = writer.write("问？", (), PASSAGES, Deadline(5))
        next(sentences)
        sentences.close()
    assert write(writer)[-1] == "whole"


def test_a_failure_is_logged_by_its_kind_alone(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ModelError):
        write(Server(lambda _: ValueError("sk-secret")).writer())
    assert caplog.messages == ["the language model test gave no answer: unreadable (ValueError)"]


# --- rewriting -----------------------------------------------------------------------------------

HISTORY = [("400电话怎么办理？", "提交资料。[1]")]


def rewrite(server: Server, **settings: object) -> str:
    return server.writer(JSON, BARE, **settings).rewrite("那要多少钱", HISTORY, Deadline(5))


def test_a_question_is_rewritten_from_the_history_without_the_answer_schema() -> None:
    server = Server(lambda _: "“400电话多少钱？”\n")
    assert rewrite(server) == "400电话多少钱？"
    (system, human), arguments = server.asked[0]
    assert arguments == {}
    assert "改写" in system[1]
    assert "400电话怎么办理？" in human[1]
    assert "[1]" not in human[1]


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "改写后：\n400电话多少钱",
        "长" * 201,
        "400多少钱 http://a.example",
        "<b>钱",
        "改写如下：",
    ],
)
def test_a_reply_that_is_no_question_is_not_used(reply: str) -> None:
    assert rewrite(Server(lambda _: reply or "“”")) == ""


def test_a_model_that_fails_rewrites_nothing_and_is_left_alone_after_five_times() -> None:
    server = Server(lambda _: ValueError("sk-secret"))
    writer = server.writer(BARE)
    for _ in range(FAILURES + 2):
        assert writer.rewrite("那要多少钱", HISTORY, Deadline(5)) == ""
    assert len(server.asked) == FAILURES
