"""The index: vectors, postings and articles, built together and opened whole or not at all."""

from askwiki.index.dense import DenseIndex
from askwiki.index.files import Disk
from askwiki.index.lexical import LexicalIndex
from askwiki.index.manifest import Changes, Manifest, corpus_changes
from askwiki.index.store import (
    Store,
    StoreStats,
    build_store,
    open_store,
    store_stats,
    verify_store,
)

__all__ = [
    "Changes",
    "DenseIndex",
    "Disk",
    "LexicalIndex",
    "Manifest",
    "Store",
    "StoreStats",
    "build_store",
    "corpus_changes",
    "open_store",
    "store_stats",
    "verify_store",
]
