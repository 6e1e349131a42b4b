"""What was logged and is corrected or taken back; wishes about the pair.

See docs/domain.md#meeting-messages; E27, E29.
"""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.meetings import MeetingKind, MeetingStatus
from models.messages import OutboxMessage
from models.pairs import Pair as PairRow
from models.requests import Request, RequestKind, RequestStatus
from models.tasks import TaskKind
from services.access.errors import NotAllowed, NotFound
from services.meetings.corrections import Correction, NotLogged, correct_log, withdraw_log
from services.meetings.outcomes import DayNotPast, report_held
from services.meetings.planning import MeetingChanged
from services.messages_read.reading.readings import Warned
from services.organizations.working_days import find_working_day
from services.pairs.requests.sending import RequestOpen
from services.surveys.feedback import find_feedback, rate
from tests.unit.test_meetings import Pair
from tests.unit.writers import MONDAY, Writer, meetings, open_tasks
from tests.world import World


def test_a_correction_changes_only_what_it_names(mentor: Writer, world: World) -> None:
    meeting_id = mentor.log()
    world.now += timedelta(days=1)
    mentor.save(mentor.write("ошиблась, вчерашняя была не 30, а 50 минут"))
    meeting = mentor.meeting(meeting_id)
    assert (meeting.held_minutes, meeting.topic, meeting.local_start.date()) == (50, "журнал", MONDAY)
    query = select(AuditEntry.before, AuditEntry.after).where(AuditEntry.action == "meeting.corrected")
    [(before, after)] = world.read(lambda session: session.execute(query).all())
    assert (before["minutes"], after["minutes"], after["topic_changed"]) == (30, 50, False)
    assert "журнал" not in str(before) + str(after), "what a person wrote stays out of the audit"


def test_a_record_moves_to_the_right_day_and_kind(mentor: Writer, pair: Pair, world: World) -> None:
    world.now += timedelta(days=2)
    meeting_id = mentor.log()
    correction = Correction(day=MONDAY + timedelta(days=1), clock=time(14), kind=MeetingKind.TRIAL)
    mentor.do(correct_log, meeting_id=meeting_id, correction=correction)
    meeting = mentor.meeting(meeting_id)
    assert (meeting.local_start, meeting.kind) == (datetime(2026, 11, 24, 14), MeetingKind.TRIAL)
    with pytest.raises(DayNotPast):
        mentor.do(correct_log, meeting_id=meeting_id, correction=Correction(day=date(2026, 12, 24)))
    with pytest.raises(NotAllowed):
        Writer(pair, pair.mentee).do(correct_log, meeting_id=meeting_id, correction=Correction(minutes=5))


def test_a_record_taken_back_counts_nowhere(mentor: Writer, world: World) -> None:
    meeting_id = mentor.log()
    mentor.save(mentor.write("удалите последнюю запись"))
    [meeting] = meetings(world)
    assert meeting.status is MeetingStatus.CANCELLED
    assert (meeting.held_minutes, meeting.topic, meeting.logged_by) == (None, None, None)
    query = select(AuditEntry.before).where(AuditEntry.action == "meeting.log_withdrawn")
    assert world.read(lambda session: session.scalars(query).one())["minutes"] == 30
    with pytest.raises(MeetingChanged):
        mentor.do(withdraw_log, meeting_id=meeting_id)


def test_a_planned_meeting_waits_again_when_its_log_is_taken_back(
    mentor: Writer, pair: Pair, world: World
) -> None:
    meeting_id = pair.agree()
    world.now = datetime(2026, 11, 27, 9, tzinfo=world.now.tzinfo)
    mentor.save(mentor.write("вчера 40 минут, журнал"))
    mentor.do(withdraw_log, meeting_id=meeting_id)
    meeting = mentor.meeting(meeting_id)
    assert (meeting.status, meeting.mentor.took_place) == (MeetingStatus.PLANNED, None)
    with pytest.raises(MeetingChanged):
        mentor.do(withdraw_log, meeting_id=meeting_id)


@pytest.mark.parametrize("by", ["word", "rating"])
def test_taking_back_what_the_mentee_confirmed_is_for_the_curator(
    mentor: Writer, mentee: Writer, world: World, by: str
) -> None:
    meeting_id = mentor.log()
    if by == "word":
        mentee.do(report_held, meeting_id=meeting_id, took_place=True)
    else:
        run_id = world.read(find_feedback, meeting_id=meeting_id, person_id=mentee.who.id)
        mentee.do(rate, run_id=run_id, rating=9)
    mentor.do(withdraw_log, meeting_id=meeting_id)
    assert mentor.meeting(meeting_id).status is not MeetingStatus.CANCELLED
    assert [kind for kind, _, _ in open_tasks(world)] == [TaskKind.MEETING_MISMATCH]


def test_a_meeting_only_marked_as_held_has_no_log_to_correct(
    mentor: Writer, mentee: Writer, pair: Pair, world: World
) -> None:
    meeting_id = pair.agree()
    world.now = datetime(2026, 11, 27, 9, tzinfo=world.now.tzinfo)
    for side in (mentor, mentee):
        side.do(report_held, meeting_id=meeting_id, took_place=True)
    with pytest.raises(NotLogged):
        mentor.do(correct_log, meeting_id=meeting_id, correction=Correction(minutes=5))


def waiting(world: World) -> list[tuple[RequestKind, int, date | None]]:
    query = select(Request.kind, Request.person_id, Request.wanted_on).where(
        Request.status == RequestStatus.WAITING
    )
    return [tuple(row) for row in world.read(lambda session: session.execute(query).all())]


@pytest.mark.requirement("E27")
def test_a_mentor_gives_three_working_days_of_notice(mentor: Writer, mentee: Writer, world: World) -> None:
    sent_before = world.read(lambda session: len(session.scalars(select(OutboxMessage.id)).all()))
    draft_id = mentor.write("Не смогу больше быть наставником с 1 декабря, много нагрузки")
    assert mentor.card(draft_id).earliest_leave == date(2026, 11, 26)
    mentor.save(draft_id)
    assert waiting(world) == [(RequestKind.RELEASE, mentor.who.id, date(2026, 12, 1))]
    sent = world.read(lambda session: len(session.scalars(select(OutboxMessage.id)).all()))
    assert sent == sent_before, "the other side is not told"
    with pytest.raises(NotFound):
        mentee.write("не хочу больше быть наставником")


@pytest.mark.requirement("E29")
def test_a_wish_that_is_open_is_not_opened_twice(mentee: Writer, world: World) -> None:
    words = "Прошу заменить мне наставника, не совпадает расписание"
    mentee.save(mentee.write(words))
    with pytest.raises(RequestOpen):
        mentee.save(mentee.write(words))
    assert waiting(world) == [(RequestKind.REPLACEMENT, mentee.who.id, None)]
    assert world.read(lambda session: session.scalars(select(Request.text)).one()) == words, "kept in full"


def test_an_extension_over_twelve_months_is_said(mentor: Writer, world: World) -> None:
    with world.database.writing() as session:
        session.scalars(select(PairRow)).one().accepted_at = world.now - timedelta(days=90)
    far = mentor.card(mentor.write("Продлите нам программу до 31 декабря 2027")).warnings
    assert far.read == (Warned.FAR_DAY,), "over a year ahead is asked"
    draft_id = mentor.write("Продлите нам программу до 1 октября 2027")
    assert mentor.card(draft_id).warnings.is_over_a_year
    mentor.save(draft_id)
    assert waiting(world) == [(RequestKind.EXTENSION, mentor.who.id, date(2027, 10, 1))]


def test_working_days_leave_out_holidays_and_moved_days_off() -> None:
    assert find_working_day(date(2025, 10, 15), after=3) == date(2025, 10, 20)
    assert find_working_day(date(2026, 4, 30), after=3) == date(2026, 5, 6)
    assert find_working_day(date(2025, 12, 30), after=1) == date(2026, 1, 12)
