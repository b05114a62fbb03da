"""The reranker that is trained is the one that runs, and training it makes it better."""

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import reranker
from askwiki.rerank import Reranker, readable
from askwiki.schema import Chunk
from data import SectionRow
from layers import export
from reader_examples import Example, Pool
from reranker import SECTION_CHARS, Batches, Matcher, Texts, headings_of, questions_of

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

    def text(self, key: tuple[int, int]) -> str:
        return readable(self.pools[key[0]].chunks[key[1]])


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> tuple[Matcher, Batches]:
    monkeypatch.setattr(reranker, "BATCH", 6)
    torch.manual_seed(1)
    torch.set_num_threads(1)
    model = Matcher(len(CHARACTERS) + 2)
    case = Case()
    asked = questions_of(case)  # type: ignore[arg-type]
    return model, Batches(asked, case.text, CHARACTERS, random.Random(1))


def test_numpy_gives_what_torch_gives(small: tuple[Matcher, Batches], tmp_path: Path) -> None:
    model, batches = small
    torch.nn.init.normal_(model.wt.weight, std=0.5)
    export(model, CHARACTERS, tmp_path, reranker.ID)
    questions, chunks = (
        ["座机怎么接入", "忙音"],
        [section("固话接入平台的。", "接入"), section("铃声")],
    )
    cut = [batches.cut(question, 48) for question in questions]
    rows = [batches.cut(readable(chunk), SECTION_CHARS) for chunk in chunks]
    with torch.no_grad():
        expected = model.eval()(Texts(cut), Texts(rows)).float().numpy()
    loaded = Reranker.load(tmp_path)
    sections = [loaded.rows(readable(chunk)) for chunk in chunks]
    found = np.array([loaded.match(question, sections) for question in questions])
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
    batches.asked = [
        *batches.asked[:1],
        replace(batches.asked[0], question="座机"),
        *batches.asked[2:],
    ]
    _, sections, right, also = batches.next()
    assert also.shape == (6, len(sections.codes))
    assert int(also.sum()) == 2  # each of the two has the right section of the other beside it
    assert not any(also[i, right[i]] for i in range(6))


def test_headings_are_asked_of_sections_that_do_not_say_them() -> None:
    rows = [
        SectionRow(0, "话机 忙音", "话机 > 忙音", "甲" * 70 + "。", "one"),
        SectionRow(1, "话机 铃", "话机 > 铃", "乙" * 70 + "。", "one"),
        SectionRow(2, "短", "短", "太短。", "one"),
        SectionRow(3, "停机", "停机", "丙" * 70 + "。", "two"),
        SectionRow(4, "留", "留", "丁" * 70 + "。", "held"),
    ]
    asked, texts = headings_of(rows, {"held"}, random.Random(1))
    assert [(a.question, a.right, a.near) for a in asked] == [
        ("话机 忙音", ((0, 0),), ((0, 1),)),
        ("话机 铃", ((0, 1),), ((0, 0),)),
        ("停机", ((0, 2),), ()),
    ]
    assert texts == [f"话机\n{'甲' * 70}。", f"话机\n{'乙' * 70}。", f"\n{'丙' * 70}。"]


def test_a_sentence_that_is_asked_is_taken_out() -> None:
    sentences = ["甲" * 30 + "。", "乙" * 30 + "。", "丙" * 30 + "。"]
    rows = [SectionRow(n, "题", "题", "".join(sentences), str(n)) for n in range(20)]
    asked, texts = headings_of(rows, set(), random.Random(1))
    taken = [(a.question, text) for a, text in zip(asked, texts, strict=True) if a.question != "题"]
    assert 4 < len(taken) < 16
    for question, text in taken:
        assert question in sentences
        assert question not in text
        assert len(text) == 1 + 31 * 2


def test_what_looks_right_to_the_network_comes_first() -> None:
    like = {"one": [5.0, 1.0, 3.0], "two": [0.0, 2.0, 1.0]}

    class Reader:
        def rows(self, text: str) -> str:
            return text

        def match(self, question: str, sections: list[str]) -> np.ndarray:
            return np.array([like[question][int(section)] for section in sections])

    near = ((0, 0), (0, 1), (0, 2))
    asked = [reranker.Asked(question, ((0, 9),), frozenset(), near) for question in like]
    found = reranker.harder(asked, lambda key: str(key[1]), Reader())  # type: ignore[arg-type]
    assert [one.near for one in found] == [
        ((0, 0), (0, 2), (0, 1)),
        ((0, 1), (0, 2), (0, 0)),
    ]


def test_between_passes_something_may_be_done(small: tuple[Matcher, Batches]) -> None:
    model, batches = small
    called: list[int] = []
    reranker.train(model, batches, 3, lambda: called.append(1))
    assert len(called) == 2
