"""The dense arm gives the exact inner products of the rows it was given."""

import threading

import numpy as np
import pytest

from askwiki.errors import IndexDamagedError, IndexMismatchError
from askwiki.index.dense import DenseIndex

ROWS = np.array([[1, 0], [0.6, 0.8], [0, 1], [-1, 0], [0.6, 0.8]], dtype=np.float32)


def row(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_neighbours_come_best_first_and_equal_ones_by_id() -> None:
    index = DenseIndex.build(ROWS)
    ids, scores = index.search(row(0.6, 0.8), 4)
    assert ids.tolist() == [1, 4, 2, 0]
    assert scores.tolist() == pytest.approx([1.0, 1.0, 0.8, 0.6], abs=1e-6)
    assert (ids.dtype, scores.dtype) == (np.int64, np.float32)


def test_a_query_may_be_one_row() -> None:
    index = DenseIndex.build(ROWS)
    ids, scores = index.search(row(0, 1).reshape(1, 2), 1)
    assert (ids.tolist(), scores.tolist()) == ([2], [1.0])


@pytest.mark.parametrize(("k", "found"), [(-1, 0), (0, 0), (5, 5), (99, 5)])
def test_k_is_cut_to_what_there_is(k: int, found: int) -> None:
    ids, scores = DenseIndex.build(ROWS).search(row(1, 0), k)
    assert ids.tolist() == [0, 1, 4, 2, 3][:found]
    assert scores.shape == (found,)


def test_no_id_is_ever_negative() -> None:
    ids, scores = DenseIndex.build(ROWS).search(row(np.nan, 0), 3)
    assert (ids.tolist(), scores.tolist()) == ([], [])


def test_an_empty_index_finds_nothing() -> None:
    index = DenseIndex.build(np.zeros((0, 2), dtype=np.float32))
    index = DenseIndex.from_bytes(index.to_bytes())
    assert (len(index), index.dimension) == (0, 2)
    assert index.search(row(1, 0), 3)[0].tolist() == []
    assert index.scores(row(1, 0), []).tolist() == []
    assert index.rows([]).shape == (0, 2)


def test_scores_of_given_ids() -> None:
    index = DenseIndex.build(ROWS)
    scores = index.scores(row(0, 1), [3, 1, 1])
    assert scores.tolist() == pytest.approx([0.0, 0.8, 0.8], abs=1e-7)
    assert scores.dtype == np.float32
    assert index.rows([3, 1]).tolist() == ROWS[[3, 1]].tolist()


def test_numpy_as_witness() -> None:
    rng = np.random.default_rng(7)
    rows = rng.normal(size=(300, 48)).astype(np.float32)
    index = DenseIndex.build(rows)
    for query in rng.normal(size=(10, 48)).astype(np.float32):
        products = rows.astype(np.float64) @ query.astype(np.float64)
        ids, scores = index.search(query, 20)
        assert ids.tolist() == np.argsort(-products)[:20].tolist()
        np.testing.assert_allclose(scores, products[ids], atol=1e-5)
        np.testing.assert_allclose(index.scores(query, ids), products[ids], atol=1e-5)


@pytest.mark.parametrize(
    ("query", "got"),
    [
        (row(1, 0, 0), r"\(3,\) float32"),
        (np.zeros((2, 2), np.float32), r"\(2, 2\) float32"),
        (np.zeros((1, 1, 2), np.float32), r"\(1, 1, 2\) float32"),
        (np.zeros(2), r"\(2,\) float64"),
        (row(1, 0)[0], r"\(\) float32"),
    ],
)
def test_a_wrong_query_is_refused_with_both_shapes(query: np.ndarray, got: str) -> None:
    index = DenseIndex.build(ROWS)
    with pytest.raises(IndexMismatchError, match=rf"\(2,\) or \(1, 2\) float32 query, got {got}"):
        index.search(query, 1)
    with pytest.raises(IndexMismatchError, match=got):
        index.scores(query, [0])


@pytest.mark.parametrize("ids", [[5], [-1], [0, 5]])
def test_an_id_of_another_index_is_refused(ids: list[int]) -> None:
    with pytest.raises(IndexMismatchError, match="expected ids from 0 to 4, got"):
        DenseIndex.build(ROWS).rows(ids)


def test_wrong_rows_are_refused() -> None:
    with pytest.raises(IndexMismatchError, match=r"got \(2,\) float32"):
        DenseIndex.build(row(1, 0))
    with pytest.raises(IndexMismatchError, match=r"got \(5, 2\) float64"):
        DenseIndex.build(ROWS.astype(np.float64))
    bad = ROWS.copy()
    bad[3, 1] = np.inf
    with pytest.raises(IndexMismatchError, match="infinity in row 3"):
        DenseIndex.build(bad)


def test_bytes_come_back_the_same() -> None:
    data = DenseIndex.build(ROWS).to_bytes()
    index = DenseIndex.from_bytes(data)
    assert index.to_bytes() == data
    assert index.rows(range(5)).tolist() == ROWS.tolist()


def test_cut_bytes_are_refused() -> None:
    data = DenseIndex.build(ROWS).to_bytes()
    for end in range(len(data)):
        with pytest.raises(IndexDamagedError, match=f"cannot read the {end} bytes"):
            DenseIndex.from_bytes(data[:end])


def test_another_kind_of_index_is_refused() -> None:
    import faiss

    data = faiss.serialize_index(faiss.IndexFlatL2(2)).tobytes()
    with pytest.raises(IndexDamagedError, match="expected IndexFlatIP, got IndexFlatL2"):
        DenseIndex.from_bytes(data)


def test_a_search_runs_on_one_thread_in_any_thread() -> None:
    import faiss

    index, seen = DenseIndex.build(ROWS), []

    def ask() -> None:
        faiss.omp_set_num_threads(3)
        index.search(row(1, 0), 1)
        seen.append(faiss.omp_get_max_threads())

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert seen == [1]
