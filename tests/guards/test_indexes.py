"""Every foreign key that a query follows has an index that begins with it; the others have a reason."""

from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint

import models
from models.base import Base

assert models.__all__  # every table is known to Base.metadata

FEW = "some rows an organisation, read whole"
ACCOUNT = "names who acted; an account is never deleted, and nobody looks from it to these rows"
TENANT = "rows are looked for by what they belong to, which has one organisation"
MERGED = "followed only when two cards of one person become one"

NOT_FOLLOWED = {
    ("organizations", "center_id"): FEW,
    ("drafts", "organization_id"): TENANT,
    ("roadmap_checks", "organization_id"): TENANT,
    ("roadmap_digests", "organization_id"): TENANT,
    ("absences", "to_organization_id"): FEW,
    ("absences", "account_id"): ACCOUNT,
    ("account_organizations", "admitted_by"): ACCOUNT,
    ("approvals", "organization_id"): TENANT,
    ("approvals", "account_id"): ACCOUNT,
    ("event_guests", "organization_id"): TENANT,
    ("event_materials", "organization_id"): TENANT,
    ("files", "owner_id"): ACCOUNT,
    ("jobs", "asked_by"): ACCOUNT,
    ("match_fixes", "asked_by"): ACCOUNT,
    ("match_fixes", "organization_id"): TENANT,
    ("match_rules", "account_id"): ACCOUNT,
    ("match_rules", "organization_id"): TENANT,
    ("match_rules", "undone_by"): ACCOUNT,
    ("match_runs", "asked_by"): ACCOUNT,
    ("match_runs", "organization_id"): TENANT,
    ("meeting_words", "person_id"): MERGED,
    ("headcounts", "entered_by"): ACCOUNT,
    ("meetings", "cancelled_by"): MERGED,
    ("meetings", "logged_by"): MERGED,
    ("meetings", "moved_to_id"): "followed by the pair's own meetings, which have an index",
    ("meetings", "proposed_by"): MERGED,
    ("paper_entries", "account_id"): ACCOUNT,
    ("paper_entries", "organization_id"): TENANT,
    ("people_imports", "account_id"): ACCOUNT,
    ("people_imports", "job_id"): FEW,
    ("record_closures", "issued_by"): ACCOUNT,
    ("record_closures", "opened_by"): ACCOUNT,
    ("request_consents", "account_id"): ACCOUNT,
    ("requests", "account_id"): ACCOUNT,
    ("roadmap_proofs", "account_id"): ACCOUNT,
    ("roadmap_proofs", "organization_id"): TENANT,
    ("roadmap_proofs", "person_id"): FEW,
    ("setup_links", "issued_by"): ACCOUNT,
    ("survey_runs", "entered_by"): ACCOUNT,
    ("survey_runs", "issued_by"): ACCOUNT,
    ("survey_waves", "created_by"): ACCOUNT,
    ("survey_waves", "organization_id"): TENANT,
    ("tasks", "cycle_id"): "tasks are looked for by organisation, person or pair",
    ("tasks", "done_by"): ACCOUNT,
    ("testimonies", "account_id"): ACCOUNT,
    ("web_links", "created_by"): ACCOUNT,
    ("web_links", "organization_id"): TENANT,
}


def test_every_foreign_key_has_an_index_or_a_reason() -> None:
    bare = set()
    for table in Base.metadata.sorted_tables:
        leading = {
            next(iter(index.columns)).name
            for index in table.indexes
            if not any(option.endswith("where") for option in index.dialect_kwargs)
        }
        for constraint in table.constraints:
            if isinstance(constraint, UniqueConstraint | PrimaryKeyConstraint) and len(constraint.columns):
                leading.add(next(iter(constraint.columns)).name)
        bare |= {
            (table.name, column.name)
            for column in table.columns
            if column.foreign_keys and column.name not in leading
        }
    assert bare == set(NOT_FOLLOWED)
