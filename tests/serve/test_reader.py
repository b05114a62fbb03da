"""Articles -> HTML, exactly."""

from dataclasses import replace

from askwiki.schema import Article, Citation, Section
from askwiki.serve.reader import article_view, link, quoted, source_panel, surroundings, topic_menu
from askwiki.serve.wording import ZH

TEXT = "导语。\n\n费用\n\n谁付\n\n客户付<本地>话费。企业付长途。\n\n- 甲\n- 乙"
START = TEXT.index("客户")
ARTICLE = Article(
    "a",
    "计费 & <b>",
    TEXT,
    (Section((), 0, 3), Section(("费用", "谁付"), START, len(TEXT))),
    "a.md",
    url="https://example.com/a?b=1&c=2",
    updated="2026-01-05",
    topic=("号码", "400"),
)
QUOTE = "客户付<本地>话费。"
CITED = Citation(
    1, "a", "计费 & <b>", "费用 > 谁付", "a.md", None, QUOTE, START, START + len(QUOTE)
)


def test_the_quote_is_marked_in_its_section() -> None:
    assert quoted(ARTICLE, CITED) == (
        "<mark>客户付&lt;本地&gt;话费。</mark>企业付长途。\n\n- 甲\n- 乙"
    )


def test_the_surroundings_are_whole_sentences() -> None:
    text = "".join(f"第{n:03}句话。" for n in range(100))
    article = Article("a", "题", text, (Section((), 0, len(text)),), "a.md")
    first, last = surroundings(article, 301, 308)
    assert text[first:last].startswith("第015句话。")
    assert text[first:last].endswith("第071句话。")
    assert surroundings(article, 0, 7)[0] == 0
    assert surroundings(article, 693, 700)[1] == 700


def test_the_source_panel_leads_to_the_passage_in_the_article() -> None:
    html = source_panel(3, CITED, [CITED, replace(CITED, number=2)], ARTICLE, ZH)
    assert '<h3 lang="zh-CN">计费 &amp; &lt;b&gt;</h3>' in html
    assert '<p class="aw-path" lang="zh-CN">费用 &gt; 谁付</p>' in html
    assert f'data-event="article" data-article="a" data-start="{START}"' in html
    assert html.count('aria-pressed="true"') == 1
    assert html.count('data-exchange="3"') == 2


def test_the_viewer_shows_headings_and_marks_the_span() -> None:
    assert article_view(ARTICLE, ZH, (START, START + len(QUOTE))) == (
        '<p class="aw-path" lang="zh-CN">号码 › 400</p><h2 lang="zh-CN">计费 &amp; &lt;b&gt;</h2>'
        '<p class="aw-facts"><span>更新于 2026-01-05</span><span>'
        '<a href="https://example.com/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer">'
        '原始网页</a></span></p><div class="aw-body" lang="zh-CN"><p>导语。</p><h3>费用</h3>'
        "<h4>谁付</h4><p><mark>客户付&lt;本地&gt;话费。</mark>企业付长途。</p>"
        "<p>- 甲\n- 乙</p></div>"
    )


def test_a_span_over_two_paragraphs_is_marked_in_both() -> None:
    html = article_view(ARTICLE, ZH, (TEXT.index("企业"), len(TEXT)))
    assert "<mark>企业付长途。</mark></p><p><mark>- 甲\n- 乙</mark></p>" in html


def test_a_span_outside_the_article_marks_nothing() -> None:
    for span in ((0, 10_000), (5, 5), (-3, 4)):
        assert "<mark>" not in article_view(ARTICLE, ZH, span)


def test_only_addresses_of_the_web_become_links() -> None:
    assert link("javascript:alert(1)", "x") == "javascript:alert(1)"
    assert link('https://e/"><b>', "x") == (
        '<a href="https://e/&quot;&gt;&lt;b&gt;" target="_blank" rel="noopener noreferrer">x</a>'
    )


def test_the_menu_counts_nests_and_keeps_the_rest_last() -> None:
    other = Article("c", "散篇", "文", (), "c.md")
    deep = Article("b", "深", "文", (), "b.md", topic=("号码", "400", "费", "再深"))
    assert topic_menu([other, ARTICLE, deep], ZH) == (
        '<nav class="aw-topics" aria-label="目录"><ul lang="zh-CN"><li><details><summary>'
        "<span>号码</span><small>2 篇</small></summary>"
        '<ul lang="zh-CN"><li><details><summary><span>400</span><small>2 篇</small></summary>'
        '<ul lang="zh-CN"><li><details><summary><span>费</span><small>1 篇</small></summary>'
        '<ul lang="zh-CN"><li><button type="button" class="aw-leaf" data-event="article" '
        'data-article="b">深</button></li></ul></details></li>'
        '<li><button type="button" class="aw-leaf" data-event="article" data-article="a">'
        "计费 &amp; &lt;b&gt;</button></li></ul></details></li></ul></details></li>"
        "<li><details><summary><span>其他</span><small>1 篇</small></summary>"
        '<ul lang="zh-CN"><li><button type="button" class="aw-leaf" data-event="article" '
        'data-article="c">散篇</button></li></ul></details></li></ul></nav>'
    )
