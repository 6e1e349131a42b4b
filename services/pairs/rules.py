"""The rules that the kind of a pair brings, and how its programme calls form and kind (E8 to E10)."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.pairs import Pair
from services.programmes.regulations import MentoringKind, Pack
from services.programmes.running import pack_of
from services.programmes.texts import Text, text


@dataclass(frozen=True, slots=True)
class Described:
    """Form, kind and role variant as the programme calls them, and the rules of the kind."""

    form: Text
    kind: MentoringKind
    role_variant: Text | None


def describe_form(session: Session, pair: Pair) -> Described:
    """Raises NotFound where no programme runs in the pair's school year."""
    pack = pack_of(session, cycle_id=pair.cycle_id).pack
    titles = {one.id: one.title for one in (*pack.forms, *pack.role_variants)}
    return Described(
        form=titles.get(pair.form, text(pair.form, pair.form)),
        kind=find_kind(pack, pair.kind),
        role_variant=titles.get(pair.role_variant) if pair.role_variant else None,
    )


def rules_of(session: Session, pair: Pair) -> MentoringKind:
    """The rules of this pair's kind; a kind that its programme has no more has none."""
    return find_kind(pack_of(session, cycle_id=pair.cycle_id).pack, pair.kind)


def find_kind(pack: Pack, kind: str) -> MentoringKind:
    """Raises nothing: a kind that the pack has lost has a name and no rules."""
    found = next((one for one in pack.kinds if one.id == kind), None)
    return found or MentoringKind.model_construct(id=kind, title=text(kind, kind))
