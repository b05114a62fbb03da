"""Page dumps and plain texts become Markdown files with the same text and sections."""

from dataclasses import replace
from pathlib import Path

import pytest

from askwiki.corpus import load_corpus
from askwiki.corpus.importing import import_files
from askwiki.corpus.load import read_articles
from askwiki.schema import Article

IN = "\u00a0" * 4
TWO_ENTRIES = f"""位置:电话百科 > 专题索引 > z专题 > 专题详情
振铃组怎样设置

振铃组怎样设置

2026-03-05 09:15:00 火88人看过
基本释义
振铃组的含义

{IN}振铃组是把几部分机编在一起的功能,来电时组内的话机按设定的顺序响铃,谁有空谁接。

详细释义
振铃的顺序

{IN}常见的有同时振铃和依次振铃两种,人少用前一种,人多用后一种,避免互相争抢。

最新文章

彩铃怎样更换
基本释义:

{IN}彩铃是来电者等候时听到的音乐或欢迎词,由平台在振铃阶段播放给对方。

2026-02-27
火7人看过"""
ORDINALS = """办公电话怎么布线
作者:电话百科
|
40人看过
发布时间:2026-01-09 02:55:28
布线要先定点位，再定线缆，最后做标识，这三件事做好，以后加座位、换话机都不必重新拉线。
首先，最要紧的原则是点位从宽。每个座位至少留两个口,一个接话机,一个备用。
其次，机柜位置与散热是整层楼的中心问题。机柜靠近弱电井,门能全开。
第三，标识与图纸直接关系到以后每次检修的快慢。两端写同一个编号,图纸随时更新。
总之，布线是一次投入、长期受益的工程。验收时逐口打一次电话,记录留档。
推荐文章
146人看过"""
PLAIN = "分机怎么用\n\n一、拨打\n\n1. 摘机\n2. 拨号\n\n二、转接\n\n按 *2 再拨分机号。\n"


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    for name, text in (("two.txt", TWO_ENTRIES), ("wires.txt", ORDINALS), ("use it.txt", PLAIN)):
        (folder / name).write_text(text, "utf-8")
    return folder


def content(article: Article) -> tuple[object, ...]:
    sections = tuple(replace(section, asked=()) for section in article.sections)
    return article.title, article.text, sections, article.updated


def test_the_files_load_back_to_the_same_articles(pages: Path, tmp_path: Path) -> None:
    files = sorted(pages.glob("*.txt"))
    done = import_files(files, tmp_path / "out")
    assert done.skipped == ()
    assert [w.path.name for w in done.written] == ["two-1.md", "two-2.md", "use-it.md", "wires.md"]
    before = [content(a) for file in files for a in read_articles(file, file.name, 1)]
    after = {a.id: content(a) for a in load_corpus(tmp_path / "out").articles}
    assert list(after.values()) == before
    assert after["two-1"][0] == "振铃组怎样设置"
    assert [section.path for section in after["wires"][2]] == [  # type: ignore[attr-defined]
        (),
        ("点位从宽",),
        ("机柜位置与散热",),
        ("标识与图纸",),
        (),
    ]


def test_what_a_file_looks_like(pages: Path, tmp_path: Path) -> None:
    import_files([pages / "use it.txt"], tmp_path / "out")
    assert (tmp_path / "out" / "use-it.md").read_text("utf-8") == (
        "---\ntitle: 分机怎么用\ntopic:\naliases: []\nupdated:\nlevel:\nrelated: []\n"
        "references: []\nreview:\n---\n\n"
        "## 一、拨打\n\n1. 摘机\n2. 拨号\n\n## 二、转接\n\n按 *2 再拨分机号。\n"
    )


def test_nothing_is_replaced(pages: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "two-1.md").write_text("旧文", "utf-8")
    done = import_files([pages / "two.txt"], out)
    assert (out / "two-1.md").read_text("utf-8") == "旧文"
    assert [w.path.name for w in done.written] == ["two-2.md"]
    (missed,) = done.skipped
    assert missed.source == f"{pages / 'two.txt'}: 振铃组怎样设置"
    assert missed.reason == (
        f"{out / 'two-1.md'} exists and stays as it is: move it away or choose another name"
    )


def test_what_is_left_out_is_told(pages: Path, tmp_path: Path) -> None:
    done = import_files([pages / "wires.txt"], tmp_path / "out")
    assert done.left_out == (
        (
            str(pages / "wires.txt"),
            ("作者:电话百科", "40人看过", "发布时间:2026-01-09 02:55:28", "推荐文章", "146人看过"),
        ),
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a.md", "is Markdown already: copy it into the corpus folder"),
        ("a.docx", "is a .docx file: save it as plain text in a .txt file"),
        ("folder", "is a folder: name the files in it"),
        (
            "gone.txt",
            "cannot be opened (No such file or directory): it is gone or a link to nothing",
        ),
        ("empty.txt", "holds no text once cleaned"),
        ("deep.txt", "has sections deeper than 5 levels at '1.1 己': make it flatter"),
    ],
)
def test_what_is_skipped_says_why(pages: Path, tmp_path: Path, name: str, reason: str) -> None:
    (pages / "folder").mkdir()
    (pages / "empty.txt").write_text(" \n", "utf-8")
    deep = "题\n\n第一章 甲\n\n第一节 乙\n\n一、丙\n\n（一）丁\n\n1、戊\n\n1.1 己\n\n正文在这里。"
    (pages / "deep.txt").write_text(deep, "utf-8")
    done = import_files([pages / name, pages / "use it.txt"], tmp_path / "out")
    assert [w.path.name for w in done.written] == ["use-it.md"]
    (missed,) = done.skipped
    assert missed.source.startswith(str(pages / name))
    assert missed.reason.startswith(reason)


def test_a_folder_that_cannot_be_made(pages: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", "utf-8")
    done = import_files([pages / "use it.txt"], tmp_path / "out")
    assert "cannot be written" in done.skipped[0].reason or "exists" in done.skipped[0].reason
    assert done.written == ()
