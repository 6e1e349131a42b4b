"""The school year that the panel shows: the open one of the account's organisation."""

from flask import g

from admin.calls import see
from admin.languages import label, locale
from services.access.errors import NotFound
from services.programmes.packs import ResolvedPack
from services.programmes.papers import PaperHead, read_head
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


def form_titles() -> dict[str, str]:
    """The programme's words for forms, kinds and role variants of mentoring, by id."""
    described = pack().pack
    return {
        one.id: one.title.get(locale())
        for one in (*described.forms, *described.kinds, *described.role_variants)
    }


def paper_head(cycle_id: int) -> PaperHead:
    """What stands above every paper of the programme of that year. Raises NotFound."""
    return see(read_head, cycle_id=cycle_id)


def pairs_title() -> str:
    """How pairs are called above their pages: the programme's own word, tandems in one regulation (1.F)."""
    return pack().pack.words.pairs.get(locale()) if cycle_id_or_none() else label("Pairs")


def curator_title() -> str:
    """How the programme calls its curator: a coordinator in one regulation (docs/domain.md#regulations)."""
    return pack().pack.words.curator.get(locale())
