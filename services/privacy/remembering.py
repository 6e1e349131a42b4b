"""What a restore must not undo: acts of destruction and duties, kept beside the database (152-ФЗ, art. 21).

The list lies in the data folder, where a restore leaves it alone. It holds what the acts say, whose
names the law keeps for three years, and duties as numbers. A person is known by number and moment of
creation, for a number may be given anew after a restore.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.base import Base
from models.people import Organization, Person
from models.privacy import DestructionAct, PrivacyDuty
from services.access.actors import Channel, system
from services.access.errors import N_, DomainError
from services.consents.duties import restore_duty
from services.files.store import FOLDER_MODE, open_owned
from services.privacy.erasing import erase_person
from services.privacy.traces import numbered

FILE = "erasures.json"
DAYS = frozenset({"due_on", "keep_until"})
KEY = {"acts": ("organization_id", "person_id", "made_at"), "duties": ("person_id", "kind", "opened_at")}
Row = dict[str, Any]


class ErasureListBroken(DomainError):
    text = N_(
        "The list of erased people {file} cannot be read. Put back its copy, or move it away: then a restore "
        "brings erased people back."
    )


@dataclass(frozen=True, slots=True)
class Remembered:
    """Rows of acts and duties as plain values, with the moment at which their person was created."""

    acts: tuple[Row, ...] = ()
    duties: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Reapplied:
    """What was done again after a restore. `files` are names in the folder of files that go with it."""

    erased: int
    acts: int
    duties: int
    act_ids: tuple[int, ...]
    files: tuple[str, ...]


def remember(session: Session, data_dir: Path) -> Remembered:
    """Lay what the database knows over the list, and give the whole. Raises ErasureListBroken and OSError."""
    known = read_remembered(data_dir)
    whole = Remembered(
        acts=_merge("acts", known.acts, _list_rows(session, DestructionAct)),
        duties=_merge("duties", known.duties, _list_rows(session, PrivacyDuty)),
    )
    if whole.acts or whole.duties:
        _write(data_dir / FILE, whole)
    return whole


def read_remembered(data_dir: Path) -> Remembered:
    """Empty where there is no list. Raises ErasureListBroken and OSError."""
    path = data_dir / FILE
    if not path.exists():
        return Remembered()
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        return Remembered(acts=tuple(plain["acts"]), duties=tuple(plain["duties"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ErasureListBroken(file=path) from error


def reapply(session: Session, remembered: Remembered, *, now: datetime) -> Reapplied:
    """After a restore: acts and duties stand again, and whoever was erased is erased anew.

    Raises nothing: a record of an organisation that the backup does not have is passed over.
    """
    organizations = set(session.scalars(select(Organization.id)))
    acts = sum(
        _restore_act(session, one) for one in remembered.acts if one["organization_id"] in organizations
    )
    session.flush()
    act_ids: list[int] = []
    files: list[str] = []
    for one in _latest_by_person(remembered.acts):
        person = _find_person(session, one)
        if person is None or person.erased_at is not None:
            continue
        erased = erase_person(
            session,
            actor=system(Channel.COMMAND_LINE),
            person_id=person.id,
            reason=one["reason"],
            made_by=one["made_by"],
            now=now,
        )
        act_ids.append(erased.act_id)
        files += erased.files
    duties = 0
    for one in remembered.duties:
        person = _find_person(session, one)
        if person is not None:
            duties += restore_duty(session, person=person, facts=_typed(PrivacyDuty, one), now=now)
    session.flush()
    return Reapplied(len(act_ids), acts, duties, tuple(act_ids), tuple(files))


def _restore_act(session: Session, one: Row) -> bool:
    """Put an act back under its number; the person it speaks of may be later than the backup."""
    facts = _typed(DestructionAct, one)
    is_there = session.scalar(
        select(DestructionAct.id).where(
            DestructionAct.person_id == facts["person_id"], DestructionAct.made_at == facts["made_at"]
        )
    )
    if is_there is not None:
        return False
    person = session.get(Person, facts["person_id"])
    if person is None:
        created = datetime.fromisoformat(one["person_created_at"])
        session.add(
            Person(
                id=facts["person_id"],
                organization_id=facts["organization_id"],
                family_name=numbered(facts["person_id"]),
                given_name="",
                created_at=created,
                erased_at=facts["made_at"],
            )
        )
        session.flush()
        _follow_numbers(session, Person)
    elif person.created_at.isoformat() != one["person_created_at"]:
        return False
    if session.get(DestructionAct, facts["id"]) is not None:
        del facts["id"]
    session.add(DestructionAct(**facts))
    session.flush()
    _follow_numbers(session, DestructionAct)
    return True


def _follow_numbers(session: Session, model: type[Base]) -> None:
    """PostgreSQL counts on from its own sequence, which a row with a given number does not move."""
    if session.get_bind().dialect.name != "postgresql":
        return
    table = model.__tablename__
    session.execute(
        text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")  # noqa: S608
    )


def _latest_by_person(acts: tuple[Row, ...]) -> list[Row]:
    found: dict[tuple[int, str], Row] = {}
    for one in sorted(acts, key=lambda one: one["made_at"]):
        found[(one["person_id"], one["person_created_at"])] = one
    return list(found.values())


def _find_person(session: Session, one: Row) -> Person | None:
    person = session.get(Person, one["person_id"])
    if person is None or person.created_at.isoformat() != one["person_created_at"]:
        return None
    return person


def _list_rows(session: Session, model: type[DestructionAct] | type[PrivacyDuty]) -> list[Row]:
    rows = session.execute(
        select(model, Person.created_at).join(Person, Person.id == model.person_id).order_by(model.id)
    )
    columns = [column.key for column in model.__table__.columns]
    return [
        {
            **{key: _plain(getattr(row, key)) for key in columns},
            "person_created_at": created_at.isoformat(),
        }
        for row, created_at in rows
    ]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _typed(model: type[Base], one: Mapping[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for column in model.__table__.columns:
        if column.key not in one:
            continue
        value = one[column.key]
        is_text = isinstance(value, str)
        if is_text and column.key in DAYS:
            value = date.fromisoformat(value)
        elif is_text and column.key.endswith("_at"):
            value = datetime.fromisoformat(value)
        facts[column.key] = value
    return facts


def _merge(kind: str, known: tuple[Row, ...], present: list[Row]) -> tuple[Row, ...]:
    """What the database says now goes before what the list said."""
    whole = {tuple(one[key] for key in KEY[kind]): one for one in (*known, *present)}
    return tuple(whole.values())


def _write(path: Path, whole: Remembered) -> None:
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with open_owned(part) as file:
        file.write(json.dumps({"acts": whole.acts, "duties": whole.duties}, ensure_ascii=False).encode())
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
