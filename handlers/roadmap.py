"""Taps under reminders of the roadmap and under the curator's Monday digest."""

from aiogram import Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery

from handlers.talk import Talk
from notices.letters import Letter
from notices.roadmap import describe_digest, describe_duties
from services.access.errors import NotAllowed
from services.roadmap.digests import act_on_digest, read_digest
from services.roadmap.entries import RowDone
from services.roadmap.proofs import finish_row
from services.roadmap.reminders import NoOneToRemind, list_duties

router = Router(name="roadmap")


class FinishRow(CallbackData, prefix="roadmap.finish"):
    """Under a reminder to whoever answers for the row."""

    entry_id: int


class RemindOfRow(CallbackData, prefix="roadmap.remind"):
    digest_id: int
    entry_id: int


class CloseRow(CallbackData, prefix="roadmap.done"):
    digest_id: int
    entry_id: int


class PutRowOff(CallbackData, prefix="roadmap.later"):
    digest_id: int
    entry_id: int


@router.callback_query(FinishRow.filter())
async def finish(_query: CallbackQuery, callback_data: FinishRow, talk: Talk) -> None:
    try:
        await talk.act(finish_row, actor=talk.actor, entry_id=callback_data.entry_id)
    except NotAllowed:
        await talk.replace(Letter(talk.t("Somebody else answers for this row now. Thank you!")))
        return
    duties = await talk.read(list_duties, person_id=talk.actor.id, now=talk.now)
    await talk.replace(describe_duties(duties, talk.t))


@router.callback_query(RemindOfRow.filter())
async def remind(_query: CallbackQuery, callback_data: RemindOfRow, talk: Talk) -> None:
    await _act(talk, callback_data.digest_id, callback_data.entry_id, "remind")


@router.callback_query(CloseRow.filter())
async def close(_query: CallbackQuery, callback_data: CloseRow, talk: Talk) -> None:
    await _act(talk, callback_data.digest_id, callback_data.entry_id, "done")


@router.callback_query(PutRowOff.filter())
async def put_off(_query: CallbackQuery, callback_data: PutRowOff, talk: Talk) -> None:
    await _act(talk, callback_data.digest_id, callback_data.entry_id, "later")


async def _act(talk: Talk, digest_id: int, entry_id: int, act: str) -> None:
    note = {
        "remind": talk.t("Those who answer for it are reminded."),
        "done": talk.t("Marked as done."),
        "later": talk.t("Put off for a week."),
    }[act]
    try:
        digest = await talk.act(
            act_on_digest, actor=talk.actor, digest_id=digest_id, entry_id=entry_id, act=act
        )
    except (NoOneToRemind, RowDone) as refusal:
        note = talk.t.error(refusal)
        digest = await talk.read(read_digest, digest_id=digest_id, now=talk.now)
    letter = describe_digest(digest, talk.t)
    await talk.replace(Letter(f"{note}\n\n{letter.text}", letter.rows))
