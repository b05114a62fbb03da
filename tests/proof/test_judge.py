"""The judge of sentences that a language model wrote."""

import pytest

from askwiki.proof import Source, bundled_judge

PASSAGE = (
    "每个企业最多可以绑定200个号码。400电话的话费实行主被叫分摊付费，客户只付本地通话费，"
    "长途部分由企业承担。资料齐全时一般三到五个工作日可以开通。"
)
SOURCE = Source("a", "400电话 计费", PASSAGE, 100)


def supported(sentence: str, *sources: Source) -> bool:
    return bundled_judge().judge(sentence, sources or (SOURCE,)).supported


def test_a_sentence_of_the_passage_is_supported_by_its_own_span() -> None:
    judgement = bundled_judge().judge("每个企业最多可以绑定200个号码。", [SOURCE])
    assert judgement.supported
    assert judgement.faults == ()
    (span,) = judgement.spans
    assert PASSAGE[span.start - 100 : span.end - 100] == "每个企业最多可以绑定200个号码。"
    assert span.article_id == "a"


@pytest.mark.parametrize(
    "sentence",
    [
        "每个企业最多可以绑定2000个号码。",
        "400电话的话费实行被叫集中付费。",
        "客户付长途部分，企业只付本地通话费。",
        "资料齐全时一般三到五个月可以开通。",
        "企业不承担长途部分。",
        "每个企业最多可以绑定200个分机和100个坐席。",
    ],
)
def test_an_altered_sentence_is_not_supported(sentence: str) -> None:
    judgement = bundled_judge().judge(sentence, [SOURCE])
    assert not judgement.supported
    assert judgement.faults


@pytest.mark.parametrize(
    "sentence",
    ["一个企业最多能绑定200个号码。", "客户只付本地通话费。"],
)
def test_other_words_for_the_same_are_supported(sentence: str) -> None:
    assert supported(sentence)


@pytest.mark.parametrize("sentence", ["", "。", "\x00\u200b", "长" * 5000])
def test_what_says_nothing_is_not_supported(sentence: str) -> None:
    assert not supported(sentence)


def test_nothing_supports_without_sources() -> None:
    judgement = bundled_judge().judge("客户只付本地通话费。", [])
    assert (judgement.supported, judgement.spans) == (False, ())


def test_spans_count_from_the_start_of_the_article() -> None:
    other = Source("b", "总机", "总机是统一的电话入口。", 7)
    for sentence, source in (("客户只付本地通话费。", SOURCE), ("总机是统一的电话入口。", other)):
        for span in bundled_judge().judge(sentence, [other, SOURCE]).spans:
            assert span.article_id == source.article_id
            assert source.start <= span.start < span.end <= source.start + len(source.text)
