"""Builds, saves and opens an index; what is on disk is complete or absent.

A generation holds the files in `FILES`. The one before the current is kept and
serves where the current one is damaged. A store once opened never changes; a
new build makes a new one.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from askwiki import orders
from askwiki.chunk import CHUNKER_VERSION, chunk_article, indexed_text
from askwiki.embed import Encoder, Vectors
from askwiki.errors import (
    CorpusError,
    IndexDamagedError,
    IndexMismatchError,
    IndexStoreError,
)
from askwiki.index import lexical as postings
from askwiki.index import multivector
from askwiki.index.canary import canary_problems, make_canaries
from askwiki.index.dense import DenseIndex
from askwiki.index.files import Disk
from askwiki.index.generations import (
    LOCK,
    Progress,
    advise,
    explained,
    name_of,
    read_generation,
    save_generation,
    survey,
    unfinished,
)
from askwiki.index.lexical import LexicalIndex
from askwiki.index.manifest import FileEntry, Manifest, article_digest
from askwiki.index.multivector import MultiVectorIndex
from askwiki.index.records import (
    articles_from_bytes,
    articles_to_bytes,
    barred_from_bytes,
    barred_to_bytes,
    chunks_from_bytes,
    chunks_to_bytes,
)
from askwiki.orders import barred_chunks
from askwiki.rerank import Rows, bundled_reranker, readable
from askwiki.schema import Article, Chunk
from askwiki.text import TOKENIZER_VERSION

FILES = (
    *("articles.json", "chunks.json", "barred.json", "vectors.faiss"),
    *(*postings.FILES, *multivector.FILES),
)
"""Of a generation, beside its manifest."""

BATCH = 64
"""Chunks the encoder is given at a time."""

_DISK = Disk()

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Store:
    """One generation in memory; row i of both arms is `chunks[i]`, articles are in id order.

    `late` holds what the reranker compares a question with; `barred` the ids of the chunks that
    no answer may rest on (`askwiki.orders`).
    """

    generation: int
    manifest: Manifest
    articles: Mapping[str, Article]
    chunks: tuple[Chunk, ...]
    dense: DenseIndex
    lexical: LexicalIndex
    late: MultiVectorIndex
    barred: frozenset[str]


@dataclass(frozen=True, slots=True)
class StoreStats:
    """Figures of one generation; `size` is of its files, in bytes."""

    generation: int
    articles: int
    chunks: int
    terms: int
    encoder: str
    dimension: int
    size: int


def build_store(
    articles: Iterable[Article],
    encoder: Encoder,
    folder: Path,
    *,
    disk: Disk = _DISK,
    progress: Progress | None = None,
    previous: Store | None = None,
    corpus_digest: str = "",
) -> Store:
    """A new generation in `folder`, made current.

    The same articles give the same bytes, in any order. Vectors are taken over from `previous`
    where it has the same encoder and the same indexed text; what serves is only replaced by
    something complete. `corpus_digest` is kept in the manifest for whoever gave it.

    Raises:
        CorpusError: two articles have the same id.
        IndexMismatchError: the encoder gives other shapes than it says, or values not finite.
        IndexStoreError: the folder cannot be written, or another process is building in it.
    """
    tell = progress or (lambda done, total, stage: None)
    with explained(folder):
        disk.make_folder(folder)
        lock = disk.lock(folder / LOCK)
    with lock:
        store, contents = _make(_by_id(articles), encoder, tell, previous, corpus_digest)
        with explained(folder):
            generation = save_generation(folder, store.manifest, contents, disk, tell)
    return replace(store, generation=generation)


def open_store(folder: Path, encoder: Encoder | None = None, *, disk: Disk = _DISK) -> Store:
    """The current generation, every file checked, the canaries asked.

    Where it is damaged, the newest older one that is whole, with a logged warning. Without
    `encoder` the vectors are not asked.

    Raises:
        IndexMissingError: no index was ever built here.
        IndexDamagedError: no generation is whole.
        IndexMismatchError: another format, chunker, tokenizer or encoder made the index, or a
            canary finds something else.
    """
    numbers, current, problems = survey(folder, disk)
    for number in numbers:
        try:
            store = _load(folder, number, encoder, disk)
        except IndexStoreError as error:
            if number == current and isinstance(error, IndexMismatchError):
                raise IndexMismatchError(advise(folder, [str(error)])) from error
            problems.append(f"{name_of(number)}: {error}")
        else:
            if problems:
                _log.warning("%s; %s serves", advise(folder, problems), name_of(number))
            return store
    raise IndexDamagedError(advise(folder, problems))


def verify_store(folder: Path, encoder: Encoder | None = None, *, disk: Disk = _DISK) -> list[str]:
    """Everything that is wrong with the index, a line each; empty when all is well.

    That an older generation was made by another version or encoder is nothing wrong.
    """
    try:
        numbers, _, problems = survey(folder, disk)
        left = unfinished(folder, numbers, disk)
    except (IndexStoreError, OSError) as error:
        return [str(error)]
    for number in numbers:
        try:
            _load(folder, number, encoder, disk)
        except IndexStoreError as error:
            if number == numbers[0] or not isinstance(error, IndexMismatchError):
                problems.append(f"{name_of(number)}: {error}")
    problems.extend(f"{name}: left by a build that died" for name in left)
    return [advise(folder, [problem]) for problem in problems]


def store_stats(store: Store) -> StoreStats:
    """The figures of `store`."""
    return StoreStats(
        generation=store.generation,
        articles=len(store.articles),
        chunks=len(store.chunks),
        terms=store.lexical.n_terms,
        encoder=store.manifest.encoder_id,
        dimension=store.manifest.dimension,
        size=sum(entry.size for entry in store.manifest.files.values()),
    )


# Making


def _by_id(articles: Iterable[Article]) -> dict[str, Article]:
    known: dict[str, Article] = {}
    for article in articles:
        other = known.setdefault(article.id, article)
        if other is not article:
            raise CorpusError(
                f"two articles have the id {article.id!r}: {other.source} and {article.source}"
            )
    return dict(sorted(known.items()))


def _make(
    articles: Mapping[str, Article],
    encoder: Encoder,
    tell: Progress,
    previous: Store | None,
    corpus_digest: str,
) -> tuple[Store, dict[str, bytes]]:
    """The store, its generation not yet known, and its files by name."""
    cut = {key: chunk_article(article) for key, article in articles.items()}
    chunks = tuple(chunk for own in cut.values() for chunk in own)
    barred = frozenset(c.id for key, own in cut.items() for c in barred_chunks(articles[key], own))
    dense = DenseIndex.build(_vectors(chunks, encoder, tell, previous))
    lexical = LexicalIndex.build(chunks)
    late = MultiVectorIndex.build(chunks, bundled_reranker(), _known_rows(previous))
    contents = {
        "articles.json": articles_to_bytes(articles.values()),
        "chunks.json": chunks_to_bytes(chunks),
        "barred.json": barred_to_bytes(barred),
        "vectors.faiss": dense.to_bytes(),
        **lexical.to_files(),
        **late.to_files(),
    }
    manifest = Manifest(
        encoder_id=encoder.id,
        encoder_digest=encoder.digest,
        dimension=encoder.dimension,
        **_code_versions(),
        articles={article.id: article_digest(article) for article in articles.values()},
        files={name: FileEntry.of(contents[name]) for name in FILES},
        canaries=make_canaries(chunks, dense, lexical, encoder),
        corpus_digest=corpus_digest,
    )
    store = Store(0, manifest, MappingProxyType(articles), chunks, dense, lexical, late, barred)
    return store, contents


def _code_versions() -> dict[str, str]:
    return {
        "chunker": CHUNKER_VERSION,
        "tokenizer": TOKENIZER_VERSION,
        "scorer": postings.SCORER_VERSION,
        "orders": orders.VERSION,
        "reranker": bundled_reranker().version,
    }


def _vectors(
    chunks: Sequence[Chunk], encoder: Encoder, tell: Progress, previous: Store | None
) -> Vectors:
    """(len(chunks), dim) float32; encodes only what `previous` does not hold."""
    texts = [indexed_text(chunk) for chunk in chunks]
    known = _known_vectors(previous, encoder)
    rows = np.zeros((len(texts), encoder.dimension), dtype=np.float32)
    fresh = []
    for row, text in enumerate(texts):
        if text in known:
            rows[row] = known[text]
        else:
            fresh.append(row)
    tell(len(texts) - len(fresh), len(texts), "encode")
    for at in range(0, len(fresh), BATCH):
        batch = fresh[at : at + BATCH]
        rows[batch] = _encoded([texts[row] for row in batch], encoder)
        tell(len(texts) - len(fresh) + at + len(batch), len(texts), "encode")
    return rows


def _known_vectors(previous: Store | None, encoder: Encoder) -> dict[str, Vectors]:
    """Indexed text -> vector. By text, as the id of a chunk does not change with its title."""
    if previous is None or _encoder_problem(previous.manifest, encoder):
        return {}
    rows = previous.dense.rows(range(len(previous.chunks)))
    return {indexed_text(chunk): row for chunk, row in zip(previous.chunks, rows, strict=True)}


def _known_rows(previous: Store | None) -> dict[str, Rows]:
    """What the reranker read -> its rows, where the same one made them."""
    if previous is None or previous.manifest.reranker != bundled_reranker().version:
        return {}
    return {readable(chunk): previous.late[at] for at, chunk in enumerate(previous.chunks)}


def _encoded(texts: Sequence[str], encoder: Encoder) -> Vectors:
    rows = encoder.encode_documents(texts)
    expected = (len(texts), encoder.dimension)
    if rows.shape != expected or rows.dtype != np.float32:
        raise IndexMismatchError(
            f"the encoder {encoder.id!r} should give {expected} float32, "
            f"it gave {rows.shape} {rows.dtype}"
        )
    return rows


# Opening


def _load(folder: Path, number: int, encoder: Encoder | None, disk: Disk) -> Store:
    """Generation `number`, checked; raises IndexDamagedError, IndexMismatchError."""
    manifest, contents = read_generation(folder, number, disk)
    if contents.keys() != set(FILES):
        raise IndexDamagedError(f"it has the files {sorted(contents)}, expected {sorted(FILES)}")
    _require_same_makers(manifest, encoder)
    articles = articles_from_bytes(contents["articles.json"])
    chunks = chunks_from_bytes(contents["chunks.json"], articles)
    dense = DenseIndex.from_bytes(contents["vectors.faiss"])
    lexical = LexicalIndex.from_files(contents)
    late = MultiVectorIndex.from_files(contents)
    if not len(chunks) == len(dense) == lexical.n_chunks == len(late):
        raise IndexDamagedError(
            f"{len(chunks)} chunks, {len(dense)} vectors, postings of {lexical.n_chunks} chunks, "
            f"rows of {len(late)}"
        )
    if problems := list(canary_problems(manifest.canaries, chunks, dense, lexical, encoder)):
        raise IndexMismatchError("; ".join(problems))
    barred = barred_from_bytes(contents["barred.json"], chunks)
    return Store(number, manifest, MappingProxyType(articles), chunks, dense, lexical, late, barred)


def _require_same_makers(manifest: Manifest, encoder: Encoder | None) -> None:
    for part, version in _code_versions().items():
        made = getattr(manifest, part)
        if made != version:
            raise IndexMismatchError(
                f"{part} {made!r} made the index, this askwiki has {version!r}"
            )
    if encoder is not None and (problem := _encoder_problem(manifest, encoder)):
        raise IndexMismatchError(problem)


def _encoder_problem(manifest: Manifest, encoder: Encoder) -> str | None:
    made = (manifest.encoder_id, manifest.encoder_digest, manifest.dimension)
    given = (encoder.id, encoder.digest, encoder.dimension)
    if made == given:
        return None
    old, new = (
        f"{name!r} (digest {digest[:12]}, {dim} wide)" for name, digest, dim in (made, given)
    )
    return f"the encoder {old} made the index, the encoder in use is {new}"
