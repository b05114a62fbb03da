"""Whether a question sounds like the corpus, or like questions on anything else.

A question on another subject shares words with any corpus, 怎么做红烧肉 the 红 with articles on alarm
lights. What tells it is which words are usual where:

    familiarity = mean over the question's terms of ln(p_corpus(term) / p_elsewhere(term))
    p(term) = (n(term) + a) / (N + a * V)

n counts the passages, or the questions on other subjects, that hold a term; N is the sum of n over
all terms. This is the log likelihood ratio of two unigram models per term, smoothed by adding `a`
(Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 2008, chapters 12 and 13).
How familiar is familiar enough depends on the corpus: where questions are known that were asked of it,
what is stranger than nearly all of them is strange. Words that the trade uses as well tell nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import inf, log
from typing import Protocol

from askwiki import text as zh

SMOOTHING, VOCABULARY = 0.5, 200_000
"""`a` and `V`; both chosen, V in the order of the 147,809 terms of our wiki (0.2 or 1 for `a` told
as much, `training/LOG.md`)."""

SAMPLE, ENOUGH, STRANGE = 2000, 200, 0.02
"""The most questions that are looked at, the least that say anything, and which share of them are no
less strange than what counts as strange. Chosen on tuning questions (`training/LOG.md`)."""


class Words(Protocol):
    """What is known of the words of a corpus; its lexical index knows it."""

    @property
    def n_postings(self) -> int:
        """Pairs of a term and a passage that holds it."""

    def count(self, term: str) -> int:
        """How many passages hold `term`."""

    def idf(self, term: str) -> float:
        """How rare `term` is; the highest value where no passage holds it."""


@dataclass(frozen=True, slots=True)
class Familiarity:
    """Compares one corpus with what is asked elsewhere.

    A question below `least` is stranger than nearly all that were asked of the corpus.
    """

    words: Words
    least: float = -inf

    @classmethod
    def among(cls, words: Words, asked: Sequence[str]) -> "Familiarity":
        """With the `least` of `asked`, questions that the corpus answers; of too few there is none."""
        familiarity = cls(words)
        sample = asked[:: -(-len(asked) // SAMPLE) or 1]
        if len(sample) < ENOUGH:
            return familiarity
        found = sorted(map(familiarity.of, sample))
        return cls(words, found[int(STRANGE * len(found))])

    def of(self, question: str) -> float:
        """Above 0 the question sounds more like the corpus; 0 for a question without terms."""
        terms = [term for term in zh.tokens(question) if len(term) > 1]
        if not terms:
            return 0.0
        elsewhere = _elsewhere()
        known = sum(log(self.words.count(term) + SMOOTHING) for term in terms)
        foreign = sum(log(elsewhere.counts.get(term, 0) + SMOOTHING) for term in terms)
        scale = log(
            (elsewhere.total + SMOOTHING * VOCABULARY)
            / (self.words.n_postings + SMOOTHING * VOCABULARY)
        )
        return (known - foreign) / len(terms) + scale

    def strange(self, question: str) -> bool:
        """Whether nearly all that were asked of the corpus are more familiar, and no Latin word of the
        question (PCMA) is one that the corpus has and nobody asks elsewhere."""
        if self.of(question) >= self.least:
            return False
        latin = (term for term in zh.tokens(question) if len(term) > 1 and term.isascii())
        return not any(self.words.count(term) and not asked_elsewhere(term) for term in latin)


def asked_elsewhere(term: str) -> bool:
    """Whether questions on other subjects hold `term`."""
    return term in _elsewhere().counts


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    counts: Mapping[str, int]
    total: int


@cache
def _elsewhere() -> _Elsewhere:
    """The table that `training/elsewhere.py` writes."""
    rows = files("askwiki").joinpath("data/elsewhere.tsv").read_text("utf-8").splitlines()[1:]
    counts = {term: int(n) for term, n in (row.split("\t") for row in rows)}
    return _Elsewhere(counts, sum(counts.values()))
