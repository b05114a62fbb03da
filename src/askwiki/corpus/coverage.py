"""What the articles cover: counts by topic, and who finds an answer at which stage.

`coverage` is pure; the page that it makes has no date, so that the same corpus gives the same page.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from askwiki.corpus.alike import bigrams
from askwiki.corpus.load import load_corpus
from askwiki.corpus.pointers import ASKED_KIND, Pointer, read_pointers
from askwiki.corpus.stages import STAGES, Stage
from askwiki.errors import CorpusError
from askwiki.schema import LEVELS, Article

STANDARD = "standard"
"""The kind of questions that say in plain words what a section answers."""
MAIN = 4
"""How many of the topics named first are main subjects."""


@dataclass(frozen=True, slots=True)
class Row:
    """The counts of one topic of the second level; its name is "" where there is none."""

    name: str
    levels: tuple[int, ...]
    """Articles by level, in the order of `LEVELS`, those without a level last."""
    sections: int
    asked: int
    judged: int

    @property
    def articles(self) -> int:
        """Articles of all levels."""
        return sum(self.levels)

    def __add__(self, other: "Row") -> "Row":
        levels = tuple(a + b for a, b in zip(self.levels, other.levels, strict=True))
        counts = (self.sections + other.sections, self.asked + other.asked)
        return Row(self.name, levels, *counts, self.judged + other.judged)


@dataclass(frozen=True, slots=True)
class Spot:
    """A section that answers a stage."""

    source: str
    """Path of the file below the corpus folder."""
    heading: str
    words: str
    """The heading or question by which it was known."""
    rank: tuple[int, int, int, int]
    """How well it fits, smaller first."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The whole picture; topics of the first level in the order they are shown."""

    topics: Mapping[str, tuple[Row, ...]]
    spots: Mapping[tuple[str, str], tuple[Spot, ...]]
    """By topic and stage, the best first."""
    main: tuple[str, ...]
    """The main subjects."""
    refused: int
    """Questions of the sets that the wiki must refuse."""


def read_coverage(folder: Path, first: Sequence[str], *, max_file_mb: float = 10.0) -> Coverage:
    """What the articles and questions of `folder` cover.

    Raises:
        CorpusError: the folder is missing or is no folder, or no file in it could be read.
    """
    articles = load_corpus(folder, max_file_mb=max_file_mb).articles
    return coverage(articles, read_pointers(folder, max_file_mb=max_file_mb)[0], first)


def coverage(
    articles: Sequence[Article], pointers: Iterable[Pointer], first: Sequence[str]
) -> Coverage:
    """Counts and stages of `articles`; the topics in `first` come first, then the larger ones."""
    names = {a.title: a.id for a in articles} | {a.id: a.id for a in articles}
    placed = [(names.get(p.article, ""), p) for p in pointers]
    rows: dict[str, dict[str, Row]] = {}
    spots: dict[tuple[str, str], list[Spot]] = {}
    standard: dict[tuple[str, str], list[str]] = {}
    for key, pointer in placed:
        if pointer.kind == STANDARD and pointer.section is not None:
            standard.setdefault((key, pointer.section), []).append(pointer.question)
    asked = Counter(key for key, pointer in placed if pointer.kind == ASKED_KIND)
    judged = Counter(key for key, pointer in placed if pointer.kind != ASKED_KIND)
    for article in articles:
        top, second = (*article.topic, "", "")[:2]
        row = _row(article, second, asked[article.id], judged[article.id])
        known = rows.setdefault(top, {})
        known[second] = known[second] + row if second in known else row
        for stage, spot in _spots(article, top, standard):
            spots.setdefault((top, stage), []).append(spot)
    return Coverage(
        {top: _sorted(rows[top].values()) for top in _order(rows, first)},
        {place: tuple(sorted(found, key=lambda spot: spot.rank)) for place, found in spots.items()},
        tuple(first[:MAIN]),
        judged[""],
    )


def _row(article: Article, second: str, asked: int, judged: int) -> Row:
    levels = tuple(int(article.level == level) for level in (*LEVELS, ""))
    return Row(second, levels, len(article.sections), asked, judged)


def _order(rows: Mapping[str, Mapping[str, Row]], first: Sequence[str]) -> list[str]:
    def place(top: str) -> tuple[int, int, str]:
        size = sum(row.sections for row in rows[top].values())
        return (first.index(top) if top in first else len(first)), -size, top

    return sorted(rows, key=place)


def _sorted(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: (-row.sections, row.name)))


def _spots(
    article: Article, top: str, standard: Mapping[tuple[str, str], Sequence[str]]
) -> Iterable[tuple[str, Spot]]:
    """Each stage that a section of `article` answers, by its heading or a standard question."""
    for section in article.sections:
        heading = section.path[-1] if section.path else ""
        texts = [heading, *standard.get((article.id, heading), ())]
        for stage in STAGES:
            words = next((text for text in texts if text and stage.matches(text)), None)
            if words is not None:
                yield (
                    stage.name,
                    Spot(article.source, heading, words, _rank(article, top, heading, words)),
                )


def _rank(article: Article, top: str, heading: str, words: str) -> tuple[int, int, int, int]:
    """The heading itself, the topic named, an easy article, few words: in this order."""
    level = LEVELS.index(article.level) if article.level in LEVELS else len(LEVELS)
    named = len(bigrams(top) & bigrams(words))
    return int(words != heading), -named, level, len(words)


# --- the page -------------------------------------------------------------------------------------


def coverage_page(coverage: Coverage, corpus: str) -> str:
    """The page in Markdown; `corpus` is the path of the corpus folder as seen from the page."""
    parts = [
        "# 内容覆盖",
        "这一页由 `askwiki corpus coverage --out docs/coverage.md` 生成，请不要手工修改：改了文章或问题之后重新生成。",
        "## 各栏目的数量",
        "“日常问法”是 `asked/` 中用来检索的问题，“题集”是 `questions/` 中用来评测的问题。",
        _counts(coverage),
        f"题集另有 {coverage.refused} 个应当拒答的问题，不属于任何栏目。",
        "## 各阶段能不能找到答案",
        "每一格是回答这一阶段问题的小节数，点击数字打开其中最贴切的一节，“无”表示还没有内容。"
        "一节属于哪个阶段，按小标题和题集中书面问法的用词判断，可以同时属于几个阶段；"
        "用词规则写在 `src/askwiki/corpus/stages.py`，宁可漏认，不可错认：",
        "\n".join(f"- **{stage.name}**：{stage.about}" for stage in STAGES),
        _grid(coverage, corpus),
        "## 空白",
        _blanks(coverage),
    ]
    return "\n\n".join(parts) + "\n"


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def _counts(coverage: Coverage) -> str:
    unsaid = any(row.levels[-1] for rows in coverage.topics.values() for row in rows)
    shown = len(LEVELS) + unsaid
    header = ["栏目", *LEVELS, *["未注明"] * unsaid, "文章", "小节", "日常问法", "题集"]

    def line(name: str, row: Row) -> list[object]:
        return [name, *row.levels[:shown], row.articles, row.sections, row.asked, row.judged]

    lines = []
    nothing = Row("", (0,) * (len(LEVELS) + 1), 0, 0, 0)
    for top, rows in coverage.topics.items():
        lines.append(line(f"**{top or '（无栏目）'}**", sum(rows, nothing)))
        lines += [line(f"{top} / {row.name}", row) for row in rows if row.name]
    whole = sum((row for rows in coverage.topics.values() for row in rows), nothing)
    return _table(header, [*lines, line("**合计**", whole)])


def _grid(coverage: Coverage, corpus: str) -> str:
    tops = list(coverage.topics)

    def cell(top: str, stage: Stage) -> str:
        spots = coverage.spots.get((top, stage.name), ())
        if not spots:
            return "无"
        title = (spots[0].heading or spots[0].words).replace('"', "'").replace("|", "/")
        return f'[{len(spots)}]({_address(corpus, spots[0])} "{title}")'

    return _table(
        ["阶段", *tops], [[stage.name, *(cell(top, stage) for top in tops)] for stage in STAGES]
    )


def _address(corpus: str, spot: Spot) -> str:
    """The link to a section; the anchor is made as code hosts make it."""
    anchor = re.sub(r"[^\w\- ]", "", spot.heading.lower()).replace(" ", "-")
    path = quote(f"{Path(corpus).as_posix()}/{spot.source}")
    return f"{path}#{anchor}" if anchor else path


def _blanks(coverage: Coverage) -> str:
    lines = []
    for top in coverage.topics:
        missing = [s.name for s in STAGES if not coverage.spots.get((top, s.name))]
        if missing:
            lines.append(
                f"- {top or '（无栏目）'}{'（主栏目）' * (top in coverage.main)}：{'；'.join(missing)}"
            )
    return "\n".join(lines) if lines else "没有空白：每个栏目在每个阶段都有小节回答。"


def write_page(path: Path, page: str) -> None:
    """Write the page, in place of an older one.

    Raises:
        CorpusError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, "utf-8", newline="\n")
    except OSError as error:
        raise CorpusError(
            f"{path} cannot be written ({error.strerror}): check the folder"
        ) from None
