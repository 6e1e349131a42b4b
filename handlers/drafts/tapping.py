"""Taps on the card of a draft: save, change, leave it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from aiogram import Router

from handlers.drafts.screens import FLOW, Standing
from handlers.talk import Talk
from handlers.taps import Taps
from models.meetings import MeetingStatus
from notices.buttons import DraftDo, DraftTap
from notices.feedback import describe_logged
from notices.taps import Do
from services.meetings.cards import read_meeting
from services.meetings.outcomes import DayNotPast
from services.meetings.slots import read_slot
from services.messages_read.drafts.cards import read_draft
from services.messages_read.drafts.contents import Purpose
from services.messages_read.drafts.saving import MeetingSaved, save_meeting
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
on_menu = Taps(router, DraftTap)
on_menu.opens(DraftDo.OPEN, FLOW, here=True)
on_draft = Taps(router, DraftTap, flow=FLOW)


@on_draft(DraftDo.SAVE, DraftDo.SAVE_LONG)
async def save_item(tap: DraftTap, talk: Talk) -> None:
    await save(talk, at=tap.at, is_sure=tap.do is DraftDo.SAVE_LONG)


@on_draft(DraftDo.REFUSE)
async def refuse(tap: DraftTap, talk: Talk) -> None:
    standing = talk.chat.load(Standing)
    card = await talk.read(read_draft, actor=talk.actor, draft_id=standing.draft_id, now=talk.now)
    if card.at != tap.at:
        await talk.show()
        return

    def then(goes_on: bool) -> tuple[str | None, dict[str, Any]]:  # noqa: FBT001  # the service's answer
        return (FLOW, {"draft_id": card.id}) if goes_on else (None, {})

    await talk.act(refuse_item, actor=talk.actor, draft_id=card.id, then=then)
    t = talk.t
    if card.item.purpose is not Purpose.LOG:
        await talk.show(t("All stays as it was."))
    elif card.total > 1:
        # others of the same message may be saved already
        await talk.show(t("This meeting is not written down."))
    else:
        await talk.show(t("Nothing is written down."))


@on_draft(DraftDo.EDIT, DraftDo.SHOW, DraftDo.FIELD, DraftDo.MONTH)
async def turn_card(tap: DraftTap, talk: Talk) -> None:
    """Another side of the card; nothing of it changes."""
    standing = talk.chat.load(Standing)
    where: dict[Do, dict[str, Any]] = {
        DraftDo.EDIT: {"is_editing": True},
        DraftDo.FIELD: {"field": tap.field.value},
        DraftDo.MONTH: {"field": standing.field, "month": tap.month.isoformat()},
    }
    await _stand(talk, **where.get(tap.do, {}))


@on_draft(DraftDo.DAY, DraftDo.MINUTES, DraftDo.KIND, DraftDo.FORMAT, DraftDo.MEETING)
async def choose_fact(tap: DraftTap, talk: Talk) -> None:
    await _fill(talk, **{fact: getattr(tap, fact) for fact in tap.do.facts})


@on_draft(DraftDo.TIME)
async def choose_time(tap: DraftTap, talk: Talk) -> None:
    await _fill(talk, start=read_slot(tap.clock), end=None)


@on_draft(DraftDo.PAIR)
async def choose_pair(tap: DraftTap, talk: Talk) -> None:
    await _fill(talk, pair_ids=(tap.pair_id,))


@on_draft(DraftDo.ANOTHER_MEETING)
async def tell_apart(_tap: DraftTap, talk: Talk) -> None:
    await _fill(talk, is_another=True)


@on_draft(DraftDo.TENSE)
async def tell_tense(tap: DraftTap, talk: Talk) -> None:
    await _change(talk, choose_tense, purpose=tap.purpose)


@on_draft(DraftDo.SKIP)
async def skip_field(tap: DraftTap, talk: Talk) -> None:
    await _change(talk, leave_unanswered, field=tap.field)


@on_draft(DraftDo.BOTH_MEETINGS)
async def leave_both(_tap: DraftTap, talk: Talk) -> None:
    await _change(talk, join_earlier)


@on_draft(DraftDo.CORRECT_TWIN)
async def correct_instead(tap: DraftTap, talk: Talk) -> None:
    await _change(talk, correct_twin, meeting_id=tap.meeting_id)


async def save(talk: Talk, *, at: int, is_sure: bool) -> None:
    """The one tap; more than eight hours are asked about once more."""
    standing = talk.chat.load(Standing)
    card = await talk.read(read_draft, actor=talk.actor, draft_id=standing.draft_id, now=talk.now)
    if card.at != at:
        await talk.show()
        return
    if card.warnings.is_long and not is_sure:
        await _stand(talk, is_asked_again=True)
        return
    if card.item.day is not None and card.item.purpose is Purpose.LOG:
        _check_not_ahead(talk, card.item.day)

    def then(kept: MeetingSaved) -> tuple[str | None, dict[str, Any]]:
        return _go_after(kept, card.id)

    kept = await talk.act(save_meeting, actor=talk.actor, draft_id=card.id, at=at, is_sure=is_sure, then=then)
    await talk.show(await _describe_saved(talk, kept))


def _check_not_ahead(talk: Talk, day: date) -> None:
    if day > day_of(talk.now, talk.chat.zone):
        raise DayNotPast


def _go_after(kept: MeetingSaved, draft_id: int) -> tuple[str | None, dict[str, Any]]:
    if kept.goes_on:
        return FLOW, {"draft_id": draft_id}
    if kept.is_group:
        return "meeting.who", {"meeting_id": kept.meeting_ids[0]}
    if kept.purpose in {Purpose.LOG, Purpose.HELD}:
        return ("feedback", {"run_id": kept.run_id}) if kept.run_id else (None, {})
    if kept.purpose is not Purpose.DELETE and len(kept.meeting_ids) == 1:
        return "meeting", {"meeting_id": kept.meeting_ids[0]}
    return None, {}


async def _describe_saved(talk: Talk, kept: MeetingSaved) -> str | None:
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
    standing = talk.chat.load(Standing)
    await talk.enter(FLOW, draft_id=standing.draft_id, **where)


async def _fill(talk: Talk, **changes: Any) -> None:
    await _change(talk, fill_draft, changes=changes)


async def _change(talk: Talk, service: Callable[..., object], **facts: Any) -> None:
    draft_id = talk.chat.load(Standing).draft_id
    talk.go(FLOW, draft_id=draft_id)
    await talk.act(service, actor=talk.actor, draft_id=draft_id, **facts)
    await talk.show()
