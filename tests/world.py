"""A small school for tests: every step is the real service that bot and panel call.

`world = found_school(database, now)` makes an organisation with a running target-model programme; the rest is
asked of it: `world.person("Анна", "Игоревна")`, `world.mentee()`, `world.mentor()`, `world.agree(...)`.
Schools, mentees, mentors and agreements that a run has made before are copied (tests/world_cache.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from models.accounts import AccountRole
from models.engine import Database
from models.people import OrganizationKind, Role
from models.privacy import AgreementBasis
from services.access.actors import Actor, ActorKind, Channel, Right, person_in_chat, system
from services.accounts.directory import create_account
from services.consents.ledger import give_consent
from services.consents.texts import read_offer
from services.documents.signing import register_paper_order
from services.joining.entering import claim_invitation, create_invitation
from services.organizations.register import add_organization
from services.pairs.offers import accept_offer
from services.pairs.proposals import confirm_pair, draft_pair
from services.people.cards import PersonFacts, add_person
from services.privacy.agreements import register_agreement
from services.programmes.answers import Raw, Tapped
from services.programmes.packs import ResolvedPack, load_pack
from services.programmes.running import create_programme
from services.programmes.surveys import Question
from services.surveys.intake import choose_role
from services.surveys.office import open_sheet_about
from services.surveys.runs import finish_ticks, record_answer, send, skip_question, tick_option
from services.surveys.steps import read_step
from tests.world_cache import T, repeat

PROGRAMMES = Path(__file__).resolve().parent.parent / "programmes"
FAMILY_NAMES = ("Коваленко", "Белых", "Шевчук", "Гнатюк", "Черных", "Живаго", "Петренко", "Долгих")


@dataclass
class World:
    """One school. Its methods open their own write transactions, as bot and panel do."""

    database: Database
    organization_id: int
    cycle_id: int
    pack: ResolvedPack
    curator: Actor
    now: datetime
    join_code: str
    people: int = 0

    def write(self, fn: Any, /, **facts: Any) -> Any:
        with self.database.writing() as session:
            return fn(session, now=self.now, **facts)

    def read(self, fn: Any, /, *args: Any, **facts: Any) -> Any:
        with self.database.reading() as session:
            return fn(session, *args, **facts)

    def person(
        self, given_name: str = "Анна", patronymic: str = "Игоревна", position: str = ""
    ) -> PersonFacts:
        self.people += 1
        added: PersonFacts = self.write(
            add_person,
            actor=self.curator,
            organization_id=self.organization_id,
            family_name=FAMILY_NAMES[self.people % len(FAMILY_NAMES)],
            given_name=given_name,
            patronymic=patronymic,
            position=position,
        )
        return added

    def invite(self, person: PersonFacts) -> str:
        """The payload of the person's link: "inv_..."."""
        made = self.write(create_invitation, actor=self.curator, person_id=person.id)
        return f"inv_{made.token}"

    def actor(self, person: PersonFacts) -> Actor:
        return person_in_chat(person.id, self.organization_id)

    def joined(
        self, given_name: str = "Анна", patronymic: str = "Игоревна", *, chat_id: int | None = None
    ) -> PersonFacts:
        """Someone who opened their link and said "yes, it is me"."""
        person = self.person(given_name, patronymic)
        made = self.write(create_invitation, actor=self.curator, person_id=person.id)
        self.write(
            claim_invitation,
            invitation_id=made.id,
            chat_id=chat_id or 10_000 + person.id,
            locale="ru",
        )
        return person

    def consent(self, person: PersonFacts, *, chat_id: int | None = None, message_id: int = 1) -> None:
        offer = self.read(read_offer, person_id=person.id, locale=person.locale)
        self.write(
            give_consent,
            actor=self.actor(person),
            mark=offer.mark,
            chat_id=chat_id or 10_000 + person.id,
            message_id=message_id,
        )

    def consented(
        self, given_name: str = "Анна", patronymic: str = "Игоревна", *, chat_id: int | None = None
    ) -> PersonFacts:
        person = self.joined(given_name, patronymic, chat_id=chat_id)
        self.consent(person, chat_id=chat_id)
        return person

    def mentee(self, given_name: str = "Анна", patronymic: str = "Игоревна", **answers: Raw) -> "Participant":
        """A mentee in the bank, ready for a pair."""
        return self._join_bank(Role.MENTEE, given_name, patronymic, answers)

    def mentor(
        self, given_name: str = "Пётр", patronymic: str = "Андреевич", **answers: Raw
    ) -> "Participant":
        """A mentor in the bank, with the capacity 2 unless `capacity` says otherwise."""
        return self._join_bank(Role.MENTOR, given_name, patronymic, {"capacity": "2", **answers})

    def ready(self, person: PersonFacts, role: Role, answers: Mapping[str, Raw]) -> "Participant":
        chosen = self.write(choose_role, actor=self.actor(person), role=role)
        if chosen.run_id is not None:
            self.write(fill_run, actor=self.actor(person), run_id=chosen.run_id, answers=answers)
        return Participant(person, chosen.participation_id, role)

    def agree(self, mentee: "Participant", mentor: "Participant") -> int:
        """Their pair, confirmed by the curator and accepted by both."""

        def step() -> int:
            drafted = self.write(
                draft_pair,
                actor=self.curator,
                mentee_participation_id=mentee.participation_id,
                mentor_participation_id=mentor.participation_id,
            )
            if self.pack.pack.settings.psychologist_verdict_required:
                self.write(recommend_pair, world=self, pair_id=drafted.pair_id)
            self.write(confirm_pair, actor=self.curator, pair_id=drafted.pair_id)
            for one in (mentee, mentor):
                self.write(accept_offer, actor=self.actor(one.person), pair_id=drafted.pair_id)
            pair_id: int = drafted.pair_id
            return pair_id

        return self._repeat("agree", (mentee, mentor), step)

    def order(self, *pair_ids: int, number: str = "1") -> None:
        """The order on these pairs, signed on paper and registered today."""
        self.write(
            register_paper_order,
            actor=self.curator,
            organization_id=self.organization_id,
            pair_ids=pair_ids,
            number=number,
            signed_on=self.now.date(),
        )

    def sign_agreement(self, mentor: "Participant", *, number: str = "3", days: int = 90) -> None:
        """The agreement of article 351.8 for all pairs of a mentor, registered today."""
        today = self.now.date()
        self.write(
            register_agreement,
            actor=self.curator,
            person_id=mentor.id,
            number=number,
            signed_on=today,
            starts_on=today,
            ends_on=today + timedelta(days=days),
            basis=AgreementBasis.ASSIGNMENT,
            content="Помощь молодому учителю",
            form="очно",
            payment="",
            file_id=None,
        )

    def _join_bank(
        self, role: Role, given_name: str, patronymic: str, answers: Mapping[str, Raw]
    ) -> "Participant":
        number = self.people
        found = self._repeat(
            "join bank",
            (role, given_name, patronymic, repr(sorted(answers.items()))),
            lambda: self.ready(self.consented(given_name, patronymic), role, answers),
        )
        self.people = number + 1
        return found

    def _repeat(self, name: str, facts: tuple[Any, ...], step: Callable[[], T]) -> T:
        known = (self.organization_id, self.curator, self.now, self.people, *facts)
        return repeat(self.database, name, known, step)


@dataclass(frozen=True)
class Participant:
    person: PersonFacts
    participation_id: int
    role: Role

    @property
    def id(self) -> int:
        return self.person.id


def found_school(
    database: Database,
    now: datetime,
    *,
    name: str = "Школа № 17 города Приозёрска",
    today: date | None = None,
    pack_id: str = "target-model",
) -> World:
    """An organisation with a curator's actor and the programme of this school year, by this pack."""
    pack = programme_pack(pack_id)
    organization_id, cycle_id, join_code = repeat(
        database,
        "found school",
        (now, name, today, pack_id),
        lambda: _found(database, now, name, today or now.date(), pack),
    )
    return World(
        database=database,
        organization_id=organization_id,
        cycle_id=cycle_id,
        pack=pack,
        curator=Actor(ActorKind.ACCOUNT, 1, organization_id, Channel.PANEL, frozenset(Right)),
        now=now,
        join_code=join_code,
    )


def target_model() -> ResolvedPack:
    return programme_pack("target-model")


@cache
def programme_pack(pack_id: str) -> ResolvedPack:
    return load_pack(PROGRAMMES, pack_id)


def _found(
    database: Database, now: datetime, name: str, today: date, pack: ResolvedPack
) -> tuple[int, int, str]:
    root = system(Channel.COMMAND_LINE)
    with database.writing() as session:
        organization = add_organization(
            session,
            actor=root,
            name=name,
            kind=OrganizationKind.SCHOOL,
            address="г. Приозёрск, ул. Школьная, 1",
            inn="0123456789",
            timezone="Europe/Moscow",
            now=now,
        )
        programme = create_programme(
            session,
            actor=root,
            organization_id=organization.id,
            pack=pack,
            today=today,
            now=now,
        )
    return organization.id, programme.cycle_id, organization.join_code


def recommend_pair(session: Session, *, world: World, pair_id: int, now: datetime) -> None:
    """A psychologist's conclusion on a draft, in favour of it."""
    made = create_account(
        session,
        actor=system(Channel.COMMAND_LINE),
        organization_id=world.organization_id,
        login=f"psychologist{pair_id}",
        name="Нина Олеговна Светлова",
        role=AccountRole.PSYCHOLOGIST,
        now=now,
    )
    own = replace(world.curator, id=made.account_id)
    run_id = open_sheet_about(
        session,
        actor=own,
        cycle_id=world.cycle_id,
        survey_id=next(iter(world.pack.surveys_on("compatibility"))),
        subject_id=pair_id,
        now=now,
    )
    fill_run(session, actor=own, run_id=run_id, answers={}, now=now)


def usual_answer(question: Question) -> Raw | None:
    """What a patient person would answer; None skips."""
    if question.optional:
        return None
    if question.options:
        return Tapped((question.options[0].id,))
    usual: dict[str, Raw] = {
        "rating10": Tapped(("7",)),
        "scale3": Tapped(("2",)),
        "yes_no": Tapped(("yes",)),
        "int": str(question.minimum or 0),
        "date": "15.10.2026",
    }
    return usual.get(question.kind, "Всё получилось.")


def fill_run(
    session: Session, *, actor: Actor, run_id: int, answers: Mapping[str, Raw], now: datetime
) -> None:
    """Answer every question by the runner, as in the chat, and send."""
    answer_until(session, actor=actor, run_id=run_id, answers=answers, stop_at=None, now=now)
    send(session, actor=actor, run_id=run_id, now=now)


def answer_until(
    session: Session,
    *,
    actor: Actor,
    run_id: int,
    answers: Mapping[str, Raw],
    stop_at: str | None,
    now: datetime,
) -> None:
    """Answer up to the question `stop_at`, or all (None) up to the review."""
    while (question := read_step(session, run_id=run_id).question) is not None and question.id != stop_at:
        raw = answers.get(question.id, usual_answer(question))
        facts: dict[str, Any] = {"actor": actor, "run_id": run_id, "question_id": question.id, "now": now}
        if raw is None:
            skip_question(session, **facts)
        elif question.kind == "multi" and isinstance(raw, Tapped):
            for option_id in raw.ids:
                tick_option(session, option_id=option_id, is_on=True, **facts)
            finish_ticks(session, **facts)
        else:
            record_answer(session, raw=raw, **facts)
