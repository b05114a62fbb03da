"""Numbers with their units, as a text states them: 二十 = 20, 半小时 = 30分钟, 三成 = 30%.

`quantities` reads normalised text. What only looks like a number (一般, 统一, 二维码) is none.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

Bound = Literal["", "most", "least", "over", "under"]

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_POWERS = {"十": 10, "百": 100, "千": 1000}
_BIG = {"万": 10_000, "亿": 100_000_000}

_HAN_NUMBER = "[零〇一二两三四五六七八九十百千万亿]+"
_PLAIN = rf"(?:\d+(?:\.\d+)*|{_HAN_NUMBER}(?:点[零〇一二三四五六七八九]+)?)"

_ONE = rf"(?P<a>{_PLAIN})(?:多|余)?(?P<ap>%?)"
_RANGE = rf" ?(?P<join>到|至|-|~|—|–|～|或) ?(?P<b>{_PLAIN})(?P<bp>%?)"
_FRACTION = rf"(?P<under>{_HAN_NUMBER}|\d+)分之(?P<over>{_PLAIN})(?:(?:到|至)(?:(?:{_HAN_NUMBER}|\d+)分之)?(?P<over2>{_PLAIN}))?"
_VAGUE = r"(?P<vague>十几|几十|数十|几百|数百|几千|数千|数|几|半)"
_VAGUE_VALUE = {"几": -1.0, "十几": -2.0, "几十": -3.0, "几百": -4.0, "几千": -5.0}
"""What no number tells: each kind equals itself only."""
_NUMBER = re.compile(rf"(?:{_FRACTION}|{_VAGUE}|{_ONE}(?:{_RANGE})?)")
_DATE = re.compile(
    rf"(?:(?P<y>\d{{4}}|[零〇一二三四五六七八九]{{4}})年)?(?:(?P<m>{_PLAIN})月)?(?:(?P<d>{_PLAIN})[日号])?"
)
_ABOUT = re.compile(r"^([一两二三四五六七八])([两二三四五六七八九])([十百千万]?)$")

_NOT_NUMBERS = re.compile(
    "一般|一些|一致|统一|唯一|一旦|一定|一样|一起|一并|一律|一切|一直|一边|一方面?|另一|同一|任一|某一|(?<!分)之一|进一步"
    "|万一|逐一|单一|一次性|一体|一经|一侧|一同|一概|一贯|一向|一味|一下|一时|一会|一度|一线|一流|一键|一站式|不一|合一"
    "|专一|一一|一来|一再|千万|万能|百科|(?<![零一二三四五六七八九百])十分(?![钟之贝])|四处|三方|第三方|二维码|二次|再三|七上八下|三令五申|五险一金"
    "|万维|千兆|百兆|万兆|几乎|几何|数据|数字|数量|数目|数额|参数|次数|人数|天数|级数|读数|函数|位数|总数|整数|倍数|分数|系数"
    "|数电|数码|数值|数组|半年度|半径|一号|一人|一方|一家(?!到|至)|一通|一条条|一批批|一个个|一件件|一层层|一步步|三七|二手|二级|三级|一级"
    "|十字|百分(?!之)|一面|一面之|两者|二者|一二|两端|两侧|两边|双方|四班三运转|七乘二十四|万家|一路(?!并|电|外|通|录)|一声不|一目|一经"
)

_UNITS: tuple[tuple[str, str, float], ...] = (
    *((u, "second", s) for u, s in (("秒钟", 1), ("秒", 1), ("分钟", 60), ("个小时", 3600))),
    *((u, "second", s) for u, s in (("小时", 3600), ("个钟头", 3600), ("毫秒", 0.001))),
    *((u, "workday", 1.0) for u in ("个工作日", "工作日", "个上班日")),
    *((u, "day", s) for u, s in (("个自然日", 1), ("自然日", 1), ("个日历日", 1), ("天", 1))),
    *((u, "day", s) for u, s in (("日", 1), ("个星期", 7), ("星期", 7), ("周", 7))),
    *((u, "month", s) for u, s in (("个自然月", 1), ("个月", 1), ("个季度", 3), ("季度", 3))),
    *((u, "month", s) for u, s in (("年", 12), ("月", 1))),
    *((u, "share", s) for u, s in (("成", 10), ("%", 1), ("个百分点", 1))),
    *((u, "times", 1.0) for u in ("倍",)),
    *((u, "yuan", s) for u, s in (("万元", 10_000), ("元", 1), ("块钱", 1), ("角", 0.1))),
    *((u, "bit/s", s) for u, s in (("千比特", 1e3), ("kbps", 1e3), ("兆比特", 1e6))),
    *((u, "bit/s", s) for u, s in (("比特", 1), ("比特每秒", 1), ("千比特每秒", 1e3))),
    *((u, "bit/s", s) for u, s in (("兆比特每秒", 1e6), ("吉比特每秒", 1e9))),
    *((u, "bit/s", s) for u, s in (("mbps", 1e6), ("gbps", 1e9), ("kbit/s", 1e3), ("兆", 1e6))),
    *((u, "byte", s) for u, s in (("kb", 1e3), ("mb", 1e6), ("gb", 1e9), ("tb", 1e12))),
    *((u, "byte", s) for u, s in (("兆字节", 1e6), ("千字节", 1e3))),
    *((u, "hertz", s) for u, s in (("mhz", 1e6), ("ghz", 1e9), ("兆赫", 1e6))),
    *((u, "hertz", s) for u, s in (("千赫", 1e3), ("khz", 1e3), ("赫兹", 1), ("hz", 1))),
    *((u, "metre", s) for u, s in (("公里", 1000), ("千米", 1000), ("厘米", 0.01), ("米", 1))),
    *((u, "squaremetre", 1.0) for u in ("平方米", "平米")),
    *((u, "point", 1.0) for u in ("分",)),
    *((u, "decibel", 1.0) for u in ("分贝", "db")),
    *((u, "digit", 1.0) for u in ("位数", "位")),
    *((u, "character", 1.0) for u in ("个汉字", "个字", "字")),
    *((u, "person", 1.0) for u in ("个人", "人", "名")),
    *((u, "month-of-year", 1.0) for u in ("月份",)),
    *(
        (u, "count", 1.0)
        for u in (
            "个部分",
            "部分",
            "个方面",
            "方面",
            "个环节",
            "环节",
            "个阶段",
            "阶段",
            "个步骤",
            "步骤",
        )
    ),
)
_UNIT = {name: (dimension, factor) for name, dimension, factor in _UNITS}
_CLASSIFIERS = "个条项种类家台部路次位方层级步档份张通遍句笔座间栋辆支根对组批段片把套块门点节期代寸克斤吨度声轮回例件封页宗户所处只成线"
_NO_UNIT = (
    "(?<=通)[常过信知道用话]|(?<!部分)(?<=分)[之别析机配组享流支]|(?<=位)[置于]|(?<=名)[单称下字义]|(?<=人)[工员数]"
    "|(?<=点)击|(?<=日)[期志常程]|(?<=月)租|(?<=年)[限审报]|(?<=次)[数序日月年]|(?<=部)[门分署]|(?<=条)[件款]|(?<=项)目"
    "|(?<=个)[人别性]|(?<=路)[由径]|(?<=件)[数]|(?<=成)[功为本员交立]|(?<=线)[路上下]|(?<=处)[理置罚分]|(?<=门)[店户]|(?<=代)[理码替表]"
)
_UNIT_AFTER = re.compile(
    " ?(?:"
    + "|".join(re.escape(u) for u in sorted(_UNIT, key=len, reverse=True))
    + f"|[{_CLASSIFIERS}])(?!{_NO_UNIT})"
)

_BEFORE: tuple[tuple[Bound, re.Pattern[str]], ...] = (
    (
        "most",
        re.compile(
            r"(?:最多|至多|不超过|不多于|不高于|不大于|上限[为是]?|封顶|最长|最高|最大|以内|不得超过|不能超过|限于|控制在)[^，。；,;]{0,3}$"
        ),
    ),
    (
        "least",
        re.compile(
            r"(?:至少|最少|不少于|不低于|不小于|起码|最低|下限[为是]?|最短|不得少于)[^，。；,;]{0,3}$"
        ),
    ),
    ("under", re.compile(r"(?:不足|不到|少于|低于|小于|未满|不满|短于)[^，。；,;]{0,2}$")),
    ("over", re.compile(r"(?:超过|多于|高于|大于|超出|长于|满)[^，。；,;]{0,2}$")),
)
_AFTER: tuple[tuple[Bound, re.Pattern[str]], ...] = (
    ("most", re.compile(r"^(?:以内|之内|以下|及以下|封顶|为限|为上限)")),
    ("least", re.compile(r"^(?:以上|及以上|起|或以上|或更[多长])")),
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, or a range of them, in the base of its dimension.

    `dimension` is "count" for classifiers (个, 种, 次), "" for a bare number; `low` and `high` are
    equal for a single number. `start` and `end` are offsets in the text it was read from.
    """

    low: float
    high: float
    dimension: str
    unit: str
    bound: Bound
    start: int
    end: int

    def same_value(self, other: "Quantity") -> bool:
        return _close(self.low, other.low) and _close(self.high, other.high)

    def within(self, other: "Quantity") -> bool:
        """Whether both speak of the same kind of thing and the values agree: 24小时 and 一天, 30天
        and 一个月 too."""
        if self.same_value(other) and (self.dimension == other.dimension or _loose(self, other)):
            return True
        return _same_time(self, other)

    def ends(self) -> tuple["Quantity", "Quantity"]:
        """Both ends of a range, each a quantity of its own."""
        return replace(self, high=self.low), replace(self, low=self.high)


_DAYS = {"second": 1 / 86_400, "day": 1.0, "month": 30.4}


def _same_time(one: Quantity, two: Quantity) -> bool:
    if one.dimension == two.dimension or not {one.dimension, two.dimension} <= set(_DAYS):
        return False
    # Months have 28 to 31 days; a year of twelve has 365.
    share = 0.03 if "month" in (one.dimension, two.dimension) else 1e-6
    return all(
        mine > 0 and abs(mine * _DAYS[one.dimension] / (theirs * _DAYS[two.dimension]) - 1) <= share
        for mine, theirs in ((one.low, two.low), (one.high, two.high))
        if theirs
    )


_COUNTING = frozenset({"count", "", "person", "digit", "character"})


def _loose(one: Quantity, two: Quantity) -> bool:
    return one.dimension in _COUNTING and two.dimension in _COUNTING


def _close(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-6 * max(1.0, abs(a), abs(b))


def number_of(text: str) -> float | None:
    """The value of digits or Han numerals (二十五, 一百二, 零点五), None where it is no number."""
    if text[:1].isdigit():
        parts = text.split(".")
        return float(text) if len(parts) <= 2 else None
    whole, _, fraction = text.partition("点")
    value = _han(whole)
    if value is None or not fraction:
        return value
    return value + sum(_DIGITS[c] / 10.0 ** (i + 1) for i, c in enumerate(fraction))


def _han(text: str) -> float | None:
    if all(c in _DIGITS for c in text):
        return float("".join(str(_DIGITS[c]) for c in text)) if text else None
    total = section = digit = 0
    unit = 1
    for c in text:
        if c in _DIGITS:
            digit = _DIGITS[c]
            if c in "零〇":
                unit = 1
        elif c in _POWERS:
            unit = _POWERS[c]
            section += (digit or (1 if section == 0 else 0)) * unit
            digit = 0
        else:
            total = (total + section + digit) * _BIG[c] or _BIG[c]
            section, digit, unit = 0, 0, _BIG[c]
    # 一百二 is 120: a last digit counts a tenth of the power before it, unless 零 came between.
    return float(total + section + digit * (unit // 10 if unit > 10 else 1))


def quantities(text: str) -> list[Quantity]:
    """Every quantity of normalised `text`, in order, without overlaps."""
    masked = _NOT_NUMBERS.sub(lambda m: "\x00" * len(m.group()), text)
    found: list[Quantity] = []
    at = 0
    while match := _NUMBER.search(masked, at):
        at = match.end()
        if "或" in match.group() and match["b"] and not _UNIT_AFTER.match(text, at):
            at = match.start("join")  # 500或503 are two numbers
            match = _NUMBER.match(masked[:at], match.start())
            if match is None:
                continue
        date = _date(text, match.start())
        if date is not None:
            found.append(date)
            at = date.end
            continue
        if _inside_a_name(text, match.start()):
            continue
        quantity = _read(text, match)
        if quantity is not None:
            found.append(quantity)
            at = max(at, quantity.end)
    return found


def _date(text: str, start: int) -> Quantity | None:
    """A calendar date: 2022年12月, 5月31日; three months (三个月) are none."""
    match = _DATE.match(text, start)
    if match is None or sum(bool(match[k]) for k in "ymd") < 2:
        return None
    values = [number_of(match[key]) or 0.0 if match[key] else 0.0 for key in "ymd"]
    value = values[0] * 10_000 + values[1] * 100 + values[2]
    return Quantity(value, value, "date", "", "", start, match.end())


def _inside_a_name(text: str, start: int) -> bool:
    """g.711, sip2, t38: a digit that a Latin letter leads is part of a name; so is 第三."""
    before = text[max(0, start - 2) : start]
    return bool(before) and (bool(re.search(r"[a-z][.\-]?$", before)) or before[-1] == "第")


def _read(text: str, match: re.Match[str]) -> Quantity | None:
    values = _values(match)
    if values is None:
        return None
    low, high, percent = values
    unit = "%" if percent else ""
    end = match.end()
    if not percent:
        after = _UNIT_AFTER.match(text, end)
        unit = after.group().strip() if after else ""
        end = after.end() if after else end
    dimension, factor = _UNIT.get(unit, ("count" if unit else "", 1.0))
    if match["vague"] == "半":
        if dimension not in ("second", "day", "month", "share"):
            return None
    elif _means_nothing(match, dimension):
        return None
    half = text[end : end + 1] == "半" and dimension in ("month", "day", "second")
    if unit == "个" and (after := _UNIT_AFTER.match(text, end + 1)) and text[end : end + 1] == "半":
        half, end = True, after.end()  # 一个半小时
        dimension, factor = _UNIT.get(after.group().strip(), ("count", 1.0))
    low, high = (low + 0.5 * half) * factor, (high + 0.5 * half) * factor
    return Quantity(
        low, high, dimension, unit, _bound(text, match.start(), end), match.start(), end
    )


def _means_nothing(match: re.Match[str], dimension: str) -> bool:
    """A vague number without a real unit, or one Han numeral alone."""
    if match["vague"]:
        return dimension == "" or (dimension == "count" and match["vague"] in "几数")
    return dimension == "" and not re.match(r"\d|.{2,}", match.group())


def _values(match: re.Match[str]) -> tuple[float, float, bool] | None:
    if match["under"]:
        return _share_of(match)
    if match["vague"]:
        value = 0.5 if match["vague"] == "半" else _VAGUE_VALUE[match["vague"].replace("数", "几")]
        return value, value, False
    about = _ABOUT.match(match["a"])
    if about and not match["b"]:  # 一两百, 三五
        a, b = (number_of(digit + about[3]) or 0.0 for digit in about.groups()[:2])
        return a, b, bool(match["ap"])
    low = number_of(match["a"])
    if low is None:
        return None
    high = number_of(match["b"]) if match["b"] else low
    return low, low if high is None else high, bool(match["ap"] or match["bp"])


def _share_of(match: re.Match[str]) -> tuple[float, float, bool] | None:
    under, over = number_of(match["under"]), number_of(match["over"])
    if not under or over is None:
        return None
    top = number_of(match["over2"]) if match["over2"] else over
    return 100 * over / under, 100 * (over if top is None else top) / under, True


def _bound(text: str, start: int, end: int) -> Bound:
    head, tail = text[max(0, start - 8) : start], text[end : end + 4]
    for bound, pattern in _BEFORE:
        if pattern.search(head):
            return bound
    for bound, pattern in _AFTER:
        if pattern.match(tail):
            return bound
    return ""


def is_one(quantity: Quantity) -> bool:
    """Whether it is one of its unit: 一年, 1小时."""
    return quantity.low == quantity.high == _UNIT.get(quantity.unit, ("", 1.0))[1]
