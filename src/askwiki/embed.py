"""Text -> unit vectors, behind one small Protocol.

The bundled model is a bag of character n-grams: a table of int8 rows, one an
n-gram, averaged and scaled to length 1. It runs on numpy alone. Any
sentence-transformers model stands behind the same Protocol.
"""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from askwiki import text as zh
from askwiki.errors import MissingExtraError, SettingsError

Vectors = npt.NDArray[np.float32]

CARD = "model.json"
"""Makes a folder one of a static encoder: its id, its digest, the SHA-256 of each file."""

STATIC_FILES = ("table.npy", "scales.npy", "idf.npy", "vocabulary.txt")
"""Beside it."""

_APART = ["总机怎么转接电话", "彩铃是谁在付话费"]
"""Two texts as long as each other, without a common character, that any Chinese model tells apart."""

_FOREIGN = ("modules.json", "config.json")
"""One of them is in the folder of a sentence-transformers or Transformers model."""


class Encoder(Protocol):
    """What the index and the search ask of a model.

    `id` names the model and `digest` its weights: an index made by one refuses
    to be read by another.
    """

    @property
    def id(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    def encode_query(self, texts: Sequence[str]) -> Vectors: ...
    def encode_documents(self, texts: Sequence[str]) -> Vectors: ...


class StaticEncoder:
    """The bundled model: the mean of the rows of a text's n-grams.

    Args:
        vocabulary: the n-grams, in row order.
        table: (n, dim) int8 rows.
        scales: (n,) float32; row i of the table times scales[i] is the vector.
        idf: (n,) float32; how rare each n-gram is in Chinese at large.
        id: the model's name with its version.
        digest: of the files it came from.
    """

    def __init__(
        self,
        vocabulary: Sequence[str],
        table: npt.NDArray[np.int8],
        scales: npt.NDArray[np.float32],
        idf: npt.NDArray[np.float32],
        id: str,
        digest: str,
    ) -> None:
        if table.ndim != 2 or not len(vocabulary) == len(table) == len(scales) == len(idf):
            raise SettingsError(
                f"a static model needs a row, a scale and an idf for each n-gram: got "
                f"{len(vocabulary)} n-grams, table {table.shape}, scales {scales.shape}, "
                f"idf {idf.shape}"
            )
        self.id, self.digest, self.dimension = id, digest, table.shape[1]
        self._rows = {gram: row for row, gram in enumerate(vocabulary)}
        self._table, self._scales, self._idf = table, scales, idf
        self._rarest = float(idf.max(initial=0.0))

    @classmethod
    def load(cls, folder: Path) -> "StaticEncoder":
        """The model in `folder`: `model.json`, `vocabulary.txt` and the arrays.

        Raises:
            SettingsError: a file is missing or does not fit the others.
        """
        try:
            card = json.loads((folder / CARD).read_text("utf-8"))
            name, digest = str(card["id"]), str(card["digest"])
            vocabulary = (folder / "vocabulary.txt").read_text("utf-8").split("\n")
            mapped = np.load(folder / "table.npy", mmap_mode="r", allow_pickle=False)
            table = np.asarray(mapped)  # still mapped, without what a memmap adds to each access
            scales, idf = (
                np.load(folder / file, allow_pickle=False).astype(np.float32)
                for file in ("scales.npy", "idf.npy")
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SettingsError(f"the encoder in {folder} cannot be loaded: {error!r}") from error
        return cls(vocabulary, table, scales, idf, name, digest)

    def idf(self, gram: str) -> float:
        """How rare `gram` is in Chinese at large; the highest value where it is unknown."""
        row = self._rows.get(gram)
        return self._rarest if row is None else float(self._idf[row])

    def knows(self, gram: str) -> bool:
        """Whether `gram` is in the vocabulary: usual enough in Chinese at large."""
        return gram in self._rows

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32, unit rows; a text with no known n-gram gives a zero row."""
        return unit_rows(self.sums([zh.ngrams(text) for text in texts]))

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """The same as `encode_query`: the model knows no difference."""
        return self.encode_query(texts)

    def sums(self, texts: Sequence[Sequence[str]]) -> Vectors:
        """(n, dim) float32, each text given as its n-grams, before it is brought to length 1.

        The sum of two texts is that of both together, a line break between them.
        """
        sums = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, grams in enumerate(texts):
            known = [self._rows[gram] for gram in grams if gram in self._rows]
            sums[row] = self._scales[known] @ self._table[known].astype(np.float32)
        return sums


def unit_rows(rows: Vectors) -> Vectors:
    """(n, dim) float32, each row brought to length 1; a zero row stays one."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Vectors = (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return unit


class SentenceTransformerEncoder:
    """Any sentence-transformers model, by hub name or path.

    Raises:
        MissingExtraError: sentence-transformers is not installed.
        SettingsError: the model cannot be loaded.
    """

    def __init__(self, name: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError:
            raise MissingExtraError(
                "sentence-transformers", "hub", f"the encoder {name!r}"
            ) from None
        try:
            self._model: Any = SentenceTransformer(name, device="cpu")
        except Exception as error:  # the hub client raises whatever its transport raises
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise SettingsError(
                f"the encoder {name!r} cannot be loaded: {reason}; give the path of a downloaded "
                "sentence-transformers model, or set ASKWIKI_ENCODER=default"
            ) from error
        self._require_chinese(name)
        self.id = f"sentence-transformers:{name}"
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.digest = _weights_digest(self._model)

    def _require_chinese(self, name: str) -> None:
        """A tokenizer that knows no Chinese gives every text the same vector, and no error."""
        one, other = self._model.encode(_APART, show_progress_bar=False)
        if np.allclose(one, other):
            raise SettingsError(
                f"the encoder {name!r} cannot tell one Chinese word from another: choose one that "
                "was trained on Chinese; one that training/convert.py wrote for "
                "sentence-transformers has to be converted back by it; or set "
                "ASKWIKI_ENCODER=default"
            )

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32, unit rows."""
        return self._run(self._model.encode_query, texts)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32, unit rows."""
        return self._run(self._model.encode_document, texts)

    def _run(self, encode: Any, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        rows = encode(
            [zh.visible(text) for text in texts],
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return np.ascontiguousarray(rows, dtype=np.float32)


def _weights_digest(model: Any) -> str:
    """SHA-256 over the names and values of all weights, so that a retrained model is another."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(tensor.float().cpu().numpy()).tobytes())
    return digest.hexdigest()


@cache
def bundled_encoder() -> StaticEncoder:
    """The encoder that ships in the package, loaded on first use."""
    return StaticEncoder.load(Path(str(files("askwiki").joinpath("models/encoder"))))


def load_encoder(name: str) -> Encoder:
    """ "default" for the bundled encoder, a folder, or a sentence-transformers name.

    A folder with a `model.json` is a static encoder, as `training/own.py` writes it, and needs no
    torch; any other is a sentence-transformers model.

    Raises:
        MissingExtraError: sentence-transformers is needed and not installed.
        SettingsError: the encoder cannot be loaded.
    """
    if name == "default":
        return bundled_encoder()
    folder = Path(name)
    if (folder / CARD).is_file():
        _require_whole(folder)
        return StaticEncoder.load(folder)
    if folder.is_dir() and not any((folder / file).is_file() for file in _FOREIGN):
        raise SettingsError(
            f"the folder {name!r} holds no encoder: neither {CARD}, as training/own.py writes it, "
            f"nor {_FOREIGN[0]} of sentence-transformers; give the folder that holds one of them, "
            "or set ASKWIKI_ENCODER=default"
        )
    if folder.is_absolute() and not folder.exists():
        raise SettingsError(
            f"there is no folder {name!r}: mend the path, or set ASKWIKI_ENCODER=default"
        )
    return SentenceTransformerEncoder(name)


def _require_whole(folder: Path) -> None:
    """Every file is the one that the card was written for: its digest speaks for all of them."""
    try:
        sums = json.loads((folder / CARD).read_text("utf-8"))["sha256"]
        changed = [
            name
            for name in STATIC_FILES
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != sums[name]
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError(f"the encoder in {folder} cannot be loaded: {error!r}") from error
    if changed:
        raise SettingsError(
            f"the encoder in {folder} is damaged: {', '.join(changed)} is not the file that {CARD} "
            "names; train it again, or set ASKWIKI_ENCODER=default"
        )
