"""What is said when there is no answer: plainly, with the nearest articles and a person."""

from collections.abc import Sequence
from typing import Literal

from askwiki.request import Request
from askwiki.schema import Reason, Suggestion
from askwiki.settings import Settings

Language = Literal["zh", "en"]

_WORDS = {
    "zh": {
        "greeting": "您好，我是企业通信百科的问答助手，回答都出自百科文章，并注明原文出处。",
        "identity": "我是企业通信百科的问答助手：从百科文章里找出能回答您问题的原文，逐句注明出处；百科没有写的，我会直说不知道。",
        "thanks": "不客气。还有问题可以接着问。",
        "no_evidence": "百科里没有找到能回答这个问题的内容。",
        "unstated": "百科里有相关内容，但没有写明要多长时间。",
        "out_of_scope": "这个问题不在百科的范围内，我无法回答。",
        "steering": "我只根据百科文章回答问题，不执行改变身份、规则或输出内部信息的要求。",
        "unclear": "我没有看懂这个问题，请换一种说法，写明想了解的事情。",
        "model_unavailable": "这个问题要由语言模型来答，它暂时不可用，请稍后再问。",
        "model_failed": "（语言模型暂时没有应答，以下摘自百科原文。）",
        "model_unproved": "（语言模型写的内容未能逐句核实，没有采用，以下摘自百科原文。）",
        "model_declined": "（语言模型没有从资料中得出答案，以下是最相关的百科原文。）",
        "model_part": "（语言模型的回答到此为止，其余没有写完或未能核实，以下摘自百科原文。）",
        "model_cut": "（语言模型的回答达到长度上限，到此为止。）",
        "examples": "可以这样问：",
        "near": "最接近的文章：",
        "person": "如需人工服务：",
        "phone": "电话 {}",
        "link": "在线联系 {}",
        "hours": "服务时间 {}",
        "no_contact": "本站尚未设置人工服务的联系方式，请联系网站管理员。",
        "missing_part": "关于“{}”，百科里没有找到可以引用的内容。",
        "semicolon": "；",
        "stop": "。",
    },
    "en": {
        "greeting": "Hello. I answer from the articles of this wiki on business telecom and cite the original text.",
        "identity": "I look up the sentences of this wiki that answer your question and cite each one. What the wiki does not say, I do not know, and I will tell you so.",
        "thanks": "You are welcome. Feel free to ask another question.",
        "no_evidence": "The wiki holds nothing that answers this question.",
        "unstated": "The wiki speaks of this, but does not say how long it takes or lasts.",
        "out_of_scope": "This question is outside what the wiki covers, so I cannot answer it.",
        "steering": "I answer from the wiki only. I do not take on other roles or rules, or print internal text.",
        "unclear": "I did not understand the question. Please say in other words what you want to know.",
        "model_unavailable": "Only the language model could answer this, and it cannot be reached now. Please ask again later.",
        "model_failed": "(The language model did not answer. What follows is quoted from the wiki.)",
        "model_unproved": "(What the language model wrote could not be verified and was not used. What follows is quoted from the wiki.)",
        "model_declined": "(The language model found no answer in the passages. What follows is the nearest text of the wiki.)",
        "model_part": "(The language model's answer ends here; the rest was not finished or could not be verified. What follows is quoted from the wiki.)",
        "model_cut": "(The language model's answer ends here, at its length limit.)",
        "examples": "You could ask:",
        "near": "Nearest articles:",
        "person": "To reach a person:",
        "phone": "phone {}",
        "link": "online {}",
        "hours": "hours {}",
        "no_contact": "No contact has been set up for this site. Please ask whoever runs it.",
        "missing_part": "On “{}” the wiki holds nothing to cite.",
        "semicolon": "; ",
        "stop": ".",
    },
}


def say(name: str, language: Language) -> str:
    """One of the fixed sentences."""
    return _WORDS[language][name]


def refusal_text(
    reason: Reason,
    request: Request,
    suggestions: Sequence[Suggestion],
    examples: Sequence[str],
    settings: Settings,
    *,
    unstated: bool = False,
) -> str:
    """The Markdown of an abstention; `unstated`: all but how long was found."""
    language = settings.language
    if request in ("greeting", "identity", "thanks"):
        blocks = [say(request, language)]
        return "\n\n".join(
            blocks + ([] if request == "thanks" else _listed("examples", examples, language))
        )
    if reason == "human_requested":
        return contact_text(settings)
    if request == "steering":
        return "\n\n".join([say("steering", language), *_listed("examples", examples, language)])
    blocks = [say("unstated" if unstated else reason, language)]
    if reason == "unclear" or reason == "out_of_scope":
        blocks += _listed("examples", examples, language)
    else:
        blocks += _listed("near", [s.title for s in suggestions], language)
    return "\n\n".join([*blocks, contact_text(settings)])


def _listed(lead: str, items: Sequence[str], language: Language) -> list[str]:
    if not items:
        return []
    return ["\n".join([say(lead, language), "", *(f"- {item}" for item in items)])]


def contact_text(settings: Settings) -> str:
    """How to reach a person, or that nobody set it up."""
    language = settings.language
    ways = [
        say(name, language).format(value)
        for name, value in (
            ("phone", settings.contact_phone),
            ("link", settings.contact_url),
            ("hours", settings.contact_hours),
        )
        if value
    ]
    if not (settings.contact_phone or settings.contact_url):
        return say("no_contact", language)
    joined = say("semicolon", language).join(ways)
    return f"{say('person', language)}{joined}{say('stop', language)}"
