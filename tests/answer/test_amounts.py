"""Whether a question asks for a time or for money, and whether a text states any."""

import pytest

from askwiki.answer.amounts import amount_asked, states


@pytest.mark.parametrize(
    ("query", "amount"),
    [
        ("审核要多久", "time"),
        ("录音能存几天", "time"),
        ("票几个工作日到邮箱", "time"),
        ("400电话一年多少钱", "money"),
        ("一键登录成功一次扣几分钱", "money"),
        ("这几天电话打不进来", None),
        ("过了好几年的录音还能听吗", None),
        ("一次能拨多少个号码", None),
        ("为什么审核要这么多天", None),
        ("要多少钱，怎么办理", None),  # asks how as well
    ],
)
def test_what_is_asked_for(query: str, amount: str | None) -> None:
    assert amount_asked(query) == amount


@pytest.mark.parametrize(
    ("amount", "text", "stated"),
    [
        ("time", "审核一般在1个工作日内完成。", True),
        ("time", "录音保留 30 天。", True),
        ("time", "号码次日生效。", True),
        ("time", "以运营商答复为准。", True),
        ("time", "授权书写明号码、事项和经办人姓名。", False),
        ("money", "每分钟0.15元。", True),
        ("money", "收费由服务商决定。", True),
        ("money", "这项功能免费。", True),
        ("money", "用户点击授权即可完成注册登录,无须等待验证码。", False),
        ("money", "审核要三天。", False),
    ],
)
def test_what_a_text_states(amount: str, text: str, stated: bool) -> None:
    assert states(amount, text) is stated  # type: ignore[arg-type]
