"""Lists of staff brought in from a file; where a person's card comes from

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

import models.base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OLD_FILES = ("export",)
NEW_FILES = ("import", "import_result")


def upgrade() -> None:
    know_files((*OLD_FILES, *NEW_FILES))
    op.create_table(
        "people_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("ground", ground(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "checking",
                "checked",
                "applying",
                "applied",
                "refused",
                "discarded",
                name="importstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column(
            "result",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
            nullable=True,
        ),
        sa.Column("created_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", models.base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_people_imports_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_people_imports_file_id_files"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name=op.f("fk_people_imports_job_id_jobs"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_people_imports_organization_id_organizations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_imports")),
    )
    op.create_index(op.f("ix_people_imports_organization_id"), "people_imports", ["organization_id"])
    op.create_table(
        "origins",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("ground", ground(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["people_imports.id"],
            name=op.f("fk_origins_import_id_people_imports"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_origins_person_id_persons"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_origins")),
    )
    op.create_index(op.f("ix_origins_import_id"), "origins", ["import_id"])


def downgrade() -> None:
    op.drop_table("origins")
    op.drop_table("people_imports")
    names = ", ".join(f"'{name}'" for name in NEW_FILES)
    op.execute(f"DELETE FROM files WHERE kind IN ({names})")  # noqa: S608  # names of our own
    know_files(OLD_FILES)


def ground() -> sa.Enum:
    return sa.Enum("employer", name="legalground_known", native_enum=False, create_constraint=True, length=32)


def know_files(names: tuple[str, ...]) -> None:
    """SQLite makes the table anew, and dropping the old one empties every reference to a file: they are kept."""
    values = ", ".join(f"'{name}'" for name in names)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    kept = list_references() if is_sqlite else []
    for number, (table, column) in enumerate(kept):
        op.execute(
            f"CREATE TEMPORARY TABLE kept_{number} AS "  # noqa: S608  # names of the schema
            f"SELECT rowid AS place, {column} AS file FROM {table} WHERE {column} IS NOT NULL"
        )
    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_files_filekind_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_files_filekind_known"), sa.text(f"kind IN ({values})"))
    for number, (table, column) in enumerate(kept):
        op.execute(
            f"UPDATE {table} SET {column} = "  # noqa: S608  # names of the schema
            f"(SELECT file FROM kept_{number} WHERE place = {table}.rowid) "
            f"WHERE rowid IN (SELECT place FROM kept_{number})"
        )
        op.execute(f"DROP TABLE kept_{number}")


def list_references() -> list[tuple[str, str]]:
    inspector = sa.inspect(op.get_bind())
    return [
        (table, key["constrained_columns"][0])
        for table in inspector.get_table_names()
        for key in inspector.get_foreign_keys(table)
        if key["referred_table"] == "files"
    ]
