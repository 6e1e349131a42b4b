"""What an account is told and shown: the law once, an observer no few people's answers, a way in again."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from models.accounts import Account, AccountRole
from models.audit import AuditEntry
from models.engine import Database
from models.people import Person
from models.surveys import Answer, RunOccasion, SurveyRun, SurveyStatus
from services.surveys.reading import FEWEST_SEEN
from tests.panel.conftest import PASSWORD, Browser, text_of
from tests.world import World

LAW = "закон об иностранных мессенджерах"


def rate(database: Database, world: World, number: int, rating: int) -> None:
    """One more mentee who gave this rating after a meeting."""
    survey = world.pack.survey_for("post_meeting", "mentee")
    assert survey is not None
    question = next(one for one in survey.questions() if one.kind == "rating10" and not one.private)
    person = world.person("Анна")
    with database.writing() as session:
        run = SurveyRun(
            organization_id=world.organization_id,
            cycle_id=world.cycle_id,
            survey_id=survey.id,
            survey_version=survey.version,
            person_id=person.id,
            occasion=RunOccasion.FEEDBACK,
            dedup_key=f"rated:{number}",
            status=SurveyStatus.SENT,
            opened_at=world.now,
            sent_at=world.now,
        )
        session.add(run)
        session.flush()
        session.add(
            Answer(run_id=run.id, question_id=question.id, value={"value": rating}, answered_at=world.now)
        )


@pytest.mark.parametrize("role", [AccountRole.OBSERVER, AccountRole.HEAD, AccountRole.PSYCHOLOGIST])
def test_who_manages_no_pairs_sees_no_mean_of_fewer_than_five(
    panel: Flask,
    world: World,
    add_account: Callable[..., int],
    curator: Browser,
    database: Database,
    role: AccountRole,
) -> None:
    add_account(world, role, "reader")
    reader = Browser(panel.test_client(), "reader")
    for number in range(FEWEST_SEEN - 1):
        rate(database, world, number, 9)
    assert "наставляемые 9 4 4" in text_of(curator.get("/scores/"))
    assert "Оценка встреч 9 " in text_of(curator.get("/"))
    seen = text_of(reader.get("/scores/"))
    assert "наставляемые показываем, когда ответили хотя бы 5" in seen
    assert "наставляемые 9" not in seen
    assert "Оценка встреч — " in text_of(reader.get("/"))
    rate(database, world, FEWEST_SEEN, 9)
    assert "наставляемые 9 5 5" in text_of(reader.get("/scores/"))
    assert "Оценка встреч 9 " in text_of(reader.get("/"))


def test_a_curator_is_told_of_the_law_once(
    panel: Flask, world: World, add_account: Callable[..., int], curator: Browser, database: Database
) -> None:
    add_account(world, AccountRole.OBSERVER, "observer")
    assert LAW not in text_of(Browser(panel.test_client(), "observer").get("/")), "who invites nobody"
    assert LAW in text_of(curator.get("/"))
    assert LAW not in text_of(curator.post("/account/messenger", page="/account/"))
    curator.post("/account/messenger", page="/account/")
    assert LAW not in text_of(curator.get("/"))
    with database.reading() as session:
        told = session.scalars(select(Account).where(Account.login == "curator")).one()
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "account.messenger_rule_read")
        ).all()
    assert told.messenger_rule_read_at == world.now
    assert [entry.subject_id for entry in entries] == [told.id]


def test_an_observer_reads_a_sheet_without_its_people(
    panel: Flask, world: World, add_account: Callable[..., int], curator: Browser
) -> None:
    page = curator.post("/scores/sheets/new", page="/scores/")
    assert "Вера Павловна Тихая" in page
    question = next(one for one in world.pack.survey(world.pack.pack.scoring.survey).questions())
    curator.post("/scores/sheets/1/", {question.id: "2", f"{question.id}_note": "Спасибо Анне Коваленко"})
    add_account(world, AccountRole.OBSERVER, "observer", "Олег Глядящий")
    observer = Browser(panel.test_client(), "observer")
    for path in ("/scores/", "/scores/sheets/1/"):
        text = text_of(observer.get(path))
        assert "Тихая" not in text
        assert "Коваленко" not in text
    assert "Коваленко" in curator.get("/scores/sheets/1/")


def test_after_an_expired_session_one_is_back_where_one_was(
    panel: Flask, world: World, curator: Browser
) -> None:
    token = curator.token("/people/add")
    form = {"family_name": "Соколова", "given_name": "Анна", "csrf_token": token}
    page = {"Referer": "http://localhost/people/add?from=list"}
    curator.client.delete_cookie("nastavnik")
    answer = curator.client.post("/people/add", data=form, headers=page)
    assert answer.location == "/sign-in?next=/people/add?from%3Dlist"
    said = curator.client.get(answer.location).text
    assert "Сеанс закончился" in said
    again = {"login": "curator", "password": PASSWORD, "csrf_token": curator.token(answer.location)}
    back = curator.client.post("/sign-in", data=again | {"next": "/people/add?from=list"})
    assert back.location == "/people/add?from=list"
    stale = curator.client.post("/people/add", data=form, headers=page)
    assert stale.location == "/people/add?from=list"
    assert "Эта страница устарела" in curator.get("/people/add")
    for strange in ("http://evil.example/people/", "http://localhost//evil.example", ""):
        assert curator.client.post("/people/add", data=form, headers={"Referer": strange}).status_code == 400
    people = world.read(lambda session: session.scalars(select(Person.family_name)).all())
    assert people == []
