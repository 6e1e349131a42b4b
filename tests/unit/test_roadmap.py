"""The roadmap as it runs: laid out from the pack, planned, proven by data or by hand, returning by itself."""

import io
import json
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from models.accounts import Account, AccountRole
from models.engine import Database
from models.messages import NoticeKind, OutboxMessage
from models.roadmap import RoadmapDigest, RoadmapEntry
from notices.language import load_translators
from services.access.actors import Actor, ActorKind, Channel, Right, person_in_chat, system
from services.access.errors import NotAllowed
from services.accounts.directory import create_account
from services.documents.exports.tables import Filters
from services.documents.exports.writing import write_export
from services.organizations.school_days import (
    Calendar,
    DaysReversed,
    add_school_days,
    read_calendar,
    remove_school_days,
)
from services.roadmap.digests import read_digest, remind_of_roadmaps, send_digests
from services.roadmap.entries import DatesReversed, EndMissing, lay_out, plan_entry, put_off, shift_old_dates
from services.roadmap.moments import find_next
from services.roadmap.proofs import (
    LinkUnreadable,
    NotYet,
    ProofMissing,
    finish_row,
    reopen_row,
    settle_roadmaps,
)
from services.roadmap.reading import Roadmap, RoadmapRow, RowState, read_roadmap
from services.roadmap.reminders import read_duties
from tests.roadmaps import give_rows
from tests.world import World, found_school

MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    school = found_school(database, now)
    with database.writing() as session:
        made = create_account(
            session,
            actor=system(Channel.COMMAND_LINE),
            organization_id=school.organization_id,
            login="curator",
            name="Вера Павловна Тихая",
            role=AccountRole.CURATOR,
            now=now,
        )
    assert made.account_id == school.curator.id
    return school


def look(world: World) -> Roadmap:
    seen: Roadmap = world.read(read_roadmap, actor=world.curator, cycle_id=world.cycle_id, now=world.now)
    return seen


def one(world: World, row_id: str, turn: int = 0) -> RoadmapRow:
    return [found for found in look(world).rows() if found.row.id == row_id][turn]


@pytest.mark.requirement("E18")
def test_rows_stand_where_their_dates_put_them(world: World) -> None:
    assert not look(world).is_laid_out
    give_rows(world)
    roadmap = look(world)
    states = {found.row.id: found.state for found in roadmap.rows() if found.row.id != "twice"}
    assert states == {
        "late": RowState.LATE,
        "now": RowState.DUE,
        "ahead": RowState.COMING,
        "old": RowState.OLD,
        "returns": RowState.LATE,
        "asked": RowState.UNDATED,
        "ended": RowState.UNDATED,
        "always": RowState.DUE,
        "paired": RowState.UNDATED,
    }
    assert [found.planned_to for found in roadmap.rows() if found.row.id == "twice"] == [
        date(2026, 12, 20),
        date(2027, 6, 20),
    ]
    assert one(world, "late").days_late == 23
    assert world.write(lay_out, cycle_id=world.cycle_id) == 0, "nothing is laid out twice"


def test_yearly_rows_return_by_themselves_and_keep_what_was(world: World) -> None:
    give_rows(world)
    first = one(world, "returns")
    facts = {"actor": world.curator, "entry_id": first.entry_id, "done_on": date(2026, 9, 28)}
    with pytest.raises(ProofMissing):
        world.write(finish_row, **facts)
    world.write(finish_row, **facts, note="акт, в папке")
    world.now += timedelta(days=365)
    world.write(settle_roadmaps)
    years = [found for found in look(world).rows() if found.row.id == "returns"]
    assert [(found.planned_to, found.done_on) for found in years] == [
        (date(2026, 9, 30), date(2026, 9, 28)),
        (date(2027, 9, 30), None),
    ]
    assert len([found for found in look(world).rows() if found.row.id == "late"]) == 1, "not a yearly one"


@pytest.mark.requirement("A49", "A51")
def test_data_of_this_year_prove_the_row_of_this_year_not_the_one_of_2023(
    database: Database, now: datetime
) -> None:
    world = found_school(database, now, pack_id="simferopol-2022")
    world.mentee()
    world.write(settle_roadmaps)
    first, second = (found for found in look(world).rows() if found.row.number == "2")
    assert (first.state, first.found, first.planned_to) == (RowState.OLD, (), date(2023, 1, 31))
    assert (second.state, second.is_by_data) == (RowState.DONE, True)
    assert {found.rule for found in second.found} == {"requests_collected", "mentee_consents", "mentee_bank"}


def test_data_tick_a_row_and_say_by_what(world: World) -> None:
    give_rows(world)
    anna = world.mentee()
    world.write(settle_roadmaps)
    consents = one(world, "returns")
    assert (consents.state, consents.is_by_data) == (RowState.DONE, True)
    assert [(found.rule, found.have, found.need) for found in consents.found] == [("mentee_consents", 1, 1)]
    assert one(world, "asked").state is RowState.UNDATED, "one of its two banks is empty"
    always = one(world, "always")
    assert always.state is RowState.DUE, "what goes on all the time is not done before its end"
    assert always.found[0].is_proven
    pyotr = world.mentor()
    world.agree(anna, pyotr)
    roadmap = look(world)
    assert roadmap.count_done(is_by_data=True) == 3
    assert roadmap.count_done(is_by_data=False) == 0
    with world.database.reading() as session:
        entry = session.get_one(RoadmapEntry, consents.entry_id)
        assert (entry.done_on, entry.is_done_by_data) == (date(2026, 11, 23), True)


def export_rows(world: World) -> dict[str, dict[str, Any]]:
    """What the roadmap's file says, by row."""
    out = io.BytesIO()
    facts = {"what": "roadmap", "format": "json", "out": out, "filters": Filters()}
    world.read(write_export, actor=world.curator, now=world.now, t=load_translators()["ru"], **facts)
    return {row["row_id"]: row for row in json.loads(out.getvalue())["rows"]}


def test_a_row_is_done_by_hand_and_opened_again(world: World) -> None:
    give_rows(world)
    late = one(world, "late")
    facts: dict[str, Any] = {"actor": world.curator, "entry_id": late.entry_id}
    with pytest.raises(NotYet):
        world.write(finish_row, **facts, done_on=date(2026, 11, 24))
    with pytest.raises(LinkUnreadable):
        world.write(finish_row, **facts, url="приказ.pdf")
    world.write(finish_row, **facts, done_on=date(2026, 10, 30), url="https://school.ru/order.pdf")
    world.write(finish_row, **facts)
    done = one(world, "late")
    assert (done.state, done.done_on, done.is_by_data) == (RowState.DONE, date(2026, 10, 30), False)
    assert [proof.url for proof in done.proofs] == ["https://school.ru/order.pdf"], (
        "a second tap adds nothing"
    )
    assert look(world).count_done(is_by_data=False) == 1
    exported = export_rows(world)
    dates = [exported["late"][key] for key in ("planned_from", "planned_to", "done_on")]
    assert dates == ["2026-09-01", "2026-10-31", "2026-10-30"]
    assert exported["late"]["is_done_by_data"] is False
    assert (exported["now"]["done_on"], exported["now"]["is_done_by_data"]) == (None, None)
    world.write(reopen_row, **facts)
    again = one(world, "late")
    assert (again.state, len(again.proofs)) == (RowState.LATE, 1)


def test_dates_of_an_earlier_year_are_moved_into_this_one(world: World) -> None:
    give_rows(world)
    assert look(world).old == 2
    assert one(world, "ended").planned_to is None
    moved = world.write(shift_old_dates, actor=world.curator, cycle_id=world.cycle_id)
    assert moved.rows == 2
    ended = [found.planned_to for found in look(world).rows() if found.row.id == "ended"]
    assert ended == [date(2026, 12, 30), date(2027, 6, 30)], "both times of a year"
    assert look(world).old == 0
    old = one(world, "old")
    assert (old.planned_to, old.state) == (date(2026, 9, 5), RowState.LATE)


def test_a_plan_is_checked_and_puts_reminders_anew(world: World) -> None:
    give_rows(world)
    helper = world.person()
    facts: dict[str, Any] = {"actor": world.curator, "entry_id": one(world, "asked").entry_id}
    first, last = date(2026, 12, 1), date(2026, 12, 10)
    with pytest.raises(DatesReversed):
        world.write(plan_entry, **facts, planned_from=last, planned_to=first, responsible_id=None)
    with pytest.raises(EndMissing):
        world.write(plan_entry, **facts, planned_from=first, planned_to=None, responsible_id=None)
    world.write(plan_entry, **facts, planned_from=first, planned_to=last, responsible_id=helper.id)
    with world.database.reading() as session:
        entry = session.get_one(RoadmapEntry, facts["entry_id"])
        assert entry.remind_at == datetime(2026, 12, 3, 9, tzinfo=MOSCOW)
    assert one(world, "asked").leaders[0].person_id == helper.id
    stranger = Actor(ActorKind.ACCOUNT, 9, world.organization_id + 1, Channel.PANEL, frozenset(Right))
    for other in (stranger, person_in_chat(helper.id, world.organization_id)):
        with pytest.raises(NotAllowed):
            world.write(put_off, actor=other, entry_id=facts["entry_id"])


@pytest.mark.requirement("B4")
def test_moments_of_reminders() -> None:
    """A week before, a day before, on the day, then every week; put off, they begin again after it."""
    last = date(2026, 12, 3)
    now = datetime(2026, 11, 20, 12, tzinfo=MOSCOW)
    moments = []
    for _ in range(6):
        now = find_next(last, MOSCOW, now, days=Calendar())
        moments.append((last - now.date()).days)
    assert moments == [7, 1, 0, -7, -14, -21]
    late = datetime(2026, 12, 2, 10, tzinfo=MOSCOW)
    put = find_next(last, MOSCOW, late, days=Calendar(), quiet_until=date(2026, 12, 9))
    assert put.date() == date(2026, 12, 10)


def test_nobody_is_reminded_on_a_day_off(world: World) -> None:
    """Sunday's warnings come on Friday; what is late on the first working day after New Year's holidays."""
    sunday = date(2026, 12, 27)
    now = datetime(2026, 12, 21, 12, tzinfo=MOSCOW)
    first = find_next(sunday, MOSCOW, now, days=Calendar())
    assert first.date() == date(2026, 12, 25)
    assert find_next(sunday, MOSCOW, first, days=Calendar()).date() > date(2027, 1, 8)
    facts: dict[str, Any] = {"actor": world.curator, "organization_id": world.organization_id}
    with pytest.raises(DaysReversed):
        world.write(add_school_days, **facts, first_day=sunday, last_day=date(2026, 12, 1), title="каникулы")
    added = world.write(
        add_school_days,
        **facts,
        first_day=date(2026, 12, 24),
        last_day=date(2026, 12, 31),
        title="Каникулы",
    )
    own = world.read(read_calendar, organization_id=world.organization_id)
    assert find_next(sunday, MOSCOW, now, days=own).date() == date(2026, 12, 23)
    world.write(remove_school_days, actor=world.curator, days_id=added.id)
    assert world.read(read_calendar, organization_id=world.organization_id).own == ()


@pytest.mark.requirement("B24")
def test_the_digest_lists_seven_rows_and_counts_the_rest(database: Database, now: datetime) -> None:
    world = found_school(database, now, pack_id="support-centre-2024")
    world.write(settle_roadmaps)
    world.write(shift_old_dates, actor=world.curator, cycle_id=world.cycle_id)
    made = world.write(
        create_account,
        actor=system(Channel.COMMAND_LINE),
        organization_id=world.organization_id,
        login="vera",
        name="Вера Павловна Тихая",
        role=AccountRole.CURATOR,
    )
    vera = world.joined("Вера", "Павловна")
    with database.writing() as session:
        session.get_one(Account, made.account_id).person_id = vera.id
    world.now += timedelta(days=7)
    world.write(send_digests)
    with database.reading() as session:
        digest_id = session.scalars(select(RoadmapDigest.id)).one()
    digest = world.read(read_digest, digest_id=digest_id, now=world.now)
    assert len(digest.items) == 7
    assert digest.more > 0


def entry_of(world: World, row_id: str) -> int:
    with world.database.reading() as session:
        return session.scalars(select(RoadmapEntry.id).where(RoadmapEntry.row_id == row_id)).one()


@pytest.mark.requirement("B24")
def test_a_reminder_never_precedes_the_digest_of_its_morning(world: World) -> None:
    """A clock that jumps, or a bot that starts on a Monday at noon, finds both due at once."""
    vera = world.joined("Вера", "Павловна")
    with world.database.writing() as session:
        session.get_one(Account, world.curator.id).person_id = vera.id
    give_rows(world)
    world.write(
        plan_entry,
        actor=world.curator,
        entry_id=entry_of(world, "now"),
        planned_from=None,
        planned_to=world.now.date() + timedelta(days=9),
        responsible_id=vera.id,
    )
    world.now += timedelta(days=7)
    world.write(remind_of_roadmaps)
    with world.database.reading() as session:
        queued = list(session.scalars(select(OutboxMessage.kind).order_by(OutboxMessage.id)))
        told = session.scalars(select(RoadmapDigest.items)).one()
    assert queued == [NoticeKind.ROADMAP_DIGEST, NoticeKind.ROADMAP_REMINDER]
    waiting = {"entry_ids": [*told, entry_of(world, "ahead")], "person_id": vera.id}
    assert world.read(read_duties, **waiting, now=world.now) == ()
