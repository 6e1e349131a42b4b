"""Asking the worker for an export: refused at once where the worker would refuse it later."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.access.actors import Actor
from services.documents.exports.tables import Filters, Wording
from services.documents.exports.writing import check_format, prepare_export
from services.files.jobs import JobQueued, enqueue_job

KIND = "export"


def enqueue_export(
    session: Session,
    *,
    actor: Actor,
    what: str,
    format: str,  # noqa: A002  # the command line's own word
    filters: Filters,
    t: Wording,
    key: str,
    now: datetime,
) -> JobQueued:
    """Ask for an export. `key` names the click (a form's own random mark), so that a second one asks nothing.

    Raises what `write_export` raises, save SheetFull.
    """
    kind = check_format(format)
    export = prepare_export(session, actor=actor, what=what, filters=filters, t=t, now=now)
    organization_id = export.scope.organization_id
    return enqueue_job(
        session,
        actor=actor,
        kind=KIND,
        arguments={
            "what": what,
            "format": kind.value,
            "locale": t.locale,
            "filters": {**filters.given(), "organization_id": organization_id},
        },
        organization_id=organization_id,
        dedup_key=f"export:{actor.kind.value}:{actor.id}:{key}",
        now=now,
    )
