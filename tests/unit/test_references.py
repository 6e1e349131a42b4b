"""What happens to the rows that point at a row which the product deletes: asked of the schema, key by key."""

import ast
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from models.base import Base
from models.documents import DocumentStatus
from models.engine import Database
from models.jobs import FileKind
from models.outreach import PublicationKind
from models.people import Role
from models.personal_programmes import ChangeKind, PersonalProgramme
from models.references import columns_to
from models.requests import RequestKind
from services.access.actors import Channel, person_in_chat, system
from services.documents.reading import delete_draft
from services.files.store import forget_expired
from services.joining.merging import merge_people
from services.pairs.assignments import EndReason, end_pair
from services.pairs.personal_programmes.cards import find_programme_of, read_programme
from services.pairs.personal_programmes.changing import Wanted, write_card
from services.pairs.personal_programmes.deciding import Written, write_programme
from services.pairs.proposals import discard_draft, draft_pair
from services.pairs.requests.sending import send_request
from services.privacy.erasing import erase_person
from services.programmes.answers import Tapped
from services.roadmap.following import follow_pack
from services.roadmap.outreach import add_publication, remove_publication
from services.surveys.intake import choose_role
from tests.guards.tree import python_files, read
from tests.schema_rows import add_row
from tests.world import World, found_school

STAYS, EMPTIED, GOES = "stays", "emptied", "goes"
"""The row that pointed: points on (at the row, or at the one that took its part), at nothing, or is gone."""

DELETED = {
    "services/accounts/workplaces.py": {"row": "account_organizations"},
    "services/accounts/chats.py": {"account": "chat_accounts", "talk": "conversations"},
    "services/accounts/consultations.py": {"row": "consultations"},
    "services/messages_read/drafts/writing.py": {"Draft": "drafts"},
    "services/joining/withdrawing.py": {"Draft": "drafts"},
    "services/accounts/failed_tries.py": {"FailedTries": "failed_tries"},
    "services/documents/making.py": {
        "DocumentPair": "document_pairs",
        "DocumentPerson": "document_persons",
        "old": "files",
    },
    "services/documents/reading.py": {"row": "documents", "file": "files"},
    "services/files/store.py": {"row": "files"},
    "services/people/imports/register.py": {"file": "files"},
    "services/delivery/inbox.py": {"InboxUpdate": "inbox"},
    "services/meetings/corrections.py": {"MeetingAnswer": "meeting_words"},
    # `table` is every table in which a person stands once: the row of the card that stays wins
    "services/joining/merging.py": {
        "Person": "persons",
        "mine[key]": "participations",
        "row": "participations",
        "table": "",
    },
    "services/roadmap/outreach.py": {
        "PublicationPerson": "publication_persons",
        "row": "publications partners",
    },
    "services/meetings/planning.py": {"word": "meeting_words"},
    "services/pairs/personal_programmes/states.py": {"ProgrammeConsent": "programme_consents"},
    "services/pairs/personal_programmes/changing.py": {
        "ProgrammeChange": "programme_changes",
        "activity": "programme_activities",
    },
    "services/pairs/personal_programmes/deciding.py": {"row": "personal_programmes"},
    "services/pairs/personal_programmes/bank.py": {"row": "banked_programmes"},
    "services/pairs/groups.py": {"member": "pair_members"},
    "services/pairs/proposals.py": {"member": "pair_members", "pair": "pairs"},
    "services/privacy/erasing.py": {
        "Answer": "answers",
        "ChatAccount": "chat_accounts",
        "ChatMessage": "chat_messages",
        "Conversation": "conversations",
        "Document": "documents",
        "JoinRequest": "join_requests",
        "OutboxMessage": "outbox",
        "PersonalProgramme": "personal_programmes",
        "Publication": "publications",
        "PublicationPerson": "publication_persons",
        "Request": "requests",
        "Task": "tasks",
        "file": "files",
        "row": "files",
        "run": "survey_runs",
        # `table` is each table that services.privacy.traces calls deleted
        "table": "",
    },
    "services/privacy/erasures.py": {"ChatMessage": "chat_messages", "DestructionAct": "destruction_acts"},
    "services/consents/duties.py": {"PublicationPerson": "publication_persons"},
    "services/roadmap/following.py": {"entry": "roadmap_entries"},
    "services/organizations/school_days.py": {"row": "school_days"},
    "services/results/sheets.py": {"Answer": "answers"},
    "services/delivery/sent_forms.py": {"SentForm": "sent_forms"},
    "services/accounts/sessions.py": {"AccountSession": "account_sessions"},
    "services/surveys/forms.py": {"Answer": "answers"},
    "services/surveys/recording.py": {"progress.answers.pop(question_id)": "answers"},
    "services/people/testimonies.py": {"row": "testimonies"},
}
"""Every deletion of the product, by file and by what stands in the brackets: the tables of its rows."""

FATES = {
    ("documents", "document_pairs"): GOES,
    ("documents", "document_persons"): GOES,
    ("files", "consents"): EMPTIED,
    ("files", "document_templates"): EMPTIED,
    ("files", "documents"): EMPTIED,
    ("files", "jobs"): EMPTIED,
    ("files", "mentoring_agreements"): EMPTIED,
    ("files", "people_imports"): EMPTIED,
    ("files", "roadmap_proofs"): EMPTIED,
    ("join_requests", "tasks"): GOES,
    ("personal_programmes", "banked_programmes"): EMPTIED,
    ("personal_programmes", "programme_activities"): GOES,
    ("personal_programmes", "programme_changes"): GOES,
    ("personal_programmes", "programme_consents"): GOES,
    ("personal_programmes", "programme_versions"): GOES,
    ("programme_activities", "programme_changes"): EMPTIED,
    ("programme_changes", "programme_consents"): GOES,
    ("programme_changes", "programme_versions"): EMPTIED,
    ("publications", "publication_persons"): GOES,
    ("requests", "request_consents"): GOES,
    ("survey_runs", "answer_changes"): GOES,
    ("survey_runs", "answers"): GOES,
    ("survey_runs", "tasks"): EMPTIED,
    ("survey_runs", "web_links"): GOES,
}
"""Where a pointing row does not just stay: nothing that a person wrote, beside the answers of whoever is
erased.
"""


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    return found_school(database, now)


def find_deletions() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in python_files("services", "handlers", "notices", "worker", "scheduler", "bot", "admin"):
        for node in ast.walk(ast.parse(read(path))):
            if not (isinstance(node, ast.Call) and len(node.args) == 1):
                continue
            called = ast.unparse(node.func)
            if called == "delete" or called.endswith("session.delete"):
                found.setdefault(path.as_posix(), set()).add(ast.unparse(node.args[0]))
    return found


def test_every_deletion_says_from_which_table() -> None:
    assert find_deletions() == {path: set(known) for path, known in DELETED.items()}
    tables = {name for known in DELETED.values() for names in known.values() for name in names.split()}
    assert tables <= set(Base.metadata.tables)
    pointed_at = {name for name in tables if columns_to(name)}
    assert pointed_at == set(DELETING), "say below how such a row is deleted"


def discard(world: World, point: Callable[[int], None]) -> None:
    with world.database.writing() as session:  # a closed task names its account
        add_row(session, "accounts", now=world.now, id=world.curator.id)
    pair_id = world.write(
        draft_pair,
        actor=world.curator,
        mentee_participation_id=world.mentee().participation_id,
        mentor_participation_id=world.mentor().participation_id,
    ).pair_id
    point(pair_id)
    world.write(discard_draft, actor=world.curator, pair_id=pair_id)


def merge(world: World, point: Callable[[int], None]) -> None:
    stays, ends = world.person(), world.person()
    point(ends.id)
    world.write(merge_people, actor=world.curator, person_id=stays.id, other_id=ends.id)


def merge_roles(world: World, point: Callable[[int], None]) -> None:
    stays, ends = world.mentee("Анна"), world.mentee("Яна")
    point(ends.participation_id)
    world.write(merge_people, actor=world.curator, person_id=stays.id, other_id=ends.id)


def erase(world: World, person_id: int) -> None:
    world.write(
        erase_person, actor=system(Channel.COMMAND_LINE), person_id=person_id, reason="withdrawn", made_by=""
    )


def erase_answering(world: World, point: Callable[[int], None]) -> None:
    person = world.consented()
    run_id = world.write(choose_role, actor=world.actor(person), role=Role.MENTEE).run_id
    point(run_id)
    erase(world, person.id)


def erase_asking(world: World, point: Callable[[int], None]) -> None:
    """The chat that once asked to join is another person's by now."""
    world.joined(chat_id=777)
    former = world.person()
    with world.database.writing() as session:
        request_id = add_row(
            session, "join_requests", now=world.now, person_id=former.id, chat_id=777,
            organization_id=world.organization_id,
        )  # fmt: skip
    assert request_id is not None
    point(request_id)
    erase(world, former.id)


def erase_with_requests(world: World, point: Callable[[int], None]) -> None:
    mentee = world.mentee()
    pair_id = world.agree(mentee, world.mentor())
    sent = world.write(
        send_request,
        actor=world.actor(mentee.person),
        kind=RequestKind.REPLACEMENT,
        pair_id=pair_id,
        text="Не сложилось",
    )
    point(sent.request_id)
    erase(world, mentee.id)


def expire(world: World, point: Callable[[int], None]) -> None:
    with world.database.writing() as session:
        file_id = add_row(
            session,
            "files",
            now=world.now,
            organization_id=world.organization_id,
            kind=FileKind.EXPORT,
            expires_at=world.now - timedelta(days=1),
        )
    assert file_id is not None
    point(file_id)
    assert len(world.write(forget_expired)) == 1


def drop_draft(world: World, point: Callable[[int], None]) -> None:
    with world.database.writing() as session:
        document_id = add_row(
            session,
            "documents",
            now=world.now,
            organization_id=world.organization_id,
            status=DocumentStatus.DRAFT,
        )
    assert document_id is not None
    point(document_id)
    world.write(delete_draft, actor=world.curator, document_id=document_id)


def unlist(world: World, point: Callable[[int], None]) -> None:
    found = world.write(
        add_publication,
        actor=world.curator,
        cycle_id=world.cycle_id,
        kind=PublicationKind.NEWS,
        title="Новость",
        url="https://school17.example/news",
        published_on=world.now.date(),
    )
    point(found.id)
    world.write(remove_publication, actor=world.curator, publication_id=found.id)


def draft_programme(world: World) -> tuple[int, int]:
    """A pair with its programme; ids of both."""
    mentee = world.mentee("Анна", topics=Tapped(("planning",)))
    pair_id = world.agree(mentee, world.mentor("Пётр"))
    found = world.read(find_programme_of, actor=world.curator, pair_id=pair_id, now=world.now)
    return pair_id, found.id


def end_with_draft(world: World, point: Callable[[int], None]) -> None:
    pair_id, programme_id = draft_programme(world)
    with world.database.writing() as session:
        session.get_one(PersonalProgramme, programme_id).activities = []
    point(programme_id)
    world.write(end_pair, actor=world.curator, pair_id=pair_id, reason=EndReason.MUTUAL)


def leave_out_activity(world: World, point: Callable[[int], None]) -> None:
    _pair_id, programme_id = draft_programme(world)
    found = world.read(read_programme, actor=world.curator, programme_id=programme_id, now=world.now)
    point(found.activities[0].id)
    written = Written(found.mark, "Цель", "", "", "", "", found.starts_on, found.ends_on, ())
    world.write(write_programme, actor=world.curator, programme_id=programme_id, written=written)


def write_another_card(world: World, point: Callable[[int], None]) -> None:
    _pair_id, programme_id = draft_programme(world)
    found = world.read(read_programme, actor=world.curator, programme_id=programme_id, now=world.now)
    actor = person_in_chat(found.members[0].person_id, world.organization_id)
    asked = {"actor": actor, "programme_id": programme_id, "wanted": Wanted(ChangeKind.GOAL, text="Цель")}
    point(world.write(write_card, **asked))
    world.write(write_card, **asked)


def follow(world: World, point: Callable[[int], None]) -> None:
    """A row that the pack no longer knows, with evidence put to it."""
    with world.database.writing() as session:
        entry_id = add_row(session, "roadmap_entries", now=world.now, row_id="gone", is_replanned=False)
    assert entry_id is not None
    point(entry_id)
    world.write(follow_pack, cycle_id=world.cycle_id)


DELETING: dict[str, Callable[[World, Callable[[int], None]], None]] = {
    "documents": drop_draft,
    "files": expire,
    "join_requests": erase_asking,
    "pairs": discard,
    "participations": merge_roles,
    "personal_programmes": end_with_draft,
    "persons": merge,
    "programme_activities": leave_out_activity,
    "programme_changes": write_another_card,
    "publications": unlist,
    "requests": erase_with_requests,
    "roadmap_entries": follow,
    "survey_runs": erase_answering,
}

KEYS = [
    (target, table.name, column.name)
    for target in sorted(DELETING)
    for table, column in columns_to(target)
    if (target, table.name) != ("pairs", "pair_members")
]


@pytest.mark.parametrize(("target", "name", "column"), KEYS)
def test_a_row_that_points_has_its_fate_when_the_row_goes(
    target: str, name: str, column: str, world: World
) -> None:
    table = Base.metadata.tables[name]

    def count() -> int:
        query = select(func.count()).select_from(table)
        return world.read(lambda session: session.scalar(query) or 0)  # type: ignore[no-any-return]

    def count_pointing() -> int:
        query = select(func.count()).select_from(table).where(table.c[column].is_not(None))
        return world.read(lambda session: session.scalar(query) or 0)  # type: ignore[no-any-return]

    counted: list[int] = []

    def point(row_id: int) -> None:
        facts: dict[str, Any] = {column: row_id}
        if (name, column) == ("survey_runs", "person_id"):
            facts["account_id"] = None
        counted.append(count())
        counted.append(count_pointing())
        with world.database.writing() as session:
            add_row(session, name, now=world.now, **facts)

    DELETING[target](world, point)
    fate = FATES.get((target, name), STAYS)
    before, pointing = counted
    assert count() == before + (fate is not GOES)
    assert count_pointing() == pointing + (fate is STAYS)
