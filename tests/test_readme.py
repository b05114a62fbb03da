"""What the READMEs show works, and both say the same."""

import re
from pathlib import Path

import pytest

from askwiki.cli import main

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.zh-CN.md")


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / name).read_text("utf-8"), re.DOTALL)


def code_of(block: str) -> str:
    return re.sub(r"\s*#.*", "", block)


def test_the_two_readmes_show_the_same_code() -> None:
    for language in ("python", "sh"):
        one, two = (list(map(code_of, blocks(name, language))) for name in READMES)
        assert one == two


def test_the_python_of_the_readme_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASKWIKI_INDEX", str(tmp_path / "default"))
    (tmp_path / "corpus").symlink_to(ROOT / "corpus")
    program = blocks("README.md", "python")[0]
    exec(compile(program, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("answered 0.")


@pytest.mark.parametrize("name", READMES)
def test_every_command_of_the_readme_is_one(name: str) -> None:
    commands = [
        line.split("#")[0].split()[1:]
        for block in blocks(name, "sh")
        for line in block.splitlines()
        if line.startswith("askwiki")
    ]
    assert len(commands) == 7
    for words in commands:
        depth = 2 if words[0] in ("index", "corpus") else 1
        with pytest.raises(SystemExit) as ended:
            main([*words[:depth], "--help"])
        assert ended.value.code == 0


@pytest.mark.parametrize("name", READMES)
def test_every_linked_file_exists(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_settings_page_lists_every_setting() -> None:
    from askwiki import Settings

    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == list(Settings.model_fields)
