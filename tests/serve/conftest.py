"""A chat page over a few small articles, served as a user would, and the Chromium that reads it."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from askwiki import AskWiki, Settings

ARTICLES = {
    "billing.md": """---
title: 400电话的计费
topic: 号码 / 400电话 / 费用
updated: 2026-01-05
---

400电话是主叫与被叫分摊话费的号码。

## 400电话的话费由谁付

客户拨打400电话只付本地通话费。长途部分由申请400电话的企业承担。漫游时按客户自己的套餐计费。

## 400电话怎么充值

企业在服务商的网页上为400电话充值。余额不足时号码会停机。
""",
    "switchboard.md": """---
title: 企业总机
topic: 总机
---

企业总机把一个号码分给多个分机。

## 企业总机怎么转接分机

转接分机按以下步骤操作：

1. 接听来电。
2. 按下转接键。
3. 拨打分机号码后挂机。
""",
    "markup.md": """---
title: 标签 <b>测试</b> & 留言
---

语音留言的脚本写作 `<script>window.pwned = 1</script>`，\
图片写作 `<img src=x onerror="window.pwned=1">`，公式写作 $x^2$ 和 $$y$$。

## 语音留言的链接怎么写

语音留言的链接写作 `[点我](javascript:window.pwned=1)` 与 `![图](http://example.com/a.png)`，都只是文字。
""",
}


@dataclass(frozen=True)
class Site:
    """A page that is being served."""

    url: str
    wiki: AskWiki
    feedback: Path

    def records(self) -> list[dict[str, object]]:
        """What the feedback file holds."""
        if not self.feedback.exists():
            return []
        return [json.loads(line) for line in self.feedback.read_text("utf-8").splitlines()]


def _serve(arguments: Sequence[str], variables: Mapping[str, str]) -> subprocess.Popen[str]:
    """`askwiki serve` on a free port, without the settings of whoever runs the tests."""
    others = {k: v for k, v in os.environ.items() if not k.startswith("ASKWIKI_")}
    return subprocess.Popen(
        [sys.executable, "-m", "askwiki.cli", "serve", "--port", "0", *arguments],
        env={**others, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


@dataclass
class Server:
    """A running `askwiki serve`."""

    process: subprocess.Popen[str]

    def address(self) -> str:
        """What it prints once it is about to answer."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert "http://127.0.0.1:" in line, line
        return next(word for word in line.replace("，", " ").split() if word.startswith("http"))

    def stop(self) -> tuple[int, str]:
        """End it as Ctrl-C does: its exit code, and what it said on stderr."""
        self.process.send_signal(signal.SIGINT)
        try:
            _, said = self.process.communicate(timeout=20)
        finally:
            self.process.kill()
        return self.process.returncode, said


Start = Callable[..., Server]


@pytest.fixture(scope="session")
def start() -> Iterator[Start]:
    """Starts `askwiki serve` with arguments and variables; ends what is left at the end."""
    with ExitStack() as stack:

        def run(*arguments: str, **variables: str) -> Server:
            process = _serve(arguments, variables)
            stack.callback(process.communicate)
            stack.callback(process.kill)
            return Server(process)

        yield run


@pytest.fixture(scope="session")
def small_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `ARTICLES`."""
    folder = tmp_path_factory.mktemp("corpus")
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="session")
def site(
    small_corpus: Path, tmp_path_factory: pytest.TempPathFactory, start: Start
) -> Iterator[Site]:
    """The page over `ARTICLES`, which answers whatever it finds, however unsure."""
    folder = tmp_path_factory.mktemp("site")
    index, feedback = folder / "index", folder / "said" / "feedback.jsonl"
    settings = Settings.load(min_confidence=0.0)
    wiki = AskWiki.build(small_corpus, index, settings)
    server = start(
        *("--corpus", str(small_corpus), "--index", str(index)),
        ASKWIKI_FEEDBACK=str(feedback),
        ASKWIKI_MIN_CONFIDENCE="0",
        ASKWIKI_MAX_QUESTION_CHARS="100",
        ASKWIKI_CONTACT_PHONE="400-800-1234",
        ASKWIKI_CONTACT_HOURS="工作日 9:00—18:00",
    )
    yield Site(server.address(), wiki, feedback)
    assert server.stop() == (0, "")


@pytest.fixture(scope="session")
def shipped(
    wiki: AskWiki, corpus_folder: Path, tmp_path_factory: pytest.TempPathFactory, start: Start
) -> Iterator[Site]:
    """The page over the articles that ship with the package."""
    folder = tmp_path_factory.mktemp("shipped")
    server = start(
        *("--corpus", str(corpus_folder), "--index", str(folder / "index")),
        ASKWIKI_CONTACT_PHONE="400-800-1234",
    )
    yield Site(server.address(), wiki, folder / "feedback.jsonl")
    assert server.stop() == (0, "")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium: skipped where there is none, except in CI.

    For one module: while playwright is on, no other test could run an event loop.
    """
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None and os.environ.get("CI"):
        pytest.fail(f"CI is set, but none of {', '.join(names)} is on the PATH")
    if path is None:
        pytest.skip(f"none of {', '.join(names)} is on the PATH")
    flags = (
        "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
        "--disable-background-networking --disable-component-update"
    )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=flags.split())
        yield chromium
        chromium.close()


class Reader:
    """One tab; what went wrong in it and what left this machine is kept."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.remote: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._request(request.url))

    def _console(self, message: object) -> None:
        if getattr(message, "type", "") in ("error", "warning"):
            self.errors.append(getattr(message, "text", ""))

    def _request(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self.remote.append(url)

    def open(self, url: str) -> Page:
        """The page, once it can be used."""
        self.page.goto(url)
        self.page.wait_for_selector("#aw-box textarea")
        self.page.wait_for_selector(".aw-welcome")
        return self.page

    def ask(self, question: str) -> None:
        """Type a question, press Enter, wait for the whole answer."""
        before = self.page.locator(".aw-exchange .aw-tools").count()
        self.page.fill("#aw-box textarea", question)
        self.page.press("#aw-box textarea", "Enter")
        self.page.wait_for_function(
            "count => document.querySelectorAll('.aw-exchange .aw-tools').length > count",
            arg=before,
        )


@pytest.fixture
def new_reader(browser: Browser) -> Iterator[Callable[[], Reader]]:
    """Opens tabs, each a reader of its own, which must end without an error or a remote request."""
    readers: list[Reader] = []

    def make() -> Reader:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
        context.set_default_timeout(15_000)
        readers.append(Reader(context.new_page()))
        return readers[-1]

    yield make
    for one in readers:
        one.page.context.close()
    assert [one.remote for one in readers] == [[] for _ in readers]
    assert [one.errors for one in readers] == [[] for _ in readers]


@pytest.fixture
def reader(new_reader: Callable[[], Reader]) -> Reader:
    """One reader."""
    return new_reader()
