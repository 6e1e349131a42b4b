"""The command line speaks the language of its setting, else English to an English terminal, else Russian."""

from pathlib import Path

import pytest

from tests.life.processes import call


@pytest.mark.parametrize(
    ("terminal", "is_english"),
    [
        ({"LC_ALL": "en_GB.UTF-8"}, True),
        ({"LC_ALL": "", "LANG": "en_US.UTF-8"}, True),
        ({"LC_ALL": "", "LC_MESSAGES": "en", "LANG": "ru_RU.UTF-8"}, True),
        ({"LC_ALL": "ru_RU.UTF-8", "LANG": "en_US.UTF-8"}, False),
        ({"LC_ALL": "C.UTF-8", "LANG": "en_US.UTF-8"}, False),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": ""}, False),
        ({"LC_ALL": "de_DE.UTF-8"}, False),
        ({"LC_ALL": "en_GB.UTF-8", "NASTAVNIK_LOCALE": "ru"}, False),
        ({"LC_ALL": "ru_RU.UTF-8", "NASTAVNIK_LOCALE": "en"}, True),
    ],
)
def test_the_language_of_the_command_line(
    tmp_path: Path, terminal: dict[str, str], *, is_english: bool
) -> None:
    outcome = call("nonsense", settings=terminal, folder=tmp_path)
    assert outcome.code == 2
    (said,) = outcome.warned
    assert said.startswith("argument ACTION" if is_english else "argument ДЕЙСТВИЕ")
