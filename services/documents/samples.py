"""What each kind of document says, with invented facts: the schema of its fields, and of a preview.

A test holds the shapes to what the builders give.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from models.documents import DocumentKind
from services.documents.declining import decline_name, decline_position, shorten
from services.documents.pair_facts import short_day, written_day
from services.documents.paper_cards import usual_texts

Facts = dict[str, Any]
STARTS, ENDS = date(2026, 12, 1), date(2027, 5, 31)


def sample_of(kind: DocumentKind) -> Facts:
    """Facts of a signed document of this kind, number and date among them."""
    body: Facts = _BODIES[kind]()
    return _head() | body | {"number": "15-о", "date": written_day(STARTS), "is_draft": False}


def _head() -> Facts:
    usual = usual_texts()
    return {
        "founder": "Администрация города Приозёрска",
        "organization": {
            "name": "Муниципальное бюджетное общеобразовательное учреждение «Школа города Приозёрска»",
            "short_name": "МБОУ «Школа города Приозёрска»",
            "address": "г. Приозёрск, ул. Школьная, 1",
            "inn": "0123456789",
            "ogrn": "0123456789012",
        },
        "place": "г. Приозёрск",
        "acts": list(usual["acts"]),
        "control": usual["facts"]["control"],
        "programme": "Целевая модель наставничества педагогических работников",
        "school_year": "2026-2027",
        "head": _person("Лебедева", "Вера", "Сергеевна", "директор", is_official=True),
        "curator": _person("Орлова", "Нина", "Павловна", "заместитель директора", is_official=True),
        "liaison": _person("Громов", "Илья", "Петрович", "методист", is_official=True),
    }


def _person(
    family_name: str, given_name: str, patronymic: str, position: str, *, is_official: bool = False
) -> dict[str, str]:
    names, positions = decline_name(family_name, given_name, patronymic), decline_position(position)
    told = {
        "name": f"{family_name} {given_name} {patronymic}",
        "short_name": shorten(family_name, given_name, patronymic),
        "position": position,
        **{f"name_{case}": made for case, made in names.items()},
        **{f"position_{case}": made for case, made in positions.items()},
    }
    return told if is_official else told | {"category": "высшая категория"}


def _mentor() -> dict[str, str]:
    return _person("Коваленко", "Пётр", "Андреевич", "учитель начальных классов")


def _mentee() -> dict[str, str]:
    return _person("Живаго", "Анна", "Игоревна", "педагог-психолог")


def _pair() -> Facts:
    mentee = _mentee() | {"experience": "2 года"}
    return {
        "mentor": _mentor() | {"experience": "17 лет"},
        "mentees": [mentee],
        "mentee_names": mentee["name"],
        "mentee_names_dative": mentee["name_dative"],
        "mentee_names_genitive": mentee["name_genitive"],
        "form": "Педагог – педагог",
        "kind": "Традиционное наставничество",
        "starts_on": short_day(STARTS),
        "ends_on": short_day(ENDS),
    }


def _term() -> Facts:
    return {"starts_on": written_day(STARTS), "ends_on": written_day(ENDS)}


def _usual(*names: str) -> Facts:
    return {name: usual_texts()["facts"][name] for name in names}


def _of_pair() -> Facts:
    return _term() | _usual("content", "work_form", "payment") | {"pair": _pair()}


_ORDER = {"order_number": "12-о", "order_date": written_day(STARTS)}

_BODIES: Mapping[DocumentKind, Any] = {
    DocumentKind.CURATOR_ORDER: lambda: _usual("duties_curator", "duties_liaison"),
    DocumentKind.MENTORS_ORDER: lambda: (
        _term() | {"mentors": [{"index": "1", **_mentor(), "consent": "№ 3 от 01.12.2026"}]}
    ),
    DocumentKind.PAIRS_ORDER: lambda: _term() | _usual("schedule") | {"pairs": [{"index": "1", **_pair()}]},
    DocumentKind.MENTOR_CONSENT: _of_pair,
    DocumentKind.MENTEE_CONSENT: lambda: _of_pair() | {"mentee": _mentee()},
    DocumentKind.AGREEMENT: _of_pair,
    DocumentKind.ENDING_ORDER: lambda: {
        "pairs": [{"index": "1", **_pair(), **_ORDER}],
        "effective_on": written_day(ENDS),
        "reason": "перевод наставника на другую должность",
        "successor": _mentor(),
    },
    DocumentKind.PROGRAMME: lambda: (
        _term()
        | {
            "pair": _pair() | _ORDER,
            "goal": "Спокойно вести уроки и родительские собрания",
            "difficulties": "Планирование уроков; Общение с родителями",
            "strengths": "Цифровые сервисы",
            "directions": "Планирование уроков; Общение с родителями; Цифровые сервисы",
            "rhythm": "раз в неделю",
            "reports": "отчёт наставника в мае",
            "outcome": "",
            "version": "2",
            "approved_on": written_day(STARTS),
            "activities": [
                {
                    "index": "1",
                    "title": "Составить вместе технологическую карту урока",
                    "planned_on": short_day(STARTS),
                    "expected": "Готовая карта урока",
                    "actual": "Карта готова, урок проведён",
                    "done_on": short_day(STARTS),
                    "mark": "достигнут",
                }
            ],
            "changes": [
                {
                    "date": short_day(STARTS),
                    "what": "добавлено мероприятие: Посетить урок коллеги",
                    "author": "Живаго Анна Игоревна",
                }
            ],
        }
    ),
    DocumentKind.SUPPORT_PLAN: lambda: {
        "mentees": [
            {
                "index": "1",
                "name": "Живаго Анна Игоревна",
                "position": "педагог-психолог",
                "reason": "нет свободных наставников",
                "support": "Изучить правила внутреннего распорядка; Встретиться с психологом",
                "next_search_on": short_day(ENDS),
            }
        ]
    },
    DocumentKind.PAIR_REPORT: lambda: (
        _of_pair()
        | {
            "pair": _pair() | _ORDER,
            "meetings": [
                {
                    "index": "1",
                    "date": short_day(STARTS),
                    "kind": "Рабочая встреча",
                    "topic": "Разбор занятия",
                    "minutes": "45",
                    "next_step": "Посетить урок коллеги",
                }
            ],
            "meetings_held": "1",
            "meetings_cancelled": "0",
            "hours": "45 минут",
            "conclusion": "",
            "recommendation": "",
        }
    ),
}
