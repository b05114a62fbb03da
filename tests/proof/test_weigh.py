"""The stored model: a linear half and a boosted half."""

from math import exp

from askwiki.proof.passage import read_passage
from askwiki.proof.signs import signs
from askwiki.proof.weigh import READ, Weights, bundled_weights

WEIGHTS = Weights.of(
    {
        "signs": ["number", "borne"],
        "mean": [0.5, 1.0],
        "scale": [0.5, 2.0],
        "linear": [1.0, -2.0],
        "bias": 0.25,
        "base": 0.5,
        "trees": [[[0, 0.5, 1, 2], [-1.0], [2.0]]],
        "threshold": 0.4,
    }
)


def logistic(x: float) -> float:
    return 1 / (1 + exp(-x))


def test_the_chance_is_the_mean_of_both_halves() -> None:
    low = (logistic(0.25 - 1.0 + 0.0) + logistic(0.5 - 1.0)) / 2
    high = (logistic(0.25 + 1.0 + 1.0) + logistic(0.5 + 2.0)) / 2
    assert WEIGHTS.chance({"number": 0.0, "borne": 1.0}) == low
    assert WEIGHTS.chance({"number": 1.0, "borne": 0.0}) == high


def test_a_value_on_the_threshold_goes_left() -> None:
    on, above = ({"number": v, "borne": 1.0} for v in (0.5, 0.5 + 1e-9))
    assert WEIGHTS.chance(on) < WEIGHTS.chance(above) - 0.2


def test_the_bundled_weights_know_every_sign_in_order() -> None:
    _, found = signs("甲。", read_passage("", "甲。"))
    assert bundled_weights().signs == (*found, READ)
    assert 0.2 < bundled_weights().threshold < 0.6
