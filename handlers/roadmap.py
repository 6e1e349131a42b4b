"""Taps under reminders of the roadmap and under the curator's Monday digest."""

from aiogram import Router

from handlers.talk import Talk
from handlers.taps import Taps
from notices.buttons import RoadmapDo, RoadmapTap
from notices.letters import Letter
from notices.roadmap import describe_digest, describe_duties
from services.access.errors import NotAllowed
from services.roadmap.digests import act_on_digest, read_digest
from services.roadmap.entries import RowDone
from services.roadmap.proofs import finish_row
from services.roadmap.reminders import NoOneToRemind, list_duties

router = Router(name="roadmap")
on_roadmap = Taps(router, RoadmapTap)


@on_roadmap(RoadmapDo.FINISH)
async def finish(tap: RoadmapTap, talk: Talk) -> None:
    try:
        await talk.act(finish_row, actor=talk.actor, entry_id=tap.entry_id)
    except NotAllowed:
        await talk.replace(Letter(talk.t("Somebody else answers for this row now. Thank you!")))
        return
    duties = await talk.read(list_duties, person_id=talk.actor.id, now=talk.now)
    await talk.replace(describe_duties(duties, talk.t))


@on_roadmap(RoadmapDo.REMIND, RoadmapDo.CLOSE, RoadmapDo.PUT_OFF)
async def act(tap: RoadmapTap, talk: Talk) -> None:
    note = {
        RoadmapDo.REMIND: talk.t("Those who answer for it are reminded."),
        RoadmapDo.CLOSE: talk.t("Marked as done."),
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
