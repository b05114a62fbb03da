"""Files -> Article: Markdown, plain text and raw wiki page dumps."""

from askwiki.corpus.files import corpus_digest
from askwiki.corpus.load import Corpus, Skipped, load_corpus

__all__ = ["Corpus", "Skipped", "corpus_digest", "load_corpus"]
