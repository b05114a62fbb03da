"""Articles -> HTML: the topic menu, the source panel, the viewer. Pure functions, all escaped."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from askwiki.schema import Article, Citation
from askwiki.serve.render import button
from askwiki.serve.wording import Words

CONTEXT_CHARS = 200
"""What the source panel shows before and after a quote, at most."""

_ENDS = "。！？!?\n"


# --- the topic menu ------------------------------------------------------------------------------


@dataclass(slots=True)
class _Topic:
    below: dict[str, "_Topic"] = field(default_factory=dict)
    articles: list[Article] = field(default_factory=list)

    def count(self) -> int:
        return len(self.articles) + sum(topic.count() for topic in self.below.values())


def topic_menu(articles: Iterable[Article], words: Words) -> str:
    """All articles below their topics, at most three levels; those without one come last."""
    root = _Topic()
    rest: list[Article] = []
    for article in articles:
        if not article.topic:
            rest.append(article)
            continue
        topic = root
        for name in article.topic[:3]:
            topic = topic.below.setdefault(name, _Topic())
        topic.articles.append(article)
    if rest:
        root.below[words.other_topic] = _Topic(articles=rest)
    return f'<nav class="aw-topics" aria-label="{words.tabs[0]}">{_menu(root, words)}</nav>'


def _menu(topic: _Topic, words: Words) -> str:
    groups = "".join(
        f"<li><details><summary><span>{escape(name)}</span>"
        f"<small>{words.count.format(below.count())}</small></summary>{_menu(below, words)}"
        "</details></li>"
        for name, below in topic.below.items()
    )
    leaves = "".join(
        f"<li>{button(escape(a.title), kind='leaf', event='article', article=a.id)}</li>"
        for a in topic.articles
    )
    return f'<ul lang="zh-CN">{groups}{leaves}</ul>'


# --- the source panel ----------------------------------------------------------------------------


def source_panel(
    number: int, chosen: Citation, citations: Sequence[Citation], article: Article, words: Words
) -> str:
    """The quote of one citation in its surroundings; `number` is the exchange's."""
    section = f'<p class="aw-path" lang="zh-CN">{escape(chosen.section)}</p>'
    return (
        _numbers(number, chosen, citations, words)
        + f'<h3 lang="zh-CN">{escape(chosen.title)}</h3>'
        + (section if chosen.section else "")
        + f'<blockquote class="aw-quote" lang="zh-CN">{quoted(article, chosen)}</blockquote>'
        + button(
            words.open_article,
            kind="primary",
            event="article",
            article=chosen.article_id,
            start=chosen.start,
            end=chosen.end,
        )
    )


def _numbers(number: int, chosen: Citation, citations: Sequence[Citation], words: Words) -> str:
    buttons = "".join(
        button(
            str(c.number),
            kind="number",
            name=words.source_of.format(c.number),
            pressed=c.number == chosen.number,
            event="cite",
            exchange=number,
            citation=c.number,
        )
        for c in citations
    )
    return f'<p class="aw-numbers"><span>{words.cited_here}</span>{buttons}</p>'


def quoted(article: Article, citation: Citation) -> str:
    """The quote marked, between the sentences around it."""
    first, last = surroundings(article, citation.start, citation.end)
    before = escape(article.text[first : citation.start])
    after = escape(article.text[citation.end : last])
    return f"{before}<mark>{escape(citation.quote)}</mark>{after}"


def surroundings(article: Article, start: int, end: int) -> tuple[int, int]:
    """The span around a quote: whole sentences of its section, `CONTEXT_CHARS` a side at most."""
    text = article.text
    here = (s for s in article.sections if s.start <= start and end <= s.end)
    low, high = next(((s.start, s.end) for s in here), (0, len(text)))
    first, last = max(low, start - CONTEXT_CHARS), min(high, end + CONTEXT_CHARS)
    if first > low:
        first = next((i + 1 for i in range(first, start) if text[i] in _ENDS), start)
    if last < high:
        last = next((i + 1 for i in range(last - 1, end - 1, -1) if text[i] in _ENDS), end)
    while first < start and text[first].isspace():
        first += 1
    while last > end and text[last - 1].isspace():
        last -= 1
    return first, last


# --- the viewer ----------------------------------------------------------------------------------


def article_view(article: Article, words: Words, span: tuple[int, int] | None = None) -> str:
    """A whole article, `span` of its text marked."""
    marked = span if span and 0 <= span[0] < span[1] <= len(article.text) else None
    topic = f'<p class="aw-path" lang="zh-CN">{escape(" › ".join(article.topic))}</p>'
    return (
        f'{topic if article.topic else ""}<h2 lang="zh-CN">{escape(article.title)}</h2>'
        f'{_about(article, words)}<div class="aw-body" lang="zh-CN">'
        f"{''.join(_parts(article, marked))}</div>"
    )


def _about(article: Article, words: Words) -> str:
    facts = [escape(words.updated.format(article.updated))] if article.updated else []
    if article.url:
        facts.append(link(article.url, words.original))
    return f'<p class="aw-facts">{"".join(f"<span>{f}</span>" for f in facts)}</p>' if facts else ""


def link(url: str, label: str) -> str:
    """A link out, or plain text where `url` is not an address of the web."""
    if not url.lower().startswith(("https://", "http://")):
        return escape(url)
    return f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{escape(label)}</a>'


def _parts(article: Article, span: tuple[int, int] | None) -> Iterator[str]:
    """Headings and texts in order; a heading is what stands between two sections."""
    at = 0
    for section in article.sections:
        yield from _headings(article.text[at : section.start], section.path)
        yield from _paragraphs(article.text, section.start, section.end, span)
        at = section.end
    yield from _paragraphs(article.text, at, len(article.text), span)


def _headings(gap: str, path: Sequence[str]) -> Iterator[str]:
    lines = [line.strip() for line in gap.split("\n") if line.strip()]
    for index, line in enumerate(lines):
        depth = max(1, len(path) - (len(lines) - 1 - index))
        level = min(6, depth + 2)
        yield f"<h{level}>{escape(line)}</h{level}>"


def _paragraphs(text: str, start: int, end: int, span: tuple[int, int] | None) -> Iterator[str]:
    at = start
    for paragraph in text[start:end].split("\n\n"):
        if paragraph.strip():
            yield f"<p>{_with_mark(text, at, at + len(paragraph), span)}</p>"
        at += len(paragraph) + 2


def _with_mark(text: str, start: int, end: int, span: tuple[int, int] | None) -> str:
    """`text[start:end]` with the part of it that `span` covers marked."""
    first, last = (max(start, span[0]), min(end, span[1])) if span else (end, end)
    if first >= last:
        return escape(text[start:end])
    before, inside, after = text[start:first], text[first:last], text[last:end]
    return f"{escape(before)}<mark>{escape(inside)}</mark>{escape(after)}"
