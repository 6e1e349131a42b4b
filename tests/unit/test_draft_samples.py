"""Sample messages as cards: what one tap would do, and what is asked before it."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from models.engine import Database
from models.meetings import MeetingKind
from services.messages_read.drafts.authors import read_author, read_text
from services.messages_read.drafts.contents import Field, Purpose, is_worth_a_card
from tests.unit.test_meetings import Pair
from tests.unit.writers import Writer
from tests.world import World, found_school

WEDNESDAY = datetime(2025, 10, 15, 15, 0, tzinfo=UTC)  # 18:00 in Moscow, as in the table


@pytest.fixture
def world(database: Database) -> World:
    return found_school(database, WEDNESDAY)


SAMPLES = [
    (1, "Встретились сегодня с Анной Игоревной, 45 минут, разбирали план-конспект урока по дробям в 5Б",
     Purpose.LOG, None,
     {"day": date(2025, 10, 15), "minutes": 45, "topic": "план-конспект урока по дробям, 5Б"}),
    (2, "вчера 14:00-14:40 встреча-знакомство, Анна", Purpose.LOG, None,
     {"day": date(2025, 10, 14), "start": time(14), "end": time(14, 40), "minutes": 40,
      "kind": MeetingKind.INTRO}),
    (3, "13.10 посетила урок у Анны, 8а, потом полчаса разбор", Purpose.LOG, Field.MINUTES, {"minutes": 30}),
    (4, "В понедельник созвонились по зуму, час, оценивание и журнал", Purpose.LOG, None,
     {"day": date(2025, 10, 13), "minutes": 60, "format": "online"}),
    (5, "Пробная прошла 10 октября, полтора часа, были я и Анна Игоревна", Purpose.LOG, None,
     {"minutes": 90, "kind": MeetingKind.TRIAL}),
    (8, "сегодня планирование программы, набросали 6 мероприятий до мая. 1ч 20м", Purpose.LOG, None,
     {"minutes": 80, "kind": MeetingKind.PLANNING}),
    (9, "12.10.25 / 40 мин / очно / работа с трудным классом", Purpose.LOG, None,
     {"day": date(2025, 10, 12), "minutes": 40, "format": "in_person"}),
    (10, "Итоговая 25 мая, 1 час", Purpose.UNSURE, Field.TENSE, {"minutes": 60, "kind": MeetingKind.FINAL}),
    (11, "разобрали с Анной конфликт с мамой ученика Петрова 7в, минут 20, в учительской", Purpose.LOG,
     Field.DAY, {"minutes": 20, "is_about": True, "place": "учительская", "topic": "конфликт с родителем"}),
    (15, "Не смогу больше быть наставником с 1 ноября, много нагрузки", Purpose.RESIGN, None,
     {"day": date(2025, 11, 1)}),
    (16, "Продлите нам программу до конца июня, оба согласны", Purpose.EXTEND, None,
     {"day": date(2026, 6, 30)}),
    (17, "встречи 5.10 и 12.10 по часу каждая, обе онлайн, функциональная грамотность", Purpose.LOG, None,
     {"day": date(2025, 10, 5), "minutes": 60}),
    (18, "ВСТРЕТИЛИСЬ!!! всё супер 👍", Purpose.LOG, Field.DAY, {}),
    (19, "во вт обсуждали открытый урок, с 15 до 16.15, каб 304", Purpose.LOG, None,
     {"day": date(2025, 10, 14), "minutes": 75, "place": "каб. 304"}),
    (20, "ну значит сегодня это самое с Анной Игоревной где-то час десять смотрели рабочую программу и ктп",
     Purpose.LOG, None, {"minutes": 70, "is_about": True}),
    (21, "31.09 встреча 40 мин", Purpose.LOG, Field.DAY, {"day": None, "minutes": 40}),
    (22, "17.10 в 14 встречаемся, тема родсобрание", Purpose.PLAN, None,
     {"day": date(2025, 10, 17), "start": time(14), "topic": "родительское собрание"}),
    (23, "скоростная с директором 09.10, 30 мин, нас было 4", Purpose.LOG, Field.PAIR, {"minutes": 30}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "purpose", "question", "values"),
    [sample[1:] for sample in SAMPLES],
    ids=[str(sample[0]) for sample in SAMPLES],
)
def test_a_sample_becomes_the_card_that_the_domain_wants(
    pair: Pair, text: str, purpose: Purpose, question: Field | None, values: dict[str, Any]
) -> None:
    mentor = Writer(pair)
    card = mentor.card(mentor.write(text))
    assert (card.item.purpose, card.question) == (purpose, question)
    assert {name: getattr(card.item, name) for name in values} == values


@pytest.mark.parametrize("text", ["провели 3 встречи на этой неделе", "0 минут, просто поболтали в коридоре"])
def test_what_makes_no_record_makes_no_card(pair: Pair, text: str) -> None:
    mentor = Writer(pair)
    author = pair.world.read(read_author, actor=mentor.actor)
    assert not is_worth_a_card(read_text(author, text, now=pair.world.now))


def test_a_resignation_in_october_may_begin_on_the_twentieth(pair: Pair) -> None:
    """Sample 15: three working days after a Wednesday."""
    mentor = Writer(pair)
    card = mentor.card(mentor.write("Не смогу больше быть наставником с 1 ноября, много нагрузки"))
    assert card.earliest_leave == date(2025, 10, 20)


def test_a_slip_of_yesterday_is_corrected_and_the_last_record_deleted(pair: Pair) -> None:
    """Samples 12 and 13."""
    mentor = Writer(pair)
    meeting_id = mentor.log(day=date(2025, 10, 14))
    correction = mentor.card(mentor.write("Ой, ошиблась, вчерашняя была не 30, а 50 минут"))
    assert (correction.item.meeting_id, correction.item.minutes) == (meeting_id, 50)
    deletion = mentor.card(mentor.write("удалите последнюю запись пожалуйста"))
    assert (deletion.item.purpose, deletion.item.meeting_id) == (Purpose.DELETE, meeting_id)


def test_a_moved_meeting_keeps_no_word_on_health(pair: Pair) -> None:
    """Sample 7."""
    pair.agree(local_start=datetime(2025, 10, 16, 15))
    mentor = Writer(pair)
    card = mentor.card(mentor.write("Встреча не состоялась, Анна заболела, перенесли на 22.10 в 15:30"))
    assert (card.item.purpose, card.item.day, card.item.start) == (
        Purpose.MOVE,
        date(2025, 10, 22),
        time(15, 30),
    )
    assert "заболе" not in card.item.model_dump_json()
