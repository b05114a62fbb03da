"""Fixtures every test may use: the default wiki, and a folder that no setting of the user reaches."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Tests see the defaults: no ASKWIKI_* variable and no askwiki.toml of whoever runs them."""
    for name in list(os.environ):
        if name.startswith("ASKWIKI_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def corpus_folder() -> Path:
    return ROOT / "corpus"


@pytest.fixture(scope="session")
def wiki(corpus_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """The default corpus, indexed once a session in a folder of its own."""
    from askwiki import AskWiki

    yield AskWiki.build(corpus_folder, tmp_path_factory.mktemp("index"))
