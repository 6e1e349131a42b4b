"""Taps under reminders of the roadmap and under the curator's Monday digest, and what shows a row done."""

from datetime import datetime

from aiogram import Router
from aiogram.types import Message
from sqlalchemy.orm import Session

from handlers.filters import Flow, Typed
from handlers.talk import Talk
from handlers.taps import Taps
from notices.buttons import RoadmapDo, RoadmapTap
from notices.language import Translator, escape
from notices.letters import Action, Letter
from notices.roadmap import describe_digest, describe_duties
from services.access.errors import NotAllowed, NotFound
from services.delivery.conversations import Participant
from services.roadmap.digests import act_on_digest, read_digest
from services.roadmap.entries import RowDone
from services.roadmap.proofs import finish_row, is_link
from services.roadmap.reminders import NoOneToRemind, list_duties, read_own_row

FLOW, DUTIES = "roadmap.proof", "roadmap.duties"

router = Router(name="roadmap")
on_roadmap = Taps(router, RoadmapTap)
on_roadmap.opens(RoadmapDo.LEAVE, DUTIES)


@on_roadmap(RoadmapDo.FINISH, RoadmapDo.CLOSE)
async def finish(tap: RoadmapTap, talk: Talk) -> None:
    """A row is done when it is said what shows it."""
    try:
        row = await talk.read(read_own_row, actor=talk.actor, entry_id=tap.entry_id, now=talk.now)
    except NotAllowed:
        await talk.replace(Letter(talk.t("Somebody else answers for this row now. Thank you!")))
        return
    if row.is_done:
        await talk.replace(Letter(_thanks(talk.t)))
        return
    await talk.enter(FLOW, entry_id=tap.entry_id)


@router.message(Flow(FLOW), Typed())
async def take_proof(message: Message, talk: Talk) -> None:
    entry_id, said = int(talk.chat.data["entry_id"]), (message.text or "").strip()
    url, note = (said, "") if is_link(said) else ("", said)
    talk.go(DUTIES)
    await talk.act(finish_row, actor=talk.actor, entry_id=entry_id, url=url, note=note)
    await talk.show(_thanks(talk.t))


def _thanks(t: Translator) -> str:
    return t("Thank you, it is marked as done.")


def duties_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    duties = list_duties(session, person_id=chat.person_id, now=now)
    return describe_duties(duties, t) if duties else None


def proof_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    try:
        row = read_own_row(session, actor=chat.actor, entry_id=int(chat.data["entry_id"]), now=now)
    except (NotAllowed, NotFound):
        return None
    if row.is_done:
        return None
    asked = t(
        "What shows that it is done? Please send a link or a few words, for example: order No. 12 of "
        "1 September, in the office's folder."
    )
    title = f"<b>{escape(row.title.get(t.locale))}</b>"
    return Letter(f"{title}\n\n{asked}", ((Action(t.label("Not now"), RoadmapTap(RoadmapDo.LEAVE)),),))


@on_roadmap(RoadmapDo.REMIND, RoadmapDo.PUT_OFF)
async def act(tap: RoadmapTap, talk: Talk) -> None:
    note = {
        RoadmapDo.REMIND: talk.t("Those who answer for it are reminded."),
        RoadmapDo.PUT_OFF: talk.t("Put off for a week."),
    }[tap.do]
    try:
        digest = await talk.act(
            act_on_digest, actor=talk.actor, digest_id=tap.digest_id, entry_id=tap.entry_id, act=tap.do.value
        )
    except (NoOneToRemind, RowDone) as refusal:
        note = talk.t.error(refusal)
        digest = await talk.read(read_digest, digest_id=tap.digest_id, now=talk.now)
    letter = describe_digest(digest, talk.t)
    await talk.replace(Letter(f"{note}\n\n{letter.text}", letter.rows))
