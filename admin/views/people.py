"""People: the list, a card, adding and correcting, invitations, paper consents."""

from datetime import UTC, time

from flask import redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from admin.access import SecuredPage, current_account, current_day
from admin.calls import do, refusals_shown, see
from admin.cycles import cycle_id_or_none
from admin.edits import take_edit
from admin.inputs import InputRefused, day, flag, moment, text, texts
from admin.languages import label
from admin.links import chat_link
from admin.pages import Entry, Group, command, form_page, page
from admin.paging import read_asked
from models.people import ParticipationStatus, Role
from services.access.actors import Right
from services.access.errors import N_
from services.access.rights import LISTS
from services.access.timeline import read_person_story
from services.accounts.consultations import list_days
from services.consents.ledger import latest_decision
from services.consents.papers import register_paper
from services.consents.states import read_state
from services.joining.absences import list_absences
from services.joining.entering import InvitationMade, create_invitation, find_invitation, revoke_invitation
from services.joining.merging import find_namesakes
from services.meetings.cards import list_meetings_of
from services.organizations.register import list_organizations
from services.pairs.banks import Profile, read_profile
from services.pairs.cards import list_pairs_of
from services.people.cards import FIELDS, RoleFacts, add_person, edit_person, read_person, read_roles
from services.people.histories import read_history
from services.people.lists import find_staff, list_people
from services.people.namesakes import list_namesakes
from services.people.origins import read_origin
from services.surveys.answers import list_wishes

INVITATION_PREFIX = "inv_"


def invitation_code(invitation: InvitationMade) -> str:
    return INVITATION_PREFIX + invitation.token


class PeoplePage(SecuredPage):
    endpoint, url = "people", "/people"
    entry = Entry(Group.PEOPLE, 1, N_("People"))

    @page("/", right=LISTS["people"])
    def index(self) -> str:
        role, status = request.args.get("role", ""), request.args.get("status", "")
        search = request.args.get("search", "")
        found = see(
            list_people,
            role=Role(role) if role in set(Role) else None,
            status=ParticipationStatus(status) if status in set(ParticipationStatus) else None,
            search=search,
            asked=read_asked(),
        )
        return self.show(
            "panel/people.html",
            listed=found,
            rows=found.rows,
            count=found.count,
            chosen={"role": role, "status": status, "search": search},
            is_filtered=bool(role or status or search),
            join_code=_join_code(),
        )

    @form_page("/add", right=Right.EDIT_PEOPLE)
    def add(self) -> str | Response:
        form = texts(*FIELDS)
        is_sent = request.method == "POST"
        namesakes = see(list_namesakes, **_name_in(form)) if is_sent else ()
        shown = ",".join(str(one.id) for one in namesakes)
        if is_sent and shown == text("namesakes"):
            with refusals_shown():
                person = do(
                    add_person, **form, success=lambda one: label("{name} is added.", name=one.full_name)
                )
                if flag("invite"):
                    with refusals_shown():
                        do(create_invitation, person_id=person.id)
                return redirect(url_for("people.card", person_id=person.id))
        return self.show(
            "panel/person_form.html",
            form=form,
            edit=None,
            person=None,
            namesakes=namesakes,
            shown=shown,
            is_invited=not is_sent or flag("invite"),
        )

    @page("/<int:person_id>/", right=LISTS["people"])
    def card(self, person_id: int) -> str:
        person = see(read_person, person_id=person_id)
        cycle_id = cycle_id_or_none()
        roles = see(read_roles, person_id=person_id, cycle_id=cycle_id) if cycle_id else ()
        staff = see(find_staff, cycle_id=cycle_id, people=[person_id]) if cycle_id else {}
        may_edit = current_user.has(Right.EDIT_PEOPLE)
        invitation = see(find_invitation, person_id=person_id) if may_edit else None
        pairs = see(list_pairs_of, person_id=person_id)
        return self.show(
            "panel/person.html",
            person=person,
            roles=roles,
            staff=staff.get(person_id),
            profiles=_profiles(roles),
            consent=see(read_state, person_id=person_id) if cycle_id else None,
            decision=see(latest_decision, person_id=person_id),
            pairs=pairs,
            turns=see(read_history, person_id=person_id),
            away=next(
                (one for one in see(list_absences, person_id=person_id) if one.ended_at is None),
                None,
            ),
            origin=see(read_origin, person_id=person_id),
            meetings=see(list_meetings_of, person_id=person_id),
            sheets=see(list_wishes, person_id=person_id),
            invitation=invitation,
            code=invitation_code(invitation) if invitation else "",
            link=chat_link(invitation_code(invitation)) if invitation else "",
            may_edit=may_edit,
            namesakes=see(find_namesakes, person_id=person_id) if may_edit else (),
            events=see(read_person_story, person_id=person_id),
            today=current_day(),
            consulted=see(list_days, person_id=person_id) if current_user.has(Right.MANAGE_PAIRS) else [],
        )

    @form_page("/<int:person_id>/edit", right=Right.EDIT_PEOPLE)
    def edit(self, person_id: int) -> str | Response:
        person = see(read_person, person_id=person_id)
        edit = take_edit(
            {name: getattr(person, name) for name in FIELDS}, _titles(), subject=("person", person_id)
        )

        def save() -> object:
            return do(edit_person, person_id=person_id, **edit.form)

        if edit.carry_out(save, label("The card is corrected.")):
            return redirect(url_for("people.card", person_id=person_id))
        return self.show("panel/person_form.html", form=edit.form, edit=edit, person=person)

    @command("/<int:person_id>/invite", right=Right.EDIT_PEOPLE)
    def invite(self, person_id: int) -> Response:
        do(
            create_invitation,
            person_id=person_id,
            success=label("The link is ready: hand it over in person. Earlier links no longer work."),
        )
        return redirect(url_for("people.card", person_id=person_id))

    @command("/<int:person_id>/revoke", right=Right.EDIT_PEOPLE)
    def revoke(self, person_id: int) -> Response:
        do(revoke_invitation, person_id=person_id, success=label("The link no longer works."))
        return redirect(url_for("people.card", person_id=person_id))

    @command("/<int:person_id>/paper", right=Right.EDIT_PEOPLE)
    def paper(self, person_id: int) -> Response:
        """Register a consent signed on paper, by the date that stands on it."""
        signed = day("signed_on", needed=N_("Please give the date that stands on the paper."))
        if signed > current_day():
            raise InputRefused("signed_on", N_("The date on the paper cannot lie in the future."))
        do(
            register_paper,
            person_id=person_id,
            decided_at=moment(signed, time(12)).astimezone(UTC),
            success=label("The paper consent is registered."),
        )
        return redirect(url_for("people.card", person_id=person_id))


def _titles() -> dict[str, str]:
    return {
        "family_name": label("Family name"),
        "given_name": label("First name"),
        "patronymic": label("Patronymic"),
        "position": label("Position"),
    }


def _profiles(roles: tuple[RoleFacts, ...]) -> list[Profile]:
    """The questionnaires, as far as they named who reads this page."""
    return [see(read_profile, participation_id=role.participation_id) for role in roles]


def _join_code() -> str:
    """The code that people without an invitation type in the chat."""
    own = current_account().organization_id
    return next(one.join_code for one in see(list_organizations) if one.id == own)


def _name_in(form: dict[str, str]) -> dict[str, str]:
    return {part: form[part] for part in ("family_name", "given_name", "patronymic")}
