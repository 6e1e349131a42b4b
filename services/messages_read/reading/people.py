"""Who took part: members named in any case, by first name, patronymic, surname, short name or initials."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from services.dates.folding import fold
from services.messages_read.reading.names import (
    PATRONYMIC_IN_ANY_CASE,
    SURNAME_IN_ANY_CASE,
    Member,
    first_name_forms,
    forms_of_first_name,
)
from services.messages_read.reading.short_names import ALSO_WORDS

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_INITIALS_AFTER = re.compile(r"[ ]?([А-ЯЁа-яё])\.[ ]?(?:([А-ЯЁа-яё])\.)?")
_INITIALS_BEFORE = re.compile(r"(?<!\w)([А-ЯЁ])\.[ ]?(?:([А-ЯЁ])\.[ ]?)?$")
_WITH = re.compile(r"(?<!\w)(?:с|со|у|и|для|от|к)[ ]$")
_PREPOSITION = re.compile(r"(?<!\w)(?:с|со|у|для|от|к|о|об|про|без)[ ]$")
_WITH_DIRECTLY = re.compile(r"(?<!\w)(?:с|со)[ ]$")
_ROLE_WORDS = re.compile(
    r"(?<!\w)(?:с|со)[ ](?:директором|завучем|психологом|куратором|коллег(?:ой|ами)|учителем"
    r"|педагогом|классным руководителем|методистом"
    r"|наставляем(?:ым|ой|ыми)|молод(?:ым|ыми)[ ](?:специалист|педагог)\w+|подопечн\w+"
    r"|наставни(?:ком|цей)|ней|ним|ними)(?!\w)"
)
_OUTSIDERS = re.compile(r"директор|завуч|психолог|куратор|коллег|учител|педагогом|руководител|методист")
_SENTENCE_STARTS = ".!?\n"


@dataclass(frozen=True, slots=True)
class People:
    """`participants` as they stand in members; `spans` of the words that named them or others."""

    participants: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    is_ambiguous: bool = False
    has_unknown: bool = False
    names_outsider: bool = False  # «с директором»: a role, whose name is asked
    places: tuple[tuple[int, str], ...] = ()  # where each participant is named


@dataclass(frozen=True, slots=True)
class _Named:
    start: int
    end: int
    candidates: tuple[Member, ...]


def find_people(
    text: str, folded: str, members: Sequence[Member], blocked: Sequence[tuple[int, int]]
) -> People:
    """`blocked` spans are not looked at: pupils' names stand there."""
    words = [
        match
        for match in _WORD.finditer(text)
        if not any(start <= match.start() < end for start, end in blocked)
    ]
    named = _group(text, folded, words, members)
    taken = {match.start() for match in words if any(one.start <= match.start() < one.end for one in named)}
    unknown = _unknown(text, folded, [match for match in words if match.start() not in taken])
    roles = [match.span() for match in _ROLE_WORDS.finditer(folded)]
    participants: list[str] = []
    for one in named:
        if len(one.candidates) == 1 and one.candidates[0].written not in participants:
            participants.append(one.candidates[0].written)
    # a short name beside a full one ("Анна Петрова ... Анне") repeats, it does not ask again
    is_ambiguous = any(
        len(one.candidates) > 1 and not any(member.written in participants for member in one.candidates)
        for one in named
    )
    return People(
        participants=tuple(participants),
        spans=(*((one.start, one.end) for one in named), *unknown, *roles),
        is_ambiguous=is_ambiguous,
        has_unknown=bool(unknown),
        places=tuple((one.start, one.candidates[0].written) for one in named if len(one.candidates) == 1),
        names_outsider=any(_OUTSIDERS.search(folded[start:end]) for start, end in roles),
    )


def _group(text: str, folded: str, words: Sequence[re.Match[str]], members: Sequence[Member]) -> list[_Named]:
    """Words side by side that may be one member's name: «Анной Петровой», «Марина Сергеевна»."""
    found: list[_Named] = []
    place = 0
    while place < len(words):
        named, used = _name_at(text, folded, words[place : place + 3], members)
        if named is not None:
            found.append(named)
        place += used
    return found


def _name_at(
    text: str, folded: str, words: Sequence[re.Match[str]], members: Sequence[Member]
) -> tuple[_Named | None, int]:
    """The longest name that begins with the first of these words, and how many words it took."""
    for length in range(len(words), 0, -1):
        run = words[:length]
        if any(text[one.end() : other.start()] not in {" ", "  "} for one, other in pairwise(run)):
            continue
        forms = [folded[match.start() : match.end()] for match in run]
        candidates = tuple(member for member in members if _is_named_by(member, forms))
        if not candidates or not _is_written_as_name(text, folded, run, forms):
            continue
        start, end = run[0].start(), run[-1].end()
        candidates, start, end = _with_initials(text, candidates, start, end)
        if len(candidates) > 1 and not _PREPOSITION.search(folded[max(0, start - 4) : start]):
            candidates = _is_plain(candidates, forms)
        is_contradicted = length == 1 and _continues_as_another(text, folded, words, forms[0])
        return (None, 1) if is_contradicted else (_Named(start, end, candidates), length)
    return None, 1


def _is_named_by(member: Member, forms: Sequence[str]) -> bool:
    """Each word is another part of this member's name."""
    possible = [member.matches(form) for form in forms]
    if len(forms) == 1:
        return bool(possible[0])
    used: set[str] = set()
    for parts in sorted(possible, key=len):
        free = parts - used
        if not free:
            return False
        used.add(min(free))
    return True


def _is_written_as_name(text: str, folded: str, run: Sequence[re.Match[str]], forms: Sequence[str]) -> bool:
    """With a capital letter; or in a message without capitals, where it stands as a person does."""
    if text[run[0].start()].isupper():
        is_shouted = text.isupper() and forms[0] in ALSO_WORDS
        return not is_shouted
    if len(run) > 1:
        return True
    before = folded[max(0, run[0].start() - 5) : run[0].start()]
    is_common = forms[0] in _common_forms() and not _WITH_DIRECTLY.search(before)
    stands_alone = not before.strip() or before.rstrip(" ")[-1:] in ",;/\n."
    return not is_common and (bool(_WITH.search(before)) or stands_alone)


@lru_cache(maxsize=1)
def _common_forms() -> frozenset[str]:
    return frozenset(form for word in ALSO_WORDS for form in forms_of_first_name(word))


def _is_plain(candidates: tuple[Member, ...], forms: Sequence[str]) -> tuple[Member, ...]:
    """«Петрова и Петров»: without a preposition the name stands as in the list."""
    plain = tuple(member for member in candidates if all(form in member.nominative for form in forms))
    return plain or candidates


def _with_initials(
    text: str, candidates: tuple[Member, ...], start: int, end: int
) -> tuple[tuple[Member, ...], int, int]:
    """«Петрова А.С.» and «А. С. Петрова»: initials choose among members."""
    after, before = _INITIALS_AFTER.match(text, end), _INITIALS_BEFORE.search(text, 0, start)
    match = before or (after if after and after.group(1).isupper() else None)
    if match is None:
        return candidates, start, end
    letters = fold("".join(letter for letter in match.groups() if letter))
    chosen = tuple(member for member in candidates if member.initials.startswith(letters))
    if not chosen:
        return candidates, start, end
    return chosen, min(start, match.start()), max(end, match.end())


def _continues_as_another(text: str, folded: str, words: Sequence[re.Match[str]], form: str) -> bool:
    """«Анной Ивановой», when the only Анна is Петрова, is somebody else."""
    if len(words) < 2 or text[words[0].end() : words[1].start()] != " ":  # noqa: PLR2004
        return False
    following = folded[words[1].start() : words[1].end()]
    is_name = text[words[1].start()].isupper() and (
        SURNAME_IN_ANY_CASE.fullmatch(following) or PATRONYMIC_IN_ANY_CASE.fullmatch(following)
    )
    return bool(is_name) and form != following


def _unknown(text: str, folded: str, words: Sequence[re.Match[str]]) -> list[tuple[int, int]]:
    """People who are not among the members: known first names, patronymics, «с» and a surname."""
    found: list[tuple[int, int]] = []
    for match in words:
        form = folded[match.start() : match.end()]
        if not text[match.start()].isupper() or text.isupper():
            continue
        before = folded[max(0, match.start() - 4) : match.start()]
        is_next_to_one = bool(found) and text[found[-1][1] : match.start()] == " "
        is_person = (
            PATRONYMIC_IN_ANY_CASE.fullmatch(form)
            or (form in first_name_forms() and form not in _common_forms())
            or (SURNAME_IN_ANY_CASE.fullmatch(form) and (_WITH_DIRECTLY.search(before) or is_next_to_one))
        )
        if is_person:
            start = found.pop()[0] if is_next_to_one else match.start()
            found.append((start, match.end()))
    return found
