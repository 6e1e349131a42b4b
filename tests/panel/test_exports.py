"""Exports in the panel: what is counted comes out, and only to whoever asked; backups by their age."""

import json
import re
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from models.accounts import Account, AccountRole
from models.audit import AuditEntry
from models.engine import Database
from models.jobs import FileKind, Job, JobStatus, StoredFile
from models.surveys import SurveyRun
from services.documents.exports.writing import TABLES
from services.files.backups.making import backup_folder, enqueue_daily_backup, name_of
from services.files.jobs import fail, take_next
from services.files.store import folder_of as files_of
from services.files.store import store_file, write_file
from tests.fixed_clock import FixedClock
from tests.panel.conftest import Browser, text_of
from tests.world import World
from worker.running import work_once
from worker.work import WorkerConfig


@pytest.fixture
def work(database_url: str, database: Database, clock: FixedClock, tmp_path: Path) -> Callable[[], bool]:
    """The worker's next job, done here."""
    config = WorkerConfig(database_url, tmp_path / "data", clock)
    return lambda: work_once(config, database, threading.Event(), "here")


def ask(browser: Browser, what: str = "people", kind: str = "json", **filters: str) -> str:
    """Ask as the page's form does, with its own mark."""
    page = browser.get(f"/exports/?what={what}")
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    form = {"what": what, "format": kind, "key": key[1], **filters}
    return browser.post("/exports/ask", form, page="/exports/")


def file_links(page: str) -> list[str]:
    return re.findall(r'href="(/exports/files/\d+)"', page)


def test_an_export_is_counted_made_and_fetched(
    curator: Browser, world: World, work: Callable[[], bool], database: Database, tmp_path: Path
) -> None:
    for _ in range(3):
        world.person()
    assert "Участники : 3 строки в выгрузке." in text_of(curator.get("/exports/"))
    waiting = ask(curator)
    assert "Выгрузка готовится." in text_of(waiting)
    assert "в очереди" in text_of(waiting)
    assert "data-open" in waiting
    assert work()
    ready = curator.get("/exports/list")
    assert "<html" not in ready
    assert "data-open" not in ready
    assert "готова 3 строки" in text_of(ready)
    (link,) = file_links(ready)
    answer = curator.client.get(link)
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert len(json.loads(answer.data)["rows"]) == 3
    answer.close()

    gone = curator.post(f"{link}/delete", page="/exports/")
    assert "Файл удалён." in text_of(gone)
    assert "файл уже удалён" in text_of(gone)
    curator.get(link, status=404)
    assert list(files_of(tmp_path / "data").iterdir()) == []
    with database.reading() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.channel == "panel")).all()
    assert {"job.asked", "export.made", "file.deleted"} <= set(actions)
    assert "Сделана выгрузка" in text_of(curator.get("/audit/"))


def test_filters_narrow_the_count_and_the_file(
    curator: Browser, world: World, work: Callable[[], bool]
) -> None:
    world.person()
    world.mentor()
    page = curator.get("/exports/?what=people&role=mentor&statuses=ready")
    assert "1 строка в выгрузке." in text_of(page)
    assert "0 строк в выгрузке." in text_of(curator.get("/exports/?what=people&until=2020-01-01"))
    ask(curator, role="mentor", statuses="ready")
    assert work()
    (link,) = file_links(curator.get("/exports/"))
    with curator.client.get(link) as answer:
        found = json.loads(answer.data)
    assert found["filters"] == {"role": "mentor", "statuses": ["ready"]}
    assert [row["role"] for row in found["rows"]] == ["mentor"]
    wrong = curator.get("/exports/?what=people&since=yesterday")
    assert "Выгрузить" not in text_of(wrong).replace("Выгрузки", "")
    assert "в выгрузке" not in text_of(wrong)


def test_a_double_click_asks_once(curator: Browser, database: Database) -> None:
    page = curator.get("/exports/")
    key = re.findall(r'name="key" value="([^"]+)"', page)[0]
    for _ in range(2):
        curator.post("/exports/ask", page="/exports/", what="pairs", format="csv", key=key)
    with database.reading() as session:
        assert len(session.scalars(select(Job)).all()) == 1


def test_only_the_one_who_asked_fetches(
    curator: Browser,
    panel: Flask,
    world: World,
    add_account: Callable[..., int],
    work: Callable[[], bool],
) -> None:
    ask(curator, "people", "xlsx")
    assert work()
    (link,) = file_links(curator.get("/exports/"))
    add_account(world, AccountRole.CURATOR, "second", "Лев Львович Второй")
    second = Browser(panel.test_client())
    second.sign_in("second")
    listed = second.get("/exports/")
    assert "Вера Павловна Тихая" in text_of(listed), "who manages the organisation sees that it was made"
    assert file_links(listed) == []
    second.get(link, status=403)
    assert "нет права" in text_of(second.post(f"{link}/delete", page="/exports/"))
    add_account(world, AccountRole.OBSERVER, "observer")
    observer = Browser(panel.test_client())
    observer.sign_in("observer")
    own = observer.get("/exports/")
    assert 'value="people"' not in own
    assert 'value="scores"' in own
    assert "Вера Павловна Тихая" not in text_of(own).replace("Вера Павловна Тихая Выйти", "")
    assert "нет права" in text_of(ask(observer, "people"))
    observer.get(link, status=403)


def test_a_waiting_export_is_cancelled(
    curator: Browser, work: Callable[[], bool], database: Database, clock: FixedClock
) -> None:
    ask(curator)
    with database.reading() as session:
        job_id = session.scalars(select(Job.id)).one()
    assert "Очередь не движется" not in text_of(curator.get("/exports/"))
    clock.moment += timedelta(minutes=2)
    assert "Очередь не движется" in text_of(curator.get("/exports/"))
    page = curator.post(f"/exports/{job_id}/cancel", page="/exports/")
    assert "Выгрузка отменена." in text_of(page)
    assert not work()
    late = curator.post(f"/exports/{job_id}/cancel", page="/exports/")
    assert "уже" in text_of(late)
    with database.reading() as session:
        actions = session.scalars(select(AuditEntry.action)).all()
    assert actions.count("job.cancelled") == 1


def test_progress_and_a_fault_are_said(curator: Browser, world: World, database: Database) -> None:
    ask(curator, "meetings", "csv")
    with database.writing() as session:
        job = take_next(session, worker="here", now=world.now)
        assert job is not None
        row = session.get_one(Job, job.id)
        row.progress_done, row.progress_total = 30, 40
    page = curator.get("/exports/")
    assert "готовится" in text_of(page)
    assert 'value="75"' in page
    with database.writing() as session:
        fail(session, job_id=job.id, worker="here", error=ValueError("Анна Игоревна"), now=world.now)
    page = curator.get("/exports/")
    assert "не получилась" in text_of(page)
    assert "Анна Игоревна" not in page
    with database.reading() as session:
        assert session.get_one(Job, job.id).status is JobStatus.FAILED


def test_an_expired_file_is_gone(
    curator: Browser, work: Callable[[], bool], clock: FixedClock, database: Database
) -> None:
    ask(curator)
    assert work()
    (link,) = file_links(curator.get("/exports/"))
    with database.reading() as session:
        ends = session.scalars(select(StoredFile.expires_at)).one()
    assert ends is not None
    clock.moment = ends
    curator.sign_in("curator")  # eight hours have passed
    assert file_links(curator.get("/exports/")) == []
    curator.get(link, status=404)


def test_backups_are_shown_by_their_age(
    curator: Browser,
    panel: Flask,
    world: World,
    add_account: Callable[..., int],
    work: Callable[[], bool],
    tmp_path: Path,
    clock: FixedClock,
    database: Database,
) -> None:
    assert "Копий ещё нет" in text_of(curator.get("/exports/"))
    folder = backup_folder(tmp_path / "data")
    (folder / name_of(world.now - timedelta(days=2))).write_bytes(b"0" * 1_200_000)
    (folder / "notes.txt").write_text("not ours")
    text = text_of(curator.get("/exports/"))
    assert "2 дня назад" in text
    assert "1,2 МБ" in text
    assert "нет больше суток" in text
    with database.writing() as session:
        enqueue_daily_backup(session, now=clock.now())
    assert work()
    text = text_of(curator.get("/exports/"))
    assert "меньше часа назад" in text
    assert "нет больше суток" not in text
    assert "Хранится копий: 2" in text
    add_account(world, AccountRole.HEAD, "head")
    head = Browser(panel.test_client())
    head.sign_in("head")
    assert "Резервные копии" not in text_of(head.get("/exports/"))


@pytest.mark.parametrize("kind", [one for one in FileKind if one is not FileKind.EXPORT])
def test_the_exports_page_neither_shows_nor_deletes_what_is_no_export(
    kind: FileKind, curator: Browser, world: World, database: Database, tmp_path: Path
) -> None:
    """Scans of papers, lists of staff and their results share a table with exports, and their numbers."""
    curator.get("/exports/")
    with database.reading() as session:
        owner_id = session.scalars(select(Account.id).where(Account.login == "curator")).one()
    folder = files_of(tmp_path / "data")
    placed = write_file(folder, lambda out: out.write(b"%PDF-1.7"))
    file_id = world.write(
        store_file,
        placed=placed,
        kind=kind,
        title="подпись.pdf",
        organization_id=world.organization_id,
        owner_id=owner_id,
        keep=None,
    )
    curator.get(f"/exports/files/{file_id}", status=404)
    assert "Этой записи больше нет" in text_of(
        curator.post(f"/exports/files/{file_id}/delete", page="/exports/")
    )
    assert list(folder.iterdir())
    is_scan = kind is FileKind.SCAN
    with curator.client.get(f"/consents/scans/{file_id}") as answer:
        assert answer.status_code == (200 if is_scan else 404)
    with database.reading() as session:
        assert session.get_one(StoredFile, file_id).kind is kind
    assert (folder / placed.name).read_bytes() == b"%PDF-1.7"


PAGES = {
    "people": "/people/",
    "consents": "/consents/",
    "pairs": "/pairs/",
    "meetings": "/meetings/",
    "surveys": "/surveys/runs/{run}/",
    "scores": "/scores/",
    "results": "/results/",
    "roadmap": "/roadmap/",
    "outbox": "/outbox/",
    "mentee_bank": "/proposals/",
    "mentor_bank": "/proposals/",
    "needs": "/proposals/",
    "requests": "/requests/",
}
"""The page that shows what is in a table; of the banks, the one that shows their answers."""


@pytest.mark.parametrize("role", AccountRole)
def test_a_table_goes_out_to_whom_its_page_opens(
    role: AccountRole, panel: Flask, add_account: Callable[..., int], world: World, database: Database
) -> None:
    world.mentee()
    add_account(world, role, "somebody")
    browser = Browser(panel.test_client(), "somebody")
    with database.reading() as session:
        run_id = session.scalars(select(SurveyRun.id)).one()
    assert set(PAGES) == set(TABLES)
    offered = set(re.findall(r'<option value="(\w+)"', browser.get("/exports/"))) & set(TABLES)
    opened = {what for what, page in PAGES.items() if opens(browser, page.format(run=run_id))}
    assert offered == opened
    for what in TABLES:
        ask(browser, what)
    with database.reading() as session:
        queued = {one.arguments["what"] for one in session.scalars(select(Job)) if one.kind == "export"}
    assert queued == opened
    assert opened >= {"scores", "roadmap"}


def opens(browser: Browser, page: str) -> bool:
    return browser.client.get(page).status_code == 200
