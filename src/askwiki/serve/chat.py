"""The components of the chat page, and what its buttons do.

All that a reader does is kept in `gr.State`, one per browser tab; the wiki itself is shared and
never changes. HTML is made in `render`, `reader` and `frame`, words are in `wording`.
"""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read while gradio is imported

import gradio as gr

from askwiki.errors import FeedbackError
from askwiki.serve import frame, reader, render
from askwiki.serve.feedback import Feedback, Vote, append_feedback
from askwiki.serve.render import Exchange
from askwiki.serve.wording import REASONS, Language, Words, words
from askwiki.settings import Settings
from askwiki.text import visible

if TYPE_CHECKING:
    from askwiki.pipeline import AskWiki

KEPT_EXCHANGES = 40
"""Older exchanges leave the page."""

REMEMBERED = 10
"""Exchanges handed to the wiki as history."""

WAITING = 64
"""Questions that may wait; more are turned away."""

_SCRIPT = (Path(__file__).parent / "page.js").read_text("utf-8")

_PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_IN_TURN: dict[str, Any] = {**_PRIVATE, "trigger_mode": "always_last"}
"""For questions: one sent while an answer is being finished comes next. With Gradio's default it
would be dropped without a word."""

_AT_ONCE: dict[str, Any] = {**_PRIVATE, "queue": False, "trigger_mode": "multiple"}
"""For what only shows something: it does not wait behind questions."""

_log = logging.getLogger(__name__)

Updates = dict[Any, Any]
Exchanges = tuple[Exchange, ...]
Votes = dict[int, Vote]


class Page:
    """The components, and the handlers between them."""

    def __init__(self, wiki: "AskWiki", settings: Settings) -> None:
        self._settings = settings
        self._wikis = {code: _speaking(wiki, code) for code in ("zh", "en")}
        self._articles, self._contents = wiki.articles, wiki.contents()
        self._examples, self._written = wiki.examples(), wiki.has_model
        start = words(settings.language)
        with gr.Blocks(title=start.title, analytics_enabled=False) as self.blocks:
            self._language = gr.State(settings.language)
            self._past = gr.State(())
            self._votes = gr.State({})
            self._lay_out(start)
            self._connect()
        self.blocks.queue(
            max_size=WAITING, api_open=False, default_concurrency_limit=settings.concurrency
        )

    # --- layout ------------------------------------------------------------------------------

    def _lay_out(self, start: Words) -> None:
        self._header = _html(frame.header(start, self._settings), "aw-top")
        with gr.Row(elem_id="aw-main"):
            with gr.Column(elem_id="aw-chat"):
                with gr.Column(elem_id="aw-log"):
                    self._before = _html(self._welcome(start), "aw-before")
                    self._now = _html("", "aw-now")
                self._notice = _html("", "aw-notice")
                self._lay_out_box(start)
            with gr.Column(elem_id="aw-side"), gr.Column(elem_id="aw-sheet"):
                self._tabs = _html(frame.tabs(start), "aw-tabbar")
                self._topics = _html(reader.topic_menu(self._contents, start), "aw-topics")
                self._source = _html(frame.hint(start.no_source), "aw-source")
                self._article = _html(frame.hint(start.no_article), "aw-article")

    def _lay_out_box(self, start: Words) -> None:
        with gr.Row(elem_id="aw-composer"):
            self._box = gr.Textbox(
                elem_id="aw-box",
                label=start.question_label,
                placeholder=start.placeholder,
                show_label=False,
                container=False,
                lines=1,
                max_lines=6,
                autofocus=False,
            )
            self._send = gr.Button(start.ask, elem_id="aw-send", variant="primary")

    def _connect(self) -> None:
        """Which action calls which handler; none can be called by name from outside."""
        state = [self._past, self._votes, self._language]
        asking = [self._before, self._now, self._notice, self._box, self._send, self._past]
        self._asks = [
            event(
                handler,
                inputs,
                asking,
                concurrency_id="ask",
                concurrency_limit=self._settings.concurrency,
                **_IN_TURN,
            )
            for event, handler, inputs in (
                (self._box.submit, self._ask, [self._box, *state]),
                (self._send.click, self._ask, [self._box, *state]),
                (self._before.ask, self._ask_offered, state),
                (self._now.ask, self._ask_offered, state),
            )
        ]
        for html in (self._before, self._now, self._source):
            html.cite(self._cite, [self._past, self._language], self._source, **_AT_ONCE)
        for html in (self._before, self._now, self._source, self._topics):
            html.article(self._open, self._language, self._article, **_AT_ONCE)
        self._connect_rest(state)

    def _connect_rest(self, state: list[Any]) -> None:
        whole = [self._before, self._now, self._notice]
        for html in (self._before, self._now):
            html.rate(self._rate, state, [*whole, self._votes], **_AT_ONCE)
        self._header.fresh(
            self._fresh,
            self._language,
            [*whole, self._send, self._past, self._votes, self._source],
            cancels=self._asks,
            **_AT_ONCE,
        )
        dressed = [self._header, self._tabs, self._topics, self._source, self._article]
        self._header.language(
            self._switch,
            state,
            [*whole, *dressed, self._box, self._send, self._language],
            **_AT_ONCE,
        )

    # --- handlers ----------------------------------------------------------------------------

    def _ask(
        self, question: str, past: Exchanges, votes: Votes, code: Language
    ) -> Iterator[Updates]:
        """Answer what is in the box, sentence by sentence."""
        say = words(code)
        problem = self._problem(question, say)
        if problem:
            yield {self._notice: frame.notice(problem)}
            return
        yield {
            self._before: render.exchanges(past, votes, say, self._examples),
            self._now: render.growing(question.strip(), "", say),
            self._notice: "",
            self._box: "",
            self._send: gr.update(interactive=False),
        }
        try:
            yield from self._answer(question.strip(), past, code)
        except Exception as error:
            _log.exception("a question could not be answered: %s", error)
            yield {self._now: render.broken(question.strip(), say)}
        yield {self._send: gr.update(interactive=True)}

    def _ask_offered(
        self, event: gr.EventData, past: Exchanges, votes: Votes, code: Language
    ) -> Iterator[Updates]:
        """Answer a question that was clicked on."""
        yield from self._ask(_text(event, "text"), past, votes, code)

    def _answer(self, question: str, past: Exchanges, code: Language) -> Iterator[Updates]:
        say = words(code)
        history = [(e.answer.question, e.answer.text) for e in past[-REMEMBERED:]]
        for event in self._wikis[code].stream(question, history):
            if event.answer is None:
                yield {self._now: render.growing(question, event.text, say)}
                continue
            one = Exchange(past[-1].number + 1 if past else 1, event.answer)
            yield {
                self._now: render.exchange(one, None, say, self._examples),
                self._past: (*past, one)[-KEPT_EXCHANGES:],
            }

    def _problem(self, question: str, say: Words) -> str:
        """What is wrong with the question, in one sentence; empty if nothing is."""
        length, limit = len(visible(question).strip()), self._settings.max_question_chars
        if not length:
            return say.empty
        return say.too_long.format(length, limit) if length > limit else ""

    def _cite(self, event: gr.EventData, past: Exchanges, code: Language) -> str:
        """Show one citation in the source panel."""
        say = words(code)
        one = _exchange(past, _number(event, "exchange"))
        wanted = _number(event, "citation")
        citations = one.answer.citations if one else ()
        chosen = next((c for c in citations if c.number == wanted), None)
        article = self._articles.get(chosen.article_id) if chosen else None
        if one is None or chosen is None or article is None:
            return frame.hint(say.gone)
        return reader.source_panel(one.number, chosen, citations, article, say)

    def _open(self, event: gr.EventData, code: Language) -> str:
        """Show an article in the viewer, with a span of it marked where one was asked for."""
        article = self._articles.get(_text(event, "article"))
        if article is None:
            return frame.hint(words(code).no_such_article)
        start, end = _number(event, "start"), _number(event, "end")
        return reader.article_view(article, words(code), (start, end) if end > start else None)

    def _rate(self, event: gr.EventData, past: Exchanges, votes: Votes, code: Language) -> Updates:
        """Write a thumb down in the feedback file; one an answer."""
        say = words(code)
        one = _exchange(past, _number(event, "exchange"))
        if one is None or one.number in votes:
            return {self._notice: "" if one else frame.notice(say.gone)}
        vote: Vote = "down" if _text(event, "vote") == "down" else "up"
        feedback = Feedback(one.answer, vote, _reason(event), code)
        try:
            append_feedback(self._settings.feedback, feedback)
        except FeedbackError as error:
            _log.error("%s", error)
            return {self._notice: frame.notice(say.not_saved)}
        votes = {**votes, one.number: vote}
        return {**self._conversation(past, votes, say), self._votes: votes}

    def _fresh(self, code: Language) -> Updates:
        """Empty the conversation."""
        say = words(code)
        return {
            **self._conversation((), {}, say),
            self._send: gr.update(interactive=True),
            self._past: (),
            self._votes: {},
            self._source: frame.hint(say.no_source),
        }

    def _switch(self, past: Exchanges, votes: Votes, code: Language) -> Updates:
        """Dress the whole page in the other language."""
        code = "zh" if code == "en" else "en"
        say = words(code)
        return {
            **self._conversation(past, votes, say),
            self._header: frame.header(say, self._settings),
            self._tabs: frame.tabs(say),
            self._topics: reader.topic_menu(self._contents, say),
            self._source: frame.hint(say.no_source),
            self._article: frame.hint(say.no_article),
            self._box: gr.update(label=say.question_label, placeholder=say.placeholder),
            self._send: gr.update(value=say.ask),
            self._language: code,
        }

    def _conversation(self, past: Exchanges, votes: Votes, say: Words) -> Updates:
        """The finished exchanges: the last one below, those before it above."""
        if not past:
            return {self._before: self._welcome(say), self._now: "", self._notice: ""}
        return {
            self._before: render.exchanges(past[:-1], votes, say, self._examples),
            self._now: render.exchanges(past[-1:], votes, say, self._examples),
            self._notice: "",
        }

    def _welcome(self, say: Words) -> str:
        return render.welcome(say, self._examples, written=self._written)


def _html(value: str, name: str) -> gr.HTML:
    return gr.HTML(value, elem_id=name, js_on_load=_SCRIPT, apply_default_css=False, padding=False)


def _speaking(wiki: "AskWiki", language: str) -> "AskWiki":
    """The same wiki, which shares everything, with its refusals in `language`."""
    return wiki.with_settings(wiki.settings.model_copy(update={"language": language}))


def _exchange(past: Exchanges, number: int) -> Exchange | None:
    return next((one for one in past if one.number == number), None)


# What a browser sends is not trusted: it may be of any type.


def _text(event: gr.EventData, name: str) -> str:
    data = event._data if isinstance(event._data, dict) else {}
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _number(event: gr.EventData, name: str) -> int:
    value = _text(event, name)
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else -1


def _reason(event: gr.EventData) -> str:
    """The reason that was chosen and what was typed beside it."""
    chosen = _number(event, "reason")
    given = [REASONS[chosen]] if 0 <= chosen < len(REASONS) else []
    more = _text(event, "more").strip()
    return "：".join([*given, *([more] if more else [])])
