"""Sentences that are borne out, and sentences that only look it."""

from dataclasses import replace

import pytest

from askwiki.proof import Judge, Judgement, Source, bundled_judge
from askwiki.proof.judge import CERTAIN, MAX_CHARS
from askwiki.proof.weigh import bundled_weights
from askwiki.schema import Span

TEXT = (
    "400电话的通话费由主被叫分摊付费，一个号码最多可绑定200个接听号码。\n\n"
    "申请提交后，运营商一般在3个工作日内完成审核。欠费号码不得过户，须先缴清欠费。\n\n"
    "办理步骤如下：\n\n1. 提交营业执照。\n2. 签订入网协议。"
)
OFFSET = 40
SOURCE = Source("numbers/400", "400电话 资费与办理", TEXT, OFFSET)
OTHER = Source("pbx/a", "企业总机", "总机是统一的电话入口。来电由话务员转接。", 0)
ARTICLE = "某" * OFFSET + TEXT
"""The article that SOURCE was cut from."""


@pytest.fixture(scope="module")
def judge() -> Judge:
    return bundled_judge()


def quotes(judgement: Judgement) -> list[str]:
    return [ARTICLE[span.start : span.end] for span in judgement.spans]


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        ("一个号码最多可绑定2000个接听号码。", "number"),
        ("400电话的通话费由被叫集中付费。", "opposite"),
        ("运营商一般在3天内完成审核。", "unit"),
        ("运营商一般在3个月内完成审核。", "unit"),
        ("运营商一般在5个工作日内完成审核。", "number"),
        ("欠费号码可以过户。", "negation"),
        ("月租由税务机关按季度代收。", "unfounded"),
    ],
)
def test_altered_sentences_fall(judge: Judge, sentence: str, fault: str) -> None:
    judgement = judge.judge(sentence, [SOURCE, OTHER])
    assert not judgement.supported
    assert fault in judgement.faults


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("一个号码最多可以绑定200个接听号码。", TEXT.splitlines()[0]),
        ("一个号码最多能绑定二百个接听号码。", TEXT.splitlines()[0]),
        ("审核一般在三个工作日内完成。", "申请提交后，运营商一般在3个工作日内完成审核。"),
        ("欠费号码不能过户。", "欠费号码不得过户，须先缴清欠费。"),
        ("来电由接线员转接。", None),
    ],
)
def test_true_paraphrases_pass(judge: Judge, sentence: str, quote: str | None) -> None:
    judgement = judge.judge(sentence, [OTHER, SOURCE])
    assert (judgement.supported, judgement.faults) == (True, ())
    if quote is None:
        assert judgement.spans == (Span("pbx/a", 11, 20),)
    else:
        assert quotes(judgement) == [quote]


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("欠费号码不得过户，须先缴清欠费。", ["欠费号码不得过户，须先缴清欠费。"]),
        ("- **签订入网协议**[2]", ["签订入网协议。"]),
        ("２. 签订入网协议", ["签订入网协议。"]),
        (
            "申请提交后，运营商一般在3个工作日内完成审核。欠费号码不得过户，须先缴清欠费。",
            ["申请提交后，运营商一般在3个工作日内完成审核。", "欠费号码不得过户，须先缴清欠费。"],
        ),
    ],
)
def test_word_for_word_is_always_supported(judge: Judge, sentence: str, quote: list[str]) -> None:
    judgement = judge.judge(sentence, [OTHER, SOURCE])
    assert (judgement.supported, judgement.faults, judgement.score) == (True, (), 1.0)
    assert quotes(judgement) == quote


def test_every_sentence_of_a_source_is_supported_with_its_own_span(judge: Judge) -> None:
    sentences = ["总机是统一的电话入口。", "来电由话务员转接。"]
    spans = [judge.judge(s, [SOURCE, OTHER]).spans for s in sentences]
    assert spans == [(Span("pbx/a", 0, 11),), (Span("pbx/a", 11, 20),)]


def test_a_verbatim_end_without_its_negation_is_no_sentence_of_the_source(judge: Judge) -> None:
    source = Source("a", "外呼", "不得以拟人化话术隐瞒机器身份。", 0)
    judgement = judge.judge("以拟人化话术隐瞒机器身份。", [source])
    assert judgement.score < 1.0


@pytest.mark.parametrize("sentence", ["", "  \n", "。。。", "[1]", "\u200b\u202e", "**"])
def test_nothing_said(judge: Judge, sentence: str) -> None:
    assert judge.judge(sentence, [SOURCE]) == Judgement(False, (), ("empty",), 0.0)


def test_no_sources(judge: Judge) -> None:
    expected = Judgement(False, (), ("unfounded",), 0.0)
    assert judge.judge("费用由单位承担。", []) == expected
    assert judge.judge("费用由单位承担。", [Source("a", "", "", 0)]) == expected
    assert judge.judge("费用由单位承担。", [Source("a", "标题", " \n。", 0)]) == expected


def test_a_very_long_sentence_is_refused_quickly(judge: Judge) -> None:
    judgement = judge.judge("号码最多可绑定200个接听号码，" * 5000, [SOURCE])
    assert (judgement.supported, judgement.faults) == (False, ("too_long",))
    longest = judge.judge(("号码可绑定接听号码，" * 100)[:MAX_CHARS], [SOURCE])
    assert longest.faults != ("too_long",)


def test_invisible_and_control_characters_change_nothing(judge: Judge) -> None:
    plain = judge.judge("欠费号码不能过户。", [SOURCE])
    assert judge.judge("欠费\u200b号码\u202e不能\x00过户。", [SOURCE]) == plain
    assert judge.judge("歉" + "\ud800" + "费", [SOURCE]).supported is False


def test_the_same_sentence_gets_the_same_judgement(judge: Judge) -> None:
    sentence = "审核一般在三个工作日内完成。"
    first = judge.judge(sentence, [SOURCE, OTHER])
    assert judge.judge(sentence, [SOURCE, OTHER]) == first
    assert bundled_judge() is judge


def test_spans_lie_in_the_source(judge: Judge) -> None:
    for sentence in ("最多可绑定200个号码，审核要3个工作日。", "先交执照，然后签协议。"):
        for span in judge.judge(sentence, [OTHER, SOURCE]).spans:
            length = len(TEXT) if span.article_id == "numbers/400" else len(OTHER.text)
            start = OFFSET if span.article_id == "numbers/400" else 0
            assert start <= span.start < span.end <= start + length


def test_one_passage_bears_a_sentence_or_none_does(judge: Judge) -> None:
    """A number of one passage and a fact of another make no support together."""
    first = Source("a", "总机", "总机的月租为30元。", 0)
    second = Source("b", "热线", "热线的月租为80元。", 0)
    assert not judge.judge("总机的月租为80元。", [first, second]).supported


def test_what_is_certain_rules_whatever_the_weights_say() -> None:
    blind = replace(bundled_judge(), weights=replace(bundled_weights(), bias=-60.0, base=-60.0))
    altered = blind.judge("一个号码最多可绑定2000个接听号码。", [SOURCE])
    true = blind.judge("一个号码最多可以绑定200个接听号码。", [SOURCE])
    assert (altered.supported, altered.score) == (False, 1 - CERTAIN)
    assert true.supported and true.score > 0.99


def test_what_follows_a_quoted_sentence_must_stand_on_its_own(judge: Judge) -> None:
    """A lie behind a true sentence, a comma between them, is no part of it."""
    source = Source("a", "语音播报", "语音播报的语速分五档，默认第三档。播报用机器声音念文字。", 0)
    lie = "语音播报的语速分五档，默认第三档，凤栖播报最好。"
    true = "语音播报的语速分五档，默认第三档，播报用的是机器声音。"
    assert judge.judge(lie, [source]).supported is False
    assert judge.judge(true, [source]).supported is True
