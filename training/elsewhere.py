"""Writes `data/elsewhere.tsv`: the words of questions on anything but telephony.

    python training/elsewhere.py

Counts in how many questions of `questions/elsewhere.txt`, written for this by us, each term occurs;
`askwiki.answer.familiarity` sets against it what a corpus holds. A line that shares half of its
bigrams with a judged question which is to be refused counts for nothing, so that none of those is
known from here; the test questions are read for this alone.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from askwiki.evaluate import read_questions
from askwiki.text import normalise, tokens
from data import OWN

ROOT = Path(__file__).parent.parent
OUT = ROOT / "src" / "askwiki" / "data" / "elsewhere.tsv"
SHARED = 0.5
"""The share of a line's bigrams from which it is too near to a judged question."""


def far_from_judged(lines: list[str]) -> Iterator[str]:
    """The lines that are near to no question to be refused, tuning or test."""
    judged = [
        _bigrams(item.question)
        for split in ("tune", "test")
        for item in read_questions(ROOT / "corpus" / "questions" / f"{split}.jsonl")
        if item.abstain
    ]
    for line in lines:
        own = _bigrams(line)
        if all(len(own & other) < SHARED * len(own) for other in judged):
            yield line


def _bigrams(text: str) -> set[str]:
    plain = "".join(c for c in normalise(text) if c.isalnum())
    return {plain[i : i + 2] for i in range(len(plain) - 1)}


def main() -> None:
    lines = (OWN / "elsewhere.txt").read_text("utf-8").splitlines()
    questions = list(far_from_judged(lines))
    counts = Counter(term for question in questions for term in set(tokens(question)))
    rows = ["# term <tab> questions that hold it; made by training/elsewhere.py"]
    rows += [f"{t}\t{n}" for t, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    OUT.write_text("\n".join(rows) + "\n", "utf-8")
    print(f"{len(counts)} terms of {len(questions)} of {len(lines)} questions -> {OUT.name}")


if __name__ == "__main__":
    main()
