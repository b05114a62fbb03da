"""Trains the reranker and exports it.

    python training/reranker.py DATA [--passes 2] [--out src/askwiki/models/reranker]

Late interaction: every position of a question finds the most alike position of a section, and the
positions are weighed by how much they say (`askwiki.rerank` runs the same in numpy). The loss is
the cross-entropy of the right section among all sections of the batch: those of the other questions
and `HARD` that look right and are not. First headings and sentences of documentation are told from
other sections of the same page, then questions: those of the evidence reader, with what a search
found for each.
"""

import argparse
import random
import tempfile
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from askwiki import text as zh
from askwiki.network import Codes, buckets, code_points
from askwiki.rerank import (
    DILATIONS,
    HEADING_CHARS,
    QUESTION_CHARS,
    SECTION_CHARS,
    Reranker,
    Rows,
    readable,
)
from data import SectionRow, section_readings, sections
from layers import (
    FAR,
    WIDTH,
    CharacterModel,
    Convolution,
    Learner,
    export,
    known_characters,
    starting_tables,
)
from reader import SEED
from reader_examples import Examples

ID = "askwiki-reranker-zh-2"
OUT = Path(__file__).parent.parent / "src" / "askwiki" / "models" / "reranker"
BATCH, HARD, LEARNING_RATE = 32, 3, 2e-3
HEADINGS, PASSES = 1, 2
ROW = 48
"""Numbers of a position that are compared."""


NEAR = 8
"""Hard negatives are drawn from so many of the closest wrong ones."""

Key = tuple[int, int]
"""The number of a pool and a row in it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a section is told from others by: the sections that are right, that answer as well and
    count as neither, and that look right and are wrong, the closest first."""

    question: str
    right: tuple[Key, ...]
    also: frozenset[Key]
    near: tuple[Key, ...]


class Matcher(CharacterModel):
    """The network of `askwiki.rerank`, in torch; the names of its parts are the file's."""

    def __init__(self, characters: int) -> None:
        super().__init__(characters)
        self.cv = nn.ModuleList([Convolution(dilation) for dilation in DILATIONS])
        self.pj, self.wt = nn.Linear(WIDTH, ROW), nn.Linear(WIDTH, 1)
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
            alike = (spoken @ flat.T).view(len(said), len(rows), -1).float()
            best = torch.from_numpy(alike.numpy().argmax(-1))  # six times as fast as torch's
            meets = best + torch.arange(len(rows)) * rows.shape[1]
        met = flat[meets.reshape(-1)].view(len(said), len(rows), width)
        likeness = asked.new_zeros(count * longest, len(rows), dtype=torch.float32)
        likeness = likeness.index_put((said,), (met * spoken[:, None]).sum(-1).float())
        likeness = likeness.view(count, longest, -1)
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
    """Questions with the sections they are told from; `texts` gives those by their keys."""

    def __init__(
        self,
        asked: Sequence[Asked],
        texts: Callable[[Key], str],
        characters: str,
        rng: random.Random,
    ) -> None:
        self.asked, self._texts, self._rng = asked, texts, rng
        self._rows = {ord(c): i for i, c in enumerate(characters, 2)}
        self._sections: dict[Key, tuple[Codes, Codes]] = {}
        self._queue: list[Asked] = []

    def next(self) -> tuple[Texts, Texts, torch.Tensor, torch.Tensor]:
        """Questions, sections, the column of each right one, and which others answer as well."""
        if len(self._queue) < BATCH:
            self._queue = self._rng.sample(self.asked, len(self.asked))
        batch = [self._queue.pop() for _ in range(BATCH)]
        keys: list[Key] = []
        right = []
        for asked in batch:
            right.append(len(keys))
            keys.append(self._rng.choice(asked.right))
            near = asked.near[:NEAR]
            keys += self._rng.sample(near, min(HARD, len(near)))
        also = [
            [at != own and (key in asked.also or key in asked.right) for at, key in enumerate(keys)]
            for own, asked in zip(right, batch, strict=True)
        ]
        questions = Texts([self.cut(asked.question, QUESTION_CHARS) for asked in batch])
        sections = Texts([self._section(key) for key in keys])
        return questions, sections, torch.tensor(right), torch.tensor(also)

    def cut(self, text: str, most: int) -> tuple[Codes, Codes]:
        """Rows of the two tables for the first `most` characters."""
        codes = code_points(zh.normalise(text)[:most] or " ")
        return np.array([self._rows.get(int(code), 1) for code in codes], np.int64), buckets(codes)

    def _section(self, key: Key) -> tuple[Codes, Codes]:
        if key not in self._sections:
            self._sections[key] = self.cut(self._texts(key), SECTION_CHARS)
        return self._sections[key]


def questions_of(examples: Examples) -> list[Asked]:
    """The answerable questions, each once."""
    found: dict[object, Asked] = {}
    for e in (example for example in examples.examples if example.gold):
        wrong = [(e.pool, r) for r in e.found if r not in e.gold and r not in e.own]
        right, also = ([(e.pool, r) for r in rows] for rows in (e.gold, e.own))
        found[e.pool, e.question, e.own] = Asked(
            e.question, tuple(right), frozenset(also), tuple(wrong)
        )
    return list(found.values())


def harder(asked: Sequence[Asked], texts: Callable[[Key], str], reranker: Reranker) -> list[Asked]:
    """`asked` with the wrong sections in the order in which `reranker` finds them right.

    What a search by words takes for right is soon told apart; what the network itself still takes
    for right says more (Xiong et al., "Approximate Nearest Neighbor Negative Contrastive Learning",
    2021).
    """
    rows: dict[Key, Rows] = {}
    found = []
    for one in asked:
        for key in one.near:
            if key not in rows:
                rows[key] = reranker.rows(zh.normalise(texts(key))[:SECTION_CHARS])
        scores = reranker.match(one.question, [rows[key] for key in one.near])
        order = np.argsort(-scores, kind="stable")
        found.append(replace(one, near=tuple(one.near[at] for at in order)))
    return found


def headings_of(
    rows: Iterable[SectionRow], held: Container[str], rng: random.Random
) -> tuple[list[Asked], list[str]]:
    """Headings, and sentences taken out of their sections (Lee et al. 2019), as questions on what
    is left; the texts, to which `Asked` points with pool 0. Wrong ones are of the same page.

    Pages in `held` are left out.
    """
    asked, texts = [], []
    pages: dict[str, list[Key]] = {}
    for row in rows:
        if row.source in held or len(row.text) < 60:
            continue
        spans = zh.sentences(row.text[:SECTION_CHARS])
        parents = row.path.rpartition(" > ")[0]
        start, end = rng.choice(spans) if len(spans) > 2 and rng.random() < 0.5 else (0, 0)
        said = row.text[start:end] if end - start > 6 else row.heading
        rest = row.text[:start] + row.text[end:] if said != row.heading else row.text
        pages.setdefault(row.source, []).append((0, len(texts)))
        asked.append((said, row.source))
        texts.append(f"{parents[:HEADING_CHARS]}\n{rest}")
    found = []
    for at, (said, page) in enumerate(asked):
        wrong = [key for key in pages[page] if key != (0, at)]
        near = tuple(rng.sample(wrong, min(NEAR, len(wrong))))
        found.append(Asked(said, ((0, at),), frozenset(), near))
    return found, texts


def train(
    model: Matcher, batches: Batches, passes: int, between: Callable[[], None] = lambda: None
) -> None:
    """Trains `model` in place; `between` is called after each pass but the last."""
    a_pass = len(batches.asked) // BATCH
    steps = a_pass * passes
    print(f"{len(batches.asked)} questions or headings, {steps} steps", flush=True)
    learner = Learner(model, steps, LEARNING_RATE, warm_up=100)
    for step in range(1, steps + 1):
        questions, sections, right, also = batches.next()
        with torch.autocast("cpu", torch.bfloat16):
            scores = model(questions, sections)
        scores = (scores.float() * model.heat.exp()).masked_fill(also, FAR)
        learner.step(functional.cross_entropy(scores, right))
        if step % a_pass == 0 and step < steps:
            between()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of training data")
    parser.add_argument("--headings", type=int, default=HEADINGS, help="passes over headings")
    parser.add_argument("--passes", type=int, default=PASSES, help="passes over questions")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(arguments.threads)
    rng = random.Random(SEED)
    examples = Examples(arguments.data, "train", rng)
    characters = known_characters(examples)
    model = Matcher(len(characters) + 2)
    starting_tables(model, characters)
    rows = sections(arguments.data)
    readings = section_readings(arguments.data, rows)
    held = {rows[reading.row].source for reading in readings if reading.split != "train"}
    headings, texts = headings_of(rows, held, rng)
    train(model, Batches(headings, lambda key: texts[key[1]], characters, rng), arguments.headings)
    pools, asked = examples.pools, questions_of(examples)

    def text(key: Key) -> str:
        return readable(pools[key[0]].chunks[key[1]])

    batches = Batches(asked, text, characters, rng)

    def mine() -> None:
        with tempfile.TemporaryDirectory() as folder:
            export(model, characters, Path(folder), ID)
            batches.asked = harder(asked, text, Reranker.load(Path(folder)))

    train(model, batches, arguments.passes, mine)
    export(model, characters, arguments.out, ID)


if __name__ == "__main__":
    main()
