"""Who writes, and whom they may have met: the members of their pairs, mentees first."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from models.people import Organization, Role
from services.access.actors import Actor
from services.access.errors import NotFound
from services.consents.states import has_consent
from services.messages_read.drafts.absent import split_absent
from services.messages_read.reading.reading import read_message
from services.messages_read.reading.readings import AuthorRole, Reading
from services.pairs.cards import PairCard, list_pairs_of


@dataclass(frozen=True, slots=True)
class Partner:
    """The other side of a pair, of a group all mentees; `role` is the author's own in it."""

    pair_id: int
    cycle_id: int
    people: tuple[tuple[int, str], ...]  # their ids and full names
    chat_name: str
    role: Role

    @property
    def is_group(self) -> bool:
        return len(self.people) > 1


@dataclass(frozen=True, slots=True)
class Author:
    actor: Actor
    person_id: int
    organization_id: int
    zone: ZoneInfo
    partners: tuple[Partner, ...]

    @property
    def role(self) -> AuthorRole:
        return "mentor" if any(one.role is Role.MENTOR for one in self.partners) else "mentee"

    @property
    def pairs_of(self) -> dict[str, tuple[int, ...]]:
        """The pairs behind each name; two colleagues may bear the same one. Whoever of a group is named, the
        whole group is meant.
        """
        found: dict[str, list[int]] = defaultdict(list)
        for one in self.partners:
            for _person_id, name in one.people:
                found[name].append(one.pair_id)
        return {name: tuple(ids) for name, ids in found.items()}

    @property
    def group_people(self) -> tuple[tuple[int, str], ...]:
        """The mentees of the author's groups, by id and full name."""
        return tuple(one for partner in self.partners if partner.is_group for one in partner.people)

    def partner_in(self, pair_id: int) -> Partner | None:
        return next((one for one in self.partners if one.pair_id == pair_id), None)

    def local(self, now: datetime) -> datetime:
        return now.astimezone(self.zone)


def read_author(session: Session, *, actor: Actor) -> Author:
    """Raises NotFound for whoever has no accepted pair now, or no consent: their texts are not read."""
    if actor.id is None or actor.organization_id is None or not has_consent(session, actor.id):
        raise NotFound
    pairs = [
        one
        for one in list_pairs_of(session, actor=actor, person_id=actor.id)
        if one.accepted_at and one.is_in(actor.id)
    ]
    if not pairs:
        raise NotFound
    partners = sorted((_partner(one, actor.id) for one in pairs), key=lambda one: one.role is Role.MENTEE)
    organization = session.get_one(Organization, actor.organization_id)
    return Author(actor, actor.id, organization.id, ZoneInfo(organization.timezone), tuple(partners))


def _partner(pair: PairCard, person_id: int) -> Partner:
    role = pair.role_of(person_id)
    others = (pair.mentor,) if role is Role.MENTEE else pair.mentees
    people = tuple((one.person_id, one.full_name) for one in others)
    return Partner(pair.id, pair.cycle_id, people, pair.partner_of(person_id).chat_name, role)


def read_text(author: Author, text: str, *, now: datetime) -> Reading:
    told, _absent = split_absent(text, author.group_people)
    return read_message(
        told,
        now=author.local(now),
        members=list(author.pairs_of),
        author_role=author.role,
    )
