"""Erasing a person: what is not on the retention list goes, numbers without a person stay.

The row of the person is emptied to a number; ratings move to a row of nobody, so that satisfaction counts on.
The act with the extract of the event log is written in the same transaction.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry
from models.base import Base
from models.consents import Consent
from models.documents import Document, DocumentPerson, DocumentStatus
from models.jobs import FileKind, StoredFile
from models.meetings import Meeting
from models.messages import Conversation, InboxUpdate, NoticeKind, OutboxMessage, OutboxStatus
from models.outreach import Publication, PublicationPerson
from models.pairs import Pair, PairMember
from models.people import ChatAccount, Invitation, JoinRequest, Person
from models.personal_programmes import PersonalProgramme
from models.privacy import ChatMessage, DestructionAct, DutyKind, PrivacyDuty
from models.programmes import Cycle
from models.requests import Request
from models.surveys import Answer, SurveyRun, SurveyStatus
from models.tasks import Task
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.records import find
from services.consents.duties import finish
from services.consents.retention import list_retained
from services.consents.states import STATES
from services.delivery.outbox import enqueue
from services.organizations.days import today_of
from services.pairs.assignments import EndReason, release_person
from services.privacy.mentions import forget_mentions
from services.privacy.traces import EMPTIED, GROUPS, TRACES, Fate
from services.programmes.running import pack_of

ACT_YEARS = 3
DELETABLE = timedelta(hours=48)  # Telegram lets a bot delete its own messages for so long
FILES = (FileKind.EXPORT, FileKind.IMPORT, FileKind.IMPORT_RESULT)
"""Files that may name anybody of the organisation and can be made anew; scans of papers stay."""

RATINGS = frozenset({"rating10", "scale3"})


@dataclass(frozen=True, slots=True)
class Erased:
    """`files` are names in the folder of files, to be removed once the transaction holds."""

    act_id: int
    files: tuple[str, ...]


def erase_person(
    session: Session, *, actor: Actor, person_id: int, reason: str, made_by: str, now: datetime
) -> Erased:
    """Erase and write the act; a person who is erased already gives the act of then.

    `reason` is that of services.privacy.erasures. Raises NotFound, NotAllowed.
    """
    person = find(session, Person, person_id, lock=True)
    actor.check_right(Right.EDIT_PEOPLE, person.organization_id)
    known = session.scalars(
        select(DestructionAct.id).where(DestructionAct.person_id == person_id).order_by(DestructionAct.id)
    ).first()
    if person.erased_at is not None and known is not None:
        return Erased(known, ())
    erasing = _Erasing(session, person, now)
    subject = person.full_name
    release_person(session, actor=actor, person_id=person_id, reason=EndReason.CONSENT_WITHDRAWN, now=now)
    chats = erasing.find_chats()
    last_message = erasing.find_last_message(chats)
    erasing.forget_chats(chats)
    erasing.forget_answers()
    erasing.forget_meetings()
    erasing.forget_traces()
    erasing.forget_publications()
    erasing.forget_documents()
    erasing.forget_consents()
    erasing.forget_audit()
    files = erasing.forget_files()
    erasing.count("mentions", forget_mentions(session, person))
    erasing.empty_person()
    act = _write_act(session, person, subject, reason, made_by, erasing, now)
    if last_message is not None:
        chat_id, messages = last_message
        key = f"privacy:act:{act.id}:farewell"
        enqueue(
            session,
            NoticeKind.PRIVACY_ERASED,
            person,
            key=key,
            chat_id=chat_id,
            facts={"act": act.id, "messages": messages},
            now=now,
        )
    for duty in session.scalars(
        select(PrivacyDuty).where(
            PrivacyDuty.person_id == person_id,
            PrivacyDuty.kind.in_((DutyKind.ERASURE, DutyKind.STOP)),
            PrivacyDuty.done_at.is_(None),
            PrivacyDuty.called_off_at.is_(None),
        )
    ):
        finish(session, duty, actor=actor, now=now)
    record(session, actor, Action.PRIVACY_ERASED, person, now=now, after={"act": act.id})
    session.flush()
    return Erased(act.id, files)


class _Erasing:
    """The steps, each counted for the act and noted in its log."""

    def __init__(self, session: Session, person: Person, now: datetime) -> None:
        self.session, self.person, self.now = session, person, now
        self.destroyed: Counter[str] = Counter()
        self.files: list[str] = []
        self.log: list[dict[str, Any]] = []

    def count(self, group: str, number: int) -> None:
        if number > 0:
            self.destroyed[group] += number
            self.log.append({"at": self.now.isoformat(), "group": group, "number": number})

    def find_chats(self) -> list[int]:
        """Chats that were ever this person's and are nobody else's now."""
        session, own = self.session, self.person.id
        found: set[int | None] = set()
        for query in (
            select(ChatAccount.chat_id).where(ChatAccount.person_id == own),
            select(Invitation.claimed_chat_id).where(Invitation.person_id == own),
            select(JoinRequest.chat_id).where(JoinRequest.person_id == own),
            select(Consent.chat_id).where(Consent.person_id == own),
        ):
            found.update(session.scalars(query))
        others = set(
            session.scalars(
                select(ChatAccount.chat_id).where(
                    ChatAccount.person_id.is_not(None), ChatAccount.person_id != own
                )
            )
        )
        return sorted(chat for chat in found if chat is not None and chat not in others)

    def find_last_message(self, chats: list[int]) -> tuple[int, list[int]] | None:
        """The chat that is told, and the bot's messages in it that can still be deleted."""
        chat_id = self.session.scalar(
            select(ChatAccount.chat_id).where(
                ChatAccount.person_id == self.person.id, ChatAccount.is_reachable
            )
        )
        if chat_id is None or chat_id not in chats:
            return None
        since = self.now - DELETABLE
        found = set(
            self.session.scalars(
                select(ChatMessage.message_id).where(
                    ChatMessage.chat_id == chat_id, ChatMessage.sent_at >= since
                )
            )
        )
        found.update(
            one
            for one in self.session.scalars(
                select(OutboxMessage.message_id).where(
                    OutboxMessage.person_id == self.person.id,
                    OutboxMessage.status == OutboxStatus.SENT,
                    OutboxMessage.sent_at >= since,
                )
            )
            if one is not None
        )
        return chat_id, sorted(found)

    def forget_chats(self, chats: list[int]) -> None:
        session = self.session
        if not chats:
            return
        self.count(
            "messages",
            _rows(session.execute(delete(ChatMessage).where(ChatMessage.chat_id.in_(chats)))),
        )
        session.execute(
            update(InboxUpdate)
            .where(InboxUpdate.chat_id.in_(chats))
            .values(chat_id=None, payload=None, fault=None)
        )
        session.execute(delete(OutboxMessage).where(OutboxMessage.chat_id.in_(chats)))
        session.execute(delete(Conversation).where(Conversation.chat_id.in_(chats)))
        self.count("chats", _rows(session.execute(delete(ChatAccount).where(ChatAccount.chat_id.in_(chats)))))
        requests = select(JoinRequest.id).where(
            or_(JoinRequest.chat_id.in_(chats), JoinRequest.person_id == self.person.id)
        )
        session.execute(delete(Task).where(Task.join_request_id.in_(requests)))
        session.execute(delete(JoinRequest).where(JoinRequest.chat_id.in_(chats)))

    def forget_answers(self) -> None:
        """Ratings move to a row of nobody, by the month; every other answer goes."""
        session = self.session
        runs = session.scalars(select(SurveyRun).where(SurveyRun.person_id == self.person.id)).all()
        ids = [run.id for run in runs]
        session.execute(update(Task).where(Task.run_id.in_(ids)).values(run_id=None))
        nobody: int | None = None
        for run in runs:
            kept = _rating_questions(session, run) if run.status is SurveyStatus.SENT else frozenset()
            gone = _rows(
                session.execute(
                    delete(Answer).where(Answer.run_id == run.id, Answer.question_id.not_in(kept))
                )
            )
            self.count("answers", gone)
            if run.status is not SurveyStatus.SENT:
                session.delete(run)
                continue
            nobody = nobody or self._add_placeholder_person(run.cycle_id)
            run.person_id, run.pair_id, run.meeting_id, run.at_question = nobody, None, None, None
            run.dedup_key = f"erased:{run.id}"
            run.opened_at = run.sent_at = _month(run.sent_at or run.opened_at)
            run.closes_at = run.reminded_at = None
            session.execute(update(Answer).where(Answer.run_id == run.id).values(answered_at=run.opened_at))
        self.count("questionnaires", len(runs))
        for run in session.scalars(select(SurveyRun).where(SurveyRun.about_person_id == self.person.id)):
            kept = _rating_questions(session, run)
            told = delete(Answer).where(Answer.run_id == run.id, Answer.question_id.not_in(kept))
            self.count("answers", _rows(session.execute(told)))
            run.about_person_id = None
        session.flush()

    def _add_placeholder_person(self, cycle_id: int) -> int:
        start = datetime.combine(self.session.get_one(Cycle, cycle_id).starts_on, time(), UTC)
        row = Person(
            organization_id=self.person.organization_id,
            family_name="",
            given_name="",
            created_at=start,
            erased_at=start,
        )
        self.session.add(row)
        self.session.flush()
        return row.id

    def forget_meetings(self) -> None:
        """Texts of the person's meetings; that they took place, when and how long, is counted on."""
        pairs = select(PairMember.pair_id).where(PairMember.person_id == self.person.id)
        told = or_(Meeting.topic.is_not(None), Meeting.next_step.is_not(None), Meeting.place.is_not(None))
        self.count(
            "meetings",
            _rows(
                self.session.execute(
                    update(Meeting)
                    .where(Meeting.pair_id.in_(pairs), told)
                    .values(topic=None, next_step=None, place=None)
                    .execution_options(synchronize_session=False)
                )
            ),
        )
        self.session.execute(
            update(PairMember).where(PairMember.person_id == self.person.id).values(decline_note=None)
        )
        kept = update(Pair).where(Pair.id.in_(pairs)).values(override_reason=None)
        self.session.execute(kept.execution_options(synchronize_session=False))
        told_of = delete(Request).where(Request.pair_id.in_(pairs))  # by one about the other
        written = delete(PersonalProgramme).where(PersonalProgramme.pair_id.in_(pairs))  # about both
        self.count("programmes", _rows(self.session.execute(written)))
        self.count("notes", _rows(self.session.execute(told_of)))

    def forget_traces(self) -> None:
        for (name, column), fate in TRACES.items():
            table = Base.metadata.tables[name]
            is_own = table.c[column] == self.person.id
            if fate is Fate.DELETED:
                self.count(GROUPS.get(name, name), _rows(self.session.execute(delete(table).where(is_own))))
            elif fate is Fate.LOOSENED:
                self.session.execute(update(table).where(is_own).values({column: None}))
        own = select(JoinRequest.id).where(JoinRequest.person_id == self.person.id)
        # the chat that asked may be somebody else's by now, so that forget_chats has passed it over
        self.session.execute(delete(Task).where(Task.join_request_id.in_(own)))
        self.session.execute(delete(JoinRequest).where(JoinRequest.id.in_(own)))

    def forget_publications(self) -> None:
        """Lines of the register that name the person: title and address tell who it is. The page itself was
        taken down by its own deadline, or is not in our hands.
        """
        named = select(PublicationPerson.publication_id).where(PublicationPerson.person_id == self.person.id)
        ids = self.session.scalars(named).all()
        self.session.execute(delete(PublicationPerson).where(PublicationPerson.publication_id.in_(ids)))
        gone = self.session.execute(delete(Publication).where(Publication.id.in_(ids)))
        self.count("publications", _rows(gone))

    def forget_documents(self) -> None:
        """Drafts that name the person go whole, with their files: they are made anew without the name. A
        signed one is a paper of the retention list; what it said stays in it alone.
        """
        named = select(DocumentPerson.document_id).where(DocumentPerson.person_id == self.person.id)
        rows = self.session.scalars(select(Document).where(Document.id.in_(named))).all()
        drafts = [row for row in rows if row.status is DocumentStatus.DRAFT]
        files = [row.file_id for row in drafts if row.file_id is not None]
        for row in rows:
            row.facts = None
        self.session.flush()
        self.session.execute(delete(Document).where(Document.id.in_([row.id for row in drafts])))
        for file in self.session.scalars(select(StoredFile).where(StoredFile.id.in_(files))):
            self.files.append(file.name)
            self.session.delete(file)
        self.count("documents", len(drafts))

    def forget_consents(self) -> None:
        """The record stays as id, template, hash and times; the scan is a paper of the retention list."""
        self.session.execute(
            update(Consent)
            .where(Consent.person_id == self.person.id)
            .values(chat_id=None, message_id=None, choices=None, signed_by=None, paper_number=None)
        )

    def forget_audit(self) -> None:
        own = or_(
            (AuditEntry.subject_kind == "person") & (AuditEntry.subject_id == self.person.id),
            (AuditEntry.actor_kind == ActorKind.PERSON.value) & (AuditEntry.actor_id == self.person.id),
        )
        changed = self.session.execute(update(AuditEntry).where(own).values(before=None, after=None))
        self.count("journal", _rows(changed))

    def forget_files(self) -> tuple[str, ...]:
        """Lists and exports of the organisation: any of them may name this person."""
        rows = self.session.scalars(
            select(StoredFile).where(
                StoredFile.organization_id == self.person.organization_id, StoredFile.kind.in_(FILES)
            )
        ).all()
        for row in rows:
            self.session.delete(row)
        self.count("files", len(rows))
        return (*self.files, *(row.name for row in rows))

    def empty_person(self) -> None:
        person = self.person
        for column, left in EMPTIED.items():
            setattr(person, column, left(person.id, self.now))
        self.count("person", 1)
        self.session.flush()
        STATES.forget(self.session, person.id)


def _rating_questions(session: Session, run: SurveyRun) -> frozenset[str]:
    """What statistics are made of; a questionnaire on joining is a profile and goes whole."""
    pack = pack_of(session, cycle_id=run.cycle_id)
    try:
        survey = pack.survey(run.survey_id)
    except KeyError:
        return frozenset()
    if survey.id in pack.surveys_on("mentee_intake", "mentor_intake"):
        return frozenset()
    return frozenset(one.id for one in survey.questions() if one.kind in RATINGS)


def _month(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(day=1, hour=12, minute=0, second=0, microsecond=0)


def _rows(result: Any) -> int:
    return max(int(result.rowcount), 0)


def _write_act(
    session: Session,
    person: Person,
    subject: str,
    reason: str,
    made_by: str,
    erasing: _Erasing,
    now: datetime,
) -> DestructionAct:
    today = today_of(session, person.organization_id, now)
    kept = [
        {
            "title": {"ru": one.title.get("ru"), "en": one.title.get("en")},
            "ground": {"ru": one.ground.get("ru"), "en": one.ground.get("en")},
            "until": until.isoformat() if (until := one.until(today)) else None,
        }
        for one in list_retained(session, organization_id=person.organization_id)
    ]
    act = DestructionAct(
        organization_id=person.organization_id,
        person_id=person.id,
        subject=subject,
        reason=reason,
        made_at=now,
        made_by=made_by,
        destroyed=dict(erasing.destroyed),
        kept=kept,
        log=erasing.log,
        keep_until=today.replace(year=today.year + ACT_YEARS, day=min(today.day, 28)),
    )
    session.add(act)
    session.flush()
    return act
