"""Carries an encoder of ours to sentence-transformers, for whoever fine-tunes there, and back.

    python training/convert.py default FOLDER      # or a folder with a model.json
    python training/convert.py FOLDER OTHER        # a fine-tuned one, back to what askwiki runs

In sentence-transformers the model takes texts that `cut` has cut: uncut Chinese is one unknown word
to its tokenizer. Its vectors are those that askwiki computes.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit

from askwiki.embed import StaticEncoder
from askwiki.errors import AskWikiError, SettingsError
from askwiki.text import ngrams
from encoder import OUT, export

UNKNOWN = "[UNK]"
"""The last row, of zeros: it shortens the mean of a text and leaves its direction."""


@dataclass(frozen=True, slots=True)
class Weights:
    """An encoder's files as numbers: (n, dim) float32 rows and (n,) float16 idf, by n-gram."""

    id: str
    vocabulary: tuple[str, ...]
    rows: np.ndarray
    idf: np.ndarray


def read_weights(folder: Path) -> Weights:
    """The numbers of the encoder in `folder`.

    Raises:
        SettingsError: it holds no encoder.
    """
    name = StaticEncoder.load(folder).id
    rows = np.load(folder / "table.npy").astype(np.float32)
    rows *= np.load(folder / "scales.npy").astype(np.float32)[:, None]
    vocabulary = tuple((folder / "vocabulary.txt").read_text("utf-8").split("\n"))
    return Weights(name, vocabulary, rows, np.load(folder / "idf.npy"))


def cut(text: str) -> str:
    """`text` as the model takes it in sentence-transformers: its n-grams between spaces."""
    return " ".join(ngrams(text))


def as_sentence_transformer(weights: Weights) -> SentenceTransformer:
    """A model whose `encode` gives what `StaticEncoder` gives, for texts that went through `cut`."""
    words = {gram: row for row, gram in enumerate((*weights.vocabulary, UNKNOWN))}
    tokenizer = Tokenizer(WordLevel(words, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    nothing = np.zeros((1, weights.rows.shape[1]), np.float32)
    module = StaticEmbedding(tokenizer, np.concatenate([weights.rows, nothing]))
    return SentenceTransformer(modules=[module, Normalize()], device="cpu")


def read_back(folder: Path) -> Weights:
    """The numbers of a fine-tuned model that `as_sentence_transformer` made; [UNK] is left out.

    The idf is that of the bundled encoder, its highest for an n-gram that it lacks.

    Raises:
        SettingsError: the folder holds something else.
    """
    model = SentenceTransformer(str(folder), device="cpu")
    words = model[0].tokenizer.get_vocab() if isinstance(model[0], StaticEmbedding) else {}
    vocabulary = tuple(sorted(words, key=lambda gram: words[gram]))
    if not vocabulary or vocabulary[-1] != UNKNOWN:
        raise SettingsError(f"{folder} was not made by training/convert.py: only those go back")
    bundled = read_weights(OUT)
    known = dict(zip(bundled.vocabulary, bundled.idf, strict=True))
    rarest = bundled.idf.max()
    idf = np.array([known.get(gram, rarest) for gram in vocabulary[:-1]], np.float16)
    rows = model[0].embedding.weight.detach().numpy()[:-1]
    return Weights(f"{bundled.id}+own", vocabulary[:-1], rows, idf)


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 2 where something given cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", help='"default" or a folder')
    parser.add_argument("out", type=Path, help="folder for the other format")
    given = parser.parse_args(arguments)
    try:
        convert(OUT if given.source == "default" else Path(given.source), given.out)
    except AskWikiError as error:
        print(f"convert.py: {error}", file=sys.stderr)
        return 2
    return 0


def convert(source: Path, out: Path) -> None:
    """Writes `source` to `out` in the other of the two formats.

    Raises:
        SettingsError: `source` is in neither, or `out` holds something.
    """
    if out.exists() and any(out.iterdir()):
        raise SettingsError(f"{out} holds something: give an empty folder or a new name")
    if (source / "model.json").is_file():
        as_sentence_transformer(read_weights(source)).save(str(out), create_model_card=False)
    elif (source / "modules.json").is_file():
        weights = read_back(source)
        export(weights.rows, weights.vocabulary, weights.idf, out, weights.id)
    else:
        raise SettingsError(f"{source} holds no encoder: neither model.json nor modules.json")


if __name__ == "__main__":
    sys.exit(main())
