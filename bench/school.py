"""A school of the size that a figure needs: founded by the services, filled by bulk inserts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from models.accounts import AccountRole
from models.consents import Consent, ConsentDecision, ConsentKind, ConsentMedium
from models.engine import Database
from models.meetings import Meeting, MeetingKind, MeetingStatus
from models.messages import Conversation
from models.pairs import Decision, Pair, PairMember, PairStatus
from models.people import ChatAccount, OrganizationKind, Participation, ParticipationStatus, Person, Role
from models.surveys import Answer, RunOccasion, SurveyRun, SurveyStatus
from services.access.actors import Channel, system
from services.accounts.directory import create_account, set_password
from services.organizations.register import add_organization
from services.programmes.packs import load_pack
from services.programmes.running import create_programme

PROGRAMMES = Path(__file__).resolve().parent.parent / "programmes"
SURVEY, BEFORE, FIRST_QUESTION = "mentee_intake", "about", "need_planning"
FIRST_CHAT = 70_001
FIRST_MESSAGE = 500_000
LOGIN, PASSWORD = "bench", "травяной чай без сахара"  # of a database that lives for minutes
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class School:
    organization_id: int
    cycle_id: int
    timezone: str


@dataclass(frozen=True, slots=True)
class Pupil:
    """A mentee in the middle of the intake: a dozen questions follow that one tap answers."""

    chat_id: int
    run_id: int
    message_id: int


def find_noon(now: datetime) -> str:
    """A zone in which it is about noon now: what is measured must not wait for a school's morning."""
    ahead = 12 - now.hour
    return f"Etc/GMT{-ahead:+d}"  # the sign of these names is the other way round


def found_school(database: Database, now: datetime) -> School:
    root = system(Channel.COMMAND_LINE)
    with database.writing() as session:
        organization = add_organization(
            session,
            actor=root,
            name="Школа № 17 города Приозёрска",
            kind=OrganizationKind.SCHOOL,
            address="г. Приозёрск, ул. Школьная, 1",
            inn="0123456789",
            timezone=find_noon(now),
            now=now,
        )
        programme = create_programme(
            session,
            actor=root,
            organization_id=organization.id,
            pack=load_pack(PROGRAMMES, "target-model"),
            today=now.date(),
            now=now,
        )
        account = create_account(
            session,
            actor=root,
            organization_id=organization.id,
            login=LOGIN,
            name="Куратор",
            role=AccountRole.CURATOR,
            now=now,
        )
        set_password(session, token=account.token, password=PASSWORD, now=now)
    return School(organization.id, programme.cycle_id, organization.timezone)


def add_people(session: Session, school: School, count: int, *, first_chat: int, now: datetime) -> list[int]:
    """People who have consented, each with a chat: first_chat, first_chat + 1, ... Gives their ids."""
    known = session.scalar(select(Person.id).order_by(Person.id.desc()).limit(1)) or 0
    ids = list(range(known + 1, known + 1 + count))
    inside: dict[str, Any] = {"organization_id": school.organization_id}
    session.execute(
        insert(Person),
        [
            {"id": one, "family_name": "Коваленко", "given_name": "Анна", "patronymic": "Игоревна",
             "position": "учитель", "locale": "ru", "created_at": now} | inside
            for one in ids
        ],
    )  # fmt: skip
    session.execute(
        insert(ChatAccount),
        [
            {"chat_id": first_chat + place, "person_id": one, "linked_at": now, "is_reachable": True}
            for place, one in enumerate(ids)
        ],
    )
    session.execute(
        insert(Consent),
        [
            {"person_id": one, "kind": ConsentKind.PD_PROCESSING, "version": 1, "text_locale": "ru",
             "text_sha256": "0" * 64, "decision": ConsentDecision.GIVEN, "decided_at": now,
             "timezone": "Europe/Moscow", "medium": ConsentMedium.CHAT,
             "chat_id": first_chat + place, "message_id": 1} | inside
            for place, one in enumerate(ids)
        ],
    )  # fmt: skip
    go_on_counting(session, Person, ChatAccount, Consent)
    return ids


def add_pupils(
    session: Session,
    school: School,
    count: int,
    *,
    now: datetime,
    first_chat: int = FIRST_CHAT,
    first_message: int = FIRST_MESSAGE,
) -> list[Pupil]:
    """Mentees whose next screen is the first of a dozen ratings."""
    ids = add_people(session, school, count, first_chat=first_chat, now=now)
    survey = load_pack(PROGRAMMES, "target-model").survey(SURVEY)
    answered = next(block for block in survey.blocks if block.id == BEFORE).questions
    pupils = [Pupil(first_chat + place, one, first_message + place) for place, one in enumerate(ids)]
    _join(session, school, ids, Role.MENTEE, ParticipationStatus.INTAKE, now)
    session.execute(
        insert(SurveyRun),
        [
            {"id": one, "organization_id": school.organization_id, "cycle_id": school.cycle_id,
             "survey_id": survey.id, "survey_version": survey.version, "person_id": one,
             "occasion": RunOccasion.INTAKE,
             "dedup_key": f"intake:mentee:cycle:{school.cycle_id}:person:{one}",
             "status": SurveyStatus.OPEN, "opened_at": now}
            for one in ids
        ],
    )  # fmt: skip
    values = [(question.id, _usual(question.kind, [o.id for o in question.options])) for question in answered]
    session.execute(
        insert(Answer),
        [
            {"run_id": one, "question_id": question_id, "value": {"value": value}, "is_final": True,
             "answered_at": now}
            for one in ids
            for question_id, value in values
        ],
    )  # fmt: skip
    session.execute(
        insert(Conversation),
        [
            {"chat_id": pupil.chat_id, "flow": "survey", "data": {"run_id": pupil.run_id},
             "screen_message_id": pupil.message_id, "locale": "ru"}
            for pupil in pupils
        ],
    )  # fmt: skip
    go_on_counting(session, SurveyRun, Answer)
    return pupils


def _usual(kind: str, options: list[str]) -> Any:
    match kind:
        case "multi":
            return options[:1]
        case "single":
            return options[0]
    return 1


def add_pairs(session: Session, school: School, count: int, *, first_chat: int, now: datetime) -> list[int]:
    """Pairs that meet: two people each, with chats. Gives the pairs' ids."""
    ids = add_people(session, school, 2 * count, first_chat=first_chat, now=now)
    mentees, mentors = ids[::2], ids[1::2]
    _join(session, school, mentees, Role.MENTEE, ParticipationStatus.PAIRED, now)
    _join(session, school, mentors, Role.MENTOR, ParticipationStatus.PAIRED, now)
    by_person = dict(session.execute(select(Participation.person_id, Participation.id)).tuples().all())
    pairs = list(range(1, count + 1))
    session.execute(
        insert(Pair),
        [
            {"id": one, "organization_id": school.organization_id, "cycle_id": school.cycle_id,
             "form": "teacher_teacher", "kind": "traditional", "status": PairStatus.ACTIVE,
             "proposed_at": now, "accepted_at": now}
            for one in pairs
        ],
    )  # fmt: skip
    session.execute(
        insert(PairMember),
        [
            {"pair_id": pair, "participation_id": by_person[person], "person_id": person, "role": role,
             "is_current": True, "decision": Decision.ACCEPTED, "decided_at": now}
            for side, role in ((mentees, Role.MENTEE), (mentors, Role.MENTOR))
            for pair, person in zip(pairs, side, strict=True)
        ],
    )  # fmt: skip
    go_on_counting(session, Pair, PairMember)
    return pairs


def _join(
    session: Session, school: School, ids: list[int], role: Role, status: ParticipationStatus, now: datetime
) -> None:
    session.execute(
        insert(Participation),
        [
            {"organization_id": school.organization_id, "cycle_id": school.cycle_id, "person_id": one,
             "role": role, "status": status, "capacity": 1, "joined_at": now, "ready_at": now}
            for one in ids
        ],
    )  # fmt: skip


def add_meetings(
    session: Session,
    school: School,
    pairs: list[int],
    *,
    starts_at: datetime,
    remind_at: datetime,
    now: datetime,
) -> None:
    """One planned meeting a pair, all at the same moment, all to be reminded of at the same moment."""
    proposers = dict(session.execute(select(PairMember.pair_id, PairMember.person_id)).tuples().all())
    session.execute(
        insert(Meeting),
        list(_meetings(school, pairs, proposers, starts_at, remind_at, now)),
    )


def _meetings(
    school: School,
    pairs: list[int],
    proposers: dict[int, int],
    starts_at: datetime,
    remind_at: datetime,
    now: datetime,
) -> Iterator[dict[str, Any]]:
    for pair in pairs:
        yield {
            "organization_id": school.organization_id,
            "cycle_id": school.cycle_id,
            "pair_id": pair,
            "kind": MeetingKind.REGULAR,
            "status": MeetingStatus.PLANNED,
            "local_start": f"{starts_at.astimezone(ZoneInfo(school.timezone)):%Y-%m-%dT%H:%M}",
            "timezone": school.timezone,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=40),
            "minutes": 40,
            "proposed_by": proposers[pair],
            "proposed_at": now - timedelta(days=7),
            "planned_at": now - timedelta(days=7),
            "remind_at": remind_at,
            "remind_offset": 60,
            "ask_at": starts_at + timedelta(hours=2),
        }


def add_million_meetings(session: Session, count: int = MILLION) -> None:
    """Copies of one meeting ahead, each a minute after the one before; the database makes them itself."""
    one = session.execute(select(Meeting).limit(1)).scalar_one()
    columns = [
        "organization_id", "cycle_id", "pair_id", "kind", "status", "local_start", "timezone", "minutes",
        "proposed_by", "proposed_at", "planned_at", "remind_offset",
    ]  # fmt: skip
    moved = ["starts_at", "ends_at", "remind_at", "ask_at"]
    if session.get_bind().dialect.name == "sqlite":
        numbers = (
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count) "
        )
        # six digits of a second, as the driver writes them
        later = [f"strftime('%Y-%m-%d %H:%M:%S.000000', {name}, '+' || n || ' minutes')" for name in moved]
        source = "numbers"
    else:
        numbers, source = "", "generate_series(1, :count) AS numbers(n)"
        later = [f"{name} + n * interval '1 minute'" for name in moved]
    session.execute(
        text(
            f"{numbers}INSERT INTO meetings ({', '.join(columns + moved)}) "  # noqa: S608  # names of ours
            f"SELECT {', '.join(columns + later)} FROM {source}, meetings WHERE meetings.id = :id"
        )
        if source != "numbers"
        else text(
            f"INSERT INTO meetings ({', '.join(columns + moved)}) {numbers}"  # noqa: S608  # as above
            f"SELECT {', '.join(columns + later)} FROM {source}, meetings WHERE meetings.id = :id"
        ),
        {"count": count, "id": one.id},
    )


def go_on_counting(session: Session, *tables: Any) -> None:
    """After rows with numbers of ours PostgreSQL's counters must go on behind them."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in tables:
        name = table.__tablename__
        if "id" in table.__table__.columns:
            session.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}")  # noqa: S608
            )
