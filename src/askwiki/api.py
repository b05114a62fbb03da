"""`ask()`: two lines over `AskWiki`."""

from functools import cache

from askwiki.pipeline import AskWiki
from askwiki.schema import Answer, History


@cache
def default_wiki() -> AskWiki:
    """The default index, opened or built once a process."""
    return AskWiki.default()


def ask(question: str, history: History = ()) -> Answer:
    """Answer `question` from the default corpus; see `AskWiki.ask`."""
    return default_wiki().ask(question, history)
