"""A programme whose roadmap has rows of every kind of date, for tests."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from models.programmes import Programme
from services.roadmap.entries import lay_out
from tests.world import World


def row(row_id: str, *windows: dict[str, Any], **more: Any) -> dict[str, Any]:
    title = {"ru": f"Строка {row_id}", "en": f"Row {row_id}"}
    return {"id": row_id, "title": title, "windows": windows, "source": "a test", **more}


ROWS = (
    row("late", {"kind": "school_year", "from_day": "09-01", "to_day": "10-31"}, responsible="curator"),
    row("now", {"kind": "school_year", "from_day": "11-01", "to_day": "12-15"}, responsible="head"),
    row("ahead", {"kind": "school_year", "from_day": "04-01", "to_day": "05-31"}),
    row("old", {"kind": "absolute", "end": "2022-09-05"}),
    row("returns", {"kind": "yearly", "from_day": "09-01", "to_day": "09-30"}, evidence=["mentee_consents"]),
    row("twice", {"kind": "yearly", "to_day": "12-20"}, {"kind": "yearly", "to_day": "06-20"}),
    row(
        "ended",
        {"kind": "yearly", "to_day": "12-30", "last_year": 2024},
        {"kind": "yearly", "to_day": "06-30", "last_year": 2024},
    ),
    row("asked", {"kind": "on_request"}, evidence=["mentee_bank", "mentor_bank"]),
    row("always", {"kind": "whole_period"}, evidence=["mentee_bank"]),
    row("paired", evidence=["pairs_formed"]),
)


def give_rows(world: World, rows: Sequence[dict[str, Any]] = ROWS) -> None:
    """Let the running programme have rows of our own; its hash changes with them."""
    with world.database.writing() as session:
        programme = session.scalars(select(Programme).where(Programme.cycle_id == world.cycle_id)).one()
        inner = dict(programme.pack["pack"])
        inner["stages"] = [{"id": "stage", "title": {"ru": "Этап", "en": "Stage"}, "rows": list(rows)}]
        programme.pack = {**programme.pack, "pack": inner}
        programme.pack_sha256 = sha256(repr(rows).encode()).hexdigest()  # read packs are known by it
        lay_out(session, cycle_id=world.cycle_id, now=world.now)
