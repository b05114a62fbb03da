"""Whether a question asks for a time or for money, and whether a text states any.

多久 wants a time, 多少钱 money; a text states it with a figure and its unit, or says what it hangs on
(以服务商公示为准, 由路数决定). Counts are not looked at: nearly every text has one.
"""

import re
from collections.abc import Mapping
from typing import Literal

from askwiki.question import kind_of

Amount = Literal["money", "time"]

_ASKING = "(?<![这那前过好第后头每十哪上下])几"
"""几 that asks: 这几天 and 好几年 do not."""
_SPANS = "个?小时|分钟|秒|年|个月|个?工作日|个钟头|个?星期|周|天"

_ASKS: Mapping[Amount, re.Pattern[str]] = {
    "money": re.compile(
        rf"多少(?:钱|元|块钱|美元)|{_ASKING}(?:块钱|毛钱?|分钱|元|角|百块|千块|万块)|什么价|啥价|价钱"
    ),
    "time": re.compile(rf"多久|多长时间|多少(?:{_SPANS}|个?月)|{_ASKING}(?:{_SPANS})(?![前来了])"),
}

_NUMBER = r"(?:\d[\d.,]*|[零〇一二两三四五六七八九十百千万亿数几半]+)[多余]? ?"
_HANGS_ON = (
    "为准|取决于|决定|而定|而异|不等|不一|统一|各家|各地|自定|约定|协商|看[^，。]{1,8}[和、与]"
)

_STATES: Mapping[Amount, re.Pattern[str]] = {
    "money": re.compile(
        rf"{_NUMBER}(?:[万亿]?元|块|角|毛|分钱|美元|美金|%)|{_HANGS_ON}|"
        "免费|不收|不另|不用[^，。]{0,4}[交付]|不产生|不计费|按[^，。；]{1,14}[计收算付扣]|单价|差价|[贵省]|便宜"
    ),
    "time": re.compile(
        rf"{_NUMBER}(?:个半?)?(?:秒|分钟|小时|钟头|天|日|工作日|自然日|星期|周|月|季度?|年|ms\b|s\b|min)|"
        rf"{_HANGS_ON}|立即|立刻|即时|马上|[当次][天日月]|当场|实时|永久|随时|长期|无期限|不限|到期|"
        "每[天日周月季年]|定期|瞬间"
    ),
}


def amount_asked(query: str) -> Amount | None:
    """What normalised `query` asks for, if it is a time or money and no more than that."""
    if kind_of(query) not in ("quantity", "fact"):
        return None
    return next((amount for amount, asks in _ASKS.items() if asks.search(query)), None)


def states(amount: Amount, text: str) -> bool:
    """Whether normalised `text` states one, or says what it hangs on."""
    return bool(_STATES[amount].search(text))
