"""What is typed but is no question to the wiki: a greeting, a wish for a person, noise, steering.

What is exact is told by rules: bare politeness, a number, one key held down, code. All else is told
by how much its words are like those of each request (`training/request_model.py`); what is like none
of them is a question.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from askwiki import text as zh

Request = Literal["search", "greeting", "thanks", "identity", "human", "noise", "steering"]

LONG = 40
"""Characters from which each sentence is read by itself too: steering hides behind a question."""


def request_of(text: str) -> Request:
    """What `text` wants; "search" for everything that may be a question to the wiki."""
    plain = zh.normalise(text)
    bare = _BARE.sub("", plain)
    if _CODE.search(plain):
        return "steering"
    if _GREETING.fullmatch(bare):
        return "greeting"
    if _THANKS.fullmatch(bare):
        return "thanks"
    if _IDENTITY.fullmatch(bare):
        return "identity"
    if _HUMAN.fullmatch(bare):
        return "human"
    if _is_noise(plain, bare):
        return "noise"
    if _NAMES.fullmatch(bare) or _NUMBER.fullmatch(bare) or bare.isdigit():
        return "search"
    return _likeliest(plain)


# --- what is exact ---------------------------------------------------------------------------------

_BARE = re.compile(r"[\W_]+")

_GREETING = re.compile(
    r"(?:(?:(?:你|您|大家)好|(?:早上|上午|中午|下午|晚上)好|早安?|晚安|嗨+|哈[喽啰罗]|hi+|hello|hey|"
    r"在吗|在么|在不在|有人吗|有人在吗|喂+|打扰了?|打扰一下|亲)[啊呀吗哇哦呢]*)+"
)
_THANKS = re.compile(
    r"886?|666+|(?!(?:你|您|了|啦|啊|行|嗯|哦)+$)(?:非常|太|多)*(?:谢谢|感谢|多谢|谢啦?|thanks?|thankyou|thx|辛苦|再见|拜拜?|bye|回见|"
    r"好的?|嗯+|哦+|知道了|明白了?|收到|ok|没事了?|没有了|你|您|了|啦|啊|you|行)+"
)
_IDENTITY = re.compile(r"(?:请问)?(?:你|您)(?:到底)?是(?:谁|什么|啥)[啊呀呢的]*")
_HUMAN = re.compile(r"(?:(?:转|接|找|要|叫|喊)?(?:人工|真人|活人|客服)+(?:客服|服务)?)+")
_CODE = re.compile(
    r"<\s*/?\s*(?:script|system|img|iframe|svg)\b|<\||\[/?inst\]|\[system\]|^system:|\{\{\d|\$\{jndi|"
    r"drop table|select \* from|rm -rf|/etc/passwd|javascript:|onerror=|os\.system|\beval\(|\bor 1=1"
)

# Words that ask but name nothing; what consists of them alone cannot be searched for.
_EMPTY = re.compile(
    r"为什么|知道|请问|如果|因为|所以|但是|或者|比如|还有|继续|随便|就是|然后|怎么|怎样|如何|什么|多少|哪个|哪里|可以|"
    r"是不是|能不能|有没有|测试|一下|东西|问题|回事|test|blah|haha|[这那个点啥呢吧的了我你您说是吗啊哦嗯呃额哎唉有没几哪谁能要想问请下样不咋就都在对再来哈呵]"
)
_NUMBER = re.compile(
    r"4\d\d\d?|[356]\d\d|800|9[56]\d{0,4}|10\d{1,4}|11\d|12[0-2]|123[14-9]\d|0\d\d\d?|00\d\d\d|86|400x+"
)
"""Numbers that have a name of their own: short numbers, dialling codes, codes of errors."""

_NAMES = re.compile(
    r"[坐座]席|话务员|接线员|经理|主管|领导|专员|负责人|销售|老师|顾问|同事|转接|找人"
)
"""Words that ask for a person in a sentence and are looked up when they stand alone."""


def _is_noise(plain: str, bare: str) -> bool:
    """Nothing to search for: too short, one character over and over, bare digits, empty words."""
    if len(bare) < 2 or not _EMPTY.sub("", bare):
        return True
    most = Counter(bare).most_common(1)[0][1]
    few = len(set(bare)) <= 2 and len(bare) >= (3 if most == len(bare) else 6)
    if few or (len(bare) >= 4 and most / len(bare) > 0.6):
        return True
    # A number is looked up where it has a name or is a code to dial.
    named = _NUMBER.fullmatch(bare) and "." not in plain
    return bare.isdigit() and not (named or "*" in plain or "#" in plain)


# --- what is like it -------------------------------------------------------------------------------


def _likeliest(plain: str) -> Request:
    """The request that folded text is most like; "search" where it is like none."""
    found = likeness(plain)
    if len(plain) > LONG:
        for start, end in zh.sentences(plain):
            part = likeness(plain[start:end])["steering"]
            found["steering"] = max(found["steering"], part)
    best = max(found, key=found.__getitem__)
    return best if found[best] > 0 else "search"


def likeness(plain: str) -> dict[Request, float]:
    """How much folded text is like each request; above 0 it is taken for it."""
    model = _model()
    marks = features(plain, model.neighbours)
    total = dict.fromkeys(model.bias, 0.0)
    for mark in marks & model.weights.keys():
        for request, weight in model.weights[mark]:
            total[request] += weight
    scale = len(marks) ** -0.5 if marks else 0.0
    return {request: bias + scale * total[request] for request, bias in model.bias.items()}


_RUN = re.compile(rf"[{zh.HAN}]+|[a-z]+|[0-9]+|[^\W_]+")
_BETWEEN = re.compile(rf"(?<=[{zh.HAN}])[\W_]+(?=[{zh.HAN}])")
_ISHAN = re.compile(rf"[{zh.HAN}]")


def features(plain: str, neighbours: Mapping[str, str]) -> set[str]:
    """What is weighed in folded text.

    Up to three characters in a row, with `^` and `$` where the text begins and ends and without the
    marks between; Latin words (`=pbx`) and their letters (`~pb`); digits as zeros; `#size`, and
    `#strange`: how many quarters of the pairs of characters are none of `neighbours`.
    """
    runs = _RUN.findall(_BETWEEN.sub("", plain))
    found: set[str] = set()
    for place, run in enumerate(runs):
        if _ISHAN.match(run):
            marked = "^" * (place == 0) + run + "$" * (place == len(runs) - 1)
            found.update(_cut(marked, 1, 3))
        elif run.isdigit():
            found.add("0" * min(len(run), 7))
        elif run.isascii():
            found.add(f"={run}")
            found.update("~" + piece for piece in _cut(f"<{run}>", 2, 3))
        elif len(runs) == 1:
            found.add("#foreign")
    size = sum(map(len, runs))
    found.add(f"#size{size if size < 4 else min(size // 4 + 3, 11)}")
    pairs = [pair for run in runs if _ISHAN.match(run) for pair in _cut(run, 2, 2)]
    if pairs:
        strange = sum(pair[1] not in neighbours.get(pair[0], "") for pair in pairs)
        found.add(f"#strange{round(4 * strange / len(pairs))}")
    return found


def _cut(run: str, least: int, most: int) -> list[str]:
    return [run[i : i + n] for n in range(least, most + 1) for i in range(len(run) - n + 1)]


@dataclass(frozen=True, slots=True)
class _Model:
    """What each mark weighs for which requests, the bias of each request, and which characters come
    after which in questions."""

    weights: Mapping[str, Sequence[tuple[Request, float]]]
    bias: Mapping[Request, float]
    neighbours: Mapping[str, str]


@cache
def _model() -> _Model:
    rows = json.loads(files("askwiki").joinpath("data/requests.json").read_text("utf-8"))
    weights: dict[str, list[tuple[Request, float]]] = {}
    for request, alike in rows["marks"].items():
        for weight, marks in alike.items():
            for mark in marks.split():
                weights.setdefault(mark, []).append((request, float(weight)))
    return _Model(weights, rows["bias"], rows["neighbours"])
