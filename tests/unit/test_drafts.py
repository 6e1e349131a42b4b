"""Cards of meetings as services see them, on both databases (docs/domain.md#meeting-messages)."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from models.drafts import DraftStatus
from models.meetings import MeetingKind, MeetingStatus
from models.messages import OutboxMessage
from services.access.errors import NotFound
from services.joining.withdrawing import withdraw_consent
from services.meetings.outcomes import DayNotPast, MinutesOutOfRange
from services.messages_read.drafts.authors import read_author
from services.messages_read.drafts.contents import Field, Purpose
from services.messages_read.drafts.targets import MentorWrites, NothingToCorrect
from services.messages_read.drafts.writing import (
    CardClosed,
    erase_old_drafts,
    join_earlier,
    leave_unanswered,
    refuse_item,
)
from services.pairs.assignments import EndReason, end_pair
from services.pairs.requests.rules import PairOver
from services.privacy.own_data import read_own_data
from tests.unit.test_meetings import THURSDAY, Pair
from tests.unit.writers import MONDAY, Writer, drafts, meetings
from tests.world import World


def test_a_text_becomes_a_card_and_a_record(mentor: Writer, world: World) -> None:
    draft_id = mentor.write("сегодня с 11 до 11:40 в каб. 304 разбирали план урока, в четверг посещу урок")
    card = mentor.card(draft_id)
    assert (card.question, card.kind) == (None, MeetingKind.INTRO), "the first meeting of a new pair"
    kept = mentor.save(draft_id)
    meeting = mentor.meeting(kept.meeting_ids[0])
    assert (meeting.local_start, meeting.held_minutes) == (datetime(2026, 11, 23, 11), 40)
    assert (meeting.topic, meeting.next_step) == ("план урока", "в четверг посещу урок")
    assert meeting.status is MeetingStatus.HELD
    [draft] = drafts(world)
    assert (draft.status, draft.text, draft.contents) == (DraftStatus.SAVED, None, None)
    assert kept.run_id is not None


def test_a_second_save_finds_the_card_closed(mentor: Writer, world: World) -> None:
    draft_id = mentor.write("сегодня 40 минут, журнал")
    mentor.save(draft_id)
    with pytest.raises(CardClosed):
        mentor.save(draft_id)
    assert len(meetings(world)) == 1


def test_nothing_is_saved_while_a_question_is_open(mentor: Writer, world: World) -> None:
    draft_id = mentor.write("сегодня встретились")
    assert mentor.card(draft_id).question is Field.MINUTES
    with pytest.raises(CardClosed):
        mentor.save(draft_id)
    mentor.fill(draft_id, minutes=45)
    assert mentor.card(draft_id).question is Field.TOPIC
    mentor.do(leave_unanswered, draft_id=draft_id, field=Field.TOPIC)
    assert mentor.card(draft_id).question is None
    mentor.save(draft_id)
    assert [meeting.held_minutes for meeting in meetings(world)] == [45]


def test_a_card_belongs_to_its_author(mentor: Writer, mentee: Writer, world: World) -> None:
    draft_id = mentor.write("сегодня 40 минут, журнал")
    for act in (mentee.save, mentee.card):
        with pytest.raises(CardClosed):
            act(draft_id)
    with pytest.raises(CardClosed):
        mentee.do(refuse_item, draft_id=draft_id)
    assert meetings(world) == []


def test_a_person_has_one_open_card(mentor: Writer, world: World) -> None:
    mentor.write("сегодня 40 минут, журнал")
    mentor.write("сегодня час, оценивание")
    assert [draft.status for draft in drafts(world)] == [DraftStatus.REFUSED, DraftStatus.OPEN]


def test_two_days_written_one_after_another_may_be_two_meetings(mentor: Writer, world: World) -> None:
    world.now += timedelta(days=2)
    mentor.write("вчера 40 минут, журнал")
    draft_id = mentor.write("сегодня час, оценивание")
    assert mentor.card(draft_id).can_join
    mentor.do(join_earlier, draft_id=draft_id)
    assert (mentor.card(draft_id).at, mentor.card(draft_id).total) == (0, 2)
    assert mentor.save(draft_id).goes_on
    with pytest.raises(CardClosed):
        mentor.save(draft_id, at=0)
    assert not mentor.save(draft_id, at=1).goes_on
    assert [meeting.held_minutes for meeting in meetings(world)] == [40, 60]


def test_a_bare_value_completes_the_card(mentor: Writer) -> None:
    first = mentor.write("сегодня 40 минут, журнал")
    assert mentor.write("не 40, а 55 минут", is_beside_card=True) == first
    item = mentor.card(first).item
    assert (item.minutes, item.topic) == (55, "журнал")


def test_an_open_correction_without_a_card_needs_a_record(mentor: Writer) -> None:
    with pytest.raises(NothingToCorrect):
        mentor.write("ошиблась, было 55 минут")


def test_values_are_checked_as_they_are_given(mentor: Writer) -> None:
    draft_id = mentor.write("сегодня 40 минут, журнал")
    with pytest.raises(DayNotPast):
        mentor.fill(draft_id, day=MONDAY + timedelta(days=1))
    for minutes in (0, -5, 1441):
        with pytest.raises(MinutesOutOfRange):
            mentor.fill(draft_id, minutes=minutes)
    mentor.fill(draft_id, topic="слово " * 300)
    assert len(mentor.card(draft_id).item.topic or "") <= 500


def test_more_than_eight_hours_are_saved_only_when_sure(mentor: Writer, world: World) -> None:
    draft_id = mentor.write("сегодня 600 минут, журнал")
    assert mentor.card(draft_id).warnings.is_long
    with pytest.raises(MinutesOutOfRange):
        mentor.save(draft_id)
    mentor.save(draft_id, is_sure=True)
    assert [meeting.held_minutes for meeting in meetings(world)] == [600]


def test_a_planned_meeting_is_found_by_its_day_and_may_be_told_apart(
    mentor: Writer, pair: Pair, world: World
) -> None:
    planned = pair.agree()
    world.now = datetime(2026, 11, 27, 9, tzinfo=world.now.tzinfo)
    draft_id = mentor.write("вчера 40 минут, знакомились, обсудили журнал")
    assert mentor.card(draft_id).planned is not None
    mentor.fill(draft_id, is_another=True)
    assert mentor.card(draft_id).planned is None
    mentor.fill(draft_id, is_another=False)
    assert mentor.save(draft_id).meeting_ids == (planned,)
    assert len(meetings(world)) == 1


def test_a_meeting_at_quite_another_hour_is_not_the_planned_one(
    mentor: Writer, pair: Pair, world: World
) -> None:
    pair.agree()
    world.now = datetime(2026, 11, 27, 9, tzinfo=world.now.tzinfo)
    draft_id = mentor.write("вчера с 9 до 9:40 разбирали журнал")
    assert mentor.card(draft_id).planned is None


def test_with_several_mentees_the_pair_is_asked_unless_named(world: World, pair: Pair) -> None:
    other = Pair(world, mentee=world.mentee("Марина", "Сергеевна"), mentor=pair.mentor)
    mentor = Writer(pair)
    draft_id = mentor.write("сегодня 40 минут, журнал")
    card = mentor.card(draft_id)
    assert card.question is Field.PAIR
    assert {one.pair_id for one in card.candidates} == {pair.id, other.id}
    mentor.fill(draft_id, pair_ids=(other.id,))
    mentor.save(draft_id)
    named = mentor.write("сегодня с Анной и Мариной час, оценивание")
    assert set(mentor.card(named).item.pair_ids) == {pair.id, other.id}
    kept = mentor.save(named)
    assert len(kept.meeting_ids) == 2, "a group stands in the journal of each pair"
    assert [meeting.pair_id for meeting in meetings(world)] == [other.id, pair.id, other.id]


def test_a_mentee_marks_the_meeting_and_logs_nothing(mentee: Writer, pair: Pair, world: World) -> None:
    with pytest.raises(MentorWrites):
        mentee.write("сегодня встретились, 40 минут, журнал")
    meeting_id = pair.agree()
    world.now = datetime(2026, 11, 27, 9, tzinfo=world.now.tzinfo)
    draft_id = mentee.write("вчера встретились, 40 минут, журнал")
    card = mentee.card(draft_id)
    assert (card.item.purpose, card.question, card.item.meeting_id) == (Purpose.HELD, None, meeting_id)
    kept = mentee.save(draft_id)
    assert kept.run_id is not None
    assert mentee.meeting(meeting_id).held_minutes is None
    assert mentee.meeting(meeting_id).mentees[0].took_place is True


def test_a_move_finds_the_planned_meeting_or_becomes_a_plan(mentee: Writer, pair: Pair, world: World) -> None:
    plan = mentee.write("перенесли на пятницу в 16:00")
    card = mentee.card(plan)
    assert (card.item.purpose, card.item.has_lost_meeting) == (Purpose.PLAN, True)
    mentee.do(refuse_item, draft_id=plan)
    meeting_id = pair.agree()
    move = mentee.write("перенесли на пятницу в 16:00")
    assert mentee.card(move).item.meeting_id == meeting_id
    moved = mentee.save(move).meeting_ids[0]
    assert mentee.meeting(moved).local_start == datetime(2026, 11, 27, 16)
    assert mentee.meeting(meeting_id).status is MeetingStatus.MOVED


def test_of_two_planned_meetings_the_moved_one_is_asked(pair: Pair, world: World) -> None:
    other = Pair(world, mentee=world.mentee("Марина", "Сергеевна"), mentor=pair.mentor)
    first, second = pair.agree(), other.agree(local_start=THURSDAY + timedelta(hours=2))
    mentor = Writer(pair)
    draft_id = mentor.write("перенесли на пятницу в 16:00")
    card = mentor.card(draft_id)
    assert card.question is Field.MEETING
    assert {one.id for one in card.choices} == {first, second}
    mentor.fill(draft_id, meeting_id=second)
    assert mentor.card(draft_id).question is None


def test_a_plan_is_proposed_with_its_topic(mentor: Writer, world: World) -> None:
    draft_id = mentor.write("в четверг в 15 встречаемся, тема родсобрание")
    meeting_id = mentor.save(draft_id).meeting_ids[0]
    meeting = mentor.meeting(meeting_id)
    assert (meeting.status, meeting.topic) == (MeetingStatus.PROPOSED, "родительское собрание")
    assert meeting.local_start == THURSDAY


def test_a_coming_meeting_that_will_not_be_is_cancelled_and_a_past_one_missed(
    mentor: Writer, pair: Pair, world: World
) -> None:
    coming = pair.agree()
    mentor.save(mentor.write("в четверг встреча не состоится"))
    assert mentor.meeting(coming).status is MeetingStatus.CANCELLED
    past = pair.agree(local_start=THURSDAY + timedelta(hours=1))
    world.now = datetime(2026, 11, 27, 9, tzinfo=world.now.tzinfo)
    mentor.save(mentor.write("вчера встреча не состоялась"))
    assert mentor.meeting(past).status is MeetingStatus.MISSED


def test_a_pair_that_ended_gets_no_record(mentor: Writer, pair: Pair, world: World) -> None:
    other = Pair(world, mentee=world.mentee("Марина", "Сергеевна"), mentor=pair.mentor)
    draft_id = mentor.write("сегодня с Анной 40 минут, журнал")
    world.write(end_pair, actor=world.curator, pair_id=pair.id, reason=EndReason.MUTUAL)
    with pytest.raises(CardClosed):
        mentor.card(draft_id)
    with pytest.raises(PairOver):
        mentor.save(draft_id)
    assert meetings(world) == []
    assert other.id


def test_without_a_pair_or_a_consent_nothing_is_read(mentor: Writer, world: World) -> None:
    alone = world.mentee("Вера", "Павловна")
    with pytest.raises(NotFound):
        world.read(read_author, actor=world.actor(alone.person))
    mentor.write("сегодня 40 минут, журнал")
    mentor.do(withdraw_consent)
    assert drafts(world) == []
    with pytest.raises(NotFound):
        world.read(read_author, actor=mentor.actor)


def test_what_nobody_decided_on_goes_in_a_week(mentor: Writer, world: World) -> None:
    mentor.write("сегодня 40 минут, журнал")
    held = world.read(read_own_data, actor=mentor.actor, locale="ru")["meetings_written_and_not_saved"]
    assert held[0]["text"] == "сегодня 40 минут, журнал"
    world.now += timedelta(days=6, hours=23)
    assert world.write(erase_old_drafts) == 0
    world.now += timedelta(hours=2)
    assert world.write(erase_old_drafts) == 1
    assert drafts(world) == []


def test_the_other_side_hears_of_a_proposal_only(mentor: Writer, world: World) -> None:
    """A card is nobody's business until its tap."""
    query = select(OutboxMessage.kind).order_by(OutboxMessage.id)
    before = world.read(lambda session: session.scalars(query).all())
    draft_id = mentor.write("в четверг в 15:00")
    assert world.read(lambda session: session.scalars(query).all()) == before
    mentor.save(draft_id)
    assert world.read(lambda session: session.scalars(query).all())[len(before) :] == ["meeting.proposed"]
