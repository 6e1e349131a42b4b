"""Messages of many shapes and what each says (docs/domain.md#meeting-messages).

meeting_text_phrases.jsonl has one line a phrase and names only what the text says; exact minutes go without
saying.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from services.messages_read.reading.batch import read_text
from services.messages_read.reading.readings import Intent, Warned

WEDNESDAY = "2025-10-15T18:00:00+03:00"
MEMBERS = {
    "one": ["Петрова Анна Сергеевна"],
    "many": [
        "Петрова Анна Сергеевна",
        "Кузнецов Олег Иванович",
        "Орлова Екатерина Павловна",
        "Белова Марина Олеговна",
        "Иванов Пётр Львович",
        "Шевченко Павел Андреевич",
    ],
    "alike": [
        "Петрова Анна Сергеевна",
        "Петров Андрей Юрьевич",
        "Кузнецова Ольга Викторовна",
        "Ким Вера Львовна",
        "Соболева Вера Ивановна",
        "Гайдай Илья Никитич",
    ],
    "three": ["Лебедева Наталья Викторовна", "Соколов Артём Игоревич", "Морозова Дарья Павловна"],
}
USUAL = {"approximate": False}
PHRASES = [
    json.loads(line)
    for line in Path(__file__)
    .with_name("meeting_text_phrases.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]


def brief(entry: Any) -> Any:
    return {field: value for field, value in entry.items() if value is not None and USUAL.get(field) != value}


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase["text"])
def test_a_phrase_says_this_and_nothing_more(phrase: Any) -> None:
    reading = read_text(phrase["text"], now=phrase.get("now", WEDNESDAY), members=MEMBERS[phrase["members"]])
    told = reading | {"entries": [brief(entry) for entry in reading["entries"]]}
    assert told == {field: phrase[field] for field in ("intent", "entries", "questions", "warnings")}


def test_the_table_covers_every_intent_question_and_warning() -> None:
    assert {phrase["intent"] for phrase in PHRASES} >= {intent.value for intent in Intent}
    assert {warning for phrase in PHRASES for warning in phrase["warnings"]} >= {
        warned.value for warned in Warned if warned not in {Warned.NO_MINUTES, Warned.SEVERAL_MEETINGS}
    }  # those two stand among the samples of the acceptance table
    assert {field for phrase in PHRASES for field in phrase["questions"]} == {
        "date", "start", "minutes", "topic", "participants",
    }  # fmt: skip
