"""Every shape of marker, and text that is cut anywhere."""

import pytest

from askwiki.answer import Written
from askwiki.answer.markers import SentenceReader, passage_numbers


def read(text: str, size: int = 0, *, whole: bool = True) -> list[Written]:
    reader = SentenceReader()
    found: list[Written] = []
    size = size or max(1, len(text))
    for at in range(0, len(text), size):
        found += reader.feed(text[at : at + size])
    return found + reader.close(whole=whole)


def texts(text: str, **how: bool) -> list[str]:
    return [written.text for written in read(text, **how)]


@pytest.mark.parametrize(
    ("text", "passages"),
    [
        ("总机是入口。[1]", (1,)),
        ("总机是入口[1]。", (1,)),
        ("总机是入口 [1] 。", (1,)),
        ("总机是入口。[1][2]", (1, 2)),
        ("总机是入口。 [1] [2]", (1, 2)),
        ("总机是入口。[1,2]", (1, 2)),
        ("总机是入口。[1，2、3]", (1, 2, 3)),
        ("总机是入口。【1】", (1,)),
        ("总机是入口。【1】【3】", (1, 3)),
        ("总机是入口。［1］", (1,)),
        ("总机是入口。［１，２］", (1, 2)),
        ("总机是入口。〔4〕", (4,)),
        ("总机是入口。[1-3]", (1, 2, 3)),
        ("总机是入口。[1–3, 5]", (1, 2, 3, 5)),
        ("总机是入口。[^2]", (2,)),
        ("总机是入口。[资料1]", (1,)),
        ("总机是入口。[来源：2]", (2,)),
        ("总机是入口。【3†百科】", (3,)),
        ("总机[1]是[2]入口。[1]", (1, 2)),
        ("总机是入口。[0]", (0,)),
        ("总机是入口。[99]", (99,)),
        ("总机是入口。[1][", (1,)),
        ("总机是入口。", ()),
    ],
)
def test_every_shape_of_marker_is_read_and_taken_out(text: str, passages: tuple[int, ...]) -> None:
    expected = [Written("总机是入口。", passages)]
    assert read(text, whole=not text.endswith("[")) == expected


@pytest.mark.parametrize(
    "text",
    [
        "按[1]键转人工。",
        "拨[0]转总台。",
        "参数写作`a[1]`。",
        "`[1]`是写法。",
        "他说[略]再议。",
        "长度为[3]位。",
    ],
)
def test_brackets_that_are_no_markers_stay(text: str) -> None:
    assert read(text) == [Written(text)]


def test_a_marker_in_code_is_no_source_and_one_after_it_is() -> None:
    assert read("参数写作`a[1]`。[2]") == [Written("参数写作`a[1]`。", (2,))]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [("3", (3,)), ("1,1,2", (1, 2)), ("2-4", (2, 3, 4)), ("4-2", (4, 2)), ("1-999", (1, 999))],
)
def test_the_inside_of_a_marker(numbers: str, expected: tuple[int, ...]) -> None:
    assert passage_numbers(numbers) == expected


LONG = """您好！根据以上资料，话费由**主叫**和企业分摊[1][2]。长途由企业承担。【3】漫游按套餐计费［4］。
## 办理
办理步骤如下：
1. 提交材料。[1-3]审核后通过。[0]
2. 签合同[99]
- 按[1]键转人工。[^2]

```
x[1] = 2。
```
问“几点下班？”时会答复[1]。分机写作`8[1]`。最后一句没有句号[6]"""

EXPECTED = [
    Written("话费由主叫和企业分摊。", (1, 2)),
    Written("长途由企业承担。", (3,)),
    Written("漫游按套餐计费。", (4,)),
    Written("办理步骤如下：", (), "intro", 2),
    Written("提交材料。", (1, 2, 3), "step", 3),
    Written("审核后通过。", (0,), "step", 3),
    Written("签合同", (99,), "step", 4),
    Written("按[1]键转人工。", (2,), "bullet", 5),
    Written("问“几点下班？”时会答复。", (1,), "prose", 10),
    Written("分机写作`8[1]`。", (), "prose", 10),
    Written("最后一句没有句号", (6,), "prose", 10),
]


def test_shapes_lines_and_what_is_left_out() -> None:
    assert read(LONG) == EXPECTED


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 11, 13, 29])
def test_chunks_make_no_difference(size: int) -> None:
    assert read(LONG, size) == EXPECTED


def test_a_sentence_is_handed_on_when_the_next_begins_and_never_with_half_a_marker() -> None:
    reader = SentenceReader()
    assert [len(reader.feed(piece)) for piece in ("甲是乙", "。", "[1", "][", "2]", "丙")] == [
        *(0, 0, 0, 0, 0),
        1,
    ]
    assert reader.close(whole=True) == [Written("丙")]


@pytest.mark.parametrize("tail", ["最多200", "[", "[1", "每分钟", "`a"])
def test_what_breaks_off_is_left_out(tail: str) -> None:
    assert texts(f"甲是乙。{tail}", whole=False) == ["甲是乙。"]


def test_invisible_characters_are_gone() -> None:
    assert texts("总\u200b机\u202e是入口。\ufeff") == ["总机是入口。"]


@pytest.mark.parametrize(
    "text",
    [
        "您好！",
        "可以。",
        "不需要。",
        "希望以上内容对您有所帮助！",
        "如有疑问，请随时咨询客服。",
        "……",
        "---",
        "# 标题",
    ],
)
def test_what_asserts_nothing_is_left_out(text: str) -> None:
    assert texts(f"{text}\n总机是入口。") == ["总机是入口。"]


def test_long_text_without_an_end_is_read_in_no_time() -> None:
    reader = SentenceReader()
    assert [w for _ in range(20_000) for w in reader.feed("长")] == []
    assert [len(w.text) for w in reader.close(whole=True)] == [20_000]
