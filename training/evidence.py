"""Fits the weights by which sentences are chosen: `data/evidence.json`.

    python training/evidence.py DATA

For every tuning question the retriever's best chunks are cut into units; the loss is the
cross-entropy of the units that hold the answer under a softmax over all of them, what the search
adds to their scores included. Four kinds of corpora count alike: our wiki, pages of product
documentation and our own manuals that were held back, encyclopaedia paragraphs. Training questions
would not do: the encoder has seen them, so its cosine looks better on them than it is.
Accuracies are printed by five-fold cross-validation.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from askwiki import AskWiki
from askwiki.answer.evidence import FEATURES, RETRIEVAL_WEIGHT, EvidenceScorer
from askwiki.answer.reader import bundled_reader
from askwiki.embed import bundled_encoder
from askwiki.evaluate import Item, read_questions
from askwiki.evaluate.metrics import fact_recall, relevant
from askwiki.index import Store, build_store
from askwiki.rerank import bundled_reranker
from askwiki.retrieve import Retriever
from askwiki.schema import Article, Hit, Section
from data import Reading, cmrc_trial
from pages import Corpus, Wanted, documentation, is_ours

ROOT = Path(__file__).parent.parent
OUT = ROOT / "src" / "askwiki" / "data" / "evidence.json"
READER_SHARE = 0.35
"""What is kept of the reader's weight. Fitted for the single best sentence it is too sure of itself
for whole answers; chosen on final answers of the tuning questions (`training/LOG.md`)."""

HITS = 6
SEED = 20261121


@dataclass(frozen=True, slots=True)
class Task:
    """A corpus with questions: each names its article, and the answer's stretch of text in it."""

    name: str
    articles: tuple[Article, ...]
    questions: tuple[tuple[str, str, str], ...]
    """(question, article id, answer text)."""


def article(key: str, title: str, text: str) -> Article:
    """An article of one section."""
    return Article(key, title, text, (Section((), 0, len(text)),), key)


def page_tasks(folder: Path, ours: bool) -> list[Task]:
    """Pages that were held back from training: our manuals, or the documentation of others."""
    return [
        Task(
            "manuals" if ours else "documentation",
            corpus.articles,
            tuple(_asked(corpus, wanted) for wanted in corpus.wanted if wanted.span),
        )
        for corpus in documentation(folder)
        if is_ours(corpus) == ours
    ]


def _asked(corpus: Corpus, wanted: Wanted) -> tuple[str, str, str]:
    text = next(a.text for a in corpus.articles if a.id == wanted.article)
    return wanted.question, wanted.article, text[slice(*(wanted.span or (0, 0)))]


def span_task(readings: Sequence[Reading], name: str, limit: int, rng: random.Random) -> Task:
    """Encyclopaedia paragraphs; the sentence holding the answer is the answer."""
    contexts = {text: f"c{i}" for i, text in enumerate(sorted({r.context for r in readings}))}
    picked = rng.sample(list(readings), min(limit, len(readings)))
    asked = [(r.question, contexts[r.context], r.answer or "") for r in picked]
    # The first characters stand for the title that these paragraphs lack.
    articles = [article(key, "", text.strip()) for text, key in contexts.items()]
    return Task(name, tuple(articles), tuple(asked))


def holds(unit: str, answer: str) -> bool:
    """Whether `unit` holds the answer: the text itself, or nearly all of its bigrams."""
    if answer in unit:
        return True
    pairs = {answer[i : i + 2] for i in range(len(answer) - 1)}
    held = sum(pair in unit for pair in pairs)
    return (len(answer) > 12 and len(unit) > 8 and held >= 0.8 * len(pairs)) or (
        len(unit) > 12 and unit in answer
    )


Example = tuple[np.ndarray, np.ndarray]


def wiki_examples(questions: Path) -> tuple[list[Example], int]:
    """Over the default corpus: the units of the expected section that hold the most facts."""
    wiki = AskWiki.default()
    scorer = scorer_of(wiki.store)
    found, missed = [], 0
    for item in read_questions(questions):
        if item.abstain or item.history:
            continue
        hits = wiki.retrieve(item.question, HITS)

        def mark(hit: Hit, unit: str, item: Item = item) -> float:
            return fact_recall(unit, item.facts) if relevant(hit.chunk, item) else 0.0

        example = marked(scorer, item.question, hits, mark)
        if example is None:
            missed += 1
        else:
            found.append(example)
    return found, missed


def scorer_of(store: Store) -> EvidenceScorer:
    encoder = bundled_encoder()
    weights = np.zeros(len(FEATURES), "f4")
    return EvidenceScorer(encoder, bundled_reader(), store.lexical, encoder.idf, weights=weights)


def marked(
    scorer: EvidenceScorer,
    question: str,
    hits: Sequence[Hit],
    mark: Callable[[Hit, str], float],
) -> Example | None:
    """(units x features, units marked highest), or None where none is marked."""
    rows, marks = [], []
    for table in scorer.tables(question, hits):
        rows.append(table.features)
        chunk = table.hit.chunk
        for unit in scorer.read(chunk).units:
            marks.append(float(mark(table.hit, chunk.text[unit.start : unit.end])))
    if not marks or max(marks) == 0:
        return None
    return np.concatenate(rows), np.array(marks) == max(marks)


def examples(task: Task, oracle: bool = False) -> tuple[list[Example], int]:
    """The examples of `task`, and how many questions had none.

    `oracle` looks at the right article alone, as reading comprehension does.
    """
    with tempfile.TemporaryDirectory() as folder:
        store = build_store(task.articles, bundled_encoder(), Path(folder))
    retriever = Retriever(store, bundled_encoder(), reranker=bundled_reranker())
    scorer = scorer_of(store)
    found, missed = [], 0
    for question, right, answer in task.questions:
        hits = retriever.retrieve(question, 60 if oracle else HITS)
        if oracle:
            hits = [h for h in hits if h.chunk.article_id == right]

        def mark(hit: Hit, unit: str, right: str = right, answer: str = answer) -> float:
            return hit.chunk.article_id == right and holds(unit, answer)

        example = marked(scorer, question, hits, mark)
        if example is None:
            missed += 1
        else:
            found.append(example)
    return found, missed


def of_all(tasks: Sequence[Task]) -> tuple[list[Example], int]:
    """`examples` of several corpora."""
    made = [examples(task) for task in tasks]
    return [example for found, _ in made for example in found], sum(missed for _, missed in made)


def fit(groups: Sequence[Sequence[Example]], decay: float = 1e-3) -> np.ndarray:
    """(n_features,) float32; every group counts the same however many examples it has."""
    width = max(len(table) for group in groups for table, _ in group)
    tables, marks, shares = [], [], []
    for group in groups:
        for table, mark in group:
            pad = width - len(table)
            tables.append(np.pad(table, ((0, pad), (0, 0))))
            marks.append(np.pad(mark.astype(np.int8), (0, pad), constant_values=0))
            shares.append(np.r_[_by_search(table), np.full(pad, -1e9)])
    x = torch.tensor(np.stack(tables), dtype=torch.float32)
    y = torch.tensor(np.stack(marks), dtype=torch.bool)
    mask = torch.tensor(np.stack(shares), dtype=torch.float32)
    weight = torch.cat([torch.full((len(g),), 1 / len(g)) for g in groups]) / len(groups)
    w = torch.zeros(len(FEATURES), requires_grad=True)
    optimiser = torch.optim.LBFGS([w], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        logits = x @ w + mask
        right = logits.masked_fill(~y, -1e9).logsumexp(1)
        loss = (weight * (logits.logsumexp(1) - right)).sum() + decay * (w**2).sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    return w.detach().numpy()


def _by_search(table: np.ndarray) -> np.ndarray:
    """(n_units,) what `EvidenceScorer` adds for the place of the hit."""
    return RETRIEVAL_WEIGHT * table[:, FEATURES.index("hit")]


def accuracy(group: Sequence[Example], weights: np.ndarray, missed: int = 0) -> dict[str, float]:
    """Top-1 and top-2 over all questions; one whose answer was not retrieved counts as wrong."""
    top1 = top2 = 0
    for table, mark in group:
        order = np.argsort(-(table @ weights + _by_search(table)), kind="stable")
        top1 += bool(mark[order[0]])
        top2 += bool(mark[order[:2]].any())
    total = len(group) + missed
    return {"top1": round(top1 / total, 4), "top2": round(top2 / total, 4), "questions": total}


def cross_validated(groups: Sequence[Sequence[Example]], folds: int = 5) -> list[np.ndarray]:
    """Per fold the weights fitted without it."""
    return [
        fit(
            [
                [e for i, e in enumerate(group) if i * folds // len(group) != fold]
                for group in groups
            ]
        )
        for fold in range(folds)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of training data")
    folder = parser.parse_args().data
    rng = random.Random(SEED)
    tasks = {
        "wiki": lambda: wiki_examples(ROOT / "corpus" / "questions" / "tune.jsonl"),
        "documentation": lambda: of_all(page_tasks(folder, ours=False)),
        "manuals": lambda: of_all(page_tasks(folder, ours=True)),
        "cmrc trial, right paragraph": lambda: examples(
            span_task(cmrc_trial(folder), "cmrc", 5000, rng), oracle=True
        ),
    }
    groups, missing = [], []
    for make in tasks.values():
        found, missed = make()
        groups.append(found)
        missing.append(missed)
    folds = cross_validated(groups)
    words = np.array([name == "words" for name in FEATURES], dtype=np.float32)
    for name, group, missed in zip(tasks, groups, missing, strict=True):
        parts = [
            [e for i, e in enumerate(group) if i * len(folds) // len(group) == fold]
            for fold in range(len(folds))
        ]
        held = [accuracy(part, w) for part, w in zip(parts, folds, strict=True)]
        share = len(group) / (len(group) + missed)
        tops = {
            key: round(share * float(np.mean([h[key] for h in held])), 4)
            for key in ("top1", "top2")
        }
        print(name, tops, "words alone", accuracy(group, words, missed), "missed", missed)
    weights = fit(groups)
    weights[FEATURES.index("reader")] *= READER_SHARE
    table = {name: round(float(w), 4) for name, w in zip(FEATURES, weights, strict=True)}
    OUT.write_text(json.dumps({"weights": table}, indent=1) + "\n", "utf-8")
    print(table)


if __name__ == "__main__":
    main()
