"""Importing a list in the panel, with the worker: checked first, written when applied, once (A22)."""

import io
import logging
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select

from admin.safety import UPLOADS
from models.accounts import AccountRole
from models.engine import Database
from models.imports import LegalGround, Origin
from models.jobs import Job, StoredFile
from models.people import Person
from services.files.store import folder_of
from tests.fixed_clock import FixedClock
from tests.panel.conftest import Browser, text_of
from tests.world import World
from worker.running import work_once
from worker.work import Work, WorkerConfig

LIST = (
    "Фамилия;Имя;Отчество;Должность;Телефон\r\n"
    "Северцева;Анна;Игоревна;учитель;89990001122\r\n"
    "Лугинин;Пётр;;методист;\r\n"
    "Лугинин;Петр;;логопед;\r\n"
    "Иволгин;;;;\r\n"
)


@pytest.fixture
def config(database_url: str, clock: FixedClock, tmp_path: Path) -> WorkerConfig:
    return WorkerConfig(database_url, tmp_path / "data", clock)


@pytest.fixture
def work(config: WorkerConfig, database: Database) -> Callable[[], bool]:
    return lambda: work_once(config, database, threading.Event(), "here")


def upload(browser: Browser, content: bytes, name: str = "список.csv", **fields: str) -> str:
    form = {"source": "Список на 1 сентября", "received_on": "2026-09-01", **fields}
    return browser.post("/import/upload", form, page="/import/", file=(io.BytesIO(content), name))


def count(database: Database, table: type[Any]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.requirement("A22")
def test_a_list_is_checked_then_added_with_its_ground(
    curator: Browser, world: World, work: Callable[[], bool], database: Database, tmp_path: Path
) -> None:
    waiting = upload(curator, LIST.encode("cp1251"))
    assert "проверяется" in text_of(waiting)
    assert "data-open" in waiting
    assert work()
    checked = curator.get("/import/1/state")
    text = text_of(checked)
    assert "новых 2 уже есть в панели 0 повторов в этом же файле 1 с ошибками 1" in text
    assert "не сохраняются: Телефон." in text
    assert "4 – повтор в этом же файле как в строке 3; должность в карточке другая" in text
    assert "5 B5 ошибка не указано имя" in text
    assert count(database, Person) == 0, "nothing is written before it is applied"
    with database.reading() as session:
        assert "Северцева" not in str([one.result for one in session.scalars(select(Job))])

    curator.post("/import/1/apply", page="/import/1/")
    again = curator.post("/import/1/apply", page="/import/1/")
    assert "уже добавлен или отброшен" in text_of(again)
    assert work()
    assert not work()
    done = curator.get("/import/1/")
    assert "добавлены 2 карточки" in text_of(curator.get("/import/"))
    with database.reading() as session:
        people = session.scalars(select(Person).order_by(Person.id)).all()
        assert [one.full_name for one in people] == ["Северцева Анна Игоревна", "Лугинин Пётр"]
        origins = session.scalars(select(Origin)).all()
        assert {(one.ground, one.source) for one in origins} == {
            (LegalGround.EMPLOYER, "Список на 1 сентября")
        }
        kept = session.scalars(select(StoredFile.title)).all()
    assert "список.csv" not in kept, "the list itself is gone"
    assert len(list(folder_of(tmp_path / "data").iterdir())) == len(kept)
    card = text_of(curator.get(f"/people/{people[0].id}/"))
    assert "Карточка создана из списка сотрудников" in card
    assert "Список на 1 сентября" in card

    (link,) = re.findall(r'href="(/import/1/result)"', done)
    answer = curator.client.get(link)
    sheet = load_workbook(io.BytesIO(answer.data)).active
    answer.close()
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][:6] == (2, "Северцева", "Анна", "Игоревна", "учитель", "карточка добавлена")
    assert rows[4][0] == 5
    assert rows[4][5:] == ("ошибка", "не указано имя", "B5")

    upload(curator, LIST.encode())
    assert work()
    assert "уже есть в панели 2" in text_of(curator.get("/import/2/"))
    assert "отброшен" in text_of(curator.post("/import/2/discard", page="/import/2/"))
    assert count(database, Person) == 2


def test_a_worker_that_died_in_the_middle_adds_nobody_twice(
    curator: Browser,
    config: WorkerConfig,
    work: Callable[[], bool],
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    clock: FixedClock,
) -> None:
    monkeypatch.setattr("worker.imports.CHUNK", 3)
    names = "абвгдежзик"
    upload(curator, ("ФИО\n" + "\n".join(f"Соколов{one} Анна" for one in names)).encode())
    assert work()
    curator.post("/import/1/apply", page="/import/1/")
    usual = Work.check_goes_on
    monkeypatch.setattr(Work, "check_goes_on", lambda _work: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        work()
    assert count(database, Person) == 3
    monkeypatch.setattr(Work, "check_goes_on", usual)
    clock.moment += 2 * config.stale_after
    assert work()
    assert count(database, Person) == len(names)
    assert f"карточка добавлена {len(names)}" not in text_of(curator.get("/import/1/"))
    assert f"новых {len(names)}" in text_of(curator.get("/import/1/"))


def test_bad_files_and_forms_are_told_and_what_was_typed_stays(
    curator: Browser,
    work: Callable[[], bool],
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setitem(UPLOADS, "imports.upload", 50_000)
    page = upload(curator, b"\xd0\xcf\x11\xe0" + b"1" * 99, "старый.xls")
    assert "книга старого Excel" in text_of(page)
    assert 'value="Список на 1 сентября"' in page
    assert "Выберите файл" in text_of(
        curator.post("/import/upload", {"source": "x", "received_on": "2026-09-01"}, page="/import/")
    )
    assert "что это за список" in text_of(upload(curator, LIST.encode(), source=" "))
    assert "не может быть в будущем" in text_of(upload(curator, LIST.encode(), received_on="2030-01-01"))
    assert "Укажите день" in text_of(upload(curator, LIST.encode(), received_on="вчера"))
    assert "Слишком" in text_of(
        curator.post(
            "/import/upload",
            {"file": (io.BytesIO(b"a" * 100_000), "big.csv")},
            page="/import/",
            status=413,
        )
    )
    assert count(database, Job) == 0
    assert list(folder_of(tmp_path / "data").iterdir()) == []
    upload(curator, "Товар;Цена\nмел;10".encode())
    assert work()
    refused = text_of(curator.get("/import/1/"))
    assert "Нужны столбцы «Фамилия» и «Имя»" in refused
    assert "Попробовать другой файл" in refused
    assert [one for one in caplog.records if one.levelno >= logging.WARNING] == [], (
        "a user's file is no fault"
    )
    assert list(folder_of(tmp_path / "data").iterdir()) == []
    with curator.client.get("/import/template.xlsx") as answer:
        headings = next(load_workbook(io.BytesIO(answer.data)).worksheets[0].iter_rows(values_only=True))
    assert headings == ("Фамилия", "Имя", "Отчество", "Должность")
    with curator.client.get("/import/template.csv") as answer:
        assert answer.data.decode("utf-8-sig").startswith("Фамилия;Имя;Отчество;Должность")


def test_an_observer_and_a_neighbour_import_nothing(
    panel: Flask, world: World, curator: Browser, add_account: Callable[..., int]
) -> None:
    upload(curator, LIST.encode())
    add_account(world, AccountRole.HEAD, "head")
    head = Browser(panel.test_client())
    head.sign_in("head")
    head.get("/import/", status=403)
    head.get("/import/1/", status=403)
    head.post("/import/1/apply", page="/account/", status=403)
