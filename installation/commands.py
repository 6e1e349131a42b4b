"""The short commands: each reads or changes one thing; lines for people, or JSON for machines."""

import argparse
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from installation import checks, faults
from installation.accounts import ACTOR, WayIn, describe_way_in, link_of, open_account
from installation.processes import open_clock
from installation.running import print_line
from installation.site import PACKS, Site
from models.accounts import Account, AccountRole
from models.people import OrganizationKind
from notices.language import Translator
from services.access.clock import SystemClock
from services.accounts.directory import issue_link
from services.accounts.record_closures import RecordsOpen, find_closure, open_records
from services.accounts.workplaces import admit_guest, find_account, list_workplaces
from services.organizations.days import day_of
from services.organizations.register import add_organization, find_organization, list_organizations
from services.programmes.packs import load_pack
from services.programmes.running import create_programme


@dataclass(frozen=True, slots=True)
class Telling:
    """How a command answers: lines for people, or one JSON value."""

    t: Translator
    is_json: bool

    def tell(self, facts: object, lines: Sequence[str]) -> None:
        if self.is_json:
            print_line(json.dumps(facts, ensure_ascii=False, indent=2, default=str))
        else:
            for line in lines:
                print_line(line)


@contextmanager
def writing(site: Site) -> Iterator[tuple[Session, datetime]]:
    """A session in one write transaction on a database of the newest schema, and the present moment."""
    checks.check_schema(site)
    with checks.open_database(site) as database, database.writing() as session:
        yield session, now_of(site)


def now_of(site: Site) -> datetime:
    """The sandbox's time while it runs; without it nobody moves the clock."""
    if not site.is_sandbox:
        return SystemClock().now()
    try:
        with open_clock(site, seconds=0) as clock:
            return clock.now()
    except faults.TelegramUnreachable:
        return SystemClock().now()


def migrate(site: Site, telling: Telling, arguments: argparse.Namespace) -> int:
    made = checks.migrate_site(site, has_backup=not arguments.no_backup)
    t = telling.t
    lines = [t.label("A backup was made before: {path}.", path=made)] if made else []
    lines.append(t.label("The database has the newest schema ({stamp}).", stamp=site.stamp.value))
    telling.tell({"stamp": site.stamp.value, "current": True, "backup": made}, lines)
    return 0


def add_school(site: Site, telling: Telling, arguments: argparse.Namespace) -> int:
    """An organisation with its programme, and the first account's link when nobody can sign in yet."""
    pack = load_pack(PACKS, arguments.pack)
    zone = arguments.timezone or site.settings.timezone
    way = None
    with writing(site) as (session, now):
        organization = add_organization(
            session,
            actor=ACTOR,
            name=arguments.name,
            kind=OrganizationKind(arguments.kind),
            timezone=zone,
            address=arguments.address,
            inn=arguments.inn,
            now=now,
        )
        today = day_of(now, zone)
        create_programme(
            session, actor=ACTOR, organization_id=organization.id, pack=pack, today=today, now=now
        )
        if session.scalars(select(Account.id)).first() is None:
            way = open_account(
                session,
                site,
                organization,
                name=telling.t.label("Curator"),
                login=None,
                role=AccountRole.ADMINISTRATOR,
                now=now,
            )
    facts = asdict(organization) | {"pack": pack.pack.id, "account": asdict(way) if way else None}
    lines = [
        telling.t.label(
            "{name}: number {id}, code for joining {code}, programme {pack}.",
            name=organization.name,
            id=organization.id,
            code=organization.join_code,
            pack=pack.pack.id,
        )
    ]
    if way is not None:
        lines.append(describe_way_in(way, telling.t))
    telling.tell(facts, lines)
    return 0


def list_schools(site: Site, telling: Telling, _arguments: argparse.Namespace) -> int:
    checks.check_schema(site)
    with checks.open_database(site) as database, database.reading() as session:
        organizations = list_organizations(session)
    lines = [
        telling.t.label("{id}  {name}, code for joining {code}", id=one.id, name=one.name, code=one.join_code)
        for one in organizations
    ]
    empty = telling.t.label("There is no organisation yet. Say: nastavnik organization add --help")
    telling.tell([asdict(one) for one in organizations], lines or [empty])
    return 0


def admit_curator(site: Site, telling: Telling, arguments: argparse.Namespace) -> int:
    with writing(site) as (session, now):
        organization = find_organization(session, arguments.organization)
        account = session.get_one(Account, find_account(session, arguments.login))
        admit_guest(
            session,
            actor=ACTOR,
            organization_id=organization.id,
            login=arguments.login,
            role=AccountRole(arguments.role) if arguments.role else account.role,
            now=now,
        )
        places = list_workplaces(session, account.id)
    names = [one.name for one in places]
    line = telling.t.label("{login} works in: {names}.", login=arguments.login, names="; ".join(names))
    telling.tell({"login": arguments.login, "organizations": names}, [line])
    return 0


def issue_account_link(site: Site, telling: Telling, arguments: argparse.Namespace) -> int:
    """For whoever keeps the server: a link to an account whose administrator cannot make one."""
    with writing(site) as (session, now):
        account_id = find_account(session, arguments.login)
        token = issue_link(session, actor=ACTOR, account_id=account_id, now=now)
        way = WayIn(arguments.login, link_of(site, token))
    telling.tell(asdict(way), [describe_way_in(way, telling.t)])
    return 0


def open_own_records(site: Site, telling: Telling, arguments: argparse.Namespace) -> int:
    """Where no head can: whoever keeps the server has made sure who signs in. Raises NotFound."""
    with writing(site) as (session, now):
        closure = find_closure(session, find_account(session, arguments.login))
        if closure is None:
            raise RecordsOpen
        open_records(session, actor=ACTOR, closure_id=closure.id, now=now)
    line = telling.t.label("The records of {login} are open again.", login=arguments.login)
    telling.tell({"login": arguments.login, "open": True}, [line])
    return 0


def add_curator(site: Site, telling: Telling, arguments: argparse.Namespace) -> int:
    with writing(site) as (session, now):
        organization = find_organization(session, arguments.organization)
        way = open_account(
            session,
            site,
            organization,
            name=arguments.name,
            login=arguments.login,
            role=AccountRole(arguments.role),
            now=now,
        )
    telling.tell(asdict(way), [describe_way_in(way, telling.t)])
    return 0
