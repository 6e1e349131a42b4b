"""Closing a school year: what stands, a decision on each pair, what follows; then the next year is open."""

from collections.abc import Mapping

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from admin.access import SecuredPage
from admin.calls import do, refusals_shown, see
from admin.cycles import cycle
from admin.inputs import choice, flag, record, sent
from admin.languages import label
from admin.numbers import read_number
from admin.pages import Entry, Group, command, page
from services.access.actors import Right
from services.access.errors import N_
from services.access.listing import PAGE, Asked
from services.curator.closings import Closed, PairFate, close_cycle, read_closing

GROUPS = ("met", "unmet")
"""Pairs at work by whether a meeting was held: each group may be decided at once."""
NOTHING_CHOSEN: Mapping[str, PairFate | None] = dict.fromkeys(GROUPS)


class ClosingPage(SecuredPage):
    endpoint, url = "closings", "/closing"
    entry = Entry(Group.ACCOUNT, 5, N_("Close the year"), behind="programme", needs_programme=True)

    @page("/", right=Right.MANAGE_SETTINGS)
    def index(self) -> str:
        return self._show({})

    @command("/close", right=Right.MANAGE_SETTINGS)
    def close(self) -> str | Response:
        chosen = {
            pair_id: PairFate(value)
            for name, value in sent().items()
            if (pair_id := read_number(name.removeprefix("pair_"))) is not None and value in set(PairFate)
        }
        cycle_id = record("cycle_id") or cycle().id
        groups = {name: choice(name, PairFate) for name in GROUPS}
        if "turn" in sent():
            return self._show(chosen, groups, record("turn") or 0)
        if not flag("sure"):
            flash(label("Please tick that you have read what follows."), "error")
            return self._show(chosen, groups, record("page") or 0)
        with refusals_shown():
            do(close_cycle, cycle_id=cycle_id, fates=chosen, **groups, success=_said)
            return redirect(url_for("home.index"))
        return self._show(chosen, groups, record("page") or 0)

    def _show(
        self,
        chosen: dict[int, PairFate],
        groups: Mapping[str, PairFate | None] = NOTHING_CHOSEN,
        page_number: int = 0,
    ) -> str:
        """The page; what was chosen for pairs of other pages goes along in the form."""
        plan = see(read_closing, cycle_id=cycle().id, asked=Asked(page=page_number, size=PAGE))
        shown = {pair.pair_id for pair in plan.pairs.rows}
        return self.show(
            "panel/closing.html",
            plan=plan,
            chosen=chosen,
            kept={pair_id: fate for pair_id, fate in chosen.items() if pair_id not in shown},
            groups=groups,
            fates=list(PairFate),
        )


def _said(closed: Closed) -> str:
    return label(
        "The school year is closed; {label} is open with the same programme and settings. "
        "Asked whether they want to go on: {asked}.",
        label=closed.next_label,
        asked=closed.asked,
    )
