"""One call of a language model, left when its time is up whatever the model does.

The time-outs of the client libraries are no deadlines: they count from byte to byte, and retries and
`Retry-After` come on top. So the call runs as a task of an event loop in a thread of its own, puts
what comes into a queue, and whoever reads the queue leaves at the deadline. Leaving cancels the task,
which closes the connection.
"""

import asyncio
import atexit
import math
import queue
import re
import sys
import threading
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal

from askwiki.answer.deadline import Deadline
from askwiki.errors import ModelError

MAX_CHARS = 6000
"""A reply longer than this is no answer: the model was asked for a few sentences."""

RETRIES = 2
"""Further tries, all before the first token and within its time."""

_PAUSE_S = 0.3
"""Before the first retry; twice as long before the second, unless the server names a time."""

_GRACE_S = 0.2
"""For a stream to end after all that matters of it has come."""

_CLOSE_S = 5.0
"""For each generator to close; one cut short would leave its connection open."""

Ending = Literal["whole", "cut"]

Chunks = Callable[[], AsyncGenerator[Any, None]]
"""Starts a call: LangChain's message chunks, or anything with their `text` and
`response_metadata`."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of a reply; `ending` on the last one, "cut" where it ran into its token limit."""

    text: str
    ending: Ending | None = None


def pieces(
    start: Chunks, deadline: Deadline, first_token_s: float, *, says_its_end: bool = True
) -> Generator[Piece, None, None]:
    """The reply as it comes, the last piece with its ending; closing the iterator ends the call.

    Args:
        start: starts the call; called again for a retry.
        deadline: of the whole question.
        first_token_s: seconds from here until the first text has to be there.
        says_its_end: whether the model gives a finish reason, so that a reply without one was cut.

    Raises:
        ModelError: there is no whole reply: it failed, came too late, broke off or never ends.
    """
    first = Deadline(min(first_token_s, deadline.left()))
    deadline.when_given_up(first.give_up)
    for tries_left in range(RETRIES, -1, -1):
        try:
            yield from _one_try(_Call(start, says_its_end), deadline, first)
            return
        except _EarlyError as failed:
            pause = failed.pause(RETRIES - tries_left)
            if not tries_left or pause is None or pause >= first.left():
                raise failed.error from None
            first.wait(pause)


@dataclass(frozen=True, slots=True)
class _Call:
    start: Chunks
    says_its_end: bool


def _one_try(call: _Call, deadline: Deadline, first: Deadline) -> Generator[Piece, None, None]:
    inbox: queue.SimpleQueue[Piece | Exception | None] = queue.SimpleQueue()
    task = _in_the_loop(_read(call, inbox))
    deadline.when_given_up(lambda: inbox.put(None))
    begun = ended = False
    try:
        while True:
            limit = deadline if begun else first
            try:
                item = inbox.get(timeout=limit.left())
            except queue.Empty:
                item = None
            if item is None:
                late = not begun and deadline.left() > 0
                raise ModelError("late" if late else "deadline")
            ended = isinstance(item, Exception) or bool(item.ending)
            if isinstance(item, Exception):
                raise _explained(item, begun) if begun else _EarlyError(_explained(item), item)
            begun = True
            yield item
            if ended:
                return
    finally:
        if not ended:  # else the task ends by itself, and cancelled would not close its connection
            task.cancel()


class _EarlyError(Exception):
    """A failure before the first token, after which another try may do."""

    def __init__(self, error: ModelError, cause: Exception) -> None:
        self.error, self._cause = error, cause

    def pause(self, tried: int) -> float | None:
        """Seconds to wait before another try; None where it would change nothing."""
        if self.error.kind not in ("unreachable", "busy", "server"):
            return None
        asked = _retry_after(self._cause)
        return _PAUSE_S * 2**tried if asked is None else asked


# --- in the event loop ---------------------------------------------------------------------------


async def _read(call: _Call, inbox: "queue.SimpleQueue[Piece | Exception | None]") -> None:
    """Put the pieces of one call into `inbox`, last its ending or what went wrong.

    After that it reads on until the stream ends or its grace is over, and closes what was left half
    read.
    """
    started: list[AsyncGenerator[Any, Any]] = []
    _started.set(started)
    try:
        chunks = call.start()
        try:
            inbox.put(await _read_all(chunks, inbox, call.says_its_end))
        except ModelError as error:
            inbox.put(error)
        async with asyncio.timeout(_GRACE_S):
            async for _ in chunks:
                await _let_others_run()  # a model that never waits would let no time run out
    except Exception as error:
        inbox.put(error)
    finally:
        await _close(started)


async def _close(generators: list[AsyncGenerator[Any, Any]]) -> None:
    """Close them as they were started, the outer before the inner ones.

    The clients nest a dozen, and an outer one that is closed leaves the inner ones to the garbage
    collector. It would finalize all of them in whichever thread it runs, while this loop is already
    closing the first, which Python calls an error.
    """
    for generator in generators:
        with suppress(Exception):
            async with asyncio.timeout(_CLOSE_S):
                await generator.aclose()
    generators.clear()


async def _read_all(
    chunks: AsyncGenerator[Any, None],
    inbox: "queue.SimpleQueue[Piece | Exception | None]",
    says_its_end: bool,
) -> Piece:
    """The last piece of a reply; those before it go into `inbox` as they come."""
    length = 0
    async for chunk in chunks:
        await _let_others_run()  # so that a model that never waits can be cancelled
        about = chunk.response_metadata
        text = str(chunk.text)
        length += len(text)
        if length > MAX_CHARS:
            raise ModelError("endless")
        ending = _ending(about)
        if ending and length:
            return Piece(text, ending)
        if ending:
            raise ModelError("empty")
        if text:
            inbox.put(Piece(text))
    if says_its_end or not length:
        raise ModelError("unfinished" if length else "empty")
    return Piece("", "whole")


async def _let_others_run() -> None:
    """Give way; a cancellation that a client swallowed is raised again.

    LangChain waits for each chunk with `asyncio.wait_for`, which in Python 3.11 returns a chunk that
    is there already and forgets that it was to be cancelled.
    """
    await asyncio.sleep(0)
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


_CUT = frozenset({"length", "max_tokens", "model_length", "incomplete", "max_output_tokens"})
_WITHHELD = frozenset(
    {"content_filter", "refusal", "safety", "tool_calls", "function_call", "tool_use", "error"}
)


def _ending(about: dict[str, Any]) -> Ending | None:
    """How the reply ended, by whatever name its provider says so; None while it goes on."""
    names = ("finish_reason", "stop_reason", "done_reason", "status")
    said = next((str(about[name]).lower() for name in names if about.get(name)), None)
    if said is None or said in ("in_progress", "queued"):
        return None
    if said in _WITHHELD:
        raise ModelError("withheld")
    return "cut" if said in _CUT else "whole"


# --- what went wrong -----------------------------------------------------------------------------


def _explained(error: Exception, begun: bool = False) -> ModelError:
    """`error` as a kind, its class and its HTTP status; nothing that a server sent."""
    causes = _causes(error)
    known = next((cause for cause in causes if isinstance(cause, ModelError)), None)
    if known is not None:
        return known
    status = _status(error)
    name = type(error).__name__
    if status is not None:
        return ModelError(_kind_of_status(status), f"{name}, HTTP {status}")
    if any(isinstance(e, OSError) or _ABOUT_THE_WIRE.search(type(e).__name__) for e in causes):
        return ModelError("unfinished" if begun else "unreachable", name)
    if any("Timeout" in type(e).__name__ for e in causes):
        return ModelError("late", name)
    return ModelError("unreadable", name)


_ABOUT_THE_WIRE = re.compile("Connect|ReadError|WriteError|ProtocolError")


def _kind_of_status(status: int) -> str:
    if status in (401, 403, 407):
        return "unauthorised"
    if status in (408, 409, 425, 429):
        return "busy"
    if status in (400, 422):
        return "rejected"
    return "server" if status >= 500 else "refused"


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    while error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__ or error
    return found


def _status(error: Exception) -> int | None:
    for cause in _causes(error):
        response = getattr(cause, "response", None)
        status = getattr(cause, "status_code", getattr(response, "status_code", None))
        if isinstance(status, int) and status >= 300:
            return status
    return None


def _retry_after(error: Exception) -> float | None:
    """The seconds that the server asks to wait; infinite where it names a date."""
    for cause in _causes(error):
        headers = getattr(getattr(cause, "response", None), "headers", {})
        asked = headers.get("retry-after")
        if asked is not None:
            with suppress(ValueError):
                seconds = float(asked)
                return seconds if seconds >= 0 else math.inf
            return math.inf
    return None


# --- the loop ------------------------------------------------------------------------------------

_started: ContextVar[list[AsyncGenerator[Any, Any]] | None] = ContextVar("started", default=None)
"""The generators that a call started, in their order."""

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


def _in_the_loop(work: Coroutine[Any, Any, None]) -> "Future[None]":
    """Start `work` in the event loop that all calls share."""
    global _loop
    with _lock:
        if _loop is None or not _answers(_loop):
            _loop = _new_loop()
        return asyncio.run_coroutine_threadsafe(work, _loop)


def _answers(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether the loop runs; a model that blocks it must not block the questions after."""
    ping = asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop)
    with suppress(Exception):
        ping.result(timeout=0.5)
    return ping.done() and not ping.cancelled()


def _new_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    loop.set_default_executor(_DaemonThreads())
    threading.Thread(target=_run, args=(loop,), name="askwiki-model", daemon=True).start()
    return loop


def _run(loop: asyncio.AbstractEventLoop) -> None:
    """Run `loop` until it is stopped, and close it where it ran: an open one warns as it is freed."""
    loop.call_soon(_keep_generators)  # as soon as it runs: it sets hooks of its own before
    loop.run_forever()
    loop.close()


def _keep_generators() -> None:
    """Have each asynchronous generator of this thread kept by the call that starts it."""
    of_the_loop = sys.get_asyncgen_hooks().firstiter

    def start(generator: AsyncGenerator[Any, Any]) -> None:
        if of_the_loop is not None:
            of_the_loop(generator)
        started = _started.get()
        if started is not None:
            started.append(generator)

    sys.set_asyncgen_hooks(firstiter=start)


class _DaemonThreads(ThreadPoolExecutor):
    """A thread a job, and none that the end of the process waits for.

    LangChain runs models without an asynchronous side in the loop's executor; one that hangs there
    would keep the process from ending.
    """

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Run `fn` in a new thread."""
        future: Future[Any] = Future()

        def work() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(fn(*args, **kwargs))
                except BaseException as error:
                    future.set_exception(error)

        threading.Thread(target=work, name="askwiki-model-job", daemon=True).start()
        return future


@atexit.register
def _stop() -> None:
    """Cancel what still runs, so that connections close before the interpreter is taken down."""
    if _loop is None:
        return

    async def cancel_all() -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    with suppress(Exception):
        asyncio.run_coroutine_threadsafe(cancel_all(), _loop).result(timeout=0.5)
    with suppress(RuntimeError):  # closed already
        _loop.call_soon_threadsafe(_loop.stop)
    for _ in range(50):
        if _loop.is_closed():
            return
        time.sleep(0.01)
