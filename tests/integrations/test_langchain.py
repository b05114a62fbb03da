"""The retriever, the runnable and the tool, alone and inside chains and agents."""

import asyncio
import gc
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.documents import Document
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    HumanMessage,
    SystemMessage,
    ToolMessage,
    message_to_dict,
    messages_from_dict,
)
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_core.runnables import RunnablePassthrough
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph

from askwiki import Answer, AskWiki, Settings
from askwiki.errors import QuestionError
from askwiki.integrations.langchain import (
    AskWikiRetriever,
    AskWikiRunnable,
    as_tool,
    read_input,
    to_message,
)
from askwiki.schema import Citation, Sentence, StreamEvent, Turn
from askwiki.settings import default_settings

ROOT = Path(__file__).parent.parent.parent

QUESTION = "打400电话客户要付钱吗？"
STEPS = "怎样新建一个子账号？步骤是什么"
ABROAD = "红烧肉怎么做才好吃？"
EARLIER = ("个体户能办400吗", "……")
LATER = "要交啥材料"


def questions(every: int) -> list[str]:
    path = ROOT / "corpus" / "questions" / "tune.jsonl"
    return [json.loads(line)["question"] for line in path.read_text("utf-8").splitlines()][::every]


def block_of(message: AIMessage) -> dict[str, Any]:
    """The message's only block."""
    (block,) = message.content_blocks
    assert block["type"] == "text"
    return dict(block)


def stored(message: AIMessage) -> dict[str, Any]:
    answer: dict[str, Any] = message.response_metadata["askwiki"]
    return answer


def plain(answer: Answer) -> Any:
    return json.loads(json.dumps(answer.to_dict()))


def summed(chunks: Sequence[AIMessage]) -> AIMessageChunk:
    total, *rest = chunks
    assert isinstance(total, AIMessageChunk)
    for chunk in rest:
        total = total + chunk
    return total


def assert_annotated(wiki: AskWiki, answer: Answer, message: AIMessage) -> int:
    """Every marker has its annotation, every annotation is exact; how many there are."""
    block = block_of(message)
    assert block["text"] == message.text == answer.text
    expected = [(s, n) for s in answer.sentences for n in s.citations]
    assert len(block["annotations"]) == len(expected)
    assert len({a["id"] for a in block["annotations"]}) == len(expected)
    at = 0
    for cited, (sentence, number) in zip(block["annotations"], expected, strict=True):
        assert_exact(cited, sentence, number, answer.text)
        more = cited["extras"]
        assert at <= more["marker_start"]
        at = more["marker_end"]
        article = wiki.article(more["article_id"])
        assert cited["cited_text"] == article.text[more["start"] : more["end"]] != ""
        assert (cited["title"], more["source"]) == (article.title, article.source)
        assert cited.get("url") == article.url
    return len(expected)


def assert_exact(cited: dict[str, Any], sentence: Sentence, number: int, text: str) -> None:
    more = cited["extras"]
    assert (cited["type"], more["number"], more["verdict"]) == ("citation", number, "verbatim")
    assert text[more["marker_start"] : more["marker_end"]] == f"[{number}]"
    shown = text[cited["start_index"] : cited["end_index"]]
    assert re.sub(r"\\([^\w\s]|_)", r"\1", shown) == sentence.text.replace("\n", " ")


class Scripted(AskWiki):
    """Streams the given events and repeats questions, the longer the later.

    Records whether the stream was closed and how many questions ran at a time.
    """

    def __init__(self, events: Sequence[StreamEvent] = (), answer: Answer | None = None) -> None:
        self.settings = default_settings()
        self.events, self.answer = events, answer
        self.closed = False
        self.running = self.most = 0
        self._lock = threading.Lock()

    async def aask(self, question: str, history: Any = ()) -> Answer:
        return await asyncio.to_thread(self.ask, question, history)

    def ask(self, question: str, history: Any = ()) -> Answer:
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
        time.sleep(0.02 * len(question))
        with self._lock:
            self.running -= 1
        return Answer(question, question, "abstained", "unclear")

    def stream(self, question: str, history: Any = ()) -> Iterator[StreamEvent]:
        try:
            yield from self.events
        finally:
            self.closed = True

    async def astream(self, question: str, history: Any = ()) -> AsyncIterator[StreamEvent]:
        try:
            for event in self.events:
                yield event
        finally:
            self.closed = True


class ToolCaller(GenericFakeChatModel):
    """LangChain's fake chat model, which takes tools and keeps what it was offered."""

    offered: list[Any]

    def bind_tools(self, tools: Sequence[Any], **more: Any) -> "ToolCaller":
        self.offered.extend(tools)
        return self


# --- retriever ---------------------------------------------------------------------------------


def test_documents_are_spans_of_articles(wiki: AskWiki) -> None:
    documents = AskWikiRetriever(wiki=wiki, k=4).invoke(QUESTION)
    hits = wiki.retrieve(QUESTION, 4)
    assert [d.id for d in documents] == [hit.chunk.id for hit in hits]
    for document, hit in zip(documents, hits, strict=True):
        data = document.metadata
        article = wiki.article(data["article_id"])
        assert document.page_content == article.text[data["start"] : data["end"]] == hit.chunk.text
        assert (data["title"], data["source"]) == (article.title, article.source)
        assert data["section_path"] == list(hit.chunk.heading)
        assert data["section"] == " > ".join(hit.chunk.heading)
        assert (data["rank"], data["score"]) == (hit.rank, hit.score)
        assert (data["lexical_rank"], data["dense_rank"]) == (hit.lexical_rank, hit.dense_rank)
        assert "url" in data


def test_metadata_survives_json(wiki: AskWiki) -> None:
    for question in questions(every=300):
        for document in AskWikiRetriever(wiki=wiki).invoke(question):
            assert json.loads(json.dumps(document.metadata)) == document.metadata
            assert Document(**json.loads(document.model_dump_json())) == document


def test_k_is_at_least_one(wiki: AskWiki) -> None:
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        AskWikiRetriever(wiki=wiki, k=0)


def test_the_retriever_is_the_same_in_every_way_of_calling(wiki: AskWiki, runs: Any) -> None:
    retriever = AskWikiRetriever(wiki=wiki, k=3)
    one, two = retriever.invoke(QUESTION), retriever.invoke(STEPS)
    assert asyncio.run(retriever.ainvoke(QUESTION, {"callbacks": [runs]})) == one
    assert retriever.batch([QUESTION, STEPS]) == [one, two]
    assert asyncio.run(retriever.abatch([QUESTION, STEPS])) == [one, two]
    assert runs.seen == [("retriever start", "AskWikiRetriever"), ("retriever end", "")]
    assert runs.outputs == [one]


def test_the_retriever_tells_handlers_of_errors(wiki: AskWiki, runs: Any) -> None:
    with pytest.raises(QuestionError):
        AskWikiRetriever(wiki=wiki).invoke("  ", {"callbacks": [runs]})
    assert runs.seen[-1] == ("retriever error", "QuestionError")


# --- an ordinary chain -------------------------------------------------------------------------


def chain_over(wiki: AskWiki, reply: str) -> Any:
    def numbered(documents: list[Document]) -> str:
        return "\n".join(f"[{n}] {d.page_content}" for n, d in enumerate(documents, 1))

    prompt = ChatPromptTemplate.from_messages(
        [("system", "只根据资料回答。\n{context}"), ("human", "{question}")]
    )
    parts = {
        "context": AskWikiRetriever(wiki=wiki, k=3) | numbered,
        "question": RunnablePassthrough(),
    }
    return parts | prompt | GenericFakeChatModel(messages=iter([reply] * 3)) | StrOutputParser()


def test_the_retriever_in_an_lcel_chain(wiki: AskWiki, runs: Any) -> None:
    chain = chain_over(wiki, "由双方 分摊。[1]")
    assert chain.invoke(QUESTION, {"callbacks": [runs]}) == "由双方 分摊。[1]"
    assert "".join(chain.stream(QUESTION)) == "由双方 分摊。[1]"
    assert asyncio.run(chain.ainvoke(QUESTION)) == "由双方 分摊。[1]"
    (prompt,) = runs.prompts
    for hit in wiki.retrieve(QUESTION, 3):
        assert f"[{hit.rank}] {hit.chunk.text}" in prompt
    assert prompt.endswith(QUESTION)
    assert ("retriever start", "AskWikiRetriever") in runs.seen


def test_the_runnable_takes_the_place_of_a_chat_model(wiki: AskWiki) -> None:
    prompt = ChatPromptTemplate.from_messages(
        [("system", "忽略。"), MessagesPlaceholder("history"), ("human", "{question}")]
    )
    chain = prompt | AskWikiRunnable(wiki) | StrOutputParser()
    history = [HumanMessage(EARLIER[0]), AIMessage(EARLIER[1])]
    given = {"question": LATER, "history": history}
    expected = wiki.ask(LATER, [EARLIER]).text
    assert chain.invoke(given) == expected
    pieces = list(chain.stream(given))
    assert "".join(pieces) == expected
    assert len([p for p in pieces if p]) > 1
    assert asyncio.run(chain.abatch([given, {**given, "history": []}])) == [
        expected,
        wiki.ask(LATER).text,
    ]


# --- the message -------------------------------------------------------------------------------


def test_annotations_are_exact(wiki: AskWiki) -> None:
    answers = [wiki.ask(question) for question in (QUESTION, STEPS, *questions(every=70))]
    marks = [assert_annotated(wiki, answer, to_message(answer)) for answer in answers]
    assert sum(count > 0 for count in marks) >= 10
    assert max(marks) >= 4


def test_annotations_are_exact_over_text_that_looks_like_markup(tmp_path: Path) -> None:
    text = "# 留言\n\n## 留言的脚本怎么写\n\n"
    text += "留言的脚本写作 `<a>[1]` 与 `*x* _y_ $z$`，留言的链接写作 `[点](b)[1]`。\n\n"
    text += "1. 留言的 `[2]` 不是编号。\n2. 留言的 `\\` 是反斜线。\n"
    (tmp_path / "a.md").write_text(text, "utf-8")
    wiki = AskWiki.build(tmp_path, tmp_path / "index")
    answer = wiki.ask("留言的脚本怎么写")
    assert "\\[1\\]" in answer.text
    assert assert_annotated(wiki, answer, AskWikiRunnable(wiki).invoke("留言的脚本怎么写")) >= 1


def cited(number: int, quote: str) -> Citation:
    return Citation(number, "a", "题", "节", "a.md", "https://example.com/a", quote, 7, 9)


def test_a_sentence_with_two_sources_and_one_set_in_other_words() -> None:
    sentences = (
        Sentence("甲，乙。", (1, 2), "supported"),
        Sentence("丙\n丁。", (2,), "supported"),
        Sentence("没有出处。", (), "unsupported"),
        Sentence("戊己", (1,), "supported"),
    )
    text = "甲，乙。[1][2]\n\n- 丙 丁。[2]\n- **戊**己。[1]"
    answer = Answer(
        "问", text, "answered", sentences=sentences, citations=(cited(1, "甲"), cited(2, "乙"))
    )
    block = block_of(to_message(answer))
    shown = [text[a["start_index"] : a["end_index"]] for a in block["annotations"]]
    assert shown == ["甲，乙。", "甲，乙。", "丙 丁。", "[1]"]
    marks = [(a["extras"]["marker_start"], a["extras"]["number"]) for a in block["annotations"]]
    assert marks == [(4, 1), (7, 2), (18, 2), (31, 1)]
    assert {a["url"] for a in block["annotations"]} == {"https://example.com/a"}
    assert block["annotations"][0] == {
        "type": "citation",
        "id": "a:7-9@4",
        "url": "https://example.com/a",
        "title": "题",
        "start_index": 0,
        "end_index": 4,
        "cited_text": "甲",
        "extras": {
            "number": 1,
            "article_id": "a",
            "section": "节",
            "source": "a.md",
            "start": 7,
            "end": 9,
            "marker_start": 4,
            "marker_end": 7,
            "verdict": "supported",
        },
    }


def test_the_whole_answer_goes_with_the_message(wiki: AskWiki) -> None:
    message = AskWikiRunnable(wiki).invoke(QUESTION)
    assert type(message) is AIMessage
    assert stored(message) == plain(wiki.ask(QUESTION))
    assert messages_from_dict(json.loads(json.dumps([message_to_dict(message)]))) == [message]


def test_an_abstention_is_a_message_with_its_reason(wiki: AskWiki) -> None:
    for message in (
        AskWikiRunnable(wiki).invoke(ABROAD),
        summed(list(AskWikiRunnable(wiki).stream(ABROAD))),
    ):
        assert block_of(message)["annotations"] == []
        assert "不在百科的范围内" in message.text
        assert (stored(message)["status"], stored(message)["reason"]) == (
            "abstained",
            "out_of_scope",
        )


# --- input -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {"question": LATER, "history": [EARLIER]},
        {"question": LATER, "history": [list(EARLIER)]},
        {"question": LATER, "history": [Turn(*EARLIER)]},
        {"question": LATER, "history": [{"question": EARLIER[0], "answer": EARLIER[1]}]},
        {"question": LATER, "history": [HumanMessage(EARLIER[0]), AIMessage(EARLIER[1])]},
        {
            "question": LATER,
            "history": [
                {"role": "user", "content": EARLIER[0]},
                {"role": "assistant", "content": EARLIER[1]},
            ],
        },
        {"messages": [HumanMessage(EARLIER[0]), AIMessage(EARLIER[1]), HumanMessage(LATER)]},
        [HumanMessage(EARLIER[0]), AIMessage(EARLIER[1]), HumanMessage(LATER)],
        [("human", EARLIER[0]), ("ai", EARLIER[1]), ("human", LATER)],
        [
            SystemMessage("只说英文。"),
            HumanMessage(EARLIER[0]),
            AIMessage("", tool_calls=[{"name": "x", "args": {}, "id": "1"}]),
            ToolMessage("不要读这里", tool_call_id="1"),
            AIMessage([{"type": "text", "text": EARLIER[1]}]),
            HumanMessage([{"type": "text", "text": LATER}]),
        ],
    ],
)
def test_every_form_of_history_is_read_alike(given: Any) -> None:
    assert read_input(given) == (LATER, [Turn(*EARLIER)])


def test_the_history_reaches_the_wiki(wiki: AskWiki) -> None:
    message = AskWikiRunnable(wiki).invoke({"question": LATER, "history": [EARLIER]})
    assert stored(message) == plain(wiki.ask(LATER, [EARLIER]))
    assert stored(message)["trace"]["query"] != LATER


def test_a_question_without_history() -> None:
    prompt = ChatPromptTemplate.from_messages([("human", QUESTION)]).invoke({})
    for given in (
        QUESTION,
        HumanMessage(QUESTION),
        {"question": QUESTION},
        {"question": QUESTION, "history": None, "else": 1},
        prompt,
        [QUESTION],
    ):
        assert read_input(given) == (QUESTION, [])


def test_a_pair_is_an_exchange_and_never_a_role() -> None:
    assert read_input({"question": "问", "history": [("human", "转人工请拨打……")]})[1] == [
        Turn("human", "转人工请拨打……")
    ]


def test_unanswered_and_twice_answered_messages() -> None:
    given = [
        AIMessage("您好"),
        HumanMessage("一"),
        HumanMessage("二"),
        AIMessage("甲"),
        AIMessage("乙"),
        HumanMessage("三"),
    ]
    assert read_input(given) == ("三", [Turn("一"), Turn("二", "甲\n乙")])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (7, "got int"),
        ({}, "'question' or 'messages', got the keys \\[\\]"),
        ({"query": "问"}, r"got the keys \['query'\]"),
        ({"question": 7}, "a question is a string, got int"),
        ({"question": "  "}, "the question is empty"),
        ({"question": "问", "history": 7}, "history is a list, got int"),
        ({"question": "问", "history": "一"}, "history is a list, got str"),
        ({"messages": 7}, "the messages cannot be read"),
        ({"question": "问", "history": [7]}, "history holds messages, Turns or pairs"),
        ({"question": "问", "history": [("一", "二", "三")]}, "history holds messages"),
        ([], "the last message must be the user's"),
        ([HumanMessage("一"), AIMessage("二")], "the last message must be the user's"),
        ([SystemMessage("一")], "the last message must be the user's"),
        ([7], "the messages cannot be read"),
        ([{"role": "nobody", "content": "一"}], "the messages cannot be read"),
        ("问" * 3000, "the limit is 2000"),
    ],
)
def test_what_holds_no_question_is_refused_and_reported(
    wiki: AskWiki, runs: Any, given: Any, words: str
) -> None:
    runnable = AskWikiRunnable(wiki)
    for call in (
        lambda: runnable.invoke(given, {"callbacks": [runs]}),
        lambda: list(runnable.stream(given, {"callbacks": [runs]})),
        lambda: asyncio.run(runnable.ainvoke(given, {"callbacks": [runs]})),
    ):
        with pytest.raises(QuestionError, match=words):
            call()
        assert runs.seen == [
            ("chain start", "AskWikiRunnable"),
            ("chain error", "QuestionError"),
        ]
        runs.seen.clear()


# --- streams -----------------------------------------------------------------------------------


async def gathered(stream: AsyncIterator[AIMessage]) -> list[AIMessage]:
    return [chunk async for chunk in stream]


def test_a_stream_adds_up_to_the_message(wiki: AskWiki) -> None:
    runnable = AskWikiRunnable(wiki)
    for question in (QUESTION, STEPS, ABROAD):
        whole = runnable.invoke(question)
        block = {**block_of(whole), "index": 0}
        for chunks in (
            list(runnable.stream(question)),
            asyncio.run(gathered(runnable.astream(question))),
        ):
            assert len({chunk.id for chunk in chunks}) == 1
            assert "".join(chunk.text for chunk in chunks) == whole.text
            total = summed(chunks)
            assert block_of(total) == block
            assert total.chunk_position == "last"
            assert total.response_metadata == whole.response_metadata
            assert all("annotations" not in block_of(chunk) for chunk in chunks[:-1])


def test_sentences_come_one_by_one_with_whole_markers(wiki: AskWiki) -> None:
    chunks = [chunk.text for chunk in AskWikiRunnable(wiki).stream(STEPS)]
    sentences = wiki.ask(STEPS).sentences
    assert len(sentences) >= 3
    assert [re.findall(r"\[\d+\]$", chunk) for chunk in chunks[: len(sentences)]] == [
        [f"[{sentence.citations[-1]}]"] for sentence in sentences
    ]


def test_a_stream_left_early_is_closed_and_its_run_ends(runs: Any) -> None:
    events = [StreamEvent("一"), StreamEvent("一二"), StreamEvent("一二三")]
    wiki = Scripted(events)
    stream = AskWikiRunnable(wiki).stream("问", {"callbacks": [runs]})
    assert next(stream).text == "一"
    stream.close()
    gc.collect()
    assert wiki.closed
    assert len(runs.seen) == 2

    async def leave(wiki: Scripted) -> tuple[str, bool]:
        stream: Any = AskWikiRunnable(wiki).astream("问")
        text = (await anext(stream)).text
        await stream.aclose()
        await asyncio.sleep(0.01)
        return text, wiki.closed

    assert asyncio.run(leave(Scripted(events))) == ("一", True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_answer_that_takes_the_place_of_another_says_so(language: Any) -> None:
    final = Answer(
        "问",
        "乙。[1]",
        "answered",
        sentences=(Sentence("乙。", (1,), "verbatim"),),
        citations=(cited(1, "乙。"),),
    )
    events = [StreamEvent("甲。[1]"), StreamEvent("乙。[1]"), StreamEvent(final.text, final)]
    wiki = Scripted(events)
    wiki.settings = Settings.load(language=language)
    runnable = AskWikiRunnable(wiki)
    for chunks in (list(runnable.stream("问")), asyncio.run(gathered(runnable.astream("问")))):
        total = summed(chunks)
        said = {"zh": "以上内容已撤回", "en": "withdrawn"}[language]
        assert re.fullmatch(rf"甲。\[1\]\n\n[^\n]*{said}[^\n]*\n\n乙。\[1\]", total.text)
        (one,) = block_of(total)["annotations"]
        assert_exact(one, final.sentences[0], 1, total.text)
        assert one["start_index"] == total.text.rindex("乙。")
        assert stored(total) == plain(final)


# --- callbacks, batches ------------------------------------------------------------------------


def test_handlers_see_every_way_of_calling(wiki: AskWiki, runs: Any) -> None:
    runnable = AskWikiRunnable(wiki, name="百科")
    config: Any = {"callbacks": [runs], "tags": ["试"]}
    runnable.invoke(QUESTION, config)
    asyncio.run(runnable.ainvoke(QUESTION, config))
    list(runnable.stream(QUESTION, config))
    asyncio.run(gathered(runnable.astream(QUESTION, config)))
    assert runs.seen == [("chain start", "百科"), ("chain end", "")] * 4
    assert runs.tags == ["试"] * 4
    assert {output.text for output in runs.outputs} == {wiki.ask(QUESTION).text}
    runnable.invoke(QUESTION, {"callbacks": [runs], "run_name": "此次"})
    assert runs.seen[-2] == ("chain start", "此次")


def test_a_model_that_the_wiki_asks_is_a_run_below_ours(runs: Any) -> None:
    class Asking(Scripted):
        def ask(self, question: str, history: Any = ()) -> Answer:
            text = GenericFakeChatModel(messages=iter(["好"])).invoke(question).text
            return Answer(question, text, "abstained", "unclear")

    runnable = AskWikiRunnable(Asking())
    assert runnable.invoke("一", {"callbacks": [runs]}).text == "好"
    assert asyncio.run(runnable.ainvoke("二", {"callbacks": [runs]})).text == "好"
    assert runs.prompts == ["一", "二"]


def test_events_name_the_runnable(wiki: AskWiki) -> None:
    async def events() -> list[tuple[str, str]]:
        stream = AskWikiRunnable(wiki).astream_events(QUESTION, version="v2")
        return [(event["event"], event["name"]) async for event in stream]

    seen = asyncio.run(events())
    assert {name for _, name in seen} == {"AskWikiRunnable"}
    kinds = [kind for kind, _ in seen]
    assert (kinds[0], kinds[-1]) == ("on_chain_start", "on_chain_end")
    assert kinds.count("on_chain_stream") == len(list(AskWikiRunnable(wiki).stream(QUESTION)))


def test_batches_keep_the_order(wiki: AskWiki) -> None:
    asked: list[Any] = [STEPS, ABROAD, QUESTION]
    messages = AskWikiRunnable(wiki).batch(asked)
    assert [stored(message)["question"] for message in messages] == asked
    assert [message.text for message in messages] == [wiki.ask(one).text for one in asked]
    late_first: list[Any] = ["问" * length for length in (9, 5, 1)]
    runnable = AskWikiRunnable(Scripted())
    assert [message.text for message in runnable.batch(late_first)] == late_first
    assert [message.text for message in asyncio.run(runnable.abatch(late_first))] == late_first


def test_a_batch_may_keep_its_errors() -> None:
    runnable = AskWikiRunnable(Scripted())
    given: list[Any] = ["一", [AIMessage("二")], "三"]
    for one, error, three in (
        runnable.batch(given, return_exceptions=True),
        asyncio.run(runnable.abatch(given, return_exceptions=True)),
    ):
        assert isinstance(error, QuestionError)
        assert (one.text, three.text) == ("一", "三")
    with pytest.raises(QuestionError):
        runnable.batch(given)


def test_a_batch_runs_no_more_at_a_time_than_asked() -> None:
    for call in (
        lambda wiki: AskWikiRunnable(wiki).batch(list("一二三四五六"), {"max_concurrency": 2}),
        lambda wiki: asyncio.run(
            AskWikiRunnable(wiki).abatch(list("一二三四五六"), {"max_concurrency": 2})
        ),
    ):
        wiki = Scripted()
        assert [message.text for message in call(wiki)] == list("一二三四五六")
        assert wiki.most == 2


def test_the_forms_of_input_and_output_can_be_shown(wiki: AskWiki) -> None:
    runnable = AskWikiRunnable(wiki)
    assert {"type": "string"} in runnable.get_input_jsonschema()["anyOf"]
    assert runnable.get_output_jsonschema()["title"] == "AIMessage"


# --- tool and graphs ---------------------------------------------------------------------------


def test_the_tool_gives_text_and_the_whole_answer(wiki: AskWiki, runs: Any) -> None:
    tool = as_tool(wiki)
    answer = wiki.ask(QUESTION)
    call: Any = {"name": "askwiki", "args": {"question": QUESTION}, "id": "1", "type": "tool_call"}
    for message in (
        tool.invoke(call, {"callbacks": [runs]}),
        asyncio.run(tool.ainvoke(call, {"callbacks": [runs]})),
    ):
        assert isinstance(message, ToolMessage)
        assert message.artifact == plain(answer)
        text, _, sources = message.text.rpartition("\n\n")
        assert text == answer.text
        first = answer.citations[0]
        assert sources.splitlines()[0] == f"[1] {first.title} > {first.section} ({first.source})"
        assert len(sources.splitlines()) == len(answer.citations)
    assert runs.seen == [("tool start", "askwiki"), ("tool end", "")] * 2
    assert tool.get_input_jsonschema()["required"] == ["question"]


def test_the_tool_says_that_the_wiki_has_nothing(wiki: AskWiki) -> None:
    assert as_tool(wiki).invoke({"question": ABROAD}) == wiki.ask(ABROAD).text
    assert as_tool(wiki, "look_up", "其他说明").name == "look_up"


def calls_tool(question: str) -> AIMessage:
    call = {"name": "askwiki", "args": {"question": question}, "id": "1"}
    return AIMessage("", tool_calls=[call])


@pytest.mark.parametrize("use", ["invoke", "ainvoke"])
def test_an_agent_calls_the_tool(wiki: AskWiki, runs: Any, use: str) -> None:
    model = ToolCaller(
        messages=iter([calls_tool(QUESTION), AIMessage("双方分摊。[1]")]), offered=[]
    )
    agent: Any = create_agent(model, [as_tool(wiki)])
    given = {"messages": [("human", "400电话谁付钱")]}
    config: Any = {"callbacks": [runs]}
    if use == "invoke":
        state = agent.invoke(given, config)
    else:
        state = asyncio.run(agent.ainvoke(given, config))
    asked, call, result, final = state["messages"]
    assert (asked.text, final.text) == ("400电话谁付钱", "双方分摊。[1]")
    assert call.tool_calls[0]["args"] == {"question": QUESTION}
    assert result.text.startswith(wiki.ask(QUESTION).text)
    assert result.artifact == plain(wiki.ask(QUESTION))
    assert "百科" in model.offered[0].description
    assert result.text in runs.prompts[1]
    assert ("tool start", "askwiki") in runs.seen


def test_an_agent_survives_a_question_that_is_none(wiki: AskWiki) -> None:
    model = ToolCaller(messages=iter([calls_tool("  "), AIMessage("请说明问题。")]), offered=[])
    agent: Any = create_agent(model, [as_tool(wiki)])
    messages = agent.invoke({"messages": [("human", "？")]})["messages"]
    assert messages[2].status == "error"
    assert "the question is empty" in messages[2].text
    assert messages[3].text == "请说明问题。"


def test_a_graph_keeps_the_conversation(wiki: AskWiki) -> None:
    graph: Any = StateGraph(MessagesState)
    graph.add_node("wiki", AskWikiRunnable(wiki) | (lambda message: {"messages": [message]}))
    graph.add_edge(START, "wiki")
    app = graph.compile(checkpointer=InMemorySaver())
    config = {"configurable": {"thread_id": "1"}}
    first = app.invoke({"messages": [("human", EARLIER[0])]}, config)["messages"]
    both = app.invoke({"messages": [("human", LATER)]}, config)["messages"]
    assert both[:2] == first
    expected = wiki.ask(LATER, [(EARLIER[0], first[1].text)])
    assert expected != wiki.ask(LATER)
    assert stored(both[3]) == plain(expected)


# --- package and guide -------------------------------------------------------------------------


def test_without_langchain_the_error_names_the_install_line() -> None:
    program = (
        "import sys\n"
        "sys.modules['langchain_core'] = None\n"
        "import askwiki.integrations\n"
        "import askwiki.integrations.langchain\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1] == (
        "askwiki.errors.MissingExtraError: LangChain integration needs the package "
        "'langchain-core', which is not installed: run  pip install 'askwiki[langchain]'"
    )


def blocks_of_the_guide(language: str) -> list[str]:
    page = (ROOT / "docs" / "langchain.md").read_text("utf-8")
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def test_the_guide_runs_from_top_to_bottom(
    wiki: AskWiki, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(AskWiki, "default", lambda: wiki)
    names: dict[str, Any] = {"__name__": "guide"}
    said = []
    for block in blocks_of_the_guide("python"):
        exec(compile(block, "docs/langchain.md", "exec"), names)
        said.append(capsys.readouterr().out)
    assert said[1] == "由主叫和被叫分摊。[1]\n"
    assert "<-" in said[2]
    assert said[3] == "abstained out_of_scope []\n"
    assert said[4].endswith(" sources\n")
    assert "[1] " in said[5]
    assert said[6] == f"{stored(names['state']['messages'][-1])['trace']['query']}\n" != "\n"


def test_the_guide_shows_the_fields_of_an_annotation(wiki: AskWiki) -> None:
    (shown,) = (json.loads(block) for block in blocks_of_the_guide("json"))
    given = block_of(AskWikiRunnable(wiki).invoke(QUESTION))["annotations"][0]
    assert (list(shown), list(shown["extras"])) == (list(given), list(given["extras"]))
