"""The reader that is trained is the one that runs."""

import random
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

import reader
from askwiki import text as zh
from askwiki.answer.reader import EvidenceReader, Page, Sheet, lay_out, matches, weigh_question
from askwiki.embed import bundled_encoder
from askwiki.schema import Chunk
from layers import export
from reader import Batches, Reader, exported
from reader_examples import Example, Pool

CHARACTERS = "话费由企业付座机固接入平台忙音铃声怎么了的资月租0123456789，。：？"


def section(text: str, title: str = "资费", heading: str = "") -> Chunk:
    return Chunk(f"a@{len(text)}", "a", title, (heading,) if heading else (), text, 0, len(text))


SECTIONS = (
    section("话费由企业付。市话费每分钟0.15元，长途另计！由企业付：\n\n- 月租。\n- 接入费30元。"),
    section("座机和固话都能接入平台。\n忙音时播放铃声，企业付费。", heading="接入的平台"),
    section("怎么办？由企业定。", title=""),
    section("忙音", "铃声"),
)
"""The longest first, as a batch has them."""

QUESTIONS = ("话费由谁付", "座机怎么接入平台，接入要付什么费", "费", "Q 2？")
SHARES = {0: 0.75, 1: 0.5, 2: 0.625, 3: 0.0}


class Case:
    """One pool of `SECTIONS` and all `QUESTIONS`."""

    def __init__(self) -> None:
        rows = tuple(SHARES)
        self.pools = [Pool(SECTIONS)]
        self.examples = [Example(0, q, {0: (0, 2)}, (0,), rows, SHARES) for q in QUESTIONS]


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> Batches:
    """All sections of each question, in their order, the question as it is."""
    monkeypatch.setattr(reader, "SPOKEN", 0.0)
    monkeypatch.setattr(Batches, "candidates", lambda self, example: (list(example.found), True))
    return Batches(Case(), CHARACTERS, random.Random(1))  # type: ignore[arg-type]


@pytest.fixture
def both(tmp_path: Path) -> tuple[Reader, EvidenceReader]:
    """Random networks with the same weights, rounded as they are in the files."""
    torch.manual_seed(1)
    torch.set_num_threads(1)
    model = Reader(len(CHARACTERS) + 2)
    for name, weights in model.named_parameters():
        centre = 1.0 if name.endswith(("ln.weight", "lnf.weight")) else 0.0
        wide = 0.3 if weights.dim() < 2 else 1.5 / weights.shape[1] ** 0.5
        torch.nn.init.normal_(weights, centre, wide)
    with torch.no_grad():
        model.eq.fill_(2.0)
    export(model, CHARACTERS, tmp_path, reader.ID)
    assert exported(tmp_path)[1] == CHARACTERS
    return exported(tmp_path)[0].eval(), EvidenceReader.load(tmp_path)


def sheet(chunk: Chunk) -> Sheet:
    heading = " ".join((chunk.title, *chunk.heading))
    return lay_out(heading, chunk.text, zh.units(chunk.text))


def expected_of(model: Reader, batches: Batches) -> list[tuple[list[list[float]], float]]:
    """For each question the scores of the sentences of each section, and of "none"."""
    batch, _ = batches.make(Case().examples)
    with torch.no_grad():
        logits, none = model(batch)
    found = []
    for home in range(len(QUESTIONS)):
        rows = torch.nonzero(batch["home"] == home)[:, 0]
        real = [logits[row][batch["real"][row] == 1].tolist() for row in rows]
        found.append((real, float(none[home])))
    return found


def assert_same(
    loaded: EvidenceReader,
    pages: list[Page],
    expected: list[tuple[list[list[float]], float]],
    within: float,
) -> None:
    for question, (scores, none) in zip(QUESTIONS, expected, strict=True):
        asked = weigh_question(question, bundled_encoder().idf)
        reading = loaded.read(asked, pages, list(SHARES.values()))
        assert [len(own) for own in reading.scores] == [len(own) for own in scores] == [5, 2, 2, 1]
        for own, wanted in zip(reading.scores, scores, strict=True):
            assert own == pytest.approx(np.array(wanted), abs=within)
        assert reading.none == pytest.approx(none, abs=within)


def test_numpy_gives_what_torch_gives(
    both: tuple[Reader, EvidenceReader], batches: Batches
) -> None:
    model, loaded = both
    expected = expected_of(model, batches)
    assert np.std([score for scores, _ in expected for own in scores for score in own]) > 0.5
    # Only the states are rounded, to float16.
    assert_same(loaded, [loaded.page(sheet(chunk)) for chunk in SECTIONS], expected, 0.003)


def test_but_for_the_states_in_float16_it_is_the_same_to_the_last_digits(
    both: tuple[Reader, EvidenceReader], batches: Batches
) -> None:
    model, loaded = both
    pages = []
    for laid in map(sheet, SECTIONS):
        states = loaded.convolved("enc", loaded.embedded(laid.codes), (1, 2))
        assert (loaded.page(laid).states == states.astype(np.float16)).all()
        pages.append(Page(laid, states))  # type: ignore[arg-type]
    assert_same(loaded, pages, expected_of(model, batches), 5e-5)


def test_each_gram_of_the_question_marks_the_characters_that_it_covers() -> None:
    # Both networks are given these: only a count by hand tells whether they are right.
    query, common = "座机的话费多少", zh.question_weights()
    laid = sheet(section("话费由企业付。座机的话费30元。", heading="座机"))
    text = "".join(map(chr, laid.codes))
    pairs = [query[i : i + 2] for i in range(6)]
    triples = {a + b[1]: min(common.get(a, 1), common.get(b, 1)) for a, b in pairwise(pairs)}
    others = [name[i : i + 2] for name in zh.expansions(query) for i in range(len(name) - 1)]

    def marked(length: int, weights: dict[str, float]) -> list[float]:
        starts = range(-length + 1, 1)
        return [
            max(weights.get(text[max(0, i + s) : i + s + length], 0.0) for s in starts)
            for i in range(len(text))
        ]

    idf = 4.0
    expected = [
        marked(1, {one: idf / 8 * common.get(one, 1) for one in query}),
        marked(2, {pair: idf / 10 * common.get(pair, 1) for pair in pairs}),
        marked(3, {triple: idf / 10 * weight for triple, weight in triples.items()}),
        [1.0] * 5 + [0.0] * (len(text) - 5),
        [float(i in (0, 5, 13)) for i in range(len(text))],
        [float(character in "30") for character in text],
        marked(2, dict.fromkeys(others, idf / 10)),
    ]
    assert (text[:5], text[5:7], text[13:15]) == ("资费 座机", " 话", " 座")
    found = matches(laid, weigh_question(query, lambda gram: idf))
    assert found == pytest.approx(np.array(expected).T)
    assert all(map(any, expected))
