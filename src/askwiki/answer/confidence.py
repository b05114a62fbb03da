"""The chance that a draft answers its question, from the signals it came with.

    chance = in_scope * answers

`in_scope` is the chance that the question is about what the corpus is about at all, `answers` that the
draft answers one that is. Each is a logistic regression over some of the signals, fitted on the
tuning questions by `training/confidence.py`:

    p = 1 / (1 + exp(-(bias + sum of weight * signal)))

One regression for both could not do it: which words a question shares with others tells a foreign one
apart, and says nothing about whether a sentence on the right matter states what was asked. And two
things are no matter of weight, since they hold for few questions and settle those: that a question is
stranger than nearly all that were asked of the corpus, and that a draft states no time where the
question asks how long. They leave the share in `SETTLED` of the chance.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

ANSWERS = (
    "answerable",  # the reader's log odds that any sentence answers
    "fused",  # fused score of the first hit
    "dense",  # the best cosine: a foreign question may share words with a small corpus
    "size",  # about the logarithm of twice the passages
)
"""What tells whether a draft answers. The other figures a draft comes with told right from wrong a
little better on the tuning questions and what is not covered from what is much worse; products with
the size turned the sign of some (`training/LOG.md`)."""

SCOPE = (
    *ANSWERS,
    "known",  # share of the question's words that the corpus uses at all
    "familiar",  # how much more the question sounds like the corpus than like others
    "familiar_by_size",  # in a large corpus that says more
)
"""What tells whether a question is about what the corpus is about. `familiar_by_size` is no figure of
a draft: it is made of two."""

SETTLED: Mapping[str, float] = {"strange": 0.4, "unstated": 0.1}
"""Chosen on tuning questions: strange ones are answered from a chance of 0.5, so that no more than a
twentieth of what is covered is refused; of drafts that leave the time open none of 29 answered
(`training/LOG.md`)."""

SIGNALS = {"scope": SCOPE, "answers": ANSWERS}
"""The signals of each regression, as `data/confidence.json` names them."""

SIZES = (4.7, 8.4)
"""The sizes that the fit has seen, 57 to 2,122 passages; others count as the nearest of them."""


def weighable(signals: Mapping[str, float]) -> dict[str, float]:
    """`signals` as the regressions weigh them: the size cut to `SIZES`, and the product with it."""
    size = min(max(signals["size"], SIZES[0]), SIZES[1])
    return {**signals, "size": size, "familiar_by_size": signals["familiar"] * size}


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted logistic regression."""

    weights: Mapping[str, float]
    bias: float

    def chance(self, signals: Mapping[str, float]) -> float:
        """Between 0 and 1."""
        seen = weighable(signals)
        logit = self.bias + sum(weight * seen[name] for name, weight in self.weights.items())
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
    return in_scope(signals) * _fitted("answers").chance(signals) * settled(signals, "unstated")


def in_scope(signals: Mapping[str, float]) -> float:
    """Whether the corpus speaks of the subject at all, between 0 and 1; 0 without signals."""
    return _fitted("scope").chance(signals) * settled(signals, "strange") if signals else 0.0


def settled(signals: Mapping[str, float], *names: str) -> float:
    """What is left of the chance by those of `names` that hold, by default of all in `SETTLED`."""
    return math.prod(SETTLED[name] for name in names or SETTLED if signals[name])
