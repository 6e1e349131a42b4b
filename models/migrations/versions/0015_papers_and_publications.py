"""Consents whose term ends, and whom a publication names

Revision ID: 0015
Revises: 0014
"""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql")


def upgrade() -> None:
    know("tasks", "taskkind", "kind", add="long_term_over")
    know("consents", "consentdecision", "decision", add="expired")
    with op.batch_alter_table("publications", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shows", JSON, nullable=False, server_default="[]"))
    with op.batch_alter_table("publications", schema=None) as batch_op:
        batch_op.alter_column("shows", server_default=None)
    op.create_table(
        "publication_persons",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_publication_persons_person_id_persons")
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publications.id"],
            name=op.f("fk_publication_persons_publication_id_publications"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("publication_id", "person_id", name=op.f("pk_publication_persons")),
    )
    op.create_index(op.f("ix_publication_persons_person_id"), "publication_persons", ["person_id"])
    # what is registered on a pair names its people
    op.execute(
        "INSERT INTO publication_persons (publication_id, person_id) "
        "SELECT DISTINCT publications.id, pair_members.person_id FROM publications "
        "JOIN pair_members ON pair_members.pair_id = publications.pair_id"
    )


def downgrade() -> None:
    op.drop_table("publication_persons")
    with op.batch_alter_table("publications", schema=None) as batch_op:
        batch_op.drop_column("shows")
    op.execute("DELETE FROM consents WHERE decision = 'expired'")
    know("consents", "consentdecision", "decision", drop="expired")
    op.execute("DELETE FROM tasks WHERE kind = 'long_term_over'")
    know("tasks", "taskkind", "kind", drop="long_term_over")


def know(table: str, name: str, column: str, *, add: str = "", drop: str = "") -> None:
    """Change the values that the table knows by now, whichever migrations came before."""
    constraint = f"ck_{table}_{name}_known"
    checks = {
        str(one["name"]): str(one["sqltext"])
        for one in sa.inspect(op.get_bind()).get_check_constraints(table)
    }
    known = re.findall(r"'([a-z_]+)'", checks[constraint])
    values = [one for one in (*known, add) if one and one != drop]
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.drop_constraint(op.f(constraint), type_="check")
        batch_op.create_check_constraint(
            op.f(constraint), f"{column} IN ({', '.join(repr(value) for value in values)})"
        )
