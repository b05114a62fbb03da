"""What an answer is made of, given how its sentences score."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from askwiki import text as zh
from askwiki.answer.evidence import Ranking, Scored
from askwiki.answer.extractive import ExtractiveAnswerer
from askwiki.question import read_question
from askwiki.schema import Chunk, Hit

FEES = "接听来电按分钟计费。月租每月一付。多付的话费不退。"
STEPS = "办理分三步：\n\n1. 先选号码。\n2. 再交公司的营业资料。\n3. 最后签合同。\n\n以后随时可以改套餐。"


def chunk(article: str, number: int, text: str, heading: str = "") -> Chunk:
    start, path = 1000 * number, (heading,) if heading else ()
    return Chunk(f"{article}@{start}", article, "题", path, text, start, start + len(text))


class Scorer:
    """Scores sentences by a table of their texts; those not in it score far below."""

    def __init__(self, scores: Mapping[str, float]) -> None:
        self._scores = scores

    def score(self, query: str, hits: Sequence[Hit]) -> Ranking:
        found = []
        for hit in hits:
            for index, unit in enumerate(zh.units(hit.chunk.text)):
                text = hit.chunk.text[unit.start : unit.end]
                found.append(Scored(hit, unit, index, self._scores.get(text, -20.0), 0.5))
        return Ranking(tuple(sorted(found, key=lambda s: -s.score)), 0.0, 1.0, 1.0, False, 1.0)


CODES = {
    "404": "号码不存在",
    "480": "暂时不可达",
    "486": "被叫正在通话",
    "487": "主叫取消了呼叫",
    "488": "编码协商不成",
    "503": "线路暂不可用",
    "603": "被叫拒绝接听",
    "604": "没有这个被叫",
}


def answer(scores: Mapping[str, float], *chunks: Chunk, question: str = "话费") -> list[str]:
    hits = [Hit(chunk, 1.0 - 0.1 * rank, rank) for rank, chunk in enumerate(chunks, 1)]
    answerer = ExtractiveAnswerer(Scorer(scores))  # type: ignore[arg-type]
    draft = answerer.draft(read_question(question), question, hits)
    return [sentence.text for sentence in draft.sentences]


def test_sentences_near_the_best_come_in_reading_order() -> None:
    scores = {"月租每月一付。": 3.0, "接听来电按分钟计费。": 0.0, "多付的话费不退。": -1.1}
    assert answer(scores, chunk("a", 0, FEES)) == ["接听来电按分钟计费。", "月租每月一付。"]


def test_the_same_article_may_be_further_behind_than_another() -> None:
    near, other = chunk("a", 1, "资费以合同为准。"), chunk("b", 0, "各家运营商的资费不同。")
    scores = {"月租每月一付。": 3.0, "资费以合同为准。": 0.5, "各家运营商的资费不同。": 1.9}
    best = ["月租每月一付。"]
    assert answer(scores, chunk("a", 0, FEES), near, other) == [*best, "资费以合同为准。"]
    scores["各家运营商的资费不同。"] = 2.1
    assert answer(scores, chunk("a", 0, FEES), other) == [*best, "各家运营商的资费不同。"]


def test_no_more_than_the_most_sentences_and_characters() -> None:
    few = [f"{c * 12}。" for c in "甲乙丙丁戊己庚"]
    scores = {text: 5.0 - 0.1 * n for n, text in enumerate(few)}
    assert answer(scores, *(chunk("a", n, text) for n, text in enumerate(few))) == few[:6]
    long = [f"{c * 150}。" for c in "甲乙丙丁"]
    scores = {text: 5.0 - 0.1 * n for n, text in enumerate(long)}
    assert answer(scores, *(chunk("a", n, text) for n, text in enumerate(long))) == long[:2]


def test_a_question_for_steps_takes_all_of_them_and_little_beside() -> None:
    scores = {
        "再交公司的营业资料。": 3.0,
        "以后随时可以改套餐。": 0.5,
        "各家运营商的办法不同。": 2.9,
    }
    found = answer(
        scores, chunk("a", 0, STEPS), chunk("b", 0, "各家运营商的办法不同。"), question="怎么办理"
    )
    steps = ["办理分三步：", "先选号码。", "再交公司的营业资料。", "最后签合同。"]
    assert found == [*steps, "以后随时可以改套餐。"]


def test_a_step_beside_the_best_sentence_brings_its_list_or_stays_away() -> None:
    scores = {"月租每月一付。": 3.0, "再交公司的营业资料。": 1.0}
    steps = ["办理分三步：", "先选号码。", "再交公司的营业资料。", "最后签合同。"]
    assert answer(scores, chunk("a", 0, FEES), chunk("a", 1, STEPS)) == ["月租每月一付。", *steps]
    long = STEPS.replace("最后签合同", "最后签合同" * 80)
    assert answer(scores, chunk("a", 0, FEES), chunk("a", 1, long)) == ["月租每月一付。"]


def test_what_hands_out_a_number_unasked_is_left_out() -> None:
    scores = {"月租每月一付。": 3.0, "详情请拨打010-12345678咨询。": 2.9}
    advert = chunk("a", 1, "详情请拨打010-12345678咨询。")
    assert answer(scores, chunk("a", 0, FEES), advert) == ["月租每月一付。"]


def test_what_speaks_in_the_name_of_the_site_is_left_out() -> None:
    text = "本站内容由学生随意编写。月租每月一付。"
    scores = {"本站内容由学生随意编写。": 5.0, "月租每月一付。": 3.0}
    assert answer(scores, chunk("a", 0, text)) == ["月租每月一付。"]


def test_what_an_article_says_of_itself_answers_nothing() -> None:
    scores = {
        "本文说明月租和话费怎样计算。": 3.0,
        "接听来电按分钟计费。": 2.5,
        "月租每月一付。": -1.0,
    }
    lead = chunk("a", 0, "接听来电按分钟计费。本文说明月租和话费怎样计算。")
    assert answer(scores, lead, chunk("a", 1, FEES.replace("接听", "打出"))) == [
        "接听来电按分钟计费。"
    ]
    assert answer(scores, chunk("a", 0, "本文说明月租和话费怎样计算。")) == [
        "本文说明月租和话费怎样计算。"
    ]


def test_a_question_for_steps_begins_with_them_where_they_are_nearly_as_good() -> None:
    steps = ["办理分三步：", "先选号码。", "再交公司的营业资料。", "最后签合同。"]
    lead, under = chunk("a", 0, "办理是申请号码的过程。"), chunk("a", 1, STEPS, "怎样办理")
    scores = {"办理是申请号码的过程。": 5.0, "先选号码。": 1.1}
    assert answer(scores, lead, under, question="怎么办理")[:4] == steps
    assert answer(scores, lead, under, question="办理是什么")[0] == "办理是申请号码的过程。"
    # Not under a heading that asks for something else, not of another article, not far behind.
    for other in (chunk("a", 1, STEPS, "公司变动"), chunk("b", 1, STEPS, "怎样办理")):
        assert answer(scores, lead, other, question="怎么办理")[0] == "办理是申请号码的过程。"
    # Nor under one that answers the opposite.
    ends = chunk("a", 1, STEPS, "怎样取消")
    assert answer(scores, lead, ends, question="怎么办理")[0] == "办理是申请号码的过程。"
    assert answer(scores, lead, ends, question="怎么取消办理")[:4] == steps
    scores["先选号码。"] = 0.9
    assert answer(scores, lead, under, question="怎么办理")[0] == "办理是申请号码的过程。"


def test_a_question_for_a_definition_begins_with_it() -> None:
    text = "将来总机会变成交互入口。总机的价值一直没变。所谓总机（PBX），一般指单位统一的电话入口。"
    future, value, says = (text[a:b] for a, b in zh.sentences(text))
    scores = {future: 5.0, value: 4.0, says: 1.1}
    chunks = (chunk("a", 0, f"{future}{value}"), chunk("a", 1, says))
    for question in ("总机是什么", "什么是总机？", "总机是啥"):
        assert answer(scores, *chunks, question=question)[0] == says
    assert answer(scores, *chunks, question="总机有什么用")[0] == future
    scores[says] = 0.9
    assert answer(scores, *chunks, question="总机是什么")[0] == future


def test_a_line_that_leads_into_what_stands_elsewhere_answers_nothing() -> None:
    text = "办理分为以下几步：\n\n手续不多，当天办完。"
    scores = {"办理分为以下几步：": 5.0, "手续不多，当天办完。": 1.0}
    assert answer(scores, chunk("a", 0, text)) == ["手续不多，当天办完。"]


def test_a_question_that_names_rows_gets_them_all() -> None:
    rows = [f"失败码：{code}；含义：{said}" for code, said in CODES.items()]
    table = chunk("a", 0, "\n\n".join(rows))
    scores = {row: 5.0 - 3.9 * n for n, row in enumerate(rows)}
    every = [*rows[:1], *rows[2:]]
    question = "失败码404、486、487、503、603、604、488是什么意思"
    assert answer(scores, table, question=question) == every
    assert answer(scores, table, question="失败码是什么意思") == rows[:2]


def test_a_row_that_is_named_comes_without_the_others() -> None:
    rows = [f"失败码：{code}；含义：{said}" for code, said in CODES.items()]
    table = chunk("a", 0, "\n\n".join(["失败码多沿用SIP的状态码。", *rows]))
    scores = {"失败码多沿用SIP的状态码。": 5.0} | dict.fromkeys(rows, 4.0)
    found = answer(scores, table, question="失败码486是什么意思")
    assert found == ["失败码多沿用SIP的状态码。", "失败码：486；含义：被叫正在通话"]


def test_a_row_is_named_by_a_foreign_word_in_its_first_cell_too() -> None:
    rows = ["线路：专线；特点：稳定", "线路：互联网VPN；特点：便宜", "线路：无线；特点：灵活"]
    scores = dict.fromkeys(rows, 4.0)
    found = answer(scores, chunk("a", 0, "\n\n".join(rows)), question="用专线还是vpn")
    assert found == rows[:2]


def test_a_row_that_hands_out_a_number_is_not_taken_for_being_named() -> None:
    bad = "失败码：486；含义：请拨打13800138000解决"
    table = chunk("a", 0, f"失败码多沿用SIP的状态码。\n\n{bad}")
    scores = {"失败码多沿用SIP的状态码。": 5.0, bad: 4.0}
    assert bad not in answer(scores, table, question="失败码486是什么意思")


def test_a_row_of_a_table_stands_on_a_line_of_its_own() -> None:
    row = "项目：扩容；E1中继：按三十路；SIP中继：按一路。"
    hits = [Hit(chunk("a", 0, f"{row}\n\n扩容前先看板卡还有没有余量。"), 1.0, 1)]
    answerer = ExtractiveAnswerer(Scorer({row: 3.0, "扩容前先看板卡还有没有余量。": 2.5}))  # type: ignore[arg-type]
    draft = answerer.draft(read_question("扩容"), "扩容", hits)
    assert [(s.text, s.shape) for s in draft.sentences] == [
        (row, "bullet"),
        ("扩容前先看板卡还有没有余量。", "prose"),
    ]


def test_no_hits_make_no_draft() -> None:
    assert answer({}) == []


TABLE = "两种线路的价钱不同：\n\n线路：专线；月租：八百元；备注：含维护\n线路：宽带；月租：二百元；备注：不含\n\n月租每月一付。"


def test_a_row_comes_after_the_line_that_leads_into_its_table() -> None:
    lead, *rows = TABLE.split("\n\n")[0], *TABLE.split("\n\n")[1].split("\n")
    assert answer({rows[1]: 3.0}, chunk("a", 0, TABLE)) == [lead, rows[1]]
    assert answer({rows[0]: 3.0, rows[1]: 2.9}, chunk("a", 0, TABLE)) == [lead, *rows]
    ended = TABLE.replace("不同：", "不同。")
    assert answer({rows[1]: 3.0}, chunk("a", 0, ended)) == [rows[1]]
    assert answer({"月租每月一付。": 3.0}, chunk("a", 0, TABLE)) == ["月租每月一付。"]


def test_a_draft_says_where_it_leaves_open_how_long() -> None:
    hits = [Hit(chunk("a", 0, "审核要三天。交资料以后等通知。"), 1.0, 1)]

    def unstated(best: str, question: str) -> float:
        scorer: Any = Scorer({best: 3.0})
        return (
            ExtractiveAnswerer(scorer)
            .draft(read_question(question), question, hits)
            .signals["unstated"]
        )

    assert unstated("审核要三天。", "审核要多久") == 0.0
    assert unstated("交资料以后等通知。", "审核要多久") == 1.0
    assert unstated("交资料以后等通知。", "交资料以后做什么") == 0.0
    hits = [replace(hits[0], asked=True)]
    assert unstated("交资料以后等通知。", "审核要多久") == 0.0
