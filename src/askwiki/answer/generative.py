"""The answerer with a language model: passages -> sentences as the model writes them, unproved."""

import logging
import re
from collections.abc import AsyncGenerator, Generator, Iterator, Sequence
from contextlib import closing
from typing import Any, Literal

from askwiki.answer import Written
from askwiki.answer.breaker import Breaker
from askwiki.answer.calls import Chunks, Ending, Piece, pieces
from askwiki.answer.deadline import Deadline
from askwiki.answer.models import Model, Way
from askwiki.answer.prompt import messages, rewriting_messages
from askwiki.answer.reply import ReplyReader
from askwiki.errors import ModelError
from askwiki.schema import Chunk, History
from askwiki.settings import Settings

_log = logging.getLogger(__name__)

End = Ending | Literal["declined"]
"""How a reply ended: whole, cut at its token limit, or with nothing found in the passages."""


class Writer:
    """Writes with one language model; threads may share it.

    Raises (from `write`):
        ModelError: the model gave no answer; what came before it may be unfinished.
    """

    def __init__(self, model: Model, settings: Settings) -> None:
        self._model = model
        self._first_token_s = settings.llm_first_token_s
        self._breaker = Breaker(settings.llm_cooldown_s)
        self._ways = list(model.ways)

    def write(
        self, question: str, history: History, passages: Sequence[Chunk], deadline: Deadline
    ) -> Generator[Written | End, None, None]:
        """Sentences as they are finished, then how the reply ended; closing it ends the call."""
        if not self._breaker.allows():
            raise ModelError("left alone")
        outcome = self._breaker.gave_up
        try:
            for item in self._write(question, history, passages, deadline):
                if not isinstance(item, Written):
                    # Before it is handed on: the reader need not come back for more.
                    outcome = self._breaker.succeeded
                yield item
        except ModelError as error:
            if not deadline.given_up:
                outcome = self._breaker.failed
                _log.warning("the language model %s gave no answer: %s", self._model.name, error)
            raise
        finally:
            outcome()

    def rewrite(self, question: str, history: History, deadline: Deadline) -> str:
        """`question` as it stands alone after `history`; empty where the model gives none in time."""
        if not self._breaker.allows():
            return ""
        told = rewriting_messages(question, history)
        plain = [way for way in self._ways if not way.structured]
        way = next(iter(plain), self._ways[-1])

        def start() -> AsyncGenerator[Any, None]:
            return self._model.open(told, way.arguments)

        outcome = self._breaker.gave_up
        try:
            text = "".join(piece.text for piece in self._pieces(start, deadline))
            outcome = self._breaker.succeeded
        except ModelError as error:
            if not deadline.given_up:
                outcome = self._breaker.failed
                _log.warning("the language model %s rewrote nothing: %s", self._model.name, error)
            return ""
        finally:
            outcome()
        return rewritten(text)

    def _write(
        self, question: str, history: History, passages: Sequence[Chunk], deadline: Deadline
    ) -> Iterator[Written | End]:
        ways = self._ways
        for way in ways:
            told = messages(question, history, passages, structured=way.structured)

            def start(way: Way = way, told: Any = told) -> AsyncGenerator[Any, None]:
                return self._model.open(told, way.arguments)

            try:
                for item in _read(self._pieces(start, deadline)):
                    self._ways = ways[ways.index(way) :]
                    yield item
                return
            except ModelError as error:
                # Rejected before a word was written: there may be another way to ask.
                if error.kind != "rejected" or way is ways[-1]:
                    raise
                _log.info("%s rejects %s", self._model.name, ", ".join(way.arguments))

    def _pieces(self, start: Chunks, deadline: Deadline) -> Generator[Piece, None, None]:
        says_its_end = self._model.says_its_end
        return pieces(start, deadline, self._first_token_s, says_its_end=says_its_end)


REWRITTEN_CHARS = 200
"""A longer text is no question."""


def rewritten(reply: str) -> str:
    """The question in the model's reply; empty where it holds none, or more than that."""
    lines = [line.strip(" \t“”\"'「」") for line in reply.strip().splitlines()]
    question = lines[0] if len(lines) == 1 else ""
    usable = 0 < len(question) <= REWRITTEN_CHARS and not _NO_QUESTION.search(question)
    return question if usable else ""


_NO_QUESTION = re.compile(r"https?:|www\.|[<>{}`\[\]]|：$")


def _read(reply: Generator[Piece, None, None]) -> Iterator[Written | End]:
    reader = ReplyReader()
    ending: Ending = "whole"
    with closing(reply):
        for piece in reply:
            yield from reader.feed(piece.text)
            ending = piece.ending or ending
    yield from reader.close(whole=ending == "whole")
    yield "declined" if reader.declined else ending
