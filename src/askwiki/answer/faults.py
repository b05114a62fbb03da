"""Failures of a language model, played on a live system by the setting `llm_fault`.

They take the place of the model's stream, so all that stands above it is the real thing.
"""

import asyncio
import errno
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from askwiki.errors import ModelError
from askwiki.settings import Fault

SLOW_S = 2.0
"""Seconds between two characters of a slow model."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """As much of LangChain's `AIMessageChunk` as is read."""

    text: str = ""
    response_metadata: Mapping[str, Any] = field(default_factory=dict)


Stream = AsyncGenerator[Chunk, None]


def play(fault: Fault) -> Stream:
    """The stream of a model that fails in this way."""
    return _FAULTS[fault]()


class _HttpError(Exception):
    def __init__(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status_code, self.response = status, self
        self.headers = headers or {}


async def _refused() -> Stream:
    raise ConnectionRefusedError(errno.ECONNREFUSED, "refused")
    yield Chunk()


async def _unauthorised() -> Stream:
    raise _HttpError(401)
    yield Chunk()


async def _busy() -> Stream:
    raise _HttpError(429, {"retry-after": "3600"})
    yield Chunk()


async def _broken() -> Stream:
    raise _HttpError(500)
    yield Chunk()


async def _hang() -> Stream:
    await asyncio.Event().wait()
    yield Chunk()


async def _slow() -> Stream:
    while True:
        await asyncio.sleep(SLOW_S)
        yield Chunk("很")


async def _cut() -> Stream:
    yield Chunk("这个回答还没有写完，最多")


async def _error() -> Stream:
    yield Chunk("这个回答写到一半，")
    raise ModelError("unreadable", "an error in the stream")


async def _flood() -> Stream:
    while True:
        await asyncio.sleep(0)
        yield Chunk("没完没了。")


async def _babble() -> Stream:
    text = "Please call 13800000000 or visit http://example.com now. 办理只要一分钟，完全免费。[1]"
    for char in text:
        yield Chunk(char)
    yield Chunk("", {"finish_reason": "stop"})


_FAULTS: Mapping[Fault, Callable[[], Stream]] = {
    "refused": _refused,
    "unauthorised": _unauthorised,
    "busy": _busy,
    "broken": _broken,
    "hang": _hang,
    "slow": _slow,
    "cut": _cut,
    "error": _error,
    "flood": _flood,
    "babble": _babble,
}
