"""Articles and chunks as bytes: JSON, one record a line.

A chunk is kept as offsets into its article, so that its text is stored once.
"""

import json
from collections.abc import Iterable, Mapping, Sequence

from askwiki.errors import IndexDamagedError
from askwiki.schema import Article, Chunk, Section


def articles_to_bytes(articles: Iterable[Article]) -> bytes:
    """All fields of each article, in the order given."""
    return _lines(
        {
            "id": article.id,
            "title": article.title,
            "text": article.text,
            "sections": [
                [section.path, section.start, section.end, section.asked]
                for section in article.sections
            ],
            "source": article.source,
            "url": article.url,
            "updated": article.updated,
            "topic": article.topic,
            "aliases": article.aliases,
            "level": article.level,
            "related": article.related,
            "references": article.references,
            "review": article.review,
        }
        for article in articles
    )


def articles_from_bytes(data: bytes) -> dict[str, Article]:
    """The articles by id.

    Raises:
        IndexDamagedError: the bytes are not what `articles_to_bytes` gives.
    """
    try:
        rows = json.loads(data.decode("utf-8", "surrogatepass"))
        return {row["id"]: _article(**row) for row in rows}
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise IndexDamagedError(f"the articles cannot be read: {error!r}") from error


def _article(
    *,
    sections: Sequence[tuple[Sequence[str], int, int, Sequence[str]]],
    topic: Sequence[str],
    aliases: Sequence[str],
    related: Sequence[str],
    references: Sequence[str],
    **rest: str,
) -> Article:
    return Article(
        sections=tuple(
            Section(tuple(path), start, end, tuple(asked)) for path, start, end, asked in sections
        ),
        topic=tuple(topic),
        aliases=tuple(aliases),
        related=tuple(related),
        references=tuple(references),
        **rest,
    )


def chunks_to_bytes(chunks: Iterable[Chunk]) -> bytes:
    """Id, article, heading and offsets of each chunk, in row order."""
    return _lines([c.id, c.article_id, c.heading, c.start, c.end] for c in chunks)


def chunks_from_bytes(data: bytes, articles: Mapping[str, Article]) -> tuple[Chunk, ...]:
    """The chunks in row order, with their title and text from `articles`.

    Raises:
        IndexDamagedError: the bytes are not what `chunks_to_bytes` gives for `articles`.
    """
    try:
        rows = json.loads(data.decode("utf-8", "surrogatepass"))
        return tuple(
            _chunk(key, articles[article_id], heading, start, end)
            for key, article_id, heading, start, end in rows
        )
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise IndexDamagedError(f"the chunks cannot be read: {error!r}") from error


def _chunk(key: str, article: Article, heading: Sequence[str], start: int, end: int) -> Chunk:
    if not 0 <= start <= end <= len(article.text):
        raise IndexDamagedError(
            f"chunk {key!r} spans {start} to {end}, its article has {len(article.text)} characters"
        )
    text = article.text[start:end]
    path = tuple(heading)
    # A path may stand twice in an article; the section is the one that holds the chunk.
    asked = next(
        (s.asked for s in article.sections if s.path == path and s.start <= start <= end <= s.end),
        (),
    )
    return Chunk(key, article.id, article.title, path, text, start, end, asked)


def barred_to_bytes(barred: Iterable[str]) -> bytes:
    """Ids of chunks, sorted."""
    return _lines(sorted(barred))


def barred_from_bytes(data: bytes, chunks: Iterable[Chunk]) -> frozenset[str]:
    """The ids that `barred_to_bytes` was given.

    Raises:
        IndexDamagedError: the bytes are not a list of ids of `chunks`.
    """
    try:
        barred = frozenset(json.loads(data))
    except (ValueError, TypeError, RecursionError) as error:
        raise IndexDamagedError(f"the barred chunks cannot be read: {error!r}") from error
    if unknown := barred - {chunk.id for chunk in chunks}:
        raise IndexDamagedError(f"barred chunks that do not exist: {sorted(map(str, unknown))[:3]}")
    return barred


def _lines(rows: Iterable[object]) -> bytes:
    lines = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode("utf-8", "surrogatepass")
