"""Writes `data/orders.json`: how much each word speaks for an order to the assistant.

    python training/orders.py DATA

A logistic regression over the n-grams of a sentence. Orders are put together by `order_phrases.py`;
honest sentences are those of the corpus, of product documentation and of an encyclopaedia, and some
that are put together to look like orders. The figures for false alarms come from a first fit, on one
half of the articles and pages, and are those of the other half; the weights come from all of them.
"""

import argparse
import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from askwiki import text as zh
from askwiki.corpus import load_corpus
from askwiki.orders import grams
from data import encyclopaedia, sections
from order_phrases import honest, offer, order

ROOT = Path(__file__).parent.parent
OUT = ROOT / "src" / "askwiki" / "data" / "orders.json"

ORDERS, LOOK_ALIKES, PAGES = 20000, 6000, 9000
LEAST = 0.25
"""Weights nearer to 0 are left out."""


def units(text: str) -> list[str]:
    return [text[unit.start : unit.end] for unit in zh.units(text)]


def is_held_back(key: str) -> bool:
    return hashlib.sha256(key.encode()).digest()[0] % 2 == 0


def honest_sentences(folder: Path) -> Iterator[tuple[str, str]]:
    """(where it stands, sentence)"""
    for article in load_corpus(ROOT / "corpus").articles:
        for section in article.sections:
            for unit in units(article.text[section.start : section.end]):
                yield f"corpus {article.id}", unit
    rows = sections(folder)
    for row in random.Random(1).sample(rows, PAGES):
        for unit in units(row.text):
            yield f"docs {row.source}", unit
    for context in sorted({reading.context for reading in encyclopaedia(folder)}):
        for unit in units(context):
            yield f"encyclopaedia {context[:40]}", unit


def fit(positive: Sequence[str], negative: Sequence[str]) -> dict[str, float]:
    counter = CountVectorizer(analyzer=grams, binary=True, min_df=8)
    table = counter.fit_transform([*positive, *negative]).astype(np.float32)
    length = np.sqrt(np.maximum(table.sum(axis=1).A1, 1))
    table = table.multiply(1 / length[:, None]).tocsr()
    label = np.r_[np.ones(len(positive)), np.zeros(len(negative))]
    model = LogisticRegression(C=8.0, solver="liblinear", random_state=0).fit(table, label)
    weights = dict(zip(counter.get_feature_names_out(), model.coef_[0], strict=True))
    weights[""] = model.intercept_[0]
    return {gram: w for gram, w in weights.items() if abs(w) >= LEAST}


def score(weights: dict[str, float], sentence: str) -> float:
    found = grams(sentence)
    total = sum(weights.get(gram, 0.0) for gram in found)
    return total / max(len(found), 1) ** 0.5 + weights[""]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of training data")
    rng = random.Random(7)
    told = list(dict.fromkeys(honest_sentences(parser.parse_args().data)))
    orders = [order(rng) for _ in range(ORDERS)]
    alike = [make(rng) for make in (honest, offer) for _ in range(LOOK_ALIKES)]
    half = [text for key, text in told if not is_held_back(key)]
    report(fit(orders[2000:], half + alike), orders[:2000], [r for r in told if is_held_back(r[0])])
    weights = fit(orders, [text for _, text in told] + alike)
    table = {gram: round(weight, 2) for gram, weight in sorted(weights.items())}
    OUT.write_text(json.dumps(table, ensure_ascii=False, indent=0) + "\n", "utf-8")
    print(f"{len(weights)} n-grams, {len(told)} honest sentences, {OUT.stat().st_size} bytes")


def report(
    weights: dict[str, float], orders: Sequence[str], held: Sequence[tuple[str, str]]
) -> None:
    unseen = np.array([score(weights, text) for text in orders])
    for name in ("corpus", "docs", "encyclopaedia"):
        rows = [(score(weights, text), text) for key, text in held if key.startswith(name)]
        scores = np.array([value for value, _ in rows])
        print(name, len(rows), "held back; the most like orders:")
        for value, text in sorted(rows, reverse=True)[:8]:
            print(f"  {value:6.2f} {text[:80]}")
        for line in (-1.8, -1, 0, 1, 2):
            print(
                f"  over {line}: {np.mean(scores > line):.5f}, orders {np.mean(unseen > line):.3f}"
            )


if __name__ == "__main__":
    main()
