"""Teachers who talk with the bot and remember every answer they gave, whether or not the bot survived it."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.screens import current_screen
from models.people import Role
from models.surveys import Answer, SurveyRun, SurveyStatus
from notices.language import load_translators
from notices.letters import Letter
from sandbox.client import Person, SandboxError
from sandbox.html_text import parse_html
from sandbox.screen import SeenMessage
from services.delivery.conversations import ChatState, read_chat_state
from services.people.cards import PersonFacts
from services.programmes.answers import Raw, Tapped, check_answer
from services.programmes.surveys import Question
from services.surveys.steps import Step, read_step
from tests.faults.shared import Shared
from tests.world import answer_until, usual_answer

PATIENCE = 90.0  # a bot that is killed every few seconds comes back every few seconds
SILENCE = 8.0  # everything is worked, and yet nothing was said
HASTY = 0.3  # how often somebody acts at once on what they see
ROLES = {Role.MENTEE: "mentee", Role.MENTOR: "mentor"}
TYPED = {"text_short", "text_long", "int", "date", "rating10"}
CHANGES = 3  # answers changed at the review


class Unanswered(AssertionError):
    """The bot did not come back to a teacher."""


@dataclass(frozen=True)
class Button:
    message_id: int
    row: int
    column: int
    code: str

    @property
    def parts(self) -> list[str]:
        return self.code.split(":")


@dataclass
class Episode:
    """From a teacher's act to the moment when everything was answered; several acts in a hurry are one."""

    began: float
    acts: int
    is_hasty: bool


@dataclass
class Teacher:
    """`said` is what the table must hold at the end: (run, question) and the value."""

    shared: Shared
    facts: PersonFacts
    person: Person
    role: Role
    payload: str
    left: int | None = (
        None  # questions to be answered in the chat, the earlier ones by the service; None: all
    )
    said: dict[tuple[int, str], object] = field(default_factory=dict)
    episodes: list[Episode] = field(default_factory=list)

    # --- looking -----------------------------------------------------------------------------------------

    async def bubbles(self) -> list[SeenMessage]:
        return [message for message in await self.person.messages() if message.from_bot]

    async def newest(self) -> str:
        bubbles = await self.bubbles()
        return bubbles[-1].text if bubbles else ""

    async def buttons(self, prefix: str) -> list[Button]:
        """Of the newest message that has buttons of this verb."""
        for message in sorted(await self.bubbles(), key=lambda one: -one.message_id):
            rows = message.body.get("reply_markup", {}).get("inline_keyboard", [])
            found = [
                Button(message.message_id, number, column, str(button.get("callback_data", "")))
                for number, row in enumerate(rows)
                for column, button in enumerate(row)
                if str(button.get("callback_data", "")).startswith(prefix)
            ]
            if found:
                return found
        return []

    # --- acting ------------------------------------------------------------------------------------------

    async def act(self, action: str, values: dict[str, Any], *, times: int = 1) -> None:
        """Do it and wait for what the bot says, as long as it takes.

        The hasty go on at the first change they see, while the bot may still have to write it down.
        """
        before = await self.bubbles()
        is_hasty = self.shared.rng.random() < HASTY
        self.episodes.append(Episode(self.shared.machine.clock.now().timestamp(), times, is_hasty))
        done = 0
        with suppress(SandboxError):  # the button has just gone: whoever looks again sees what is there now
            while done < times:
                await self.person._do(action, values, wait=False)
                done += 1
        self.shared.tally["acts"] += done
        if done == 0:
            self.shared.tally["buttons that had just gone"] += 1
            return
        await self._settle(before, f"{action} {values}", is_hasty=is_hasty)

    async def _settle(self, before: list[SeenMessage], act: str, *, is_hasty: bool) -> None:
        deadline = time.monotonic() + PATIENCE
        quiet_since: float | None = None
        is_fetched = False
        while True:
            await asyncio.sleep(0.05)
            if is_hasty and await self.bubbles() != before:
                return
            is_fetched = is_fetched or await self.shared.has_fetched()
            if not (is_fetched and await self.shared.is_worked(self.person.id)):
                quiet_since = None
            elif await self.bubbles() != before:
                return
            else:
                quiet_since = quiet_since or time.monotonic()
                if time.monotonic() - quiet_since > SILENCE:
                    await self._report_silence(act)
                    return
            if time.monotonic() > deadline:
                words = await self.person.transcript()
                raise Unanswered(f"person {self.facts.id}: no answer to {act}\n{words[-3000:]}")

    async def _report_silence(self, act: str) -> None:
        if not await self._was_told_the_same():
            words = (await self.person.transcript())[-1500:]
            self.shared.find(f"silent: person {self.facts.id} had no answer to {act}\n{words}")

    async def _was_told_the_same(self) -> bool:
        """Whether the answer stands on the screen already, a refusal said twice: an edit that changes nothing
        is not sent, or Telegram refuses it. Then the chat shows what its tables ask for, under whatever note.
        """
        chat, letter = await self.shared.read(
            read_screen, self.person.id, now=self.shared.machine.clock.now()
        )
        shown = [one for one in await self.bubbles() if one.message_id == chat.screen_message_id]
        asked = [[action.tap.code for action in row] for row in letter.rows]
        return [read_codes(one) for one in shown] == [asked] and shown[0].text.endswith(
            parse_html(letter.text)[0]
        )

    async def until_quiet(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if await self.shared.is_quiet(self.person.id):
                return
            await asyncio.sleep(0.1)

    async def tap(self, button: Button, *, times: int = 1) -> None:
        values = {"message_id": button.message_id, "row": button.row, "column": button.column}
        await self.act("tap", values, times=times)

    async def say(self, text: str) -> None:
        await self.act("say", {"text": text})

    async def press(self, prefix: str) -> str:
        """Tap any button of this verb, waiting for one to come; gives its code."""
        deadline = time.monotonic() + PATIENCE
        while not (found := await self.buttons(prefix)):
            if time.monotonic() > deadline:
                words = await self.person.transcript()
                raise Unanswered(f"person {self.facts.id} sees no {prefix}\n{words[-3000:]}")
            await asyncio.sleep(0.2)
        chosen = self.shared.rng.choice(found)
        await self.tap(chosen)
        return chosen.code

    # --- coming in ---------------------------------------------------------------------------------------

    async def come_in(self) -> None:
        """From the invitation to a questionnaire that is sent; whatever the screen shows is done."""
        await self.act("start", {"payload": self.payload})
        while not await self.shared.read(is_sent, self.facts.id):
            for prefix in ("joining.yes", "consent.open", "consent.give", f"role.choose:{ROLES[self.role]}"):
                if await self._stands(prefix):
                    await self.press(prefix)
                    break
            else:
                await self._begin_later()
                await self._go_on()

    async def _begin_later(self) -> None:
        """Short runs: the questionnaire is nearly done when the conversation comes to it."""
        run_id = await self.shared.read(find_open_run, self.facts.id) if self.left is not None else None
        if run_id is None or self.left is None:
            return
        step = await self.shared.read(read_step, run_id=run_id)
        stop_at = step.survey.questions()[-self.left].id
        self.left = None
        actor = self.shared.world.actor(self.facts)
        self.shared.world.now = self.shared.machine.clock.now()
        facts = {"run_id": run_id, "answers": {"capacity": "2"}, "stop_at": stop_at}
        await asyncio.to_thread(self.shared.world.write, answer_until, actor=actor, **facts)
        await self.say("/menu")

    async def _stands(self, prefix: str) -> bool:
        bubbles = await self.bubbles()
        found = await self.buttons(prefix)
        return bool(found) and bool(bubbles) and found[0].message_id == bubbles[-1].message_id

    async def _go_on(self) -> None:
        if await self._stands("survey.send"):
            await self._review()
        elif await self._stands("survey."):
            await self._answer()
        elif await self._stands("continue.survey"):
            await self.press("continue.survey")
        else:
            await self.say("/menu")

    async def _review(self) -> None:
        if self.shared.tally[f"changed by {self.facts.id}"] < CHANGES and await self.buttons("survey.change"):
            self.shared.tally[f"changed by {self.facts.id}"] += 1
            await self.press("survey.change")
        else:
            await self.press("survey.send")

    async def _answer(self) -> None:
        """One step of a questionnaire: mostly the answer, now and then what people do instead."""
        rng = self.shared.rng
        fancy = rng.random()
        if fancy < 0.02:
            await self.act("send_sticker", {"emoji": "👍"})
        elif fancy < 0.04:
            await self.say("/menu")
        elif fancy < 0.06 and await self._stands("survey.pause"):
            await self.press("survey.pause")
        else:
            await self._answer_question()

    async def _answer_question(self) -> None:
        rng = self.shared.rng
        run_id = await self.shared.read(find_open_run, self.facts.id)
        if run_id is None:
            return
        step = await self.shared.read(read_step, run_id=run_id)
        question = step.question
        if question is None:
            return
        here = f"{run_id}:{question.id}"
        picks = await self.buttons(f"survey.pick:{here}:")
        ticks = await self.buttons(f"survey.tick:{here}:")
        times = 2 if rng.random() < 0.05 else 1
        if ticks:
            await self._tick(step, question, ticks)
        elif picks and not (question.kind == "rating10" and rng.random() < 0.1):
            chosen = picks[-1] if question.id == "capacity" else rng.choice(picks)
            await self._give(run_id, question, read_pick(question, chosen), chosen, times)
        elif question.optional and not picks and rng.random() < 0.4 and await self._stands("survey.skip"):
            await self.press("survey.skip")
        elif question.kind not in TYPED:  # the hasty saw a question that was behind them already
            await self.until_quiet()
        else:
            await self._give(run_id, question, self._words(question))

    def _words(self, question: Question) -> str:
        """What this person types: words of their own where they may, so that a lost answer shows."""
        if question.kind in {"text_short", "text_long"}:
            return f"Дело номер {self.shared.rng.randrange(10**6)}"
        if question.kind == "rating10":
            return str(self.shared.rng.randrange(1, 11))
        usual = usual_answer(question)
        return usual if isinstance(usual, str) else "12"

    async def _tick(self, step: Step, question: Question, ticks: list[Button]) -> None:
        on = [one for one in ticks if one.parts[-1] == "1"]
        draft = step.draft if isinstance(step.draft, list) else []
        if draft and (not on or self.shared.rng.random() < 0.5):
            await self.press(f"survey.done:{step.run_id}:{question.id}")
            await self._check(step.run_id, question, draft)
        else:
            await self.tap(self.shared.rng.choice(on or ticks))
            self.shared.tally["ticks"] += 1

    async def _give(
        self, run_id: int, question: Question, raw: Raw, button: Button | None = None, times: int = 1
    ) -> None:
        expected = check_answer(question, raw)
        if button is not None:
            await self.tap(button, times=times)
        else:
            await self.say(str(raw))
        await self._check(run_id, question, expected)

    async def _check(self, run_id: int, question: Question, expected: object) -> None:
        """The answer is in the table, or the question stands on the screen again: anything else is a loss."""
        found = await self.shared.read(find_answer, run_id, question.id)
        if found != expected:  # the hasty may have taken something else for the bot's answer
            await self.until_quiet()
            found = await self.shared.read(find_answer, run_id, question.id)
        if found == expected:
            self.said[run_id, question.id] = expected
            self.shared.tally["answers"] += 1
            return
        step = await self.shared.read(read_step, run_id=run_id)
        if step.question is not None and step.question.id == question.id:
            self.shared.tally["asked again"] += 1
        else:
            self.shared.find(
                f"lost: person {self.facts.id}, run {run_id}, {question.id}: {expected!r} became {found!r}"
            )


def read_pick(question: Question, button: Button) -> Raw:
    value = button.parts[-1]
    if question.kind == "single" and value.isdecimal():
        return Tapped((question.options[int(value)].id,))
    return Tapped((value,))


def read_codes(message: SeenMessage) -> list[list[str]]:
    rows = message.body.get("reply_markup", {}).get("inline_keyboard", [])
    return [[str(button.get("callback_data", "")) for button in row] for row in rows]


def read_screen(session: Session, chat_id: int, *, now: datetime) -> tuple[ChatState, Letter]:
    """What the product would show in this chat now."""
    chat = read_chat_state(session, chat_id)
    return chat, current_screen(session, chat, load_translators()[chat.locale], now)


def find_open_run(session: Session, person_id: int) -> int | None:
    unsent = SurveyRun.status.in_([SurveyStatus.OPEN, SurveyStatus.PAUSED])
    return session.scalar(
        select(SurveyRun.id).where(SurveyRun.person_id == person_id, unsent).order_by(SurveyRun.id).limit(1)
    )


def is_sent(session: Session, person_id: int) -> bool:
    sent = select(SurveyRun.id).where(SurveyRun.person_id == person_id, SurveyRun.status == SurveyStatus.SENT)
    return session.scalar(sent.limit(1)) is not None


def find_answer(session: Session, run_id: int, question_id: str) -> object:
    row = session.scalar(
        select(Answer).where(Answer.run_id == run_id, Answer.question_id == question_id, Answer.is_final)
    )
    return row.value["value"] if row is not None and row.value is not None else None
