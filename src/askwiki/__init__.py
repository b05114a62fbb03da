"""askwiki: answers from a wiki of Chinese articles, every sentence with its exact source."""

from typing import TYPE_CHECKING, Any

from askwiki.errors import AskWikiError
from askwiki.schema import Answer, Citation

if TYPE_CHECKING:
    from askwiki.api import ask
    from askwiki.pipeline import AskWiki
    from askwiki.settings import Settings

__version__ = "0.1.0"

__all__ = ["Answer", "AskWiki", "AskWikiError", "Citation", "Settings", "ask"]

_LAZY = {
    "AskWiki": "askwiki.pipeline",
    "Settings": "askwiki.settings",
    "ask": "askwiki.api",
}


def __getattr__(name: str) -> Any:
    """Load a public name on first use, so that `import askwiki` stays light."""
    if name not in _LAZY:
        raise AttributeError(f"module 'askwiki' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
