"""Every error askwiki raises on purpose, drawn as a tree.

    AskWikiError
    ├── SettingsError            a setting is wrong
    │   └── MissingExtraError    an optional package is not installed
    ├── CorpusError              the folder of articles cannot be used
    ├── IndexStoreError          the index on disk cannot be used
    │   ├── IndexMissingError    there is none
    │   ├── IndexDamagedError    a file is cut, changed or gone
    │   ├── IndexMismatchError   made by another version, encoder or corpus
    │   └── IndexBusyError       another process is building it
    ├── QuestionError            the question is empty or too long
    ├── QuestionSetError         a file of questions cannot be read
    ├── FeedbackError            a thumb cannot be written to its file
    ├── ModelError               the language model gave no answer; the articles' own words stand in
    └── UnknownArticleError      no article has this id

A message says what was wrong, with what, and what to do about it.
"""


class AskWikiError(Exception):
    """The root: catch this to catch everything askwiki raises on purpose."""


class SettingsError(AskWikiError):
    """A setting has a value that cannot be used."""


class MissingExtraError(SettingsError):
    """An optional package is not installed; the message names its install line."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package {package!r}, which is not installed: "
            f"run  pip install 'askwiki[{extra}]'"
        )
        self.package, self.extra = package, extra


class CorpusError(AskWikiError):
    """The corpus folder is missing, empty, or holds nothing that can be read."""


class IndexStoreError(AskWikiError):
    """The index on disk cannot be used."""


class IndexMissingError(IndexStoreError):
    """No index has been built in this folder."""


class IndexDamagedError(IndexStoreError):
    """A file of the index is cut short, changed or gone."""


class IndexMismatchError(IndexStoreError):
    """The index was made by another format, encoder, chunker or corpus."""


class IndexBusyError(IndexStoreError):
    """Another process is building the index."""


class QuestionError(AskWikiError):
    """The question is empty or longer than the limit."""


class QuestionSetError(AskWikiError):
    """A file of questions to judge cannot be read."""


class ModelError(AskWikiError):
    """The language model gave no answer; `kind` says in a word why.

    It never leaves `AskWiki`, which answers in the articles' own words then, and its message holds
    nothing that the model or its server sent: that may name a key.
    """

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(f"{kind} ({detail})" if detail else kind)
        self.kind = kind


class FeedbackError(AskWikiError):
    """A thumb could not be written to its file."""


class UnknownArticleError(AskWikiError, KeyError):
    """No article has this id."""

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would show it quoted
