"""What the words of claims alone tell of them, and figures that leave it out."""

import numpy as np
import pytest

from habits import MOST, Habits, cross_fitted, evened
from judge import Claim


def claim(passage: int, text: str, supported: bool) -> Claim:
    return Claim(str(passage), "", f"第{passage}段", text, supported, "", "")


TOLD = [
    claim(n, f"{doer}办理{end}。", end == "等")
    for n, doer in enumerate("甲乙丙丁戊己庚辛壬癸" * 3)
    for end in ("等", "才")
]


def test_habits_are_known_of_passages_not_seen() -> None:
    altered = np.array([not c.supported for c in TOLD])
    odds = cross_fitted(TOLD)
    assert odds[altered].min() > 0.3
    assert odds[~altered].max() < -0.3


def test_words_that_both_sorts_have_tell_nothing() -> None:
    even = [claim(n, "单位办理。", bool(side)) for n in range(30) for side in (0, 1)]
    assert np.abs(cross_fitted(even)).max() < 0.1


def test_log_odds_are_never_surer_than_that() -> None:
    habits = Habits(TOLD * 40)
    assert np.abs(habits.log_odds(["甲办理等等。", "才才才"])).max() <= MOST


def test_under_even_weights_words_alone_tell_nothing() -> None:
    altered = np.array([True] * 80 + [False] * 20 + [True] * 20 + [False] * 80)
    odds = np.log(np.array([0.8] * 100 + [0.2] * 100) / np.array([0.2] * 100 + [0.8] * 100))
    weights = evened(odds, altered)
    assert weights[altered].mean() == pytest.approx(1)
    assert weights[~altered].mean() == pytest.approx(1)
    high = odds > 0
    assert weights[altered & high].sum() / weights[altered].sum() == pytest.approx(0.5)
    assert weights[~altered & high].sum() / weights[~altered].sum() == pytest.approx(0.5)
