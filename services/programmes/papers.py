"""The head of every paper that a programme prints: what put it in force, who answers (A1, A3, A4)."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from services.access.actors import Actor
from services.organizations.register import read_organization
from services.programmes.running import pack_of
from services.programmes.texts import Text


@dataclass(frozen=True, slots=True)
class PaperHead:
    """A line is None or empty where the regulation is silent."""

    organization: str
    programme: Text
    act: Text | None
    levels: tuple[Text, ...]
    basis: tuple[Text, ...]
    executor: Text | None
    controller: Text | None


def read_head(session: Session, *, actor: Actor, organization_id: int, cycle_id: int) -> PaperHead:
    """From the pack that the programme runs by. Raises NotFound, NotAllowed."""
    organization = read_organization(session, actor=actor, organization_id=organization_id)
    pack = pack_of(session, cycle_id=cycle_id).pack
    act = pack.act
    return PaperHead(
        organization=organization.name,
        programme=pack.title,
        act=act.title if act else None,
        levels=act.levels if act else (),
        basis=pack.basis,
        executor=act.executor if act else None,
        controller=act.controller if act else None,
    )
