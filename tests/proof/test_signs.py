"""Each sign answers to its own fault and stays silent on the true sentence."""

import pytest

from askwiki.proof.passage import read_passage
from askwiki.proof.signs import signs

PASSAGE = (
    "换班至少提前一天由班长在系统中审批，口头互换视为无效。单声道录音文件小，适合人工听；"
    "双声道录音体积大，便于区分角色。多数平台可以导出录音，但不得转给第三方。"
    "应先核实身份，再查找录音副本。高峰时段的来电由机器人分流。转接之前要告知客户。"
)


def sign(sentence: str, name: str) -> float:
    return signs(sentence, read_passage("录音 换班", PASSAGE))[1][name]


@pytest.mark.parametrize(
    ("name", "altered", "least", "true"),
    [
        ("number", "换班至少提前三天由班长审批。", 1, "换班至少提前1天由班长审批。"),
        ("no_added", "高峰时段的来电不由机器人分流。", 1, "高峰时段的来电由机器人分流。"),
        ("no_dropped", "录音要转给第三方。", 1, "录音不得转给第三方。"),
        ("allowed", "多数平台可以转给第三方。", 2, "多数平台不可以转给第三方。"),
        ("slot_opposite", "低谷时段的来电由机器人分流。", 4, "高峰时段的来电由机器人分流。"),
        ("doer_led", "换班由客户在系统中审批。", 2, "换班由班长在系统中审批。"),
        ("all", "任何平台都能导出录音。", 2, "多数平台能导出录音。"),
        ("only", "平台只能导出录音。", 2, "平台可以导出录音。"),
        ("turned_steps", "应先查找录音副本，再核实身份。", 0.5, "应先核实身份，再查找副本。"),
        ("before_after", "转接之后要告知客户。", 2, "转接之前要告知客户。"),
        ("topic_parallel", "单声道录音便于区分角色。", 0.2, "双声道录音便于区分角色。"),
        ("even", "即使口头互换也要审批。", 1, "口头互换视为无效。"),
    ],
)
def test_a_sign(name: str, altered: str, least: float, true: str) -> None:
    assert sign(altered, name) >= least
    assert sign(true, name) == 0


def test_a_period_of_another_length() -> None:
    passage = read_passage("对账", "企业应每月固定对账，差异由服务商书面确认。")
    assert signs("企业应每年固定对账。", passage)[1]["period"] == 2
    assert signs("企业应每月固定对账。", passage)[1]["period"] == 0
    assert signs("企业应每个月对账一次。", passage)[1]["period"] == 0


def test_a_permission_under_a_heading_that_forbids() -> None:
    passage = read_passage("落地号码", "通常不允许绑定以下号码：\n\n- 物联网卡\n- 境外号码")
    assert signs("境外号码可以绑定。", passage)[1]["allowed"] == 0  # 绑定 is not in the item
    assert signs("可以绑定境外号码。", passage)[1]["borne"] == 1.0


def test_swapped_partners() -> None:
    passage = read_passage("", "独立后应降低接听量要求、提高质检比例。")
    altered = signs("独立后应提高接听量要求、降低质检比例。", passage)[1]
    true = signs("独立后应提高质检比例、降低接听量要求。", passage)[1]
    assert (altered["opposite_beside"], true["opposite_beside"]) == (1, 0)


def test_compared_the_other_way_round() -> None:
    passage = read_passage("", "一线坐席往往比外包更准。")
    assert signs("外包往往比一线坐席更准。", passage)[1]["sides_turned"] == 1
    assert signs("一线坐席比外包更准。", passage)[1]["sides_turned"] == 0


def test_how_much_is_borne() -> None:
    assert sign("口头互换视为无效。", "borne") == 1.0
    assert sign("月租按季度收取违约金。", "borne") < 0.45


def test_what_stands_before_qian_comes_later() -> None:
    passage = read_passage("", "先核对账单，再安排付款。")
    assert signs("安排付款之前，要核对账单。", passage)[1]["turned_marked"] == 0
    assert signs("核对账单之前，要安排付款。", passage)[1]["turned_marked"] > 0.5
