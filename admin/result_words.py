"""Words of the pages of results: indicators, why one has no value, where it stands against its target."""

from services.access.errors import N_
from services.documents.words import INDICATORS
from services.results.criterion_facts import Fact
from services.results.indicators import Gap, Light

__all__ = ["INDICATORS"]

FORMULAS = {
    "young_specialists": N_(
        "Young specialists (up to 3 years of experience) in a pair that both agreed to, of all young "
        "specialists who work in the organisation on that day."
    ),
    "mentee_satisfaction": N_(
        "Mentees whose ratings in the questionnaire have a mean of {threshold} or more, of all in a "
        "pair by its end. Whoever did not answer counts as not satisfied."
    ),
    "mentor_satisfaction": N_(
        "Mentors whose ratings in the questionnaire have a mean of {threshold} or more, of all in a "
        "pair by its end. Whoever did not answer counts as not satisfied."
    ),
    "student_coverage": N_("Students in a pair that both agreed to, of all students on that day."),
    "staff_coverage": N_(
        "Mentors and mentees among the teaching staff in a pair that both agreed to, each once, of the whole "
        "teaching staff on that day."
    ),
}

GAPS = {
    Gap.NO_BASE: N_("nobody to count yet"),
    Gap.BASE_TOO_SMALL: N_("more people counted than the headcount has: please check it"),
    Gap.TOO_FEW: N_("fewer than {count} answers: no share"),
}

LIGHTS = {
    Light.REACHED: N_("target reached"),
    Light.NEAR: N_("up to 10 points below the target"),
    Light.MISSED: N_("more than 10 points below the target"),
}

LIGHT_LOOKS = {Light.REACHED: "good", Light.NEAR: "care", Light.MISSED: "harm"}

FACTS = {
    Fact.PLANNED: N_("pairs that held their planning meeting: {part} of {whole}"),
    Fact.AGREED: N_("offers that both accepted: {part} of {whole}; whoever declined is asked nothing more"),
    Fact.OTHER_KINDS: N_("pairs that do not work in the traditional way, one to one: {part} of {whole}"),
    Fact.ONLINE: N_("meetings held online: {part} of {whole}"),
    Fact.MEAN: N_("“{question}”: {mean} of 10, people: {people}"),
    Fact.SATISFIED_MENTEES: N_("satisfied mentees: {part} of {whole} who took part"),
    Fact.SATISFIED_MENTORS: N_("satisfied mentors: {part} of {whole} who took part"),
    Fact.MEETINGS: N_("meetings held: {part} of {whole} whose time has come"),
    Fact.EVENTS: N_("came to events: {part} of {whole} invited"),
    Fact.GROWTH: N_("parameters that rose for mentees measured twice: {part} of {whole}"),
}
