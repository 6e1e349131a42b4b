"""Put together what the parts of a message say: the intent, its meetings, what to ask, what to warn of."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.dates.day_meanings import resolve, school_year_start
from services.dates.folding import with_digits
from services.dates.readings import Problem, Towards
from services.messages_read.reading import intents
from services.messages_read.reading.clauses import mentions_meeting
from services.messages_read.reading.entries import (
    Draft,
    make_correction,
    make_day_only,
    make_entries,
    make_missed,
    make_moved,
)
from services.messages_read.reading.readings import AuthorRole, Entry, Intent, Reading, Warned
from services.messages_read.reading.told import Told, gather
from services.messages_read.wishes import WishKind, find_wish

_SUNDAY = 6
_COUNT = re.compile(
    r"(?<!\w)(?<!\d[.,:])(\d{1,2})[ ]+(?:(?:(?!янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя"
    r"|дек)\w+[ ])?встреч(?:и|у|а)?|раза?[ ]+(?:по|встре\w+|созв\w+|занима\w+))(?!\w)"
)
_HEADCOUNT = re.compile(r"(?<!\w)нас[ ](?:было[ ]|собралось[ ])?(\d{1,2}|трое|четверо|пятеро|шестеро)(?!\w)")
_COLLECTIVE = {"трое": 3, "четверо": 4, "пятеро": 5, "шестеро": 6}
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[a-zA-Z]+")
_CALLS = frozenset({"zoom", "skype", "teams", "telegram", "whatsapp", "max", "meet", "google", "discord"})
_REQUESTS = {Intent.REPLACEMENT, Intent.RESIGNATION, Intent.EXTENSION}
_EVERY = re.compile(
    r"(?<!\w)(?:кажд(?:ую|ой|ые[ ]\d)[ ]недел\w+|еженедельн\w+|ежемесячн\w+"
    r"|раза?[ ]в[ ](?:\d[ ]+|2[ ]+|две[ ])?(?:недел\w+|месяц)"
    r"|кажды(?:й|е)[ ](?:\d[ ]+)?(?:день|дня|месяц|недели)|ежедневн\w+|регулярно"
    r"|кажд(?:ый|ую|ое)[ ](?:перв|втор|трет|четверт|последн)\w+[ ](?:понедельник|вторник|сред|четверг"
    r"|пятниц|суббот)\w*)(?!\w)"
)
_OTHER_DOING = re.compile(
    r"(?<!\w)(?:(?:на)?пи(?:шу|шем|шет)|позвон\w+|скин\w+|пришл\w+|отправ\w+|принес\w+|подготов\w+|(?:с"
    r"|до)дела\w+|сдам|сда(?:ст|дим)"
    r"|еду|едем|поеду|уе(?:ду|зжаю|дем)|заполн\w+|пода(?:м|дим)|попроб\w+|начн\w+)(?!\w)"
)
_WISHES = {
    WishKind.WITHDRAW: Intent.WITHDRAW,
    WishKind.STOP: Intent.WITHDRAW,
    WishKind.LATE: Intent.LATE,
    WishKind.HELP: Intent.HELP,
    WishKind.HOWTO: Intent.HELP,
    WishKind.REMIND: Intent.HELP,
    WishKind.ABSENCE: Intent.HELP,
    WishKind.RENAMED: Intent.HELP,
}
_NAMES_A_MEETING = re.compile(
    r"(?<!\w)(?:встре\w+|созвон\w+|увид\w+|посе(?:щу|тим|тит|тить)|посещ\w+|провед\w+"
    r"|пров(?:одим|ожу)|обсу\w+|разбер\w+|позанима\w+|собер\w+|приду|придем|зайду|жду"
    r"|ждем)(?!\w)"
)


def read_message(
    text: str,
    *,
    now: datetime,
    members: Sequence[str] = (),
    author_role: AuthorRole = "mentor",
) -> Reading:
    """What a message about a meeting says. `now` is the present moment in the author's zone.

    See docs/domain.md#meeting-messages.

    `members` are the people whom the author may have met, «Фамилия Имя Отчество»; participants are returned
    exactly so. Reads any text without an error; what it does not understand is `unclear` and empty.
    """
    if is_foreign(text):
        return Reading(Intent.UNCLEAR, questions=("date",), warnings=(Warned.NOT_RUSSIAN,))
    wish = find_wish(text, now=now)
    if wish is not None and wish.kind in _WISHES:
        return Reading(_WISHES[wish.kind])
    told = gather(text, now, members)
    draft = Draft([], [], [])
    intent = _decide(told, now, author_role)
    if wish is not None and intent is not Intent.CORRECTION:
        intent = _of_wish(wish.kind, intent, author_role)
    if intent in {Intent.LOG, Intent.PLAN, Intent.UNCLEAR}:
        intent = _make_meetings(told, now, intent, draft)
    else:
        _make_other(told, now, intent, draft)
    if intent not in _REQUESTS | {Intent.DELETE, Intent.NOTE}:
        _add_people(told, members, intent, draft)
    if is_recurrent(told):
        draft.warn(Warned.RECURRENCE)
    _warn_of_days(now, intent, draft)
    draft.warn(*told.privacy_warnings)
    return Reading(intent, tuple(draft.entries), tuple(_in_order(draft.questions)), tuple(draft.warnings))


def _of_wish(kind: WishKind, intent: Intent, author_role: AuthorRole) -> Intent:
    """«хочу выйти из программы» is a mentor's notice; whatever else the grammar makes of it is no meeting."""
    if kind is WishKind.PARTNER:
        return Intent.REPLACEMENT
    if kind is WishKind.LEAVE and author_role == "mentor":
        return Intent.RESIGNATION
    return intent if intent in _REQUESTS else Intent.UNCLEAR


def is_foreign(text: str) -> bool:
    """Whether Latin words outnumber the Russian ones more than twice. Names of people, of one letter and of
    programmes for calls count on neither side.
    """
    words = [one for one in _WORD.finditer(text) if len(one[0]) > 1]
    latin = [one for one in words if _LATIN.fullmatch(one[0]) and one[0].casefold() not in _CALLS]
    others = [
        one
        for one in words
        if not _LATIN.fullmatch(one[0]) and (one[0].islower() or not text[: one.start()].strip())
    ]
    return len(latin) > 2 * len(others)


def _decide(told: Told, now: datetime, author_role: AuthorRole) -> Intent:
    is_real_log = told.is_held and told.has_length
    request = intents.request_of(told.folded, is_held=is_real_log, author_role=author_role)
    if request:
        return request
    if intents.asks(told.folded) and not told.has_length:
        return Intent.UNCLEAR
    change = intents.change_of(
        _main_text(told),
        is_held=told.is_held,
        has_values=told.has_length,
        has_day=bool(told.days),
        is_future=not told.is_past,
    )
    if change is Intent.MISSED and intents.is_only_refused(told.folded) and _has_unread_number(told):
        return Intent.MOVED  # «21 не могу, а 22 после 14»: another day is offered, and it is asked
    if change:
        return change
    is_empty = any(one.problem is Problem.ZERO for one in told.lengths) or intents.is_note(told.folded)
    return Intent.NOTE if is_empty and not told.has_length else _by_tense(told, now)


def _has_unread_number(told: Told) -> bool:
    return any(re.search(r"\d", clause.text) for clause in told.main)


def _main_text(told: Told) -> str:
    """Folded text of the clauses about the meeting itself, with dates and names left in place."""
    return (
        " , ".join(told.folded[clause.start : clause.end] for clause in told.main)
        if told.steps
        else told.folded
    )


def _by_tense(told: Told, now: datetime) -> Intent:
    is_about_meeting = told.is_held or told.has_length or bool(told.kind) or mentions_meeting(told.main)
    if told.is_past and not (told.is_future and not told.is_held):
        return Intent.LOG if is_about_meeting else Intent.UNCLEAR
    has_start = any(one.first for one in told.times)
    if told.is_future:
        is_named = bool(_NAMES_A_MEETING.search(told.folded)) or mentions_meeting(told.main)
        named = is_named or ((bool(told.days) or has_start) and not _OTHER_DOING.search(told.folded))
        return Intent.PLAN if named else Intent.UNCLEAR
    return _by_date(told, now, has_start=has_start, is_about_meeting=is_about_meeting)


def _by_date(told: Told, now: datetime, *, has_start: bool, is_about_meeting: bool) -> Intent:
    """Without a verb the day itself tells a log from a plan."""
    is_series = is_recurrent(told) and not told.has_length
    starts_only = Intent.PLAN if is_series or (has_start and not told.has_length) else Intent.UNCLEAR
    if not told.days:
        return Intent.LOG if told.has_length else starts_only
    at = next((one.first.choices[0] for one in told.times if one.first and one.first.is_sure), None)
    reading = resolve(told.days[0].meaning, now, None, at)
    if reading.date is None and _is_list_of_held(told):
        return Intent.LOG
    if reading.date is None:
        is_log = reading.problem is Problem.IMPOSSIBLE and told.has_length
        return Intent.LOG if is_log else starts_only
    if reading.date == now.date() and at is not None:
        return Intent.PLAN if at > now.time() else Intent.LOG
    if reading.date > now.date():
        is_plan = has_start or is_about_meeting or bool(told.format or told.people.participants)
        return Intent.PLAN if is_plan else Intent.UNCLEAR
    is_told = told.has_length or (reading.date < now.date() and (is_about_meeting or _has_topic(told)))
    return Intent.LOG if is_told else Intent.UNCLEAR


def is_recurrent(told: Told) -> bool:
    """Whether a series of meetings is spoken of, not one."""
    return any(day.is_every for day in told.days) or any(_EVERY.search(clause.text) for clause in told.main)


def _is_list_of_held(told: Told) -> bool:
    """«пн 40 мин КТП, вт 30 мин тесты»: several days, each with a length, are a journal."""
    return len(told.days) > 1 and len(told.lengths) >= len(told.days)


def _has_topic(told: Told) -> bool:
    return any(re.search(r"[^\W\d_]{4}", told.words_of(clause)) for clause in told.main)


def _make_meetings(told: Told, now: datetime, intent: Intent, draft: Draft) -> Intent:
    """Entries of a log or a plan; of something unclear only when it holds values worth a card."""
    counted = _COUNT.search(with_digits(told.folded))
    named_days = [day for day in told.days if day.meaning.vague is None]
    if counted and int(counted[1]) > max(1, len(named_days)) and intent is not Intent.PLAN:
        draft.warn(Warned.SEVERAL_MEETINGS)
        draft.ask("date", *([] if told.has_length else ["minutes"]))
        if not named_days:
            return intent
    if intent is Intent.UNCLEAR:
        if (
            (told.days or told.has_length)
            and not intents.asks(told.folded)
            and (told.kind or told.has_length or mentions_meeting(told.main))
        ):
            make_entries(told, now, None, intent, draft)
            is_dated = all(entry.date for entry in draft.entries)
            draft.ask(*(["start", "minutes"] if is_dated else ["date"]))
        return intent
    make_entries(told, now, _towards(told, intent), intent, draft)
    _ask_for_missing(told, intent, draft)
    return intent


def _towards(told: Told, intent: Intent) -> Towards:
    if intent is Intent.PLAN:
        return "future"
    return "past" if told.is_past or (intent is Intent.LOG and _is_list_of_held(told)) else None


def _ask_for_missing(told: Told, intent: Intent, draft: Draft) -> None:
    entries = draft.entries
    if any(entry.date is None for entry in entries):
        draft.ask("date")
    if intent is Intent.PLAN:
        if any(entry.start is None for entry in entries):
            draft.ask("start")
        return
    if any(entry.minutes is None for entry in entries) or told.is_visit:
        draft.ask("minutes")
    if told.is_visit:
        draft.warn(Warned.LESSON_VISIT)
    if any(entry.topic is None for entry in entries) and told.kind is None:
        draft.ask("topic")


def _make_other(told: Told, now: datetime, intent: Intent, draft: Draft) -> None:
    if intent is Intent.MOVED:
        make_moved(told, now, draft)
    elif intent is Intent.MISSED:
        make_missed(told, now, draft)
    elif intent is Intent.CORRECTION:
        make_correction(told, now, draft)
    elif intent is Intent.RESIGNATION or intent is Intent.EXTENSION:
        make_day_only(told, now, draft, "future")
    elif intent is Intent.NOTE:
        draft.warn(*([Warned.NO_MINUTES] if told.lengths else []))
    elif intent is Intent.DELETE and told.days:
        make_day_only(told, now, draft, "past")


def _add_people(told: Told, members: Sequence[str], intent: Intent, draft: Draft) -> None:
    """The members that the text names; who else took part, or which of several, is a question."""
    people, known = told.people, [name for name in members if name.strip()]
    counted = _HEADCOUNT.search(with_digits(told.folded))
    headcount = (_COLLECTIVE.get(counted[1]) or int(counted[1])) if counted else 0
    is_open = people.is_ambiguous or people.has_unknown or people.names_outsider
    participants: tuple[str, ...] | None = people.participants or None
    draft.entries[:] = [
        replace(entry, participants=entry.participants or participants) for entry in draft.entries
    ]
    if people.has_unknown and known:
        draft.warn(Warned.UNKNOWN_PERSON)
    is_missing = participants is None and len(known) > 1
    if not draft.entries or intent in {Intent.UNCLEAR, Intent.CORRECTION, Intent.MISSED}:
        return
    if is_open or is_missing or headcount > len(participants or ()) + 1:
        draft.ask("participants")


def _warn_of_days(now: datetime, intent: Intent, draft: Draft) -> None:
    days = [entry.date for entry in draft.entries if entry.date]
    if intent in {Intent.LOG, Intent.PLAN, Intent.MOVED, Intent.CORRECTION}:
        if any(day.weekday() == _SUNDAY for day in days):
            draft.warn(Warned.SUNDAY)
        if intent is Intent.LOG and any(day < school_year_start(now.date()) for day in days):
            draft.warn(Warned.PREVIOUS_SCHOOL_YEAR)


_ORDER = ("date", "start", "minutes", "topic", "participants")


def _in_order(questions: Sequence[str]) -> list[str]:
    return [field for field in _ORDER if field in questions]


__all__ = ["Entry", "read_message"]
