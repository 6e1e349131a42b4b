"""A list of staff as a job: `check` writes nothing but its result, `apply` adds people chunk by chunk.

Whoever a worker before us has added is known by their origin, so a crash adds nobody twice.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from models.jobs import FileKind
from models.names import fold
from services.access.errors import DomainError, NotFound
from services.files.jobs import report_progress
from services.files.store import (
    FileMissing,
    PlacedFile,
    draw_name,
    folder_of,
    remove_content,
    store_file,
    write_file,
)
from services.people.imports.fates import Judged, count_fates, judge, read_known
from services.people.imports.register import (
    CHUNK,
    KEEP,
    add_listed,
    find_list,
    read_added,
    store_applied,
    store_check,
    store_refusal,
)
from services.people.imports.results import write_result
from services.people.imports.rows import Fate, StaffList, read_list
from services.people.imports.tables import read_table
from worker.work import Outcome, Work

SCRATCH = ".scratch"
STEPS = 3  # reading, comparing, writing the result


def run_import(work: Work) -> Outcome:
    """Arguments: import_id, step (check or apply), locale. Raises what `read_list` raises, FileMissing."""
    if work.job.arguments["step"] == "check":
        return _check(work)
    return _apply(work)


def _check(work: Work) -> Outcome:
    import_id = int(work.job.arguments["import_id"])
    try:
        staff = _read(work, import_id)
    except DomainError:
        _refuse(work, import_id)
        raise
    work.checkpoint({}, done=1, total=STEPS)
    with work.database.reading() as session:
        judged = judge(staff.rows, read_known(session, work.job.organization_id or 0))
    work.checkpoint({}, done=2, total=STEPS)
    placed = _write_result(work, judged, is_applied=False)

    def store(session: Session) -> int:
        store_check(session, import_id=import_id, judged=judged, ignored=staff.ignored)
        return _store(work, session, placed, "check")

    return Outcome({"rows": len(judged), "withheld": 0}, store, undo=lambda: _remove(work, placed.name))


def _apply(work: Work) -> Outcome:
    import_id = int(work.job.arguments["import_id"])
    staff = _read(work, import_id)
    with work.database.reading() as session:
        ours = {fold(name) for name in read_added(session, import_id)}
        known = read_known(session, work.job.organization_id or 0)
    for name in ours:
        known.pop(name, None)
    judged = judge(staff.rows, known)
    new = [one.listed for one in judged if one.fate is Fate.NEW]
    waiting = [one for one in new if fold(one.full_name) not in ours]
    done = len(new) - len(waiting)
    for start in range(0, len(waiting), CHUNK):
        chunk = waiting[start : start + CHUNK]
        done += len(chunk)
        with work.database.writing() as session:
            add_listed(session, actor=work.actor(session), import_id=import_id, rows=chunk, now=work.now())
            report_progress(
                session,
                job_id=work.job.id,
                worker=work.job.worker,
                cursor={},
                done=done,
                total=len(new),
                now=work.now(),
            )
        work.check_goes_on()
    placed = _write_result(work, judged, is_applied=True)
    gone: list[str] = []

    def store(session: Session) -> int:
        name = store_applied(session, import_id=import_id, counts=count_fates(judged), now=work.now())
        gone.extend([name] if name else [])
        return _store(work, session, placed, "apply")

    def clean() -> None:
        for name in gone:
            _remove(work, name)

    return Outcome(
        {"rows": len(judged), "withheld": 0}, store, clean=clean, undo=lambda: _remove(work, placed.name)
    )


def _read(work: Work, import_id: int) -> StaffList:
    with work.database.reading() as session:
        try:
            name = find_list(session, import_id).name
        except NotFound as error:
            raise FileMissing from error
    try:
        content = (folder_of(work.config.data_dir) / name).read_bytes()
    except FileNotFoundError as error:
        raise FileMissing from error
    return read_list(iter(read_table(content)))


def _refuse(work: Work, import_id: int) -> None:
    with work.database.writing() as session:
        name = store_refusal(session, import_id=import_id, now=work.now())
    if name:
        _remove(work, name)


def _write_result(work: Work, judged: Sequence[Judged], *, is_applied: bool) -> PlacedFile:
    folder = folder_of(work.config.data_dir)
    scratch = folder / (draw_name() + SCRATCH)  # names wait on the disk meanwhile: a folder of ours
    scratch.mkdir(mode=0o700)
    try:
        return write_file(folder, lambda out: _fill(out, judged, work, scratch, is_applied=is_applied))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _fill(out: Any, judged: Sequence[Judged], work: Work, scratch: Path, *, is_applied: bool) -> None:
    write_result(
        out, judged, locale=work.job.arguments.get("locale", "ru"), is_applied=is_applied, scratch=scratch
    )


def _store(work: Work, session: Session, placed: PlacedFile, step: str) -> int:
    return store_file(
        session,
        placed=placed,
        kind=FileKind.IMPORT_RESULT,
        title=f"import-{work.job.arguments['import_id']}-{step}.xlsx",
        organization_id=work.job.organization_id,
        owner_id=work.job.asked_by,
        keep=KEEP,
        now=work.now(),
    )


def _remove(work: Work, name: str) -> None:
    remove_content(folder_of(work.config.data_dir), name)
