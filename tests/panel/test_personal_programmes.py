"""The personalised programme of a pair in the panel, from its draft to the bank (DC16, E20)."""

from datetime import date

import pytest
from sqlalchemy import select

from models.engine import Database
from models.people import Role
from models.personal_programmes import Mark, PersonalProgramme, ProgrammeStatus, SupportPlan
from services.dates.months import shift_months
from services.pairs.personal_programmes.cards import find_programme_of
from services.pairs.personal_programmes.deciding import agree_to_programme
from services.pairs.personal_programmes.progress import mark_activity
from services.programmes.answers import Tapped
from tests.panel.conftest import Browser, text_of
from tests.world import Participant, World


@pytest.fixture
def sides(world: World) -> tuple[Participant, Participant]:
    mentee = world.mentee("Анна", topics=Tapped(("planning", "parents")), strengths=Tapped(("digital",)))
    mentor = world.mentor("Пётр")
    world.agree(mentee, mentor)
    return mentee, mentor


def read(database: Database) -> PersonalProgramme:
    with database.reading() as session:
        found = session.scalars(select(PersonalProgramme)).one()
        assert found.activities is not None
        return found


@pytest.mark.requirement("E4", "E23", "C19")
def test_a_programme_is_drafted_corrected_approved_and_completed(
    world: World, curator: Browser, database: Database, sides: tuple[Participant, Participant]
) -> None:
    row = read(database)
    page = f"/personal-programmes/{row.id}/"
    assert "проект" in text_of(curator.get("/personal-programmes/"))
    drafted = text_of(curator.get(page))
    for said in ("Планирование уроков", "Общение с родителями", "Цифровые сервисы", "Подвести итоги"):
        assert said in drafted

    form = {
        "goal": "Спокойно планировать уроки",
        "starts_on": row.starts_on.isoformat(),
        "ends_on": shift_months(row.starts_on, 2).isoformat(),
        "activity_id": ["0"],
        "direction": ["planning"],
        "title": ["Открытый урок"],
        "planned_on": [shift_months(row.starts_on, 1).isoformat()],
        "expected": ["Урок проведён"],
        "mark": world.read(find_programme_of, actor=world.curator, pair_id=row.pair_id, now=world.now).mark,
    }
    short = curator.post(page + "write", form)
    assert "от 3 до 12 месяцев" in text_of(short)
    assert "Спокойно планировать уроки" in short, "what was typed stays"
    form["ends_on"] = shift_months(row.starts_on, 4).isoformat()
    saved = text_of(curator.post(page + "write", form))
    assert "Открытый урок" in saved
    assert "Планирование уроков" in saved
    outdated = text_of(curator.post(page + "write", form))
    assert "Программа тем временем изменилась" in outdated

    assert "Утвердить" not in text_of(curator.get(page)), "the pair agrees first"
    for side in sides:
        curator.post(f"{page}agreed/{side.id}", page=page)
    assert read(database).status is ProgrammeStatus.AGREED
    assert "Пара согласовала программу" in text_of(curator.get("/tasks/programmes/"))
    assert "Утверждено" in text_of(curator.post(f"{page}approve", page=page))
    with database.reading() as session:
        activity_id = session.scalars(select(PersonalProgramme)).one().activities[0].id
    noted = curator.post(f"{page}mark/{activity_id}", page=page, mark="reached", actual="Проведён 12 января")
    assert "Проведён 12 января" in text_of(noted)
    ended = curator.post(f"{page}complete", outcome="fulfilled")
    assert "план мероприятий выполнен полностью" in text_of(ended)
    assert "завершена" in text_of(curator.get("/personal-programmes/?status=completed"))
    assert "Таких программ нет" in text_of(curator.get("/personal-programmes/?whose=curator"))
    assert "Таких программ нет" in text_of(curator.get("/personal-programmes/?late=1"))


@pytest.mark.requirement("E20", "D11")
def test_a_finished_programme_stands_in_the_bank_without_names(
    world: World, curator: Browser, database: Database, sides: tuple[Participant, Participant]
) -> None:
    mentor = next(one for one in sides if one.role is Role.MENTOR)
    row = read(database)
    page = f"/personal-programmes/{row.id}/"
    put = f"/programme-bank/put/{row.id}"
    assert "после её завершения" in text_of(curator.get(put, status=409))
    for side in sides:
        world.write(agree_to_programme, actor=world.actor(side.person), programme_id=row.id)
    curator.post(f"{page}approve", page=page)
    for one in row.activities:
        world.write(mark_activity, actor=world.actor(mentor.person), activity_id=one.id, mark=Mark.REACHED)
    curator.post(f"{page}complete", outcome="fulfilled")
    name = sides[0].person.family_name
    lines = {
        "of_title": [one.title for one in row.activities],
        "of_expected": [one.expected for one in row.activities],
        "of_actual": [f"Всё сделала {name}" for _ in row.activities],
    }
    refused = text_of(curator.post(put, {"title": "Планирование за год", **lines}))
    assert f"похожи на имена людей: {name}" in refused
    clean = {**lines, "of_actual": ["Всё сделано" for _ in row.activities]}
    banked = text_of(curator.post(put, {"title": "Планирование за год", **clean}))
    assert "Программа в банке, без имён" in banked
    assert name not in banked
    assert "Планирование за год" in text_of(curator.get("/programme-bank/"))
    pair_id = world.agree(world.mentee("Ольга"), world.mentor("Иван"))
    other = world.read(find_programme_of, actor=world.curator, pair_id=pair_id, now=world.now)
    draft = f"/personal-programmes/{other.id}/"
    started = text_of(curator.post(f"{draft}start", page=draft, banked_id="1"))
    assert row.activities[1].title in started


@pytest.mark.requirement("C20", "D12", "E43")
def test_a_mentee_without_a_pair_gets_a_plan(world: World, curator: Browser, database: Database) -> None:
    mentee = world.mentee("Анна", topics=Tapped(("rules",)))
    assert "плана пока нет" in text_of(curator.get("/support/"))
    page = f"/support/{mentee.participation_id}/"
    drafted = curator.get(page)
    assert "Изучить правила внутреннего распорядка" in drafted
    form = {
        "reason": "no_free_mentor",
        "words": "Спрашивайте завуча",
        "next_search_on": "15.12.2026",
        "title": ["Изучить правила"],
        "expected": ["Список вопросов"],
        "planned_on": ["не скоро"],
        "done_on": [""],
    }
    wrong = curator.post(page, form)
    assert "Укажите срок каждого шага" in text_of(wrong)
    assert "Спрашивайте завуча" in wrong
    kept = text_of(curator.post(page, {**form, "planned_on": ["10.12.2026"]}))
    assert "ещё не показан" in kept
    assert "наставляемый его видит" in text_of(curator.post(f"{page}share", page=page))
    with database.reading() as session:
        plan = session.scalars(select(SupportPlan)).one()
        assert plan.shared_at is not None
        assert plan.next_search_on == date(2026, 12, 15)
