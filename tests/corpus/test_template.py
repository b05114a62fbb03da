"""A new article has every field, and the lint reports what is still to be written."""

from datetime import date
from pathlib import Path

import pytest

from askwiki.corpus.lint import lint_folder
from askwiki.corpus.template import new_article
from askwiki.errors import CorpusError

TODAY = date(2026, 11, 22)


def new(folder: Path, title: str = "总机的费用", id: str | None = "pbx/cost") -> Path:
    return new_article(folder, title, ("企业总机", "费用"), id, TODAY)


def test_every_field_stands_there(tmp_path: Path) -> None:
    path = new(tmp_path)
    assert path == tmp_path / "pbx" / "cost.md"
    assert "level:  # 入门、进阶或专家\n" in path.read_text("utf-8")
    front = path.read_text("utf-8").split("---")[1].strip().split("\n")
    assert [line.partition("  #")[0] for line in front] == [
        *("title: 总机的费用", "topic: 企业总机 / 费用", "aliases: []", "updated: 2026-11-22"),
        *("level:", "related: []", "references: []", "review:"),
    ]


def test_the_lint_reports_it_until_it_is_filled(tmp_path: Path) -> None:
    text = new(tmp_path).read_text("utf-8")
    found = lint_folder(tmp_path, TODAY)
    gaps = [n for n, line in enumerate(text.split("\n"), 1) if "（待写" in line]
    assert [f.line for f in found if f.rule == "placeholder"] == gaps
    assert len(gaps) == 5
    assert {f.rule for f in found} == {
        *("placeholder", "front-level", "front-review", "lead-short", "section-unasked")
    }
    assert {f.source for f in found} == {"pbx/cost.md"}


def test_an_ascii_title_names_the_file(tmp_path: Path) -> None:
    assert new(tmp_path, " (SIP) Trunk: Q&A?", None) == tmp_path / "sip-trunk-q-a.md"


def test_a_chinese_title_needs_an_id(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"'总机的费用', which is not ASCII: .* --id, such as"):
        new(tmp_path, id=None)


@pytest.mark.parametrize("id", ["", "../a", "/a", "a//b", "总机", "A", "a b", "a.md", "a/", "-a"])
def test_ids_that_are_no_file_names(tmp_path: Path, id: str) -> None:
    with pytest.raises(CorpusError, match=r"cannot be a file name: use lower-case ASCII"):
        new(tmp_path, id=id)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "pbx").mkdir()
    for name in ("cost.md", "price.txt"):
        (tmp_path / "pbx" / name).write_text("旧文", "utf-8")
    with pytest.raises(CorpusError, match=r"cost\.md exists and stays as it is"):
        new(tmp_path)
    with pytest.raises(CorpusError, match=r"price\.txt has this id already"):
        new(tmp_path, id="pbx/price")
    assert sorted(p.read_text("utf-8") for p in (tmp_path / "pbx").iterdir()) == ["旧文", "旧文"]


@pytest.mark.parametrize("topic", [(), ("", " "), ("甲", "乙", "丙", "丁")])
def test_topics_of_one_to_three_levels(tmp_path: Path, topic: tuple[str, ...]) -> None:
    with pytest.raises(CorpusError, match=r"the topic has [04] levels: give 1 to 3"):
        new_article(tmp_path, "总机", topic, "a", TODAY)


@pytest.mark.parametrize("title", ["", " \u200b", "甲\n乙"])
def test_titles_that_are_none(tmp_path: Path, title: str) -> None:
    with pytest.raises(CorpusError, match="empty or has several lines"):
        new(tmp_path, title)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="does not exist: create it first"):
        new(tmp_path / "no")
