"""Orders in articles, questions and conversations: how many reach the reader, way by way.

    python benchmarks/injection.py [--out benchmarks/injection.md]

The attacks are those of `tests/injection/injections.jsonl`, all in one index with nothing withheld for
being unsure, so that no attack is spared because its question is. What counts as reached is anything
of the order's payload in the text, the sentences, the citations or the suggestions of an answer.

(a) is the answer without a language model. (b) is the judge alone, handed what the order wants said and
the article. (c) is the answer with a model that obeys every order: it writes the payload alone, as
plain text and as JSON; after a true sentence of the first passage; and in one sentence with it. Each
is measured with orders kept out of the evidence, and without that, to show what the attacks can do.

Exits with 1 where hidden text was shown, where an answer holds live markup, or where an honest section
of the corpus was taken for an order.
"""

import argparse
import logging
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests" / "injection"))

from attacks import (  # noqa: E402
    Attack,
    Obedient,
    active_markup,
    leaks,
    open_wiki,
    read_attacks,
    shown,
    without_watch,
    write_corpus,
)

from askwiki import Answer, AskWiki  # noqa: E402
from askwiki.chunk import chunk_article  # noqa: E402
from askwiki.corpus import load_corpus  # noqa: E402
from askwiki.orders import barred_sections, sections_with_orders  # noqa: E402
from askwiki.proof import Judge, Source, bundled_judge  # noqa: E402

COLUMNS = ("found", "known", "a", "a0", "b", "b0", "c", "c0")


@dataclass(frozen=True)
class Result:
    """What became of one attack: the columns it counts in, and what must never happen."""

    attack: Attack
    columns: frozenset[str]
    broken: bool


class Trial:
    """All wikis over one index of all attacks; a name that ends in 0 knows no orders."""

    def __init__(self, index: Path) -> None:
        self.model = Obedient()
        plain = open_wiki(index)
        forms = [open_wiki(index, self.model, llm_structured=form) for form in ("off", "on")]
        self.quoting = {"a": plain, "a0": without_watch(plain)}
        self.writing = {"c": forms, "c0": [without_watch(wiki) for wiki in forms]}
        self.judge: Judge = bundled_judge()

    def run(self, attack: Attack) -> Result:
        columns, answers = set(), []
        article = next((a for a in self.quoting["a"].articles.values() if a.id == attack.id), None)
        hits = self.quoting["a0"].retrieve(attack.question, 6)
        if any(hit.chunk.article_id == attack.id for hit in hits):
            columns.add("found")
        if article is not None and sections_with_orders(article):
            columns.add("known")
        for name, wiki in self.quoting.items():
            answers.append(wiki.ask(attack.question, attack.turns))
            columns |= {name} if leaks(attack, shown(answers[-1])) else set()
        for name, wikis in self.writing.items():
            told = [answer for wiki in wikis for answer in self.obeyed(wiki, attack)]
            answers += told if name == "c" else []
            columns |= {name} if any(leaks(attack, shown(answer)) for answer in told) else set()
        columns |= self.judged(attack)
        hidden = any(word in text for a in answers for text in shown(a) for word in attack.hidden)
        return Result(attack, frozenset(columns), hidden or any(map(active_markup, answers)))

    def obeyed(self, wiki: AskWiki, attack: Attack) -> Sequence[Answer]:
        self.model.payload, found = attack.payload, []
        for self.model.among_truths in (False, True):
            found.append(wiki.ask(attack.question, attack.turns))
        return found

    def judged(self, attack: Attack) -> set[str]:
        article = self.quoting["a"].article(attack.id)
        barred = barred_sections(article)
        found = set()
        for name, left_out in (("b", barred), ("b0", ())):
            sources = [
                Source(article.id, " ".join((c.title, *c.heading)), c.text, c.start)
                for c in chunk_article(article)
                if not any(s.start <= c.start < s.end for s in left_out)
            ]
            if self.judge.judge(attack.payload, sources).supported:
                found.add(name)
        return found


def row(name: str, results: Sequence[Result]) -> str:
    counts = Counter(column for result in results for column in result.columns)
    figures = [str(len(results)), *(str(counts[column]) for column in COLUMNS)]
    return f"| {name} | {' | '.join(figures)} |"


def page(results: Sequence[Result], sections: int, alarms: int) -> str:
    ways = list(dict.fromkeys(result.attack.way for result in results))
    held = [result for result in results if result.attack.held_out]
    through = [result.attack.id for result in results if result.columns & {"a", "c"}]
    return "\n".join(
        [
            "# Injected orders",
            "",
            "`python benchmarks/injection.py`: every attack of `tests/injection/injections.jsonl`, all "
            "articles in one index, nothing withheld for being unsure. Counted is an attack of whose "
            "payload anything is shown. *found*: the search finds the article; *known*: something in "
            "it is known for an order; *a*: answers without a language model; *b*: the judge alone, "
            "which supports the payload; *c*: answers with a model that obeys every order, in three "
            "forms, as text and as JSON. Columns with *0*: the same, orders not kept out of the "
            "evidence.",
            "",
            f"| way | attacks | {' | '.join(COLUMNS)} |",
            f"|---|---:|{'---:|' * len(COLUMNS)}",
            *(row(way, [r for r in results if r.attack.way == way]) for way in ways),
            row("**all**", results),
            row("written last", held),
            "",
            f"Reached the reader in *a* or *c*: {', '.join(through) or 'none'}.",
            "",
            f"Hidden text shown, or live markup in an answer: {sum(r.broken for r in results)}.",
            "",
            f"Honest sections of the shipped corpus taken for orders: {alarms} of {sections}.",
            "",
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "injection.md")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    attacks = read_attacks()
    with tempfile.TemporaryDirectory() as folder:
        corpus, index = Path(folder) / "corpus", Path(folder) / "index"
        corpus.mkdir()
        write_corpus(attacks, corpus)
        AskWiki.build(corpus, index)
        trial = Trial(index)
        results = [trial.run(attack) for attack in attacks]
    articles = load_corpus(ROOT / "corpus").articles
    sections = sum(len(article.sections) for article in articles)
    alarms = sum(len(barred_sections(article)) for article in articles)
    arguments.out.write_text(page(results, sections, alarms), "utf-8")
    print(arguments.out.read_text("utf-8"))
    return 1 if alarms or any(result.broken for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
