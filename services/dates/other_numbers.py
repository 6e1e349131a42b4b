"""Numbers that are never a date, a time or a length: classes, rooms, lessons, pages, counted things."""

import re

from services.dates.folding import Scan

_SPLIT_LETTERS = "абгдежзлмн"  # letters that, written apart in capitals, are no words of their own

_MONTH_FOLLOWS = r"(?![ ](?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|числ))"
_GRADE = r"(?:1[01]|[1-9])(?:-?(?:й|м|го|му|х|е|ых|ый|ом))?"
_PLACES = r"каб|кабинет\w*|ауд|аудитори\w*|комн|комнат\w*|корп|корпус\w*|этаж\w*|дом"
_NUMBERED = (
    r"школ\w*|лице\w*|гимнази\w*|сад\w*|вариант\w*|глав\w*|част\w*|модул\w*|тем[аыуе]|этап\w*|задани\w*|"
    r"упражнени\w*|упр|раздел\w*|урок|приказ\w*|смен\w*|четверт\w*|версия"
)
_SECTIONS = r"параграф\w*|пункт\w*|п|пп|стр|страниц\w*|статья|статьи|ст|№|§"
_COUNTED = (
    r"урок|четверт(?!и +часа)|смен|этап|част|модул|параграф|задан|пункт|вариант|полуг|триместр|школ|лице|"
    r"гимнази|курс|ступен|уровн|раз(?!б)|балл|процент|человек|чел(?!\w)|учен|детей|ребят|дет|учител|педагог|"
    r"коллег|мероприят|встреч|вопрос|пример|задач|тем(?!п)|работ|тетрад|страниц|стр(?!\w)"
    r"|лет(?!\w)|год(?!\w)|"
    r"года|году|месяц|цел[ия]|групп|пар(?!\w)|правил|прием|метод|документ|анкет|отчет|план|конспект|слайд|"
    r"занят|консультац|посещени|программ|критери|показател|совет|ошиб|иде[яий]|шаг|причин|каб|ауд|балла"
)

_ADDRESS = r"(?:https?://|www\.)\S+"
_PHONE = r"(?<![\w+])(?:\+7|8)[ -]?\(?\d{3}\)?[ -]?\d{3}[ -]?\d\d[ -]?\d\d(?!\d)"
_START = r"(?<!\w)(?<!\d[.,:/])"
# 5Б, 7-в, 10 «А»
_CLASS = (
    _START
    + r"(?:1[01]|[1-9])(?:-?[абвгдежзиклabc]|-?[ ]?[\"'«(][абвгдежзиклмн][\"'»)])(?![\w-]|[.:,]\d)"
    + _MONTH_FOLLOWS
)
_CLASS_APART = r"(?<=(?<!\w)в )(?:1[01]|[5-9])[ ][абвгд](?=[ ]*(?:$|[,.;]|класс))"
# 5-е классы, в 5 и 6 классах, с 8 до 9 класса
_GRADES = rf"{_START}{_GRADE}(?:[ ]?(?:-|и|до|по)[ ]?{_GRADE}){{0,3}}[ -]{{0,2}}(?:кл\.|кл(?!\w)|класс)\w*"
_ROOM = rf"(?<!\w)(?:{_PLACES})\.?[ ]?(?:№[ ]?)?\d{{1,4}}[а-я]?(?!\w)"
_THE_NTH = (
    rf"(?<!\w)(?<!без )(?:{_NUMBERED})\.?[ ]{{1,2}}\d{{1,3}}(?!\w|:\d|[.,]\d|[ ]?(?:мин|час"
    rf"|ч(?!\w))){_MONTH_FOLLOWS}"
)
_SECTION = rf"(?<!\w)(?:{_SECTIONS})\.?[ ]{{0,2}}\d{{1,4}}(?:[.\-]\d{{1,3}}){{0,4}}(?!\d)"
_THINGS = (
    rf"{_START}(?<!\d-)\d{{1,3}}(?:-?(?:й|м|го|му|х|е|ый|ом|я|ой|ю|ая|ую|ти|и))?[ ]{{1,2}}"
    rf"(?:(?:открыт|контрольн|нов|разн|больш|мал|групп)\w* )?(?:{_COUNTED})\w*"
)
_HEADS = (
    r"(?<!\w)(?:нас|их|вас)[ ](?:(?:всех|было|будет|собралось|пришло)[ ])?"
    r"(?:\d{1,2}|двое|трое|четверо|пятеро|шестеро)(?![\w:.]|[ ]?мин|[ ]?час)"
)
_SHARE = r"(?<!\w)(?<!\d[.,])\d+(?:[.,]\d+)?[ ]?(?:%|руб|тыс|₽)"

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        _ADDRESS,
        _PHONE,
        _CLASS,
        _CLASS_APART,
        _GRADES,
        _ROOM,
        _THE_NTH,
        _SECTION,
        _THINGS,
        _HEADS,
        _SHARE,
    )
)
_AFTER_AT = re.compile(r"(?<!\w)(?:в|с[ ]\d{1,2}[ ](?:до|по))[ ]{1,2}$")
_NUMBER_AND_WORD = re.compile(r"\d{1,2}[ ]{1,2}(?!раз|дет|урок|класс|четверт|год|лет)\w+")
_COUNTED_CASE = re.compile(r"(?:(?<!и)е|ии|ти|ах|ях|ом|ой)$")
_CAPITAL_CLASS = re.compile(r"(?<!\w)(?<!\d[.,:/])(?:1[01]|[1-9])[ ]([А-Я])(?!\w)")


def _is_hour_with_subject(match: re.Match[str]) -> bool:
    """«в 14 встречаемся», «в 15 занятие»: an hour and what is then, unlike «в 8 школе», «в 2 группах»."""
    is_after_at = _AFTER_AT.search(match.string[max(0, match.start() - 12) : match.start()])
    return bool(
        is_after_at and _NUMBER_AND_WORD.fullmatch(match.group()) and not _COUNTED_CASE.search(match.group())
    )


def find_other_numbers(scan: Scan, written: str = "") -> list[tuple[int, int]]:
    """Spans of such numbers, blanked out in the scan. `written` is the text with its capitals."""
    found = []
    for match in _CAPITAL_CLASS.finditer(written):
        if match.group(1).lower() in _SPLIT_LETTERS or not written.isupper():
            found.append(match.span())
            scan.take(*match.span())
    for pattern in _PATTERNS:
        for match in pattern.finditer(scan.text):
            if _is_hour_with_subject(match):
                continue
            found.append(match.span())
            scan.take(*match.span())
    return found
