"""Articles written as Markdown read back as the same: text, sections, front matter."""

import random
from dataclasses import replace

import pytest

from askwiki.corpus.front import Front, read_front, write_front
from askwiki.corpus.markdown import parse_markdown
from askwiki.corpus.plain import parse_plain
from askwiki.corpus.write import to_markdown
from askwiki.errors import CorpusError
from askwiki.schema import Article, Section


def again(article: Article) -> Article:
    return parse_markdown(to_markdown(article), article.source)


def made(*sections: tuple[tuple[str, ...], str], title: str = "总机") -> Article:
    """An article of sections as (path, text); the last heading of a path stands above its text."""
    text, spans = "", []
    for path, body in sections:
        text += "\n\n" * bool(text) + (f"{path[-1]}\n\n" if path else "")
        spans.append(Section(path, len(text), len(text) + len(body)))
        text += body
    return Article("a", title, text, tuple(spans), "a.md")


FRONT = Front(
    title="总机: 选型 #1",
    topic=("IVR/语音", "选型"),
    aliases=("400", "true", "a, b", "“引”号's"),
    updated="2026-01-05",
    url="https://example.org/a#b",
    level="专家",
    related=("a/b",),
    references=("甲、乙，丙；丁办法", "RFC 3261: SIP", "A long name of a standard " * 6 + "1"),
    review="2027-01-05",
)


@pytest.mark.parametrize("front", [FRONT, Front(), Front("400", ("总机", "费用"))])
def test_front_matter_reads_back(front: Front) -> None:
    written = write_front(front)
    assert read_front(written + "正文") == (front, "正文")
    assert written.count("\n") == 10 + bool(front.url)


def test_front_matter_as_keepers_write_it() -> None:
    front = Front("总机", ("总机", "费用"), ("PBX",), "2026-01-05")
    assert write_front(front, {"level": "谁读"}) == (
        "---\ntitle: 总机\ntopic: 总机 / 费用\naliases: [PBX]\nupdated: 2026-01-05\n"
        "level:  # 谁读\nrelated: []\nreferences: []\nreview:\n---\n"
    )


@pytest.mark.parametrize(
    "article",
    [
        made(((), "一段。\n\n又一段。")),
        made((("甲",), "一。"), (("乙",), "二。")),
        made(((), "一。"), (("甲",), "二。"), (("甲", "乙"), "三。"), (("丙",), "四。")),
        made((("总机",), "一。"), (("乙",), "二。")),  # a section of the article's own name
        made((("甲",), "一。"), (("甲",), "二。")),  # the same heading twice
        made(
            (("Ｃ# 与 *",), "一。"),
            (("[链](x) #",), "二。"),
            (("甲 {#a}",), "二。"),
            (("<b>",), "三。"),
        ),
    ],
)
def test_sections(article: Article) -> None:
    assert again(article) == article


def test_a_section_named_like_the_article_stands_below_the_title() -> None:
    article = made((("总机",), "一。"))
    assert to_markdown(article).endswith("---\n\n# 总机\n\n## 总机\n\n一。\n")


def test_headings_that_do_not_stand_in_the_text() -> None:
    text = "总述。\n\n首先，稳定最要紧。\n\n总之，够用就好。"
    spans = [((), "总述。"), (("稳定",), "首先，稳定最要紧。"), ((), "总之，够用就好。")]
    sections = [
        Section(path, text.index(body), text.index(body) + len(body)) for path, body in spans
    ]
    article = Article("a", "总机", text, tuple(sections), "a.md")
    assert again(article) == article
    assert "## 稳定 {.run-in}\n\n首先，" in to_markdown(article)


def test_a_parent_without_text_of_its_own() -> None:
    text = "甲\n\n乙\n\n一。\n\n丙\n\n丁\n\n二。"
    sections = (Section(("甲", "乙"), 6, 8), Section(("丙", "丁"), 16, 18))
    article = Article("a", "总机", text, sections, "a.md")
    assert again(article) == article


@pytest.mark.parametrize(
    ("block", "markdown"),
    [
        ("1. 摘机\n2. 拨号", "1. 摘机\n2. 拨号"),
        ("- 甲*乙*\n- 丙", "- 甲\\*乙\\*\n- 丙"),
        ("甲\n乙", "甲\\\n乙"),
        ("3. 只有一步", "3. 只有一步"),
        ("<!-- 甲", "\\<!-- 甲"),
        ("步骤：\n1. 摘机", "步骤：\\\n1\\. 摘机"),
        ("# 号键\n---\n> 引", "\\# 号键\\\n\\---\\\n\\> 引"),
        ("* 甲\n+ 乙", "\\* 甲\\\n\\+ 乙"),
        ("按 <分机号> 再按 #", "按 <分机号> 再按 #"),
        ("<b>粗</b>", "\\<b\\>粗\\</b\\>"),
        ("a | b\n--|--", "a \\| b\\\n\\--\\|--"),
        ("见 https://a.cn/x_y", "见 https://a.cn/x_y"),
        ("C:\\dir\\", "C:\\dir\\"),
        ("甲**（乙）**丙", "<p>甲**（乙）**丙</p>"),
        ("[TOC]", "<p>&#91;TOC]</p>"),
        ("甲**（乙）**丙\n[^1] <b>", "<p>甲**（乙）**丙<br>&#91;^1] &lt;b&gt;</p>"),
    ],
)
def test_blocks_stay_clean_where_they_can(block: str, markdown: str) -> None:
    article = made(((), "导语。"), (("甲",), block))
    assert to_markdown(article).endswith(f"\n\n## 甲\n\n{markdown}\n")
    assert again(article) == article


def test_lists_are_not_run_together() -> None:
    article = made(((), "- 甲\n\n- 乙"), (("丙",), "- 丁"))
    assert again(article) == article


def test_numbered_lines_without_headings_stay_text() -> None:
    article = made(((), "导语。\n\n一、甲\n\n说明。\n\n二、乙\n\n说明。"))
    assert again(article) == article


def test_any_plain_text_survives() -> None:
    chance = random.Random(7)
    scraps = [
        *("总机", "话费。", "400", "1. ", "- ", "# ", "**", "_", "`", "<b>", "&amp;", "|", "[^1]"),
        *("[甲](b)", "\\", "~~", "> ", "---", "：", "一、", "{#a}", "https://a.cn", "\n", "\n\n"),
    ]
    kept = 0
    for _ in range(300):
        raw = "开头的一段话。\n\n" + "".join(chance.choices(scraps, k=chance.randint(1, 14)))
        article = parse_plain(raw, "a.txt")
        assert again(article) == replace(article, source="a.txt"), raw
        kept += 1
    assert kept == 300


def test_what_cannot_be_written_is_told() -> None:
    path = tuple("甲乙丙丁戊己")
    with pytest.raises(CorpusError, match="deeper than 5 levels at '己': make it flatter"):
        to_markdown(made((path, "一。")))
    hidden = Article("a", "总机", "一。", (Section(("甲 {#a}",), 0, 2),), "a.md")
    with pytest.raises(CorpusError, match=r"a heading that Markdown does not hold, '甲 {#a}'"):
        to_markdown(hidden)


def test_every_article_of_the_wiki_survives(corpus_folder: object) -> None:
    from pathlib import Path

    from askwiki.corpus import load_corpus

    assert isinstance(corpus_folder, Path)
    bare = [
        replace(a, sections=tuple(replace(s, asked=()) for s in a.sections))
        for a in load_corpus(corpus_folder).articles
        if "\n  " not in a.text  # lists inside lists are for Markdown, not for an import
    ]
    assert [a.id for a in bare if again(a) != a] == []
    assert len(bare) > 100
