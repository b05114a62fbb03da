"""Trains the bundled encoder and exports it.

    python training/encoder.py DATA [--out src/askwiki/models/encoder]

A sentence-transformers `StaticEmbedding` over character 1- to 3-grams: the text is cut by
`askwiki.text.ngrams` and joined with spaces, so that the model's own tokenizer is a plain word
list. Trained with MultipleNegativesRankingLoss inside MatryoshkaLoss on question -> passage,
saying -> written word, heading -> section and sentence -> rest-of-passage pairs, exported as int8 rows that numpy reads.
"""

import argparse
import hashlib
import json
import random
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.sentence_transformer.losses import (
    MatryoshkaLoss,
    MultipleNegativesRankingLoss,
)
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit

from askwiki.corpus import load_corpus
from askwiki.text import glossary, ngrams, sentences
from data import encyclopaedia, intents, section_readings, sections

Pair = tuple[str, str]

ID = "askwiki-static-zh-5"
WIKI = Path(__file__).parent.parent / "corpus"
OUT = Path(__file__).parent.parent / "src" / "askwiki" / "models" / "encoder"
VOCABULARY = 60_000
DIMENSION = 192
EPOCHS = 2
BATCH = 1024
LEARNING_RATE = 0.01
QUESTION_REPEATS = 3
SEED = 20261121


def question_pairs(folder: Path, rng: random.Random) -> list[Pair]:
    """Everyday question -> passage, question -> answer, question -> another wording of it."""
    pairs = []
    for intent in intents(folder):
        if intent.split != "train":
            continue
        passage = f"{intent.heading}\n{intent.passage}"
        pairs += [(question, passage) for question in intent.questions]
        pairs += [(question, intent.answer) for question in rng.sample(intent.questions, 2)]
        pairs += [tuple(rng.sample(intent.questions, 2)) for _ in range(2)]
    rows = sections(folder)
    for reading in section_readings(folder, rows):
        if reading.split != "train" or reading.answer is None:
            continue
        pairs.append((reading.question, f"{rows[reading.row].path}\n{reading.context[:500]}"))
        if reading.answer:
            pairs.append((reading.question, reading.answer))
    return pairs


def wiki_pairs() -> list[Pair]:
    """The questions asked of each section of our wiki -> the section."""
    return [
        (question, "\n".join((a.title, *s.path, a.text[s.start : s.end][:500])))
        for a in load_corpus(WIKI).articles
        for s in a.sections
        for question in s.asked
    ]


def saying_pairs() -> list[Pair]:
    """What people say -> the written words for it."""
    return [(saying, " ".join(words)) for saying, words in glossary().items()]


def section_pairs(folder: Path) -> list[Pair]:
    """Heading path -> section, for rows that no tuning or test question is about."""
    rows = sections(folder)
    held = {r.row for r in section_readings(folder, rows) if r.split != "train"}
    pairs = [(s.path, s.text[:400]) for s in rows if s.row not in held]
    pairs += [(s.heading, s.text[:200]) for s in rows[::2] if s.row not in held]
    return pairs


def encyclopaedia_pairs(folder: Path) -> list[Pair]:
    """Question -> the stretch of the context around its answer."""
    return [
        (r.question, r.context[max(0, r.start - 150) : r.start + 150])
        for r in encyclopaedia(folder)
    ]


def cloze_pairs(folder: Path, rng: random.Random) -> list[Pair]:
    """A sentence -> the rest of its passage (inverse cloze task, Lee et al. 2019)."""
    rows = sections(folder)
    held = {r.row for r in section_readings(folder, rows) if r.split != "train"}
    passages = [i.passage for i in intents(folder) if i.split == "train"] * 2
    passages += sorted({r.context for r in encyclopaedia(folder)}) * 3
    passages += [s.text[:600] for s in rows[::2] if s.row not in held and len(s.text) > 120]
    return [pair for passage in passages for pair in cloze(passage, rng)]


def cloze(passage: str, rng: random.Random) -> Iterable[Pair]:
    """A sentence of `passage` and the rest of it; nothing where it has one sentence."""
    spans = sentences(passage)
    if len(spans) < 2:
        return
    held = rng.randrange(len(spans))
    sentence = passage[slice(*spans[held])][:120]
    rest = " ".join(passage[a:b] for i, (a, b) in enumerate(spans) if i != held)[:400]
    if len(sentence) > 6 and len(rest) > 6:
        yield sentence, rest


def build_vocabulary(pairs: Sequence[Pair], weight: dict[str, int]) -> Counter[str]:
    """How often each n-gram occurs, question texts counting `weight` times."""
    counts: Counter[str] = Counter()
    for text in dict.fromkeys(text for pair in pairs for text in pair):
        times = weight.get(text, 1)
        for gram in ngrams(text):
            counts[gram] += times
    return counts


def document_frequencies(texts: Iterable[str], vocabulary: Sequence[str]) -> np.ndarray:
    """(n,) float32: the idf of each n-gram over `texts`, ln(1 + (N - df + 0.5) / (df + 0.5))."""
    rows = {gram: i for i, gram in enumerate(vocabulary)}
    seen = np.zeros(len(vocabulary))
    total = 0
    for text in texts:
        total += 1
        found = [rows[gram] for gram in set(ngrams(text)) if gram in rows]
        seen[found] += 1
    return np.log(1 + (total - seen + 0.5) / (seen + 0.5)).astype(np.float32)


def word_list_tokenizer(vocabulary: Sequence[str]) -> Tokenizer:
    """A tokenizer that looks each space-separated n-gram up; row 0 stands for the unknown."""
    words = {gram: row for row, gram in enumerate(vocabulary)}
    tokenizer = Tokenizer(WordLevel(words, unk_token=vocabulary[0]))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    return tokenizer


def as_dataset(pairs: Sequence[Pair], known: set[str], rng: random.Random) -> Dataset:
    """Anchor and positive as space-joined n-grams, shuffled."""

    def cut(text: str) -> str:
        return " ".join(gram for gram in ngrams(text) if gram in known)

    rows = [(cut(a), cut(b)) for a, b in pairs]
    rows = [row for row in rows if all(row)]
    rng.shuffle(rows)
    return Dataset.from_dict({"anchor": [a for a, _ in rows], "positive": [b for _, b in rows]})


def train(sets: dict[str, Dataset], vocabulary: Sequence[str], out: Path) -> SentenceTransformer:
    """The trained model; checkpoints and logs stay in `out`."""
    module = StaticEmbedding(word_list_tokenizer(vocabulary), embedding_dim=DIMENSION)
    # Small, so that an n-gram seen too rarely to learn adds next to nothing to a mean.
    module.embedding.weight.data.normal_(std=0.01)
    model = SentenceTransformer(modules=[module], device="cpu")
    fit(model, sets, out)
    return model


def fit(model: SentenceTransformer, sets: dict[str, Dataset], out: Path, **changes: Any) -> None:
    """Trains `model` in place; `changes` go over the training arguments below."""
    inner = MultipleNegativesRankingLoss(
        model, directions=("query_to_doc", "doc_to_query"), partition_mode="per_direction"
    )
    loss = MatryoshkaLoss(model, inner, matryoshka_dims=[DIMENSION, DIMENSION // 2, DIMENSION // 4])
    settings: dict[str, Any] = {
        "num_train_epochs": EPOCHS,
        "per_device_train_batch_size": BATCH,
        "learning_rate": LEARNING_RATE,
        "weight_decay": 0.0,
        "warmup_steps": 0,
        "lr_scheduler_type": "linear",
        "multi_dataset_batch_sampler": "proportional",
        "dataloader_drop_last": True,
        "save_strategy": "no",
        "report_to": "none",
        "logging_steps": 50,
        "seed": SEED,
        "data_seed": SEED,
        "disable_tqdm": True,
    }
    arguments = SentenceTransformerTrainingArguments(output_dir=str(out), **(settings | changes))
    SentenceTransformerTrainer(model=model, args=arguments, train_dataset=sets, loss=loss).train()


def export(
    weights: np.ndarray, vocabulary: Sequence[str], idf: np.ndarray, out: Path, id: str = ID
) -> None:
    """int8 rows with a scale each, the idf beside them, and a card with digests."""
    out.mkdir(parents=True, exist_ok=True)
    scales = np.maximum(np.abs(weights).max(axis=1), 1e-8) / 127
    table = np.round(weights / scales[:, None]).astype(np.int8)
    np.save(out / "table.npy", table)
    np.save(out / "scales.npy", scales.astype(np.float16))
    np.save(out / "idf.npy", idf.astype(np.float16))
    (out / "vocabulary.txt").write_text("\n".join(vocabulary), "utf-8")
    names = ("table.npy", "scales.npy", "idf.npy", "vocabulary.txt")
    sums = {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in names}
    digest = hashlib.sha256("".join(sums[name] for name in names).encode()).hexdigest()
    card = {"id": id, "dimension": int(weights.shape[1]), "digest": digest, "sha256": sums}
    (out / "model.json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of training data")
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    began, rng = time.monotonic(), random.Random(SEED)
    folder = arguments.data
    groups = {
        "questions": question_pairs(folder, rng) + wiki_pairs() + saying_pairs(),
        "sections": section_pairs(folder),
        "encyclopaedia": encyclopaedia_pairs(folder),
        "cloze": cloze_pairs(folder, rng),
    }
    asked = {text: 4 for pair in groups["questions"] for text in pair}
    counts = build_vocabulary([p for pairs in groups.values() for p in pairs], asked)
    vocabulary = [gram for gram, _ in sorted(counts.items(), key=lambda c: (-c[1], c[0]))][
        :VOCABULARY
    ]
    documents = dict.fromkeys(b for name in ("sections", "encyclopaedia") for _, b in groups[name])
    idf = document_frequencies(documents, vocabulary)
    groups["questions"] *= QUESTION_REPEATS
    known = set(vocabulary)
    sets = {name: as_dataset(pairs, known, rng) for name, pairs in groups.items()}
    print({name: len(rows) for name, rows in sets.items()}, f"{time.monotonic() - began:.0f} s")
    model = train(sets, vocabulary, Path(__file__).parent / "out")
    export(model[0].embedding.weight.detach().numpy(), vocabulary, idf, arguments.out)
    print(f"exported to {arguments.out.name} after {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
