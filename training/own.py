"""Continues the bundled encoder on articles and questions of your own, and says what it gained.

    python training/own.py CORPUS QUESTIONS --out FOLDER

CORPUS is a folder that askwiki reads, QUESTIONS a file that `askwiki eval` reads; questions count
where they name a section of the corpus (`article` and `section`). The sections that questions are
about are taken in the order of the file and every fifth is held back: nothing of it trains, and its
questions judge the encoder before and after, in the search as askwiki runs it. The encoder in
FOLDER has the format of the bundled one and runs with ASKWIKI_ENCODER=FOLDER.
"""

import argparse
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from math import comb
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.sampler import BatchSamplers
from sentence_transformers.sentence_transformer.modules import StaticEmbedding

from askwiki.chunk import chunk_article
from askwiki.corpus import Corpus, load_corpus
from askwiki.embed import Encoder, StaticEncoder
from askwiki.errors import AskWikiError, QuestionSetError, SettingsError
from askwiki.evaluate import Item, read_questions
from askwiki.evaluate.metrics import hit_at_k, missing_facts, relevant, same_article
from askwiki.index import build_store
from askwiki.rerank import bundled_reranker
from askwiki.retrieve import Retriever
from askwiki.schema import Article, Chunk
from askwiki.settings import Settings
from askwiki.text import normalise
from convert import Weights, read_weights
from encoder import (
    OUT,
    Pair,
    as_dataset,
    build_vocabulary,
    cloze,
    export,
    fit,
    saying_pairs,
    word_list_tokenizer,
)

Place = tuple[str, tuple[str, ...]]
"""Article id and heading path: one section."""

FOLD = 5
"""One section in so many is held back."""
PASSES = 3
"""Over all pairs,"""
STEPS = 60
"""but no fewer steps than this: the rows of new words start at nearly nothing."""
BATCH = 128
LEARNING_RATE = 0.002
"""A fifth of what the bundled encoder was trained with."""
SEEN = 2
"""Texts of yours that an unknown n-gram must stand in to get a row."""
NEW_ROWS = 20_000
"""Rows added at most."""
CHANCE = 0.05
"""A gain that tossing a coin gives more often than this may be chance."""
SEED = 20261122


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the section that answers it."""

    question: str
    place: Place


# --- questions and sections -----------------------------------------------------------------------


def asked_of(items: Iterable[Item], articles: Sequence[Article]) -> list[Asked]:
    """The questions that are about one section and need no conversation before them."""
    chunks = {article.id: chunk_article(article) for article in articles}
    found = []
    for item in items:
        if item.abstain or item.history or item.article is None:
            continue
        named = [a for a in articles if same_article(item.article, a.id, a.title)]
        near = [chunk for article in named for chunk in chunks[article.id]]
        places = dict.fromkeys(place_of(chunk) for chunk in near if _answers(chunk, item))
        if len(places) == 1:
            found.append(Asked(item.question, *places))
    return found


def place_of(chunk: Chunk) -> Place:
    """The section that `chunk` is of."""
    return chunk.article_id, chunk.heading


def _answers(chunk: Chunk, item: Item) -> bool:
    """A section that is named, or, where none is, one that states every fact."""
    if item.section is None and (not item.facts or missing_facts(chunk.text, item.facts)):
        return False
    return relevant(chunk, item)


def held_places(asked: Sequence[Asked]) -> set[Place]:
    """Every fifth section that a question is about.

    Raises:
        QuestionSetError: the questions are about too few sections to train and to judge.
    """
    places = list(dict.fromkeys(one.place for one in asked))
    if len(places) < FOLD:
        raise QuestionSetError(
            f"{len(asked)} questions name {len(places)} sections of the corpus, at least {FOLD} are "
            "needed: give `article` and `section` as `askwiki corpus list --json` prints them"
        )
    return set(places[::FOLD])


def training_pairs(
    articles: Sequence[Article], asked: Sequence[Asked], held: set[Place], rng: random.Random
) -> dict[str, list[Pair]]:
    """Question -> section, heading -> section, sentence -> rest of it, saying -> written word.

    Nothing of a section in `held`, nor any question that is asked of one.
    """
    texts: dict[Place, str] = {}
    questions = [one for one in asked if one.place not in held]
    for article in articles:
        for section in article.sections:
            place = article.id, section.path
            if place in held:
                continue
            text = article.text[section.start : section.end]
            texts[place] = "\n".join((article.title, *section.path, text))
            questions += [Asked(question, place) for question in section.asked]
    titles = {article.id: article.title for article in articles}
    heard = {normalise(one.question) for one in asked if one.place in held}
    told = {(one.question, texts[one.place]) for one in questions}
    pairs = sorted(pair for pair in told if normalise(pair[0]) not in heard)
    sayings = saying_pairs()
    return {
        "questions": pairs,
        "sections": [(" ".join((titles[of], *path)), text) for (of, path), text in texts.items()],
        "cloze": [pair for text in texts.values() for pair in cloze(text, rng)],
        # Of its own training, against forgetting; no more of it than of yours.
        "sayings": rng.sample(sayings, min(len(sayings), len(pairs))),
    }


# --- training -------------------------------------------------------------------------------------


def widened(start: Weights, counts: Mapping[str, int]) -> Weights:
    """`start` with a row for each n-gram in `counts` that it lacks, the frequent ones first.

    The rows are small, so that one seldom seen adds next to nothing; the idf is that of an unknown
    n-gram, the highest.
    """
    known = set(start.vocabulary)
    fresh = sorted(
        (gram for gram, count in counts.items() if gram not in known and count >= SEEN),
        key=lambda gram: (-counts[gram], gram),
    )[:NEW_ROWS]
    drawn = np.random.default_rng(SEED).normal(0.0, 0.01, (len(fresh), start.rows.shape[1]))
    return Weights(
        f"{start.id}+own",
        (*start.vocabulary, *fresh),
        np.concatenate([start.rows, drawn.astype(np.float32)]),
        np.concatenate([start.idf, np.full(len(fresh), start.idf.max(), start.idf.dtype)]),
    )


def continued(start: Weights, groups: Mapping[str, Sequence[Pair]]) -> Weights:
    """`start` after training on `groups`; the rows of n-grams that no pair holds stay as they are."""
    counts = build_vocabulary([pair for pairs in groups.values() for pair in pairs], {})
    wide = widened(start, counts)
    # Only these rows have a gradient: the others need not be carried through every step.
    used = [row for row, gram in enumerate(wide.vocabulary) if gram in counts]
    vocabulary = [wide.vocabulary[row] for row in used]
    wide.rows[used] = _trained(wide.rows[used], vocabulary, groups)
    return wide


def _trained(
    rows: np.ndarray, vocabulary: Sequence[str], groups: Mapping[str, Sequence[Pair]]
) -> np.ndarray:
    known, rng = set(vocabulary), random.Random(SEED)
    sets = {name: as_dataset(pairs, known, rng) for name, pairs in groups.items()}
    sets = {name: rows for name, rows in sets.items() if len(rows)}
    # A batch holds no section twice: another question on the same one is no wrong answer.
    batch = max(2, min(BATCH, len(set(sets["questions"]["positive"]))))
    steps = max(STEPS, PASSES * sum(-(-len(rows) // batch) for rows in sets.values()))
    module = StaticEmbedding(word_list_tokenizer(vocabulary), embedding_weights=rows)
    model = SentenceTransformer(modules=[module], device="cpu")
    with TemporaryDirectory() as folder, redirect_stdout(sys.stderr):
        fit(
            model,
            sets,
            Path(folder),
            max_steps=steps,
            per_device_train_batch_size=batch,
            learning_rate=LEARNING_RATE,
            batch_sampler=BatchSamplers.NO_DUPLICATES,
            dataloader_drop_last=False,
            use_cpu=True,
            seed=SEED,
            data_seed=SEED,
        )
    return model[0].embedding.weight.detach().numpy()


# --- judging --------------------------------------------------------------------------------------


def ranks(
    encoder: Encoder, articles: Sequence[Article], asked: Sequence[Asked], dense_weight: float
) -> list[int | None]:
    """The rank of each question's section among the first five hits, None where it is not there."""
    with TemporaryDirectory() as folder:
        store = build_store(articles, encoder, Path(folder))
    retriever = Retriever(store, encoder, dense_weight, bundled_reranker())
    found = []
    for one in asked:
        hits = retriever.retrieve(one.question, k=5)
        found.append(next((hit.rank for hit in hits if place_of(hit.chunk) == one.place), None))
    return found


def report(before: Sequence[int | None], after: Sequence[int | None]) -> str:
    """hit@1 and hit@5 before and after, the questions won and lost, and what they say."""
    lines, turns = [f"{'':7}{'before':>8}{'after':>8}{'won':>6}{'lost':>6}"], []
    for k in (1, 5):
        was, now = ([hit_at_k(rank, k) for rank in ranked] for ranked in (before, after))
        won = sum(b < a for b, a in zip(was, now, strict=True))
        lost = sum(b > a for b, a in zip(was, now, strict=True))
        turns.append((won, lost))
        shares = "".join(f"{sum(hits) / len(hits):8.3f}" for hits in (was, now))
        lines.append(f"{f'hit@{k}':7}{shares}{won:6}{lost:6}")
    return "\n".join([*lines, _verdict(turns)])


def _verdict(turns: Sequence[tuple[int, int]]) -> str:
    rises = [won - lost for won, lost in turns]
    if max(rises) <= 0:
        return "It did NOT help: stay with ASKWIKI_ENCODER=default, or give it more questions."
    if min(rises) < 0:
        return "It did not clearly help: one figure rose, the other fell."
    if min(_chance(won, won + lost) for won, lost in turns) > CHANCE:
        return "Both figures held or rose, by so few questions that it may be chance."
    return "It helped."


def _chance(won: int, changed: int) -> float:
    """How likely at least `won` of `changed` are won by tossing a coin (sign test)."""
    return sum(comb(changed, n) for n in range(won, changed + 1)) / 2**changed


# --- the command ----------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 2 where something given cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, help="folder of articles")
    parser.add_argument("questions", type=Path, help="a .jsonl, .csv or .tsv file")
    parser.add_argument("--out", type=Path, required=True, help="folder for the encoder")
    given = parser.parse_args(arguments)
    try:
        run(given.corpus, given.questions, given.out)
    except AskWikiError as error:
        print(f"own.py: {error}", file=sys.stderr)
        return 2
    return 0


def run(corpus_folder: Path, questions: Path, out: Path) -> None:
    """Reads, trains, writes and judges.

    Raises:
        AskWikiError: the corpus, the questions or `out` cannot be used.
    """
    settings = Settings.load()
    if out.exists() and not (out / "model.json").is_file() and any(out.iterdir()):
        raise SettingsError(f"{out} holds something else: give an empty folder or a new name")
    corpus = load_corpus(corpus_folder, max_file_mb=settings.max_file_mb)
    items = read_questions(questions)
    asked = asked_of(items, corpus.articles)
    held = held_places(asked)
    groups = training_pairs(corpus.articles, asked, held, random.Random(SEED))
    judging = [one for one in asked if one.place in held]
    print(_given(corpus, len(items), asked, held))
    print("training pairs:", ", ".join(f"{len(pairs)} {name}" for name, pairs in groups.items()))
    before = ranks(StaticEncoder.load(OUT), corpus.articles, judging, settings.dense_weight)
    weights = continued(read_weights(OUT), groups)
    export(weights.rows, weights.vocabulary, weights.idf, out, weights.id)
    encoder = StaticEncoder.load(out)
    print(report(before, ranks(encoder, corpus.articles, judging, settings.dense_weight)))
    print(f"{encoder.id}, digest {encoder.digest[:12]}: run it with ASKWIKI_ENCODER={out}")


def _given(corpus: Corpus, items: int, asked: Sequence[Asked], held: set[Place]) -> str:
    sections = len({one.place for one in asked})
    judging = sum(one.place in held for one in asked)
    return (
        f"{len(corpus.articles)} articles; {items} questions, of which {len(asked)} name one section "
        f"and stand alone\nheld back for judging: {len(held)} of {sections} sections, "
        f"{judging} questions"
    )


if __name__ == "__main__":
    sys.exit(main())
