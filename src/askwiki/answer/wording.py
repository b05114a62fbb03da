"""Which of a question's rare n-grams stand in which sentence of a section."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from askwiki import text as zh
from askwiki.embed import Vectors
from askwiki.network import Codes

Idf = Callable[[str], float]

Presence = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
"""(…, n_grams): whether each n-gram of a question is there."""


@dataclass(frozen=True, slots=True)
class Grams:
    """The n-grams of a section as hashes; `owner` gives for each the number of its sentence from 1,
    0 for the headings. `count` is the number of sentences."""

    keys: Codes
    owner: Codes
    count: int


def grams_of(heading: Sequence[str], sentences: Sequence[Sequence[str]]) -> Grams:
    """The n-grams of the headings and of each sentence, as `zh.ngrams` gave them."""
    listed = [heading, *sentences]
    keys = np.fromiter((hash(gram) for grams in listed for gram in grams), np.int64)
    return Grams(keys, np.repeat(np.arange(len(listed)), list(map(len, listed))), len(sentences))


@dataclass(frozen=True, slots=True)
class Wording:
    """The n-grams of a question, in its order: their hashes, and (n_grams, 2) float32 with the share
    of each in the whole, by their rarity in Chinese at large and in this corpus."""

    keys: Codes
    shares: Vectors

    def presence(self, grams: Grams) -> Presence:
        """(1 + n_sentences, n_grams): the first row is the headings'."""
        table = np.zeros((grams.count + 1, len(self.keys)), dtype=np.bool_)
        if len(self.keys):
            order = np.argsort(self.keys)
            at = np.searchsorted(self.keys, grams.keys, sorter=order)
            at = order[np.minimum(at, len(self.keys) - 1)]
            found = self.keys[at] == grams.keys
            table[grams.owner[found], at[found]] = True
        return table


def wording_of(query: str, general: Idf, here: Idf) -> Wording:
    """The 2- and 3-grams and whole tokens of `query`, single characters where there are no others.

    Each weighs idf * sqrt(length) * its share as a subject.
    """
    common = zh.question_weights()
    grams = list(dict.fromkeys(zh.ngrams(query)))
    longer = [gram for gram in grams if len(gram) > 1]
    weights = {
        gram: len(gram) ** 0.5 * _subject_share(gram, common) for gram in longer
    } or dict.fromkeys(grams, 1.0)
    keys = np.fromiter(map(hash, weights), np.int64)
    table = [[weight * idf(gram) for idf in (general, here)] for gram, weight in weights.items()]
    values = np.array(table, dtype=np.float64).reshape(-1, 2)
    shares = values / np.maximum(values.sum(0), 1e-12)
    return Wording(keys, shares.astype(np.float32))


def _subject_share(gram: str, common: Mapping[str, float]) -> float:
    """1 for a gram of subject words, less where its characters only do the asking."""
    if gram.isascii():
        return common.get(gram, 1.0)
    pieces = [common.get(gram[i : i + 2], 1.0) for i in range(max(1, len(gram) - 1))]
    return min(pieces)
