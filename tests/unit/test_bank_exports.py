"""The banks and the list of requests as exports (DC13 to DC15)."""

import io
import json
from datetime import datetime
from typing import Any

import pytest

from models.engine import Database
from notices.language import load_translators
from services.access.actors import Actor, ActorKind, Channel, Right
from services.access.errors import NotAllowed
from services.documents.exports.tables import Filters
from services.documents.exports.writing import write_export
from services.programmes.answers import Tapped
from tests.world import found_school


@pytest.mark.requirement("B10", "B11", "C8")
def test_banks_and_the_list_of_requests_say_who_asks_for_what(database: Database, now: datetime) -> None:
    world = found_school(database, now)
    asked = world.mentee("Анна", need_planning=Tapped(("9",)), need_assessment=Tapped(("8",)))
    world.mentee("Инна", need_planning=Tapped(("10",)), need_assessment=Tapped(("2",)))
    helper = world.mentor("Пётр", ready_planning=Tapped(("10",)))
    world.agree(asked, helper)

    def told(what: str, actor: Actor = world.curator) -> list[dict[str, Any]]:
        out = io.BytesIO()
        with database.reading() as session:
            write_export(
                session, actor=actor, what=what, format="json", out=out, now=now, t=load_translators()["ru"],
                filters=Filters(organization_id=world.organization_id),
            )  # fmt: skip
        rows: list[dict[str, Any]] = json.loads(out.getvalue())["rows"]
        return rows

    mentees = told("mentee_bank")
    assert mentees[0]["person_id"] == asked.id
    assert "Планирование уроков" in mentees[0]["requests"]
    assert "ценивани" in mentees[0]["requests"]
    assert "ценивани" not in mentees[1]["requests"], "two of ten is no request"
    assert mentees[0]["partners"] == helper.person.full_name
    assert mentees[1]["partners"] == ""
    (mentor,) = told("mentor_bank")
    assert (mentor["person_id"], mentor["capacity"], mentor["consent"]) == (helper.id, 2, "given")
    first = told("needs")
    planning = next(row for row in first if row["topic"] == "Планирование уроков")
    assert (planning["people"], planning["answered"], planning["mean"]) == (2, 2, 9.5)
    assert planning["priority"] < next(row for row in first if "ценивани" in row["topic"])["priority"]
    observer = Actor(
        ActorKind.ACCOUNT, 2, world.organization_id, Channel.PANEL, frozenset({Right.SEE_PEOPLE})
    )
    with pytest.raises(NotAllowed):
        told("mentee_bank", observer)
