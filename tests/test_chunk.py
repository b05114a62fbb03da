"""Chunks cover sections exactly, and long sections are cut between sentences."""

from askwiki.chunk import MAX_CHARS, chunk_article, indexed_text
from askwiki.schema import Article, Section


def an_article(text: str, *sections: Section) -> Article:
    return Article("a/b", "总机", text, sections, "a/b.md")


def test_a_section_is_one_chunk_with_its_headings_indexed() -> None:
    text = "引言。\n\n定义\n总机是统一入口。"
    article = an_article(text, Section((), 0, 3), Section(("概念", "定义"), 8, 16))
    chunks = chunk_article(article)
    assert [(c.text, c.heading, c.start, c.end) for c in chunks] == [
        ("引言。", (), 0, 3),
        ("总机是统一入口。", ("概念", "定义"), 8, 16),
    ]
    assert indexed_text(chunks[1]) == "总机\n概念\n定义\n总机是统一入口。"


def test_ids_come_from_content_and_stay_the_same() -> None:
    first = chunk_article(an_article("甲乙。", Section((), 0, 3)))[0]
    again = chunk_article(an_article("甲乙。", Section((), 0, 3)))[0]
    other = chunk_article(an_article("甲丙。", Section((), 0, 3)))[0]
    assert first.id == again.id
    assert first.id.startswith("a/b@0-")
    assert other.id != first.id


def test_a_long_section_is_cut_at_sentence_ends_into_even_parts() -> None:
    sentence = "分机互拨不经过外线，因此不产生通话费用，这一点各家相同。"
    text = sentence * 40
    chunks = chunk_article(an_article(text, Section(("费用",), 0, len(text))))
    assert "".join(c.text for c in chunks) == text
    assert all(c.text.endswith("。") for c in chunks)
    assert all(text[c.start : c.end] == c.text for c in chunks)
    assert {len(c.text) for c in chunks} <= {13 * 28, 14 * 28}
    assert len(chunks) == 3


def test_a_section_at_the_limit_stays_whole() -> None:
    text = "一" * (MAX_CHARS - 1) + "。"
    assert len(chunk_article(an_article(text, Section((), 0, len(text))))) == 1


def test_one_endless_sentence_stays_whole() -> None:
    text = "一" * 2000
    assert [len(c.text) for c in chunk_article(an_article(text, Section((), 0, 2000)))] == [2000]
