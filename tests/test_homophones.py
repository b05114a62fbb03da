"""Characters typed for others that sound alike."""

import pytest

from askwiki.findings import homophones_of
from askwiki.homophones import AT_LEAST, MOST, Homophones, homophones


class Words:
    """Words of a corpus with the passages that hold them."""

    def __init__(self, **held: int) -> None:
        self.held = held

    def count(self, term: str) -> int:
        return max((n for word, n in self.held.items() if term in word), default=0)


def corrected(text: str, common: str = "", **held: int) -> str:
    return Homophones(Words(**held), 100, lambda word: word in common).corrected(text)


def test_a_character_is_read_as_the_homophone_that_makes_a_word() -> None:
    assert corrected("分鸡号怎么改", 分机=40) == "分机号怎么改"
    assert corrected("改分鸡", 分机=40) == "改分机"


def test_the_most_usual_word_is_meant() -> None:
    assert corrected("分鸡", 分机=40, 分级=9) == "分机"
    assert corrected("分鸡", 分机=9, 分级=40) == "分级"


@pytest.mark.parametrize("common", ["分鸡", "鸡号"])
def test_what_is_known_stays(common: str) -> None:
    assert corrected("分鸡号", common, 分机=40) == "分鸡号"


def test_a_pair_that_the_corpus_holds_stays() -> None:
    assert corrected("分鸡号", 分机=40, 鸡号=1) == "分鸡号"


def test_a_rare_word_is_not_meant() -> None:
    assert corrected("分鸡", 分机=AT_LEAST) == "分机"
    assert corrected("分鸡", 分机=AT_LEAST - 1) == "分鸡"
    large = Homophones(Words(分机=19), 2000, lambda word: False)
    assert large.corrected("分鸡") == "分鸡"


def test_two_characters_that_happen_to_meet_are_no_word() -> None:
    class Meeting:
        def count(self, term: str) -> int:
            return {"要": 500, "号": 500, "要号": 20}.get(term, 0)

    assert Homophones(Meeting(), 1000, lambda word: False).corrected("要好") == "要好"


def test_no_more_than_two_are_put_right() -> None:
    assert corrected("分鸡，分鸡，分鸡", 分机=40).count("分机") == MOST


def test_the_rest_of_the_text_stays_as_it_was_typed() -> None:
    assert corrected("SIP分鸡？", 分机=40) == "SIP分机？"
    assert corrected("㈠分鸡", 分机=40) == "(一)分机"  # folded, as it grows by that
    assert corrected("录音能存多久") == "录音能存多久"
    assert corrected("") == ""


def test_what_sounds_alike() -> None:
    assert {"鸡", "级", "记"} <= set(homophones()["机"])
    assert "机" not in homophones()["机"]
    assert "玲" in homophones()["铃"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("分鸡号怎么改", "分机号怎么改"),
        ("彩玲怎么换", "彩铃怎么换"),
        ("企业总机怎么办里", "企业总机怎么办理"),
        ("录因能存多久", "录音能存多久"),
        ("怎么做红烧肉", "怎么做红烧肉"),
        ("客服全忙的时候客户听到什么", "客服全忙的时候客户听到什么"),
    ],
)
def test_with_our_wiki(wiki, typed: str, meant: str) -> None:
    assert homophones_of(wiki.store).corrected(typed) == meant
