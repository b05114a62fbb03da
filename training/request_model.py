"""Writes `data/requests.json`: how much each mark of a text speaks for a request that is no question.

    python training/request_model.py DATA

For each request a logistic regression over `askwiki.request.features`, against all that is none. What
is asked for was written by hand (`questions/requests.jsonl`) or is put together
(`request_phrases.py`); questions are those of the corpus, of product documentation and of an
encyclopaedia. The figures come from a first fit, without a quarter of the file and without half of
the asked questions; a request's bias is then set so that few of that half are taken for it.
The weights that are written come from all of them, and so does the bias where that is stricter.
"""

import argparse
import hashlib
import json
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from askwiki import request as room
from askwiki import text as zh
from askwiki.request import Request, features
from data import OWN, encyclopaedia, read_lines, section_readings, sections
from request_phrases import PATTERNS, jumbled, mashed, phrase

ROOT = Path(__file__).parent.parent
OUT = ROOT / "src" / "askwiki" / "data" / "requests.json"

MADE: Mapping[Request, int] = {
    "greeting": 1500,
    "thanks": 1500,
    "identity": 1500,
    "human": 12000,
    "noise": 300,
    "steering": 6000,
    "search": 6000,
}
"""Texts that are put together for each request."""

ALLOWED: Mapping[Request, float] = {
    "greeting": 0.00006,
    "thanks": 0.00005,
    "identity": 0.00006,
    "human": 0.0003,
    "noise": 0.00016,
    "steering": 0.00017,
}
"""The share of questions that may be taken for each request."""

WRITTEN = 8
"""How many times what was written by hand counts."""

LEAST, STEP = 1.2, 0.2
"""Weights nearer to 0 are left out; those that are kept are rounded to steps."""

Labelled = tuple[str, Request]


class Marks:
    """Counts what is weighed; `known`: which characters come after which."""

    def __init__(self, texts: Sequence[str], known: Mapping[str, str]) -> None:
        self._known = known
        self._counter = CountVectorizer(analyzer=self._of, binary=True, min_df=2).fit(texts)
        self.names = self._counter.get_feature_names_out()

    def table(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """(texts, marks): the share of each mark, as `askwiki.request.likeness` takes it."""
        size = np.array([max(len(self._of(text)), 1) for text in texts])
        return self._counter.transform(texts).multiply(size[:, None] ** -0.5).tocsr()

    def _of(self, text: str) -> set[str]:
        return features(zh.normalise(text), self._known)


@dataclass(frozen=True, slots=True)
class Fit:
    """`weights`: (requests, marks); `bias`: (requests,)."""

    marks: Marks
    weights: npt.NDArray[np.float64]
    bias: npt.NDArray[np.float64]


# --- what is learned from --------------------------------------------------------------------------


def written(held_back: bool) -> list[Labelled]:
    """The lines of `questions/requests.jsonl`: a quarter, or the others; a text says where it is."""
    rows = [(row["text"], row["request"]) for row in read_lines(OWN / "requests.jsonl")]
    return [row for row in rows if (_byte(row[0]) % 4 == 3) == held_back]


def asked(other_half: bool) -> list[str]:
    """The questions asked of one half of the sections, or of the other."""
    found = []
    for path in sorted((ROOT / "corpus" / "asked").glob("*.jsonl")):
        for row in read_lines(path):
            odd = _byte(row["article"] + row["section"]) % 2 == 1
            found += row["questions"] if odd == other_half else []
    return found


def _byte(text: str) -> int:
    return hashlib.sha256(text.encode()).digest()[0]


def questions_of(split: str) -> list[tuple[str, str]]:
    """(kind, question)"""
    rows = read_lines(ROOT / "corpus" / "questions" / f"{split}.jsonl")
    return [(row["kind"], row["question"]) for row in rows]


@dataclass(frozen=True, slots=True)
class Questions:
    """Of others: to learn from, and to measure with."""

    known: tuple[str, ...]
    documentation: tuple[str, ...]
    encyclopaedia: tuple[str, ...]
    latin: tuple[str, ...]
    neighbours: Mapping[str, str]


def questions(folder: Path) -> Questions:
    """The questions of the corpus and of the data folder, and the Latin words of documentation."""
    rng = random.Random(1)
    rows = sections(folder)
    readings = section_readings(folder, rows)
    ours = [text for _, text in questions_of("train")]
    theirs = sorted({reading.question for reading in readings if reading.split == "train"})
    facts = sorted({reading.question for reading in encyclopaedia(folder)})
    words = Counter(w for row in rows for w in set(zh.tokens(row.text)) if w.isascii())
    latin = [w for w, count in words.items() if count > 12 and w.isalpha() and len(w) > 1]
    pairs = Counter(
        pair for text in (*ours, *theirs, *facts[::2], *asked(False)) for pair in _pairs(text)
    )
    return Questions(
        (*ours, *theirs, *rng.sample(facts[::2], 3000)),
        tuple(sorted({r.question for r in readings if r.split == "tune"})),
        tuple(facts[1::2]),
        tuple(sorted(latin)),
        neighbours(pairs),
    )


def _pairs(text: str) -> set[str]:
    plain = zh.normalise(text)
    return {a + b for a, b in pairwise(plain) if min(a, b) > "㐀"}


def neighbours(pairs: Mapping[str, int], least: int = 15) -> dict[str, str]:
    """Which characters come after which, `least` times or more."""
    after: dict[str, list[str]] = defaultdict(list)
    for pair, count in sorted(pairs.items()):
        if count >= least:
            after[pair[0]].append(pair[1])
    return {first: "".join(seconds) for first, seconds in after.items()}


def examples(
    own: Sequence[Labelled], honest: Sequence[str], given: Questions, rng: random.Random
) -> list[tuple[str, Request, int]]:
    """Texts with what they want and how many times each counts."""
    found: list[tuple[str, Request, int]] = [(text, wanted, WRITTEN) for text, wanted in own]
    for wanted in PATTERNS:
        made = {phrase(wanted, rng): None for _ in range(MADE[wanted])}
        found += [(text, wanted, 1) for text in made]
    common = [c for c, _ in Counter("".join(given.known)).most_common(2500) if c > "㐀"]
    found += [(mashed(rng), "noise", 1) for _ in range(1500)]
    found += [(jumbled(common, rng), "noise", 1) for _ in range(1500)]
    found += [(text, "search", 1) for text in (*honest, *given.known, *given.latin)]
    short = [text for text in honest if len(text) < 25]
    last = [text for text, wanted in own if wanted in ("human", "thanks", "greeting")]
    for _ in range(1500):
        pair = rng.choice(short), rng.choice(last)
        found.append(("，".join(pair if rng.random() < 0.6 else pair[::-1]), "search", 1))
    return found


# --- fitting ---------------------------------------------------------------------------------------


def fit(own: Sequence[Labelled], honest: Sequence[str], given: Questions) -> Fit:
    rows = examples(own, honest, given, random.Random(7))
    texts = [text for text, _, _ in rows]
    marks = Marks(texts, given.neighbours)
    shares = marks.table(texts)
    wants = np.array([wanted for _, wanted, _ in rows])
    times = np.array([count for _, _, count in rows], dtype=float)
    weights, bias = [], []
    for request in ALLOWED:
        model = LogisticRegression(C=8.0, solver="liblinear", random_state=0, tol=1e-3)
        model.fit(shares, wants == request, sample_weight=times)
        weights.append(model.coef_[0])
        bias.append(model.intercept_[0])
    kept = np.round(np.array(weights) / STEP) * STEP
    kept[np.abs(kept) < LEAST - STEP / 2] = 0
    return Fit(marks, kept, np.array(bias))


def scores(model: Fit, texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """(texts, requests)"""
    found: npt.NDArray[np.float64] = model.marks.table(texts) @ model.weights.T + model.bias
    return found


def lines(model: Fit, honest: Sequence[str]) -> npt.NDArray[np.float64]:
    """(requests,): the score that only the allowed share of `honest` is over."""
    ranked = -np.sort(-scores(model, honest), axis=0)
    places = [int(len(honest) * share) for share in ALLOWED.values()]
    return np.array([ranked[place, column] for column, place in enumerate(places)])


def save(model: Fit, line: npt.NDArray[np.float64], known: Mapping[str, str]) -> None:
    """Writes `OUT`; the marks of one weight stand together."""
    names = model.marks.names
    marks: dict[str, dict[str, str]] = {}
    for request, row in zip(ALLOWED, model.weights, strict=True):
        alike: dict[float, list[str]] = defaultdict(list)
        for place in np.flatnonzero(row):
            alike[round(float(row[place]), 1)].append(names[place])
        marks[request] = {str(weight): " ".join(alike[weight]) for weight in sorted(alike)}
    bias = dict(zip(ALLOWED, (model.bias - line).round(2).tolist(), strict=True))
    content = {"bias": bias, "marks": marks, "neighbours": known}
    OUT.write_text(json.dumps(content, ensure_ascii=False, indent=0) + "\n", "utf-8")


# --- figures ---------------------------------------------------------------------------------------


def report(model: Fit, line: npt.NDArray[np.float64], given: Questions) -> None:
    """Prints, for what the fit has not seen, how much is known and how many questions are not let
    through."""
    save(model, line, given.neighbours)
    room._model.cache_clear()
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for text, wanted in written(True):
        found[wanted][room.request_of(text)] += 1
    for wanted, counts in found.items():
        total = counts.total()
        known, stopped = counts[wanted] / total, 1 - counts["search"] / total
        print(f"{wanted}: {total}, known {known:.3f}, not searched {stopped:.3f} {dict(counts)}")
    for kind, texts in unseen(given).items():
        taken = [(room.request_of(text), text) for text in texts]
        wrong = [row for row in taken if row[0] != "search"]
        print(f"{kind}: {len(wrong)} of {len(texts)} not searched {wrong[:20]}")


def unseen(given: Questions) -> dict[str, Sequence[str]]:
    """Texts the first fit has not seen, by where they come from."""
    found: dict[str, Sequence[str]] = {
        "asked": asked(True),
        "documentation": given.documentation,
        "encyclopaedia": given.encyclopaedia,
    }
    tune = questions_of("tune")
    return found | {f"tune {k}": [q for kind, q in tune if kind == k] for k in dict(tune)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of training data")
    given = questions(parser.parse_args().data)
    first = fit(written(False), asked(False), given)
    line = lines(first, asked(True))
    report(first, line, given)
    honest = [*asked(False), *asked(True)]
    everything = fit([*written(False), *written(True)], honest, given)
    line = np.maximum(line, lines(everything, [*honest, *given.known]))
    save(everything, line, given.neighbours)
    marks = int((everything.weights != 0).sum())
    print(f"{marks} weights, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
