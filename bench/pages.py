"""What one request of a page costs in a large organisation: processor time, statements, bytes."""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select, text
from sqlalchemy.orm import Session

from admin.app import create_panel
from admin.configuration import PanelConfig
from bench.databases import empty_database
from bench.population import populate
from bench.population_work import Target
from bench.school import LOGIN, PASSWORD, found_school
from models.accounts import Account
from models.engine import Database
from models.installation import Stamp
from models.migrating import migrate
from models.people import Participation, ParticipationStatus, Person, Role
from services.access.clock import SystemClock

PAGES = (
    "/",
    "/people/",
    "/people/?search={name}",
    "/pairs/",
    "/meetings/",
    "/proposals/",
    "/proposals/{mentee}/",
    "/closing/",
    "/joining/",
    "/outreach/",
    "/life/{person}/",
    "/banks/",
    "/scores/",
    "/invitations/",
)
ROUNDS = 5
LONG = 3000  # ms: measured once is enough


@dataclass(frozen=True, slots=True)
class PageFigures:
    """The address is the pattern: people have their numbers in it."""

    database: str
    address: str
    people: int
    cpu_ms: float
    statements: int
    size: int  # bytes


def measure_pages(kind: str, folder: Path, people: int, pages: Sequence[str] = PAGES) -> list[PageFigures]:
    with empty_database(kind, folder) as url:
        now = datetime.now(UTC)
        database = Database(url)
        try:
            migrate(database, stamp=Stamp.LIVE, now=now)
            school = found_school(database, now)
            with database.writing() as session:
                account = session.scalars(select(Account.id)).one()
                populate(session, Target(school.organization_id, school.cycle_id, account), people, now=now)
                facts = find_facts(session)
            with database.write_engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
        finally:
            database.close()
        panel = create_panel(
            PanelConfig(database_url=url, secret_key="0" * 32, clock=SystemClock(), data_dir=folder)
        )
        client = panel.test_client()
        sign_in(client)
        try:
            return [measure(kind, panel, client, page, page.format(**facts), people) for page in pages]
        finally:
            panel.extensions["nastavnik_database"].close()


def find_facts(session: Session) -> dict[str, object]:
    """What stands in the addresses: a mentee of the bank, a person, a name to search for."""
    mentee = session.scalars(
        select(Participation.id).where(
            Participation.role == Role.MENTEE, Participation.status == ParticipationStatus.READY
        )
    ).first()
    person = session.scalars(select(Person).order_by(Person.id.desc()).limit(1)).one()
    return {"mentee": mentee, "person": person.id, "name": person.given_name}


def sign_in(client: FlaskClient) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    client.post("/sign-in", data={"csrf_token": token[1], "login": LOGIN, "password": PASSWORD})


def measure(
    kind: str, panel: Flask, client: FlaskClient, page: str, address: str, people: int
) -> PageFigures:
    """The first request is left out: it compiles the template and fills the caches."""
    took, size, counted = [], 0, 0
    for _ in range(ROUNDS + 1):
        with counting(panel.extensions["nastavnik_database"].engine) as statements:
            began = time.process_time()
            answer = client.get(address)
            took.append((time.process_time() - began) * 1000)
        assert answer.status_code == 200, (address, answer.status_code)  # noqa: PLR2004
        size, counted = len(answer.data), len(statements)
        if took[-1] > LONG:
            break
    return PageFigures(kind, page, people, median(took[1:] or took), counted, size)


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    """The statements that run meanwhile."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)
