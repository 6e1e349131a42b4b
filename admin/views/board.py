"""The board: a plan line by line, two people side by side; lock, keep apart, undo, make drafts of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from admin import matching_words
from admin.access import SecuredPage
from admin.calls import do, see
from admin.cycles import cycle, cycle_id_or_none
from admin.inputs import choice, ids, record, text
from admin.languages import label, plural, sentence
from admin.numbers import read_number
from admin.pages import Entry, Group, command, page
from models.jobs import JobStatus
from models.matching import Aim, RuleKind
from models.people import Role
from services.access.actors import Right
from services.access.errors import N_, NotFound
from services.access.listing import Asked
from services.matching.board import Board, BoardLine, read_board
from services.matching.drafting import draft_plan
from services.matching.ranking import Candidate, rank_mentors
from services.matching.results import RunHead, list_runs
from services.matching.rules import REASON_LIMIT, RuleFacts, forbid_pair, lock_pair, undo_rule
from services.matching.runs import ask_run
from services.matching.scoring import Area
from services.pairs.banks import NEED, READY, Profile, list_bank, read_profiles

MOST_LISTED = 200  # mentees and mentors of the lists while there is no plan
MOST_CANDIDATES = 8
MOST_AREAS = 8
MOST_REFUSALS = 3
SHOWN_FACTS = ("subjects", "experience", "weekdays", "times", "format", "kinds")
"""Questions that both sides are asked, whose answers stand beside each other."""
OPEN = frozenset({JobStatus.WAITING, JobStatus.RUNNING})


class Deed(StrEnum):
    LOCK = "lock"
    FORBID = "forbid"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Pane:
    """One mentee with the mentor that is looked at, and who else is possible."""

    mentee: Profile
    mentor: Profile | None
    shown: Candidate | None
    candidates: tuple[Candidate, ...]
    possible: int
    areas: tuple[Area, ...]
    facts: tuple[tuple[str, str, str], ...]
    line: BoardLine | None
    rule: RuleFacts | None  # what was decided on these two
    lock: RuleFacts | None  # that of this mentee, to whomever


class BoardPage(SecuredPage):
    endpoint, url = "board", "/board"
    entry = Entry(Group.PAIRS, 6, N_("The board"), behind="proposals", tab=N_("Board"), needs_programme=True)

    @page("/", right=Right.MANAGE_PAIRS)
    def index(self) -> str:
        if cycle_id_or_none() is None:
            return self.show("panel/roadmap_none.html")
        heads = see(list_runs, cycle_id=cycle().id)
        head = _choose_run(heads)
        if head is None:
            return self.show(
                "panel/board_empty.html",
                pending=_pending(heads),
                mentees=see(list_bank, role=Role.MENTEE, asked=Asked(size=MOST_LISTED)),
                mentors=see(
                    list_bank,
                    role=Role.MENTOR,
                    asked=Asked(size=MOST_LISTED, sort="places", is_descending=True),
                ),
            )
        aim = choice("aim", Aim, Aim.BEST_SCORE)
        board = see(read_board, run_id=head.id, aim=aim)
        mentee_id = read_number(request.args.get("mentee", ""))
        return self.show(
            "panel/board.html",
            board=board,
            pending=_pending(heads),
            is_newest=head.id == heads[0].id,
            tabs=[
                (
                    url_for("board.index", run=head.id, aim=one.value),
                    label(matching_words.AIMS[one]),
                    one is aim,
                )
                for one in board.run.plans
            ],
            pane=_read_pane(board, mentee_id) if mentee_id is not None else None,
            mentee_id=mentee_id,
            at=lambda **more: url_for("board.index", run=head.id, aim=aim.value, **more),
            told=matching_words,
            reason_limit=REASON_LIMIT,
        )

    @page("/state", right=Right.MANAGE_PAIRS)
    def state(self) -> str:
        """Only the line on the plan that is being made, for the page that looks again."""
        heads = see(list_runs, cycle_id=cycle().id)
        return self.show(
            "panel/board_poll.html", head=heads[0] if heads else None, is_open=bool(_pending(heads))
        )

    @command("/run", right=Right.MANAGE_PAIRS)
    def run(self) -> Response:
        do(ask_run, cycle_id=cycle().id, success=label("The plan is being made anew."))
        return redirect(url_for("board.index", aim=text("aim") or None))

    @command("/decide", right=Right.MANAGE_PAIRS)
    def decide(self) -> Response:
        deed = choice("do", Deed, needed=N_("Please choose what to do with this pair."))
        mentee, mentor = record("mentee"), record("mentor")
        if deed is Deed.UNDO:
            do(
                undo_rule,
                rule_id=record("rule") or 0,
                success=label("Taken back. The next plan is free in this."),
            )
        else:
            told = {
                Deed.LOCK: label("These two stay together in every plan from now on."),
                Deed.FORBID: label("These two are kept apart in every plan from now on."),
            }
            do(
                lock_pair if deed is Deed.LOCK else forbid_pair,
                mentee_participation_id=mentee or 0,
                mentor_participation_id=mentor or 0,
                reason=text("reason"),
                success=told[deed],
            )
        return redirect(_back(mentee=mentee, mentor=mentor))

    @command("/drafts", right=Right.MANAGE_PAIRS)
    def drafts(self) -> Response:
        aim = choice("aim", Aim, needed=N_("Please choose a plan."))
        made = do(draft_plan, run_id=record("run") or 0, aim=aim, chosen=ids("chosen"))
        for one in made.refused[:MOST_REFUSALS]:
            said = label("{mentee} – {mentor}: no draft.", mentee=one.mentee, mentor=one.mentor)
            flash(f"{said} {sentence(one.refusal)}", "error")
        if not made.pair_ids:
            flash(label("No draft was made. Tick at least one mentee of the plan."), "error")
            return redirect(_back())
        flash(
            plural(
                "{count} draft is ready. Nobody has been told yet.",
                "{count} drafts are ready. Nobody has been told yet.",
                len(made.pair_ids),
            ),
            "success",
        )
        return redirect(url_for("offering.index"))


def _back(**more: Any) -> str:
    """The board as it was looked at."""
    here = {"run": record("run"), "aim": text("aim") or None, **more}
    return url_for("board.index", **here)


def _choose_run(heads: list[RunHead]) -> RunHead | None:
    """That of the address, or the newest that is made."""
    made = [one for one in heads if one.status is JobStatus.DONE]
    asked = read_number(request.args.get("run", ""))
    return next((one for one in made if one.id == asked), made[0] if made else None)


def _pending(heads: list[RunHead]) -> RunHead | None:
    return heads[0] if heads and heads[0].status in OPEN else None


def _read_pane(board: Board, mentee_id: int) -> Pane:
    ranked = see(rank_mentors, mentee_participation_id=mentee_id)
    possible = [one for one in ranked if one.is_possible]
    line = next((one for one in board.lines if one.plan.mentee_participation_id == mentee_id), None)
    lock = next(
        (
            one
            for one in board.rules
            if one.kind is RuleKind.LOCK and one.mentee_participation_id == mentee_id
        ),
        None,
    )
    wanted = read_number(request.args.get("mentor", ""))
    if wanted is None and lock is not None:
        wanted = lock.mentor_participation_id
    if wanted is None and line is not None:
        wanted = line.plan.mentor_participation_id
    if wanted is None and possible:
        wanted = possible[0].participation_id
    shown = next((one for one in ranked if one.participation_id == wanted), None)
    profiles = see(read_profiles, ids=[mentee_id] + ([shown.participation_id] if shown else []))
    mentee = profiles[mentee_id]
    if mentee.role is not Role.MENTEE:
        raise NotFound
    mentor = profiles[shown.participation_id] if shown else None
    others = [one for one in possible if shown is None or one.participation_id != shown.participation_id]
    return Pane(
        mentee=mentee,
        mentor=mentor,
        shown=shown,
        candidates=tuple(others[:MOST_CANDIDATES]),
        possible=len(possible),
        areas=_list_areas(mentee, mentor)[:MOST_AREAS],
        facts=_list_facts(mentee, mentor),
        line=line,
        rule=next(
            (
                one
                for one in board.rules
                if (one.mentee_participation_id, one.mentor_participation_id) == (mentee_id, wanted)
            ),
            None,
        ),
        lock=lock,
    )


def _list_areas(mentee: Profile, mentor: Profile | None) -> tuple[Area, ...]:
    """Needs and readiness beside each other, the strongest needs first."""
    needs, ready = _ratings(mentee, NEED), _ratings(mentor, READY) if mentor else {}
    found = [Area(key, needs.get(key), ready.get(key)) for key in dict.fromkeys((*needs, *ready))]
    return tuple(sorted(found, key=lambda one: (-(one.need or 0), -(one.ready or 0))))


def _ratings(profile: Profile, prefix: str) -> dict[str, int]:
    return {
        line.question_id.removeprefix(prefix): line.value
        for line in profile.lines
        if line.question_id.startswith(prefix) and isinstance(line.value, int)
    }


def _list_facts(mentee: Profile, mentor: Profile | None) -> tuple[tuple[str, str, str], ...]:
    sides = [{line.question_id: line for line in one.lines} if one else {} for one in (mentee, mentor)]
    found = []
    for key in SHOWN_FACTS:
        lines = [side.get(key) for side in sides]
        first = next((one for one in lines if one is not None), None)
        if first is not None:
            own, other = (one.text if one is not None else "—" for one in lines)
            found.append((first.label, own, other))
    return tuple(found)
