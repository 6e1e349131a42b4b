"""`.env.example` is the reference of settings; it and Settings say the same (docs/design.md#contracts)."""

from pathlib import Path

import pytest
from dotenv import dotenv_values

import settings
from settings import BadSetting, Settings, UnknownSetting, read_settings
from tests.guards.tree import ROOT


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """No settings from outside."""
    for name in settings.names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def test_every_setting_is_documented_and_nothing_else() -> None:
    assert list(dotenv_values(ROOT / ".env.example")) == settings.names()


def test_the_documented_values_are_the_defaults() -> None:
    for name, said in dotenv_values(ROOT / ".env.example").items():
        default = Settings.model_fields[name.removeprefix(settings.PREFIX).lower()].default
        assert said == ("" if default is None else str(default)), name


def test_the_example_read_as_it_is_means_the_defaults(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    plain = read_settings()
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text(encoding="utf-8"), encoding="utf-8")
    assert read_settings() == plain


def test_every_setting_that_can_be_wrong_says_what_it_must_be(bare: pytest.MonkeyPatch) -> None:
    free = {"telegram_proxy", "data_dir", "panel_host"}
    assert set(settings.EXPECTED) == set(Settings.model_fields) - free
    for field in settings.EXPECTED:
        name = settings.PREFIX + field.upper()
        with bare.context() as changed:
            changed.setenv(name, "?")
            with pytest.raises(BadSetting) as refused:
                read_settings()
        assert refused.value.facts["name"] == name
        assert "?" not in str(refused.value.facts["expected"])


def test_a_misspelt_setting_is_refused_and_the_likely_one_named(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("NASTAVNIK_BOT_TOKN", "123456:secret")
    with pytest.raises(UnknownSetting) as refused:
        read_settings()
    assert refused.value.facts == {"name": "NASTAVNIK_BOT_TOKN", "likely": "NASTAVNIK_BOT_TOKEN"}


def test_secrets_have_no_default_and_are_never_printed(bare: pytest.MonkeyPatch) -> None:
    assert read_settings().bot_token is None
    bare.setenv("NASTAVNIK_BOT_TOKEN", "123456:AAsecret")
    bare.setenv("NASTAVNIK_SECRET_KEY", "s" * 32)
    said = repr(read_settings())
    assert "AAsecret" not in said
    assert "ssss" not in said
