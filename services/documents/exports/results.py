"""Results of surveys, indicators, before and after: a row for each figure, as the panel shows it here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from services.access.errors import N_
from services.documents import words
from services.documents.exports.naming import cycle_labels, packs_of
from services.documents.exports.tables import Column, Found, Scope, Table, fixed
from services.results.answers import read_round
from services.results.growth import read_growth
from services.results.measured import read_indicators
from services.results.rounds import list_rounds

SECTIONS = {
    "question": N_("question of a survey"),
    "indicator": N_("target indicator"),
    "growth": N_("before and after"),
}


@dataclass(frozen=True, slots=True)
class _Line:
    """A figure; what a section has not is None, and so is everything of too few people but their number."""

    section: str
    cycle: str | None
    item_id: str
    survey_id: str | None = None
    audience: str | None = None
    occasion: str | None = None
    item: str | None = None
    indicator: str | None = None
    day: date | None = None
    asked: int | None = None
    people: int | None = None
    whole: int | None = None
    mean: float | None = None
    share: float | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    target: float | None = None
    spread: dict[str, int] | None = None
    is_withheld: bool = False


def _read(session: Session, scope: Scope, after: int, limit: int) -> Found:
    del after, limit  # some hundred figures a school year
    lines = [*_questions(session, scope), *_indicators(session, scope), *_growth(session, scope)]
    return Found(lines, None, withheld=sum(one.is_withheld for one in lines))


def _is_asked_for(scope: Scope, cycle_id: int) -> bool:
    return scope.filters.cycle_id in {None, cycle_id}


def _questions(session: Session, scope: Scope) -> Iterable[_Line]:
    for one in list_rounds(session, actor=scope.actor, organization_id=scope.organization_id):
        if not _is_asked_for(scope, one.cycle_id):
            continue
        results = read_round(
            session,
            actor=scope.actor,
            cycle_id=one.cycle_id,
            survey_id=one.survey.id,
            occasion=one.occasion,
        )
        for result in results.questions:
            sum_ = result.summary
            yield _Line(
                "question",
                one.cycle,
                result.question.id,
                survey_id=one.survey.id,
                audience=one.survey.audience,
                occasion=one.occasion,
                item=result.question.text.get(scope.locale),
                asked=one.asked,
                people=sum_.people,
                mean=_rounded(sum_.mean),
                share=_rounded(sum_.share),
                change=_rounded(result.change),
                spread=dict(sum_.spread) or None,
                is_withheld=sum_.is_withheld,
            )


def _indicators(session: Session, scope: Scope) -> Iterable[_Line]:
    labels = cycle_labels(session, scope)
    measured = read_indicators(
        session, actor=scope.actor, organization_id=scope.organization_id, now=scope.now
    )
    for one in measured:
        for point in one.points:
            if _is_asked_for(scope, point.cycle_id):
                yield _Line(
                    "indicator",
                    labels.get(point.cycle_id),
                    one.indicator,
                    occasion=point.occasion,
                    indicator=one.indicator,
                    day=point.day,
                    people=point.satisfied.respondents if point.satisfied else point.share.part,
                    whole=point.share.whole,
                    share=_rounded(point.share.percent),
                    target=point.target.value if point.target else None,
                    is_withheld=point.share.part is None,
                )


def _growth(session: Session, scope: Scope) -> Iterable[_Line]:
    labels = cycle_labels(session, scope)
    for cycle_id in packs_of(session, scope):
        if not _is_asked_for(scope, cycle_id):
            continue
        for side in read_growth(session, actor=scope.actor, cycle_id=cycle_id):
            for one in side.items:
                yield _Line(
                    "growth",
                    labels.get(cycle_id),
                    one.question.id,
                    occasion="indicators_after",
                    audience=side.role.value,
                    item=one.question.text.get(scope.locale),
                    people=one.growth.measured,
                    mean=_rounded(one.growth.after),
                    change=_rounded(one.growth.change),
                    low=_rounded(one.growth.low),
                    high=_rounded(one.growth.high),
                    is_withheld=one.growth.is_withheld and bool(one.growth.measured),
                )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


RESULTS = Table(
    name="results",
    title=N_("Results"),
    columns=fixed(
        Column("section", N_("What it is"), lambda one: one.section, "code", SECTIONS, 20),
        Column("cycle", N_("School year"), lambda one: one.cycle, width=12),
        Column("survey_id", N_("Survey id"), lambda one: one.survey_id, width=24),
        Column("audience", N_("Audience"), lambda one: one.audience, "code", words.AUDIENCES),
        Column("occasion", N_("When asked"), lambda one: one.occasion, "code", words.OCCASIONS, 28),
        Column("item_id", N_("Id"), lambda one: one.item_id, width=20),
        Column("item", N_("Question"), lambda one: one.item, width=48),
        Column("indicator", N_("Indicator"), lambda one: one.indicator, "code", words.INDICATORS, 36),
        Column("day", N_("Day"), lambda one: one.day, "day"),
        Column("asked", N_("Asked"), lambda one: one.asked, "number"),
        Column("people", N_("People"), lambda one: one.people, "number"),
        Column("whole", N_("Of all"), lambda one: one.whole, "number"),
        Column("mean", N_("Mean"), lambda one: one.mean, "number"),
        Column("share", N_("Share, %"), lambda one: one.share, "number"),
        Column("change", N_("Difference"), lambda one: one.change, "number"),
        Column("low", N_("Interval from"), lambda one: one.low, "number"),
        Column("high", N_("Interval to"), lambda one: one.high, "number"),
        Column("target", N_("Target, %"), lambda one: one.target, "number"),
        Column("spread", N_("Spread"), lambda one: one.spread, "raw"),
        Column("is_withheld", N_("Withheld"), lambda one: one.is_withheld, "flag"),
    ),
    read=_read,
    count=lambda session, scope: len(_read(session, scope, 0, 0).items),
    filters=frozenset({"cycle_id"}),
)
