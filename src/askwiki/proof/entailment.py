"""A network that reads a written sentence beside its passage: the logit that the passage does not
bear it out.

It reads the words that the judge has cut, each by its characters and bigrams, in the words around it.
Every word of the sentence attends to those of the passage, and every word of the passage to those of
the sentence; what the judge knows of two words (the same, synonyms, opposites, two of a kind, in the
clause the sentence rests on) guides where to, and is told beside what differs there. After Parikh et
al., "A Decomposable Attention Model for Natural Language Inference" (2016), and Chen et al., "Neural
Natural Language Inference Models Enhanced with External Knowledge" (2018). Trained by
`training/entailment.py`, run here in numpy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from askwiki.network import Array, CharacterNetwork, Codes, buckets, code_points, one_thread
from askwiki.proof.alignment import LEAST_ALIKE, Alignment
from askwiki.proof.lexicon import bundled_lexicon
from askwiki.proof.passage import Passage
from askwiki.proof.reading import Token

_KINDS = ("word", "grammar", "number", "latin", "mark")
_CLASSES = (
    *("neg", "needless", "all", "only", "must", "may", "hedge", "cond", "evenif", "before"),
    *("after", "agent", "patient", "more", "cause", "doer"),
)
TRAITS = len(_KINDS) + len(_CLASSES) + 4
"""Columns per word: its kind, what it does, its weight, first of its clause, ends a list's part, in the
heading."""

RELATIONS = 5
"""Columns per pair of words: likeness, opposites, two of a kind, in the clause and in the unit that the
sentence's clause rests on."""

DILATIONS = (1, 2)

FARTHEST = 40
"""Words; what lies further apart is as far."""

BORNE = 8
"""Columns per word of the sentence: where it is borne (unit, away, heading, nowhere), how well there, at
best, in the text, in the headings."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words as the network reads them.

    `codes` are the code points of all of them, `starts` where each begins; `traits` is (n_words,
    `TRAITS`); `unit` says which unit of the passage holds each, 0 the headings.
    """

    codes: Codes
    starts: Codes
    traits: Array
    unit: Codes


def words_of(
    tokens: Sequence[Token], clause: Sequence[int], closers: Sequence[str], unit: Sequence[int]
) -> Words:
    """The words of a sentence or passage; headings are clause -1."""
    texts = [code_points(token.text or " ") for token in tokens]
    traits = np.zeros((len(tokens), TRAITS), np.float32)
    for row, token in enumerate(tokens):
        own = clause[row]
        traits[row, _KINDS.index(token.kind)] = 1
        for column, name in enumerate(_CLASSES, len(_KINDS)):
            traits[row, column] = name in token.classes
        first = row == 0 or clause[row - 1] != own
        closer = own >= 0 and closers[own] == ";"
        traits[row, -4:] = token.weight / 8, first, closer, own < 0
    lengths = [len(codes) for codes in texts]
    starts = np.cumsum([0, *lengths])[:-1].astype(np.int64)
    codes = np.concatenate(texts) if texts else np.zeros(0, np.int64)
    return Words(codes, starts, traits, np.array(unit, np.int64))


def passage_words(passage: Passage) -> Words:
    """The headings' words, then the text's."""
    headed = passage.headed
    before = len(headed)
    return words_of(
        [*headed, *passage.tokens],
        [-1] * before + passage.clause,
        passage.closers,
        [0] * before + [unit + 1 for unit in passage.unit],
    )


def sentence_words(a: Alignment) -> Words:
    return words_of(a.tokens, a.clause_of, [c.closer for c in a.clauses], [0] * len(a.tokens))


def relations(a: Alignment) -> Array:
    """(n_sentence_words, n_passage_words, `RELATIONS`)."""
    passage = a.passage
    headed = passage.headed
    before = len(headed)
    table = np.zeros((len(a.tokens), before + len(passage.tokens), RELATIONS), np.float32)
    clause, unit = np.array(passage.clause), np.array(passage.unit)
    others = [(token, [column]) for column, token in enumerate(headed)]
    others += [
        (passage.tokens[places[0]], [before + place for place in places])
        for places in passage.index.values()
    ]
    for i, token in enumerate(a.tokens):
        for j, likeness in a.candidates[i]:
            table[i, before + j, 0] = likeness
        for other, columns in others:
            opposed, rival = _apart(token, other)
            if opposed or rival:
                table[i, columns, 1:3] = opposed, rival
        for column, other in enumerate(headed):
            table[i, column, 0] = _alike(token, other)
        number = a.clause_of[i]
        if number in a.rows:
            table[i, before:, 3] = clause == a.rows[number]
        if number in a.anchors:
            table[i, before:, 4] = unit == a.anchors[number]
    return table


def _alike(one: Token, two: Token) -> float:
    if one.quantity is not None and two.quantity is not None:
        return float(one.quantity.within(two.quantity))
    if not (one.said and two.said):
        return 0.0
    likeness = bundled_lexicon().likeness(one.text, two.text)
    return likeness if likeness >= LEAST_ALIKE else 0.0


def _apart(one: Token, two: Token) -> tuple[bool, bool]:
    """Whether two words exclude each other, and whether they are two of a kind."""
    if one.quantity is None and two.quantity is None:
        lexicon = bundled_lexicon()
        return lexicon.opposed(one.text, two.text), lexicon.rival(one.text, two.text)
    if one.quantity is None or two.quantity is None:
        return False, False
    same = one.quantity.dimension == two.quantity.dimension
    return False, same and not one.quantity.within(two.quantity)


def borne(a: Alignment) -> Array:
    """(n_sentence_words, `BORNE`)."""
    table = np.zeros((len(a.tokens), BORNE), np.float32)
    for i, link in enumerate(a.links):
        place = ("unit", "away", "heading").index(link.place) if link else 3
        table[i, place] = 1
        table[i, 4:] = link.likeness if link else 0, a.best[i], a.found[i], a.headed[i]
    return table


class Entailment(CharacterNetwork):
    """The network, with the weights that `training/entailment.py` exports. Threads may share it."""

    name = "judge"

    def logit(self, a: Alignment) -> float:
        """How sure it is that the passage of `a` does not bear out its sentence; 0 is even."""
        said, (known, other, units) = sentence_words(a), _read(self, a.passage)
        if not len(said.starts) or not len(known.starts):
            return 0.0
        with one_thread():
            own = self.states(said)
            alike = _unit(self.dense("pj", own)) @ units.T
            met = _Meeting(own, other, alike, relations(a))
            score = alike * np.exp(self.weights["heat"]) + self.dense("kn", met.related)[..., 0]
            attends, answers = _softmax(score, 1), _softmax(score, 0)
            rests = np.bincount(known.unit, attends.mean(0))[known.unit].astype(np.float32)
            return self._weighed(
                self._compared(met, attends, borne(a)), self._heard(met, answers, rests), rests
            )

    def states(self, words: Words) -> Array:
        """(n_words, width): each word in those around it."""
        rows, at = self.rows_of(words.codes), buckets(words.codes)
        lengths = np.diff(np.append(words.starts, len(words.codes)))
        chars = self.weights["ec.weight"][rows] * self.weights["ec.scale"][rows, None]
        pairs = self.weights["eb.weight"][at] * self.weights["eb.scale"][at, None]
        pairs[words.starts + lengths - 1] = 0  # the one that leads out of the word
        own = np.add.reduceat(chars, words.starts) / lengths[:, None]
        own += np.add.reduceat(pairs, words.starts) / np.maximum(lengths - 1, 1)[:, None]
        total = self.dense("inp", own.astype(np.float32)) + self.dense("tr", words.traits)
        return self.convolved("cv", self.normalised("ln", total), DILATIONS)

    def _compared(self, met: "_Meeting", attends: Array, borne: Array) -> Array:
        """What each word of the sentence is beside what it attends to."""
        there, related = attends @ met.other, np.einsum("ij,ijk->ik", attends, met.related)
        place = attends @ np.arange(len(met.other), dtype=np.float32)
        jump = np.append(0, np.minimum(np.abs(np.diff(place) - 1), FARTHEST) / FARTHEST)
        seen = [np.abs(met.own - there), met.own * there, related, met.related.max(1), borne]
        seen += [met.alike.max(1)[:, None], jump[:, None]]
        return self._grown("s", np.concatenate(seen, 1, dtype=np.float32))

    def _heard(self, met: "_Meeting", answers: Array, rests: Array) -> Array:
        """What each word of the passage is beside what answers it; `rests` is how far the sentence
        rests on its unit."""
        told, related = answers.T @ met.own, np.einsum("ij,ijk->jk", answers, met.related)
        heard = [np.abs(met.other - told), met.other * told, related, met.related.max(0)]
        heard += [met.alike.max(0)[:, None], rests[:, None]]
        return self._grown("p", np.concatenate(heard, 1, dtype=np.float32))

    def _grown(self, side: str, compared: Array) -> Array:
        states = np.maximum(self.dense(f"c{side}", compared), 0)
        return self.convolved(f"{side}v", self.normalised(f"{side}l", states), DILATIONS)

    def _weighed(self, said: Array, heard: Array, rests: Array) -> float:
        pooled = [said.mean(0), said.max(0), rests / max(rests.sum(), 1e-6) @ heard]
        pooled += [(heard + np.log(rests + 1e-3)[:, None]).max(0)]
        hidden = np.maximum(self.dense("hd", np.concatenate(pooled)[None]), 0)
        return float(self.dense("ot", hidden)[0, 0])


@dataclass(frozen=True, slots=True)
class _Meeting:
    """A sentence and a passage: the states of the words of either, how alike they are, what is known
    of each two."""

    own: Array
    other: Array
    alike: Array
    related: Array


@lru_cache(maxsize=256)
def _read(network: Entailment, passage: Passage) -> tuple[Words, Array, Array]:
    """The words of a passage, their states, and those as units of likeness."""
    words = passage_words(passage)
    if not len(words.starts):
        return words, np.zeros((0, 0), np.float32), np.zeros((0, 0), np.float32)
    with one_thread():
        states = network.states(words)
        return words, states, _unit(network.dense("pj", states))


def _unit(rows: Array) -> Array:
    unit: Array = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return unit


def _softmax(score: Array, axis: int) -> Array:
    grown = np.exp(score - score.max(axis, keepdims=True))
    share: Array = grown / grown.sum(axis, keepdims=True)
    return share


@cache
def bundled_entailment() -> Entailment:
    """The network that ships in the package, loaded on first use."""
    return Entailment.load(Path(str(files("askwiki").joinpath("models/judge"))))
