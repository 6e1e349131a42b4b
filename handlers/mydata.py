"""/mydata: everything held on a person, readable in the chat and as a file (152-ФЗ, art. 14)."""

import json
from datetime import datetime

from aiogram import Router
from sqlalchemy.orm import Session

from handlers.menu import to_menu
from handlers.talk import Talk
from handlers.taps import Taps
from models.consents import ConsentDecision
from models.names import full_name
from models.people import ParticipationStatus, Role
from notices.buttons import MyDataDo, MyDataTap, PrivacyDo, PrivacyTap
from notices.language import Translator, escape
from notices.letters import Action, Letter
from services.access.errors import N_
from services.consents.states import DECISIVE
from services.delivery.conversations import Participant
from services.people.pseudonyms import is_pseudonymous_now
from services.privacy.own_data import OwnData, read_own_data
from services.surveys.own import read_own_surveys

router = Router(name="mydata")
on_mydata = Taps(router, MyDataTap)
on_mydata.opens(MyDataDo.OPEN, "mydata")
on_mydata.opens(MyDataDo.ANSWERS, "mydata.answers")

ANSWERS_PAGE = 10

ROLE_STATES = {
    (Role.MENTEE, ParticipationStatus.INTAKE): N_("mentee, the questionnaire is not sent yet"),
    (Role.MENTEE, ParticipationStatus.READY): N_("mentee, waiting for a mentor"),
    (Role.MENTEE, ParticipationStatus.PAIRED): N_("mentee, in a pair"),
    (Role.MENTEE, ParticipationStatus.LEFT): N_("mentee, left"),
    (Role.MENTOR, ParticipationStatus.INTAKE): N_("mentor, the questionnaire is not sent yet"),
    (Role.MENTOR, ParticipationStatus.READY): N_("mentor, waiting for a mentee"),
    (Role.MENTOR, ParticipationStatus.PAIRED): N_("mentor, in a pair"),
    (Role.MENTOR, ParticipationStatus.LEFT): N_("mentor, left"),
}
RESTING = N_("mentor, no mentees are taken now")


@on_mydata(MyDataDo.FILE)
async def send_file(_tap: MyDataTap, talk: Talk) -> None:
    t = talk.t
    if await talk.read(is_pseudonymous_now, organization_id=talk.chat.organization_id):
        await talk.show(fresh=True)
        return
    data = await talk.read(read_own_data, actor=talk.actor, locale=t.locale)
    body = json.dumps(data, ensure_ascii=False, indent=2).encode()
    name = f"nastavnik-{talk.now:%Y-%m-%d}.json"
    caption = t("Everything that is kept about you. The file opens in any text editor.")
    await talk.send_file(body, name, caption)
    await talk.show(fresh=True)


def summary_screen(session: Session, chat: Participant, t: Translator, _now: datetime) -> Letter | None:
    actor = chat.actor
    data = read_own_data(session, actor=actor, locale=t.locale)
    person = data["person"]
    name = full_name(person["family_name"], person["given_name"], person["patronymic"])
    lines = [
        t("<b>What is kept about you</b>"),
        t("Name: {name}", name=name),
        t("Position: {position}", position=person["position"] or "–"),
        t("Organisation: {organization}", organization=data["organization"]),
        *(t("Role: {role}", role=t(_role_words(role))) for role in data["roles"]),
        *_describe_consent(data, chat, t),
        *_describe_counts(data, t),
        t("Telegram: the number of this chat, to write to you"),
    ]
    rows = [
        (Action(t.label("My answers"), MyDataTap(MyDataDo.ANSWERS, 0)),),
        (Action(t.label("All of it as a file"), MyDataTap(MyDataDo.FILE)),),
        (
            Action(t.label("My consent"), PrivacyTap(PrivacyDo.OPEN)),
            to_menu(t),
        ),
    ]
    hint = t("A mistake in your name or position? Tell your curator, it will be corrected.")
    return Letter("\n".join(lines) + f"\n\n{hint}", tuple(rows))


def _role_words(role: OwnData) -> str:
    if role["role"] == Role.MENTOR and role["status"] == ParticipationStatus.READY and not role["capacity"]:
        return RESTING
    return ROLE_STATES[Role(role["role"]), ParticipationStatus(role["status"])]


def _describe_consent(data: OwnData, chat: Participant, t: Translator) -> list[str]:
    words = {
        ConsentDecision.GIVEN: N_("Consent: given, {moment}"),
        ConsentDecision.DECLINED: N_("Consent: declined, {moment}"),
        ConsentDecision.WITHDRAWN: N_("Consent: taken back, {moment}"),
        ConsentDecision.EXPIRED: N_("Consent: its term ended, {moment}"),
    }
    decisive = {kind.value for kinds in DECISIVE.values() for kind in kinds}
    told = [one for one in data["consents"] if one["kind"] in decisive]
    return [
        t(
            words[ConsentDecision(one["decision"])],
            moment=t.moment(datetime.fromisoformat(one["decided_at"]), chat.timezone),
        )
        for one in told[-1:]
    ]


def _describe_counts(data: OwnData, t: Translator) -> list[str]:
    sent = [run for run in data["questionnaires"] if run["is_sent"]]
    return [
        t("Questionnaires sent: {count}", count=len(sent)),
        t("Pairs: {count}", count=len(data["pairs"])),
        t("Meetings: {count}", count=len(data["meetings"])),
    ]


def _describe_before(answer: OwnData, t: Translator) -> list[str]:
    """What stood there before a change after sending, the oldest first."""
    return [t("Before: {answer}", answer=one["answer"]) for one in answer["before"]]


def answers_screen(session: Session, chat: Participant, t: Translator, _now: datetime) -> Letter | None:
    """Answers of all questionnaires, page by page."""
    actor = chat.actor
    lines: list[tuple[str, str]] = []
    for run in read_own_surveys(session, actor=actor, locale=t.locale):
        title = run["title"] if run["is_sent"] else t.label("{title} (not sent)", title=run["title"])
        lines += [
            (
                title,
                "\n".join(
                    (escape(one["question"]), f"<b>{escape(one['answer'])}</b>", *_describe_before(one, t))
                ),
            )
            for one in run["answers"]
        ]
    back = (
        Action(t.label("My data"), MyDataTap(MyDataDo.OPEN)),
        to_menu(t),
    )
    if not lines:
        return Letter(t("You have not answered anything yet."), (back,))
    last = (len(lines) - 1) // ANSWERS_PAGE
    page = min(max(int(chat.data.get("page", 0)), 0), last)
    parts: list[str] = []
    shown_title = None
    for title, line in lines[page * ANSWERS_PAGE : (page + 1) * ANSWERS_PAGE]:
        if title != shown_title:
            parts.append(f"<i>{escape(title)}</i>")
            shown_title = title
        parts.append(line)
    if last:
        parts.append(t("Page {page} of {pages}", page=page + 1, pages=last + 1))
    turns = []
    if page > 0:
        turns.append(Action(t.label("‹ Earlier ones"), MyDataTap(MyDataDo.ANSWERS, page - 1)))
    if page < last:
        turns.append(Action(t.label("More answers ›"), MyDataTap(MyDataDo.ANSWERS, page + 1)))
    return Letter("\n\n".join(parts), (*((tuple(turns),) if turns else ()), back))
