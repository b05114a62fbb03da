"""Trains the network that reads a written sentence beside its passage: `models/judge/`.

    python training/entailment.py DATA

`askwiki.proof.entailment` in torch, on the claims of `judge.py`, those written in eight a passage too.
Their words alone tell true from altered far too well (`habits.py`), and a network would learn that
first: so the log odds by words alone are added to what it says while it learns, and only what they
leave open is left to it (the bias product of Clark, Yatskar and Zettlemoyer, "Don't Take the
Easy Way Out", 2019).

Before the network for the package three are made that have not seen the claims of two of the six folds
of `judge.py` each; what those say of them goes to `claims_read.npz`, from which `judge.py` fits the
judge. (Of the claims written in eight a passage all see all, and some of those passages are near to
passages of shared claims: there the figures flatter.) Seeds are fixed; figures and what else was tried are in `LOG.md`.
"""

import argparse
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import nn
from torch.nn import functional

from askwiki import text as zh
from askwiki.network import CharacterNetwork, Codes, buckets
from askwiki.proof.alignment import Alignment
from askwiki.proof.entailment import (
    BORNE,
    DILATIONS,
    FARTHEST,
    RELATIONS,
    TRAITS,
    Words,
    borne,
    passage_words,
    relations,
    sentence_words,
)
from askwiki.proof.passage import read_passage
from habits import cross_fitted
from judge import (
    CLAIMS_READ,
    SEED,
    Claim,
    all_claims,
    digest_of,
    folds_of,
    written_claims,
)
from layers import FAR, WIDTH, CharacterModel, Convolution, Learner, export, starting_tables

ROOT = Path(__file__).parent.parent
OUT = ROOT / "src" / "askwiki" / "models" / "judge"
EPOCHS, RATE = 4, 2e-3
NETWORKS = 3
"""Besides the one that ships; each has not seen two of the six folds of `judge.py`."""

PASSAGES = 16
"""A batch."""

Rows = Callable[[Codes], Codes]
"""Code points -> rows of the character table."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim beside its passage, as the network is given it; 1 for altered; the log odds by
    words alone."""

    sentence: Words
    passage: int
    relations: np.ndarray
    borne: np.ndarray
    altered: float
    habit: float = 0.0


class Bags:
    """Texts as padded tensors: the characters and inner bigrams of each word, traits, units, mask."""

    def __init__(self, texts: Sequence[Words], rows: Rows) -> None:
        lengths = [len(t.starts) for t in texts]
        self.at = torch.from_numpy(
            np.concatenate([n * max(lengths) + np.arange(k) for n, k in enumerate(lengths)])
        )
        self.shape = len(texts), max(lengths)
        codes, pairs, code_starts, pair_starts = [], [], [], []
        seen = seen_pairs = 0
        for t in texts:
            ends = np.append(t.starts[1:], len(t.codes)) - 1
            inner = np.delete(np.arange(len(t.codes)), ends)
            codes.append(rows(t.codes))
            pairs.append(buckets(t.codes)[inner])
            code_starts.append(t.starts + seen)
            pair_starts.append(t.starts - np.arange(len(t.starts)) + seen_pairs)
            seen, seen_pairs = seen + len(t.codes), seen_pairs + len(inner)
        parts = (codes, code_starts, pairs, pair_starts)
        self.codes, self.starts, self.pairs, self.pair_starts = (
            torch.from_numpy(np.concatenate(part)) for part in parts
        )
        self.traits = self.spread(torch.from_numpy(np.concatenate([t.traits for t in texts])))
        units = torch.from_numpy(np.concatenate([t.unit for t in texts]))
        self.unit = self.spread(units[:, None])[..., 0]
        self.mask = self.spread(torch.ones(len(self.at), 1))[..., 0]

    def spread(self, values: torch.Tensor) -> torch.Tensor:
        """(n_texts, longest, ...) of the (n_words, ...) of all texts."""
        count, longest = self.shape
        table = values.new_zeros(count * longest, *values.shape[1:])
        return table.index_copy(0, self.at, values).view(count, longest, *values.shape[1:])


class Network(CharacterModel):
    """The network of `askwiki.proof.entailment`, in torch; the names of its parts are the file's."""

    def __init__(self, characters: int) -> None:
        super().__init__(characters)
        self.tr = nn.Linear(TRAITS, WIDTH)
        self.cv = nn.ModuleList([Convolution(dilation) for dilation in DILATIONS])
        self.pj, self.heat = nn.Linear(WIDTH, WIDTH), nn.Parameter(torch.tensor(2.0))
        self.kn = nn.Linear(RELATIONS, 1)
        self.cs, self.sl = (
            nn.Linear(2 * WIDTH + 2 * RELATIONS + BORNE + 2, WIDTH),
            nn.LayerNorm(WIDTH),
        )
        self.cp, self.pl = nn.Linear(2 * WIDTH + 2 * RELATIONS + 2, WIDTH), nn.LayerNorm(WIDTH)
        self.sv = nn.ModuleList([Convolution(dilation) for dilation in DILATIONS])
        self.pv = nn.ModuleList([Convolution(dilation) for dilation in DILATIONS])
        self.hd, self.dr, self.ot = (
            nn.Linear(4 * WIDTH, WIDTH),
            nn.Dropout(0.2),
            nn.Linear(WIDTH, 1),
        )
        with torch.no_grad():
            self.kn.weight.copy_(torch.tensor([[4.0, 2.0, 2.0, 1.0, 1.0]]))

    def words(self, bags: Bags) -> torch.Tensor:
        """(n_texts, longest, width): each word in those around it."""
        own = functional.embedding_bag(
            bags.codes, self.ec.weight, bags.starts, mode="mean", sparse=True
        )
        own = own + functional.embedding_bag(
            bags.pairs, self.eb.weight, bags.pair_starts, mode="mean", sparse=True
        )
        if self.training:
            own = own * (torch.rand(len(own), 1) > 0.08)
        states = self.ln(bags.spread(self.inp(own)) + self.tr(bags.traits))
        mask = bags.mask[..., None]
        for layer in self.cv:
            states = layer(states * mask, mask)
        return states

    def forward(
        self,
        said: Bags,
        known: Bags,
        owner: torch.Tensor,
        tables: torch.Tensor,
        borne: torch.Tensor,
    ) -> torch.Tensor:
        own, passages = self.words(said), self.words(known)
        units = functional.normalize(self.pj(passages), dim=-1)[owner]
        other, mask, unit = passages[owner], known.mask[owner], known.unit[owner]
        alike = functional.normalize(self.pj(own), dim=-1) @ units.transpose(1, 2)
        score = alike * torch.exp(self.heat) + self.kn(tables)[..., 0]
        hidden, unsaid = mask[:, None] == 0, said.mask[:, :, None] == 0
        attends = score.masked_fill(hidden, FAR).softmax(2) * said.mask[:, :, None]
        answers = score.masked_fill(unsaid, FAR).softmax(1)
        met, told = attends @ other, answers.transpose(1, 2) @ own
        place = (attends * torch.arange(other.shape[1])).sum(-1)
        jump = functional.pad(
            (place[:, 1:] - place[:, :-1] - 1).abs().clamp(max=FARTHEST) / FARTHEST, (1, 0)
        )
        best = alike.masked_fill(hidden | unsaid, -1.0)
        seen = [
            *((own - met).abs(), own * met, (attends[..., None] * tables).sum(2), tables.amax(2)),
            *(borne, best.amax(2)[..., None], jump[..., None]),
        ]
        states = self.sl(torch.relu(self.cs(torch.cat(seen, -1))))
        for layer in self.sv:
            states = layer(states, said.mask[..., None])
        # How far the sentence rests on each unit, and so on each of its words.
        mass = attends.sum(1) / said.mask.sum(1, keepdim=True)
        at_unit = mass.new_zeros(len(mass), int(unit.max()) + 1).scatter_add(1, unit, mass)
        rests = at_unit.gather(1, unit) * mask
        heard = [
            *((other - told).abs(), other * told, (answers[..., None] * tables).sum(1)),
            *(tables.amax(1), best.amax(1)[..., None], rests[..., None]),
        ]
        back = self.pl(torch.relu(self.cp(torch.cat(heard, -1))))
        for layer in self.pv:
            back = layer(back, mask[..., None])
        share = rests / rests.sum(1, keepdim=True).clamp(min=1e-6)
        pooled = [
            (states * said.mask[..., None]).sum(1) / said.mask.sum(1, keepdim=True),
            states.masked_fill(unsaid, FAR).amax(1),
            (back * share[..., None]).sum(1),
            (back + torch.log(rests + 1e-3)[..., None])
            .masked_fill(mask[..., None] == 0, FAR)
            .amax(1),
        ]
        return self.ot(self.dr(torch.relu(self.hd(torch.cat(pooled, -1)))))[:, 0]


def characters_of(claims: Sequence[Claim]) -> str:
    """The characters seen at least three times, most frequent first."""
    counts = Counter(c for claim in claims for c in zh.normalise(claim.passage + claim.text))
    return "".join(c for c, n in counts.most_common(6000) if n > 2)


def prepared(claims: Sequence[Claim]) -> tuple[list[Words], list[Pair]]:
    """The passages of `claims`, and `claims` in their order.

    By as many processes as there are processors: minutes instead of a quarter of an hour.
    """
    passages: list[Words] = []
    pairs: list[Pair] = []
    with Pool() as pool:
        cuts = [claims[i : i + 4000] for i in range(0, len(claims), 4000)]
        for own, made in pool.imap(_prepared, cuts):
            pairs += [replace(pair, passage=pair.passage + len(passages)) for pair in made]
            passages += own
    return passages, pairs


def _prepared(claims: Sequence[Claim]) -> tuple[list[Words], list[Pair]]:
    passages: list[Words] = []
    pairs: list[Pair] = []
    at: dict[tuple[str, str], int] = {}
    for claim in claims:
        key = claim.heading, claim.passage
        passage = read_passage(*key)
        if key not in at:
            at[key] = len(passages)
            passages.append(passage_words(passage))
        a = Alignment(claim.text, passage)
        table = np.round(relations(a) * 100).astype(np.uint8)
        altered = float(not claim.supported)
        pairs.append(Pair(sentence_words(a), at[key], table, borne(a), altered))
    return passages, pairs


def inputs(
    pairs: Sequence[Pair], passages: Sequence[Words], rows: Rows
) -> tuple[Bags, Bags, torch.Tensor, torch.Tensor, torch.Tensor]:
    """What `Network` takes of `pairs`."""
    used = sorted({pair.passage for pair in pairs})
    at = {passage: n for n, passage in enumerate(used)}
    said, known = Bags([p.sentence for p in pairs], rows), Bags([passages[n] for n in used], rows)
    tables = np.zeros((len(pairs), said.shape[1], known.shape[1], RELATIONS), np.uint8)
    there = np.zeros((len(pairs), said.shape[1], BORNE), np.float32)
    for n, pair in enumerate(pairs):
        height, width, _ = pair.relations.shape
        tables[n, :height, :width] = pair.relations
        there[n, :height] = pair.borne
    owner = torch.tensor([at[pair.passage] for pair in pairs])
    return said, known, owner, torch.from_numpy(tables).float() / 100, torch.from_numpy(there)


def batches(
    pairs: Sequence[Pair], passages: Sequence[Words], rng: random.Random
) -> list[list[int]]:
    """Indices of pairs, by passages of like length, in an order by chance."""
    of: dict[int, list[int]] = {}
    for n, pair in enumerate(pairs):
        of.setdefault(pair.passage, []).append(n)
    keyed = sorted(of, key=lambda p: len(passages[p].starts) * rng.uniform(0.8, 1.25))
    made = [
        [n for p in keyed[i : i + PASSAGES] for n in of[p]] for i in range(0, len(keyed), PASSAGES)
    ]
    rng.shuffle(made)
    return made


def train(
    model: Network,
    pairs: Sequence[Pair],
    passages: Sequence[Words],
    rows: Rows,
    epochs: int,
    rate: float,
) -> None:
    """`epochs` times through `pairs`; those that hold no word are left out."""
    pairs = [pair for pair in pairs if _says_something(pair, passages)]
    rng = random.Random(SEED)
    order = [batch for _ in range(epochs) for batch in batches(pairs, passages, rng)]
    model.train()
    learner = Learner(model, len(order), rate, max(1, len(order) // 20))
    for batch in order:
        mine = [pairs[n] for n in batch]
        found = model(*inputs(mine, passages, rows)) + torch.tensor([p.habit for p in mine])
        wanted = torch.tensor([p.altered for p in mine])
        learner.step(functional.binary_cross_entropy_with_logits(found, wanted))


def _says_something(pair: Pair, passages: Sequence[Words]) -> bool:
    return bool(len(pair.sentence.starts) and len(passages[pair.passage].starts))


def logits(
    model: Network, pairs: Sequence[Pair], passages: Sequence[Words], rows: Rows
) -> np.ndarray:
    """(n,) how sure the network is that each is altered; 0 for those that hold no word."""
    model.eval()
    found = np.zeros(len(pairs))
    told = np.array([n for n, pair in enumerate(pairs) if _says_something(pair, passages)], int)
    with torch.no_grad():
        for batch in batches([pairs[n] for n in told], passages, random.Random(SEED)):
            mine = [pairs[n] for n in told[batch]]
            found[told[batch]] = model(*inputs(mine, passages, rows)).numpy()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of training data")
    folder = parser.parse_args().data
    claims, further = all_claims(folder), written_claims(folder)
    characters = characters_of([*claims, *further])
    rows = CharacterNetwork(characters, {}).rows_of
    passages, pairs = prepared([*claims, *further])
    alone = cross_fitted([*claims, *further])
    pairs = [replace(pair, habit=float(x)) for pair, x in zip(pairs, alone, strict=True)]
    real, written = pairs[: len(claims)], pairs[len(claims) :]
    fold, read = folds_of(claims) % NETWORKS, np.zeros(len(claims), np.float32)
    for k in range(NETWORKS):
        seen = [pair for pair, at in zip(real, fold, strict=True) if at != k]
        held = [pair for pair, at in zip(real, fold, strict=True) if at == k]
        model = trained(seen + written, passages, characters)
        read[fold == k] = logits(model, held, passages, rows)
        area = roc_auc_score([p.altered for p in held], read[fold == k])
        print(f"{k}: AUROC {area:.3f} of claims not seen", flush=True)
    np.savez(CLAIMS_READ, read=read, digest=digest_of("".join(c.text for c in claims)))
    export(trained(pairs, passages, characters), characters, OUT, "askwiki-judge-zh-1")


def trained(pairs: Sequence[Pair], passages: Sequence[Words], characters: str) -> Network:
    """A network of `pairs`, which begins with the words of the bundled encoder."""
    torch.manual_seed(SEED)
    model = Network(len(characters) + 2)
    starting_tables(model, characters)
    train(model, pairs, passages, CharacterNetwork(characters, {}).rows_of, EPOCHS, RATE)
    return model


if __name__ == "__main__":
    main()
