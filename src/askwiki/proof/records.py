"""What the judge is handed and what it hands back."""

from dataclasses import dataclass

from askwiki.schema import Span


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that a sentence may rest on: `article.text[start : start + len(text)] == text`.

    `heading` is the title and the headings above the passage, joined by a space.
    """

    article_id: str
    heading: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the judge makes of one sentence.

    `spans` are article offsets of the source's sentences that it rests on, empty where nothing
    bears it; `faults` name why it is not supported and are empty if it is; `score` runs from 0
    to 1.
    """

    supported: bool
    spans: tuple[Span, ...]
    faults: tuple[str, ...]
    score: float
