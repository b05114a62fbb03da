"""Headings that answer the opposite of what is asked."""

import pytest

from askwiki.opposed import answers_the_opposite


@pytest.mark.parametrize(
    ("question", "heading", "opposite"),
    [
        ("怎么办理总机", "怎么取消总机", True),
        ("怎么取消总机", "云总机怎么办理", True),
        ("怎么取消总机", "怎么取消总机", False),
        ("总机怎么设置", "呼叫转移怎样设置、怎样取消", False),
        ("先取消再重新办理行吗", "怎么取消总机", False),
        ("座机坏了怎么修", "固话怎样拆机销户", True),
        ("固话怎样拆机", "座机坏了先查什么", False),  # only one way round
        ("外线打进来直接到分机", "怎样设置免拨0直接打外线", True),
        ("公司怎么申请400", "个人能不能申请400", True),
        ("个人能申请400吗", "企业怎样申请400", False),
        ("总机多少钱", "怎么取消总机", False),
        ("怎么办理总机", "", False),
        ("", "怎么取消总机", False),
    ],
)
def test_which_headings_answer_the_opposite(question: str, heading: str, opposite: bool) -> None:
    assert answers_the_opposite(question, heading) == opposite
