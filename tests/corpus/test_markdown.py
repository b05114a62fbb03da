"""Markdown -> Article: exact canonical text, exact sections."""

import pytest

from askwiki.corpus.markdown import parse_markdown
from askwiki.errors import CorpusError
from askwiki.schema import Article


def parse(raw: str, source: str = "guide/call-transfer_howto.md") -> Article:
    return parse_markdown(raw, source)


def text(raw: str) -> str:
    return parse(raw).text


def shown(article: Article) -> list[tuple[tuple[str, ...], str]]:
    return [(s.path, article.text[s.start : s.end]) for s in article.sections]


class TestFrontMatter:
    def test_all_fields(self) -> None:
        article = parse(
            "---\ntitle: 呼叫转移\ntopic: 总机 / 转移 / 设置 / 多余\naliases: [飞线, 400]\n"
            "updated: 2026-11-21\nurl: https://example.com/a\nowner: 无关\nlevel: 进阶\n"
            "related: [numbers/400-overview, pbx/calls]\nreview: 2027-11-21\n"
            "references:\n  - ITU-T G.711\n  - RFC 3261\n---\n\n正文。\n"
        )
        assert article == Article(
            id="guide/call-transfer_howto",
            title="呼叫转移",
            text="正文。",
            sections=article.sections,
            source="guide/call-transfer_howto.md",
            url="https://example.com/a",
            updated="2026-11-21",
            topic=("总机", "转移", "设置"),
            aliases=("飞线", "400"),
            level="进阶",
            related=("numbers/400-overview", "pbx/calls"),
            references=("ITU-T G.711", "RFC 3261"),
            review="2027-11-21",
        )
        assert shown(article) == [((), "正文。")]

    def test_lists_and_strings_are_the_same(self) -> None:
        article = parse("---\ntopic: [IVR/语音, 菜单]\naliases: 按键菜单、语音导航\n---\n正文")
        assert article.topic == ("IVR/语音", "菜单")
        assert article.aliases == ("按键菜单", "语音导航")

    @pytest.mark.parametrize(
        ("value", "iso"),
        [
            ("2026-01-05", "2026-01-05"),
            ("'2026/1/5'", "2026-01-05"),
            ("2026年1月5日", "2026-01-05"),
            ("2026-01-05 10:20:30", "2026-01-05"),
            ("'2026-13-45'", None),
            ("去年", None),
            ("", None),
        ],
    )
    def test_updated(self, value: str, iso: str | None) -> None:
        assert parse(f"---\nupdated: {value}\n---\n正文").updated == iso

    def test_names_as_strings(self) -> None:
        article = parse(
            "---\nrelated: pbx/calls、cafe\u0301\nreferences: 甲、乙管理办法；RFC 3261\n---\n正文"
        )
        assert article.related == ("pbx/calls", "caf\u00e9")
        assert article.references == ("甲、乙管理办法", "RFC 3261")

    @pytest.mark.parametrize("field", ["level", "related", "references", "review"])
    def test_empty_is_left_out(self, field: str) -> None:
        assert parse(f"---\ntitle: 总机\n{field}:\n---\n正文") == parse(
            "---\ntitle: 总机\n---\n正文"
        )

    @pytest.mark.parametrize(
        ("front", "what"),
        [
            ("level: 初级", "level is '初级': write 入门, 进阶 or 专家, or leave it out"),
            ("level: [入门]", r"level is \['入门'\]: write 入门"),
            ("review: 明年", "review is '明年': write a date such as 2027-06-30, or leave it out"),
            ("review: '2027-13-01'", "review is '2027-13-01': write a date"),
            ("related: [a: b]", r"related holds {'a': 'b'}: write a list of names, those with a"),
            ("references: [[甲]]", r"references holds \['甲'\]: write a list of names"),
            ("references: {RFC 3261: SIP}", "references holds {'RFC 3261': 'SIP'}: write a list"),
        ],
    )
    def test_values_that_cannot_be_meant(self, front: str, what: str) -> None:
        with pytest.raises(CorpusError, match=f"front matter is broken at line 3: {what}"):
            parse(f"---\ntitle: 总机\n{front}\n---\n正文")

    def test_only_web_addresses_become_urls(self) -> None:
        assert parse("---\nurl: javascript:alert(1)\n---\n正文").url is None

    @pytest.mark.parametrize(
        ("front", "line"),
        [
            ("title: a: b\n", 2),
            ("title: 总机\naliases: [甲, 乙\n", 3),
            ("title: 总机\nupdated: 2026-13-45\n", 2),
        ],
    )
    def test_broken(self, front: str, line: int) -> None:
        with pytest.raises(CorpusError, match=rf"front matter is broken at line {line}: \S+"):
            parse(f"---\n{front}---\n正文")

    def test_unclosed(self) -> None:
        with pytest.raises(CorpusError, match="not closed: add a line ---"):
            parse("---\ntitle: 总机\n\n正文")

    def test_text_between_rules_is_text(self) -> None:
        assert text("---\n\n只是一段话\n\n---\n\n后文\n") == "只是一段话\n\n后文"


class TestTitle:
    @pytest.mark.parametrize(
        ("raw", "title", "body"),
        [
            ("# 分机拨号\n\n正文", "分机拨号", "正文"),
            ("分机拨号\n===\n\n正文", "分机拨号", "正文"),
            ("## 分机拨号\n\n正文", "分机拨号", "正文"),
            ("## 甲节\n\n一\n\n## 乙节\n\n二", "甲节", "甲节\n\n一\n\n乙节\n\n二"),
            ("正文", "call transfer howto", "正文"),
            ("---\ntitle: 甲\n---\n# 甲\n\n正文", "甲", "正文"),
            ("---\ntitle: 甲\n---\n# 乙\n\n正文", "甲", "乙\n\n正文"),
            (
                "**申请说明**\n\n导言。\n\n**一、资料**\n\n文",
                "申请说明",
                "导言。\n\n一、资料\n\n文",
            ),
        ],
    )
    def test_where_it_comes_from(self, raw: str, title: str, body: str) -> None:
        article = parse(raw)
        assert (article.title, article.text) == (title, body)

    def test_title_heading_after_sections_ends_them(self) -> None:
        article = parse("## 提示\n\n先读。\n\n# 总机\n\n正文。")
        assert shown(article) == [(("提示",), "先读。"), ((), "正文。")]


class TestRunIn:
    """A heading whose words the text below already says is not said again."""

    def test_it_names_a_section_and_adds_no_text(self) -> None:
        article = parse("导言。\n\n## 稳定 {.run-in}\n\n稳定最要紧。\n\n## 别的\n\n后文。")
        assert article.text == "导言。\n\n稳定最要紧。\n\n别的\n\n后文。"
        assert shown(article) == [
            ((), "导言。"),
            (("稳定",), "稳定最要紧。"),
            (("别的",), "后文。"),
        ]

    def test_without_words_it_ends_a_section(self) -> None:
        article = parse("# 题\n\n## 甲\n\n一。\n\n## {.run-in}\n\n二。")
        assert shown(article) == [(("甲",), "一。"), ((), "二。")]
        assert article.text == "甲\n\n一。\n\n二。"

    def test_other_attributes_are_dropped(self) -> None:
        assert shown(parse("# 题\n\n## 甲 {#a}\n\n一。")) == [(("甲",), "一。")]


class TestBlocks:
    def test_wrapped_lines(self) -> None:
        raw = "第一行，\n接着写\n末尾接\nSIP trunk\nover IP\n的说明"
        assert text(raw) == "第一行，接着写末尾接 SIP trunk over IP 的说明"

    def test_hard_breaks(self) -> None:
        assert text("甲  \n乙\\\n丙<br>丁<br/>戊") == "甲\n乙\n丙\n丁\n戊"

    def test_lists(self) -> None:
        raw = (
            "3. 摘机\n\n   听到拨号音\n   再继续\n4. 拨号\n   - 内线\n     1. 三位\n   - 外线\n\n"
            "* [x] 已测\n* [ ] 未测\n"
        )
        assert text(raw) == (
            "3. 摘机\n  听到拨号音再继续\n4. 拨号\n  - 内线\n    1. 三位\n  - 外线\n\n"
            "- 已测\n- 未测"
        )

    def test_lazy_numbers_count_up(self) -> None:
        assert text("1. 甲\n1. 乙\n1. 丙") == "1. 甲\n2. 乙\n3. 丙"

    def test_tables(self) -> None:
        raw = (
            "| 套餐 | 月费 | 说明 |\n|---|---|---|\n| 甲 | 100元 | 含录音。 |\n| 乙 |  | 无 |\n\n"
            "| | 自建 | 云 |\n|---|---|---|\n| 初装 | 高 | 低 |\n\n| 空 | 表 |\n|---|---|\n"
        )
        assert text(raw) == (
            "套餐：甲；月费：100元；说明：含录音\n套餐：乙；说明：无\n\n初装：自建：高；云：低"
        )

    def test_code_keeps_its_lines(self) -> None:
        assert (
            text("```\nshow run\n  line 2  \n\n\n\n# 注释\n```") == "show run\n  line 2\n\n# 注释"
        )

    def test_quotes(self) -> None:
        assert text("> 引用\n> 续行\n>\n> ## 不算标题\n\n后文") == "引用续行\n\n不算标题\n\n后文"

    def test_inline_markup(self) -> None:
        raw = "**粗***斜*~~删~~`码`[链接](a.md)![图](b.png)<https://c.cn> https://d.cn \\*星\\*"
        assert text(raw) == "粗斜删码链接https://c.cn https://d.cn *星*"

    def test_bold_against_full_width_marks(self) -> None:
        assert text("**概述：**正文，其中**“引语”**也是。") == "概述：正文，其中“引语”也是。"

    def test_entities_and_invisible_characters(self) -> None:
        raw = "甲&nbsp;&nbsp;乙\u200b丙 &lt;丁&gt;\u3000\u3000戊&amp;己\u00a0\u3000\n"
        assert text(raw) == "甲 乙丙 <丁> 戊&己"

    def test_html(self) -> None:
        raw = (
            '甲<span style="x">乙</span><!-- 注 --><a name="y"></a>丙<script>f()</script>丁\n\n'
            "<div>\n<p>段<b>落</b></p>\n<style>p {}</style>\n"
            "<ul><li>一</li><li>二</li></ul>\n</div>\n\n"
            "<!-- 隐\n\n藏 -->\n\n"
            "<table><tr><th>项</th><th>值</th></tr><tr><td>时长</td><td>30秒</td></tr></table>\n"
        )
        assert text(raw) == "甲乙丙丁\n\n段落\n\n- 一\n- 二\n\n项：时长；值：30秒"

    @pytest.mark.parametrize("declaration", ["<![x", "<!DOCTYPE html>", "<![CDATA[x]]>", "<!x"])
    def test_declarations_stop_nothing(self, declaration: str) -> None:
        assert text(f"甲\n\n<div>\n{declaration}\n</div>\n\n乙").split("\n\n")[-1] == "乙"

    def test_placeholders_are_no_tags(self) -> None:
        assert text("按 <分机号> 或 <number> 再按 #") == "按 <分机号> 或 <number> 再按 #"

    def test_footnotes_stay(self) -> None:
        assert text("正文[^1]。\n\n[^1]: 注解在此") == "正文。\n\n注解在此"

    def test_rule_below_a_sentence_makes_no_heading(self) -> None:
        article = parse("# 题\n\n这是一句话。\n---\n\n后文。")
        assert shown(article) == [((), "这是一句话。\n\n后文。")]


class TestLinksOnly:
    def test_tables_of_contents_go(self) -> None:
        raw = (
            "# 题\n\n目录\n\n- [一](#a)\n  1. [二](#b)\n- 3. [三](#c)\n\n[TOC]\n\n"
            "## 一\n\n正文。\n\n"
            "参见：[甲](a.md)、[乙](b.md)\n\n## 相关文章\n\n- [丙](c.md)\n- <https://d.cn>\n"
        )
        assert shown(parse(raw)) == [(("一",), "正文。")]
        assert text(raw) == "一\n\n正文。"

    def test_links_with_words_stay(self) -> None:
        assert text("- [甲](a.md)：费用说明\n- [乙](b.md)") == "- 甲：费用说明\n- 乙"

    def test_an_address_alone_is_text(self) -> None:
        assert text("登录地址：\n\n<https://a.cn/login>") == "登录地址：\n\nhttps://a.cn/login"


class TestSections:
    def test_paths_over_skipped_levels(self) -> None:
        raw = "导言\n\n## 甲\n\n#### 乙\n\n一\n\n### 丙\n\n二\n\n## 丁\n\n三"
        assert shown(parse("# 题\n\n" + raw)) == [
            ((), "导言"),
            (("甲", "乙"), "一"),
            (("甲", "丙"), "二"),
            (("丁",), "三"),
        ]

    def test_offsets(self) -> None:
        article = parse("# 题\n\n导言\n\n## 甲\n\n一\n\n- 二\n- 三\n")
        assert article.text == "导言\n\n甲\n\n一\n\n- 二\n- 三"
        assert [(s.start, s.end) for s in article.sections] == [(0, 2), (7, 17)]

    def test_empty_sections_go(self) -> None:
        assert text("# 题\n\n## 空\n\n## 有\n\n### 子\n\n文\n\n### 空子\n") == "有\n\n子\n\n文"

    @pytest.mark.parametrize(
        "line",
        [
            "## 标题 {#some-id}",
            "## 标题 {:.cls}",
            "## 标题 {: #id .cls }",
            '## 标题 <a id="x"></a>',
            "## 标题 ##",
            "## 标题 ## {#x}",
            "##标题",
            "##\u3000标题",
            "## **标题** [#](#x)",
            "标题\n---",
        ],
    )
    def test_heading_noise(self, line: str) -> None:
        assert shown(parse(f"# 题\n\n{line}\n\n文")) == [(("标题",), "文")]

    def test_numbers_and_signs_in_headings_stay(self) -> None:
        raw = "# 题\n\n## 1.2 用 C# 调用\n\n文\n\n## 按 # 号键\n\n文"
        assert [path for path, _ in shown(parse(raw))] == [("1.2 用 C# 调用",), ("按 # 号键",)]


class TestLinesAsHeadings:
    def test_bold_lines(self) -> None:
        raw = (
            "**一、概述**\n\n文一。\n\n**1.1 细节**\n紧跟的文。\n\n**注意：**\n\n文二。\n\n"
            "**二、安装**\n\n文三。"
        )
        article = parse(raw)
        assert article.title == "call transfer howto"
        assert shown(article) == [
            (("一、概述",), "文一。"),
            (("一、概述", "1.1 细节"), "紧跟的文。\n\n注意：\n\n文二。"),
            (("二、安装",), "文三。"),
        ]

    def test_numbered_lines_below_a_title(self) -> None:
        raw = "# 题\n\n一、概述\n\n文一。\n\n1.2 安装步骤\n\n文二。\n\n二、什么时候更换？\n\n文三。"
        assert shown(parse(raw)) == [
            (("一、概述",), "文一。"),
            (("一、概述", "1.2 安装步骤"), "文二。"),
            (("二、什么时候更换？",), "文三。"),
        ]

    def test_neighbours_are_a_list(self) -> None:
        article = parse("要带：\n\n一、执照\n二、证件\n三、公章\n\n带齐再去。")
        assert shown(article) == [((), "要带：\n\n一、执照\n二、证件\n三、公章\n\n带齐再去。")]

    def test_nothing_changes_beside_real_headings(self) -> None:
        article = parse("# 题\n\n## 真\n\n**一、粗**\n\n文。")
        assert shown(article) == [(("真",), "一、粗\n\n文。")]


def test_windows_breaks() -> None:
    raw = "---\ntitle: 甲\n---\n\n# 甲\n\n一\n二\n\n- 三\n"
    assert parse(raw.replace("\n", "\r\n")) == parse(raw)


@pytest.mark.parametrize(
    "raw", ["", " \n\n", "---\ntitle: 甲\n---\n", "# 只有标题\n", "![图](a.png)"]
)
def test_nothing_left(raw: str) -> None:
    with pytest.raises(CorpusError, match="holds no text once cleaned"):
        parse(raw)
