"""The first way into the panel, and every further account: one-time links, never a password."""

import itertools
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from installation import checks
from installation.processes import open_clock
from installation.site import Site
from models.accounts import Account, AccountRole
from notices.language import Translator
from services.access.actors import Channel, system
from services.accounts.directory import create_account, issue_link
from services.organizations.register import OrganizationFacts, list_organizations

LOGIN = "curator"
ACTOR = system(Channel.COMMAND_LINE)


@dataclass(frozen=True, slots=True)
class WayIn:
    """A new account's sign-in name and the one-time link (30 minutes) that sets its password."""

    login: str
    link: str


def open_account(
    session: Session,
    site: Site,
    organization: OrganizationFacts,
    *,
    name: str,
    login: str | None,
    role: AccountRole,
    now: datetime,
) -> WayIn:
    """Raises LoginTaken; without a login of your own the first free of curator, curator2, ... is taken."""
    chosen = login or free_login(session)
    created = create_account(
        session,
        actor=ACTOR,
        organization_id=organization.id,
        login=chosen,
        name=name,
        role=role,
        now=now,
    )
    return WayIn(chosen, link_of(site, created.token))


def free_login(session: Session) -> str:
    taken = set(session.scalars(select(Account.login)))
    return next(
        login
        for number in itertools.count(1)
        if (login := f"{LOGIN}{number if number > 1 else ''}") not in taken
    )


def link_of(site: Site, token: str) -> str:
    return f"{site.panel_address}/setup/{token}"


def first_way_in(site: Site, t: Translator) -> list[str]:
    """What a live start says while nobody can sign in yet: a one-time link, or what comes before it."""
    with open_clock(site) as clock, checks.open_database(site) as database, database.writing() as session:
        now = clock.now()
        if session.scalars(select(Account.id).where(Account.password_hash.is_not(None))).first():
            return []
        organizations = list_organizations(session)
        if not organizations:
            return [t.label("There is no organisation yet. Say: nastavnik organization add --help")]
        account = session.scalars(select(Account).order_by(Account.id)).first()
        if account is None:
            way = open_account(
                session,
                site,
                organizations[0],
                name=t.label("Curator"),
                login=None,
                role=AccountRole.ADMINISTRATOR,
                now=now,
            )
        else:
            way = WayIn(
                account.login,
                link_of(site, issue_link(session, actor=ACTOR, account_id=account.id, now=now)),
            )
        return [describe_way_in(way, t)]


def describe_way_in(way: WayIn, t: Translator) -> str:
    return t.label(
        "Sign-in {login}: set a password within 30 minutes at {link}", login=way.login, link=way.link
    )
