"""The only maker of citations trusts no draft."""

from askwiki.answer import Draft, DraftSentence
from askwiki.cite import escape, prove
from askwiki.schema import Article, Citation, Section, Sentence, Span

TEXT = "总机是统一入口。按*或#键。\n\n费用\n话费由单位承担。另有月租。"
ARTICLE = Article(
    "pbx/a",
    "企业总机",
    TEXT,
    (Section((), 0, 14), Section(("费用", "话费"), 19, len(TEXT))),
    "pbx/a.md",
    "https://example.com/a",
)
ARTICLES = {"pbx/a": ARTICLE}


def sentence(start: int, end: int, shape: str = "prose", opens: bool = False) -> DraftSentence:
    return DraftSentence(TEXT[start:end], (Span("pbx/a", start, end),), shape, opens)


def test_every_field_of_a_citation() -> None:
    proved = prove([Draft((sentence(19, 27),))], ARTICLES)
    assert proved.text == "话费由单位承担。[1]"
    assert proved.sentences == (Sentence("话费由单位承担。", (1,), "verbatim"),)
    assert proved.citations == (
        Citation(
            1,
            "pbx/a",
            "企业总机",
            "费用 > 话费",
            "pbx/a.md",
            "https://example.com/a",
            "话费由单位承担。",
            19,
            27,
        ),
    )


def test_a_sentence_that_differs_from_its_span_is_struck() -> None:
    forged = DraftSentence("话费由客户承担。", (Span("pbx/a", 19, 27),))
    proved = prove([Draft((forged, sentence(27, 32)))], ARTICLES)
    assert (proved.text, proved.struck) == ("另有月租。[1]", 1)


def test_no_span_an_unknown_article_and_a_span_outside_are_struck() -> None:
    bad = (
        DraftSentence("甲。", ()),
        DraftSentence("甲。", (Span("nowhere", 0, 2),)),
        DraftSentence("甲。", (Span("pbx/a", 30, 99),)),
        DraftSentence("", (Span("pbx/a", 3, 3),)),
    )
    proved = prove([Draft(bad)], ARTICLES)
    assert (proved.text, proved.citations, proved.struck) == ("", (), 4)


def test_the_same_sentence_is_said_once_and_equal_spans_share_a_number() -> None:
    proved = prove([Draft((sentence(0, 8),)), Draft((sentence(0, 8), sentence(19, 27)))], ARTICLES)
    assert proved.text == "总机是统一入口。[1]\n\n话费由单位承担。[2]"


def test_lists_and_steps_get_a_line_each() -> None:
    steps = (sentence(0, 8, "intro"), sentence(19, 27, "step"), sentence(27, 32, "step"))
    assert prove([Draft(steps)], ARTICLES).text == (
        "总机是统一入口。[1]\n\n1. 话费由单位承担。[2]\n2. 另有月租。[3]"
    )
    items = (sentence(19, 27, "bullet"), sentence(27, 32, "bullet"))
    assert prove([Draft(items)], ARTICLES).text == "- 话费由单位承担。[1]\n- 另有月租。[2]"


def test_article_text_never_becomes_markup() -> None:
    assert escape("[甲](javascript:x) <b>乙</b> `丙` **丁** _戊_ \\n") == (
        "\\[甲\\](javascript:x) \\<b>乙\\</b> \\`丙\\` \\*\\*丁\\*\\* \\_戊\\_ \\\\n"
    )
    assert escape("# 标题") == "\\# 标题"
    assert escape("1. 项") == "1\\. 项"
    assert escape("- 项") == "\\- 项"


def test_what_would_not_act_stays_readable() -> None:
    assert prove([Draft((sentence(8, 14),))], ARTICLES).text == "按*或#键。[1]"
    assert escape("user_id 与 400-123", "") == "user_id 与 400-123"
