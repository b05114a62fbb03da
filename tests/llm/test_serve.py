"""A real server and a real model: `transformers serve` over random weights, which babble."""

import asyncio
from pathlib import Path

from small_wiki import QUESTION, OpenWiki

from askwiki.schema import StreamEvent


def test_babble_over_the_wire_is_struck(
    open_wiki: OpenWiki, tiny_model: Path, transformers_server: str
) -> None:
    own = open_wiki().ask(QUESTION)
    limits = {"llm_deadline_s": 60.0, "llm_first_token_s": 60.0, "llm_max_tokens": 60}
    wiki = open_wiki(transformers_server, llm=f"openai:{tiny_model}", **limits)
    answer = wiki.ask(QUESTION)
    assert (answer.trace.model, answer.trace.notes[0]) == (
        "unproved",
        "language model: unproved",
    )
    assert answer.text.endswith(own.text)
    assert answer.sentences == own.sentences
    assert wiki.ask(QUESTION) == answer

    async def last() -> StreamEvent:
        return [event async for event in wiki.astream(QUESTION)][-1]

    assert asyncio.run(last()).answer == answer


def test_a_model_in_this_process_is_struck_too(open_wiki: OpenWiki, tiny_model: Path) -> None:
    limits = {"llm_deadline_s": 60.0, "llm_first_token_s": 60.0, "llm_max_tokens": 40}
    wiki = open_wiki(llm=f"local:{tiny_model}", **limits)
    answer = wiki.ask(QUESTION)
    assert answer.trace.model == "unproved"
    assert answer.sentences == open_wiki().ask(QUESTION).sentences


def test_a_model_in_this_process_stops_at_the_deadline(
    open_wiki: OpenWiki, tiny_model: Path
) -> None:
    wiki = open_wiki(
        llm=f"local:{tiny_model}", llm_max_tokens=16_000, llm_deadline_s=1.0, llm_first_token_s=1.0
    )
    answer = wiki.ask(QUESTION)
    assert answer.trace.model in ("failed", "unproved")
