"""No secret reaches a log line."""

import logging

import pytest

from services.files.log_masking import MaskingFormatter, mask

TOKEN = "4242424242:AAtown-of-tests-0123456789abcdefghij"


@pytest.mark.parametrize(
    "line",
    [
        f"POST https://api.telegram.org/bot{TOKEN}/getMe",
        f"token {TOKEN}",
        f"http://127.0.0.1:8081/bot{TOKEN}/sendMessage: reset",
        "proxy socks5://user:pa55word@proxy.example:1080",
        "postgresql://nastavnik:pa55word@db.example/nastavnik",
        "postgresql://nastavnik:sl/ash@pa55word@db.example/nastavnik",
        "http://user:pa55word/@#?:x@bots.example:8088 does not answer",
        "socks5://pa55word@proxy.example:1080",
    ],
)
def test_tokens_and_passwords_are_masked(line: str) -> None:
    masked = mask(line)
    assert TOKEN not in masked
    assert "pa55word" not in masked
    assert "***" in masked


@pytest.mark.parametrize(
    "line", ["meeting:42:reminder:1440:person:7", "Update 100000001 is parked", "12:30:00"]
)
def test_ids_and_times_stay(line: str) -> None:
    assert mask(line) == line


def fail() -> None:
    raise ConnectionError(f"/bot{TOKEN}/getUpdates")


def test_a_traceback_and_a_named_secret_are_masked() -> None:
    formatter = MaskingFormatter("%(message)s", secrets=("open sesame",))
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "open sesame %s", ("here",), None)
    try:
        fail()
    except ConnectionError as error:
        record.exc_info = (type(error), error, error.__traceback__)
    line = formatter.format(record)
    assert "ConnectionError" in line
    assert TOKEN not in line
    assert "open sesame" not in line
