"""The lexical arm gives BM25 as the formula says, checked by a second implementation."""

import io
import json
import logging
import math
from collections import Counter

import numpy as np
import pytest

from askwiki import text as zh
from askwiki.chunk import chunk_article, indexed_text
from askwiki.errors import IndexDamagedError
from askwiki.index.lexical import FILES, K1, B, LexicalIndex
from askwiki.schema import Chunk


def chunk(text: str) -> Chunk:
    return Chunk(f"c-{text}", "a", "", (), text, 0, len(text))


def witness(documents: list[list[str]], query: dict[str, float]) -> list[float]:
    """BM25 by the book, in plain Python."""
    mean = sum(map(len, documents)) / len(documents)
    totals = []
    for document in documents:
        total = 0.0
        for term, weight in query.items():
            df = sum(term in other for other in documents)
            tf = document.count(term)
            idf = math.log(1 + (len(documents) - df + 0.5) / (df + 0.5))
            norm = 1.2 * (1 - 0.6 + 0.6 * len(document) / mean)
            total += weight * idf * tf / (tf + norm)
        totals.append(total)
    return totals


@pytest.fixture
def chunks(new_corpus) -> list[Chunk]:
    return [chunk for article in new_corpus for chunk in chunk_article(article)]


@pytest.fixture
def index(chunks: list[Chunk]) -> LexicalIndex:
    return LexicalIndex.build(chunks)


def test_the_constants_are_the_measured_ones() -> None:
    assert (K1, B) == (1.2, 0.6)


def test_a_score_worked_out_by_hand() -> None:
    # Two documents of mean length 2; "pbx" twice in one of length 3, so
    # ln(1 + 1.5 / 1.5) * 2 / (2 + 1.2 * (0.4 + 0.6 * 1.5)) = ln 2 * 2 / 3.56
    index = LexicalIndex.build([chunk("pbx ivr pbx"), chunk("sip")])
    assert index.scores({"pbx": 1.0}).tolist() == pytest.approx([math.log(2) * 2 / 3.56, 0.0])
    assert index.scores({"pbx": 0.5}).tolist() == pytest.approx([math.log(2) / 3.56, 0.0])


@pytest.mark.parametrize(
    "question",
    ["400电话的话费是谁付", "小总机容量", "按键", "火星", "8外线64内线", "总机总机总机", ""],
)
def test_plain_python_as_witness(chunks, index, question: str) -> None:
    documents = [zh.tokens(indexed_text(chunk)) for chunk in chunks]
    weights = {term: 0.7 * count for term, count in Counter(zh.tokens(question)).items()}
    scores = index.scores(weights)
    assert (scores.shape, scores.dtype) == ((5,), np.float32)
    np.testing.assert_allclose(scores, witness(documents, weights), atol=1e-5)


def test_every_term_of_the_corpus_against_the_witness(chunks, index) -> None:
    documents = [zh.tokens(indexed_text(chunk)) for chunk in chunks]
    terms = {term for document in documents for term in document}
    assert index.n_terms == len(terms)
    for term in terms:
        expected = witness(documents, {term: 1.0})
        np.testing.assert_allclose(index.scores({term: 1.0}), expected, atol=1e-5)


def test_idf_of_known_and_unknown_terms(index) -> None:
    assert index.n_chunks == 5
    assert index.idf("按键") == pytest.approx(math.log(1 + 4.5 / 1.5))
    assert index.idf("总机") == pytest.approx(math.log(1 + 2.5 / 3.5))
    assert index.idf("火星") == pytest.approx(math.log(1 + 5.5 / 0.5))


def test_best_sums_weight_times_idf_over_all_terms(index) -> None:
    weights = {"按键": 2.0, "火星": 0.5}
    assert index.best(weights) == pytest.approx(
        2 * math.log(1 + 4.5 / 1.5) + 0.5 * math.log(1 + 5.5 / 0.5)
    )
    assert index.best({}) == 0.0


def test_best_is_approached_but_not_reached() -> None:
    index = LexicalIndex.build([chunk("pbx " * 5000), *(chunk("sip " * 5000) for _ in range(3))])
    best, score = index.best({"pbx": 1.0}), float(index.scores({"pbx": 1.0})[0])
    assert best == pytest.approx(math.log(1 + 3.5 / 1.5))
    assert 0.9997 * best < score < best


def test_search_gives_the_positive_ones_best_first_and_equal_ones_by_id() -> None:
    index = LexicalIndex.build([chunk("pbx"), chunk("sip"), chunk("pbx pbx"), chunk("pbx")])
    ids, scores = index.search({"pbx": 1.0}, 9)
    assert ids.tolist() == [2, 0, 3]
    assert scores[1] == scores[2] < scores[0]
    assert index.search({"pbx": 1.0}, 1)[0].tolist() == [2]
    assert index.search({"pbx": 1.0}, -1)[0].tolist() == []
    assert index.search({"ivr": 1.0}, 9)[0].tolist() == []
    assert (ids.dtype, scores.dtype) == (np.int64, np.float32)


def test_a_search_changes_nothing(index) -> None:
    before = index.to_files()
    index.search({"按键": 3.0, "火星": 1.0}, 2)
    assert index.to_files() == before


@pytest.mark.parametrize("texts", [[], ["。"], ["？", "！"]])
def test_an_index_without_terms_finds_nothing(texts: list[str]) -> None:
    index = LexicalIndex.build([chunk(text) for text in texts])
    index = LexicalIndex.from_files(index.to_files())
    assert index.scores({"a": 1.0}).tolist() == [0.0] * len(texts)
    assert index.search({"a": 1.0}, 3)[0].tolist() == []
    assert index.best({"a": 1.0}) == pytest.approx(math.log(1 + (len(texts) + 0.5) / 0.5))


def test_a_chunk_without_terms_beside_others_scores_0() -> None:
    index = LexicalIndex.build([chunk("。"), chunk("pbx")])
    assert index.scores({"pbx": 1.0}).tolist() == pytest.approx(
        witness([[], ["pbx"]], {"pbx": 1.0})
    )


def test_a_build_says_nothing_that_the_application_did_not_ask_for(chunks, caplog) -> None:
    LexicalIndex.build(chunks)
    assert caplog.messages == []
    assert logging.getLogger("bm25s").level == logging.NOTSET


def test_files_come_back_the_same(index) -> None:
    files = index.to_files()
    assert tuple(files) == FILES
    again = LexicalIndex.from_files(files)
    assert again.to_files() == files
    weights = {"按键": 1.0, "总机": 0.5}
    assert again.scores(weights).tolist() == index.scores(weights).tolist()
    assert again.best(weights) == index.best(weights)


def npy(values: object, dtype: str) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array(values, dtype=dtype), allow_pickle=True)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("scores.npy", b"", "scores.npy cannot be read"),
        ("scores.npy", npy([{"a": 1}], "O"), "scores.npy cannot be read: .*pickle"),
        ("scores.npy", npy([0.5] * 4, "<f8"), "float64, expected <f4 in 1 dimensions"),
        ("scores.npy", npy([[0.5] * 4], "<f4"), r"holds \(1, 4\) float32"),
        ("scores.npy", npy([0.5] * 5, "<f4"), "starts.npy does not divide 5 items"),
        ("chunk-ids.npy", npy([0, 1, 1], "<i4"), "3 chunk ids for 4 scores"),
        ("chunk-ids.npy", npy([0, 1, 2, 3], "<i4"), "chunks outside 0 to 2"),
        ("chunk-ids.npy", npy([0, 1, 2, -1], "<i4"), "chunks outside 0 to 2"),
        ("starts.npy", npy([0, 4], "<i8"), "2 items for 2 parts"),
        ("starts.npy", npy([0, 5, 4], "<i8"), "does not divide 4 items"),
        ("starts.npy", npy([1, 2, 4], "<i8"), "does not divide 4 items"),
        ("starts.npy", npy([0, 2, 3], "<i8"), "does not divide 4 items"),
        ("vocabulary.json", b"{", "vocabulary.json cannot be read"),
        ("vocabulary.json", b"[]", "vocabulary.json cannot be read"),
        ("vocabulary.json", b"{}", "vocabulary.json cannot be read: KeyError"),
        ("vocabulary.json", b'{"terms":3,"chunks":3}', "no list of terms"),
        ("vocabulary.json", b'{"terms":["a","b"],"chunks":"3"}', "no number of chunks"),
        ("vocabulary.json", b'{"terms":["a"],"chunks":3}', "3 items for 1 parts"),
    ],
)
def test_files_that_do_not_fit_are_refused(name: str, data: bytes, message: str) -> None:
    index = LexicalIndex.build([chunk("pbx"), chunk("pbx sip"), chunk("sip")])
    files = index.to_files()
    assert json.loads(files["vocabulary.json"]) == {"chunks": 3, "terms": ["pbx", "sip"]}
    with pytest.raises(IndexDamagedError, match=message):
        LexicalIndex.from_files({**files, name: data})


def test_a_missing_file_is_refused(index) -> None:
    for name in FILES:
        files = index.to_files()
        del files[name]
        with pytest.raises(IndexDamagedError, match=name):
            LexicalIndex.from_files(files)
