"""People to choose from in a survey about people (SV03): the other side of the bank of the school year."""

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.names import fold
from models.people import Participation, ParticipationStatus, Person, Role
from models.surveys import SurveyRun
from services.consents.states import may_take_part
from services.programmes.surveys import Option, Survey
from services.programmes.texts import text
from services.programmes.values import Raw

MOST = 60  # buttons of one question; a school's bank is smaller
_OTHER_SIDE = {"mentee": Role.MENTOR, "mentor": Role.MENTEE}
_IN_BANK = (ParticipationStatus.READY, ParticipationStatus.PAIRED)


def is_about_people(survey: Survey) -> bool:
    """Whether somebody is to be chosen in it."""
    return any(question.kind == "person_rank" for question in survey.questions())


def list_candidates(session: Session, run: SurveyRun, survey: Survey) -> tuple[Option, ...]:
    """Whom this respondent may name, by surname. Nobody without consent, never oneself."""
    role = _OTHER_SIDE.get(survey.audience)
    if role is None or not is_about_people(survey):
        return ()
    people = session.scalars(
        select(Person)
        .join(Participation, Participation.person_id == Person.id)
        .where(
            Participation.cycle_id == run.cycle_id,
            Participation.organization_id == run.organization_id,
            Participation.role == role,
            Participation.status.in_(_IN_BANK),
            Person.id != run.person_id,
            may_take_part(session, run.organization_id),
        )
        .order_by(Person.sort_key, Person.id)
        .limit(MOST)
    )
    return tuple(map(_option, people))


def name_chosen(session: Session, ids: Iterable[str], known: Sequence[Option]) -> tuple[Option, ...]:
    """The candidates with those added who were named and have left the bank since."""
    there = {one.id for one in known}
    gone = [int(one) for one in ids if one not in there and one.isdecimal()]
    if not gone:
        return tuple(known)
    people = session.scalars(select(Person).where(Person.id.in_(gone)))
    return (*known, *map(_option, people))


def _option(person: Person) -> Option:
    return Option(id=str(person.id), text=text(person.full_name, person.full_name))


def in_full(raw: Raw, people: Sequence[Option]) -> Raw:
    """What was typed, with a surname or a part of a name that fits one person alone written in full."""
    if not isinstance(raw, str):
        return raw
    return ", ".join(_complete(piece, people) for piece in re.split(r"[,;\n]", raw))


def _complete(piece: str, people: Sequence[Option]) -> str:
    wanted = [word.rstrip(".") for word in _words(piece)]
    fitting = [
        one.text.ru
        for one in people
        if wanted and all(any(part.startswith(word) for part in _words(one.text.ru)) for word in wanted)
    ]
    return fitting[0] if len(fitting) == 1 else piece


def _words(name: str) -> list[str]:
    return fold(name).split()
