"""What is found for a question: for each of its parts passages, a draft, how sure it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from askwiki import text as zh
from askwiki.answer import Answerer, Draft
from askwiki.answer.confidence import confidence, in_scope
from askwiki.answer.familiarity import asked_elsewhere
from askwiki.embed import bundled_encoder
from askwiki.homophones import Homophones
from askwiki.index import Store
from askwiki.question import Question, restated, without_context
from askwiki.retrieve import Retriever, Topic
from askwiki.schema import Chunk, Hit, Trace

MOST_PASSAGES = 12
"""Passages that a language model is shown at most."""

IN_SCOPE, STRANGE, UNKNOWN = 0.8, -0.2, 0.5
"""A question that is refused is taken to be on another subject where its chance to be in scope is
below the first, and its familiarity or the share of its words that the corpus knows below theirs.
Chosen by looking at what the tuning questions that our wiki refuses are."""

UNSURE, CLEARLY = 0.4, 0.1
"""A question that is less sure than the first is read without what is told beside it too, and
answered so where that is surer by the second. Chosen on tuning questions (`training/LOG.md`)."""


class Part:
    """One part of a question with what was found for it."""

    def __init__(self, query: str, hits: tuple[Hit, ...], draft: Draft) -> None:
        self.query, self.hits, self.draft = query, hits, draft
        self.confidence = confidence(draft.signals)
        self.unstated = bool(draft.signals.get("unstated"))
        """Whether it does not say how long, as was asked."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What there is to answer with: all parts of the question, and those that are sure enough."""

    parts: tuple[Part, ...]
    sure: tuple[Part, ...]
    trace: Trace

    @property
    def missing(self) -> list[Part]:
        """The parts that will not be answered."""
        return [part for part in self.parts if part not in self.sure]

    @property
    def in_scope(self) -> bool:
        """Whether the corpus speaks of the subject at all, as far as the words of the parts tell."""
        return any(_in_scope(part.draft.signals) for part in self.parts)

    @property
    def unstated(self) -> bool:
        """Whether what would have answered the first part does not say how long, as was asked."""
        return bool(self.parts and self.parts[0].unstated)

    @property
    def drafts(self) -> list[Draft]:
        """The articles' own sentences, a draft a part."""
        return [part.draft for part in self.sure]

    def passages(self) -> list[Chunk]:
        """The best passages of every part, the parts taking turns, each passage once."""
        ranked = zip_longest(*(part.hits for part in self.sure))
        chunks = {hit.chunk.id: hit.chunk for row in ranked for hit in row if hit}
        return list(chunks.values())[:MOST_PASSAGES]


def _in_scope(signals: Mapping[str, float]) -> bool:
    if not signals:
        return False
    usual = signals["familiar"] > STRANGE and signals["known"] >= UNKNOWN
    return usual or in_scope(signals) >= IN_SCOPE


def homophones_of(store: Store) -> Homophones:
    """What puts homophones right by what the articles write."""
    return Homophones(store.lexical, len(store.chunks), _is_common)


def _is_common(word: str) -> bool:
    return bundled_encoder().knows(word) or asked_elsewhere(word)


def names_of(store: Store) -> frozenset[str]:
    """What the articles are called, folded."""
    return frozenset(
        zh.normalise(name)
        for article in store.articles.values()
        for name in (article.title, article.title.partition("的")[0])
    )


@dataclass(frozen=True, slots=True)
class Finder:
    """Searches for each part of a question and drafts an answer to it.

    `names` are those of the articles (`names_of`), `homophones` puts right what was typed by sound;
    a part counts as answered from `min_confidence`.
    """

    retriever: Retriever
    answerer: Answerer
    names: frozenset[str]
    homophones: Homophones
    top_k: int
    min_confidence: float

    def find(self, asked: Question) -> Findings:
        """The parts of the question, each with what was found for it and chosen from it."""
        meant = self._with_homophones_right(asked)
        read_as = meant.query if meant.query != asked.query else ""
        asked = self._spelt_out(meant)
        topic = self.retriever.topic_of(asked.past)
        parts = [self._part(asked, part, topic) for part in asked.parts]
        sure = self._sure(parts)
        if asked.parts[0] == asked.query and sure:
            parts = sure  # one of them is the whole question: nothing of it is missing
        if len(parts) > 1 and not sure:
            # The split may have been wrong: try the question as one.
            parts = [self._part(asked, asked.query, topic)]
            sure = self._sure(parts)
        trace = replace(trace_of(asked, parts, topic), read_as=read_as)
        return Findings(tuple(parts), tuple(sure), trace)

    def _with_homophones_right(self, asked: Question) -> Question:
        query, *parts = map(self.homophones.corrected, (asked.query, *asked.parts))
        return replace(asked, query=query, parts=tuple(parts))

    def _spelt_out(self, asked: Question) -> Question:
        """Who types a name and nothing else asks what it is."""
        name = zh.normalise(asked.query).strip(" ?？。!！")
        if name not in self.names and name not in zh.trade_terms():
            return asked
        return restated(asked, f"{asked.query}是什么")

    def _sure(self, parts: list[Part]) -> list[Part]:
        return [part for part in parts if part.confidence >= self.min_confidence]

    def _part(self, asked: Question, query: str, topic: Topic) -> Part:
        """What is found for `query`, or for less of it where that is clearly surer.

        What lacks nothing but how long was found by the whole, and less of it finds something else.
        """
        part = self._read(asked, query, topic)
        if part.confidence >= UNSURE or part.unstated:
            return part
        shorter = [self._read(asked, rest, topic) for rest in without_context(query)]
        best = max(shorter, key=lambda other: other.confidence, default=part)
        return best if best.confidence >= part.confidence + CLEARLY else part

    def _read(self, asked: Question, query: str, topic: Topic) -> Part:
        hits = self.retriever.retrieve(query, self.top_k, topic)
        return Part(query, tuple(hits), self.answerer.draft(asked, query, hits))


_GOES_ON = "the conversation goes on: articles it is about were preferred"
_CHANGES = "the conversation turns to another subject"


def trace_of(asked: Question, parts: Sequence[Part], topic: Topic) -> Trace:
    """How the answer came about: the passages of all parts, each once, and the parts' signals."""
    seen: dict[str, Hit] = {}
    for part in parts:
        for hit in part.hits:
            seen.setdefault(hit.chunk.id, hit)
    hits = tuple(replace(hit, rank=rank) for rank, hit in enumerate(seen.values(), 1))
    query, notes = asked.query, []
    if asked.past:
        goes_on = bool(hits) and hits[0].chunk.article_id in topic
        notes.append(_GOES_ON if goes_on else _CHANGES)
        if goes_on and query in asked.text and hits[0].chunk.title not in query:
            query = f"{hits[0].chunk.title}：{query}"
    signals = {
        (name if len(parts) == 1 else f"{number}.{name}"): round(value, 4)
        for number, part in enumerate(parts, 1)
        for name, value in part.draft.signals.items()
    }
    return Trace(query, asked.kind, tuple(p.query for p in parts), hits, signals, tuple(notes))
