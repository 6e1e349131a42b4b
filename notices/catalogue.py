"""The one table of notices: kind -> class and words (docs/design.md#outbox)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from models.messages import NoticeKind
from notices import (
    absences,
    accounts,
    events,
    feedback,
    joining,
    matching,
    meetings,
    memos,
    pair_forms,
    pairs,
    programmes,
    requests,
    roadmap,
    silence,
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


NOTICES: Mapping[str, Notice] = {
    NoticeKind.JOINING_RECOGNISED: Notice(NoticeClass.ACT, joining.recognised),
    NoticeKind.JOINING_REFUSED: Notice(NoticeClass.ACT, joining.refused),
    NoticeKind.JOINING_MOVED: Notice(NoticeClass.ACT, joining.moved),
    NoticeKind.JOINING_UNDONE: Notice(NoticeClass.ACT, joining.undone),
    NoticeKind.ACCOUNT_UNLINKED: Notice(NoticeClass.ACT, accounts.unlinked),
    NoticeKind.ACCOUNT_CHANGED: Notice(NoticeClass.ACT, accounts.changed),
    NoticeKind.SURVEY_INVITE: Notice(NoticeClass.BUDGETED, surveys.invite, is_lasting=True),
    NoticeKind.CONSENT_REQUEST: Notice(NoticeClass.BUDGETED, consent_words.request, is_lasting=True),
    NoticeKind.PRIVACY_ERASED: Notice(NoticeClass.ACT, privacy_words.erased),
    NoticeKind.SURVEY_UNFINISHED: Notice(NoticeClass.BUDGETED, surveys.unfinished),
    NoticeKind.PAIR_OFFER: Notice(NoticeClass.ACT, pairs.offer),
    NoticeKind.PAIR_OFFER_REMINDER: Notice(NoticeClass.BUDGETED, silence.offer),
    NoticeKind.PAIR_FIRST_MEETING: Notice(NoticeClass.BUDGETED, silence.first_meeting),
    NoticeKind.PAIR_SILENT: Notice(NoticeClass.BUDGETED, silence.no_meeting),
    NoticeKind.PAIR_ACCEPTED: Notice(NoticeClass.ACT, pairs.accepted),
    NoticeKind.PAIR_MEMBER_JOINED: Notice(NoticeClass.ACT, pairs.member_joined),
    NoticeKind.PAIR_MEMBER_LEFT: Notice(NoticeClass.ACT, pairs.member_left),
    NoticeKind.PAIR_DECLINED: Notice(NoticeClass.ACT, pairs.declined),
    NoticeKind.PAIR_EXPIRED: Notice(NoticeClass.ACT, pairs.expired),
    NoticeKind.PAIR_WITHDRAWN: Notice(NoticeClass.ACT, pairs.withdrawn),
    NoticeKind.PAIR_UNREACHABLE: Notice(NoticeClass.ACT, pairs.unreachable),
    NoticeKind.PAIR_CHANGED: Notice(NoticeClass.ACT, pair_forms.changed),
    NoticeKind.PAIR_TERM_ENDS: Notice(NoticeClass.BUDGETED, pair_forms.term_ends),
    NoticeKind.PAIR_ENDED: Notice(NoticeClass.ACT, pairs.ended),
    NoticeKind.PAIR_PAUSED: Notice(NoticeClass.ACT, absences.pair_paused),
    NoticeKind.PAIR_RESUMED: Notice(NoticeClass.ACT, absences.pair_resumed),
    NoticeKind.PERSON_DISMISSED: Notice(NoticeClass.ACT, absences.dismissed),
    NoticeKind.PERSON_TRANSFERRED: Notice(NoticeClass.ACT, absences.transferred),
    NoticeKind.CYCLE_CLOSED: Notice(NoticeClass.ACT, years.closed),
    NoticeKind.REQUEST_DECIDED: Notice(NoticeClass.ACT, requests.decided),
    NoticeKind.REQUEST_ASKED: Notice(NoticeClass.ACT, requests.asked),
    NoticeKind.REQUEST_QUESTION: Notice(NoticeClass.ACT, requests.question),
    NoticeKind.REQUEST_LATE: Notice(NoticeClass.BUDGETED, requests.late),
    NoticeKind.MATCH_ASK: Notice(NoticeClass.ACT, matching.ask),
    NoticeKind.MATCH_ASK_REMINDER: Notice(NoticeClass.BUDGETED, matching.ask),
    NoticeKind.PROGRAMME_PROPOSED: Notice(NoticeClass.ACT, programmes.proposed),
    NoticeKind.PROGRAMME_CHANGE: Notice(NoticeClass.ACT, programmes.change),
    NoticeKind.PROGRAMME_ANSWERED: Notice(NoticeClass.ACT, programmes.answered),
    NoticeKind.PROGRAMME_DECIDED: Notice(NoticeClass.ACT, programmes.decided),
    NoticeKind.PROGRAMME_REMINDER: Notice(NoticeClass.BUDGETED, programmes.reminder),
    NoticeKind.SUPPORT_SHARED: Notice(NoticeClass.ACT, programmes.shared),
    NoticeKind.MEETING_PROPOSED: Notice(NoticeClass.ACT, meetings.proposed),
    NoticeKind.MEETING_PLANNED: Notice(NoticeClass.ACT, meetings.planned),
    NoticeKind.MEETING_COMING: Notice(NoticeClass.ACT, meetings.coming_said),
    NoticeKind.MEETING_CANCELLED: Notice(NoticeClass.ACT, meetings.cancelled),
    NoticeKind.MEETING_REMINDER: Notice(NoticeClass.MEETING, meetings.reminder),
    NoticeKind.MEETING_QUESTION: Notice(NoticeClass.MEETING, meetings.question),
    NoticeKind.EVENT_INVITATION: Notice(NoticeClass.ACT, events.invitation),
    NoticeKind.EVENT_MOVED: Notice(NoticeClass.ACT, events.moved),
    NoticeKind.EVENT_CANCELLED: Notice(NoticeClass.ACT, events.cancelled),
    NoticeKind.EVENT_REMINDER: Notice(NoticeClass.MEETING, events.reminder),
    NoticeKind.EVENT_MATERIALS: Notice(NoticeClass.BUDGETED, events.materials, is_lasting=True),
    NoticeKind.MEMO_SENT: Notice(NoticeClass.BUDGETED, memos.sent, is_lasting=True),
    NoticeKind.ROADMAP_REMINDER: Notice(NoticeClass.BUDGETED, roadmap.reminder),
    NoticeKind.ROADMAP_ASKED: Notice(NoticeClass.ACT, roadmap.asked),
    NoticeKind.ROADMAP_DIGEST: Notice(NoticeClass.BUDGETED, roadmap.digest),
    NoticeKind.FEEDBACK_INVITE: Notice(NoticeClass.MEETING, feedback.invite),
    NoticeKind.FEEDBACK_REMINDER: Notice(NoticeClass.BUDGETED, feedback.reminder),
}


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
