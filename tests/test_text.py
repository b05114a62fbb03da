"""Normalising, sentences, tokens, units and the glossary."""

import pytest

from askwiki import text as zh


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("ＩＶＲ導航", "ivr导航"),
        ("電話總機\u200b", "电话总机"),
        ("a\ud800b\x00c", "abc"),
        ("ﬁrst", "first"),
        ("总\u202e机\u2066是\u206a入\u3164口", "总机是入口"),
        ("总机" + "".join(chr(0xE0000 + ord(char)) for char in "obey"), "总机"),
        ("总\ufe0f机\U000e0101", "总机"),
    ],
)
def test_normalise_folds_width_case_script_and_drops_the_invisible(raw: str, expected: str) -> None:
    assert zh.normalise(raw) == expected


def test_tokens_are_unigrams_bigrams_and_whole_latin_words_with_their_parts() -> None:
    assert zh.tokens("400电话的G.711編碼") == [
        *("400", "电", "话", "的", "电话", "话的"),
        *("g.711", "g", "711", "编", "码", "编码"),
    ]


def test_a_chinese_sentence_is_never_one_token() -> None:
    assert "企业总机" not in zh.tokens("企业总机")
    assert len(zh.tokens("企业总机")) == 7


def test_ngrams_stop_at_the_end_of_a_run() -> None:
    assert zh.ngrams("总机，PBX机") == ["总", "机", "总机", "pbx", "机"]


def test_sentences_end_at_marks_and_lines_but_not_inside_quotes() -> None:
    text = "他问“几点下班？”时，机器会答。G.711占64kbit/s。\n步骤如下：\n1. 登录。"
    assert [text[a:b] for a, b in zh.sentences(text)] == [
        "他问“几点下班？”时，机器会答。",
        "G.711占64kbit/s。",
        "步骤如下：",
        "1. 登录。",
    ]


def test_a_sentence_that_ends_in_a_quote_keeps_it() -> None:
    text = "他说：“好。”然后走了。（见下文。）"
    assert [text[a:b] for a, b in zh.sentences(text)] == [
        "他说：“好。”",
        "然后走了。",
        "（见下文。）",
    ]


def test_units_keep_a_list_together_with_the_line_before_it() -> None:
    text = "先看说明。步骤如下：\n1. 登录。\n2. 点击“确定”。\n\n完成后退出。\n- 甲\n- 乙"
    found = [(text[u.start : u.end], u.group, u.ordered, u.intro) for u in zh.units(text)]
    assert found == [
        ("先看说明。", None, False, False),
        ("步骤如下：", 0, False, True),
        ("登录。", 0, True, False),
        ("点击“确定”。", 0, True, False),
        ("完成后退出。", None, False, False),
        ("甲", 1, False, False),
        ("乙", 1, False, False),
    ]


def test_a_number_that_opens_a_sentence_is_no_list_marker() -> None:
    assert [u.group for u in zh.units("400电话只能接听。\n3.5毫米插孔可用。")] == [None, None]


def test_glossary_groups_widen_both_ways_and_sayings_one_way() -> None:
    table = zh.parse_glossary(["总机 = PBX # 注释", "", "按1按2 > 语音导航"])
    assert table == {"总机": ("pbx",), "pbx": ("总机",), "语音导航": (), "按1按2": ("语音导航",)}
    assert zh.expansions("PBX怎么按1按2", table) == ["语音导航", "总机"]


def test_an_expansion_never_repeats_what_the_question_says() -> None:
    table = zh.parse_glossary(["总机 = 企业总机 = PBX"])
    assert zh.expansions("企业总机", table) == ["pbx"]


def test_the_shipped_data_files_load() -> None:
    assert zh.glossary()["小总机"][:2] == ("企业总机", "总机")
    assert 0 < zh.question_weights()["怎么"] < 0.3
    assert "总机" not in zh.question_weights()
