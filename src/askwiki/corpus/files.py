"""Folders and bytes: finding the files of a corpus and making text of each.

A file that cannot be used is told by `CorpusError`, whose message becomes the reason it was
skipped; nothing here knows what an article is.
"""

import codecs
import hashlib
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from askwiki.errors import CorpusError

TEXT_SUFFIXES = (".md", ".txt")
ASKED = "asked"
"""The folder below the corpus with the questions that its sections answer."""
QUESTIONS = "questions"
"""The folder below the corpus with the questions that the wiki is judged by."""

_MB = 1024 * 1024
_DOCUMENT_SUFFIXES = (
    ".markdown .rst .adoc .doc .docx .pdf .html .htm .xhtml .mht .xls .xlsx .csv .ppt .pptx .rtf "
    ".odt .epub .wps .json .xml"
)
_DOCUMENTS = frozenset(_DOCUMENT_SUFFIXES.split())
_BOMS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
_COMMON_SHARE = 0.8


def walk(folder: Path) -> Iterator[tuple[Path, str | None]]:
    """The files below `folder` in sorted order, each with the reason not to read it, if any.

    Hidden ones and .jsonl are left out. Links to folders are not followed, so a loop of links
    ends.

    Raises:
        OSError: `folder` itself cannot be listed.
    """
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if path.name.startswith(".") or path.suffix.lower() == ".jsonl":
            continue
        reason = _unread_reason(path)
        if reason or not path.is_dir():
            yield path, reason
            continue
        try:
            yield from walk(path)
        except OSError as error:
            yield path, f"cannot be listed ({error.strerror}): check its permissions"


def asked_files(folder: Path) -> list[Path]:
    """The files of questions that sections answer, in sorted order."""
    return sorted((folder / ASKED).glob("*.jsonl"))


def question_files(folder: Path) -> list[Path]:
    """The question sets of a corpus, in sorted order."""
    return sorted((folder / QUESTIONS).glob("*.jsonl"))


def corpus_digest(folder: Path) -> str:
    """SHA-256 over the names and bytes of articles and asked questions: what an index is made of.

    Reads the files but parses nothing, so that asking whether a corpus changed is cheap. One that
    cannot be opened counts by its name.
    """
    digest = hashlib.sha256()
    articles = [path for path, reason in walk(folder) if reason is None]
    for path in [*articles, *asked_files(folder)]:
        digest.update(path.relative_to(folder).as_posix().encode("utf-8", "surrogatepass") + b"\0")
        try:
            if path.is_file():
                with path.open("rb") as file:
                    digest.update(hashlib.file_digest(file, "sha256").digest())
        except OSError:
            digest.update(b"unread")
    return digest.hexdigest()


def _unread_reason(path: Path) -> str | None:
    """Why a file or folder is not read, or None where it is."""
    suffix = path.suffix.lower()
    if path.is_dir():
        if path.is_symlink():
            return "is a link to a folder: put the folder itself into the corpus"
        named_like_a_file = suffix in TEXT_SUFFIXES
        return f"is a folder: rename it without {path.suffix}" if named_like_a_file else None
    if suffix in TEXT_SUFFIXES:
        return None
    if suffix in _DOCUMENTS:
        return f"is a {suffix} document, which is not read: save it as .md or .txt"
    return "is no article: only .md and .txt files are read, move it out of the corpus folder"


def read_text(path: Path, max_file_mb: float) -> str:
    """The text of a file, whatever its encoding among those in use.

    Raises:
        CorpusError: the file is too large, cannot be opened, or is not text.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # opening a pipe would wait for ever
            raise CorpusError("is not a regular file: replace it by one or remove it")
        if found.st_size > max_file_mb * _MB:
            raise CorpusError(
                f"has {found.st_size / _MB:.1f} MB, more than the limit of {max_file_mb:g} MB: "
                "split it, or raise ASKWIKI_MAX_FILE_MB"
            )
        return decode(path.read_bytes())
    except OSError as error:
        hint = _HINTS.get(type(error), "check that it exists and can be opened")
        raise CorpusError(f"cannot be opened ({error.strerror}): {hint}") from None


def write_new(path: Path, text: str) -> None:
    """Write a file that was not there, and the folders above it.

    Raises:
        CorpusError: it was there, or cannot be written; what was there stays as it is.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise CorpusError(
            f"{path} exists and stays as it is: move it away or choose another name"
        ) from None
    except OSError as error:
        raise CorpusError(
            f"{path} cannot be written ({error.strerror}): check the folder"
        ) from None


_HINTS: dict[type[OSError], str] = {
    PermissionError: "give the user that runs askwiki the right to read it",
    FileNotFoundError: "it is gone or a link to nothing; remove or restore it",
}


def decode(data: bytes) -> str:
    """`data` as text: by its byte order mark, else UTF-8, else GB18030.

    Lone surrogates pass, for `visible` to remove.

    Raises:
        CorpusError: it is binary or in none of these encodings.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decoded(data, encoding)
    if b"\0" in data:
        raise CorpusError("is binary, not text: save the article as UTF-8 text or remove the file")
    try:
        return data.decode("utf-8", errors="surrogatepass")
    except UnicodeDecodeError:
        text = _decoded(data, "gb18030")
    if not _reads_as_chinese(text):
        raise CorpusError(_NOT_TEXT)
    return text


_NOT_TEXT = "is neither UTF-8 nor GB18030 text: save it as UTF-8"


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise CorpusError(_NOT_TEXT) from None


def _reads_as_chinese(text: str) -> bool:
    """Whether the characters beyond ASCII are mostly everyday ones.

    Almost any bytes decode as GB18030, but then give rare characters: everyday ones and
    punctuation lie in the rows A1 to A3 and B0 to D7 of GB 2312.
    """
    wide = [char for char in text[:20_000] if not char.isascii()]
    common = 0
    for char in wide:
        lead = char.encode("gb2312", errors="ignore")[:1]
        common += b"\xa1" <= lead <= b"\xa3" or b"\xb0" <= lead <= b"\xd7"
    has_controls = re.search("[\x01-\x08\x0b\x0e-\x1f]", text) is not None
    return common >= _COMMON_SHARE * len(wide) and not has_controls
