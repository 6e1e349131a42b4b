"""Invited, consented_by_taps, withdrawn and erased through the chat; and where personal data may never be."""

import asyncio
import logging
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from models.audit import AuditEntry
from models.base import Base
from models.jobs import Job
from models.messages import Conversation, InboxUpdate, OutboxMessage
from models.people import Invitation
from models.tasks import Task
from services.access.actors import Channel, system
from services.privacy.erasures import ask_erasure, list_acts
from tests.dialogues.pairs import bring_to_pair
from tests.dialogues.participants import consented_by_taps, make_world
from tests.fixed_clock import FixedClock
from tests.running_bot import RunningBot
from worker.running import work_once
from worker.work import WorkerConfig

NAME, MIDDLE = "Евлампия", "Феофилактовна"


@pytest.mark.requirement("A24", "D5", "E19")
async def test_who_withdrew_is_erased_and_told_and_only_the_act_knows_the_name(
    running: RunningBot, sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = await make_world(running)
    guest = await consented_by_taps(running, world, NAME, MIDDLE)
    await guest.tap("Мне нужен наставник")
    await guest.say("/privacy")
    await guest.tap("Отозвать согласие")
    screen = await guest.tap("Да, отозвать")
    assert "Вы отозвали согласие" in screen
    world.now = await running.telegram.now()
    asked = await asyncio.to_thread(
        world.write, ask_erasure, actor=system(Channel.COMMAND_LINE), person_id=guest.facts.id
    )
    assert asked.is_new
    config = WorkerConfig(sqlite_url, tmp_path / "data", FixedClock(world.now))
    while await asyncio.to_thread(work_once, config, world.database, threading.Event(), "here"):
        pass  # the daily backup stands before it
    farewell = await guest.telegram.expect("Ваши данные уничтожены, акт № 1")
    assert "последние 48 часов удалены" in farewell.text
    for _ in range(100):
        texts = [one.text for one in await guest.telegram.messages()]
        if not any("Вы отозвали согласие" in one for one in texts):
            break
        await asyncio.sleep(0.05)
    assert not any("Согласие на обработку персональных данных" in one for one in texts)
    assert "напишите код организации" in (await guest.telegram.say("/menu")).text

    (act,) = world.read(list_acts, actor=world.curator, organization_id=world.organization_id)
    assert f"{NAME} {MIDDLE}" in act.subject
    for table, row in rows(world):
        assert NAME not in row or table == "destruction_acts", table
    assert NAME not in caplog.text
    with world.database.writing() as session:
        session.execute(text("DELETE FROM destruction_acts"))
    await asyncio.to_thread(world.database.rewrite)
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    held = b"".join(one.read_bytes() for one in path.parent.glob(path.name + "*"))
    assert NAME.encode() not in held


def rows(world: Any) -> list[tuple[str, str]]:
    with world.database.engine.connect() as connection:
        return [
            (table.name, repr(tuple(row)))
            for table in Base.metadata.sorted_tables
            for row in connection.execute(select(table))
        ]


async def test_logs_callbacks_and_links_carry_no_names_and_no_texts(
    running: RunningBot, caplog: pytest.LogCaptureFixture
) -> None:
    """Distinctive words through the chat; then everything that is not their own record is searched."""
    caplog.set_level(logging.DEBUG)
    couple = await bring_to_pair(running)
    secret = "Тригонометрия Кассиопеи"
    for said in (
        f"вчера 40 минут, {secret}",
        f"телефон +7 911 000-00-42, {secret}",
        f"в следующий четверг в 15:00 {secret}",
        "/privacy",
        "/mydata",
    ):
        await couple.pyotr.say(said)
    unclear = await couple.anna.say(f"не могу {secret}")
    assert secret in unclear.text, "it is asked about, and waits for the answer"
    await couple.anna.tap("Не нужно")
    words = (secret, "Кассиопе", "911 000", "Анна", "Пётр", "Игоревна", "Андреевич", "Коваленко", "Белых")
    keyboards = [
        message.body.get("reply_markup", {}).get("inline_keyboard", [])
        for one in (couple.anna, couple.pyotr)
        for message in await one.messages()
    ]
    buttons = [
        button.get("callback_data", "") for keyboard in keyboards for row in keyboard for button in row
    ]
    codes = " ".join(buttons)
    with couple.world.database.reading() as session:
        traces: dict[str, str] = {
            "logs": caplog.text,
            "audit": repr(session.execute(select(AuditEntry.before, AuditEntry.after)).all()),
            "jobs": repr(session.execute(select(Job.arguments, Job.dedup_key, Job.error)).all()),
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
    assert buttons
    assert traces["audit"] != "[]"
    for place, found in {**traces, "callbacks": codes}.items():
        for word in words:
            assert word not in found, (place, word)
