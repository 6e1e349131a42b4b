"""`nastavnik people import`: a dry run first, written with --apply, once (A22; docs/design.md#contracts)."""

import json
from pathlib import Path

import pytest

import nastavnik

LIST = "ФИО;Должность\nСеверцева Анна Игоревна;учитель\nЛугинин П. А.;методист\n"
SCHOOL = ["--name", "Школа", "--address", "г. Приозёрск", "--inn", "0123456789"]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NASTAVNIK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("NASTAVNIK_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)


def test_a_list_is_checked_then_added_from_the_command_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LIST, encoding="cp1251")
    assert nastavnik.main(["migrate"]) == 0
    assert nastavnik.main(["people", "import", "missing.csv"]) == 2
    assert nastavnik.main(["people", "import", str(file), "--organization", "Школа"]) == 1
    assert nastavnik.main(["organization", "add", *SCHOOL]) == 0
    capsys.readouterr()

    assert nastavnik.main(["people", "import", str(file), "--json"]) == 0
    dry = json.loads(capsys.readouterr().out)
    assert (dry["applied"], dry["counts"]) == (False, {"new": 1, "known": 0, "duplicate": 0, "error": 1})
    told = [(one["row"], one["fate"], one["cell"]) for one in dry["rows"]]
    assert told == [(2, "new", None), (3, "error", "A3")]
    for counts in ({"new": 1, "known": 0}, {"new": 0, "known": 1}):
        assert nastavnik.main(["people", "import", str(file), "--apply", "--json"]) == 0
        applied = json.loads(capsys.readouterr().out)["counts"]
        assert {name: applied[name] for name in counts} == counts
    assert nastavnik.main(["people", "import", str(tmp_path / "data")]) == 2
