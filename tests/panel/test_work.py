"""Meetings entered by the curator, settings, the journal, messages and to-dos."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from models.engine import Database
from models.meetings import Meeting, MeetingFormat, MeetingStatus, Source
from models.messages import NoticeKind, OutboxMessage, OutboxStatus
from models.pairs import Pair
from models.people import Person
from models.programmes import Programme
from models.tasks import Task, TaskKind
from services.delivery.outbox import enqueue
from services.delivery.tasks import open_task
from services.programmes.running import settings_of
from tests.fixed_clock import FixedClock
from tests.panel.conftest import Browser, text_of
from tests.world import World


@pytest.fixture
def pair_id(world: World) -> int:
    """A pair that both have accepted."""
    return world.agree(world.mentee(), world.mentor())


def test_a_meeting_entered_for_a_pair_is_marked(curator: Browser, pair_id: int, database: Database) -> None:
    path = f"/meetings/add/{pair_id}"
    assert "Укажите дату встречи." in text_of(curator.post(path, day="", minutes="30"))
    assert "от 1 до 480" in text_of(curator.post(path, day="2026-11-20", minutes="много"))
    future = curator.post(path, day="2026-11-30", minutes="30", topic="Журнал <i>и КТП</i>")
    assert 'value="Журнал &lt;i&gt;и КТП&lt;/i&gt;"' in future
    with database.reading() as session:
        assert session.scalars(select(Meeting)).all() == []
    done = curator.post(path, day="2026-11-20", clock="15:30", minutes="50", topic="Журнал <i>и КТП</i>")
    assert "внёс куратор" in text_of(done)
    with database.reading() as session:
        meeting = session.scalars(select(Meeting)).one()
    assert (meeting.status, meeting.source, meeting.held_minutes) == (MeetingStatus.HELD, Source.PANEL, 50)
    assert meeting.local_start == "2026-11-20T15:30"
    table = text_of(curator.get("/meetings/"))
    assert "20 нояб, 15:30" in table
    assert "Встреча-знакомство" in table
    assert "состоялась" in table
    card = curator.get(f"/meetings/{meeting.id}/")
    assert "Журнал &lt;i&gt;и КТП&lt;/i&gt;" in card
    assert "50 мин" in text_of(card)
    with database.writing() as session:
        told = session.get_one(Meeting, meeting.id)
        told.format, told.place, told.next_step = MeetingFormat.IN_PERSON, "каб. 12", "посетить урок"
    card = text_of(curator.get(f"/meetings/{meeting.id}/"))
    assert "очно, каб. 12" in card
    assert "посетить урок" in card
    assert "Ничего не нашлось." in text_of(curator.get("/meetings/?status=missed"))


def test_a_planned_meeting_without_a_log_waits_on_the_home(
    curator: Browser, pair_id: int, world: World, database: Database, clock: FixedClock
) -> None:
    with database.writing() as session:
        pair = session.get_one(Pair, pair_id)
        meeting = Meeting(
            organization_id=pair.organization_id,
            cycle_id=pair.cycle_id,
            pair_id=pair.id,
            kind="intro",
            status=MeetingStatus.PLANNED,
            local_start="2026-11-23T12:00",
            timezone="Europe/Moscow",
            starts_at=world.now,
            ends_at=world.now + timedelta(minutes=45),
            minutes=45,
            proposed_by=pair.members[0].person_id,
            proposed_at=world.now - timedelta(days=2),
            planned_at=world.now - timedelta(days=1),
        )
        session.add(meeting)
        session.flush()
        meeting_id = meeting.id
    assert "Встречи без записи" not in text_of(curator.get("/"))
    clock.moment += timedelta(days=1)
    curator.sign_in("curator")  # the session has ended
    assert "Встречи без записи 1 ждёт 23 часа" in text_of(curator.get("/"))
    assert "время прошло, записи нет" in text_of(curator.get("/meetings/"))
    path = f"/meetings/{meeting_id}/log"
    assert 'value="45"' in curator.get(path)
    assert "Встреча записана" in text_of(curator.post(path, minutes="40", topic=""))
    assert "уже записана" in text_of(curator.post(path, page="/account/", minutes="40", topic=""))
    assert "Встречи без записи" not in text_of(curator.get("/"))


SETTINGS = {
    "reminder_offsets_minutes": "24; 2",
    "quiet_from": "21:00",
    "quiet_to": "08:00",
    "feedback_after_minutes": "60",
    "feedback_reminder_days": "2",
    "feedback_closes_days": "7",
    "alert_rating": "4",
    "satisfied_threshold": "7",
    "survey_reminder_days": "2",
    "survey_closes_days": "14",
    "survey_change_days": "3",
    "survey_link_days": "14",
    "offer_expires_days": "7",
    "offer_reminder_days": "2; 5",
    "first_meeting_reminder_days": "3; 7",
    "no_meeting_days": "10; 14; 28",
    "invitation_days": "14",
    "meeting_minutes": "45",
    "day_slots": "08:00, 13:30",
}


def test_settings_are_read_as_people_write_them(curator: Browser, world: World, database: Database) -> None:
    changed = SETTINGS | {
        "reminder_offsets_minutes": "2; 48 0,5",
        "quiet_from": "9:30",
        "satisfied_threshold": "7,5",
    }
    page = curator.post("/programme/", changed, agreement_required="1")
    assert "Настройки сохранены." in text_of(page)
    with database.reading() as session:
        settings = settings_of(session, cycle_id=world.cycle_id)
        stored = session.scalars(select(Programme.settings)).one()
    assert settings.reminder_offsets_minutes == (2880, 120, 30)
    assert settings.quiet_from.hour == 9
    assert settings.satisfied_threshold == 7.5
    assert settings.agreement_required
    assert "alert_rating" not in stored, "what was not changed follows the programme"
    assert 'value="48; 2; 0.5"' in page
    assert "Обычно: 24; 2" in text_of(page)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("reminder_offsets_minutes", "за день"),
        ("reminder_offsets_minutes", "-2"),
        ("quiet_from", "ночью"),
        ("quiet_to", "25:00"),
        ("alert_rating", "11"),
        ("alert_rating", ""),
        ("feedback_reminder_days", "9"),
        ("meeting_minutes", "45,5"),
        ("no_meeting_days", "10; 14"),
        ("no_meeting_days", "0; 14; 28"),
        ("offer_reminder_days", "на второй день"),
        ("day_slots", ""),
        ("satisfied_threshold", "nan"),
    ],
)
def test_a_setting_out_of_range_saves_nothing(
    curator: Browser, database: Database, name: str, typed: str
) -> None:
    page = curator.post("/programme/", SETTINGS | {name: typed})
    assert "Ничего не сохранено" in text_of(page)
    assert f'value="{typed}"' in page
    assert "has-fault" in page
    with database.reading() as session:
        assert session.scalars(select(Programme.settings)).one() == {}


def test_a_refused_message_is_tried_again(
    curator: Browser, pair_id: int, database: Database, world: World
) -> None:
    with database.writing() as session:
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.kind == "pair.accepted")
            .values(status=OutboxStatus.PARKED, reason="Bad Request: chat not found", tries=1)
        )
        ids = session.scalars(select(OutboxMessage.id).where(OutboxMessage.kind == "pair.accepted")).all()
        waiting = session.scalars(
            select(OutboxMessage.id).where(OutboxMessage.status == OutboxStatus.WAITING)
        ).first()
    text = text_of(curator.get("/outbox/?status=parked"))
    assert "Telegram не принял" in text
    assert "человек не нажал «Старт» у бота (Bad Request: chat not found)" in text
    assert f"Не принял Telegram: {len(ids)}" in text
    assert f"Telegram не принял {len(ids)} сообщения." in text_of(curator.get("/"))
    assert "Пара согласована" in text
    done = curator.post(f"/outbox/{ids[0]}/retry", page="/outbox/")
    assert "снова в очереди" in text_of(done)
    with database.reading() as session:
        row = session.get_one(OutboxMessage, ids[0])
    assert (row.status, row.tries, row.next_try_at) == (OutboxStatus.WAITING, 0, world.now)
    with database.writing() as session:
        row = session.get_one(OutboxMessage, ids[0])
        row.tries, row.reason, row.next_try_at = 2, "TelegramNetworkError", world.now + timedelta(minutes=5)
    assert "Попытка 2 не удалась, следующая 23 нояб, 12:05." in text_of(curator.get("/outbox/"))
    refused = curator.post(f"/outbox/{waiting}/retry", page="/outbox/")
    assert "повторять нечего" in text_of(refused)


def test_a_farewell_stands_in_the_queue_without_a_name(curator: Browser, world: World) -> None:
    world.write(
        enqueue,
        kind=NoticeKind.PRIVACY_ERASED,
        about=world,
        key="erased:1",
        chat_id=77,
        facts={"act_id": 1, "messages": []},
    )
    queue = text_of(curator.get("/outbox/"))
    assert "данные уничтожены Сообщение об уничтожении данных" in queue
    assert "не узнанный" not in queue


def test_a_to_do_is_marked_as_dealt_with(curator: Browser, world: World, database: Database) -> None:
    person = world.person()
    with database.writing() as session:
        for number, kind in enumerate((TaskKind.HELP_WANTED, TaskKind.PERSON_UNREACHABLE)):
            about = session.get_one(Person, person.id)
            open_task(session, kind, about, key=f"test:{number}", now=world.now)
    home = text_of(curator.get("/"))
    assert "Просят помощи 1" in home
    assert "Нет связи с человеком 1" in home
    with database.reading() as session:
        task_id = session.scalars(select(Task.id).where(Task.kind == TaskKind.HELP_WANTED)).one()
    page = curator.post(f"/tasks/{task_id}/close", page="/tasks/help_wanted/", block="help_wanted")
    assert "Отмечено: разобрано." in text_of(page)
    assert "Просят помощи" not in text_of(curator.get("/"))
    assert "Отмечено: разобрано" in text_of(curator.get("/audit/?action=task.closed"))


def test_words_passed_on_stand_on_the_home_page(curator: Browser, world: World, database: Database) -> None:
    person = world.person()
    words = "больничный <b>с 3 по 10</b>"
    with database.writing() as session:
        about = session.get_one(Person, person.id)
        open_task(session, TaskKind.WORDS_TOLD, about, key="test:words", words=words, now=world.now)
    home = curator.get("/")
    assert "Передали вам слова 1" in text_of(home)
    assert "«больничный &lt;b&gt;с 3 по 10&lt;/b&gt;»" in home
    assert "«больничный" in text_of(curator.get("/tasks/words/"))


def test_the_journal_pages_and_filters(curator: Browser, world: World) -> None:
    for _ in range(55):
        world.person()
    page = curator.get("/audit/?action=person.added")
    assert "Журнал 55" in text_of(page)
    assert "страница 1 из 2" in text_of(page)
    second = curator.get("/audit/?action=person.added&page=1")
    assert "страница 2 из 2" in text_of(second)
    assert text_of(second).count("Добавлен человек человек №") == 5
    assert "Вход" not in text_of(page).replace("Вход в", "").split("Показать", 1)[1]
