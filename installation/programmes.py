"""The commands about programme packs: which there are, are they sound, begin or upgrade a programme."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from installation import checks
from installation.accounts import ACTOR
from installation.commands import Telling, writing
from installation.site import PACKS, Site
from services.organizations.days import day_of
from services.organizations.register import find_organization
from services.programmes.differences import AREAS, Change
from services.programmes.packs import ResolvedPack, check_packs, list_packs, load_pack
from services.programmes.running import create_programme, current_cycle, running_pack_id
from services.programmes.windows import describe_windows
from services.roadmap.upgrades import Upgrade, read_upgrade, upgrade_programme


def list_programmes(_site: Site, telling: Telling, _arguments: argparse.Namespace) -> int:
    packs = [load_pack(PACKS, pack_id) for pack_id in list_packs(PACKS)]
    packs.sort(key=lambda pack: (pack.pack.seed or "999", pack.pack.id))
    facts = [describe_pack(pack, telling.t.locale) for pack in packs]
    lines = [
        telling.t.label(
            "{id}  version {version}, stages {stages}, roadmap rows {rows}, surveys {surveys}: {title}",
            **{name: fact[name] for name in ("id", "version", "stages", "title")},
            rows=fact["roadmap_rows"],
            surveys=len(fact["surveys"]),
        )
        for fact in facts
    ]
    telling.tell(facts, lines)
    return 0


def describe_pack(pack: ResolvedPack, locale: str) -> dict[str, Any]:
    """What a machine wants to know of a pack; `stages` counts headings that differ."""
    content = pack.pack
    return {
        "id": content.id,
        "title": content.title.get(locale),
        "version": content.version,
        "seed": content.seed,
        "stages": len({stage.title.ru for stage in content.stages}),
        "roadmap_rows": len(content.rows()),
        "surveys": [
            {
                "id": survey.id,
                "code": survey.code,
                "audience": survey.audience,
                "title": survey.title.get(locale),
            }
            for survey in pack.surveys
        ],
        "measurement_points": [
            {
                "id": point.id,
                "kind": point.kind,
                "title": point.title.get(locale),
                "when": describe_windows(point.windows, locale),
                "occasions": list(point.occasions),
            }
            for point in content.measurement_points
        ],
        "targets": [
            {"indicator": target.indicator, "year": target.year, "value": target.value}
            for target in content.targets
        ],
        "consents": [consent.id for consent in content.consents],
        "papers": [paper.id for paper in content.papers],
        "sha256": pack.sha256,
    }


def check_programmes(_site: Site, telling: Telling, arguments: argparse.Namespace) -> int:
    folder = arguments.folder or PACKS
    problems = check_packs(folder)
    lines = [str(problem) for problem in problems] or [telling.t.label("The programme packs are in order.")]
    telling.tell([asdict(problem) for problem in problems], lines)
    return 1 if problems else 0


def start_programme(site: Site, telling: Telling, arguments: argparse.Namespace) -> int:
    pack = load_pack(PACKS, arguments.pack)
    with writing(site) as (session, now):
        organization = find_organization(session, arguments.organization)
        created = create_programme(
            session,
            actor=ACTOR,
            organization_id=organization.id,
            pack=pack,
            today=day_of(now, organization.timezone),
            now=now,
        )
    telling.tell(
        {"programme_id": created.programme_id, "organization_id": organization.id, "pack": pack.pack.id},
        [
            telling.t.label(
                "The programme {pack} has begun in {name}.", pack=pack.pack.id, name=organization.name
            )
        ],
    )
    return 0


def show_or_upgrade(site: Site, telling: Telling, arguments: argparse.Namespace) -> int:
    """Without a mark it only shows what would change; the mark that it prints confirms exactly that."""
    if arguments.apply:
        return _upgrade(site, telling, arguments)
    checks.check_schema(site)
    with checks.open_database(site) as database, database.reading() as session:
        organization = find_organization(session, arguments.organization)
        cycle = current_cycle(session, organization.id)
        pack = load_pack(PACKS, running_pack_id(session, cycle_id=cycle.id))
        found = read_upgrade(session, actor=ACTOR, organization_id=organization.id, pack=pack)
    telling.tell(_facts(found, telling.t.locale), list(_lines(found, telling)))
    return 0


def _upgrade(site: Site, telling: Telling, arguments: argparse.Namespace) -> int:
    with writing(site) as (session, now):
        organization = find_organization(session, arguments.organization)
        cycle = current_cycle(session, organization.id)
        pack = load_pack(PACKS, running_pack_id(session, cycle_id=cycle.id))
        done = upgrade_programme(
            session, actor=ACTOR, organization_id=organization.id, pack=pack, mark=arguments.apply, now=now
        )
    telling.tell(
        asdict(done) | {"pack": pack.pack.id, "sha256": pack.sha256},
        [
            telling.t.label(
                "The programme {pack} now runs with version {version}.",
                pack=pack.pack.id,
                version=done.version,
            )
        ],
    )
    return 0


def _facts(found: Upgrade, locale: str) -> dict[str, Any]:
    return {
        "pack": found.pack_id,
        "version": found.version,
        "new_version": found.new_version,
        "mark": found.mark,
        "changes": [
            {
                "area": change.area,
                "place": [one.get(locale) for one in change.place],
                "key": change.key,
                "before": change.before,
                "after": change.after,
            }
            for change in found.changes
        ],
        "obstacles": [{"what": one.what.get(locale), "name": one.name} for one in found.obstacles],
    }


def _lines(found: Upgrade, telling: Telling) -> Iterator[str]:
    t = telling.t
    yield t.label(
        "{pack}: version {version} runs, version {new_version} is here.",
        pack=found.pack_id,
        version=found.version,
        new_version=found.new_version,
    )
    for area, title in AREAS.items():
        changes = [change for change in found.changes if change.area == area]
        if changes:
            yield f"{title.get(t.locale)}:"
            yield from (f"  {line}" for change in changes for line in _tell_change(change, t.locale))
    for one in found.obstacles:
        yield t.label("In the way: {what}: {name}", what=one.what.get(t.locale), name=one.name)
    if not found.obstacles:
        yield t.label(
            "Nothing is changed yet. To apply it, say the same with --apply {mark}", mark=found.mark
        )


def _tell_change(change: Change, locale: str) -> Iterator[str]:
    place = " › ".join([*(one.get(locale) for one in change.place), *filter(None, [change.key])])
    if change.before is None:
        yield f"+ {place}" + (f": {change.after}" if change.key else "")
    elif change.after is None:
        yield f"- {place}" + (f": {change.before}" if change.key else "")
    else:
        yield f"~ {place}"
        yield f"    - {change.before}"
        yield f"    + {change.after}"
