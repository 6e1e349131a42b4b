"""`nastavnik backup` and `nastavnik restore`: the whole installation in one archive, and back again."""

import argparse
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from installation import checks
from installation.commands import Telling, now_of
from installation.site import Site
from models.engine import Database
from models.schema import SchemaNewer, is_current
from services.files.backups.making import backup_folder, make_backup, name_of, unused_target
from services.files.backups.refusals import NothingToBackUp
from services.files.backups.restoring import restore_backup
from services.files.store import folder_of as files_of
from services.files.store import remove_content
from services.privacy.erasures import note_cleaned
from services.privacy.remembering import Reapplied, Remembered, read_remembered, reapply, remember


def back_up(site: Site, telling: Telling, arguments: argparse.Namespace) -> int:
    """While everything runs. Raises what `make_backup` raises."""
    now = now_of(site)
    with checks.open_database(site):
        summary = make_backup(site.database_url, site.folder, target_of(site, arguments.out, now), now)
    t = telling.t
    lines = [
        t.label(
            "Backup {path}: {size} MB, rows {rows}, files {files}.",
            path=summary.path,
            size=f"{summary.size / 1e6:.1f}",
            rows=summary.rows,
            files=summary.files,
        )
    ]
    if summary.missing:
        lines.append(t.label("Files that are no longer on the disk: {count}.", count=summary.missing))
    telling.tell(asdict(summary), lines)
    return 0


def target_of(site: Site, out: Path | None, now: datetime) -> Path:
    """A file as it was named; into a folder, or without a name, one by the moment."""
    if out is None:
        return backup_folder(site.folder) / name_of(now)
    return out / name_of(now) if out.is_dir() else out


def restore(site: Site, telling: Telling, arguments: argparse.Namespace) -> int:
    """While nothing runs. With --force a backup of what is replaced is made first.

    Raises AlreadyRunning and what `restore_backup` and `make_backup` raise.
    """
    t, now = telling.t, now_of(site)
    replaced: Path | None = None
    with checks.lock(site.folder), checks.sole_bot(site):
        remembered = remember_present(site)
        if arguments.force:
            replaced = back_up_present(site, now)
        summary = restore_backup(
            arguments.archive,
            site.database_url,
            site.folder,
            stamp=site.stamp,
            now=now,
            force=arguments.force,
        )
        checks.migrate_site(site, has_backup=False)
        again = reapply_remembered(site, remembered, now)
    made_at = summary.made_at.astimezone(ZoneInfo(site.settings.timezone))
    lines = [
        t.label(
            "Restored as of {moment}: rows {rows}, files {files}.",
            moment=f"{made_at:%d.%m.%Y %H:%M}",
            rows=summary.rows,
            files=summary.files,
        )
    ]
    lines += describe_reapplied(telling, again)
    if replaced is not None:
        lines.append(t.label("What was here before is kept in {path}.", path=replaced))
    if summary.waiting:
        lines.append(
            t.label(
                "Messages that may be sent a second time at the next start: {count}.", count=summary.waiting
            )
        )
    kept = {"erased_again": again.erased, "acts_kept": again.acts, "duties_kept": again.duties}
    telling.tell(asdict(summary) | {"replaced": replaced} | kept, lines)
    return 0


def remember_present(site: Site) -> Remembered:
    """What a restore must not undo: the list in the data folder, and what the present database adds to it.

    A database that cannot be read, often the reason of a restore, adds nothing. Raises ErasureListBroken.
    """
    database = Database(site.database_url)
    try:
        if is_current(database):
            with database.reading() as session:
                return remember(session, site.folder)
    except (SQLAlchemyError, SchemaNewer):
        pass
    finally:
        database.close()
    return read_remembered(site.folder)


def reapply_remembered(site: Site, remembered: Remembered, now: datetime) -> Reapplied:
    """Erase again whom the backup has brought back; the database's own files are written anew after it."""
    with checks.open_database(site) as database:
        with database.writing() as session:
            again = reapply(session, remembered, now=now)
        for name in again.files:
            remove_content(files_of(site.folder), name)
        if again.act_ids:
            database.rewrite()
        with database.writing() as session:
            for act_id in again.act_ids:
                note_cleaned(session, act_id=act_id, now=now)
        with database.reading() as session:
            remember(session, site.folder)
    return again


def describe_reapplied(telling: Telling, again: Reapplied) -> list[str]:
    t = telling.t
    if not (again.erased or again.acts or again.duties):
        return []
    return [
        t.label(
            "Kept from before the restore: people erased again {erased}, acts of destruction {acts}, "
            "duties {duties}.",
            erased=again.erased,
            acts=again.acts,
            duties=again.duties,
        )
    ]


def back_up_present(site: Site, now: datetime) -> Path | None:
    """A backup of what --force replaces; None when there is nothing."""
    target = unused_target(backup_folder(site.folder), now, before="restore")
    try:
        return make_backup(site.database_url, site.folder, target, now).path
    except NothingToBackUp:
        return None
