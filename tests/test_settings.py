"""Where a setting comes from, and what is said about a wrong one."""

from pathlib import Path

import pytest

from askwiki.errors import SettingsError
from askwiki.settings import Settings


def test_arguments_over_environment_over_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "askwiki.toml").write_text('top_k = 3\nport = 1111\nhost = "0.0.0.0"\n', "utf-8")
    monkeypatch.setenv("ASKWIKI_PORT", "2222")
    monkeypatch.setenv("ASKWIKI_HOST", "127.0.0.2")
    settings = Settings.load(host="127.0.0.3")
    assert (settings.top_k, settings.port, settings.host) == (3, 2222, "127.0.0.3")


def test_none_means_not_given() -> None:
    assert Settings.load(port=None).port == 7860


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("ASKWIKI_PORT", "http", r"'port' \(ASKWIKI_PORT\) is 'http'"),
        ("ASKWIKI_TOP_K", "0", r"'top_k' \(ASKWIKI_TOP_K\) is '0'.*greater than or equal to 1"),
        ("ASKWIKI_LANGUAGE", "fr", "'zh' or 'en'"),
    ],
)
def test_a_wrong_value_is_named(
    name: str, value: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=message):
        Settings.load()


def test_a_key_is_shown_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKWIKI_LLM_API_KEY", "sk-secret")
    settings = Settings.load()
    assert settings.llm_api_key.get_secret_value() == "sk-secret"
    assert "sk-secret" not in f"{settings!r}{settings}{settings.model_dump()}"
    monkeypatch.delenv("ASKWIKI_LLM_API_KEY")
    (tmp_path / "askwiki.toml").write_text("llm_api_key = 5150\n", "utf-8")
    with pytest.raises(SettingsError, match="'llm_api_key'") as raised:
        Settings.load()
    assert "5150" not in str(raised.value)


def test_an_unknown_key_in_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "askwiki.toml").write_text("prot = 1\n", "utf-8")
    with pytest.raises(SettingsError, match="setting 'prot' does not exist"):
        Settings.load()


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "askwiki.toml").write_text("port = = 1\n", "utf-8")
    with pytest.raises(SettingsError, match=r"askwiki\.toml cannot be read"):
        Settings.load()


def test_the_defaults_point_into_the_checkout() -> None:
    settings = Settings.load()
    root = Path(__file__).parent.parent
    assert (settings.corpus, settings.index) == (root / "corpus", root / "index")
    assert settings.host == "127.0.0.1"
