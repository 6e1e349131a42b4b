"""The answer to the offer of the next school year: yes leads to the choice of a role, no to a thank-you."""

from aiogram import Router

from handlers.talk import Talk
from handlers.taps import Taps
from notices.buttons import YearDo, YearTap
from services.curator.closings import answer_offer

router = Router(name="years")
on_year = Taps(router, YearTap)


@on_year(YearDo.YES, YearDo.NO)
async def answer(tap: YearTap, talk: Talk) -> None:
    wants = tap.do is YearDo.YES
    talk.go(None)
    await talk.act(answer_offer, actor=talk.actor, cycle_id=tap.cycle_id, wants=wants)
    thanks = talk.t(
        "Thank you for this year! Nothing follows. Should you change your mind, choose a role below."
    )
    await talk.show(None if wants else thanks, here=True)
