"""The chance that a draft answers its question."""

import json
from importlib.resources import files
from math import exp, isclose

import pytest

from askwiki.answer.confidence import ANSWERS, SCOPE, SIGNALS, Fit, confidence, in_scope
from askwiki.pipeline import AskWiki

NONE = dict.fromkeys(SCOPE, 0.0)


def table() -> dict[str, dict[str, object]]:
    text = files("askwiki").joinpath("data/confidence.json").read_text("utf-8")
    return dict(json.loads(text))


def test_a_fit_is_a_logistic_regression() -> None:
    fit = Fit({"known": 2.0, "fused": -1.0}, 0.5)
    assert isclose(fit.chance({"known": 1.0, "fused": 0.5, "size": 9.0}), 1 / (1 + exp(-2.0)))


def test_an_extreme_signal_gives_no_overflow() -> None:
    assert Fit({"known": 1e6}, 0.0).chance({"known": -1e3}) < 1e-12


def test_it_is_the_product_of_scope_and_answer() -> None:
    answers = table()["answers"]
    bias = answers["bias"]
    assert isinstance(bias, float)
    assert isclose(confidence(NONE), in_scope(NONE) / (1 + exp(-bias)))


def test_nothing_found_is_no_chance_at_all() -> None:
    assert (confidence({}), in_scope({})) == (0.0, 0.0)


def test_what_was_fitted_is_what_is_weighed() -> None:
    weights = {name: list(part["weights"]) for name, part in table().items()}  # type: ignore[call-overload]
    assert weights == {"scope": list(SCOPE), "answers": list(ANSWERS)}
    assert SIGNALS == {"scope": SCOPE, "answers": ANSWERS}


@pytest.mark.parametrize("name", ["answerable", "fused"])
def test_the_better_a_signal_the_higher_the_chance(wiki: AskWiki, name: str) -> None:
    signals = dict(wiki.ask("打400电话客户要付钱吗？").trace.signals)
    low, high = signals | {name: signals[name] - 0.2}, signals | {name: signals[name] + 0.2}
    assert confidence(low) < confidence(signals) < confidence(high)


def test_a_question_that_sounds_like_the_corpus_is_more_likely_in_scope(wiki: AskWiki) -> None:
    signals = dict(wiki.ask("打400电话客户要付钱吗？").trace.signals)
    strange = signals["familiar"] - 3
    more = {"familiar": strange, "familiar_by_size": strange * signals["size"]}
    assert in_scope(signals | more) < in_scope(signals)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("北京到上海高铁多久", "out_of_scope"),
        ("怎么做红烧肉", "out_of_scope"),
        ("打印机卡纸了怎么办", "out_of_scope"),
    ],
)
def test_another_subject_is_refused_as_such(wiki: AskWiki, question: str, reason: str) -> None:
    assert wiki.ask(question).reason == reason
