"""The reranker that is trained is the one that runs, and training it makes it better."""

import random
from pathlib import Path

import numpy as np
import pytest
import torch

import reranker
from askwiki.rerank import Reranker
from askwiki.schema import Chunk
from layers import export
from reader_examples import Example, Pool
from reranker import Batches, Matcher, Texts

CHARACTERS = "座机固话接入平台忙音铃声怎么了的"


def section(text: str, heading: str = "") -> Chunk:
    return Chunk(f"a@{len(text)}", "a", "题", (heading,) if heading else (), text, 0, len(text))


class Case:
    """Two pools of three sections, where lay words of the questions name each section."""

    def __init__(self) -> None:
        texts = ("固话接入平台", "忙音", "铃声的平台"), ("平台铃", "固话", "话音声")
        self.pools = [Pool([section(text) for text in own]) for own in texts]
        asked = ("座机怎么了", "的的的", "怎么了铃"), ("了座座", "怎接机", "么入")
        self.examples = [
            Example(pool, question, {row: (0,)}, (row,), (0, 1, 2), dict.fromkeys(range(3), 0.5))
            for pool, own in enumerate(asked)
            for row, question in enumerate(own)
        ]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> tuple[Matcher, Batches]:
    monkeypatch.setattr(reranker, "BATCH", 6)
    torch.manual_seed(1)
    torch.set_num_threads(1)
    model = Matcher(len(CHARACTERS) + 2)
    return model, Batches(Case(), CHARACTERS, random.Random(1))  # type: ignore[arg-type]


def test_numpy_gives_what_torch_gives(small: tuple[Matcher, Batches], tmp_path: Path) -> None:
    model, batches = small
    torch.nn.init.normal_(model.wt.weight, std=0.5)
    export(model, CHARACTERS, tmp_path, reranker.ID)
    questions, chunks = (
        ["座机怎么接入", "忙音"],
        [section("固话接入平台的。", "接入"), section("铃声")],
    )
    cut = [batches._cut(question, 48) for question in questions]
    rows = [batches._cut(f"{' '.join((c.title, *c.heading))}\n{c.text}", 340) for c in chunks]
    with torch.no_grad():
        expected = model.eval()(Texts(cut), Texts(rows)).float().numpy()
    loaded = Reranker.load(tmp_path)
    found = np.array([loaded.match(question, chunks) for question in questions])
    assert found == pytest.approx(expected, abs=0.01)  # int8 tables here


def test_training_finds_the_right_sections(small: tuple[Matcher, Batches]) -> None:
    model, batches = small

    def right() -> float:
        questions, sections, answers, also = batches.next()
        with torch.no_grad():
            scores = model.eval()(questions, sections).float().masked_fill(also, -9)
        model.train()
        return float((scores.argmax(1) == answers).float().mean())

    before = right()
    reranker.train(model, batches, 60)
    assert before < 0.5
    assert right() == 1.0


def test_sections_that_answer_as_well_are_no_wrong_ones(
    small: tuple[Matcher, Batches], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, batches = small
    monkeypatch.setattr(reranker, "HARD", 0)
    twin = batches.asked[0]
    batches.asked[1] = Example(0, "座机", twin.gold, twin.own, twin.found, twin.shares)
    _, sections, right, also = batches.next()
    assert also.shape == (6, len(sections.codes))
    assert int(also.sum()) == 2  # each of the two has the right section of the other beside it
    assert not any(also[i, right[i]] for i in range(6))
