"""The psychologist's conclusion holds back the offer of a pair where the regulation wants it (A12)."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from models.accounts import AccountRole
from models.audit import Action, AuditEntry
from models.engine import Database
from models.pairs import Pair, PairStatus
from models.surveys import SurveyRun
from services.pairs.proposals import confirm_pair, draft_pair
from services.pairs.verdicts import VerdictMissing
from services.programmes.running import change_settings
from tests.panel.conftest import Browser, text_of
from tests.world import World

WANTED = "Положение просит заключение педагога-психолога"
REFUSED = "Педагог-психолог не рекомендует эту пару"


@pytest.fixture
def draft(world: World) -> int:
    """In a programme that wants the conclusion."""
    world.write(
        change_settings,
        actor=world.curator,
        cycle_id=world.cycle_id,
        changes={"psychologist_verdict_required": True},
    )
    return draft_again(world)


def draft_again(world: World) -> int:
    drafted = world.write(
        draft_pair,
        actor=world.curator,
        mentee_participation_id=world.mentee().participation_id,
        mentor_participation_id=world.mentor().participation_id,
    )
    return int(drafted.pair_id)


def read_draft(database: Database, pair_id: int) -> Pair:
    with database.reading() as session:
        return session.get_one(Pair, pair_id)


def conclude(psychologist: Browser, database: Database, pair_id: int, verdict: str) -> None:
    psychologist.post("/sheets/new", page="/sheets/", survey="compatibility_check", subject=str(pair_id))
    with database.reading() as session:
        run_id = session.scalars(select(SurveyRun.id).order_by(SurveyRun.id.desc()).limit(1)).one()
    psychologist.post(f"/sheets/{run_id}/", q_method="Беседа", q_verdict=verdict, go="send")


@pytest.mark.requirement("A12")
def test_no_offer_without_the_conclusion_and_a_negative_one_wants_a_reason(
    panel: Flask,
    world: World,
    curator: Browser,
    draft: int,
    database: Database,
    add_account: Callable[..., int],
) -> None:
    path = f"/pairs/{draft}/confirm"
    page = curator.get(path)
    assert WANTED in text_of(page)
    assert 'href="/sheets/"' in page
    assert "Подтвердить и сообщить обоим" not in text_of(page)
    assert WANTED in text_of(curator.post(path)), "whoever sends the form all the same is told why not"
    assert WANTED in text_of(curator.get(f"/pairs/{draft}/"))
    assert read_draft(database, draft).status is PairStatus.DRAFT

    add_account(world, AccountRole.PSYCHOLOGIST, "psy")
    psychologist = Browser(panel.test_client(), "psy")
    conclude(psychologist, database, draft, "not_recommended")
    assert REFUSED in text_of(curator.get(path))
    assert "Напишите, пожалуйста, почему" in text_of(curator.post(path, override_reason="  "))
    assert read_draft(database, draft).status is PairStatus.DRAFT

    done = text_of(curator.post(path, override_reason="Оба просят об этом сами"))
    assert "Подтверждено" in done
    assert "Оба просят об этом сами" in done
    assert read_draft(database, draft).status is PairStatus.OFFERED
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == Action.PAIR_CONFIRMED)).one()
    assert entry.after is not None
    assert (entry.after["verdict"], entry.after["is_overridden"]) == ("not_recommended", True)
    assert "просят" not in str(entry.after), "free text stays out of the trail"


def test_a_good_conclusion_opens_the_offer_and_the_newest_one_counts(
    panel: Flask,
    world: World,
    curator: Browser,
    draft: int,
    database: Database,
    add_account: Callable[..., int],
) -> None:
    add_account(world, AccountRole.PSYCHOLOGIST, "psy")
    psychologist = Browser(panel.test_client(), "psy")
    conclude(psychologist, database, draft, "not_recommended")
    conclude(psychologist, database, draft, "with_support")
    path = f"/pairs/{draft}/confirm"
    read = text_of(curator.get(path))
    assert REFUSED not in read
    assert WANTED not in read
    assert "Подтверждено" in text_of(curator.post(path))
    assert read_draft(database, draft).status is PairStatus.OFFERED


def test_only_a_programme_that_wants_it_is_held_back(world: World, draft: int) -> None:
    with pytest.raises(VerdictMissing):
        world.write(confirm_pair, actor=world.curator, pair_id=draft)
    world.write(
        change_settings,
        actor=world.curator,
        cycle_id=world.cycle_id,
        changes={"psychologist_verdict_required": False},
    )
    world.write(confirm_pair, actor=world.curator, pair_id=draft)
