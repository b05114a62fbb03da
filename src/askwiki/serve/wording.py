"""Every word of the page, in Chinese and in English.

A dataclass rather than a dictionary: a word that one language lacks is a type error.
"""

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language; `{}` is filled in by the caller."""

    code: str
    """For the `lang` attribute of the page."""
    title: str
    tagline: str
    welcome: str
    welcome_more: str
    welcome_written: str
    """The same where a language model writes the answers."""
    try_asking: str
    ask: str
    placeholder: str
    question_label: str
    thinking: str
    you: str
    assistant: str
    conversation: str
    # header
    fresh: str
    person: str
    other_language: str
    switch_language: str
    panel: str
    # under an answer
    copy: str
    copied: str
    up: str
    down: str
    why: str
    reasons: tuple[str, ...]
    say_more: str
    send: str
    cancel: str
    thanks_up: str
    thanks_down: str
    confidence: str
    levels: tuple[str, str, str]
    """High, medium, low."""
    verbatim: str
    read_as: str
    written: str
    stands_in: str
    cut: str
    cites: str
    partial: str
    related: str
    marker: str
    sources: str
    # side
    side: str
    tabs: tuple[str, str, str]
    """Topics, source, article."""
    close: str
    no_source: str
    no_article: str
    other_topic: str
    count: str
    cited_here: str
    source_of: str
    open_article: str
    updated: str
    original: str
    passage: str
    # person
    person_title: str
    phone: str
    online: str
    hours: str
    no_contact: str
    # what went wrong
    empty: str
    too_long: str
    failed: str
    trouble: str
    gone: str
    no_such_article: str
    not_saved: str
    # in the terminal
    serving: str


ZH = Words(
    code="zh-CN",
    title="企业通信百科",
    tagline="每一句都有出处",
    welcome="您好，想了解什么？",
    welcome_more="回答逐句摘自百科文章，点开句末的编号就能核对原文。百科没有写的，会直说不知道。",
    welcome_written=(
        "回答由语言模型撰写，逐句对照百科原文核实，点开句末的编号就能核对。百科没有写的，会直说不知道。"
    ),
    try_asking="可以这样问",
    ask="提问",
    placeholder="输入问题，按回车发送",
    question_label="问题",
    thinking="正在查找……",
    you="您问",
    assistant="回答",
    conversation="对话",
    fresh="新对话",
    person="转人工",
    other_language="English",
    switch_language="Switch to English",
    panel="目录",
    copy="复制",
    copied="已复制",
    up="有用",
    down="没用",
    why="哪里不好？",
    reasons=("答非所问", "内容有误", "不完整", "引用不对", "其他"),
    say_more="可以再说几句（选填）",
    send="提交",
    cancel="取消",
    thanks_up="已记录，谢谢",
    thanks_down="已记录，谢谢，我们会改进",
    confidence="把握{}",
    levels=("高", "中", "低"),
    verbatim="逐句摘自原文",
    read_as="按“{}”查找",
    written="语言模型撰写，逐句核实",
    stands_in="语言模型未能作答，原文代答",
    cut="到长度上限为止",
    cites="引用 {} 处",
    partial="只答了一部分",
    related="相关文章",
    marker="查看出处 {}",
    sources="出处",
    side="目录与原文",
    tabs=("目录", "出处", "原文"),
    close="关闭",
    no_source="点回答里的编号，在这里核对出处。",
    no_article="从目录里选一篇文章，或者在出处里点“阅读全文”。",
    other_topic="其他",
    count="{} 篇",
    cited_here="本次回答的出处",
    source_of="出处 {}",
    open_article="阅读全文",
    updated="更新于 {}",
    original="原始网页",
    passage="被引用的原文",
    person_title="人工服务",
    phone="电话",
    online="在线",
    hours="时间",
    no_contact="本站尚未设置人工服务的联系方式，请联系网站管理员。",
    empty="请先输入问题。",
    too_long="问题有 {} 个字，最多 {} 个字，请精简后再问。",
    failed="抱歉，这次没能答上来，请稍后再试。",
    trouble="现在提问的人较多，或者连接断开了，请稍后再试。",
    gone="这条回答已经不在当前对话里了。",
    no_such_article="找不到这篇文章，可能已经更新，请刷新页面。",
    not_saved="评价没能保存，请稍后再试，或告知网站管理员。",
    serving="请用浏览器打开 {}，按 Ctrl-C 结束。",
)

EN = Words(
    code="en",
    title="Business Telecom Wiki",
    tagline="Every sentence has its source",
    welcome="Hello. What would you like to know?",
    welcome_more=(
        "Answers are quoted from the wiki, sentence by sentence, in Chinese. "
        "Click a number to check the original. What the wiki does not say, it will not guess."
    ),
    welcome_written=(
        "Answers are written by a language model, in Chinese, and every sentence is checked against "
        "the wiki. Click a number to see the original. What the wiki does not say, it will not guess."
    ),
    try_asking="Try asking",
    ask="Ask",
    placeholder="Your question, in Chinese",
    question_label="Question",
    thinking="Searching …",
    you="You asked",
    assistant="Answer",
    conversation="Conversation",
    fresh="New chat",
    person="Talk to a person",
    other_language="中文",
    switch_language="切换到中文",
    panel="Topics",
    copy="Copy",
    copied="Copied",
    up="Helpful",
    down="Not helpful",
    why="What was wrong?",
    reasons=("Off the point", "Wrong", "Incomplete", "Wrong source", "Other"),
    say_more="Anything to add (optional)",
    send="Send",
    cancel="Cancel",
    thanks_up="Saved, thank you",
    thanks_down="Saved, thank you; we will look into it",
    confidence="Confidence: {}",
    levels=("high", "medium", "low"),
    verbatim="Quoted word for word",
    read_as="Searched for “{}”",
    written="Written by a language model, each sentence checked",
    stands_in="No answer from the language model: the wiki's own words",
    cut="Cut at the length limit",
    cites="Citations: {}",
    partial="Partly answered",
    related="Related articles",
    marker="Show source {}",
    sources="Sources",
    side="Topics and articles",
    tabs=("Topics", "Source", "Article"),
    close="Close",
    no_source="Click a number in an answer to check its source here.",
    no_article="Choose an article from the topics, or “Read the article” under a source.",
    other_topic="Other",
    count="{}",
    cited_here="Sources of this answer",
    source_of="Source {}",
    open_article="Read the article",
    updated="Updated {}",
    original="Original page",
    passage="The passage that is cited",
    person_title="Talk to a person",
    phone="Phone",
    online="Online",
    hours="Hours",
    no_contact="No contact has been set up for this site. Please ask whoever runs it.",
    empty="Please type a question first.",
    too_long="The question has {} characters, the limit is {}. Please shorten it.",
    failed="Sorry, that did not work. Please try again in a moment.",
    trouble="Many people are asking, or the connection is lost. Please try again in a moment.",
    gone="This answer is no longer part of the conversation.",
    no_such_article="This article was not found; it may have changed. Please reload the page.",
    not_saved="Your rating could not be saved. Please try again, or tell whoever runs this site.",
    serving="Open {} in a browser; Ctrl-C ends it.",
)

REASONS: tuple[str, ...] = ZH.reasons
"""What a thumb down may be recorded with, the same in both languages."""


def words(language: Language) -> Words:
    """The words of `language`."""
    return EN if language == "en" else ZH


def level(confidence: float, language: Words) -> str:
    """The confidence as one of three words."""
    high, medium, low = language.levels
    return high if confidence >= 0.8 else medium if confidence >= 0.6 else low
