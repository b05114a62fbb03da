"""What the bundled networks over characters share, in numpy.

Embeddings of characters and of bigrams, which share rows by hash; dense layers, residual
convolutions over three characters, layer normalisation.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from askwiki.errors import SettingsError

Array = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int64]

BUCKETS = 32768
"""Rows of the bigram table; bigrams share them by hash."""

_TOP_CODE = (1 << 17) - 1


def code_points(text: str) -> Codes:
    """The code points of `text`."""
    return np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32).astype(np.int64)


def buckets(codes: Codes) -> Codes:
    """The bigram row of each character with the one after it."""
    following = np.append(codes[1:], 0)
    mixed = codes * 1000003 + following * 8191 + (codes ^ following) * 31
    hashed: Codes = mixed % BUCKETS
    return hashed


class CharacterNetwork:
    """Weights by name, and the layers that use them.

    Args:
        characters: those it knows; row i + 2 of the character table is `characters[i]`'s.
        weights: name -> array.
        id: of the model, with the digest of its weights.
    """

    name: ClassVar[str] = "network"
    """What messages call it."""

    def __init__(self, characters: str, weights: dict[str, Array], id: str = "") -> None:
        self.weights, self.id = weights, id
        self._rows = np.ones(_TOP_CODE + 1, np.int64)  # row 1 stands for the unknown
        known = code_points(characters)
        inside = known <= _TOP_CODE
        self._rows[known[inside]] = np.arange(2, len(known) + 2)[inside]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model in `folder`: `model.json`, `characters.txt`, `weights.npz`.

        Raises:
            SettingsError: a file is missing or cannot be read.
        """
        try:
            characters = (folder / "characters.txt").read_text("utf-8")
            with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
                weights = {name: arrays[name] for name in arrays.files}
            card = json.loads((folder / "model.json").read_text("utf-8"))
            name = f"{card['id']} {card['sha256']['weights.npz'][:12]}"
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SettingsError(f"the {cls.name} in {folder} cannot be loaded: {error}") from error
        return cls(characters, _unpacked(weights), name)

    def rows_of(self, codes: Codes) -> Codes:
        """The row of each character; those beyond the table's reach are unknown."""
        return self._rows[np.minimum(codes, _TOP_CODE)]

    def embedded(self, codes: Codes) -> Array:
        """(n_characters, width): each character with the bigram that it begins."""
        rows = self.rows_of(codes)
        table, bigrams = self.weights["ec.weight"], self.weights["eb.weight"]
        at = buckets(codes)
        total = table[rows] * self.weights["ec.scale"][rows, None]
        total = total + bigrams[at] * self.weights["eb.scale"][at, None]
        return self.normalised("ln", self.dense("inp", total.astype(np.float32)))

    def convolved(self, name: str, states: Array, dilations: Sequence[int]) -> Array:
        """One residual convolution after another."""
        for number, dilation in enumerate(dilations):
            states = self.convolution(f"{name}.{number}", states, dilation)
        return states

    def convolution(self, name: str, states: Array, dilation: int) -> Array:
        """A residual convolution over three characters, `dilation` apart."""
        # Three products and sums in place: half the time of one product over a wide copy.
        weight, width = self.weights[f"{name}.lin.weight"].T, states.shape[1]
        grown: Array = states @ weight[width : 2 * width]
        grown += self.weights[f"{name}.lin.bias"]
        grown[dilation:] += states[:-dilation] @ weight[:width]
        grown[:-dilation] += states[dilation:] @ weight[2 * width :]
        np.maximum(grown, 0, out=grown)
        grown += states
        return self.normalised(f"{name}.ln", grown)

    def dense(self, name: str, x: Array) -> Array:
        """`x` through a linear layer."""
        result: Array = x @ self.weights[f"{name}.weight"].T
        result += self.weights[f"{name}.bias"]
        return result

    def normalised(self, name: str, x: Array) -> Array:
        """Layer normalisation (Ba, Kiros and Hinton 2016)."""
        mean = x @ np.full(x.shape[-1], 1 / x.shape[-1], np.float32)
        result: Array = x - mean[..., None]
        spread = np.einsum("...i,...i->...", result, result)[..., None] / x.shape[-1]
        result *= 1 / np.sqrt(spread + np.float32(1e-5))
        result *= self.weights[f"{name}.weight"]
        result += self.weights[f"{name}.bias"]
        return result


class _OneThread:
    """A limit that stands as long as anybody is within it: it holds for the whole process, so the
    first who comes sets it and the last who goes lifts it."""

    def __init__(self) -> None:
        self._lock, self._within = Lock(), 0
        self._limit: Any = None

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with self._lock:
            if not self._within:
                self._limit = _controller().limit(limits=1, user_api="blas")
            self._within += 1
        try:
            # BLAS reads beyond rows of odd widths, and may warn of an invalid value it found there.
            with np.errstate(invalid="ignore"):
                yield
        finally:
            with self._lock:
                self._within -= 1
                if not self._within:
                    self._limit.restore_original_limits()


one_thread = _OneThread()
"""Keeps numpy to one thread: its products are small, and on a busy machine threads that wait for each
other took ten times as long."""


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


def _unpacked(weights: dict[str, npt.NDArray[np.generic]]) -> dict[str, Array]:
    """float32 but for the int8 tables, whose rows are scaled on use."""
    return {
        name: array if array.dtype == np.int8 else array.astype(np.float32)  # type: ignore[misc]
        for name, array in weights.items()
    }
