"""Organisations, people, their roles, and the ways they come in."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from models import names
from models.audit import Audited
from models.base import Base, enum_column


class OrganizationKind(StrEnum):
    SCHOOL = "school"
    COLLEGE = "college"
    SUPPORT_CENTER = "support_center"


class Role(StrEnum):
    MENTEE = "mentee"
    MENTOR = "mentor"


class ParticipationStatus(StrEnum):
    """Where a person stands in one role of one cycle; words for people are in notices/."""

    INTAKE = "intake"  # the intake is open: waits for the person
    READY = "ready"  # in the bank, waits for the curator
    PAIRED = "paired"
    LEFT = "left"


class Outcome(StrEnum):
    """What a cycle came to for one person in one role; written when the cycle is closed (A23)."""

    COMPLETED = "completed"  # a pair carried its plan out
    EXTENDED = "extended"  # the pair wants to go on in the next cycle
    ENDED_EARLY = "ended_early"
    UNPAIRED = "unpaired"  # waited in the bank
    UNFINISHED = "unfinished"  # never sent the questionnaire
    LEFT = "left"


class JoinStatus(StrEnum):
    WAITING = "waiting"
    RECOGNISED = "recognised"
    REFUSED = "refused"


class AgeGroup(StrEnum):
    """Who consents for a person; staff are adults, no birth date is kept (docs/domain.md#personal-data)."""

    ADULT = "adult"
    FROM_14 = "from_14"  # the legal representative, and the minor's own assent
    UNDER_14 = "under_14"  # the legal representative alone


class Organization(Audited, Base):
    """A school, college or support centre: the unit of tenancy (A2)."""

    __tablename__ = "organizations"
    audited_as = "organization"
    audited_in = "id"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(300))
    kind: Mapped[OrganizationKind] = mapped_column(enum_column(OrganizationKind))
    address: Mapped[str] = mapped_column(String(300), default="")
    inn: Mapped[str] = mapped_column(String(12), default="")
    timezone: Mapped[str] = mapped_column(String(64))
    join_code: Mapped[str] = mapped_column(String(16), unique=True)
    center_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))  # its support centre (A2)
    created_at: Mapped[datetime]


def _sort_key(context: DefaultExecutionContext) -> str:
    return names.sort_key(*_written(context)[:3])


def _search_key(context: DefaultExecutionContext) -> str:
    return names.search_key(*_written(context))


def _written(context: DefaultExecutionContext) -> tuple[str, str, str, str]:
    row: dict[str, Any] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return row["family_name"], row["given_name"], row.get("patronymic") or "", row.get("position") or ""


class Person(Audited, Base):
    """A teacher. Before consent only what the employer already holds: name and position.

    An erased person's row stays for the counts, with the record's number in place of the name.
    """

    __tablename__ = "persons"
    audited_as = "person"
    __table_args__ = (Index("ix_persons_sorted", "organization_id", "sort_key", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    family_name: Mapped[str] = mapped_column(String(100))
    given_name: Mapped[str] = mapped_column(String(100))
    patronymic: Mapped[str] = mapped_column(String(100), default="")
    position: Mapped[str] = mapped_column(String(200), default="")
    locale: Mapped[str] = mapped_column(String(5), default="ru")
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    departed_at: Mapped[datetime | None]  # dismissed: kept until the retention term ends, invited no more
    age_group: Mapped[AgeGroup] = mapped_column(
        enum_column(AgeGroup), default=AgeGroup.ADULT, server_default="adult"
    )
    erased_at: Mapped[datetime | None]  # since then the row is a number without a person
    # both are written with the name, by models.names; lists are sorted and searched by them
    sort_key: Mapped[str] = mapped_column(
        Text().with_variant(Text(collation="C"), "postgresql"), default=_sort_key, server_default=text("''")
    )
    search_key: Mapped[str] = mapped_column(Text, default=_search_key, server_default=text("''"))

    organization: Mapped[Organization] = relationship()

    @property
    def full_name(self) -> str:
        return names.full_name(self.family_name, self.given_name, self.patronymic)

    @property
    def polite_name(self) -> str:
        """First name and patronymic, as colleagues address each other."""
        return names.polite_name(self.given_name, self.patronymic)


@event.listens_for(Person, "before_update")
def _write_keys(_mapper: Mapper[Person], _connection: Connection, person: Person) -> None:
    written = (person.family_name, person.given_name, person.patronymic)
    person.sort_key = names.sort_key(*written)
    person.search_key = names.search_key(*written, person.position)


class Participation(Audited, Base):
    """One role of one person in one cycle: the row of a mentee's or mentor's bank (A22, A49, A51)."""

    __tablename__ = "participations"
    audited_as = "person"
    audited_by = "person_id"
    __table_args__ = (
        UniqueConstraint("person_id", "cycle_id", "role"),
        Index("ix_participations_bank", "organization_id", "cycle_id", "role", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_column(Role))
    status: Mapped[ParticipationStatus] = mapped_column(enum_column(ParticipationStatus))
    capacity: Mapped[int] = mapped_column(default=1)  # mentees at once; for a mentee always 1
    joined_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    search_at: Mapped[datetime | None] = mapped_column(index=True)
    """Of a mentor who is new in the bank: when the scheduler looks for waiting mentees whom they suit."""
    outcome: Mapped[Outcome | None] = mapped_column(enum_column(Outcome))
    outcome_at: Mapped[datetime | None]
    wants_next: Mapped[bool | None]  # the answer to the offer of the next cycle (B15)

    person: Mapped[Person] = relationship()


class ChatAccount(Base):
    """A Telegram chat that belongs to a person; an old one is unlinked, never reused."""

    __tablename__ = "chat_accounts"

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    linked_at: Mapped[datetime | None]
    is_reachable: Mapped[bool] = mapped_column(default=True)
    unreachable_since: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]  # when it was last found to take messages again
    absences: Mapped[int] = mapped_column(default=0)  # how often it was found closed


class Invitation(Audited, Base):
    """A personal one-time link. The token is a secret of 22 characters, nothing personal in it."""

    __tablename__ = "invitations"
    audited_as = "person"
    audited_by = "person_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    token: Mapped[str] = mapped_column(String(22), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    claimed_chat_id: Mapped[int | None] = mapped_column(BigInteger)
    revoked_at: Mapped[datetime | None]


class JoinRequest(Audited, Base):
    """Someone who typed the school's code and waits to be recognised; the four digits are told aloud."""

    __tablename__ = "join_requests"
    audited_as = "join_request"
    __table_args__ = (
        CheckConstraint("length(digits) = 4", name="four_digits"),
        Index(
            "uq_join_requests_waiting_digits",
            "organization_id",
            "digits",
            unique=True,
            sqlite_where=text("status = 'waiting'"),
            postgresql_where=text("status = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, index=True)
    digits: Mapped[str] = mapped_column(String(4))
    status: Mapped[JoinStatus] = mapped_column(enum_column(JoinStatus))
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
