"""Words of the questions to a mentor that would help the plan of pairs. For whom is never told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.matching import Change
from notices.buttons import AskDo, AskTap
from notices.language import Translator
from notices.letters import Action, Letter, Skip
from services.access.actors import Channel, system
from services.access.errors import N_, NotFound
from services.matching.asks import Ask, read_ask
from services.matching.facts import Criterion

DIFFERS = {
    Criterion.NEEDS: N_("What is hardest for this colleague is not among your strong sides."),
    Criterion.TOPICS: N_("The topics that this colleague chose are not among your strong sides."),
    Criterion.SUBJECT: N_("This colleague teaches another subject than you."),
    Criterion.TIME: N_("Your convenient days or times differ."),
    Criterion.FORMAT: N_("One of you likes to meet in person, the other online."),
    Criterion.EXPERIENCE: N_("This colleague has worked as long as you, or longer."),
    Criterion.PROFILE: N_("The programme looks for achievements; it would make an exception here."),
    Criterion.KINDS: N_("You prefer different kinds of mentoring."),
    Criterion.LIKING: N_("You have not named each other among your wishes."),
    Criterion.INTERVIEW: N_("The programme goes by interviews; it would make an exception here."),
    Criterion.VERDICT: N_("The programme goes by the psychologist's conclusion; it would make an exception."),
    Criterion.LOAD: N_("You have other mentees already."),
    Criterion.GROUNDS: N_("This colleague is not among those for whom the programme is meant first."),
}


def ask(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    """The question; also its reminder."""
    try:
        found = read_ask(session, actor=system(Channel.BOT), fix_id=int(facts["fix_id"]), now=now)
    except NotFound:
        return Skip("the question is gone")
    if not found.is_open:
        return Skip("the question is no longer open")
    return Letter(
        _ask_for(found, t),
        (
            (
                Action(t.label("Yes, I can"), AskTap(AskDo.YES, found.id)),
                Action(t.label("No, I cannot"), AskTap(AskDo.NO, found.id)),
            ),
        ),
    )


def _ask_for(found: Ask, t: Translator) -> str:
    ending = t("Whoever it is comes to you as an offer of its own, and you decide on it then.")
    if found.change is Change.ONE_MORE_PLACE:
        question = t.plural(
            "The curator asks: could you take {count} more mentee?",
            "The curator asks: could you take {count} more mentees?",
            found.places,
        )
        now_and_then = t(
            "Now you take at most {now} at a time; it would be {then}.",
            now=found.capacity,
            then=found.capacity + found.places,
        )
        return f"{question} {now_and_then}\n\n{ending}"
    question = t("The curator asks: could you be the mentor of one more colleague, who does not fit in all?")
    lines = [t(DIFFERS[one]) for one in found.criteria]
    return "\n\n".join([question, "\n".join(lines), ending])


def thank(found: Ask, t: Translator) -> Letter:
    """What follows from the answer."""
    if found.is_agreed:
        return Letter(t("Thank you! The curator plans anew with your answer. An offer comes separately."))
    return Letter(t("Thank you for saying so. Nothing changes for you; the curator looks for another way."))
