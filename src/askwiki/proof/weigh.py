"""Signs -> the chance that a sentence is not supported: a linear model and a few small trees."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp
from typing import Any

Node = Sequence[float]
"""A leaf [value], or a split [sign, threshold, left, right]: left where sign <= threshold."""

READ = "read"
"""The sign that stands for what the network says, in logits."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What `training/judge.py` fitted.

    The chance is the mean of a logistic regression over standardised signs and of boosted trees;
    a sentence whose chance is above `threshold` is not supported.
    """

    signs: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    linear: tuple[float, ...]
    bias: float
    base: float
    trees: tuple[tuple[Node, ...], ...]
    threshold: float

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> "Weights":
        """The weights of the JSON object that `training/judge.py` writes."""
        return cls(
            signs=tuple(table["signs"]),
            mean=tuple(table["mean"]),
            scale=tuple(table["scale"]),
            linear=tuple(table["linear"]),
            bias=float(table["bias"]),
            base=float(table["base"]),
            trees=tuple(tuple(tuple(node) for node in tree) for tree in table["trees"]),
            threshold=float(table["threshold"]),
        )

    def chance(self, signs: Mapping[str, float]) -> float:
        """The chance from 0 to 1 that a sentence with these signs is not supported."""
        values = [signs[name] for name in self.signs]
        linear = self.bias + sum(
            w * (v - m) / s
            for w, v, m, s in zip(self.linear, values, self.mean, self.scale, strict=True)
        )
        boosted = self.base + sum(_leaf(tree, values) for tree in self.trees)
        return (_logistic(linear) + _logistic(boosted)) / 2


def _leaf(tree: Sequence[Node], values: Sequence[float]) -> float:
    node = tree[0]
    while len(node) > 1:
        node = tree[int(node[2] if values[int(node[0])] <= node[1] else node[3])]
    return node[0]


def _logistic(x: float) -> float:
    return 1 / (1 + exp(-x)) if x > -30 else 0.0


@cache
def bundled_weights() -> Weights:
    """The weights of `data/judge.json`."""
    text = files("askwiki").joinpath("data", "judge.json").read_text("utf-8")
    return Weights.of(json.loads(text))
