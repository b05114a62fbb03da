"""Whether a question asks how long, and whether a text states a time."""

import pytest

from askwiki.answer.durations import asks_how_long, states_how_long


@pytest.mark.parametrize(
    ("query", "asks"),
    [
        ("审核要多久", True),
        ("录音能存几天", True),
        ("票几个工作日到邮箱", True),
        ("号码几天能下来", True),
        ("这几天电话打不进来", False),
        ("过了好几年的录音还能听吗", False),
        ("通话中隔几秒嗒一下", False),
        ("多久没消费才算流失", False),
        ("一次能拨多少个号码", False),
        ("为什么审核要这么多天", False),
        ("400电话怎么办理，要几天", False),  # asks how as well
    ],
)
def test_what_is_asked_for(query: str, asks: bool) -> None:
    assert asks_how_long(query) is asks


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("审核一般在1个工作日内完成。", True),
        ("录音保留 30 天。", True),
        ("一般三到六个月。", True),
        ("号码次日生效。", True),
        ("以运营商答复为准。", True),
        ("授权书写明号码、事项和经办人姓名。", False),
        ("按24小时制输入四位时间。", False),
        ("每分钟一角。", False),
    ],
)
def test_what_a_text_states(text: str, stated: bool) -> None:
    assert states_how_long(text) is stated
