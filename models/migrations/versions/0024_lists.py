"""People are sorted and found by columns; foreign keys that queries follow have an index

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

from models import names

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

INDEXES = {
    "accounts": [("person_id",)],
    "consents": [("file_id",)],
    "jobs": [("file_id",)],
    "join_requests": [("person_id",)],
    "mentoring_agreements": [("file_id",), ("pair_id",)],
    "pair_members": [("participation_id",)],
    "people_imports": [("file_id",)],
    "roadmap_proofs": [("file_id",)],
    "survey_runs": [("account_id",)],
    "tasks": [("join_request_id",), ("meeting_id",), ("run_id",)],
}
NAMED = {
    "ix_meetings_cycle": ("meetings", ["cycle_id", "status", "ends_at"]),
    "ix_meetings_starts": ("meetings", ["organization_id", "starts_at", "id"]),
    "ix_outbox_organization": ("outbox", ["organization_id", "status", "id"]),
    "ix_pairs_proposed": ("pairs", ["organization_id", "proposed_at", "id"]),
    "ix_persons_sorted": ("persons", ["organization_id", "sort_key", "id"]),
    "ix_survey_runs_cycle": ("survey_runs", ["cycle_id", "status"]),
}
WRITTEN = ("family_name", "given_name", "patronymic", "position")
BATCH = 1000

persons = sa.table("persons", *map(sa.column, ("id", *WRITTEN, "sort_key", "search_key")))


def upgrade() -> None:
    # columns are added as they are: a persons table made anew would take the rows that point at it (CASCADE)
    collation = ' COLLATE "C"' if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"ALTER TABLE persons ADD COLUMN sort_key TEXT{collation} DEFAULT '' NOT NULL")
    op.execute("ALTER TABLE persons ADD COLUMN search_key TEXT DEFAULT '' NOT NULL")
    _fill()
    for table, indexes in INDEXES.items():
        for columns in indexes:
            op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))
    for name, (table, keys) in NAMED.items():
        op.create_index(name, table, keys)
    op.drop_index(op.f("ix_persons_organization_id"), table_name="persons")


def _fill() -> None:
    connection, last = op.get_bind(), 0
    write = (
        persons.update()
        .where(persons.c.id == sa.bindparam("one"))
        .values(sort_key=sa.bindparam("sorted"), search_key=sa.bindparam("found"))
    )
    read = sa.select(persons.c.id, *(persons.c[name] for name in WRITTEN)).order_by(persons.c.id).limit(BATCH)
    while rows := connection.execute(read.where(persons.c.id > last)).all():
        connection.execute(
            write,
            [
                {"one": row.id, "sorted": names.sort_key(*row[1:4]), "found": names.search_key(*row[1:])}
                for row in rows
            ],
        )
        last = rows[-1].id


def downgrade() -> None:
    op.create_index(op.f("ix_persons_organization_id"), "persons", ["organization_id"])
    for name, (table, _columns) in NAMED.items():
        op.drop_index(name, table_name=table)
    for table, indexes in INDEXES.items():
        for columns in indexes:
            op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table_name=table)
    op.execute("ALTER TABLE persons DROP COLUMN search_key")
    op.execute("ALTER TABLE persons DROP COLUMN sort_key")
