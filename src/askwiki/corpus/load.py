"""A folder of files -> the articles in it, and what was skipped and why."""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from askwiki.corpus.asked import attach_asked
from askwiki.corpus.blocks import NO_TEXT, first_free, identity
from askwiki.corpus.dump import is_dump, parse_dump
from askwiki.corpus.files import read_text, walk
from askwiki.corpus.markdown import parse_markdown
from askwiki.corpus.plain import parse_plain
from askwiki.errors import CorpusError
from askwiki.schema import Article

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that gave no article; `reason` is one line that says what to do."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """The articles of a folder, sorted by id, and the files that were skipped, by source."""

    articles: tuple[Article, ...]
    skipped: tuple[Skipped, ...] = ()


def load_corpus(folder: Path, *, max_file_mb: float = 10.0) -> Corpus:
    """Read every .md and .txt file below `folder`; a bad file never stops the others.

    Raises:
        CorpusError: the folder is missing or is no folder, or no file in it could be read.
    """
    skipped: list[Skipped] = []
    articles: list[Article] = []
    taken: set[str] = set()
    for source, found in _sources(folder, skipped):
        try:
            fresh = read_articles(found, source, max_file_mb)
        except (CorpusError, RecursionError) as error:
            skipped += _skipped(source, " ".join(str(error).split()))
            continue
        fresh = _told_apart(fresh, source, taken)
        taken.update(article.id for article in fresh)
        articles += fresh
    if not articles:
        raise CorpusError(_nothing_read(folder, skipped))
    articles, problems = attach_asked(articles, folder, max_file_mb)
    skipped += [Skipped(source, reason) for source, reason in problems]
    articles.sort(key=lambda article: article.id)
    return Corpus(tuple(articles), tuple(sorted(skipped, key=lambda item: item.source)))


def _sources(folder: Path, skipped: list[Skipped]) -> list[tuple[str, Path]]:
    """The files to read, each with its path below `folder`; the others go to `skipped`."""
    sources: list[tuple[str, Path]] = []
    for path, why in _walked(folder):
        source = path.relative_to(folder).as_posix()
        reason = _name_reason(source) or why
        if reason is None:
            sources.append((source, path))
        else:
            skipped.append(Skipped(source.encode("utf-8", "replace").decode(), reason))
    return sources


def _walked(folder: Path) -> list[tuple[Path, str | None]]:
    try:
        if folder.is_dir():
            return list(walk(folder))
        what = "is a file, not a folder" if folder.exists() else "does not exist"
    except OSError as error:
        raise CorpusError(
            f"the corpus folder {folder} cannot be listed ({error.strerror}): check its permissions"
        ) from None
    raise CorpusError(
        f"the corpus folder {folder} {what}: create it and put .md or .txt articles there, "
        "or set ASKWIKI_CORPUS to the folder that holds them"
    )


def _name_reason(source: str) -> str | None:
    try:
        source.encode("utf-8")
    except UnicodeEncodeError:
        return "has a name that is not UTF-8: rename it"
    return None


def read_articles(path: Path, source: str, max_file_mb: float) -> tuple[Article, ...]:
    """The articles in the file `path`, which stands at `source` below the corpus folder.

    Raises:
        CorpusError: it cannot be read, or holds no text.
    """
    raw = read_text(path, max_file_mb)
    if path.suffix.lower() == ".md":
        return (parse_markdown(raw, source),)
    return parse_dump(raw, source) if is_dump(raw) else (parse_plain(raw, source),)


def _skipped(source: str, reason: str) -> list[Skipped]:
    # A README without text only keeps its folder in the repository.
    is_readme = PurePosixPath(source).stem.casefold() == "readme"
    return [] if is_readme and reason == NO_TEXT else [Skipped(source, reason)]


def _told_apart(
    articles: Sequence[Article], source: str, taken: Collection[str]
) -> tuple[Article, ...]:
    """`articles` with ids that are not `taken`: the extension is kept where it must be."""
    if not any(article.id in taken for article in articles):
        return tuple(articles)
    stem = identity(source)
    whole = first_free(unicodedata.normalize("NFC", source), taken)
    return tuple(replace(a, id=whole + a.id.removeprefix(stem)) for a in articles)


def _nothing_read(folder: Path, skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return f"the corpus folder {folder} holds no .md or .txt file: put articles there"
    listed = "; ".join(f"{item.source} {item.reason}" for item in skipped[:_SHOWN])
    more = f"; and {len(skipped) - _SHOWN} more" if len(skipped) > _SHOWN else ""
    return f"no article could be read in the corpus folder {folder}: {listed}{more}"
