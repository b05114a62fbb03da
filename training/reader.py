"""Trains the evidence reader and exports it.

    python training/reader.py DATA [--steps 2000] [--out src/askwiki/models/reader]

The loss is the cross-entropy of the answering sentences under one softmax over all sentences of
four candidate sections and "none of these"; the right section is taken away from 12 % of the
answerable questions, which then have none. `askwiki.answer.reader` runs the network in numpy and
makes its inputs, here and there alike.
"""

import argparse
import hashlib
import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from askwiki import text as zh
from askwiki.answer.reader import (
    BUCKETS,
    MATCHES,
    Asked,
    Sheet,
    buckets,
    code_points,
    lay_out,
    matches,
    weigh_question,
)
from askwiki.embed import bundled_encoder
from reader_examples import Example, Examples

ID = "askwiki-reader-zh-1"
OUT = Path(__file__).parent.parent / "src" / "askwiki" / "models" / "reader"
WIDTH, EMBEDDING = 96, 96
CANDIDATES, BATCH, STEPS, LEARNING_RATE = 4, 32, 2000, 2e-3
WITHHELD = 0.12
MAX_CHARS = 420
"""Sections are cut here while training; when running they are read whole."""
SEED = 20261121
FAR = -1e4


class Convolution(nn.Module):
    """A residual convolution over three characters, `dilation` apart."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.lin, self.ln = nn.Linear(3 * WIDTH, WIDTH), nn.LayerNorm(WIDTH)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        own, d = x * mask, self.dilation
        before = functional.pad(own, (0, 0, d, 0))[:, :-d]
        after = functional.pad(own, (0, 0, 0, d))[:, d:]
        return self.ln(x + torch.relu(self.lin(torch.cat([before, own, after], -1))))


class Reader(nn.Module):
    """The network of `askwiki.answer.reader`, in torch; the names of its parts are the file's."""

    def __init__(self, characters: int) -> None:
        super().__init__()
        self.ec = nn.Embedding(characters, EMBEDDING, sparse=True)
        self.eb = nn.Embedding(BUCKETS, EMBEDDING, sparse=True)
        self.inp, self.ln = nn.Linear(EMBEDDING, WIDTH), nn.LayerNorm(WIDTH)
        self.enc = nn.ModuleList([Convolution(1)])
        self.wq = nn.Linear(WIDTH, WIDTH, bias=False)
        self.eq = nn.Parameter(torch.tensor(2.0))
        self.fuse, self.lnf = nn.Linear(3 * WIDTH + MATCHES, WIDTH), nn.LayerNorm(WIDTH)
        self.post = nn.ModuleList([Convolution(1), Convolution(3)])
        self.h1, self.h2 = nn.Linear(3 * WIDTH + 6, WIDTH), nn.Linear(WIDTH, 1)
        self.n1, self.n2 = nn.Linear(2 * WIDTH + 2, 64), nn.Linear(64, 1)
        self.drop = nn.Dropout(0.15)

    def embed(self, codes: torch.Tensor, pairs: torch.Tensor) -> torch.Tensor:
        total = self.ec(codes) + self.eb(pairs)
        if self.training:  # whole characters, so that no single one is leant on
            total = total * (torch.rand(codes.shape) > 0.08)[..., None]
        return self.ln(self.inp(total))

    def forward(self, batch: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """(n_sections, n_sentences) logits, and (n_questions,) logits of "none"."""
        asked_mask, mask, home = batch["q_mask"][..., None], batch["mask"][..., None], batch["home"]
        question = self.enc[0](self.embed(batch["q_codes"], batch["q_pairs"]), asked_mask)
        own = self.enc[0](self.embed(batch["codes"], batch["pairs"]), mask)
        states = self._fused(own, question, batch)
        for layer in self.post:
            states = layer(states, mask)
        states = states.float().masked_fill(mask == 0, FAR)
        gist = question.float().masked_fill(asked_mask == 0, FAR).amax(1)
        count, width = batch["real"].shape[1], states.shape[-1]
        owner = batch["owner"][..., None].expand(-1, -1, width)
        peaks = torch.full((len(home), count, width), FAR).scatter_reduce(1, owner, states, "amax")
        top = states.amax(1)
        wide = torch.cat([top, gist[home]], -1)[:, None].expand(-1, count, -1)
        place = batch["place"][:, None].expand(-1, count, -1)
        hidden = torch.relu(self.h1(torch.cat([peaks, wide, batch["traits"], place], -1)))
        logits = self.h2(self.drop(hidden))[..., 0].masked_fill(batch["real"] == 0, FAR)
        return logits, self._none(top, gist, batch["place"], home)

    def _fused(
        self, own: torch.Tensor, question: torch.Tensor, batch: dict[str, torch.Tensor]
    ) -> torch.Tensor:
        home = batch["home"]
        seen = question[home]
        same = batch["codes"][:, :, None] == batch["q_codes"][home][:, None, :]
        affinity = self.wq(own) @ seen.transpose(1, 2) / WIDTH**0.5 + self.eq * same
        affinity = affinity.float().masked_fill(batch["q_mask"][home][:, None, :] == 0, FAR)
        looked = affinity.softmax(-1).to(own.dtype) @ seen
        wide = torch.cat([own, looked, own * looked, batch["matches"].to(own.dtype)], -1)
        return self.drop(self.lnf(torch.relu(self.fuse(wide))))

    def _none(
        self, top: torch.Tensor, gist: torch.Tensor, place: torch.Tensor, home: torch.Tensor
    ) -> torch.Tensor:
        def best(rows: torch.Tensor) -> torch.Tensor:
            index = home[:, None].expand(-1, rows.shape[1])
            start = torch.full((len(gist), rows.shape[1]), FAR)
            return start.scatter_reduce(0, index, rows, "amax")

        hidden = torch.relu(self.n1(torch.cat([best(top), gist, best(place)], -1)))
        return self.n2(self.drop(hidden))[:, 0]


class Batches:
    """Makes batches of examples, sections chosen anew each time."""

    def __init__(self, examples: Examples, characters: str, rng: random.Random) -> None:
        self._examples, self._rng = examples, rng
        self._idf = bundled_encoder().idf
        self._rows = {ord(c): i for i, c in enumerate(characters, 2)}
        self._sheets: dict[tuple[int, int], Sheet] = {}
        self._asked: dict[str, Asked] = {}

    def candidates(self, example: Example) -> tuple[list[int], bool]:
        """`CANDIDATES` rows in any order, and whether one of them answers."""
        rng = self._rng
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
        picked += (near[: max(1, wanted - 1)] + far + near[max(1, wanted - 1) :])[:wanted]
        rng.shuffle(picked)
        return picked, answers

    def make(self, examples: Sequence[Example]) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
        """The tensors of `examples`, and which sentences answer."""
        rows, asked = [], []
        for home, example in enumerate(examples):
            question = self._question(example.question)
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
    """Pads everything to the longest."""
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


def starting_tables(model: Reader, characters: str) -> None:
    """Character and bigram tables start from the bundled encoder's, cut to width by their SVD."""
    encoder = bundled_encoder()
    table = encoder._table.astype(np.float32) * encoder._scales[:, None]
    common = table[:20000] - table[:20000].mean(0)
    projected = table @ np.linalg.svd(common, full_matrices=False)[2][:EMBEDDING].T
    projected /= np.linalg.norm(projected, axis=1).mean()
    with torch.no_grad():
        model.ec.weight.normal_(std=0.05)
        model.eb.weight.normal_(std=0.02)
        for row, character in enumerate(characters, 2):
            if character in encoder._rows:
                model.ec.weight[row] = torch.from_numpy(projected[encoder._rows[character]])
        for gram, row in reversed(encoder._rows.items()):
            if len(gram) == 2:
                at = int(buckets(code_points(gram))[0])
                model.eb.weight[at] = torch.from_numpy(projected[row]) * 0.7


def known_characters(examples: Examples) -> str:
    """The characters seen at least three times, most frequent first."""
    counts: Counter[str] = Counter()
    for pool in examples.pools:
        for chunk in pool.chunks:
            counts.update(zh.normalise(" ".join((chunk.title, *chunk.heading, chunk.text))))
    for example in examples.examples:
        counts.update(zh.normalise(example.question) * 3)
    return "".join(
        c for c, n in sorted(counts.items(), key=lambda i: (-i[1], i[0]))[:6500] if n > 2
    )


def train(examples: Examples, characters: str, steps: int, rng: random.Random) -> Reader:
    model = Reader(len(characters) + 2)
    starting_tables(model, characters)
    tables = [model.ec.weight, model.eb.weight]
    others = [p for name, p in model.named_parameters() if name not in ("ec.weight", "eb.weight")]
    optimisers = [
        torch.optim.AdamW(others, betas=(0.9, 0.98), weight_decay=0.01),
        torch.optim.SparseAdam(tables),
    ]
    batches = Batches(examples, characters, rng)
    queue: list[Example] = []
    seen, began = 0.0, time.monotonic()
    for step in range(1, steps + 1):
        if len(queue) < BATCH:
            queue = _shuffled(examples.examples, rng)
        batch, answering = batches.make(queue[:BATCH])
        queue = queue[BATCH:]
        for optimiser in optimisers:
            for group in optimiser.param_groups:
                group["lr"] = LEARNING_RATE * min(1, step / 200) * max(0.03, 1 - step / steps)
            optimiser.zero_grad()
        with torch.autocast("cpu", torch.bfloat16):
            logits, none = model(batch)
        loss = loss_of(logits.float(), none.float(), answering, batch["home"])
        loss.backward()
        nn.utils.clip_grad_norm_(others, 1.0)
        for optimiser in optimisers:
            optimiser.step()
        seen += loss.item()
        if step % 100 == 0:
            print(
                f"{step}/{steps} loss {seen / 100:.4f} {time.monotonic() - began:.0f} s", flush=True
            )
            seen = 0.0
    return model


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


def export(model: Reader, characters: str, out: Path) -> None:
    """int8 tables with a scale a row, float16 for the rest, and a card with digests."""
    out.mkdir(parents=True, exist_ok=True)
    arrays = {}
    for name, tensor in model.state_dict().items():
        values = tensor.detach().float().numpy()
        if name in ("ec.weight", "eb.weight"):
            scales = np.maximum(np.abs(values).max(1), 1e-8) / 127
            arrays[name] = np.round(values / scales[:, None]).astype(np.int8)
            arrays[f"{name[:2]}.scale"] = scales.astype(np.float16)
        else:
            arrays[name] = values.astype(np.float16)
    np.savez(out / "weights.npz", **arrays)
    (out / "characters.txt").write_text(characters, "utf-8")
    sums = {
        name: hashlib.sha256((out / name).read_bytes()).hexdigest()
        for name in ("weights.npz", "characters.txt")
    }
    (out / "model.json").write_text(
        json.dumps({"id": ID, "sha256": sums}, indent=1) + "\n", "utf-8"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of training data")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    rng = random.Random(SEED)
    examples = Examples(arguments.data, "train", rng)
    characters = known_characters(examples)
    print(f"{len(examples.examples)} examples, {len(characters)} characters", flush=True)
    export(train(examples, characters, arguments.steps, rng), characters, arguments.out)


if __name__ == "__main__":
    main()
