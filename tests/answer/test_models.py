"""From a name to a model, and what is said about a name that is none."""

import logging
import sys
from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from askwiki.answer import models
from askwiki.answer.models import REPLY_SCHEMA, load_model
from askwiki.errors import MissingExtraError, SettingsError
from askwiki.settings import Settings


def load(**values: object) -> models.Model:
    return load_model(Settings.load(**values))


def chat_of(model: models.Model) -> Any:
    """The LangChain model inside."""
    closure = model.open.__closure__ or ()  # type: ignore[attr-defined]
    return next(c.cell_contents for c in closure if hasattr(c.cell_contents, "astream"))


@pytest.mark.parametrize(
    "name", ["gpt-4o", "openai:", "openai: ", "huggingface:x", ":x", "OpenAI:x"]
)
def test_a_name_without_a_known_provider_is_told(name: str) -> None:
    with pytest.raises(
        SettingsError, match=r"write PROVIDER:MODEL, .*openai, ollama, anthropic, local"
    ):
        load(llm=name)


@pytest.mark.parametrize(
    ("provider", "package", "extra"),
    [
        ("openai", "langchain_openai", "llm"),
        ("ollama", "langchain_ollama", "ollama"),
        ("anthropic", "langchain_anthropic", "anthropic"),
        ("local", "transformers", "local"),
        ("openai", "langchain", "llm"),
    ],
)
def test_a_missing_package_is_told_with_its_install_line(
    provider: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "find_spec", lambda name: None if name == package else object())
    with pytest.raises(MissingExtraError, match=rf"pip install 'askwiki\[{extra}\]'") as raised:
        load(llm=f"{provider}:x")
    assert package.replace("_", "-") in str(raised.value)


def test_an_address_that_is_none_is_told() -> None:
    with pytest.raises(SettingsError, match=r"llm_base_url is '127\.0\.0\.1:8000'.*http://"):
        load(llm="openai:qwen3", llm_base_url="127.0.0.1:8000")


def test_no_key_for_openai_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SettingsError, match="check ASKWIKI_LLM_BASE_URL and ASKWIKI_LLM_API_KEY"):
        load(llm="openai:gpt-4o-mini")


def test_openai_is_asked_steadily_and_never_retries(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    model = load(llm="openai:gpt-4o-mini", llm_api_key="sk-1", llm_seed=7, llm_max_tokens=50)
    chat = chat_of(model)
    assert (chat.max_retries, chat.openai_api_key.get_secret_value()) == (0, "sk-1")
    assert [way.structured for way in model.ways] == [True, False, False]
    assert model.ways[1].arguments == {"max_completion_tokens": 50, "temperature": 0, "seed": 7}
    assert model.ways[2].arguments == {}
    form = model.ways[0].arguments["extra_body"]["response_format"]
    assert form["json_schema"]["schema"] == REPLY_SCHEMA
    assert "sk-1" not in caplog.text + repr(model)


def test_a_server_of_ones_own_is_not_sent_the_key_for_openai(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
    model = load(llm="openai:qwen3", llm_base_url="http://127.0.0.1:1/v1")
    assert chat_of(model).openai_api_key.get_secret_value() == "none"
    assert [way.structured for way in model.ways] == [False, False]
    assert model.ways[0].arguments["extra_body"] == {"max_tokens": 800}


@pytest.mark.parametrize(
    ("name", "setting", "structured"),
    [
        ("openai:qwen3", "on", True),
        ("openai:qwen3", "off", False),
        ("openai:gpt-4o-mini", "off", False),
        ("ollama:qwen3", "auto", True),
        ("ollama:qwen3", "off", False),
        ("anthropic:claude-opus-4-5", "auto", True),
    ],
)
def test_who_is_held_to_json(name: str, setting: str, structured: bool) -> None:
    model = load(llm=name, llm_structured=setting, llm_api_key="k", llm_base_url="http://h.invalid")
    assert model.ways[0].structured is structured
    assert model.ways[-1].structured is False


def test_ollama_and_anthropic_are_set_up_alike() -> None:
    ollama = chat_of(load(llm="ollama:qwen3", llm_seed=3, llm_max_tokens=50))
    assert (ollama.temperature, ollama.seed, ollama.num_predict) == (0, 3, 50)
    model = load(llm="anthropic:claude-opus-4-5", llm_api_key="k", llm_max_tokens=50)
    claude = chat_of(model)
    assert (claude.max_retries, claude.max_tokens) == (0, 50)
    assert model.ways[1].arguments == {"temperature": 0}


def test_a_chat_model_that_is_handed_in_is_left_as_it_is() -> None:
    chat = GenericFakeChatModel(messages=iter([AIMessage("甲")]))
    model = load_model(Settings.load(llm="openai:not-this-one"), chat)
    assert not model.says_its_end
    assert (model.name, [w.arguments for w in model.ways]) == ("GenericFakeChatModel", [{}])
    assert chat_of(model) is chat


def test_a_model_of_a_provider_that_is_handed_in_has_to_say_its_end() -> None:
    from langchain_openai import ChatOpenAI

    class Mine(ChatOpenAI):
        pass

    chat = Mine(model="qwen3", api_key="k", base_url="http://h.invalid")  # type: ignore[arg-type]
    assert load_model(Settings.load(), chat).says_its_end


def test_a_model_that_takes_no_temperature_is_given_none() -> None:
    model = load(llm="anthropic:claude-sonnet-5", llm_api_key="k")
    assert [way.structured for way in model.ways] == [True, False, False]
    assert not any("temperature" in way.arguments for way in model.ways)


def test_something_else_that_is_handed_in_is_told() -> None:
    with pytest.raises(SettingsError, match="llm is a str: hand in a LangChain chat model"):
        load_model(Settings.load(), "openai:gpt-4o")  # type: ignore[arg-type]


def test_a_fault_without_a_model_is_told() -> None:
    with pytest.raises(SettingsError, match="set ASKWIKI_LLM too"):
        load_model(Settings.load(llm_fault="hang"))


def test_a_local_model_that_is_not_there_is_told(tmp_path: object) -> None:
    with pytest.raises(SettingsError, match="check the path or name in ASKWIKI_LLM"):
        load(llm=f"local:{tmp_path}")
    assert "transformers" in sys.modules
