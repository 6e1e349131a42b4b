"""Where a person stands when nothing is under way: the next step of joining, or the menu."""

from collections.abc import Callable
from datetime import datetime

from aiogram import Router
from sqlalchemy.orm import Session

from handlers import drafts, meetings, pairs, survey_screens
from handlers.joining import stranger_screen
from handlers.menu import MenuPart, to_menu
from handlers.roles import role_screen
from handlers.taps import Taps
from models.people import Organization, ParticipationStatus, Person, Role
from notices.buttons import (
    ConsentDo,
    ConsentTap,
    HelpDo,
    HelpTap,
    HomeDo,
    HomeTap,
    MyDataDo,
    MyDataTap,
    RoleDo,
    RoleTap,
    SettingsDo,
    SettingsTap,
)
from notices.language import Translator
from notices.letters import Action, Letter, in_rows
from services.access.errors import N_
from services.accounts.passes import has_account
from services.consents.ledger import latest_decision
from services.consents.states import ConsentState, decisive_kinds, read_state
from services.delivery.conversations import ChatState, Participant
from services.joining.withdrawing import ERASED_WITHIN
from services.organizations.days import day_of
from services.people.cards import RoleFacts, read_roles
from services.people.pseudonyms import name_self
from services.programmes.running import NoOpenCycle, current_cycle, pack_of
from services.surveys.intake import can_leave
from services.surveys.steps import list_changeable

router = Router(name="home")
on_home = Taps(router, HomeTap)
on_help = Taps(router, HelpTap)
on_home.opens(HomeDo.SHOW, None, here=True)
on_help.opens(HelpDo.OPEN, "help")

PARTS: tuple[Callable[[Session, Participant, Translator, datetime], MenuPart], ...] = (
    pairs.menu_part,
    meetings.menu_part,
    survey_screens.menu_part,
    drafts.menu_part,
)

ROLE_NAMES = {Role.MENTEE: N_("mentored teacher"), Role.MENTOR: N_("mentor")}
WAITING = {
    Role.MENTEE: N_(
        "Your questionnaire is with the curator, who is looking for a mentor for you. "
        "Nothing is needed from you now: I will write as soon as there is an offer."
    ),
    Role.MENTOR: N_(
        "Your questionnaire is with the curator, who is looking for a colleague whom you can help most. "
        "Nothing is needed from you now: I will write as soon as there is an offer, and you decide."
    ),
}
RESTING = N_(
    "You wrote that you take no mentees this year, so I will not disturb you. "
    "If this changes, please tell your curator."
)
RESTING_MAY_CHANGE = N_(
    "You wrote that you take no mentees this year, so I will not disturb you. "
    "If this changes, change your answer under /surveys or tell your curator."
)


def screen(session: Session, chat: ChatState, t: Translator, now: datetime) -> Letter:
    if not isinstance(chat, Participant):
        return stranger_screen(session, chat, t, now)
    try:
        cycle = current_cycle(session, chat.organization_id)
    except NoOpenCycle:
        return Letter(t("The programme of this school year has not begun yet. I will be here when it does."))
    if session.get_one(Person, chat.person_id).departed_at is not None:
        return Letter(
            t(
                "You no longer work in this organisation, so your part in the programme has ended. "
                "What is kept about you: /mydata and /privacy."
            )
        )
    state = read_state(session, chat.person_id)
    if state is not ConsentState.GIVEN:
        return _before_consent(session, chat, t, state)
    roles = read_roles(session, person_id=chat.person_id, cycle_id=cycle.id)
    if not roles:
        letter = role_screen(session, chat, t, now)
        assert letter is not None
        return letter
    return _menu(session, chat, t, now, roles)


def is_admitted(session: Session, chat: Participant) -> bool:
    """Whether the person takes part: they have consented and a programme runs."""
    try:
        return read_state(session, chat.person_id) is ConsentState.GIVEN
    except NoOpenCycle:
        return False


def _before_consent(session: Session, chat: Participant, t: Translator, state: ConsentState) -> Letter:
    """What this is for, in three sentences; or why the consent is asked once more."""
    person = session.get_one(Person, chat.person_id)
    if state is ConsentState.WITHDRAWN:
        latest = latest_decision(session, person.id, decisive_kinds(session, person.id)[-1])
        assert latest is not None
        return Letter(
            t(
                "You took your consent back on {moment}: your participation has ended and I ask nothing. "
                "Your data will be destroyed by {until} at the latest, except what the law wants kept.\n\n"
                "You may come back at any time.",
                moment=t.moment(latest.decided_at, chat.timezone),
                until=t.month_day(day_of(latest.decided_at + ERASED_WITHIN, chat.zone)),
            ),
            ((Action(t.label("Come back to the programme"), ConsentTap(ConsentDo.OPEN)),),),
        )
    if state is ConsentState.OUTDATED:
        return Letter(
            t("The text of the consent has changed. Please read it and decide once more: then all goes on."),
            ((Action(t.label("Read the new text"), ConsentTap(ConsentDo.OPEN)),),),
        )
    organization = session.get_one(Organization, chat.organization_id)
    if has_account(session, person.id):
        return Letter(
            t(
                "<b>{name}</b>, this chat opens the panel of the programme: /panel sends a link.\n\n"
                "If you also take part yourself, as a mentor or as a mentee, begin below.",
                name=name_self(session, person),
            ),
            ((Action(t.label("Take part myself"), ConsentTap(ConsentDo.OPEN)),),),
        )
    return Letter(
        t(
            "{name}, welcome!\n\n"
            "The mentoring programme of “{organization}” brings together colleagues who share their "
            "experience and colleagues who need support now. I help to find your pair, to agree on meetings "
            "and not to forget them. Taking part is voluntary, and you may leave at any time.",
            name=name_self(session, person),
            organization=organization.name,
        ),
        ((Action(t.label("Next"), ConsentTap(ConsentDo.OPEN)),),),
    )


def _menu(
    session: Session, chat: Participant, t: Translator, now: datetime, roles: tuple[RoleFacts, ...]
) -> Letter:
    person = session.get_one(Person, chat.person_id)
    names = t(" and ").join(t(ROLE_NAMES[one.role]) for one in roles)
    lines = [
        t("<b>{name}</b>, your role: {roles}.", name=name_self(session, person), roles=names)
        if len(roles) == 1
        else t("<b>{name}</b>, your roles: {roles}.", name=name_self(session, person), roles=names)
    ]
    actions: list[Action] = []
    told = [part(session, chat, t, now) for part in PARTS]
    lines += [line for part in told for line in part.lines]
    actions += [action for part in told for action in part.actions]
    if not told[0].lines:  # no pair and no offer yet
        lines += [
            t(WAITING[one.role] if one.capacity else _describe_resting(session, person.id, chat, now))
            for one in roles
            if one.status is ParticipationStatus.READY
        ]
    rows = [(action,) for action in actions]
    others = [
        Action(t.label("My data"), MyDataTap(MyDataDo.OPEN)),
        Action(t.label("Settings"), SettingsTap(SettingsDo.OPEN)),
    ]
    if len(roles) < len(Role):
        others.append(Action(t.label("One more role"), RoleTap(RoleDo.OPEN)))
    elif any(can_leave(session, one.participation_id) for one in roles):
        others.append(Action(t.label("My roles"), RoleTap(RoleDo.OPEN)))
    others.append(Action(t.label("Help"), HelpTap(HelpDo.OPEN)))
    return Letter("\n\n".join(lines), (*rows, *in_rows(others, 2)))


def _describe_resting(session: Session, person_id: int, chat: Participant, now: datetime) -> str:
    cycle = current_cycle(session, chat.organization_id)
    sent = list_changeable(session, person_id=person_id, cycle_id=cycle.id, now=now)
    intake = pack_of(session, cycle_id=cycle.id).survey_for("mentor_intake")
    is_open = intake is not None and any(run.survey_id == intake.id for run in sent)
    return RESTING_MAY_CHANGE if is_open else RESTING


def stranger_help_screen(_session: Session, _chat: ChatState, t: Translator, _now: datetime) -> Letter:
    return Letter(
        t(
            "I am the bot of a mentoring programme for teachers. Open the personal link from your "
            "curator, or type the code of your organisation. Questions go to your curator."
        )
    )


def help_screen(session: Session, chat: Participant, t: Translator, _now: datetime) -> Letter:
    """Short, and by role."""
    back = ((to_menu(t),),)
    lines = [t("I find your pair together with the curator, remind you of meetings and ask how they went.")]
    roles = read_roles(
        session,
        person_id=chat.person_id,
        cycle_id=current_cycle(session, chat.organization_id).id,
    )
    if any(one.role is Role.MENTOR for one in roles):
        lines.append(
            t("As a mentor: /meetings to propose or move a meeting, /log to note one that was held.")
        )
        lines.append(
            t(
                "Or just write to me in Russian: «вчера 40 минут, план урока в 5Б», «в четверг в 15:00». "
                "I show what I understood, and one tap saves it."
            )
        )
    if any(one.role is Role.MENTEE for one in roles):
        lines.append(t("As a mentee: /meetings to see, confirm or move a meeting."))
    lines.append(
        t(
            "/menu – what happens now\n/pair – your pair\n/surveys – questionnaires\n"
            "/mydata – what is kept about you\n/privacy – your consent\n/settings – language\n"
            "/cancel – leave what is under way, answers stay"
        )
    )
    lines.append(
        t("In questionnaires every button may also be answered by text. For anything else ask your curator.")
    )
    return Letter("\n\n".join(lines), back)
