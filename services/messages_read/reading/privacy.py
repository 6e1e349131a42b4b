"""What must not be kept of a message: health, and who the pupils are.

See docs/domain.md#meeting-messages, samples 7 and 11.
"""

import re
from dataclasses import dataclass

from services.dates.folding import fold
from services.messages_read.reading.names import SURNAME_IN_ANY_CASE, first_name_forms
from services.messages_read.reading.readings import Warned

_HEALTH = re.compile(
    r"(?<!\w)(?:(?:при|за|пере|по)?бол(?:ела|ел|еет|ею|еем|еют|ели|езн\w+|ьничн\w+)|(?:за|при"
    r"|раз|пере)бол\w+|больниц\w*|грипп\w*|орви"
    r"|ковид\w*|простуд\w*|простыл\w*|температур(?:а[ ]3\d\w*|ит\w*|ила)|с[ ]температурой"
    r"|ангин\w*|беременн\w*|госпитал\w*"
    r"|поликлиник\w*|врач(?!ебн)\w*|операци(?:ю[ ]сделали|и[ ]после)|на[ ]операци\w+"
    r"|после[ ]операции|перелом\w*|диагноз\w*|инфаркт\w*"
    r"|инсульт\w*|мигрен\w*|депресси\w*|отравил\w*|плохо[ ]себя[ ]чувств\w*|самочувств\w*"
    r"|нездоров\w*|голова[ ]болит|болит[ ]\w+"
    r"|на[ ]больничном|скорая[ ]помощь|инвалидн\w*|аллерги\w*|диабет\w*|аутиз\w*|дцп|сдвг"
    r"|эпилепси\w*|травм(?:а|у|ы|ой)|сломал\w*[ ](?:ногу|руку))"
    r"(?!\w)"
)
_NOT_HEALTH = re.compile(r"(?<!\w)(?:больн(?:ой|ая|ую|ые)[ ](?:вопрос|тем)|о[ ]болезнях|тема[ ]\S*болезн)\w*")

_PUPIL = (
    r"(?:учени(?:к|ц)\w*|учащ(?:ий|ая|его|ему|им|ем|ейся|иеся|ихся)\w*|школьни(?:к|ц)\w*|мальчик\w*|девочк\w*"
    r"|ребен(?:ок|ка|ку|ком)|реб\.|уч-ся)"
)
_KIN = {
    "instr": r"(?:мамой|папой|матерью|отцом|бабушкой|дедушкой|родителем|мамами)",
    "gen": r"(?:мамы|папы|матери|отца|бабушки|дедушки|родителя)",
    "dat": r"(?:маме|папе|отцу|бабушке|дедушке|родителю)",
    "nom": r"(?:мама|папа|мать|отец|бабушка|дедушка|родитель)",
    "plural": r"(?:родителями|родителей|родителям|родители)",
}
_NEUTRAL = {"instr": "родителем", "gen": "родителя", "dat": "родителю", "nom": "родитель"}
_CLASS = r"(?:[ ]?(?:\(|из[ ])?(?:1[01]|[1-9])-?[а-иклА-ИКЛ](?!\w)(?:[ ]?класса?)?\)?)"
_ABOUT_A_PUPIL = re.compile(
    r"(?<!\w)(?:поведени\w+|успеваемост\w+|прогул\w*|пропуск\w*|двойк\w*|оценк\w*|драк\w+"
    r"|дисциплин\w*|опоздани\w*|хамств\w*|сын\w*|доч\w+|брат\w*|сестр\w*)[ ]$"
)
_PROPER = r"(?:[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?)"
_SMALL_SURNAME = r"(?:[а-яё]{2,}(?:ов|ев|ин|ск)(?:а|у|ым|е|ой|ого|ому|им|ом|ий|ая|ую)?)"
_PUPIL_NAMED = re.compile(
    rf"(?P<role>(?i:{_PUPIL}))(?P<name>(?:[ ]{_PROPER}){{1,3}}(?:[ ]?[А-ЯЁ]\.){{0,2}}"
    rf"|[ ]{_SMALL_SURNAME}(?={_CLASS}))?"
    rf"(?P<grade>{_CLASS})?"
)
_MORE_NAMES = re.compile(rf"(?:[ ]{_PROPER}|[ ]?[А-ЯЁ]\.){{0,2}}{_CLASS}?")
_PROPER_WITH_CLASS = re.compile(
    rf"(?<!\w)(?P<name>{_PROPER}(?:[ ](?:{_PROPER}|[А-ЯЁ]\.)){{0,2}})(?P<grade>{_CLASS})"
)


@dataclass(frozen=True, slots=True)
class Hidden:
    """A span of the text that is not kept, and the words that stand in its place."""

    start: int
    end: int
    instead: str = ""
    is_health: bool = False


@dataclass(frozen=True, slots=True)
class Privacy:
    hidden: tuple[Hidden, ...]
    health_words: tuple[tuple[int, int], ...]  # they tell nothing of the meeting, not even its tense
    warnings: tuple[Warned, ...]


def find_private(text: str, folded: str) -> Privacy:
    """Spans to leave out: the clause that tells of health, pupils' names with their classes."""
    words = tuple(match.span() for match in _HEALTH.finditer(_without_harmless(folded)))
    health = [_clause_around(folded, *span) for span in words]
    pupils = _find_pupils(text, folded)
    warnings = []
    if health:
        warnings.append(Warned.HEALTH_DROPPED)
    if any(is_named for _, is_named in pupils):
        warnings.append(Warned.PUPIL_NAME_DROPPED)
    hidden = [Hidden(*span, is_health=True) for span in health] + [one for one, _ in pupils]
    return Privacy(tuple(hidden), words, tuple(warnings))


def _without_harmless(folded: str) -> str:
    return _NOT_HEALTH.sub(lambda match: "_" * len(match.group()), folded)


def _clause_around(folded: str, start: int, end: int) -> tuple[int, int]:
    """The words about it up to the nearest sign of a pause on both sides."""
    begin = max(folded.rfind(sign, 0, start) for sign in ",.;!?\n(") + 1
    stops = [place for sign in ",.;!?\n)" if (place := folded.find(sign, end)) >= 0]
    return begin, min(stops, default=len(folded))


def _find_pupils(text: str, folded: str) -> list[tuple[Hidden, bool]]:
    found: list[tuple[Hidden, bool]] = []
    for match in _PUPIL_NAMED.finditer(text):
        name = match["name"] or ""
        is_named = bool(name)
        grade_is_told = is_named and match["grade"]
        end = match.end() if grade_is_told else match.end("role") + len(name)
        kin = _kin_before(folded, match.start())
        if kin:
            found.append((Hidden(kin[0], end, kin[1]), is_named))
        elif is_named:
            found.append((Hidden(match.start() + len(match["role"]), end), True))
    for match in _PROPER_WITH_CLASS.finditer(text):
        if _is_surname(match["name"]) and not any(one.start <= match.start() < one.end for one, _ in found):
            found.append((Hidden(*match.span()), True))
    found += _named_by_matter(text, folded, [one for one, _ in found])
    return found


def _named_by_matter(text: str, folded: str, known: list[Hidden]) -> list[tuple[Hidden, bool]]:
    """«поведение Иванова», «с мамой Сидоровой»: only a pupil is spoken of so."""
    found = []
    for match in re.finditer(rf"(?<!\w){_PROPER}", text):
        if any(one.start <= match.start() < one.end for one in known):
            continue
        word = folded[match.start() : match.end()]
        if not (SURNAME_IN_ANY_CASE.fullmatch(word) or word in first_name_forms()):
            continue
        before = folded[max(0, match.start() - 20) : match.start()]
        kin = _kin_before(folded, match.start())
        end = _end_of_name(text, match.end())
        if kin:
            found.append((Hidden(kin[0], end, kin[1]), True))
        elif _ABOUT_A_PUPIL.search(before):
            found.append((Hidden(match.start() - 1, end), True))
    return found


def _end_of_name(text: str, end: int) -> int:
    """The rest of a pupil's name and the class: «Коли Иванова 7б»."""
    more = _MORE_NAMES.match(text, end)
    return more.end() if more else end


def _is_surname(name: str) -> bool:
    return any(SURNAME_IN_ANY_CASE.fullmatch(fold(word)) for word in name.split())


def _kin_before(folded: str, place: int) -> tuple[int, str] | None:
    """«с мамой ученика»: where the kin begins, and the neutral word in the same case."""
    before = folded[max(0, place - 14) : place]
    for case, pattern in _KIN.items():
        match = re.search(rf"(?<!\w)({pattern})[ ]$", before)
        if match:
            start = place - (len(before) - match.start(1))
            return start, _NEUTRAL.get(case, match.group(1))
    return None
