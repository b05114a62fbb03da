"""Retrieval and answers beside the usual recipes, on the test questions that ship with the corpus.

    python benchmarks/quality.py [--questions FILE] [--previous CHECKOUT] [--out FILE]

Systems, all over the same cleaned articles and in the same run:

- BM25: our sections and tokens, the questions asked of each section included, no vectors, no
  glossary.
- LangChain: RecursiveCharacterTextSplitter 500/50, BM25Retriever over jieba words, FAISS over the
  bundled encoder (no other model can be had offline), EnsembleRetriever half and half.
- LangChain, BM25 only: the same without vectors.
- askwiki: the default build.
- askwiki before: with `--previous`, the code and models of that checkout over the same articles.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from askwiki import AskWiki
from askwiki.evaluate import Item, read_questions
from askwiki.evaluate.metrics import fact_recall
from askwiki.schema import Article
from searches import Passage, Search, askwiki_searches, langchain_searches

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer against what was expected of it."""

    refused: bool
    first: bool
    """The first citation is of the expected article."""
    recall: float
    confidence: float
    text: str


def expected_span(item: Item, articles: dict[str, Article]) -> tuple[int, int]:
    article = articles[item.article or ""]
    for section in article.sections:
        if (section.path[-1] if section.path else "") == item.section:
            return section.start, section.end
    raise SystemExit(f"{item.id}: no section {item.section!r} in {item.article}")


def covers(passage: Passage, item: Item, span: tuple[int, int]) -> bool:
    """In the right article, and half of the section or half of the passage is shared."""
    if passage.article_id != item.article:
        return False
    shared = min(passage.end, span[1]) - max(passage.start, span[0])
    return shared >= 0.5 * min(span[1] - span[0], passage.end - passage.start)


def judge(search: Search, items: Sequence[Item], articles: dict[str, Article]) -> dict[str, float]:
    names = ("hit@1", "hit@5", "MRR@5", "facts@1", "facts@5", "recall of passage 1")
    totals = dict.fromkeys(names, 0.0)
    took = []
    for item in items:
        began = time.perf_counter()
        found = search(item.question)
        took.append(time.perf_counter() - began)
        span = expected_span(item, articles)
        right = [covers(p, item, span) for p in found]
        whole = [fact_recall(p.text, item.facts) == 1 for p in found]
        totals["hit@1"] += any(right[:1])
        totals["hit@5"] += any(right)
        totals["MRR@5"] += 1 / (1 + right.index(True)) if any(right) else 0
        totals["facts@1"] += any(whole[:1])
        totals["facts@5"] += any(whole)
        totals["recall of passage 1"] += fact_recall(found[0].text, item.facts) if found else 0
    figures = {name: total / len(items) for name, total in totals.items()}
    return figures | {"median ms": sorted(took)[len(took) // 2] * 1000}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=Path, default=ROOT / "corpus/questions/test.jsonl")
    parser.add_argument("--previous", type=Path, help="a checkout to compare with")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "quality.md")
    parser.add_argument("--figures-only", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    everything = read_questions(arguments.questions)
    # Retrieval is compared on whole questions of one part; the rest is judged by the answers.
    items = [item for item in everything if item.kind in ("standard", "everyday")]
    with tempfile.TemporaryDirectory() as folder:
        wiki = AskWiki.build(ROOT / "corpus", folder)
        articles = dict(wiki.articles)
        searches = askwiki_searches(wiki)
        if not arguments.figures_only:
            searches = langchain_searches(list(articles.values())) | searches
        rows = {name: judge(search, items, articles) for name, search in searches.items()}
        answers = [judge_answer(wiki, item) for item in everything]
    judged = [*zip(everything, answers, strict=True)]
    finals = {"askwiki": final_figures(judged)}
    if arguments.figures_only:
        print(json.dumps({"rows": rows["askwiki"], "finals": finals["askwiki"]}))
        return
    if arguments.previous:
        before = figures_of(arguments.previous, arguments.questions)
        name = f"askwiki before, {commit_of(arguments.previous)}"
        rows[name], finals[name] = before["rows"], before["finals"]
    write(arguments, items, rows, finals, judged, articles)


def commit_of(checkout: Path) -> str:
    command = ["git", "-C", str(checkout), "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def figures_of(checkout: Path, questions: Path) -> dict[str, dict[str, float]]:
    """What this benchmark prints with the package of `checkout`."""
    command = [sys.executable, __file__, "--figures-only", "--questions", str(questions)]
    environment = os.environ | {"PYTHONPATH": str(checkout / "src")}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    figures: dict[str, dict[str, float]] = json.loads(done.stdout)
    return figures


def final_figures(judged: Sequence[tuple[Item, Judged]]) -> dict[str, float]:
    """All final answers in a row; `refused at 0.95` where 95 % of what is covered is answered."""
    covered = [one for item, one in judged if not item.abstain]
    others = [one for item, one in judged if item.abstain]
    count = len(covered)
    threshold = sorted(one.confidence for one in covered)[count // 20]
    right = [one.confidence for one in covered if one.recall == 1]
    none = [one.confidence for one in others]
    wins = sum((a > b) + 0.5 * (a == b) for a in right for b in none)
    return {
        "right article first": sum(one.first for one in covered) / count,
        "all facts": sum(one.recall == 1 for one in covered) / count,
        "both": sum(one.first and one.recall == 1 for one in covered) / count,
        "covered: refused": sum(one.refused for one in covered) / count,
        "not covered: refused": sum(one.refused for one in others) / len(others),
        "refused at 0.95": sum(c < threshold for c in none) / len(none),
        "AUROC": wins / (len(right) * len(none)),
        "calibration error": calibration_error(judged),
        "characters": sum(len(one.text) for one in covered) / count,
    }


def judge_answer(wiki: AskWiki, item: Item) -> Judged:
    answer = wiki.ask(item.question, item.history)
    text = "\n".join(sentence.text for sentence in answer.sentences)
    return Judged(
        answer.status == "abstained",
        bool(answer.citations) and answer.citations[0].article_id == item.article,
        fact_recall(text, item.facts) if text and item.facts else 0.0,
        answer.confidence,
        text,
    )


def groups(title: str, named: Sequence[tuple[str, Judged]]) -> list[str]:
    """A table of the answerable questions, a row a group."""
    by_name: dict[str, list[Judged]] = {}
    for name, judged in named:
        by_name.setdefault(name, []).append(judged)
    lines = [
        f"| {title} | questions | right article cited first | all facts | fact recall | refused |",
        "|---|---|---|---|---|---|",
    ]
    for name, of in by_name.items():
        count = len(of)
        shares = (
            sum(j.first for j in of) / count,
            sum(j.recall == 1 for j in of) / count,
            sum(j.recall for j in of) / count,
            sum(j.refused for j in of) / count,
        )
        lines.append(
            f"| {name} | {count} | " + " | ".join(f"{share:.3f}" for share in shares) + " |"
        )
    return [*lines, ""]


def refusals(judged: Sequence[tuple[Item, Judged]]) -> list[str]:
    """The share refused of what must be, by kind."""
    by_kind: dict[str, list[Judged]] = {}
    for item, one in judged:
        if item.abstain:
            by_kind.setdefault(item.kind, []).append(one)
    lines = ["| must be refused | questions | refused |", "|---|---|---|"]
    for kind, of in by_kind.items():
        lines.append(f"| {kind} | {len(of)} | {sum(j.refused for j in of) / len(of):.3f} |")
    return [*lines, ""]


def calibration_error(judged: Sequence[tuple[Item, Judged]]) -> float:
    bins: dict[int, list[tuple[float, float]]] = {}
    for item, one in judged:
        right = float(not item.abstain and one.recall == 1)
        bins.setdefault(min(int(one.confidence * 10), 9), []).append((one.confidence, right))
    gaps = (abs(sum(c for c, _ in of) - sum(r for _, r in of)) for of in bins.values())
    return sum(gaps) / len(judged)


def rows_of(table: dict[str, dict[str, float]]) -> list[str]:
    def cell(name: str, value: float) -> str:
        return f"{value:.1f}" if "ms" in name or name == "characters" else f"{value:.3f}"

    return [
        f"| {system} | " + " | ".join(cell(*figure) for figure in figures.items()) + " |"
        for system, figures in table.items()
    ]


def write(
    arguments: argparse.Namespace,
    items: Sequence[Item],
    rows: dict[str, dict[str, float]],
    finals: dict[str, dict[str, float]],
    judged: Sequence[tuple[Item, Judged]],
    articles: dict[str, Article],
) -> None:
    names = list(next(iter(rows.values())))
    lines = [
        "# Quality",
        "",
        f"Made by `python benchmarks/quality.py{' --previous CHECKOUT' * bool(arguments.previous)}`. "
        f"{len(items)} answerable test questions of `corpus/questions/{arguments.questions.name}` "
        "over the default corpus; nothing was trained or tuned on them. `hit@k`: the expected "
        "section is among the first k passages (half of the section or of the passage shared). "
        "`facts@k`: one of the first k passages alone holds every fact.",
        "",
        "| system | " + " | ".join(names) + " |",
        "|---" * (len(names) + 1) + "|",
    ]
    lines += rows_of(rows)
    lines += [
        "",
        "## Final answers of askwiki",
        "",
        "`refused at 0.95`: of what must be refused, at the threshold where 95 % of what is covered "
        "is answered. `AUROC`: of a right answer and a question to refuse, how often the former has "
        "the higher confidence. `calibration error`: expected, over ten bins, of the chance that an "
        "answer holds all facts. `characters`: of an answer.",
        "",
        "| system | " + " | ".join(finals["askwiki"]) + " |",
        "|---" * (len(finals["askwiki"]) + 1) + "|",
        *rows_of(finals),
        "",
    ]
    covered = [(item, one) for item, one in judged if not item.abstain]
    lines += groups("kind", [(item.kind, one) for item, one in covered])
    lines += groups("topic", [(articles[i.article or ""].topic[0], one) for i, one in covered])
    lines += refusals(judged)
    worst = sorted((p for p in covered if p[1].recall < 1), key=lambda p: -p[1].confidence)[:10]
    lines += ["## The ten wrong answers it was surest of", ""]
    for item, one in worst:
        facts = "；".join(" / ".join(fact) for fact in item.facts)
        lines.append(
            f"- {item.question} ({item.id}, {item.article} › {item.section}; {facts}; confidence "
            f"{one.confidence:.2f}): {one.text[:120] or '(refused)'}".replace("\n", " ")
        )
    arguments.out.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
