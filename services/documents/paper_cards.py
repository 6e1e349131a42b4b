"""What an organisation's papers say of it beyond its card: founder, place, head, acts, terms of the work.

Everything is set once in the panel (A1, A3, A4; docs/documents.md#card).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from models.audit import Action
from models.changes import change_row
from models.documents import PaperCard
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed
from services.documents.declining import Case, decline_position, decline_written_name, shorten_written

FOLDER = Path(__file__).resolve().parents[2] / "programmes" / "common" / "documents"
OFFICIALS = ("head", "curator", "liaison")
OFFICIAL_FIELDS = tuple(
    f"{one}_{field}"
    for one in OFFICIALS
    for field in ("name", "position", *(f"{what}_{case}" for what in ("name", "position") for case in Case))
)
TEXTS = (
    "founder",
    "short_name",
    "place",
    "control",
    "content",
    "work_form",
    "payment",
    "schedule",
    "duties_curator",
    "duties_liaison",
)
FIELDS = (*TEXTS, *OFFICIAL_FIELDS)
NEEDED = ("founder", "place", "head_name", "head_position")
"""Without them a paper has blanks in its head or beside its signature."""

LIMIT, MOST_ACTS = 1000, 30


class PaperTextTooLong(DomainError):
    text = N_("This is too long: at most {limit} characters fit.")


class TooManyActs(DomainError):
    text = N_("Please list at most {limit} acts, one a line.")


@dataclass(frozen=True, slots=True)
class PaperCardFacts:
    """`facts` has every name of FIELDS: what was written, otherwise the usual text or a proposed form.

    `lacking` are those of NEEDED that nobody has filled in.
    """

    facts: Mapping[str, str]
    acts: tuple[str, ...]
    lacking: tuple[str, ...]

    def official(self, name: str) -> dict[str, str]:
        """Head, curator or liaison as a template may write them."""
        told = {
            field.removeprefix(f"{name}_"): self.facts[field]
            for field in OFFICIAL_FIELDS
            if field.startswith(f"{name}_")
        }
        return told | {"short_name": shorten_written(told["name"])}


def read_paper_card(session: Session, *, actor: Actor, organization_id: int) -> PaperCardFacts:
    """For any account of the organisation. Raises NotAllowed."""
    actor.check_organization(organization_id)
    if actor.kind is ActorKind.PERSON:
        raise NotAllowed
    return card_of(session, organization_id)


def card_of(session: Session, organization_id: int) -> PaperCardFacts:
    """The same for a builder of facts: whoever makes a document has been checked."""
    row = session.get(PaperCard, organization_id)
    usual = usual_texts()
    written: dict[str, str] = dict(row.facts) if row is not None else {}
    facts = {name: written.get(name, usual["facts"].get(name, "")) for name in TEXTS}
    for one in OFFICIALS:
        facts |= _official(one, written)
    acts = tuple(row.acts) if row is not None else tuple(usual["acts"])
    return PaperCardFacts(facts, acts, tuple(name for name in NEEDED if not facts[name]))


def edit_paper_card(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    facts: Mapping[str, str],
    acts: str,
    now: datetime,
) -> PaperCardFacts:
    """`facts` by the names of FIELDS, `acts` one a line. A form that is left empty is proposed anew.

    Raises NotAllowed, PaperTextTooLong, TooManyActs.
    """
    actor.check_right(Right.MANAGE_SETTINGS, organization_id)
    wanted = {name: " ".join(facts[name].split()) for name in FIELDS if name in facts}
    listed = [" ".join(line.split()) for line in acts.splitlines() if line.strip()]
    if len(listed) > MOST_ACTS:
        raise TooManyActs(limit=MOST_ACTS)
    if max(len(one) for one in (*wanted.values(), *listed, "")) > LIMIT:
        raise PaperTextTooLong(limit=LIMIT)
    card = session.get(PaperCard, organization_id, with_for_update=True)
    if card is None:
        card = PaperCard(organization_id=organization_id, facts={}, acts=[])
        session.add(card)
    changed = change_row(card, {"facts": {**card.facts, **wanted}, "acts": listed})
    if changed:
        session.flush()
        record(session, actor, Action.PAPER_CARD_EDITED, card, now=now, after={"changed": list(changed)})
    return card_of(session, organization_id)


def _official(one: str, written: Mapping[str, str]) -> dict[str, str]:
    name, position = written.get(f"{one}_name", ""), written.get(f"{one}_position", "")
    proposed = {
        "name": decline_written_name(name) if name else {},
        "position": decline_position(position) if position else {},
    }
    forms = {
        f"{one}_{what}_{case}": written.get(f"{one}_{what}_{case}") or proposed[what].get(case, "")
        for what in proposed
        for case in Case
    }
    return {f"{one}_name": name, f"{one}_position": position, **forms}


@cache
def usual_texts() -> dict[str, Any]:
    """The texts that the product ships."""
    return tomllib.loads((FOLDER / "defaults.toml").read_text(encoding="utf-8"))
