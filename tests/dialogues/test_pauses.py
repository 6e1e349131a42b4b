"""A pause of one's pair in two taps from /pair, and its early end."""

from datetime import UTC, timedelta

from services.documents.signing import register_paper_order
from tests.dialogues.pairs import bring_to_pair
from tests.running_bot import RunningBot


async def test_a_pair_is_paused_in_two_taps_and_goes_on(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.curate(
        register_paper_order,
        organization_id=couple.world.organization_id,
        pair_ids=[couple.pair_id],
        number="1",
        signed_on=couple.world.now.astimezone(UTC).date(),
    )
    await couple.anna.say("/pair")
    asked = await couple.anna.tap("Пауза: Пётр Андреевич")
    assert "До какого дня пауза" in asked.text
    await couple.anna.say("вчера")
    assert "До какого дня" in (await couple.anna.screen()).text, "what cannot be is asked again"
    day = (await couple.local_now()).date() + timedelta(days=7)
    paused = await couple.anna.tap("На неделю")
    assert f"Пауза до {day.day} " in paused.text
    heard = await couple.pyotr.expect("на паузе до")
    assert "напоминать не буду" in heard.text
    await couple.pyotr.say("/pair")
    await couple.pyotr.tap("Продолжить сейчас: Анна Игоревна")
    await couple.anna.expect("продолжает работу")
