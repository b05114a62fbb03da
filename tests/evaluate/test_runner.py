"""Runs over a wiki of fakes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from askwiki.errors import IndexDamagedError
from askwiki.evaluate import Item, Run, run, runner
from askwiki.schema import Answer, Hit, Trace

ITEMS = (
    Item("a", "几位？", "400", facts=(("十位",), ("月租",))),
    Item("b", "太长", "400", facts=(("十位",),)),
    Item("c", "天气？", abstain=True),
)


@pytest.fixture
def wiki(fake: Any) -> Any:
    answers = {"几位？": fake.answered("400", "号码为十位。"), "天气？": fake.refused}
    hits = {
        "几位？": [fake.hit("总机", (), "x"), fake.hit("400", ("号码",), "十位", 2)],
        "太长": [fake.hit("400", (), "十位")],
    }
    return fake.wiki(answers, hits)


def test_a_result_each(wiki: Any) -> None:
    seen: list[tuple[int, int, str]] = []
    done = run(ITEMS, wiki.ask, wiki.retrieve, wiki.article_text, lambda *a: seen.append(a), k=2)
    assert (done.items, done.k) == (ITEMS, 2)
    assert [result.status for result in done.results] == ["answered", "failed", "abstained"]
    assert seen == [(1, 3, "几位？"), (2, 3, "太长"), (3, 3, "天气？")]
    assert wiki.retrieved == [("几位？", 2), ("天气？", 2)]


def test_an_answer_is_kept_whole(wiki: Any) -> None:
    result = run(ITEMS[:1], wiki.ask, wiki.retrieve, wiki.article_text).results[0]
    assert (result.text, result.confidence, result.error) == ("号码为十位。[1]", 0.8, None)
    assert result.ranks == {"relevant": 2, "facts": None}
    assert result.hits == ("总机", "400 电话 > 号码")
    assert result.missing_facts == ("月租",)
    assert result.metrics["fact_recall"] == 0.5
    assert [(c["article_id"], c["quote"]) for c in result.citations] == [("400", "号码为十位。")]


def test_a_failed_question_is_0_and_says_why(wiki: Any) -> None:
    result = run(ITEMS[1:2], wiki.ask, wiki.retrieve, wiki.article_text).results[0]
    assert result.error == "QuestionError: 问题太长"
    assert (result.confidence, result.latency_ms) == (None, None)
    assert result.missing_facts == ("十位",)
    assert set(result.metrics.values()) == {0.0, None}
    assert result.metrics["hit@1"] == result.metrics["answer_rate"] == 0.0


def test_a_failing_retrieval_fails_the_question(wiki: Any) -> None:
    def retrieve(question: str, k: int) -> Sequence[Hit]:
        raise IndexDamagedError("坏了")

    result = run(ITEMS[:1], wiki.ask, retrieve, wiki.article_text).results[0]
    assert (result.status, result.error) == ("failed", "IndexDamagedError: 坏了")
    assert result.metrics["fact_recall"] == 0.0


def test_a_bug_is_raised(wiki: Any) -> None:
    def ask(question: str, history: Sequence[tuple[str, str]]) -> Answer:
        raise KeyError("bug")

    with pytest.raises(KeyError, match="bug"):
        run(ITEMS, ask, wiki.retrieve, wiki.article_text)


def test_only_the_answer_is_timed(wiki: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([10.0, 10.25])
    monkeypatch.setattr(runner, "perf_counter", lambda: next(ticks))
    result = run(ITEMS[:1], wiki.ask, wiki.retrieve, wiki.article_text).results[0]
    assert result.latency_ms == 250.0


def test_history_goes_along_and_what_was_found_with_it_is_judged(wiki: Any) -> None:
    item = Item("h", "它呢？", article="a", history=(("总机是什么", "…"),))
    hits = tuple(wiki.retrieve("几位？", 5))
    wiki.retrieved.clear()
    wiki.answers["它呢？"] = replace(wiki.answers["天气？"], trace=Trace(hits=hits))
    alone = Item("i", "它呢？")
    done = run([item, alone], wiki.ask, wiki.retrieve, wiki.article_text, k=3)
    assert wiki.asked == [("它呢？", (("总机是什么", "…"),)), ("它呢？", ())]
    assert wiki.retrieved == [("它呢？", 3)]
    assert len(done.results[0].hits) == min(3, len(hits))


@pytest.mark.parametrize("confidence", [1.5, -0.1, float("nan")])
def test_a_confidence_that_is_none_is_a_bug(wiki: Any, confidence: float) -> None:
    wiki.answers["几位？"] = replace(wiki.answers["几位？"], confidence=confidence)
    with pytest.raises(ValueError, match="confidence of 'a'"):
        run(ITEMS[:1], wiki.ask, wiki.retrieve, wiki.article_text)


def test_the_door(wiki: Any) -> None:
    with pytest.raises(ValueError, match="at least 1, got 0"):
        run(ITEMS, wiki.ask, wiki.retrieve, wiki.article_text, k=0)
    with pytest.raises(ValueError, match=r"given twice: \['a'\]"):
        run([ITEMS[0], ITEMS[0]], wiki.ask, wiki.retrieve, wiki.article_text)
    assert wiki.asked == []


def test_missing_results_are_filled_in(wiki: Any) -> None:
    done = run(ITEMS, wiki.ask, wiki.retrieve, wiki.article_text)
    cut = Run(ITEMS, done.results[2:])
    assert [r.status for r in cut.complete()] == ["missing", "missing", "abstained"]
    assert cut.complete()[0].metrics["fact_recall"] == 0.0
    with pytest.raises(ValueError, match=r"not asked: \['c'\]"):
        Run(ITEMS[:2], done.results)
    with pytest.raises(ValueError, match="given twice"):
        Run(ITEMS, (done.results[0], done.results[0]))
