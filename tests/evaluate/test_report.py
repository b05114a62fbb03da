"""Figures of a small run, and the files they go into."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from askwiki.errors import SettingsError
from askwiki.evaluate import (
    Item,
    Run,
    check_folder,
    read_questions,
    run,
    summarise,
    worth_reading,
    write_report,
)
from askwiki.evaluate.metrics import Score

ITEMS = (
    Item("good", "谁付？", "400", facts=(("企业付",),), kind="fact", notes=(("难度", "易"),)),
    Item("half", "几位？", "总机", facts=(("十位",), ("月租",)), kind="fact"),
    Item("refused", "资费？", "400", facts=(("市话费",),), kind="fact"),
    Item("failed", "太长", "400"),
    Item("lost", "没问", "400", facts=(("十位",),)),
    Item("off", "天气？", abstain=True, kind="off"),
    Item("=off2", "股票|？", abstain=True, kind="off"),
    Item("free", "随便"),
)


@pytest.fixture
def done(fake: Any) -> Run:
    answers = {
        "谁付？": fake.answered("400", "400电话由企业付市话费。", confidence=0.9),
        "几位？": fake.answered("400", "号码为十位。", confidence=0.7),
        "资费？": fake.refused,
        "天气？": fake.refused,
        "股票|？": fake.answered("总机", "总机统一接听来电。", confidence=0.6),
        "随便": fake.answered("总机", "总机统一接听来电。", confidence=1.0),
    }
    hits = {
        "谁付？": [fake.hit("400", (), "企业付")],
        "几位？": [fake.hit("400", (), "十位"), fake.hit("总机", (), "x", 2)],
        "资费？": [fake.hit("400", (), "x")],
    }
    wiki = fake.wiki(answers, hits)
    asked = [item for item in ITEMS if item.id != "lost"]
    part = run(asked, wiki.ask, wiki.retrieve, wiki.article_text)
    return Run(ITEMS, tuple(replace(r, latency_ms=r.latency_ms and 10.0) for r in part.results))


class TestSummary:
    def test_counts(self, done: Run) -> None:
        assert summarise(done).overall.counts == {
            "questions": 8, "to_answer": 6, "to_refuse": 2,
            "answered": 4, "partial": 0, "abstained": 2, "failed": 1, "missing": 1,
        }  # fmt: skip

    def test_exact_figures(self, done: Run) -> None:
        scores = summarise(done).overall.scores
        assert scores["hit@1"] == Score(2 / 5, 5)
        assert scores["hit@3"] == scores["hit@5"] == Score(3 / 5, 5)
        assert scores["reciprocal_rank"] == Score(2.5 / 5, 5)
        assert scores["facts@5"] == Score(1 / 4, 4)
        assert scores["right"] == Score(2 / 7, 7)
        assert scores["right_when_answered"] == Score(1 / 3, 3)
        assert scores["answer_rate"] == Score(3 / 6, 6)
        assert scores["fact_recall"] == Score(1.5 / 4, 4)
        assert scores["all_facts"] == Score(1 / 4, 4)
        assert scores["right_article"] == Score(1 / 5, 5)
        assert scores["citations_exact"] == Score(1.0, 4)
        assert scores["abstention_precision"] == Score(1 / 2, 2)
        assert scores["abstention_recall"] == Score(1 / 2, 2)
        assert scores["calibration_error"] == Score(pytest.approx((0.1 + 0.7 + 0.6) / 3), 3)
        assert scores["latency_p95_ms"] == Score(10.0, 6)

    def test_kinds(self, done: Run) -> None:
        kinds = summarise(done).kinds
        assert [(kind.kind, kind.counts["questions"]) for kind in kinds] == [
            ("fact", 3),
            ("", 3),
            ("off", 2),
        ]
        assert kinds[0].scores["fact_recall"] == Score(0.5, 3)
        assert kinds[2].scores["fact_recall"] == Score(None, 0)

    def test_names(self, done: Run) -> None:
        summary = summarise(done)
        assert summary.names == {
            "failed": ("failed",),
            "missing": ("lost",),
            "wrongly_refused": ("refused",),
            "wrongly_answered": ("=off2",),
            "inexact_citations": (),
            "unjudged": ("free",),
        }
        assert summary.not_judged_by == ("难度",)

    def test_worst_first(self, done: Run) -> None:
        assert summarise(done).worst == ("failed", "lost", "refused", "=off2", "half")
        assert [result.item.id for result in worth_reading(done, 2)] == ["failed", "lost"]

    def test_a_run_of_nothing(self) -> None:
        summary = summarise(Run((), ()))
        assert summary.overall.counts["questions"] == 0
        assert {score.value for score in summary.overall.scores.values()} == {None}


class TestFiles:
    def test_all_four_and_nothing_else(self, done: Run, tmp_path: Path) -> None:
        out = tmp_path / "new" / "out"
        assert write_report(done, out) == summarise(done)
        assert sorted(path.name for path in out.iterdir()) == [
            "results.csv",
            "results.jsonl",
            "summary.json",
            "summary.md",
        ]

    def test_json(self, done: Run, tmp_path: Path) -> None:
        write_report(done, tmp_path, {"index": "abc"})
        lines = (tmp_path / "results.jsonl").read_text("utf-8").splitlines()
        records = [json.loads(line) for line in lines]
        assert [record["item"]["id"] for record in records] == [item.id for item in ITEMS]
        assert records[0]["citations"][0]["quote"] == "400电话由企业付市话费。"
        summary = json.loads((tmp_path / "summary.json").read_text("utf-8"))
        assert summary["setup"] == {"index": "abc"}
        assert summary["overall"]["scores"]["hit@1"] == {"value": 0.4, "n": 5}
        assert summary["names"]["missing"] == ["lost"]

    def test_chinese_page(self, done: Run, tmp_path: Path) -> None:
        write_report(done, tmp_path, {"索引摘要": "abc"})
        page = (tmp_path / "summary.md").read_text("utf-8")
        assert page.startswith("# 评测报告\n\n## 设置\n")
        assert "| 题数 | 8 |\n| 检索深度 k | 5 |\n| 索引摘要 | abc |" in page
        assert "| 全部 | 0.400 (5) | 0.600 (5) | 0.600 (5) | 0.500 (5) | 0.250 (4) |" in page
        assert "| fact | 3 | 3 | 0 | 2 | 0 | 1 | 0 | 0 |" in page
        assert "- 缺少结果 (1): lost\n" in page
        assert (
            "| half | fact | 几位？ | 作答 | 缺少要点: 月租; 首条引文不是期望文章: 总机; " in page
        )
        assert "运行失败: QuestionError: 问题太长" in page
        assert "股票\\|？" in page

    def test_english_page(self, done: Run, tmp_path: Path) -> None:
        write_report(done, tmp_path, language="en")
        page = (tmp_path / "summary.md").read_text("utf-8")
        assert page.startswith("# Evaluation\n\n## Set-up\n")
        assert "- wrongly refused (1): refused\n" in page
        assert "expected passage at rank 2" in page

    def test_spreadsheet(self, done: Run, tmp_path: Path) -> None:
        write_report(done, tmp_path)
        data = (tmp_path / "results.csv").read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        assert [row["编号"] for row in rows][-3:] == ["off", "'=off2", "free"]
        assert (rows[0]["要点召回"], rows[0]["备注列"], rows[5]["要点召回"]) == (
            "1.0",
            "难度=易",
            "",
        )
        assert rows[1]["缺少要点"] == "月租"
        assert rows[1]["期望段落排名"] == "2"

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "＝"])
    def test_formulas_are_disarmed(self, tmp_path: Path, start: str) -> None:
        write_report(Run((Item(f"{start}1", f"{start}cmd()"),), ()), tmp_path)
        text = (tmp_path / "results.csv").read_bytes().decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert (rows[1][0], rows[1][2]) == (f"'{start}1", f"'{start}cmd()")

    def test_a_lone_surrogate_does_not_break_it(self, tmp_path: Path) -> None:
        write_report(Run((Item("1", "坏\ud800字"),), ()), tmp_path)
        line = (tmp_path / "results.jsonl").read_text("utf-8")
        assert json.loads(line)["item"]["question"] == "坏\ud800字"

    def test_other_files_stay_and_own_ones_are_replaced(self, done: Run, tmp_path: Path) -> None:
        (tmp_path / "notes.md").write_text("mine", "utf-8")
        (tmp_path / "summary.md").write_text("old", "utf-8")
        write_report(done, tmp_path)
        assert (tmp_path / "notes.md").read_text("utf-8") == "mine"
        assert "评测报告" in (tmp_path / "summary.md").read_text("utf-8")

    def test_a_failure_leaves_the_old_ones(
        self, done: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "results.jsonl").write_text("old", "utf-8")
        real = Path.write_bytes

        def full(path: Path, data: bytes) -> int:
            if "summary.md" in path.name:
                raise OSError(28, "No space left on device")
            return real(path, data)

        monkeypatch.setattr(Path, "write_bytes", full)
        with pytest.raises(SettingsError, match=r"No space left.*room on its disk"):
            write_report(done, tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["results.jsonl"]
        assert (tmp_path / "results.jsonl").read_text("utf-8") == "old"

    def test_a_file_in_the_way(self, done: Run, tmp_path: Path) -> None:
        (tmp_path / "out").write_text("", "utf-8")
        with pytest.raises(SettingsError, match=r"cannot be written to .*out"):
            write_report(done, tmp_path / "out")
        with pytest.raises(SettingsError, match="cannot be written"):
            check_folder(tmp_path / "out" / "deeper")

    def test_the_check_leaves_nothing(self, tmp_path: Path) -> None:
        check_folder(tmp_path / "out")
        assert list((tmp_path / "out").iterdir()) == []


def test_a_set_from_file_to_report(fake: Any, tmp_path: Path) -> None:
    source = tmp_path / "set.csv"
    source.write_text("问题,期望文章,要点\n几位？,400 電話,十位\n", "utf-8")
    wiki = fake.wiki(
        {"几位？": fake.answered("400", "号码为十位。")}, {"几位？": [fake.hit("400", (), "十位")]}
    )
    done = run(read_questions(source), wiki.ask, wiki.retrieve, wiki.article_text)
    scores = write_report(done, tmp_path / "out").overall.scores
    assert scores["hit@1"] == scores["all_facts"] == scores["right"] == Score(1.0, 1)
    assert "没有出错的题" in (tmp_path / "out" / "summary.md").read_text("utf-8")
