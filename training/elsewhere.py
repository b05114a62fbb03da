"""Writes `data/elsewhere.tsv`: the words of questions on anything but telephony.

    python training/elsewhere.py

Counts in how many questions of `questions/elsewhere.txt`, written for this by us, each term occurs;
`askwiki.answer.familiarity` sets against it what a corpus holds. None of them is like a judged
question that is to be refused: lines that shared half of their bigrams with one were left out.
"""

from collections import Counter
from pathlib import Path

from askwiki.text import tokens
from data import OWN

OUT = Path(__file__).parent.parent / "src" / "askwiki" / "data" / "elsewhere.tsv"


def main() -> None:
    questions = (OWN / "elsewhere.txt").read_text("utf-8").splitlines()
    counts = Counter(term for question in questions for term in set(tokens(question)))
    lines = ["# term <tab> questions that hold it; made by training/elsewhere.py"]
    lines += [f"{t}\t{n}" for t, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    OUT.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(counts)} terms of {len(questions)} questions -> {OUT.name}")


if __name__ == "__main__":
    main()
