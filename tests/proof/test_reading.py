"""Clauses, subjects and units of a sentence."""

import pytest

from askwiki.proof.passage import periods, read_passage
from askwiki.proof.reading import is_condition, own_subject, read, units


def words(text: str) -> list[list[str]]:
    return [[t.text for t in clause.tokens] for clause in read(text)]


def test_clauses_and_what_closes_them() -> None:
    clauses = read("号码停机后，应先缴清欠费；再申请复机。")
    assert [c.closer for c in clauses] == [",", ";", "。"]
    assert words("号码停机后，应先缴清欠费；再申请复机。") == [
        ["号码", "停机", "后"],
        ["应", "先", "缴清", "欠费"],
        ["再", "申请", "复机"],
    ]


def test_a_label_stays_with_what_it_labels() -> None:
    assert words("费用：由单位承担，另有月租") == [
        ["费用", ":", "由", "单位", "承担"],
        ["另", "有", "月租"],
    ]


def test_full_width_traditional_and_invisible_characters_read_the_same() -> None:
    assert words("號碼最多２００個\u200b") == words("号码最多200个")


def test_numbers_carry_their_quantity_and_articles_weigh_nothing() -> None:
    tokens = read("一个号码绑定200个分机")[0].tokens
    assert [(t.text, t.weight) for t in tokens if t.quantity] == [("一个", 0.0), ("200个", 6.0)]


def test_the_subject_of_a_clause() -> None:
    def subject(text: str) -> list[str]:
        tokens = read(text)[0].tokens
        return [tokens[k].text for k in own_subject(tokens)]

    assert subject("运营商收取接听费") == ["运营商"]
    assert subject("但录音应加密保存") == ["录音"]
    assert subject("应加密保存") == []
    assert subject("如果号码停机") == []
    assert subject("费用：由单位承担") == ["费用"]


def test_conditions() -> None:
    def condition(text: str) -> bool:
        return is_condition(read(text)[0])

    assert condition("如果号码停机，")
    assert condition("号码停机后，")
    assert not condition("号码停机，")


def test_units_follow_subjects_and_semicolons() -> None:
    clauses = read("立即热线摘机即呼；延时热线几秒后才呼出，期间可拨打其他号码。")
    assert units(clauses).of == (0, 1, 1)
    row = read("项目：付费；云平台：按用量付费；自建：一次性投入，数据自主")
    assert (units(row).table, units(row).of) == (True, (0, 1, 2, 2))


def test_a_passage_knows_topics_contexts_and_spans() -> None:
    text = "通常不允许绑定以下号码：\n\n- 物联网卡\n- 境外号码"
    passage = read_passage("400电话 落地号码", text)
    assert [text[a:b] for a, b in passage.spans] == [
        "通常不允许绑定以下号码：",
        "物联网卡",
        "境外号码",
    ]
    assert passage.context == {1: 0, 2: 0}
    assert passage.words_of(passage.topics[2]) == ["境外", "号码", "绑定", "以下", "号码"]
    assert passage.in_heading("落地号码")
    assert not passage.in_heading("短信")


def test_periods() -> None:
    assert periods("每月出账，次日到账，按年结算") == [
        ("each", "month", "每月"),
        ("next", "day", "次日"),
        ("each", "year", "按年"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("号码取得不了专票", ["号码", "无法", "取得", "专票"]),
        ("来电收不到", ["来电", "无法", "收到"]),
        ("加密防得住偷听", ["加密", "能", "防住", "偷听"]),
        ("决定受不受理", ["决定", "是否", "受理"]),
        ("号码不通过审核", ["号码", "不通过", "审核"]),
    ],
)
def test_what_can_and_cannot_be_done_is_told_apart(text: str, expected: list[str]) -> None:
    (clause,) = read(text)
    assert [t.text for t in clause.tokens] == expected
    assert any(t.denies for t in clause.tokens) == ("无法" in expected)


def test_a_letter_of_any_script_is_a_word() -> None:
    assert words("网络用μ律")[0][-2:] == ["μ", "律"]


def test_segments_end_at_semicolons_and_sentences() -> None:
    passage = read_passage("", "立即热线，摘机即呼；延时热线后呼。总机转接。")
    assert [passage.segment[row[0]] for row in passage.rows] == [0, 0, 1, 2]
