"""The courtesies around a question, which say nothing of what is asked.

"你好，我想咨询一下，录音能存多久，急，谢谢" is searched as "录音能存多久": greetings, forms of asking
and thanks share words with articles, and make a question look less like one on the trade.
"""

import re

LEAST = 3
"""Characters that must be left; a text of courtesies alone stays as it is."""

_PAUSE = r"[\s，,。．.！!~～…：:；;—\-]"
_YOU = r"(?:你们?|您|各位|大家|老师|大神|大佬)?"
_A_BIT = r"(?:一?下子?(?![班个午周月单载面次级属线发拨])|一声|个问题|[一几]?[个件]事[儿情]?|几个问题|点事[儿情]?)?"
_PLEASE = r"(?:麻烦|请|求|快|帮忙|能不能|能否|可不可以|可以|能)?"

_ASKING = "|".join(
    (
        rf"(?:敢|再|还|想|那)?请问{_YOU}{_A_BIT}",
        rf"(?:麻烦|请|求){_YOU}(?:问|请教|咨询|打听){_A_BIT}",
        rf"(?:我们?|俺们?|本人)?(?:还|就|先|再|也|只)?(?:想要?|需要)(?:再|先)?(?:跟|向|和|找)?{_YOU}"
        rf"(?:问问|咨询|请教|打听|了解|知道|问(?![卷答询题])){_A_BIT}{_YOU}(?:关于)?(?![的到])",
        rf"(?:我们?)?(?:咨询|请教|打听|了解|弱弱地?问|问)(?:一?下|一声|个问题|[个件]事[儿情]?){_YOU}",
        r"(?:谁|哪位|有没有人|有人|有谁)(?:能|可以)?(?:知道|告诉我|说说|讲讲|讲一?下)",
        rf"(?:我们?)?(?:老板|领导|经理|主管|同事|朋友|家里人?)[让叫托要]我(?:来|帮忙|帮他)?"
        rf"(?:问问|问|咨询|打听|了解|搞清楚|弄明白){_A_BIT}",
        rf"{_PLEASE}{_YOU}(?:告诉|告知)我(?:一?下|一声)?",
        rf"{_PLEASE}{_YOU}[跟给帮]我(?:说说|讲讲|讲解|解释|介绍)(?:一?下)?",
    )
)
_GREETING = "|".join(
    (
        rf"(?:你|您|大家|各位|老师|亲)们?好[啊呀]?(?!欢迎)|[早晚]上好|[上中下]午好|在吗|在不在|有人在?吗|"
        rf"打扰{_A_BIT}了?|不好意思",
        rf"(?:哈[喽啰]|嗨+|hi|hello|hey|亲(?:亲|爱的)?|喂+|老师|师傅|客服|小助手|机器人|大神|大佬|各位|朋友们?|"
        rf"兄弟|那个|就是|话说|麻烦[你您]?|是这样的?|求[助教问]|帮个忙|帮帮忙|我?有(?:一个|个|几个)?(?:问题|事))"
        rf"(?={_PAUSE})",
    )
)
_HOST = r"(?:你们家?|你家|贵[司公]司?|贵平台|咱们家?|咱家)(?:公司|平台|这边|那边|这里|那里|这儿|这)?的?(?=.{4})"
_THANKS = "|".join(
    (
        rf"(?:非常|十分|万分|先)?(?:谢谢|多谢|感谢|谢|拜托|麻烦|辛苦){_YOU}[了啦啊哈咯]*",
        r"(?:很|挺|特别|比较|有点|万分|十万火)?急(?:的|死了?|用|啊|呀)*",
        r"[求请](?:助|教|解答?|指教|指点|告知|回复|帮忙|帮助|大神|大佬|科普|支招)+(?:一下)?",
        r"(?:有人|谁|有没有人|哪位)(?:能|可以)?(?:知道|懂|说说|告诉我|解答|讲讲|遇到过)(?:一?下)?的?[吗么]?",
        rf"{_PLEASE}[帮给](?:我|忙)?(?:看看|说说|讲讲|解答|解释|回复|介绍)(?:一?下)?",
        rf"我?想?(?:问|咨询|请教|了解){_A_BIT}",
    )
)

_BEFORE = re.compile(
    rf"{_PAUSE}*(?:(?:{_GREETING})[？?]?|{_ASKING}|{_HOST}){_PAUSE}*", re.IGNORECASE
)
_WITHIN = re.compile(rf"(?<=[，,。；;])\s*(?:所以|现在|就)?(?:{_ASKING}){_PAUSE}*(?=.{{4}})")
_AFTER = re.compile(
    rf"(?:(?:{_PAUSE}+|(?<=[？?]))(?:{_THANKS})|{_PAUSE}*(?:在线等.{{0,4}}|急{{2,}}|急求|跪求)|"
    rf"(?<=.{{4}})[啊呀哦噢喔呐哈哇咧]+(?=[？?]*$)|"
    rf"(?<=.{{8}})呢(?=[？?]*$)){_PAUSE}*$|{_PAUSE}+$"
)


def without_courtesies(text: str) -> str:
    """`text` without what is polite around the question in it.

    It stays as it is where fewer than `LEAST` characters would be left.
    """
    bare = text
    while (shorter := _shorter(bare)) != bare and len(re.sub(r"\W", "", shorter)) >= LEAST:
        bare = shorter
    return bare


def _shorter(text: str) -> str:
    before = _BEFORE.match(text)
    return text[before.end() :] if before else _WITHIN.sub("", _AFTER.sub("", text))
