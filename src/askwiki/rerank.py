"""(question, sections) -> how well each matches: late interaction over characters.

Each position of the question is compared with every position of the section, headings included; its
best likeness counts, weighed by how much the position says (after Khattab and Zaharia, "ColBERT",
2020). The states come from embeddings of characters and bigrams and two small convolutions, so that
a word is known by what it stands beside. Trained by `training/reranker.py` on questions in everyday
words, run here in numpy.
"""

from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock

import numpy as np

from askwiki import text as zh
from askwiki.network import Array, CharacterNetwork, code_points, one_thread
from askwiki.schema import Chunk

QUESTION_CHARS, HEADING_CHARS, SECTION_CHARS = 48, 60, 340
"""Read of a question, of the headings, and of a section with its headings."""

REMEMBERED = 256
"""Sections whose states are kept, the last ones asked about."""

DILATIONS = (1, 2)


class Reranker(CharacterNetwork):
    """The network, with the weights that `training/reranker.py` exports. Threads may share it."""

    name = "reranker"

    def __init__(self, characters: str, weights: dict[str, Array]) -> None:
        super().__init__(characters, weights)
        self._known: OrderedDict[str, Array] = OrderedDict()
        self._lock = Lock()

    def match(self, question: str, chunks: Sequence[Chunk]) -> Array:
        """(n_chunks,) float32 from -1 to 1, the higher the better; 0 for a question of no letters."""
        codes = code_points(zh.normalise(question)[:QUESTION_CHARS])
        if not len(codes) or not chunks:
            return np.zeros(len(chunks), np.float32)
        with one_thread():
            states = self.convolved("cv", self.embedded(codes), DILATIONS)
            weight = self.dense("wt", states)[:, 0]
            weight = np.exp(weight - weight.max())
            asked = self._projected(states) * (weight / weight.sum())[:, None]
            return np.array(
                [self._best(asked, self._section(chunk)) for chunk in chunks], np.float32
            )

    @staticmethod
    def _best(asked: Array, section: Array) -> float:
        """The sum over the question of the best likeness in the section."""
        return float((asked @ section.T).max(1).sum())

    def _section(self, chunk: Chunk) -> Array:
        """(n_characters, width) unit rows of a section under its headings."""
        heading = " ".join((chunk.title, *chunk.heading))[:HEADING_CHARS]
        text = zh.normalise(f"{heading}\n{chunk.text}")[:SECTION_CHARS]
        with self._lock:
            known = self._known.get(text)
            if known is not None:
                self._known.move_to_end(text)
        if known is None:
            states = self.convolved("cv", self.embedded(code_points(text)), DILATIONS)
            known = self._projected(states).astype(np.float16)
            with self._lock:
                self._known[text] = known
                while len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)
        return known.astype(np.float32)

    def _projected(self, states: Array) -> Array:
        rows = self.dense("pj", states)
        unit: Array = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        return unit


@cache
def bundled_reranker() -> Reranker:
    """The reranker that ships in the package, loaded on first use."""
    return Reranker.load(Path(str(files("askwiki").joinpath("models/reranker"))))
