"""`nastavnik document`: a draft of a document from the data as they are now, into a file; nothing is kept."""

import argparse

from installation import checks
from installation.accounts import ACTOR
from installation.commands import Telling, now_of
from installation.exports import open_sink
from installation.site import Site
from models.documents import DocumentKind
from services.documents.kinds import KINDS, KindNotMade
from services.documents.making import build_drafts
from services.documents.rendering import join, render
from services.documents.templates import find_template
from services.files.store import folder_of
from services.organizations.days import today_of
from services.organizations.register import find_organization
from services.programmes.running import current_cycle, read_year_end


def print_document(site: Site, telling: Telling, arguments: argparse.Namespace) -> int:
    """Raises KindNotMade, what `build_drafts` and `render` raise, FileNotWritten and OutputClosed."""
    checks.check_schema(site)
    kind = DocumentKind(arguments.kind)
    if kind not in KINDS:
        raise KindNotMade
    with checks.open_database(site) as database, database.reading() as session:
        organization_id = find_organization(session, arguments.organization).id
        today = today_of(session, organization_id, now_of(site))
        ends_on = read_year_end(session, cycle_id=current_cycle(session, organization_id).id)
        facts = build_drafts(
            session,
            actor=ACTOR,
            organization_id=organization_id,
            kind=kind,
            ids=arguments.id,
            choices={
                "starts_on": arguments.starts or today,
                "ends_on": arguments.ends or ends_on,
                "effective_on": arguments.starts or today,
                "end_reason": "by_curator",
            },
        )
        template = find_template(session, organization_id=organization_id, kind=kind)
    contents = render(template.read(folder_of(site.folder)), facts)
    with open_sink(arguments) as out:
        out.write(contents[0] if len(contents) == 1 else join(contents))
    if arguments.out is not None:
        line = telling.t.label("{file}: documents {count}.", file=arguments.out, count=len(contents))
        telling.tell({"file": arguments.out, "kind": kind.value, "documents": len(contents)}, [line])
    return 0
