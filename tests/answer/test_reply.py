"""Replies in JSON and in text, told apart by how they begin."""

import json

import pytest

from askwiki.answer import Written
from askwiki.answer.prompt import NOT_ANSWERED
from askwiki.answer.reply import ReplyReader


def read(text: str, size: int = 0, *, whole: bool = True) -> tuple[list[Written], bool]:
    reader = ReplyReader()
    found: list[Written] = []
    size = size or max(1, len(text))
    for at in range(0, len(text), size):
        found += reader.feed(text[at : at + size])
    found += reader.close(whole=whole)
    return found, reader.declined


REPLY = {
    "answered": True,
    "sentences": [
        {"text": "总机是入口。", "passages": [1, 2]},
        {"text": "分机接在总机后面[3]。", "passages": []},
        {"text": "1. 提交材料。审核后通过。", "passages": [2]},
        {"text": "2. 签合同。", "passages": [9, True, "4"]},
    ],
}
EXPECTED = [
    Written("总机是入口。", (1, 2), "prose", 1),
    Written("分机接在总机后面。", (3,), "prose", 1),
    Written("提交材料。", (2,), "step", 2),
    Written("审核后通过。", (2,), "step", 2),
    Written("签合同。", (9,), "step", 3),
]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 5, 17])
@pytest.mark.parametrize(
    "form", ["{}", "```json\n{}\n```", "```\n{}\n```", "  \n{}", "<think>[1]。</think>{}"]
)
def test_json_is_read_however_it_is_wrapped_and_cut(form: str, size: int) -> None:
    text = form.replace("{}", json.dumps(REPLY, ensure_ascii=False, indent=1))
    assert read(text, size) == (EXPECTED, False)


def test_sentences_come_before_the_object_is_whole() -> None:
    reader = ReplyReader()
    text = json.dumps(REPLY, ensure_ascii=False)
    cut = text.index("分机")
    assert reader.feed(text[:cut]) == EXPECTED[:1]


@pytest.mark.parametrize("size", [0, 1, 3])
def test_text_is_read_after_the_thinking(size: int) -> None:
    text = "<think>先看资料。[9]</think>\n\n总机是入口。[1]"
    assert read(text, size) == ([Written("总机是入口。", (1,))], False)


@pytest.mark.parametrize(
    "text",
    [
        NOT_ANSWERED,
        f"{NOT_ANSWERED}。",
        f"【{NOT_ANSWERED}】",
        '{"answered": false, "sentences": []}',
        '{"sentences": [], "answered":false}',
    ],
)
def test_a_model_that_finds_no_answer_says_so(text: str) -> None:
    assert read(text) == ([], True)
    assert read(text, 1) == ([], True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "<think>没完",
        "{}",
        '{"sentences": 3}',
        '{"sentences": [3, "甲"]}',
        '{"sentences": [{"text": 3}]}',
        '{"sentences": [{"text": "甲是',
        "```",
    ],
)
def test_what_is_no_reply_gives_no_sentences(text: str) -> None:
    assert read(text, whole=False) == ([], False)


def test_a_reply_that_breaks_off_gives_what_was_whole() -> None:
    assert read("总机是入口。[1]每分钟最多", whole=False)[0] == [Written("总机是入口。", (1,))]
