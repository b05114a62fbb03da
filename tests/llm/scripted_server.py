"""A server that speaks the protocol of OpenAI over a live socket, word for word as it is told.

    with ScriptedServer(says("总机是统一的电话入口。[1]")) as server:
        ChatOpenAI(base_url=server.url, …)

`FAULTS` holds every way of failing that askwiki is tried with. Standard library only, threads and
plain sockets: what a proper server would never send has to be sendable.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

Script = Callable[["Reply"], None]


@dataclass
class Request:
    """One request as it came in."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, object]
    hung_up: threading.Event = field(default_factory=threading.Event)
    """Set when the client closed the connection before the reply was over."""


class Reply:
    """The connection of one request; `number` counts requests from 1."""

    def __init__(self, connection: socket.socket, request: Request, number: int) -> None:
        self.connection, self.request, self.number = connection, request, number

    def start(
        self,
        status: str = "200 OK",
        content_type: str = "text/event-stream; charset=utf-8",
        **headers: str,
    ) -> None:
        """Send the head of the reply; its body goes on until the connection closes."""
        lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.raw("\r\n".join([*lines, "", ""]).encode())

    def whole(self, status: str, body: str, content_type: str, **headers: str) -> None:
        """Send a reply that is no stream."""
        data = body.encode()
        self.start(status, content_type, Content_Length=str(len(data)), **headers)
        self.raw(data)

    def raw(self, data: bytes) -> None:
        """Send `data` as it is."""
        self.connection.sendall(data)

    def event(self, data: object) -> None:
        """Send one event of the stream."""
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        self.raw(f"data: {text}\n\n".encode())

    def delta(self, text: str = "", finish: str | None = None, **more: str) -> None:
        """Send one chunk of a chat completion."""
        self.event(chunk(text, finish, **more))

    def pause(self, seconds: float) -> None:
        """Wait, no longer than the client stays.

        Raises:
            ConnectionError: the client has gone.
        """
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            readable, _, _ = select.select([self.connection], [], [], min(left, 0.05))
            if readable and not self.connection.recv(4096):
                raise ConnectionError("the client has gone")

    def reset(self) -> None:
        """Tear the connection down without a goodbye."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


def chunk(text: str = "", finish: str | None = None, **more: str) -> dict[str, object]:
    """A chunk of a chat completion; `more` goes into its delta."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "scripted",
        "choices": [
            {"index": 0, "delta": {"content": text, **more}, "finish_reason": finish},
        ],
    }


class ScriptedServer:
    """Answers each request by `script`, which may be changed while it runs."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[Request] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"

    def __enter__(self) -> ScriptedServer:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            request = _read(connection)
            if request is None:
                return
            with self._lock:
                self.requests.append(request)
                number = len(self.requests)
            try:
                self.script(Reply(connection, request, number))
            except OSError:
                request.hung_up.set()


def _read(connection: socket.socket) -> Request | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return Request(first.split()[1], headers, json.loads(body or b"{}"))


# --- replies that are well -----------------------------------------------------------------------


def says(text: str, finish: str = "stop", size: int = 3, pause_s: float = 0.0) -> Script:
    """Streams `text` in chunks of `size` characters."""

    def script(reply: Reply) -> None:
        reply.start()
        reply.delta(role="assistant")
        for at in range(0, len(text), size):
            reply.pause(pause_s)
            reply.delta(text[at : at + size])
        reply.delta(finish=finish)
        reply.event("[DONE]")

    return script


def in_turn(*scripts: Script) -> Script:
    """The first script for the first request, and so on; the last one for all after."""
    return lambda reply: scripts[min(reply.number, len(scripts)) - 1](reply)


# --- replies that are not ------------------------------------------------------------------------

WELL = "客户拨打400电话只付本地通话费。[1]长途部分由申请400电话的企业承担。[1]"
"""True by the articles of `conftest.py`."""


def _error(status: str, message: str, **headers: str) -> Script:
    body = json.dumps({"error": {"message": message, "type": "error", "code": None}})
    return lambda reply: reply.whole(status, body, "application/json", **headers)


def _accepts_and_hangs(reply: Reply) -> None:
    reply.pause(600)


def _starts_and_hangs(reply: Reply) -> None:
    reply.start()
    reply.delta(role="assistant")
    reply.pause(600)


def _hangs_halfway(reply: Reply) -> None:
    reply.start()
    reply.delta("打400电话的客户只付")
    reply.pause(600)


def _html_login_page(reply: Reply) -> None:
    page = "<!doctype html><title>登录</title><form><input type=password></form>"
    reply.whole("200 OK", page, "text/html; charset=utf-8")


def _empty_choices(reply: Reply) -> None:
    reply.start()
    for _ in range(3):
        reply.event({**chunk(), "choices": []})
    reply.event("[DONE]")


def _bad_json_halfway(reply: Reply) -> None:
    reply.start()
    reply.delta("打400电话的客户只付本地")
    reply.event('{"choices": [{"index": 0, "delta": {"content": "通话')
    reply.delta("费。[1]", "stop")
    reply.event("[DONE]")


def _error_event(reply: Reply) -> None:
    reply.start()
    reply.delta("打400电话的客户只付")
    reply.event({"error": {"message": "out of memory on GPU 3", "type": "server_error"}})


def _cut_clean(reply: Reply) -> None:
    reply.start()
    reply.delta("打400电话的客户只付本地通话费，每分钟最多")


def _done_without_finish(reply: Reply) -> None:
    _cut_clean(reply)
    reply.event("[DONE]")


def _cut_hard(reply: Reply) -> None:
    reply.start()
    reply.delta("打400电话的客户只付本地通话费，每分钟最多")
    reply.pause(0.05)
    reply.reset()


def _cut_before_the_head(reply: Reply) -> None:
    reply.reset()


def _drips(reply: Reply) -> None:
    reply.start()
    for character in "打400电话的客户只付本地通话费" * 50:
        reply.delta(character)
        reply.pause(2)


def _drips_its_head(reply: Reply) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n":
        reply.raw(bytes([byte]))
        reply.pause(2)


def _floods(reply: Reply) -> None:
    reply.start()
    while True:
        reply.delta("客户只付本地通话费，" * 20)


def _floods_one_line(reply: Reply) -> None:
    reply.start()
    reply.raw(b"data: ")
    while True:
        reply.raw(b"x" * 65536)


def _wrong_content_type(reply: Reply) -> None:
    answer = {
        "id": "1",
        "object": "chat.completion",
        "created": 0,
        "model": "scripted",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": WELL},
                "finish_reason": "stop",
            }
        ],
    }
    reply.whole("200 OK", json.dumps(answer), "application/octet-stream")


def _not_utf8(reply: Reply) -> None:
    reply.start()
    reply.raw(f"data: {json.dumps(chunk(WELL), ensure_ascii=False)}\n\n".encode("gb18030"))
    reply.delta(finish="stop")


def _not_http(reply: Reply) -> None:
    reply.raw(b"220 mail.example.com ESMTP\r\n")


def _redirects_for_ever(reply: Reply) -> None:
    reply.whole("307 Temporary Redirect", "", "text/plain", Location=reply.request.path)


def _only_thinks(reply: Reply) -> None:
    reply.start()
    while True:
        reply.delta(reasoning_content="再想想。")
        reply.pause(0.05)


@dataclass(frozen=True)
class Fault:
    """One way to fail: its name, what happens, and the script; None where nothing listens."""

    name: str
    what: str
    script: Script | None
    recovers: bool = False
    """Whether the answer is the model's after all."""


FAULTS: Sequence[Fault] = (
    Fault("refused", "nothing listens on the port", None),
    Fault("unresolvable", "the host has no address", None),
    Fault("hangs", "accepts, then silence", _accepts_and_hangs),
    Fault("hangs after the head", "a first empty chunk, then silence", _starts_and_hangs),
    Fault("hangs halfway", "half a sentence, then silence", _hangs_halfway),
    Fault("401", "key rejected", _error("401 Unauthorized", "Incorrect API key: sk-secret")),
    Fault("403", "forbidden", _error("403 Forbidden", "no")),
    Fault("404", "no such model", _error("404 Not Found", "no such model")),
    Fault("400", "request rejected", _error("400 Bad Request", "context too long")),
    Fault(
        "429 for a moment",
        "Retry-After: 0.2, then well",
        in_turn(_error("429 Too Many Requests", "slow down", Retry_After="0.2"), says(WELL)),
        recovers=True,
    ),
    Fault(
        "429 for long",
        "Retry-After: 20",
        _error("429 Too Many Requests", "slow down", Retry_After="20"),
    ),
    Fault(
        "429 for a day",
        "Retry-After: 86400",
        _error("429 Too Many Requests", "slow down", Retry_After="86400"),
    ),
    Fault("500 for ever", "server error", _error("500 Internal Server Error", "oops")),
    Fault(
        "500 then well",
        "server error once",
        in_turn(_error("500 Internal Server Error", "oops"), says(WELL)),
        recovers=True,
    ),
    Fault("login page", "200 with HTML", _html_login_page),
    Fault("redirects", "307 to itself", _redirects_for_ever),
    Fault("empty choices", "chunks without choices", _empty_choices),
    Fault("bad JSON", "half an object in mid-stream", _bad_json_halfway),
    Fault("error event", "an error object in mid-stream", _error_event),
    Fault("cut clean", "closed in mid-sentence, no finish reason", _cut_clean),
    Fault("[DONE] too soon", "the end mark without a finish reason", _done_without_finish),
    Fault("cut hard", "reset in mid-sentence", _cut_hard),
    Fault("cut at once", "reset before the head", _cut_before_the_head),
    Fault("drips", "a character every two seconds", _drips),
    Fault("drips its head", "a byte of the head every two seconds", _drips_its_head),
    Fault("floods", "text without end", _floods),
    Fault("floods one line", "bytes without a line end", _floods_one_line),
    Fault("wrong content type", "a whole completion, no stream", _wrong_content_type),
    Fault("not UTF-8", "the text in GB18030", _not_utf8),
    Fault("not HTTP", "greets as a mail server", _not_http),
    Fault("only thinks", "reasoning without end, no text", _only_thinks),
    Fault("nothing", "an empty reply, finished", says("")),
    Fault("withheld", "stopped by a content filter", says("打400电话的", "content_filter")),
    Fault(
        "another language",
        "English",
        says("Calling a 400 number is free for everyone, up to 2000 minutes a day. [1]"),
    ),
)


def address(fault: Fault, server: ScriptedServer) -> str:
    """Where to send requests for `fault`; sets the script of `server`."""
    if fault.name == "unresolvable":
        return "http://model.invalid/v1"
    if fault.script is None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        return f"http://127.0.0.1:{port}/v1"
    server.script = fault.script
    return server.url
