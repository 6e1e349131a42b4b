"""A mentor's answer to what the curator asks for the plan of pairs."""

from aiogram import Router

from handlers.replies import conclude
from handlers.talk import Talk
from handlers.taps import Taps
from notices.buttons import AskDo, AskTap
from notices.letters import Letter
from notices.matching import thank
from services.matching.asks import AnsweredAlready, AskNotSent, AskOver, MentorNotThere, answer_ask

router = Router(name="asks")
on_ask = Taps(router, AskTap)


@on_ask(AskDo.YES, AskDo.NO)
async def answer(tap: AskTap, talk: Talk) -> None:
    try:
        found = await talk.act(answer_ask, actor=talk.actor, fix_id=tap.fix_id, is_agreed=tap.do is AskDo.YES)
    except (AnsweredAlready, AskOver, AskNotSent, MentorNotThere) as refusal:
        await conclude(talk, Letter(talk.t.error(refusal)))
        return
    await conclude(talk, thank(found, talk.t))
