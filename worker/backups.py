"""The daily backup as a job: what has expired goes first, so that it does not live on in a backup."""

from services.files.backups.making import backup_folder, make_backup, name_of, prune_backups
from services.files.store import folder_of, forget_expired, list_known_names, remove_content, sweep_folder
from services.privacy.remembering import remember
from worker.work import Outcome, Work


def run_backup(work: Work) -> Outcome:
    """No arguments. Made again after a crash under the same name, so that a day has one."""
    _sweep(work)
    config = work.config
    with work.database.reading() as session:
        remember(session, config.data_dir)
    folder = backup_folder(config.data_dir)
    target = folder / name_of(work.job.created_at)
    summary = make_backup(config.database_url, config.data_dir, target, work.now())
    removed = prune_backups(folder)
    return Outcome(
        {
            "name": summary.path.name,
            "size": summary.size,
            "rows": summary.rows,
            "files": summary.files,
            "missing": summary.missing,
            "removed": len(removed),
        }
    )


def _sweep(work: Work) -> None:
    folder = folder_of(work.config.data_dir)
    while True:
        with work.database.writing() as session:
            names = forget_expired(session, now=work.now())
        for name in names:
            remove_content(folder, name)
        if not names:
            break
    with work.database.reading() as session:
        known = list_known_names(session)
    sweep_folder(folder, known=known, now=work.now())
