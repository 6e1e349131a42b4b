"""What a tap or a typed message does to the programme of a pair; nothing changes without a card."""

from typing import Any

from aiogram import Router
from aiogram.types import Message

from handlers.filters import Flow, Typed
from handlers.replies import conclude, is_on_screen
from handlers.talk import Talk
from handlers.taps import Taps
from models.personal_programmes import ChangeKind, ChangeState, ProgrammeStatus
from notices.letters import Letter
from notices.programme_buttons import ProgrammeDo, ProgrammeTap, SupportDo, SupportTap
from services.access.errors import DomainError
from services.dates.answers import read_date, split_off_day
from services.messages_read.drafts.answers import ChooseByButton, DayNotRead
from services.pairs.personal_programmes.cards import (
    read_change,
    read_programme_of_activity,
)
from services.pairs.personal_programmes.changing import (
    DATED,
    ChangeDecided,
    Wanted,
    WordsMissing,
    answer_change,
    confirm_card,
    date_card,
    drop_card,
    withdraw_change,
    write_card,
)
from services.pairs.personal_programmes.deciding import agree_to_programme
from services.pairs.personal_programmes.offering import offer_areas, read_offered_activity
from services.pairs.personal_programmes.progress import mark_activity, write_result

EXPECTED_LIMIT = 500

router = Router(name="programmes")
on_programme = Taps(router, ProgrammeTap)
on_support = Taps(router, SupportTap)
on_support.opens(SupportDo.SHOW, "support", here=True)
on_programme.opens(ProgrammeDo.SHOW, "programme", here=True)
on_programme.opens(ProgrammeDo.CHANGE, "programme.change", here=True)
on_programme.opens(ProgrammeDo.ADD, "programme.add", here=True)
on_programme.opens(ProgrammeDo.GOAL, "programme.goal", here=True)
on_programme.opens(ProgrammeDo.AREAS, "programme.areas", here=True)
on_programme.opens(ProgrammeDo.LIST, "programme.list", here=True)
on_programme.opens(ProgrammeDo.ACTIVITY, "programme.activity", here=True)
on_programme.opens(ProgrammeDo.DONE, "programme.mark", here=True)
on_programme.opens(ProgrammeDo.SHOW_CHANGE, "programme.answer", here=True)


@on_programme(ProgrammeDo.AGREE)
async def agree(tap: ProgrammeTap, talk: Talk) -> None:
    talk.go("programme", programme_id=tap.programme_id)
    status = await talk.act(agree_to_programme, actor=talk.actor, programme_id=tap.programme_id)
    if status is ProgrammeStatus.AGREED:
        await talk.show(talk.t("Thank you! All of you have agreed: the curator approves next."), here=True)
    else:
        await talk.show(talk.t("Thank you! The other side is asked now."), here=True)


@on_programme(ProgrammeDo.TAKE)
async def take_from_library(tap: ProgrammeTap, talk: Talk) -> None:
    offered = await talk.read(
        read_offered_activity, actor=talk.actor, programme_id=tap.programme_id, index=tap.index
    )
    if offered is None:
        await talk.enter("programme.add", programme_id=tap.programme_id)
        return
    wanted = Wanted(
        ChangeKind.ADD,
        text=offered.activity.title.get(talk.t.locale),
        expected=offered.activity.expected.get(talk.t.locale),
        code=offered.direction,
    )
    await _write(talk, tap.programme_id, wanted)


@on_programme(ProgrammeDo.AREA)
async def take_area(tap: ProgrammeTap, talk: Talk) -> None:
    offered = await talk.read(offer_areas, actor=talk.actor, programme_id=tap.programme_id)
    chosen = next((one for one in offered if one.index == tap.index), None)
    if chosen is None:
        await talk.enter("programme.areas", programme_id=tap.programme_id)
        return
    await _write(talk, tap.programme_id, Wanted(ChangeKind.AREA, code=chosen.code))


@on_programme(ProgrammeDo.TERM)
async def ask_term(tap: ProgrammeTap, talk: Talk) -> None:
    await _write(talk, tap.programme_id, Wanted(ChangeKind.TERM))


@on_programme(ProgrammeDo.MOVE)
async def ask_date(tap: ProgrammeTap, talk: Talk) -> None:
    await _write_on_activity(talk, tap.activity_id, ChangeKind.MOVE)


@on_programme(ProgrammeDo.DROP)
async def ask_to_drop(tap: ProgrammeTap, talk: Talk) -> None:
    await _write_on_activity(talk, tap.activity_id, ChangeKind.DROP)


@on_programme(ProgrammeDo.DAY)
async def choose_day(tap: ProgrammeTap, talk: Talk) -> None:
    talk.go("programme.card", change_id=tap.change_id)
    await talk.act(date_card, actor=talk.actor, change_id=tap.change_id, day=tap.day)
    await talk.show(here=True)


@on_programme(ProgrammeDo.CONFIRM)
async def confirm(tap: ProgrammeTap, talk: Talk) -> None:
    card = await talk.read(read_change, actor=talk.actor, change_id=tap.change_id)
    talk.go("programme", programme_id=card.programme_id)
    state = await talk.act(confirm_card, actor=talk.actor, change_id=tap.change_id)
    if state is ChangeState.WAITING:
        await talk.show(talk.t("Proposed. I will write what the others say."), here=True)
    else:
        await talk.show(talk.t("Saved."), here=True)


@on_programme(ProgrammeDo.CANCEL)
async def cancel(tap: ProgrammeTap, talk: Talk) -> None:
    await talk.act(drop_card, actor=talk.actor, change_id=tap.change_id, then=_to_programme)
    await talk.show(talk.t("Nothing was changed."), here=True)


@on_programme(ProgrammeDo.YES)
async def agree_to_change(tap: ProgrammeTap, talk: Talk) -> None:
    await _answer(talk, tap.change_id, agrees=True)


@on_programme(ProgrammeDo.NO)
async def refuse_change(tap: ProgrammeTap, talk: Talk) -> None:
    await _answer(talk, tap.change_id, agrees=False)


@on_programme(ProgrammeDo.WITHDRAW)
async def withdraw(tap: ProgrammeTap, talk: Talk) -> None:
    await talk.act(withdraw_change, actor=talk.actor, change_id=tap.change_id, then=_to_programme)
    await talk.show(talk.t("The change is taken back."), here=True)


@on_programme(ProgrammeDo.MARK)
async def mark(tap: ProgrammeTap, talk: Talk) -> None:
    talk.go("programme.words", activity_id=tap.activity_id)
    await talk.act(mark_activity, actor=talk.actor, activity_id=tap.activity_id, mark=tap.mark_of)
    await talk.show(here=True)


@on_programme(ProgrammeDo.NO_WORDS)
async def skip_words(tap: ProgrammeTap, talk: Talk) -> None:
    found = await talk.read(
        read_programme_of_activity, actor=talk.actor, activity_id=tap.activity_id, now=talk.now
    )
    await talk.enter("programme", programme_id=found.id, here=True)


@router.message(Flow("programme.words"), Typed())
async def take_result(message: Message, talk: Talk) -> None:
    activity_id = int(talk.chat.data["activity_id"])
    await talk.act(
        write_result, actor=talk.actor, activity_id=activity_id, text=message.text or "", then=_to_programme
    )
    await talk.show(talk.t("Saved."))


@router.message(Flow("programme.add"), Typed())
async def take_activity(message: Message, talk: Talk) -> None:
    """What and by when in one message; a second line is the expected result."""
    first, _, rest = (message.text or "").strip().partition("\n")
    words, day = split_off_day(first, talk.now.astimezone(talk.chat.zone))
    if not words:
        raise WordsMissing
    expected = " ".join(rest.split())[:EXPECTED_LIMIT]
    wanted = Wanted(ChangeKind.ADD, text=words, expected=expected, day=day)
    await _write(talk, int(talk.chat.data["programme_id"]), wanted)


@router.message(Flow("programme.goal"), Typed())
async def take_goal(message: Message, talk: Talk) -> None:
    wanted = Wanted(ChangeKind.GOAL, text=message.text or "")
    await _write(talk, int(talk.chat.data["programme_id"]), wanted)


@router.message(Flow("programme.card"), Typed())
async def take_day(message: Message, talk: Talk) -> None:
    """The day of a card that has none, or another one than it has."""
    change_id = int(talk.chat.data["change_id"])
    card = await talk.read(read_change, actor=talk.actor, change_id=change_id)
    if card.kind not in DATED:
        raise ChooseByButton
    found = read_date(message.text or "", talk.now.astimezone(talk.chat.zone), "future")
    if found.date is None:
        raise DayNotRead
    await talk.act(date_card, actor=talk.actor, change_id=change_id, day=found.date)
    await talk.show()


async def _write(talk: Talk, programme_id: int, wanted: Wanted) -> None:
    await talk.act(write_card, actor=talk.actor, programme_id=programme_id, wanted=wanted, then=_to_card)
    await talk.show(here=True)


async def _write_on_activity(talk: Talk, activity_id: int, kind: ChangeKind) -> None:
    found = await talk.read(
        read_programme_of_activity, actor=talk.actor, activity_id=activity_id, now=talk.now
    )
    await _write(talk, found.id, Wanted(kind, activity_id=activity_id))


async def _answer(talk: Talk, change_id: int, *, agrees: bool) -> None:
    """In the notice, or on the screen where the change was looked at."""
    asked = await talk.read(read_change, actor=talk.actor, change_id=change_id)
    if is_on_screen(talk):
        talk.go("programme", programme_id=asked.programme_id)
    try:
        state = await talk.act(answer_change, actor=talk.actor, change_id=change_id, agrees=agrees)
    except ChangeDecided as error:
        await conclude(talk, Letter(_already(talk, asked.state, error, agrees=agrees)))
        return
    words = {
        ChangeState.APPLIED: talk.t("Thank you: the change stands in the programme."),
        ChangeState.DECLINED: talk.t("Passed on. The programme stays as it was."),
    }
    await conclude(talk, Letter(words.get(state, talk.t("Thank you! The others are asked too."))))


def _already(talk: Talk, state: ChangeState, error: DomainError, *, agrees: bool) -> str:
    """A double tap leaves what the first one led to."""
    if agrees and state is ChangeState.APPLIED:
        return talk.t("Thank you: the change stands in the programme.")
    if not agrees and state is ChangeState.DECLINED:
        return talk.t("Passed on. The programme stays as it was.")
    return talk.t.error(error)


def _to_card(change_id: int) -> tuple[str, dict[str, Any]]:
    return "programme.card", {"change_id": change_id}


def _to_programme(programme_id: int) -> tuple[str, dict[str, Any]]:
    return "programme", {"programme_id": programme_id}
