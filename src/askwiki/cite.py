"""draft -> sentences with citations: the only maker of `Citation`.

It trusts no draft: a sentence is "verbatim" only if its text is exactly the span it names, and a
sentence that rests on nothing is struck.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from askwiki.answer import Draft, DraftSentence
from askwiki.schema import Article, Citation, Sentence, Span


@dataclass(frozen=True, slots=True)
class Proved:
    """A checked draft: Markdown with `[n]` markers, its sentences and citations, what was struck."""

    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    struck: int = 0


def prove(drafts: Sequence[Draft], articles: Mapping[str, Article]) -> Proved:
    """Check every sentence of `drafts`, one draft a part of the question, and set them as Markdown.

    Citations are numbered from 1 in the order of the text, equal spans sharing a number.
    """
    numbers: dict[Span, int] = {}
    sentences: list[Sentence] = []
    blocks: list[str] = []
    struck = 0
    for draft in drafts:
        setter = _Setter()
        for sentence in draft.sentences:
            if any(s.text == sentence.text for s in sentences):
                continue
            if not _is_verbatim(sentence, articles):
                struck += 1
                continue
            cited = tuple(numbers.setdefault(span, len(numbers) + 1) for span in sentence.spans)
            sentences.append(Sentence(sentence.text, cited, "verbatim"))
            setter.add(sentence, cited)
        blocks.extend(setter.blocks())
    citations = tuple(_citation(number, span, articles) for span, number in numbers.items())
    return Proved("\n\n".join(blocks), tuple(sentences), citations, struck)


def _is_verbatim(sentence: DraftSentence, articles: Mapping[str, Article]) -> bool:
    if not sentence.spans:
        return False
    quotes = []
    for span in sentence.spans:
        article = articles.get(span.article_id)
        if article is None or not 0 <= span.start < span.end <= len(article.text):
            return False
        quotes.append(article.text[span.start : span.end])
    return "".join(quotes) == sentence.text


def _citation(number: int, span: Span, articles: Mapping[str, Article]) -> Citation:
    article = articles[span.article_id]
    path = next(
        (s.path for s in article.sections if s.start <= span.start and span.end <= s.end), ()
    )
    return Citation(
        number,
        article.id,
        article.title,
        " > ".join(path),
        article.source,
        article.url,
        article.text[span.start : span.end],
        span.start,
        span.end,
    )


class _Setter:
    """Sets sentences as Markdown: prose runs on, items and steps get a line each."""

    def __init__(self) -> None:
        self._blocks: list[list[tuple[str, str, str]]] = []
        self._last = ""
        self._step = 0

    def add(self, sentence: DraftSentence, cited: Sequence[int]) -> None:
        listed = sentence.shape in ("bullet", "step")
        fresh = not self._blocks or sentence.opens
        if listed != (self._last in ("bullet", "step")):
            fresh = True
        if fresh:
            self._blocks.append([])
            self._step = 0
        self._step += 1
        lead = f"{self._step}. " if sentence.shape == "step" else "- " if listed else ""
        if listed and not fresh:
            lead = f"\n{lead}"
        markers = "".join(f"[{number}]" for number in cited)
        self._blocks[-1].append((lead, sentence.text.replace("\n", " "), markers))
        self._last = sentence.shape

    def blocks(self) -> list[str]:
        return [_set(block) for block in self._blocks]


def _set(block: Sequence[tuple[str, str, str]]) -> str:
    pairs = {mark for mark in "*~$" if sum(text.count(mark) for _, text, _ in block) > 1}
    return "".join(lead + escape(text, pairs) + markers for lead, text, markers in block)


_ALWAYS = re.compile(r"[\\`<\[\]]|(?<!\w)_|_(?!\w)")
_AT_START = re.compile(r"^(?:[#>+\-=](?=\s|[#>+\-=]|$)|\d+(?=[.)]\s))")


def escape(text: str, pairs: Collection[str] = "*~$") -> str:
    """`text` so that Markdown shows it as it is: an article can never become markup.

    Only what would act is escaped, `pairs` being the marks that act when two meet.
    """
    escaped = _ALWAYS.sub(r"\\\g<0>", text)
    for mark in pairs:
        escaped = escaped.replace(mark, f"\\{mark}")
    start = _AT_START.match(escaped)
    if start is None:
        return escaped
    end = start.end()
    return f"{escaped[:end]}\\{escaped[end:]}" if escaped[0].isdigit() else f"\\{escaped}"
