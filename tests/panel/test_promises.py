"""What a person was promised about who reads an answer, on every page, in every export, for every role.

Answers that a role was not promised are changed: no page and no file may show the difference.
"""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, get_args

import pytest
from flask import Flask
from sqlalchemy import delete, select

from models.accounts import AccountRole
from models.surveys import Answer, RunOccasion, SurveyRun, SurveyStatus
from notices.language import load_translators
from services.access.actors import Actor, ActorKind, Channel
from services.access.rights import LISTS, RIGHTS
from services.documents.exports.tables import Filters
from services.documents.exports.writing import TABLES, write_export
from services.programmes.packs import load_pack
from services.programmes.surveys import Question, SeenBy, Survey
from services.surveys.opening import open_run
from services.surveys.reading import PROMISED, Reader, may_read, tell
from tests.panel.conftest import Browser
from tests.world import PROGRAMMES, Participant, World, found_school

PACKS = ("target-model", "simferopol-2022", "support-centre-2024", "college-2023", "afterschool-centre-2022")
READS = {
    AccountRole.ADMINISTRATOR: Reader.CURATOR,
    AccountRole.CURATOR: Reader.CURATOR,
    AccountRole.HEAD: Reader.STRANGER,
    AccountRole.PSYCHOLOGIST: Reader.PSYCHOLOGIST,
    AccountRole.OBSERVER: Reader.STRANGER,
}
FIGURES = {"scores.index", "home.index"}
"""Pages of means: what was promised to go into totals goes there."""
MANY_PAGES = {Reader.CURATOR: 30, Reader.PSYCHOLOGIST: 10, Reader.STRANGER: 5}
"""At least so many pages open to a role: the comparison looks at something."""
STATES = (SurveyStatus.OPEN, SurveyStatus.PARTIAL, SurveyStatus.SENT)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Promises do not depend on the engine."""
    return sqlite_url


def test_every_promise_says_of_every_reader_whether_it_names_them() -> None:
    named = {
        "curator": {Reader.RESPONDENT, Reader.CURATOR, Reader.FILE},
        "curator_and_psychologist": {
            Reader.RESPONDENT, Reader.CURATOR, Reader.PSYCHOLOGIST, Reader.FILE,
        },
        "pair": {Reader.RESPONDENT, Reader.CURATOR, Reader.PAIR, Reader.FILE},
        "totals": {Reader.RESPONDENT},
        "only_me": {Reader.RESPONDENT},
    }  # fmt: skip
    assert set(named) == set(get_args(SeenBy))
    assert set(PROMISED) == set(Reader)
    for seen_by, readers in named.items():
        assert {reader for reader, promises in PROMISED.items() if seen_by in promises} == readers


def test_a_private_answer_goes_neither_to_the_pair_nor_into_a_file() -> None:
    question = Question.model_validate(
        {
            "id": "word",
            "kind": "text_short",
            "text": {"ru": "?", "en": "?"},
            "seen_by": "pair",
            "private": True,
        }
    )
    assert {one for one in Reader if may_read(question, one)} == {Reader.RESPONDENT, Reader.CURATOR}
    assert tell(question, "тайна", Reader.PAIR).words("ru") is None
    assert tell(question, "тайна", Reader.PAIR).value is None


@dataclass(frozen=True)
class Scene:
    """A pair with a run of every survey of a pack in every state, and an account for every role."""

    world: World
    panel: Flask
    accounts: dict[AccountRole, int]
    browsers: dict[AccountRole, Browser]
    ids: dict[str, int]
    runs: dict[int, Survey]
    is_first: bool
    """Of the first pack every page is looked at, of the others those of a person, a pair or a run."""

    def pages(self, role: AccountRole) -> dict[str, str]:
        browser = self.browsers[role]
        browser.get("/account/")  # signs in before the first comparison
        return {path: mask(browser.client.get(path)) for path in list(self.addresses(role))}

    def addresses(self, role: AccountRole) -> Iterator[str]:
        # one run tells that its pages are closed; an administrator reads as a curator does
        runs = list(self.runs) if role is AccountRole.CURATOR else list(self.runs)[:1]
        with self.panel.test_request_context():
            for rule in self.panel.url_map.iter_rules():
                name = rule.endpoint.partition(".")[0]
                if "GET" not in (rule.methods or ()) or name in {"static", "entrance", "answering", "forms"}:
                    continue
                if rule.endpoint in FIGURES or not rule.arguments <= {*self.ids, "run_id", "survey_id"}:
                    continue
                if not self.is_first and not rule.arguments:
                    continue
                values: dict[str, Any] = {key: self.ids[key] for key in rule.arguments if key in self.ids}
                if "survey_id" in rule.arguments:
                    values["survey_id"] = "mentee_intake"
                for run_id in runs if "run_id" in rule.arguments else [0]:
                    more = {"run_id": run_id} if run_id else {}
                    yield self.panel.url_map.bind("localhost").build(rule.endpoint, {**values, **more})

    def files(self, role: AccountRole) -> dict[str, str]:
        actor = Actor(
            ActorKind.ACCOUNT, self.accounts[role], self.world.organization_id, Channel.PANEL, RIGHTS[role]
        )
        found = {}
        for what in TABLES:
            if LISTS[what] in RIGHTS[role] and what != "scores":
                out = io.BytesIO()
                self.world.read(
                    write_export, actor=actor, what=what, format="json", out=out, now=self.world.now,
                    t=load_translators()["ru"], filters=Filters(),
                )  # fmt: skip
                found[what] = out.getvalue().decode()
        return found

    def answer(self, which: Callable[[Question], bool] = lambda _question: False) -> None:
        """Answer everything in every run anew; what is named here differently from the usual."""
        with self.world.database.writing() as session:
            session.execute(delete(Answer).where(Answer.run_id.in_(self.runs)))
            session.add_all(
                Answer(
                    run_id=run_id,
                    question_id=question.id,
                    value={"value": value_of(question, int(which(question)))},
                    answered_at=self.world.now,
                )
                for run_id, survey in self.runs.items()
                for question in survey.questions()
            )


def value_of(question: Question, turn: int) -> object:
    if question.options:
        chosen = question.options[turn % len(question.options)].id
        return [chosen] if question.kind == "multi" else chosen
    return {
        "rating10": 3 + turn,
        "scale3": turn,
        "yes_no": True,
        "int": 5 + turn,
        "date": f"2026-10-1{turn}",
        "person_rank": [],
    }.get(question.kind, f"Слово {turn}")


def mask(answer: Any) -> str:
    """The page without what is new each time; what was refused is told by its status alone."""
    if answer.status_code != 200:
        return str(answer.status_code)
    return re.sub(r'nonce="[^"]+"|name="(?:csrf_token|key|mark)" value="[^"]*"', "", answer.text)


@pytest.fixture(params=PACKS)
def scene(
    request: pytest.FixtureRequest, panel: Flask, database: Any, now: Any, add_account: Callable[..., int]
) -> Scene:
    world = found_school(database, now, pack_id=request.param)
    accounts = {role: add_account(world, role, role.value) for role in AccountRole}
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = world.agree(mentee, mentor)
    runs: dict[int, Survey] = {}
    is_first = request.param == PACKS[0]
    shared = set() if is_first else {one.model_dump_json() for one in load_pack(PROGRAMMES, PACKS[0]).surveys}
    for place, survey in enumerate(world.pack.surveys):
        if survey.id == world.pack.pack.scoring.survey or survey.model_dump_json() in shared:
            continue
        # one state after the other: the pages of a run are the same for every survey
        state = STATES[place % len(STATES)]
        runs[add_run(world, survey, state, mentee, mentor, pair_id, accounts[AccountRole.CURATOR])] = survey
    with database.reading() as session:
        for run in session.scalars(select(SurveyRun).where(SurveyRun.occasion == RunOccasion.INTAKE)):
            runs[run.id] = world.pack.survey(run.survey_id)
    ids = {"person_id": mentee.id, "pair_id": pair_id}
    browsers = {role: Browser(panel.test_client(), role.value) for role in AccountRole}
    return Scene(world, panel, accounts, browsers, ids, runs, is_first)


def add_run(
    world: World,
    survey: Survey,
    state: SurveyStatus,
    mentee: Participant,
    mentor: Participant,
    pair_id: int,
    account_id: int,
) -> int:
    respondent = {"mentee": mentee.id, "mentor": mentor.id}.get(survey.audience)
    run_id: int = world.write(
        open_run,
        survey_id=survey.id,
        organization_id=world.organization_id,
        cycle_id=world.cycle_id,
        occasion=RunOccasion.WAVE,
        dedup_key=f"wave:test:{survey.id}:{state}",
        person_id=respondent,
        account_id=None if respondent else account_id,
        outsider="Партнёр" if survey.audience == "partner" else None,
        pair_id=pair_id,
    )
    with world.database.writing() as session:
        run = session.get_one(SurveyRun, run_id)
        run.status, run.sent_at = state, world.now if state is SurveyStatus.SENT else None
    return run_id


@pytest.mark.long
def test_no_page_and_no_file_shows_what_its_reader_was_not_promised(scene: Scene) -> None:
    for role, reader in READS.items():
        kept = Reader.FILE if reader is Reader.CURATOR else reader
        scene.answer()
        pages, files = scene.pages(role), scene.files(role)
        seen = sum("<main" in page for page in pages.values())
        assert seen > MANY_PAGES[reader] or not scene.is_first
        scene.answer(partial(is_hidden_from, reader))
        assert differences(pages, scene.pages(role)) == [], role
        scene.answer(partial(is_hidden_from, kept))
        assert differences(files, scene.files(role)) == [], role


@pytest.mark.long
@pytest.mark.parametrize("scene", PACKS[:1], indirect=True)
def test_the_comparison_finds_what_is_promised(scene: Scene) -> None:
    """The positive control: an answer for the curator is seen on the run's page and in the file."""
    scene.answer()
    pages, files = scene.pages(AccountRole.CURATOR), scene.files(AccountRole.CURATOR)
    scene.answer(lambda question: may_read(question, Reader.FILE))
    changed = differences(pages, scene.pages(AccountRole.CURATOR))
    assert f"/people/{scene.ids['person_id']}/" in changed
    assert sum("/surveys/runs/" in path for path in changed) >= len(STATES)
    assert {"surveys", "mentee_bank"} <= set(differences(files, scene.files(AccountRole.CURATOR)))


def is_hidden_from(reader: Reader, question: Question) -> bool:
    return not may_read(question, reader)


def differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    assert before.keys() == after.keys()
    return [name for name, text in before.items() if after[name] != text]
