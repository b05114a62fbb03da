"""The records that the rooms hand to each other.

All are frozen: a room that changes something makes a new record with
`dataclasses.replace`. Offsets are half-open and count Python code points in
`Article.text`; scores are higher-is-better; ranks start at 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Status = Literal["answered", "partial", "abstained"]
Reason = Literal["no_evidence", "out_of_scope", "unclear", "human_requested", "model_unavailable"]
Verdict = Literal["verbatim", "supported", "unsupported"]
ModelPart = Literal["", "wrote", "cut", "unproved", "declined", "failed"]
"""What a language model did for an answer: it was not asked; it wrote it; it wrote up to its token
limit; what it wrote was not proved; it found no answer in the passages; it gave none in time. In the
last three the articles' own sentences stand in."""

LEVELS = ("入门", "进阶", "专家")
"""Whom an article is written for, from the beginner up."""


@dataclass(frozen=True, slots=True)
class Section:
    """One section of an article: its own text, up to the next heading of any level.

    `path` holds the headings from the top down and is empty for the lead.
    """

    path: tuple[str, ...]
    start: int
    end: int
    asked: tuple[str, ...] = ()
    """Questions in everyday words that it answers: searched, never shown as text."""


@dataclass(frozen=True, slots=True)
class Article:
    """One article. `text` is the canonical plain text that all offsets count in."""

    id: str
    title: str
    text: str
    sections: tuple[Section, ...]
    source: str
    """Path of the file below the corpus folder, with forward slashes."""
    url: str | None = None
    updated: str | None = None
    """ISO date, as the article states it."""
    topic: tuple[str, ...] = ()
    """Topic path, at most three levels, for the menu."""
    aliases: tuple[str, ...] = ()
    level: str = ""
    """For whom it is written, one of `LEVELS`; "" where it does not say."""
    related: tuple[str, ...] = ()
    """Ids of articles to read next."""
    references: tuple[str, ...] = ()
    """Names of the standards, recommendations and regulations that its facts rest on."""
    review: str | None = None
    """ISO date by which its facts shall be read again."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage as it is indexed: a section, or a part of a long one.

    `title`, `heading` and `asked` belong to what is indexed but not to `text`:
    `article.text[start:end] == text`.
    """

    id: str
    article_id: str
    title: str
    heading: tuple[str, ...]
    text: str
    start: int
    end: int
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One retrieved chunk; a rank is None where that arm did not find it."""

    chunk: Chunk
    score: float
    rank: int
    lexical_rank: int | None = None
    dense_rank: int | None = None
    lexical_score: float = 0.0
    """BM25 over the best score this query could reach, 0 to 1."""
    dense_score: float = 0.0
    """Cosine of query and chunk."""
    why: str = ""
    """One line on why the hit was kept, for the trace."""
    lifted: float = 0.0
    """The part of `score` that the question's words did not earn: what the conversation before it
    added, or a heading that defines where a definition is asked for, less what a heading lost that
    answers the opposite."""
    match_score: float = 0.0
    """What the reranker made of it, -1 to 1; 0 where it did not look."""
    asked: bool = False
    """Whether this question was asked of the section before, by its `asked` wordings."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of an article, chosen as evidence."""

    article_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a sentence comes from: `article.text[start:end] == quote`."""

    number: int
    article_id: str
    title: str
    section: str
    source: str
    url: str | None
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the answer with the numbers of its citations and the verdict on them."""

    text: str
    citations: tuple[int, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An article that may help where the answer does not."""

    article_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Trace:
    """How an answer came about; the same for the same question on the same index."""

    query: str = ""
    """What was searched for, after the history was taken into account."""
    kind: str = ""
    """What the question asks for: fact, procedure, list, definition …"""
    parts: tuple[str, ...] = ()
    """The questions it was split into."""
    hits: tuple[Hit, ...] = ()
    signals: Mapping[str, float] = field(default_factory=dict)
    """The figures the confidence was made from."""
    notes: tuple[str, ...] = ()
    model: ModelPart = ""
    read_as: str = ""
    """The question as it was meant, where characters in it were typed for others of their sound."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or a plain refusal to give one.

    `text` is Markdown with `[1]` markers, what a further section says under its
    heading in bold; `confidence` the calibrated chance from 0 to 1 that the
    answer is right; `reason` set unless `status` is "answered".
    """

    question: str
    text: str
    status: Status
    reason: Reason | None = None
    confidence: float = 0.0
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    trace: Trace = field(default_factory=Trace)

    def to_dict(self) -> dict[str, Any]:
        """Everything in plain lists, dicts, strings and numbers, ready for `json.dumps`."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One step of a streamed answer: the Markdown so far; `answer` only on the last one."""

    text: str
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One past exchange of a conversation."""

    question: str
    answer: str = ""


History = Sequence[Turn | tuple[str, str]]
