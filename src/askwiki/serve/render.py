"""Answers -> HTML.

Pure functions. Whatever comes from an article or a reader is escaped here, once, on its way into
a tag; nothing is ever handed to a Markdown renderer.

A button says what it does in `data-event` (sent to the server) or `data-do` (done in the
browser), with its arguments beside it; `page.js` reads both.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from askwiki.schema import Answer, Suggestion
from askwiki.serve.feedback import Vote
from askwiki.serve.wording import Words, level


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of a conversation with its answer; `number` counts from 1."""

    number: int
    answer: Answer


def button(
    label: str, *, kind: str = "link", name: str = "", pressed: bool | None = None, **data: object
) -> str:
    """A button; `label` is HTML, `name` what a screen reader says, `data` its arguments."""
    attributes = "".join(
        f' data-{key.replace("_", "-")}="{escape(str(value))}"' for key, value in data.items()
    )
    if name:
        attributes += f' aria-label="{escape(name)}" title="{escape(name)}"'
    if pressed is not None:
        attributes += f' aria-pressed="{str(pressed).lower()}"'
    return f'<button type="button" class="aw-{kind}"{attributes}>{label}</button>'


# --- the conversation ----------------------------------------------------------------------------


def welcome(words: Words, examples: Sequence[str], *, written: bool = False) -> str:
    """What an empty conversation shows: a greeting and questions to start from.

    `written` says that a language model writes the answers.
    """
    chips = "".join(button(escape(e), kind="chip", event="ask", text=e) for e in examples)
    asked = f'<p class="aw-quiet">{words.try_asking}</p><div class="aw-chips">{chips}</div>'
    return (
        f'<section class="aw-welcome"><h2>{words.welcome}</h2>'
        f"<p>{words.welcome_written if written else words.welcome_more}</p>"
        f"{asked if examples else ''}</section>"
    )


def exchanges(
    past: Sequence[Exchange], votes: Mapping[int, Vote], words: Words, examples: Sequence[str]
) -> str:
    """Several exchanges, oldest first."""
    return "".join(exchange(one, votes.get(one.number), words, examples) for one in past)


def exchange(one: Exchange, vote: Vote | None, words: Words, examples: Sequence[str]) -> str:
    """A question and its whole answer with everything that can be done with it."""
    answer = one.answer
    body = answer_body(answer, one.number, words, examples)
    return _frame(
        answer.question,
        f'<div class="aw-text" lang="zh-CN">{body}</div>'
        + _related(answer, words)
        + _facts(answer, words)
        + _tools(one, vote, words),
        words,
        answer.status,
    )


def growing(question: str, text: str, words: Words) -> str:
    """A question whose answer is still being streamed; `text` is its Markdown so far."""
    if text:
        body = f'<div class="aw-text" lang="zh-CN">{markdown(text)}</div>'
    else:
        body = f'<p class="aw-thinking" role="status">{words.thinking}</p>'
    return _frame(question, body, words, "growing")


def broken(question: str, words: Words) -> str:
    """A question that could not be answered because something went wrong."""
    return _frame(question, f'<p class="aw-alert" role="alert">{words.failed}</p>', words, "failed")


def _frame(question: str, body: str, words: Words, status: str) -> str:
    return (
        f'<article class="aw-exchange" data-status="{status}">'
        f'<h3 class="aw-question"><span class="aw-hidden">{words.you}</span>'
        f"<span>{escape(question)}</span></h3>"
        f'<div class="aw-answer"><h4 class="aw-hidden">{words.assistant}</h4>{body}</div></article>'
    )


def answer_body(answer: Answer, number: int, words: Words, examples: Sequence[str]) -> str:
    """The answer's Markdown as HTML, its markers and the items it offers as buttons."""
    markers = {
        c.number: button(
            str(c.number),
            kind="marker",
            name=f"{words.marker.format(c.number)}：《{c.title}》",
            event="cite",
            exchange=number,
            citation=c.number,
        )
        for c in answer.citations
    }
    offers: dict[str, str] = {}
    if answer.status == "abstained":
        offers = {e: button(escape(e), event="ask", text=e) for e in examples}
        offers |= {s.title: _article_button(s) for s in answer.suggestions}
    return markdown(answer.text, markers, offers)


def _article_button(suggestion: Suggestion) -> str:
    return button(escape(suggestion.title), event="article", article=suggestion.article_id)


def _related(answer: Answer, words: Words) -> str:
    if answer.status == "abstained" or not answer.suggestions:
        return ""
    items = "".join(f"<li>{_article_button(s)}</li>" for s in answer.suggestions)
    return f'<div class="aw-related"><span>{words.related}</span><ul>{items}</ul></div>'


def _facts(answer: Answer, words: Words) -> str:
    """What was searched for where slips were put right; how sure an answer is, what it rests on."""
    facts = [words.read_as.format(escape(answer.trace.read_as))] if answer.trace.read_as else []
    if answer.status == "abstained":
        return _line(facts)
    facts += [words.partial] if answer.status == "partial" else []
    facts.append(words.confidence.format(level(answer.confidence, words)))
    facts += _made(answer, words)
    facts.append(words.cites.format(len(answer.citations)))
    return _line(facts)


def _line(facts: Sequence[str]) -> str:
    spans = "".join(f"<span>{fact}</span>" for fact in facts)
    return f'<p class="aw-facts">{spans}</p>' if facts else ""


def _made(answer: Answer, words: Words) -> list[str]:
    """Whose words the answer is in, and whether they are less than the model's whole answer."""
    made = []
    if any(sentence.verdict == "supported" for sentence in answer.sentences):
        made.append(words.written)
    elif answer.sentences:
        made.append(words.verbatim)
    if answer.trace.model in ("unproved", "declined", "failed"):
        made.append(words.stands_in)
    return [*made, words.cut] if answer.trace.model == "cut" else made


def _tools(one: Exchange, vote: Vote | None, words: Words) -> str:
    """Copy and thumbs; once a thumb is given, thanks in its place."""
    copied = button(
        f"<span>{words.copy}</span>",
        kind="tool",
        do="copy",
        text=plain(one.answer, words),
        done=words.copied,
    )
    if one.answer.status == "abstained":
        copied += _person(words)
    if vote is not None:
        thanks = words.thanks_up if vote == "up" else words.thanks_down
        said = f'<span class="aw-thanks" role="status">{thanks}</span>'
        return f'<div class="aw-tools">{copied}{said}</div>'
    up = button(_THUMB_UP, kind="tool", name=words.up, event="rate", exchange=one.number, vote="up")
    down = button(_THUMB_DOWN, kind="tool", name=words.down, do="why")
    return f'<div class="aw-tools">{copied}{up}{down}</div>{_why(one.number, words)}'


def _person(words: Words) -> str:
    """Opens the card with ways to reach a person."""
    return (
        f'<button type="button" class="aw-tool" popovertarget="aw-contact">{words.person}</button>'
    )


def _why(number: int, words: Words) -> str:
    """The form behind the thumb down, hidden until asked for."""
    choices = "".join(
        f'<label><input type="radio" name="why-{number}" value="{index}">'
        f"<span>{reason}</span></label>"
        for index, reason in enumerate(words.reasons)
    )
    return (
        f'<div class="aw-why" role="group" aria-label="{words.why}" hidden>'
        f'<p>{words.why}</p><div class="aw-reasons">{choices}</div>'
        f'<input type="text" class="aw-more" maxlength="200" placeholder="{words.say_more}" '
        f'aria-label="{words.say_more}">'
        + button(words.send, kind="primary", event="rate", exchange=number, vote="down")
        + button(words.cancel, kind="tool", do="why")
        + "</div>"
    )


def plain(answer: Answer, words: Words) -> str:
    """The answer for the clipboard: its text without markup, then a line a source."""
    text = "\n".join(_HEADING.sub(r"\1", line) for line in answer.text.split("\n"))
    text = _ESCAPED.sub(r"\1", text)
    sources = [
        f"[{c.number}] 《{c.title}》" + (f" › {c.section}" if c.section else "")
        for c in answer.citations
    ]
    return "\n".join([text, "", f"{words.sources}：", *sources]) if sources else text


# --- Markdown, as far as answers use it ----------------------------------------------------------

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_INLINE = re.compile(_ESCAPED.pattern + r"|\[(\d{1,3})\]|([^\\\[]+|[\\\[])")
_ITEM = re.compile(r"(?:(-)|(\d{1,3})\.) +(.*)")
_HEADING = re.compile(r"^\*\*(.+)\*\*$")


def markdown(
    text: str, markers: Mapping[int, str] | None = None, offers: Mapping[str, str] | None = None
) -> str:
    """Paragraphs, lists, headings in bold, backslash escapes and `[n]`; everything else is text.

    `markers` holds the HTML of a citation's number (None: every number is a
    citation, not clickable yet), `offers` that of an item that is a button.
    """
    return "".join(
        _list(lines, markers, offers or {})
        if _ITEM.match(lines[0])
        else _heading(heading)
        if (heading := _HEADING.fullmatch(lines[0])) and len(lines) == 1
        else f"<p>{'<br>'.join(_inline(line, markers) for line in lines)}</p>"
        for lines in _blocks(text)
    )


def _heading(heading: re.Match[str]) -> str:
    text = _ESCAPED.sub(r"\1", heading[1])
    return f'<h5 class="aw-section">{escape(text)}</h5>'


def _blocks(text: str) -> Iterator[list[str]]:
    """Lines that belong together: those of a list, those of a paragraph."""
    lines: list[str] = []
    for line in text.split("\n"):
        new = lines and bool(_ITEM.match(line)) != bool(_ITEM.match(lines[0]))
        if lines and (new or not line.strip()):
            yield lines
            lines = []
        if line.strip():
            lines.append(line)
    if lines:
        yield lines


def _list(
    lines: Sequence[str], markers: Mapping[int, str] | None, offers: Mapping[str, str]
) -> str:
    found = [item for item in map(_ITEM.match, lines) if item]
    made = [offers.get(_ESCAPED.sub(r"\1", item[3])) for item in found]
    items = "".join(
        f"<li>{offer or _inline(item[3], markers)}</li>"
        for item, offer in zip(found, made, strict=True)
    )
    start = found[0][2]
    return f'<ol start="{start}">{items}</ol>' if start else f"<ul>{items}</ul>"


def _inline(text: str, markers: Mapping[int, str] | None) -> str:
    """One line; runs between markers are wrapped, so that a new one can fade in."""
    html, run = [], ""
    for escaped, number, other in _INLINE.findall(text):
        if number and (markers is None or int(number) in markers):
            marker = markers[int(number)] if markers else _PLAIN_MARKER.format(number)
            # With the last character in one piece: a marker never starts a line.
            html += [_run(run[:-1]), f'<span class="aw-end">{escape(run[-1:])}{marker}</span>']
            run = ""
        else:
            run += f"[{number}]" if number else escaped or other
    return "".join([*html, _run(run)])


def _run(text: str) -> str:
    return f"<span>{escape(text)}</span>" if text else ""


_PLAIN_MARKER = '<span class="aw-marker">{}</span>'
_THUMB = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"{}><path d="M7 11v9H4v-9zm0 0 4-8c1.7 0 2.6 1 '
    '2.4 2.6L13 9h5.6c1.3 0 2.2 1.2 1.9 2.4l-1.7 7A2 2 0 0 1 16.9 20H7"/></svg>'
)
_THUMB_UP = _THUMB.format("")
_THUMB_DOWN = _THUMB.format(' style="transform:rotate(180deg)"')
