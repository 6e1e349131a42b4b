"""A mentor is asked in the chat to take one more mentee, so that everybody gets a pair."""

import asyncio
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from models.accounts import AccountRole
from models.matching import Aim, MatchRun
from models.people import Participation, Role
from models.tasks import Task, TaskKind
from services.access.actors import Channel, system
from services.accounts.directory import create_account
from services.matching.asks import ask_mentor
from services.matching.results import RunFacts, read_run
from services.matching.runs import KIND, ask_run
from tests.dialogues.pairs import PairInChat, bring_to_pair
from tests.fixed_clock import FixedClock
from tests.running_bot import RunningBot
from worker.matching import run_matching
from worker.running import work_once
from worker.work import WorkerConfig


async def plan(couple: PairInChat, folder: Path) -> RunFacts:
    """What the worker makes of the newest run that was asked for."""
    config = WorkerConfig(couple.running.url, folder, FixedClock(couple.world.now))

    def work() -> int:
        while work_once(config, couple.world.database, threading.Event(), "mark", {KIND: run_matching}):
            pass
        with couple.world.database.reading() as session:
            return session.scalars(select(MatchRun.id).order_by(MatchRun.id.desc()).limit(1)).one()

    run_id = await asyncio.to_thread(work)
    found: RunFacts = await couple.look(read_run, actor=couple.world.curator, run_id=run_id)
    return found


async def test_a_tap_gives_one_more_place_and_the_plan_is_made_anew(
    running: RunningBot, tmp_path: Path
) -> None:
    couple = await bring_to_pair(running)
    world = couple.world

    def prepare() -> None:
        made = world.write(
            create_account,
            actor=system(Channel.COMMAND_LINE),
            organization_id=world.organization_id,
            login="curator",
            name="Ольга Ветрова",
            role=AccountRole.CURATOR,
        )
        world.curator = replace(world.curator, id=made.account_id)
        for name in ("Инна", "Нина"):
            world.mentee(name)

    await asyncio.to_thread(prepare)
    await couple.curate(ask_run, cycle_id=world.cycle_id)
    first = await plan(couple, tmp_path)
    assert first.plans[Aim.BEST_SCORE].numbers.unpaired == 1, "two places, one of them taken"
    (fix,) = first.fixes
    assert (fix.mentor_person_id, fix.places) == (couple.mentor.id, 1)
    await couple.curate(ask_mentor, fix_id=fix.id)
    asked = await couple.pyotr.expect("могли бы вы взять ещё 1 наставляемого")
    assert "не больше 2; стало бы 3" in asked.text
    assert "Инна" not in asked.text, "for whom is never told"
    await couple.pyotr.tap("Да, могу")
    await couple.pyotr.expect("Куратор составит план заново")

    def read(session: Any) -> tuple[int | None, list[TaskKind]]:
        places = session.scalar(select(Participation.capacity).where(Participation.role == Role.MENTOR))
        return places, list(session.scalars(select(Task.kind).where(Task.done_at.is_(None))))

    assert await couple.look(read) == (3, [TaskKind.MATCH_ANSWER])
    again = await plan(couple, tmp_path)
    assert again.id > first.id
    assert (again.plans[Aim.BEST_SCORE].numbers.unpaired, again.fixes) == (0, ())
