"""Outcomes and closing of cycles, support centres; eligibility, absences, what third parties told

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OUTCOMES = "'completed', 'extended', 'ended_early', 'unpaired', 'unfinished', 'left'"
# columns are added and dropped as they are: a table made anew would take its references with it
WORDS = {
    ("participations", "outcome"): (
        f"VARCHAR(32) CONSTRAINT ck_participations_outcome_known CHECK (outcome IN ({OUTCOMES}))"
    ),
    ("participations", "wants_next"): "BOOLEAN",
}
MOMENTS = (("participations", "outcome_at"), ("persons", "departed_at"), ("cycles", "closed_at"))
CENTER = "fk_organizations_center_id_organizations"


def upgrade() -> None:
    for (table, column), kind in WORDS.items():
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    for table, column in MOMENTS:
        op.add_column(table, sa.Column(column, models.base.UtcDateTime(timezone=True)))
    op.execute(
        f"ALTER TABLE organizations ADD COLUMN center_id INTEGER CONSTRAINT {CENTER} "
        "REFERENCES organizations (id)"
    )
    op.create_table(
        "eligibilities",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("is_student", sa.Boolean(), nullable=False),
        sa.Column("experience_years", sa.Integer(), nullable=True),
        sa.Column("is_new_here", sa.Boolean(), nullable=False),
        sa.Column("has_returned", sa.Boolean(), nullable=False),
        sa.Column("is_up_to_35", sa.Boolean(), nullable=False),
        sa.Column("updated_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("experience_years BETWEEN 0 AND 70", name=op.f("ck_eligibilities_years_likely")),
        organization("eligibilities"),
        person("eligibilities"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_eligibilities")),
    )
    op.create_index(op.f("ix_eligibilities_organization_id"), "eligibilities", ["organization_id"])
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "leave",
                "dismissal",
                "transfer",
                name="absencekind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("to_organization_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("created_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", models.base.UtcDateTime(timezone=True), nullable=True),
        account("absences"),
        organization("absences"),
        person("absences"),
        sa.ForeignKeyConstraint(
            ["to_organization_id"],
            ["organizations.id"],
            name=op.f("fk_absences_to_organization_id_organizations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index(op.f("ix_absences_organization_id"), "absences", ["organization_id"])
    op.create_index("ix_absences_person", "absences", ["person_id", "id"])
    op.create_table(
        "testimonies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("informed_on", sa.Date(), nullable=True),
        sa.Column("created_at", models.base.UtcDateTime(timezone=True), nullable=False),
        account("testimonies"),
        organization("testimonies"),
        person("testimonies"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_testimonies")),
    )
    op.create_index(op.f("ix_testimonies_organization_id"), "testimonies", ["organization_id"])
    op.create_index(op.f("ix_testimonies_person_id"), "testimonies", ["person_id"])


def downgrade() -> None:
    for table in ("testimonies", "absences", "eligibilities"):
        op.drop_table(table)
    op.execute("ALTER TABLE organizations DROP COLUMN center_id")
    for table, column in (*WORDS, *MOMENTS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def organization(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organization_id"], ["organizations.id"], name=op.f(f"fk_{table}_organization_id_organizations")
    )


def person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["person_id"], ["persons.id"], name=op.f(f"fk_{table}_person_id_persons"), ondelete="CASCADE"
    )


def account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id_accounts")
    )
