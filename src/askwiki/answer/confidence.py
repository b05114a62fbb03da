"""The chance that a draft answers its question, from the signals it came with.

    chance = in_scope * answers

`in_scope` is the chance that the question is about what the corpus is about at all, `answers` that the
draft answers one that is. Each is a logistic regression over some of the signals, fitted on the
tuning questions by `training/confidence.py`:

    p = 1 / (1 + exp(-(bias + sum of weight * signal)))

One regression for both could not do it: which words a question shares with others tells a foreign one
apart, and says nothing about whether a sentence on the right matter states what was asked.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

ANSWERS = (
    "answerable",  # the reader's log odds that any sentence answers
    "known",  # share of the question's words that the corpus uses at all
    "fused",  # fused score of the first hit
    "size",  # about the logarithm of twice the passages: a small corpus knows fewer words …
    "known_by_size",
    "fused_by_size",  # … and has no questions that lift the score
    "dense",  # the best cosine: a foreign question may share words with a small corpus
    "dense_by_size",
)
SCOPE = (
    *ANSWERS,
    "familiar",  # how much more the question sounds like the corpus than like others
    "familiar_by_size",
)
"""Some of the figures a draft comes with. The others told right from wrong a little better on the
tuning questions and what is not covered from what is much worse (`training/LOG.md`)."""

SIGNALS = {"scope": SCOPE, "answers": ANSWERS}


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted logistic regression."""

    weights: Mapping[str, float]
    bias: float

    def chance(self, signals: Mapping[str, float]) -> float:
        """Between 0 and 1."""
        logit = self.bias + sum(weight * signals[name] for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


@cache
def _fitted(name: str) -> Fit:
    table = json.loads(files("askwiki").joinpath("data/confidence.json").read_text("utf-8"))[name]
    weights = {signal: float(table["weights"][signal]) for signal in SIGNALS[name]}
    return Fit(weights, float(table["bias"]))


def confidence(signals: Mapping[str, float]) -> float:
    """Between 0 and 1; 0 where there are no signals, because nothing was found."""
    if not signals:
        return 0.0
    return in_scope(signals) * _fitted("answers").chance(signals)


def in_scope(signals: Mapping[str, float]) -> float:
    """Whether the corpus speaks of the subject at all, between 0 and 1; 0 without signals."""
    return _fitted("scope").chance(signals) if signals else 0.0
