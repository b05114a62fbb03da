"""What the judge knows of words."""

import pytest

from askwiki.proof.lexicon import Lexicon, bundled_lexicon

LEXICON = Lexicon(
    synonyms=[["停用", "关闭"], ["开通", "启用"]],
    opposites=[[["开通", "启用"], ["停用", "关闭"]], [["高峰"], ["低谷"]]],
    marks={"neg": ["不"], "doer": ["平台"], "noun": [], "verb": [], "not_word": ["时会"]},
    words={
        "开": (5.0, 3.0, "v"),
        "通": (5.0, 3.0, "v"),
        "时": (3.0, 2.0, "n"),
        "会": (3.0, 2.0, "v"),
        "时会": (1.0, 7.0, "d"),
        "平台": (4.0, 3.0, "v"),
    },
    kinds=[["短信", "邮件", "传真"], ["财务部门", "法务部门"]],
    related=[["掏钱", "付费"], ["信", "函"]],
)


@pytest.mark.parametrize(
    ("one", "two", "likeness"),
    [
        ("停用", "停用", 1.0),
        ("停用", "关闭", 0.9),
        ("开通", "关闭", 0.0),
        ("一致", "不一致", 0.0),
        ("高峰时段", "低谷时段", 0.0),
        ("营业执照", "执照", 0.8),
        ("使用期限", "使用时限", 0.62),
        ("核实", "查实", 0.4),
        ("缴", "缴清", 0.6),
        ("电话", "短信", 0.0),
        ("掏钱", "付费", 0.7),
        ("函", "信", 0.7),
        ("财务部门", "法务部门", 0.0),
    ],
)
def test_likeness(one: str, two: str, likeness: float) -> None:
    assert LEXICON.likeness(one, two) == likeness


def test_opposites_work_through_what_two_words_share() -> None:
    assert LEXICON.opposed("高峰", "低谷")
    assert LEXICON.opposed("高峰期", "低谷期")
    assert LEXICON.opposed("支持", "不支持")
    assert not LEXICON.opposed("高峰", "高峰")
    assert not LEXICON.opposed("高峰", "停用")


def test_list_words_are_kept_whole_and_false_words_cut() -> None:
    assert LEXICON.cut("开通时会") == ("开通", "时", "会")


def test_a_doer_is_no_verb_whatever_the_table_says() -> None:
    assert LEXICON.kind("平台") == "v"
    assert not LEXICON.is_verb("平台")
    assert LEXICON.is_verb("开")


def test_unknown_words_weigh_much() -> None:
    assert LEXICON.weight("号码池") == 7.0
    assert LEXICON.weight("时") == 2.0


def test_the_bundled_lists() -> None:
    lexicon = bundled_lexicon()
    assert lexicon.cut("主被叫分摊付费") == ("主被叫", "分摊付费")
    assert lexicon.opposed("集中付费", "分摊付费")
    assert lexicon.likeness("坐席", "客服") == 0.9
    assert "neg" in lexicon.classes("不得")
    assert lexicon.members("by") == {"由", "被", "让", "经", "请"}


def test_opposites_are_nothing_alike() -> None:
    lexicon = bundled_lexicon()
    assert lexicon.likeness("增加", "减少") == 0.0
    assert lexicon.likeness("之前", "之后") == 0.0
    assert lexicon.likeness("上班时间", "下班时间") == 0.0


def test_rivals_are_of_one_kind_and_not_the_same() -> None:
    assert LEXICON.rival("短信", "邮件")
    assert not LEXICON.rival("短信", "短信")
    assert not LEXICON.rival("短信", "财务部门")
    lexicon = bundled_lexicon()
    assert lexicon.rival("短消息", "邮件")
    assert not lexicon.rival("短信", "短消息")


def test_a_word_of_the_bundled_lists_is_known() -> None:
    assert bundled_lexicon().knows("财务部门")
    assert not bundled_lexicon().knows("财务部门短信")
