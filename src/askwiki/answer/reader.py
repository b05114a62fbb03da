"""The bundled evidence reader: which sentence of the retrieved sections answers the question.

A small network over characters: embeddings of characters and bigrams, convolutions, attention of
every character of a section over the question, exact matches weighed by idf, the maximum over each
sentence. It reads the candidate sections of one question together, so that its scores compare
across them, and gives one more score for "none of these". Trained by `training/reader.py`, run here
in numpy.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt

from askwiki import text as zh
from askwiki.errors import SettingsError

Array = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int64]

BUCKETS = 32768
"""Rows of the bigram table; bigrams share them by hash."""

HEADING_CHARS, QUESTION_CHARS = 60, 64
MATCHES = 6
"""Columns per character: matched 1-, 2-, 3-grams, in the heading, first of its sentence, digit."""

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


@dataclass(frozen=True, slots=True)
class Sheet:
    """A section as the reader sees it: its headings, then its sentences.

    `owner` gives for every character the number of its sentence from 1, 0 in the heading; `traits`
    is (n_sentences, 4): place, length, in a list, leads into one.
    """

    codes: Codes
    owner: Codes
    traits: Array


def lay_out(heading: str, text: str, units: Sequence[zh.Unit]) -> Sheet:
    """The sheet of a section cut into `units`."""
    parts = [code_points(zh.normalise(heading)[:HEADING_CHARS])]
    owners = [np.zeros(len(parts[0]), np.int64)]
    traits = np.zeros((len(units), 4), np.float32)
    for number, unit in enumerate(units):
        codes = code_points(" " + zh.normalise(text[unit.start : unit.end]))
        parts.append(codes)
        owners.append(np.full(len(codes), number + 1))
        length = min(unit.end - unit.start, 160) / 80
        traits[number] = (min(number, 6) / 6, length, unit.group is not None, unit.intro)
    return Sheet(np.concatenate(parts), np.concatenate(owners), traits)


@dataclass(frozen=True, slots=True)
class _Weighed:
    """n-grams of a question as sorted keys, each with its weight."""

    keys: Codes
    values: Array

    @classmethod
    def of(cls, table: dict[int, float]) -> "_Weighed":
        keys = np.array(sorted(table), np.int64)
        return cls(keys, np.array([table[int(key)] for key in keys], np.float32))

    def of_each(self, wanted: Codes) -> Array:
        """The weight of each key of `wanted`, 0 where the question does not hold it."""
        if not len(self.keys):
            return np.zeros(len(wanted), np.float32)
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[at] == wanted, self.values[at], 0).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the reader sees it."""

    codes: Codes
    grams: tuple[_Weighed, _Weighed, _Weighed]


def weigh_question(query: str, idf: Callable[[str], float]) -> Asked:
    """The question's characters, and its 1- to 3-grams with their weights."""
    text = zh.normalise(query)[:QUESTION_CHARS]
    codes = [int(code) for code in code_points(text)]
    common = zh.question_weights()
    one = {c: min(idf(s), 12) / 8 * common.get(s, 1.0) for c, s in zip(codes, text, strict=True)}
    two: dict[int, float] = {}
    three: dict[int, float] = {}
    for i in range(len(codes) - 1):
        pair = text[i : i + 2]
        two[(codes[i] << 21) | codes[i + 1]] = idf(pair) / 10 * common.get(pair, 1.0)
    for i in range(len(codes) - 2):
        triple = text[i : i + 3]
        subject = min(common.get(triple[:2], 1.0), common.get(triple[1:], 1.0))
        key = (codes[i] << 42) | (codes[i + 1] << 21) | codes[i + 2]
        three[key] = idf(triple) / 10 * subject
    grams = (_Weighed.of(one), _Weighed.of(two), _Weighed.of(three))
    return Asked(np.array(codes, np.int64), grams)


def matches(sheet: Sheet, asked: Asked) -> Array:
    """(n_characters, `MATCHES`) float32."""
    codes = sheet.codes
    second = np.append(codes[1:], 0)
    third = np.append(second[1:], 0)
    one, two, three = asked.grams
    pair = two.of_each((codes << 21) | second)
    triple = three.of_each((codes << 42) | (second << 21) | third)
    table = np.zeros((len(codes), MATCHES), np.float32)
    table[:, 0] = one.of_each(codes)
    table[:, 1] = np.maximum(pair, _later(pair, 1))
    table[:, 2] = np.maximum(triple, np.maximum(_later(triple, 1), _later(triple, 2)))
    table[:, 3] = sheet.owner == 0
    table[:, 4] = np.append(1, np.diff(sheet.owner) != 0)[: len(codes)]
    table[:, 5] = (codes >= 48) & (codes <= 57)
    return table


def _later(row: Array, by: int) -> Array:
    return np.concatenate([np.zeros(min(by, len(row)), np.float32), row[: max(0, len(row) - by)]])


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader makes of one question: scores per section and sentence, and of "none"."""

    scores: tuple[Array, ...]
    none: float


class EvidenceReader:
    """The network.

    Args:
        characters: those it knows; row i + 2 of the character table is `characters[i]`'s.
        weights: name -> array, as `training/reader.py` exports them.
    """

    def __init__(self, characters: str, weights: dict[str, Array]) -> None:
        self._w = weights
        self._rows = np.ones(_TOP_CODE + 1, np.int64)  # row 1 stands for the unknown
        known = code_points(characters)
        inside = known <= _TOP_CODE
        self._rows[known[inside]] = np.arange(2, len(known) + 2)[inside]

    @classmethod
    def load(cls, folder: Path) -> "EvidenceReader":
        """The model in `folder`: `model.json`, `characters.txt`, `weights.npz`.

        Raises:
            SettingsError: a file is missing or cannot be read.
        """
        try:
            characters = (folder / "characters.txt").read_text("utf-8")
            with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
                weights = {name: arrays[name] for name in arrays.files}
            json.loads((folder / "model.json").read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(f"the reader in {folder} cannot be loaded: {error}") from error
        return cls(characters, _unpacked(weights))

    def read(self, asked: Asked, sheets: Sequence[Sheet], shares: Sequence[float]) -> Reading:
        """Score every sentence of `sheets`; `shares` are the sections' lexical scores, 0 to 1."""
        if not sheets or not len(asked.codes):
            return Reading(tuple(np.zeros(len(s.traits), np.float32) for s in sheets), 0.0)
        question = self._conv("enc.0", self._embed(asked.codes), 1)
        gist = question.max(0)
        best = max(shares)
        scores, tops = [], []
        for sheet, share in zip(sheets, shares, strict=True):
            place = np.array([share, best - share], np.float32)
            found, top = self._section(sheet, asked, question, gist, place)
            scores.append(found)
            tops.append(top)
        whole = np.concatenate([np.max(tops, axis=0), gist, [best, best - min(shares)]])
        none = self._dense("n2", np.maximum(self._dense("n1", whole.astype(np.float32)), 0))
        return Reading(tuple(scores), float(none[0]))

    def _section(
        self, sheet: Sheet, asked: Asked, question: Array, gist: Array, place: Array
    ) -> tuple[Array, Array]:
        """Scores of the sentences, and the maximum of the section's states."""
        states = self._fused(sheet, asked, question)
        for name, dilation in (("post.0", 1), ("post.1", 3)):
            states = self._conv(name, states, dilation)
        top = states.max(0)
        count = len(sheet.traits)
        if not count:
            return np.zeros(0, np.float32), top
        starts = np.searchsorted(sheet.owner, np.arange(1, count + 1))
        peaks = np.maximum.reduceat(states, starts)
        rows = [peaks, np.tile(np.concatenate([top, gist]), (count, 1)), sheet.traits]
        rows.append(np.tile(place, (count, 1)))
        hidden = np.maximum(self._dense("h1", np.concatenate(rows, axis=1)), 0)
        return self._dense("h2", hidden)[:, 0], top

    def _fused(self, sheet: Sheet, asked: Asked, question: Array) -> Array:
        """The section's characters, each with what of the question it attends to."""
        own = self._conv("enc.0", self._embed(sheet.codes), 1)
        same = self._known(sheet.codes)[:, None] == self._known(asked.codes)[None, :]
        affinity = (own @ self._w["wq.weight"].T) @ question.T / own.shape[1] ** 0.5
        affinity += self._w["eq"] * same
        share = np.exp(affinity - affinity.max(1, keepdims=True))
        seen = (share / share.sum(1, keepdims=True)) @ question
        wide = np.concatenate([own, seen, own * seen, matches(sheet, asked)], axis=1)
        return self._normed("lnf", np.maximum(self._dense("fuse", wide), 0))

    def _known(self, codes: Codes) -> Codes:
        """The row of each character; those beyond the table's reach are unknown."""
        return self._rows[np.minimum(codes, _TOP_CODE)]

    def _embed(self, codes: Codes) -> Array:
        rows = self._known(codes)
        table, bigrams = self._w["ec.weight"], self._w["eb.weight"]
        at = buckets(codes)
        total = table[rows] * self._w["ec.scale"][rows, None]
        total = total + bigrams[at] * self._w["eb.scale"][at, None]
        return self._normed("ln", self._dense("inp", total.astype(np.float32)))

    def _conv(self, name: str, states: Array, dilation: int) -> Array:
        """A residual convolution over three characters, `dilation` apart."""
        count, width = states.shape
        padded = np.zeros((count + 2 * dilation, width), np.float32)
        padded[dilation : dilation + count] = states
        wide = np.concatenate(
            [padded[:count], states, padded[2 * dilation : 2 * dilation + count]], axis=1
        )
        grown = states + np.maximum(self._dense(f"{name}.lin", wide), 0)
        return self._normed(f"{name}.ln", grown)

    def _dense(self, name: str, x: Array) -> Array:
        result: Array = x @ self._w[f"{name}.weight"].T + self._w[f"{name}.bias"]
        return result

    def _normed(self, name: str, x: Array) -> Array:
        """Layer normalisation (Ba, Kiros and Hinton 2016)."""
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
        result: Array = scaled * self._w[f"{name}.weight"] + self._w[f"{name}.bias"]
        return result


def _unpacked(weights: dict[str, npt.NDArray[np.generic]]) -> dict[str, Array]:
    """float32 but for the int8 tables, whose rows are scaled on use."""
    return {
        name: array if array.dtype == np.int8 else array.astype(np.float32)  # type: ignore[misc]
        for name, array in weights.items()
    }


@cache
def bundled_reader() -> EvidenceReader:
    """The reader that ships in the package, loaded on first use."""
    return EvidenceReader.load(Path(str(files("askwiki").joinpath("models/reader"))))
