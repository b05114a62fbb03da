"""Which n-grams of a question stand where, and what each counts."""

import random
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from askwiki import text as zh
from askwiki.answer.wording import Wording, grams_of, wording_of


def one(gram: str) -> float:
    return 1.0


def columns(wording: Wording, grams: Sequence[str]) -> list[int]:
    """Where each of `grams` is; the order of the keys is that of hashes, another in each run."""
    keys = wording.keys.tolist()
    return [keys.index(hash(gram)) for gram in grams]


def shares(wording: Wording, grams: Sequence[str]) -> list[list[float]]:
    assert len(wording.keys) == len(grams)
    return wording.shares[columns(wording, grams)].tolist()


# --- the n-grams of a section --------------------------------------------------------------------


def test_each_gram_knows_its_sentence() -> None:
    grams = grams_of(["总", "机"], [["转"], [], ["接", "总"]])
    assert grams.keys.tolist() == [hash(gram) for gram in ("总", "机", "转", "接", "总")]
    assert grams.owner.tolist() == [0, 0, 1, 3, 3]
    assert grams.count == 3
    assert grams.keys.dtype == np.int64


def test_a_section_of_nothing() -> None:
    grams = grams_of([], [])
    assert (len(grams.keys), len(grams.owner), grams.count) == (0, 0, 0)
    assert wording_of("总机", one, one).presence(grams).tolist() == [[False]]


# --- what each n-gram counts ---------------------------------------------------------------------


def test_a_gram_counts_its_idf_times_the_root_of_its_length() -> None:
    idf = {"彩铃": 4.0, "铃录": 9.0, "录制": 5.0, "彩铃录": 10.0, "铃录制": 10.0}
    assert not idf.keys() & zh.question_weights().keys()
    wording = wording_of("彩铃录制", idf.__getitem__, one)
    two, three = 2**0.5, 3**0.5
    general, here = 18 * two + 20 * three, 3 * two + 2 * three
    expected = [
        [4 * two / general, two / here],
        [9 * two / general, two / here],
        [5 * two / general, two / here],
        [10 * three / general, three / here],
        [10 * three / general, three / here],
    ]
    assert np.array(shares(wording, list(idf))) == pytest.approx(np.array(expected))
    assert wording.shares.dtype == np.float32


def test_keys_stand_in_the_order_of_the_question_and_each_once() -> None:
    wording = wording_of("彩铃录制，彩铃录制，SIP-IP", one, one)
    grams = list(dict.fromkeys(g for g in zh.ngrams("彩铃录制，sip-ip") if len(g) > 1))
    assert set(grams) > {"彩铃", "铃录制", "sip-ip", "sip", "ip"}
    assert wording.keys.tolist() == list(map(hash, grams))


@pytest.mark.parametrize("question", ["彩铃怎么录制？", "400电话", "总机 PBX 是什么", "税", "sip"])
def test_the_shares_of_each_column_sum_to_one(question: str) -> None:
    wording = wording_of(question, lambda gram: 1.5 * len(gram), lambda gram: 7.0)
    assert wording.shares.sum(0).tolist() == pytest.approx([1.0, 1.0])
    assert (wording.shares > 0).all()


def test_a_question_word_counts_less_than_a_subject_word() -> None:
    common = zh.question_weights()
    assert common["怎么"] < 1
    assert not {"彩铃", "铃怎", "铃怎么"} & common.keys()
    wording = wording_of("彩铃怎么", one, one)
    grams = ["彩铃", "铃怎", "怎么", "彩铃怎", "铃怎么"]
    # A gram of three counts as the less of its two bigrams does.
    weights = [2**0.5, 2**0.5, 2**0.5 * common["怎么"], 3**0.5, 3**0.5 * common["怎么"]]
    expected = [weight / sum(weights) for weight in weights]
    assert [row[0] for row in shares(wording, grams)] == pytest.approx(expected)


def test_single_characters_count_only_where_there_are_no_others() -> None:
    assert shares(wording_of("税", one, one), ["税"]) == [[1.0, 1.0]]
    idf = {"税": 3.0, "费": 1.0}
    split = wording_of("税、费", idf.__getitem__, one)
    assert shares(split, ["税", "费"]) == [[0.75, 0.5], [0.25, 0.5]]
    assert shares(wording_of("税、彩铃", one, one), ["彩铃"]) == [[1.0, 1.0]]


@pytest.mark.parametrize("question", ["", "？！", "……  —"])
def test_a_question_without_letters_holds_nothing(question: str) -> None:
    wording = wording_of(question, one, one)
    assert (wording.keys.shape, wording.shares.shape) == ((0,), (0, 2))
    held = wording.presence(grams_of(["总机"], [["彩铃"], ["转接"]]))
    assert (held.shape, held.dtype) == ((3, 0), np.bool_)


def test_grams_without_any_idf_have_no_share() -> None:
    wording = wording_of("彩铃", lambda gram: 0.0, one)
    assert wording.shares.tolist() == [[0.0, 1.0]]


# --- which stand where ---------------------------------------------------------------------------


def test_a_row_says_what_the_headings_and_each_sentence_hold() -> None:
    wording = wording_of("彩铃录制", one, one)
    texts = ["彩铃", "录制要一天。", "总机转接。", "彩铃录制"]
    held = wording.presence(grams_of(zh.ngrams(texts[0]), [zh.ngrams(t) for t in texts[1:]]))
    grams = ["彩铃", "铃录", "录制", "彩铃录", "铃录制"]
    assert held[:, columns(wording, grams)].tolist() == [
        [True, False, False, False, False],
        [False, False, True, False, False],
        [False] * 5,
        [True] * 5,
    ]


def test_a_gram_that_nobody_knows_takes_its_share_and_is_nowhere() -> None:
    known: Mapping[str, float] = {"彩铃": 2.0}
    wording = wording_of("彩铃 龘靐", lambda gram: known.get(gram, 6.0), one)
    assert shares(wording, ["彩铃", "龘靐"]) == [[0.25, 0.5], [0.75, 0.5]]
    held = wording.presence(grams_of([], [zh.ngrams("彩铃由企业录制。")]))
    assert held[:, columns(wording, ["彩铃", "龘靐"])].tolist() == [[False, False], [True, False]]


def test_presence_is_what_sets_say() -> None:
    rng, seen = random.Random(1), 0
    for _ in range(200):
        query, heading, *sentences = (
            "".join(rng.choices("彩铃录，a1", k=rng.randint(0, 14)))
            for _ in range(rng.randint(2, 6))
        )
        wording = wording_of(query, one, one)
        listed = [zh.ngrams(heading), *map(zh.ngrams, sentences)]
        grams = [g for g in set(zh.ngrams(query)) if hash(g) in wording.keys.tolist()]
        held = wording.presence(grams_of(listed[0], listed[1:]))
        assert held.shape == (len(listed), len(grams))
        expected = [[gram in own for gram in grams] for own in listed]
        assert held[:, columns(wording, grams)].tolist() == expected
        seen += held.any() and not held.all()
    assert seen > 100
