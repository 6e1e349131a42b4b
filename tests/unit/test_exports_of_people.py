"""Exports of people and pairs: the consent column tells whether somebody may take part, whatever else they
decided since; a reason of refusal is the curator's.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.accounts import AccountRole
from models.consents import Consent, ConsentDecision, ConsentKind, ConsentMedium
from models.engine import Database
from models.pairs import DeclineReason, PairMember
from models.people import AgeGroup, Person
from services.consents.states import DECISIVE
from services.joining.withdrawing import decline_consent
from tests.unit.test_exports import actor_of, envelope, living
from tests.world import World, found_school


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    return found_school(database, now)


def decide(
    world: World,
    person_id: int,
    kind: ConsentKind,
    decision: ConsentDecision,
    later: timedelta = timedelta(),
) -> None:
    """One more row of the ledger, with the version of the text that counts now."""
    version = {use.id: use.version for use in world.pack.pack.consents}.get(kind.value, 1)
    with world.database.writing() as session:
        session.add(
            Consent(
                organization_id=world.organization_id,
                person_id=person_id,
                kind=kind,
                version=version,
                text_locale="ru",
                text_sha256="0" * 64,
                decision=decision,
                decided_at=world.now + later,
                timezone="Europe/Moscow",
                medium=ConsentMedium.PAPER,
            )
        )


@pytest.mark.parametrize("decision", ConsentDecision)
@pytest.mark.parametrize("kind", [one for one in ConsentKind if one not in DECISIVE[AgeGroup.ADULT]])
def test_a_later_decision_of_another_kind_changes_nothing(
    world: World, kind: ConsentKind, decision: ConsentDecision
) -> None:
    anna = world.consented()
    before = column(world)
    decide(world, anna.id, kind, decision, later=timedelta(days=1))
    assert column(world) == before
    assert before["consent"] == "given"


@pytest.mark.parametrize("decision", [one for one in ConsentDecision if one is not ConsentDecision.GIVEN])
def test_a_later_decision_of_the_same_kind_decides(world: World, decision: ConsentDecision) -> None:
    anna = world.consented()
    decide(world, anna.id, ConsentKind.PD_PROCESSING, decision, later=timedelta(days=1))
    told = column(world)
    assert (told["consent"], told["consent_at"]) == (decision.value, "2026-11-24T12:00:00+03:00")


def test_of_two_needed_consents_the_missing_one_is_told(world: World) -> None:
    anna = world.consented()
    with world.database.writing() as session:
        session.get_one(Person, anna.id).age_group = AgeGroup.FROM_14
    decide(world, anna.id, ConsentKind.REPRESENTATIVE, ConsentDecision.GIVEN)
    assert column(world)["consent"] == "none"
    decide(world, anna.id, ConsentKind.MINOR_ASSENT, ConsentDecision.GIVEN)
    assert column(world)["consent"] == "given"
    decide(world, anna.id, ConsentKind.MINOR_ASSENT, ConsentDecision.DECLINED)
    assert column(world)["consent"] == "declined"


def test_a_refusal_in_the_chat_of_photographs_is_none_of_processing(world: World) -> None:
    anna = world.consented()
    world.write(decline_consent, actor=world.actor(anna), chat_id=1, kind=ConsentKind.PHOTO_VIDEO)
    assert column(world)["consent"] == "given"
    assert len(envelope(world, "consents")["rows"]) == 2


def test_who_was_never_asked_is_told_so(world: World) -> None:
    world.person()
    assert column(world)["consent"] == "none"


def column(world: World) -> dict[str, Any]:
    (row,) = envelope(world, "people")["rows"]
    return {name: row[name] for name in ("consent", "consent_version", "consent_at")}


def test_a_reason_of_refusal_is_for_whoever_manages_pairs(world: World) -> None:
    """As on the pair's page."""
    living(world)
    with world.database.writing() as session:
        for member in session.scalars(select(PairMember)):
            member.decline_reason, member.decline_note = DeclineReason.OTHER, "Так сложилось"
    (seen,) = envelope(world, "pairs")["rows"]
    assert (seen["mentee_reason"], seen["mentor_note"]) == ("other", "Так сложилось")
    for role in (AccountRole.HEAD, AccountRole.PSYCHOLOGIST):
        (row,) = envelope(world, "pairs", actor=actor_of(world, role))["rows"]
        hidden = {name for name, value in row.items() if value != seen[name]}
        assert hidden == {"mentee_reason", "mentee_note", "mentor_reason", "mentor_note"}
