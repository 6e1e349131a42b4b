"""What the sides say of a meeting, and who of a group was at it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetings import Meeting, MeetingAnswer
from models.pairs import Pair, PairMember
from models.people import Role


def find_answer(session: Session, meeting: Meeting, member: PairMember) -> MeetingAnswer | None:
    return session.scalars(
        select(MeetingAnswer).where(
            MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.person_id == member.person_id
        )
    ).one_or_none()


def has_answered(session: Session, meeting: Meeting, member: PairMember) -> bool:
    return find_answer(session, meeting, member) is not None


def store_meeting_answer(
    session: Session,
    meeting: Meeting,
    member: PairMember,
    *,
    took_place: bool,
    now: datetime,
    is_marked: bool = False,
) -> None:
    """What a member says, or what is marked of a mentee of a group instead."""
    word = find_answer(session, meeting, member)
    if word is None:
        session.add(
            MeetingAnswer(
                meeting_id=meeting.id,
                person_id=member.person_id,
                role=member.role,
                took_place=took_place,
                is_marked=is_marked,
                said_at=now,
            )
        )
        return
    word.is_marked = is_marked
    if word.took_place is not took_place:
        word.took_place, word.said_at = took_place, now


def list_attending(session: Session, meeting: Meeting, pair: Pair) -> list[PairMember]:
    """Who stood in the pair then, but the mentees of a group who were not there."""
    members = [one for one in pair.members if one.was_in(meeting.starts_at, meeting.ends_at)]
    if len(members) <= len(Role):
        return members
    absent = set(
        session.scalars(
            select(MeetingAnswer.person_id).where(
                MeetingAnswer.meeting_id == meeting.id,
                MeetingAnswer.role == Role.MENTEE,
                MeetingAnswer.took_place.is_(False),
            )
        )
    )
    return [one for one in members if one.person_id not in absent]


def read_sides(session: Session, meeting: Meeting) -> dict[Role, bool]:
    """What each side says; what the mentor marked of a mentee is no word of the mentees."""
    words: dict[Role, list[bool]] = {}
    for word in session.scalars(select(MeetingAnswer).where(MeetingAnswer.meeting_id == meeting.id)):
        if not word.is_marked:
            words.setdefault(word.role, []).append(word.took_place)
    mentees = [one for one in meeting.pair.members if one.role is Role.MENTEE]
    there = sum(one.was_in(meeting.starts_at, meeting.ends_at) for one in mentees)
    if there > 1 and not any(words.get(Role.MENTEE, ())) and len(words.get(Role.MENTEE, ())) < there:
        words.pop(Role.MENTEE, None)  # some were away, the others have not said yet
    return {role: any(found) for role, found in words.items()}
