"""The rows that a question is compared with are those of the sections, whatever they went through."""

import numpy as np
import pytest

from askwiki.errors import IndexDamagedError
from askwiki.index.multivector import FILES, MultiVectorIndex
from askwiki.index.npy import to_npy
from askwiki.rerank import Reranker, bundled_reranker, readable
from askwiki.schema import Chunk


def chunk(text: str, title: str = "企业总机") -> Chunk:
    return Chunk(f"a@{text}", "a", title, ("转接",), text, 0, len(text))


CHUNKS = (chunk("按 0 转人工。"), chunk("忙线时排队。"), chunk("", ""), chunk("下班后留言。"))


@pytest.fixture
def index() -> MultiVectorIndex:
    return MultiVectorIndex.build(CHUNKS, bundled_reranker())


def test_each_chunk_has_a_row_for_each_character_read(index: MultiVectorIndex) -> None:
    assert len(index) == 4
    for at, section in enumerate(CHUNKS):
        text = readable(section)
        assert len(index[at]) == len(text)
        assert (index[at] == bundled_reranker().rows(text)).all()


def test_rows_are_unit_rows_in_bytes(index: MultiVectorIndex) -> None:
    assert index[0].dtype == np.int8
    lengths = np.linalg.norm(index[0].astype(np.float32), axis=1) / 127
    assert lengths == pytest.approx(np.ones(len(lengths)), abs=0.02)


def test_files_come_back_the_same(index: MultiVectorIndex) -> None:
    files = index.to_files()
    assert tuple(files) == FILES
    again = MultiVectorIndex.from_files(files)
    assert again.to_files() == files
    assert all((again[at] == index[at]).all() for at in range(4))


def test_nothing_to_index() -> None:
    empty = MultiVectorIndex.build([], bundled_reranker())
    assert len(empty) == len(MultiVectorIndex.from_files(empty.to_files())) == 0


def test_known_rows_are_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    rows = Reranker.rows
    monkeypatch.setattr(Reranker, "rows", lambda self, text: read.append(text) or rows(self, text))
    known = {readable(CHUNKS[0]): np.full((1, width()), 7, np.int8)}
    index = MultiVectorIndex.build(CHUNKS[:2], bundled_reranker(), known)
    assert index[0].tolist() == [[7] * width()]
    assert set(read) == {"", readable(CHUNKS[1])}


def width() -> int:
    return bundled_reranker().rows("").shape[1]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("rows.npy", b"", "rows.npy cannot be read"),
        ("rows.npy", to_npy(np.zeros((9, 2), np.float32)), r"expected \|i1 in 2 dimensions"),
        ("rows.npy", to_npy(np.zeros(9, np.int8)), r"holds \(9,\) int8"),
        ("rows.npy", to_npy(np.zeros((9, 2), np.int8)), "does not divide 9 items"),
        ("rows-starts.npy", to_npy(np.zeros(0, np.int64)), "rows-starts.npy is empty"),
        ("rows-starts.npy", to_npy(np.array([0, 5, 4])), "rows-starts.npy does not divide"),
    ],
)
def test_files_that_do_not_fit_are_refused(
    index: MultiVectorIndex, name: str, data: bytes, message: str
) -> None:
    with pytest.raises(IndexDamagedError, match=message):
        MultiVectorIndex.from_files({**index.to_files(), name: data})
