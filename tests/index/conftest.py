"""A deterministic encoder, small articles, and disks that fail on command."""

import errno
import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from askwiki import text as zh
from askwiki.embed import Vectors
from askwiki.index.files import Disk
from askwiki.schema import Article, Section


class HashEncoder:
    """A text is the sum of the hashed places of its n-grams, at length 1."""

    def __init__(
        self, dimension: int = 32, id: str = "hash-1", digest: str = "d1", salt: str = ""
    ) -> None:
        self.dimension, self.id, self.digest, self._salt = dimension, id, digest, salt
        self.encoded: list[str] = []

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._encode(text) for text in texts])

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        self.encoded.extend(texts)
        return self.encode_query(texts)

    def _encode(self, text: str) -> Vectors:
        row = np.zeros(self.dimension, dtype=np.float32)
        for gram in zh.ngrams(text, 2):
            digest = hashlib.sha256((self._salt + gram).encode()).digest()
            row[digest[0] % self.dimension] += 1 if digest[1] % 2 else -1
        length = np.linalg.norm(row)
        return row / length if length else row


class Killed(BaseException):
    """The process died: nothing that catches exceptions sees it."""


class FailingDisk(Disk):
    """Fails at its `at`-th operation, counted from 1.

    Modes: "full" raises ENOSPC there and at every later write; "once" only there; "short"
    leaves half of what was to be written and raises ENOSPC; "killed" ends the process there;
    "torn" leaves half of what was to be written and ends the process. After a death no
    operation is carried out.
    """

    def __init__(self, at: int, mode: str) -> None:
        self.at, self.mode = at, mode
        self.count = 0
        self.reached = False

    def before(self, operation: str, path: Path, data: bytes = b"") -> None:
        self.count += 1
        dies = self.mode in ("killed", "torn")
        if self.count > self.at and dies:
            raise Killed
        if self.count > self.at and self.mode == "full" and operation in ("open", "write", "mkdir"):
            raise OSError(errno.ENOSPC, "No space left on device")
        if self.count != self.at:
            return
        self.reached = True
        if self.mode in ("short", "torn") and operation == "write":
            path.write_bytes(data[: len(data) // 2])
        if dies:
            raise Killed
        raise OSError(errno.ENOSPC, "No space left on device")


class CountingDisk(Disk):
    """Keeps what was done, as (operation, file name)."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []

    def before(self, operation: str, path: Path, data: bytes = b"") -> None:
        self.done.append((operation, path.name))


def make_article(id: str, title: str, *sections: tuple[str, str]) -> Article:
    """Each section is (heading, text); an empty heading is the lead."""
    text, spans = "", []
    for heading, body in sections:
        start = len(text)
        text += body
        spans.append(Section((heading,) if heading else (), start, len(text)))
        text += "\n\n"
    return Article(id, title, text, tuple(spans), f"{id}.md", topic=("电话",), aliases=("别名",))


OLD_CORPUS = (
    make_article(
        "ivr", "自动总机", ("", "自动总机按语音提示转接。"), ("按键", "按1转销售，按2转客服。")
    ),
    make_article("numbers", "400号码", ("资费", "400电话的话费由企业和主叫分摊。")),
    make_article(
        "pbx", "小总机", ("定义", "小总机把外线分给内线。"), ("容量", "常见容量为8外线64内线。")
    ),
)

NEW_CORPUS = (
    *OLD_CORPUS[:2],
    make_article("pbx", "小总机", ("定义", "小总机又叫交换机，把外线分给内线。")),
    make_article("queue", "排队", ("时长", "排队超过30秒时播放等待音乐。")),
)


@pytest.fixture
def encoder() -> HashEncoder:
    return HashEncoder()


@pytest.fixture
def make_encoder() -> type[HashEncoder]:
    return HashEncoder


@pytest.fixture
def new_article() -> Callable[..., Article]:
    return make_article


@pytest.fixture
def old_corpus() -> tuple[Article, ...]:
    return OLD_CORPUS


@pytest.fixture
def new_corpus() -> tuple[Article, ...]:
    return NEW_CORPUS


@pytest.fixture
def failing_disk() -> type[FailingDisk]:
    return FailingDisk


@pytest.fixture
def counting_disk() -> CountingDisk:
    return CountingDisk()


@pytest.fixture
def child_environment() -> dict[str, str]:
    """For a Python process that imports the package under test."""
    return {**os.environ, "PYTHONPATH": str(Path(zh.__file__).resolve().parents[1])}


@pytest.fixture
def killed() -> type[BaseException]:
    return Killed
