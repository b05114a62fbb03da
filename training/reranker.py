"""Trains the reranker and exports it.

    python training/reranker.py DATA [--epochs 1] [--out src/askwiki/models/reranker]

Late interaction: every position of a question finds the most alike position of a section, and the
positions are weighed by how much they say (`askwiki.rerank` runs the same in numpy). The loss is
the cross-entropy of the right section among all sections of the batch: those of the other questions
and `HARD` that a search found for each. Questions and sections are the evidence reader's.
"""

import argparse
import random
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from askwiki import text as zh
from askwiki.network import Codes, buckets, code_points
from askwiki.rerank import DILATIONS, HEADING_CHARS, QUESTION_CHARS, SECTION_CHARS
from layers import (
    FAR,
    WIDTH,
    CharacterModel,
    Convolution,
    export,
    known_characters,
    optimisers_of,
    set_rate,
    starting_tables,
)
from reader import SEED
from reader_examples import Example, Examples

ID = "askwiki-reranker-zh-1"
OUT = Path(__file__).parent.parent / "src" / "askwiki" / "models" / "reranker"
BATCH, HARD, EPOCHS, LEARNING_RATE = 32, 3, 1.0, 2e-3
NEAR = 8
"""Hard negatives are drawn from so many of the best found."""

Key = tuple[int, int]
"""The number of a pool and a row in it."""


class Matcher(CharacterModel):
    """The network of `askwiki.rerank`, in torch; the names of its parts are the file's."""

    def __init__(self, characters: int) -> None:
        super().__init__(characters)
        self.cv = nn.ModuleList([Convolution(dilation) for dilation in DILATIONS])
        self.pj, self.wt = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, 1)
        self.heat = nn.Parameter(torch.tensor(3.0))
        """The logarithm of what scores are multiplied by in the loss."""
        nn.init.zeros_(self.wt.weight)

    def forward(self, questions: "Texts", sections: "Texts") -> torch.Tensor:
        """(n_questions, n_sections) scores from -1 to 1."""
        asked, states = self._sides(questions)
        rows, _ = self._sides(sections)
        count, longest, width = asked.shape
        said = questions.mask.reshape(-1).nonzero()[:, 0]
        spoken, flat = asked.reshape(-1, width)[said], rows.reshape(-1, width)
        with torch.no_grad():  # which positions meet; only their likeness is learned from
            alike = (spoken @ flat.T).view(len(said), len(rows), -1)
            meets = alike.argmax(-1) + torch.arange(len(rows)) * rows.shape[1]
        best = (flat[meets.reshape(-1)].view(len(said), len(rows), width) * spoken[:, None]).sum(-1)
        likeness = best.new_zeros(count * longest, len(rows), dtype=torch.float32)
        likeness = likeness.index_put((said,), best.float()).view(count, longest, -1)
        weight = self.wt(states).float()[..., 0].masked_fill(questions.mask == 0, FAR).softmax(1)
        return (likeness * weight[..., None]).sum(1)

    def _sides(self, texts: "Texts") -> tuple[torch.Tensor, torch.Tensor]:
        """Unit rows of every position, and the states they were made of."""
        states = self.embed(texts.codes, texts.pairs)
        mask = texts.mask[..., None].to(states.dtype)
        for layer in self.cv:
            states = layer(states, mask)
        rows = functional.normalize(self.pj(states).float(), dim=-1) * mask.float()
        return rows.to(states.dtype), states


class Texts:
    """Texts as padded tensors: rows of the two tables, and 1 where there is a character."""

    def __init__(self, texts: Sequence[tuple[Codes, Codes]]) -> None:
        longest = max(len(codes) for codes, _ in texts)
        made = np.zeros((3, len(texts), longest), np.int64)
        for i, (codes, pairs) in enumerate(texts):
            made[:, i, : len(codes)] = codes, pairs, np.ones(len(codes), np.int64)
        self.codes, self.pairs = torch.from_numpy(made[0]), torch.from_numpy(made[1])
        self.mask = torch.from_numpy(made[2]).float()


class Batches:
    """Questions with the sections they are told from."""

    def __init__(self, examples: Examples, characters: str, rng: random.Random) -> None:
        asked = [example for example in examples.examples if example.gold]
        self.asked = list({(e.pool, e.question, e.own): e for e in asked}.values())
        self._pools, self._rng = examples.pools, rng
        self._rows = {ord(c): i for i, c in enumerate(characters, 2)}
        self._sections: dict[Key, tuple[Codes, Codes]] = {}
        self._queue: list[Example] = []

    def next(self) -> tuple[Texts, Texts, torch.Tensor, torch.Tensor]:
        """Questions, sections, the column of each right one, and which others answer as well."""
        if len(self._queue) < BATCH:
            self._queue = self._rng.sample(self.asked, len(self.asked))
        batch = [self._queue.pop() for _ in range(BATCH)]
        keys: list[Key] = []
        right = []
        for example in batch:
            right.append(len(keys))
            wrong = [r for r in example.found if r not in example.gold and r not in example.own]
            near = self._rng.sample(wrong[:NEAR], min(HARD, len(wrong[:NEAR])))
            rows = (self._rng.choice(list(example.gold)), *near)
            keys += [(example.pool, row) for row in rows]
        answer = [{(e.pool, row) for row in (*e.gold, *e.own)} for e in batch]
        also = [
            [k != right[i] and key in answer[i] for k, key in enumerate(keys)] for i in range(BATCH)
        ]
        questions = Texts([self._cut(e.question, QUESTION_CHARS) for e in batch])
        sections = Texts([self._section(key) for key in keys])
        return questions, sections, torch.tensor(right), torch.tensor(also)

    def _section(self, key: Key) -> tuple[Codes, Codes]:
        if key not in self._sections:
            chunk = self._pools[key[0]].chunks[key[1]]
            heading = " ".join((chunk.title, *chunk.heading))[:HEADING_CHARS]
            self._sections[key] = self._cut(f"{heading}\n{chunk.text}", SECTION_CHARS)
        return self._sections[key]

    def _cut(self, text: str, most: int) -> tuple[Codes, Codes]:
        codes = code_points(zh.normalise(text)[:most] or " ")
        return np.array([self._rows.get(int(code), 1) for code in codes], np.int64), buckets(codes)


def train(model: Matcher, batches: Batches, epochs: float) -> None:
    """Trains `model` in place."""
    optimisers = optimisers_of(model)
    steps = int(len(batches.asked) * epochs / BATCH)
    seen, began = 0.0, time.monotonic()
    for step in range(1, steps + 1):
        questions, sections, right, also = batches.next()
        for optimiser in optimisers:
            set_rate(optimiser, LEARNING_RATE * min(1, step / 100) * max(0.03, 1 - step / steps))
            optimiser.zero_grad()
        with torch.autocast("cpu", torch.bfloat16):
            scores = model(questions, sections)
        scores = (scores.float() * model.heat.exp()).masked_fill(also, FAR)
        loss = functional.cross_entropy(scores, right)
        loss.backward()
        nn.utils.clip_grad_norm_(model.layers(), 1.0)
        for optimiser in optimisers:
            optimiser.step()
        seen += loss.item()
        if step % 100 == 0:
            took = time.monotonic() - began
            print(f"{step}/{steps} loss {seen / 100:.4f} {took:.0f} s", flush=True)
            seen = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of training data")
    parser.add_argument("--epochs", type=float, default=EPOCHS)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(arguments.threads)
    rng = random.Random(SEED)
    examples = Examples(arguments.data, "train", rng)
    characters = known_characters(examples)
    model, batches = Matcher(len(characters) + 2), Batches(examples, characters, rng)
    starting_tables(model, characters)
    print(f"{len(batches.asked)} questions, {len(characters)} characters", flush=True)
    train(model, batches, arguments.epochs)
    export(model, characters, arguments.out, ID)


if __name__ == "__main__":
    main()
