"""question -> list[Hit]: BM25 and cosine, fused, the best of them reranked.

    fused = (1 - w) * bm25 / best + w * max(0, cosine)
    score = (1 - r) * fused + r * max(0, match)

`best` is the most BM25 could give this query, so that the lexical part is a share
between 0 and 1 and means the same for every question; `match` is what the reranker
makes of the first `RERANKED`, 0 for the others. A section of which this question was asked
before, by its `asked` wordings, comes first. A convex combination of normalised
scores follows Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid
Retrieval" (2023).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice

import numpy as np

from askwiki import text as zh
from askwiki.embed import Encoder, Vectors
from askwiki.index.store import Store
from askwiki.opposed import answers_the_opposite
from askwiki.question import kind_of
from askwiki.rerank import Reranker
from askwiki.schema import Hit
from askwiki.wordings import Wordings

EXPANSION_WEIGHT = 0.3
"""Weight of a glossary synonym's terms beside 1 for the words of the question."""

POOL = 100
"""Candidates taken from each arm before they are fused."""

CARRIED_WEIGHT = 0.2
"""Added to the fused score of sections in the article that the conversation is about. Chosen on
conversations of the training and tuning questions (`training/LOG.md`)."""

RERANKED, RERANK_WEIGHT = 20, 0.44
"""Hits that the reranker looks at, and `r`; chosen on held-back pages (`training/LOG.md`)."""

DEFINING = re.compile(r"(?:基本|基础)?(?:释义|定义|含义|简介|概述|概念|介绍)")
DEFINING_WEIGHT = 0.1
"""Added to the score of sections under such a heading where the question asks what something is:
on raw wiki pages all sections name the subject, and the heading of the one that defines it is
general."""

ASKED_WEIGHT = 0.3
"""Added to the score of the section of which this question was asked before (`askwiki.wordings`), so that
whoever adds a wording finds that section first."""

OPPOSED_WEIGHT = 0.1
"""Taken from the score of a section whose heading answers the opposite of what is asked."""

FADING = 0.7
"""What is left of a topic after each further question."""

NEAR_DUPLICATE = 0.9
"""Share of common bigrams from which a lower hit counts as a copy of a higher one."""

HASH_BITS = 2048
"""Of a text's bigrams, to tell texts apart that are no copies."""

Topic = Mapping[str, float]
"""Articles that a conversation is about, each with its share from 0 to 1."""

NO_TOPIC: Topic = {}


@dataclass(frozen=True, slots=True)
class Retriever:
    """Both arms over one store; what it has barred is never found."""

    store: Store
    encoder: Encoder
    dense_weight: float = 0.3
    reranker: Reranker | None = None
    _rows: Mapping[str, int] = field(init=False, repr=False)
    """Id of a chunk -> its row in the store."""
    _asked: Wordings = field(init=False, repr=False)
    """The questions that the chunks are known to answer."""

    def __post_init__(self) -> None:
        rows = {chunk.id: row for row, chunk in enumerate(self.store.chunks)}
        object.__setattr__(self, "_rows", rows)
        asked = ((question, chunk.id) for chunk in self.store.chunks for question in chunk.asked)
        object.__setattr__(self, "_asked", Wordings(asked))

    def retrieve(self, query: str, k: int = 5, topic: Topic = NO_TOPIC) -> list[Hit]:
        """The `k` best chunks, best first; fewer where neither arm finds more, none copied.

        Args:
            query: what to search for.
            k: how many at most.
            topic: articles that the conversation is about, each 0 to 1; see `topic_of`.

        Raises:
            ValueError: `k` is below 1.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, got {k}")
        if not self.store.chunks:
            return []
        found = self._near(topic, self._searched(query))
        asked = self._asked.answered_by(query)
        if asked:
            found = sorted(found, key=lambda hit: hit.chunk.id != asked)
        return self._reranked(query, self._distinct(found, max(k, RERANKED)), asked)[:k]

    def topic_of(self, questions: Sequence[str]) -> Topic:
        """What a conversation is about after `questions`, oldest first: articles, each 0 to 1.

        The articles of the three best sections of the last question, and, fading, those of the
        questions before it. A question on another subject is not drawn back by this: its own
        article leads by more than the weight of a topic.
        """
        topic: dict[str, float] = {}
        for question in questions if self.store.chunks else ():
            shown = (
                hit
                for hit in self._near(topic, self._searched(question))
                if hit.chunk.id not in self.store.barred
            )
            best = list(islice(shown, 3))
            fresh: dict[str, float] = {}
            for hit in best:
                share = hit.score / best[0].score
                fresh.setdefault(hit.chunk.article_id, share)
            for article, share in topic.items():
                fresh[article] = max(fresh.get(article, 0.0), share * FADING)
            topic = fresh
        return topic

    def _searched(self, query: str) -> Iterator[Hit]:
        """What either arm finds, best first; each hit is made when it is looked at."""
        return self._fused(query, self.encoder.encode_query([query]))

    @staticmethod
    def _near(topic: Topic, hits: Iterable[Hit]) -> Iterable[Hit]:
        """`hits` in the order of their scores with what the topic adds; their scores hold it."""
        if not topic:
            return hits
        lifted = [
            _lifted(hit, CARRIED_WEIGHT * topic.get(hit.chunk.article_id, 0.0)) for hit in hits
        ]
        return sorted(lifted, key=lambda hit: -hit.score)

    def _fused(self, query: str, vector: Vectors) -> Iterator[Hit]:
        terms = query_terms(query)
        best = self.store.lexical.best({t: w for t, w in terms.items() if w > 0})
        lexical = self.store.lexical.scores(_with_synonyms(query, terms))
        lexical_ids = _top(lexical, POOL)
        lexical = np.minimum(lexical / best, 1.0) if best else lexical
        dense_ids, _ = self.store.dense.search(vector, POOL)
        ids = np.union1d(lexical_ids, dense_ids)
        cosine = np.maximum(self.store.dense.scores(vector, ids), 0.0)
        fused = (1 - self.dense_weight) * lexical[ids] + self.dense_weight * cosine
        lexical_rank = {int(i): rank for rank, i in enumerate(lexical_ids, 1)}
        dense_rank = {int(i): rank for rank, i in enumerate(dense_ids, 1)}
        order = np.lexsort((ids, -fused))
        for rank, at in enumerate(order[fused[order] > 0], 1):
            i = int(ids[at])
            yield Hit(
                self.store.chunks[i],
                float(fused[at]),
                rank,
                lexical_rank.get(i),
                dense_rank.get(i),
                float(lexical[i]),
                float(cosine[at]),
            )

    def _distinct(self, hits: Iterable[Hit], k: int) -> list[Hit]:
        """The first `k` hits that are neither barred nor near-copies of a better one."""
        kept: list[Hit] = []
        for hit in hits:
            if hit.chunk.id in self.store.barred:
                continue
            if any(_is_copy(hit.chunk.text, other.chunk.text) for other in kept):
                continue
            kept.append(hit)
            if len(kept) == k:
                break
        return kept

    def _reranked(self, query: str, hits: list[Hit], asked: str | None = None) -> list[Hit]:
        """`hits` in their final order, with ranks and reasons; of the chunk `asked` this was asked."""
        if self.reranker:
            sections = [self.store.late[self._rows[hit.chunk.id]] for hit in hits[:RERANKED]]
            matches = self.reranker.match(query, sections)
            rest = (0.0,) * (len(hits) - len(matches))
            hits = [
                replace(
                    hit,
                    score=(1 - RERANK_WEIGHT) * hit.score + RERANK_WEIGHT * max(match, 0.0),
                    lifted=(1 - RERANK_WEIGHT) * hit.lifted,
                    match_score=match,
                )
                for hit, match in zip(hits, (*map(float, matches), *rest), strict=True)
            ]
        if kind_of(query) == "definition":
            hits = [_lifted(hit, DEFINING_WEIGHT) if _defines(hit) else hit for hit in hits]
        hits = [
            replace(hit, score=hit.score + ASKED_WEIGHT, asked=True)
            if hit.chunk.id == asked
            else hit
            for hit in hits
        ]
        hits = [_lifted(hit, -OPPOSED_WEIGHT) if _is_opposed(query, hit) else hit for hit in hits]
        hits = sorted(hits, key=lambda hit: -hit.score)
        return [replace(hit, rank=rank, why=_why(hit)) for rank, hit in enumerate(hits, 1)]


def _defines(hit: Hit) -> bool:
    return bool(hit.chunk.heading and DEFINING.fullmatch(hit.chunk.heading[-1]))


def _is_opposed(query: str, hit: Hit) -> bool:
    heading = hit.chunk.heading[-1] if hit.chunk.heading else ""
    return not hit.asked and answers_the_opposite(query, heading)


def _lifted(hit: Hit, more: float) -> Hit:
    return replace(hit, score=hit.score + more, lifted=hit.lifted + more)


def query_terms(query: str) -> dict[str, float]:
    """The terms of `query` with their weights: words that most questions have count less."""
    common = zh.question_weights()
    return {term: common.get(term, 1.0) for term in dict.fromkeys(zh.tokens(query))}


def _with_synonyms(query: str, terms: Mapping[str, float]) -> dict[str, float]:
    widened = dict(terms)
    for other in zh.expansions(query):
        for term in zh.tokens(other):
            widened.setdefault(term, EXPANSION_WEIGHT)
    return widened


def _top(scores: Vectors, k: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Positions of the `k` highest scores above 0, best first, ties by position."""
    k = min(k, len(scores))
    least = np.partition(scores, len(scores) - k)[len(scores) - k]
    reach = np.flatnonzero((scores >= least) & (scores > 0))
    return reach[np.lexsort((reach, -scores[reach]))][:k].astype(np.int64)


def _is_copy(a: str, b: str) -> bool:
    """Whether the Jaccard index of their bigrams is over `NEAR_DUPLICATE`; texts without bigrams are
    copies if they are the same.

    Most pairs are told apart by how many bigrams they have, or by the bits of their hashes: each
    bit that only one of them has stands for a bigram that the other lacks.
    """
    one, other = _bigram_bits(a), _bigram_bits(b)
    small, large = sorted((one.count, other.count))
    if large == 0:
        return a == b
    most_apart = (1 - NEAR_DUPLICATE) / NEAR_DUPLICATE * small
    if small <= NEAR_DUPLICATE * large or (one.bits ^ other.bits).bit_count() > most_apart:
        return False
    shared = len(_bigrams(a) & _bigrams(b))
    return shared > NEAR_DUPLICATE * (small + large - shared)


@dataclass(frozen=True, slots=True)
class _BigramBits:
    """How many different bigrams a text has, and the bits that their hashes set."""

    count: int
    bits: int


@lru_cache(8192)
def _bigram_bits(text: str) -> _BigramBits:
    grams = _bigrams(text)
    bits = 0
    for gram in grams:
        bits |= 1 << (hash(gram) % HASH_BITS)
    return _BigramBits(len(grams), bits)


def _bigrams(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}


def _why(hit: Hit) -> str:
    arms = ["asked of this section before"] if hit.asked else []
    if hit.lexical_rank:
        arms.append(f"words: rank {hit.lexical_rank}, {hit.lexical_score:.2f} of the best possible")
    if hit.dense_rank:
        arms.append(f"meaning: rank {hit.dense_rank}, cosine {hit.dense_score:.2f}")
    if hit.match_score:
        arms.append(f"match: {hit.match_score:.2f}")
    return "; ".join(arms)
