"""Words of the panel for the matching: criteria, rules, cautions, and why a pair is proposed.

Areas and options are named by the programme's own questionnaires.
"""

from collections.abc import Iterable

from admin.cycles import pack
from admin.languages import label, locale
from admin.words import word
from models.matching import Aim, Reason
from services.access.errors import N_
from services.matching.facts import Criterion, Gap
from services.matching.ranking import Lost
from services.matching.results import Planned
from services.matching.scoring import Broken, Rule
from services.pairs.banks import NEED
from services.programmes.regulations import Weight
from services.programmes.surveys import Question

AIMS = {
    Aim.BEST_SCORE: N_("Best total"),
    Aim.BALANCED: N_("Balanced"),
    Aim.NOBODY_LEFT_OUT: N_("Most people first"),
}

AIM_HINTS = {
    Aim.BEST_SCORE: N_("The highest sum of scores that there can be."),
    Aim.BALANCED: N_("No two people would both gain over 5 points by a swap."),
    Aim.NOBODY_LEFT_OUT: N_("As many pairs as can be, then the highest sum."),
}

CRITERIA = {
    Criterion.NEEDS: N_("Needs and strong sides"),
    Criterion.TOPICS: N_("Topics that the mentee chose"),
    Criterion.SUBJECT: N_("Subject"),
    Criterion.TIME: N_("Days and times"),
    Criterion.FORMAT: N_("In person or online"),
    Criterion.EXPERIENCE: N_("Experience"),
    Criterion.PROFILE: N_("Achievements and category"),
    Criterion.KINDS: N_("Kind of mentoring"),
    Criterion.LIKING: N_("Whom they would like to work with"),
    Criterion.INTERVIEW: N_("Interview with the mentor"),
    Criterion.VERDICT: N_("Psychologist's conclusion"),
    Criterion.LOAD: N_("How busy the mentor is"),
    Criterion.GROUNDS: N_("For whom the programme is meant first"),
}

SPEAKS_FOR = {
    Criterion.NEEDS: N_("The mentor is strong where it is difficult"),
    Criterion.TOPICS: N_("The mentor is strong in the topics that the mentee chose"),
    Criterion.SUBJECT: N_("They teach the same subject"),
    Criterion.TIME: N_("They have common days and times"),
    Criterion.FORMAT: N_("Both like to meet in the same way"),
    Criterion.EXPERIENCE: N_("The mentor has more years of experience"),
    Criterion.PROFILE: N_("The mentor has achievements and a category"),
    Criterion.KINDS: N_("Both want the same kind of mentoring"),
    Criterion.LIKING: N_("They would like to work with each other"),
    Criterion.INTERVIEW: N_("The interview spoke for the mentor"),
    Criterion.VERDICT: N_("The psychologist recommends the pair"),
    Criterion.LOAD: N_("The mentor has time"),
    Criterion.GROUNDS: N_("The programme is meant for this mentee first"),
}

MUST = {
    Criterion.NEEDS: N_("no pressing need is among the mentor's strong sides"),
    Criterion.TOPICS: N_("none of the chosen topics is among the mentor's strong sides"),
    Criterion.SUBJECT: N_("they teach different subjects"),
    Criterion.TIME: N_("they have no common days or times"),
    Criterion.FORMAT: N_("one wants to meet in person, the other online"),
    Criterion.EXPERIENCE: N_("the mentor has no more years of experience"),
    Criterion.PROFILE: N_("the mentor has no achievements or category"),
    Criterion.KINDS: N_("they want different kinds of mentoring"),
    Criterion.LIKING: N_("neither has named the other"),
    Criterion.INTERVIEW: N_("the interview does not recommend the mentor"),
    Criterion.VERDICT: N_("the psychologist does not recommend the pair"),
    Criterion.LOAD: N_("the mentor is busy"),
    Criterion.GROUNDS: N_("the programme is meant for others first"),
}

RULES = {
    Rule.SAME_PERSON: N_("it is the same person"),
    Rule.FORBIDDEN: N_("the curator keeps them apart"),
    Rule.UNWANTED: N_("one of them does not want to work with the other"),
    Rule.LINE_MANAGER: N_("one leads the other at work"),
    Rule.REFUSED_BEFORE: N_("an offer of these two was declined"),
    Rule.NOT_RECOMMENDED: N_("the psychologist does not recommend the pair"),
    Rule.MUST: N_("they do not meet what the programme asks for"),
}

GAPS = {
    Gap.CONSENT: N_("no consent to personal data processing"),
    Gap.INTAKE: N_("the questionnaire is not sent"),
    Gap.TAKEN: N_("stands in a pair, an offer or a draft"),
    Gap.RESTING: N_("takes nobody this year"),
    Gap.FULL: N_("no free place"),
    Gap.AWAY: N_("on leave"),
    Gap.RESIGNING: N_("has given notice as a mentor"),
}

UNPAIRED = {
    Reason.NO_SCORE: N_("no mentor meets what the programme asks for"),
    Reason.ALL_FORBIDDEN: N_("a rule takes every mentor away"),
    Reason.NO_PLACE: N_("no mentor who fits has a free place"),
    Reason.BETTER_TOTAL: N_("all together do better if the places go to others"),
}

WEIGHTS = {
    Weight.MUST: N_("must"),
    Weight.HIGH: N_("high"),
    Weight.MEDIUM: N_("medium"),
    Weight.LOW: N_("low"),
    Weight.OFF: N_("does not count"),
}

OPTIONS_OF = (
    (Criterion.TOPICS, "topics"),
    (Criterion.SUBJECT, "subjects"),
    (Criterion.TIME, "weekdays"),
    (Criterion.KINDS, "kinds"),
)
"""The question whose options the details of a criterion are."""


def tell_reason(criterion: Criterion, details: Iterable[str]) -> str:
    """Why a pair is proposed, with what both share: "They teach the same subject: mathematics"."""
    said = word(SPEAKS_FOR, criterion)
    named = ", ".join(name_details(criterion, details))
    return f"{said}: {named}" if named else said


def tell_broken(broken: Broken) -> str:
    """Why a pair is not proposed."""
    return word(MUST, broken.criterion) if broken.criterion else word(RULES, broken.rule)


def tell_lost(lost: Lost) -> str:
    """What takes mentors away from a mentee, and how many."""
    why = word(GAPS, lost.gap) if lost.broken is None else tell_broken(lost.broken)
    return label("{why}: {count}", why=why, count=lost.count)


def name_details(criterion: Criterion, details: Iterable[str]) -> list[str]:
    """Areas and options as the questionnaire calls them."""
    if criterion is Criterion.NEEDS:
        return [name_area(one) for one in details]
    question = _question(dict(OPTIONS_OF).get(criterion, ""))
    names = {one.id: one.text.get(locale()) for one in question.options} if question else {}
    return [names[one] for one in details if one in names]


def name_area(area: str) -> str:
    """One area of needs and readiness: "Lesson planning"."""
    question = _question(NEED + area)
    if question is None:
        return area
    return (question.label or question.text).get(locale()).partition(":")[0]


def _question(question_id: str) -> Question | None:
    survey = pack().survey_for("mentee_intake")
    if survey is None:
        return None
    return next((one for one in survey.questions() if one.id == question_id), None)


def tell_runner_up(line: Planned) -> str:
    """Who would be next, and how far off; "" where there is nobody else."""
    if line.gap is None:
        return label("no other mentor is possible")
    points = round(abs(line.gap), 1)
    if line.gap < 0:
        return label(
            "{name} fits better by {points}, and is given to others", name=line.runner_up, points=points
        )
    return label("next: {name}, {points} less", name=line.runner_up, points=points)


def tell_cost(line: Planned) -> str:
    """What the pair costs the mentee, and what its lock costs the plan; "" where nothing."""
    told = []
    if line.cost:
        told.append(label("costs the mentee {points} points", points=line.cost))
    if line.forced:
        told.append(label("the lock costs the plan {points} points", points=line.forced))
    return ", ".join(told)
