"""Whether a question asks how long, and whether a text states a length of time or a date.

A text may also say what the time hangs on (以运营商答复为准, 由合同约定). Prices were tried and left out:
what a price is made of answers 多少钱 as well. Counts too: nearly every text has one.
"""

import re

from askwiki.question import kind_of

_SPANS = "个?小时|分钟|秒|年|个月|个?工作日|个钟头|个?星期|周|天"
_ASKS = re.compile(
    rf"(?:多久|多长时间)(?!.{{0,8}}才?算)|多少(?:{_SPANS}|个?月)|"
    # 几 does not ask in 这几天 and 好几年, nor where no question follows: 隔几秒嗒一下.
    rf"(?<![这那前过好第后头每十哪上下])几(?:{_SPANS})(?=[能到内才会要得可再]|[，,。？?]|$)"
)

_NUMBER = r"(?:\d[\d.,]*|[零〇一二两三四五六七八九十百千万亿数几半]+)[多余]? ?"
_STATES = re.compile(
    rf"{_NUMBER}(?:个半?)?(?:秒|分钟|小时(?!制)|钟头|天|日|工作日|自然日|星期|周|月|季度?|年|ms\b|s\b|min)|"
    "立即|立刻|即时|马上|[当次][天日月]|当场|实时|永久|随时|长期|无期限|不限|到期|每[天日周月季年]|定期|瞬间|"
    "为准|取决于|决定|而定|而异|不等|不一|统一|各家|各地|自定|约定|协商|看[^，。]{1,8}[和、与]"
)


def asks_how_long(query: str) -> bool:
    """Whether normalised `query` asks for a length of time and for no more than that."""
    return kind_of(query) in ("quantity", "fact") and bool(_ASKS.search(query))


def states_how_long(text: str) -> bool:
    """Whether normalised `text` states a time, or says what it hangs on."""
    return bool(_STATES.search(text))
