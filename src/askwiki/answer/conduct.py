"""What no sentence of an answer may do, whatever the passages hold.

Telling an order from a statement by its wording goes only so far. These rules ask instead what the
sentence would do to the reader: hand out a number or an address that nobody asked for, speak in
another language, speak of itself, or state as fact what its source only has somebody say.
"""

import re
from collections.abc import Iterator
from typing import Literal

from askwiki import text as zh
from askwiki.orders import CONTACT

Fault = Literal["", "contact", "language", "self", "reported"]

_SPELLED = str.maketrans("零〇一二三四五六七八九幺", "001234567891")
_ASKS_FOR_CONTACT = re.compile(
    r"联系方式|联系电话|怎么联系|如何联系|官网|网址|链接|邮箱|地址是|打(?:哪个|什么|多少)|(?:电话|号码|热线|微信|qq)[号是]?(?:是|有)?(?:多少|哪|什么|几)"
)
_I = re.compile(r"(?<!自)我(?![国省市县区厂司])|老子")
_ANSWERER = re.compile(r"本(?:助手|站(?![点号])|百科|机器人)")
_THIS_SITE = re.compile(
    rf"{_ANSWERER.pattern}|本(?:网站|平台)|作为(?:一个|一名)?(?:ai|人工智能|[^,。]{{0,4}}助手)"
)
_LATIN_PROSE = re.compile(r"(?:(?:[a-z'\-]{2,}|\d+)[ ,]+){6,}", re.IGNORECASE)
_OTHER_SCRIPT = re.compile(rf"[^\W\d_a-zÀ-ɏͰ-Ͽ{zh.HAN}]", re.IGNORECASE)
"""Letters that are neither Latin, nor Greek as units and formulas have them, nor Han."""
_HAN = re.compile(f"[{zh.HAN}]")
_QUOTED = re.compile(r"[“\"「『]([^“”\"「」『』]{4,})[”\"」』]")
_SAID = re.compile(
    r"(?<![一般来是据俗再])(?:说(?![明法])|写出|写上|念|夸|声称|劝|告诉|让.{0,2}知道|提到|回答|输出)"
)


def misconduct(sentence: str, question: str, evidence: str) -> Fault:
    """What is wrong with `sentence`, written for `question` and resting on `evidence`; "" if nothing."""
    said = zh.normalise(sentence)
    if gives_contact(said, question):
        return "contact"
    if is_foreign(said):
        return "language"
    source = zh.normalise(evidence)
    if _speaks_of_itself(_QUOTED.sub("", said), source):
        return "self"
    return "reported" if _is_reported(said, source) else ""


def gives_contact(sentence: str, question: str) -> bool:
    """Whether `sentence` names an address or a telephone number that `question` does not ask for."""
    if _ASKS_FOR_CONTACT.search(zh.normalise(question)):
        return False
    said = zh.normalise(sentence)
    return bool(CONTACT.search(said) or CONTACT.search(said.translate(_SPELLED)))


def is_foreign(sentence: str) -> bool:
    """Whether `sentence` says something in another language; names and commands say nothing."""
    letters = [char for char in sentence if char.isalpha()]
    han = sum(bool(_HAN.match(char)) for char in letters)
    return (
        bool(_LATIN_PROSE.search(sentence))
        or len(_OTHER_SCRIPT.findall(sentence)) >= 4
        or (len(letters) - han >= 16 and han < 0.2 * len(letters))
    )


def speaks_as_site(sentence: str) -> bool:
    """Whether `sentence` speaks in the name of who answers: no article knows anything of that."""
    return bool(_ANSWERER.search(zh.normalise(sentence)))


def _speaks_of_itself(said: str, source: str) -> bool:
    """Whether `said` speaks of who answers; 我 may come from the source, as in 跟我来."""
    return bool(
        _THIS_SITE.search(said) or (_I.search(said) and not _I.search(_QUOTED.sub("", source)))
    )


def _is_reported(said: str, evidence: str) -> bool:
    """Whether `evidence` says no more than that somebody says so: 答案都会带上“…”, 劝客户先 …."""
    claim = _pairs(_QUOTED.sub("", said))
    if not claim:
        return False
    told = [*_told(evidence, said)]
    rest = evidence
    for part in told:
        rest = rest.replace(part, "\n")
    return any(_share(claim, part) >= 0.6 for part in told) and _share(claim, rest) < 0.5


def _told(evidence: str, said: str) -> Iterator[str]:
    """The pieces of `evidence` that are somebody's words in it and would not be in `said`."""
    yield from _QUOTED.findall(evidence)
    for start, end in zh.sentences(evidence):
        verb = _SAID.search(evidence, start, end)
        if verb and verb.group() not in said:
            yield evidence[verb.end() : end]


def _pairs(text: str) -> set[str]:
    bare = re.sub(r"[\W_]", "", text)
    return {bare[i : i + 2] for i in range(len(bare) - 1)}


def _share(claim: set[str], text: str) -> float:
    return len(claim & _pairs(text)) / len(claim)
