"""Everything held on a person, in one plain structure that they may read and take along (152-ФЗ, art. 14)."""

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.consents import Consent
from models.documents import Document, DocumentPerson, DocumentStatus, PaperName
from models.drafts import Draft, DraftStatus
from models.events import Event, EventGuest
from models.imports import Origin
from models.matching import MatchFix
from models.meetings import Meeting, MeetingAnswer
from models.messages import OutboxMessage, OutboxStatus
from models.outreach import Publication, PublicationPerson
from models.pairs import Pair, PairMember
from models.paper_way import PaperEntry
from models.people import ChatAccount, Invitation, JoinRequest, Organization, Participation, Person
from models.person_notes import Absence, Consultation, Eligibility, Testimony
from models.privacy import MentoringAgreement, PrivacyDuty
from models.programmes import Cycle
from models.tasks import Task, TaskKind
from services.access.actors import Actor
from services.access.records import find
from services.people.pseudonyms import name_partner
from services.privacy.own_programmes import read_own_programmes, read_own_support
from services.privacy.own_requests import read_file_shown, read_own_answers, read_own_requests
from services.surveys.own import read_own_surveys

OwnData = dict[str, Any]


def read_own_data(session: Session, *, actor: Actor, locale: str) -> OwnData:
    """JSON-able; moments are ISO 8601 in UTC. Raises NotFound, NotAllowed."""
    person = find(session, Person, actor.id)
    actor.check_is_person(person.id)
    organization = session.get_one(Organization, person.organization_id)
    return {
        "organization": organization.name,
        "person": {
            "family_name": person.family_name,
            "given_name": person.given_name,
            "patronymic": person.patronymic,
            "position": person.position,
            "language": person.locale,
            "added_at": _iso(person.created_at),
            "last_seen_at": _iso(person.last_seen_at),
        },
        "chats": [
            {
                "telegram_chat": chat.chat_id,
                "linked_at": _iso(chat.linked_at),
                "is_reachable": chat.is_reachable,
            }
            for chat in session.scalars(select(ChatAccount).where(ChatAccount.person_id == person.id))
        ],
        "invitations": [
            {
                "created_at": _iso(one.created_at),
                "expires_at": _iso(one.expires_at),
                "used_at": _iso(one.claimed_at),
                "used_by_telegram_chat": one.claimed_chat_id,
                "revoked_at": _iso(one.revoked_at),
            }
            for one in session.scalars(
                select(Invitation).where(Invitation.person_id == person.id).order_by(Invitation.id)
            )
        ],
        "requests_to_join": [
            {
                "created_at": _iso(one.created_at),
                "decided_at": _iso(one.decided_at),
                "status": one.status.value,
            }
            for one in session.scalars(
                select(JoinRequest).where(JoinRequest.person_id == person.id).order_by(JoinRequest.id)
            )
        ],
        "noted_by_the_curator": _read_noted(session, person.id),
        "consultations_with_the_psychologist": _read_consultations(session, person.id),
        "questions_of_the_curator_to_me_as_a_mentor": _read_asks(session, person.id),
        "my_requests": read_own_requests(session, person.id),
        "my_words_passed_on_to_the_curator": [
            {"words": one.words, "sent_at": _iso(one.opened_at), "dealt_with_at": _iso(one.done_at)}
            for one in session.scalars(
                select(Task)
                .where(Task.person_id == person.id, Task.kind == TaskKind.WORDS_TOLD)
                .order_by(Task.id)
            )
        ],
        "my_answers_to_requests": read_own_answers(session, person.id),
        "my_personal_file_was_shown_to_the_mentor": read_file_shown(session, person.id),
        "consents": _read_consents(session, person.id),
        "deadlines_of_the_operator": [
            {
                "what": one.kind.value,
                "consent": one.consent_kind.value if one.consent_kind else None,
                "due_on": one.due_on.isoformat(),
                "done_at": _iso(one.done_at),
                "called_off_at": _iso(one.called_off_at),
            }
            for one in session.scalars(
                select(PrivacyDuty).where(PrivacyDuty.person_id == person.id).order_by(PrivacyDuty.id)
            )
        ],
        "mentoring_agreements": [
            {
                "number": one.number,
                "signed_on": one.signed_on.isoformat(),
                "from": one.starts_on.isoformat(),
                "until": one.ends_on.isoformat(),
                "content": one.content,
                "form": one.form,
                "payment": one.payment,
                "has_scan": one.file_id is not None,
                "scan_destroyed_at": _iso(one.scan_gone_at),
            }
            for one in session.scalars(
                select(MentoringAgreement)
                .where(MentoringAgreement.person_id == person.id)
                .order_by(MentoringAgreement.id)
            )
        ],
        "documents_that_name_me": [
            {
                "what": kind.value,
                "is_signed": status is DocumentStatus.SIGNED,
                "number": number,
                "signed_on": day.isoformat() if day else None,
            }
            for kind, status, number, day in session.execute(
                select(Document.kind, Document.status, Document.number, Document.signed_on)
                .join(DocumentPerson, DocumentPerson.document_id == Document.id)
                .where(DocumentPerson.person_id == person.id)
                .order_by(Document.id)
            )
        ],
        "my_name_in_papers": [
            {"forms": one.forms, "category": one.category}
            for one in session.scalars(select(PaperName).where(PaperName.person_id == person.id))
        ],
        "publications_that_name_me": [
            {"title": title, "url": url, "published_on": day.isoformat(), "shows": list(shows)}
            for title, url, day, shows in session.execute(
                select(Publication.title, Publication.url, Publication.published_on, Publication.shows)
                .join(PublicationPerson, PublicationPerson.publication_id == Publication.id)
                .where(PublicationPerson.person_id == person.id)
                .order_by(Publication.id)
            )
        ],
        "roles": _read_roles(session, person.id),
        "questionnaires": read_own_surveys(session, actor=actor, locale=locale),
        "pairs": _read_pairs(session, person.id),
        "personalised_programmes": read_own_programmes(session, person.id),
        "support_while_i_wait_for_a_mentor": read_own_support(session, person.id),
        "meetings": _read_meetings(session, person.id),
        "events": [
            {
                "title": title,
                "starts_at": _iso(starts_at),
                "invited_at": _iso(guest.invited_at),
                "my_answer": guest.answer.value if guest.answer else None,
                "attended_at": _iso(guest.attended_at),
            }
            for guest, title, starts_at in session.execute(
                select(EventGuest, Event.title, Event.starts_at)
                .join(Event, Event.id == EventGuest.event_id)
                .where(EventGuest.person_id == person.id)
                .order_by(EventGuest.id)
            )
        ],
        "entered_for_me_by_the_curator": [
            {"what": one.deed.value, "how": one.source.value, "said_on": one.said_on.isoformat()}
            for one in session.scalars(
                select(PaperEntry).where(PaperEntry.person_id == person.id).order_by(PaperEntry.id)
            )
        ],
        "meetings_written_and_not_saved": [
            {"opened_at": _iso(one.opened_at), "text": one.text, "read_as": one.contents}
            for one in session.scalars(
                select(Draft)
                .where(Draft.person_id == person.id, Draft.status == DraftStatus.OPEN)
                .order_by(Draft.id)
            )
        ],
        "messages_sent_to_me": [
            {"kind": one.kind, "sent_at": _iso(one.sent_at)}
            for one in session.scalars(
                select(OutboxMessage)
                .where(OutboxMessage.person_id == person.id, OutboxMessage.status == OutboxStatus.SENT)
                .order_by(OutboxMessage.id)
            )
        ],
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _read_noted(session: Session, person_id: int) -> OwnData:
    """What did not come from the person: the source of the card, grounds, absences, what others told (C6)."""
    origin, noted = session.get(Origin, person_id), session.get(Eligibility, person_id)
    return {
        "source_of_the_card": {
            "ground": origin.ground.value,
            "source": origin.source,
            "received_on": origin.received_on.isoformat(),
        }
        if origin
        else None,
        "grounds": {
            "experience_years": noted.experience_years,
            "is_new_here": noted.is_new_here,
            "has_returned": noted.has_returned,
            "is_up_to_35": noted.is_up_to_35,
            "is_student": noted.is_student,
        }
        if noted
        else None,
        "absences": [
            {
                "kind": one.kind.value,
                "starts_on": one.starts_on.isoformat(),
                "ends_on": one.ends_on.isoformat() if one.ends_on else None,
                "ended_at": _iso(one.ended_at),
            }
            for one in session.scalars(
                select(Absence).where(Absence.person_id == person_id).order_by(Absence.id)
            )
        ],
        "told_by_others": [
            {
                "source": one.source,
                "told_on": one.told_on.isoformat(),
                "text": one.text,
                "i_was_told_on": one.informed_on.isoformat() if one.informed_on else None,
            }
            for one in session.scalars(
                select(Testimony).where(Testimony.person_id == person_id).order_by(Testimony.id)
            )
        ],
    }


def _read_consultations(session: Session, person_id: int) -> list[OwnData]:
    """Without the words, which are often about two people: the psychologist tells them in person."""
    is_own = or_(Consultation.person_id == person_id, Consultation.with_person_id == person_id)
    days = session.scalars(select(Consultation.held_on).where(is_own).order_by(Consultation.held_on))
    return [{"held_on": day.isoformat()} for day in days]


def _read_asks(session: Session, person_id: int) -> list[OwnData]:
    return [
        {
            "change": fix.change.value,
            "places": fix.places,
            "asked_at": _iso(fix.asked_at),
            "answered_at": _iso(fix.answered_at),
            "agreed": fix.is_agreed,
        }
        for fix in session.scalars(
            select(MatchFix)
            .where(MatchFix.mentor_id == person_id, MatchFix.asked_at.is_not(None))
            .order_by(MatchFix.id)
        )
    ]


def _read_consents(session: Session, person_id: int) -> list[OwnData]:
    return [
        {
            "kind": one.kind.value,
            "version": one.version,
            "decision": one.decision.value,
            "decided_at": _iso(one.decided_at),
            "timezone": one.timezone,
            "given_by": one.medium.value,
            "text_sha256": one.text_sha256,
            "telegram_chat": one.chat_id,
            "telegram_message": one.message_id,
            "paper_number": one.paper_number,
            "signed_by": one.signed_by,
            "may_be_published": one.choices,
            "in_force_until": one.term_until.isoformat() if one.term_until else None,
            "has_scan": one.file_id is not None,
            "scan_destroyed_at": _iso(one.scan_gone_at),
        }
        for one in session.scalars(select(Consent).where(Consent.person_id == person_id).order_by(Consent.id))
    ]


def _read_roles(session: Session, person_id: int) -> list[OwnData]:
    found = session.execute(
        select(Participation, Cycle.label)
        .join(Cycle, Cycle.id == Participation.cycle_id)
        .where(Participation.person_id == person_id)
        .order_by(Participation.id)
    )
    return [
        {
            "school_year": label,
            "role": one.role.value,
            "status": one.status.value,
            "capacity": one.capacity,
            "joined_at": _iso(one.joined_at),
            "ready_at": _iso(one.ready_at),
        }
        for one, label in found
    ]


def _read_pairs(session: Session, person_id: int) -> list[OwnData]:
    found = session.execute(
        select(PairMember, Pair)
        .join(Pair, Pair.id == PairMember.pair_id)
        .where(PairMember.person_id == person_id, Pair.offered_at.is_not(None))
        .order_by(Pair.id)
    )
    return [
        {
            "my_role": member.role.value,
            "with": [
                name_partner(session, other.person, cycle_id=pair.cycle_id, pair_id=pair.id)
                for other in pair.members
                if other.role is not member.role
            ],
            "status": pair.status.value,
            "offered_at": _iso(pair.offered_at),
            "my_decision": member.decision.value if member.decision else None,
            "my_decision_at": _iso(member.decided_at),
            "my_reason": member.decline_reason.value if member.decline_reason else None,
            "my_note": member.decline_note,
            "accepted_at": _iso(pair.accepted_at),
            "joined_at": _iso(member.joined_at),
            "left_at": _iso(member.left_at),
            "ended_at": _iso(pair.ended_at),
        }
        for member, pair in found
    ]


def _read_meetings(session: Session, person_id: int) -> list[OwnData]:
    meetings = session.scalars(
        select(Meeting)
        .join(PairMember, PairMember.pair_id == Meeting.pair_id)
        .where(PairMember.person_id == person_id)
        .order_by(Meeting.starts_at, Meeting.id)
    ).unique()
    said = {
        word.meeting_id: word.took_place
        for word in session.scalars(select(MeetingAnswer).where(MeetingAnswer.person_id == person_id))
    }
    return [
        {
            "kind": one.kind.value,
            "status": one.status.value,
            "local_start": one.local_start,
            "timezone": one.timezone,
            "planned_minutes": one.minutes,
            "held_minutes": one.held_minutes,
            "topic": one.topic,
            "next_step": one.next_step,
            "format": one.format.value if one.format else None,
            "place": one.place,
            "corrected_at": _iso(one.corrected_at),
            "i_said_it_took_place": said.get(one.id),
        }
        for one in meetings
    ]
