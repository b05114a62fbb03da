"""AskWiki: the only room that knows every other room."""

import asyncio
import logging
import time
from collections.abc import (
    AsyncIterator,
    Callable,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from askwiki.answer import Answerer
from askwiki.answer.deadline import Deadline
from askwiki.answer.evidence import EvidenceScorer
from askwiki.answer.extractive import ExtractiveAnswerer
from askwiki.answer.reader import bundled_reader
from askwiki.answer.refusal import refusal_text, say
from askwiki.cite import Proved, escape, prove
from askwiki.compose import Composed, Composer, Task, load_composer
from askwiki.corpus import Corpus, corpus_digest, load_corpus
from askwiki.embed import Encoder, bundled_encoder, load_encoder
from askwiki.errors import (
    CorpusError,
    IndexBusyError,
    IndexStoreError,
    QuestionError,
    UnknownArticleError,
)
from askwiki.findings import Finder, Findings, homophones_of, names_of
from askwiki.index import Store, build_store, open_store
from askwiki.orders import order_in, sections_with_orders
from askwiki.question import Question, read_question, restated
from askwiki.request import Request
from askwiki.rerank import bundled_reranker
from askwiki.retrieve import Retriever
from askwiki.schema import (
    Answer,
    Article,
    History,
    Hit,
    Reason,
    StreamEvent,
    Suggestion,
    Trace,
)
from askwiki.settings import Settings, default_settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

Progress = Callable[[int, int, str], None]

_WAITS, _WAIT_S = 240, 0.5
"""How often an index is looked for while another process builds it, and the seconds between."""

_log = logging.getLogger(__name__)


class AskWiki:
    """Answers questions from one index; make it with `build`, `open` or `default`.

    Safe to share between threads: nothing changes while it answers.
    """

    def __init__(
        self,
        store: Store,
        retriever: Retriever,
        answerer: Answerer,
        settings: Settings,
        composer: Composer | None = None,
    ) -> None:
        self.store, self.settings = store, settings
        self._retriever, self._answerer, self._composer = retriever, answerer, composer
        self._finder = Finder(
            *(retriever, answerer, names_of(store), homophones_of(store)),
            top_k=settings.top_k,
            min_confidence=settings.min_confidence,
        )

    # --- ways to make one ---------------------------------------------------------------------

    @classmethod
    def build(
        cls,
        corpus: str | Path,
        index: str | Path,
        settings: Settings | None = None,
        encoder: Encoder | None = None,
        progress: Progress | None = None,
        llm: "BaseChatModel | None" = None,
    ) -> "AskWiki":
        """Read every article below `corpus`, build the index in `index`, open it.

        What was skipped and why is logged as a warning; `askwiki corpus list` shows it too. `llm`
        is a LangChain chat model to write the answers, in place of the one of the settings.

        Raises:
            CorpusError: the folder is missing or holds no article that can be read.
            IndexStoreError: the index cannot be written.
            SettingsError: the language model of the settings cannot be set up.
        """
        settings = settings or default_settings()
        digest = corpus_digest(Path(corpus)) if Path(corpus).is_dir() else ""
        loaded = load_corpus(Path(corpus), max_file_mb=settings.max_file_mb)
        _report_skipped(loaded)
        encoder = encoder or load_encoder(settings.encoder)
        store = build_store(
            loaded.articles,
            encoder,
            Path(index),
            progress=progress,
            previous=_openable(Path(index)),
            corpus_digest=digest,
        )
        _report_orders(store)
        return cls._over(store, encoder, settings, llm)

    @classmethod
    def open(
        cls,
        index: str | Path,
        settings: Settings | None = None,
        encoder: Encoder | None = None,
        llm: "BaseChatModel | None" = None,
    ) -> "AskWiki":
        """The index in `index`, checked; `llm` as in `build`.

        Raises:
            IndexStoreError: there is none, or it cannot be used; the message says what mends it.
            SettingsError: the language model of the settings cannot be set up.
        """
        settings = settings or default_settings()
        encoder = encoder or load_encoder(settings.encoder)
        return cls._over(open_store(Path(index), encoder), encoder, settings, llm)

    @classmethod
    def default(
        cls,
        settings: Settings | None = None,
        progress: Progress | None = None,
        llm: "BaseChatModel | None" = None,
    ) -> "AskWiki":
        """The index of the settings, built first where it is missing, damaged or out of date.

        A whole index serves as it is where no new one can be built, with a logged warning; where
        there is none and another process builds it, that is waited for. `llm` as in `build`.

        Raises:
            CorpusError, IndexStoreError: there is no index, and none can be built.
            SettingsError: the language model of the settings cannot be set up.
        """
        settings = settings or default_settings()
        for _ in range(_WAITS):
            try:
                wiki = cls.open(settings.index, settings, llm=llm)
                break
            except IndexStoreError as error:
                _log.info("building the index: %s", error)
            with suppress(IndexBusyError):
                return cls._built(settings, progress, llm)
            time.sleep(_WAIT_S)
        else:
            return cls._built(settings, progress, llm)
        if not settings.corpus.is_dir():
            _log.warning(
                "the corpus folder %s is gone: the index as it was serves", settings.corpus
            )
        elif corpus_digest(settings.corpus) != wiki.store.manifest.corpus_digest:
            try:
                return cls._built(settings, progress, llm)
            except (CorpusError, IndexStoreError) as error:
                _log.warning("the index as it was serves, as no new one can be built: %s", error)
        return wiki

    @classmethod
    def _built(
        cls, settings: Settings, progress: Progress | None, llm: "BaseChatModel | None"
    ) -> "AskWiki":
        return cls.build(settings.corpus, settings.index, settings, progress=progress, llm=llm)

    @classmethod
    def _over(
        cls,
        store: Store,
        encoder: Encoder,
        settings: Settings,
        llm: "BaseChatModel | None" = None,
    ) -> "AskWiki":
        bundled = bundled_encoder()
        asked = [
            q for article in store.articles.values() for s in article.sections for q in s.asked
        ]
        scorer = EvidenceScorer(bundled, bundled_reader(), store.lexical, bundled.idf, asked)
        retriever = Retriever(store, encoder, settings.dense_weight, bundled_reranker())
        composer = load_composer(settings, store.articles, llm)
        return cls(store, retriever, ExtractiveAnswerer(scorer), settings, composer)

    # --- questions ----------------------------------------------------------------------------

    def ask(self, question: str, history: History = ()) -> Answer:
        """Answer `question`, or say plainly that the wiki does not.

        Args:
            question: what the user typed.
            history: past exchanges, oldest first, as `Turn` or (question, answer).

        Raises:
            QuestionError: the question is empty or too long.
        """
        return self._ask(question, history, self._deadline())

    async def aask(self, question: str, history: History = ()) -> Answer:
        """`ask` in a worker thread; cancelling it ends the language model's call too."""
        deadline = self._deadline()
        try:
            return await asyncio.to_thread(self._ask, question, history, deadline)
        finally:
            deadline.give_up()

    def ask_many(self, questions: Iterable[str]) -> list[Answer]:
        """The answers in the order of `questions`.

        A language model is asked `llm_concurrency` of them at a time, each with its own deadline.

        Raises:
            QuestionError: `questions` is one string, or one of them is empty or too long; none is
                answered then.
        """
        if isinstance(questions, str):
            raise QuestionError("ask_many takes several questions, got one string: use ask")
        questions = list(questions)
        for question in questions:
            read_question(question, (), self.settings.max_question_chars)
        if self._composer is None:
            return [self.ask(question) for question in questions]
        with ThreadPoolExecutor(self.settings.llm_concurrency) as pool:
            return list(pool.map(self.ask, questions))

    def stream(self, question: str, history: History = ()) -> Iterator[StreamEvent]:
        """The answer as it grows, proved sentence by proved sentence; the last event is whole.

        Each text begins with the one before it. Closing the iterator ends the language model's
        call.
        """
        return self._stream(question, history, self._deadline())

    async def astream(self, question: str, history: History = ()) -> AsyncIterator[StreamEvent]:
        """`stream` for asynchronous callers; cancelling it ends the language model's call."""
        if self._composer is None:
            for event in await asyncio.to_thread(lambda: list(self.stream(question, history))):
                yield event
            return
        deadline = self._deadline()
        events = self._stream(question, history, deadline)
        try:
            while (step := await asyncio.to_thread(_next, events)) is not None:
                yield step
        finally:
            deadline.give_up()
            with suppress(ValueError):  # a step of it still runs, and ends by itself
                events.close()

    def retrieve(self, question: str, k: int = 5) -> list[Hit]:
        """The `k` passages nearest to `question`, best first."""
        asked = read_question(question, (), self.settings.max_question_chars)
        return self._retriever.retrieve(asked.query, k)

    @property
    def has_model(self) -> bool:
        """Whether a language model writes the answers."""
        return self._composer is not None

    # --- articles -----------------------------------------------------------------------------

    @property
    def articles(self) -> Mapping[str, Article]:
        """All articles by id."""
        return self.store.articles

    def article(self, article_id: str) -> Article:
        """The article with this id.

        Raises:
            UnknownArticleError: there is none.
        """
        try:
            return self.store.articles[article_id]
        except KeyError:
            raise UnknownArticleError(
                f"no article has the id {article_id!r}: `askwiki corpus list` shows all ids"
            ) from None

    def contents(self) -> list[Article]:
        """All articles as a menu lists them: the topics of the settings first, then by id."""
        first = {topic: place for place, topic in enumerate(self.settings.topics)}

        def place(article: Article) -> tuple[int, str]:
            return first.get(article.topic[0] if article.topic else "", len(first)), article.id

        return sorted(self.store.articles.values(), key=place)

    def with_settings(self, settings: Settings) -> "AskWiki":
        """The same index and models under other settings; only what is said and shown changes."""
        return AskWiki(self.store, self._retriever, self._answerer, settings, self._composer)

    def examples(self, count: int = 4) -> list[str]:
        """Section headings that read as questions, each of another topic."""
        return list(self._examples[:count])

    @cached_property
    def _examples(self) -> tuple[str, ...]:
        found: dict[str, str] = {}
        for article in self.contents():
            topic = article.topic[0] if article.topic else article.id
            heading = next((s.path[-1] for s in article.sections if _is_question(s.path)), None)
            if heading and topic not in found and not order_in(heading):
                found[topic] = f"{heading.rstrip('？?')}？"
        return tuple(found.values())

    # --- inside -------------------------------------------------------------------------------

    def _deadline(self) -> Deadline:
        return Deadline(self.settings.llm_deadline_s)

    def _ask(self, question: str, history: History, deadline: Deadline) -> Answer:
        asked = read_question(question, history, self.settings.max_question_chars)
        if asked.request != "search":
            return self._decline(asked)
        if self._composer is None:
            return self._answer(asked)
        *_, last = self._write(asked, history, deadline)
        assert last.answer is not None
        return last.answer

    def _stream(
        self, question: str, history: History, deadline: Deadline
    ) -> Generator[StreamEvent, None, None]:
        asked = read_question(question, history, self.settings.max_question_chars)
        if asked.request == "search" and self._composer is not None:
            yield from self._write(asked, history, deadline)
            return
        answer = self._decline(asked) if asked.request != "search" else self._answer(asked)
        for end in _sentence_ends(answer):
            yield StreamEvent(answer.text[:end])
        yield StreamEvent(answer.text, answer)

    def _answer(self, asked: Question) -> Answer:
        found = self._finder.find(asked)
        if not found.sure:
            return self._abstain(asked, found)
        return self._proved(asked, found, prove(found.drafts, self.store.articles))

    def _write(
        self, asked: Question, history: History, deadline: Deadline
    ) -> Generator[StreamEvent, None, None]:
        """The answer of the language model as it is proved; it is asked only if there is evidence."""
        asked = self._standing_alone(asked, history, deadline)
        found = self._finder.find(asked)
        if not found.sure or self._composer is None:
            answer = self._abstain(asked, found)
            yield StreamEvent(answer.text, answer)
            return
        question = "；".join(part.query for part in found.sure) if found.missing else asked.query
        task = Task(
            *(question, history, found.passages(), found.drafts, deadline),
            language=self.settings.language,
        )
        with closing(self._composer.compose(task)) as steps:
            for step in steps:
                if isinstance(step, str):
                    yield StreamEvent(step)
                    continue
                answer = self._composed(asked, found, step)
                yield StreamEvent(answer.text, answer)

    def _standing_alone(self, asked: Question, history: History, deadline: Deadline) -> Question:
        """`asked` as the language model rewrites it where something was asked before."""
        if not asked.past or self._composer is None:
            return asked
        query = self._composer.standing_alone(asked.text, history, deadline)
        return restated(asked, query) if query else asked

    def _composed(self, asked: Question, found: Findings, composed: Composed) -> Answer:
        notes = (*found.trace.notes, *composed.notes)
        trace = replace(found.trace, notes=notes, model=composed.part)
        return self._proved(asked, replace(found, trace=trace), composed.proved)

    def _proved(self, asked: Question, found: Findings, proved: Proved) -> Answer:
        if not proved.sentences:
            return self._abstain(asked, found)
        language = self.settings.language
        notes = [say("missing_part", language).format(escape(part.query)) for part in found.missing]
        return Answer(
            asked.text,
            "\n\n".join([proved.text, *notes]),
            "partial" if found.missing else "answered",
            "no_evidence" if found.missing else None,
            round(min(part.confidence for part in found.sure), 4),
            proved.sentences,
            proved.citations,
            self._suggestions(found.trace.hits, {c.article_id for c in proved.citations}),
            found.trace,
        )

    def _abstain(self, asked: Question, found: Findings) -> Answer:
        reason: Reason = "no_evidence" if found.in_scope else "out_of_scope"
        if found.trace.model == "failed":
            reason = "model_unavailable"
        suggestions = self._suggestions(found.trace.hits)
        unstated = reason == "no_evidence" and found.unstated
        text = self._refusal(reason, "search", suggestions, unstated=unstated)
        sure = max((part.confidence for part in found.parts), default=0.0)
        return Answer(
            asked.text,
            text,
            "abstained",
            reason,
            round(sure, 4),
            suggestions=suggestions,
            trace=found.trace,
        )

    def _decline(self, asked: Question) -> Answer:
        """The reply to what is no question: a greeting, a wish for a person, noise, steering."""
        reasons: dict[str, Reason] = {"human": "human_requested", "steering": "out_of_scope"}
        reason = reasons.get(asked.request, "unclear")
        text = self._refusal(reason, asked.request)
        return Answer(
            asked.text,
            text,
            "abstained",
            reason,
            trace=Trace(asked.query, asked.kind, asked.parts, notes=(f"request: {asked.request}",)),
        )

    def _refusal(
        self,
        reason: Reason,
        request: Request,
        suggestions: Sequence[Suggestion] = (),
        *,
        unstated: bool = False,
    ) -> str:
        """The Markdown of a refusal, in which titles and headings are text and never markup."""
        named = [replace(s, title=escape(s.title)) for s in suggestions]
        examples = [escape(example) for example in self.examples()]
        return refusal_text(reason, request, named, examples, self.settings, unstated=unstated)

    def _suggestions(
        self, hits: Sequence[Hit], beside: set[str] | None = None
    ) -> tuple[Suggestion, ...]:
        """Up to three articles of the hits, those of `beside` left out."""
        found: dict[str, str] = {}
        for hit in hits:
            if hit.chunk.article_id not in (beside or ()):
                found.setdefault(hit.chunk.article_id, hit.chunk.title)
        return tuple(Suggestion(key, title) for key, title in list(found.items())[:3])


def _next(events: Iterator[StreamEvent]) -> StreamEvent | None:
    return next(events, None)


def _sentence_ends(answer: Answer) -> Iterator[int]:
    """Positions in the Markdown after each sentence's last marker."""
    at = 0
    for sentence in answer.sentences:
        marker = f"[{sentence.citations[-1]}]"
        at = answer.text.find(marker, at) + len(marker)
        yield at


def _is_question(path: Sequence[str]) -> bool:
    words = ("什么", "怎么", "如何", "哪些", "多少", "谁", "吗", "能否", "怎样", "多久", "为什么")
    return bool(path) and any(word in path[-1] for word in words)


def _report_skipped(corpus: Corpus) -> None:
    for skipped in corpus.skipped:
        _log.warning("skipped %s: %s", skipped.source, skipped.reason)


def _report_orders(store: Store) -> None:
    tampered = {chunk.article_id: None for chunk in store.chunks if chunk.id in store.barred}
    for article in map(store.articles.__getitem__, tampered):
        for section, words in sections_with_orders(article).items():
            where = f"{article.source}: {' > '.join(section.path) or article.title}"
            _log.warning(
                "left out of answers, as it gives the assistant an order: %s (%s)", where, words
            )


def _openable(index: Path) -> Store | None:
    """The store of a former build, whose vectors may be taken over."""
    try:
        return open_store(index)
    except IndexStoreError:
        return None
