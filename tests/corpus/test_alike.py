"""Near copies: every pair that comparing all with all would find, with the same figure."""

import random

import pytest

from askwiki.corpus.alike import bare, bigrams, near_copies


def all_pairs(texts: list[str], least: float) -> list[tuple[int, int, float]]:
    """The witness: every text beside every other."""
    found = []
    for b, second in enumerate(texts):
        for a, first in enumerate(texts[:b]):
            one, other = bigrams(first), bigrams(second)
            if one | other and len(one & other) / len(one | other) >= least:
                found.append((a, b, len(one & other) / len(one | other)))
    return sorted(found)


def test_letters_only_are_compared() -> None:
    assert bare("４００电話, 怎么-办？") == "400电话怎么办"
    assert bigrams("总机？") == {"总机"}
    assert bigrams("机") == {"机"}
    assert bigrams("？！") == frozenset()


def test_known_pairs_have_known_figures() -> None:
    texts = ["总机怎么办", "总机怎么办理", "套餐", "总机，怎么办？", "", "！"]
    assert near_copies(texts, 0.8) == [(0, 1, 0.8), (0, 3, 1.0), (1, 3, 0.8)]
    assert near_copies(texts, 0.81) == [(0, 3, 1.0)]


@pytest.mark.parametrize("least", [0.3, 0.5, 0.6, 0.8, 1.0])
def test_nothing_is_missed(least: float) -> None:
    chance = random.Random(5)
    texts = ["".join(chance.choices("总机话费套餐", k=chance.randint(1, 12))) for _ in range(120)]
    expected = all_pairs(texts, least)
    assert near_copies(texts, least) == expected
    assert len(expected) >= 3
