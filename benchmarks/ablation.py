"""What each part of the default is worth: the final answers with one part left out at a time.

    python benchmarks/ablation.py DATA [--pages PAGES] [--every 5] [--out benchmarks/ablation.md]

DATA and PAGES as in `benchmarks/documents.py`. Nothing is withheld for being unsure, and the weights
stay as they are, fitted with all parts. `--every` takes each so-many-th question of the wiki's test
split and of the manuals; six stand together there, so it should share no factor with six. "All facts" of documentation is half of the answer's stretch of text.

To compare with a former default, run this file in a checkout of it: it uses nothing that is newer
than the parts it leaves out.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

import numpy as np

from askwiki import AskWiki
from askwiki.answer.evidence import EvidenceScorer
from askwiki.answer.extractive import ExtractiveAnswerer
from askwiki.answer.reader import EvidenceReader, Page, Reading, bundled_reader
from askwiki.compose import load_composer
from askwiki.corpus import load_corpus
from askwiki.embed import bundled_encoder
from askwiki.evaluate import read_questions
from askwiki.evaluate.metrics import fact_recall
from askwiki.index import build_store
from askwiki.rerank import bundled_reranker
from askwiki.retrieve import Retriever
from askwiki.schema import Answer, Article
from askwiki.settings import Settings
from documents import raw_pages
from searches import Passage

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "training"))

from pages import documentation, is_ours  # noqa: E402


@dataclass(frozen=True, slots=True)
class Variant:
    """How a wiki is put together."""

    name: str
    dense_weight: float = Settings.model_fields["dense_weight"].default
    asked: bool = True
    reranker: bool = True
    reader: bool = True
    glossary: bool = True


VARIANTS = (
    Variant("the default"),
    Variant("words alone, no encoder", dense_weight=0.0),
    Variant("meaning alone, no words", dense_weight=1.0),
    Variant("no glossary, no sayings", glossary=False),
    Variant("no questions asked of sections", asked=False),
    Variant("no reranker", reranker=False),
    Variant("no evidence reader", reader=False),
)


class _Silent(EvidenceReader):
    """A reader that has no opinion."""

    def __init__(self) -> None: ...

    def page(self, sheet):  # type: ignore[no-untyped-def]
        """Without states: nothing is read."""
        return Page(sheet, np.zeros((0, 0), np.float16))

    def read(self, question, pages, shares):  # type: ignore[no-untyped-def]
        """Nought for every sentence."""
        return Reading([np.zeros(len(p.sheet.traits), np.float32) for p in pages], 0.0)


@contextmanager
def opened(variant: Variant, articles: Iterable[Article]) -> Iterator[AskWiki]:
    """A wiki of `articles` as `variant` has it."""
    if not variant.asked:
        articles = [
            replace(a, sections=tuple(replace(s, asked=()) for s in a.sections)) for a in articles
        ]
    settings = Settings.load(min_confidence=0.0, dense_weight=variant.dense_weight)
    encoder = bundled_encoder()
    with tempfile.TemporaryDirectory() as folder:
        store = build_store(articles, encoder, Path(folder))
    reader = bundled_reader() if variant.reader else _Silent()
    scorer = EvidenceScorer(encoder, reader, store.lexical, encoder.idf)
    wiki = AskWiki(
        store,
        Retriever(
            store, encoder, variant.dense_weight, bundled_reranker() if variant.reranker else None
        ),
        ExtractiveAnswerer(scorer),
        settings,
        load_composer(settings, store.articles, None),
    )
    if variant.glossary:
        yield wiki
    else:
        with mock.patch("askwiki.text.expansions", lambda *_: ()):
            yield wiki


Judge = Callable[[AskWiki], list[tuple[bool, bool]]]
"""Of every question: whether the right article is cited first, whether all facts are there."""


def wiki_judge(every: int) -> Judge:
    items = [i for i in read_questions(ROOT / "corpus/questions/test.jsonl") if not i.abstain]

    def judge(wiki: AskWiki) -> list[tuple[bool, bool]]:
        found = []
        for item in items[::every]:
            answer = wiki.ask(item.question, item.history)
            text = "\n".join(s.text for s in answer.sentences)
            found.append((_first(answer) == item.article, fact_recall(text, item.facts) == 1.0))
        return found

    return judge


def _first(answer: Answer) -> str:
    return answer.citations[0].article_id if answer.citations else ""


def corpus_judge(wanted, every: int = 1) -> Judge:  # type: ignore[no-untyped-def]
    def judge(wiki: AskWiki) -> list[tuple[bool, bool]]:
        found = []
        for one in [w for w in wanted if w.answerable][::every]:
            answer = wiki.ask(one.question)
            quotes = [Passage(c.article_id, c.start, c.end, c.quote) for c in answer.citations]
            found.append((_first(answer) == one.article, one.found_in(quotes)))
        return found

    return judge


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--every", type=int, default=5)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "ablation.md")
    arguments = parser.parse_args()
    sets: dict[str, list[tuple[Sequence[Article], Judge]]] = {
        "our wiki": [(load_corpus(ROOT / "corpus").articles, wiki_judge(arguments.every))]
    }
    if arguments.pages:
        raw = raw_pages(arguments.pages, "test")
        sets["raw pages"] = [(c.articles, corpus_judge(c.wanted)) for c in raw]
    for corpus in documentation(arguments.data):
        name = "manuals" if is_ours(corpus) else "documentation"
        every = arguments.every if is_ours(corpus) else 1
        sets.setdefault(name, []).append((corpus.articles, corpus_judge(corpus.wanted, every)))
    lines = [
        "# What each part is worth",
        "",
        f"`python benchmarks/ablation.py DATA --pages PAGES --every {arguments.every}`; each cell: the "
        "right article cited first / all facts in the answer / both.",
        "",
        f"| | {' | '.join(sets)} |",
        f"|---|{'---|' * len(sets)}",
    ]
    counts: dict[str, int] = {}
    for variant in VARIANTS:
        cells = []
        for name, corpora in sets.items():
            judged: list[tuple[bool, bool]] = []
            for articles, judge in corpora:
                with opened(variant, articles) as wiki:
                    judged += judge(wiki)
            counts[name] = len(judged)
            first, whole = np.mean(judged, axis=0)
            both = np.mean([a and b for a, b in judged])
            cells.append(f"{first:.3f} / {whole:.3f} / {both:.3f}")
        lines.append(f"| {variant.name} | {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    lines += ["", "Questions: " + ", ".join(f"{n} {c}" for n, c in counts.items()) + "."]
    arguments.out.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
