"""The bundled evidence reader: which sentence of the retrieved sections answers the question.

A small network over characters: embeddings of characters and bigrams, convolutions, attention of
every character of a section over the question, exact matches weighed by idf, the maximum over each
sentence, and for each sentence how much of the question it covers: the best likeness of every
question character, after Khattab and Zaharia, "ColBERT" (2020). It reads the candidate sections of one question together, so that its scores compare
across them, and gives one more score for "none of these". Trained by `training/reader.py`, run here
in numpy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt

from askwiki import text as zh
from askwiki.network import Array, CharacterNetwork, Codes, code_points, one_thread

HEADING_CHARS, QUESTION_CHARS = 60, 64
MATCHES = 7
"""Columns per character: matched 1-, 2-, 3-grams, in the heading, first of its sentence, digit,
matched 2-grams of a synonym."""

HEADS = 4
"""Ways of likeness that the coverage of the question is measured in."""


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
class Page:
    """A sheet with the states of its characters as they are before any question.

    (n_characters, width) float16: half the memory, and none of 287 answers changed by it.
    """

    sheet: Sheet
    states: npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader makes of one question: scores per section and sentence, and of "none"."""

    scores: tuple[Array, ...]
    none: float


class EvidenceReader(CharacterNetwork):
    """The network, with the weights that `training/reader.py` exports."""

    name = "reader"

    def page(self, sheet: Sheet) -> Page:
        """What of reading `sheet` is the same for every question."""
        with one_thread():
            states = self.convolved("enc", self.embedded(sheet.codes), (1, 2))
            return Page(sheet, states.astype(np.float16))

    def read(self, asked: Asked, pages: Sequence[Page], shares: Sequence[float]) -> Reading:
        """Score every sentence of `pages`; `shares` are the sections' lexical scores, 0 to 1."""
        if not pages or not len(asked.codes):
            return Reading(tuple(np.zeros(len(p.sheet.traits), np.float32) for p in pages), 0.0)
        with one_thread():
            return self._read(asked, pages, shares)

    def _read(self, asked: Asked, pages: Sequence[Page], shares: Sequence[float]) -> Reading:
        question = self.convolved("enc", self.embedded(asked.codes), (1, 2))
        gist = question.max(0)
        best = max(shares)
        scores, tops = [], []
        for page, share in zip(pages, shares, strict=True):
            place = np.array([share, best - share], np.float32)
            found, top = self._section(page, asked, question, gist, place)
            scores.append(found)
            tops.append(top)
        whole = np.concatenate([np.max(tops, axis=0), gist, [best, best - min(shares)]])
        none = self.dense("n2", np.maximum(self.dense("n1", whole.astype(np.float32)), 0))
        return Reading(tuple(scores), float(none[0]))

    def _section(
        self, page: Page, asked: Asked, question: Array, gist: Array, place: Array
    ) -> tuple[Array, Array]:
        """Scores of the sentences; the maximum of the section's states and its coverage."""
        sheet, own = page.sheet, page.states.astype(np.float32)
        states = self.convolved("post", self._fused(own, sheet, asked, question), (1, 2, 4))
        count = len(sheet.traits)
        starts = np.searchsorted(sheet.owner, np.arange(1, count + 1))
        covered, whole = self._coverage(own, sheet, question, starts)
        top = np.concatenate([states.max(0), whole])
        if not count:
            return np.zeros(0, np.float32), top
        peaks = np.maximum.reduceat(states, starts)
        rows = [peaks, np.tile(np.concatenate([top, gist, place]), (count, 1)), sheet.traits]
        hidden = np.maximum(self.dense("h1", np.concatenate([*rows, covered], axis=1)), 0)
        return self.dense("h2", self.convolution("beside", hidden, 1))[:, 0], top

    def _coverage(
        self, own: Array, sheet: Sheet, question: Array, starts: Codes
    ) -> tuple[Array, Array]:
        """How much of the question each sentence holds, alone and with the headings, and all."""
        weight = self.dense("wk", question)
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
        parts = (states @ self.weights["wc.weight"].T).reshape(len(states), HEADS, -1)
        unit: Array = parts / np.maximum(np.linalg.norm(parts, axis=2, keepdims=True), 1e-6)
        return unit

    def _fused(self, own: Array, sheet: Sheet, asked: Asked, question: Array) -> Array:
        """The section's characters, each with what of the question it attends to."""
        same = self.rows_of(sheet.codes)[:, None] == self.rows_of(asked.codes)[None, :]
        affinity = (own @ self.weights["wq.weight"].T) @ question.T / own.shape[1] ** 0.5
        affinity += self.weights["eq"] * same
        share = np.exp(affinity - affinity.max(1, keepdims=True))
        seen = (share / share.sum(1, keepdims=True)) @ question
        wide = np.concatenate([own, seen, own * seen, matches(sheet, asked)], axis=1)
        return self.normalised("lnf", np.maximum(self.dense("fuse", wide), 0))


@cache
def bundled_reader() -> EvidenceReader:
    """The reader that ships in the package, loaded on first use."""
    return EvidenceReader.load(Path(str(files("askwiki").joinpath("models/reader"))))
