"""Taps on the card of a draft: save, change, leave it."""

from datetime import date
from typing import Any

from aiogram import Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery

from handlers.drafts.screens import FLOW, standing_of
from handlers.filters import Flow
from handlers.talk import Talk
from models.meetings import MeetingFormat, MeetingKind, MeetingStatus
from notices.feedback import describe_logged
from services.meetings.cards import read_meeting
from services.meetings.outcomes import DayNotPast
from services.meetings.slots import read_slot
from services.messages_read.drafts.cards import read_draft
from services.messages_read.drafts.contents import Field, Purpose
from services.messages_read.drafts.saving import Kept, keep_item
from services.messages_read.drafts.writing import (
    choose_tense,
    correct_twin,
    fill_draft,
    join_earlier,
    leave_unanswered,
    refuse_item,
)
from services.organizations.days import day_of

router = Router(name="cards of meetings")


class OpenDraft(CallbackData, prefix="draft.open"):
    draft_id: int


class SaveItem(CallbackData, prefix="draft.save"):
    at: int


class SaveLong(CallbackData, prefix="draft.sure"):
    at: int


class RefuseItem(CallbackData, prefix="draft.refuse"):
    at: int


class EditCard(CallbackData, prefix="draft.edit"):
    pass


class ShowCard(CallbackData, prefix="draft.card"):
    pass


class ChooseField(CallbackData, prefix="draft.field"):
    field: Field


class ChooseDay(CallbackData, prefix="draft.day"):
    day: date


class TurnMonth(CallbackData, prefix="draft.month"):
    month: date


class ChooseTime(CallbackData, prefix="draft.time"):
    clock: str


class ChooseMinutes(CallbackData, prefix="draft.minutes"):
    minutes: int


class ChooseKind(CallbackData, prefix="draft.kind"):
    kind: MeetingKind


class ChooseFormat(CallbackData, prefix="draft.format"):
    format: MeetingFormat


class ChoosePair(CallbackData, prefix="draft.pair"):
    pair_id: int


class ChooseMeeting(CallbackData, prefix="draft.meeting"):
    meeting_id: int


class ChooseTense(CallbackData, prefix="draft.tense"):
    purpose: Purpose


class SkipField(CallbackData, prefix="draft.skip"):
    field: Field


class AnotherMeeting(CallbackData, prefix="draft.another"):
    pass


class BothMeetings(CallbackData, prefix="draft.both"):
    pass


class CorrectTwin(CallbackData, prefix="draft.twin"):
    meeting_id: int


@router.callback_query(OpenDraft.filter())
async def open_again(_query: CallbackQuery, callback_data: OpenDraft, talk: Talk) -> None:
    talk.go(FLOW, draft_id=callback_data.draft_id)
    await talk.act()
    await talk.show(here=True)


@router.callback_query(Flow(FLOW), SaveItem.filter())
async def save_item(_query: CallbackQuery, callback_data: SaveItem, talk: Talk) -> None:
    await save(talk, at=callback_data.at, is_sure=False)


@router.callback_query(Flow(FLOW), SaveLong.filter())
async def save_long(_query: CallbackQuery, callback_data: SaveLong, talk: Talk) -> None:
    await save(talk, at=callback_data.at, is_sure=True)


@router.callback_query(Flow(FLOW), RefuseItem.filter())
async def refuse(_query: CallbackQuery, callback_data: RefuseItem, talk: Talk) -> None:
    standing = standing_of(talk.place)
    card = await talk.read(read_draft, actor=talk.actor, draft_id=standing.draft_id, now=talk.now)
    if card.at != callback_data.at:
        await talk.show()
        return

    def then(goes_on: bool) -> tuple[str | None, dict[str, Any]]:  # noqa: FBT001  # the service's answer
        return (FLOW, {"draft_id": card.id}) if goes_on else (None, {})

    await talk.act(refuse_item, actor=talk.actor, draft_id=card.id, then=then)
    t = talk.t
    is_log = card.item.purpose is Purpose.LOG
    await talk.show(t("Nothing is written down.") if is_log else t("All stays as it was."))


@router.callback_query(Flow(FLOW), EditCard.filter())
async def edit(_query: CallbackQuery, talk: Talk) -> None:
    await _stand(talk, is_editing=True)


@router.callback_query(Flow(FLOW), ShowCard.filter())
async def show_card(_query: CallbackQuery, talk: Talk) -> None:
    await _stand(talk)


@router.callback_query(Flow(FLOW), ChooseField.filter())
async def choose_field(_query: CallbackQuery, callback_data: ChooseField, talk: Talk) -> None:
    await _stand(talk, field=callback_data.field.value)


@router.callback_query(Flow(FLOW), TurnMonth.filter())
async def turn_month(_query: CallbackQuery, callback_data: TurnMonth, talk: Talk) -> None:
    field = standing_of(talk.place).field
    await _stand(talk, field=field, month=callback_data.month.isoformat())


@router.callback_query(Flow(FLOW), ChooseDay.filter())
async def choose_day(_query: CallbackQuery, callback_data: ChooseDay, talk: Talk) -> None:
    await _fill(talk, day=callback_data.day)


@router.callback_query(Flow(FLOW), ChooseTime.filter())
async def choose_time(_query: CallbackQuery, callback_data: ChooseTime, talk: Talk) -> None:
    await _fill(talk, start=read_slot(callback_data.clock), end=None)


@router.callback_query(Flow(FLOW), ChooseMinutes.filter())
async def choose_minutes(_query: CallbackQuery, callback_data: ChooseMinutes, talk: Talk) -> None:
    await _fill(talk, minutes=callback_data.minutes)


@router.callback_query(Flow(FLOW), ChooseKind.filter())
async def choose_kind(_query: CallbackQuery, callback_data: ChooseKind, talk: Talk) -> None:
    await _fill(talk, kind=callback_data.kind)


@router.callback_query(Flow(FLOW), ChooseFormat.filter())
async def choose_format(_query: CallbackQuery, callback_data: ChooseFormat, talk: Talk) -> None:
    await _fill(talk, format=callback_data.format)


@router.callback_query(Flow(FLOW), ChoosePair.filter())
async def choose_pair(_query: CallbackQuery, callback_data: ChoosePair, talk: Talk) -> None:
    await _fill(talk, pair_ids=(callback_data.pair_id,))


@router.callback_query(Flow(FLOW), ChooseMeeting.filter())
async def choose_meeting(_query: CallbackQuery, callback_data: ChooseMeeting, talk: Talk) -> None:
    await _fill(talk, meeting_id=callback_data.meeting_id)


@router.callback_query(Flow(FLOW), AnotherMeeting.filter())
async def tell_apart(_query: CallbackQuery, talk: Talk) -> None:
    await _fill(talk, is_another=True)


@router.callback_query(Flow(FLOW), ChooseTense.filter())
async def tell_tense(_query: CallbackQuery, callback_data: ChooseTense, talk: Talk) -> None:
    draft_id = standing_of(talk.place).draft_id
    talk.go(FLOW, draft_id=draft_id)
    await talk.act(choose_tense, actor=talk.actor, draft_id=draft_id, purpose=callback_data.purpose)
    await talk.show()


@router.callback_query(Flow(FLOW), SkipField.filter())
async def skip_field(_query: CallbackQuery, callback_data: SkipField, talk: Talk) -> None:
    draft_id = standing_of(talk.place).draft_id
    talk.go(FLOW, draft_id=draft_id)
    await talk.act(leave_unanswered, actor=talk.actor, draft_id=draft_id, field=callback_data.field)
    await talk.show()


@router.callback_query(Flow(FLOW), BothMeetings.filter())
async def keep_both(_query: CallbackQuery, talk: Talk) -> None:
    draft_id = standing_of(talk.place).draft_id
    talk.go(FLOW, draft_id=draft_id)
    await talk.act(join_earlier, actor=talk.actor, draft_id=draft_id)
    await talk.show()


@router.callback_query(Flow(FLOW), CorrectTwin.filter())
async def correct_instead(_query: CallbackQuery, callback_data: CorrectTwin, talk: Talk) -> None:
    draft_id, meeting_id = standing_of(talk.place).draft_id, callback_data.meeting_id
    talk.go(FLOW, draft_id=draft_id)
    await talk.act(correct_twin, actor=talk.actor, draft_id=draft_id, meeting_id=meeting_id)
    await talk.show()


async def save(talk: Talk, *, at: int, is_sure: bool) -> None:
    """The one tap; more than eight hours are asked about once more."""
    standing = standing_of(talk.place)
    card = await talk.read(read_draft, actor=talk.actor, draft_id=standing.draft_id, now=talk.now)
    if card.at != at:
        await talk.show()
        return
    if card.warnings.is_long and not is_sure:
        await _stand(talk, is_asked_again=True)
        return
    if card.item.day is not None and card.item.purpose is Purpose.LOG:
        _check_not_ahead(talk, card.item.day)

    def then(kept: Kept) -> tuple[str | None, dict[str, Any]]:
        return _go_after(kept, card.id)

    kept = await talk.act(keep_item, actor=talk.actor, draft_id=card.id, at=at, is_sure=is_sure, then=then)
    await talk.show(await _say_kept(talk, kept))


def _check_not_ahead(talk: Talk, day: date) -> None:
    if day > day_of(talk.now, talk.place.zone):
        raise DayNotPast


def _go_after(kept: Kept, draft_id: int) -> tuple[str | None, dict[str, Any]]:
    if kept.goes_on:
        return FLOW, {"draft_id": draft_id}
    if kept.purpose in {Purpose.LOG, Purpose.HELD}:
        return ("feedback", {"run_id": kept.run_id}) if kept.run_id else (None, {})
    if kept.purpose is not Purpose.DELETE and len(kept.meeting_ids) == 1:
        return "meeting", {"meeting_id": kept.meeting_ids[0]}
    return None, {}


async def _say_kept(talk: Talk, kept: Kept) -> str | None:
    """One line over what comes next."""
    t = talk.t
    if kept.purpose is Purpose.LOG:
        card = await talk.read(read_meeting, actor=talk.actor, meeting_id=kept.meeting_ids[0])
        hint = t("A slip? Just write what is right in Russian, like: «исправьте: 50 минут».")
        return f"{describe_logged(card, t)} {hint}"
    if kept.purpose is Purpose.MISS:
        card = await talk.read(read_meeting, actor=talk.actor, meeting_id=kept.meeting_ids[0])
        return None if card.status is MeetingStatus.CANCELLED else t("Noted.")
    words = {
        Purpose.HELD: t("Thank you, noted: the meeting took place."),
        Purpose.CORRECT: t("The record is corrected."),
        Purpose.DELETE: t("The record is deleted. The meeting does not count any more."),
        Purpose.RESIGN: t("The curator knows now and will write or call you. Nobody else was told."),
        Purpose.REPLACE: t("The curator knows now and will speak with you. Nobody else was told."),
        Purpose.EXTEND: t("The curator knows now and will decide with both of you."),
    }
    return words.get(kept.purpose)


async def _stand(talk: Talk, **where: Any) -> None:
    standing = standing_of(talk.place)
    talk.go(FLOW, draft_id=standing.draft_id, **where)
    await talk.act()
    await talk.show()


async def _fill(talk: Talk, **changes: Any) -> None:
    draft_id = standing_of(talk.place).draft_id
    talk.go(FLOW, draft_id=draft_id)
    await talk.act(fill_draft, actor=talk.actor, draft_id=draft_id, changes=changes)
    await talk.show()
