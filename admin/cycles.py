"""The school year that the panel shows: the open one of the account's organisation."""

from flask import g

from admin.doors import current_account
from admin.languages import locale
from admin.storage import session
from services.errors import NotFound
from services.programmes.packs import ResolvedPack
from services.programmes.running import CycleFacts, NoOpenCycle, current_cycle, pack_of


def cycle() -> CycleFacts:
    """Raises NoOpenCycle."""
    if "cycle" not in g:
        g.cycle = current_cycle(session(), current_account().organization_id)
    found = g.cycle
    assert isinstance(found, CycleFacts)
    return found


def cycle_id_or_none() -> int | None:
    """None while nothing runs: no school year is open, or no programme runs in it."""
    try:
        found = cycle().id
        pack_of(session(), cycle_id=found)
    except (NoOpenCycle, NotFound):
        return None
    return found


def pack() -> ResolvedPack:
    """The running programme's pack. Raises NoOpenCycle, NotFound."""
    return pack_of(session(), cycle_id=cycle().id)


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
