"""Texts that say nearly the same: character bigrams, compared where comparing can pay."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from askwiki.text import normalise

_NO_WORD = re.compile(r"[\W_]+")


def bare(text: str) -> str:
    """`text` as it is compared: normalised, letters and digits only."""
    return _NO_WORD.sub("", normalise(text))


def bigrams(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters of `bare(text)`; a single character is its own pair."""
    letters = bare(text)
    pairs = frozenset(letters[i : i + 2] for i in range(len(letters) - 1))
    return pairs or frozenset(letters)


def near_copies(texts: Sequence[str], least: float) -> list[tuple[int, int, float]]:
    """Positions (a, b), a before b, of texts whose Jaccard index is at least `least`, with it.

    Sets that share at least the share `least` of either must share one of its rarest elements;
    only those are looked up (prefix filtering: Bayardo, Ma and Srikant, "Scaling Up All Pairs
    Similarity Search", 2007). Texts without a letter are like no other.
    """
    sets = [bigrams(text) for text in texts]
    counts = Counter(gram for grams in sets for gram in grams)
    index: dict[str, list[int]] = {}
    found: list[tuple[int, int, float]] = []
    for b, grams in enumerate(sets):
        rare = list(_rarest(grams, counts, least))
        for a in sorted({a for gram in rare for a in index.get(gram, ())}):
            likeness = len(sets[a] & grams) / len(sets[a] | grams)
            if likeness >= least:
                found.append((a, b, likeness))
        for gram in rare:
            index.setdefault(gram, []).append(b)
    return sorted(found)


def _rarest(grams: frozenset[str], counts: Counter[str], least: float) -> Iterator[str]:
    """The elements of which one at least is shared with any set that is like `grams`."""
    # 1e-9: 0.6 * 5 is a little more than 3.
    shared = math.ceil(len(grams) * least - 1e-9)
    yield from sorted(grams, key=lambda gram: (counts[gram], gram))[: len(grams) - shared + 1]
