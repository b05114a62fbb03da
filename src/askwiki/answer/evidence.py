"""How well a sentence answers a question: what the reader says, and features of the pair.

All are weighed linearly; the weights were fitted by `training/evidence.py` as a softmax over all
sentences of a question's hits. Rare words of the question count by their idf times the square root
of their length.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from askwiki import text as zh
from askwiki.answer.reader import EvidenceReader, Sheet, lay_out, weigh_question
from askwiki.embed import StaticEncoder, Vectors, unit_rows
from askwiki.question import Kind, kind_of
from askwiki.schema import Chunk, Hit

Idf = Callable[[str], float]

FEATURES = (
    "words",  # share of the question's rare n-grams in the sentence, general idf
    "words_here",  # the same with the idf of this corpus
    "heading",  # share in title and headings
    "together",  # share in sentence, title and headings together
    "neighbours",  # share in the sentences before and after
    "whole",  # share in the whole chunk
    "cosine",  # of question and sentence
    "cosine_heading",  # of question and headings with sentence
    "hit",  # fused score of the hit
    "behind",  # how far the hit is behind the best one
    "first",  # the sentence opens its section
    "short",  # under 10 characters
    "length",  # log of the length over 40, cut at -2 and 1
    "asks",  # the sentence is itself a question
    "leans",  # it begins by pointing back: 因此, 其中, 这
    "intro",  # it leads into a list
    "number",  # asked how much, and it has a figure
    "reason",  # asked why, and it says because
    "steps",  # asked how, and it is a step or says first, then
    "items",  # asked which, and it lists
    "defines",  # asked what it is, and it says 是 or 指
    "decides",  # asked whether, and it says can, must, not
    "reader",  # the reader's log odds of the sentence against "none"
)

_UNSEEN = "\0"
"""A term that no text holds."""

RETRIEVAL_WEIGHT = 30.0
"""Added per unit of the hit's fused score: the search knows better than the reader which section
answers, the reader which sentence of it. Chosen on the tuning questions (`training/LOG.md`)."""

READ_WITHIN = 0.12
"""How far below the best hit's score a hit may lie to be read: of 335 further below, one gave an
answer a sentence (`training/LOG.md`)."""

_FIGURE = re.compile(
    r"[0-9]|[一二三四五六七八九十百千万两几]+(?:个|天|年|月|日|小时|分钟|秒|元|种|层|位|条|级|倍|成|次|路|部|米|人|周)|之[一二三四五六七八九十]|[若数]干|不限|无上限"
)
_BECAUSE = re.compile(r"因为|由于|原因|所以|导致|造成|是因|源于|在于|引起|为了|多[是半]|常见")
_HOW = re.compile(
    r"首先|然后|再[由把将用到]|接着|点击|进入|打开|登录|选择|填写|提交|步骤|依次|按[以下照]|设置|可[以在用通]|先|通过|联系|应"
)
_LISTS = re.compile(r"[^、]、[^、]+、|包括|分为|有.种|如下|分别|常见|通常有|以及")
_IS = re.compile(r"[是指]|称为|又称|即")
_DECIDES = re.compile(
    r"可以|不能|不可|不得|能够|必须|需要|无需|不需|不必|应当|不会|会|允许|禁止|支持|不支持|取决|视|一般|通常|并不|并非|不是|均|都|无法|只能|只有"
)
_LEANS = re.compile(
    r"^(?:因此|所以|此外|另外|其中|同时|不过|但|而|这|那|它|其|该|此|否则|反之|例如|比如|再|也|还|并|若|如果|如(?!何))"
)


@cache
def fitted_weights() -> Vectors:
    """(n_features,) float32 from `data/evidence.json`, in the order of `FEATURES`."""
    table = json.loads(files("askwiki").joinpath("data/evidence.json").read_text("utf-8"))
    return np.array([table["weights"][name] for name in FEATURES], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class ReadChunk:
    """A chunk with all that does not depend on the question."""

    units: tuple[zh.Unit, ...]
    grams: tuple[frozenset[str], ...]
    all_grams: frozenset[str]
    heading_grams: frozenset[str]
    vectors: Vectors
    heading_vectors: Vectors
    static: Vectors
    """(n_units, n_features) float32, question-dependent columns 0."""
    traits: tuple[frozenset[str], ...]
    sheet: Sheet


def read_chunk(chunk: Chunk, encoder: StaticEncoder) -> ReadChunk:
    """Cut `chunk` into units and prepare each for scoring."""
    units = tuple(zh.units(chunk.text))
    texts = [chunk.text[u.start : u.end] for u in units]
    heading = " ".join((chunk.title, *chunk.heading))
    listed, of_heading = [zh.ngrams(text) for text in texts], zh.ngrams(heading)
    grams = tuple(map(frozenset, listed))
    sums = encoder.sums(listed)
    return ReadChunk(
        units,
        grams,
        frozenset().union(*grams),
        frozenset(of_heading),
        unit_rows(sums),
        unit_rows(sums + encoder.sums([of_heading])),
        _static(units, texts),
        tuple(_traits(unit, text) for unit, text in zip(units, texts, strict=True)),
        lay_out(heading, chunk.text, units),
    )


def _static(units: Sequence[zh.Unit], texts: Sequence[str]) -> Vectors:
    table = np.zeros((len(units), len(FEATURES)), dtype=np.float32)
    column = {name: i for i, name in enumerate(FEATURES)}
    for row, (unit, text) in enumerate(zip(units, texts, strict=True)):
        table[row, column["first"]] = row == 0
        table[row, column["short"]] = len(text) < 10
        table[row, column["length"]] = np.clip(np.log(max(len(text), 1) / 40), -2, 1)
        table[row, column["asks"]] = text.endswith(("？", "?"))
        table[row, column["leans"]] = bool(_LEANS.match(text))
        table[row, column["intro"]] = unit.intro
    return table


def _traits(unit: zh.Unit, text: str) -> frozenset[str]:
    """The kinds of question whose form this unit fits."""
    checks = {
        "number": bool(_FIGURE.search(text)),
        "reason": bool(_BECAUSE.search(text)),
        "steps": unit.ordered or bool(_HOW.search(text)),
        "items": unit.group is not None or bool(_LISTS.search(text)),
        "defines": bool(_IS.search(text)),
        "decides": bool(_DECIDES.search(text)),
    }
    return frozenset(name for name, fits in checks.items() if fits)


_WANTS: dict[Kind, str] = {
    "quantity": "number",
    "reason": "reason",
    "procedure": "steps",
    "list": "items",
    "definition": "defines",
    "yes_no": "decides",
}


@dataclass(frozen=True, slots=True)
class Weighted:
    """The n-grams of a question with the weight of each; `total` is their sum."""

    weights: dict[str, float]
    total: float

    def share(self, grams: Iterable[str]) -> float:
        """The share of the weight that `grams` hold, 0 to 1."""
        held = sum(self.weights.get(gram, 0.0) for gram in self.weights.keys() & set(grams))
        return held / self.total if self.total else 0.0


def weigh(query: str, idf: Idf) -> Weighted:
    """The 2- and 3-grams and whole tokens of `query`, each idf * sqrt(length) * its share as a subject."""
    common = zh.question_weights()
    weights = {
        gram: idf(gram) * len(gram) ** 0.5 * _subject_share(gram, common)
        for gram in zh.ngrams(query)
        if len(gram) > 1
    }
    if not weights:
        weights = {gram: idf(gram) for gram in zh.ngrams(query)}
    return Weighted(weights, sum(weights.values()))


def _subject_share(gram: str, common: Mapping[str, float]) -> float:
    """1 for a gram of subject words, less where its characters only do the asking."""
    pieces = [common.get(gram[i : i + 2], 1.0) for i in range(max(1, len(gram) - 1))]
    return min(pieces)


@dataclass(frozen=True, slots=True)
class Scored:
    """A unit of a hit with its score as evidence; higher is better."""

    hit: Hit
    unit: zh.Unit
    index: int
    score: float
    share: float
    """Share of the question's rare words in the unit with its headings."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The units of all hits, best first, and how surely one of them answers.

    `answerable` is the reader's log odds that any sentence answers against "none of them",
    `known` the share of the question's words that the corpus uses at all, `size` the idf of a word
    that it lacks: about the logarithm of twice its passages.
    """

    units: tuple[Scored, ...]
    answerable: float
    known: float
    size: float


@dataclass(frozen=True, slots=True)
class Table:
    """The units of one hit: (n_units, n_features), and (n_units,) shares of rare words held."""

    hit: Hit
    features: Vectors
    shares: Vectors


class EvidenceScorer:
    """Scores every unit of every hit against a question.

    Args:
        encoder: gives the cosines; the bundled one, since the weights were fitted with it.
        reader: reads all hits of a question together.
        idf: of this corpus.
        general_idf: of Chinese at large.
        weights: (n_features,) in the order of `FEATURES`; the fitted ones by default.
    """

    def __init__(
        self,
        encoder: StaticEncoder,
        reader: EvidenceReader,
        idf: Idf,
        general_idf: Idf,
        weights: Vectors | None = None,
    ) -> None:
        self._encoder, self._reader = encoder, reader
        self._idf, self._general = idf, general_idf
        self._weights = fitted_weights() if weights is None else weights
        self._read: dict[str, ReadChunk] = {}

    def read(self, chunk: Chunk) -> ReadChunk:
        """`read_chunk`, remembered for the last few thousand chunks."""
        known = self._read.get(chunk.id)
        if known is None:
            if len(self._read) >= 4096:
                self._read.clear()
            known = self._read[chunk.id] = read_chunk(chunk, self._encoder)
        return known

    def score(self, query: str, hits: Sequence[Hit]) -> Ranking:
        """All units of the hits worth reading; ties by rank, then position."""
        found, odds = [], [-30.0]
        for table in self.tables(query, hits):
            scores = table.features @ self._weights + RETRIEVAL_WEIGHT * table.hit.score
            odds.extend(table.features[:, FEATURES.index("reader")].tolist())
            for i, unit in enumerate(self.read(table.hit.chunk).units):
                found.append(Scored(table.hit, unit, i, float(scores[i]), float(table.shares[i])))
        found.sort(key=lambda s: (-s.score, s.hit.rank, s.index))
        odds_of_any = float(np.logaddexp.reduce(odds))
        return Ranking(tuple(found), odds_of_any, self._known(query), self._idf(_UNSEEN))

    def _known(self, query: str) -> float:
        """`known` of a `Ranking`, by the general idf of bigrams and whole words."""
        common = zh.question_weights()
        weights = {
            term: self._general(term) * common.get(term, 1.0)
            for term in zh.tokens(query)
            if len(term) > 1
        }
        unseen = self._idf(_UNSEEN)
        words = Weighted(weights, sum(weights.values()))
        return words.share(term for term in weights if self._idf(term) < unseen)

    def tables(self, query: str, hits: Sequence[Hit]) -> list[Table]:
        """What the weights are applied to, a table a hit that is worth reading."""
        top = max((hit.score for hit in hits), default=0.0)
        hits = [hit for hit in hits if top - hit.score <= READ_WITHIN]
        reading = self._reader.read(
            weigh_question(query, self._general),
            [self.read(hit.chunk).sheet for hit in hits],
            [hit.lexical_score for hit in hits],
        )
        general, here = weigh(query, self._general), weigh(query, self._idf)
        vector = self._encoder.encode_query([query])[0]
        wanted = _WANTS.get(kind_of(query))
        tables = []
        for hit, scores in zip(hits, reading.scores, strict=True):
            read = self.read(hit.chunk)
            features, shares = self._table(read, hit, vector, general, here, wanted, top)
            features[:, FEATURES.index("reader")] = scores - reading.none
            tables.append(Table(hit, features, shares))
        return tables

    def _table(
        self,
        read: ReadChunk,
        hit: Hit,
        vector: Vectors,
        general: Weighted,
        here: Weighted,
        wanted: str | None,
        top: float,
    ) -> tuple[Vectors, Vectors]:
        table = read.static.copy()
        count = len(read.units)
        words = np.array([general.share(g) for g in read.grams], dtype=np.float32)
        together = np.array(
            [general.share(g | read.heading_grams) for g in read.grams], dtype=np.float32
        )
        columns: dict[str, Vectors | float] = {
            "words": words,
            "words_here": np.array([here.share(g) for g in read.grams], dtype=np.float32),
            "heading": general.share(read.heading_grams),
            "together": together,
            "neighbours": _neighbours(words),
            "whole": general.share(read.all_grams | read.heading_grams),
            "cosine": read.vectors @ vector if count else 0.0,
            "cosine_heading": read.heading_vectors @ vector if count else 0.0,
            "hit": hit.score,
            "behind": top - hit.score,
        }
        for name, values in columns.items():
            table[:, FEATURES.index(name)] = values
        if wanted:
            fits = np.array([wanted in traits for traits in read.traits], dtype=np.float32)
            table[:, FEATURES.index(wanted)] = fits
        return table, together


def _neighbours(words: Vectors) -> Vectors:
    """The better of the shares before and after each unit, 0 at the edges."""
    padded = np.concatenate(([0.0], words, [0.0])).astype(np.float32)
    best: Vectors = np.maximum(padded[:-2], padded[2:])
    return best
