"""The journal of who did what: read-only, by organisation."""

from typing import Any

from flask import g
from flask_admin.contrib.sqla import ModelView

from admin import journal_words, words
from admin.access import SecuredTable
from admin.calls import see
from admin.languages import label, short_moment
from admin.pages import Entry, Group
from models.audit import AuditEntry
from services.access.actors import Right
from services.access.errors import N_
from services.access.timeline import read_actor_names


class AuditTable(SecuredTable):
    model = AuditEntry
    right = Right.SEE_AUDIT
    endpoint, url = "audit", "/audit"
    entry = Entry(Group.ACCOUNT, 6, N_("Journal"))
    column_list = ("at", "who", "action", "subject", "channel")
    column_sortable_list = ()
    column_default_sort = ("id", True)
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
        count, rows = ModelView.get_list(self, *facts, **named)
        g.actor_names = see(read_actor_names, entries=rows)
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
                number = f" № {row.subject_id}" if row.subject_id is not None else ""
                return words.word(journal_words.SUBJECTS, row.subject_kind) + number
            case _:
                return words.word(journal_words.CHANNELS, row.channel)
