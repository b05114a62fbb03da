"""What a model writes, proved sentence by sentence; where it fails, the articles' own sentences."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from askwiki.answer import Draft, Written
from askwiki.answer.deadline import Deadline
from askwiki.answer.refusal import Language, say
from askwiki.cite import Judges, Proved, Prover
from askwiki.errors import ModelError
from askwiki.schema import Article, Chunk, History, ModelPart
from askwiki.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from askwiki.answer.generative import End, Writer


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be answered: a question that stands alone, from passages, in the given time.

    `drafts` are what stands in where the model fails; `language` is that of the labels.
    """

    question: str
    history: History
    passages: Sequence[Chunk]
    drafts: Sequence[Draft]
    deadline: Deadline
    language: Language


@dataclass(frozen=True, slots=True)
class Composed:
    """A whole answer, the model's part in it, and notes for the trace."""

    proved: Proved
    part: ModelPart
    notes: tuple[str, ...]


def load_composer(
    settings: Settings, articles: Mapping[str, Article], llm: "BaseChatModel | None" = None
) -> "Composer | None":
    """A composer over the model of the settings, or over `llm`; None where there is neither.

    Raises:
        SettingsError: the model cannot be set up.
    """
    if llm is None and not (settings.llm or settings.llm_fault):
        return None
    # Most of what writes and judges is slow to import, and no use without a model.
    from askwiki.answer.generative import Writer
    from askwiki.answer.models import load_model
    from askwiki.proof import bundled_judge

    return Composer(Writer(load_model(settings, llm), settings), bundled_judge(), articles)


class Composer:
    """Has answers written and proves them; threads may share it."""

    def __init__(self, writer: "Writer", judge: Judges, articles: Mapping[str, Article]) -> None:
        self._writer, self._judge, self._articles = writer, judge, articles

    def standing_alone(self, question: str, history: History, deadline: Deadline) -> str:
        """`question` without what it leans on, as the model writes it; empty where it does not.

        It may take a third of the time that is left.
        """
        own = Deadline(deadline.left() / 3)
        deadline.when_given_up(own.give_up)
        return self._writer.rewrite(question, history, own)

    def compose(self, task: Task) -> Generator[str | Composed, None, None]:
        """The Markdown each time a sentence is proved, then the whole; nothing more once given up.

        What has been shown is never taken back: where the model fails after that, a label and the
        articles' own sentences follow it.
        """
        prover = Prover(self._articles, self._judge, task.passages, task.question)
        why = ""
        try:
            sentences = self._writer.write(
                task.question, task.history, task.passages, task.deadline
            )
            with closing(sentences):
                part = yield from _proved(sentences, prover, task.deadline)
        except ModelError as error:
            part, why = "failed", f" ({error.kind})"
        if task.deadline.given_up:
            return
        notes = (f"language model: {part}{why}", _counts(prover))
        _finish(prover, part, task)
        yield Composed(prover.proved(), part, tuple(note for note in notes if note))


def _proved(
    sentences: "Iterable[Written | End]", prover: Prover, deadline: Deadline
) -> Generator[str, None, ModelPart]:
    """The text so far each time it grows; returns what the model's part came to."""
    for item in sentences:
        if not isinstance(item, Written):
            return _part(item, prover)
        if prover.add_written(item):
            yield prover.text
        if prover.core_is_struck:
            return "unproved"
        if not deadline.left():
            raise ModelError("deadline")
    raise ModelError("unfinished")


def _part(end: "End", prover: Prover) -> ModelPart:
    if end == "declined":
        return "declined"
    if not prover.core_stands:
        return "unproved"
    return "cut" if end == "cut" else "wrote"


def _finish(prover: Prover, part: ModelPart, task: Task) -> None:
    """Label what is not the model's whole answer, and let the drafts stand in where it has none."""
    if part == "wrote":
        return
    if part == "cut":
        prover.add_note(say("model_cut", task.language))
        return
    prover.add_note(say("model_part" if prover.text else f"model_{part}", task.language))
    prover.add_drafts(task.drafts)


def _counts(prover: Prover) -> str:
    if not prover.judged:
        return ""
    faults = ", ".join(f"{name} {count}" for name, count in sorted(prover.faults.items()))
    reasons = f" ({faults})" if faults else ""
    return f"its sentences: {prover.judged} judged, {prover.struck} struck{reasons}"
