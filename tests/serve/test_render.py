"""Answers -> HTML, exactly."""

from askwiki.schema import Answer, Citation, Sentence, Suggestion, Trace
from askwiki.serve.render import Exchange, answer_body, exchange, growing, markdown, plain, welcome
from askwiki.serve.wording import EN, ZH, level

EVIL = "<img src=x onerror=alert(1)>"


def cited(number: int, title: str = "计费") -> Citation:
    return Citation(number, "a", title, "费用 > 话费", "a.md", None, "付话费。", 0, 4)


def test_a_heading_in_bold_is_a_heading_and_bold_elsewhere_is_text() -> None:
    assert markdown("一。[1]\n\n**甲\\*<b>**\n\n二。") == (
        '<p><span>一</span><span class="aw-end">。<span class="aw-marker">1</span></span></p>'
        '<h5 class="aw-section">甲*&lt;b&gt;</h5><p><span>二。</span></p>'
    )
    assert markdown("**甲**乙") == "<p><span>**甲**乙</span></p>"
    assert markdown("\\*\\*甲\\*\\*") == "<p><span>**甲**</span></p>"


def test_paragraphs_lists_and_steps() -> None:
    assert markdown("一。\n二。\n\n三：\n- 甲\n- 乙\n\n3. 丙\n4. 丁") == (
        "<p><span>一。</span><br><span>二。</span></p><p><span>三：</span></p>"
        "<ul><li><span>甲</span></li><li><span>乙</span></li></ul>"
        '<ol start="3"><li><span>丙</span></li><li><span>丁</span></li></ol>'
    )


def test_everything_else_is_text() -> None:
    marks = "# 题 **粗** _斜_ `码` $x$ $$y$$ [链](javascript:x) ![图](http://e/x.png)"
    assert markdown(f"{marks} {EVIL} &lt; {{{{7}}}}") == (
        f"<p><span>{marks} &lt;img src=x onerror=alert(1)&gt; &amp;lt; {{{{7}}}}</span></p>"
    )


def test_escapes_are_undone_and_do_not_make_markers() -> None:
    assert markdown(r"\[1\] 1\. \<b\> \\ C:\dir") == (
        r"<p><span>[1] 1. &lt;b&gt; \ C:\dir</span></p>"
    )


def test_a_marker_stays_with_the_character_before_it() -> None:
    assert markdown("付话费。[1][12]然后", {1: "<1>", 12: "<12>"}) == (
        '<p><span>付话费</span><span class="aw-end">。<1></span>'
        '<span class="aw-end"><12></span><span>然后</span></p>'
    )


def test_a_number_that_is_no_citation_is_text() -> None:
    assert markdown("见[3]", {1: "<1>"}) == "<p><span>见[3]</span></p>"
    assert markdown("见[3]", {}) == "<p><span>见[3]</span></p>"


def test_a_marker_is_a_named_button() -> None:
    answer = Answer("问", "付话费。[1]", "answered", citations=(cited(1, '"甲" <b>'),))
    assert answer_body(answer, 7, ZH, []) == (
        '<p><span>付话费</span><span class="aw-end">。<button type="button" class="aw-marker" '
        'data-event="cite" data-exchange="7" data-citation="1" '
        'aria-label="查看出处 1：《&quot;甲&quot; &lt;b&gt;》" '
        'title="查看出处 1：《&quot;甲&quot; &lt;b&gt;》">1</button></span></p>'
    )


def test_a_refusal_offers_its_articles_and_examples_as_buttons() -> None:
    answer = Answer(
        "问",
        "没有。\n\n最接近的文章：\n\n- 计<费\n- 别的",
        "abstained",
        "no_evidence",
        suggestions=(Suggestion('a"b', "计<费"),),
    )
    assert answer_body(answer, 1, ZH, ["别的"]) == (
        "<p><span>没有。</span></p><p><span>最接近的文章：</span></p><ul>"
        '<li><button type="button" class="aw-link" data-event="article" '
        'data-article="a&quot;b">计&lt;费</button></li>'
        '<li><button type="button" class="aw-link" data-event="ask" '
        'data-text="别的">别的</button></li></ul>'
    )


def test_an_article_whose_title_had_to_be_escaped_is_a_button_too() -> None:
    answer = Answer(
        "问", "最接近的文章：\n\n- \\[甲\\]", "abstained", suggestions=(Suggestion("a", "[甲]"),)
    )
    assert answer_body(answer, 1, ZH, []).endswith('data-article="a">[甲]</button></li></ul>')


def test_nothing_a_reader_typed_becomes_markup() -> None:
    answer = Answer(EVIL, "文", "answered", suggestions=(Suggestion(EVIL, EVIL),))
    for html in (
        exchange(Exchange(1, answer), None, ZH, [EVIL]),
        growing(EVIL, EVIL, ZH),
        welcome(EN, [EVIL]),
    ):
        assert "<img" not in html
        assert "&lt;img src=x onerror=alert(1)&gt;" in html


def test_what_an_answer_says_about_itself() -> None:
    sentence = Sentence("付话费。", (1,), "verbatim")
    whole = Answer("问", "付话费。[1]", "partial", None, 0.7, (sentence,), (cited(1),))
    html = exchange(Exchange(1, whole), None, ZH, [])
    assert (
        '<p class="aw-facts"><span>只答了一部分</span><span>把握中</span>'
        "<span>逐句摘自原文</span><span>引用 1 处</span></p>"
    ) in html
    assert 'data-status="partial"' in html
    refusal = Answer("问", "没有。", "abstained", "no_evidence", 0.2)
    assert "aw-facts" not in exchange(Exchange(1, refusal), None, ZH, [])


def test_how_a_question_was_read_stands_under_answers_and_refusals_alike() -> None:
    trace = Trace(read_as="<彩铃>怎么换")
    for status, reason in (("answered", None), ("abstained", "no_evidence")):
        html = exchange(Exchange(1, Answer("问", "文", status, reason, trace=trace)), None, ZH, [])
        assert '<p class="aw-facts"><span>按“&lt;彩铃&gt;怎么换”查找</span>' in html


def test_an_answer_says_who_wrote_it_and_where_the_model_failed() -> None:
    own = Sentence("付话费。", (1,), "supported")
    quoted = Sentence("付话费。", (1,), "verbatim")
    for sentences, model, expected in (
        ((quoted,), "", [ZH.verbatim]),
        ((own, quoted), "wrote", [ZH.written]),
        ((quoted,), "wrote", [ZH.verbatim]),
        ((own,), "cut", [ZH.written, ZH.cut]),
        ((quoted,), "failed", [ZH.verbatim, ZH.stands_in]),
        ((quoted,), "unproved", [ZH.verbatim, ZH.stands_in]),
        ((quoted,), "declined", [ZH.verbatim, ZH.stands_in]),
        ((own, quoted), "failed", [ZH.written, ZH.stands_in]),
    ):
        answer = Answer("问", "文", "answered", None, 0.9, sentences, trace=Trace(model=model))
        html = exchange(Exchange(1, answer), None, ZH, [])
        said = "".join(f"<span>{fact}</span>" for fact in ["把握高", *expected])
        assert f'<p class="aw-facts">{said}<span>引用' in html


def test_the_greeting_says_who_writes() -> None:
    assert ZH.welcome_more in welcome(ZH, [])
    assert ZH.welcome_written in welcome(ZH, [], written=True)


def test_the_levels_of_confidence() -> None:
    assert [level(c, ZH) for c in (1.0, 0.8, 0.79, 0.6, 0.59, 0.0)] == [
        *("高", "高", "中", "中", "低", "低")
    ]


def test_a_vote_is_thanked_for_and_cannot_be_given_twice() -> None:
    one = Exchange(1, Answer("问", "文", "answered"))
    assert 'data-event="rate"' in exchange(one, None, ZH, [])
    voted = exchange(one, "down", ZH, [])
    assert 'data-event="rate"' not in voted
    assert "已记录，谢谢，我们会改进" in voted


def test_the_clipboard_gets_plain_text_with_sources() -> None:
    answer = Answer("问", r"付\<b\>[1]", "answered", citations=(cited(1),))
    assert plain(answer, ZH) == "付<b>[1]\n\n出处：\n[1] 《计费》 › 费用 > 话费"
    assert plain(Answer("问", "没有。", "abstained"), ZH) == "没有。"
    assert (
        plain(Answer("问", "**甲\\*乙**\n\n丙\\*\\*丁。", "abstained"), ZH) == "甲*乙\n\n丙**丁。"
    )
