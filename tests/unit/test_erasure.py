"""Erasing a person: what is left are numbers, the act and papers with a term."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select, text

from models.base import Base
from models.consents import Consent, ConsentDecision
from models.engine import Database
from models.jobs import FileKind, Job, JobStatus
from models.messages import InboxStatus, InboxUpdate, OutboxMessage
from models.people import Person, Role
from models.privacy import ChatMessage, DestructionAct, DutyKind
from models.surveys import Answer, RunOccasion, SurveyRun
from models.tasks import Task, TaskKind
from services.access.actors import Channel, system
from services.access.errors import NotAllowed, NotFound
from services.consents.duties import list_duties
from services.curator.overview import read_sections
from services.delivery.conversations import Shown, record_shown
from services.files.store import folder_of, store_file, write_file
from services.joining.absences import dismiss_person
from services.joining.withdrawing import withdraw_consent
from services.people.lists import list_people
from services.privacy.erasures import (
    ErasureNotDue,
    ask_due_erasures,
    ask_erasure,
    list_acts,
    list_overdue,
    look_after_terms,
    preview_erasure,
    read_act,
)
from services.privacy.terms import list_cycle_terms
from services.results.ratings import read_ratings
from tests.fixed_clock import FixedClock
from tests.world import Participant, World, found_school
from worker.running import work_once
from worker.work import WorkerConfig

NAME, MIDDLE, POST = "Евлампия", "Феофилактовна", "учитель черчения и астрономии"


@pytest.fixture
def world(database: Database, now: Any) -> World:
    return found_school(database, now)


@pytest.fixture
def config(database_url: str, tmp_path: Path, world: World) -> WorkerConfig:
    return WorkerConfig(database_url, tmp_path / "data", FixedClock(world.now))


def work(world: World, config: WorkerConfig) -> None:
    assert work_once(config, world.database, threading.Event(), "here")


def somebody(world: World) -> Participant:
    return world.mentee(NAME, MIDDLE, difficulties="Мне трудно с чертежами")


def everything(database: Database) -> str:
    """All that the tables hold, as one text."""
    with database.engine.connect() as connection:
        return "\n".join(
            repr(tuple(row))
            for table in Base.metadata.sorted_tables
            if table.name not in {"programmes", "destruction_acts"}
            for row in connection.execute(select(table))
        )


def test_nothing_of_the_person_is_left_but_the_act(world: World, config: WorkerConfig) -> None:
    mentee = somebody(world)
    pair_id = world.agree(mentee, world.mentor())
    chat_id = 10_000 + mentee.id
    with world.database.writing() as session:
        session.add(
            InboxUpdate(
                update_id=5,
                chat_id=chat_id,
                payload=f'{{"text": "{NAME}"}}',
                status=InboxStatus.PARKED,
                received_at=world.now,
            )
        )
        record_shown(session, [Shown(None, chat_id, 41)], now=world.now)
        folder = folder_of(config.data_dir)
        placed = write_file(folder, lambda out: out.write(NAME.encode()))
        store_file(
            session,
            placed=placed,
            kind=FileKind.EXPORT,
            title="people.csv",
            organization_id=world.organization_id,
            owner_id=None,
            keep=timedelta(days=7),
            now=world.now,
        )
    with pytest.raises(ErasureNotDue):
        world.read(preview_erasure, actor=world.curator, person_id=mentee.id, now=world.now)
    world.write(withdraw_consent, actor=world.actor(mentee.person))
    preview = world.read(preview_erasure, actor=world.curator, person_id=mentee.id, now=world.now)
    assert preview.goes["answers"] > 0
    assert {one.id for one in preview.kept} >= {"orders", "erasure_acts"}
    with pytest.raises(NotAllowed):
        world.write(ask_erasure, actor=world.actor(mentee.person), person_id=mentee.id)
    assert NAME in everything(world.database)
    ask_by_system(world, mentee.id)
    work(world, config)

    left = everything(world.database)
    for trace in (NAME, MIDDLE, mentee.person.family_name + " " + NAME):
        assert trace not in left, trace
    assert left.count(str(chat_id)) == 1  # the farewell that waits to be sent
    assert not list(folder_of(config.data_dir).glob("*"))
    (act,) = world.read(list_acts, actor=world.curator, organization_id=world.organization_id)
    assert NAME in act.subject
    assert act.cleaned_at is not None
    assert act.destroyed["answers"] == preview.goes["answers"]
    assert act.destroyed["person"] == 1
    assert act.keep_until.year == world.now.year + 3
    assert any(one["group"] == "answers" for one in act.log)
    with world.database.reading() as session:
        person = session.get_one(Person, mentee.id)
        assert (person.family_name, person.given_name) == (f"№ {mentee.id}", "")
        decisions = session.scalars(select(Consent).where(Consent.person_id == mentee.id)).all()
        assert [one.decision for one in decisions] == [ConsentDecision.GIVEN, ConsentDecision.WITHDRAWN]
        assert decisions[0].text_sha256
        assert decisions[0].chat_id is None
        farewell = session.scalars(select(OutboxMessage).where(OutboxMessage.person_id.is_(None))).all()
        assert [(one.kind, one.facts["messages"]) for one in farewell] == [("privacy.erased", [41])]
        assert (
            session.scalars(select(Answer).join(SurveyRun).where(SurveyRun.person_id == mentee.id)).all()
            == []
        )
        assert session.scalar(select(func.count()).select_from(ChatMessage)) == 0
    names = [
        one.person.full_name
        for one in world.read(
            list_people, actor=world.curator, organization_id=world.organization_id, now=world.now
        ).rows
    ]
    assert len(names) == 1
    assert pair_id
    with pytest.raises(NotFound):
        world.write(ask_erasure, actor=world.curator, person_id=mentee.id)


def ask_by_system(world: World, person_id: int) -> None:
    """The last day has come; nobody pressed the button."""
    world.now += timedelta(days=30)
    assert world.write(ask_due_erasures) == 1
    assert world.write(ask_due_erasures) == 1  # asked twice, done once
    with world.database.reading() as session:
        assert session.scalars(select(Job.arguments)).all() == [
            {"person_id": person_id, "reason": "withdrawn"}
        ]


@pytest.mark.requirement("A25")
def test_the_farewell_leaves_no_chat_behind(world: World, config: WorkerConfig) -> None:
    mentee = somebody(world)
    world.write(withdraw_consent, actor=world.actor(mentee.person))
    ask_by_system(world, mentee.id)
    work(world, config)
    with world.database.writing() as session:
        session.execute(text("UPDATE outbox SET status = 'sent' WHERE kind = 'privacy.erased'"))
    world.write(look_after_terms)
    assert str(10_000 + mentee.id) not in everything(world.database)


def test_a_broken_run_is_taken_up_and_makes_one_act(world: World, config: WorkerConfig) -> None:
    mentee = somebody(world)
    world.write(withdraw_consent, actor=world.actor(mentee.person))
    ask_by_system(world, mentee.id)
    calls = []

    def fail() -> None:
        calls.append(1)
        raise RuntimeError("the machine stopped")

    world.database.rewrite, rewrite = fail, world.database.rewrite  # type: ignore[method-assign]
    work(world, config)
    world.database.rewrite = rewrite  # type: ignore[method-assign]
    assert calls
    acts = world.read(list_acts, actor=world.curator, organization_id=world.organization_id)
    assert [one.cleaned_at for one in acts] == [None]
    world.now += timedelta(hours=2)
    assert world.write(ask_due_erasures) == 1
    work(world, config)
    acts = world.read(list_acts, actor=world.curator, organization_id=world.organization_id)
    assert [one.cleaned_at is not None for one in acts] == [True]
    with world.database.reading() as session:
        assert session.scalars(select(Job.status).order_by(Job.id)).all() == [
            JobStatus.FAILED,
            JobStatus.DONE,
        ]


def test_ratings_count_on_without_a_person(world: World, config: WorkerConfig) -> None:
    mentee = somebody(world)
    run_id = rate(world, mentee)
    before = world.read(read_ratings, actor=world.curator, cycle_id=world.cycle_id).sides[0]
    assert before.ratings == 1
    world.write(withdraw_consent, actor=world.actor(mentee.person))
    ask_by_system(world, mentee.id)
    work(world, config)
    after = world.read(read_ratings, actor=world.curator, cycle_id=world.cycle_id).sides[0]
    assert (after.mean, after.people, after.ratings) == (before.mean, 1, 1)
    with world.database.reading() as session:
        run = session.get_one(SurveyRun, run_id)
        assert run.person_id not in {None, mentee.id}
        assert (run.pair_id, run.meeting_id) == (None, None)
        values = session.scalars(select(Answer.value).where(Answer.run_id == run_id)).all()
        assert all(isinstance((value or {})["value"], int) for value in values)


def rate(world: World, mentee: Participant) -> int:
    """A sent questionnaire on a meeting, with a comment."""
    survey = world.pack.survey_for("post_meeting", "mentee")
    assert survey is not None
    rated = next(one for one in survey.questions() if one.kind == "rating10" and not one.private)
    words = next(one for one in survey.questions() if one.kind.startswith("text"))
    with world.database.writing() as session:
        run = SurveyRun(
            organization_id=world.organization_id,
            cycle_id=world.cycle_id,
            survey_id=survey.id,
            survey_version=survey.version,
            person_id=mentee.id,
            occasion=RunOccasion.FEEDBACK,
            dedup_key="feedback:test",
            status="sent",
            opened_at=world.now,
            sent_at=world.now,
        )
        session.add(run)
        session.flush()
        for question, value in ((rated, 9), (words, "Спасибо, Пётр Андреевич")):
            session.add(
                Answer(run_id=run.id, question_id=question.id, value={"value": value}, answered_at=world.now)
            )
        return run.id


def test_terms_that_ran_out_are_a_task_once_a_month(world: World) -> None:
    mentee = somebody(world)
    assert world.write(look_after_terms) == 0
    world.now = world.now.replace(year=2027, month=11, day=2)
    overdue = world.read(
        list_overdue, actor=world.curator, organization_id=world.organization_id, now=world.now
    )
    assert [(one.person_id, one.since.isoformat()) for one in overdue] == [(mentee.id, "2027-09-30")]
    world.write(look_after_terms)
    world.write(look_after_terms)
    with world.database.reading() as session:
        assert session.scalars(select(Task.kind).where(Task.kind == TaskKind.RETENTION_OVER)).all() == [
            TaskKind.RETENTION_OVER
        ]
    facts: dict[str, Any] = {"actor": world.curator, "organization_id": world.organization_id}
    (term,) = world.read(list_cycle_terms, **facts)
    assert (term.keep_until.isoformat(), term.people, term.to_destroy) == ("2027-09-30", 1, 1)

    def waits() -> list[tuple[str, ...]]:
        sections = world.read(read_sections, **facts, cycle_id=None, now=world.now)
        return [one.names for section in sections for one in section.items]

    assert waits() == [(overdue[0].person,)]
    world.now = world.now.replace(month=12)
    world.write(look_after_terms)
    assert waits() == [(overdue[0].person,)], "the task of December stands in the place of November's"
    assert world.write(ask_erasure, actor=system(Channel.SCHEDULER), person_id=mentee.id).is_new
    with world.database.writing() as session:
        session.get_one(Person, mentee.id).erased_at = world.now
    world.write(look_after_terms)
    assert waits() == []


def test_the_term_of_who_left_begins_with_that_day(world: World) -> None:
    mentee, awaited = somebody(world), world.person("Неявившийся")
    for one in (mentee, awaited):
        world.write(
            dismiss_person, actor=system(Channel.SCHEDULER), person_id=one.id, starts_on=world.now.date()
        )
    left_on = world.now.date()
    asked = {"actor": world.curator, "organization_id": world.organization_id}
    assert world.read(list_overdue, now=world.now + timedelta(days=29), **asked) == []
    overdue = world.read(list_overdue, now=world.now + timedelta(days=31), **asked)
    assert [(one.person_id, one.since) for one in overdue] == [
        (one.id, left_on + timedelta(days=30)) for one in (mentee, awaited)
    ]


def test_acts_stay_in_their_organisation_and_go_after_three_years(
    world: World, config: WorkerConfig, database: Database
) -> None:
    mentee = somebody(world)
    world.write(withdraw_consent, actor=world.actor(mentee.person))
    ask_by_system(world, mentee.id)
    work(world, config)
    assert (
        world.read(list_duties, actor=world.curator, organization_id=world.organization_id, now=world.now)
        == []
    )
    other = found_school(database, world.now, name="Гимназия № 2")
    with database.reading() as session:
        act_id = session.scalars(select(DestructionAct.id)).one()
    with pytest.raises(NotAllowed):
        other.read(read_act, actor=other.curator, act_id=act_id)
    world.now = world.now.replace(year=world.now.year + 3, month=12, day=31)
    world.write(look_after_terms)
    with pytest.raises(NotFound):
        world.read(read_act, actor=world.curator, act_id=act_id)


def test_on_postgresql_no_sample_is_left_and_nobody_else_s_transaction_is_waited_for(
    postgres_url: str, now: Any
) -> None:
    """The planner keeps samples of values; the catalogues of the whole server are not ours to lock."""
    database = Database(f"{postgres_url}?options=-c%20lock_timeout%3D3000")
    world = found_school(database, now)
    for _ in range(30):
        world.person(NAME, MIDDLE)
    samples = text("SELECT count(*) FROM pg_stats WHERE most_common_vals::text LIKE :name")
    with psycopg.connect(postgres_url) as other:
        other.execute("SELECT datname FROM pg_database")  # held until its transaction ends
        with database.writing() as session:
            session.execute(text("ANALYZE persons"))
            assert session.scalar(samples, {"name": f"%{NAME}%"})
            session.execute(text("UPDATE persons SET given_name = '', patronymic = '', family_name = ''"))
        database.rewrite()
    with database.reading() as session:
        assert session.scalar(samples, {"name": f"%{NAME}%"}) == 0
    database.close()


def test_the_files_of_sqlite_hold_no_trace(sqlite_url: str, tmp_path: Path, now: Any) -> None:
    """Bytes on the disk: the file, its log, and what a free page might keep."""
    database = Database(sqlite_url)
    world = found_school(database, now)
    config = WorkerConfig(sqlite_url, tmp_path / "data", FixedClock(now))
    mentee = world.ready(world.consented(NAME, MIDDLE), Role.MENTEE, {})
    world.write(withdraw_consent, actor=world.actor(mentee.person))
    ask_by_system(world, mentee.id)
    work(world, config)
    with database.writing() as session:
        session.execute(text("DELETE FROM destruction_acts"))
    database.rewrite()
    database.close()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    held = b"".join(one.read_bytes() for one in path.parent.glob(path.name + "*"))
    assert len(held) > 100_000
    assert NAME.encode() not in held
    assert DutyKind.ERASURE.value.encode() in held
