"""What a message wants: a log, a plan, a move, a request ... Whole phrases only; a doubt stays unclear."""

import re

from services.dates.folding import with_digits
from services.messages_read.reading.readings import Intent

_NEAR = r"(?:[^.!?\n]|(?<=\d)[.](?=\d)){0,40}"
_DELETE = re.compile(
    rf"(?<!\w)(?:удали(?:те|м|ть)?|сотри(?:те)?|стереть|убери(?:те)?|убрать|отмени(?:те|ть)?)(?!\w){_NEAR}"
    r"(?:запис\w*|дважды|одну(?!\w)|последн\w+|карточк\w+|лог(?!\w)|отчет\w*|лишн\w+|дубл\w*|это(?!\w)"
    r"|ее(?!\w)"
    r"|вчерашн\w+|сегодняшн\w+)"
    rf"|(?<!\w)(?:удали(?:те|ть)?|сотри(?:те)?|убери(?:те)?|убрать)(?!\w){_NEAR}встреч\w+"
)
_REPLACEMENT = re.compile(
    r"(?<!\w)(?:замен\w+|смен(?:ить|ите|а|у|ы)|поменя(?:ть|йте)|перевед\w+|друг(?:ого|ую|ой"
    r"|ому)|ин(?:ого|ую))[ ,]{1,2}(?:[^ .!?\n]{1,20}[ ]){0,4}"
    r"(?:наставни(?:к|ц)\w*|наставляем\w+|подопечн\w+)"
    r"|(?<!\w)наставни\w+[ ](?:[^ .!?\n]{1,20}[ ]){0,3}(?:заменить|поменять|сменить)(?!\w)"
)
_RESIGNATION = re.compile(
    r"(?<!\w)отказ\w+[ ]от[ ](?:роли|обязанност\w+|функци\w+|звания)[ ]наставни\w+|"
    r"(?<!\w)не[ ](?:с?могу|хочу|буду|готов[а]?"
    r"|получится)[ ](?:[^ .!?\n]{1,20}[ ]){0,4}(?:наставни(?:ком|цей|чать)|наставничеств\w+)"
    r"|(?<!\w)отказ\w+[ ]от[ ](?:[^ .!?\n]{1,20}[ ]){0,3}наставнич\w+|(?<!\w)(?:слож|слагаю"
    r"|слага)\w*[ ](?:[^ .!?\n]{1,20}[ ]){0,3}(?:обязанност|полномочи)\w+"
    r"|(?<!\w)освободи\w*[ ](?:[^ .!?\n]{1,20}[ ]){0,2}от[ ]"
    r"(?:[^ .!?\n]{1,20}[ ]){0,2}(?:обязанност|наставнич)\w+"
    r"|(?<!\w)(?:прекра(?:тить|щаю|щу)|завершаю|бросаю|оставляю|ухожу[ ]из"
    r"|выхожу[ ]из)[ ](?:[^ .!?\n]{1,20}[ ]){0,2}наставни\w+"
    r"|(?<!\w)(?:перестать|перестаю|прекращаю)[ ]быть[ ]наставни\w+|(?<!\w)(?:снять|снимите"
    r"|снимаю)[ ]с[ ](?:меня|себя)[ ](?:[^ .!?\n]{1,20}[ ]){0,2}(?:наставни|обязанност)\w+"
    r"|(?<!\w)больше[ ]не[ ](?:наставник|наставница)(?!\w)"
)
_EXTENSION = re.compile(
    r"(?<!\w)(?:продл(?:ите|ить|им|ен(?:ие|ия|ии)|еваем|ить бы|яем|ите нам)"
    r"|продолжить[ ]программу[ ]до)(?!\w)"
)
_MOVED = re.compile(
    r"(?<!\w)(?:перенес(?:ли|ла|ем|ена|ти|лась|ите|у|ен|ено|тись|лись)|перенос(?:им|ится|ят"
    r"|ить)|перенос(?![ ]слов)|сдви(?:нули|нула|нем|гаем|гаю|нуть|нулась)|передвинули"
    r"|передвинем"
    r"|на[ ](?:полчаса|час|\d{1,2}[ ]+(?:мин\w*|час\w*))[ ](?:позже|раньше|попозже|пораньше)"
    r"|отлож(?:или|им|ила)|откладывае(?:м|тся)|перекинули|переназначили)(?!\w)"
)
_MISSED = re.compile(
    r"(?<!\w)не[ ](?:состоял\w+|состоится|встретил\w+|встречал\w+|встретимся|вышло|пришл[аи]"
    r"|пришел|провел[аи]?|созвонил\w+|виделись|увиделись|прошла|явил\w+|сложилось)(?!\w)"
    r"|встреч\w*[^.,;!?\n]{0,25}[ ]не[ ](?:было|будет)(?!\w)|(?<!\w)не[ ](?:было"
    r"|будет)[ ](?:\w+[ ])?встреч\w*|(?<!\w)сорвал(?:ась|ось)(?!\w)|(?<!\w)слетела(?!\w)"
    r"|(?<!\w)отмен(?:или|ила|илась|яем|яется|ена|а)(?!\w)|(?<!\w)отмени(?:те|ть"
    r"|м)[ ](?:\w+[ ]){0,2}встреч\w*|(?<!\w)встреч\w*[ ](?:\w+[ ]){0,2}(?:отмени(?:те|ть|м)"
    r"|отменяйте)(?!\w)|(?<!\w)пропустил[аи]?[ ](?:\w+[ ]){0,2}встреч\w*"
    r"|(?<!\w)не[ ](?:получил\w+|удал\w+|смогл?[аи]?|успел[аи]?|получается|сможем|смогу"
    r"|выходит)[ ](?:\w+[ ]){0,2}(?:встретиться|созвониться|увидеться|прийти|собраться"
    r"|провести[ ]встреч\w*)"
    r"|(?<!\w)(?:встретиться|созвониться|увидеться|прийти"
    r"|собраться)[^.,;!?\n]{0,20}[ ]не[ ](?:получил\w+|удал\w+|смогл?[аи]?|успел[аи]?|сможем"
    r"|смогу|выходит)(?!\w)"
)
# «не могу в среду, лучше в пятницу»: a day that does not suit, and what is offered instead of it
_REFUSED = re.compile(
    r"(?<!\w)(?:не[ ](?:с?могу|с?может|с?можем|получ\w+|выйдет|выходит|удаст\w+|удобно|успева\w+|успею"
    r"|прид[уе]\w*|буду"
    r"|буде[тм]|подходит|смогла?|вариант|надо)|никак|неудобно|занят[аы]?|нет[ ](?:возможности|времени)"
    r"|накладка|педсовет|совещани\w+"
    r"|замен[аы]|заболел\w*|болею|уезжаю|отпуск\w*|вместо)(?!\w)"
)
_OFFERED = re.compile(
    r"(?<!\w)(?:лучше|давай(?:те)?|предлагаю|предлагаем|предложил\w*|можно|может(?:[ ]быть)?|тогда"
    r"|готов[аы]?|(?<!не[ ])смогу|(?<!не[ ])сможем"
    r"|(?<!не[ ])(?:удобн(?:ее|о)|получится|подойдет|устроит)|хотела?[ ]бы|вместо|только(?=[ ]в))(?!\w)"
)
_PAUSE = re.compile(r"[,.;!?\n]|[ ]а[ ]")
SAME_TIME = re.compile(
    r"(?<!\w)(?:в[ ])?(?:то|это|такое)[ ]же[ ](?:самое[ ])?время(?!\w)|(?<!\w)во[ ]столько[ ]же(?!\w)"
)
NOT_COMING = re.compile(
    r"(?<!\w)(?:не[ ](?:с?могу|с?можем|с?может|приду|придем|буду|получится|получается|выйдет|выходит"
    r"|успеваю|успею)|меня[ ]не[ ]будет)(?!\w)"
)
_ONLY_FAILED = re.compile(r"(?<!\w)не[ ](?:получил(?:ось|ась)|удалось|смогл?[аи]?|смогу|сможем)(?!\w)")
_CORRECTION = re.compile(
    r"(?<!\w)(?:ошибл\w+|опечат(?:ал\w+|к\w+)|исправ(?:ь|ьте|ляю|лю|ление)|(?:прошу|надо|нужно|можно"
    r"|хочу)[ ]исправить|поправ(?:ь|ьте|ляю|лю|ка|очка)|неверно[ ](?:написал|указал|записал)\w*"
    r"|неправильно[ ](?:написал|указал|записал)\w*|не[ ]то[ ](?:написал|указал|записал)\w*"
    r"|(?:время|дата|тема|длительность)[ ](?:был[аои][ ])?(?:друг\w+|не[ ]та|не[ ]то)|друг(?:ое"
    r"|ая)[ ](?:время|дата|тема)"
    r"|(?:поменя(?:й|йте|ть)|смени(?:те|ть)?|измени(?:те|ть)?|замени(?:те|ть)?)[ ](?:тем[уы]|дату|время"
    r"|длительность|место|формат)"
    r"|это[ ]был[аои]?[ ](?:\w+[ ])?(?:пробн|итогов|заключит|организац|планир|знаком|вводн)\w*"
    r"|тема[ ](?:был[аи][ ])?не[ ]\w+(?:[ ]\w+){0,3}[ ,-]{1,3}а[ ]"
    r"|на[ ]самом[ ]деле|должно[ ]быть|перепутал\w*|измени(?:те)?[ ]|уточнени[ея]"
    r"|правильно[ ](?:будет[ ])?-?[ ]?(?=\d|полчаса|час))"
)
_DAY_NAMED = (
    r"(?:завтра|послезавтра|сегодня|понедельник\w*|вторник\w*|сред[ауы]|четверг\w*|пятниц\w+|суббот\w+"
    r"|воскресень\w+"
    r"|пн|вт|ср|чт|пт|сб|\d{1,2}\.\d\d|\d{1,2}-?го)"
)
_NOT_DAY_BUT = re.compile(
    rf"(?<!\w)не[ ](?:(?:в|во|на)[ ])?{_DAY_NAMED}(?!\w)[^,.;!?\n]{{0,20}}[ ,-]{{1,3}}а[ ]"
)
NOT_BUT = re.compile(
    r"(?<!\w)не[ ](?P<wrong>(?:[^,.;!?\n]|(?<=\d)[.,](?=\d)){1,40}?)[ ,-]{1,3}а[ ](?!не[ ])(?=\S)"
)
_BUT_NOT = re.compile(
    r"(?<=\w)[ ,-]{1,3}а[ ]не[ ](?P<wrong>\d{1,3}(?:[.,]\d{1,2})?(?:[ ]?(?:мин\w*|час\w*|ч))?|час\w*"
    r"|полчаса|вчера|сегодня|позавчера|онлайн|очно|(?:\d{1,2}-?го(?:[ ]\w+)?))(?!\w)"
)
_INSTEAD = re.compile(
    r"(?<!\w)вместо[ ](?P<wrong>\d{1,3}(?:[ ]?(?:мин\w*|час\w*))?|вчера|сегодня|позавчера"
    r"|\d{1,2}\.\d{2})(?!\w)[ ]?"
)
_NOTE = re.compile(
    r"(?<!\w)(?:заметка|на[ ]заметку|для[ ]заметки|запиши(?:те)?[ ]заметку"
    r"|просто[ ](?:поболтали|пообщались|поговорили|поздоровались|перекинулись))(?!\w)"
)
_ASKS = re.compile(
    r"(?<!\w)(?:когда|где|как|сколько|почему|зачем|кто|куда|какая|какой|какие|что|подскажите"
    r"|скажите)(?!\w)[^?\n]{0,200}\?"
)


_NOT_TO = re.compile(
    r"(?<!\w)(?:не[ ])(?:могу|можем|получается)[ ](?:понять|найти|открыть|войти|зайти|решить|научить\w*"
    r"|добиться)"
)
_INSTEAD_OF_DAY = re.compile(r"(?<!\w)вместо[ ](?:\w+[ ]){0,1}\w+[ ]?")


def wrong_spans(folded: str) -> list[tuple[int, int]]:
    """What a message takes back: «не 30, а», «вместо 30»."""
    found = [*NOT_BUT.finditer(folded), *_INSTEAD.finditer(folded), *_BUT_NOT.finditer(folded)]
    return [match.span() for match in found]


_VALUE = re.compile(
    r"\d|(?<!\w)(?:час\w*|полчаса|полтора|минут\w*|вчера|позавчера|сегодня|очно|онлайн"
    r"|понедельник|вторник|сред[уа]|четверг|пятниц[ау]|суббот[ау])(?!\w)"
)


def _corrects_value(folded: str) -> bool:
    is_taken_back = any(_VALUE.search(with_digits(match["wrong"])) for match in NOT_BUT.finditer(folded))
    return is_taken_back or bool(_INSTEAD.search(folded) or _BUT_NOT.search(folded))


def request_of(folded: str, *, is_held: bool, author_role: str) -> Intent | None:
    """A wish that concerns the pair, not a meeting; a held meeting that merely spoke of it stays a log."""
    if is_held:
        return None
    if _REPLACEMENT.search(folded):
        return Intent.REPLACEMENT
    if _RESIGNATION.search(folded):
        return Intent.RESIGNATION if author_role == "mentor" else None
    return Intent.EXTENSION if _EXTENSION.search(folded) and "продленк" not in folded else None


def change_of(
    folded: str, *, is_held: bool, has_values: bool, has_day: bool = False, is_future: bool = False
) -> Intent | None:
    """A word about a meeting that is recorded or planned already: delete, correct, moved, missed."""
    if not is_held and _DELETE.search(folded):
        return Intent.DELETE
    if not is_held and has_day and _is_moved_by_offer(folded, is_future=is_future):
        return Intent.MOVED
    if _CORRECTION.search(folded) or _corrects_value(folded):
        return Intent.CORRECTION
    if is_held and has_values:
        return None  # "вчера 40 минут, ... следующую перенесли" is a log
    if _MOVED.search(folded):
        return Intent.MOVED
    is_failed = bool(_MISSED.search(folded)) or (
        bool(_ONLY_FAILED.search(folded)) and not has_values and "встре" in folded
    )
    is_refused = has_day and not has_values and not is_held and bool(NOT_COMING.search(folded))
    return Intent.MISSED if is_failed or (is_refused and not _NOT_TO.search(folded)) else None


def is_only_refused(folded: str) -> bool:
    """Whether a day is refused without a word of a meeting that failed: something may be offered instead."""
    return not _MISSED.search(folded)


def _is_moved_by_offer(folded: str, *, is_future: bool) -> bool:
    """«не могу в среду, лучше в пятницу», «давайте не завтра, а в понедельник», «можно вместо четверга …»."""
    offered = _OFFERED.search(folded)
    if offered is None:
        return bool(is_future and _NOT_DAY_BUT.search(folded) and not _CORRECTION.search(folded))
    refused = _REFUSED.search(folded)
    return refused is not None or bool(_NOT_DAY_BUT.search(folded))


def offered_from(folded: str) -> int:
    """Where what is offered instead begins: after the last day that does not suit."""
    moved = _MOVED.search(folded)
    if moved:
        return moved.start()
    for instead in (_INSTEAD_OF_DAY.search(folded), _NOT_DAY_BUT.search(folded)):
        if instead:
            return instead.end()
    refused = _REFUSED.search(folded)
    offers = [match.start() for match in _OFFERED.finditer(folded)]
    if refused is None:
        return offers[0] if offers else 0
    pause = _PAUSE.search(folded, refused.end())
    after = [place for place in offers if place > refused.start()]
    return min([*after[:1], *([pause.end()] if pause else [])], default=refused.end())


def is_note(folded: str) -> bool:
    return bool(_NOTE.search(folded))


def asks(folded: str) -> bool:
    """A question to somebody, not a record."""
    return bool(_ASKS.search(folded))
