"""A call ends when it has to, whatever the model does."""

import asyncio
import gc
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest

from askwiki.answer.calls import MAX_CHARS, RETRIES, Piece, pieces
from askwiki.answer.deadline import Deadline
from askwiki.answer.faults import Chunk
from askwiki.errors import ModelError

Stream = AsyncGenerator[Chunk, None]


def chunk(text: str = "", **about: Any) -> Chunk:
    return Chunk(text, about)


def read(
    start: Callable[[], Stream], seconds: float = 5.0, first_token_s: float = 5.0, **how: bool
) -> list[Piece]:
    return list(pieces(start, Deadline(seconds), first_token_s, **how))


def kind(start: Callable[[], Stream], seconds: float = 5.0, first_token_s: float = 5.0) -> str:
    with pytest.raises(ModelError) as raised:
        read(start, seconds, first_token_s)
    return raised.value.kind


class ServerError(Exception):
    def __init__(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        super().__init__("sk-secret")
        self.status_code, self.headers, self.response = status, headers or {}, self


def fails_then_says(*errors: Exception) -> tuple[Callable[[], Stream], list[float]]:
    """A start that raises one error after another, and when it was called."""
    calls: list[float] = []

    async def start() -> Stream:
        calls.append(time.monotonic())
        if len(calls) <= len(errors):
            raise errors[len(calls) - 1]
        yield chunk("好。", finish_reason="stop")

    return start, calls


@pytest.mark.parametrize(
    ("about", "ending"),
    [
        ({"finish_reason": "stop"}, "whole"),
        ({"finish_reason": "STOP"}, "whole"),
        ({"stop_reason": "end_turn"}, "whole"),
        ({"done_reason": "stop"}, "whole"),
        ({"status": "completed"}, "whole"),
        ({"finish_reason": "length"}, "cut"),
        ({"stop_reason": "max_tokens"}, "cut"),
        ({"status": "incomplete"}, "cut"),
    ],
)
def test_a_reply_ends_with_what_its_provider_says(about: dict[str, str], ending: Any) -> None:
    async def start() -> Stream:
        yield chunk("甲")
        yield chunk("", status="in_progress")
        yield chunk("乙")
        yield chunk("", **about)
        await asyncio.Event().wait()

    assert read(start) == [Piece("甲"), Piece("乙"), Piece("", ending)]


def test_what_just_stops_is_no_reply() -> None:
    async def start() -> Stream:
        yield chunk("最多200")

    assert kind(start) == "unfinished"


def test_a_model_that_never_gives_a_reason_may_just_stop() -> None:
    async def start() -> Stream:
        yield chunk("甲")

    assert read(start, says_its_end=False) == [Piece("甲"), Piece("", "whole")]


@pytest.mark.parametrize("about", [{}, {"finish_reason": "stop"}])
def test_no_text_is_no_reply(about: dict[str, str]) -> None:
    async def start() -> Stream:
        yield chunk("", **about)

    assert kind(start) == "empty"


@pytest.mark.parametrize("reason", ["content_filter", "tool_calls", "refusal"])
def test_a_reply_that_was_withheld_is_none(reason: str) -> None:
    async def start() -> Stream:
        yield chunk("甲")
        yield chunk("", finish_reason=reason)

    assert kind(start) == "withheld"


def test_a_reply_without_end_is_left() -> None:
    left = threading.Event()

    async def start() -> Stream:
        try:
            while True:
                yield chunk("长" * 500)
        finally:
            left.set()

    with pytest.raises(ModelError, match="endless"):
        for count, _ in enumerate(pieces(start, Deadline(5), 5), 1):
            assert count * 500 <= MAX_CHARS
    assert left.wait(10)


def test_a_model_that_says_nothing_without_pause_is_left() -> None:
    left = threading.Event()

    async def start() -> Stream:
        try:
            while True:
                yield chunk()
        finally:
            left.set()

    assert kind(start, 5, 0.1) == "late"
    assert left.wait(10)


def test_the_first_token_and_the_whole_have_their_limits() -> None:
    async def silent() -> Stream:
        await asyncio.Event().wait()
        yield chunk()

    async def silent_after_one() -> Stream:
        yield chunk("甲")
        await asyncio.Event().wait()

    began = time.monotonic()
    assert kind(silent, 30, 0.1) == "late"
    assert kind(silent_after_one, 0.3, 0.3) == "deadline"
    assert 0.4 <= time.monotonic() - began < 10


def test_empty_chunks_are_no_first_token() -> None:
    async def start() -> Stream:
        while True:
            await asyncio.sleep(0.01)
            yield chunk()

    assert kind(start, 5, 0.1) == "late"


def test_a_model_that_blocks_the_loop_holds_up_nobody() -> None:
    free = threading.Event()

    async def blocks() -> Stream:
        free.wait(10)
        yield chunk()

    start, _ = fails_then_says()
    began = time.monotonic()
    try:
        assert kind(blocks, 0.2) in ("late", "deadline")
        assert read(start) == [Piece("好。", "whole")]
        assert time.monotonic() - began < 9
    finally:
        free.set()


def test_a_model_without_an_asynchronous_side_is_left_in_time() -> None:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk
    from langchain_core.outputs import ChatGenerationChunk, ChatResult

    free = threading.Event()

    class Sleeper(BaseChatModel):
        @property
        def _llm_type(self) -> str:
            return "sleeper"

        def _generate(self, *args: Any, **kwargs: Any) -> ChatResult:
            raise NotImplementedError

        def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
            yield ChatGenerationChunk(message=AIMessageChunk(content="甲"))
            free.wait(10)

    began = time.monotonic()
    try:
        assert kind(lambda: Sleeper().astream("问"), 0.3) == "deadline"  # type: ignore[arg-type, return-value]
        assert time.monotonic() - began < 9
    finally:
        free.set()


HANGS = """
import threading
from askwiki.answer.calls import pieces
from askwiki.answer.deadline import Deadline
from askwiki.errors import ModelError
from langchain_core.language_models import GenericFakeChatModel

class Hangs(GenericFakeChatModel):
    def _stream(self, *args, **kwargs):
        threading.Event().wait()

try:
    list(pieces(lambda: Hangs(messages=iter([])).astream("问"), Deadline(0.3), 0.3))
except ModelError as error:
    print(error.kind)
"""


def test_a_process_ends_although_a_model_hangs_in_a_thread() -> None:
    run = subprocess.run(
        [sys.executable, "-c", HANGS], capture_output=True, text=True, timeout=60, check=True
    )
    assert run.stdout.strip() in ("late", "deadline")
    assert run.stderr == ""


def test_leaving_ends_the_call() -> None:
    ended = threading.Event()

    async def start() -> Stream:
        try:
            yield chunk("甲")
            await asyncio.Event().wait()
        finally:
            ended.set()

    reply = pieces(start, Deadline(30), 30)
    assert next(reply) == Piece("甲")
    assert not ended.is_set()
    reply.close()
    assert ended.wait(10)


def test_what_a_client_left_half_read_is_closed_by_the_call_and_not_by_the_collector() -> None:
    closed: list[tuple[str, str]] = []
    both_closed = threading.Event()

    async def inner() -> Stream:
        try:
            while True:
                yield chunk("字")
        finally:
            await asyncio.sleep(0.01)
            closed.append(("inner", threading.current_thread().name))
            both_closed.set()

    async def outer() -> Stream:
        within = inner()
        circle = [within]
        circle.append(circle)  # type: ignore[arg-type]  # so that counting references frees nothing
        try:
            async for each in within:
                yield each
        finally:
            closed.append(("outer", threading.current_thread().name))

    gc.disable()
    try:
        reply = pieces(outer, Deadline(5), 5)
        next(reply)
        reply.close()
        assert both_closed.wait(5)
    finally:
        gc.enable()
    assert closed == [("outer", "askwiki-model"), ("inner", "askwiki-model")]


def test_a_cancellation_that_the_client_forgets_ends_the_call_at_the_next_chunk() -> None:
    waits, ended = threading.Event(), threading.Event()

    async def start() -> Stream:
        try:
            yield chunk("甲")
            waits.set()
            with suppress(asyncio.CancelledError):  # as `asyncio.wait_for` of Python 3.11 may do
                await asyncio.sleep(30)
            while True:
                yield chunk("乙")
                await asyncio.sleep(0.01)
        finally:
            ended.set()

    reply = pieces(start, Deadline(60), 60)
    assert next(reply) == Piece("甲")
    assert waits.wait(10)
    reply.close()
    assert ended.wait(10)


def test_giving_up_ends_the_call_and_the_wait() -> None:
    ended = threading.Event()

    async def start() -> Stream:
        try:
            await asyncio.Event().wait()
            yield chunk()
        finally:
            ended.set()

    deadline = Deadline(30)
    threading.Timer(0.1, deadline.give_up).start()
    began = time.monotonic()
    with pytest.raises(ModelError):
        list(pieces(start, deadline, 30))
    assert time.monotonic() - began < 5
    assert ended.wait(10)


# --- further tries -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error", [ServerError(500), ServerError(503), ConnectionResetError(), ServerError(429)]
)
def test_what_may_pass_is_tried_again(error: Exception) -> None:
    start, calls = fails_then_says(error)
    assert read(start) == [Piece("好。", "whole")]
    assert len(calls) == 2
    assert calls[1] - calls[0] > 0.25


def test_tries_are_counted() -> None:
    start, calls = fails_then_says(*[ServerError(500)] * 9)
    assert kind(start) == "server"
    assert len(calls) == RETRIES + 1 == 3


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, "rejected"),
        (422, "rejected"),
        (401, "unauthorised"),
        (403, "unauthorised"),
        (404, "refused"),
    ],
)
def test_what_will_not_pass_is_not_tried_again(status: int, expected: str) -> None:
    start, calls = fails_then_says(ServerError(status))
    assert kind(start) == expected
    assert len(calls) == 1


def test_the_server_may_say_when() -> None:
    start, calls = fails_then_says(ServerError(429, {"retry-after": "1"}))
    assert read(start, 20, 20) == [Piece("好。", "whole")]
    assert calls[1] - calls[0] > 0.95  # our own first pause is 0.3


@pytest.mark.parametrize("asked", ["6", "86400", "inf", "nan", "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_a_wait_past_the_first_token_is_not_waited(asked: str) -> None:
    start, calls = fails_then_says(ServerError(429, {"retry-after": asked}))
    began = time.monotonic()
    assert kind(start) == "busy"
    assert (len(calls), time.monotonic() - began < 5) == (1, True)


def test_nothing_is_tried_again_after_the_first_token() -> None:
    calls = []

    async def start() -> Stream:
        calls.append(1)
        yield chunk("甲")
        raise ConnectionResetError

    assert kind(start) == "unfinished"
    assert len(calls) == 1


def test_an_error_is_told_by_kind_class_and_status_alone() -> None:
    start, _ = fails_then_says(ServerError(401))
    with pytest.raises(ModelError) as raised:
        read(start)
    assert str(raised.value) == "unauthorised (ServerError, HTTP 401)"
    assert raised.value.__cause__ is None
