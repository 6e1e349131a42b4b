"""A short topic out of what is left of the clauses when dates, people, places and small talk are gone."""

import re
from collections.abc import Iterable

from services.dates.folding import fold
from services.messages_read.reading.words import FUTURE, HELD, KINDS, LESSON_VISIT, MENTORING_KIND, PAST

LONGEST_TOPIC = 200
_GONE = "\x01"  # stands where a word was left out, so that prepositions before it go too

_SMALL_TALK = re.compile(
    r"(?<!\w)(?:ну|значит|это[ ]самое|в[ ]общем|вообщем|короче|как[ ]бы|типа|вот|да|нет|ой|так"
    r"|здравствуйте|добрый[ ](?:день|вечер)|доброе[ ]утро"
    r"|привет|спасибо(?:[ ]большое)?|пожалуйста|сначала|потом|затем|также|тоже|еще|мы|я|меня"
    r"|нам|наша|наш|нашу|ей|ему|ней|ним|ними|она|он|вместе|вдвоем|втроем"
    r"|(?:все|всё)[ ](?:супер|отлично|хорошо|ок|нормально|прошло|понравилось|понятно|было)"
    r"|супер|отлично|хорошо|замечательно|прекрасно|нормально|здорово"
    r"|очень|плодотворно|успешно|продуктивно|быстро|немного|чуть-чуть|подробно|активно"
    r"|вас|вам|тебя|тебе|это|(?:мой[ ]|моя[ ])?наставни(?:к|ца)(?:[ ]со[ ]мной)?|со[ ]мной|кажд\w+[ ]день"
    r"|протокол(?:[ ]встречи)?(?:[ ]№?[ ]?\d+)?(?:[ ]от)?"
    r"|отч[её]т(?:[ ]о[ ](?:проведенной[ ])?встрече)?(?=[ \x01]*$)"
    r"|присутствовали|повестка(?:[ ]дня)?|рассмотрели|прошу[ ]внести|внести|внесите|допишите|добавьте"
    r"|забыл[аи]?[ ]записать"
    r"|ненадолго|недолго|наставляем(?:ый|ая)|вопросы(?=[ ]*$)|\d{1,2}[ ]урок(?=[ ]*$)|кстати|сначала|дома"
    r"|напоминаю|за[ ]чаем|в[ ]классе(?=[ ]*$)"
    r"|прошу[ ]исправить|исправ(?:ь|ьте)|поменяй(?:те)?|измени(?:те)?|опечатка|занимаемся"
    r"|ежедневно|через[ ]неделю"
    r"|раз[ ]в[ ]\w+[ ]недел\w+"
    r"|быстренько|перед[ ]уроками|до[ ]уроков|между[ ]уроками|у[ ](?:меня|нас|нее|него)"
    r"|два[ ]раза[ ]в[ ]неделю"
    r"|(?:\d[ ]+)?раза?[ ]в[ ](?:неделю|месяц)|еженедельно|регулярно|каждую[ ]неделю"
    r"|(?:дата|время|место|форма)[ ]проведения|рекомендации[ ]даны|дал[аи]?[ ]рекомендации"
    r"|интересно|запишите|прошу[ ]записать|записать|отметьте|внесите"
    r"|кажд(?:ая|ый|ую|ое)(?:[ ]раз)?|обе|оба|которую|просто|снова|опять|скоро|следующ\w+"
    r"|можем|могу|можете|сможем|с[ ]кажд\w+|утром|днем|вечером"
    r"|после[ ]уроков|на[ ]перемене|после[ ]\d?-?\w{0,3}[ ]?урока|все(?=[ ]*$)"
    r"|(?:нас|вас)[ ](?:было|будет|собралось)?[ ]?(?:\d{1,2}|двое|трое|четверо|пятеро)"
    r"|по[ ]времени|по[ ]длительности|длительность\w*|продолжительность\w*|длилась|длился"
    r"|заняло|заняла|итого|всего|примерно|около|где-то|дата|время|формат|вид|место|участники"
    r"|может[ ]быть|возможно|наверн(?:ое|о)|видимо|наконец(?:[ -]то)?|так[ ]и|как[ ]раз|она[ ]молодец"
    r"|молодец|молодцы"
    r"|(?:после|перед|до|на|во[ ]время)[ ](?:\d{1,2}-?\w{0,3}|перв\w+|втор\w+|трет\w+|четверт\w+|пят\w+"
    r"|шест\w+|седьм\w+|восьм\w+)"
    r"[ ](?:урок|перемен)\w*|в[ ]окно|на[ ]большой[ ]перемене"
    r"|в[ ]течение|в[ ]обед|(?:до|после)[ ]обеда|(?:\d+|два|две|три|четыре)[ ]раза?"
    r"|после[ ](?:него|нее|этого))(?!\w)"
)
_MEETING_WORDS = re.compile(
    r"(?<!\w)(?:(?:рабоч\w+|очередн\w+|наставническ\w+|планов\w+|коротк\w+|групп\w+|перв\w+"
    r"|втор\w+|трет\w+|недельн\w+|индивидуальн\w+)[ ])?"
    r"(?:встреч\w{0,3}|заняти[еяй]|созвон\w{0,3}|(?:по)?встре(?:тил|чал)\w+|встре(?:тимся|чаемся|титься)"
    r"|созв(?:онил|анивал)\w+|созвон(?:имся|иться)|(?:у)?видел(?:ись|ся|ась)|состоял(?:ась|ось"
    r"|ся)"
    r"|состоится|прошл[аои]|прошел|провел[аи]?|проводил[аи]?|был[аои]?|пообщались"
    r"|поговорили(?![ ](?:о|об|про|на)[ ])|посидели|собрались|позанимались|занимались|будет"
    r"|предлагаю|предлагаем|давайте|давай|можно|хочу|хотим|запланировали|назначили"
    r"|собир(?:аемся|аюсь|алась|ался|ались)|соберемся|консультаци[яию](?=[ \x01]*(?:$|,))|договорились)(?!\w)"
)
_LABEL = re.compile(
    r"(?<!\w)(?:тем[аыу]|по[ ]тем[еы]|на[ ]тему|по[ ]вопрос(?:у|ам)|вопросы?(?=[ ]*[:-])|повестка|цель"
    r"|содержание|что[ ]делали)(?!\w)[ ]{0,2}(?:встречи[ ]{0,2})?(?::|-|=)?[ ]{0,2}(?=\S)"
)
_OBJECT_BEFORE = re.compile(r"(?<!\w)(?:урок\w*|занят\w+|конспект\w*|план\w*|презентаци\w+|контрольн\w+)[ ]$")
_ABOUT = re.compile(r"^[ ]{0,3}(?:о|об|обо|про|над|насчет|по[ ]поводу|относительно|касаемо)[ ]")
_PLANNING = next(pattern for kind, pattern in KINDS if kind == "planning")
_LABELS = {
    "форма",
    "способ",
    "тип",
    "вид",
    "формат",
    "количество",
    "место",
    "время",
    "дата",
    "участники",
    "итог",
}
_TRIM = " ,.;:!?-—–()[]/\\\"'*•+=|\n\t" + _GONE
_EDGE_START = re.compile(
    r"^(?:(?:и|а|но|или|же|бы|то|где|что|как|там|тут)(?=[ ]|$)|(?:в|во|на|у|с"
    r"|для)[ ](?=\d{1,2}-?[А-Яа-яЁё](?!\w))"
    r"|(?:с|со|в|во|на|у|к|ко|от|до|из|за|для|о|об|по|при)$)[ ]*",
    re.IGNORECASE,
)
_EDGE_END = re.compile(
    r"[ \x01]+(?:и|а|но|или|с|со|в|во|на|у|к|ко|от|до|из|за|для|о|об|по|при|над|про|же|бы)$", re.IGNORECASE
)
_DANGLING = re.compile(
    rf"(?<!\w)(?:и|а|или|с|со|в|во|на|у|к|ко|от|до|из|за|для|о|об|по|при|про|около"
    rf"|после)[ ]*{_GONE}[ {_GONE}]*",
    re.IGNORECASE,
)
_LONGEST_ABBREVIATION = 6
_SHOUTED_CLASS = re.compile(r"(?<!\w)\d{1,2}-?[а-я](?!\w)")
_QUOTED_CLASS = re.compile(r"(?<!\w)(1[01]|[1-9])[ -]?[\"«]([А-Яа-я])[\"»]")
_CLASS_AT_START = re.compile(r"^((?:1[01]|[1-9])-?[А-Яа-яЁё])[ ]([^\W\d]\w.*)$")
_CLASS_AT_END = re.compile(
    r"[ ](?:в|во|для|на|у|с)[ ](\d{1,2}[ -]?[«\"]?[А-Яа-яЁё][»\"]?)(?![\w-])", re.IGNORECASE
)
_ABBREVIATIONS = {
    "ктп": "КТП", "фгос": "ФГОС", "фоп": "ФОП", "егэ": "ЕГЭ", "огэ": "ОГЭ", "впр": "ВПР", "ууд": "УУД",
    "цор": "ЦОР",
    "ким": "КИМ", "кимы": "КИМы", "ооп": "ООП", "икт": "ИКТ", "ипр": "ИПР", "овз": "ОВЗ",
    "мцко": "МЦКО", "родсобрание": "родительское собрание", "родсобр": "родительское собрание",
    "род собрание": "родительское собрание", "род. собрание": "родительское собрание",
    "кл. час": "классный час", "кл час": "классный час", "классн. час": "классный час",
    "эл. журнал": "электронный журнал", "эл журнал": "электронный журнал",
    "раб. программа": "рабочая программа",
}  # fmt: skip
_ABBREVIATED = re.compile(
    rf"(?<!\w)(?:{'|'.join(re.escape(key) for key in sorted(_ABBREVIATIONS, key=len, reverse=True))})(?!\w)",
    re.IGNORECASE,
)
_TAKES_OBJECT = re.compile(
    r"обсу|разоб|разби|смотр|посмотр|помог|состав|брос|пис|запол|готов|план|показ|рассказ|уч"
    r"|изуч|дела|реша|анализ|провер|выб|продум|настр|объясн|сверя|сверил"
    r"|оформ|коррект|прав|дораб|созда|модел|репет|трен|осв|повтор|затрон|определ|намет|сформ"
    r"|иск|наш|прораб|отраб|законч|доделал"
)
_VERB_NOUNS = {
    "работ": "работа",
    "помог": "помощь",
    "готов": "подготовка",
    "консульт": "консультация",
    "бесед": "беседа",
}
_PREPOSITION = re.compile(r"(?:с|со|над|к|ко|по|в|во|при|для)[ ]")
_NOT_FEMININE = {"меню", "интервью", "резюме", "ревю", "шоу", "табу"}
_POSSESSIVES = {"ее", "его", "их", "нашу", "мою", "твою", "вашу", "свою", "всю", "эту"}


def topic_of(clauses: Iterable[str], *, is_visit: bool = False) -> str | None:
    """The pieces of the clauses that tell what was spoken of, joined; None when nothing is left."""
    pieces: list[str] = []
    goes_on = False  # after «разобрали: план урока» comes «рефлексию», in the same case
    for clause in clauses:
        has_verb = any(pattern.search(fold(clause)) for pattern in (HELD, PAST, FUTURE))
        goes_on = goes_on or has_verb
        piece = _piece(_to_nominative(clause) if goes_on and not has_verb else clause, is_visit=is_visit)
        if piece and piece not in pieces and fold(piece) not in _LABELS:
            pieces.append(_without_capital(piece))
    topic = ", ".join(pieces)
    if len(topic) > LONGEST_TOPIC:
        topic = topic[:LONGEST_TOPIC].rsplit(" ", 1)[0].rstrip(_TRIM)
    return _without_capital(topic) or None


def _piece(clause: str, *, is_visit: bool) -> str:
    text = _without(clause, MENTORING_KIND)
    for kind, pattern in KINDS:
        if kind != "planning":
            text = _without(text, pattern)
    visit = LESSON_VISIT.search(fold(text)) if is_visit else None
    if visit:
        what = "занятия" if "занят" in visit.group() else "урока"
        rest = _finish(_DANGLING.sub(" ", text[visit.end() :]))
        return (
            f"посещение {what}{', ' if rest[:1].isdigit() else ' '}{rest}".strip(" ,")
            if rest
            else f"посещение {what}"
        )
    text = _planned(text)
    text = _after_label(_without(text, _SMALL_TALK))
    text = _without(text, _MEETING_WORDS)
    return _finish(_DANGLING.sub(" ", _object_of_verb(_DANGLING.sub(f" {_GONE} ", text))))


def _without(text: str, pattern: re.Pattern[str]) -> str:
    """The text with every match left out; found in folded letters, cut from the written ones."""
    folded = fold(text)
    for match in reversed(list(pattern.finditer(folded))):
        text = text[: match.start()] + _GONE + text[match.end() :]
    return text


def _planned(text: str) -> str:
    """«планирование программы» and «планировали программу» are about the plan of it."""
    folded = fold(text)
    match = _PLANNING.search(folded)
    if not match:
        return text
    after = text[match.end() :]
    if match.group().startswith("планировани") and after.strip(_TRIM):
        return text[: match.start()] + "план" + after
    return (
        text
        if not match.group().startswith(("встреч", "планировани"))
        else text[: match.start()] + _GONE + after
    )


def _after_label(text: str) -> str:
    """What follows «тема:»; the words before it tell no topic."""
    match = _LABEL.search(fold(text))
    if match is None or not text[match.end() :].strip(_TRIM):
        return text
    if _OBJECT_BEFORE.search(fold(text[: match.start()])):
        return text  # «делали конспект урока по теме дроби»
    return text[match.end() :]


def _object_of_verb(text: str) -> str:
    """What follows the verb, as a name: «разбирали рабочую программу» is about «рабочая программа»."""
    folded = fold(text)
    verbs = [match for pattern in (HELD, PAST, FUTURE) for match in pattern.finditer(folded)]
    if not verbs:
        return text
    verb = min(verbs, key=lambda match: match.start())
    before, after = text[: verb.start()], text[verb.end() :].lstrip(_TRIM)
    if not re.search(r"[^\W\d_]{3}", after) and not re.search(r"\d\w", after):
        return before
    return _matter(verb.group(), after)


def _matter(verb: str, after: str) -> str:
    folded = fold(after)
    if verb.startswith(("посещу", "посет")):
        return re.sub(r"^урок(?!\w)", "посещение урока", after)
    noun = next((noun for stem, noun in _VERB_NOUNS.items() if stem in verb), None)
    if noun and _PREPOSITION.match(folded):
        return f"{noun} {after}"
    about = _ABOUT.match(folded)
    if about:
        rest = after[about.end() :]
        if about.group().strip() == "про":
            return _to_nominative(rest)
        word, _, others = rest.partition(" ")
        plain = _of_which(word)
        return f"{plain} {others}".strip() if plain else after
    is_about_object = _TAKES_OBJECT.match(verb.removeprefix("по")) or _TAKES_OBJECT.match(verb)
    return _to_nominative(after) if is_about_object or FUTURE.fullmatch(verb) else after


def _of_which(word: str) -> str | None:
    """The nominative of «о мотивации», «о поведении», where the ending leaves no doubt."""
    small = fold(word)
    for ending, plain in (("ции", "ция"), ("нии", "ние"), ("ости", "ость"), ("тии", "тие")):
        if small.endswith(ending):
            return word[: -len(ending)] + plain
    return None


def _to_nominative(text: str) -> str:
    """«рабочую программу и КТП» is what was looked at: «рабочая программа и КТП». Feminine words only."""
    words = re.split(r"([ ,]+)", text)
    expects = True
    for place, word in enumerate(words):
        small = fold(word)
        if not small.strip(" ,"):
            expects = expects or "," in word
            continue
        if small == "и":
            expects = True
            continue
        words[place], expects = _nominative(word, small) if expects else (word, False)
    return "".join(words)


def _nominative(word: str, small: str) -> tuple[str, bool]:
    """The word, and whether the noun is still to come."""
    if small in _POSSESSIVES:
        return word, True
    if small.endswith("ую"):
        return word[:-2] + "ая", True
    if small.endswith("юю"):
        return word[:-2] + "яя", True
    if small in _NOT_FEMININE or len(small) < 4:  # noqa: PLR2004
        return word, small in {"как", "по", "и"}
    if small.endswith("у"):
        return word[:-1] + "а", False
    return (word[:-1] + "я", False) if small.endswith("ю") else (word, False)


def _finish(text: str) -> str:
    text = _class_to_end(_QUOTED_CLASS.sub(r"\1\2", text))
    text = _ABBREVIATED.sub(lambda match: _ABBREVIATIONS[fold(match.group())], text)
    text = re.sub(rf"[ {_GONE}]+", " ", text).strip(_TRIM)
    shorter = ""
    while shorter != text:
        shorter = text
        text = _EDGE_END.sub("", _EDGE_START.sub("", text)).strip(_TRIM)
    text = _CLASS_AT_START.sub(r"\2, \1", text)
    text = re.sub(r" и (?=\w)", ", ", text)
    has_meaning = (
        re.search(r"[^\W\d_]{3}", text) or re.fullmatch(r"\d{1,2}[ -]?[А-Яа-яЁё]", text) or text.isupper()
    )
    return text if has_meaning and len(text) > 1 else ""


def _class_to_end(text: str) -> str:
    """«по дробям в 5Б» → «по дробям, 5Б»."""
    match = _CLASS_AT_END.search(text)
    if not match:
        return text
    return f"{text[: match.start()].rstrip(_TRIM)}, {match.group(1)}{text[match.end() :]}"


def _without_capital(text: str) -> str:
    if text.isupper() and len(text) > _LONGEST_ABBREVIATION:
        text = _SHOUTED_CLASS.sub(lambda match: match.group().upper(), text.lower())
        text = _ABBREVIATED.sub(lambda match: _ABBREVIATIONS[fold(match.group())], text)
    if text.startswith("«") and text.endswith("»") and text.count("«") == 1:
        text = text[1:-1]
    is_word = len(text) > 1 and text[0].isupper() and text[1].islower()
    return text[0].lower() + text[1:] if is_word else text
