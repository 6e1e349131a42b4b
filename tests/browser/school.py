"""A school in which every page of the panel has something to show."""

import io
import re
import threading
from datetime import timedelta
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory

from models.pairs import Pair
from models.requests import RequestKind
from models.tasks import TaskKind
from services.delivery.tasks import open_task
from services.matching.runs import ask_run
from services.pairs.requests.sending import send_request
from services.roadmap.entries import lay_out
from services.surveys.waves import open_waves
from tests.fixed_clock import FixedClock
from tests.panel.conftest import Browser
from tests.world import World
from worker.running import work_once
from worker.work import WorkerConfig

URGENT = (TaskKind.HELP_WANTED, TaskKind.LOW_RATING, TaskKind.EXTENSION_WANTED, TaskKind.SURVEY_SILENT)
STAFF = "Фамилия;Имя;Отчество;Должность\nКарпова;Вера;Ильинична;методист\n;Без;Фамилии;\n"


def make_plan(world: World) -> int:
    """A plan of pairs, made by the worker; it must be the first job."""
    asked = world.write(ask_run, actor=world.curator, cycle_id=world.cycle_id)
    address = world.database.engine.url.render_as_string(hide_password=False)
    with TemporaryDirectory() as folder:
        config = WorkerConfig(address, Path(folder), FixedClock(world.now))
        assert work_once(config, world.database, threading.Event(), "mark")
    return int(asked.run_id)


def fill_school(world: World, curator: Browser) -> None:
    """Records of every kind, most of them by the panel's own forms; each first one has the number 1."""
    anna, pyotr = world.mentee("Анна"), world.mentor("Пётр")
    pair_id = world.agree(anna, pyotr)
    free, spare = world.mentee("Мария"), world.mentor("Семён")
    make_plan(world)
    world.invite(world.person("Александрина-Констанция", "Христофоровна", "учитель-логопед " * 4))
    world.write(
        send_request, actor=world.actor(pyotr.person), pair_id=pair_id, kind=RequestKind.INVOLVE,
        text="Позвать химика",
    )  # fmt: skip
    world.write(lay_out, cycle_id=world.cycle_id)
    with world.database.writing() as session:
        pair = session.get_one(Pair, pair_id)
        for kind in URGENT:
            open_task(session, kind, pair, key=kind.value, person_id=anna.id, now=world.now)
    today = world.now.date()
    curator.post(f"/proposals/{free.participation_id}/{spare.participation_id}/", kind="teacher_teacher")
    curator.post(f"/meetings/add/{pair_id}", day=f"{today}", minutes="40", topic="Разбор урока")
    for title, day in (("Круглый стол", today), ("Совет", today + timedelta(days=7))):
        curator.post(
            "/events/new", kind="training", title=title, day=f"{day}", clock="08:30", agenda="Первый пункт"
        )
    curator.post("/events/1/present", page="/events/1/", person_id=[anna.id, pyotr.id])
    curator.post("/events/2/invite", page="/events/2/", audience="mentor")
    curator.post("/memos/", audience="mentor", title="Памятка наставнику", body="Слушайте больше")
    curator.post("/outreach/partners", page="/outreach/", name="Музей", helps_with="экскурсии")
    curator.post("/calendar/", title="Каникулы", first_day=f"{today}", last_day=f"{today}")
    curator.post("/scores/sheets/new", page="/scores/")
    curator.post("/sheets/new", page="/sheets/", survey="swot_sheet")
    curator.post(
        "/import/upload", page="/import/", source="приказ", received_on=f"{today}",
        file=(io.BytesIO(STAFF.encode()), "список.csv"),
    )  # fmt: skip
    key = re.findall(r'name="key" value="([^"]+)"', curator.get("/exports/?what=people"))[0]
    curator.post("/exports/ask", page="/exports/?what=people", what="people", key=key, format="xlsx")
    end = f"{today + timedelta(days=10)}"
    asked = f"/waves/new/?occasion=satisfaction_mid&role=mentee&who=paired&starts_on=&closes_on={end}"
    planned = re.findall(r'formaction="([^"]+)"', curator.get(asked))[0]
    curator.post(
        unescape(planned), page=asked, occasion="satisfaction_mid", role="mentee", who="paired", closes_on=end
    )
    world.write(open_waves)
