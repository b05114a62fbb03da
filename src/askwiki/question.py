"""What a question asks for, before anything is searched.

Its kind (definition, procedure, list …), the questions in it, and whether it leans on the one before.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from askwiki import text as zh
from askwiki.courtesy import without_courtesies
from askwiki.errors import QuestionError
from askwiki.request import Request, request_of
from askwiki.schema import History, Turn

Kind = Literal[
    "definition", "procedure", "list", "reason", "comparison", "quantity", "yes_no", "fact"
]


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it will be searched.

    `text` is what the user typed, without invisible characters; `query` is searched for: the same
    without courtesies, and with the subject of the question before where it says next to nothing
    itself; `parts` are the questions in it, `past` those asked before it, oldest first.
    """

    text: str
    query: str
    request: Request
    kind: Kind
    parts: tuple[str, ...]
    follows_up: bool = False
    past: tuple[str, ...] = ()


def read_question(raw: str, history: History = (), max_chars: int = 2000) -> Question:
    """The question in `raw`.

    Raises:
        QuestionError: it is empty, or longer than `max_chars`, or `history` holds no exchanges.
    """
    if not isinstance(raw, str):
        raise QuestionError(f"a question is a string, got {type(raw).__name__}")
    if isinstance(history, str) or not isinstance(history, Sequence):
        raise QuestionError(
            f"a history is a list of past exchanges, got {type(history).__name__}: give none as ()"
        )
    text = re.sub(r"\s+", " ", zh.visible(raw)).strip()
    if not text:
        raise QuestionError("the question is empty: type what you want to know")
    if len(text) > max_chars:
        raise QuestionError(
            f"the question has {len(text)} characters, the limit is {max_chars}: "
            "shorten it, or raise ASKWIKI_MAX_QUESTION_CHARS"
        )
    asked = without_courtesies(text)
    request = request_of(text)
    if request not in ("search", "steering") and asked != text:
        request = request_of(asked)
    past = _past(history)
    follows_up = request in ("search", "noise") and bool(past) and _leans_on_previous(asked)
    if follows_up:
        bare = len(re.sub(r"\W", "", asked)) <= BARE
        query = f"{subject_of(past[-1]) or past[-1]} {asked}" if bare else asked
        return Question(text, query, "search", kind_of(text), (query,), follows_up, past)
    query = _POINTING.sub("", asked)
    return Question(text, query, request, kind_of(text), split_parts(query), past=past)


_POINTING = re.compile(r"^(?:这个|那个)(?=.{4})")
"""这个录音能存多久, with nothing before it that it could point at."""


def restated(question: Question, query: str) -> Question:
    """`question` as `query` words it, which stands alone."""
    return replace(question, query=query, kind=kind_of(query), parts=split_parts(query))


# --- kind --------------------------------------------------------------------------------------

_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "comparison",
        re.compile(
            r"区别|不同|差别|差异|差在哪|比起?来|对比|哪个好|哪种好|还是.{1,12}好|有啥两样|vs|优缺点"
        ),
    ),
    (
        "procedure",
        re.compile(
            r"步骤|流程|怎么(?:办|办理|申请|设置|设|弄|开|配|装|操作|做|改|换|加|用|查|注销|退|转|录|接|关|取消|开通|绑|登录|处理|搞|调|迁|导|连)|"
            r"如何|怎样|咋(?:办|弄|设|搞|开|办理)|从哪下手|在哪(?:里|儿)?(?:设|改|点|看|查|办|开)|手续|教我"
        ),
    ),
    (
        "list",
        re.compile(
            r"哪些|哪几|有啥(?:要求|功能|好处|材料)|有什么(?:要求|功能|好处|用|优|缺|条件|区别|类型|种类)|包括什么|什么(?:材料|资料|证件|条件|要求)|几种|几类|几个方面|列(?:出|举|一下)|分为|种类|材料|清单|要求"
        ),
    ),
    ("reason", re.compile(r"为什么|为何|为啥|原因|怎么回事|咋回事|凭什么|怎么会|咋会")),
    (
        "quantity",
        re.compile(
            r"多少|几[个天位条路次年月层秒分小种人部]|多久|多长|多大|多高|最多|最少|上限|时限|几点"
        ),
    ),
    (
        "definition",
        re.compile(
            r"是什么|是啥|什么是|啥是|什么意思|啥意思|含义|定义|概念|指的?是|是干(?:嘛|什么|啥)的?|干嘛用|做什么用|什么东西|啥东西|介绍一下|了解一下"
        ),
    ),
    (
        "yes_no",
        re.compile(
            r"吗[？?]?$|么[？?]?$|是不是|能不能|可不可以|要不要|会不会|有没有|行不行|能否|是否|可否|不$|不[？?]$"
        ),
    ),
)


def kind_of(text: str) -> Kind:
    """What sort of answer `text` asks for; "fact" where nothing tells."""
    plain = zh.normalise(text)
    return next((kind for kind, pattern in _KINDS if pattern.search(plain)), "fact")


# --- parts -------------------------------------------------------------------------------------

_PART_END = re.compile(r"[？?；;。！!\n]+")
_JOINT = re.compile(
    r"[，,、\s]*(?:另外|还有(?=[^没人])|顺便问?一?下?|(?<=[，,、\s])同时|以及|并且|再问一?下?|然后(?:呢)?|再者|此外)[，,：:\s]*"
)
_ASKS = re.compile(
    r"吗|呢|么|什么|啥|怎么|怎样|如何|咋|多少|多久|多长|几|哪|谁|为何|为啥|是否|能否|可否|能不能|要不要|可不可以|会不会|有没有|是不是|行不行|区别|流程|材料|步骤"
)


def split_parts(text: str) -> tuple[str, ...]:
    """The questions in `text`; a lead-in that asks nothing stays with the question after it.

    A part too short to stand alone borrows the first part's words, so that
    `400电话怎么办理？要多久？` gives the second part its subject. Where only a comma parts two
    questions, it may be one after all: the first part is the whole then, but for 什么是…，….
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
    if len(parts) < 2:
        return _parted_by_comma(text)
    if len(parts) > 4:
        return (text,)
    return (parts[0], *(_with_subject(part, parts[0]) for part in parts[1:]))


_COMMA = re.compile(r"[，,]")
_ASKS_CLEARLY = re.compile(
    r"吗|么|什么|啥|怎么|怎样|如何|咋|多少|多久|多长|哪[些个里]|几[个种天位]|为何|是否|能否|可否|"
    r"([\u4e00-\u9fff])[不没]\1|有没有|行不|得不"
)
LEAST_PART = 3
"""Characters of a part beside a comma."""


def _parted_by_comma(text: str) -> tuple[str, ...]:
    parts: list[str] = []
    lead = ""
    for piece in _COMMA.split(text.rstrip("？? ")):
        lead = f"{lead}，{piece.strip()}" if lead else piece.strip()
        if _ASKS_CLEARLY.search(piece):
            parts.append(lead)
            lead = ""
    if len(parts) != 2 or lead or min(map(len, parts)) < LEAST_PART:
        return (text,)
    first = parts[0] if kind_of(parts[0]) == "definition" else text
    return (first, _with_subject(parts[1], parts[0]))


_BROKEN_OFF = re.compile(
    r"(?<=\w\w)(?:可以|应该|(?<![需必主重首])要|(?<![功智性技只可])能|(?<![机开社工协])会)"
    r"(?:不[要能会])?[存留用办开装接打收付交扣花等删]?$"
)
"""录音能存 of 录音能存多久: what is left of a verb whose question word is gone. No verb but these may
follow, or 会议 and 要求 would go too."""


def _with_subject(part: str, first: str) -> str:
    return part if len(part) >= 12 else f"{_BROKEN_OFF.sub('', subject_of(first))}{part}"


_CLAUSE = re.compile(r"[^，,。；;！!？?\s]+[，,。；;！!？?\s]*")
LEAST_ALONE = 6
"""Characters of a question that may be read without the clauses around it."""

MOST_READINGS = 3
"""Readings of a text without some of its clauses that are worth a search."""


def without_context(text: str) -> tuple[str, ...]:
    """`text` without the clauses before and after its question, longest first.

    我们是做物流的，录音能存多久: what is told beside a question may matter or not, and only a search
    tells. What comes after the last clause that asks goes first, then one clause after the other
    from the front.
    """
    clauses = [(match.start(), match.end()) for match in _CLAUSE.finditer(text)]
    asking = [span for span in clauses if _ASKS_CLEARLY.search(text, *span)]
    asking = asking or [span for span in clauses if _ASKS.search(text, *span)]
    if not asking:
        return ()
    end = asking[-1][1]
    readings = [text[start:end].rstrip("，,。；;！! ") for start, _ in clauses if start < end]
    shorter = [
        reading
        for reading in readings
        if len(re.sub(r"\W", "", reading)) >= LEAST_ALONE and reading != text
    ]
    if len(shorter) > MOST_READINGS:
        shorter = [shorter[0], *shorter[1 - MOST_READINGS :]]
    return tuple(shorter)


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


BARE = 6
"""Characters up to which a question that leans on the last one says nothing by itself."""

REMEMBERED = 4
"""Past questions that can still say what the conversation is about."""


def _past(history: Sequence[Turn | tuple[str, str]]) -> tuple[str, ...]:
    """The last questions in `history` that asked something, without invisible characters."""
    asked = [zh.visible(_question_of(exchange)).strip() for exchange in history]
    wanted = [text[:200] for text in asked if text]
    # What leans on an earlier question looks like noise and is a question all the same.
    kept = [text for text in wanted if request_of(text) in ("search", "noise")]
    while kept and request_of(kept[0]) == "noise":
        kept.pop(0)
    return tuple(kept[-REMEMBERED:])


def _question_of(exchange: object) -> str:
    if isinstance(exchange, Turn):
        return exchange.question
    match exchange:
        case [str() as question, _]:
            return question
    raise QuestionError(
        f"the history holds {str(exchange)[:40]!r}: give each past exchange as a Turn or as "
        "(question, answer), oldest first"
    )


def _leans_on_previous(text: str) -> bool:
    return len(text) <= 30 and bool(_LEANS.search(text))
