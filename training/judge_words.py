"""Counts the words that the judge cuts text into: `src/askwiki/data/proof_words.tsv`.

    python training/judge_words.py DATA

Documentation sections, passages of the intents, our wiki and encyclopaedia paragraphs are cut by
jieba; a word that occurs often enough is kept with the cost of cutting it (-log of its share of all
words), its weight (-log of the share of texts that hold it) and its word class.
"""

import argparse
import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import jieba
import jieba.posseg

from askwiki import text as zh
from data import intents, read_lines, sections

ROOT = Path(__file__).parent.parent
OUT = ROOT / "src" / "askwiki" / "data" / "proof_words.tsv"
HEAD = "# word, cost in cutting text into words, weight, word class\n# made by training/judge_words.py\n"
_HAN = re.compile(rf"[{zh.HAN}]{{1,6}}")
_COUNTED = re.compile(
    "[一二两三四五六七八九十百千几数][个条项种类家台部路次人名位步份张天年月日周级层]"
)
_GRAMMAR = frozenset("的中时该和或后能在将会先各每其此这那了着是为按以可应被由与及并")


def texts(folder: Path) -> Iterator[tuple[str, bool]]:
    """Every text, and whether it is of our field."""
    for row in sections(folder):
        yield f"{row.heading}\n{row.text}", False
    for intent in intents(folder):
        yield f"{intent.heading}\n{intent.passage}", True
    for path in sorted((ROOT / "corpus").rglob("*.md")):
        yield path.read_text("utf-8"), True
    for record in read_lines(folder / "train" / "cmrc2018_train.jsonl.gz"):
        yield record["context"], False


def kept(word: str, known: bool, count: int, ours: int) -> bool:
    """Whether `word` is worth a line."""
    if not _HAN.fullmatch(word) or _COUNTED.fullmatch(word):
        return False
    if known:
        return count >= 8 or ours >= 2
    return (count >= 60 or ours >= 6) and not _GRAMMAR & set(word)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of training data")
    folder = parser.parse_args().data
    for line in (ROOT / "src" / "askwiki" / "data" / "glossary.txt").read_text("utf-8").split("\n"):
        for term in re.split(r"[=>]", line.split("#")[0]):
            if len(term.strip()) > 1:
                jieba.add_word(zh.normalise(term.strip()))
    counts: Counter[str] = Counter()
    ours: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    total = 0
    for text, field in texts(folder):
        words = jieba.lcut(zh.normalise(text))
        counts.update(words)
        documents.update(set(words))
        ours.update(words if field else ())
        total += 1
    classes = jieba.posseg.POSTokenizer().word_tag_tab
    chosen = sorted(w for w, c in counts.items() if kept(w, w in classes, c, ours[w]))
    size = sum(counts[w] for w in chosen)
    with OUT.open("w", encoding="utf-8") as lines:
        lines.write(HEAD)
        for word in chosen:
            weight = min(8.0, max(1.2, math.log((total + 1) / (documents[word] + 8))))
            cost = math.log(size / counts[word])
            lines.write(f"{word}\t{cost:.2f}\t{weight:.2f}\t{classes.get(word, 'n')[:2]}\n")
    print(f"{len(chosen)} words of {total} texts")


if __name__ == "__main__":
    main()
