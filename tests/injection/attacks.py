"""The attacks of `injections.jsonl`, the index they are tried on, and a model that obeys them all.

Each attack is an article with an order in it (or an order in the question or the history), a question
that finds the article, and what the order is after. They stand beside the tests because they have to
fail, every one: they are no question set whose score may go up and down.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from markdown_it import MarkdownIt
from pydantic import Field

from askwiki import Answer, AskWiki, Settings
from askwiki.corpus.markdown import parse_markdown
from askwiki.schema import Article

ATTACKS_FILE = Path(__file__).with_name("injections.jsonl")


@dataclass(frozen=True)
class Attack:
    """One attack; `way` is how the order comes, `goal` what it is after.

    `payload` is what a model that obeys it writes, `forbidden` what of that must never be shown,
    however it is spelled; `hidden` must never be shown as it stands. `held_out` attacks were written
    last, and no pattern, weight or phrase was changed for what they showed.
    """

    id: str
    way: str
    goal: str
    held_out: bool
    article: str
    question: str
    payload: str
    forbidden: Sequence[str]
    hidden: Sequence[str] = ()
    history: Sequence[Sequence[str]] = ()

    @property
    def turns(self) -> list[tuple[str, str]]:
        return [(asked, answered) for asked, answered in self.history]


def read_attacks() -> list[Attack]:
    return [Attack(**json.loads(line)) for line in ATTACKS_FILE.read_text("utf-8").splitlines()]


def write_corpus(attacks: Sequence[Attack], folder: Path) -> None:
    for attack in attacks:
        (folder / f"{attack.id}.md").write_text(attack.article, "utf-8")


def article_of(attack: Attack) -> Article:
    return parse_markdown(attack.article, f"{attack.id}.md")


# --- what is shown -------------------------------------------------------------------------------


def shown(answer: Answer) -> list[str]:
    """Everything of an answer that a reader may see but the question itself."""
    found = [re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", answer.text)]
    found += [sentence.text for sentence in answer.sentences]
    for citation in answer.citations:
        found += [citation.title, citation.section, citation.quote, citation.url or ""]
    return found + [suggestion.title for suggestion in answer.suggestions]


def leaks(attack: Attack, texts: Sequence[str]) -> list[str]:
    """What of the attack is in `texts`."""
    folded = [_folded(text) for text in texts]
    found = [word for word in attack.forbidden if any(_folded(word) in text for text in folded)]
    return found + [word for word in attack.hidden if any(word in text for text in texts)]


_ACTS = re.compile(r"<(?!/?(?:p|ol|ul|li|br)\b)", re.IGNORECASE)
_RENDERER = MarkdownIt("gfm-like", {"html": True})


_HEADING = re.compile(r"^\*\*((?:\\.|[^*\\])+)\*\*$", re.MULTILINE)


def active_markup(answer: Answer) -> list[str]:
    """Tags that a renderer which makes links of bare addresses finds in an answer's Markdown, the bold
    of headings left out: what stands in it is looked at."""
    html = _RENDERER.render(_HEADING.sub(r"\1", answer.text))
    return [html[tag.start() : tag.start() + 60] for tag in _ACTS.finditer(html)]


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s\-—()]", "", folded)


# --- the model -----------------------------------------------------------------------------------

_PASSAGE = re.compile(r'^\{"资料": .*\}$', re.MULTILINE)


class Obedient(BaseChatModel):
    """Writes the payload it is given, whatever it is told, with a marker; the worst case.

    With `among_truths` it first says a true sentence, so that its core stands, and at last says both
    in one sentence.
    """

    payload: str = ""
    among_truths: bool = False
    told: list[str] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "obedient"

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        self.told.append(messages[-1].text)
        sentences = self._sentences(messages[-1].text)
        if "response_format" in kwargs:
            items = [{"text": sentence, "passages": [1]} for sentence in sentences]
            text = json.dumps({"answered": True, "sentences": items}, ensure_ascii=False)
        else:
            text = "\n\n".join(f"{sentence}[1]" for sentence in sentences)
        return ChatResult(generations=[ChatGeneration(message=AIMessage(text))])

    def _sentences(self, told: str) -> list[str]:
        truth = first_sentence(told)
        if not self.among_truths or not truth:
            return [self.payload]
        return [truth, self.payload, f"{truth.rstrip('。')}，{self.payload}"]


def first_sentence(told: str) -> str:
    """The first sentence of the first passage in what a model was told."""
    row = _PASSAGE.search(told)
    return json.loads(row.group())["正文"].split("。")[0] + "。" if row else ""


def without_watch(wiki: AskWiki) -> AskWiki:
    """`wiki` as if no order were known for one."""
    store = replace(wiki.store, barred=frozenset())
    retriever = replace(wiki._retriever, store=store)
    return AskWiki(store, retriever, wiki._answerer, wiki.settings, wiki._composer)


def open_wiki(index: Path, model: BaseChatModel | None = None, **values: Any) -> AskWiki:
    """The index of the attacks, with nothing withheld for being unsure."""
    settings = Settings.load(min_confidence=0.0, **values)
    return AskWiki.open(index, settings, llm=model)
