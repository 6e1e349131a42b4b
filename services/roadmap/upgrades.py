"""Bring a newer content of its pack into a running programme: first the difference, then the whole.

A running programme never changes by itself. What people have already filled in must stay readable, so an
upgrade that drops something in use is refused, naming it: such a change begins with the next school year.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.consents import Consent
from models.meetings import Meeting
from models.pairs import Pair
from models.programmes import Programme
from models.surveys import Answer, SurveyRun
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.programmes.differences import Change, count_by_area, find_changes
from services.programmes.meeting_schedule import schedule_anew
from services.programmes.packs import ResolvedPack
from services.programmes.running import RUNNING, SettingsRefused, current_cycle, lay_over, pack_of
from services.programmes.texts import Text, text
from services.roadmap.following import find_marked_rows, follow_pack

MARK = 12  # characters of the hash that a person types or a form carries

_SURVEY = text("анкета, на которую есть ответы", "a survey that has answers")
_QUESTION = text("вопрос, на который есть ответы", "a question that has answers")
_MEETING = text("вид встречи, которая есть в журнале", "a kind of meeting that the log has")
_FORM = text("форма или вид наставничества, по которым идут пары", "a form or kind that pairs have")
_CONSENT = text("согласие, которое уже дали", "a consent that people have given")
_ROW = text(
    "строка дорожной карты с отметкой или подтверждением", "a roadmap row that is settled or has evidence"
)
_SETTING = text(
    "настройка куратора, которая не подходит к новым", "a curator's setting that does not fit the new ones"
)


class NothingToUpgrade(DomainError):
    text = N_("The programme already has this content of its pack.")


class AnotherPack(DomainError):
    text = N_("This programme was begun with the pack {running}; {given} is another one.")


class UpgradeChanged(DomainError):
    text = N_("What would change is not what was shown. Please look at the difference again.")


class UpgradeBlocked(DomainError):
    text = N_("The new content drops what is in use ({count}). The first: {first}")


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What the new content no longer has though the programme uses it."""

    what: Text
    name: str


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade would do. `mark` confirms exactly this: running and new content together."""

    programme_id: int
    cycle_id: int
    pack_id: str
    version: int
    new_version: int
    mark: str
    changes: tuple[Change, ...]
    obstacles: tuple[Obstacle, ...]


@dataclass(frozen=True, slots=True)
class Upgraded:
    programme_id: int
    cycle_id: int
    version: int
    changes: int


def read_upgrade(session: Session, *, actor: Actor, organization_id: int, pack: ResolvedPack) -> Upgrade:
    """The difference between the running content and this one. Raises NothingToUpgrade, AnotherPack,
    NoOpenCycle, NotFound, NotAllowed.
    """
    actor.check_right(Right.MANAGE_SETTINGS, organization_id)
    cycle = current_cycle(session, organization_id)
    programme = session.scalars(select(Programme).where(Programme.cycle_id == cycle.id)).one_or_none()
    if programme is None:
        raise NotFound
    return _look(session, programme, pack)


def upgrade_programme(
    session: Session, *, actor: Actor, organization_id: int, pack: ResolvedPack, mark: str, now: datetime
) -> Upgraded:
    """Replace the running content by this one. `mark` is that of the difference that was shown.

    What the curator changed in the settings stays. Raises UpgradeChanged when either content has changed
    since, UpgradeBlocked when something in use would vanish, and what read_upgrade raises.
    """
    actor.check_right(Right.MANAGE_SETTINGS, organization_id)
    cycle = current_cycle(session, organization_id)
    programme = session.scalars(
        select(Programme).where(Programme.cycle_id == cycle.id).with_for_update()
    ).one_or_none()
    if programme is None:
        raise NotFound
    found = _look(session, programme, pack)
    if not mark or found.mark != mark.strip().lower():
        raise UpgradeChanged
    if found.obstacles:
        raise UpgradeBlocked(count=len(found.obstacles), first=found.obstacles[0].name)
    before = {"version": programme.pack_version, "sha256": programme.pack_sha256}
    programme.pack_version = pack.pack.version
    programme.pack_sha256 = pack.sha256
    programme.pack = pack.model_dump(mode="json")
    session.flush()
    RUNNING.forget(session, cycle.id)
    schedule_anew(session, cycle_id=cycle.id, now=now)
    follow_pack(session, cycle_id=cycle.id, now=now)
    record(
        session,
        actor,
        Action.PROGRAMME_UPGRADED,
        programme,
        now=now,
        before=before,
        after={
            "version": pack.pack.version,
            "sha256": pack.sha256,
            "changes": count_by_area(found.changes),
        },
    )
    return Upgraded(programme.id, cycle.id, pack.pack.version, len(found.changes))


def _look(session: Session, programme: Programme, pack: ResolvedPack) -> Upgrade:
    if programme.pack_id != pack.pack.id:
        raise AnotherPack(running=programme.pack_id, given=pack.pack.id)
    if programme.pack_sha256 == pack.sha256:
        raise NothingToUpgrade
    running = pack_of(session, cycle_id=programme.cycle_id)
    changes = find_changes(running, pack)
    if not changes and programme.pack_version == pack.pack.version:
        raise NothingToUpgrade
    return Upgrade(
        programme_id=programme.id,
        cycle_id=programme.cycle_id,
        pack_id=programme.pack_id,
        version=programme.pack_version,
        new_version=pack.pack.version,
        mark=_mark(programme.pack_sha256, pack.sha256),
        changes=changes,
        obstacles=tuple(_find_obstacles(session, programme, running, pack)),
    )


def _mark(running: str, new: str) -> str:
    return f"{running[: MARK // 2]}{new[: MARK // 2]}"


def _find_obstacles(
    session: Session, programme: Programme, running: ResolvedPack, pack: ResolvedPack
) -> Iterator[Obstacle]:
    yield from _find_lost_answers(session, programme.cycle_id, running, pack)
    cycle_id = programme.cycle_id
    held = set(session.scalars(select(Meeting.kind).where(Meeting.cycle_id == cycle_id).distinct()))
    kinds = {one.id for one in pack.pack.meeting_kinds}
    yield from (Obstacle(_MEETING, kind.value) for kind in sorted(held) if kind.value not in kinds)
    named = {one.id for one in (*pack.pack.forms, *pack.pack.kinds)}
    used = session.execute(select(Pair.form, Pair.kind).where(Pair.cycle_id == cycle_id).distinct())
    lost = {name for row in used for name in row if name and name not in named}
    yield from (Obstacle(_FORM, name) for name in sorted(lost))
    given = session.scalars(
        select(Consent.kind).where(Consent.organization_id == programme.organization_id).distinct()
    )
    asked = {one.id for one in pack.pack.consents}
    dropped = {one.id for one in running.pack.consents} - asked
    yield from (Obstacle(_CONSENT, name) for name in sorted({kind.value for kind in given} & dropped))
    rows = {row.id for row in pack.pack.rows()}
    titles = {row.id: str(row.title) for row in running.pack.rows()}
    marked = find_marked_rows(session, cycle_id=cycle_id) - rows
    yield from (Obstacle(_ROW, titles.get(row_id, row_id)) for row_id in sorted(marked))
    yield from _find_unfit_settings(programme.settings, pack)


def _find_lost_answers(
    session: Session, cycle_id: int, running: ResolvedPack, pack: ResolvedPack
) -> Iterator[Obstacle]:
    known = {survey.id: {one.id for one in survey.questions()} for survey in pack.surveys}
    titles = {survey.id: survey.title for survey in running.surveys}
    answered = session.execute(
        select(SurveyRun.survey_id, Answer.question_id)
        .outerjoin(Answer, Answer.run_id == SurveyRun.id)
        .where(SurveyRun.cycle_id == cycle_id)
        .distinct()
        .order_by(SurveyRun.survey_id, Answer.question_id)
    )
    told = set()
    for survey_id, question_id in answered:
        name = str(titles.get(survey_id, survey_id))
        if survey_id not in known:
            if survey_id not in told:
                yield Obstacle(_SURVEY, name)
            told.add(survey_id)
        elif question_id is not None and question_id not in known[survey_id]:
            yield Obstacle(_QUESTION, f"{name} – {question_id}")


def _find_unfit_settings(changed: dict[str, Any], pack: ResolvedPack) -> Iterator[Obstacle]:
    try:
        lay_over(pack.settings, changed)
    except SettingsRefused as error:
        yield Obstacle(_SETTING, error.field)
