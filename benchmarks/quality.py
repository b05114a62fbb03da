"""Retrieval and answers beside the usual recipes, on the test questions that ship with the corpus.

    python benchmarks/quality.py [--questions corpus/questions/test.jsonl] [--out benchmarks/quality.md]

Systems, all over the same cleaned articles and in the same run:

- BM25: our sections and tokens, the questions asked of each section included, no vectors, no
  glossary.
- LangChain: RecursiveCharacterTextSplitter 500/50, BM25Retriever over jieba words, FAISS over the
  bundled encoder (no other model can be had offline), EnsembleRetriever half and half.
- LangChain, BM25 only: the same without vectors.
- askwiki: the default build.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import jieba
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from askwiki import AskWiki
from askwiki.embed import bundled_encoder
from askwiki.evaluate import Item, read_questions
from askwiki.evaluate.metrics import fact_recall
from askwiki.retrieve import query_terms
from askwiki.schema import Article

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Passage:
    """What a system retrieved: a stretch of an article."""

    article_id: str
    start: int
    end: int
    text: str


Search = Callable[[str], Sequence[Passage]]


class BundledEmbeddings(Embeddings):
    """The bundled encoder behind LangChain's interface."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return bundled_encoder().encode_documents(texts).tolist()

    def embed_query(self, text: str) -> list[float]:
        return bundled_encoder().encode_query([text])[0].tolist()


def langchain_documents(articles: Sequence[Article]) -> list[Document]:
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=500, chunk_overlap=50, add_start_index=True
    )
    whole = [
        Document(article.text, metadata={"id": article.id, "title": article.title})
        for article in articles
    ]
    return splitter.split_documents(whole)


def langchain_searches(articles: Sequence[Article]) -> dict[str, Search]:
    documents = langchain_documents(articles)
    words = BM25Retriever.from_documents(documents, preprocess_func=jieba.lcut, k=5)
    vectors = FAISS.from_documents(documents, BundledEmbeddings()).as_retriever(
        search_kwargs={"k": 5}
    )
    both = EnsembleRetriever(retrievers=[words, vectors], weights=[0.5, 0.5])

    def search(retriever: BM25Retriever | EnsembleRetriever) -> Search:
        return lambda question: [_passage(d) for d in retriever.invoke(question)[:5]]

    return {"LangChain, BM25 only": search(words), "LangChain": search(both)}


def _passage(document: Document) -> Passage:
    start = document.metadata["start_index"]
    text = document.page_content
    return Passage(document.metadata["id"], start, start + len(text), text)


def askwiki_searches(wiki: AskWiki) -> dict[str, Search]:
    chunks, lexical = wiki.store.chunks, wiki.store.lexical

    def bm25(question: str) -> list[Passage]:
        weights = dict.fromkeys(query_terms(question), 1.0)
        ids, _ = lexical.search(weights, 5)
        return [Passage(c.article_id, c.start, c.end, c.text) for c in (chunks[i] for i in ids)]

    def ours(question: str) -> list[Passage]:
        found = [hit.chunk for hit in wiki.retrieve(question, 5)]
        return [Passage(c.article_id, c.start, c.end, c.text) for c in found]

    return {"BM25 on our sections": bm25, "askwiki": ours}


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
    totals = dict.fromkeys(("hit@1", "hit@5", "facts@1", "facts@5", "recall of passage 1"), 0.0)
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
        totals["facts@1"] += any(whole[:1])
        totals["facts@5"] += any(whole)
        totals["recall of passage 1"] += fact_recall(found[0].text, item.facts) if found else 0
    figures = {name: total / len(items) for name, total in totals.items()}
    return figures | {"median ms": sorted(took)[len(took) // 2] * 1000}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=Path, default=ROOT / "corpus/questions/test.jsonl")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "quality.md")
    arguments = parser.parse_args()
    items = [item for item in read_questions(arguments.questions) if not item.abstain]
    with tempfile.TemporaryDirectory() as folder:
        wiki = AskWiki.build(ROOT / "corpus", folder)
        articles = dict(wiki.articles)
        searches = langchain_searches(list(articles.values())) | askwiki_searches(wiki)
        rows = {name: judge(search, items, articles) for name, search in searches.items()}
        answers = answer_figures(wiki, items, read_questions(arguments.questions))
    write(arguments, items, rows, answers)


def answer_figures(
    wiki: AskWiki, items: Sequence[Item], everything: Sequence[Item]
) -> dict[str, dict[str, float]]:
    """Of the final answers: per kind of answerable question, and the share refused per kind."""
    recall: dict[str, list[float]] = {}
    for item in items:
        answer = wiki.ask(item.question)
        text = "\n".join(sentence.text for sentence in answer.sentences)
        recall.setdefault(item.kind, []).append(fact_recall(text, item.facts) if text else 0.0)
    refused: dict[str, list[float]] = {}
    for item in everything:
        kind = item.kind if item.abstain else "answerable"
        refused.setdefault(kind, []).append(wiki.ask(item.question).status == "abstained")
    return {
        "fact recall": {kind: sum(v) / len(v) for kind, v in recall.items()},
        "all facts": {kind: sum(r == 1 for r in v) / len(v) for kind, v in recall.items()},
        "refused": {kind: sum(v) / len(v) for kind, v in refused.items()},
    }


def write(
    arguments: argparse.Namespace,
    items: Sequence[Item],
    rows: dict[str, dict[str, float]],
    answers: dict[str, dict[str, float]],
) -> None:
    names = list(next(iter(rows.values())))
    lines = [
        "# Quality",
        "",
        "Made by `python benchmarks/quality.py`. "
        f"{len(items)} answerable test questions of `corpus/questions/{arguments.questions.name}` "
        "over the default corpus; nothing was trained or tuned on them. `hit@k`: the expected "
        "section is among the first k passages (half of the section or of the passage shared). "
        "`facts@k`: one of the first k passages alone holds every fact.",
        "",
        "| system | " + " | ".join(names) + " |",
        "|---" * (len(names) + 1) + "|",
    ]
    for system, figures in rows.items():
        cells = [f"{v:.1f}" if "ms" in n else f"{v:.3f}" for n, v in figures.items()]
        lines.append(f"| {system} | " + " | ".join(cells) + " |")
    lines += ["", "## Final answers of askwiki", ""]
    for title, figures in answers.items():
        lines.append(f"- {title}: " + ", ".join(f"{k} {v:.3f}" for k, v in figures.items()))
    arguments.out.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
