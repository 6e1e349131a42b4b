"""Slips of the finger in the words of the calendar, put right before a message is read."""

import re
from functools import lru_cache

from services.dates.folding import fold

_WORDS = """
понедельник понедельника понедельнику понедельником вторник вторника вторнику четверг четверга четвергу
пятница пятницу пятницы пятнице суббота субботу субботы субботе воскресенье воскресенья
сегодня завтра позавчера послезавтра минут минуты минута минуту полчаса полтора вчера
января февраля марта апреля июня июля августа сентября октября ноября декабря
встретились встречались созвонились обсудили обсуждали разбирали разобрали посмотрели перенесли
"""
_KNOWN = frozenset(_WORDS.split())
_TYPED = """
вчра:вчера вчеоа:вчера вчерв:вчера чера:вчера вчерра:вчера завтре:завтра звтра:завтра чсов:часов чаов:часов
минт:минут миут:минут мнут:минут минту:минут менут:минут мниут:минут минутт:минут минтут:минут
"""
_SLIPS = dict(one.split(":") for one in _TYPED.split())
_LIKE_KNOWN = frozenset(
    [
        "завтрак",
        "минус",
        "минутка",
        "минутку",
        "минуток",
        "вечера",
        "полчасика",
        "пятничный",
        "обсудила",
        "обсудил",
    ]
)
_SHORTEST = 7  # letters; in shorter words one slip makes another word too easily
_WORD = re.compile(r"[^\W\d_]{4,14}")
_ENDING = re.compile(
    r"(?:л[аои]?|л(?:ась|ось|ись|ся)|[ая]м|[ая]ми|[ая]х|ный|ная|ную|ной)$"
)  # another form, no slip


def mend_spelling(tidied: str) -> str:
    """The text with such words as they are spelled; every other word as it stands."""
    return _WORD.sub(lambda match: _mended(match.group()), tidied)


@lru_cache(maxsize=4096)
def _mended(word: str) -> str:
    small = fold(word)
    if small in _SLIPS:
        return _SLIPS[small]
    if len(small) < _SHORTEST or small in _KNOWN or small in _LIKE_KNOWN:
        return word
    if _ENDING.search(small):
        return word
    near = [known for known in _KNOWN if known[0] == small[0] and _is_one_slip_away(small, known)]
    stems = {known[:4] for known in near}
    return min(near, key=lambda known: abs(len(known) - len(small))) if len(stems) == 1 else word


def _is_one_slip_away(word: str, known: str) -> bool:
    """One letter changed, added, left out, or two neighbours exchanged."""
    if len(known) < _SHORTEST - 1 or abs(len(word) - len(known)) > 1:
        return False
    start = next((at for at, (one, other) in enumerate(zip(word, known, strict=False)) if one != other), None)
    if start is None:
        return True
    rest, wanted = word[start:], known[start:]
    is_swapped = rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:]
    return is_swapped or rest[1:] == wanted[1:] or rest[1:] == wanted or rest == wanted[1:]
