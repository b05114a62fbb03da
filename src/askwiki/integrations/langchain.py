"""askwiki in LangChain: a retriever, a runnable and a tool. Needs the extra `langchain`.

    wiki.retrieve -> AskWikiRetriever -> list[Document]
    wiki.ask      -> AskWikiRunnable  -> AIMessage with citation annotations
    wiki.ask      -> as_tool          -> text for a model, the whole answer as the artifact

Nothing is searched, judged or worded here: this room only changes the form of records.
"""

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from askwiki.errors import MissingExtraError, QuestionError
from askwiki.pipeline import AskWiki
from askwiki.schema import Answer, Article, Hit, Sentence, StreamEvent, Turn
from askwiki.schema import Citation as Source

try:
    from langchain_core.callbacks import (
        AsyncCallbackManagerForChainRun,
        CallbackManagerForChainRun,
        CallbackManagerForRetrieverRun,
    )
    from langchain_core.documents import Document
    from langchain_core.messages import (
        AIMessage,
        AIMessageChunk,
        AnyMessage,
        BaseMessage,
        HumanMessage,
        convert_to_messages,
    )
    from langchain_core.messages.content import Annotation, TextContentBlock, create_citation
    from langchain_core.prompt_values import PromptValue
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables import Runnable, RunnableConfig
    from langchain_core.tools import BaseTool, StructuredTool, ToolException
except ImportError:
    raise MissingExtraError("langchain-core", "langchain", "LangChain integration") from None

__all__ = ["AskWikiRetriever", "AskWikiRunnable", "as_tool", "to_document", "to_message"]

Input = (
    str | dict[str, Any] | AnyMessage | list[AnyMessage | dict[str, Any] | tuple[str, str] | str]
)
"""What a question may come as; a `PromptValue` is taken too, so that a prompt can stand before."""

METADATA = "askwiki"
"""Key in `AIMessage.response_metadata` under which the whole `Answer` lies."""

_WITHDRAWN = {
    "zh": "以上内容已撤回，请以下面的回答为准。",
    "en": "The text above is withdrawn; the answer is what follows.",
}

_TOOL = (
    "在企业通信百科中查找答案：400电话、企业总机、呼叫中心等。返回的每句话都出自百科原文，"
    "句末的 [1] 是出处编号；百科没有写的会直说没有。转述时请保留编号。"
)


# --- retriever ---------------------------------------------------------------------------------


class AskWikiRetriever(BaseRetriever):
    """The `k` passages of a wiki nearest to a question, as `Document`s, best first.

    `page_content` is exactly `article.text[start:end]` of the article in the metadata.
    """

    wiki: AskWiki
    k: int = Field(default=5, ge=1)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        hits = self.wiki.retrieve(query, self.k)
        return [to_document(hit, self.wiki.article(hit.chunk.article_id)) for hit in hits]


def to_document(hit: Hit, article: Article) -> Document:
    """`hit` as LangChain has it; the metadata is ready for `json.dumps`."""
    chunk = hit.chunk
    metadata = {
        "article_id": article.id,
        "title": article.title,
        "section": " > ".join(chunk.heading),
        "section_path": list(chunk.heading),
        "source": article.source,
        "url": article.url,
        "start": chunk.start,
        "end": chunk.end,
        "score": hit.score,
        "rank": hit.rank,
        "lexical_rank": hit.lexical_rank,
        "dense_rank": hit.dense_rank,
    }
    return Document(article.text[chunk.start : chunk.end], id=chunk.id, metadata=metadata)


# --- runnable ----------------------------------------------------------------------------------


class AskWikiRunnable(Runnable[Input, AIMessage]):
    """A wiki that answers as a chat model does, in its own words or the articles', with sources.

    The input is a question, `{"question": …, "history": …}`, `{"messages": …}`, or chat messages
    that end with the user's; earlier messages are the history, system and tool messages are not
    read. The history is a list of messages, of `Turn`s or of (question, answer).

    The output is an `AIMessage` of one text block, see `to_message`. A stream has the same text in
    pieces, the last of which carries the annotations and the answer.

    Raises:
        QuestionError: the input holds no question, or one that is empty or too long.
    """

    def __init__(self, wiki: AskWiki, name: str | None = None) -> None:
        self.wiki, self.name = wiki, name

    def invoke(
        self, input: Input, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AIMessage:
        """The answer as a message."""
        return self._call_with_config(self._invoke, input, config, **kwargs)

    async def ainvoke(
        self, input: Input, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AIMessage:
        """`invoke` for asynchronous callers."""
        return await self._acall_with_config(self._ainvoke, input, config, **kwargs)

    def stream(
        self, input: Input, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[AIMessage]:
        """The answer in chunks, proved sentence by proved sentence."""
        yield from self._transform_stream_with_config(iter([input]), self._stream, config, **kwargs)

    async def astream(
        self, input: Input, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[AIMessage]:
        """`stream` for asynchronous callers."""
        async for chunk in self._atransform_stream_with_config(
            _only(input), self._astream, config, **kwargs
        ):
            yield chunk

    def _invoke(self, input: Input, run_manager: CallbackManagerForChainRun) -> AIMessage:
        return to_message(self.wiki.ask(*read_input(input)), _id(run_manager))

    async def _ainvoke(
        self, input: Input, run_manager: AsyncCallbackManagerForChainRun
    ) -> AIMessage:
        return to_message(await self.wiki.aask(*read_input(input)), _id(run_manager))

    def _stream(
        self, inputs: Iterator[Input], run_manager: CallbackManagerForChainRun
    ) -> Iterator[AIMessage]:
        chunker = _Chunker(_id(run_manager), _WITHDRAWN[self.wiki.settings.language])
        for value in inputs:
            for event in self.wiki.stream(*read_input(value)):
                yield from chunker.chunks(event)

    async def _astream(
        self, inputs: AsyncIterator[Input], run_manager: AsyncCallbackManagerForChainRun
    ) -> AsyncIterator[AIMessage]:
        chunker = _Chunker(_id(run_manager), _WITHDRAWN[self.wiki.settings.language])
        async for value in inputs:
            async for event in self.wiki.astream(*read_input(value)):
                for chunk in chunker.chunks(event):
                    yield chunk


def _id(run_manager: CallbackManagerForChainRun | AsyncCallbackManagerForChainRun) -> str:
    """The id LangChain gives to what a run says, so that the chunks of one run stay together."""
    return f"lc_run--{run_manager.run_id}"


async def _only(input: Input) -> AsyncIterator[Input]:
    yield input


class _Chunker:
    """Events that each hold the text so far -> chunks that each hold what is new."""

    def __init__(self, id: str, withdrawn: str) -> None:
        self._id, self._withdrawn = id, withdrawn
        self._sent = ""

    def chunks(self, event: StreamEvent) -> Iterator[AIMessageChunk]:
        if event.answer is not None:
            yield self._last(event.answer)
        elif event.text.startswith(self._sent) and event.text != self._sent:
            yield self._chunk({"type": "text", "text": event.text[len(self._sent) :], "index": 0})
            self._sent = event.text

    def _last(self, answer: Answer) -> AIMessageChunk:
        # A stream cannot take back what it sent. Where the answer is another one in the end, it
        # says so and gives the whole answer behind.
        kept = answer.text.startswith(self._sent)
        lead = "" if kept else f"\n\n{self._withdrawn}\n\n"
        rest = answer.text[len(self._sent) :] if kept else answer.text
        shift = 0 if kept else len(self._sent) + len(lead)
        block = _block(lead + rest, _annotations(answer, shift))
        block["index"] = 0
        return self._chunk(block, response_metadata=_metadata(answer), chunk_position="last")

    def _chunk(self, block: TextContentBlock, **more: Any) -> AIMessageChunk:
        return AIMessageChunk(content=[dict(block)], id=self._id, **more)


# --- input -------------------------------------------------------------------------------------


def read_input(value: object) -> tuple[str, list[Turn]]:
    """The question and the history in whatever `AskWikiRunnable` takes.

    Raises:
        QuestionError: there is no question in it.
    """
    if isinstance(value, str):
        return value, []
    if isinstance(value, PromptValue):
        return _from_messages(value.to_messages())
    if isinstance(value, BaseMessage):
        return _from_messages([value])
    if isinstance(value, Mapping):
        return _from_mapping(value)
    if isinstance(value, Sequence):
        return _from_messages(value)
    raise QuestionError(
        "a question is a string, a list of messages or a dict with the key 'question', "
        f"got {type(value).__name__}"
    )


def _from_mapping(value: Mapping[str, Any]) -> tuple[str, list[Turn]]:
    if "question" in value:
        return value["question"], _history(value.get("history") or ())
    if "messages" in value:
        return _from_messages(value["messages"])
    raise QuestionError(
        f"a dict needs the key 'question' or 'messages', got the keys {sorted(map(str, value))}"
    )


def _from_messages(given: Sequence[Any]) -> tuple[str, list[Turn]]:
    said = [m for m in _messages(given) if isinstance(m, HumanMessage | AIMessage)]
    if not said or isinstance(said[-1], AIMessage):
        raise QuestionError("the last message must be the user's: it is the question")
    return said[-1].text, _turns(said[:-1])


def _messages(given: Sequence[Any]) -> list[BaseMessage]:
    try:
        return convert_to_messages(given)
    except (NotImplementedError, ValueError, TypeError) as error:
        raise QuestionError(f"the messages cannot be read: {error}") from error


def _history(given: object) -> list[Turn]:
    """Past exchanges; a plain pair is (question, answer) and never (role, text)."""
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise QuestionError(f"history is a list, got {type(given).__name__}")
    if any(isinstance(one, BaseMessage) or _has_role(one) for one in given):
        return _turns(_messages(given))
    return [_turn(one) for one in given]


def _has_role(one: object) -> bool:
    return isinstance(one, Mapping) and "content" in one


def _turn(one: object) -> Turn:
    match one:
        case Turn():
            return one
        case {"question": str(question), **rest}:
            return Turn(question, str(rest.get("answer") or ""))
        case [str(question), str() | None as answer]:
            return Turn(question, answer or "")
    raise QuestionError(
        "history holds messages, Turns or pairs of question and answer, "
        f"got {type(one).__name__} {str(one)[:80]!r}"
    )


def _turns(messages: Sequence[BaseMessage]) -> list[Turn]:
    """Each message of the user with all that was answered to it."""
    turns: list[Turn] = []
    for message in messages:
        if isinstance(message, HumanMessage):
            turns.append(Turn(message.text))
        elif isinstance(message, AIMessage) and turns:
            last = turns[-1]
            turns[-1] = Turn(last.question, f"{last.answer}\n{message.text}".strip())
    return turns


# --- output ------------------------------------------------------------------------------------


def to_message(answer: Answer, id: str | None = None) -> AIMessage:
    """`answer` as a chat message of one text block.

    The block's `annotations` are `langchain_core` citations, one a marker: `start_index` and
    `end_index` are where the sentence stands in the text, `cited_text` is the quoted span, and
    `extras` say where that span stands in its article (`article_id`, `source`, `start`, `end`) and
    where the marker stands in the text (`marker_start`, `marker_end`). The whole answer is in
    `response_metadata["askwiki"]`, as plain JSON.
    """
    block = _block(answer.text, _annotations(answer))
    return AIMessage(content_blocks=[block], id=id, response_metadata=_metadata(answer))


def _block(text: str, annotations: list[Annotation]) -> TextContentBlock:
    return {"type": "text", "text": text, "annotations": annotations}


def _metadata(answer: Answer) -> dict[str, Any]:
    # "v1" tells LangChain and its providers that the content is made of standard blocks.
    return {"output_version": "v1", METADATA: _plain(answer)}


def _plain(answer: Answer) -> dict[str, Any]:
    """`answer` as it is after JSON: no tuples, so that a stored message equals the first one."""
    plain: dict[str, Any] = json.loads(json.dumps(answer.to_dict()))
    return plain


def _annotations(answer: Answer, shift: int = 0) -> list[Annotation]:
    """One citation a marker, all places in `answer.text` moved on by `shift`."""
    sources = {source.number: source for source in answer.citations}
    found: list[Annotation] = []
    at = 0
    for sentence in answer.sentences:
        stands = _span_of(sentence, answer.text, at)
        at = stands[1] if stands else at
        for number in sentence.citations:
            start = answer.text.index(f"[{number}]", at)
            at = start + len(f"[{number}]")
            place = stands or (start, at)
            found.append(_citation(sources[number], sentence, place, (start, at), shift))
    return found


def _span_of(sentence: Sentence, text: str, at: int) -> tuple[int, int] | None:
    """Where `sentence` stands in the Markdown before its first marker, escapes included.

    None where its words are set in another way; the marker must do then.
    """
    if not sentence.citations:
        return None
    words = "".join(rf"\\?{re.escape(char)}" for char in sentence.text.replace("\n", " "))
    found = re.compile(rf"{words}(?=\[{sentence.citations[0]}\])").search(text, at)
    return found.span() if found else None


def _citation(
    source: Source, sentence: Sentence, stands: tuple[int, int], marker: tuple[int, int], shift: int
) -> Annotation:
    return create_citation(
        id=f"{source.article_id}:{source.start}-{source.end}@{marker[0] + shift}",
        url=source.url,
        title=source.title,
        start_index=stands[0] + shift,
        end_index=stands[1] + shift,
        cited_text=source.quote,
        number=source.number,
        article_id=source.article_id,
        section=source.section,
        source=source.source,
        start=source.start,
        end=source.end,
        marker_start=marker[0] + shift,
        marker_end=marker[1] + shift,
        verdict=sentence.verdict,
    )


# --- tool --------------------------------------------------------------------------------------


class ToolInput(BaseModel):
    question: str = Field(description="一个完整的问题，不依赖上文也能看懂")


def as_tool(wiki: AskWiki, name: str = "askwiki", description: str = _TOOL) -> BaseTool:
    """A tool that answers one question: the text and its sources for the model, and as the
    artifact the whole `Answer` as plain JSON.

    A question that is empty or too long comes back to the model as an error it can mend.
    """

    def ask(question: str) -> tuple[str, dict[str, Any]]:
        try:
            return _tool_result(wiki.ask(question))
        except QuestionError as error:
            raise ToolException(str(error)) from error

    async def aask(question: str) -> tuple[str, dict[str, Any]]:
        try:
            return _tool_result(await wiki.aask(question))
        except QuestionError as error:
            raise ToolException(str(error)) from error

    return StructuredTool.from_function(
        ask,
        aask,
        name,
        description,
        args_schema=ToolInput,
        response_format="content_and_artifact",
        handle_tool_error=True,
    )


def _tool_result(answer: Answer) -> tuple[str, dict[str, Any]]:
    sources = [
        f"[{c.number}] {' > '.join(filter(None, (c.title, c.section)))} ({c.url or c.source})"
        for c in answer.citations
    ]
    return "\n\n".join([answer.text, *(["\n".join(sources)] if sources else [])]), _plain(answer)
