"""Log lines without secrets: every process formats its log through this."""

import logging
import re

MASK = "***"
# a bot's token (also inside a Bot API address) and the password of a database or proxy address
_SECRETS = (
    re.compile(r"(?<=/bot)[^/\s]+(?=/)"),
    re.compile(r"\b\d{5,}:[A-Za-z0-9_-]{20,}"),
    # up to the last @: a password may hold / and @ although an address should have them percent-encoded
    re.compile(r"(?<=://)\S+(?=@)"),
)


class MaskingFormatter(logging.Formatter):
    """Takes tokens and passwords out of the finished line, its traceback included."""

    def __init__(
        self, fmt: str | None = None, datefmt: str | None = None, *, secrets: tuple[str, ...] = ()
    ) -> None:
        super().__init__(fmt, datefmt)
        self._secrets = tuple(secret for secret in secrets if secret)

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record), self._secrets)


def mask(line: str, secrets: tuple[str, ...] = ()) -> str:
    """The line without what looks like a secret, and without these very ones."""
    for secret in secrets:
        line = line.replace(secret, MASK)
    for pattern in _SECRETS:
        line = pattern.sub(MASK, line)
    return line
