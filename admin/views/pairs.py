"""Pairs: list and card, and the pages whose button tells people something."""

from contextlib import suppress
from dataclasses import dataclass

from flask import current_app, flash, redirect, request, url_for
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from admin.access import SecuredPage, current_day
from admin.calls import do, refusals_shown, see
from admin.cycles import cycle_id_or_none, offer_forms, pack
from admin.edits import take_edit
from admin.inputs import InputRefused, day, number, read_day, sent, text
from admin.languages import label, sentence, translator
from admin.pages import Entry, Group, command, form_page, page
from admin.paging import read_asked
from admin.previews import TEXT_LIMIT, preview_of, same_lines, template_of, words_of
from admin.storage import now, session
from models.messages import NoticeKind
from models.pairs import ENDED, IN_WORK, STATES, Decision, PairStatus
from models.people import Role
from notices.catalogue import compose
from notices.letters import Skip, reword
from notices.pair_forms import describe_term, list_rules
from services.access.actors import Right
from services.access.errors import N_, NotFound
from services.access.rights import LISTS
from services.access.timeline import read_pair_story
from services.documents.kinds import of_one_pair
from services.documents.reading import list_documents_of_pair
from services.matching.ranking import judge_pair
from services.matching.scoring import Caution
from services.meetings.cards import list_meetings_of_pair
from services.pairs.assignments import EndReason, begin_work, end_pair
from services.pairs.banks import list_bank
from services.pairs.cards import PairCard, list_pairs, read_pair
from services.pairs.forms import FormIsFixed, change_form
from services.pairs.groups import add_mentee, remove_mentee
from services.pairs.offers import begin_with_agreed
from services.pairs.papers import read_missing_papers
from services.pairs.pauses import pause_pair, resume_pair
from services.pairs.personal_programmes.cards import find_programme_of
from services.pairs.proposals import confirm_pair, discard_draft, withdraw_offer
from services.pairs.requests.reading import list_requests_of_pair
from services.pairs.standings import read_standings
from services.pairs.verdicts import REASON_LIMIT, read_gate
from services.people.cards import read_person
from services.results.ratings import read_pair_ratings
from services.surveys.answers import list_conclusions

DISCARDED = "discarded"
"""The choice of drafts that were discarded and kept, beside the states of pairs."""
CHOOSABLE_REASONS = tuple(reason for reason in EndReason if reason is not EndReason.CONSENT_WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Preview:
    """What one side will get: as it will look, and the plain words that may be edited.

    `template` is what the curator wrote instead, with placeholders; None for the usual words.
    """

    role: Role
    name: str
    markup: Markup
    words: str
    buttons: tuple[str, ...]
    usual: str
    template: str | None


class PairPage(SecuredPage):
    endpoint, url = "pairs", "/pairs"
    entry = Entry(Group.PAIRS, 1, N_("Pairs"))

    @page("/", right=LISTS["pairs"])
    def index(self) -> str:
        status = request.args.get("status", "")
        search = request.args.get("search", "")
        is_status = status in set(PairStatus)
        found = see(
            list_pairs,
            cycle_id=cycle_id_or_none(),
            statuses=frozenset({PairStatus(status)}) if is_status else frozenset(),
            # a discarded draft is no pair that ended: it has a choice of its own
            discarded=status == DISCARDED if is_status or status == DISCARDED else None,
            search=search,
            asked=read_asked(),
        )
        return self.show(
            "panel/pairs.html",
            listed=found,
            standings=see(read_standings, pair_ids=[one.id for one in found.rows]),
            status=status,
            search=search,
            more_states={DISCARDED: N_("discarded as a draft")},
        )

    @page("/<int:pair_id>/", right=LISTS["pairs"])
    def card(self, pair_id: int) -> str:
        pair = self._read(pair_id)
        may_manage = current_user.has(Right.MANAGE_PAIRS)
        return self.show(
            "panel/pair.html",
            pair=pair,
            standing=see(read_standings, pair_ids=[pair_id])[pair_id],
            rules=_rules(pair),
            meetings=see(list_meetings_of_pair, pair_id=pair_id),
            ratings=see(read_pair_ratings, pair_id=pair_id) if may_manage else None,
            sheets=see(list_conclusions, pair_id=pair_id),
            missing=see(read_missing_papers, pair_id=pair_id),
            documents=see(list_documents_of_pair, pair_id=pair_id) if may_manage else [],
            kinds=of_one_pair(pair.status),
            events=see(read_pair_story, pair_id=pair_id),
            may_manage=may_manage,
            gate=see(read_gate, pair_id=pair_id) if may_manage else None,
            requests=see(list_requests_of_pair, pair_id=pair_id) if may_manage else [],
            is_at_work=pair.status in IN_WORK,
            programme=see(find_programme_of, pair_id=pair_id) if may_manage else None,
            today=current_day(),
            may_change=STATES[pair.status].may_change,
            is_open=pair.status not in ENDED,
            can_begin=can_begin(pair),
            now=now(),
        )

    @form_page("/<int:pair_id>/confirm", right=Right.MANAGE_PAIRS)
    def confirm(self, pair_id: int) -> str | Response:
        pair = self._read(pair_id)
        if pair.status is not PairStatus.DRAFT:
            flash(label("This pair is no longer a draft."), "error")
            return redirect(url_for("pairs.card", pair_id=pair_id))
        previews = [self._preview(pair, role) for role in (Role.MENTEE, Role.MENTOR)]
        is_sure = request.method == "POST" and "look" not in sent()
        if is_sure:
            with refusals_shown():
                said = label("Confirmed. Both hear of it now.")
                do(
                    confirm_pair,
                    pair_id=pair_id,
                    edited_texts=_edited(previews),
                    override_reason=text("override_reason"),
                    success=said,
                )
                return redirect(url_for("pairs.card", pair_id=pair_id))
        return self.show(
            "panel/pair_confirm.html",
            pair=pair,
            previews=previews,
            gate=see(read_gate, pair_id=pair_id),
            override_reason=text("override_reason"),
            reason_limit=REASON_LIMIT,
            sheets=see(list_conclusions, pair_id=pair_id),
            rules=_rules(pair),
            cautions=self._compare(pair),
            missing=see(read_missing_papers, pair_id=pair_id),
        )

    @form_page("/<int:pair_id>/form", right=Right.MANAGE_PAIRS)
    def form(self, pair_id: int) -> str | Response:
        """Another form, kind, role model or last day."""
        pair = self._read(pair_id)
        if not STATES[pair.status].may_change:
            flash(sentence(FormIsFixed()), "error")
            return redirect(url_for("pairs.card", pair_id=pair_id))
        choices = offer_forms(pack().pack, mentees=len(pair.mentees))
        current = {
            "form": pair.form,
            "kind": pair.kind,
            "role_variant": pair.role_variant or "",
            "ends_on": pair.ends_on.isoformat() if pair.ends_on else "",
        }
        titles = {
            "form": label("Form of mentoring"),
            "kind": label("Kind of mentoring"),
            "role_variant": label("Role model"),
            "ends_on": label("Last day of the work"),
        }
        edit = take_edit(current, titles, subject=("pair", pair_id), days=("ends_on",))

        def save() -> bool:
            changed: bool = do(
                change_form,
                pair_id=pair_id,
                form=edit.form["form"],
                kind=edit.form["kind"],
                role_variant=edit.form["role_variant"] or None,
                ends_on=read_day(edit.form["ends_on"], field="ends_on"),
            )
            return changed

        is_draft = pair.status is PairStatus.DRAFT
        said = (
            label("Saved. Nobody is told of a draft.") if is_draft else label("Saved. Both have been told.")
        )
        if edit.carry_out(save, said):
            return redirect(url_for("pairs.card", pair_id=pair_id))
        return self.show("panel/pair_form.html", pair=pair, edit=edit, form=edit.form, choices=choices)

    @command("/<int:pair_id>/discard", right=Right.MANAGE_PAIRS)
    def discard(self, pair_id: int) -> Response:
        done = do(
            discard_draft, pair_id=pair_id, success=label("The draft is discarded. Nobody was told of it.")
        )
        if done.is_kept:
            flash(label("What was written about the two stays here, on the page of the pair."), "success")
            return redirect(url_for("pairs.card", pair_id=pair_id))
        return redirect(url_for("home.index"))

    @form_page("/<int:pair_id>/withdraw", right=Right.MANAGE_PAIRS)
    def withdraw(self, pair_id: int) -> str | Response:
        pair = self._read(pair_id)
        if request.method == "GET" and pair.status is PairStatus.OFFERED:
            return self.show("panel/pair_withdraw.html", pair=pair)
        do(withdraw_offer, pair_id=pair_id, success=label("The offer is withdrawn. Both have been told."))
        return redirect(url_for("pairs.card", pair_id=pair_id))

    @command("/<int:pair_id>/begin", right=Right.MANAGE_PAIRS)
    def begin(self, pair_id: int) -> Response:
        """Everything is registered that the work waits for."""
        do(begin_work, pair_id=pair_id, success=label("The pair is at work."))
        return redirect(url_for("pairs.card", pair_id=pair_id))

    @form_page("/<int:pair_id>/end", right=Right.MANAGE_PAIRS)
    def end(self, pair_id: int) -> str | Response:
        pair = self._read(pair_id)
        reason = text("reason")
        if request.method == "GET" and pair.status in IN_WORK:
            return self.show("panel/pair_end.html", pair=pair, reasons=CHOOSABLE_REASONS)
        if reason not in set(CHOOSABLE_REASONS):
            flash(label("Please choose the reason."), "error")
            return redirect(url_for("pairs.end" if pair.status in IN_WORK else "pairs.card", pair_id=pair_id))
        do(
            end_pair,
            pair_id=pair_id,
            reason=EndReason(reason),
            success=label("The pair has ended. Both have been told."),
        )
        return redirect(url_for("pairs.card", pair_id=pair_id))

    @form_page("/<int:pair_id>/mentees", right=Right.MANAGE_PAIRS)
    def mentees(self, pair_id: int) -> str | Response:
        """One more mentee of a group, or one less; or the group begins with those who agreed."""
        pair = self._read(pair_id)
        if request.method == "POST":
            added = number("participation_id", needed=N_("Please choose a mentee."))
            told = label("Added to the draft.")
            if pair.status is not PairStatus.DRAFT:
                told = label("Asked. The mentee answers in the chat.")
            with refusals_shown():
                do(add_mentee, pair_id=pair_id, mentee_participation_id=added, success=told)
                return redirect(url_for("pairs.card", pair_id=pair_id))
        return self.show(
            "panel/pair_mentees.html",
            pair=pair,
            free=see(list_bank, role=Role.MENTEE, search=request.args.get("search", ""), asked=read_asked()),
            search=request.args.get("search", ""),
        )

    @command("/<int:pair_id>/mentees/<int:person_id>/remove", right=Right.MANAGE_PAIRS)
    def remove(self, pair_id: int, person_id: int) -> Response:
        do(
            remove_mentee,
            pair_id=pair_id,
            person_id=person_id,
            success=label("The mentee is no longer in this group."),
        )
        return redirect(url_for("pairs.card", pair_id=pair_id))

    @command("/<int:pair_id>/begin-group", right=Right.MANAGE_PAIRS)
    def begin_group(self, pair_id: int) -> Response:
        do(
            begin_with_agreed,
            pair_id=pair_id,
            success=label("The group has begun with those who agreed. All have been told."),
        )
        return redirect(url_for("pairs.card", pair_id=pair_id))

    @form_page("/<int:pair_id>/pause", right=Right.MANAGE_PAIRS)
    def pause(self, pair_id: int) -> str | Response:
        """A pause with a day of return, or another day of return."""
        pair = self._read(pair_id)
        if request.method == "POST":
            with refusals_shown():
                do(
                    pause_pair,
                    pair_id=pair_id,
                    resumes_on=day("resumes_on", needed=N_("Please give the day of return.")),
                    success=label("The pair is paused. All have been told."),
                )
                return redirect(url_for("pairs.card", pair_id=pair_id))
        return self.show("panel/pair_pause.html", pair=pair, resumes_on=text("resumes_on"))

    @command("/<int:pair_id>/resume", right=Right.MANAGE_PAIRS)
    def resume(self, pair_id: int) -> Response:
        do(resume_pair, pair_id=pair_id, success=label("The pair goes on. All have been told."))
        return redirect(url_for("pairs.card", pair_id=pair_id))

    def _read(self, pair_id: int) -> PairCard:
        return see(read_pair, pair_id=pair_id)

    @staticmethod
    def _compare(pair: PairCard) -> tuple[Caution, ...]:
        """What to think of before this pair of this kind is offered."""
        found: dict[Caution, None] = {}
        for one in pair.mentees:
            with suppress(NotFound):  # who has left the programme meanwhile is not judged
                judged = see(
                    judge_pair,
                    mentee_participation_id=one.participation_id,
                    mentor_participation_id=pair.mentor.participation_id,
                    is_reverse=pair.described.kind.is_reverse,
                )
                found |= dict.fromkeys(judged.assessment.cautions)
        return tuple(found)

    @staticmethod
    def _preview(pair: PairCard, role: Role) -> Preview:
        """The words of the notice by the function that will make them when they are sent."""
        # what a curator writes for the mentees of a group goes to each of them: names stand as placeholders
        side = pair.mentor if role is Role.MENTOR else pair.mentees[0]
        person = see(read_person, person_id=side.person_id)
        letter = compose(
            session(),
            kind=NoticeKind.PAIR_OFFER,
            facts={"pair_id": pair.id, "person_id": side.person_id},
            t=current_app.extensions["nastavnik_translators"][person.locale],
            now=now(),
        )
        assert not isinstance(letter, Skip), letter.reason
        usual = words_of(letter)
        typed = same_lines(sent().get(f"text_{role.value}", usual)) or usual
        template = template_of(typed, letter) if typed != usual else None
        return Preview(
            role=role,
            name=side.full_name if role is Role.MENTOR else pair.mentees_party.full_name,
            markup=preview_of(reword(letter, template) if template is not None else letter),
            words=typed,
            buttons=tuple(action.label for row in letter.rows for action in row),
            usual=usual,
            template=template,
        )


def can_begin(pair: PairCard) -> bool:
    """Whether a group waits only for mentees who have not answered."""
    answers = [one.decision for one in pair.mentees]
    is_waiting = pair.status is PairStatus.OFFERED and pair.mentor.decision is Decision.ACCEPTED
    return is_waiting and None in answers and Decision.ACCEPTED in answers


def _rules(pair: PairCard) -> str:
    """What the pair's kind means for both, as the chat says it."""
    t = translator()
    return " ".join([*list_rules(pair.described.kind, t), *describe_term(pair, t)])


def _edited(previews: list[Preview]) -> dict[Role, str]:
    """What was written instead of the usual words. Raises InputRefused."""
    for one in previews:
        if len(one.template or "") > TEXT_LIMIT:
            asked = N_("Please keep each message under {limit} characters.")
            raise InputRefused(f"text_{one.role.value}", asked, limit=TEXT_LIMIT)
    return {one.role: one.template for one in previews if one.template is not None}
