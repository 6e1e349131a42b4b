"""The questionnaire in the chat (SV01, SV02): one runner, nothing lost, few taps."""

import pytest

from tests.dialogues.walks import answer_all, consented, make_world
from tests.town import Town


@pytest.mark.requirement("A49")
async def test_mentee_walks_from_the_link_to_a_sent_questionnaire(town: Town):
    anna = await consented(town, await make_world(town))
    assert anna.taps == 3
    anna.taps = 0
    await anna.tap("Мне нужен наставник")
    try:
        await answer_all(anna)
        screen = await anna.tap("Отправить")
    finally:
        print(await anna.telegram.transcript())
    assert anna.taps <= 45
    assert "Спасибо!" in screen
    assert "подбирает вам наставника" in screen
