"""The chance that a draft answers its question, from the signals it came with.

A logistic regression over `SIGNALS`, fitted on the tuning questions by `training/confidence.py`:

    p = 1 / (1 + exp(-(bias + sum of weight * signal)))
"""

import json
import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

SIGNALS = (
    "answerable",  # the reader's log odds that any sentence answers
    "known",  # share of the question's words that the corpus uses at all
    "fused",  # fused score of the first hit
    "size",  # about the logarithm of twice the passages: a small corpus knows fewer words …
    "known_by_size",
    "fused_by_size",  # … and has no questions that lift the score
    "dense",  # the best cosine: a foreign question may share words with a small corpus
    "dense_by_size",
)
"""Some of the figures a draft comes with. The others told right from wrong a little better on the
tuning questions and what is not covered from what is much worse (`training/LOG.md`)."""


@cache
def _fitted() -> tuple[Mapping[str, float], float]:
    table = json.loads(files("askwiki").joinpath("data/confidence.json").read_text("utf-8"))
    return {name: float(table["weights"][name]) for name in SIGNALS}, float(table["bias"])


def confidence(signals: Mapping[str, float]) -> float:
    """Between 0 and 1; 0 where there are no signals, because nothing was found."""
    if not signals:
        return 0.0
    weights, bias = _fitted()
    logit = bias + sum(weight * signals[name] for name, weight in weights.items())
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))
