"""The chance that a draft answers its question."""

import json
from importlib.resources import files
from math import exp, isclose

import pytest

from askwiki.answer.confidence import (
    ANSWERS,
    SCOPE,
    SETTLED,
    SIGNALS,
    SIZES,
    Fit,
    confidence,
    in_scope,
)
from askwiki.pipeline import AskWiki

NONE = dict.fromkeys((*SCOPE, *ANSWERS, *SETTLED), 0.0)


def table() -> dict[str, dict[str, object]]:
    text = files("askwiki").joinpath("data/confidence.json").read_text("utf-8")
    return dict(json.loads(text))


def test_a_fit_is_a_logistic_regression() -> None:
    fit = Fit({"known": 2.0, "fused": -1.0}, 0.5)
    assert isclose(
        fit.chance({**NONE, "known": 1.0, "fused": 0.5, "size": 5.0}), 1 / (1 + exp(-2.0))
    )


@pytest.mark.parametrize(("size", "seen"), [(0.0, SIZES[0]), (5.5, 5.5), (12.2, SIZES[1])])
def test_a_corpus_of_another_size_counts_as_the_nearest_that_was_fitted(
    size: float, seen: float
) -> None:
    assert isclose(
        Fit({"size": 0.5}, -2.0).chance({**NONE, "size": size}), 1 / (1 + exp(2 - 0.5 * seen))
    )


def test_an_extreme_signal_gives_no_overflow() -> None:
    assert Fit({"known": 1e6}, 0.0).chance({**NONE, "known": -1e3, "size": 5.0}) < 1e-12


def test_it_is_the_product_of_scope_and_answer() -> None:
    answers = table()["answers"]
    weights, bias = answers["weights"], answers["bias"]
    assert isinstance(bias, float)
    assert isinstance(weights, dict)
    logit = bias + weights["size"] * SIZES[0]
    assert isclose(confidence(NONE), in_scope(NONE) / (1 + exp(-logit)))


def test_what_settles_the_matter_leaves_a_share_of_the_chance() -> None:
    strange, unstated = NONE | {"strange": 1.0}, NONE | {"unstated": 1.0}
    assert isclose(in_scope(strange), 0.4 * in_scope(NONE))
    assert isclose(confidence(strange), 0.4 * confidence(NONE))
    assert isclose(in_scope(unstated), in_scope(NONE))
    assert isclose(confidence(unstated), confidence(NONE) / 10)


def test_nothing_found_is_no_chance_at_all() -> None:
    assert (confidence({}), in_scope({})) == (0.0, 0.0)


def test_what_was_fitted_is_what_is_weighed() -> None:
    weights = {name: list(part["weights"]) for name, part in table().items()}  # type: ignore[call-overload]
    assert weights == {"scope": list(SCOPE), "answers": list(ANSWERS)}
    assert SIGNALS == {"scope": SCOPE, "answers": ANSWERS}


@pytest.mark.parametrize("size", [0.0, 4.7, 6.0, 8.4, 12.2])
@pytest.mark.parametrize("name", ["answerable", "fused", "dense", "familiar", "known"])
def test_the_better_a_signal_the_higher_the_chance_in_a_corpus_of_any_size(
    name: str, size: float
) -> None:
    usual = {"answerable": 2.0, "fused": 0.6, "dense": 0.5, "familiar": 0.5, "known": 0.8}
    signals = NONE | usual | {"size": size}
    low, high = signals | {name: usual[name] - 0.2}, signals | {name: usual[name] + 0.2}
    assert confidence(low) < confidence(signals) < confidence(high)


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
