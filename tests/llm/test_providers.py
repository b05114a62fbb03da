"""The other protocols, over the same kind of live socket: Ollama's and Anthropic's."""

import json
import time
from collections.abc import Callable

import pytest
from scripted_server import WELL, Reply, Script, ScriptedServer
from small_wiki import DEADLINE_S, QUESTION, SHORT, OpenWiki

PROVED = "客户拨打400电话只付本地通话费。[1]长途部分由申请400电话的企业承担。[2]"


def ollama(text: str, done: str | None = "stop") -> Script:
    """Ollama's stream: a JSON object a line."""

    def script(reply: Reply) -> None:
        reply.start(content_type="application/x-ndjson")
        for at in range(0, len(text), 3):
            _line(reply, {"content": text[at : at + 3]}, None)
        if done:
            _line(reply, {"content": ""}, done)

    return script


def _line(reply: Reply, message: dict[str, str], done: str | None) -> None:
    row = {
        "model": "scripted",
        "created_at": "2026-01-01T00:00:00Z",
        "message": {"role": "assistant", **message},
        "done": done is not None,
        **({"done_reason": done} if done else {}),
    }
    reply.raw(json.dumps(row).encode() + b"\n")


def anthropic(text: str, done: str | None = "end_turn") -> Script:
    """Anthropic's stream: named events."""

    def script(reply: Reply) -> None:
        reply.start()
        usage = {"input_tokens": 1, "output_tokens": 1}
        message = {"id": "1", "type": "message", "role": "assistant", "model": "m", "content": []}
        _event(reply, "message_start", message={**message, "usage": usage})
        _event(reply, "content_block_start", index=0, content_block={"type": "text", "text": ""})
        for at in range(0, len(text), 3):
            delta = {"type": "text_delta", "text": text[at : at + 3]}
            _event(reply, "content_block_delta", index=0, delta=delta)
        if done:
            _event(reply, "content_block_stop", index=0)
            _event(reply, "message_delta", delta={"stop_reason": done}, usage=usage)
            _event(reply, "message_stop")

    return script


def _event(reply: Reply, name: str, **data: object) -> None:
    reply.raw(f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n".encode())


PROVIDERS = [("ollama:scripted", ollama), ("anthropic:claude-opus-4-5", anthropic)]
Says = Callable[..., Script]


@pytest.mark.parametrize(("name", "speak"), PROVIDERS)
def test_a_whole_reply_is_the_answer(
    name: str, speak: Says, open_wiki: OpenWiki, server: ScriptedServer
) -> None:
    server.script = speak(WELL)
    url = server.url.removesuffix("/v1")
    answer = open_wiki(url, llm=name, llm_api_key="sk-1", llm_max_tokens=77).ask(QUESTION)
    assert (answer.text, answer.trace.model) == (PROVED, "wrote")
    (request,) = server.requests
    sent = json.dumps(request.body, ensure_ascii=False)
    assert '"temperature": 0' in sent
    assert "77" in sent
    assert '"type": "object"' in sent  # held to the schema
    assert "sk-1" in json.dumps(dict(request.headers))


@pytest.mark.parametrize(("name", "speak"), PROVIDERS)
def test_a_reply_at_the_token_limit_is_cut(
    name: str, speak: Says, open_wiki: OpenWiki, server: ScriptedServer
) -> None:
    server.script = speak(f"{WELL}每分钟最多", {"ollama": "length"}.get(name[:6], "max_tokens"))
    url = server.url.removesuffix("/v1")
    assert open_wiki(url, llm=name, llm_api_key="k").ask(QUESTION).trace.model == "cut"


def _hangs(reply: Reply) -> None:
    reply.pause(600)


def _fails(reply: Reply) -> None:
    reply.whole("500 Internal Server Error", '{"error": "oops"}', "application/json")


@pytest.mark.parametrize("how", ["breaks off", "hangs", "fails"])
@pytest.mark.parametrize(("name", "speak"), PROVIDERS)
def test_a_failure_is_labelled_and_in_time(
    name: str, speak: Says, how: str, open_wiki: OpenWiki, server: ScriptedServer
) -> None:
    scripts = {"breaks off": speak(WELL[:-8], None), "hangs": _hangs, "fails": _fails}
    server.script = scripts[how]
    wiki = open_wiki(server.url.removesuffix("/v1"), llm=name, llm_api_key="k", **SHORT)
    began = time.monotonic()
    answer = wiki.ask(QUESTION)
    assert time.monotonic() - began < 4 * DEADLINE_S
    assert answer.trace.model == "failed"
    assert "（语言模型" in answer.text
    if how == "hangs":
        assert server.requests[0].hung_up.wait(15)
