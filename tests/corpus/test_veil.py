"""What a web page would not show is no text of an article."""

import pytest

from askwiki.corpus.markdown import parse_markdown


def text_of(body: str) -> str:
    return parse_markdown(f"# 总机\n\n开头。\n\n{body}\n\n结尾。", "a.md").text


@pytest.mark.parametrize(
    "tag",
    [
        "<span hidden>",
        '<span style="display:none">',
        "<span style='display: none !important'>",
        "<span style=visibility:hidden>",
        '<span style="font-size:0px">',
        '<span style="opacity:0">',
        '<span style="color:#fff">',
        '<span class="x" style="position:absolute;left:-9999px">',
        "<SPAN HIDDEN>",
    ],
)
def test_what_is_hidden_is_left_out(tag: str) -> None:
    name = tag[1:5].lower()
    assert (
        text_of(f"前{tag}藏<b>着</b><{name}>里</{name}>外</{name}>后。")
        == "开头。\n\n前后。\n\n结尾。"
    )
    assert text_of(f"<div>前{tag}藏</{name}>后。</div>") == "开头。\n\n前后。\n\n结尾。"


@pytest.mark.parametrize(
    "tag",
    [
        '<span style="overflow: hidden">',
        '<span style="font-size:0.9em">',
        '<span style="opacity:0.5">',
        '<span style="color:#fff;background:#333">',
        '<span title="hidden">',
        '<span style="width:0.5em">',
    ],
)
def test_what_is_shown_stays(tag: str) -> None:
    assert text_of(f"前{tag}见</span>后。") == "开头。\n\n前见后。\n\n结尾。"


def test_a_hidden_element_may_hold_paragraphs() -> None:
    assert text_of("<div hidden>\n\n藏着的话。\n\n## 藏着的标题\n\n</div>\n\n露出的话。") == (
        "开头。\n\n露出的话。\n\n结尾。"
    )


def test_a_hidden_cell_keeps_the_columns() -> None:
    table = (
        "<table><tr><th>甲</th><th>乙</th><th>丙</th></tr>"
        "<tr><td>一</td><td hidden>二</td><td>三</td></tr></table>"
    )
    assert text_of(table) == "开头。\n\n甲：一；丙：三\n\n结尾。"


def test_a_tag_that_is_never_closed_hides_its_paragraph_only() -> None:
    assert text_of("前<span hidden>藏。\n\n露出的话。") == "开头。\n\n前\n\n露出的话。\n\n结尾。"
    assert text_of("<input hidden>露出的话。") == "开头。\n\n露出的话。\n\n结尾。"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ('"[总机](https://example.com) <b>必读</b>"', "总机 必读"),
        ("<分机号>是什么", "<分机号>是什么"),
        ("按*键与#键", "按*键与#键"),
    ],
)
def test_a_title_holds_no_markup(title: str, shown: str) -> None:
    assert parse_markdown(f"---\ntitle: {title}\n---\n\n正文。", "a.md").title == shown
