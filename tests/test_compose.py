"""What the model's failure, refusal or invention turns an answer into."""

from collections.abc import Callable, Generator, Sequence

import pytest

from askwiki.answer import Draft, DraftSentence, Written
from askwiki.answer.deadline import Deadline
from askwiki.answer.generative import End
from askwiki.compose import Composed, Composer, Task
from askwiki.errors import ModelError
from askwiki.proof import Judgement, Source
from askwiki.schema import Article, Chunk, History, ModelPart, Section, Span

TEXT = "总机是统一入口。话费由单位承担。"
ARTICLE = Article("a", "总机", TEXT, (Section((), 0, len(TEXT)),), "a.md")
PASSAGES = [Chunk("c", "a", "总机", (), TEXT, 0, len(TEXT))]
DRAFT = Draft((DraftSentence(TEXT[8:], (Span("a", 8, 16),)),))
QUOTED = "话费由单位承担。"


class Judge:
    """Believes what begins with 真."""

    def judge(self, sentence: str, sources: Sequence[Source]) -> Judgement:
        true = sentence.startswith("真")
        return Judgement(true, (Span("a", 0, 8),) if true else (), () if true else ("number",), 1.0)


class Writer:
    """Writes what it is given; raises what is an error; calls what can be called."""

    def __init__(self, *items: str | ModelError | Callable[[], object], end: End = "whole") -> None:
        self.items, self.end = items, end
        self.closed = False

    def write(
        self, question: str, history: History, passages: Sequence[Chunk], deadline: Deadline
    ) -> Generator[Written | End, None, None]:
        try:
            for item in self.items:
                if isinstance(item, ModelError):
                    raise item
                if isinstance(item, str):
                    yield Written(item)
                else:
                    item()
            yield self.end
        finally:
            self.closed = True


def compose(writer: Writer, deadline: Deadline | None = None) -> list[str | Composed]:
    composer = Composer(writer, Judge(), {"a": ARTICLE})  # type: ignore[arg-type]
    task = Task("问？", (), PASSAGES, [DRAFT], deadline or Deadline(5), "zh")
    return list(composer.compose(task))


def whole(steps: list[str | Composed]) -> Composed:
    """The last step; what was shown before must be how its text begins."""
    *shown, last = steps
    assert isinstance(last, Composed)
    for text in shown:
        assert isinstance(text, str)
        assert last.proved.text.startswith(text)
    return last


def test_what_is_proved_is_shown_at_once_and_is_the_answer() -> None:
    steps = compose(Writer("真甲。", "真乙。", "假。"))
    assert steps[:2] == ["真甲。[1]", "真甲。[1]真乙。[1]"]
    composed = whole(steps)
    assert (composed.proved.text, composed.part) == ("真甲。[1]真乙。[1]", "wrote")
    assert composed.notes == (
        "language model: wrote",
        "its sentences: 3 judged, 1 struck (number 1)",
    )


@pytest.mark.parametrize(
    ("writer", "part", "label", "why"),
    [
        (Writer(ModelError("late")), "failed", "暂时没有应答", "failed (late)"),
        (Writer("假。", "真甲。"), "unproved", "未能逐句核实", "unproved"),
        (Writer(), "unproved", "未能逐句核实", "unproved"),
        (Writer(end="declined"), "declined", "没有从资料中得出答案", "declined"),
        (Writer("假。", ModelError("late")), "unproved", "未能逐句核实", "unproved"),
    ],
)
def test_the_articles_words_stand_in_under_a_label(
    writer: Writer, part: ModelPart, label: str, why: str
) -> None:
    steps = compose(writer)
    composed = whole(steps)
    first, second = composed.proved.text.split("\n\n")
    assert label in first
    assert second == f"{QUOTED}[1]"
    assert composed.part == part
    assert composed.notes[0] == f"language model: {why}"
    assert [sentence.verdict for sentence in composed.proved.sentences] == ["verbatim"]
    assert len(steps) == 1
    assert writer.closed


@pytest.mark.parametrize("rest", [(ModelError("unfinished"),), ("假甲。", "假乙。")])
def test_after_proved_sentences_the_label_says_where_they_end(
    rest: Sequence[str | ModelError],
) -> None:
    composed = whole(compose(Writer("真甲。", *rest)))
    own, label, quoted = composed.proved.text.split("\n\n")
    assert (own, quoted) == ("真甲。[1]", f"{QUOTED}[2]")
    assert "到此为止" in label


def test_a_reply_at_its_token_limit_is_labelled() -> None:
    composed = whole(compose(Writer("真甲。", end="cut")))
    assert composed.proved.text.startswith("真甲。[1]\n\n（语言模型的回答达到长度上限")
    assert composed.part == "cut"


def test_reading_stops_when_the_first_sentence_is_struck() -> None:
    reached: list[str] = []
    compose(Writer("假。", lambda: reached.append("more")))
    assert reached == []


def test_the_deadline_holds_while_sentences_come() -> None:
    deadline = Deadline(0.1)
    steps = compose(Writer("真甲。", lambda: Deadline(1).wait(0.15), "真乙。", "真丙。"), deadline)
    assert "真丙" not in whole(steps).proved.text
    assert whole(steps).notes[0] == "language model: failed (deadline)"


def test_once_given_up_nothing_more_comes() -> None:
    deadline = Deadline(5)
    writer = Writer("真甲。", deadline.give_up, ModelError("deadline"))
    assert compose(writer, deadline) == ["真甲。[1]"]
    assert writer.closed


def test_closing_the_iterator_closes_the_writer() -> None:
    writer = Writer("真甲。", "真乙。")
    composer = Composer(writer, Judge(), {"a": ARTICLE})  # type: ignore[arg-type]
    steps = composer.compose(Task("问？", (), PASSAGES, [DRAFT], Deadline(5), "zh"))
    next(steps)
    steps.close()
    assert writer.closed
