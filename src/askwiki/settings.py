"""The only room that reads the environment.

A value comes from, first to last: arguments, `ASKWIKI_*` variables,
`askwiki.toml` in the working folder, the defaults below.
"""

import os
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from askwiki.errors import SettingsError

Share = Annotated[float, Field(ge=0.0, le=1.0)]

Fault = Literal[
    "refused",
    "unauthorised",
    "busy",
    "broken",
    "hang",
    "slow",
    "cut",
    "error",
    "flood",
    "babble",
]
"""Failures of a language model that can be played on a live system; see docs/language-models.md."""

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parent.parent


def _default_corpus() -> Path:
    """The articles beside the source in a checkout, those inside the package once installed."""
    inside = _PACKAGE / "_corpus"
    return inside if inside.is_dir() else _CHECKOUT / "corpus"


def _default_index() -> Path:
    """`index/` in a checkout, the user's cache folder once installed."""
    if not (_PACKAGE / "_corpus").is_dir():
        return _CHECKOUT / "index"
    cache_home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache_home) / "askwiki" / "index"


class Settings(BaseSettings):
    """All settings, each with its default."""

    model_config = SettingsConfigDict(
        env_prefix="ASKWIKI_", toml_file="askwiki.toml", extra="forbid", frozen=True
    )

    corpus: Path = Field(default_factory=_default_corpus, description="folder of articles")
    index: Path = Field(default_factory=_default_index, description="folder of the built index")
    encoder: str = Field(
        "default",
        description='"default", a folder that training/own.py wrote, or a sentence-transformers '
        "name or path",
    )
    top_k: int = Field(6, ge=1, le=100, description="passages the answerer reads")
    dense_weight: Share = Field(0.3, description="share of the dense arm in the fused score")
    min_confidence: Share = Field(0.2, description="answers below this are withheld")
    max_question_chars: int = Field(2000, ge=1, description="longer questions are refused")
    max_file_mb: float = Field(10.0, gt=0, description="larger corpus files are skipped")

    llm: str = Field("", description="language model that writes the answers, as PROVIDER:MODEL")
    llm_base_url: str = Field("", description="address of its server, where it is not the usual")
    llm_api_key: SecretStr = Field(SecretStr(""), description="key for its server")
    llm_deadline_s: float = Field(
        20.0, gt=0, le=3600, description="seconds a question may take in all"
    )
    llm_first_token_s: float = Field(
        8.0, gt=0, le=3600, description="seconds until it has to begin"
    )
    llm_max_tokens: int = Field(800, ge=1, description="tokens of an answer at most")
    llm_seed: int = Field(0, ge=0, description="seed, where the model takes one")
    llm_structured: Literal["auto", "on", "off"] = Field(
        "auto", description="whether it is held to JSON: where it is known to keep to it, or as set"
    )
    llm_concurrency: int = Field(4, ge=1, description="questions that `ask_many` asks it at a time")
    llm_cooldown_s: float = Field(
        30.0, gt=0, le=86400, description="seconds it is left alone after five failures in a row"
    )
    llm_fault: Fault | Literal[""] = Field(
        "", description="failure of the model that is played, to see what users would"
    )

    topics: tuple[str, ...] = Field(
        ("400电话", "企业总机", "企业挂机", "企业电话的要求", "呼叫中心"),
        description="topics that come first in the menu and the examples",
    )

    host: str = Field("127.0.0.1", description="address the page listens on")
    port: int = Field(7860, ge=0, le=65535, description="port the page listens on")
    language: Literal["zh", "en"] = Field("zh", description="language of the page and messages")
    concurrency: int = Field(4, ge=1, description="questions the page answers at a time")
    feedback: Path = Field(Path("feedback.jsonl"), description="file that thumbs are appended to")
    log_level: Literal["debug", "info", "warning", "error"] = "warning"

    contact_phone: str = Field("", description="phone number behind the 转人工 button")
    contact_url: str = Field("", description="link behind the 转人工 button")
    contact_hours: str = Field("", description="when a person can be reached")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments over environment over `askwiki.toml`."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @classmethod
    def load(cls, **values: object) -> "Settings":
        """The settings in force, `values` first.

        Raises:
            SettingsError: a value, a variable or the file cannot be used.
        """
        given = {name: value for name, value in values.items() if value is not None}
        try:
            return cls(**given)  # type: ignore[arg-type]
        except ValidationError as error:
            raise SettingsError(_explain(error)) from None
        except ValueError as error:  # the file is not TOML
            raise SettingsError(f"askwiki.toml cannot be read: {error}") from None


def _explain(error: ValidationError) -> str:
    """One line a wrong setting: its name, its value, what is allowed."""
    lines = []
    for item in error.errors():
        name = ".".join(str(part) for part in item["loc"])
        value = "…" if name.endswith("_key") else repr(item["input"])
        if item["type"] == "extra_forbidden":
            lines.append(f"setting {name!r} does not exist: see docs/settings.md for the list")
        else:
            lines.append(f"setting {name!r} (ASKWIKI_{name.upper()}) is {value}: {item['msg']}")
    return "; ".join(lines)


@cache
def default_settings() -> Settings:
    """The settings without arguments, read once a process."""
    return Settings.load()
