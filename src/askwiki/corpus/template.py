"""A new article: all front matter, and gaps that the lint reports until they are filled."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from askwiki.corpus.blocks import tidy
from askwiki.corpus.files import write_new
from askwiki.corpus.front import Front, write_front
from askwiki.corpus.lint import TOPIC_LEVELS
from askwiki.errors import CorpusError

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*)*")
_EXAMPLE = "--id numbers/400-overview"
_NOTES = {
    "aliases": "读者会用的别的叫法",
    "level": "入门、进阶或专家",
    "related": "接着可读的文章编号，如 numbers/400-packages",
    "references": "事实所依据的标准、建议书和法规的名称",
    "review": "最迟在哪一天重新核对事实，如 2027-11-21",
}
_BODY = """
（待写：导语，用两句话说明主题是什么、给谁用，不写背景和套话）

## （待写：小标题）

（待写：小标题像读者会问的话；正文先用一句话直接回答，再写条件、数字和例外；步骤用编号列表，对比用表格）

## 适用条件

（待写：以上内容在什么情况下成立，哪些由运营商或服务商决定；没有可写的就删去这一节）

## 常见误区

（待写：读者容易想错、做错的地方，各用一两句话说清；没有可写的就删去这一节）
"""


def new_article(
    folder: Path, title: str, topic: Sequence[str], id: str | None, today: date
) -> Path:
    """Write the template of an article into the corpus `folder`; the path of the file.

    Without `id` the file is named after an ASCII title. No file is ever replaced.

    Raises:
        CorpusError: the folder is missing, the title, topic or id cannot be used, or there is
            such an article.
    """
    title = tidy(title)
    if not title or "\n" in title:
        raise CorpusError("the title is empty or has several lines: give one line")
    levels = tuple(level for level in map(tidy, topic) if level)
    if not 1 <= len(levels) <= TOPIC_LEVELS:
        raise CorpusError(
            f"the topic has {len(levels)} levels: give 1 to {TOPIC_LEVELS}, such as '400电话 / 资费'"
        )
    if not folder.is_dir():
        raise CorpusError(f"the corpus folder {folder} does not exist: create it first")
    path = folder / f"{_identity(title, id)}.md"
    front = Front(title, levels, updated=today.isoformat())
    if path.with_suffix(".txt").exists():
        raise CorpusError(f"{path.with_suffix('.txt')} has this id already: choose another --id")
    write_new(path, write_front(front, _NOTES) + _BODY)
    return path


def _identity(title: str, id: str | None) -> str:
    if id is None and not title.isascii():
        raise CorpusError(
            f"no file name can be made of the title {title!r}, which is not ASCII: name the "
            f"article with --id, such as {_EXAMPLE}"
        )
    name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") if id is None else id
    if not _ID.fullmatch(name):
        raise CorpusError(
            f"the id {name!r} cannot be a file name: use lower-case ASCII letters, digits and "
            f"hyphens, folders before a slash, such as {_EXAMPLE}"
        )
    return name
