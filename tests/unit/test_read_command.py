"""`nastavnik read` as its contract has it: JSON out, one line for a fault, exit 2."""

import io
import json
import sys
from pathlib import Path

import pytest

import nastavnik

NOW = "2025-10-15T18:00:00+03:00"
ANNA = "Петрова Анна Сергеевна"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NASTAVNIK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


def test_one_text_is_printed_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    members = f"{ANNA}, Кузнецов Олег Иванович"
    text = "-- вчера 40 минут с Анной, разбирали план урока в 5Б, в четверг посещу урок"
    code = nastavnik.main(["read", "--json", "--now", NOW, "--members", members, *text.split()])
    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert set(found) == {"intent", "entries", "questions", "warnings"}
    [entry] = found["entries"]
    assert (entry["date"], entry["minutes"], entry["participants"]) == ("2025-10-14", 40, [ANNA])
    assert entry["next_step"] == "в четверг посещу урок"
    assert not (tmp_path / "data").exists(), "reading a text makes no data folder"


def test_a_text_that_begins_with_a_dash_is_a_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert nastavnik.main(["read", "--json", "--now", NOW, "--", "- вчера 30 минут"]) == 0
    assert json.loads(capsys.readouterr().out)["entries"][0]["minutes"] == 30


def test_a_batch_goes_on_after_a_bad_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lines = [
        json.dumps({"text": "вчера час, журнал", "now": NOW, "members": [ANNA]}).encode(),
        b"no json",
        b"\xff\xfe",
        b'{"text": "x"}',
        json.dumps({"text": "в пятницу в 15", "now": NOW, "members": [ANNA]}).encode(),
    ]
    path = tmp_path / "texts.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    assert nastavnik.main(["read", "--batch", str(path)]) == 0
    printed = capsys.readouterr().out.splitlines()
    found = [json.loads(line) for line in printed]
    assert [one.get("intent") for one in found] == ["log", None, None, None, "plan"]
    assert all(set(one) == {"error"} for one in found[1:4])
    assert printed[0] == json.dumps(found[0], ensure_ascii=False, separators=(",", ":"))


def test_a_batch_comes_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = json.dumps({"text": "вчера час", "now": NOW, "members": []}).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(line)))
    assert nastavnik.main(["read", "--json", "--batch", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["intent"] == "log"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--now", "yesterday", "--", "вчера"],
        [],
        ["--batch", "absent.jsonl"],
        ["--batch", "absent.jsonl", "--", "вчера"],
        ["--role", "curator", "--", "вчера"],
    ],
)
def test_a_fault_is_one_line_and_exit_2(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert nastavnik.main(["read", "--json", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert len(printed.err.splitlines()) == 1


@pytest.mark.parametrize(
    "text",
    [
        "yesterday 40 minutes, the lesson plan in 5B",
        "on Thursday at 15:00",
        "correct it: 50 minutes",
        "Met with Мария Петрова on 13.10 at 15:00",
        "Thursday 15:00",
    ],
)
def test_english_is_not_read_in_part(capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert nastavnik.main(["read", "--json", "--now", NOW, "--", text]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found == {"intent": "unclear", "entries": [], "questions": ["date"], "warnings": ["not_russian"]}


@pytest.mark.parametrize(
    "text", ["вчера 40 минут, Excel и Google Forms", "Zoom 14.10 15:00-15:40", "Excel, IT 40 мин"]
)
def test_latin_names_in_a_russian_message_are_read(capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert nastavnik.main(["read", "--json", "--now", NOW, "--", text]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["entries"][0]["minutes"] == 40
    assert found["warnings"] == []
