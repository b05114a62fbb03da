"""Trains the evidence reader and exports it.

    python training/reader.py DATA [--steps 2000] [--start FOLDER] [--out src/askwiki/models/reader]

`--start` goes on from a reader that was exported before, instead of from nothing, with its
characters and at half the learning rate.

The loss is the cross-entropy of the answering sentences under one softmax over all sentences of
three candidate sections and "none of these"; the right section is taken away from 12 % of the
answerable questions, which then have none. In a quarter of the questions a word is replaced by an
everyday one of the glossary. `askwiki.answer.reader` runs the network in numpy and
makes its inputs, here and there alike.
"""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from askwiki import text as zh
from askwiki.answer.reader import HEADS, MATCHES, Asked, Sheet, lay_out, matches, weigh_question
from askwiki.embed import bundled_encoder
from askwiki.network import buckets
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
from reader_examples import Example, Examples

ID = "askwiki-reader-zh-4"
OUT = Path(__file__).parent.parent / "src" / "askwiki" / "models" / "reader"
CANDIDATES, BATCH, STEPS, LEARNING_RATE = 3, 32, 3400, 2e-3
WITHHELD = 0.12
SPOKEN = 0.25
"""Share of the questions in which a written word gives way to what people say instead of it."""
EASY = 0.4
"""Share of the questions with one candidate from further down among the wrong ones."""
MAX_CHARS = 360
"""Sections are cut here while training; when running they are read whole."""
SEED = 20261121


class Reader(CharacterModel):
    """The network of `askwiki.answer.reader`, in torch; the names of its parts are the file's."""

    def __init__(self, characters: int) -> None:
        super().__init__(characters)
        self.enc = nn.ModuleList([Convolution(1), Convolution(2)])
        self.wq = nn.Linear(WIDTH, WIDTH, bias=False)
        self.eq = nn.Parameter(torch.tensor(2.0))
        self.fuse, self.lnf = nn.Linear(3 * WIDTH + MATCHES, WIDTH), nn.LayerNorm(WIDTH)
        self.post = nn.ModuleList([Convolution(1), Convolution(2), Convolution(4)])
        self.wc, self.wk = nn.Linear(WIDTH, WIDTH, bias=False), nn.Linear(WIDTH, HEADS)
        self.h1 = nn.Linear(3 * WIDTH + 6 + 3 * HEADS, WIDTH)
        self.beside, self.h2 = Convolution(1), nn.Linear(WIDTH, 1)
        self.n1, self.n2 = nn.Linear(2 * WIDTH + HEADS + 2, 64), nn.Linear(64, 1)
        self.drop = nn.Dropout(0.15)

    def forward(self, batch: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """(n_sections, n_sentences) logits, and (n_questions,) logits of "none"."""
        asked_mask, home = batch["q_mask"][..., None], batch["home"]
        question = self.embed(batch["q_codes"], batch["q_pairs"])
        for layer in self.enc:
            question = layer(question, asked_mask)
        gist = question.masked_fill(asked_mask == 0, FAR).amax(1).float()
        read = [self._sections(piece, question, gist) for piece in _pieces(batch)]
        logits, top = (torch.cat(part) for part in zip(*read, strict=True))
        return logits, self._none(top, gist, batch["place"], home)

    def _sections(
        self, batch: dict[str, torch.Tensor], question: torch.Tensor, gist: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        mask, home, real = batch["mask"][..., None], batch["home"], batch["real"]
        own = self.embed(batch["codes"], batch["pairs"])
        for layer in self.enc:
            own = layer(own, mask)
        states = self._fused(own, question, batch)
        for layer in self.post:
            states = layer(states, mask)
        states = states.masked_fill(mask == 0, FAR)
        count, width = real.shape[1], states.shape[-1]
        owner = batch["owner"][..., None].expand(-1, -1, width)
        peaks = states.new_full((len(home), count, width), FAR)
        peaks = peaks.scatter_reduce(1, owner, states, "amax").float()
        # Padded sentences have no state of their own.
        peaks = peaks.masked_fill(real[..., None] == 0, 0)
        covered, whole = self._coverage(own, question, batch)
        top = torch.cat([states.amax(1).float(), whole], -1)
        wide = torch.cat([top, gist[home], batch["place"]], -1)[:, None].expand(-1, count, -1)
        hidden = torch.relu(self.h1(torch.cat([peaks, wide, batch["traits"], covered], -1)))
        hidden = self.beside(self.drop(hidden), real[..., None])
        return self.h2(hidden)[..., 0].masked_fill(real == 0, FAR), top

    def _coverage(
        self, own: torch.Tensor, question: torch.Tensor, batch: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """(n_sections, n_sentences, 2 x `HEADS`), and (n_sections, `HEADS`)."""
        home, asked_mask = batch["home"], batch["q_mask"]

        def heads(states: torch.Tensor) -> torch.Tensor:
            parts = self.wc(states).unflatten(-1, (HEADS, -1)).float()
            return functional.normalize(parts, dim=-1, eps=1e-6).to(states.dtype).transpose(1, 2)

        weight = self.wk(question).float().masked_fill(asked_mask[..., None] == 0, FAR).softmax(1)
        weight = weight[home].transpose(1, 2)  # sections, heads, question
        alike = heads(own) @ heads(question)[home].transpose(2, 3)
        alike = alike.transpose(1, 2).flatten(2)  # sections, characters, heads x question
        alike = alike.masked_fill(batch["mask"][..., None] == 0, -1)
        count, width = batch["real"].shape[1], alike.shape[-1]
        owner = batch["owner"][..., None].expand(-1, -1, width)
        best = alike.new_full((len(home), count, width), -1.0)
        best = best.scatter_reduce(1, owner, alike, "amax").float().unflatten(-1, (HEADS, -1))
        headed = torch.maximum(best, best[:, :1])
        whole = (headed.amax(1) * weight).sum(-1)
        parts = [(part * weight[:, None]).sum(-1) for part in (best, headed)]
        return torch.cat(parts, -1), whole

    def _fused(
        self, own: torch.Tensor, question: torch.Tensor, batch: dict[str, torch.Tensor]
    ) -> torch.Tensor:
        home = batch["home"]
        seen = question[home]
        same = batch["codes"][:, :, None] == batch["q_codes"][home][:, None, :]
        affinity = self.wq(own) @ seen.transpose(1, 2) / WIDTH**0.5
        affinity = affinity + self.eq.to(own.dtype) * same
        affinity = affinity.masked_fill(batch["q_mask"][home][:, None, :] == 0, FAR)
        looked = affinity.softmax(-1).to(own.dtype) @ seen
        wide = torch.cat([own, looked, own * looked, batch["matches"].to(own.dtype)], -1)
        return self.lnf(torch.relu(self.fuse(wide)))

    def _none(
        self, top: torch.Tensor, gist: torch.Tensor, place: torch.Tensor, home: torch.Tensor
    ) -> torch.Tensor:
        def best(rows: torch.Tensor) -> torch.Tensor:
            index = home[:, None].expand(-1, rows.shape[1])
            start = torch.full((len(gist), rows.shape[1]), FAR)
            return start.scatter_reduce(0, index, rows, "amax")

        hidden = torch.relu(self.n1(torch.cat([best(top), gist, best(place)], -1)))
        return self.n2(self.drop(hidden))[:, 0]


def _pieces(batch: dict[str, torch.Tensor]) -> list[dict[str, torch.Tensor]]:
    """The sections, which come longest first, in four parts, each no longer than its longest."""
    asked = {name: batch[name] for name in ("q_codes", "q_mask")}
    found = []
    for rows in torch.arange(len(batch["home"])).chunk(4):
        held = slice(int(rows[0]), int(rows[-1]) + 1)
        longest = int(batch["mask"][held].sum(1).max())
        piece = {n: batch[n][held] for n in ("traits", "real", "place", "home")}
        for name in ("codes", "pairs", "owner", "mask", "matches"):
            piece[name] = batch[name][held, :longest]
        found.append(piece | asked)
    return found


class Batches:
    """Makes batches of examples, sections chosen anew each time."""

    def __init__(self, examples: Examples, characters: str, rng: random.Random) -> None:
        self._examples, self.rng = examples, rng
        self._idf = bundled_encoder().idf
        self._rows = {ord(c): i for i, c in enumerate(characters, 2)}
        self._sheets: dict[tuple[int, int], Sheet] = {}
        self._asked: dict[str, Asked] = {}
        self._sayings: dict[str, list[str]] = {}
        for saying, words in zh.glossary().items():
            for word in words:
                if len(word) > 1:
                    self._sayings.setdefault(word, []).append(saying)

    def candidates(self, example: Example) -> tuple[list[int], bool]:
        """`CANDIDATES` rows in any order, and whether one of them answers."""
        rng = self.rng
        answers = bool(example.gold) and rng.random() >= WITHHELD
        picked = [rng.choice(list(example.gold))] if answers else []
        barred = set(example.gold)
        if not example.gold:
            picked = [rng.choice(example.own)]
        elif not answers:
            barred |= set(example.own)
        others = [row for row in example.found if row not in barred and row not in picked]
        near, far = others[:8], others[8:]
        rng.shuffle(near)
        rng.shuffle(far)
        wanted = CANDIDATES - len(picked)
        hard = wanted - (rng.random() < EASY)
        picked += (near[:hard] + far + near[hard:])[:wanted]
        rng.shuffle(picked)
        return picked, answers

    def make(self, examples: Sequence[Example]) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
        """The tensors of `examples`, and which sentences answer."""
        rows, asked = [], []
        for home, example in enumerate(examples):
            question = self._question(self._spoken(example.question))
            asked.append(question.codes)
            picked, answers = self.candidates(example)
            best = max((example.shares[row] for row in picked), default=0.0)
            for row in picked:
                share = example.shares[row]
                gold = example.gold.get(row, ()) if answers else ()
                rows.append(
                    (home, self._sheet(example.pool, row), question, (share, best - share), gold)
                )
        return _tensors(rows, asked, self._lookup)

    def _spoken(self, question: str) -> str:
        """`question`, at times with one written word said in everyday words."""
        if self.rng.random() >= SPOKEN:
            return question
        known = [word for word in self._sayings if word in question]
        if not known:
            return question
        word = self.rng.choice(known)
        return question.replace(word, self.rng.choice(self._sayings[word]))

    def _lookup(self, codes: np.ndarray) -> np.ndarray:
        return np.array([self._rows.get(int(code), 1) for code in codes], np.int64)

    def _question(self, question: str) -> Asked:
        if question not in self._asked:
            self._asked[question] = weigh_question(question, self._idf)
        return self._asked[question]

    def _sheet(self, pool: int, row: int) -> Sheet:
        if (pool, row) not in self._sheets:
            source = self._examples.pools[pool]
            chunk = source.chunks[row]
            heading = " ".join((chunk.title, *chunk.heading))
            whole = lay_out(heading, chunk.text, source.units[row])
            owner = whole.owner[:MAX_CHARS]
            held = int(owner.max(initial=0))
            self._sheets[pool, row] = Sheet(whole.codes[:MAX_CHARS], owner, whole.traits[:held])
        return self._sheets[pool, row]


def _tensors(rows, asked, lookup):  # type: ignore[no-untyped-def]
    """Pads everything to the longest; the longest sections come first."""
    rows = sorted(rows, key=lambda row: -len(row[1].codes))
    longest, count = max(len(r[1].codes) for r in rows), max(len(r[1].traits) for r in rows) + 1
    n, t = len(rows), max(map(len, asked))
    made = {
        "q_codes": np.zeros((len(asked), t), np.int64),
        "q_pairs": np.zeros((len(asked), t), np.int64),
        "q_mask": np.zeros((len(asked), t), np.float32),
        "codes": np.zeros((n, longest), np.int64),
        "pairs": np.zeros((n, longest), np.int64),
        "owner": np.zeros((n, longest), np.int64),
        "mask": np.zeros((n, longest), np.float32),
        "matches": np.zeros((n, longest, MATCHES), np.float32),
        "traits": np.zeros((n, count, 4), np.float32),
        "real": np.zeros((n, count), np.float32),
        "place": np.zeros((n, 2), np.float32),
        "home": np.zeros(n, np.int64),
    }
    answering = np.zeros((n, count), bool)
    for i, codes in enumerate(asked):
        made["q_codes"][i, : len(codes)] = lookup(codes)
        made["q_pairs"][i, : len(codes)] = buckets(codes)
        made["q_mask"][i, : len(codes)] = 1
    for i, (home, sheet, question, place, gold) in enumerate(rows):
        size, held = len(sheet.codes), len(sheet.traits)
        made["codes"][i, :size] = lookup(sheet.codes)
        made["pairs"][i, :size] = buckets(sheet.codes)
        made["owner"][i, :size] = sheet.owner
        made["mask"][i, :size] = 1
        made["matches"][i, :size] = matches(sheet, question)
        made["traits"][i, 1 : held + 1] = sheet.traits
        made["real"][i, 1 : held + 1] = 1
        made["place"][i], made["home"][i] = place, home
        for unit in gold:
            if unit < held:
                answering[i, unit + 1] = True
    return {k: torch.from_numpy(v) for k, v in made.items()}, torch.from_numpy(answering)


def loss_of(
    logits: torch.Tensor, none: torch.Tensor, answering: torch.Tensor, home: torch.Tensor
) -> torch.Tensor:
    """Mean cross-entropy over questions; the answering sentences together are the right class."""
    index = home[:, None].expand_as(logits).reshape(-1)

    def total(values: torch.Tensor) -> torch.Tensor:
        top = torch.full_like(none, FAR).scatter_reduce(0, index, values, "amax")
        mass = torch.zeros_like(none).scatter_add(0, index, (values - top[index]).exp())
        return top + mass.clamp(min=1e-9).log()

    flat, right = logits.reshape(-1), answering.reshape(-1)
    everything = torch.logaddexp(total(flat), none)
    answered = torch.zeros_like(none).scatter_add(0, index, right.float()) > 0
    gold = total(flat.masked_fill(~right, FAR))
    return torch.where(answered, everything - gold, everything - none).mean()


def exported(folder: Path) -> tuple[Reader, str]:
    """The reader that `export` wrote to `folder`, and its characters."""
    characters = (folder / "characters.txt").read_text("utf-8")
    model = Reader(len(characters) + 2)
    with np.load(folder / "weights.npz") as arrays:
        state = {name: arrays[name].astype(np.float32) for name in model.state_dict()}
        for table in ("ec", "eb"):
            state[f"{table}.weight"] *= arrays[f"{table}.scale"].astype(np.float32)[:, None]
    model.load_state_dict({name: torch.from_numpy(values) for name, values in state.items()})
    return model, characters


def fresh(examples: Examples) -> tuple[Reader, str]:
    """A reader that has learned nothing, over the characters of `examples`."""
    characters = known_characters(examples)
    model = Reader(len(characters) + 2)
    starting_tables(model, characters)
    return model, characters


def train(model: Reader, batches: Batches, examples: Examples, steps: int, rate: float) -> None:
    """Trains `model` in place; `rate` is the highest learning rate."""
    learner = Learner(model, steps, rate, warm_up=200)
    rng = batches.rng
    queue: list[Example] = []
    for _ in range(steps):
        if len(queue) < BATCH:
            queue = _shuffled(examples.examples, rng)
        batch, answering = batches.make(queue[:BATCH])
        queue = queue[BATCH:]
        with torch.autocast("cpu", torch.bfloat16):
            logits, none = model(batch)
        learner.step(loss_of(logits.float(), none.float(), answering, batch["home"]))


def _shuffled(examples: Sequence[Example], rng: random.Random) -> list[Example]:
    """In random order, batches of one pool, so that lengths are alike."""
    order = list(examples)
    rng.shuffle(order)
    blocks = [order[i : i + 20 * BATCH] for i in range(0, len(order), 20 * BATCH)]
    batches = []
    for block in blocks:
        block.sort(key=lambda example: example.pool)
        parts = [block[i : i + BATCH] for i in range(0, len(block), BATCH)]
        rng.shuffle(parts)
        batches += parts
    return [example for batch in batches for example in batch]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of training data")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--start", type=Path, help="a reader exported before")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(arguments.threads)
    rng = random.Random(SEED)
    examples = Examples(arguments.data, "train", rng)
    start = arguments.start
    model, characters = exported(start) if start else fresh(examples)
    print(f"{len(examples.examples)} examples, {len(characters)} characters", flush=True)
    rate = LEARNING_RATE / 2 if start else LEARNING_RATE
    train(model, Batches(examples, characters, rng), examples, arguments.steps, rate)
    export(model, characters, arguments.out, ID)


if __name__ == "__main__":
    main()
