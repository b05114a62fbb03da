"""Numbers and units as a text states them."""

import pytest

from askwiki.proof.quantity import Quantity, is_one, number_of, quantities


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("二十", 20),
        ("二十五", 25),
        ("一百二", 120),
        ("一百零二", 102),
        ("三万五", 35_000),
        ("两千", 2000),
        ("零点五", 0.5),
        ("二〇二二", 2022),
        ("99.9", 99.9),
        ("192.168.1", None),
    ],
)
def test_numerals(text: str, value: float | None) -> None:
    assert number_of(text) == value


@pytest.mark.parametrize(
    ("text", "low", "high", "dimension", "bound"),
    [
        ("最多200个坐席", 200, 200, "count", "most"),
        ("最多2000个坐席", 2000, 2000, "count", "most"),
        ("3个工作日内", 3, 3, "workday", ""),
        ("3天", 3, 3, "day", ""),
        ("两周", 14, 14, "day", ""),
        ("半小时", 1800, 1800, "second", ""),
        ("一个半小时", 5400, 5400, "second", ""),
        ("两年半", 30, 30, "month", ""),
        ("百分之九十九", 99, 99, "share", ""),
        ("三成左右", 30, 30, "share", ""),
        ("四到六人", 4, 6, "person", ""),
        ("一两百个", 100, 200, "count", ""),
        ("不少于两人", 2, 2, "person", "least"),
        ("50%以上", 50, 50, "share", "least"),
        ("次年5月31日前", 531, 531, "date", ""),
        ("2022年12月起", 20221200, 20221200, "date", ""),
        ("六万四千比特", 64_000, 64_000, "bit/s", ""),
        ("几十条外线", -3, -3, "count", ""),
        ("五部分组成", 5, 5, "count", ""),
        ("二十分贝以上", 20, 20, "decibel", "least"),
        ("保留 30 天", 30, 30, "day", ""),
        ("2 个半小时", 9000, 9000, "second", ""),
        ("2 ~ 3 天", 2, 3, "day", ""),
        ("1.9 ghz 频段", 1.9e9, 1.9e9, "hertz", ""),
    ],
)
def test_a_quantity(text: str, low: float, high: float, dimension: str, bound: str) -> None:
    (found,) = quantities(text)
    assert (found.low, found.high, found.dimension, found.bound) == (low, high, dimension, bound)


@pytest.mark.parametrize(
    "text", ["一般统一办理", "十分重要", "第三步", "二维码", "g.711", "三方通话", "另收零通常"]
)
def test_what_only_looks_like_a_number(text: str) -> None:
    assert quantities(text) == []


def test_two_codes_joined_by_or_are_two_numbers() -> None:
    assert [q.low for q in quantities("500或503错误")] == [500, 503]
    assert [(q.low, q.high) for q in quantities("三到五个或更多")] == [(3, 5)]


def test_offsets_cover_number_and_unit() -> None:
    text = "每小时一百二十次、每次三分钟"
    assert [text[q.start : q.end] for q in quantities(text)] == ["一百二十次", "三分钟"]


def test_units_decide_whether_two_quantities_agree() -> None:
    def one(text: str) -> Quantity:
        (found,) = quantities(text)
        return found

    assert one("30分钟").within(one("半小时"))
    assert one("14天").within(one("两周"))
    assert not one("3天").within(one("3个工作日"))
    assert not one("200个").within(one("2000个"))
    assert not one("三十秒").within(one("三十分钟"))
    assert one("4项").within(one("四个"))
    assert is_one(one("一年"))
    assert not is_one(one("两年"))


@pytest.mark.parametrize(
    ("mine", "theirs", "same"),
    [
        ("24小时", "一天", True),
        ("48小时", "三天", False),
        ("30天", "一个月", True),
        ("九十天", "三个月", True),
        ("六十天", "三个月", False),
        ("三个工作日", "72小时", False),
        ("7至14天", "一到两周", True),
        ("十五天", "半个月", True),
    ],
)
def test_lengths_of_time_in_other_units(mine: str, theirs: str, same: bool) -> None:
    (one,), (two,) = quantities(mine), quantities(theirs)
    assert one.within(two) == same


def test_a_range_has_two_ends() -> None:
    (span,) = quantities("五到八个")
    assert [(q.low, q.high) for q in span.ends()] == [(5, 5), (8, 8)]
