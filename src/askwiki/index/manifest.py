"""What an index says about itself: versions, digests, canaries.

`MANIFEST.json` and `CURRENT` carry the SHA-256 of their own content, so that a
single changed byte in them is refused like one in any other file.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from askwiki.errors import IndexDamagedError, IndexMismatchError
from askwiki.schema import Article

FORMAT_VERSION = 4
"""Raise it whenever the files of an index change their layout: old indexes then refuse."""


def sha256(data: bytes) -> str:
    """In hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def plain_json(value: object) -> bytes:
    """`value` as JSON that is the same bytes every time."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def seal(content: bytes) -> bytes:
    """JSON `content` in a JSON envelope with its SHA-256."""
    return b'{"sha256":"%s","content":%s}\n' % (sha256(content).encode("ascii"), content)


_BEFORE = len(b'{"sha256":"","content":') + 64
_AFTER = len(b"}\n")


def unseal(sealed: bytes) -> bytes:
    """The content that `seal` was given.

    Raises:
        IndexDamagedError: a byte was changed, lost or added.
    """
    content = sealed[_BEFORE:-_AFTER]
    if seal(content) != sealed:
        raise IndexDamagedError(
            f"its own checksum does not fit its {len(sealed)} bytes: it was cut or changed"
        )
    return content


def article_digest(article: Article) -> str:
    """SHA-256 over every field of `article`."""
    return sha256(plain_json(asdict(article)))


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of the index: its size in bytes and its SHA-256."""

    size: int
    sha256: str

    @classmethod
    def of(cls, data: bytes) -> "FileEntry":
        """The entry of a file with this content."""
        return cls(len(data), sha256(data))


@dataclass(frozen=True, slots=True)
class Canary:
    """A question with the ids of the chunks that each arm found best, best first."""

    question: str
    lexical: tuple[str, ...]
    dense: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one generation was made of and by.

    Args:
        encoder_id, encoder_digest, dimension: of the encoder that made the vectors.
        chunker, tokenizer, scorer, orders, reranker: versions of what cut, weighed, barred and
            read the text.
        articles: article id -> SHA-256 of the article.
        files: file name -> size and SHA-256.
        canaries: asked again whenever the index is opened.
        corpus_digest: of the corpus folder as the builder named it, "" where it named none.
    """

    encoder_id: str
    encoder_digest: str
    dimension: int
    chunker: str
    tokenizer: str
    scorer: str
    orders: str
    reranker: str
    articles: Mapping[str, str]
    files: Mapping[str, FileEntry]
    canaries: tuple[Canary, ...]
    corpus_digest: str = ""

    def to_bytes(self) -> bytes:
        """Sealed JSON."""
        return seal(plain_json({"format": FORMAT_VERSION, **asdict(self)}))

    @classmethod
    def from_bytes(cls, data: bytes) -> "Manifest":
        """The manifest that `to_bytes` gave.

        Raises:
            IndexDamagedError: the seal is broken, or a value is missing or of the wrong type.
            IndexMismatchError: another format version wrote it.
        """
        table = _object(_json(unseal(data)), "the content")
        version = _whole(_get(table, "format"), "format")
        if version != FORMAT_VERSION:
            raise IndexMismatchError(
                f"the index has format version {version}, this askwiki reads {FORMAT_VERSION}"
            )
        _require_keys(table, {"format", *(field.name for field in fields(cls))}, "the content")
        versions = ("chunker", "tokenizer", "scorer", "orders", "reranker")
        texts = ("encoder_id", "encoder_digest", *versions, "corpus_digest")
        articles = _object(table["articles"], "articles")
        files = _object(table["files"], "files")
        return cls(
            **{name: _text(table[name], name) for name in texts},
            dimension=_whole(table["dimension"], "dimension"),
            articles={key: _text(value, f"articles.{key}") for key, value in articles.items()},
            files={name: _file(value, f"files.{name}") for name, value in files.items()},
            canaries=tuple(_canary(item) for item in _list(table["canaries"], "canaries")),
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids of the articles that differ between a corpus and an index, each sorted."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether the index is out of date."""
        return bool(self.added or self.changed or self.removed)


def corpus_changes(manifest: Manifest, articles: Iterable[Article]) -> Changes:
    """How `articles` differ from those that the index was built from."""
    old, new = manifest.articles, {article.id: article_digest(article) for article in articles}
    return Changes(
        added=tuple(sorted(new.keys() - old.keys())),
        changed=tuple(sorted(key for key in new.keys() & old.keys() if new[key] != old[key])),
        removed=tuple(sorted(old.keys() - new.keys())),
    )


def _file(value: object, where: str) -> FileEntry:
    table = _object(value, where)
    _require_keys(table, {"size", "sha256"}, where)
    size, digest = table["size"], table["sha256"]
    return FileEntry(_whole(size, f"{where}.size"), _text(digest, f"{where}.sha256"))


def _canary(value: object) -> Canary:
    table = _object(value, "a canary")
    _require_keys(table, {"question", "lexical", "dense"}, "a canary")
    arms = (
        tuple(_text(item, "a canary's chunk id") for item in _list(table[arm], f"a canary's {arm}"))
        for arm in ("lexical", "dense")
    )
    return Canary(_text(table["question"], "a canary's question"), *arms)


def _json(data: bytes) -> object:
    try:
        value: object = json.loads(data.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise IndexDamagedError(f"it is not JSON: {error}") from error
    return value


def _get(table: Mapping[str, Any], key: str) -> object:
    if key not in table:
        raise IndexDamagedError(f"it has no {key!r}")
    return table[key]


def _require_keys(table: Mapping[str, Any], expected: set[str], where: str) -> None:
    if table.keys() != expected:
        raise IndexDamagedError(
            f"{where} has the keys {sorted(table)}, expected {sorted(expected)}"
        )


def _object(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(value, where, "an object")
    return value


def _list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise _wrong(value, where, "a list")
    return value


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise _wrong(value, where, "a text")
    return value


def _whole(value: object, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _wrong(value, where, "a whole number from 0 up")
    return value


def _wrong(value: object, where: str, expected: str) -> IndexDamagedError:
    return IndexDamagedError(f"{where} is {str(value)[:40]!r}, expected {expected}")
