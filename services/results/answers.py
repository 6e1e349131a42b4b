"""What a round of a survey came to, question by question: how many answered, the spread, the mean, the share
and the change since the last time; open answers beside their question.

A figure stands on at least FEWEST_SEEN people, or only their number is told; the same holds for the people
whom a part of the round leaves out, because the difference of two figures would tell them. Who sees figures
of which question, and who reads its open answers, is what the question promised (services.surveys.reading).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.pairs import Pair, PairMember
from models.programmes import Cycle
from models.surveys import SurveyRun, SurveyStatus, SurveyWave
from services.access.actors import Actor
from services.access.records import find
from services.programmes.running import settings_of
from services.programmes.surveys import CHOICE_KINDS, TEXT_KINDS, Question
from services.programmes.texts import Text
from services.programmes.values import NOT_APPLICABLE
from services.results.rounds import ASKED_IN, Round, find_round, list_rounds, round_before
from services.surveys.reading import FEWEST_SEEN, may_count, may_read, read_values, staff_reader

OTHER = "other"
TOP = 10


@dataclass(frozen=True, slots=True)
class Given:
    """One answer of a sent run; `respondent` tells people apart and names nobody."""

    respondent: str
    value: object


@dataclass(frozen=True, slots=True)
class Summary:
    """`people` gave `answers` answers, beside those who skipped the question or said that it does not apply
    to them. What follows `is_withheld` is empty where that is true, or where this kind of question has none.

    `mean` is of ratings and whole numbers; `share` the percent of ratings from the threshold on, or of "yes".
    """

    people: int
    answers: int
    not_applicable: int = 0
    skipped: int = 0
    is_withheld: bool = False
    mean: float | None = None
    share: float | None = None
    spread: tuple[tuple[str, int], ...] = ()  # the id of a choice, or the number as text; and how many


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """`change` is that of the mean, or of the share where there is no mean, since the round before. `words`
    are open answers by the alphabet, so that their order tells nobody's.
    """

    question: Question
    summary: Summary
    labels: Mapping[str, Text]
    before: Summary | None
    words: tuple[str, ...]
    is_open: bool  # its words may be read by whoever asks

    @property
    def change(self) -> float | None:
        if self.before is None:
            return None
        now, then = value_of(self.summary), value_of(self.before)
        return None if now is None or then is None else now - then


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a round: who worked in pairs of this form or kind."""

    form: str | None = None
    kind: str | None = None

    @property
    def is_whole(self) -> bool:
        return self.form is None and self.kind is None


@dataclass(frozen=True, slots=True)
class RoundResults:
    """`people` of the part have sent it. `hidden` questions were promised to others than whoever asks."""

    round: Round
    before: Round | None
    part: Part
    people: int
    threshold: float
    questions: tuple[QuestionResult, ...]
    hidden: int


WHOLE = Part()


def value_of(summary: Summary) -> float | None:
    """The one figure by which two rounds are compared."""
    return summary.mean if summary.mean is not None else summary.share


def summarize(question: Question, given: Sequence[Given], *, threshold: float, others: int = 0) -> Summary:
    """Sum up the answers to one question. `others`: people who answered it too and are not of this part."""
    chosen = [one for one in given if one.value not in (None, NOT_APPLICABLE)]
    people = len({one.respondent for one in chosen})
    not_applicable = sum(one.value == NOT_APPLICABLE for one in given)
    counts = Summary(people, len(chosen), not_applicable, len(given) - len(chosen) - not_applicable)
    if not people:
        return counts
    if people < FEWEST_SEEN or 0 < others < FEWEST_SEEN:
        return Summary(people, counts.answers, counts.not_applicable, counts.skipped, is_withheld=True)
    values = [one.value for one in chosen]
    numbers = [float(one) for one in values if isinstance(one, int) and not isinstance(one, bool)]
    is_rating = question.kind == "rating10"
    share = None
    if question.kind == "yes_no":
        share = 100 * sum(one is True for one in values) / len(values)
    elif is_rating and not question.reverse:
        share = 100 * sum(one >= threshold for one in numbers) / len(numbers)
    return Summary(
        people,
        counts.answers,
        counts.not_applicable,
        counts.skipped,
        mean=fmean(numbers) if numbers else None,
        share=share,
        spread=_spread(question, values),
    )


def _spread(question: Question, values: Sequence[object]) -> tuple[tuple[str, int], ...]:
    if question.kind == "rating10":
        counted = Counter(str(one) for one in values)
        return tuple((str(one), counted[str(one)]) for one in range(1, TOP + 1))
    if question.kind == "yes_no":
        return (("yes", sum(one is True for one in values)), ("no", sum(one is False for one in values)))
    if question.kind in CHOICE_KINDS:
        counted = Counter(
            OTHER if isinstance(one, dict) else str(one)
            for value in values
            for one in (value if isinstance(value, list) else [value])
        )
        known = [one.id for one in question.options]
        gone = sorted(one for one in counted if one not in known and one != OTHER)
        return tuple((one, counted[one]) for one in [*known, *gone, *([OTHER] if question.other else [])])
    return ()


def read_round(
    session: Session,
    *,
    actor: Actor,
    cycle_id: int,
    survey_id: str,
    occasion: str,
    part: Part = WHOLE,
    question_id: str | None = None,
) -> RoundResults:
    """The results of a round, or of one of its questions. Raises NotFound, NotAllowed."""
    cycle = find(session, Cycle, cycle_id)
    rounds = list_rounds(session, actor=actor, organization_id=cycle.organization_id)
    this = find_round(rounds, cycle_id=cycle_id, survey_id=survey_id, occasion=occasion)
    before = round_before(rounds, this)
    reader = staff_reader(actor, cycle.organization_id)
    asked = [one for one in this.survey.questions() if question_id in {None, one.id}]
    counted = [one for one in asked if may_count(one, reader) or may_read(one, reader)]
    counted = [one for one in counted if not one.private]
    threshold = settings_of(session, cycle_id=cycle_id).satisfied_threshold
    ids = {one.id for one in counted}
    now, others, people = _read(session, this, ids, part)
    then, then_others, _ = _read(session, before, ids, part) if before else ({}, {}, 0)
    return RoundResults(
        round=this,
        before=before,
        part=part,
        people=people,
        threshold=threshold,
        questions=tuple(
            QuestionResult(
                question=one,
                summary=summarize(
                    one, now.get(one.id, ()), threshold=threshold, others=others.get(one.id, 0)
                ),
                labels={option.id: option.text for option in one.options},
                before=summarize(one, then[one.id], threshold=threshold, others=then_others.get(one.id, 0))
                if one.id in then
                else None,
                words=_words(one, now.get(one.id, ())) if may_read(one, reader) else (),
                is_open=may_read(one, reader),
            )
            for one in counted
        ),
        hidden=len(asked) - len(counted),
    )


def _read(
    session: Session, round_: Round, question_ids: Collection[str], part: Part
) -> tuple[dict[str, list[Given]], dict[str, int], int]:
    """The answers of the part by question; how many others answered each; how many people are of the part."""
    runs = session.execute(
        select(SurveyRun.id, SurveyRun.person_id, SurveyRun.pair_id)
        .outerjoin(SurveyWave, SurveyWave.id == SurveyRun.wave_id)
        .where(
            SurveyRun.cycle_id == round_.cycle_id,
            SurveyRun.survey_id == round_.survey.id,
            SurveyRun.status == SurveyStatus.SENT,
            SurveyRun.occasion.in_(ASKED_IN),
            SurveyWave.occasion.is_(None) | (SurveyWave.occasion == round_.occasion),
        )
    ).all()
    works = _works(session, round_.cycle_id) if not part.is_whole else {}
    who = {
        run.id: (
            f"person:{run.person_id}" if run.person_id else f"run:{run.id}",
            part.is_whole
            or _is_of(part, works.get(("pair", run.pair_id)), works.get(("person", run.person_id))),
        )
        for run in runs
    }
    found: defaultdict[str, list[Given]] = defaultdict(list)
    others: defaultdict[str, set[str]] = defaultdict(set)
    for run_id, values in read_values(session, who, question_ids=question_ids).items():
        respondent, is_of_part = who[run_id]
        for question_id, value in values.items():
            if is_of_part:
                found[question_id].append(Given(respondent, value))
            elif value not in (None, NOT_APPLICABLE):
                others[question_id].add(respondent)
    inside = {respondent for respondent, is_of_part in who.values() if is_of_part}
    return dict(found), {key: len(people) for key, people in others.items()}, len(inside)


Work = frozenset[tuple[str, str]]


def _works(session: Session, cycle_id: int) -> dict[tuple[str, int | None], Work]:
    """In which forms and kinds each pair and each person of the year has worked."""
    found: defaultdict[tuple[str, int | None], set[tuple[str, str]]] = defaultdict(set)
    for pair_id, person_id, form, kind in session.execute(
        select(Pair.id, PairMember.person_id, Pair.form, Pair.kind)
        .join(PairMember, PairMember.pair_id == Pair.id)
        .where(Pair.cycle_id == cycle_id, Pair.accepted_at.is_not(None))
    ):
        found["pair", pair_id].add((form, kind))
        found["person", person_id].add((form, kind))
    return {key: frozenset(own) for key, own in found.items()}


def _is_of(part: Part, of_pair: Work | None, of_person: Work | None) -> bool:
    """A run about a pair is of that pair's part; any other of every part in which its person worked."""
    works = of_pair if of_pair is not None else of_person or frozenset()
    return any(part.form in {None, form} and part.kind in {None, kind} for form, kind in works)


def _words(question: Question, given: Sequence[Given]) -> tuple[str, ...]:
    """Open answers, and own texts beside the options."""
    told: list[str] = []
    for one in given:
        if question.kind in TEXT_KINDS and isinstance(one.value, str):
            told.append(one.value)
        elif question.kind in CHOICE_KINDS:
            parts = one.value if isinstance(one.value, list) else [one.value]
            told += [str(own[OTHER]) for own in parts if isinstance(own, dict) and OTHER in own]
    return tuple(sorted(told, key=str.casefold))
