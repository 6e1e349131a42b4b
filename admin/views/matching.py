"""Pairs for everybody at once: readiness, plans side by side, what to ask mentors for, drafts of a plan."""

from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from admin import matching_words
from admin.access import SecuredPage
from admin.calls import do, see
from admin.cycles import cycle
from admin.inputs import InputRefused, choice, text
from admin.languages import label, plural, sentence
from admin.pages import Entry, Group, command, page
from admin.words import word
from models.jobs import JobStatus
from models.matching import Aim
from services.access.actors import Right
from services.access.errors import N_
from services.matching.asks import answer_ask, ask_mentor
from services.matching.drafting import draft_plan
from services.matching.ranking import read_readiness
from services.matching.results import Planned, RunFacts, list_runs, read_run
from services.matching.rules import list_rules, undo_rule
from services.matching.runs import ask_run

MOST_SHOWN = 200
"""Lines of one plan on its page; the numbers above them count all."""


class MatchingPage(SecuredPage):
    endpoint, url = "matching", "/matching"
    entry = Entry(
        Group.PAIRS,
        5,
        N_("Pairs for everybody"),
        behind="proposals",
        tab=N_("For everybody"),
        needs_programme=True,
    )

    @page("/", right=Right.MANAGE_PAIRS)
    def index(self) -> str:
        return self.show(
            "panel/matching.html",
            readiness=see(read_readiness, cycle_id=cycle().id),
            runs=see(list_runs, cycle_id=cycle().id),
            rules=see(list_rules, cycle_id=cycle().id),
            told=matching_words,
        )

    @command("/run", right=Right.MANAGE_PAIRS)
    def run(self) -> Response:
        asked = do(ask_run, cycle_id=cycle().id)
        return redirect(url_for("matching.plans", run_id=asked.run_id))

    @page("/<int:run_id>/", right=Right.MANAGE_PAIRS)
    def plans(self, run_id: int) -> str:
        return self.show("panel/matching_run.html", **_card(run_id))

    @page("/<int:run_id>/state", right=Right.MANAGE_PAIRS)
    def state(self, run_id: int) -> str:
        """Only the part that changes, for the page that looks again while the worker is at it."""
        return self.show("panel/matching_state.html", **_card(run_id))

    @command("/<int:run_id>/drafts", right=Right.MANAGE_PAIRS)
    def drafts(self, run_id: int) -> Response:
        aim = choice("aim", Aim, needed=N_("Please choose a plan."))
        made = do(draft_plan, run_id=run_id, aim=aim)
        if made.pair_ids:
            flash(
                plural(
                    "{count} draft is ready. Nobody has been told yet.",
                    "{count} drafts are ready. Nobody has been told yet.",
                    len(made.pair_ids),
                ),
                "success",
            )
        for one in made.refused:
            pair = label("{mentee} – {mentor}: no draft.", mentee=one.mentee, mentor=one.mentor)
            flash(f"{pair} {sentence(one.refusal)}", "error")
        if not made.pair_ids:
            return redirect(url_for("matching.plans", run_id=run_id, aim=aim.value))
        return redirect(url_for("offering.index"))

    @command("/<int:run_id>/fixes/<int:fix_id>/ask", right=Right.MANAGE_PAIRS)
    def ask(self, run_id: int, fix_id: int) -> Response:
        do(ask_mentor, fix_id=fix_id, success=label("The question is on its way to the mentor."))
        return redirect(url_for("matching.plans", run_id=run_id) + "#fixes")

    @command("/<int:run_id>/fixes/<int:fix_id>/note", right=Right.MANAGE_PAIRS)
    def note(self, run_id: int, fix_id: int) -> Response:
        """What a mentor said aloud."""
        answer = text("answer")
        if answer not in {"yes", "no"}:
            raise InputRefused("answer", N_("Please choose the answer."))
        is_agreed = answer == "yes"
        success = label("Noted. The plans are made anew.") if is_agreed else label("Noted.")
        do(answer_ask, fix_id=fix_id, is_agreed=is_agreed, success=success)
        here = url_for("matching.index") if is_agreed else url_for("matching.plans", run_id=run_id) + "#fixes"
        return redirect(here)

    @command("/rules/<int:rule_id>/undo", right=Right.MANAGE_PAIRS)
    def undo(self, rule_id: int) -> Response:
        do(undo_rule, rule_id=rule_id, success=label("Taken back. The next plan is free in this."))
        return redirect(url_for("matching.index"))


def _card(run_id: int) -> dict[str, Any]:
    run = see(read_run, run_id=run_id)
    chosen = next((aim for aim in Aim if aim.value == request.args.get("aim")), Aim.BEST_SCORE)
    return {
        "run": run,
        "chosen": chosen,
        "plan": run.plans.get(chosen),
        "is_open": run.status in {JobStatus.WAITING, JobStatus.RUNNING},
        "side_by_side": _side_by_side(run),
        "aim_tabs": [
            (
                url_for("matching.plans", run_id=run_id, aim=aim.value) + "#plan",
                word(matching_words.AIMS, aim),
                aim is chosen,
            )
            for aim in run.plans
        ],
        "most": MOST_SHOWN,
        "told": matching_words,
    }


def _side_by_side(run: RunFacts) -> list[dict[str, Planned]]:
    """Of each mentee whose mentor differs from plan to plan: the lines of every plan by its name."""
    by_mentee: dict[int, dict[str, Planned]] = {}
    for aim, plan in run.plans.items():
        for line in plan.lines:
            by_mentee.setdefault(line.mentee_person_id, {})[aim.value] = line
    return [row for row in by_mentee.values() if len({one.mentor_person_id for one in row.values()}) > 1]
