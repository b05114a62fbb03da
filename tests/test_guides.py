"""The guides for keepers: their commands are commands, their example passes the lint."""

import re
from datetime import date
from pathlib import Path

import pytest

from askwiki.cli import main
from askwiki.corpus.lint import lint_folder
from askwiki.corpus.lint_words import WORDS

DOCS = Path(__file__).parent.parent / "docs"
GUIDE = (DOCS / "writing.zh-CN.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def test_every_command_of_the_guide_is_one() -> None:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    assert len(lines) == 9
    for line in lines:
        program, *words = line.split()
        depth = 2 if words[0] in ("index", "corpus") else 1
        with pytest.raises(SystemExit) as ended:
            main([*words[:depth], "--help"])
        assert (program, ended.value.code) == ("askwiki", 0)


def test_every_article_was_read_a_second_time() -> None:
    text = (DOCS / "second-reading.md").read_text("utf-8")
    read = set(re.findall(r"^#{3,4} `([^`]+)`$", text, re.MULTILINE))
    corpus = DOCS.parent / "corpus"
    assert {p.relative_to(corpus).with_suffix("").as_posix() for p in corpus.rglob("*.md")} == read


def test_the_causes_are_those_of_the_worst_answers_there_are() -> None:
    benchmarks = DOCS.parent / "benchmarks"
    worst = re.findall(r"^- (.+?) \([a-z]+-\d", (benchmarks / "quality.md").read_text(), re.M)
    causes = re.findall(r"^\| (.+?) \| .{20,} \|$", (benchmarks / "causes.md").read_text(), re.M)
    assert len(worst) == 10
    assert causes == worst


def test_the_example_passes_the_lint(tmp_path: Path) -> None:
    (article,), (asked,) = blocks("markdown"), blocks("json")
    for name, text in (("adjacent/conference-check.md", article), ("asked/check.jsonl", asked)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, "utf-8")
    found = [(f.rule, f.message()) for f in lint_folder(tmp_path, date(2026, 11, 22))]
    # The article that it names is one of the wiki's.
    assert [rule for rule, _ in found] == ["related-dead"]


def test_every_rule_of_the_lint_is_explained() -> None:
    table = GUIDE.split("| 规则 |")[1].split("\n\n")[0]
    first_cells = [line.split("|")[1] for line in table.split("\n") if line.startswith("| `")]
    named = [rule for cell in first_cells for rule in re.findall(r"`([^`]+)`", cell)]
    assert sorted(named) == sorted(WORDS["zh"])


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_every_linked_file_exists(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)# ]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
