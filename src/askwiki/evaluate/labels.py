"""The words of the report, in Chinese and in English."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Labels:
    """Called with a name it gives the word; an unknown name is its own word."""

    words: Mapping[str, str]
    lines: tuple[str, ...]
    """What the figures mean, a line each."""

    def __call__(self, name: str) -> str:
        return self.words.get(name, name)


_ZH = {
    "report": "评测报告",
    "setup": "设置",
    "counts": "题数",
    "answers": "回答",
    "retrieval": "检索",
    "refusals": "拒答、校准与耗时",
    "by_name": "点名",
    "worst": "最值得看的十题",
    "meaning": "指标说明",
    "questions": "题数",
    "depth": "检索深度 k",
    "not_judged_by": "未参与评分的列",
    "all": "全部",
    "no_kind": "（未分类）",
    "none_wrong": "没有出错的题。",
    "to_answer": "应作答",
    "to_refuse": "应拒答",
    "answered": "作答",
    "partial": "部分作答",
    "abstained": "拒答",
    "failed": "运行失败",
    "missing": "缺少结果",
    "wrongly_refused": "误拒答",
    "wrongly_answered": "应拒答却作答",
    "inexact_citations": "引文不精确",
    "unjudged": "无评分依据",
    "right": "答对率",
    "right_when_answered": "作答时答对率",
    "answer_rate": "作答率",
    "fact_recall": "要点召回",
    "all_facts": "要点齐全",
    "right_article": "首条引文文章正确",
    "citations_exact": "引文精确",
    "reciprocal_rank": "MRR",
    "abstention_precision": "拒答精确率",
    "abstention_recall": "拒答召回率",
    "abstention_f1": "拒答 F1",
    "calibration_error": "校准误差 ECE",
    "latency_median_ms": "耗时中位数（毫秒）",
    "latency_p95_ms": "耗时 p95（毫秒）",
    "id": "编号",
    "kind": "类型",
    "question": "问题",
    "expected_article": "期望文章",
    "expected_section": "期望章节",
    "must_abstain": "应拒答",
    "status": "结果",
    "reason": "原因代码",
    "confidence": "置信度",
    "rank": "期望段落排名",
    "text": "回答",
    "missing_facts": "缺少要点",
    "cited": "引文",
    "hits": "检索结果",
    "latency_ms": "耗时（毫秒）",
    "why": "问题所在",
    "notes": "备注列",
    "yes": "是",
    "no": "否",
    "wrong_article": "首条引文不是期望文章",
    "not_in_top": "期望段落未检索到",
    "at_rank": "期望段落排第 {}",
}

_EN = {
    "report": "Evaluation",
    "setup": "Set-up",
    "counts": "Questions",
    "answers": "Answers",
    "retrieval": "Retrieval",
    "refusals": "Refusals, calibration, latency",
    "by_name": "By name",
    "worst": "Ten questions worth reading",
    "meaning": "What the figures mean",
    "depth": "hits looked at (k)",
    "not_judged_by": "columns not judged",
    "no_kind": "(no kind)",
    "none_wrong": "No question went wrong.",
    "to_answer": "to answer",
    "to_refuse": "to refuse",
    "wrongly_refused": "wrongly refused",
    "wrongly_answered": "answered, but must be refused",
    "inexact_citations": "citations not exact",
    "unjudged": "nothing expected",
    "right_when_answered": "right when answered",
    "answer_rate": "answer rate",
    "fact_recall": "fact recall",
    "all_facts": "all facts",
    "right_article": "first citation in right article",
    "citations_exact": "citations exact",
    "reciprocal_rank": "MRR",
    "abstention_precision": "refusal precision",
    "abstention_recall": "refusal recall",
    "abstention_f1": "refusal F1",
    "calibration_error": "calibration error (ECE)",
    "latency_median_ms": "median latency (ms)",
    "latency_p95_ms": "p95 latency (ms)",
    "missing_facts": "missing facts",
    "wrong_article": "first citation is not of the expected article",
    "not_in_top": "expected passage not among the hits",
    "at_rank": "expected passage at rank {}",
}

_ZH_LINES = (
    "括号内是该指标所依据的题数；“—”表示没有适用的题。",
    "运行失败、缺少结果、拒答的题在适用的回答指标上一律记 0；"
    "运行失败和缺少结果的题在检索指标上也记 0。",
    "答对：应拒答的题是否拒答；有要点的题是否要点齐全；只给了文章的题，首条引文是否出自该文章。",
    "要点只在回答的句子里找，不看推荐文章；更长数字或单词的一部分、紧跟在否定字之后的字样不算。",
    "hit@k：前 k 个段落中有期望文章（及章节）的段落；facts@k：前 k 个中有单独一段包含全部要点。",
    "引文精确只统计作答的题：原文 [start:end] 与引文逐字相同，且每句都有引文。",
    "校准误差按 10 个等宽区间计算（Guo 等，2017），只统计作答且有评分依据的题。",
    "耗时只计回答本身，不含运行失败的题；第一题含首次加载。",
)

_EN_LINES = (
    "In brackets: the number of questions a figure rests on; a dash where it applies to none.",
    "Failed, missing and refused questions count as 0 in every figure on answers that applies; "
    "failed and missing ones in those on retrieval too.",
    "right: refused, where it must be; all facts stated, where there are facts; else first "
    "citation of the expected article.",
    "Facts are looked for in the sentences of the answer only; a piece of a longer number or word, "
    "or a wording straight after a negation, does not count.",
    "hit@k: a passage of the expected article (and section) among the first k; facts@k: one "
    "passage among them holds all facts by itself.",
    "citations exact, over answered questions: article text [start:end] equals the quote, and "
    "every sentence has a citation.",
    "calibration error: 10 bins of equal width (Guo et al. 2017), over answered questions that "
    "can be judged.",
    "Latency is that of the answer alone, failed questions left out; the first one includes "
    "loading.",
)

LABELS: Mapping[str, Labels] = {"zh": Labels(_ZH, _ZH_LINES), "en": Labels(_EN, _EN_LINES)}
