"""Erasing a person as a job: the rows in one transaction, then files, then the database's own files."""

from sqlalchemy.orm import Session

from models.accounts import Account
from services.access.errors import NotFound
from services.files.store import folder_of, remove_content
from services.privacy.erasing import Erased, erase_person
from services.privacy.erasures import note_cleaned
from services.privacy.remembering import remember
from worker.work import Outcome, Work


def run_erasure(work: Work) -> Outcome:
    """Arguments: person_id, reason. After a crash it finds the act of the first try and only cleans up.

    Raises NotFound, NotAllowed.
    """
    erased = _erase(work)
    with work.database.reading() as session:
        remember(session, work.config.data_dir)
    folder = folder_of(work.config.data_dir)
    for name in erased.files:
        remove_content(folder, name)
    work.check_goes_on()
    work.database.rewrite()

    def store(session: Session) -> None:
        note_cleaned(session, act_id=erased.act_id, now=work.now())

    return Outcome({"act": erased.act_id, "files": len(erased.files)}, store=store)


def _erase(work: Work) -> Erased:
    arguments = work.job.arguments
    with work.database.writing() as session:
        account = session.get(Account, work.job.asked_by) if work.job.asked_by is not None else None
        if work.job.asked_by is not None and account is None:
            raise NotFound
        return erase_person(
            session,
            actor=work.actor(session),
            person_id=int(arguments["person_id"]),
            reason=str(arguments["reason"]),
            made_by=account.name if account else "",
            now=work.now(),
        )
