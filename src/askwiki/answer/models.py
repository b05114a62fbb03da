"""The name of a language model, or a LangChain chat model -> `Model`.

The only room that knows the providers. Their packages are extras, imported when a model is asked
for.
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from askwiki.answer.faults import play
from askwiki.errors import MissingExtraError, ModelError, SettingsError
from askwiki.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

Message = tuple[str, str]
"""Role ("system" or "human") and text."""

Open = Callable[[Sequence[Message], Mapping[str, Any]], AsyncGenerator[Any, None]]
"""Messages and further arguments -> the chunks of one reply."""

REPLY_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "answered": {"type": "boolean"},
        "sentences": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "text": {"type": "string"},
                    "passages": {"type": "array", "items": {"type": "integer"}},
                },
                "required": ["text", "passages"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["answered", "sentences"],
    "additionalProperties": False,
}
"""What a model that keeps to JSON is held to."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to ask a model: held to `REPLY_SCHEMA` or not, and the arguments that go with it."""

    structured: bool
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Model:
    """A language model that can be asked.

    `ways` are tried in turn as long as its server rejects them as bad requests: servers that call
    themselves compatible differ in what they take. `says_its_end` is whether it gives a finish
    reason with every whole reply.
    """

    name: str
    open: Open
    ways: tuple[Way, ...]
    says_its_end: bool = True


def load_model(settings: Settings, chat: "BaseChatModel | None" = None) -> Model:
    """The model of the settings, or `chat`, which was handed in.

    Raises:
        SettingsError: the setting cannot be used.
        MissingExtraError: the package of its provider is not installed.
    """
    if chat is None and not settings.llm:
        raise SettingsError(
            "llm_fault plays a failure of the language model, and none is set: set ASKWIKI_LLM too"
        )
    model = _named(settings) if chat is None else _handed_in(chat, settings)
    fault = settings.llm_fault
    return Model(model.name, lambda *_: play(fault), model.ways) if fault else model


def _of(
    name: str, chat: "BaseChatModel", ways: Sequence[Way], *, says_its_end: bool = True
) -> Model:
    def start(
        messages: Sequence[Message], arguments: Mapping[str, Any]
    ) -> AsyncGenerator[Any, None]:
        stream: Any = chat.astream(list(messages), **arguments)
        return stream  # type: ignore[no-any-return]

    return Model(name, start, tuple(ways), says_its_end)


# --- handed in -----------------------------------------------------------------------------------


def _handed_in(chat: "BaseChatModel", settings: Settings) -> Model:
    """`chat` as its owner set it up; nothing is asked of it but to keep to JSON where it can."""
    if not callable(getattr(chat, "astream", None)):
        raise SettingsError(
            f"llm is a {type(chat).__name__}: hand in a LangChain chat model, or set ASKWIKI_LLM "
            "to PROVIDER:MODEL"
        )
    ways = [Way(False)]
    if _keeps_to_json(chat, settings):
        ways.insert(0, Way(True, _held_to_json(chat, {})))
    known = any(_package(base) in _PACKAGES.values() for base in type(chat).__mro__)
    return _of(type(chat).__name__, chat, ways, says_its_end=known)


def _keeps_to_json(chat: Any, settings: Settings) -> bool:
    """Whether to ask for JSON: as set, or where LangChain knows the model to keep to a schema."""
    if settings.llm_structured != "auto":
        return settings.llm_structured == "on"
    known = _package(type(chat)) in _PACKAGES.values()
    return known and bool((getattr(chat, "profile", None) or {}).get("structured_output"))


def _held_to_json(chat: Any, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    schema = {"name": "reply", "strict": True, "schema": dict(REPLY_SCHEMA)}
    form = {"type": "json_schema", "json_schema": schema}
    if _package(type(chat)) != "langchain_openai":
        return {**arguments, "response_format": form}
    # As an argument of its own it would be parsed as it streams, again and again from the start.
    body = {**(chat.extra_body or {}), **arguments.get("extra_body", {}), "response_format": form}
    return {**arguments, "extra_body": body}


def _package(kind: type) -> str:
    return kind.__module__.partition(".")[0]


# --- by name -------------------------------------------------------------------------------------

_PACKAGES = {
    "openai": "langchain_openai",
    "ollama": "langchain_ollama",
    "anthropic": "langchain_anthropic",
}
_EXTRAS = {"openai": "llm", "ollama": "ollama", "anthropic": "anthropic", "local": "local"}


def _named(settings: Settings) -> Model:
    provider, _, name = settings.llm.partition(":")
    address = settings.llm_base_url
    if address and not address.startswith(("http://", "https://")):
        raise SettingsError(
            f"llm_base_url is {address!r}: write the whole address, for example "
            "http://127.0.0.1:8000/v1"
        )
    if provider not in _EXTRAS or not name.strip():
        raise SettingsError(
            f"llm is {settings.llm!r}: write PROVIDER:MODEL, the provider being one of "
            f"{', '.join(_EXTRAS)}, for example openai:qwen3 (with ASKWIKI_LLM_BASE_URL for a "
            "server of your own); hand any other LangChain chat model to AskWiki.open(llm=…)"
        )
    needed = ("langchain_core", "transformers", "torch")
    for package in needed if provider == "local" else ("langchain", _PACKAGES[provider]):
        if find_spec(package) is None:
            purpose = f"the language model {settings.llm!r}"
            raise MissingExtraError(package.replace("_", "-"), _EXTRAS[provider], purpose)
    if provider == "local":
        return _local(name, settings)
    arguments, ways = _PROVIDERS[provider](settings)
    chat = _init(provider, name, settings, arguments)
    if (chat.profile or {}).get("temperature") is False:
        ways = [Way(w.structured, _without(w.arguments, "temperature")) for w in ways]
    if _keeps_to_json(chat, settings) or (
        provider == "ollama" and settings.llm_structured != "off"
    ):
        ways = [Way(True, _held_to_json(chat, ways[0].arguments)), *ways]
    return _of(settings.llm, chat, ways)


def _without(arguments: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return {key: value for key, value in arguments.items() if key != name}


def _init(
    provider: str, name: str, settings: Settings, arguments: Mapping[str, Any]
) -> "BaseChatModel":
    from langchain.chat_models import init_chat_model

    if settings.llm_base_url:
        arguments = {**arguments, "base_url": settings.llm_base_url}
    try:
        chat: BaseChatModel = init_chat_model(name, model_provider=provider, **arguments)
    except Exception as error:
        # Its message may hold the key.
        raise SettingsError(
            f"the language model {settings.llm!r} cannot be set up ({type(error).__name__}): "
            "check ASKWIKI_LLM_BASE_URL and ASKWIKI_LLM_API_KEY"
        ) from None
    return chat


def _openai(settings: Settings) -> tuple[Mapping[str, Any], list[Way]]:
    from openai import DefaultAsyncHttpxClient

    key = settings.llm_api_key.get_secret_value()
    arguments: dict[str, Any] = {
        "max_retries": 0,
        "timeout": settings.llm_deadline_s,
        "stream_usage": False,
        "http_async_client": DefaultAsyncHttpxClient(**_client(settings)),
    }
    limit: dict[str, Any] = {"max_completion_tokens": settings.llm_max_tokens}
    if settings.llm_base_url:
        # Servers of other makers know the older name only, and a key for OpenAI is not theirs.
        limit = {"extra_body": {"max_tokens": settings.llm_max_tokens}}
        key = key or "none"
    if key:
        arguments["api_key"] = key
    steady = {**limit, "temperature": 0, "seed": settings.llm_seed}
    return arguments, [Way(False, steady), Way(False)]


def _ollama(settings: Settings) -> tuple[Mapping[str, Any], list[Way]]:
    client = _client(settings)
    key = settings.llm_api_key.get_secret_value()
    if key:
        client["headers"] = {**client["headers"], "Authorization": f"Bearer {key}"}
    arguments = {
        "temperature": 0,
        "seed": settings.llm_seed,
        "num_predict": settings.llm_max_tokens,
        "async_client_kwargs": client,
    }
    return arguments, [Way(False)]


def _anthropic(settings: Settings) -> tuple[Mapping[str, Any], list[Way]]:
    key = settings.llm_api_key.get_secret_value()
    arguments: dict[str, Any] = {
        "max_retries": 0,
        "timeout": settings.llm_deadline_s,
        "max_tokens": settings.llm_max_tokens,
    }
    if key:
        arguments["api_key"] = key
    return arguments, [Way(False, {"temperature": 0}), Way(False)]


_PROVIDERS: Mapping[str, Callable[[Settings], tuple[Mapping[str, Any], list[Way]]]] = {
    "openai": _openai,
    "ollama": _ollama,
    "anthropic": _anthropic,
}


def _local(name: str, settings: Settings) -> Model:
    from askwiki.answer.local import load_local_model

    return _of(settings.llm, load_local_model(name, settings.llm_max_tokens), [Way(False)])


# --- the wire ------------------------------------------------------------------------------------

MAX_REPLY_BYTES = 4_000_000
"""A server that sends more, however it cuts it into lines, is hung up on."""


def _client(settings: Settings) -> dict[str, Any]:
    """Arguments of an HTTP client that takes a bounded reply and one connection a question.

    Closing the connection is what stops a model at work, so there is none to keep.
    """
    return {
        "timeout": settings.llm_deadline_s,
        "headers": {"Connection": "close", "Accept-Encoding": "identity"},
        "event_hooks": {"response": [_bound]},
    }


async def _bound(response: Any) -> None:
    response.stream = _bounded(response.stream)


def _bounded(stream: Any) -> Any:
    """`stream`, of its own class for the client to know it, cut off at `MAX_REPLY_BYTES`."""
    base = next(c for c in type(stream).__mro__ if c.__name__ == "AsyncByteStream")

    class Bounded(base):  # type: ignore[misc, valid-type]
        async def __aiter__(self) -> Any:
            left = MAX_REPLY_BYTES
            async for data in stream:
                left -= len(data)
                if left < 0:
                    raise ModelError("endless")
                yield data

        async def aclose(self) -> None:
            await stream.aclose()

    return Bounded()
