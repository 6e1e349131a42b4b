"""One person through every page of the panel: their words stay in their own records, and then nowhere.

First everything that is no record of theirs is searched: logs at DEBUG, the journal, jobs, facts of notices,
keys, links. Then they withdraw and are erased, and the bytes of database, logs and the folder of files
are searched: only the act of destruction may know the name, in its table and in the list for a restore.
"""

import io
import logging
import re
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from models.audit import AuditEntry
from models.engine import Database
from models.jobs import Job
from models.messages import Conversation, InboxUpdate, OutboxMessage
from models.people import Invitation, Participation, Person
from models.privacy import DestructionAct
from models.surveys import RunOccasion, SurveyRun
from models.tasks import Task
from services.access.actors import Channel, person_in_chat, system
from services.joining.entering import claim_invitation
from services.joining.web_forms import FORM, LIFE
from services.pairs.offers import accept_offer
from services.pairs.proposals import confirm_pair, draft_pair
from services.privacy.remembering import FILE as REMEMBERED
from services.surveys.opening import open_run
from services.surveys.web_links import issue_link
from tests.fixed_clock import FixedClock
from tests.panel.conftest import Browser, text_of
from tests.world import World, fill_run
from worker.running import work_once
from worker.work import WorkerConfig

FAMILY, GIVEN, MIDDLE, POSITION = "Зюйдвестова", "Евлампия", "Феофилактовна", "контрабасист-летописец"
SAID = "Тригонометрия Кассиопеи +7 911 000-00-42"
WORDS = (FAMILY, GIVEN, MIDDLE, POSITION, "Кассиопеи", "911 000")


def test_one_person_through_every_door_leaves_no_trace_beside_their_records(
    curator: Browser,
    panel: Flask,
    world: World,
    database: Database,
    database_url: str,
    clock: FixedClock,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    config = WorkerConfig(database_url, tmp_path / "data", clock)

    def work() -> None:
        while work_once(config, database, threading.Event(), "here"):
            pass

    person_id = bring(curator, panel, world, work)
    live(curator, world, person_id, work)
    fail(curator, panel, monkeypatch)
    search_beside_the_records(world, caplog.text)
    withdraw(curator, person_id, work)
    search_everywhere(database, database_url, tmp_path / "data", caplog.text)


def bring(curator: Browser, panel: Flask, world: World, work: Any) -> int:
    """Imported, invited by a sheet with codes, joined, consented and answered by the one-time web form."""
    staff = f"Фамилия;Имя;Отчество;Должность\r\n{FAMILY};{GIVEN};{MIDDLE};{POSITION}\r\n{FAMILY};Ева;;\r\n"
    form = {"source": "Список на 1 сентября", "received_on": "2026-09-01"}
    sent = (io.BytesIO(staff.encode()), f"{FAMILY}.csv")
    curator.post("/import/upload", form, page="/import/", file=sent)
    work()
    curator.post("/import/1/apply", page="/import/1/")
    work()
    with world.database.reading() as session:
        ids = {one.given_name: one.id for one in session.scalars(select(Person))}
    person_id, twin = ids[GIVEN], ids["Ева"]
    curator.post(f"/life/{person_id}/merge", page=f"/life/{person_id}/", other_id=str(twin))
    sheet = curator.post("/invitations/make", page="/invitations/", person_id=[str(person_id)])
    assert FAMILY in sheet
    with world.database.reading() as session:
        invitation = session.scalars(select(Invitation.id).order_by(Invitation.id.desc())).first()
    world.write(claim_invitation, invitation_id=invitation, chat_id=70_001, locale="ru")
    token = world.write(
        issue_link,
        actor=system(Channel.BOT),
        purpose=FORM,
        organization_id=world.organization_id,
        person_id=person_id,
        expires_at=world.now + LIFE,
    ).token
    guest = Browser(panel.test_client())
    mark = re.search(r'name="mark" value="(\w+)"', guest.get(f"/f/{token}"))
    assert mark is not None
    guest.post(f"/f/{token}", go="give", mark=mark[1])
    guest.post(f"/f/{token}", go="mentee")
    return person_id


def live(curator: Browser, world: World, person_id: int, work: Any) -> None:
    """A pair on paper, a meeting, a survey with free words, an event, an export."""
    mentor = world.mentor("Пётр")
    part = ready_on_paper(world, person_id)
    pair_id = world.write(
        draft_pair,
        actor=world.curator,
        mentee_participation_id=part,
        mentor_participation_id=mentor.participation_id,
    ).pair_id
    world.write(confirm_pair, actor=world.curator, pair_id=pair_id)
    world.write(accept_offer, actor=world.actor(mentor.person), pair_id=pair_id)
    page, paper = f"/paper/{person_id}/", {"source": "paper", "said_on": "2026-11-23"}
    curator.post(f"{page}offers/{pair_id}", paper | {"answer": "accept"}, page=page)
    run_id = world.write(
        open_run,
        survey_id="mentee_satisfaction",
        organization_id=world.organization_id,
        cycle_id=world.cycle_id,
        occasion=RunOccasion.WAVE,
        dedup_key="wave:0:traces",
        person_id=person_id,
    )
    link = re.search(
        r"/s/[\w-]+", curator.post(f"/surveys/runs/{run_id}/link", page=f"/surveys/runs/{run_id}/")
    )
    assert link is not None
    Browser(curator.tab.application.test_client()).post(link[0], q_comfort=SAID, status=422)
    event = {"kind": "training", "title": "Сессия", "day": "24.11.2026", "clock": "14:30"}
    event["leader"] = f"{FAMILY} {GIVEN[0]}. {MIDDLE[0]}."
    curator.post("/events/new", event)
    curator.post("/events/1/invite", page="/events/1/", person_id=[str(person_id)])
    key = re.search(r'name="key" value="([^"]+)"', curator.get("/exports/?what=people"))
    assert key is not None
    form = {"what": "people", "format": "xlsx", "key": key[1]}
    curator.post("/exports/ask", form, page="/exports/")
    work()
    curator.get("/people/?search=" + FAMILY)


def ready_on_paper(world: World, person_id: int) -> int:
    """Their questionnaire, typed with words of their own."""
    with world.database.reading() as session:
        run = session.scalars(select(SurveyRun).where(SurveyRun.person_id == person_id)).one()
        part = session.scalars(select(Participation.id).where(Participation.person_id == person_id)).one()
        free = [one.id for one in world.pack.survey(run.survey_id).questions() if one.kind.startswith("text")]
    assert free
    world.write(
        fill_run,
        actor=person_in_chat(person_id, world.organization_id),
        run_id=run.id,
        answers=dict.fromkeys(free, SAID),
    )
    return part


def fail(curator: Browser, panel: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in the middle of what was typed, with the words in its message."""

    def break_down(*_args: object, **_facts: object) -> None:
        raise ValueError(f"{FAMILY} {SAID}")

    monkeypatch.setattr("admin.views.people.add_person", break_down)
    panel.testing = False
    page = curator.post("/people/add", status=500, family_name=FAMILY, given_name=SAID)
    assert FAMILY not in page
    panel.testing = True


def search_beside_the_records(world: World, logs: str) -> None:
    with world.database.reading() as session:
        places: dict[str, str] = {
            "logs": logs,
            "audit": repr(session.execute(select(AuditEntry.before, AuditEntry.after)).all()),
            "jobs": repr(session.execute(select(Job.arguments, Job.dedup_key, Job.error, Job.result)).all()),
            "outbox": repr(
                session.execute(
                    select(OutboxMessage.facts, OutboxMessage.dedup_key, OutboxMessage.reason)
                ).all()
            ),
            "inbox": repr(session.execute(select(InboxUpdate.payload, InboxUpdate.fault)).all()),
            "conversations": repr(session.execute(select(Conversation.flow, Conversation.data)).all()),
            "tasks": repr(session.execute(select(Task.dedup_key)).all()),
            "links": repr(session.execute(select(Invitation.token)).all()),
        }
    assert "ValueError" in logs, "the fault itself is told"
    for place, found in places.items():
        for word in WORDS:
            assert word not in found, (place, word)


def withdraw(curator: Browser, person_id: int, work: Any) -> None:
    page = f"/consents/person/{person_id}/"
    curator.post(f"{page}withdraw/pd_processing", page=page)
    curator.post(f"/privacy/person/{person_id}/erase")
    work()
    assert f"{FAMILY} {GIVEN}" in text_of(curator.get("/privacy/acts/1")), "the act is printed"


def search_everywhere(database: Database, database_url: str, folder: Path, logs: str) -> None:
    with database.writing() as session:
        act = session.scalars(select(DestructionAct)).one()
        assert GIVEN in act.subject
        session.execute(text("DELETE FROM destruction_acts"))
    database.rewrite()
    remembered = folder / REMEMBERED
    words = remembered.read_text(encoding="utf-8")
    assert GIVEN in words, "a restore knows whom to erase again"
    assert not [word for word in WORDS[3:] if word in words], "of the person the act tells the name alone"
    remembered.unlink()
    held = b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())
    if database_url.startswith("sqlite"):
        path = Path(database_url.removeprefix("sqlite:///"))
        held += b"".join(one.read_bytes() for one in path.parent.glob(path.name + "*"))
    elif shutil.which("pg_dump"):
        address = database_url.replace("postgresql+psycopg", "postgresql")
        held += subprocess.run(["pg_dump", address], check=True, capture_output=True).stdout
    for word in WORDS[:4]:
        assert word.encode() not in held, word
        assert word not in logs, word
