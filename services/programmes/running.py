"""The programme that runs in a cycle: its resolved pack out of the database, and what the curator changed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models.audit import Action
from models.programmes import Cycle, Programme
from models.unit_notes import UnitNotes
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.programmes.meeting_schedule import schedule_anew
from services.programmes.packs import ResolvedPack
from services.programmes.regulations import Settings

_parsed: dict[str, ResolvedPack] = {}  # by hash: each process parses a pack once

SCHOOL_YEAR_STARTS = 9  # month; docs/domain.md#meeting-messages: the school year runs from 1 September


class NoOpenCycle(DomainError):
    text = N_("This organisation has no open school year yet.")


class SettingsRefused(DomainError):
    """`field` is the setting's name, `why` one line for the log; the panel names the field in words."""

    text = N_("These settings contradict each other or are out of range.")


class ProgrammeExists(DomainError):
    text = N_("The programme of this school year has been created already.")


@dataclass(frozen=True, slots=True)
class CycleFacts:
    id: int
    label: str


@dataclass(frozen=True, slots=True)
class ProgrammeCreated:
    programme_id: int
    cycle_id: int


OPEN_CYCLES: UnitNotes[CycleFacts] = UnitNotes()
RUNNING: UnitNotes[tuple[ResolvedPack, Settings]] = UnitNotes()

# asked several times in every unit: built once
_OPEN_CYCLE = (
    select(Cycle.id, Cycle.label)
    .where(Cycle.organization_id == bindparam("organization_id"), Cycle.is_open)
    .order_by(Cycle.starts_on.desc())
    .limit(1)
)
_RUNNING = select(Programme.id, Programme.pack_sha256, Programme.settings).where(
    Programme.cycle_id == bindparam("cycle_id")
)


def current_cycle(session: Session, organization_id: int) -> CycleFacts:
    """The open school year of an organisation. Raises NoOpenCycle."""
    noted = OPEN_CYCLES.find(session, organization_id)
    if noted is not None:
        return noted
    found = session.execute(_OPEN_CYCLE, {"organization_id": organization_id}).one_or_none()
    if found is None:
        raise NoOpenCycle
    return OPEN_CYCLES.note(session, organization_id, CycleFacts(found.id, found.label))


def read_year_end(session: Session, *, cycle_id: int) -> date:
    """The last day of a school year. Raises NotFound."""
    return find(session, Cycle, cycle_id).ends_on


def pack_of(session: Session, *, cycle_id: int) -> ResolvedPack:
    """The pack as it was when the programme began. Raises NotFound."""
    return _running(session, cycle_id)[0]


def settings_of(session: Session, *, cycle_id: int) -> Settings:
    """The pack's settings with the curator's changes laid over them. Raises NotFound."""
    return _running(session, cycle_id)[1]


def running_pack_id(session: Session, *, cycle_id: int) -> str:
    """Which pack the programme was begun with. Raises NotFound."""
    found = session.scalar(select(Programme.pack_id).where(Programme.cycle_id == cycle_id))
    if found is None:
        raise NotFound
    return found


def _running(session: Session, cycle_id: int) -> tuple[ResolvedPack, Settings]:
    noted = RUNNING.find(session, cycle_id)
    if noted is not None:
        return noted
    found = session.execute(_RUNNING, {"cycle_id": cycle_id}).one_or_none()
    if found is None:
        raise NotFound
    pack = _parsed.get(found.pack_sha256)
    if pack is None:
        stored = session.scalar(select(Programme.pack).where(Programme.id == found.id))
        pack = _parsed[found.pack_sha256] = ResolvedPack.model_validate(stored)
    settings = lay_over(pack.settings, found.settings) if found.settings else pack.settings
    return RUNNING.note(session, cycle_id, (pack, settings))


def programme_id_of(session: Session, *, cycle_id: int) -> int:
    """The running programme of this school year, as the audit trail names it. Raises NotFound."""
    found = session.scalar(select(Programme.id).where(Programme.cycle_id == cycle_id))
    if found is None:
        raise NotFound
    return found


def create_programme(
    session: Session, *, actor: Actor, organization_id: int, pack: ResolvedPack, today: date, now: datetime
) -> ProgrammeCreated:
    """Open the current school year, if none is open, and start a programme in it.

    Raises ProgrammeExists, NotAllowed.
    """
    actor.check_right(Right.MANAGE_SETTINGS, organization_id)
    try:
        cycle_id = current_cycle(session, organization_id).id
    except NoOpenCycle:
        first = today.year if today.month >= SCHOOL_YEAR_STARTS else today.year - 1
        cycle = Cycle(
            organization_id=organization_id,
            label=f"{first}-{first + 1}",
            starts_on=date(first, 9, 1),
            ends_on=date(first + 1, 8, 31),
        )
        session.add(cycle)
        session.flush()
        cycle_id = cycle.id
    if session.scalar(select(Programme.id).where(Programme.cycle_id == cycle_id)) is not None:
        raise ProgrammeExists
    programme = Programme(
        organization_id=organization_id,
        cycle_id=cycle_id,
        pack_id=pack.pack.id,
        pack_version=pack.pack.version,
        pack_sha256=pack.sha256,
        pack=pack.model_dump(mode="json"),
        settings={},
        created_at=now,
    )
    session.add(programme)
    session.flush()
    after = {"pack": pack.pack.id, "version": pack.pack.version, "sha256": pack.sha256}
    record(session, actor, Action.PROGRAMME_CREATED, programme, now=now, after=after)
    return ProgrammeCreated(programme.id, cycle_id)


def change_settings(
    session: Session, *, actor: Actor, cycle_id: int, changes: dict[str, Any], now: datetime
) -> Settings:
    """Lay the curator's changes over the pack's settings. Raises SettingsRefused, NotFound, NotAllowed, with
    nothing changed.

    Reminders of meetings to come are marked to be planned anew: the next tick does it
    (docs/design.md#reminders).
    """
    programme = session.scalars(
        select(Programme).where(Programme.cycle_id == cycle_id).with_for_update()
    ).one_or_none()
    if programme is None:
        raise NotFound
    actor.check_right(Right.MANAGE_SETTINGS, programme.organization_id)
    defaults = pack_of(session, cycle_id=cycle_id).settings
    before = dict(programme.settings)
    settings = lay_over(defaults, {**before, **changes})
    plain, plain_defaults = settings.model_dump(mode="json"), defaults.model_dump(mode="json")
    wanted = {key: value for key, value in plain.items() if value != plain_defaults[key]}
    if wanted == before:
        return settings
    programme.settings = wanted
    RUNNING.forget(session, cycle_id)
    schedule_anew(session, cycle_id=cycle_id, now=now)
    record(
        session,
        actor,
        Action.PROGRAMME_SETTINGS_CHANGED,
        programme,
        now=now,
        before=before,
        after=dict(programme.settings),
    )
    return settings


def lay_over(defaults: Settings, changes: dict[str, Any]) -> Settings:
    """A pack's settings with a curator's changes over them. Raises SettingsRefused."""
    try:
        return Settings.model_validate({**defaults.model_dump(mode="json"), **changes})
    except ValidationError as error:
        place = error.errors()[0]["loc"]
        raise SettingsRefused(field=str(place[0]) if place else "term_months_min") from error
