"""How well a sentence answers a question: what the reader says, and features of the pair.

All are weighed linearly; the weights were fitted by `training/evidence.py` as a softmax over all
sentences of a question's hits. Rare words of the question count by their idf times the square root
of their length.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np

from askwiki import text as zh
from askwiki.answer.durations import asks_how_long, states_how_long
from askwiki.answer.familiarity import Familiarity, Words
from askwiki.answer.reader import EvidenceReader, Page, lay_out, weigh_question
from askwiki.answer.wording import Grams, Idf, Wording, grams_of, wording_of
from askwiki.embed import StaticEncoder, Vectors, unit_rows
from askwiki.question import Kind, kind_of
from askwiki.schema import Chunk, Hit

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
    "duration",  # asked how long, and it states a time
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

READ_WITHIN = 0.08
"""How far below the best hit's score a hit may lie to be read: reading those up to 0.12 as well
changed 2 answers of 287, and no figure on final answers (`training/LOG.md`)."""

KEPT, LONGEST_KEPT = 2048, 4000
"""Sections remembered as they were read, if they have no more characters: 55 KB each on our wiki, 107
at most, so some 110 MB when all have been read."""

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
    grams: Grams
    vectors: Vectors
    heading_vectors: Vectors
    static: Vectors
    """(n_units, n_features) float32, question-dependent columns 0."""
    page: Page


def read_chunk(chunk: Chunk, encoder: StaticEncoder, reader: EvidenceReader) -> ReadChunk:
    """Cut `chunk` into units and prepare each for scoring."""
    units = tuple(zh.units(chunk.text))
    texts = [chunk.text[u.start : u.end] for u in units]
    heading = " ".join((chunk.title, *chunk.heading))
    listed, of_heading = [zh.ngrams(text) for text in texts], zh.ngrams(heading)
    sums = encoder.sums(listed)
    return ReadChunk(
        units,
        grams_of(of_heading, listed),
        unit_rows(sums),
        unit_rows(sums + encoder.sums([of_heading])),
        _static(units, texts),
        reader.page(lay_out(heading, chunk.text, units)),
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


_FORMS: Mapping[Kind, tuple[str, Callable[[zh.Unit, str], object]]] = {
    "quantity": ("number", lambda _, text: _FIGURE.search(text)),
    "reason": ("reason", lambda _, text: _BECAUSE.search(text)),
    "procedure": ("steps", lambda unit, text: unit.ordered or _HOW.search(text)),
    "list": ("items", lambda unit, text: unit.group is not None or _LISTS.search(text)),
    "definition": ("defines", lambda _, text: _IS.search(text)),
    "yes_no": ("decides", lambda _, text: _DECIDES.search(text)),
}
"""The feature for a kind of question, and whether a unit has the form that such a one asks for."""


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
    `known` the share of the question's words that the corpus uses at all, `familiar` how much more
    the question sounds like the corpus than like others (`askwiki.answer.familiarity`) and `strange`
    whether that is less than for nearly all questions asked of it, `size` the idf of a word that the
    corpus lacks: about the logarithm of twice its passages.
    """

    units: tuple[Scored, ...]
    answerable: float
    known: float
    familiar: float
    strange: bool
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
        words: those of this corpus.
        general_idf: of Chinese at large.
        asked: questions that the corpus is known to answer.
        weights: (n_features,) in the order of `FEATURES`; the fitted ones by default.
    """

    def __init__(
        self,
        encoder: StaticEncoder,
        reader: EvidenceReader,
        words: Words,
        general_idf: Idf,
        asked: Sequence[str] = (),
        weights: Vectors | None = None,
    ) -> None:
        self._encoder, self._reader = encoder, reader
        self._idf, self._general = words.idf, general_idf
        self._familiarity = Familiarity.among(words, asked)
        self._weights = fitted_weights() if weights is None else weights
        self._read = lru_cache(KEPT)(lambda chunk: read_chunk(chunk, encoder, reader))

    def read(self, chunk: Chunk) -> ReadChunk:
        """`read_chunk`, remembered for the last `KEPT` chunks."""
        if len(chunk.text) > LONGEST_KEPT:
            return read_chunk(chunk, self._encoder, self._reader)
        return self._read(chunk)

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
        known, familiar = self._known(query), self._familiarity.of(query)
        strange = self._familiarity.strange(query)
        return Ranking(tuple(found), odds_of_any, known, familiar, strange, self._idf(_UNSEEN))

    def _known(self, query: str) -> float:
        """`known` of a `Ranking`, by the general idf of bigrams and whole words; of single characters
        where there are no others."""
        common = zh.question_weights()
        tokens = zh.tokens(query)
        weights = {
            term: self._general(term) * common.get(term, 1.0)
            for term in [token for token in tokens if len(token) > 1] or tokens
        }
        unseen, total = self._idf(_UNSEEN), sum(weights.values())
        known = sum(weight for term, weight in weights.items() if self._idf(term) < unseen)
        return known / total if total else 0.0

    def tables(self, query: str, hits: Sequence[Hit]) -> list[Table]:
        """What the weights are applied to, a table a hit that is worth reading."""
        top = max((hit.score for hit in hits), default=0.0)
        hits = [hit for hit in hits if top - hit.score <= READ_WITHIN]
        reading = self._reader.read(
            weigh_question(query, self._general),
            [self.read(hit.chunk).page for hit in hits],
            [hit.lexical_score for hit in hits],
        )
        wording = wording_of(query, self._general, self._idf)
        vector = self._encoder.encode_query([query])[0]
        form = _FORMS.get(kind_of(query))
        how_long = asks_how_long(zh.normalise(query))
        tables = []
        for hit, scores in zip(hits, reading.scores, strict=True):
            read = self.read(hit.chunk)
            features, shares = self._table(read, hit, vector, wording, top)
            features[:, FEATURES.index("reader")] = scores - reading.none
            texts = [hit.chunk.text[unit.start : unit.end] for unit in read.units]
            if form:
                name, fits = form
                features[:, FEATURES.index(name)] = [
                    bool(fits(unit, text)) for unit, text in zip(read.units, texts, strict=True)
                ]
            if how_long:
                features[:, FEATURES.index("duration")] = [
                    states_how_long(zh.normalise(text)) for text in texts
                ]
            tables.append(Table(hit, features, shares))
        return tables

    def _table(
        self, read: ReadChunk, hit: Hit, vector: Vectors, wording: Wording, top: float
    ) -> tuple[Vectors, Vectors]:
        table = read.static.copy()
        held = wording.presence(read.grams)
        heading, sentences = held[0], held[1:]
        # With strides between them, BLAS may warn of an invalid value where there is none.
        general = np.ascontiguousarray(wording.shares[:, 0])
        words, words_here = (sentences @ wording.shares).T
        together: Vectors = (sentences | heading) @ general
        columns: dict[str, Vectors | float] = {
            "words": words,
            "words_here": words_here,
            "heading": float(heading @ general),
            "together": together,
            "neighbours": _neighbours(words),
            "whole": float(held.any(0) @ general),
            "cosine": read.vectors @ vector,
            "cosine_heading": read.heading_vectors @ vector,
            "hit": hit.score,
            "behind": top - hit.score,
        }
        for name, values in columns.items():
            table[:, FEATURES.index(name)] = values
        return table, together


def _neighbours(words: Vectors) -> Vectors:
    """The better of the shares before and after each unit, 0 at the edges."""
    padded = np.concatenate(([0.0], words, [0.0])).astype(np.float32)
    best: Vectors = np.maximum(padded[:-2], padded[2:])
    return best
