"""Fits the calibrated confidence: `data/confidence.json`.

    python training/confidence.py DATA [--index index]

Over the tuning questions of `corpus/questions/tune.jsonl`, on our wiki and on small corpora cut from
it, and over our questions on documentation pages that were held back. An answerable question is right
when the draft holds all its facts. Not covered are: other subjects and other matters of the trade,
written for it; noise and steering; what a section does not state; what other corpora answer; and
about every second answerable question once more with its section taken away. The scope is told from covered
questions and foreign ones, the answer from all but the foreign ones. Prints the reliability curve and
the expected calibration error, by five-fold cross-validation over questions.
"""

import argparse
import json
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from askwiki import Settings
from askwiki.answer.confidence import SIGNALS, Fit, settled, weighable
from askwiki.embed import bundled_encoder
from askwiki.evaluate import Item, read_questions
from askwiki.evaluate.metrics import fact_recall
from askwiki.index import build_store
from askwiki.pipeline import AskWiki
from askwiki.question import read_question
from askwiki.schema import Article, Span
from pages import Wanted, documentation

ROOT = Path(__file__).parent.parent
OUT = ROOT / "src" / "askwiki" / "data" / "confidence.json"
UNCOVERED_SHARE = 0.35
"""The share of questions that the wiki does not cover, as the report assumes it."""
FOREIGN_KINDS = ("other_subject", "same_trade", "noise", "manipulation")
"""The kinds of question that are outside of what a corpus is about."""
FEW = 25
"""A kind of which there are fewer cases weighs the less: two must not outvote ninety."""
FOLDS = 5
SEED = 20261121


@dataclass(frozen=True, slots=True)
class Case:
    """One draft: its signals, whether it is right, and what sort of question it came from."""

    signals: Mapping[str, float]
    right: bool
    kind: str
    fold: int


def cases(wiki: AskWiki, items: tuple[Item, ...]) -> list[Case]:
    """Every item, and about every second answerable one once more without its section."""
    found = []
    for number, item in enumerate(items):
        asked = read_question(item.question)
        if asked.request != "search":
            continue
        fold = hash_of(item) % FOLDS
        if item.abstain:
            found += one_case(wiki, item, fold, withhold=False)
        else:
            found += one_case(wiki, item, fold, withhold=False)
            found += one_case(wiki, item, fold, withhold=True) if number % 2 else []
    return found


def small_corpora(wiki: AskWiki, items: tuple[Item, ...], rng: random.Random) -> list[Case]:
    """The same over small corpora without asked questions, as a new user's folder is.

    Each holds six articles; besides its own questions it gets as many that other articles answer.
    """
    settings = wiki.settings
    articles = list(wiki.articles.values())
    rng.shuffle(articles)
    found = []
    for start in range(0, len(articles) - 5, 6):
        group = {a.id: without_asked(a) for a in articles[start : start + 6]}
        with tempfile.TemporaryDirectory() as folder:
            store = build_store(group.values(), bundled_encoder(), Path(folder))
        small = AskWiki._over(store, bundled_encoder(), settings)
        own = [item for item in items if item.article in group]
        others = [item for item in items if not item.abstain and item.article not in group]
        refused = [item for item in items if item.abstain and item.kind != "not_stated"]
        for item in own:
            found += one_case(small, item, hash_of(item) % FOLDS, withhold=False, kind="covered")
        for item in rng.sample(others, len(own)) + rng.sample(refused, min(20, len(own))):
            kind = item.kind if item.abstain else "elsewhere"
            found += one_case(small, item, hash_of(item) % FOLDS, withhold=False, kind=kind)
    return found


def documents(
    folder: Path, wiki: AskWiki, items: tuple[Item, ...], rng: random.Random
) -> list[Case]:
    """Over documentation of others: questions on its pages, what they leave open, and foreign ones."""
    corpora = list(documentation(folder))
    refused = [item for item in items if item.abstain and item.kind != "not_stated"]
    found = []
    for number, corpus in enumerate(corpora):
        with tempfile.TemporaryDirectory() as built:
            store = build_store(corpus.articles, bundled_encoder(), Path(built))
        there = AskWiki._over(store, bundled_encoder(), wiki.settings)
        others = [w for c in corpora if c is not corpus for w in c.wanted if w.answerable]
        asked = [(w, "covered" if w.answerable else "not_stated") for w in corpus.wanted]
        count = len(corpus.wanted) // 3
        asked += [(w, "elsewhere") for w in rng.sample(others, min(count, len(others)))]
        asked += [(Wanted(i.question, ""), i.kind) for i in rng.sample(refused, min(count, 30))]
        for wanted, kind in asked:
            found += document_case(there, wanted, kind, number % FOLDS)
    return found


def document_case(wiki: AskWiki, wanted: Wanted, kind: str, fold: int) -> list[Case]:
    asked = read_question(wanted.question)
    if asked.request != "search":
        return []
    draft = wiki._answerer.draft(
        asked, asked.query, wiki.retrieve(asked.query, wiki.settings.top_k)
    )
    if not draft.signals:
        return []
    spans = [Passage(s, "") for sentence in draft.sentences for s in sentence.spans]
    right = kind == "covered" and wanted.found_in(spans)
    return [Case(draft.signals, right, kind, fold)]


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of the draft as `Wanted` looks at it."""

    span: Span
    text: str

    @property
    def article_id(self) -> str:
        return self.span.article_id

    @property
    def start(self) -> int:
        return self.span.start

    @property
    def end(self) -> int:
        return self.span.end


def without_asked(article: Article) -> Article:
    bare = tuple(replace(section, asked=()) for section in article.sections)
    return replace(article, sections=bare)


def hash_of(item: Item) -> int:
    """All wordings of one intent fall into one fold."""
    return sum(ord(c) for c in item.id.split(".")[0])


def one_case(wiki: AskWiki, item: Item, fold: int, withhold: bool, kind: str = "") -> list[Case]:
    asked = read_question(item.question)
    if asked.request != "search":
        return []
    hits = wiki.retrieve(item.question, wiki.settings.top_k + (2 if withhold else 0))
    if withhold:
        hits = [
            hit
            for hit in hits
            if not (
                hit.chunk.article_id == item.article
                and (hit.chunk.heading[-1] if hit.chunk.heading else "") == item.section
            )
        ][: wiki.settings.top_k]
    draft = wiki._answerer.draft(asked, asked.query, hits)
    if not draft.signals:
        return []
    text = "".join(sentence.text for sentence in draft.sentences)
    answerable = not item.abstain and kind != "elsewhere"
    right = answerable and fact_recall(text, item.facts) == 1.0
    if withhold and right:
        return []  # another section says it too
    kind = kind or ("withheld" if withhold else item.kind if item.abstain else "covered")
    return [Case(draft.signals, right, kind, fold)]


@dataclass(frozen=True, slots=True)
class Task:
    """One of the two regressions: which cases it learns from, what it tells, and what share of them
    it takes to be not covered."""

    learns_from: Callable[[Case], bool]
    tells: Callable[[Case], bool]
    uncovered: float


TASKS = {
    "scope": Task(
        lambda case: case.kind in ("covered", *FOREIGN_KINDS),
        lambda case: case.kind not in FOREIGN_KINDS,
        0.07,
    ),
    "answers": Task(lambda case: case.kind not in FOREIGN_KINDS, lambda case: case.right, 0.25),
}
"""The shares were chosen so that `min_confidence` may stay at 0.2 on all three groups."""


def sample_weights(found: list[Case], uncovered: float = UNCOVERED_SHARE) -> np.ndarray:
    """Kinds of uncovered question of which there are enough count the same, all together `uncovered`."""
    counts = Counter(case.kind for case in found)
    shares = {kind: min(1.0, count / FEW) for kind, count in counts.items() if kind != "covered"}
    total = sum(shares.values())
    return np.array(
        [
            (1 - uncovered) / counts["covered"]
            if case.kind == "covered"
            else uncovered * shares[case.kind] / total / counts[case.kind]
            for case in found
        ]
    )


def fit(groups: Sequence[list[Case]]) -> dict[str, Fit]:
    """Both regressions; every group counts the same."""
    return {name: _fit(SIGNALS[name], task, groups) for name, task in TASKS.items()}


def _fit(names: Sequence[str], task: Task, groups: Sequence[list[Case]]) -> Fit:
    rows, labels, weights = [], [], []
    for group in groups:
        cases = [case for case in group if task.learns_from(case)]
        seen = [weighable(case.signals) for case in cases]
        rows += [[signals[name] for name in names] for signals in seen]
        labels += [task.tells(case) for case in cases]
        share = sample_weights(cases, task.uncovered)
        weights += list(share / share.sum())
    x = np.array(rows)
    mean, deviation = x.mean(0), x.std(0) + 1e-6
    scale = len(labels) / len(groups)
    model = LogisticRegression(max_iter=3000)
    model.fit((x - mean) / deviation, labels, sample_weight=np.array(weights) * scale)
    scaled = model.coef_[0] / deviation
    bias = float(model.intercept_[0] - scaled @ mean)
    return Fit(dict(zip(names, map(float, scaled), strict=True)), bias)


def probability(found: list[Case], fits: Mapping[str, Fit]) -> np.ndarray:
    """(n,) the product of both, and of what settles the matter."""
    return np.array(
        [
            settled(case.signals) * np.prod([part.chance(case.signals) for part in fits.values()])
            for case in found
        ]
    )


def held_out(groups: Sequence[list[Case]]) -> list[np.ndarray]:
    """Per group the probability of each case by a fit that did not see its fold."""
    result = [np.zeros(len(group)) for group in groups]
    for fold in range(FOLDS):
        fits = fit([[case for case in group if case.fold != fold] for group in groups])
        for group, own in zip(groups, result, strict=True):
            rows = [i for i, case in enumerate(group) if case.fold == fold]
            own[rows] = probability([group[i] for i in rows], fits)
    return result


def report(found: list[Case], p: np.ndarray, weights: np.ndarray) -> None:
    right = np.array([case.right for case in found])
    print("reliability (share of weight, mean confidence, right)")
    error = 0.0
    for low in np.arange(0, 1, 0.1):
        inside = (p >= low) & (p < low + 0.1 + (low > 0.85))
        if not inside.any():
            continue
        share = weights[inside].sum() / weights.sum()
        mean, hit = (
            np.average(p[inside], weights=weights[inside]),
            np.average(right[inside], weights=weights[inside]),
        )
        error += share * abs(mean - hit)
        print(f"  {low:.1f}: {share:.3f} {mean:.3f} {hit:.3f}")
    print(f"expected calibration error {error:.4f}")
    kinds = np.array([case.kind for case in found])
    covered, uncovered = p[kinds == "covered"], p[(kinds != "covered")]
    print("AUROC covered against not:", round(float((covered[:, None] > uncovered).mean()), 4))
    print("AUROC right against all else:", round(float((p[right][:, None] > p[~right]).mean()), 4))
    for coverage in (0.98, 0.95, 0.9, 0.8, 0.7):
        threshold = float(np.quantile(covered, 1 - coverage))
        refused = {
            kind: round(float((p[kinds == kind] < threshold).mean()), 3)
            for kind in sorted({case.kind for case in found})
        }
        kept = right[(kinds == "covered") & (p >= threshold)].mean()
        print(
            f"coverage {coverage}: threshold {threshold:.3f}, refused {refused}, right {kept:.3f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of training data")
    parser.add_argument("--index", type=Path, default=ROOT / "index")
    arguments = parser.parse_args()
    wiki = AskWiki.default(Settings.load(index=arguments.index))
    items = tuple(
        item
        for item in read_questions(ROOT / "corpus" / "questions" / "tune.jsonl")
        if not item.history
    )
    groups = {
        "the wiki": cases(wiki, items),
        "small corpora": small_corpora(wiki, items, random.Random(SEED)),
        "documentation": documents(arguments.data, wiki, items, random.Random(SEED)),
    }
    p = held_out(list(groups.values()))
    for (name, part), own in zip(groups.items(), p, strict=True):
        print("---", name, Counter((case.kind, case.right) for case in part))
        report(part, own, sample_weights(part))
    table = {
        name: {
            "weights": {signal: round(weight, 4) for signal, weight in part.weights.items()},
            "bias": round(part.bias, 4),
        }
        for name, part in fit(list(groups.values())).items()
    }
    OUT.write_text(json.dumps(table, indent=1) + "\n", "utf-8")
    print(table)


if __name__ == "__main__":
    main()
