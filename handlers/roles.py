"""Choosing a role: the first one after consent, another one later from the menu."""

from datetime import datetime

from aiogram import Router
from sqlalchemy.orm import Session

from handlers.menu import to_menu
from handlers.talk import Talk
from handlers.taps import Taps
from models.people import Role
from notices.buttons import RoleDo, RoleTap
from notices.language import Translator
from notices.letters import Action, Letter
from services.consents.states import has_consent
from services.delivery.conversations import Participant
from services.people.cards import read_roles
from services.programmes.running import current_cycle
from services.surveys.intake import RoleChosen, RoleInPair, can_leave, choose_role, leave_role

router = Router(name="roles")
on_role = Taps(router, RoleTap)
on_role.opens(RoleDo.OPEN, "role")
on_role.opens(RoleDo.ASK_TO_LEAVE, "role.leave")


@on_role(RoleDo.CHOOSE)
async def choose(tap: RoleTap, talk: Talk) -> None:
    """The first role is taken at once; before a second one the person is asked: a questionnaire follows."""
    taken = await talk.read(_roles_of, chat=talk.participant)
    if taken and tap.role not in taken:
        await talk.enter("role.second", role=tap.role.value)
    else:
        await take(tap, talk)


@on_role(RoleDo.TAKE_SECOND)
async def take(tap: RoleTap, talk: Talk) -> None:
    def lead(chosen: RoleChosen) -> tuple[str | None, dict[str, object]]:
        return ("survey", {"run_id": chosen.run_id}) if chosen.run_id else (None, {})

    await talk.act(choose_role, actor=talk.actor, role=tap.role, then=lead)
    await talk.show()


@on_role(RoleDo.LEAVE)
async def leave(tap: RoleTap, talk: Talk) -> None:
    talk.go(None)
    try:
        await talk.act(leave_role, actor=talk.actor, role=tap.role)
    except RoleInPair as refusal:
        await talk.show(talk.t(refusal.text))
        return
    await talk.show(talk.t("Done: this role is given up. You may take it again at any time."))


def _roles_of(session: Session, *, chat: Participant) -> set[Role]:
    """The roles of the current cycle; none for someone who may not have any yet."""
    cycle = current_cycle(session, chat.organization_id)
    return {one.role for one in read_roles(session, person_id=chat.person_id, cycle_id=cycle.id)}


def role_screen(session: Session, chat: Participant, t: Translator, _now: datetime) -> Letter | None:
    """The roles that may be taken, and those that may be given up; None when there is nothing to choose."""
    if not has_consent(session, chat.person_id):
        return None
    cycle = current_cycle(session, chat.organization_id)
    roles = read_roles(session, person_id=chat.person_id, cycle_id=cycle.id)
    taken = {one.role for one in roles}
    wishes = {
        Role.MENTEE: t.label("I would like a mentor"),
        Role.MENTOR: t.label("I can be a mentor"),
    }
    rows = [
        (Action(label, RoleTap(RoleDo.CHOOSE, role)),) for role, label in wishes.items() if role not in taken
    ]
    rows += [
        (Action(_label_drop(one.role, t), RoleTap(RoleDo.ASK_TO_LEAVE, one.role)),)
        for one in roles
        if can_leave(session, one.participation_id)
    ]
    if not rows:
        return None
    if len(taken) == len(Role):
        text = t("You have both roles. A role without a pair may be given up here.")
    elif taken:
        text = t("Would you like one more role? Another questionnaire follows, your first role stays.")
    else:
        text = t("What fits you now? You may take the second role later as well.")
    if taken:
        rows.append((to_menu(t),))
    return Letter(text, tuple(rows))


def second_screen(session: Session, chat: Participant, t: Translator, _now: datetime) -> Letter | None:
    """Asked before one more role is taken."""
    role = _role_in(chat)
    if role is None or role in _roles_of(session, chat=chat):
        return None
    text = (
        t("Would you also like to have a mentor? A questionnaire opens; your first role stays as it is.")
        if role is Role.MENTEE
        else t("Would you also like to be a mentor? A questionnaire opens; your first role stays as it is.")
    )
    return Letter(
        text,
        (
            (Action(t.label("Yes, open the questionnaire"), RoleTap(RoleDo.TAKE_SECOND, role)),),
            (Action(t.label("Back"), RoleTap(RoleDo.OPEN)),),
        ),
    )


def leave_screen(session: Session, chat: Participant, t: Translator, _now: datetime) -> Letter | None:
    """Asked before a role is given up."""
    role = _role_in(chat)
    if role is None or role not in _roles_of(session, chat=chat):
        return None
    text = (
        t("Give up the role of a mentee? Its questionnaire closes and nobody looks for a mentor for you.")
        if role is Role.MENTEE
        else t("Give up the role of a mentor? Its questionnaire closes and nobody is offered to you.")
    )
    return Letter(
        text,
        (
            (Action(t.label("Yes, give it up"), RoleTap(RoleDo.LEAVE, role)),),
            (Action(t.label("Back"), RoleTap(RoleDo.OPEN)),),
        ),
    )


def _role_in(chat: Participant) -> Role | None:
    named = chat.data.get("role")
    return Role(named) if named in set(Role) else None


def _label_drop(role: Role, t: Translator) -> str:
    if role is Role.MENTEE:
        return t.label("I do not need a mentor after all")
    return t.label("I will not be a mentor after all")
