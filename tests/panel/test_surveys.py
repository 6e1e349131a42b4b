"""Surveys in the panel: a partner answers by a one-time link, a curator types in a paper sheet."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select

from models.accounts import AccountRole
from models.pairs import Pair
from models.people import Role
from models.surveys import (
    Answer,
    AnswerChange,
    RunOccasion,
    RunSource,
    SurveyRun,
    SurveyStatus,
    SurveyWave,
    WebLink,
)
from services.access.digests import sha256_of
from services.pairs.proposals import draft_pair
from services.programmes.answers import Tapped
from services.programmes.surveys import Option
from services.surveys.intake import choose_role
from services.surveys.opening import open_run
from services.surveys.runs import finish_ticks, record_answer, tick_option
from services.surveys.steps import read_step
from services.surveys.waves import open_waves
from tests.fixed_clock import FixedClock
from tests.panel.conftest import Browser, text_of
from tests.world import World, fill_run

PARTNER = "Городской методический центр"


def make_link(curator: Browser) -> str:
    page = curator.post("/surveys/partners/", name=PARTNER)
    found = re.search(r'value="http://[^/]+(/s/[\w-]+)"', page)
    assert found is not None, text_of(page)
    return found[1]


@pytest.fixture
def guest(panel: Flask) -> Browser:
    """The partner's phone: nobody is signed in."""
    return Browser(panel.test_client())


def run_of(world: World) -> SurveyRun:
    with world.database.reading() as session:
        run = session.scalars(select(SurveyRun).order_by(SurveyRun.id.desc())).first()
    assert run is not None
    return run


def answers_of(world: World, run_id: int) -> dict[str, object]:
    with world.database.reading() as session:
        rows = session.execute(select(Answer.question_id, Answer.value).where(Answer.run_id == run_id))
        return {name: value["value"] if value else None for name, value in rows}


@pytest.mark.requirement("B19", "A42")
def test_a_partner_answers_by_a_link_without_signing_in(
    world: World, curator: Browser, guest: Browser, panel: Flask
) -> None:
    path = make_link(curator)
    assert len(path.removeprefix("/s/")) == 22
    with world.database.reading() as session:
        assert session.scalars(select(WebLink.token_sha256)).all() == [sha256_of(path.removeprefix("/s/"))]
    first = guest.get(path)
    assert "Часть 1 из 2" in text_of(first)
    assert "Увидит только куратор" in text_of(first)

    # the second question is left out, a rating is made up: both are said, the rest is kept
    wrong = guest.post(
        path, q_part=["events"], q_part_own="Печатали грамоты", q_interaction="11", q_goals="9", status=422
    )
    assert "Выберите, пожалуйста, целое число от 1 до 10" in text_of(wrong)
    assert "Ответьте, пожалуйста, на этот вопрос" in text_of(wrong)
    run = run_of(world)
    assert answers_of(world, run.id) == {"part": ["events", {"other": "Печатали грамоты"}], "goals": 9}
    second = guest.post(
        path,
        q_part=["events"],
        q_part_own="Печатали грамоты",
        q_interaction="8",
        q_goals="9",
        q_timeliness="7",
        q_benefit_na="1",
    )
    assert "Часть 2 из 2" in text_of(second)
    review = guest.post(f"{path}?part=2", q_would_continue="yes", q_improve="Раньше присылать план")
    assert "Проверьте ответы" in text_of(review)
    assert "не применимо" in text_of(review)
    assert "Раньше присылать план" in text_of(review)
    done = guest.post(f"{path}/review")
    assert "Спасибо за ответы" in text_of(done)

    run = run_of(world)
    assert (run.status, run.source, run.outsider) == (SurveyStatus.SENT, RunSource.WEB, PARTNER)
    assert answers_of(world, run.id)["interaction"] == 8
    assert "Ответы уже отправлены, спасибо" in text_of(guest.get(path))
    assert "Ответы уже отправлены, спасибо" in text_of(guest.get(f"{path}/review"))
    told = text_of(curator.get(f"/surveys/runs/{run.id}/"))
    assert "Раньше присылать план" in told
    assert "только в общих цифрах" in told, "ratings were promised to go into totals"


def test_a_link_runs_out_and_a_new_one_stops_the_old(
    world: World, curator: Browser, guest: Browser, clock: FixedClock
) -> None:
    path = make_link(curator)
    guest.post(path, q_goals="9", status=422)
    run = run_of(world)
    page = curator.post(f"/surveys/partners/{run.id}/link", page="/surveys/partners/")
    renewed = re.search(r"/s/[\w-]+", page)
    assert renewed is not None
    guest.get(path, status=410)
    assert 'value="9" checked' in guest.get(renewed[0]), "the answers stay"
    clock.moment += timedelta(days=15)
    assert "больше не действует" in text_of(guest.get(renewed[0], status=410))
    guest.get("/s/aaaaaaaaaaaaaaaaaaaaaa", status=410)


@pytest.mark.requirement("A51")
def test_a_curator_types_in_a_paper_sheet(world: World, curator: Browser, clock: FixedClock) -> None:
    pyotr = world.consented("Пётр", "Андреевич")
    chosen = world.write(choose_role, actor=world.actor(pyotr), role=Role.MENTOR)
    address = f"/surveys/runs/{chosen.run_id}/paper"
    tomorrow = (clock.now() + timedelta(days=1)).date().isoformat()
    today = clock.now().date().isoformat()
    refused = curator.post(address, filled_on=tomorrow, q_experience="семнадцать лет")
    assert "не может быть позже сегодняшней" in text_of(refused)
    assert 'value="семнадцать лет"' in refused, "nothing typed is lost"

    survey = world.pack.survey("mentor_intake")
    answers: dict[str, object] = {
        question.id: _answer(question.kind, question.options) for question in survey.questions()
    }
    fields = {f"q_{name}": value for name, value in answers.items() if value is not None}
    half = curator.post(
        address, {**fields, "q_capacity": "много", "q_experience": "17 лет"}, filled_on=today, go="send"
    )
    assert "Посмотрите, пожалуйста, на отмеченные вопросы" in text_of(half)
    assert 'value="много"' in half
    done = curator.post(address, {**fields, "q_experience": "17 лет"}, filled_on=today, go="send")
    assert "Лист внесён" in text_of(done)
    assert "с бумажного листа" in text_of(done)
    assert "внёс в панель: Вера Павловна Тихая" in text_of(done)
    run = run_of(world)
    assert (run.status, run.source, run.filled_on) == (
        SurveyStatus.SENT,
        RunSource.PAPER,
        clock.now().date(),
    )
    assert answers_of(world, run.id)["experience"] == 17
    with world.database.reading() as session:
        assert session.scalars(select(AnswerChange)).all() == []


def _answer(kind: str, options: tuple[Option, ...]) -> object:
    if options:
        return [options[0].id]
    return {"rating10": "7", "yes_no": "yes", "int": "2", "text_long": "Люблю разбирать уроки."}.get(kind)


def test_every_survey_of_the_programme_may_be_looked_at(world: World, curator: Browser) -> None:
    index = curator.get("/surveys/")
    for survey in world.pack.surveys:
        assert f"/surveys/definitions/{survey.id}/" in index
    page = text_of(curator.get("/surveys/definitions/mutual_preference_mentee/"))
    assert "люди в порядке предпочтения" in page
    assert "domain.md" not in page, "a curator has no such file"
    assert "SV0" not in page + text_of(index), "nor our numbering"
    curator.get("/surveys/definitions/nothing/", status=404)


@pytest.mark.requirement("C29")
def test_a_wave_is_planned_only_after_its_preview(world: World, curator: Browser, clock: FixedClock) -> None:
    anna, pyotr = world.mentee(), world.mentor()
    world.agree(anna, pyotr)
    curator.get("/surveys/")
    end = (clock.now() + timedelta(days=10)).date().isoformat()
    asked = f"/waves/new/?occasion=satisfaction_mid&role=mentee&who=paired&starts_on=&closes_on={end}"
    preview = curator.get(asked)
    assert "Как вам наставничество?" in text_of(preview)
    assert anna.person.family_name in text_of(preview)
    assert pyotr.person.family_name not in text_of(preview)
    assert "Приглашения уйдут сразу" in text_of(preview)
    with world.database.reading() as session:
        assert session.scalars(select(SurveyWave)).all() == []
    fields = {"occasion": "satisfaction_mid", "role": "mentee", "who": "paired", "closes_on": end}
    planned = curator.post(plan_button(preview), fields, page=asked)
    assert "Волна запланирована" in text_of(planned)
    world.write(open_waves)
    with world.database.reading() as session:
        run = session.scalars(select(SurveyRun).where(SurveyRun.wave_id.is_not(None))).one()
    card = text_of(curator.get(f"/waves/{run.wave_id}/"))
    assert "0 / 1" in card
    assert anna.person.family_name in card
    assert "Внести бумажный лист" in card
    with world.database.reading() as session:
        question = read_step(session, run_id=run.id).survey.questions()[0]
    world.write(
        record_answer,
        actor=world.actor(anna.person),
        run_id=run.id,
        question_id=question.id,
        raw=Tapped(("8",)),
    )
    card = text_of(curator.get(f"/waves/{run.wave_id}/"))
    assert "Внести бумажный лист" not in card, "who has begun goes on by themselves"
    assert "отвечает в чате" in card
    world.write(fill_run, actor=world.actor(anna.person), run_id=run.id, answers={})
    assert "1 / 1" in text_of(curator.get(f"/waves/{run.wave_id}/"))
    assert "100 %" in text_of(curator.get("/surveys/"))
    wrong = curator.get("/waves/new/?occasion=satisfaction_mid&closes_on=&role=mentee")
    assert "Укажите, пожалуйста" in text_of(wrong)


def plan_button(preview: str) -> str:
    """Where the button below the preview sends the form above it."""
    found = re.search(r'form="wave" formmethod="post" formaction="([^"]+)"', preview)
    assert found is not None, text_of(preview)
    return unescape(found[1])


def test_what_is_planned_is_what_was_previewed(world: World, curator: Browser, clock: FixedClock) -> None:
    world.mentee()
    today = clock.now().date()
    fields = {
        "occasion": "satisfaction_mid",
        "role": "mentee",
        "who": "all",
        "starts_on": (today + timedelta(days=1)).isoformat(),
        "closes_on": (today + timedelta(days=10)).isoformat(),
    }
    button = plan_button(curator.get(f"/waves/new/?{urlencode(fields)}"))
    later = {**fields, "closes_on": (today + timedelta(days=20)).isoformat()}
    shown = curator.post(button, later, page="/waves/new/")
    assert "После предпросмотра вы изменили форму" in text_of(shown)
    assert f'value="{later["closes_on"]}"' in shown
    with world.database.reading() as session:
        assert session.scalars(select(SurveyWave)).all() == []
    assert "Волна запланирована" in text_of(curator.post(plan_button(shown), later, page="/waves/new/"))
    with world.database.reading() as session:
        wave = session.scalars(select(SurveyWave)).one()
        assert wave.closes_at is not None
        assert wave.closes_at.date() == today + timedelta(days=20)


def test_a_last_day_in_the_past_is_refused_at_the_preview(
    world: World, curator: Browser, clock: FixedClock
) -> None:
    world.mentee()
    today = clock.now().date()
    asked = "/waves/new/?occasion=satisfaction_mid&role=mentee&who=all"
    gone = curator.get(f"{asked}&starts_on=&closes_on={today - timedelta(days=1)}")
    assert "Этот день уже прошёл" in gone[gone.index('id="closes_on_fault"') :]
    assert f'value="{today - timedelta(days=1)}"' in gone, "nothing typed is lost"
    assert "formaction" not in gone
    crossed = curator.get(f"{asked}&starts_on={today + timedelta(days=5)}&closes_on={today}")
    assert "раньше, чем начнётся" in text_of(crossed)


def test_a_teacher_without_a_chat_answers_by_a_link(world: World, curator: Browser, guest: Browser) -> None:
    anna = world.mentee()
    run_id = world.write(
        open_run,
        survey_id="mentee_satisfaction_short",
        organization_id=world.organization_id,
        cycle_id=world.cycle_id,
        occasion=RunOccasion.WAVE,
        dedup_key="wave:0:test",
        person_id=anna.id,
    )
    page = curator.post(f"/surveys/runs/{run_id}/link", page=f"/surveys/runs/{run_id}/")
    found = re.search(r"/s/[\w-]+", page)
    assert found is not None
    guest.post(found[0], q_comfort="9", q_meetings="8", q_support="9", q_frequency="right", q_overall="9")
    assert "Спасибо" in text_of(guest.post(f"{found[0]}/review"))
    run = run_of(world)
    assert (run.person_id, run.status, run.source) == (anna.id, SurveyStatus.SENT, RunSource.WEB)


def test_no_sheet_is_offered_while_there_is_no_pair(
    panel: Flask, world: World, add_account: Callable[..., int]
) -> None:
    add_account(world, AccountRole.PSYCHOLOGIST, "psy")
    page = text_of(Browser(panel.test_client(), "psy").get("/sheets/"))
    assert "Заключение педагога-психолога о паре" in page
    assert "Пока нет пары или наставника" in page
    assert "Новый лист" not in page


@pytest.mark.requirement("A12")
def test_the_curator_reads_the_conclusion_before_confirming(
    panel: Flask, world: World, curator: Browser, add_account: Callable[..., int]
) -> None:
    drafted = world.write(
        draft_pair,
        actor=world.curator,
        mentee_participation_id=world.mentee().participation_id,
        mentor_participation_id=world.mentor().participation_id,
    )
    add_account(world, AccountRole.PSYCHOLOGIST, "psy")
    psychologist = Browser(panel.test_client(), "psy")
    facts = {"survey": "compatibility_check", "subject": str(drafted.pair_id)}
    psychologist.post("/sheets/new", facts, page="/sheets/")
    psychologist.post(
        f"/sheets/{run_of(world).id}/", q_method="Беседа", q_verdict="not_recommended", go="send"
    )
    assert "Не рекомендуется" in text_of(curator.get(f"/pairs/{drafted.pair_id}/confirm"))


@pytest.mark.requirement("A12", "A16", "C14")
def test_psychologist_and_curator_fill_in_sheets_of_their_own(
    panel: Flask, world: World, curator: Browser, add_account: Callable[..., int]
) -> None:
    anna, pyotr = world.mentee(), world.mentor()
    world.agree(anna, pyotr)
    add_account(world, AccountRole.PSYCHOLOGIST, "psy", "Нина Олеговна Светлова")
    psychologist = Browser(panel.test_client(), "psy")
    forms = text_of(psychologist.get("/sheets/"))
    assert "Заключение педагога-психолога о паре" in forms
    assert re.search(r"SV\d\d", forms) is None
    assert "Сильные и слабые стороны программы" not in forms
    nobody = psychologist.post("/sheets/new", page="/sheets/", survey="compatibility_check")
    assert "Укажите, пожалуйста, о ком этот лист" in text_of(nobody)
    with world.database.reading() as session:
        pair_id = session.scalars(select(Pair.id)).one()
    psychologist.post("/sheets/new", page="/sheets/", survey="compatibility_check", subject=str(pair_id))
    run = run_of(world)
    address = f"/sheets/{run.id}/"
    half = psychologist.post(address, q_method="Беседа", q_next_check="скоро", go="send")
    assert "Этого ответа ещё нет" in text_of(half)
    assert 'value="скоро"' in half
    done = psychologist.post(
        address, q_method="Беседа", q_verdict="with_support", q_next_check="15.12.2026", go="send"
    )
    assert "Заключение сохранено" in text_of(done)
    assert answers_of(world, run.id) == {
        "method": "Беседа",
        "verdict": "with_support",
        "recommendation": None,
        "next_check": "2026-12-15",
    }
    psychologist.post(address, q_method="Беседа и наблюдение", q_verdict="recommended", go="send")
    read = text_of(curator.get(f"/surveys/runs/{run.id}/"))
    assert "раньше: Рекомендуется с сопровождением" in read
    curator.get(address, status=404)
    add_account(world, AccountRole.HEAD, "head")
    for reader, reads in (
        (curator, True),
        (psychologist, True),
        (Browser(panel.test_client(), "head"), False),
    ):
        card = text_of(reader.get(f"/pairs/{pair_id}/"))
        assert ("Беседа и наблюдение" in card) is reads, "the conclusion stands on the pair's card"

    curator.post("/sheets/new", page="/sheets/", survey="mentor_interview", subject=str(pyotr.id))
    interview = run_of(world)
    assert (interview.about_person_id, interview.source) == (pyotr.id, RunSource.PANEL)
    psychologist.get(f"/sheets/{interview.id}/", status=404)


def test_wishes_stand_on_the_card_for_the_curator_alone(
    panel: Flask, world: World, curator: Browser, add_account: Callable[..., int]
) -> None:
    anna, pyotr = world.mentee(), world.mentor()
    facts = {"organization_id": world.organization_id, "cycle_id": world.cycle_id, "person_id": anna.id}
    run_id = world.write(
        open_run,
        survey_id="mutual_preference_mentee",
        occasion=RunOccasion.WAVE,
        dedup_key=f"wave:0:person:{anna.id}",
        **facts,
    )
    own = {"actor": world.actor(anna.person), "run_id": run_id, "question_id": "preferred"}
    world.write(tick_option, **own, option_id=str(pyotr.id), is_on=True)
    world.write(finish_ticks, **own)
    card = f"/people/{anna.id}/"
    assert "Кого вы хотели бы" not in text_of(curator.get(card)), "nothing is shown before it is sent"
    world.write(fill_run, actor=own["actor"], run_id=run_id, answers={"comment": "Удобно по средам"})
    read = text_of(curator.get(card))
    assert f"Кого вы хотели бы видеть своим наставником? {pyotr.person.full_name}" in read
    assert "Удобно по средам" in read
    for role in (AccountRole.PSYCHOLOGIST, AccountRole.HEAD):
        add_account(world, role, role.value)
        other = text_of(Browser(panel.test_client(), role.value).get(card))
        assert "Кого вы хотели бы" not in other, "only the curator was promised to see it"
        assert "Удобно по средам" not in other
