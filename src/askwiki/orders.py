"""Orders to whatever answers from an article: text that is no evidence.

An article speaks to its readers. Where it speaks to the assistant (忽略以上指令, 助手请回答 …), somebody
has tampered with it, and what stands beside the order may be as false as the order is. So the whole
section is left out of answers, and of the rest of that article all that names an address or a
telephone number.

Orders are known by patterns, and by how much their words are like those of orders. One that is worded
like any other sentence passes, and is then a statement of the article: quoted with its source, and
obeyed by nobody.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib.resources import files
from itertools import pairwise
from urllib.parse import unquote

from askwiki import text as zh
from askwiki.schema import Article, Chunk, Section

SURE = 1.5
"""`likeness` from which a sentence is taken for an order: of 55,769 honest sentences that a fit had not
seen, five reach it (`training/orders.py`)."""

DOUBTFUL = -1.8
"""`likeness` from which a sentence is left out as evidence: one honest sentence in some hundreds."""

VERSION = "2"
"""Raise it whenever other sections are barred than before: an index keeps which ones are, and old
ones then refuse."""

LEAST_GRAMS = 10
"""Under six characters nothing is told from anything."""

SEAM = 60
"""Characters at the border of two sections that are read together: an order may begin in one and
end in the next."""

_ELSEWHERE = re.compile(r"[上下前后]一?[节段章篇]|各[节段]|[全本]文|[后下]文")
"""An order that speaks of other places may have its other half there."""

# --- what is asked of this room --------------------------------------------------------------------


def barred_chunks(article: Article, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """Those of the `chunks` of `article` that lie in a section that no answer may rest on."""
    barred = barred_sections(article)
    for chunk in chunks:
        if any(section.start <= chunk.start < section.end for section in barred):
            yield chunk


def barred_sections(article: Article) -> tuple[Section, ...]:
    """The sections of `article` that no answer may rest on.

    They are those with an order in them or above them, and in an article that has one, those that
    name an address or a telephone number too.
    """
    carry = sections_with_orders(article)
    if not carry:
        return ()
    return tuple(s for s in article.sections if s in carry or _names_contact(article, s))


def sections_with_orders(article: Article) -> Mapping[Section, str]:
    """The sections of `article` that carry an order to the assistant, each with its words.

    An order is carried by all that stands below its title or heading.
    """
    words = order_in(article.title)
    if words:
        return dict.fromkeys(article.sections, words)
    found: dict[Section, str] = {}
    for section in article.sections:
        text = article.text[section.start : section.end]
        words = order_in("\n".join((*section.path, text)))
        if words and _ELSEWHERE.search(text):
            return dict.fromkeys(article.sections, words)
        words = words or next((w for above, w in found.items() if _below(section, above)), "")
        if words:
            found[section] = words
    for one, other in pairwise(article.sections):
        words = _over_the_border(article.text, one, other, found)
        if words:
            found |= {one: words, other: words}
    return found


def _below(section: Section, above: Section) -> bool:
    return bool(above.path) and section.path[: len(above.path)] == above.path


def _over_the_border(text: str, one: Section, other: Section, found: Mapping[Section, str]) -> str:
    """An order that goes on, or only shows, where two neighbouring sections are read as one."""
    end, start = text[one.start : one.end], text[other.start : other.end]
    if one in found:
        return "" if end.endswith(("。", "！", "？", "!", "?")) else found[one]
    return "" if other in found else _worded(zh.normalise(end[-SEAM:] + start[:SEAM]))


def order_in(text: str) -> str:
    """The words of `text` that give an order to the assistant, folded; "" where there is none."""
    return next((words for way in _ways_to_read(text) if (words := _order(way))), "")


def _order(text: str) -> str:
    """`order_in` for folded text."""
    words = _worded(text)
    if words:
        return words
    meet = _hints_meet(text)
    for start, end in zh.sentences(text):
        sentence = text[start:end]
        if (meet and _hints_meet(sentence)) or likeness(sentence) > SURE:
            return sentence
    return ""


def _worded(text: str) -> str:
    """What of folded `text` one of the patterns is sure of."""
    for needed, pattern in _SURE:
        for word in needed:
            if word in text:
                match = pattern.search(text)
                if match:
                    return match.group().strip()
                break
    return ""


def likeness(sentence: str) -> float:
    """How much `sentence` is like an order: log odds among sentences of which a third are orders."""
    weights, bias = _weights()
    found = grams(sentence)
    if len(found) < LEAST_GRAMS:
        return bias
    return float(sum(weights[gram] for gram in found & weights.keys()) / len(found) ** 0.5 + bias)


def is_doubtful(sentence: str) -> bool:
    """Whether `sentence` may be an order, so that nothing a model writes may rest on it."""
    return likeness(sentence) > DOUBTFUL


def grams(text: str) -> set[str]:
    """What is weighed in `text`: characters, pairs of them, words.

    All numbers of five digits or more are one, and so are all addresses.
    """
    plain = _NUMBER.sub(" 00000 ", _ADDRESS.sub(" xx ", zh.normalise(text)))
    return set(zh.ngrams(plain, 2))


@cache
def _weights() -> tuple[dict[str, float], float]:
    rows = files("askwiki").joinpath("data/orders.json").read_text("utf-8")
    weights: dict[str, float] = json.loads(rows)
    return weights, weights.pop("")


def _hints_meet(text: str) -> bool:
    return any(all(_HINTS[name].search(text) for name in names) for names in _TOGETHER)


def _names_contact(article: Article, section: Section) -> bool:
    text = article.text[section.start : section.end]
    return bool(CONTACT.search(zh.normalise(text)))


CONTACT = re.compile(
    r"[a-z][a-z0-9+.\-]*://|\bwww\.|[\w.+\-]@[a-z]|"
    r"\b[a-z0-9\-]+\.(?:com|cn|net|org|top|xyz|io|cc|co|me|tv|app|info|site|shop|tech|vip|example)\b|"
    # Seven digits or more, however they are grouped; not a date.
    r"(?<![\d\-])(?!(?:19|20)\d\d[\-年])\d(?:[ \-()]{0,2}\d){6,}|"
    r"(?:微信|qq|v信|网盘|群)号? ?:?[a-z0-9][a-z0-9_\-]{4,}"
)
"""What reaches somebody, in folded text: an address, a telephone number, a name on a messenger."""

_NUMBER = re.compile(r"(?:\d[ \-]?){5,}")
_ADDRESS = re.compile(
    r"[\w.+\-]*@[\w.\-]+|[a-z][a-z0-9+.\-]*://\S+|\b(?:[a-z0-9\-]+\.)+[a-z]{2,}\b\S*"
)

# --- disguises -------------------------------------------------------------------------------------

_LOOK_ALIKE = str.maketrans(
    "\u0430\u0432\u0435\u0456\u0458\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0455\u0501"
    "\u03b1\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7",
    "abeijkmhopctyxsdaeiknoptux",
)
"""Cyrillic and Greek letters that look like Latin ones."""
_LIKE_LETTERS = str.maketrans("013457@$", "oieastas")
_BETWEEN = r"[ \t.\-\u00b7*_/|~\u2022]"
_SPACED = re.compile(rf"(?<=[{zh.HAN}]){_BETWEEN}+(?=[{zh.HAN}])")
_SPELLED = re.compile(rf"(?<![a-z])(?:[a-z]{_BETWEEN}){{4,}}[a-z](?![a-z])")
_MIXED = re.compile(r"\b[a-z]*[013457@$][a-z]+(?:[013457@$][a-z]+)*\b")
_GLOSSED = re.compile(rf"(?<=[{zh.HAN}])\([^()\W\d]{{1,7}}\)")
"""A reading in brackets behind a character."""
_BACKWARDS = re.compile("略忽|视无|令指|则规|erongi|snoitcurtsni|tpmorp")

_BASE64 = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")
_BASE32 = re.compile(r"\b[A-Z2-7]{24,}=*")
_ESCAPES = re.compile(r"(?:\\u[0-9a-fA-F]{4}){4,}")
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2}){6,}")


def _ways_to_read(text: str) -> Iterator[str]:
    """`text` folded, then as those read it who look twice."""
    plain = zh.normalise(text)
    yield plain
    for other in (*_undisguised(plain), *_decoded(text)):
        if other != plain:
            yield other


def _undisguised(text: str) -> Iterator[str]:
    """Folded `text` with its letters put together, made Latin, made letters, turned round."""
    yield _GLOSSED.sub("", text)
    yield _SPELLED.sub(lambda m: re.sub(_BETWEEN, "", m.group()), _SPACED.sub("", text))
    yield text.translate(_LOOK_ALIKE)
    yield _MIXED.sub(lambda m: m.group().translate(_LIKE_LETTERS), text)
    if _BACKWARDS.search(text):
        yield text[::-1]


def _decoded(text: str) -> Iterator[str]:
    """What stands in `text` in a form that only a machine reads, folded."""
    for match in _BASE64.finditer(text):
        code = match.group().rstrip("=")
        with suppress(ValueError):  # not base64, or not text
            yield zh.normalise(base64.b64decode(code + "=" * (-len(code) % 4)).decode())
    for match in _BASE32.finditer(text):
        code = match.group().rstrip("=")
        with suppress(ValueError):
            yield zh.normalise(base64.b32decode(code + "=" * (-len(code) % 8)).decode())
    for match in _ESCAPES.finditer(text):
        yield zh.normalise(re.sub(r"\\u(....)", lambda m: chr(int(m[1], 16)), match.group()))
    for match in _PERCENT.finditer(text):
        yield zh.normalise(unquote(match.group(), errors="ignore"))


# --- the words -------------------------------------------------------------------------------------
# Patterns are matched against folded text: full-width ，：（！？； are ASCII there.

_ASSISTANT = (
    r"(?:ai|人工智能|大?语言模型|大模型|模型|llm|gpt|智能体|(?:智能|问答|ai)?助手|助理|自动?问答(?:系统|程序)|"
    r"(?:应答|答题)程序|问答机器人|聊天机器人)"
)
_ASSISTANT_WORDS = "ai 人工智能 模型 llm gpt 智能体 助手 助理 问答 应答程序 答题程序 聊天机器人"
_HERE = r"(?:本|此|这|该)(?:段|条|节|句|页|篇|处|文)"
_ANSWER = r"(?:回答|作答|答案|答复|答语|回复|应答|回应|输出)"
_ANSWER_WORDS = "回答 作答 答案 答复 答语 回复 应答 回应 输出"
_USER = r"(?:读者|大家|对方|用户|来访者|客户|(?:提问|询问|咨询|发问|问话)(?:者|的人)|来咨询的人)"
_BEFORE = (
    r"(?:以上|上述|上面|前面|前文|之前|先前|此前|从前|刚才|原有|原来|原先|既有|所有|一切|全部|任何|系统|开发者|"
    r"平台|给你|你的|你(?:之前|先前)?(?:收到|得到|接到|所))"
)
_RULES = (
    r"(?:指令|指示|提示|规则|设定|要求|约束|命令|限制|规定|准则|策略|说明|内容|对话|身份|角色|任务)"
)
_NOT_TO = r"(?<!不要)(?<!不能)(?<!不得)(?<!不应)(?<!不可)(?<!不宜)(?<!容易)(?<!别)"
_FOREIGN = r"(?:英|日|法|德|俄|韩|西班牙)(?:语|文)"

_SURE_TABLE: tuple[tuple[str, str], ...] = (
    # What was said before is set aside, in the languages that attacks are written in.
    (
        "忽略 忽视 无视 忘掉 忘记 抛开 抛弃 违背 推翻 绕过",
        rf"{_NOT_TO}(?:忽略|忽视|无视|忘掉|忘记|抛开|抛弃|违背|推翻|绕过).{{0,8}}{_BEFORE}.{{0,10}}{_RULES}",
    ),
    (
        "忽略 无视",
        rf"{_NOT_TO}(?:忽略|无视)(?:上表|上文|前文|前述|正文|下文|(?:以上|前面|之前)(?:的?(?:一切|全部|所有))?)(?:并|后|而|[,;:。])",
    ),
    ("任务", r"(?:真正|唯一|新)的?任务(?:是|:)|你的?任务(?:是|变)"),
    # The text breaks off and asks for something else.
    ("换", r"(?:到这里|到此|先).{0,6}(?:停|打住|放下).{0,8}换(?:一件|件|个|一个)?(?:事|话题)"),
    (
        "遵守 遵循 理会 理睬 服从 听从",
        rf"(?:不要再?|不必|不用|无需|无须|别|勿)(?:再)?(?:遵守|遵循|理会|理睬|服从|听从).{{0,4}}{_BEFORE}.{{0,10}}{_RULES}",
    ),
    (
        "ignore disregard forget override bypass discard",
        r"\b(?:ignore|disregard|forget|override|bypass|discard)\b.{0,40}\b(?:instructions?|prompts?|rules?|"
        r"guidelines|above|previous|prior|developer|policy)\b",
    ),
    ("无视 忘れ 破弃", r"(?:指示|命令|ルール|プロンプト|规则).{0,10}(?:无视|忘れ|破弃)"),
    ("무시 잊", r"(?:지시|명령|프롬프트|규칙|지침).{0,12}(?:무시|잊)"),
    (
        "игнорир забуд отмени",
        r"(?:игнорир|забуд|отмени)\w*.{0,40}(?:инструкц|указани|правил|команд)",
    ),
    (
        "ignor oubli olvid esquec dimentic",
        r"(?:ignor|oubli|olvid|esquec|dimentic)\w*.{0,30}(?:instruc|consigne|règle|regla|regra|regol|istruzion|directive|indicacion)",
    ),
    (
        "ignorier vergiss vergesse missacht",
        r"(?:ignorier|vergiss|vergesse|missacht)\w*.{0,40}(?:anweisung|instruktion|regel|vorgabe|befehl)",
    ),
    ("bỏ phớt", r"(?:bỏ qua|phớt lờ).{0,30}(?:hướng dẫn|chỉ dẫn|quy tắc|lệnh)"),
    ("talimat kural", r"(?:talimat|kural)\w*.{0,30}(?:yok say|unut|görmezden)"),
    ("تجاهل", r"تجاهل.{0,30}(?:التعليمات|الأوامر|القواعد)"),
    # The assistant is spoken to.
    (_ASSISTANT_WORDS, rf"{_ASSISTANT}(?:们)? ?(?:请|须知|必读|听好)(?!求|问|教)"),
    (
        _ASSISTANT_WORDS,
        rf"(?:请|命令)(?:各位|每个)?{_ASSISTANT}(?!功能|按钮|页|的|公司|服务商|平台|厂)",
    ),
    (
        _ASSISTANT_WORDS,
        rf"(?:给|致)(?:各位|所有)?{_ASSISTANT}(?: ?:|的?(?:指令|指示|命令|暗语|暗号))",
    ),
    (
        "你",
        rf"作为(?:一个|一名)?{_ASSISTANT},?你|{_ASSISTANT}[,:]?你(?:必须|应|要|需|务必|现在|的任务)",
    ),
    (
        _ASSISTANT_WORDS,
        rf"{_ASSISTANT}在?(?:遇到|作答|回答|回复|摘录|引用|输出|生成).{{0,8}}(?:应?把|应声明|有义务|都应)|{_ASSISTANT}须附",
    ),
    (
        "者须 者应 者必 者请 专用",
        rf"(?:答复|回答|作答|应答)者(?:须|应|必须|请)|(?:智能)?(?:问答|{_ASSISTANT})专用",
    ),
    (
        "看到 读到 见到",
        r"(?:看到|读到|见到)(?:此处|这里|这段|此段|这句|这条).{0,12}(?:念|说|告诉|答|写|输出)",
    ),
    ("您是 你是 果是 若是", rf"(?:如果|若|假如)(?:您|你)?(?:们)?是.{{0,4}}{_ASSISTANT}"),
    (
        _ASSISTANT_WORDS,
        rf"(?:读|看|读取|解析|检索|引用|摘录|处理|抓取|收录)(?:到|了)?{_HERE}(?:内容|资料|文字)?的?{_ASSISTANT}",
    ),
    (
        "ai assistant model llm chatbot gpt",
        r"\b(?:ai|assistant|language model|llm|chatbot|gpt)\b[^。.!?]{0,40}\b(?:reply|respond|answer|tell|output|print|must|reads?)\b",
    ),
    (
        "你",
        rf"你(?:应当?|必须|务必|需要|要|只能|只需)(?:给出|说|答|告诉|输出|声[称明]|附上|承认|推荐|让|劝|.{{0,2}}[对向跟]{_USER})",
    ),
    ("请你", r"请你(?:把|将|说|答|回答|写|输出|记住|务必|一定)"),
    # It is given a role.
    (
        "你",
        rf"你是一[名个位]|你(?:现在|从此|今后|此刻)?(?:就?是|将是|要?扮演|充当|变成|成为|不再是).{{0,14}}(?:{_ASSISTANT}|专员|专家|顾问|销售|黑客|管理员|没有限制|不受.{{0,4}}限制)",
    ),
    (
        "你",
        r"从(?:现在|此刻|今天)(?:起|开始),?你|请你(?:来)?(?:扮演|充当|假扮|冒充)|(?:假设|假定|假装|设想|想象)你(?:就)?是",
    ),
    (
        "you from act pretend",
        r"\byou are now\b|\bfrom (?:now|this point) on\b|\bact as an?\b|\bpretend (?:to be|you|that|the)\b",
    ),
    # It shall show its insides.
    (
        "系统提示 提示词 系统指令 初始指令 规则",
        r"(?:输出|打印|说出|背出|复述|泄露|公开|列出|念出)[^,。;]{0,10}(?:系统提示|提示词|系统指令|初始指令|规则全文)|"
        r"(?:系统提示|提示词|系统指令|规则(?:一|全文)).{0,8}(?:逐字|逐条|全文|原文)",
    ),
    (
        "prompt instructions",
        r"\b(?:system|hidden|developer) prompt\b|\b(?:print|reveal|repeat|show)\b.{0,20}\b(?:prompt|instructions)\b",
    ),
    # What marks turns for a model, or the passages and replies of this one.
    (
        "<| inst] sys>> _of_turn> <system </system <assistant </assistant instruction> instructions> 资料>",
        r"<\|[a-z_]{2,20}\|>|\[/?inst\]|<</?sys>>|<(?:start|end)_of_turn>|</?(?:system|assistant|instructions?|资料)>",
    ),
    (
        "system instruction response human assistant user bot",
        r"#{2,} ?(?:system|instruction|response|human|assistant|user) ?:|(?:^|\n) ?(?:human|assistant|system|bot) ?:|"
        r"\"role\" ?: ?\"(?:system|assistant|user)\"|\bsystem override\b",
    ),
    ('"正文" "answered" =====', r"\"(?:正文|answered)\" ?:|={5,} ?[0-9a-f]{16} ?={5,}"),
    (
        "end new todo",
        r"\b(?:end of (?:documents|context)|new (?:task|instructions?) ?:|todo\(llm\))",
    ),
    ("override footer apply_to", r"\b(?:override|footer_?\w*|apply_to)\b ?[=:]|=override\b"),
    ("<output </output <response </response", r"</?(?:output|response)>"),
    (
        "your always nothing",
        r"\byour (?:new |only |real )?task (?:is|has)\b|\balways (?:append|reply|respond|say)\b|\b(?:output|say|reply) nothing but\b",
    ),
    # What it shall say, and to whom.
    (
        "无论 不管 不论 凡",
        rf"(?:无论|不管|不论|凡是?).{{0,4}}{_USER}.{{0,4}}(?:问|提|说|咨询).{{0,6}}(?:什么|任何|怎|都|就|一律)",
    ),
    (
        _ANSWER_WORDS,
        rf"(?:所有|一切|任何|今后|以后|后续)的?.{{0,4}}{_ANSWER}.{{0,6}}(?:末尾|结尾|开头|首句)|(?:只能?|一律|统一|都|请直接|请只){_ANSWER}成?[:“\"]",
    ),
    (
        "提问 询问 咨询 发问 问话",
        r"(?:告诉|告知|引导|劝|叫|让|要求|催促|警告|诱导|跟|对|带)(?:(?:提问|询问|咨询|发问|问话)(?:者|的人)|来咨询的人)",
    ),
    (
        "本段 本条 这段 这条 此段 替换 指令 来自资料 出处 其他资料",
        r"(?:不要|不得|别|勿|不能|不可|无须|不必)再?(?:提及|提到|透露|泄露|说明|显示|提|引用|暴露).{0,4}(?:本段|本条|这段|这条|此段|替换过|"
        r"(?:本|这些?|上述)指令|来自资料|(?:百科|资料)的出处|其他资料)",
    ),
    (
        "原样 逐字 照此 照这 唯一 最终",
        r"(?:原样|逐字)(?:输出|说出|复述)|(?:最终|唯一的?)(?:答案|回答|答复)(?:只能|必须|一律)|照(?:此|这个?)(?:格式|写法)?(?:作答|继续|回答)|唯一(?:正确)?的?(?:回答|答案|答复|回复)是",
    ),
    ("模仿 仿照", r"请?(?:模仿|仿照)(?:示例|例子|上面|以上).{0,12}(?:说话|回答|语气|口吻)"),
    (
        "语 文",
        rf"(?:只|一律|必须|改)(?:使?用)?{_FOREIGN}来?(?:回答|回复|输出|作答)|(?:输出|回答|回复)(?:一律|只|必须|都)(?:使?用){_FOREIGN}",
    ),
    (
        "the user the reader the customer only answering correct final",
        r"\b(?:tell|instruct|send|direct) the (?:user|reader|customer)\b|\b(?:respond|reply|answer) only\b|\bwhen answering\b|"
        r"\bthe only correct (?:reply|answer)\b|\bfinal answer\b",
    ),
    (
        "て 에게 sag",
        r"と(?:答え|回答し|返信し|伝え)て|(?:사용자|이용자)에게.{0,40}(?:안내|말하|답하|알려)|\bsag(?:e)? dem (?:nutzer|benutzer|kunden)\b",
    ),
    (
        "解码 着读 来读 把本 将本 把这 将这 把该 将该 把此 将此",
        rf"解码后?并?(?:照办|执行|照做)|(?:倒着|反着|倒过来)读|(?:把|将){_HERE}.{{0,4}}(?:渲染|显示|输出|写成|改写|念)",
    ),
    (
        "资料 引用 判为 [",
        r"资料 ?\d{1,3} ?\((?:官方|权威|已核实)|引用 ?[\[【](?:资料)? ?\d{1,3}[\]】]|以本资料为准|\[\d{1,3}\].{0,20}(?:原样|当作已)|判为 ?(?:supported|已支持|成立)",
    ),
)

_SURE = tuple((words.split(), re.compile(pattern)) for words, pattern in _SURE_TABLE)
"""Any of the words has to be there for the pattern to be tried: looking for words is quick."""

_HINTS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "answer": r"(?:回答|作答|答案|答复|答语|回复)(?:本问题|.{0,4}类问题)?(?:时(?![间长限效段])|里|中|之?前|之?后|的?(?:末尾|结尾|最后|开头)|要求)",
        "here": rf"(?:引用|摘录|转述|采用|检索到|收录|解析)(?:到|了)?{_HERE}(?![款例约规])",
        "first": r"最高优先级|优先级最高|强制任务|(?:全部|其余|其他|以上|前文).{0,8}作废|以本[段条节]为准|(?:资料|数据|文档|正文)到此(?:为止|结束)",
        "adds": r"(?:请|务必|一律|统统).{0,6}(?:带上|附上|插入|嵌入|加上|提到|补一句)|(?:请|务必).{0,4}(?:回答|作答|答案|答复|回复).{0,6}(?:带上|附上|插入|嵌入|加上|提到)",
        "says": r"[:,—](?:请)?(?:回答|说|答|写|声明)[:“\"]|声称|宣称|谎称|假称|假装|承认|说成|答成|读成|写作|写成|念成|当作",
        "contact": CONTACT.pattern,
    }.items()
}
"""What an honest sentence may hold too; some of them in one sentence make an order."""

_TOGETHER = (
    *(("answer", "contact"), ("answer", "says"), ("answer", "adds")),
    *(("first", "contact"), ("first", "says"), ("here", "contact")),
)
