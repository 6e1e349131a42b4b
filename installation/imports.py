"""`nastavnik people import FILE`: a dry run that says the fate of each row; `--apply` adds the new."""

import argparse

from sqlalchemy.orm import Session

from installation import checks, faults
from installation.accounts import ACTOR
from installation.commands import Telling, now_of
from installation.site import Site
from services.access.errors import N_, DomainError
from services.organizations.days import day_of
from services.organizations.register import OrganizationFacts, find_organization, list_organizations
from services.people.imports import words as texts
from services.people.imports.fates import Judged, count_fates, judge, read_known
from services.people.imports.register import CHUNK, add_listed, register_list
from services.people.imports.results import describe_reason
from services.people.imports.rows import Fate, read_list
from services.people.imports.tables import read_table


class WhichOrganization(DomainError):
    text = N_("There are several organisations: say which one with --organization.")


def import_people(site: Site, telling: Telling, asked: argparse.Namespace) -> int:
    """Raises what `read_list` raises, FileNotRead, WhichOrganization."""
    now = now_of(site)
    checks.check_schema(site)
    try:
        content = asked.file.read_bytes()
    except OSError as error:
        raise faults.FileNotRead(file=asked.file, why=error.strerror or type(error).__name__) from None
    staff = read_list(iter(read_table(content)))
    with checks.open_database(site) as database:
        with database.reading() as session:
            organization = _find(session, asked.organization)
            judged = judge(staff.rows, read_known(session, organization.id))
        new = [one.listed for one in judged if one.fate is Fate.NEW]
        if asked.apply and new:
            with database.writing() as session:
                import_id = register_list(
                    session,
                    actor=ACTOR,
                    organization_id=organization.id,
                    title=asked.file.name,
                    source=asked.source or asked.file.name,
                    received_on=day_of(now, organization.timezone),
                    counts=count_fates(judged),
                    now=now,
                )
            for start in range(0, len(new), CHUNK):
                with database.writing() as session:
                    chunk = new[start : start + CHUNK]
                    add_listed(session, actor=ACTOR, import_id=import_id, rows=chunk, now=now)
    _tell(telling, judged, list(staff.ignored), is_applied=asked.apply)
    return 0


def _find(session: Session, named: str | None) -> OrganizationFacts:
    if named:
        return find_organization(session, named)
    known = list_organizations(session)
    if len(known) != 1:
        raise WhichOrganization
    return known[0]


def _tell(telling: Telling, judged: list[Judged], ignored: list[str], *, is_applied: bool) -> None:
    t = telling.t
    locale = t.locale
    fates = texts.DONE_FATES if is_applied else texts.FATES
    counts = count_fates(judged)
    rows = [
        {
            "row": one.listed.row,
            "name": one.listed.full_name,
            "position": one.listed.position,
            "fate": one.fate.value,
            "fault": one.listed.fault.value if one.listed.fault else None,
            "cell": one.listed.cell or None,
            "like_row": one.like_row,
        }
        for one in judged
    ]
    lines = [
        f"{one.listed.row}  {one.listed.full_name}  {fates[one.fate.value].get(locale)}"
        + "".join(f"  {said}" for said in (one.listed.cell, describe_reason(one, locale)) if said)
        for one in judged
    ]
    lines += [f"{fates[name].get(locale)}: {count}" for name, count in counts.items()]
    if ignored:
        lines.append(t.label("Columns that were not read: {columns}.", columns=", ".join(ignored)))
    if not is_applied:
        lines.append(t.label("Nothing was written. With --apply the new people are added."))
    telling.tell({"applied": is_applied, "counts": counts, "ignored": ignored, "rows": rows}, lines)
