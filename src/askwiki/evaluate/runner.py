"""Asks every question of a set and keeps what came back, with its scores."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from time import perf_counter
from typing import Any, Literal

from askwiki.errors import AskWikiError
from askwiki.evaluate.metrics import (
    ArticleText,
    answer_text,
    facts_rank,
    missing_facts,
    relevant_rank,
    score,
)
from askwiki.evaluate.questions import Item
from askwiki.schema import Answer, Hit

Ask = Callable[[str, Sequence[tuple[str, str]]], Answer]
"""Question and history -> answer."""

Retrieve = Callable[[str, int], Sequence[Hit]]
"""Question and depth -> hits, best first."""

Progress = Callable[[int, int, str], None]
"""Called with questions done, questions in all, and the question just done."""

ResultStatus = Literal["answered", "partial", "abstained", "failed", "missing"]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one question."""

    item: Item
    status: ResultStatus
    reason: str | None = None
    text: str = ""
    """The answer as it was shown, Markdown with markers."""
    confidence: float | None = None
    ranks: Mapping[str, int | None] = field(default_factory=dict)
    """Place among the first k hits of the "relevant" one, and of the one with all "facts"."""
    hits: tuple[str, ...] = ()
    """The first k hits, each as title and headings."""
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    """As `metrics.score` gives them."""
    missing_facts: tuple[str, ...] = ()
    """First wording of each fact that the answer does not state."""
    citations: tuple[dict[str, Any], ...] = ()
    latency_ms: float | None = None
    """Wall time of the answer alone; None where there was none."""
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Everything in plain values, ready for `json.dumps`."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Run:
    """A question set and its results; an item without a result is missing, and counts as 0."""

    items: tuple[Item, ...]
    results: tuple[Result, ...]
    k: int = 5

    def __post_init__(self) -> None:
        _check_distinct([item.id for item in self.items], "item")
        _check_distinct([result.item.id for result in self.results], "result")
        strangers = {r.item.id for r in self.results} - {item.id for item in self.items}
        if strangers:
            raise ValueError(f"results of questions that were not asked: {sorted(strangers)}")

    def complete(self) -> tuple[Result, ...]:
        """One result an item, in the order of the items, missing ones filled in."""
        known = {result.item.id: result for result in self.results}
        return tuple(known.get(i.id) or _nothing(i, "missing", self.k) for i in self.items)


def run(
    items: Sequence[Item],
    ask: Ask,
    retrieve: Retrieve,
    article_text: ArticleText,
    progress: Progress | None = None,
    k: int = 5,
) -> Run:
    """Ask every item, one after the other.

    An `AskWikiError` makes a question failed, and it goes on; anything else is a bug and is
    raised. Where a person breaks it off, the run holds the questions that were asked till then.
    Hits of a question with history are those of the query that the answer was searched with, as
    its trace tells it. The first latency includes whatever `ask` loads on first use.

    Raises:
        ValueError: `k` is below 1, two items share an id, or a confidence is not from 0 to 1.
    """
    if k < 1:
        raise ValueError(f"k is at least 1, got {k}")
    _check_distinct([item.id for item in items], "item")
    results = []
    with suppress(KeyboardInterrupt):
        for done, item in enumerate(items, 1):
            results.append(_result(item, ask, retrieve, article_text, k))
            if progress is not None:
                progress(done, len(items), item.question)
    return Run(tuple(items[: len(results)]), tuple(results), k)


def _check_distinct(ids: Sequence[str], what: str) -> None:
    twice = [one for one, count in Counter(ids).items() if count > 1]
    if twice:
        raise ValueError(f"each {what} needs its own id, these are given twice: {twice}")


def _result(item: Item, ask: Ask, retrieve: Retrieve, article_text: ArticleText, k: int) -> Result:
    try:
        started = perf_counter()
        answer = ask(item.question, item.history)
        latency_ms = (perf_counter() - started) * 1000
        # In a conversation what was said before takes part in the search: ask what was found then.
        hits = (answer.trace.hits if item.history else retrieve(item.question, k))[:k]
    except AskWikiError as error:
        return _nothing(item, "failed", k, f"{type(error).__name__}: {error}")
    if not 0.0 <= answer.confidence <= 1.0:
        raise ValueError(f"confidence of {item.id!r} is not from 0 to 1: {answer.confidence}")
    return Result(
        item,
        answer.status,
        answer.reason,
        answer.text,
        answer.confidence,
        {"relevant": relevant_rank(hits, item), "facts": facts_rank(hits, item)},
        tuple(" > ".join((hit.chunk.title, *hit.chunk.heading)) for hit in hits),
        score(item, answer, hits, article_text, k),
        _missing(item, answer),
        tuple(asdict(citation) for citation in answer.citations),
        latency_ms,
    )


def _missing(item: Item, answer: Answer | None) -> tuple[str, ...]:
    return tuple(fact[0] for fact in missing_facts(answer_text(answer), item.facts))


def _nothing(
    item: Item, status: Literal["failed", "missing"], k: int, error: str | None = None
) -> Result:
    """The result of a question without an answer: 0 in everything that applies."""
    return Result(
        item,
        status,
        ranks={"relevant": None, "facts": None},
        metrics=score(item, None, (), str, k),
        missing_facts=_missing(item, None),
        error=error,
    )
