"""Counts and the grid, exactly, on a small corpus; the committed page is the one the command makes."""

from pathlib import Path

import pytest

from askwiki.corpus.coverage import Row, coverage, coverage_page, read_coverage, write_page
from askwiki.corpus.pointers import Pointer
from askwiki.errors import CorpusError
from askwiki.schema import Article, Section
from askwiki.settings import Settings


def article(id: str, topic: tuple[str, ...], level: str, *headings: str) -> Article:
    sections = tuple(Section((h,) if h else (), n, n + 1) for n, h in enumerate(headings))
    return Article(
        id, f"题{id}", "文" * len(headings), sections, f"{id}.md", topic=topic, level=level
    )


ARTICLES = (
    article("a", ("企业总机", "概念"), "进阶", "", "总机是什么", "总机怎么扩容"),
    article("b", ("企业总机", "费用"), "入门", "", "云总机按什么收费", "企业总机是什么"),
    article("c", ("企业总机", "费用", "月租"), "", "", "SIP中继是什么"),
    article("d", ("400电话",), "专家", "", "怎样注销400电话", "通话记录"),
    article("e", ("企业号码", "短号"), "入门", "", "短号", "长号", "引示号是什么"),
    article("g", ("企业总机", "概念"), "入门", "", "外线是什么", "小总机是什么"),
    article("f", (), "入门", "", "别的"),
)
POINTERS = (
    Pointer("asked/x.jsonl", 1, "总机是啥", "a", ""),
    Pointer("asked/x.jsonl", 1, "啥叫总机", "a", ""),
    Pointer("asked/x.jsonl", 2, "多少钱", "d", ""),
    Pointer(
        "questions/x.jsonl", 1, "怎样查询400电话的通话记录保存多久？", "d", "通话记录", "everyday"
    ),
    Pointer("questions/x.jsonl", 2, "400话单要哪些证件才能查？", "题d", "通话记录", "standard"),
    Pointer("questions/x.jsonl", 3, "400电话适合哪些单位？", "d", "", "standard"),
    Pointer("questions/x.jsonl", 4, "今天星期几", "", None, "other_subject"),
)


def test_counts() -> None:
    found = coverage(ARTICLES, POINTERS, ("400电话", "企业总机"))
    assert found.topics == {
        "400电话": (Row("", (0, 0, 1, 0), 3, 1, 3),),
        "企业总机": (
            Row("概念", (1, 1, 0, 0), 6, 2, 0),
            Row("费用", (1, 0, 0, 1), 5, 0, 0),
        ),
        "企业号码": (Row("短号", (1, 0, 0, 0), 4, 0, 0),),
        "": (Row("", (1, 0, 0, 0), 2, 0, 0),),
    }
    assert found.topics["企业总机"][1].articles == 2
    assert found.refused == 1


def test_topics_not_named_come_by_size() -> None:
    assert list(coverage(ARTICLES, (), ()).topics) == ["企业总机", "企业号码", "400电话", ""]


def test_stages_come_from_headings_and_standard_questions() -> None:
    found = coverage(ARTICLES, POINTERS, ())
    shown = {place: [spot.heading for spot in spots] for place, spots in found.spots.items()}
    assert shown == {
        # The topic's own name first, then an easy article, then fewer words.
        ("企业总机", "是什么"): [
            *("企业总机是什么", "小总机是什么", "总机是什么", "外线是什么", "SIP中继是什么")
        ],
        ("企业总机", "多少钱、怎么计费"): ["云总机按什么收费"],
        ("企业总机", "怎么变更或停用"): ["总机怎么扩容"],
        ("400电话", "怎么变更或停用"): ["怎样注销400电话"],
        ("400电话", "要什么材料"): ["通话记录"],
        ("400电话", "需不需要"): [""],
        ("企业号码", "是什么"): ["引示号是什么"],
    }


def test_a_heading_goes_before_a_question() -> None:
    asked = Pointer(
        "questions/x.jsonl", 1, "企业总机一年要多少钱？", "a", "总机怎么扩容", "standard"
    )
    spots = coverage(ARTICLES, (asked,), ()).spots["企业总机", "多少钱、怎么计费"]
    assert [spot.heading for spot in spots] == ["云总机按什么收费", "总机怎么扩容"]


def test_the_page() -> None:
    page = coverage_page(coverage(ARTICLES, POINTERS, ("400电话", "企业总机")), "../wiki")
    assert "| 栏目 | 入门 | 进阶 | 专家 | 未注明 | 文章 | 小节 | 日常问法 | 题集 |" in page
    assert "| **企业总机** | 2 | 1 | 0 | 1 | 4 | 11 | 2 | 0 |\n| 企业总机 / 概念 | 1 | 1 |" in page
    assert "| **400电话** | 0 | 0 | 1 | 0 | 1 | 3 | 1 | 3 |\n| **企业总机**" in page
    assert "| **（无栏目）** | 1 |" in page
    assert "| **合计** | 4 | 1 | 1 | 1 | 7 | 20 | 3 | 3 |" in page
    assert "题集另有 1 个应当拒答的问题" in page
    assert (
        '| 是什么 | 无 | [5](../wiki/b.md#企业总机是什么 "企业总机是什么") '
        '| [1](../wiki/e.md#引示号是什么 "引示号是什么") | 无 |'
    ) in page
    assert '| 需不需要 | [1](../wiki/d.md "400电话适合哪些单位？") | 无 |' in page
    assert "- 企业号码：需不需要；选哪种；" in page
    assert page.index("- 400电话（主栏目）：是什么；选哪种；") < page.index(
        "- 企业总机（主栏目）："
    )


def test_no_level_missing_and_no_blank() -> None:
    headings = [
        *(
            "总机是什么",
            "哪些企业需要总机",
            "总机怎么选",
            "总机收费",
            "总机怎么办理",
            "总机要哪些材料",
        ),
        *("总机多久开通", "总机怎样设置", "总机打不通", "总机过户", "总机合规", "总机指标"),
    ]
    page = coverage_page(coverage([article("a", ("企业总机",), "入门", *headings)], (), ()), "c")
    assert "| 栏目 | 入门 | 进阶 | 专家 | 文章 |" in page
    assert "| **企业总机** | 1 | 0 | 0 | 1 | 12 | 0 | 0 |" in page
    assert page.endswith("## 空白\n\n没有空白：每个栏目在每个阶段都有小节回答。\n")
    assert "无 |" not in page


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("400电话怎么办理：申请步骤", "#400电话怎么办理申请步骤"),
        ("SIP Trunk（SIP中继）是什么", "#sip-trunksip中继是什么"),
        ("SD-WAN是什么", "#sd-wan是什么"),
    ],
)
def test_anchors_are_those_of_code_hosts(heading: str, anchor: str) -> None:
    page = coverage_page(coverage([article("a b", ("总机",), "入门", heading)], (), ()), "c")
    assert f"(c/a%20b.md{anchor} " in page


def test_the_page_can_be_written_again_or_says_why_not(tmp_path: Path) -> None:
    write_page(tmp_path / "docs" / "coverage.md", "一")
    write_page(tmp_path / "docs" / "coverage.md", "二")
    assert (tmp_path / "docs" / "coverage.md").read_text("utf-8") == "二"
    with pytest.raises(CorpusError, match=r"docs cannot be written .*: check the folder"):
        write_page(tmp_path / "docs", "三")


def test_the_committed_page_is_up_to_date(corpus_folder: Path) -> None:
    found = read_coverage(corpus_folder, Settings().topics)
    committed = (corpus_folder.parent / "docs" / "coverage.md").read_text("utf-8")
    # Where not:  askwiki corpus coverage --out docs/coverage.md
    assert committed == coverage_page(found, "../corpus")


def test_every_link_of_the_page_leads_to_a_heading(corpus_folder: Path) -> None:
    found = read_coverage(corpus_folder, Settings().topics)
    for spots in found.spots.values():
        text = (corpus_folder / spots[0].source).read_text("utf-8")
        assert not spots[0].heading or f" {spots[0].heading}\n" in text
