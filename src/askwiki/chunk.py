"""Article -> Chunk: one chunk a section, a long section cut at sentence ends."""

import hashlib
from collections.abc import Iterator

from askwiki import text as zh
from askwiki.schema import Article, Chunk, Section

CHUNKER_VERSION = "sections-2"
"""Raise it whenever `chunk_article` cuts differently: old indexes then refuse."""

MAX_CHARS = 600
"""A section up to this long stays whole."""

TARGET_CHARS = 400
"""Parts of a longer section are closed once they reach this."""


def chunk_article(article: Article) -> list[Chunk]:
    """The chunks of `article` in reading order, covering every section exactly once.

    A section longer than `MAX_CHARS` is cut between sentences into parts of about
    `TARGET_CHARS`; a sentence longer than that stays whole.
    """
    return [
        _chunk(article, section, start, end)
        for section in article.sections
        for start, end in _parts(article.text, section)
    ]


def _chunk(article: Article, section: Section, start: int, end: int) -> Chunk:
    text = article.text[start:end]
    key = "\n".join((article.id, article.title, *section.path, text))
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return Chunk(
        f"{article.id}@{start}-{digest}",
        article.id,
        article.title,
        section.path,
        text,
        start,
        end,
        section.asked,
    )


def _parts(text: str, section: Section) -> Iterator[tuple[int, int]]:
    body = text[section.start : section.end]
    if not body.strip():
        return
    if len(body) <= MAX_CHARS:
        yield section.start, section.end
        return
    for start, end in _balanced(zh.sentences(body), len(body)):
        yield section.start + start, section.start + end


def _balanced(sentences: list[tuple[int, int]], length: int) -> Iterator[tuple[int, int]]:
    """Groups of neighbouring sentences, of nearly equal length, none far over the target."""
    parts = max(1, round(length / TARGET_CHARS))
    share = length / parts
    start = sentences[0][0]
    done = 0
    for (_, end), (following, _) in zip(sentences, sentences[1:], strict=False):
        # Close the part at the sentence end nearest to its even share.
        if done < parts - 1 and end >= (done + 1) * share - (end - start) * 0.1:
            yield start, end
            start, done = following, done + 1
    yield start, sentences[-1][1]


def indexed_text(chunk: Chunk) -> str:
    """What both arms of the search see of a chunk: title, headings, text, questions, a line each.

    Questions in everyday words bridge what people say and what articles write; document expansion
    by questions follows Nogueira and Lin, "From doc2query to docTTTTTquery" (2019), only that these
    are written by people who keep the wiki.
    """
    return "\n".join((chunk.title, *chunk.heading, chunk.text, *chunk.asked))
