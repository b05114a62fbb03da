"""Questions asked of sections: attached where they belong, never lost silently."""

from pathlib import Path

import pytest

from askwiki import AskWiki
from askwiki.chunk import chunk_article, indexed_text
from askwiki.corpus import corpus_digest, load_corpus

ARTICLE = (
    "---\ntitle: 400电话\n---\n\n400电话是全国统一的号码。\n\n## 话费由谁付\n\n主叫付本地通话费。\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    corpus = tmp_path / "corpus"
    (corpus / "asked").mkdir(parents=True)
    (corpus / "a.md").write_text(ARTICLE, "utf-8")
    return corpus


def write(folder: Path, *lines: str) -> None:
    (folder / "asked" / "q.jsonl").write_text("\n".join(lines), "utf-8")


def test_questions_belong_to_their_section_and_are_indexed_not_shown(folder: Path) -> None:
    write(
        folder,
        '{"article": "a", "section": "话费由谁付", "questions": ["打进来扣我钱吗", " 扣谁的\\u200b钱 "]}',
        '{"article": "a", "section": "", "questions": ["那是个啥号"]}',
    )
    corpus = load_corpus(folder)
    lead, fee = corpus.articles[0].sections
    assert (lead.asked, fee.asked) == (("那是个啥号",), ("打进来扣我钱吗", "扣谁的钱"))
    assert corpus.skipped == ()
    chunk = chunk_article(corpus.articles[0])[1]
    assert chunk.text == "主叫付本地通话费。"
    assert indexed_text(chunk).splitlines()[-2:] == ["打进来扣我钱吗", "扣谁的钱"]


def test_they_are_found_and_survive_saving(folder: Path, tmp_path: Path) -> None:
    write(folder, '{"article": "a", "section": "话费由谁付", "questions": ["打进来扣我钱吗"]}')
    AskWiki.build(folder, tmp_path / "index")
    hit = AskWiki.open(tmp_path / "index").retrieve("扣我钱吗")[0]
    assert hit.chunk.heading == ("话费由谁付",)
    assert hit.chunk.asked == ("打进来扣我钱吗",)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "line 1 is not"),
        ('{"article": "a"}', "line 1 is not"),
        ('{"article": "a", "section": "", "questions": "一句"}', "line 1 is not"),
        ('{"article": "b", "section": "", "questions": ["一句"]}', "no section '' in 'b'"),
        ('{"article": "a", "section": "没有", "questions": ["一句"]}', "no section '没有' in 'a'"),
    ],
)
def test_a_line_that_cannot_be_used_is_reported(folder: Path, line: str, reason: str) -> None:
    write(folder, line)
    corpus = load_corpus(folder)
    assert len(corpus.articles) == 1
    assert [s.source for s in corpus.skipped] == ["asked/q.jsonl"]
    assert reason in corpus.skipped[0].reason


def test_a_changed_question_changes_the_digest(folder: Path) -> None:
    before = corpus_digest(folder)
    write(folder, '{"article": "a", "section": "", "questions": ["那是个啥号"]}')
    assert corpus_digest(folder) != before
