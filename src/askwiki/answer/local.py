"""A Transformers model in this process, as a LangChain chat model. Needs the extra `local`."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import torch
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    StoppingCriteria,
    StoppingCriteriaList,
    TextIteratorStreamer,
)

from askwiki.errors import SettingsError


def load_local_model(name: str, max_tokens: int) -> "LocalChat":
    """The causal language model in the folder or of the name, ready to chat.

    Raises:
        SettingsError: it cannot be loaded.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(name)
        model: Any = AutoModelForCausalLM.from_pretrained(name)
    except Exception as error:
        first = str(error).strip().split("\n")[0]
        raise SettingsError(
            f"the language model local:{name} cannot be loaded ({first}): "
            "check the path or name in ASKWIKI_LLM"
        ) from None
    return LocalChat(tokenizer, model.eval(), max_tokens)


class LocalChat(BaseChatModel):
    """Writes one reply at a time, always the likeliest token; stops when nobody reads on."""

    _tokenizer: Any = PrivateAttr()
    _model: Any = PrivateAttr()
    _max_tokens: int = PrivateAttr()
    _turn: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def __init__(self, tokenizer: Any, model: Any, max_tokens: int) -> None:
        super().__init__()
        self._tokenizer, self._model, self._max_tokens = tokenizer, model, max_tokens

    @property
    def _llm_type(self) -> str:
        return "askwiki-local"

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        left = threading.Event()
        streamer = TextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True)
        job = _Job(lambda: self._write(messages, streamer, left), streamer)
        job.start()
        try:
            for text in streamer:
                yield _chunk(text)
            yield _chunk("", {"finish_reason": job.result()})
        finally:
            left.set()

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        from langchain_core.language_models.chat_models import generate_from_stream

        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

    def _write(
        self, messages: list[BaseMessage], streamer: TextIteratorStreamer, left: threading.Event
    ) -> str:
        """Generate one reply into `streamer`; returns the finish reason."""
        inputs = self._inputs(messages)
        with self._turn, torch.inference_mode():
            tokens = self._model.generate(
                **inputs,
                streamer=streamer,
                max_new_tokens=self._max_tokens,
                do_sample=False,
                stopping_criteria=StoppingCriteriaList([_Left(left)]),
                pad_token_id=self._tokenizer.pad_token_id or self._tokenizer.eos_token_id,
            )
        written = tokens.shape[1] - inputs["input_ids"].shape[1]
        return "length" if written >= self._max_tokens else "stop"

    def _inputs(self, messages: list[BaseMessage]) -> Any:
        roles = {"system": "system", "human": "user", "ai": "assistant"}
        turns = [{"role": roles.get(m.type, "user"), "content": str(m.text)} for m in messages]
        if not self._tokenizer.chat_template:
            plain = "\n\n".join(turn["content"] for turn in turns)
            return self._tokenizer(plain, return_tensors="pt")
        return self._tokenizer.apply_chat_template(
            turns, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )


def _chunk(text: str, about: dict[str, Any] | None = None) -> ChatGenerationChunk:
    return ChatGenerationChunk(message=AIMessageChunk(content=text, response_metadata=about or {}))


class _Left(StoppingCriteria):
    """Stops a generation that nobody reads any more."""

    def __init__(self, left: threading.Event) -> None:
        self._left = left

    def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        return torch.full((input_ids.shape[0],), self._left.is_set(), dtype=torch.bool)


class _Job(threading.Thread):
    """Runs `work` beside the streamer it feeds, and ends that whatever happens."""

    def __init__(self, work: Callable[[], str], streamer: TextIteratorStreamer) -> None:
        super().__init__(name="askwiki-local-model", daemon=True)
        self._work = work
        self._streamer: Any = streamer
        self._said = ""
        self._error: Exception | None = None

    def run(self) -> None:
        try:
            self._said = self._work()
        except Exception as error:
            self._error = error
            self._streamer.end()

    def result(self) -> str:
        """The finish reason.

        Raises:
            Exception: whatever ended the generation.
        """
        self.join()
        if self._error is not None:
            raise self._error
        return self._said
