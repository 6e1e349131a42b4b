"""The school year that the panel shows: the open one of the account's organisation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import g

from admin.calls import see
from admin.languages import label, locale, translator
from notices.pair_forms import list_rules, list_term
from services.access.errors import NotFound
from services.programmes.packs import ResolvedPack
from services.programmes.papers import PaperHead, read_head
from services.programmes.regulations import Named, Pack
from services.programmes.running import CycleFacts, NoOpenCycle, current_cycle, pack_of


def cycle() -> CycleFacts:
    """Raises NoOpenCycle."""
    if "cycle" not in g:
        g.cycle = see(current_cycle)
    found = g.cycle
    assert isinstance(found, CycleFacts)
    return found


def cycle_id_or_none() -> int | None:
    """None while nothing runs: no school year is open, or no programme runs in it."""
    try:
        found = cycle().id
        see(pack_of, cycle_id=found)
    except (NoOpenCycle, NotFound):
        return None
    return found


def pack() -> ResolvedPack:
    """The running programme's pack. Raises NoOpenCycle, NotFound."""
    return see(pack_of, cycle_id=cycle().id)


def kind_title(kind: str) -> str:
    """The programme's own word for a kind of meeting."""
    return next((one.title.get(locale()) for one in pack().pack.meeting_kinds if one.id == kind), kind)


@dataclass(frozen=True, slots=True)
class FormChoices:
    """What a form offers for a pair: values with their words. `rules` explain kinds, by title."""

    forms: Sequence[tuple[str, str]]
    kinds: Sequence[tuple[str, str]]
    role_variants: Sequence[tuple[str, str]]
    rules: Mapping[str, str]


def offer_forms(content: Pack, *, mentees: int) -> FormChoices:
    """What the programme has; of several mentees only kinds for groups."""

    def titled(found: Sequence[Named]) -> list[tuple[str, str]]:
        return [(one.id, one.title.get(locale())) for one in found]

    kinds = [one for one in content.kinds if one.is_group or mentees == 1]
    rules = {
        one.id: " ".join([*list_rules(one, translator()), *list_term(one, translator())]) for one in kinds
    }
    return FormChoices(
        titled(content.forms),
        titled(kinds),
        titled(content.role_variants),
        {title: rules[name] for name, title in titled(kinds) if rules[name]},
    )


def paper_head(cycle_id: int) -> PaperHead:
    """What stands above every paper of the programme of that year. Raises NotFound."""
    return see(read_head, cycle_id=cycle_id)


def pairs_title() -> str:
    """How pairs are called above their pages: the programme's own word, tandems in one regulation (1.F)."""
    return pack().pack.words.pairs.get(locale()) if cycle_id_or_none() else label("Pairs")


def curator_title() -> str:
    """How the programme calls its curator: a coordinator in one regulation (docs/domain.md#regulations)."""
    return pack().pack.words.curator.get(locale())
