"""What the words of claims alone tell of them: the habits of those who wrote them.

Whoever writes a true sentence and an altered one of the same passage does not write them in the same
words (等 and 可能 in the true ones, 才 and 一律 in the altered), and what learns or is measured on such
claims may know the writer and not the passage. So habits are learned here by themselves, to be left
out: of what is learned (`entailment.py`, `judge.py`) and of what a figure means
(`benchmarks/judge.py`).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from askwiki import text as zh

if TYPE_CHECKING:
    from judge import Claim

MOST = 4.0
"""Log odds; words alone are never surer."""

LIGHTEST, HEAVIEST = 0.25, 4.0
"""What a claim may weigh."""


class Habits:
    """A logistic regression over the characters and bigrams of claims."""

    def __init__(self, claims: "Sequence[Claim]") -> None:
        self._counter = CountVectorizer(
            analyzer="char", ngram_range=(1, 2), binary=True, min_df=min(20, len(claims) // 10)
        )
        grams = self._counter.fit_transform([zh.normalise(claim.text) for claim in claims])
        altered = [not claim.supported for claim in claims]
        self._fit = LogisticRegression(C=0.05, max_iter=500).fit(grams, altered)

    def log_odds(self, texts: Sequence[str]) -> np.ndarray:
        """(n,) how far the words of each speak for its being altered."""
        grams = self._counter.transform([zh.normalise(text) for text in texts])
        odds: np.ndarray = np.clip(self._fit.decision_function(grams), -MOST, MOST)
        return odds


def cross_fitted(claims: "Sequence[Claim]") -> np.ndarray:
    """(n,) the log odds of each claim by habits learned without its passage."""
    found = np.zeros(len(claims))
    passages = [claim.passage for claim in claims]
    for seen, held in GroupKFold(5).split(passages, groups=passages):
        habits = Habits([claims[n] for n in seen])
        found[held] = habits.log_odds([claims[n].text for n in held])
    return found


def evened(log_odds: np.ndarray, altered: np.ndarray) -> np.ndarray:
    """(n,) weights of mean 1 on either side under which words alone tell next to nothing.

    Each weighs the inverse of the chance that its words give to what it is (inverse propensity
    weights; Rosenbaum and Rubin, 1983).
    """
    chance = 1 / (1 + np.exp(-np.where(altered, log_odds, -log_odds)))
    weights = np.clip(0.5 / chance, LIGHTEST, HEAVIEST)
    for side in (altered, ~altered):
        weights[side] /= weights[side].mean()
    return weights
