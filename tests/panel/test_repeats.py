"""The same form sent twice makes one record: each rendered form has a mark, kept in the database."""

import io
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from admin.access import OPEN_ENDPOINTS
from models.base import Base
from models.engine import Database
from models.people import Person
from models.roadmap import RoadmapEntry
from models.sent_forms import SentForm
from services.delivery.sent_forms import forget_sent
from services.roadmap.entries import lay_out
from tests.fixed_clock import FixedClock
from tests.guards.tree import ROOT, read, tracked
from tests.panel.conftest import Browser, text_of
from tests.world import World

ALREADY = "Эта форма уже отправлена"
PDF = b"%PDF-1.7\n1 0 obj << >> endobj\n%%EOF"

CREATING: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "a person": ("/people/add", "/people/add", {"family_name": "Седова", "given_name": "Ия"}, "persons"),
    "a meeting": (
        "/meetings/add/{pair}",
        "/meetings/add/{pair}",
        {"day": "2026-11-20", "clock": "14:00", "minutes": "40", "topic": "план урока"},
        "meetings",
    ),
    "an event": (
        "/events/new",
        "/events/new",
        {"kind": "round_table", "title": "Круглый стол", "day": "2026-12-15", "clock": "14:00"},
        "events",
    ),
    "a consent on paper": (
        "/people/{mentee}/",
        "/people/{mentee}/paper",
        {"signed_on": "2026-11-20"},
        "consents",
    ),
    "a signed paper with its scan": (
        "/consents/person/{mentor}/",
        "/consents/person/{mentor}/register/mentoring",
        {"signed_on": "2026-11-20", "number": "5", "scan": "file"},
        "consents",
    ),
    "an agreement": (
        "/privacy/person/{mentor}/agreement",
        "/privacy/person/{mentor}/agreement",
        {
            "number": "7",
            "content": "помощь",
            "form": "очная",
            "payment": "",
            "signed_on": "2026-11-20",
            "starts_on": "2026-11-20",
            "ends_on": "2027-11-20",
            "basis": "assignment",
            "scan": "file",
        },
        "mentoring_agreements",
    ),
    "evidence": (
        "/roadmap/{entry}/",
        "/roadmap/{entry}/evidence",
        {"note": "Проведено", "url": ""},
        "roadmap_proofs",
    ),
    "a partner": (
        "/outreach/",
        "/outreach/partners",
        {"name": "Библиотека", "since": "2026-09-01", "helps_with": "залом"},
        "partners",
    ),
    "a publication": (
        "/outreach/",
        "/outreach/publications",
        {
            "kind": "news",
            "title": "О наставниках",
            "url": "https://school17.example/news",
            "published_on": "2026-11-20",
        },
        "publications",
    ),
    "a told need": (
        "/needs/{mentee}/",
        "/needs/{mentee}/tell",
        {"source": "завуч", "told_on": "2026-11-20", "text": "дисциплина"},
        "testimonies",
    ),
    "days of the school calendar": (
        "/calendar/",
        "/calendar/",
        {"title": "Каникулы", "first_day": "2026-12-28", "last_day": "2027-01-08"},
        "school_days",
    ),
    "a nine-criteria sheet": ("/scores/", "/scores/sheets/new", {}, "survey_runs"),
    "a sheet of the staff": ("/sheets/", "/sheets/new", {"survey": "swot_sheet"}, "survey_runs"),
}
"""The page of the form, where it is sent, what it says, and the table that it adds to."""


def count(database: Database, name: str) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Base.metadata.tables[name])) or 0


def send(browser: Browser, path: str, form: dict[str, Any]) -> str:
    filled = {
        name: (io.BytesIO(PDF), "подпись.pdf") if value == "file" else value for name, value in form.items()
    }
    answer = browser.client.post(path, data=filled, follow_redirects=True)
    assert answer.status_code == 200, answer.status_code
    return text_of(answer.text)


@pytest.mark.parametrize("kind", CREATING)
def test_a_form_sent_twice_makes_one_record(
    kind: str, curator: Browser, world: World, database: Database
) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = world.agree(mentee, mentor)
    world.now += timedelta(days=3)
    with database.writing() as session:
        lay_out(session, cycle_id=world.cycle_id, now=world.now)
        entry = session.scalars(select(RoadmapEntry.id).order_by(RoadmapEntry.id)).first()
    known = {"mentee": mentee.id, "mentor": mentor.id, "pair": pair_id, "entry": entry}
    page, path, fields, table = CREATING[kind]
    form = {**fields, "csrf_token": curator.token(page.format(**known))}
    before = count(database, table)
    first = send(curator, path.format(**known), form)
    assert count(database, table) == before + 1, first
    assert ALREADY not in first
    assert ALREADY in send(curator, path.format(**known), form)
    assert count(database, table) == before + 1


def test_the_second_sending_leads_where_the_first_one_led(curator: Browser, database: Database) -> None:
    form = {"family_name": "Седова", "given_name": "Ия", "csrf_token": curator.token("/people/add")}
    places = [curator.client.post("/people/add", data=form).headers["Location"] for _ in range(2)]
    assert places[0] == places[1]
    assert re.fullmatch(r"/people/\d+/", places[0])
    other = {**form, "family_name": "Лебедева"}
    assert curator.client.post("/people/add", data=other).headers["Location"] != places[0], (
        "went back, typed on"
    )
    assert count(database, "persons") == 2


def test_a_form_that_was_refused_may_be_sent_again(curator: Browser, database: Database) -> None:
    token = curator.token("/people/add")
    for _ in range(2):
        page = send(curator, "/people/add", {"family_name": "", "given_name": "Ия", "csrf_token": token})
        assert ALREADY not in page
    assert count(database, "persons") == 0
    with database.reading() as session:
        assert session.scalars(select(SentForm)).all() == []


def test_two_sendings_at_the_same_moment_make_one_record(
    curator: Browser, panel: Flask, database: Database
) -> None:
    form = {"family_name": "Седова", "given_name": "Ия", "csrf_token": curator.token("/people/add")}
    cookie = curator.client.get_cookie("nastavnik")
    assert cookie is not None
    begin = threading.Barrier(3)
    answers: list[int] = []

    def click() -> None:
        tab = panel.test_client()
        tab.set_cookie("nastavnik", cookie.value)
        begin.wait()
        answers.append(tab.post("/people/add", data=form).status_code)

    clicks = [threading.Thread(target=click) for _ in range(3)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert answers == [302, 302, 302]
    with database.reading() as session:
        assert len(session.scalars(select(Person)).all()) == 1


def test_marks_are_forgotten_after_the_session(
    curator: Browser, world: World, clock: FixedClock, database: Database
) -> None:
    curator.post("/people/add", family_name="Седова", given_name="Ия")
    with database.writing() as session:
        assert forget_sent(session, now=clock.now() + timedelta(days=1)) == 0
        assert forget_sent(session, now=clock.now() + timedelta(days=3)) == 1


def test_every_form_that_is_posted_has_a_mark() -> None:
    for path in tracked():
        if path.suffix != ".html" or path.parts[0] != "admin":
            continue
        text = read(path)
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL):
            assert "csrf()" in form or "csrf_token()" in form or "m.opened(" in form, (
                f"{ROOT / path}: {form[:80]}"
            )


def test_every_address_that_takes_a_form_is_watched_or_open_to_strangers(panel: Flask) -> None:
    """What strangers may post to finds by itself that it was done: a token, a run, a sign-in."""
    posted = {rule.endpoint for rule in panel.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert posted & OPEN_ENDPOINTS == {
        "answering.part",
        "answering.review",
        "entrance.enter",
        "entrance.language",
        "entrance.set_up",
        "entrance.sign_in",
        "forms.fill",
    }
