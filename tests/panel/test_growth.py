"""No page of a list grows with the organisation: twenty people and two thousand cost the same statements and,
but for the rows of one page, the same bytes.
"""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Select, select, text

from bench.pages import counting
from bench.population import populate
from bench.population_work import Target
from models.accounts import AccountRole
from models.engine import Database
from models.events import Event
from models.pairs import Pair, PairStatus
from models.people import Participation, ParticipationStatus, Person, Role
from models.surveys import SurveyWave
from tests.panel.conftest import Browser
from tests.world import World, found_school

FEW, MANY = 20, 2000
A_PAGE = 60_000  # bytes: at most fifty rows of a list, where the small organisation shows fewer
PAGES = (
    "/",
    "/people/",
    "/people/?search=анна",
    "/people/{person}/",
    "/pairs/",
    "/pairs/{pair}/",
    "/pairs/offer/",
    "/meetings/",
    "/proposals/",
    "/proposals/{mentee}/",
    "/board/",
    "/matching/",
    "/closing/",
    "/banks/",
    "/banks/?role=mentor",
    "/invitations/",
    "/joining/",
    "/life/{person}/",
    "/tasks/mentees/",
    "/tasks/unlogged/",
    "/tasks/papers/",
    "/tasks/help_wanted/",
    "/tasks/not_come/",
    "/outreach/",
    "/events/",
    "/events/{event}/",
    "/scores/",
    "/surveys/",
    "/surveys/partners/",
    "/waves/{wave}/",
    "/sheets/",
    "/consents/",
    "/paper/",
    "/audit/",
    "/outbox/",
    "/exports/",
    "/results/",
    "/roadmap/",
    "/memos/",
    "/approvals/",
    "/documents/",
    "/growth/",
    "/growth/people/",
    "/indicators/",
    "/personal-programmes/",
    "/programme-bank/",
    "/proposals/group/",
    "/requests/",
    "/support/",
)


EXCUSED = {
    "/account/": "one's own account",
    "/accounts/": "accounts, a few an organisation",
    "/accounts/add": "a form",
    "/accounts/guests": "a form",
    "/board/state": "one line of /board/",
    "/calendar/": "days of the school",
    "/documents/card": "a form",
    "/documents/order": "a form",
    "/events/new": "a form",
    "/events/register": "a paper with every training of the year",
    "/exports/list": "a part of /exports/",
    "/growth/chart.svg": "a picture",
    "/indicators/headcounts/": "headcounts, a few a year",
    "/import/": "lists handed in, the newest",
    "/invitations/sheet": "a paper for whom was chosen, a hundred at most",
    "/organization/": "a form",
    "/organization/code": "a paper with one code",
    "/people/add": "a form",
    "/privacy/operator": "a form",
    "/privacy/processing": "a paper",
    "/programme/": "settings",
    "/regulation/": "the programme",
    "/waves/new/": "a form; its preview names fifty of each part",
}
"""Pages without a list that grows. Those that only lead elsewhere answer 302 and need no line."""
OF_THE_PSYCHOLOGIST = ("/consultations/", "/consultations/{person}/", "/sheets/")


@pytest.mark.long
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_page_grows_with_the_organisation(
    panel: Flask, database: Database, now: datetime, add_account: Callable[..., int]
) -> None:
    cost: list[dict[str, tuple[int, int]]] = []
    for people in (FEW, MANY):
        world = found_school(database, now, name=f"Школа на {people} человек")
        add_account(world, AccountRole.ADMINISTRATOR, f"chief{people}")
        psychologist = add_account(world, AccountRole.PSYCHOLOGIST, f"listener{people}")
        with database.writing() as session:
            target = Target(world.organization_id, world.cycle_id, psychologist)
            populate(session, target, people, now=world.now)
        facts = find_facts(database, world)
        cost.append({})
        for login, pages in ((f"chief{people}", PAGES), (f"listener{people}", OF_THE_PSYCHOLOGIST)):
            client = Browser(panel.test_client(), login).client
            for page in pages:
                client.get(page.format(**facts))  # what is read once and kept is no part of the page
                with counting(panel.extensions["nastavnik_database"].engine) as statements:
                    answer = client.get(page.format(**facts))
                assert answer.status_code == 200, (page, answer.status_code)
                cost[-1][f"{page} {login[:5]}"] = (len(statements), len(answer.data))
    few, many = cost
    assert known(panel, Browser(panel.test_client(), f"chief{MANY}").client) == set(EXCUSED)
    grown = {
        page: (few[page], many[page])
        for page in many
        if many[page][0] != few[page][0] or many[page][1] > few[page][1] + A_PAGE
    }
    assert grown == {}, "statements and bytes in the small organisation and in the large one"


def known(panel: Flask, client: FlaskClient) -> set[str]:
    """Pages of the panel without a number in the address that are not measured."""
    measured = {page.partition("?")[0] for page in (*PAGES, *OF_THE_PSYCHOLOGIST)}
    rules = [
        str(rule)
        for rule in panel.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments
    ]
    others = set(rules) - measured - {"/sign-in", "/healthz", "/readyz"}
    return {rule for rule in others if client.get(rule).status_code != 302}


def find_facts(database: Database, world: World) -> dict[str, int]:
    """The numbers that stand in the addresses, of rows of the organisation."""
    queries: dict[str, Select[int]] = {
        "person": select(Person.id).where(Person.organization_id == world.organization_id),
        "pair": select(Pair.id).where(
            Pair.organization_id == world.organization_id, Pair.status == PairStatus.ACTIVE
        ),
        "mentee": select(Participation.id).where(
            Participation.organization_id == world.organization_id,
            Participation.role == Role.MENTEE,
            Participation.status == ParticipationStatus.READY,
        ),
        "event": select(Event.id).where(Event.organization_id == world.organization_id),
        "wave": select(SurveyWave.id).where(SurveyWave.organization_id == world.organization_id),
    }
    with database.reading() as session:
        return {
            name: session.scalars(query.order_by(text("id")).limit(1)).first() or 0
            for name, query in queries.items()
        }
