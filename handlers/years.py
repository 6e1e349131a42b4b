"""The answer to the offer of the next school year: yes leads to the choice of a role, no to a thank-you."""

from aiogram import Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery

from handlers.talk import Talk
from services.curator.closings import answer_offer

router = Router(name="years")


class NextYear(CallbackData, prefix="year.yes"):
    cycle_id: int


class NotNextYear(CallbackData, prefix="year.no"):
    cycle_id: int


@router.callback_query(NextYear.filter())
async def agree(_query: CallbackQuery, callback_data: NextYear, talk: Talk) -> None:
    talk.go(None)
    await talk.act(answer_offer, actor=talk.actor, cycle_id=callback_data.cycle_id, wants=True)
    await talk.show(here=True)


@router.callback_query(NotNextYear.filter())
async def decline(_query: CallbackQuery, callback_data: NotNextYear, talk: Talk) -> None:
    talk.go(None)
    await talk.act(answer_offer, actor=talk.actor, cycle_id=callback_data.cycle_id, wants=False)
    await talk.show(
        talk.t("Thank you for this year! Nothing follows. Should you change your mind, choose a role below."),
        here=True,
    )
