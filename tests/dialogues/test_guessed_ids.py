"""Every button of the bot with ids of another school: taken from the code, so that no new one is left out."""

import json
from datetime import date
from enum import Enum
from itertools import product

import pytest
from sqlalchemy import select, update

from models.base import Base
from models.drafts import Draft
from models.messages import InboxStatus, InboxUpdate, OutboxMessage, OutboxStatus
from models.surveys import SurveyRun
from notices.buttons import SCREENS
from notices.taps import Do, Tap
from services.joining.entering import create_invitation
from tests.dialogues.pairs import bring_to_pair
from tests.dialogues.participants import consented, make_world
from tests.running_bot import RunningBot, until
from tests.world import World, found_school

BESIDE = {"outbox", "audit"}  # what the bot says of itself; nobody's data is written there


def press(kind: type[Tap], do: Do, ids: dict[str, int], question: str) -> str:
    """The button's data with another school's ids in it; a number whose name is not known is 1."""
    values: dict[str, object] = {}
    for name in do.facts:
        usual = getattr(kind, name)
        if isinstance(usual, date):
            values[name] = date(2026, 12, 1)
        elif type(usual) in {int, bool}:
            values[name] = ids.get(name, 1)
        elif not isinstance(usual, Enum):
            values[name] = question if name == "question" else "1"
    return kind(do, **values).code


def rows_of(world: World) -> dict[str, list[str]]:
    """All rows of one school, by table."""
    return {
        name: sorted(
            str(tuple(row))
            for row in world.read(
                lambda session, table=table: session.execute(
                    select(table).where(table.c.organization_id == world.organization_id)
                ).all()
            )
        )
        for name, table in Base.metadata.tables.items()
        if "organization_id" in table.c and name not in BESIDE
    }


@pytest.fixture
async def other(running: RunningBot) -> World:
    """A school with a pair that meets; nobody of it writes to the bot."""
    return found_school(running.database, await running.telegram.now(), name="Гимназия соседнего района")


@pytest.mark.long
async def test_buttons_with_the_ids_of_another_school_reach_nothing(
    running: RunningBot, other: World
) -> None:
    mentee, mentor = other.mentee("Зинаида"), other.mentor("Аполлон")
    pair_id = other.agree(mentee, mentor)
    await running.stop_bot()
    await running.start_bot(has_scheduler=False)
    anna = await consented(running, await make_world(running))
    await anna.tap("Мне нужен наставник")
    stranger = await running.telegram.person("Чужой", key="stranger")
    await stranger.start()
    awaited = other.person("Евдокия")
    invitation = other.write(create_invitation, actor=other.curator, person_id=awaited.id)
    with running.database.writing() as session:
        session.execute(update(OutboxMessage).values(status=OutboxStatus.SENT))
        runs = list(session.scalars(select(SurveyRun.id).where(SurveyRun.person_id == mentee.id)))
    ids = {
        "pair_id": pair_id,
        "run_id": runs[0],
        "person_id": mentee.id,
        "participation_id": mentee.participation_id,
        "invitation_id": invitation.id,
    }
    before = rows_of(other)
    after = len(await running.telegram.record())
    for number, chat_id in enumerate((anna.telegram.id, stranger.id), start=40):
        await press_all(running, chat_id, ids, first=2**number)
    assert rows_of(other) == before
    calls = (await running.telegram.record())[after:]
    said = json.dumps([{**call, "answer": None} for call in calls], ensure_ascii=False)
    for name in ("Зинаида", "Аполлон", "Евдокия", mentee.person.family_name, mentor.person.family_name):
        assert name not in said


async def press_all(running: RunningBot, chat_id: int, ids: dict[str, int], *, first: int) -> None:
    codes = [press(one, do, ids, "expected_result") for one in SCREENS for do in one.dos()]
    assert len(codes) > 60
    await press_codes(running, chat_id, codes, first=first)


async def press_codes(
    running: RunningBot, chat_id: int, codes: list[str], *, first: int, is_old: bool = False
) -> None:
    """Press buttons by their data, made up or not; none may be set aside as a fault. `is_old`: under a
    message that is no screen any more; otherwise under one newer than any screen.
    """
    await running.stop_bot()
    now = await running.telegram.now()
    with running.database.writing() as session:
        for number, code in enumerate(codes, start=1):
            query = {
                "id": str(number),
                "from": {"id": chat_id, "is_bot": False, "first_name": "Анна"},
                "chat_instance": "1",
                "data": code,
                "message": {
                    "message_id": 1 if is_old else 1_000_000 + number,
                    "date": int(now.timestamp()),
                    "chat": {"id": chat_id, "type": "private", "first_name": "Анна"},
                    "text": "…",
                },
            }
            session.add(
                InboxUpdate(
                    update_id=first + number,
                    chat_id=chat_id,
                    payload=json.dumps({"update_id": first + number, "callback_query": query}),
                    status=InboxStatus.WAITING,
                    received_at=now,
                )
            )
    await running.start_bot(has_scheduler=False)

    def is_done() -> bool:
        with running.database.reading() as session:
            return not session.scalars(
                select(InboxUpdate.update_id).where(InboxUpdate.status == InboxStatus.WAITING)
            ).first()

    await until(is_done, seconds=90)
    with running.database.reading() as session:
        parked = session.scalars(select(InboxUpdate).where(InboxUpdate.status == InboxStatus.PARKED)).all()
    assert not parked, [json.loads(one.payload or "{}")["callback_query"]["data"] for one in parked]


ODD = ("2147483648", "99999999999999999999")


def press_oddly(kind: type[Tap], do: Do, odd: str) -> list[str]:
    """Every choice that the button's type allows, with numbers and words that no screen of ours makes."""
    values: list[list[str]] = []
    for name in do.facts:
        usual = getattr(kind, name)
        if isinstance(usual, Enum):
            values.append([str(one.value) for one in type(usual)])
        else:
            values.append(["0001-01-01", "9999-12-31"] if isinstance(usual, date) else [odd])
    return [":".join((f"{kind.screen}.{do}", *chosen)) for chosen in product(*values)]


@pytest.mark.long
async def test_buttons_that_no_screen_makes_are_answered(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.pyotr.say("вчера 40 минут, разобрали план урока")
    with running.database.reading() as session:
        draft_id = session.scalars(select(Draft.id)).one()
    codes = []
    for odd in ODD:
        for code in (code for one in SCREENS for do in one.dos() for code in press_oddly(one, do, odd)):
            codes += [f"draft.open:{draft_id}", code] if code.startswith("draft.") else [code]
    await press_codes(
        running, couple.pyotr.id, [one for one in codes if len(one.encode()) <= 64], first=2**40
    )
