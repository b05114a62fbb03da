"""(question, sections) -> how well each matches: late interaction over characters.

Each position of the question is compared with every position of the section, headings included; its
best likeness counts, weighed by how much the position says (after Khattab and Zaharia, "ColBERT",
2020). The rows come from embeddings of characters and bigrams and small convolutions, so that a
word is known by what it stands beside. Those of the sections are made when the index is built.
Trained by `training/reranker.py` on questions in everyday words, run here in numpy.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt

from askwiki import text as zh
from askwiki.network import Array, CharacterNetwork, code_points, one_thread
from askwiki.schema import Chunk

Rows = npt.NDArray[np.int8]

QUESTION_CHARS, HEADING_CHARS, SECTION_CHARS = 48, 60, 340
"""Read of a question, of the headings, and of a section with its headings."""

DILATIONS = (1, 2)

_UNIT = 127
"""What 1 is in a row of bytes."""


class Reranker(CharacterNetwork):
    """The network, with the weights that `training/reranker.py` exports. Threads may share it."""

    name = "reranker"

    @property
    def version(self) -> str:
        """What made the rows of an index: others do not fit its questions."""
        return f"{self.id} {SECTION_CHARS}"

    def match(self, question: str, sections: Sequence[Rows]) -> Array:
        """(n_sections,) float32 from -1 to 1, the higher the better; 0 for a question of no letters.

        Args:
            question: as it was asked.
            sections: what `rows` gave for each.
        """
        codes = code_points(zh.normalise(question)[:QUESTION_CHARS])
        if not len(codes):
            return np.zeros(len(sections), np.float32)
        with one_thread():
            states = self.convolved("cv", self.embedded(codes), DILATIONS)
            weight = self.dense("wt", states)[:, 0]
            weight = np.exp(weight - weight.max())
            asked = self._projected(states) * (weight / weight.sum() / _UNIT)[:, None]
            return np.array([_best(asked, section) for section in sections], np.float32)

    def rows(self, text: str) -> Rows:
        """(n_characters, width) int8: a row for each character of what `readable` gave.

        Unit rows times 127, a byte a number: a quarter of float32.
        """
        codes = code_points(text)
        if not len(codes):
            return np.zeros((0, len(self.weights["pj.bias"])), np.int8)
        with one_thread():
            states = self.convolved("cv", self.embedded(codes), DILATIONS)
            return np.rint(self._projected(states) * _UNIT).astype(np.int8)

    def _projected(self, states: Array) -> Array:
        rows = self.dense("pj", states)
        unit: Array = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        return unit


def readable(chunk: Chunk) -> str:
    """What the reranker reads of a section: its headings, then its text, as they are matched."""
    heading = " ".join((chunk.title, *chunk.heading))[:HEADING_CHARS]
    return zh.normalise(f"{heading}\n{chunk.text}")[:SECTION_CHARS]


def _best(asked: Array, section: Rows) -> float:
    """The sum over the question of the best likeness in the section."""
    if not len(section):
        return 0.0
    return float((asked @ section.T.astype(np.float32)).max(1).sum())


@cache
def bundled_reranker() -> Reranker:
    """The reranker that ships in the package, loaded on first use."""
    return Reranker.load(Path(str(files("askwiki").joinpath("models/reranker"))))
