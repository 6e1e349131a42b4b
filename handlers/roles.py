"""Choosing a role: the first one after consent, another one later from the menu."""

from datetime import datetime

from aiogram import Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery
from sqlalchemy.orm import Session

from handlers.talk import Talk
from models.people import Role
from notices.language import Translator
from notices.letters import Action, Letter
from services.consents import has_consent
from services.conversations import Place
from services.people import read_roles
from services.programmes.running import current_cycle
from services.roles import RoleChosen, choose_role

router = Router(name="roles")


class OpenRoles(CallbackData, prefix="role.open"):
    pass


class ChooseRole(CallbackData, prefix="role.choose"):
    role: Role


@router.callback_query(OpenRoles.filter())
async def open_roles(_query: CallbackQuery, talk: Talk) -> None:
    talk.go("role")
    await talk.act()
    await talk.show()


@router.callback_query(ChooseRole.filter())
async def choose(_query: CallbackQuery, callback_data: ChooseRole, talk: Talk) -> None:
    def lead(chosen: RoleChosen) -> tuple[str | None, dict[str, object]]:
        return ("survey", {"run_id": chosen.run_id}) if chosen.run_id else (None, {})

    await talk.act(choose_role, actor=talk.actor, role=callback_data.role, then=lead)
    await talk.show()


def role_screen(session: Session, place: Place, t: Translator, _now: datetime) -> Letter | None:
    """The roles that the person does not have yet; None when there is nothing to choose."""
    if place.person_id is None or place.organization_id is None:
        return None
    if not has_consent(session, place.person_id):
        return None
    cycle = current_cycle(session, place.organization_id)
    taken = {one.role for one in read_roles(session, person_id=place.person_id, cycle_id=cycle.id)}
    if len(taken) == len(Role):
        return None
    labels = {
        Role.MENTEE: t.label("I would like a mentor"),
        Role.MENTOR: t.label("I can be a mentor"),
    }
    rows = [
        (Action(label, "role.choose", (role.value,)),) for role, label in labels.items() if role not in taken
    ]
    if taken:
        text = t("Would you like one more role? Another questionnaire follows, your first role stays.")
        rows.append((Action(t.label("To the menu"), "home.show"),))
    else:
        text = t("What fits you now? You may take the second role later as well.")
    return Letter(text, tuple(rows))
