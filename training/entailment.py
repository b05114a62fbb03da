"""A network that reads a written sentence beside its passage, tried as a further sign of the judge.

    python training/entailment.py DATA [--steps 2400]

Makes nothing that ships: it prints how well the judge tells altered from true claims with it and
without, by the folds of `judge.py` (`LOG.md`). Characters and bigrams of both through convolutions;
each position of the sentence meets those of the passage it is most alike (Parikh et al., "A
Decomposable Attention Model for Natural Language Inference", 2016), and convolutions over what differs
there give one logit. It sees no word of the sentence by itself, only how it compares: words alone tell
claims of this set apart by how their writers write. Learned from `alterations.py` first.
"""

import argparse
import copy
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import nn
from torch.nn import functional

from alterations import Writer, sentences_of
from askwiki import text as zh
from askwiki.corpus import load_corpus
from askwiki.network import Codes, buckets, code_points
from data import encyclopaedia, sections
from judge import (
    FOLDS,
    SEED,
    Claim,
    all_claims,
    cross_validated,
    folds_of,
    table,
    weights_of,
)
from layers import FAR, WIDTH, CharacterModel, Convolution, Learner, starting_tables
from reranker import Texts

ROOT = Path(__file__).parent.parent
SYNTHETIC, PAGES, BATCH = 64_000, 9_000, 32
TUNING_STEPS, MIXED_IN = 420, 2_500
SENTENCE, PASSAGE = 110, 500
"""Characters that are read."""
SHARES = (0.0, 0.1, 0.2, 0.3, 0.5)
"""Of the network's logit, added to the judge's."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and its passage in rows of the tables; which of its bigrams and 4-grams the passage
    has; 1 for altered."""

    sentence: tuple[Codes, Codes]
    passage: tuple[Codes, Codes]
    exact: np.ndarray
    altered: float


class Network(CharacterModel):
    """The logit that a sentence is altered."""

    def __init__(self, characters: int) -> None:
        super().__init__(characters)
        self.read = nn.ModuleList([Convolution(dilation) for dilation in (1, 2)])
        self.meet, self.heat = nn.Linear(WIDTH, WIDTH), nn.Parameter(torch.tensor(2.5))
        self.compare, self.level = nn.Linear(2 * WIDTH + 5, WIDTH), nn.LayerNorm(WIDTH)
        self.weigh = nn.ModuleList([Convolution(dilation) for dilation in (1, 2, 1)])
        self.out = nn.Sequential(
            nn.Linear(2 * WIDTH, WIDTH), nn.ReLU(), nn.Dropout(0.2), nn.Linear(WIDTH, 1)
        )

    def forward(self, said: Texts, known: Texts, exact: torch.Tensor) -> torch.Tensor:
        own, other = self._states(said), self._states(known)
        unit, units = (functional.normalize(self.meet(x), dim=-1) for x in (own, other))
        hidden = known.mask[:, None] == 0
        alike = torch.einsum("bik,bjk->bij", unit, units)
        padded = functional.pad(alike, (1, 1, 1, 1))  # what goes on as the sentence does
        runs = alike + 0.5 * (padded[:, :-2, :-2] + padded[:, 2:, 2:])
        attends = (runs * torch.exp(self.heat)).masked_fill(hidden, FAR).softmax(-1)
        met = attends @ other
        place = (attends * torch.arange(other.shape[1])).sum(-1)
        jump = functional.pad((place[:, 1:] - place[:, :-1] - 1).abs().clamp(max=60) / 60, (1, 0))
        best = [x.masked_fill(hidden, -9).amax(-1) for x in (runs, alike)]
        signs = torch.stack([*best, jump], -1)
        compared = torch.cat([(own - met).abs(), own * met, signs, exact], -1)
        states, mask = self.level(torch.relu(self.compare(compared))), said.mask[..., None]
        for layer in self.weigh:
            states = layer(states, mask)
        mean = (states * mask).sum(1) / mask.sum(1)
        most = states.masked_fill(mask == 0, -9).amax(1)
        return self.out(torch.cat([mean, most], -1))[:, 0]

    def _states(self, texts: Texts) -> torch.Tensor:
        states, mask = self.embed(texts.codes, texts.pairs), texts.mask[..., None]
        for layer in self.read:
            states = layer(states, mask)
        return states


def synthetic(folder: Path, rng: random.Random) -> list[Claim]:
    """Claims by rule on documentation, the wiki and encyclopaedia paragraphs."""
    rows = [r for r in sections(folder) if 60 < len(r.text) <= 600]
    passages = [(r.path, r.text) for r in rng.sample(rows, PAGES)]
    for article in load_corpus(ROOT / "corpus").articles:
        for s in article.sections:
            passages.append((" ".join((article.title, *s.path)), article.text[s.start : s.end]))
    passages += [("", context) for context in sorted({r.context for r in encyclopaedia(folder)})]
    cut = [sentences_of(text) for _, text in passages]
    writer, made = Writer(rng), []
    while len(made) < SYNTHETIC:
        at = rng.randrange(len(passages))
        if len(cut[at]) < 2:
            continue
        sentence = rng.choice(cut[at])
        others = [other for other in cut[at] if other != sentence]
        near = cut[(at + rng.choice((1, 2, 3, -1, -2))) % len(cut)]
        if not others:
            continue
        written = writer.true(sentence, others), writer.altered(sentence, others, near)
        for text, supported in zip(written, (True, False), strict=True):
            if text:
                made.append(Claim("", *passages[at], text, supported, "", "synthetic"))
    return made


def prepared(claims: Sequence[Claim], characters: str) -> list[Pair]:
    rows = {ord(c): i for i, c in enumerate(characters, 2)}

    def cut(text: str, most: int) -> tuple[Codes, Codes]:
        codes = code_points(zh.normalise(text)[:most] or " ")
        return np.array([rows.get(int(code), 1) for code in codes], np.int64), buckets(codes)

    found = []
    for claim in claims:
        passage = f"{claim.heading}\n{claim.passage}"
        said, known = zh.normalise(claim.text)[:SENTENCE], zh.normalise(passage)[:PASSAGE]
        exact = np.array([[_held(said, known, i, n) for n in (2, 4)] for i in range(len(said))])
        found.append(
            Pair(
                cut(claim.text, SENTENCE),
                cut(passage, PASSAGE),
                exact.astype(np.float32).reshape(-1, 2),
                float(not claim.supported),
            )
        )
    return found


def _held(said: str, known: str, at: int, length: int) -> bool:
    """Whether `known` has one of the stretches of `said` of that length around `at`."""
    return any(said[max(0, i) : i + length] in known for i in range(at - length + 1, at + 1))


def _batch(pairs: Sequence[Pair]) -> tuple[Texts, Texts, torch.Tensor, torch.Tensor]:
    said, known = Texts([p.sentence for p in pairs]), Texts([p.passage for p in pairs])
    exact = torch.zeros(*said.codes.shape, 2)
    for i, pair in enumerate(pairs):
        exact[i, : len(pair.exact)] = torch.from_numpy(pair.exact)
    return said, known, exact, torch.tensor([pair.altered for pair in pairs])


def train(
    model: Network, pairs: Sequence[Pair], weights: Sequence[float], steps: int, rate: float
) -> None:
    rng, queue = random.Random(SEED), []  # type: ignore[var-annotated]
    model.train()
    learner = Learner(model, steps, rate, steps // 10)
    for _ in range(steps):
        if len(queue) < BATCH:
            queue = rng.sample(range(len(pairs)), len(pairs))
        picked = [queue.pop() for _ in range(BATCH)]
        *texts, altered = _batch([pairs[i] for i in picked])
        loss = functional.binary_cross_entropy_with_logits(
            model(*texts), altered, weight=torch.tensor([weights[i] for i in picked])
        )
        learner.step(loss)


def logits(model: Network, pairs: Sequence[Pair]) -> np.ndarray:
    model.eval()
    with torch.no_grad():
        found = [model(*_batch(pairs[i : i + 64])[:3]) for i in range(0, len(pairs), 64)]
    return torch.cat(found).numpy()


def report(claims: Sequence[Claim], base: np.ndarray, network: np.ndarray) -> None:
    """AUROC, and the share of true claims passed where 0.95, 0.9 and 0.85 of altered are caught."""
    altered = np.array([not c.supported for c in claims])
    clipped = np.clip(base, 1e-4, 1 - 1e-4)
    for origin in ("all", *sorted({c.origin for c in claims})):
        mine = np.array([origin in ("all", c.origin) for c in claims])
        for share in SHARES:
            chance = np.log(clipped / (1 - clipped)) + share * network
            bad, good = chance[mine & altered], chance[mine & ~altered]
            passed = [float((good <= np.quantile(bad, q)).mean()) for q in (0.05, 0.1, 0.15)]
            area = roc_auc_score(altered[mine], chance[mine])
            print(f"{origin}, {share} of the network: AUROC {area:.3f}, passed {passed}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of training data")
    parser.add_argument("--steps", type=int, default=2400)
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    made, claims = synthetic(arguments.data, random.Random(SEED)), all_claims(arguments.data)
    counts = Counter(c for claim in made for c in zh.normalise(claim.passage + claim.text))
    characters = "".join(c for c, n in counts.most_common(6000) if n > 2)
    learned, real = prepared(made, characters), prepared(claims, characters)
    model = Network(len(characters) + 2)
    starting_tables(model, characters)
    train(model, learned, [1.0] * len(learned), arguments.steps, 2e-3)
    mixed = random.Random(SEED).sample(learned, MIXED_IN)
    fold, found = folds_of(claims), np.zeros(len(claims))
    for k in range(FOLDS):
        own = [pair for pair, at in zip(real, fold, strict=True) if at != k] * 2
        tuned = copy.deepcopy(model)
        train(tuned, own + mixed, [1.0] * len(own) + [0.5] * len(mixed), TUNING_STEPS, 7e-4)
        held = [pair for pair, at in zip(real, fold, strict=True) if at == k]
        found[fold == k] = logits(tuned, held)
    x, y, names = table(claims)
    report(claims, cross_validated(claims, x, y, weights_of(claims), names), found)


if __name__ == "__main__":
    main()
