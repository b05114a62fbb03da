"""A small wiki that language models write for, and the servers they are asked at."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scripted_server import ScriptedServer, says
from small_wiki import ARTICLE, OpenWiki
from tiny_model import make_tiny_model

from askwiki import AskWiki, Settings


@pytest.fixture(scope="session")
def llm_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("llm-corpus")
    (folder / "billing.md").write_text(ARTICLE, "utf-8")
    return folder


@pytest.fixture(scope="session")
def llm_index(llm_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("llm-index")
    AskWiki.build(llm_corpus, folder)
    return folder


@pytest.fixture
def settings_of(llm_corpus: Path, llm_index: Path) -> Callable[..., Settings]:
    """Settings of the small wiki, and whatever else is given."""

    def make(**values: object) -> Settings:
        small = {"corpus": llm_corpus, "index": llm_index, "min_confidence": 0.0}
        return Settings.load(**{**small, **values})

    return make


@pytest.fixture
def open_wiki(llm_index: Path, settings_of: Callable[..., Settings]) -> OpenWiki:
    """Opens the small wiki: `open_wiki(url)` with a model at that address, else as set."""

    def make(url: str = "", **values: object) -> AskWiki:
        if url:
            values = {"llm": "openai:scripted", "llm_base_url": url, **values}
        llm = values.pop("model", None)
        return AskWiki.open(llm_index, settings_of(**values), llm=llm)

    return make


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(says("")) as started:
        yield started


@pytest.fixture(autouse=True)
def no_proxy_between(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests to this machine go straight there."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("tiny-model"), ARTICLE)


@pytest.fixture(scope="session")
def transformers_server(
    tiny_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of `transformers serve` over the tiny model."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("serve") / "log.txt"
    words = [
        "serve",
        str(tiny_model),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--device",
        "cpu",
    ]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(Path(sys.executable).with_name("transformers")), *words],
            env={**os.environ, "HF_HUB_OFFLINE": "1"},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/health", process, log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    ends = time.monotonic() + 120
    while time.monotonic() < ends and process.poll() is None:
        try:
            opener.open(url, timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"transformers serve did not start:\n{log.read_text('utf-8')[-2000:]}")
