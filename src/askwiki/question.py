"""What a question asks for, before anything is searched.

Kind (definition, procedure, list, reason, yes-no, quantity, fact), its parts, and the requests that no
article answers: a greeting, a wish for a person, noise, an attempt to steer.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from askwiki import text as zh
from askwiki.errors import QuestionError
from askwiki.schema import History, Turn

Kind = Literal["definition", "procedure", "list", "reason", "comparison", "quantity", "yes_no", "fact"]
Request = Literal["search", "greeting", "thanks", "identity", "human", "noise", "steering"]


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it will be searched.

    `text` is what the user typed, without invisible characters; `query` stands
    alone, the history taken into account; `parts` are the questions in it.
    """

    text: str
    query: str
    request: Request
    kind: Kind
    parts: tuple[str, ...]
    follows_up: bool = False


def read_question(raw: str, history: History = (), max_chars: int = 2000) -> Question:
    """The question in `raw`.

    Raises:
        QuestionError: it is empty, or longer than `max_chars`.
    """
    if not isinstance(raw, str):
        raise QuestionError(f"a question is a string, got {type(raw).__name__}")
    text = re.sub(r"\s+", " ", zh.visible(raw)).strip()
    if not text:
        raise QuestionError("the question is empty: type what you want to know")
    if len(text) > max_chars:
        raise QuestionError(
            f"the question has {len(text)} characters, the limit is {max_chars}: "
            "shorten it, or raise ASKWIKI_MAX_QUESTION_CHARS"
        )
    request = _request(text)
    previous = _previous(history)
    follows_up = request == "search" and bool(previous) and _leans_on_previous(text)
    query = f"{previous} {text}" if follows_up else text
    parts = (query,) if follows_up else split_parts(text)
    return Question(text, query, request, kind_of(text), parts, follows_up)


# --- requests that are no search -------------------------------------------------------------

_PUNCTUATION = re.compile(r"[\W_]+")
_GREETING = re.compile(
    r"(?:(?:你|您|大家)好[啊呀吗哇]?|(?:早上|上午|中午|下午|晚上)好|早安?|晚安|嗨+|哈[喽啰罗]|hi+|hello|hey|"
    r"在吗|在么|在不在|有人吗|有人在吗|喂+|打扰了?|打扰一下|请问(?:一下)?|客服你?好|亲)+"
)
_THANKS = re.compile(
    r"(?:非常|太|好的?|多)*(?:谢谢|感谢|多谢|thanks?|thankyou|thx|辛苦)(?:你|您|了|啦|哦|啊|you)*|"
    r"(?:再见|拜拜|bye|回见|好的?|嗯+|哦+|知道了|明白了?|收到|ok|没事了?|没有了)+[了啦哦]?"
)
_IDENTITY = re.compile(
    r"(?:请问)?(?:你|您)(?:到底)?(?:是谁|是什么|是机器人|叫什么|是人|是真人|能做什么|能干什么|能干嘛|会什么|会干嘛|"
    r"有什么用|有什么功能|可以做什么|可以问什么|可以干什么|可以干嘛|能帮我(?:做)?(?:什么|啥)|能回答(?:什么|哪些)(?:问题)?|能干啥|会啥)"
    r"(?:呢|啊|吗|的|呀|还是人|还是机器人)*|(?:介绍|说说)一?下?你自己|whoareyou|whatcanyoudo"
)
_PERSON = r"(?:人工|真人|活人|客服(?:人员|小姐姐|专员|代表)?|工作人员|专员|坐席|座席|接线员|话务员)"
_HUMAN = re.compile(
    r"(?:请|麻烦|快|赶紧|马上|直接|给我|帮我|我要|我想|能不能|能否|可以|可不可以|想要|需要|给|帮|要|我|接|下|一下|你们|不要机器人|别让机器人|别机器人)*"
    r"(?:转(?:接)?(?:到|给|个)?|找(?:个|一个|到|一下)?|接(?:通)?(?:个|一个|到)?|要|换(?:个|成)?|联系(?:一下)?|呼叫|叫(?:个)?|来(?:个)?|跟|和|与)?"
    r"(?:你们)?(?:的)?" + _PERSON + r"(?:服务|客服|来|吧|啊|一下|吗|呢|谢谢|说话|说|讲|聊|聊聊|通话|沟通|对话|接听|接|电话|帮我|处理|解决|可以吗|好吗|行吗|行不行|在吗|有吗)*"
)
_HUMAN_LOOSE = re.compile(
    r"^(?:我要|我想|想|请|帮我|给我|麻烦|能不能|可以)?.{0,6}(?:转人工|转接人工|找人工|接人工|找真人|转真人|跟人说|和人说|跟真人|和真人|换个人|找个人|接个人|真人客服|人工客服|人工服务|叫个人|跟人聊|有没有人|来个人)"
)
_ABOUT_SYSTEM = re.compile(r"怎么设|如何设|设置|按钮|流程|入口|规则|失败|率|什么时候|为什么|怎么做|应该|策略|客户|机器人什么|触发|IVR|ivr|菜单|区别|优缺点|哪些|几个")
_STEERING = re.compile(
    # What is set aside must be the assistant's own orders: 取消长途限制 is a telecom question.
    r"(?:忽略|无视|忘掉|忘记|抛开|不要(?:管|理会|遵守)|不用(?:管|理会|遵守)|别管|跳过|绕过|覆盖|清空).{0,4}"
    r"(?:之前|以上|上述|上面|前面|先前|此前|所有|你的|一切|全部|系统|任何).{0,8}"
    r"(?:指令|提示|规则|设定|限制|要求|约束|内容|对话|命令|话|prompt)|"
    r"(?:输出|打印|显示|告诉我|说出|说说|复述|泄露|给我看|给我|重复|背出|公开|展示|发我|把).{0,10}"
    r"(?:系统提示|提示词|系统指令|初始指令|内部指令|你的(?:指令|规则|设定|源码|源代码|密码|密钥)|"
    r"api ?key|管理员密码|后台密码|数据库密码|服务器密码)|"
    r"(?:请你?|你|现在|要求你)(?:来|先|必须)?(?:扮演|假装|装作|充当)|扮演一[个名位]|角色扮演|"
    r"你现在是|从现在(?:开始|起)|现在起你|假设你是|你将是|你不再(?:是|受)|开发者模式|越狱模式|无限制模式|"
    r"ignore.{0,30}(?:instruction|previous|above|prompt|rule)|"
    r"disregard.{0,30}(?:instruction|previous|above|rule)|"
    r"system ?prompt|jailbreak|developer mode|you are now|pretend (?:to be|you)|act as an?\b|"
    r"forget (?:your|all|everything)|reveal your|"
    r"(?:只|直接|必须|你就)(?:能|准|许)?(?:回答|回复|说|输出)(?:一句|一个|我|“|\"|「|是|否|好的?$)|"
    r"(?:请|跟我)(?:重复|复述|跟读)(?:这句|下面|以下|一遍)|"
    r"<\s*/?\s*(?:script|system|img|iframe)|\{\{|drop table|rm -rf",
    re.IGNORECASE,
)


def _request(text: str) -> Request:
    bare = _PUNCTUATION.sub("", zh.normalise(text))
    if _STEERING.search(text):
        return "steering"
    if _GREETING.fullmatch(bare):
        return "greeting"
    if _IDENTITY.fullmatch(bare):
        return "identity"
    if _THANKS.fullmatch(bare):
        return "thanks"
    if _wants_person(text, bare):
        return "human"
    return "noise" if _is_noise(bare) else "search"


def _wants_person(text: str, bare: str) -> bool:
    if len(bare) > 24 or _ABOUT_SYSTEM.search(text):
        return False
    if _HUMAN.fullmatch(bare) and bare not in ("客服", "坐席", "座席", "话务员", "接线员", "专员"):
        return True
    return bool(_HUMAN_LOOSE.search(bare))


def _is_noise(bare: str) -> bool:
    """Nothing to search for: no letters, one character over and over, digits alone."""
    if len(bare) < 2 or bare.isdigit() and not 3 <= len(bare) <= 5:
        return True
    most = Counter(bare).most_common(1)[0][1]
    return len(bare) >= 4 and most / len(bare) > 0.6


# --- kind --------------------------------------------------------------------------------------

_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("comparison", re.compile(r"区别|不同|差别|差异|差在哪|比起?来|对比|哪个好|哪种好|还是.{1,12}好|有啥两样|vs|优缺点")),
    (
        "procedure",
        re.compile(
            r"步骤|流程|怎么(?:办|办理|申请|设置|设|弄|开|配|装|操作|做|改|换|加|用|查|注销|退|转|录|接|关|取消|开通|绑|登录|处理|搞|调|迁|导|连)|"
            r"如何|怎样|咋(?:办|弄|设|搞|开|办理)|从哪下手|在哪(?:里|儿)?(?:设|改|点|看|查|办|开)|手续|教我"
        ),
    ),
    (
        "list",
        re.compile(r"哪些|哪几|有啥(?:要求|功能|好处|材料)|有什么(?:要求|功能|好处|用|优|缺|条件|区别|类型|种类)|包括什么|什么(?:材料|资料|证件|条件|要求)|几种|几类|几个方面|列(?:出|举|一下)|分为|种类|材料|清单|要求"),
    ),
    ("reason", re.compile(r"为什么|为何|为啥|原因|怎么回事|咋回事|凭什么|怎么会|咋会")),
    ("quantity", re.compile(r"多少|几[个天位条路次年月层秒分小种人部]|多久|多长|多大|多高|最多|最少|上限|时限|几点")),
    ("definition", re.compile(r"是什么|是啥|什么是|啥是|什么意思|啥意思|含义|定义|概念|指的?是|是干(?:嘛|什么|啥)的?|干嘛用|做什么用|什么东西|啥东西|介绍一下|了解一下")),
    ("yes_no", re.compile(r"吗[？?]?$|么[？?]?$|是不是|能不能|可不可以|要不要|会不会|有没有|行不行|能否|是否|可否|不$|不[？?]$")),
)


def kind_of(text: str) -> Kind:
    """What sort of answer `text` asks for; "fact" where nothing tells."""
    plain = zh.normalise(text)
    return next((kind for kind, pattern in _KINDS if pattern.search(plain)), "fact")


# --- parts -------------------------------------------------------------------------------------

_PART_END = re.compile(r"[？?；;。！!\n]+")
_JOINT = re.compile(r"[，,、\s]*(?:另外|还有(?=[^没人])|顺便问?一?下?|同时|以及|并且|再问一?下?|然后(?:呢)?|再者|此外)[，,：:\s]*")
_ASKS = re.compile(
    r"吗|呢|么|什么|啥|怎么|怎样|如何|咋|多少|多久|多长|几|哪|谁|为何|为啥|是否|能否|可否|能不能|要不要|可不可以|会不会|有没有|是不是|行不行|区别|流程|材料|步骤"
)


def split_parts(text: str) -> tuple[str, ...]:
    """The questions in `text`; a lead-in that asks nothing stays with the question after it.

    A part too short to stand alone borrows the first part's words, so that
    `400电话怎么办理？要多久？` gives the second part its subject.
    """
    pieces = [p.strip(" ，,、") for end in _PART_END.split(text) for p in _JOINT.split(end)]
    parts: list[str] = []
    lead = ""
    for piece in (p for p in pieces if p):
        if _ASKS.search(piece):
            parts.append(f"{lead}，{piece}" if lead else piece)
            lead = ""
        else:
            lead = f"{lead}，{piece}" if lead else piece
    if len(parts) < 2 or len(parts) > 4:
        return (text,)
    return (parts[0], *(_with_subject(part, parts[0]) for part in parts[1:]))


def _with_subject(part: str, first: str) -> str:
    return part if len(part) >= 12 else f"{subject_of(first)}{part}"


_QUESTION_WORDS = re.compile(
    r"(?:请问|想问一?下|问一下|我想知道|你好|您好|我们公司|我们|咱们|公司|一般|到底|大概|具体|现在|需要|应该|得|都)|"
    r"(?:怎么|怎样|如何|咋|是什么|什么是|是啥|多少|多久|多长|有哪些|哪些|为什么|为啥|能不能|可不可以|要不要|吗|呢|么|啊|呀|有什么|什么|啥).*$"
)


def subject_of(question: str) -> str:
    """The words of `question` before its question word: what it is about."""
    subject = _QUESTION_WORDS.sub("", question).strip(" ，,、？?")
    return subject[-20:]


# --- history -----------------------------------------------------------------------------------

_LEANS = re.compile(
    r"^(?:那|那么|那要|那如果|它|他们?|她|这个?|这种|那个|那种|该|其|上面|刚才|前面|第[一二三四五六七八九十\d]+[个种条步点]|然后|还有|再|继续|详细|具体|为什么呢?[？?]?$|怎么办[？?]?$|多少钱|要多久|多久|有哪些[？?]?$|哪些[？?]?$)|它|上述|这个呢|呢[？?]?$"
)


def _previous(history: Sequence[Turn | tuple[str, str]]) -> str:
    """The last question in `history` that asked something, without invisible characters."""
    for turn in reversed(history):
        asked = turn.question if isinstance(turn, Turn) else turn[0]
        asked = zh.visible(asked).strip()
        if asked and _request(asked) == "search":
            return asked[:200]
    return ""


def _leans_on_previous(text: str) -> bool:
    return len(text) <= 30 and bool(_LEANS.search(text))
