"""AskWiki: the only room that knows every other room."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from askwiki.answer import Answerer, Draft
from askwiki.answer.confidence import confidence
from askwiki.answer.evidence import EvidenceScorer
from askwiki.answer.extractive import ExtractiveAnswerer
from askwiki.answer.reader import bundled_reader
from askwiki.answer.refusal import refusal_text, say
from askwiki.cite import Proved, prove
from askwiki.corpus import Corpus, corpus_digest, load_corpus
from askwiki.embed import Encoder, bundled_encoder, load_encoder
from askwiki.errors import IndexStoreError, UnknownArticleError
from askwiki.index import Store, build_store, open_store
from askwiki.question import Question, read_question
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

Progress = Callable[[int, int, str], None]

_log = logging.getLogger(__name__)


class AskWiki:
    """Answers questions from one index; make it with `build`, `open` or `default`.

    Safe to share between threads: nothing changes while it answers.
    """

    def __init__(
        self, store: Store, retriever: Retriever, answerer: Answerer, settings: Settings
    ) -> None:
        self.store, self.settings = store, settings
        self._retriever, self._answerer = retriever, answerer

    # --- ways to make one ---------------------------------------------------------------------

    @classmethod
    def build(
        cls,
        corpus: str | Path,
        index: str | Path,
        settings: Settings | None = None,
        encoder: Encoder | None = None,
        progress: Progress | None = None,
    ) -> "AskWiki":
        """Read every article below `corpus`, build the index in `index`, open it.

        What was skipped and why is logged as a warning; `askwiki corpus list` shows it too.

        Raises:
            CorpusError: the folder is missing or holds no article that can be read.
            IndexStoreError: the index cannot be written.
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
        return cls._over(store, encoder, settings)

    @classmethod
    def open(
        cls,
        index: str | Path,
        settings: Settings | None = None,
        encoder: Encoder | None = None,
    ) -> "AskWiki":
        """The index in `index`, checked.

        Raises:
            IndexStoreError: there is none, or it cannot be used; the message says what mends it.
        """
        settings = settings or default_settings()
        encoder = encoder or load_encoder(settings.encoder)
        return cls._over(open_store(Path(index), encoder), encoder, settings)

    @classmethod
    def default(
        cls, settings: Settings | None = None, progress: Progress | None = None
    ) -> "AskWiki":
        """The index of the settings, built first where it is missing, damaged or out of date."""
        settings = settings or default_settings()
        try:
            wiki = cls.open(settings.index, settings)
        except IndexStoreError as error:
            _log.info("building the index: %s", error)
            return cls.build(settings.corpus, settings.index, settings, progress=progress)
        if not settings.corpus.is_dir():
            _log.warning(
                "the corpus folder %s is gone: the index as it was serves", settings.corpus
            )
        elif corpus_digest(settings.corpus) != wiki.store.manifest.corpus_digest:
            return cls.build(settings.corpus, settings.index, settings, progress=progress)
        return wiki

    @classmethod
    def _over(cls, store: Store, encoder: Encoder, settings: Settings) -> "AskWiki":
        bundled = bundled_encoder()
        scorer = EvidenceScorer(bundled, bundled_reader(), store.lexical.idf, bundled.idf)
        retriever = Retriever(store, encoder, settings.dense_weight)
        return cls(store, retriever, ExtractiveAnswerer(scorer), settings)

    # --- questions ----------------------------------------------------------------------------

    def ask(self, question: str, history: History = ()) -> Answer:
        """Answer `question`, or say plainly that the wiki does not.

        Args:
            question: what the user typed.
            history: past exchanges, oldest first, as `Turn` or (question, answer).

        Raises:
            QuestionError: the question is empty or too long.
        """
        asked = read_question(question, history, self.settings.max_question_chars)
        if asked.request != "search":
            return self._decline(asked)
        return self._answer(asked)

    async def aask(self, question: str, history: History = ()) -> Answer:
        """`ask` in a worker thread."""
        return await asyncio.to_thread(self.ask, question, history)

    def ask_many(self, questions: Iterable[str]) -> list[Answer]:
        """The answers in the order of `questions`."""
        return [self.ask(question) for question in questions]

    def stream(self, question: str, history: History = ()) -> Iterator[StreamEvent]:
        """The answer as it grows, proved sentence by proved sentence; the last event is whole."""
        answer = self.ask(question, history)
        for end in _sentence_ends(answer):
            yield StreamEvent(answer.text[:end])
        yield StreamEvent(answer.text, answer)

    async def astream(self, question: str, history: History = ()) -> AsyncIterator[StreamEvent]:
        """`stream` for asynchronous callers."""
        for event in await asyncio.to_thread(lambda: list(self.stream(question, history))):
            yield event

    def retrieve(self, question: str, k: int = 5) -> list[Hit]:
        """The `k` passages nearest to `question`, best first."""
        asked = read_question(question, (), self.settings.max_question_chars)
        return self._retriever.retrieve(asked.query, k)

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
        return AskWiki(self.store, self._retriever, self._answerer, settings)

    def examples(self, count: int = 4) -> list[str]:
        """Section headings that read as questions, each of another topic."""
        found: dict[str, str] = {}
        for article in self.contents():
            topic = article.topic[0] if article.topic else article.id
            heading = next((s.path[-1] for s in article.sections if _is_question(s.path)), None)
            if heading:
                found.setdefault(topic, f"{heading.rstrip('？?')}？")
        return list(found.values())[:count]

    # --- inside -------------------------------------------------------------------------------

    def _answer(self, asked: Question) -> Answer:
        parts = [self._answer_part(asked, part) for part in asked.parts]
        sure = [p for p in parts if p.confidence >= self.settings.min_confidence]
        if len(parts) > 1 and not sure:
            # The split may have been wrong: try the question as one.
            parts = [self._answer_part(asked, asked.query)]
            sure = [p for p in parts if p.confidence >= self.settings.min_confidence]
        trace = _trace(asked, parts)
        if not sure:
            return self._abstain(asked, parts, trace)
        proved = prove([part.draft for part in sure], self.store.articles)
        if not proved.sentences:
            return self._abstain(asked, parts, trace)
        missing = [part.query for part in parts if part not in sure]
        return self._answered(asked, proved, missing, min(p.confidence for p in sure), trace)

    def _answer_part(self, asked: Question, query: str) -> "_Part":
        hits = self._retriever.retrieve(query, self.settings.top_k)
        draft = self._answerer.draft(asked, query, hits)
        return _Part(query, tuple(hits), draft)

    def _answered(
        self,
        asked: Question,
        proved: Proved,
        missing: Sequence[str],
        sure: float,
        trace: Trace,
    ) -> Answer:
        language = self.settings.language
        notes = [say("missing_part", language).format(part) for part in missing]
        return Answer(
            asked.text,
            "\n\n".join([proved.text, *notes]),
            "partial" if missing else "answered",
            "no_evidence" if missing else None,
            round(sure, 4),
            proved.sentences,
            proved.citations,
            self._suggestions(trace.hits, {c.article_id for c in proved.citations}),
            trace,
        )

    def _abstain(self, asked: Question, parts: "Sequence[_Part]", trace: Trace) -> Answer:
        reason: Reason = "no_evidence" if self._in_scope(parts) else "out_of_scope"
        suggestions = self._suggestions(trace.hits)
        text = refusal_text(reason, "search", suggestions, self.examples(), self.settings)
        sure = max((part.confidence for part in parts), default=0.0)
        return Answer(
            asked.text,
            text,
            "abstained",
            reason,
            round(sure, 4),
            suggestions=suggestions,
            trace=trace,
        )

    def _decline(self, asked: Question) -> Answer:
        """The reply to what is no question: a greeting, a wish for a person, noise, steering."""
        reasons: dict[str, Reason] = {"human": "human_requested", "steering": "out_of_scope"}
        reason = reasons.get(asked.request, "unclear")
        text = refusal_text(reason, asked.request, (), self.examples(), self.settings)
        return Answer(
            asked.text,
            text,
            "abstained",
            reason,
            trace=Trace(asked.query, asked.kind, asked.parts, notes=(f"request: {asked.request}",)),
        )

    def _in_scope(self, parts: "Sequence[_Part]") -> bool:
        """Whether the corpus speaks of the subject at all."""
        return any(part.draft.signals.get("share", 0.0) >= 0.35 for part in parts)

    def _suggestions(
        self, hits: Sequence[Hit], beside: set[str] | None = None
    ) -> tuple[Suggestion, ...]:
        """Up to three articles of the hits, those of `beside` left out."""
        found: dict[str, str] = {}
        for hit in hits:
            if hit.chunk.article_id not in (beside or ()):
                found.setdefault(hit.chunk.article_id, hit.chunk.title)
        return tuple(Suggestion(key, title) for key, title in list(found.items())[:3])


class _Part:
    """One part of a question with what was found for it."""

    def __init__(self, query: str, hits: tuple[Hit, ...], draft: Draft) -> None:
        self.query, self.hits, self.draft = query, hits, draft
        self.confidence = confidence(draft.signals)


def _trace(asked: Question, parts: Sequence[_Part]) -> Trace:
    seen: dict[str, Hit] = {}
    for part in parts:
        for hit in part.hits:
            seen.setdefault(hit.chunk.id, hit)
    hits = tuple(replace(hit, rank=rank) for rank, hit in enumerate(seen.values(), 1))
    notes = ("the question leans on the one before it",) if asked.follows_up else ()
    signals = {
        (name if len(parts) == 1 else f"{number}.{name}"): round(value, 4)
        for number, part in enumerate(parts, 1)
        for name, value in part.draft.signals.items()
    }
    return Trace(asked.query, asked.kind, tuple(p.query for p in parts), hits, signals, notes)


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


def _openable(index: Path) -> Store | None:
    """The store of a former build, whose vectors may be taken over."""
    try:
        return open_store(index)
    except IndexStoreError:
        return None
