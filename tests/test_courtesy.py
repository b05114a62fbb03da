"""Courtesies around a question are not searched for."""

import pytest

from askwiki.courtesy import LEAST, without_courtesies

CORE = "录音能存多久"


@pytest.mark.parametrize(
    "polite",
    [
        "请问一下，录音能存多久",
        "你好，我想咨询一下，录音能存多久，急，谢谢",
        "您好！在吗？想问个事，录音能存多久",
        "请问你们录音能存多久",
        "亲，在不在，有个问题，录音能存多久。在线等，挺急的",
        "有人知道录音能存多久",
        "能不能告诉我录音能存多久，万分感谢！！",
        "麻烦问下录音能存多久",
        "老板让我问一下录音能存多久啊",
        "贵公司的录音能存多久",
        "hi，录音能存多久 谢谢啦",
        "录音能存多久，求大神指教",
        "录音能存多久，有人知道吗",
        "录音能存多久，急急急",
        "录音能存多久。",
    ],
)
def test_what_is_polite_goes(polite: str) -> None:
    assert without_courtesies(polite) == CORE


@pytest.mark.parametrize(
    "text",
    [
        CORE,
        "录音能存多久？",
        "怎么让客户说谢谢",
        "您好欢迎致电某某公司，后面该说些啥",
        "哈啰单车一次骑行多少钱",
        "机器人、质检那些现在就得上吗",
        "想了解的问题怎么归类",
        "我要咨询的问题没有答案怎么办",
        "问卷怎么发",
        "告知客户录音怎么说",
        "咱俩打电话会录音吗",
        "外地的呢",
        "加急件怎么寄",
    ],
)
def test_what_is_asked_about_stays(text: str) -> None:
    assert without_courtesies(text) == text


def test_after_an_opening_a_word_is_not_cut_in_two() -> None:
    assert without_courtesies("请问下班以后谁接电话") == "下班以后谁接电话"
    assert without_courtesies("想问下个月的账单") == "下个月的账单"


def test_within_a_text_the_form_of_asking_goes_and_the_lead_in_stays() -> None:
    assert without_courtesies("我们是做物流的，想问一下400怎么办") == "我们是做物流的，400怎么办"


@pytest.mark.parametrize("text", ["你好", "请问", "谢谢", "咨询一下", "你好，我想咨询一下"])
def test_courtesies_alone_stay_a_text(text: str) -> None:
    assert len(without_courtesies(text)) >= min(LEAST, len(text))
