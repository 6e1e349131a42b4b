"""Every table of words is complete: its keys are the members of what it words, neither more nor fewer."""

import csv
import io
from datetime import datetime

import pytest

from admin.words import ACTIONS
from models.audit import Action
from models.messages import NoticeKind
from notices.language import LOCALES, load_translators
from services.documents import words
from services.documents.exports.tables import Column
from services.documents.exports.writers import CsvWriter, Head
from services.programmes.texts import text

STATES = {name: table for name, table in vars(words).items() if name.isupper() and isinstance(table, dict)}
"""What the pages translate by `word(states.PAIRS, ...)`."""


def test_every_act_of_the_journal_has_a_word() -> None:
    assert set(ACTIONS) == set(Action)


def test_every_kind_of_message_has_a_word() -> None:
    assert set(words.NOTICES) == set(NoticeKind)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", STATES)
def test_a_file_says_for_each_state_what_the_page_says(name: str, locale: str, now: datetime) -> None:
    """The cell of a spreadsheet beside the text that a template makes of the same table."""
    t = load_translators()[locale]
    column = Column("state", text("Состояние", "State"), "code", STATES[name]).translated(t)
    out = io.BytesIO()
    title = text("Состояния", "States")
    writer = CsvWriter(Head("states", title, 1, "Школа", "Europe/Moscow", t, now, (column,), {}, ""), out)
    for state in STATES[name]:
        writer.add([str(state)])
    cells = [row[0] for row in csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig")), delimiter=";")]
    assert cells[1:] == [t.label(word) for word in STATES[name].values()]
    assert not [cell for cell in cells if "_" in cell]
