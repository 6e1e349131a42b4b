"""A short fault run for every `make test`, and proof that the auditor sees what it is there for.

`make faults` prints the long ones (docs/faults.md).
"""

import asyncio
import random
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from models.audit import AuditEntry
from models.engine import Database
from models.messages import OutboxMessage, OutboxStatus
from models.people import Role
from models.surveys import Answer
from sandbox.client import Person, SandboxClient
from services.people.cards import choose_locale
from tests.faults.auditor import explain, find_repeats
from tests.faults.machine import START_SECONDS, Machine, Mark
from tests.faults.runs import Run
from tests.faults.shared import Shared
from tests.faults.teachers import Episode, Teacher
from tests.world import found_school

pytestmark = pytest.mark.long

SEED = 20261121


@pytest.mark.timeout(240)
async def test_a_bot_that_is_killed_again_and_again_loses_nothing(tmp_path: Path) -> None:
    run = Run("short", SEED, couples=1, kills=3, questions=8)
    report = await run.live(tmp_path / "run")
    assert report.findings == [], f"seed {report.seed}"
    assert report.tally["kills of the bot"] >= 3
    assert report.tally["answers checked"] >= 10
    assert report.tally["conversations that end on their screen"] == 2


@pytest.mark.timeout(240)
async def test_a_second_bot_on_the_same_file_is_refused_with_one_line(tmp_path: Path) -> None:
    async with Machine(tmp_path / "run") as machine:
        machine.start("bot")
        await machine.until_polling(after=0)
        second = machine.start("bot", alias="second")
        await asyncio.to_thread(second.join, START_SECONDS)
        assert second.exitcode == 2
        lines = machine.last_words("second").splitlines()
        assert len(lines) == 1
        assert str(machine.number_of("bot")) in lines[0]
        assert machine.is_alive("bot")
        machine.kill("bot")
        machine.start("bot", alias="third")  # what a dead one held is free again
        await machine.until_polling(after=await machine.last_call(), name="third")


@pytest.mark.timeout(240)
async def test_a_tap_that_changes_nothing_is_no_silence_but_a_screen_left_behind_is(tmp_path: Path) -> None:
    async with Machine(tmp_path / "run") as machine:
        world = await asyncio.to_thread(found_school, Database(machine.address), machine.clock.now())
        shared = Shared(machine, world, random.Random(SEED))
        facts = world.person("Вера")
        person = await machine.telegram.person("Вера")
        teacher = Teacher(shared, facts, person, Role.MENTEE, world.invite(facts))
        machine.start("bot")
        await teacher.act("start", {"payload": teacher.payload})
        await teacher.press("joining.yes")
        await teacher.until_quiet()
        await teacher.say("/settings")
        await teacher.until_quiet()
        edits = len(await machine.telegram.record("editMessageText"))
        await teacher.press("settings.language:ru")
        assert len(await machine.telegram.record("editMessageText")) == edits
        assert shared.findings == []
        world.write(choose_locale, actor=world.actor(facts), locale="en")
        await teacher._report_silence("nothing")
        assert [one.partition(":")[0] for one in shared.findings] == ["silent"]


@pytest.mark.timeout(240)
async def test_the_auditor_sees_what_is_lost_and_what_is_doubled(tmp_path: Path) -> None:
    async def tamper(shared: Shared) -> None:
        with shared.machine.database.writing() as session:
            answer = session.scalars(select(Answer).where(Answer.value.is_not(None))).first()
            assert answer is not None
            session.execute(delete(Answer).where(Answer.id == answer.id))
            told = session.scalars(select(AuditEntry).where(AuditEntry.action == "survey.sent")).first()
            assert told is not None
            facts = {
                one.key: getattr(told, one.key)
                for one in AuditEntry.__mapper__.column_attrs
                if one.key != "id"
            }
            session.add(AuditEntry(**facts))
            notice = session.scalars(
                select(OutboxMessage).where(OutboxMessage.person_id.is_not(None))
            ).first()
            assert notice is not None
            notice.status = OutboxStatus.PARKED

    report = await Run("tampered", SEED, couples=1, questions=2, tamper=tamper).live(tmp_path / "run")
    kinds = {finding.partition(":")[0] for finding in report.findings}
    assert kinds >= {"doubled", "parked"}
    assert any("survey.sent" in finding for finding in report.findings)


def call(at: float, text: str, message_id: int, **facts: object) -> dict[str, object]:
    return {
        "at": at,
        "method": "sendMessage",
        "done": True,
        "parameters": {"chat_id": 5, "text": text},
        "answer": {"ok": True, "result": {"message_id": message_id}},
        **facts,
    }


@pytest.fixture
def teacher(tmp_path: Path) -> Teacher:
    person = Person(SandboxClient("http://127.0.0.1:1"), {"id": 5, "key": "x", "first_name": "Вера"})
    shared = Shared(Machine(tmp_path), None, random.Random(SEED))  # type: ignore[arg-type]  # no school is needed
    return Teacher(shared, None, person, None, "")  # type: ignore[arg-type]  # nor a person of the school


def test_a_notice_that_came_twice_is_found(teacher: Teacher) -> None:
    calls = [call(10, "Весть", 1), call(12, "Весть", 2)]
    repeat = find_repeats(teacher, calls, {5: {2}}, {})
    assert [(one.first, one.again) for one in repeat] == [(10, 12)]


def test_an_owed_screen_in_a_notices_words_is_the_answer_to_its_act(teacher: Teacher) -> None:
    teacher.episodes = [Episode(9, 1, is_hasty=False)]
    calls = [call(10, "Весть", 1), call(12, "Весть", 2), call(13, "Весть", 3)]
    assert find_repeats(teacher, calls[:2], {5: {1}}, {5: {2}}) == []
    found = find_repeats(teacher, calls, {5: {1}}, {5: {2, 3}})
    assert [(one.first, one.again) for one in found] == [(12, 13)]


def test_an_answer_beyond_the_acts_is_found(teacher: Teacher) -> None:
    teacher.episodes = [Episode(9, 1, is_hasty=False), Episode(20, 2, is_hasty=False)]
    calls = [call(10, "А", 1), call(11, "А", 2), call(21, "Б", 3), call(22, "Б", 4)]
    assert [(one.first, one.again) for one in find_repeats(teacher, calls, {}, {})] == [(10, 11)]


@pytest.mark.parametrize(
    ("marks", "fault", "is_found"),
    [([], None, True), ([Mark(10.5, "kill bot")], None, False), ([], "reset_after", False)],
)
def test_a_repeat_needs_a_reason(
    teacher: Teacher, marks: list[Mark], fault: str | None, *, is_found: bool
) -> None:
    teacher.shared.machine.marks += marks
    calls = [call(10, "Весть", 1, fault=fault), call(12, "Весть", 2)]
    for repeat in find_repeats(teacher, calls, {5: {1}}, {}):
        explain(teacher.shared, repeat)
    assert bool(teacher.shared.findings) is is_found
