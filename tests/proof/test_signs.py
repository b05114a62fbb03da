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


def test_swapped_partners() -> None:
    passage = read_passage("", "独立后应降低接听量要求、提高质检比例。")
    altered = signs("独立后应提高接听量要求、降低质检比例。", passage)[1]
    true = signs("独立后应提高质检比例、降低接听量要求。", passage)[1]
    assert (altered["opposite_beside"], true["opposite_beside"]) == (1, 0)


def test_compared_the_other_way_round() -> None:
    passage = read_passage("", "一线坐席往往比外包更准。")
    assert signs("外包往往比一线坐席更准。", passage)[1]["sides_turned"] == 1
    assert signs("一线坐席比外包更准。", passage)[1]["sides_turned"] == 0


def test_what_stands_before_qian_comes_later() -> None:
    passage = read_passage("", "先核对账单，再安排付款。")
    assert signs("安排付款之前，要核对账单。", passage)[1]["turned_marked"] == 0
    assert signs("核对账单之前，要安排付款。", passage)[1]["turned_marked"] > 0.5


def test_how_much_is_borne() -> None:
    assert sign("口头互换视为无效。", "borne") == 1.0
    assert sign("月租按季度收取违约金。", "borne") < 0.45


TRACKS = (
    "单声道录音把双方声音混在一起，适合人工听；双声道又叫双轨录音，"
    "坐席与客户分在两个声道，便于分角色。"
)
SWITCH = "处理方法是关闭静音检测，开启话机的地址保活，必要时换一种注册方式。"
LINES = "专线按月计费，适合总部；中继线按年计费，适合门店。"
MATTERS = "账单争议由财务部门核对，证明用邮件寄给客户。"
DUTIES = "合作终止时，服务商须配合办理过户；离职员工的分机由管理员处理。"
STEPS = "考核办法涉及扣罚的，要先向员工公示。开通依次经过受理、勘查、报价、签约和施工。"
CASES = "若只有一个技能组下降，先查分组；若各组同时下降，先查线路和平台。"
FILES = "云端录制的文件，保存在服务商空间。本地录制的文件，保存在电脑里。绑定到期后自动解除。"


@pytest.mark.parametrize(
    ("passage", "name", "altered", "value", "true"),
    [
        (
            TRACKS,
            "moved_like",
            "单声道把坐席与客户分在两个声道。",
            8.0,
            "双声道把坐席与客户分在两个声道。",
        ),
        (
            SWITCH,
            "traded",
            "可以开启静音检测、关闭地址保活。",
            3.09,
            "可以开启地址保活、关闭静音检测。",
        ),
        (LINES, "moved_like", "专线按年计费。", 8.0, "中继线按年计费。"),
        (MATTERS, "rival_new", "账单争议由法务部门核对。", 7.0, "账单争议由财务部门核对。"),
        (MATTERS, "rival_new", "证明用短信发给客户。", 5.17, "证明用邮件发给客户。"),
        (MATTERS, "agent_other", "账单争议由法务部门核对。", 2, "账单争议由财务部门核对。"),
        (DUTIES, "agent_other", "合作终止时，企业须配合办理过户。", 2, "服务商须配合办理过户。"),
        (DUTIES, "agent_other", "离职员工的分机由坐席处理。", 2, "离职员工的分机由管理员处理。"),
        (STEPS, "gained_needless", "考核办法不必公示。", 1, "考核办法要公示。"),
        (FILES, "no_added", "绑定到期后不会自动解除。", 3, "绑定到期后会自动解除。"),
        (
            FILES,
            "led_otherwise",
            "云端录制的文件要备份，保存在电脑里。",
            3.74,
            "本地录制的文件要备份，保存在电脑里。",
        ),
    ],
)
def test_a_sign_of_what_is_tied_together(
    passage: str, name: str, altered: str, value: float, true: str
) -> None:
    found, plain = (signs(s, read_passage("", passage))[1][name] for s in (altered, true))
    assert (round(found, 2), plain) == (value, 0)


def test_steps_of_a_list_in_another_order() -> None:
    altered, true = (
        signs(s, read_passage("", STEPS))[1]["turned_steps"]
        for s in ("开通先签约、再勘查。", "开通先勘查、再签约。")
    )
    assert (altered, true) == (0.5, 0.25)


def test_a_condition_from_elsewhere() -> None:
    altered, true = (
        signs(s, read_passage("", CASES))[1]["condition_apart"]
        for s in ("如果只有一个技能组下降，先查线路和平台。", "如果各组同时下降，先查线路和平台。")
    )
    assert (round(altered, 2), true) == (0.43, 0)


def test_words_in_the_order_of_the_source() -> None:
    plain, turned = (
        signs(s, read_passage("", CASES))[1]["in_order"]
        for s in ("各组同时下降，先查线路和平台。", "平台和线路先查。")
    )
    assert (plain, round(turned, 2)) == (1, 0.39)


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        ("建议每3个月查重一次。", 0),
        ("文件体积在5个到8个之间。", 0),
        ("文件只有5个。", 1),
        ("先试30天，也就是一个月。", 0),
        ("先试60天，也就是两个月。", 2),
    ],
)
def test_numbers_said_in_other_ways(sentence: str, number: float) -> None:
    passage = read_passage("", "每季度查重一次，文件体积是五到八个。先试做一个月。")
    assert signs(sentence, passage)[1]["number"] == number
