"""The examples that the evidence reader learns from.

An example is a question, the sections a search found for it, and which sentences of which section
answer it; none do where the question cannot be answered. Four pools of sections: our intents'
passages, our wiki, documentation sections, encyclopaedia paragraphs.
"""

import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

import numpy as np

from askwiki import text as zh
from askwiki.chunk import chunk_article
from askwiki.corpus import load_corpus
from askwiki.index.lexical import LexicalIndex
from askwiki.retrieve import query_terms
from askwiki.schema import Article, Chunk, Section
from data import Reading, SectionRow, Split, encyclopaedia, intents, section_readings, sections

ROOT = Path(__file__).parent.parent
FOUND = 24
"""Sections kept of each search; hard negatives come from the first eight."""

BESIDE = 6
"""Of the sections on the same page as the right one, so many are put among those found."""

ENCYCLOPAEDIA_TIMES = 2
"""How often each question on the encyclopaedia is read for once of the others: whole sentences are
learned there, and its share had become too small (`training/LOG.md`)."""

ASKED = 10
"""Questions of a section that are read; later ones are for the search alone."""

Answers = Callable[[Chunk, zh.Unit], bool]


@dataclass(frozen=True, slots=True)
class Example:
    """`gold` maps a row of the pool to the numbers of its answering units; `own` are the rows the
    question was written for; `shares` are lexical scores from 0 to 1."""

    pool: int
    question: str
    gold: dict[int, tuple[int, ...]]
    own: tuple[int, ...]
    found: tuple[int, ...]
    shares: dict[int, float]


class Pool:
    """Chunks with their postings; `pages` says of each what page it is from."""

    def __init__(
        self,
        chunks: Sequence[Chunk],
        indexed: Sequence[Chunk] | None = None,
        pages: Sequence[str] = (),
    ) -> None:
        self.chunks = chunks
        self._pages = np.array(pages)
        self.units = [tuple(zh.units(chunk.text)) for chunk in chunks]
        self._lexical = LexicalIndex.build(indexed or chunks)
        self._rows: dict[tuple[str, str], list[int]] = {}
        for row, chunk in enumerate(chunks):
            self._rows.setdefault((chunk.article_id, ""), []).append(row)
            if chunk.heading:
                self._rows.setdefault((chunk.article_id, chunk.heading[-1]), []).append(row)

    def rows(self, article: str, section: str = "") -> tuple[int, ...]:
        return tuple(self._rows.get((article, section), ()))

    def example(
        self, number: int, question: str, own: Sequence[int], answers: Answers | None
    ) -> Example | None:
        """None where the question should be answered and no sentence of `own` does."""
        terms = query_terms(question)
        scores = self._lexical.scores(terms) / max(self._lexical.best(terms), 1e-6)
        order = np.argsort(-scores, kind="stable")
        order = order[scores[order] > 0]
        found = self._with_neighbours(order, own)[:FOUND]
        gold = {row: self._answering(row, answers) for row in own} if answers else {}
        gold = {row: units for row, units in gold.items() if units}
        if answers and not gold:
            return None
        shares = {row: float(scores[row]) for row in {*found, *own}}
        return Example(number, question, gold, tuple(own), found, shares)

    def _with_neighbours(self, order: np.ndarray, own: Sequence[int]) -> tuple[int, ...]:
        """`order` with the best of the same pages, the closest wrong answers, among its first."""
        rows = [int(row) for row in order[:FOUND]]
        if len(self._pages) and own:
            same = order[np.isin(self._pages[order], self._pages[list(own)])][:BESIDE]
            rows = [row for pair in zip_longest(map(int, same), rows) for row in pair]
        return tuple(dict.fromkeys(row for row in rows if row is not None))

    def _answering(self, row: int, answers: Answers) -> tuple[int, ...]:
        chunk = self.chunks[row]
        return tuple(i for i, unit in enumerate(self.units[row]) if answers(chunk, unit))


def one_section(key: str, title: str, text: str) -> list[Chunk]:
    return chunk_article(Article(key, title, text, (Section((), 0, len(text)),), key))


def holding(answer: str) -> Answers:
    """Units that hold `answer`, or nearly all of its bigrams."""
    pairs = {answer[i : i + 2] for i in range(len(answer) - 1)}

    def answers(chunk: Chunk, unit: zh.Unit) -> bool:
        text = chunk.text[unit.start : unit.end]
        held = sum(pair in text for pair in pairs)
        near = len(answer) > 12 and len(text) > 8 and held >= 0.8 * len(pairs)
        return answer in text or near or (len(text) > 12 and text in answer)

    return answers


def at(position: int) -> Answers:
    """The unit that holds this offset of the article."""
    return lambda chunk, unit: chunk.start + unit.start <= position < chunk.start + unit.end


def any_sentence(chunk: Chunk, unit: zh.Unit) -> bool:
    """Every unit: of a question that is only known to be answered by its section."""
    return True


def beside(rows: Sequence[SectionRow], numbers: set[int]) -> set[int]:
    """`numbers` and the sections of the same pages: the closest wrong answers there are."""
    pages = {rows[number].source for number in numbers}
    return {row.row for row in rows if row.source in pages and row.text.strip()}


class Examples:
    """All pools and examples of one split."""

    def __init__(self, folder: Path, split: Split, rng: random.Random) -> None:
        self.pools: list[Pool] = []
        self.examples: list[Example] = []
        self._add_intents(folder, split)
        self._add_wiki(folder, split, rng)
        self._add_sections(folder, split, rng)
        if split == "train":
            self._add_encyclopaedia(encyclopaedia(folder))

    def _extend(
        self, pool: Pool, asked: Iterable[tuple[str, Sequence[int], Answers | None]]
    ) -> None:
        number = len(self.pools)
        self.pools.append(pool)
        made = (pool.example(number, *item) for item in asked)
        self.examples += [example for example in made if example]

    def _add_intents(self, folder: Path, split: Split) -> None:
        known = intents(folder)
        pool = Pool([c for i in known for c in one_section(i.id, i.heading, i.passage)])
        asked: list[tuple[str, Sequence[int], Answers | None]] = []
        for intent in (i for i in known if i.split == split):
            own = pool.rows(intent.id)
            asked += [(q, own, holding(intent.answer)) for q in intent.questions]
            asked += [(q, own, None) for q in intent.negatives]
        self._extend(pool, asked)

    def _add_wiki(self, folder: Path, split: Split, rng: random.Random) -> None:
        """Question sets of our wiki; in training also half of the questions asked of sections.

        Those are searched without themselves: with them the right section would always be first.
        """
        articles = load_corpus(ROOT / "corpus").articles
        chunks = [chunk for article in articles for chunk in chunk_article(article)]
        chunks = [replace(chunk, asked=chunk.asked[:ASKED]) for chunk in chunks]
        bare = [replace(chunk, asked=()) for chunk in chunks]
        pages = [chunk.article_id for chunk in chunks]
        answers = {intent.id: intent.answer for intent in intents(folder)}
        with_asked, without = Pool(bare, chunks, pages), Pool(bare, pages=pages)
        items = []
        for line in (ROOT / "corpus/questions" / f"{split}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            if row["kind"] in ("standard", "everyday"):
                own = with_asked.rows(row["article"], row["section"])
                answer = answers[row["id"].split(".")[0]]
                items.append((row["question"], own, _alike(answer)))
        self._extend(with_asked, items)
        if split == "train":
            self._extend(
                without,
                [
                    (question, without.rows(a.id, s.path[-1] if s.path else ""), any_sentence)
                    for a in articles
                    for s in a.sections
                    for question in s.asked[:ASKED]
                    if rng.random() < 0.5
                ],
            )

    def _add_sections(self, folder: Path, split: Split, rng: random.Random) -> None:
        rows = sections(folder)
        readings = section_readings(folder, rows)
        asked_about = {r.row for r in readings}
        used = sorted(beside(rows, asked_about) | set(rng.sample(range(len(rows)), 4000)))
        texts = {n: rows[n].text[:1500].strip() for n in used}
        chunks = [c for n in used if texts[n] for c in one_section(f"s{n}", rows[n].path, texts[n])]
        pages = [rows[int(chunk.article_id[1:])].source for chunk in chunks]
        pool = Pool(chunks, pages=pages)
        asked: list[tuple[str, Sequence[int], Answers | None]] = []
        for r in readings:
            if r.split == split and r.answer != "":
                asked.append(
                    (r.question, pool.rows(f"s{r.row}"), holding(r.answer) if r.answer else None)
                )
        self._extend(pool, asked)

    def _add_encyclopaedia(self, readings: Sequence[Reading]) -> None:
        keys = {text: f"c{i}" for i, text in enumerate(sorted({r.context for r in readings}))}
        pool = Pool([c for text, key in keys.items() for c in one_section(key, "", text.strip())])
        asked = []
        for r in readings:
            lead = len(r.context) - len(r.context.lstrip())
            asked.append((r.question, pool.rows(keys[r.context]), at(r.start - lead)))
        first = len(self.examples)
        self._extend(pool, asked)
        self.examples += self.examples[first:] * (ENCYCLOPAEDIA_TIMES - 1)


def _alike(answer: str) -> Answers:
    """Units that share a third of the bigrams of `answer`, an older wording of the same."""
    pairs = {answer[i : i + 2] for i in range(len(answer) - 1)}

    def answers(chunk: Chunk, unit: zh.Unit) -> bool:
        text = chunk.text[unit.start : unit.end]
        return sum(pair in text for pair in pairs) >= 0.35 * len(pairs)

    return answers
