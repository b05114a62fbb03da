"""What each rule of the lint says, in Chinese and in English: what is wrong, then what to do."""

from collections.abc import Mapping
from typing import Literal

Language = Literal["zh", "en"]

_ZH = {
    "unread": "这个文件没有读入：{reason}",
    "front-none": "不是带元数据的 Markdown：用 askwiki corpus import 转换，或另存为 .md 并补上元数据",
    "front-title": "元数据缺少 title：写上文章标题",
    "front-topic": "元数据缺少 topic：写上栏目，如 400电话 / 资费",
    "front-topic-deep": "topic 有 {levels} 级：最多三级，请合并",
    "front-level": "元数据缺少 level：写入门、进阶或专家",
    "front-updated": "元数据缺少 updated 或不是真实日期：写成 2026-11-21 的样子",
    "front-review": "元数据缺少 review：写上最迟在哪一天重新核对事实",
    "front-future": "updated 是将来的日期 {date}（今天是 {today}）：改成实际更新的日期",
    "alias-title": "别名“{alias}”就是《{title}》（{article}）的标题：从别名中去掉",
    "placeholder": "还有没写的占位文字“{text}”：换成正文或删去",
    "order": "“{section}”里有像是写给问答助手的命令“{words}”：删去或改写，在此之前这一节不会用来回答",
    "lead-missing": "缺少导语：在第一个小标题之前用两句话说明主题是什么",
    "lead-long": "导语有 {count} 句：压缩到三句以内，其余移到小节里",
    "lead-short": "导语只有 {count} 句：写两句，先说主题是什么，再说给谁用、解决什么问题",
    "lead-preview": "导语里有“{words}”：删去预告，改说主题给谁用、解决什么问题",
    "misconception": "误区“{words}”以错误的说法开头：写成“以为……，其实……”，单独引用时才不会被当真",
    "heading-jump": "“{heading}”是 {level} 级标题，上一个是 {before} 级：改成 {allowed} 级或补上中间一级",
    "heading-twice": "“{heading}”在本文第 {line} 行已经用过：换一个说法",
    "heading-long": "“{heading}”有 {width} 个字宽：压缩到 {most} 个字以内",
    "heading-mark": "“{heading}”以“{mark}”结尾：去掉标点，问句可以保留全角问号",
    "heading-empty": "“{heading}”下面没有内容：补上正文，或删去这个标题",
    "heading-shared": "“{heading}”也是《{title}》（{article}）的小标题：合并内容，或写明两节各讲什么",
    "near-heading": "“{heading}”与《{title}》（{article}）的“{other}”太相近：合并内容，或写明两节各讲什么",
    "section-long": "“{section}”有 {count} 字，超过 {most} 字：拆成两节或删减",
    "section-short": "“{section}”只有 {count} 字，少于 {least} 字：写完整，或并入别的小节",
    "near-section": "“{section}”与《{title}》的“{other}”有 {percent}% 相同：只保留一处，另一处改写或链接",
    "near-title": "标题《{title}》与《{other}》（{article}）太相近：换一个能区分的标题，或合并两篇",
    "related-dead": "related 中的 {article} 不存在：照 askwiki corpus list 列出的编号改写",
    "related-self": "related 指向文章自己：去掉 {article}",
    "review-due": "复核日期 {date} 已过：核对全文的事实，再改 updated 和 review",
    "section-unasked": "问到“{section}”的问题有 {count} 个，少于 {least} 个：在 asked/ 里补上日常问法",
    "question-unread": "这一行不是有效的问题记录：按 docs/corpus.md 的写法改正",
    "question-article": "问题所指的文章 {article} 不存在：改成现有的编号，或删去这一行",
    "question-section": "{article} 里没有小节“{section}”：改成现有的小标题，或删去这一行",
    "question-twice": "“{question}”也问到了 {article} 的“{section}”（{place}）：只留一处，或把问法说清楚",
}

_EN = {
    "unread": "this file was not read: {reason}",
    "front-none": "is no Markdown with front matter: convert it with askwiki corpus import, "
    "or save it as .md and add front matter",
    "front-title": "the front matter has no title: write the title of the article",
    "front-topic": "the front matter has no topic: write one, such as 400电话 / 资费",
    "front-topic-deep": "topic has {levels} levels: three at most, join some",
    "front-level": "the front matter has no level: write 入门, 进阶 or 专家",
    "front-updated": "updated is missing or is no real date: write one such as 2026-11-21",
    "front-review": "the front matter has no review: write the day by which the facts are to be "
    "read again",
    "front-future": "updated is {date}, which is to come (today is {today}): write the real date",
    "alias-title": "the alias {alias} is the title of 《{title}》 ({article}): remove the alias",
    "placeholder": "the placeholder {text} still stands: write the text or remove it",
    "order": "{section} seems to give the assistant an order ({words}): remove or reword it; until "
    "then the section is left out of answers",
    "lead-missing": "there is no lead: say what the subject is, in two sentences, before the "
    "first heading",
    "lead-long": "the lead has {count} sentences: keep three at most, move the rest to sections",
    "lead-short": "the lead has {count} sentences: write two, what the subject is, then whom it "
    "serves and what it solves",
    "lead-preview": "the lead says {words}: leave out what the article is going to say, and say "
    "whom the subject serves",
    "misconception": "the misconception {words} begins with what is wrong: write 以为……，其实……, so that "
    "it is not taken for true where it is quoted alone",
    "heading-jump": "{heading} is of level {level} after one of level {before}: make it level "
    "{allowed}, or add the one between",
    "heading-twice": "{heading} is already the heading of line {line}: word it differently",
    "heading-long": "{heading} is {width} characters wide: {most} at most",
    "heading-mark": "{heading} ends in {mark}: remove the mark; only ？ may stay",
    "heading-empty": "nothing stands below {heading}: write the text or remove the heading",
    "heading-shared": "{heading} is a heading of 《{title}》 ({article}) too: join the two, or say "
    "what each is about",
    "near-heading": "{heading} is much like {other} of 《{title}》 ({article}): join the two, or say "
    "what each is about",
    "section-long": "{section} has {count} characters, over {most}: split or shorten it",
    "section-short": "{section} has {count} characters, under {least}: finish it, or join it "
    "with another",
    "near-section": "{section} is {percent}% the same as {other} in 《{title}》: keep one, reword "
    "the other or link to it",
    "near-title": "《{title}》 is much like 《{other}》 ({article}): choose a title that tells them "
    "apart, or join the two",
    "related-dead": "related names {article}, which does not exist: use an id that askwiki corpus "
    "list prints",
    "related-self": "related names the article itself: remove {article}",
    "review-due": "the review date {date} has passed: read the facts again, then set updated and "
    "review",
    "section-unasked": "{count} questions ask for {section}, under {least}: write more in everyday "
    "words in asked/",
    "question-unread": "this line is no question: write it as docs/corpus.md shows",
    "question-article": "there is no article {article}: name one that exists, or remove the line",
    "question-section": "there is no section {section} in {article}: name one that exists, or "
    "remove the line",
    "question-twice": "{question} is asked of {section} in {article} too ({place}): keep one, or "
    "ask more exactly",
}

WORDS: Mapping[Language, Mapping[str, str]] = {"zh": _ZH, "en": _EN}

CLEAN: Mapping[Language, str] = {"zh": "没有发现问题", "en": "nothing to mend"}
COUNT: Mapping[Language, str] = {"zh": "共 {} 处需要修改", "en": "{} things to mend"}

LEAD: Mapping[Language, str] = {"zh": "导语", "en": "the lead"}
"""What a section without a heading is called."""
