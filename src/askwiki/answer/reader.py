"""The bundled evidence reader: which sentence of the retrieved sections answers the question.

A small network over characters: embeddings of characters and bigrams, convolutions, attention of
every character of a section over the question, exact matches weighed by idf, the maximum over each
sentence, and for each sentence how much of the question it covers: the best likeness of every
question character, after Khattab and Zaharia, "ColBERT" (2020). It reads the candidate sections of one question together, so that its scores compare
across them, and gives one more score for "none of these". Trained by `training/reader.py`, run here
in numpy.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from askwiki import text as zh
from askwiki.errors import SettingsError

Array = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int64]

BUCKETS = 32768
"""Rows of the bigram table; bigrams share them by hash."""

HEADING_CHARS, QUESTION_CHARS = 60, 64
MATCHES = 7
"""Columns per character: matched 1-, 2-, 3-grams, in the heading, first of its sentence, digit,
matched 2-grams of a synonym."""

HEADS = 4
"""Ways of likeness that the coverage of the question is measured in."""

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
    """A question as the reader sees it; `synonyms` are 2-grams of other names of its words."""

    codes: Codes
    grams: tuple[_Weighed, _Weighed, _Weighed]
    synonyms: _Weighed


def weigh_question(query: str, idf: Callable[[str], float]) -> Asked:
    """The question's characters, its 1- to 3-grams and those of synonyms with their weights."""
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
    return Asked(np.array(codes, np.int64), grams, _Weighed.of(_synonyms(query, idf)))


def _synonyms(query: str, idf: Callable[[str], float]) -> dict[int, float]:
    """The bigrams of the glossary's other names for words of the question."""
    table: dict[int, float] = {}
    for name in zh.expansions(query):
        codes = [int(code) for code in code_points(name)]
        for i in range(len(codes) - 1):
            table[(codes[i] << 21) | codes[i + 1]] = idf(name[i : i + 2]) / 10
    return table


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
    other = asked.synonyms.of_each((codes << 21) | second)
    table[:, 6] = np.maximum(other, _later(other, 1))
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
        with _one_thread():
            return self._read(asked, sheets, shares)

    def _read(self, asked: Asked, sheets: Sequence[Sheet], shares: Sequence[float]) -> Reading:
        question = self._read_through("enc", self._embed(asked.codes), (1, 2))
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
        """Scores of the sentences; the maximum of the section's states and its coverage."""
        own = self._read_through("enc", self._embed(sheet.codes), (1, 2))
        states = self._read_through("post", self._fused(own, sheet, asked, question), (1, 2, 4))
        count = len(sheet.traits)
        starts = np.searchsorted(sheet.owner, np.arange(1, count + 1))
        covered, whole = self._coverage(own, sheet, question, starts)
        top = np.concatenate([states.max(0), whole])
        if not count:
            return np.zeros(0, np.float32), top
        peaks = np.maximum.reduceat(states, starts)
        rows = [peaks, np.tile(np.concatenate([top, gist, place]), (count, 1)), sheet.traits]
        hidden = np.maximum(self._dense("h1", np.concatenate([*rows, covered], axis=1)), 0)
        return self._dense("h2", self._conv("beside", hidden, 1))[:, 0], top

    def _coverage(
        self, own: Array, sheet: Sheet, question: Array, starts: Codes
    ) -> tuple[Array, Array]:
        """How much of the question each sentence holds, alone and with the headings, and all."""
        weight = self._dense("wk", question)
        weight = np.exp(weight - weight.max(0))
        weight /= weight.sum(0)
        alike = self._heads(own).transpose(1, 0, 2) @ self._heads(question).transpose(1, 2, 0)
        count = len(starts)
        headed = int(starts[0]) if count else len(sheet.codes)
        heading = alike[:, :headed].max(1) if headed else np.full_like(alike[:, 0], -1)
        best = np.maximum.reduceat(alike, starts, axis=1) if count else heading[:, None]
        with_heading = np.maximum(best, heading[:, None])
        whole: Array = (with_heading.max(1) * weight.T).sum(1)
        alone, both = (
            (part * weight.T[:, None]).sum(2).T.reshape(-1, HEADS) for part in (best, with_heading)
        )
        return np.concatenate([alone, both], axis=1)[:count], whole

    def _heads(self, states: Array) -> Array:
        """(n_characters, `HEADS`, width / `HEADS`), unit rows."""
        parts = (states @ self._w["wc.weight"].T).reshape(len(states), HEADS, -1)
        unit: Array = parts / np.maximum(np.linalg.norm(parts, axis=2, keepdims=True), 1e-6)
        return unit

    def _read_through(self, name: str, states: Array, dilations: Sequence[int]) -> Array:
        for number, dilation in enumerate(dilations):
            states = self._conv(f"{name}.{number}", states, dilation)
        return states

    def _fused(self, own: Array, sheet: Sheet, asked: Asked, question: Array) -> Array:
        """The section's characters, each with what of the question it attends to."""
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


def _one_thread() -> AbstractContextManager[object]:
    """Keeps numpy to one thread: its products are small, and on a busy machine threads that wait for
    each other took ten times as long."""
    limited: AbstractContextManager[object] = _controller().limit(limits=1, user_api="blas")
    return limited


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


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
