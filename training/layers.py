"""What the networks over characters that are trained here share, in torch.

`askwiki.network` runs the same in numpy; the names of the parts are those in the files.
"""

import hashlib
import json
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from askwiki import text as zh
from askwiki.embed import bundled_encoder
from askwiki.network import BUCKETS, buckets, code_points
from reader_examples import Examples

WIDTH, EMBEDDING = 96, 96
FAR = -1e4
"""What a masked place counts for."""


def working_type() -> torch.dtype:
    """bfloat16 throughout under autocast: most of the time goes into moving numbers, not into sums."""
    return torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else torch.float32


class Convolution(nn.Module):
    """A residual convolution over three characters, `dilation` apart."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.lin, self.ln = nn.Linear(3 * WIDTH, WIDTH), nn.LayerNorm(WIDTH)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        own, d = x * mask.to(x.dtype), self.dilation
        before = functional.pad(own, (0, 0, d, 0))[:, :-d]
        after = functional.pad(own, (0, 0, 0, d))[:, d:]
        return self.ln(x + torch.relu(self.lin(torch.cat([before, own, after], -1))))


class CharacterModel(nn.Module):
    """Embeddings of characters and of hashed bigrams, and a layer over their sum."""

    def __init__(self, characters: int) -> None:
        super().__init__()
        self.ec = nn.Embedding(characters, EMBEDDING, sparse=True)
        self.eb = nn.Embedding(BUCKETS, EMBEDDING, sparse=True)
        self.inp, self.ln = nn.Linear(EMBEDDING, WIDTH), nn.LayerNorm(WIDTH)

    def embed(self, codes: torch.Tensor, pairs: torch.Tensor) -> torch.Tensor:
        total = self.ec(codes) + self.eb(pairs)
        if self.training:  # whole characters, so that no single one is leant on
            total = total * (torch.rand(codes.shape) > 0.08)[..., None]
        return self.ln(self.inp(total)).to(working_type())

    def tables(self) -> list[nn.Parameter]:
        """The two embeddings, whose gradients are sparse."""
        return [self.ec.weight, self.eb.weight]

    def layers(self) -> list[nn.Parameter]:
        """All other parameters."""
        return [p for name, p in self.named_parameters() if name not in ("ec.weight", "eb.weight")]


class Learner:
    """Steps a model down its loss: one optimiser for the layers, one for the sparse tables.

    The rate rises over `warm_up` steps to `rate` and falls in a line to 3 % of it; every hundred
    steps the mean loss is printed.
    """

    def __init__(self, model: CharacterModel, steps: int, rate: float, warm_up: int) -> None:
        self._model, self._steps, self._rate, self._warm_up = model, steps, rate, warm_up
        self._optimisers: tuple[torch.optim.Optimizer, ...] = (
            torch.optim.AdamW(model.layers(), betas=(0.9, 0.98), weight_decay=0.01),
            torch.optim.SparseAdam(model.tables()),
        )
        self._step, self._seen, self._began = 0, 0.0, time.monotonic()

    def step(self, loss: torch.Tensor) -> None:
        """One step on `loss`, which the model has just given."""
        self._step += 1
        rise, fall = self._step / self._warm_up, 1 - self._step / self._steps
        for optimiser in self._optimisers:
            for group in optimiser.param_groups:
                group["lr"] = self._rate * min(1, rise) * max(0.03, fall)
            optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self._model.layers(), 1.0)
        for optimiser in self._optimisers:
            optimiser.step()
        self._seen += loss.item()
        if self._step % 100 == 0:
            took = time.monotonic() - self._began
            mean, self._seen = self._seen / 100, 0.0
            print(f"{self._step}/{self._steps} loss {mean:.4f} {took:.0f} s", flush=True)


def starting_tables(model: CharacterModel, characters: str) -> None:
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


def export(model: CharacterModel, characters: str, out: Path, id: str) -> None:
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
        json.dumps({"id": id, "sha256": sums}, indent=1) + "\n", "utf-8"
    )
