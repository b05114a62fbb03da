"""question + hits -> Draft: the sentences chosen or written, each with the spans it rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from askwiki.question import Question
from askwiki.schema import Hit, Span

Shape = Literal["prose", "intro", "bullet", "step"]


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence of an answer before it is checked.

    `shape` says how it is set: running text, the line before a list, an item, a
    numbered step. `opens` starts a new paragraph.
    """

    text: str
    spans: tuple[Span, ...]
    shape: Shape = "prose"
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence that a language model wrote, before anybody knows whether it is true.

    `passages` are the numbers it names as its sources, from 1, unchecked; sentences of one `line`
    belong to the same item or paragraph.
    """

    text: str
    passages: tuple[int, ...] = ()
    shape: Shape = "prose"
    line: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer before it is checked; no sentences where nothing was found."""

    sentences: tuple[DraftSentence, ...] = ()
    signals: Mapping[str, float] = field(default_factory=dict)
    """Figures the confidence is made from."""


class Answerer(Protocol):
    """Chooses or writes an answer from the hits of one question or one part of it."""

    def draft(self, question: Question, query: str, hits: Sequence[Hit]) -> Draft: ...


__all__ = ["Answerer", "Draft", "DraftSentence", "Shape", "Written"]
