"""Questions asked before, found however they are turned."""

from pathlib import Path

import pytest

from askwiki.corpus import load_corpus
from askwiki.wordings import Wordings

KNOWN = Wordings(
    [
        ("怎么取消400电话", "closing"),
        ("手机打座机收费吗", "calling"),
        ("总机要多久能开通？", "ordering"),
        ("录音能存多久", "storage"),
        ("录音能存多久呢", "another"),
    ]
)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("怎么取消400电话", "closing"),
        ("400电话怎么取消？", "closing"),
        ("如何取消400电话呢", "closing"),
        ("400电话，咋取消一下", "closing"),
        ("开通总机需要多长时间", None),  # 能 is missing
        ("能开通总机需要多长时间", "ordering"),
        ("总机需要多长时间可以开通", "ordering"),
        ("座机打手机收费吗", None),
        ("打座机收费手机", "calling"),
        ("手机打座机收费", "calling"),
        ("录音可以存多长时间", "storage"),
        ("４００電話怎麼取消？", "closing"),
        ("取消400电话", None),
        ("400电话", None),
        ("", None),
        ("？", None),
    ],
)
def test_a_question_asked_before_is_known_however_it_is_turned(
    question: str, found: str | None
) -> None:
    assert KNOWN.answered_by(question) == found


def test_one_that_is_two_others_turned_is_neither() -> None:
    both = Wordings([("甲乙丙", "one"), ("丙甲乙", "two")])
    assert both.answered_by("甲乙丙") == "one"
    assert both.answered_by("乙丙甲") is None
    same = Wordings([("甲乙丙", "one"), ("丙甲乙", "one")])
    assert same.answered_by("乙丙甲") == "one"


def test_nothing_asked_knows_nothing() -> None:
    assert Wordings([]).answered_by("录音能存多久") is None
    assert Wordings([("？？", "marks")]).answered_by("！") is None


def test_no_wording_of_our_wiki_belongs_to_two_sections(corpus_folder: Path) -> None:
    asked = [
        (question, f"{article.id} › {section.path[-1] if section.path else ''}")
        for article in load_corpus(corpus_folder).articles
        for section in article.sections
        for question in section.asked
    ]
    known = Wordings(asked)
    twice = [(q, place) for q, place in asked if known.answered_by(q) != place]
    assert twice == []
