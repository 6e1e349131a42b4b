"""Every place where a row points at a person, and what becomes of it when the person is erased.

A test holds this table to the models: a new column that points at people needs its line here.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum

from models import names
from models.people import AgeGroup


class Fate(StrEnum):
    DELETED = "deleted"  # the whole row goes
    LOOSENED = "loosened"  # the row stays and no longer points at anybody
    NUMBERED = "numbered"  # points on at the emptied row: a number that names nobody
    BY_HAND = "by_hand"  # services.privacy.erasing does more than one statement could


TRACES: Mapping[tuple[str, str], Fate] = {
    ("absences", "person_id"): Fate.DELETED,
    ("accounts", "person_id"): Fate.LOOSENED,
    ("chat_accounts", "person_id"): Fate.BY_HAND,
    ("consents", "person_id"): Fate.BY_HAND,
    ("consultations", "person_id"): Fate.DELETED,
    ("consultations", "with_person_id"): Fate.DELETED,
    ("destruction_acts", "person_id"): Fate.NUMBERED,
    ("document_persons", "person_id"): Fate.BY_HAND,
    ("drafts", "person_id"): Fate.DELETED,
    ("eligibilities", "person_id"): Fate.DELETED,
    ("event_guests", "person_id"): Fate.DELETED,
    ("invitations", "person_id"): Fate.DELETED,
    ("join_requests", "person_id"): Fate.BY_HAND,
    ("match_fixes", "mentee_id"): Fate.DELETED,
    ("match_fixes", "mentor_id"): Fate.DELETED,
    ("match_lines", "mentee_id"): Fate.DELETED,
    ("match_lines", "mentor_id"): Fate.DELETED,
    ("match_lines", "runner_up_id"): Fate.LOOSENED,
    ("match_rules", "mentee_id"): Fate.DELETED,
    ("match_rules", "mentor_id"): Fate.DELETED,
    ("meeting_words", "person_id"): Fate.NUMBERED,
    ("meetings", "cancelled_by"): Fate.NUMBERED,
    ("meetings", "logged_by"): Fate.NUMBERED,
    ("meetings", "proposed_by"): Fate.NUMBERED,
    ("mentoring_agreements", "person_id"): Fate.NUMBERED,
    ("origins", "person_id"): Fate.DELETED,
    ("outbox", "person_id"): Fate.DELETED,
    ("pair_members", "person_id"): Fate.BY_HAND,
    ("paper_entries", "person_id"): Fate.DELETED,
    ("paper_names", "person_id"): Fate.DELETED,
    ("participations", "person_id"): Fate.NUMBERED,
    ("privacy_duties", "person_id"): Fate.NUMBERED,
    ("programme_changes", "person_id"): Fate.BY_HAND,
    ("programme_consents", "person_id"): Fate.BY_HAND,
    ("publication_persons", "person_id"): Fate.BY_HAND,
    ("request_consents", "person_id"): Fate.DELETED,
    ("requests", "colleague_id"): Fate.LOOSENED,
    ("requests", "person_id"): Fate.BY_HAND,
    ("roadmap_digests", "person_id"): Fate.DELETED,
    ("roadmap_entries", "responsible_id"): Fate.LOOSENED,
    ("roadmap_proofs", "person_id"): Fate.LOOSENED,
    ("support_plans", "person_id"): Fate.DELETED,
    ("survey_runs", "about_person_id"): Fate.BY_HAND,
    ("survey_runs", "person_id"): Fate.BY_HAND,
    ("tasks", "person_id"): Fate.DELETED,
    ("testimonies", "person_id"): Fate.DELETED,
    ("web_links", "person_id"): Fate.DELETED,
}

GROUPS: Mapping[str, str] = {
    "absences": "profile",
    "consultations": "notes",
    "eligibilities": "profile",
    "paper_entries": "notes",
    "paper_names": "profile",
    "request_consents": "notes",
    "testimonies": "profile",
    "drafts": "notes",
    "event_guests": "events",
    "invitations": "invitations",
    "match_fixes": "notes",
    "match_lines": "notes",
    "match_rules": "notes",
    "origins": "lists",
    "outbox": "messages",
    "roadmap_digests": "messages",
    "support_plans": "programmes",
    "tasks": "tasks",
    "web_links": "invitations",
}
"""Under which group of data the act counts the rows of a table."""

EMPTIED: Mapping[str, Callable[[int, datetime], object]] = {
    "family_name": lambda person_id, _now: numbered(person_id),
    "given_name": lambda _person_id, _now: "",
    "patronymic": lambda _person_id, _now: "",
    "position": lambda _person_id, _now: "",
    "last_seen_at": lambda _person_id, _now: None,
    "departed_at": lambda _person_id, _now: None,
    "age_group": lambda _person_id, _now: AgeGroup.ADULT,
    "erased_at": lambda _person_id, now: now,
    "sort_key": lambda person_id, _now: names.sort_key(numbered(person_id), "", ""),
    "search_key": lambda person_id, _now: names.search_key(numbered(person_id), "", "", ""),
}
"""Columns of `persons` that erasing writes over, and with what; the others (KEPT) say nothing of a person."""

KEPT = frozenset({"id", "organization_id", "locale", "created_at"})


def numbered(person_id: int) -> str:
    """What stands in place of the name of a person who is erased. Raises nothing."""
    return f"№ {person_id}"
