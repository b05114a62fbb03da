"""Questions on documents that askwiki was not made for: raw wiki pages, product documentation,
encyclopaedia paragraphs.

    python benchmarks/documents.py DATA [--pages PAGES] [--split test] [--out benchmarks/documents.md]

DATA is the folder of training data (`training/README.md`), PAGES one of raw wiki pages. The
questions are ours: `benchmarks/questions/pages-*.jsonl` on four raw pages, `training/questions/`
on pages of product documentation and on manuals of invented products that we wrote, of which one in
four was held back from training (the thresholds were tuned on those pages). The paragraphs
and questions of the CMRC 2018 trial set are not ours.

A question counts as found where a passage holds half of the answer's stretch of text or, on the raw
pages, all its facts.
"""

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from askwiki import AskWiki
from askwiki.answer.reader import bundled_reader, lay_out, weigh_question
from askwiki.embed import bundled_encoder
from askwiki.evaluate import read_questions
from askwiki.index import build_store
from askwiki.schema import Answer, Article, Section
from askwiki.settings import Settings
from askwiki.text import units
from searches import Passage, askwiki_searches, langchain_searches

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "training"))

from data import cmrc_trial  # noqa: E402
from pages import Corpus, Wanted, documentation, is_ours  # noqa: E402


def raw_pages(pages: Path, split: str) -> Iterator[Corpus]:
    """The pages as the importer reads them, with our questions."""
    with tempfile.TemporaryDirectory() as folder:
        articles = tuple(AskWiki.build(pages, folder).articles.values())
    items = read_questions(ROOT / f"benchmarks/questions/pages-{split}.jsonl")
    ids = {article.title: article.id for article in articles}
    wanted = [
        Wanted(item.question, ids.get(item.article or "", item.article or ""), None, item.facts)
        for item in items
    ]
    yield Corpus(articles, tuple(wanted))


def encyclopaedia(data: Path) -> Iterator[Corpus]:
    """All paragraphs of the CMRC trial set; the answer's sentence is wanted."""
    readings = cmrc_trial(data)
    ids = {text: f"c{i}" for i, text in enumerate(sorted({r.context for r in readings}))}
    articles = [Article(k, "", t, (Section((), 0, len(t)),), k) for t, k in ids.items()]
    wanted = [
        Wanted(r.question, ids[r.context], (r.start, r.start + len(r.answer or "")))
        for r in readings
        if r.question.strip()  # one of them is empty
    ]
    yield Corpus(tuple(articles), tuple(wanted))


def judge(corpora: Iterator[Corpus]) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Per system hit@1 and hit@5; and of the final answers of askwiki."""
    settings = Settings.load()
    hits: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    finals: dict[str, list[float]] = defaultdict(list)
    for corpus in corpora:
        with tempfile.TemporaryDirectory() as folder:
            store = build_store(corpus.articles, bundled_encoder(), Path(folder))
        wiki = AskWiki._over(store, bundled_encoder(), settings)
        searches = langchain_searches(corpus.articles) | askwiki_searches(wiki)
        for wanted in corpus.wanted:
            for name, search in searches.items() if wanted.answerable else ():
                found = search(wanted.question)
                hits[name]["hit@1"].append(wanted.found_in(found[:1]))
                hits[name]["hit@5"].append(any(wanted.found_in([p]) for p in found))
            for name, value in _final(wiki.ask(wanted.question), wanted).items():
                finals[name].append(value)
    table = {name: {k: float(np.mean(v)) for k, v in rows.items()} for name, rows in hits.items()}
    return table, {name: float(np.mean(values)) for name, values in finals.items()}


def _final(answer: Answer, wanted: Wanted) -> dict[str, float]:
    refused = answer.status == "abstained"
    if not wanted.answerable:
        return {"not covered: refused": refused}
    quotes = [Passage(c.article_id, c.start, c.end, c.quote) for c in answer.citations]
    first = bool(quotes) and quotes[0].article_id == wanted.article
    whole = wanted.found_in(quotes)
    return {
        "right article cited first": first,
        "answer holds it": whole,
        "both": whole and first,
        "covered: refused": refused,
    }


def sentences(data: Path) -> dict[str, float]:
    """Top-1 and top-2 answer sentence of the reader alone, in the right paragraph of CMRC."""
    reader, idf = bundled_reader(), bundled_encoder().idf
    first, second = [], []
    for r in cmrc_trial(data):
        cut = units(r.context)
        page = reader.page(lay_out("", r.context, cut))
        scores = reader.read(weigh_question(r.question, idf), [page], [0.5]).scores[0]
        right = [i for i, unit in enumerate(cut) if unit.start <= r.start < unit.end]
        order = np.argsort(-scores, kind="stable").tolist()
        first.append(order[0] in right)
        second.append(bool(set(order[:2]) & set(right)))
    return {"top-1": float(np.mean(first)), "top-2": float(np.mean(second))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--split", choices=("tune", "test"), default="test")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "documents.md")
    arguments = parser.parse_args()
    lines = [
        "# Documents of others",
        "",
        "Made by `python benchmarks/documents.py`; see there.",
        "",
    ]
    pages = list(documentation(arguments.data))
    sets = {
        "Product documentation": (c for c in pages if not is_ours(c)),
        "Manuals of invented products": (c for c in pages if is_ours(c)),
    }
    sets["CMRC 2018 trial"] = encyclopaedia(arguments.data)
    if arguments.pages:
        sets = {f"Raw pages, {arguments.split}": raw_pages(arguments.pages, arguments.split)} | sets
    for name, corpora in sets.items():
        table, finals = judge(corpora)
        lines += [f"## {name}", "", "| system | hit@1 | hit@5 |", "|---|---|---|"]
        lines += [f"| {n} | {r['hit@1']:.3f} | {r['hit@5']:.3f} |" for n, r in table.items()]
        lines += ["", *(f"- {title}: {value:.3f}" for title, value in finals.items()), ""]
    alone = sentences(arguments.data)
    lines.append(
        "The reader alone, in the right paragraph of the CMRC trial: "
        + ", ".join(f"{name} {value:.3f}" for name, value in alone.items())
    )
    arguments.out.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
