"""Areas of a mentee's work and their strengths, as the questionnaire asks about them."""

from services.programmes.surveys import Survey
from services.programmes.texts import Text, text

TOPICS, STRENGTHS, NEED = "topics", "strengths", "need_"
"""Questions of the mentee's questionnaire, and how those begin that rate an area."""


def areas_of(survey: Survey) -> dict[str, Text]:
    """Areas by id with their names: those of the list of topics, then those that are only rated."""
    found: dict[str, Text] = {}
    for question in survey.questions():
        if question.id == TOPICS:
            found |= {one.id: one.text for one in question.options if not one.alone}
    for question in survey.questions():
        if question.id.startswith(NEED):
            names = (question.text.get(locale).partition(":")[0] for locale in ("ru", "en"))
            found.setdefault(question.id.removeprefix(NEED), text(*names))
    return found


def strengths_of(survey: Survey) -> dict[str, Text]:
    """Strengths by id with their names."""
    options = [one for question in survey.questions() if question.id == STRENGTHS for one in question.options]
    return {one.id: one.text for one in options if not one.alone}
