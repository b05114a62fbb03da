"""What the tests of this room share: no tracing to anywhere, and a handler that writes runs down."""

import os
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler


@pytest.fixture(autouse=True)
def no_tracing(monkeypatch: pytest.MonkeyPatch) -> None:
    """LangChain sends runs to a service where these variables say so."""
    for name in list(os.environ):
        if name.startswith(("LANGSMITH_", "LANGCHAIN_")):
            monkeypatch.delenv(name)


class Runs(BaseCallbackHandler):
    """What a handler is told, in order, as (event, name of the run or type of the error)."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []
        self.outputs: list[Any] = []
        self.prompts: list[str] = []
        self.tags: list[str] = []

    def on_chain_start(self, serialized: Any, inputs: Any, **more: Any) -> None:
        self.seen.append(("chain start", more.get("name") or ""))
        self.tags += more.get("tags") or []

    def on_chain_end(self, outputs: Any, **more: Any) -> None:
        self.seen.append(("chain end", ""))
        self.outputs.append(outputs)

    def on_chain_error(self, error: BaseException, **more: Any) -> None:
        self.seen.append(("chain error", type(error).__name__))

    def on_retriever_start(self, serialized: Any, query: str, **more: Any) -> None:
        self.seen.append(("retriever start", more.get("name") or ""))

    def on_retriever_end(self, documents: Any, **more: Any) -> None:
        self.seen.append(("retriever end", ""))
        self.outputs.append(documents)

    def on_retriever_error(self, error: BaseException, **more: Any) -> None:
        self.seen.append(("retriever error", type(error).__name__))

    def on_tool_start(self, serialized: Any, input_str: str, **more: Any) -> None:
        self.seen.append(("tool start", more.get("name") or serialized["name"]))

    def on_tool_end(self, output: Any, **more: Any) -> None:
        self.seen.append(("tool end", ""))
        self.outputs.append(output)

    def on_chat_model_start(self, serialized: Any, messages: Any, **more: Any) -> None:
        self.prompts.append("\n".join(message.text for message in messages[0]))


@pytest.fixture
def runs() -> Runs:
    return Runs()
