"""Raw wiki pages and plain texts -> Markdown files in a folder."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from askwiki.corpus.alike import bare
from askwiki.corpus.files import read_text, write_new
from askwiki.corpus.load import Skipped, read_articles
from askwiki.corpus.write import to_markdown
from askwiki.errors import CorpusError
from askwiki.schema import Article


@dataclass(frozen=True, slots=True)
class Written:
    """An article and the file that was written for it."""

    path: Path
    article: Article


@dataclass(frozen=True, slots=True)
class Imported:
    """What was written, what was not and why, and what of the files that were is no article.

    `left_out` gives by file the lines that no article holds: the furniture of the page.
    """

    written: tuple[Written, ...]
    skipped: tuple[Skipped, ...]
    left_out: tuple[tuple[str, tuple[str, ...]], ...]


def import_files(files: Sequence[Path], out: Path, *, max_file_mb: float = 10.0) -> Imported:
    """Write a Markdown file in `out` for each article in `files`; no file is ever replaced.

    A file with one article gives one of its own name, a file with several gives them numbers.
    """
    written: list[Written] = []
    skipped: list[Skipped] = []
    left_out: list[tuple[str, tuple[str, ...]]] = []
    for file in files:
        try:
            articles = _read(file, max_file_mb)
        except (CorpusError, RecursionError) as error:
            skipped.append(Skipped(str(file), str(error)))
            continue
        for path, article in zip(_targets(file, out, len(articles)), articles, strict=True):
            try:
                write_new(path, to_markdown(article))
                written.append(Written(path, article))
            except CorpusError as error:
                skipped.append(Skipped(f"{file}: {article.title}", str(error)))
        left_out.append((str(file), _left_out(read_text(file, max_file_mb), articles)))
    return Imported(tuple(written), tuple(skipped), tuple(left_out))


def _read(file: Path, max_file_mb: float) -> tuple[Article, ...]:
    suffix = file.suffix.lower()
    if suffix == ".md":
        raise CorpusError("is Markdown already: copy it into the corpus folder")
    if file.is_dir():
        raise CorpusError("is a folder: name the files in it")
    if suffix not in (".txt", ""):
        raise CorpusError(f"is a {suffix} file: save it as plain text in a .txt file")
    return read_articles(file, file.name, max_file_mb)


def _targets(file: Path, out: Path, count: int) -> list[Path]:
    stem = re.sub(r"\s+", "-", file.stem)
    if count == 1:
        return [out / f"{stem}.md"]
    return [out / f"{stem}-{number}.md" for number in range(1, count + 1)]


def _left_out(raw: str, articles: Sequence[Article]) -> tuple[str, ...]:
    held = "\n".join(bare(part) for a in articles for part in (a.title, a.text))
    lines = (line.strip() for line in raw.splitlines())
    return tuple(line for line in lines if bare(line) and bare(line) not in held)
