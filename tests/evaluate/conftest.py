"""A wiki of two articles, and fakes that answer from a table."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from askwiki.errors import QuestionError, UnknownArticleError
from askwiki.schema import Answer, Chunk, Citation, Hit, Sentence

TEXTS = {
    "400": "400电话由企业付市话费。号码为十位。",
    "总机": "总机统一接听来电。内线拨 0 转总机。",
}
TITLES = {"400": "400 电话", "总机": "总机"}


def hit(article: str, heading: tuple[str, ...], text: str, rank: int = 1) -> Hit:
    chunk_id = f"{article}-{rank}"
    return Hit(Chunk(chunk_id, article, TITLES[article], heading, text, 0, len(text)), 1.0, rank)


def answered(article: str, *quotes: str, confidence: float = 0.8) -> Answer:
    """An answer that quotes `article`, a sentence and a citation a quote."""
    spots = [(TEXTS[article].index(quote), quote) for quote in quotes]
    citations = tuple(
        Citation(
            n, article, TITLES[article], "资费", f"{article}.md", None, quote, at, at + len(quote)
        )
        for n, (at, quote) in enumerate(spots, 1)
    )
    sentences = tuple(Sentence(c.quote, (c.number,), "verbatim") for c in citations)
    text = "".join(f"{c.quote}[{c.number}]" for c in citations)
    return Answer("", text, "answered", None, confidence, sentences, citations)


REFUSED = Answer("", "知识库没有收录。", "abstained", "no_evidence", 0.2)


class Wiki:
    """Answers and hits by question; a question without an answer raises a QuestionError."""

    def __init__(self, answers: dict[str, Answer], hits: dict[str, list[Hit]]) -> None:
        self.answers, self.hits = answers, hits
        self.asked: list[tuple[str, tuple[tuple[str, str], ...]]] = []
        self.retrieved: list[tuple[str, int]] = []

    def ask(self, question: str, history: Sequence[tuple[str, str]]) -> Answer:
        self.asked.append((question, tuple(history)))
        if question not in self.answers:
            raise QuestionError("问题太长")
        return self.answers[question]

    def retrieve(self, question: str, k: int) -> list[Hit]:
        self.retrieved.append((question, k))
        return self.hits.get(question, [])

    def article_text(self, article_id: str) -> str:
        if article_id not in TEXTS:
            raise UnknownArticleError(article_id)
        return TEXTS[article_id]


class Fakes:
    """What the tests of this folder build with; importlib mode lets them import no neighbour."""

    refused = REFUSED
    hit = staticmethod(hit)
    answered = staticmethod(answered)
    wiki = Wiki


@pytest.fixture
def fake() -> Fakes:
    return Fakes()


@pytest.fixture
def save(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file of questions."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
