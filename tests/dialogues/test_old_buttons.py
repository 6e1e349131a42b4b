"""Buttons of released forms still stand in people's chats: their data are read as ever."""

import pytest

from models.messages import Conversation
from notices.buttons import ANYWHERE, SCREENS
from notices.taps import Tap
from tests.dialogues.pairs import bring_to_pair
from tests.dialogues.test_guessed_ids import press_codes
from tests.running_bot import RunningBot

_RELEASED = """
home.show home.return:AbCdEfGhIjKlMnOpQrStUv
help.open
continue.survey:12 continue.consent:photo_video
joining.yes:7 joining.no:7
consent.open consent.give:0123456789abcdef consent.decline consent.yes:photo_video:0123456789abcdef
consent.no:photo_video
privacy.open privacy.ask privacy.withdraw privacy.one:photo_video privacy.take:photo_video
form.open
role.open role.choose:mentor role.take:mentee role.drop:mentor role.leave:mentee
mydata.open mydata.answers:0 mydata.file
settings.open settings.language:en
year.yes:1 year.no:1
survey.pick:12:wish:not_applicable survey.tick:12:wish:3:1 survey.rank:12:wish:44:0
survey.untick:12:wish survey.done:12:wish survey.skip:12:wish survey.keep:12:wish
survey.back:12:wish survey.change:12:wish survey.page:12:1 survey.send:12 survey.pause:12
survey.finish:12
feedback.rate:12:9 feedback.add:12 feedback.done:12 feedback.open:12
offer.accept:5 offer.decline:5 offer.reason:5:schedule offer.keep:5 offer.skip:5
pair.show pair.answers:5:0 pair.ask:5 pair.pause:5:2026-12-01 pair.resume:5
wish.tell wish.answer wish.withdraw wish.leave
meeting.away:3 meeting.come:3 meeting.who:3 meeting.mark:3:1:1
suggest.open:5 suggest.kind:5:contest suggest.day:2026-12-01 suggest.plain suggest.back:7
asked.yes:7 asked.no:7 asked.reply:7
ask.yes:6 ask.no:6
meeting.show:3 meeting.confirm:3 meeting.move:3 meeting.cancel:3 meeting.drop:3 meeting.list
meeting.new:5 meeting.log:3
plan.kind:regular plan.day:2026-12-01 plan.month:2026-12-01 plan.time:1530 plan.back plan.send
plan.stop
held.yes:3 held.no:3 held.moved:3 held.again:3
log.pair:5 log.day:2026-12-01 log.month:2026-12-01 log.minutes:45 log.own log.skip log.back log.stop
draft.open:8 draft.save:0 draft.sure:0 draft.refuse:0 draft.edit draft.card draft.field:day
draft.day:2026-12-01 draft.month:2026-12-01 draft.time:1530 draft.minutes:45 draft.kind:regular
draft.format:online draft.pair:5 draft.meeting:3 draft.tense:log draft.skip:topic draft.another
draft.both draft.twin:3
roadmap.finish:9 roadmap.remind:2:9 roadmap.done:2:9 roadmap.later:2:9 roadmap.leave
event.comes:4 event.cannot:4 event.here:4
plan_of_pair.show:6:0 plan_of_pair.agree:6 plan_of_pair.change:6 plan_of_pair.add:6 plan_of_pair.take:6:3
plan_of_pair.goal:6 plan_of_pair.areas:6 plan_of_pair.area:6:2 plan_of_pair.term:6 plan_of_pair.list:6:0
plan_of_pair.one:31 plan_of_pair.done:31 plan_of_pair.mark:31:partly plan_of_pair.skip:31 plan_of_pair.move:31
plan_of_pair.drop:31 plan_of_pair.day:17:2026-12-01 plan_of_pair.save:17 plan_of_pair.cancel:17
plan_of_pair.yes:17 plan_of_pair.no:17 plan_of_pair.back:17 plan_of_pair.ask:17
support.show
"""
RELEASED = _RELEASED.split()


def read(code: str) -> list[Tap]:
    return [tap for one in SCREENS if (tap := one.read(code)) is not None]


@pytest.mark.parametrize("code", RELEASED)
def test_released_data_are_still_read(code: str) -> None:
    (tap,) = read(code)
    assert tap.code == code


def test_no_released_button_is_left_out() -> None:
    """A new one is added here once it is released."""
    assert {code.partition(":")[0] for code in RELEASED} == {
        f"{one.screen}.{do}" for one in SCREENS for do in one.dos()
    }


async def test_a_released_button_under_an_old_message_shows_the_newest_screen(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    before = (await couple.anna.screen()).message_id
    stale = [code for code in RELEASED if code.partition(".")[0] not in ANYWHERE]
    await press_codes(running, couple.anna.id, stale, first=2**40, is_old=True)
    with running.database.reading() as session:
        screen = session.get_one(Conversation, couple.anna.id).screen_message_id
    assert screen is not None
    assert screen > before
    assert (await couple.anna.screen()).message_id == screen


async def test_a_button_that_is_not_known_any_more_says_so_over_the_newest_screen(
    running: RunningBot,
) -> None:
    couple = await bring_to_pair(running)
    screen = await couple.anna.say("/menu")
    await press_codes(running, couple.anna.id, ["offer.ponder:1"], first=2**40)
    shown = await couple.anna.screen()
    assert shown.message_id > screen.message_id
    assert shown.text == f"Это сообщение устарело, актуальное ниже.\n\n{screen.text}"
    assert shown.labels == screen.labels


@pytest.mark.parametrize(
    "code", ["", "survey", "survey.", "survey.pick", "survey.pick:x:q:1", "survey.send:1:2", "plan.day:31.12"]
)
def test_data_of_another_form_are_no_tap(code: str) -> None:
    assert not read(code)
