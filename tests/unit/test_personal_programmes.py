"""The personalised programme of a pair: drafted, changed by consent, watched, kept without names."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.engine import Database
from models.messages import OutboxMessage
from models.pairs import PairStatus
from models.personal_programmes import (
    ChangeKind,
    ChangeState,
    Mark,
    PersonalProgramme,
    ProgrammeOutcome,
    ProgrammeStatus,
)
from models.tasks import Task, TaskKind
from services.access.actors import Actor
from services.access.errors import NotAllowed
from services.dates.months import shift_months
from services.matching.waiting import search_for_waiting
from services.pairs.assignments import EndReason, end_pair
from services.pairs.cards import read_pair
from services.pairs.personal_programmes.bank import (
    BankWritten,
    NamesFound,
    NotFinished,
    put_into_bank,
    read_for_bank,
    start_from_bank,
)
from services.pairs.personal_programmes.cards import find_programme_of, list_versions, read_programme
from services.pairs.personal_programmes.changing import (
    ChangeDecided,
    DayOutsideTerm,
    Wanted,
    WordsMissing,
    answer_change,
    confirm_card,
    withdraw_change,
    write_card,
)
from services.pairs.personal_programmes.contents import ProgrammeFacts
from services.pairs.personal_programmes.deciding import (
    ActivitiesLeft,
    NothingPlanned,
    agree_to_programme,
    approve_programme,
    complete_programme,
    give_back,
)
from services.pairs.personal_programmes.progress import mark_activity, write_result
from services.pairs.personal_programmes.silence import watch_programmes
from services.pairs.personal_programmes.states import ProgrammeNotDue, ProgrammeOver, TermOutOfRange
from services.pairs.support import (
    SupportStep,
    SupportWritten,
    draft_support,
    read_support,
    share_support,
    write_support,
)
from services.people.mentioned import find_names
from services.privacy.erasing import erase_person
from services.privacy.own_data import read_own_data
from services.programmes.answers import Tapped
from tests.world import World, found_school


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The rules do not depend on the engine; the queries of the list run on both in the panel's tests."""
    return sqlite_url


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    return found_school(database, now)


class Couple:
    """A pair at work with its programme."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.anna = world.mentee(
            "Анна",
            topics=Tapped(("planning", "parents")),
            strengths=Tapped(("digital",)),
            need_rules=Tapped(("9",)),
        )
        self.pyotr = world.mentor("Пётр")
        self.pair_id = world.agree(self.anna, self.pyotr)
        self.id = self.read().id

    @property
    def mentee(self) -> Actor:
        return self.world.actor(self.anna.person)

    @property
    def mentor(self) -> Actor:
        return self.world.actor(self.pyotr.person)

    def read(self, actor: Actor | None = None) -> ProgrammeFacts:
        found: ProgrammeFacts = self.world.read(
            find_programme_of, actor=actor or self.world.curator, pair_id=self.pair_id, now=self.world.now
        )
        return found

    def do(self, fn: Any, /, **facts: Any) -> Any:
        return self.world.write(fn, **facts)

    def begin(self) -> None:
        for actor in (self.mentor, self.mentee):
            self.do(agree_to_programme, actor=actor, programme_id=self.id)
        self.do(approve_programme, actor=self.world.curator, programme_id=self.id)

    def ask(self, actor: Actor, kind: ChangeKind, **facts: Any) -> int:
        card: int = self.do(write_card, actor=actor, programme_id=self.id, wanted=Wanted(kind, **facts))
        self.do(confirm_card, actor=actor, change_id=card)
        return card

    def finish(self) -> None:
        for one in self.read().activities:
            self.do(mark_activity, actor=self.mentor, activity_id=one.id, mark=Mark.REACHED)
        facts = {"outcome": ProgrammeOutcome.FULFILLED, "note": ""}
        self.do(complete_programme, actor=self.world.curator, programme_id=self.id, **facts)

    def skip(self, days: int) -> None:
        self.world.now += timedelta(days=days)

    def look(self) -> tuple[set[str], set[TaskKind]]:
        """After the tick: who was told what, and the open tasks about programmes."""
        with self.world.database.writing() as session:
            before = set(session.scalars(select(OutboxMessage.id)))
            watch_programmes(session, now=self.world.now)
            rows = session.scalars(select(OutboxMessage).where(OutboxMessage.id.not_in(before)))
            told = {f"{row.kind}:{'mentor' if row.person_id == self.pyotr.id else 'mentee'}" for row in rows}
            tasks = session.scalars(select(Task.kind).where(Task.done_at.is_(None)))
            return told, {kind for kind in tasks if kind.value.startswith("programme")}


@pytest.fixture
def couple(world: World) -> Couple:
    return Couple(world)


def test_the_draft_is_of_the_answers_promised_to_the_pair_and_of_the_library(couple: Couple) -> None:
    found = couple.read(couple.mentor)
    assert found.areas == ("planning", "parents"), "what was rated high was promised to the curator alone"
    assert found.strengths == ("digital",)
    assert found.goal == "Справиться с тем, что сейчас трудно: планирование уроков, общение с родителями"
    library = {one.title.ru for one in couple.world.pack.pack.activities}
    assert {one.title for one in found.activities} <= library
    assert {one.direction for one in found.activities} == {"", "planning", "parents", "strength:digital"}
    days = [one.planned_on for one in found.activities]
    assert days == sorted(days)
    assert found.starts_on < days[0] < days[-1] < found.ends_on
    settings = couple.world.pack.settings
    assert shift_months(found.starts_on, settings.term_months_min) <= found.ends_on
    assert found.status is ProgrammeStatus.DRAFT
    assert found.awaited == {couple.anna.id, couple.pyotr.id}


def test_all_of_the_pair_agree_and_a_change_asks_anew(couple: Couple) -> None:
    couple.do(agree_to_programme, actor=couple.mentor, programme_id=couple.id)
    assert couple.read().status is ProgrammeStatus.PROPOSED
    with pytest.raises(ProgrammeNotDue):
        couple.do(approve_programme, actor=couple.world.curator, programme_id=couple.id)
    day = couple.read().starts_on + timedelta(days=20)
    couple.ask(couple.mentee, ChangeKind.ADD, text="Посетить урок коллеги", day=day)
    found = couple.read()
    assert "Посетить урок коллеги" in {one.title for one in found.activities}
    assert found.status is ProgrammeStatus.DRAFT, "the mentor agreed to another text"
    assert couple.pyotr.id in found.awaited
    couple.do(agree_to_programme, actor=couple.mentee, programme_id=couple.id)
    couple.do(agree_to_programme, actor=couple.mentor, programme_id=couple.id)
    assert couple.read().is_curator_awaited
    assert couple.look()[1] == {TaskKind.PROGRAMME_TO_APPROVE}
    couple.do(give_back, actor=couple.world.curator, programme_id=couple.id, remark="Добавьте открытый урок")
    found = couple.read()
    assert (found.status, found.remark) == (ProgrammeStatus.DRAFT, "Добавьте открытый урок")
    assert couple.look()[1] == set()
    couple.begin()
    assert couple.read().version == 1
    pair = couple.world.read(read_pair, actor=couple.world.curator, pair_id=couple.pair_id)
    assert pair.ends_on == found.ends_on, "the pair has the term of its programme"


def test_in_work_a_change_needs_all_and_makes_a_version(couple: Couple) -> None:
    couple.begin()
    one = couple.read().activities[1]
    day = one.planned_on + timedelta(days=7)
    change = couple.ask(couple.mentee, ChangeKind.MOVE, activity_id=one.id, day=day)
    assert couple.read().activity(one.id).planned_on == one.planned_on  # type: ignore[union-attr]
    with pytest.raises(NotAllowed):
        couple.do(answer_change, actor=couple.mentee, change_id=change, agrees=True)
    assert couple.do(answer_change, actor=couple.mentor, change_id=change, agrees=True) is ChangeState.APPLIED
    assert couple.read().activity(one.id).planned_on == day  # type: ignore[union-attr]
    with pytest.raises(ChangeDecided):
        couple.do(answer_change, actor=couple.mentor, change_id=change, agrees=False)
    refused = couple.ask(couple.mentor, ChangeKind.DROP, activity_id=one.id)
    couple.do(answer_change, actor=couple.mentee, change_id=refused, agrees=False)
    assert couple.read().activity(one.id) is not None
    taken = couple.ask(couple.mentor, ChangeKind.GOAL, text="Другая цель")
    couple.do(withdraw_change, actor=couple.mentor, change_id=taken)
    assert couple.read().goal != "Другая цель"
    versions = couple.world.read(list_versions, actor=couple.world.curator, programme_id=couple.id)
    assert [(one.number, one.kind) for one in versions] == [(2, ChangeKind.MOVE), (1, None)]
    assert versions[0].author == couple.anna.person.full_name


@pytest.mark.parametrize(
    ("kind", "facts", "error"),
    [
        (ChangeKind.ADD, {"text": " ", "day": date(2027, 1, 15)}, WordsMissing),
        (ChangeKind.ADD, {"text": "Урок", "day": date(2026, 1, 15)}, DayOutsideTerm),
        (ChangeKind.TERM, {"day": date(2028, 12, 1)}, TermOutOfRange),
        (ChangeKind.TERM, {"day": date(2026, 12, 1)}, TermOutOfRange),
        (ChangeKind.AREA, {"code": "planning"}, ProgrammeNotDue),
        (ChangeKind.AREA, {"code": "nonsense"}, ProgrammeNotDue),
    ],
)
def test_what_cannot_be_is_refused_before_the_card(
    couple: Couple, kind: ChangeKind, facts: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        couple.ask(couple.mentor, kind, **facts)


def test_a_longer_term_moves_the_last_day_of_the_pair_too(couple: Couple) -> None:
    couple.begin()
    later = shift_months(couple.read().ends_on, 1)
    change = couple.ask(couple.mentee, ChangeKind.TERM, day=later)
    couple.do(answer_change, actor=couple.mentor, change_id=change, agrees=True)
    pair = couple.world.read(read_pair, actor=couple.world.curator, pair_id=couple.pair_id)
    assert couple.read().ends_on == pair.ends_on == later


def test_silence_reminds_and_then_tells_the_curator(couple: Couple) -> None:
    couple.skip(8)
    told, tasks = couple.look()
    assert told == {"programme.reminder:mentor", "programme.reminder:mentee"}
    assert not tasks
    couple.skip(8)
    assert couple.look() == (set(), {TaskKind.PROGRAMME_SILENT})
    couple.begin()
    assert couple.look()[1] == set(), "the pair has answered"
    one = next(one for one in couple.read().activities if one.planned_on > couple.world.now.date())
    couple.skip((one.planned_on - couple.world.now.date()).days - 2)
    assert couple.look()[0] == {"programme.reminder:mentor", "programme.reminder:mentee"}
    couple.skip(4)
    assert couple.look()[0] == {"programme.reminder:mentor"}, "the mentor says what came of it"
    couple.skip(15)
    assert TaskKind.PROGRAMME_LATE in couple.look()[1]
    for one in couple.read().past(couple.world.now.date()):
        couple.do(mark_activity, actor=couple.mentor, activity_id=one.id, mark=Mark.PARTLY)
    assert TaskKind.PROGRAMME_LATE not in couple.look()[1]


def test_results_are_the_mentors_and_the_end_is_the_curators(couple: Couple) -> None:
    with pytest.raises(ProgrammeNotDue):
        couple.do(
            mark_activity, actor=couple.mentor, activity_id=couple.read().activities[0].id, mark=Mark.REACHED
        )
    couple.begin()
    one = couple.read().activities[0]
    with pytest.raises(NotAllowed):
        couple.do(mark_activity, actor=couple.mentee, activity_id=one.id, mark=Mark.REACHED)
    couple.do(mark_activity, actor=couple.mentor, activity_id=one.id, mark=Mark.PARTLY)
    couple.do(write_result, actor=couple.mentor, activity_id=one.id, text="Дни выбраны")
    done = couple.read().activity(one.id)
    assert done is not None
    assert (done.mark, done.actual, done.done_on) == (Mark.PARTLY, "Дни выбраны", couple.world.now.date())
    ending = {"actor": couple.world.curator, "programme_id": couple.id, "note": ""}
    with pytest.raises(ActivitiesLeft):
        couple.do(complete_programme, outcome=ProgrammeOutcome.FULFILLED, **ending)
    couple.finish()
    assert couple.read().outcome is ProgrammeOutcome.FULFILLED
    with pytest.raises(ProgrammeOver):
        couple.ask(couple.mentor, ChangeKind.GOAL, text="Поздно")


def test_a_programme_ends_with_its_pair_and_a_draft_goes(world: World, couple: Couple) -> None:
    couple.begin()
    couple.do(end_pair, actor=world.curator, pair_id=couple.pair_id, reason=EndReason.COMPLETED)
    assert couple.read().outcome is ProgrammeOutcome.EARLY, "not all activities were carried out"
    other = Couple(world)
    other.do(end_pair, actor=world.curator, pair_id=other.pair_id, reason=EndReason.BY_CURATOR)
    with world.database.reading() as session:
        assert session.get(PersonalProgramme, other.id) is None


def test_the_bank_takes_finished_programmes_without_names(world: World, couple: Couple) -> None:
    curator = world.curator
    with pytest.raises(NotFinished):
        world.write(lambda session, now: read_for_bank(session, actor=curator, programme_id=couple.id))
    couple.begin()
    one = couple.read().activities[0]
    couple.do(mark_activity, actor=couple.mentor, activity_id=one.id, mark=Mark.REACHED)
    family = couple.anna.person.family_name
    couple.do(write_result, actor=couple.mentor, activity_id=one.id, text=f"{family} провела урок")
    for left in couple.read().activities[1:]:
        couple.do(mark_activity, actor=couple.mentor, activity_id=left.id, mark=Mark.REACHED)
    facts = {"outcome": ProgrammeOutcome.FULFILLED, "note": ""}
    couple.do(complete_programme, actor=curator, programme_id=couple.id, **facts)
    with world.database.writing() as session:
        found, names = read_for_bank(session, actor=curator, programme_id=couple.id)
    assert family in names
    lines = tuple(
        {"title": one.title, "expected": one.expected, "actual": one.actual} for one in found.activities
    )
    written = BankWritten("Планирование за год", {"goal": found.goal}, lines)
    put = {"actor": curator, "programme_id": couple.id, "are_no_names": False}
    with pytest.raises(NamesFound):
        world.write(put_into_bank, written=written, **put)
    clean = replace(written, activities=tuple({**line, "actual": "Урок проведён"} for line in lines))
    banked_id = world.write(put_into_bank, written=clean, **put)
    other = Couple(world)
    world.write(start_from_bank, actor=curator, programme_id=other.id, banked_id=banked_id)
    assert [one.title for one in other.read().activities] == [line["title"] for line in lines]
    assert all(one.done_on is None and not one.actual for one in other.read().activities)
    world.write(erase_person, actor=curator, person_id=couple.anna.id, reason="demanded", made_by="Куратор")
    with world.database.reading() as session:
        assert session.get(PersonalProgramme, couple.id) is None
        assert session.get(PersonalProgramme, other.id) is not None


def test_names_are_found_in_any_case(world: World) -> None:
    person = world.person("Анна", "Игоревна")
    texts = [f"Спасибо {person.family_name}у и Анне", "анна", "Игоревной", "просто слова о вере"]
    with world.database.reading() as session:
        found = find_names(session, organization_id=world.organization_id, texts=texts)
    assert found == ("Анне", "Игоревной") or set(found) >= {"Анне", "Игоревной"}
    assert "анна" not in found
    assert not set(found) & {"Спасибо", "слова"}


def test_own_data_hold_the_programme(couple: Couple) -> None:
    couple.do(agree_to_programme, actor=couple.mentee, programme_id=couple.id)
    held = couple.world.read(read_own_data, actor=couple.mentee, locale="ru")
    (own,) = held["personalised_programmes"]
    assert own["areas"] == ["planning", "parents"]
    assert len(own["i_agreed_at"]) == 1


def test_a_goal_and_activities_are_needed(world: World) -> None:
    mentee = world.mentee("Анна", topics=Tapped(("planning",)))
    pair_id = world.agree(mentee, world.mentor("Пётр"))
    with world.database.writing() as session:
        row = session.scalars(select(PersonalProgramme).where(PersonalProgramme.pair_id == pair_id)).one()
        row.goal = ""
        programme_id = row.id
    with pytest.raises(NothingPlanned):
        world.write(agree_to_programme, actor=world.actor(mentee.person), programme_id=programme_id)


def test_a_mentee_without_a_pair_is_supported_until_one_comes(world: World) -> None:
    mentee = world.mentee("Анна", topics=Tapped(("rules",)), need_documents=Tapped(("9",)))
    drafted = world.write(draft_support, actor=world.curator, participation_id=mentee.participation_id)
    titles = {one.title.ru for one in world.pack.pack.activities if one.without_mentor}
    assert drafted.steps
    assert {one.title for one in drafted.steps} <= titles
    own = {"actor": world.actor(mentee.person), "person_id": mentee.id}
    written = SupportWritten(
        drafted.reason, "Держитесь!", drafted.next_search_on, [*drafted.steps, SupportStep(" ", "", date.max)]
    )
    world.write(write_support, actor=world.curator, participation_id=mentee.participation_id, written=written)
    assert world.read(read_support, **own) is None, "not shown yet"
    world.write(share_support, actor=world.curator, participation_id=mentee.participation_id)
    assert world.read(read_support, **own).words == "Держитесь!"
    mentor = world.mentor("Пётр", ready_documents=Tapped(("9",)))
    world.write(search_for_waiting)
    with world.database.reading() as session:
        task = session.scalars(select(Task).where(Task.kind == TaskKind.MENTOR_FOR_WAITING)).one()
        assert (task.person_id, task.amount) == (mentor.id, 1)
    pair_id = world.agree(mentee, mentor)
    assert world.read(read_support, **own) is None
    assert world.read(read_pair, actor=world.curator, pair_id=pair_id).status is PairStatus.ACCEPTED
    assert world.read(read_programme, actor=own["actor"], programme_id=1, now=world.now).areas == ("rules",)
