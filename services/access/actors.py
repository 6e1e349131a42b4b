"""Who acts, through which channel, and what they may do (docs/design.md#tenancy)."""

from dataclasses import dataclass
from enum import StrEnum

from services.access.errors import NotAllowed


class Channel(StrEnum):
    BOT = "bot"
    PANEL = "panel"
    COMMAND_LINE = "command_line"
    SCHEDULER = "scheduler"
    WEB = "web"  # a one-time link


class ActorKind(StrEnum):
    PERSON = "person"
    ACCOUNT = "account"
    RESPONDENT = "respondent"  # somebody from outside who answers one survey by a link; the id is the run's
    SYSTEM = "system"


class Right(StrEnum):
    SEE_PEOPLE = "see_people"
    EDIT_PEOPLE = "edit_people"
    MANAGE_PAIRS = "manage_pairs"
    SEE_SCORES = "see_scores"
    FILL_SCORES = "fill_scores"
    MANAGE_SETTINGS = "manage_settings"
    KEEP_ACCOUNTS = "keep_accounts"  # of those who have no right that the keeper has not
    APPOINT_ADMINISTRATORS = "appoint_administrators"  # keep every account, whatever its rights
    SEE_AUDIT = "see_audit"
    KEEP_RECORDS = "keep_records"  # of consultations, seen by their author alone
    APPROVE = "approve"  # what only the head signs (E13)
    TICK_ROWS = "tick_rows"  # of the roadmap, those that one answers for


@dataclass(frozen=True, slots=True)
class Actor:
    """One who acts. `organization_id` None means the whole installation (command line, scheduler)."""

    kind: ActorKind
    id: int | None
    organization_id: int | None
    channel: Channel
    rights: frozenset[Right] = frozenset()

    def check_organization(self, organization_id: int) -> None:
        """Raises NotAllowed when the record belongs to another organisation."""
        if self.organization_id is not None and self.organization_id != organization_id:
            raise NotAllowed

    def check_right(self, right: Right, organization_id: int) -> None:
        """Raises NotAllowed unless the actor has the right in this organisation; the system has all."""
        self.check_organization(organization_id)
        if self.kind is not ActorKind.SYSTEM and right not in self.rights:
            raise NotAllowed

    def has_right(self, right: Right, organization_id: int) -> bool:
        """Whether `check_right` would pass; for what is shown less of, not refused."""
        try:
            self.check_right(right, organization_id)
        except NotAllowed:
            return False
        return True

    def check_is_person(self, person_id: int) -> None:
        """Raises NotAllowed unless the actor is this very person."""
        if self.kind is not ActorKind.PERSON or self.id != person_id:
            raise NotAllowed


def account_of(actor: Actor) -> int | None:
    """The account that acts; None for the system and for people in the chat."""
    return actor.id if actor.kind is ActorKind.ACCOUNT else None


def system(channel: Channel) -> Actor:
    return Actor(ActorKind.SYSTEM, None, None, channel)


def person_in_chat(person_id: int, organization_id: int) -> Actor:
    return Actor(ActorKind.PERSON, person_id, organization_id, Channel.BOT)
