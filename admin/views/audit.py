"""The journal of who did what: read-only, by organisation."""

from typing import Any

from flask import g, url_for
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import select

from admin import journal_words, words
from admin.calls import see
from admin.languages import label, short_moment
from admin.pages import Entry, Group
from admin.storage import session
from admin.tables import SecuredTable
from models.audit import AuditEntry
from models.meetings import Meeting
from models.pairs import Pair
from models.people import Person
from services.access.actors import Right
from services.access.errors import N_
from services.access.rights import LISTS
from services.access.timeline import read_actor_names

CARDS: dict[str, tuple[Any, str, str, str]] = {
    "person": (Person, "people.card", "person_id", "people"),
    "pair": (Pair, "pairs.card", "pair_id", "pairs"),
    "meeting": (Meeting, "meetings.card", "meeting_id", "meetings"),
}
"""By kind of subject: its records, its page, the name of the number there, the list whose right it needs."""


class AuditTable(SecuredTable):
    model = AuditEntry
    right = Right.SEE_AUDIT
    endpoint, url = "audit", "/audit"
    entry = Entry(Group.ACCOUNT, 6, N_("Journal"))
    column_list = ("at", "who", "action", "subject", "channel")
    sorts = {"id": (AuditEntry.id,)}  # noqa: RUF012
    column_labels = {  # noqa: RUF012  # Flask-Admin's way
        "at": N_("When"),
        "who": N_("Who"),
        "action": N_("What"),
        "subject": N_("About"),
        "channel": N_("Where"),
    }
    intro = N_(
        "Everything of consequence, newest first. Values are ids and states; names of people are looked up."
    )
    empty = N_("Nothing has happened yet.")

    selects = {  # noqa: RUF012
        "action": lambda: {key: label(text) for key, text in journal_words.ACTIONS.items()},
        "channel": lambda: {key: label(text) for key, text in journal_words.CHANNELS.items()},
    }

    def get_list(self, *facts: Any, **named: Any) -> tuple[int | None, list[AuditEntry]]:
        count, rows = super().get_list(*facts, **named)
        g.actor_names = see(read_actor_names, entries=rows)
        g.cards = {kind: _find_cards(kind, rows) for kind in CARDS}
        return count, rows

    def cell(self, row: AuditEntry, column: str) -> str:
        match column:
            case "at":
                return short_moment(row.at)
            case "who":
                return str(g.actor_names.get((row.actor_kind, row.actor_id)) or label("by itself"))
            case "action":
                return words.word(journal_words.ACTIONS, row.action)
            case "subject":
                return _name_subject(row)
            case _:
                return words.word(journal_words.CHANNELS, row.channel)


def _find_cards(kind: str, rows: list[AuditEntry]) -> set[int]:
    """Numbers of this page's subjects that still have a card which this account may open."""
    model, _page, _name, listed = CARDS[kind]
    if not current_user.has(LISTS[listed]):
        return set()
    numbers = {row.subject_id for row in rows if row.subject_kind == kind}
    return set(session().scalars(select(model.id).where(model.id.in_(numbers))))


def _name_subject(row: AuditEntry) -> str:
    word = words.word(journal_words.SUBJECTS, row.subject_kind)
    if row.subject_id is None:
        return word
    named = f"{word} № {row.subject_id}"
    if row.subject_id not in g.cards.get(row.subject_kind, ()):
        return named
    _model, page, name, _listed = CARDS[row.subject_kind]
    number: dict[str, Any] = {name: row.subject_id}
    return Markup('<a href="{}">{}</a>').format(url_for(page, **number), named)
