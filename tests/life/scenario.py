"""The main job as people do it: mentee, mentor and curator, from /start to a level on the scores page."""

import asyncio
import re
import time
from dataclasses import dataclass

from sandbox.client import Person, SandboxClient
from sandbox.screen import Screen
from tests.life.curator import Curator

ASIDE = {"‹ Назад", "Пропустить", "Пауза", "Ко мне не относится", "Готово"}
MOST_QUESTIONS = 90
PATIENCE = 60.0  # a bot that was killed comes back in seconds, on a busy machine in more
STILL_SECONDS = 2.5
MENTEE_KEY, MENTOR_KEY = "mentee", "mentor_1"
MENTEE, MENTOR = "Мне нужен наставник", "Могу быть наставником"


@dataclass
class Scenario:
    """A mentee, a mentor, the curator. Each step asserts what it sees before it goes on."""

    telegram: SandboxClient
    curator: Curator
    mentee: Person
    mentor: Person
    invitations: dict[str, str]  # what each one's link carries, by the key on the chat page

    @classmethod
    async def of_demo(cls, telegram: SandboxClient, curator: Curator) -> "Scenario":
        """With the people whom the demo programme has already."""
        people = {person["key"]: person for person in await telegram.ask("GET", "/sandbox/people")}
        invitations = {key: person["start_payload"] for key, person in people.items()}
        mentee, mentor = [
            await telegram.person(people[key]["first_name"], key=key, start_payload=invitations[key])
            for key in (MENTEE_KEY, MENTOR_KEY)
        ]
        return cls(telegram, curator, mentee, mentor, invitations)

    @classmethod
    async def of_own(cls, telegram: SandboxClient, curator: Curator) -> "Scenario":
        """With people of the same names whom the curator adds and invites in the panel."""
        invitations = {}
        for key, family_name, given_name, patronymic in (
            (MENTEE_KEY, "Соколова", "Анна", "Игоревна"),
            (MENTOR_KEY, "Орлов", "Пётр", "Андреевич"),
        ):
            await curator.open("/people/add")
            card = await curator.press(
                "Добавить", family_name=family_name, given_name=given_name, patronymic=patronymic
            )
            found = re.search(r"inv_[\w-]{22}", card.html)
            assert found, card.text
            invitations[key] = found[0]
        mentee = await telegram.person("Анна", key=MENTEE_KEY)
        mentor = await telegram.person("Пётр", key=MENTOR_KEY)
        return cls(telegram, curator, mentee, mentor, invitations)

    async def see(self, person: Person, words: str) -> Screen:
        return await person.expect(words, timeout=PATIENCE)

    async def join_as_mentee(self) -> Screen:
        return await self._join(self.mentee, MENTEE_KEY, MENTEE)

    async def join_as_mentor(self) -> Screen:
        return await self._join(self.mentor, MENTOR_KEY, MENTOR)

    async def _join(self, person: Person, key: str, role: str) -> Screen:
        """From the invitation to the first question: three taps for the consent, one for the role."""
        await person.start(self.invitations[key])
        await person.tap("Да, это я")
        await person.tap("Дальше")
        assert "Согласие" in (await person.screen()).text
        await person.tap("Даю согласие")
        return await person.tap(role)

    async def answer(
        self, person: Person, *, ratings: str = "7", typed: str = "12", most: int = MOST_QUESTIONS
    ) -> Screen:
        """Answer so many questions, or all up to the review; ratings go round, `typed` is years or hours."""
        screen = await person.screen()
        for number in range(most):
            if "Проверьте ответы" in screen.text:
                break
            screen = await self._answer_one(person, screen, ratings[number % len(ratings)], typed)
        return screen

    async def _answer_one(self, person: Person, screen: Screen, rating: str, typed: str) -> Screen:
        labels = [label for label in screen.labels if label not in ASIDE]
        if "10" in labels:
            return await person.tap(rating)
        if labels:
            screen = await person.tap(labels[0])
            if "Готово" in screen.labels and any("✓" in label for label in screen.labels):
                screen = await person.tap("Готово")
            return screen
        if "Пропустить" in screen.labels:
            return await person.tap("Пропустить")
        return await person.say(typed)

    async def send(self, person: Person) -> Screen:
        await person.tap("Отправить")
        return await self.see(person, "Спасибо, анкета отправлена")

    async def propose(self) -> None:
        """The curator finds who waits, looks at both side by side, and makes a draft."""
        home = await self.curator.open("/")
        assert "Наставляемые без пары" in home.text
        await self.curator.follow("Подобрать наставника")
        compared = await self.curator.follow("Сравнить")
        assert "Соколова" in compared.text
        assert "Орлов" in compared.text
        draft = await self.curator.press("Сделать черновик")
        assert "для вас есть наставник" in draft.text  # the very words that will be sent

    async def confirm(self) -> None:
        await self.curator.press("Подтвердить и сообщить обоим")
        for person, words in ((self.mentee, "для вас есть наставник"), (self.mentor, "возьмётесь быть")):
            await self.see(person, words)

    async def accept(self) -> None:
        await self.mentee.tap("Принять")
        await self.mentor.tap("Принять")
        for person in (self.mentee, self.mentor):
            await self.see(person, "Вы теперь пара")

    async def plan(self) -> None:
        """The mentor proposes the first time of the second day offered, the mentee confirms with one tap.

        Of a meeting on the same day, which may be the first offered, nobody is reminded.
        """
        days = await self.mentor.tap("Предложить встречу")
        times = await self.mentor.tap(days.labels[1])
        await self.mentor.tap(times.labels[0])
        await self.mentor.tap("Предложить")
        await self.see(self.mentee, "предлагает встретиться")
        await self.mentee.tap("Подтвердить")
        for person in (self.mentee, self.mentor):
            await self.see(person, "Договорились")

    async def wait_for(self, words: str, *, most: int = 8) -> int:
        """Skip from notice to notice until both were told so; how many skips it took."""
        for count in range(1, most):
            await self._wait_for_plan()
            await self.telegram.skip(to_next_notice=True)
            try:
                for person in (self.mentee, self.mentor):
                    await person.expect(words, timeout=5)
            except AssertionError:
                continue
            return count
        raise AssertionError(f"no notice says {words!r}: {[str(m) for m in await self.mentee.messages()]}")

    async def _wait_for_plan(self) -> None:
        """Until the page's "next notice" is true: the bot tells it every second, so it must hold still."""
        deadline = time.monotonic() + PATIENCE
        told, since = None, time.monotonic()
        while told is None or time.monotonic() < since + STILL_SECONDS:
            assert time.monotonic() < deadline, "no notice is planned"
            await asyncio.sleep(0.1)
            now_told = (await self.telegram.ask("GET", "/clock"))["next"]
            if now_told != told:
                told, since = now_told, time.monotonic()

    async def log(self, *, minutes: str = "45", topic: str = "Как начать урок") -> None:
        await self.mentor.tap("Да")
        await self.mentor.tap(minutes)
        await self.mentor.say(topic)
        await self.see(self.mentor, "Встреча записана")

    async def rate(self, *, mentor: str, mentee: str) -> None:
        await self.mentor.tap(mentor)
        await self.see(self.mentor, "Записано")
        await self.mentee.tap("Да")
        await self.mentee.tap(mentee)
        await self.see(self.mentee, "Записано")

    async def score(self, ratings: dict[int, str] | None = None) -> str:
        """The curator rates all nine criteria (2 each unless said otherwise) and reads the scores page."""
        await self.curator.open("/scores/")
        sheet = await self.curator.press("лист")
        form = next(form for form in sheet.forms if form.button("Сохранить"))
        criteria = [name.removesuffix("_note") for name in form.values if name.endswith("_note")]
        assert len(criteria) == 9
        chosen = {name: (ratings or {}).get(number, "2") for number, name in enumerate(criteria, 1)}
        await self.curator.press("Сохранить", **chosen)
        return (await self.curator.open("/scores/")).text
