"""The audit trail: who did what, through which channel, and what changed."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Action(StrEnum):
    """Every act that goes into the trail; admin/words/journal.py has a word for each."""

    ACCOUNT_CHAT_LINKED = "account.chat_linked"
    ACCOUNT_CHAT_UNLINKED = "account.chat_unlinked"
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_DISABLED = "account.disabled"
    ACCOUNT_ENABLED = "account.enabled"
    ACCOUNT_ENTRY_SENT = "account.entry_sent"
    ACCOUNT_GUEST_ADMITTED = "account.guest_admitted"
    ACCOUNT_GUEST_ENDED = "account.guest_ended"
    ACCOUNT_LANGUAGE_CHOSEN = "account.language_chosen"
    ACCOUNT_LINK_ISSUED = "account.link_issued"
    ACCOUNT_MESSENGER_RULE_READ = "account.messenger_rule_read"
    ACCOUNT_PASSWORD_SET = "account.password_set"  # noqa: S105
    ACCOUNT_PRESENT_PASSWORD_FAILED = "account.present_password_failed"  # noqa: S105
    ACCOUNT_RECORDS_CLOSED = "account.records_closed"
    ACCOUNT_RECORDS_OPENED = "account.records_opened"
    ACCOUNT_SIGN_IN_FAILED = "account.sign_in_failed"
    ACCOUNT_SIGNED_IN = "account.signed_in"
    APPROVAL_GIVEN = "approval.given"
    CONSENT_DECLINED = "consent.declined"
    CONSENT_EXPIRED = "consent.expired"
    CONSENT_GIVEN = "consent.given"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    CONSULTATION_ADDED = "consultation.added"
    CONSULTATION_REMOVED = "consultation.removed"
    CYCLE_ANSWERED = "cycle.answered"
    CYCLE_CLOSED = "cycle.closed"
    DOCUMENT_DELETED = "document.deleted"
    DOCUMENT_MADE = "document.made"
    DOCUMENT_SCAN_ADDED = "document.scan_added"
    DOCUMENT_SIGNED = "document.signed"
    DOCUMENT_TEMPLATE_CHOSEN = "document.template_chosen"
    DOCUMENT_TEMPLATE_UPLOADED = "document.template_uploaded"
    EVENT_CANCELLED = "event.cancelled"
    EVENT_CHANGED = "event.changed"
    EVENT_HELD = "event.held"
    EVENT_INVITED = "event.invited"
    EVENT_MATERIAL_ADDED = "event.material_added"
    EVENT_MINUTES_WRITTEN = "event.minutes_written"
    EVENT_PLANNED = "event.planned"
    EXPORT_MADE = "export.made"
    FILE_DELETED = "file.deleted"
    HEADCOUNT_ENTERED = "headcount.entered"
    IMPORT_APPLIED = "import.applied"
    IMPORT_DISCARDED = "import.discarded"
    IMPORT_HANDED_IN = "import.handed_in"
    INSTALLATION_RESTORED = "installation.restored"
    INVITATION_CLAIMED = "invitation.claimed"
    INVITATION_CREATED = "invitation.created"
    INVITATION_REVOKED = "invitation.revoked"
    INVITATION_UNDONE = "invitation.undone"
    JOB_ASKED = "job.asked"
    JOB_CANCELLED = "job.cancelled"
    JOIN_RECOGNISED = "join.recognised"
    JOIN_REFUSED = "join.refused"
    LINK_ISSUED = "link.issued"
    MATCH_ANSWERED = "match.answered"
    MATCH_ASKED = "match.asked"
    MATCH_FORBIDDEN = "match.forbidden"
    MATCH_LOCKED = "match.locked"
    MATCH_RULE_UNDONE = "match.rule_undone"
    MEETING_CANCELLED = "meeting.cancelled"
    MEETING_CORRECTED = "meeting.corrected"
    MEETING_LOG_WITHDRAWN = "meeting.log_withdrawn"
    MEETING_LOGGED = "meeting.logged"
    MEETING_MOVED = "meeting.moved"
    MEETING_PLANNED = "meeting.planned"
    MEETING_PROPOSED = "meeting.proposed"
    MEETING_COMING_SAID = "meeting.coming_said"
    MEETING_ATTENDANCE_SET = "meeting.attendance_set"
    MEETING_SAID = "meeting.said"
    MEMO_SENT = "memo.sent"
    MEMO_WRITTEN = "memo.written"
    NOTICE_RETRIED = "notice.retried"
    ORGANIZATION_ADDED = "organization.added"
    ORGANIZATION_CENTER_SET = "organization.center_set"
    ORGANIZATION_CODE_REPLACED = "organization.code_replaced"
    ORGANIZATION_EDITED = "organization.edited"
    PAIR_ACCEPTED = "pair.accepted"
    PAIR_AGREEMENT_REGISTERED = "pair.agreement_registered"
    PAIR_CONFIRMED = "pair.confirmed"
    PAIR_DECLINED = "pair.declined"
    PAIR_DISCARDED = "pair.discarded"
    PAIR_DRAFTED = "pair.drafted"
    PAIR_ENDED = "pair.ended"
    PAIR_EXPIRED = "pair.expired"
    PAIR_ORDERED = "pair.ordered"
    PAIR_PAUSED = "pair.paused"
    PAIR_CHANGED = "pair.changed"
    PAIR_MEMBER_ASKED = "pair.member_asked"
    PAIR_MEMBER_JOINED = "pair.member_joined"
    PAIR_MEMBER_LEFT = "pair.member_left"
    PAIR_RESUMED = "pair.resumed"
    PAIR_SIDE_ACCEPTED = "pair.side_accepted"
    PAIR_WITHDRAWN = "pair.withdrawn"
    PAPER_CARD_EDITED = "paper_card.edited"
    PAPER_ENTERED = "paper.entered"
    PAPER_NAME_CONFIRMED = "paper_name.confirmed"
    PARTNER_ADDED = "partner.added"
    PARTNER_REMOVED = "partner.removed"
    PERSON_ADDED = "person.added"
    PERSON_AGE_GROUP_CHOSEN = "person.age_group_chosen"
    PERSON_DISMISSED = "person.dismissed"
    PERSON_EDITED = "person.edited"
    PERSON_ELIGIBILITY_SET = "person.eligibility_set"
    PERSON_FILE_SHOWN = "person.file_shown"
    PERSON_HANDED_OVER = "person.handed_over"
    PERSON_IMPORTED = "person.imported"
    PERSON_LOCALE_CHOSEN = "person.locale_chosen"
    PERSON_MERGED = "person.merged"
    PERSON_ON_LEAVE = "person.on_leave"
    PERSON_RETURNED = "person.returned"
    PERSON_TRANSFERRED = "person.transferred"
    WORDS_PASSED_ON = "words.passed_on"
    PERSONAL_PROGRAMME_AGREED = "personal_programme.agreed"
    PERSONAL_PROGRAMME_APPROVED = "personal_programme.approved"
    PERSONAL_PROGRAMME_BANKED = "personal_programme.banked"
    PERSONAL_PROGRAMME_CHANGED = "personal_programme.changed"
    PERSONAL_PROGRAMME_CHANGE_ASKED = "personal_programme.change_asked"
    PERSONAL_PROGRAMME_CHANGE_ENDED = "personal_programme.change_ended"
    PERSONAL_PROGRAMME_COMPLETED = "personal_programme.completed"
    PERSONAL_PROGRAMME_DRAFTED = "personal_programme.drafted"
    PERSONAL_PROGRAMME_EDITED = "personal_programme.edited"
    PERSONAL_PROGRAMME_MARKED = "personal_programme.marked"
    PERSONAL_PROGRAMME_RETURNED = "personal_programme.returned"
    PERSONAL_PROGRAMME_UNBANKED = "personal_programme.unbanked"
    PRIVACY_AGREEMENT_REGISTERED = "privacy.agreement_registered"
    PRIVACY_ERASED = "privacy.erased"
    PRIVACY_ERASURE_DONE = "privacy.erasure_done"
    PRIVACY_OPERATOR_EDITED = "privacy.operator_edited"
    PRIVACY_SCAN_GONE = "privacy.scan_gone"
    PRIVACY_SCAN_READ = "privacy.scan_read"
    PRIVACY_STOP_DEMANDED = "privacy.stop_demanded"
    PRIVACY_STOP_DONE = "privacy.stop_done"
    PRIVACY_UNPUBLISH_DONE = "privacy.unpublish_done"
    PROGRAMME_CREATED = "programme.created"
    PROGRAMME_SETTINGS_CHANGED = "programme.settings_changed"
    PROGRAMME_UPGRADED = "programme.upgraded"
    PUBLICATION_ADDED = "publication.added"
    PUBLICATION_REMOVED = "publication.removed"
    REQUEST_ANSWERED = "request.answered"
    REQUEST_DECIDED = "request.decided"
    REQUEST_HANDED_ON = "request.handed_on"
    REQUEST_MADE = "request.made"
    REQUEST_ORDERED = "request.ordered"
    REQUEST_WITHDRAWN = "request.withdrawn"
    ROADMAP_ASKED = "roadmap.asked"
    ROADMAP_DONE = "roadmap.done"
    ROADMAP_PLANNED = "roadmap.planned"
    ROADMAP_PROOF_ADDED = "roadmap.proof_added"
    ROADMAP_PUT_OFF = "roadmap.put_off"
    ROADMAP_REOPENED = "roadmap.reopened"
    ROADMAP_SHIFTED = "roadmap.shifted"
    ROLE_CHOSEN = "role.chosen"
    ROLE_LEFT = "role.left"
    ROLE_READY = "role.ready"
    SCHOOL_DAYS_ADDED = "school_days.added"
    SCHOOL_DAYS_REMOVED = "school_days.removed"
    SCORES_SHEET_OPENED = "scores.sheet_opened"
    SCORES_SHEET_SAVED = "scores.sheet_saved"
    SUPPORT_CLOSED = "support.closed"
    SUPPORT_EDITED = "support.edited"
    SUPPORT_SHARED = "support.shared"
    SURVEY_PAPER_ENTERED = "survey.paper_entered"
    SURVEY_PARTNER_ASKED = "survey.partner_asked"
    SURVEY_SENT = "survey.sent"
    TASK_CLOSED = "task.closed"
    TESTIMONY_ADDED = "testimony.added"
    TESTIMONY_INFORMED = "testimony.informed"
    TESTIMONY_REMOVED = "testimony.removed"
    WAVE_CANCELLED = "wave.cancelled"
    WAVE_CLOSED = "wave.closed"
    WAVE_PLANNED = "wave.planned"


class AuditSubject(NamedTuple):
    """`organization_id` is None for what belongs to the whole installation."""

    kind: str
    id: int
    organization_id: int | None


class Audited:
    """Mixin of the tables whose rows acts are recorded about.

    A row tells the kind, the id and the organisation that go into the trail, so that no caller can name a
    wrong one. `audited_by` is the column with the subject's id: a testimony is recorded about its person.
    """

    audited_as: ClassVar[str]
    audited_by: ClassVar[str] = "id"
    audited_in: ClassVar[str | None] = "organization_id"

    def audit_subject(self) -> AuditSubject:
        organization_id = getattr(self, self.audited_in) if self.audited_in else None
        return AuditSubject(self.audited_as, getattr(self, self.audited_by), organization_id)


class AuditEntry(Base):
    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_subject", "subject_kind", "subject_id"),
        Index("ix_audit_recent", "organization_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[int | None]
    channel: Mapped[str] = mapped_column("door", String(16))
    action: Mapped[str] = mapped_column(String(64))  # "pair.confirmed"
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int | None]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
