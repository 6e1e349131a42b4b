"""Somebody who blocks the bot misses nothing that is still true, and the partner is told at once."""

import pytest

from sandbox.client import Person
from services.delivery.reachability import is_cut_off
from services.pairs.proposals import confirm_pair, draft_pair, withdraw_offer
from tests.dialogues.pairs import PairInChat, bring_to_pair, bring_together
from tests.running_bot import RunningBot, until

TOLD = "не получает мои сообщения"


async def gone(couple: PairInChat) -> None:
    """Anna blocks the bot, and the bot knows."""
    await couple.anna.block()
    await until(lambda: couple.world.read(is_cut_off, person_id=couple.mentee.person.id))


async def draft(couple: PairInChat) -> None:
    drafted = await couple.curate(
        draft_pair,
        mentee_participation_id=couple.mentee.participation_id,
        mentor_participation_id=couple.mentor.participation_id,
    )
    couple.pair_id = drafted.pair_id
    await couple.curate(confirm_pair, pair_id=couple.pair_id)


async def heard(person: Person, words: str) -> int:
    return len([one for one in await person.messages() if one.from_bot and words in one.text])


@pytest.mark.parametrize("way", ["unblock", "start"])
async def test_an_offer_made_meanwhile_is_shown_on_return(running: RunningBot, way: str) -> None:
    couple = await bring_together(running)
    await gone(couple)
    await draft(couple)
    await couple.pyotr.expect(TOLD)
    assert await heard(couple.anna, "для вас есть наставник") == 0
    await couple.anna.unblock()
    if way == "start":
        await couple.anna.start(wait=False)
    await couple.anna.expect("для вас есть наставник")
    assert await heard(couple.anna, "для вас есть наставник") == 1
    assert await heard(couple.pyotr, TOLD) == 1
    await couple.anna.tap("Принять")
    await couple.pyotr.tap("Принять")
    await couple.anna.expect("Вы теперь пара")


async def test_whoever_waits_reads_that_the_partner_cannot_be_reached(running: RunningBot) -> None:
    couple = await bring_together(running)
    await draft(couple)
    await couple.pyotr.expect("Принять")
    await couple.pyotr.tap("Принять")
    assert "думает" in (await couple.pyotr.say("/menu")).text
    await couple.anna.block()
    await couple.pyotr.expect(TOLD)
    menu = (await couple.pyotr.say("/menu")).text
    assert TOLD in menu
    assert "думает" not in menu
    await couple.anna.unblock()
    await couple.anna.say("/menu")
    again = (await couple.pyotr.say("/menu")).text
    assert "думает" in again
    assert TOLD not in again


async def test_the_card_of_a_pair_at_work_says_it_too(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await gone(couple)
    await couple.pyotr.expect(TOLD)
    assert TOLD in (await couple.pyotr.say("/pair")).text


async def test_what_is_no_longer_true_is_not_shown_on_return(running: RunningBot) -> None:
    couple = await bring_together(running)
    await gone(couple)
    await draft(couple)
    await couple.pyotr.expect(TOLD)
    await couple.curate(withdraw_offer, pair_id=couple.pair_id)
    await couple.anna.unblock()
    await couple.anna.expect("отозвал предложение")
    assert await heard(couple.anna, "для вас есть наставник") == 0


async def test_the_partner_hears_at_once_and_once_for_each_absence(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    for absence in (1, 2):
        await couple.anna.block()
        await couple.pyotr.expect(TOLD)
        assert await heard(couple.pyotr, TOLD) == absence
        await couple.anna.unblock()
        await couple.anna.say("/menu")
        await couple.pyotr.say("/menu")
