"""Sample messages, the contract of `nastavnik read`, and what holds for any text."""

import json
import time
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.messages_read.reading.batch import read_line, read_text
from services.messages_read.reading.reading import read_message
from services.messages_read.reading.readings import to_json

NOW = "2025-10-15T18:00:00+03:00"
ANNA = "Петрова Анна Сергеевна"
EMPTY = dict.fromkeys(
    (
        "date",
        "start",
        "end",
        "minutes",
        "approximate",
        "kind",
        "format",
        "place",
        "topic",
        "next_step",
        "participants",
    )
)


def entry(**said: Any) -> Any:
    """What the text says; kind and participants are empty unless it names them."""
    return EMPTY | ({"approximate": False} if said.get("minutes") else {}) | said


SAMPLES = [
    (1, "Встретились сегодня с Анной Петровой, 45 минут, разбирали план-конспект урока по дробям в 5Б",
     [ANNA, "Кузнецов Олег Иванович"], "log",
     [entry(date="2025-10-15", minutes=45, topic="план-конспект урока по дробям, 5Б",
           participants=[ANNA])], [], []),
    (2, "вчера 14:00-14:40 встреча-знакомство, Иван", [ANNA, "Смирнов Иван Петрович"], "log",
     [entry(date="2025-10-14", start="14:00", end="14:40", minutes=40, kind="intro",
          participants=["Смирнов Иван Петрович"])], [], []),
    (3, "13.10 посетила урок у Кати, 8а, потом полчаса разбор", [ANNA, "Орлова Екатерина Павловна"], "log",
     [entry(date="2025-10-13", minutes=30, topic="посещение урока, 8а, разбор",
          participants=["Орлова Екатерина Павловна"])], ["minutes"], ["lesson_visit"]),
    (4, "В понедельник созвонились по зуму, час, оценивание и журнал", [ANNA], "log",
     [entry(date="2025-10-13", minutes=60, format="online", topic="оценивание, журнал")], [], []),
    (5, "Пробная прошла 10 октября, полтора часа, были я, Олег и Марина Сергеевна",
     ["Кузнецов Олег Иванович", "Белова Марина Сергеевна"], "log",
     [entry(date="2025-10-10", minutes=90, kind="trial",
          participants=["Кузнецов Олег Иванович", "Белова Марина Сергеевна"])], [], []),
    (6, "провели 3 встречи на этой неделе", [ANNA], "log", [], ["date", "minutes"], ["several_meetings"]),
    (7, "Встреча не состоялась, Лена заболела, перенесли на 22.10 в 15:30", ["Сидорова Елена Петровна"],
     "moved", [entry(date="2025-10-22", start="15:30", participants=["Сидорова Елена Петровна"])], [],
     ["health_dropped"]),
    (8, "сегодня планирование программы, набросали 6 мероприятий до мая. 1ч 20м", [ANNA], "log",
     [entry(date="2025-10-15", minutes=80, kind="planning", topic="план программы, 6 мероприятий")], [], []),
    (9, "12.10.25 / 40 мин / очно / работа с трудным классом / Смирнова, Кузнецова",
     ["Смирнова Ольга Ивановна", "Кузнецова Инна Олеговна"], "log",
     [entry(date="2025-10-12", minutes=40, format="in_person", topic="работа с трудным классом",
          participants=["Смирнова Ольга Ивановна", "Кузнецова Инна Олеговна"])], [], ["sunday"]),
    (10, "Итоговая 25 мая, 1 час", [ANNA], "unclear",
     [entry(minutes=60, kind="final")], ["date"], []),
    (11, "разобрали с Димой конфликт с мамой ученика Петрова 7в, минут 20, в учительской",
     [ANNA, "Волков Дмитрий Ильич"], "log",
     [entry(minutes=20, approximate=True, format="in_person", place="учительская",
          topic="конфликт с родителем", participants=["Волков Дмитрий Ильич"])],
     ["date"], ["pupil_name_dropped"]),
    (12, "Ой, ошиблась, вчерашняя была не 30, а 50 минут", [ANNA], "correction",
     [entry(date="2025-10-14", minutes=50)], [], []),
    (13, "удалите последнюю запись пожалуйста", [ANNA], "delete", [], [], []),
    (15, "Не смогу больше быть наставником с 1 ноября, много нагрузки", [ANNA], "resignation",
     [entry(date="2025-11-01")], [], []),
    (16, "Продлите нам программу до конца июня, оба согласны", [ANNA], "extension",
     [entry(date="2026-06-30")], [], []),
    (17, "встречи 5.10 и 12.10 по часу каждая, обе онлайн, функциональная грамотность", [ANNA], "log",
     [entry(date="2025-10-05", minutes=60, format="online", topic="функциональная грамотность"),
      entry(date="2025-10-12", minutes=60, format="online", topic="функциональная грамотность")],
     [], ["sunday"]),
    (18, "ВСТРЕТИЛИСЬ!!! всё супер 👍", [ANNA], "log", [entry()], ["date", "minutes", "topic"], []),
    (19, "во вт обсуждали открытый урок, с 15 до 16.15, каб 304", [ANNA], "log",
     [entry(date="2025-10-14", start="15:00", end="16:15", minutes=75, format="in_person", place="каб. 304",
          topic="открытый урок")], [], []),
    (20, "ну значит сегодня это самое с Мариной Олеговной где-то час десять смотрели рабочую программу и ктп",
     ["Белова Марина Олеговна", "Белова Марина Сергеевна"], "log",
     [entry(date="2025-10-15", minutes=70, approximate=True, topic="рабочая программа, КТП",
          participants=["Белова Марина Олеговна"])], [], []),
    (21, "31.09 встреча 40 мин", [ANNA], "log", [entry(minutes=40)], ["date", "topic"], ["impossible_date"]),
    (22, "17.10 в 14 встречаемся, тема родсобрание", [ANNA], "plan",
     [entry(date="2025-10-17", start="14:00", topic="родительское собрание",)], [], []),
    (23, "скоростная с директором 09.10, 30 мин, нас было 4", [ANNA], "log",
     [entry(date="2025-10-09", minutes=30)], ["topic", "participants"], []),
    (24, "0 минут, просто поболтали в коридоре", [ANNA], "note", [], [], ["zero_minutes"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "members", "intent", "entries", "questions", "warnings"),
    [sample[1:] for sample in SAMPLES],
    ids=[str(sample[0]) for sample in SAMPLES],
)
def test_the_samples_of_the_domain_are_read_as_it_says(
    text: str, members: list[str], intent: str, entries: Any, questions: Any, warnings: Any
) -> None:
    assert read_text(text, now=NOW, members=members) == {
        "intent": intent, "entries": entries, "questions": questions, "warnings": warnings,
    }  # fmt: skip


@pytest.mark.requirement("E34")
def test_a_mentee_asks_for_another_mentor_and_never_resigns() -> None:
    asked = read_text(
        "Прошу заменить мне наставника, не совпадает расписание",
        now=NOW,
        members=[ANNA],
        author_role="mentee",
    )
    assert asked == {"intent": "replacement", "entries": [], "questions": [], "warnings": []}
    refused = read_text("не хочу больше быть наставником", now=NOW, members=[ANNA], author_role="mentee")
    assert refused["intent"] == "unclear"


def test_the_next_step_is_apart_from_the_topic() -> None:
    text = "вчера 40 минут, разбирали план урока в 5Б, в четверг посещу урок"
    [told] = read_text(text, now=NOW, members=[ANNA])["entries"]
    assert told == entry(
        date="2025-10-14", minutes=40, topic="план урока, 5Б", next_step="в четверг посещу урок"
    )


@pytest.mark.parametrize(
    ("text", "kept_out"),
    [
        ("Вчера 40 минут. Обсудили ученика Сидорова Петю 7в, журнал", ["Сидоров", "Пет", "7в"]),
        ("вчера 30 мин, конфликт с отцом Коли Иванова", ["Кол", "Иванов", "отц"]),
        ("вчера 30 мин, обсудили прогулы Иванова, завтра поговорю с мамой Иванова", ["Иванов", "мам"]),
        ("вчера 30 мин журнал, Анна простыла, температура 38", ["простыла", "38"]),
        ("вчера 30 мин журнал, в пятницу приду, если не заболею", ["заболею"]),
    ],
)
def test_neither_pupils_names_nor_health_are_kept(text: str, kept_out: Any) -> None:
    reading = read_text(text, now=NOW, members=[ANNA])
    told = [f"{entry['topic']} {entry['next_step']} {entry['place']}" for entry in reading["entries"]]
    assert reading["intent"] == "log"
    assert told
    assert not [word for word in kept_out for one in told if word.lower() in one.lower()]
    assert set(reading["warnings"]) & {"pupil_name_dropped", "health_dropped"}


def test_a_good_line_is_one_compact_line_and_a_bad_one_says_what_is_wrong() -> None:
    good = read_line(json.dumps({"text": "вчера 40 минут, журнал", "now": NOW, "members": [ANNA]}))
    assert json.loads(good) == read_text("вчера 40 минут, журнал", now=NOW, members=[ANNA])
    assert "\n" not in good
    assert ": " not in good


@pytest.mark.parametrize(
    "line",
    [
        "", "{", "[]", "null", "12", '{"text": 1, "now": "2025-10-15T18:00:00+03:00"}', '{"text": "x"}',
        "[" * 100_000,
        '{"text": "x", "now": "завтра"}',
        '{"text": "x", "now": "2025-10-15T18:00:00+03:00", "members": "Анна"}',
        '{"text": "x", "now": "2025-10-15T18:00:00+03:00", "author_role": "curator"}',
    ],
)  # fmt: skip
def test_a_bad_line_becomes_an_error_and_the_run_goes_on(line: str) -> None:
    answer = json.loads(read_line(line))
    assert set(answer) == {"error"}
    assert answer["error"]


_PIECES = (
    "вчера сегодня завтра в с до по на и не а час часа 40 15 15:00 14.30 12.10 31.09 13.10.25 минут "
    "мин октября среду чт пн полчаса полтора где-то 5Б 8а каб 304 урок журнал разбирали встретимся "
    "Анной Катя ученика Петрова заболела мамой перенесли удалите запись , . / - 👍 « » ( ) 3 встречи 0 "
    "двадцать пять пятого ровно тема: через часа часов каждый по средам договорились лучше давайте могу "
    "приду пар пары раза 3/4 половины третьего четверти 13.10.2031 2019"
)
PIECES = st.sampled_from([*_PIECES.split(), "\n"])


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=25).map(" ".join)))
def test_any_text_is_read_without_an_error_into_sane_values(text: str) -> None:
    reading = read_message(text, now=datetime.fromisoformat(NOW), members=[ANNA, "Орлова Екатерина Павловна"])
    json.dumps(to_json(reading))
    for entry in reading.entries:
        assert entry.minutes is None or entry.minutes > 0
        assert (entry.approximate is None) == (entry.minutes is None)
        assert set(entry.participants or ()) <= {ANNA, "Орлова Екатерина Павловна"}
        crosses_midnight = entry.start is not None and entry.end is not None and entry.start.hour >= 21
        assert entry.start is None or entry.end is None or entry.start < entry.end or crosses_midnight
        assert entry.date is None or abs((entry.date - date(2025, 10, 15)).days) <= 366
        assert "\0" not in f"{entry.topic}{entry.next_step}"
        assert "\x01" not in f"{entry.topic}{entry.next_step}"


@given(st.integers(1, 11), st.sampled_from("АБВГДабвгд"), st.sampled_from(["", " класс", " классе"]))
def test_a_class_is_never_a_length_nor_a_time(grade: int, letter: str, word: str) -> None:
    for name in (f"{grade}{letter}{word}", f"{grade}-{letter}{word}", f"{grade} «{letter}»{word}"):
        reading = read_text(f"вчера разбирали урок в {name}", now=NOW, members=[ANNA])
        [entry] = reading["entries"]
        assert (entry["minutes"], entry["start"], entry["date"]) == (None, None, "2025-10-14")


@given(st.text(alphabet=" \n\t.,!?👍…«»-—()/", max_size=40))
def test_nothing_is_read_from_emptiness(text: str) -> None:
    assert to_json(read_message(text, now=datetime.fromisoformat(NOW), members=[ANNA])) == {
        "intent": "unclear", "entries": [], "questions": [], "warnings": [],
    }  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 120),
    st.sampled_from([20, 40, 45, 60, 90]),
    st.sampled_from(["план урока", "журнал", "КТП"]),
)
def test_what_is_printed_is_read_back(away: int, minutes: int, topic: str) -> None:
    """A reading, written as a protocol, gives the same reading."""
    when = date(2025, 10, 15) - timedelta(days=away)
    text = f"{when:%d.%m.%Y}, {minutes} минут, {topic}"
    first = read_text(text, now=NOW, members=[ANNA])
    [told] = first["entries"]
    assert (told["date"], told["minutes"], told["topic"]) == (when.isoformat(), minutes, topic)
    printed = f"{date.fromisoformat(told['date']):%d.%m.%Y}. {told['minutes']} мин. Тема: {told['topic']}"
    assert read_text(printed, now=NOW, members=[ANNA])["entries"] == first["entries"]


@settings(max_examples=30, deadline=None)
@given(st.one_of(PIECES, st.text(min_size=1, max_size=6)))
def test_long_repetitions_take_no_more_than_their_length_allows(piece: str) -> None:
    def seconds(count: int) -> float:
        text = f"{piece} " * count
        best = float("inf")
        for _ in range(2):
            begun = time.thread_time()
            read_message(text, now=datetime.fromisoformat(NOW), members=[ANNA])
            best = min(best, time.thread_time() - begun)
        return best

    # twice the text may take four times as long (spans are cut out of it), an exponential pattern far more
    assert seconds(400) < 12 * seconds(200) + 0.05
