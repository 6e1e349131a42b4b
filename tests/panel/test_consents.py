"""Consents in the panel: papers registered with a scan, letters of withdrawal, erasure with its act."""

import io
import json
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models.consents import Consent, ConsentDecision, ConsentKind, ConsentMedium
from models.jobs import FileKind, StoredFile
from models.messages import OutboxMessage
from models.people import Person
from models.privacy import DestructionAct, MentoringAgreement
from models.programmes import Programme
from models.tasks import Task, TaskKind
from notices.language import load_translators
from services.access.actors import Channel, system
from services.documents.exports.tables import Filters
from services.documents.exports.writing import write_export
from tests.fixed_clock import FixedClock
from tests.panel.conftest import Browser, text_of
from tests.world import World, found_school
from worker.running import work_once
from worker.work import WorkerConfig

PDF = b"%PDF-1.7\n1 0 obj << >> endobj\n%%EOF"
SITE = "https://school17.example/news"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What the panel shows does not depend on the engine; the services behind it are tested on both."""
    return sqlite_url


def send(browser: Browser, path: str, page: str, scan: bytes | None = None, **fields: object) -> str:
    form: dict[str, object] = {**fields, "csrf_token": browser.token(page)}
    if scan is not None:
        form["scan"] = (io.BytesIO(scan), "подпись.pdf")
    answer = browser.client.post(path, data=form, content_type="multipart/form-data", follow_redirects=True)
    assert answer.status_code == 200
    return text_of(answer.text)


def fill_operator(curator: Browser) -> None:
    page = curator.post(
        "/privacy/operator",
        ogrn="1027700000000",
        contact="pd@school17.example",
        officer="заместитель директора",
        storage_place="Россия, г. Приозёрск, ул. Школьная, 1",
        sites=SITE,
        notified_on="2026-09-01",
    )
    assert "Сохранено" in text_of(page)


@pytest.mark.requirement("A51", "D7", "E41")
def test_a_signed_paper_is_printed_registered_with_its_scan_and_withdrawn(
    curator: Browser, world: World, panel: Flask
) -> None:
    fill_operator(curator)
    mentor = world.mentor()
    page = f"/consents/person/{mentor.id}/"
    form = text_of(curator.get(f"{page}form/dissemination"))
    assert SITE in form
    assert "ОГРН 1027700000000" in form
    register = f"{page}register/dissemination"
    said = send(curator, register, page, b"PK\x03\x04 an archive", signed_on="2026-11-20")
    assert "это что-то другое" in said
    said = send(curator, register, page, PDF, signed_on="2026-11-20", fields="name")
    assert "Отметьте, что можно публиковать" in said
    assert list((panel.extensions["nastavnik"].data_dir / "files").glob("*")) == []
    said = send(
        curator, register, page, PDF, signed_on="2026-11-20", number="5", fields=["name", "photo"], sites=SITE
    )
    assert "Бумага зарегистрирована" in said
    assert "ФИО, фотография" in said
    with world.database.reading() as session:
        row = session.scalars(select(Consent).where(Consent.kind == ConsentKind.DISSEMINATION)).one()
        assert (row.medium, row.paper_number, row.decided_at.date().isoformat()) == (
            ConsentMedium.PAPER,
            "5",
            "2026-11-20",
        )
        scan = session.scalars(select(StoredFile).where(StoredFile.kind == FileKind.SCAN)).one()
    with curator.client.get(f"/consents/scans/{scan.id}") as answer:
        assert answer.data == PDF
        assert answer.headers["Content-Disposition"].startswith("attachment")
    said = send(curator, f"{page}withdraw/dissemination", page)
    assert "Отзыв зарегистрирован" in said
    assert "Публикации, которые нужно убрать" in said
    assert "осталось 3 дня" in text_of(curator.get("/consents/"))
    with world.database.reading() as session:
        task = session.scalars(select(Task).where(Task.kind == TaskKind.UNPUBLISH_DUE)).one()
        assert task.wanted_on is not None
    said = text_of(curator.post("/consents/duties/1/done", page="/consents/"))
    assert "Сейчас ничего не требуется" in said


def test_the_whole_way_on_paper_ends_with_the_act(
    curator: Browser, world: World, panel: Flask, tmp_path: Path
) -> None:
    person = world.person("Евлампия", "Феофилактовна")
    page = f"/consents/person/{person.id}/"
    send(curator, f"{page}register/pd_processing", page, signed_on="2026-11-20")
    assert "на бумаге" in text_of(curator.get(page))
    said = send(curator, f"{page}withdraw/pd_processing", page)
    assert "Уничтожить данные" in said
    preview = text_of(curator.get(f"/privacy/person/{person.id}/erase"))
    assert "Что остаётся" in preview
    assert "Акты об уничтожении" in preview
    block = text_of(curator.get("/tasks/privacy/"))
    assert "Евлампия" in block
    with world.database.reading() as session:
        task_id = session.scalars(select(Task.id).where(Task.kind == TaskKind.ERASURE_DUE)).one()
    closed = curator.post(f"/tasks/{task_id}/close", page="/tasks/privacy/", block="privacy")
    assert "по сроку закона" in text_of(closed)
    curator.post(f"/privacy/person/{person.id}/erase")
    data_dir = panel.extensions["nastavnik"].data_dir
    config = WorkerConfig(str(world.database.engine.url), data_dir, FixedClock(world.now))
    assert work_once(config, world.database, threading.Event(), "here")
    with world.database.reading() as session:
        act = session.scalars(select(DestructionAct)).one()
        assert session.get_one(Person, person.id).erased_at is not None
        decisions = session.scalars(select(Consent.decision)).all()
    assert decisions == [ConsentDecision.GIVEN, ConsentDecision.WITHDRAWN]
    sheet = text_of(curator.get(f"/privacy/acts/{act.id}"))
    assert "Евлампия Феофилактовна" in sheet
    assert "Вера Павловна Тихая" in sheet
    assert "имя и должность: 1" in sheet
    assert "Евлампия" not in text_of(curator.get("/people/"))
    curator.get(page, status=404)


def test_one_who_refused_consented_met_version_two_and_withdrew_on_paper_alone(
    curator: Browser, world: World
) -> None:
    person = world.person("Евлампия", "Феофилактовна")
    page = f"/consents/person/{person.id}/"
    assert "Отказ внесён" in send(curator, f"{page}decline/pd_processing", page)
    send(curator, f"{page}register/pd_processing", page, signed_on="2026-11-20", number="1")
    assert "Это согласие дано" in send(curator, f"{page}decline/pd_processing", page)
    with world.database.writing() as session:
        programme = session.scalars(select(Programme)).one()
        pack = world.pack.model_dump(mode="json")
        for one in (*pack["pack"]["consents"], *pack["consents"]):
            if one["id"] == "pd_processing":
                one["version"] = 2
        programme.pack, programme.pack_sha256 = pack, "4" * 64
    assert "дано на прежний текст" in text_of(curator.get(page))
    send(curator, f"{page}register/pd_processing", page, signed_on="2026-11-22", number="2")
    send(curator, f"{page}withdraw/pd_processing", page)
    out = io.BytesIO()
    with world.database.reading() as session:
        write_export(
            session,
            actor=system(Channel.COMMAND_LINE),
            what="consents",
            format="json",
            out=out,
            now=world.now,
            t=load_translators()["ru"],
            filters=Filters(organization_id=world.organization_id),
        )
    rows = json.loads(out.getvalue())["rows"]
    assert [(row["decision"], row["version"], row["medium"], row["paper_number"]) for row in rows] == [
        ("declined", 1, "paper", None),
        ("given", 1, "paper", "1"),
        ("given", 2, "paper", "2"),
        ("withdrawn", 2, "paper", None),
    ]


def test_the_bot_asks_for_a_consent_once_a_day(curator: Browser, world: World) -> None:
    person = world.consented()
    page = f"/consents/person/{person.id}/"
    assert "Бот задаст вопрос" in send(curator, f"{page}ask/long_term_bank", page)
    assert "сегодня уже спрашивали" in send(curator, f"{page}ask/long_term_bank", page)
    with world.database.reading() as session:
        rows = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "consent.request")).all()
    assert [row.facts for row in rows] == [{"consent": "long_term_bank"}]


@pytest.mark.requirement("E12")
def test_an_agreement_is_drafted_and_registered(curator: Browser, world: World) -> None:
    mentor = world.mentor()
    pair_id = world.agree(world.mentee(), mentor)
    lacking = text_of(curator.get(f"/pairs/{pair_id}/"))
    assert "Нет письменного согласия наставника на наставническую деятельность" in lacking
    path = f"/privacy/person/{mentor.id}/agreement"
    assert f"{path}?pair={pair_id}" in curator.get(f"/pairs/{pair_id}/")
    facts: dict[str, Any] = {
        "number": "12-н",
        "signed_on": "2026-11-20",
        "starts_on": "2026-12-01",
        "content": "Помощь молодому учителю математики",
        "form": "очно",
        "basis": "assignment",
        "pair_id": str(pair_id),
    }
    said = send(curator, path, path, ends_on="2026-11-01", **facts)
    assert "срок, который кончается после начала" in said
    assert "Помощь молодому учителю математики" in said  # nothing typed is lost
    said = send(curator, path, path, ends_on="2027-05-31", **facts)
    assert "Соглашение зарегистрировано" in said
    with world.database.reading() as session:
        row = session.scalars(select(MentoringAgreement)).one()
        assert (row.number, row.ends_on - row.starts_on) == ("12-н", timedelta(days=181))
        assert row.pair_id == pair_id
    assert "соглашения" not in text_of(curator.get("/tasks/papers/"))
    page = f"/consents/person/{mentor.id}/"
    send(curator, f"{page}register/mentoring", page, signed_on="2026-11-20")
    assert "Нет письменного согласия" not in text_of(curator.get(f"/pairs/{pair_id}/"))


def test_the_description_for_the_regulator_is_filled_in(curator: Browser, world: World) -> None:
    fill_operator(curator)
    world.consented()
    said = text_of(curator.get("/privacy/processing"))
    for fact in ("1027700000000", "Россия, г. Приозёрск", "заместитель директора", "01.09.2026"):
        assert fact in said
    wrong = text_of(curator.post("/privacy/operator", ogrn="12", sites="school17"))
    assert "ОГРН состоит из 13 цифр" in wrong


def test_another_organisation_sees_nothing(curator: Browser, world: World) -> None:
    other = found_school(world.database, world.now, name="Гимназия № 2")
    stranger = other.consented()
    for path in (f"/consents/person/{stranger.id}/", f"/privacy/person/{stranger.id}/erase"):
        curator.get(path, status=403)
