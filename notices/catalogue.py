"""The one table of notices: kind -> class and words (docs/design.md#outbox)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from notices import (
    absences,
    accounts,
    events,
    feedback,
    joining,
    meetings,
    memos,
    pairs,
    roadmap,
    suggestions,
    surveys,
    years,
)
from notices import consents as consent_words
from notices import privacy as privacy_words
from notices.language import Translator
from notices.letters import Letter, Skip, reword


class NoticeClass(StrEnum):
    ANSWER = "answer"  # always, at once
    ACT = "act"  # an act of a person that concerns you: at once, without sound in quiet hours
    MEETING = "meeting"  # reminders and the question after: moved out of quiet hours when planned
    BUDGETED = "budgeted"  # surveys, nudges, news: at most one a day, the rest merged into tomorrow's


Words = Callable[[Session, Mapping[str, Any], Translator, datetime], Letter | Skip]


@dataclass(frozen=True, slots=True)
class Notice:
    """`is_lasting`: it waits for a person on a long leave, where other reminders are left out."""

    notice_class: NoticeClass
    words: Words
    is_lasting: bool = False


NOTICES: dict[str, Notice] = {
    "joining.recognised": Notice(NoticeClass.ACT, joining.recognised),
    "joining.refused": Notice(NoticeClass.ACT, joining.refused),
    "joining.moved": Notice(NoticeClass.ACT, joining.moved),
    "joining.undone": Notice(NoticeClass.ACT, joining.undone),
    "account.unlinked": Notice(NoticeClass.ACT, accounts.unlinked),
    "account.changed": Notice(NoticeClass.ACT, accounts.changed),
    "survey.invite": Notice(NoticeClass.BUDGETED, surveys.invite, is_lasting=True),
    "consent.request": Notice(NoticeClass.BUDGETED, consent_words.request, is_lasting=True),
    "privacy.erased": Notice(NoticeClass.ACT, privacy_words.erased),
    "survey.unfinished": Notice(NoticeClass.BUDGETED, surveys.unfinished),
    "pair.offer": Notice(NoticeClass.ACT, pairs.offer),
    "pair.accepted": Notice(NoticeClass.ACT, pairs.accepted),
    "pair.declined": Notice(NoticeClass.ACT, pairs.declined),
    "pair.expired": Notice(NoticeClass.ACT, pairs.expired),
    "pair.withdrawn": Notice(NoticeClass.ACT, pairs.withdrawn),
    "pair.unreachable": Notice(NoticeClass.ACT, pairs.unreachable),
    "pair.ended": Notice(NoticeClass.ACT, pairs.ended),
    "pair.paused": Notice(NoticeClass.ACT, absences.pair_paused),
    "pair.resumed": Notice(NoticeClass.ACT, absences.pair_resumed),
    "person.dismissed": Notice(NoticeClass.ACT, absences.dismissed),
    "person.transferred": Notice(NoticeClass.ACT, absences.transferred),
    "cycle.closed": Notice(NoticeClass.ACT, years.closed),
    "suggestion.decided": Notice(NoticeClass.ACT, suggestions.decided),
    "meeting.proposed": Notice(NoticeClass.ACT, meetings.proposed),
    "meeting.planned": Notice(NoticeClass.ACT, meetings.planned),
    "meeting.cancelled": Notice(NoticeClass.ACT, meetings.cancelled),
    "meeting.reminder": Notice(NoticeClass.MEETING, meetings.reminder),
    "meeting.question": Notice(NoticeClass.MEETING, meetings.question),
    "event.invitation": Notice(NoticeClass.ACT, events.invitation),
    "event.moved": Notice(NoticeClass.ACT, events.moved),
    "event.cancelled": Notice(NoticeClass.ACT, events.cancelled),
    "event.reminder": Notice(NoticeClass.MEETING, events.reminder),
    "event.materials": Notice(NoticeClass.BUDGETED, events.materials, is_lasting=True),
    "memo.sent": Notice(NoticeClass.BUDGETED, memos.sent, is_lasting=True),
    "roadmap.reminder": Notice(NoticeClass.BUDGETED, roadmap.reminder),
    "roadmap.asked": Notice(NoticeClass.ACT, roadmap.asked),
    "roadmap.digest": Notice(NoticeClass.BUDGETED, roadmap.digest),
    "feedback.invite": Notice(NoticeClass.MEETING, feedback.invite),
    "feedback.reminder": Notice(NoticeClass.BUDGETED, feedback.reminder),
}

# Actions of notices work from any message, whatever the person did since; all others only from the current
# screen. The state of the record decides whether they still may.
ANYWHERE = frozenset({"offer", "meeting", "held", "feedback", "home", "continue", "roadmap", "event", "year"})


def compose(
    session: Session,
    *,
    kind: str,
    facts: Mapping[str, Any],
    t: Translator,
    now: datetime,
    edited_text: str | None = None,
) -> Letter | Skip:
    """The words of a notice as they are true now. `facts["person_id"]` is the addressee. Reads only.

    `edited_text` is what a curator wrote instead of the usual words, with its {placeholders}.
    """
    letter = NOTICES[kind].words(session, facts, t, now)
    return reword(letter, edited_text) if edited_text and isinstance(letter, Letter) else letter
