"""A model's reply as it streams in, in JSON or in plain text, whichever it turns out to be."""

import json
import re
from dataclasses import replace
from typing import Any

from askwiki.answer import Written
from askwiki.answer.markers import SentenceReader
from askwiki.answer.prompt import NOT_ANSWERED

_THINKS, _THOUGHT = "<think>", "</think>"
_JSON = re.compile(r"(?:```(?:json)?\s*)?\{")
_COULD_BE_JSON = re.compile(r"`{1,3}(?:j(?:s(?:on?)?)?)?\s*$")


class ReplyReader:
    """Feed it a reply as it comes; it gives back whole sentences.

    `declined` says that the model found no answer in the passages.
    """

    def __init__(self) -> None:
        self._start = ""
        self._reader: SentenceReader | _JsonReader | None = None
        self.declined = False

    def feed(self, text: str) -> list[Written]:
        """The sentences that `text` has completed."""
        if self._reader is not None:
            return self._kept(self._reader.feed(text))
        self._start += text
        start = _thoughtless(self._start)
        if not start or _COULD_BE_JSON.fullmatch(start):
            return []
        self._reader = _JsonReader() if _JSON.match(start) else SentenceReader()
        return self._kept(self._reader.feed(start))

    def close(self, *, whole: bool) -> list[Written]:
        """The last sentences; one that breaks off is left out unless the reply is `whole`."""
        if self._reader is None:
            return []
        found = self._kept(self._reader.close(whole=whole))
        if isinstance(self._reader, _JsonReader):
            self.declined = self.declined or self._reader.declined
        return found

    def _kept(self, found: list[Written]) -> list[Written]:
        declines = [w for w in found if w.text.strip("【】[]《》“”。.!！ ") == NOT_ANSWERED]
        self.declined = self.declined or bool(declines)
        return [w for w in found if w not in declines]


def _thoughtless(text: str) -> str:
    """`text` without the thinking before it; empty while that goes on or may begin."""
    text = text.lstrip()
    if text.startswith(_THINKS):
        _, _, text = text.partition(_THOUGHT)
        return text.lstrip()
    return "" if _THINKS.startswith(text) else text


class _JsonReader:
    """Reads the sentences of `REPLY_SCHEMA` one by one, before the object is whole."""

    def __init__(self) -> None:
        self._text, self._at, self._line = "", -1, 0
        self._prose = False
        self.declined = False

    def feed(self, text: str) -> list[Written]:
        self._text += text
        if self._at < 0:
            opening = re.search(r'"sentences"\s*:\s*\[', self._text)
            if opening is None:
                return []
            self._at = opening.end()
        found: list[Written] = []
        while (item := self._next_item()) is not None:
            found += self._written(item)
        return found

    def close(self, *, whole: bool) -> list[Written]:
        self.declined = bool(re.search(r'"answered"\s*:\s*false', self._text))
        return []

    def _next_item(self) -> Any:
        start = re.compile(r"[\s,]*(?=\{)").match(self._text, self._at)
        if start is None or "}" not in self._text[start.end() :]:
            return None
        try:
            item, self._at = json.JSONDecoder().raw_decode(self._text, start.end())
        except ValueError:  # not whole yet
            return None
        return item

    def _written(self, item: Any) -> list[Written]:
        text, named = item.get("text"), item.get("passages")
        if not isinstance(text, str):
            return []
        numbers = named if isinstance(named, list) else []
        numbers = [n for n in numbers if isinstance(n, int) and not isinstance(n, bool)]
        reader = SentenceReader()
        found = [*reader.feed(text), *reader.close(whole=True)]
        # Prose runs on, an item has a line of its own.
        prose = all(written.shape == "prose" for written in found)
        self._line += not (prose and self._prose)
        self._prose = prose
        return [
            replace(w, passages=tuple(dict.fromkeys([*numbers, *w.passages])), line=self._line)
            for w in found
        ]
