"""How well a section matches a question, beyond its words."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from askwiki import AskWiki
from askwiki.errors import SettingsError
from askwiki.rerank import (
    HEADING_CHARS,
    SECTION_CHARS,
    Reranker,
    Rows,
    bundled_reranker,
    readable,
)
from askwiki.retrieve import RERANK_WEIGHT, RERANKED
from askwiki.schema import Chunk


def section(heading: str, text: str) -> Chunk:
    return Chunk(f"a@{heading}", "a", "企业总机", (heading,), text, 0, len(text))


LANDLINE = section("自有固话接入", "自有固话可以接入平台：数字中继直接改接，模拟线需加装语音网关。")
BUSY = section("坐席繁忙提示音", "全部坐席繁忙时播放提示音，请来电者稍候或留言。")
FEES = section("发票的开具", "每月账单结清后可以申请电子发票，发送到登记的邮箱。")


def rows(*chunks: Chunk) -> list[Rows]:
    return [bundled_reranker().rows(readable(chunk)) for chunk in chunks]


@pytest.mark.parametrize(
    ("question", "expected"),
    [("座机能不能接进来", LANDLINE), ("客服都在忙的时候放什么", BUSY), ("票怎么开", FEES)],
)
def test_lay_words_find_their_section(question: str, expected: Chunk) -> None:
    chunks = [LANDLINE, BUSY, FEES]
    scores = bundled_reranker().match(question, rows(*chunks))
    assert chunks[int(scores.argmax())] is expected


def test_scores_are_float32_within_their_bounds_and_the_same_again() -> None:
    reranker, sections = bundled_reranker(), rows(LANDLINE, BUSY, FEES)
    scores = reranker.match("坐席繁忙提示音", sections)
    assert scores.dtype == np.float32
    assert scores.shape == (3,)
    assert (np.abs(scores) <= 1).all()
    assert (reranker.match("坐席繁忙提示音", sections) == scores).all()
    assert (reranker.match("坐席繁忙提示音", sections[::-1]) == scores[::-1]).all()


@pytest.mark.parametrize("question", ["", " ", "\U0010ffff", "？" * 500])
def test_any_text_is_read(question: str) -> None:
    sections = [*rows(LANDLINE), bundled_reranker().rows("")]
    scores = bundled_reranker().match(question, sections)
    assert np.isfinite(scores).all()
    assert scores[1] == 0
    assert bundled_reranker().match("总机", []).shape == (0,)


def test_headings_are_read_first_and_long_sections_cut() -> None:
    text = readable(section("转接 " * 40, "甲" * 2000))
    assert text.startswith("企业总机 转接 转接")
    assert text.index("甲") == HEADING_CHARS + 1
    assert len(text) == SECTION_CHARS


def test_a_folder_without_a_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"the reranker in .* cannot be loaded"):
        Reranker.load(tmp_path)


def test_the_search_puts_what_matches_first(wiki: AskWiki) -> None:
    question = "座机能不能接进来"
    plain = wiki._retriever.__class__(wiki.store, wiki._retriever.encoder)
    hits, before = wiki.retrieve(question, 20), plain.retrieve(question, 20)
    assert {h.chunk.id for h in hits[:RERANKED]} == {h.chunk.id for h in before[:RERANKED]}
    own = {hit.chunk.id: hit.score - hit.lifted for hit in before}
    for hit in hits:
        more = RERANK_WEIGHT * max(hit.match_score, 0)
        score = (1 - RERANK_WEIGHT) * own[hit.chunk.id] + more
        assert hit.score - hit.lifted == pytest.approx(score)
    assert sum(hit.match_score != 0 for hit in hits) == RERANKED
    assert "match: " in hits[0].why


def test_no_torch_is_loaded() -> None:
    code = "import sys; from askwiki.rerank import bundled_reranker as b; b(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
