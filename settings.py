"""What the installation is told from outside: environment variables and `.env`, read once, frozen."""

import difflib
import os
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.access.errors import N_, DomainError

PREFIX = "NASTAVNIK_"
ENV_FILE = Path(".env")


def check_web_address(value: str) -> str:
    if not value.startswith(("http://", "https://")) or not value.partition("//")[2]:
        raise ValueError(value)
    return value.rstrip("/")


def check_database(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql://")):
        raise ValueError(value)
    return value


def check_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError) as error:  # an unknown zone is a KeyError
        raise ValueError(value) from error
    return value


def check_host(value: str) -> str:
    ip_address(value)
    return value


def check_proxy_host(value: str) -> str:
    return value if value == "*" else check_host(value)


def check_token(value: SecretStr) -> SecretStr:
    number, _, secret = value.get_secret_value().partition(":")
    if not number.isdecimal() or not secret or any(letter.isspace() for letter in secret):
        raise ValueError
    return value


def check_long(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < 32:  # noqa: PLR2004  # 32 characters: an HMAC-SHA256 key's length
        raise ValueError
    return value


def read_moment(value: str) -> datetime:
    """An ISO-8601 moment of this century; one without an offset is a local time. Raises ValueError."""
    moment = datetime.fromisoformat(value)
    if not 2000 <= moment.year < 2100:  # noqa: PLR2004  # what every calendar and file format here can hold
        raise ValueError(value)
    return moment


WebAddress = Annotated[str, AfterValidator(check_web_address)]
Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """Every setting, in the words of .env.example; a test holds the two together."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",  # unknown NASTAVNIK_ names are refused by read_settings, which knows the likely one
        hide_input_in_errors=True,
    )

    bot_token: Annotated[SecretStr, AfterValidator(check_token)] | None = None
    telegram_api: WebAddress | None = None
    telegram_proxy: str | None = None
    database_url: Annotated[str, AfterValidator(check_database)] | None = None
    data_dir: Path = Path("data")
    panel_host: str = "127.0.0.1"
    panel_port: Port = 8080
    panel_url: WebAddress | None = None
    trusted_proxy: Annotated[str, AfterValidator(check_proxy_host)] = "127.0.0.1"
    secret_key: Annotated[SecretStr, AfterValidator(check_long)] | None = None
    sandbox_port: Port = 8081
    sandbox_start: Annotated[datetime, BeforeValidator(read_moment)] | None = None
    clock: str = "system"
    updates: Literal["polling", "webhook"] = "polling"
    webhook_url: WebAddress | None = None
    webhook_secret: SecretStr | None = None
    webhook_host: Annotated[str, AfterValidator(check_host)] = "127.0.0.1"
    webhook_port: Port = 8443
    health_port: Port | None = None
    timezone: Annotated[str, AfterValidator(check_zone)] = "Europe/Moscow"
    locale: Literal["ru", "en"] = "ru"

    @field_validator("clock")
    @classmethod
    def _check_clock(cls, value: str) -> str:
        return value if value == "system" else check_web_address(value)

    @field_validator("webhook_secret")
    @classmethod
    def _check_webhook_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            secret = value.get_secret_value()
            is_known = all(letter.isascii() and (letter.isalnum() or letter in "_-") for letter in secret)
            if not is_known or not 16 <= len(secret) <= 256:  # noqa: PLR2004  # Telegram's limit; ours from below
                raise ValueError
        return value


EXPECTED = {
    "bot_token": N_("a token as BotFather gives it, like 123456:AA..."),
    "telegram_api": N_("an address that begins with http:// or https://"),
    "database_url": N_("sqlite:///path or postgresql://user@host/name"),
    "panel_port": N_("a number from 1 to 65535"),
    "panel_url": N_("an address that begins with http:// or https://"),
    "trusted_proxy": N_("an address like 127.0.0.1, or *"),
    "secret_key": N_("a secret of at least 32 characters"),
    "sandbox_port": N_("a number from 1 to 65535"),
    "sandbox_start": N_("a moment like 2026-11-23T12:00"),
    "clock": N_("the word system or the sandbox's address"),
    "updates": N_("polling or webhook"),
    "webhook_url": N_("an address that begins with http:// or https://"),
    "webhook_secret": N_("16 to 256 letters, digits, _ or -"),
    "webhook_host": N_("an address like 127.0.0.1"),
    "webhook_port": N_("a number from 1 to 65535"),
    "health_port": N_("a number from 1 to 65535"),
    "timezone": N_("a time zone's name, like Europe/Moscow"),
    "locale": N_("ru or en"),
}
"""What a setting must be, in words; values are never repeated, a secret may stand in the wrong one."""


class BadSetting(DomainError):
    """`spoken` names the facts that are msgids themselves."""

    text = N_("{name} is not right: it must be {expected}.")
    spoken = frozenset({"expected"})


class UnknownSetting(DomainError):
    text = N_("{name} is no setting of Nastavnik; did you mean {likely}?")


def names() -> list[str]:
    """Every setting's name as the environment bears it."""
    return [PREFIX + field.upper() for field in Settings.model_fields]


def read_settings() -> Settings:
    """Settings of the environment and `.env`. Raises BadSetting, UnknownSetting; never echoes a value."""
    given = {name for name in (*os.environ, *dotenv_values(ENV_FILE)) if name.upper().startswith(PREFIX)}
    for name in sorted(given):
        if name.upper() not in names():
            likely = difflib.get_close_matches(name.upper(), names(), n=1, cutoff=0.0)[0]
            raise UnknownSetting(name=name, likely=likely)
    try:
        return Settings()
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        name = field.upper().removeprefix(PREFIX)
        raise BadSetting(name=PREFIX + name, expected=EXPECTED.get(name.lower(), "")) from None
