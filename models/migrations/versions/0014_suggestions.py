"""What a mentor puts to the curator

Revision ID: 0014
Revises: 0013
"""

import re

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = models.base.UtcDateTime()


def upgrade() -> None:
    know("tasks", "taskkind", "kind", add=("mentor_suggests",))
    know("paper_entries", "deed", "deed", add=("suggested",))
    op.create_table(
        "suggestions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("pair_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "encourage",
                "contest",
                "involve",
                "file",
                name="suggestionkind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("is_granted", sa.Boolean(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("colleague_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (is_granted IS NULL)", name=op.f("ck_suggestions_decided_or_not")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_suggestions_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["colleague_id"],
            ["persons.id"],
            name=op.f("fk_suggestions_colleague_id_persons"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_suggestions_organization_id_organizations"),
        ),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["pairs.id"], name=op.f("fk_suggestions_pair_id_pairs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_suggestions_person_id_persons"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestions")),
    )
    op.create_index("ix_suggestions_pair", "suggestions", ["pair_id", "id"])
    for column in ("organization_id", "person_id", "colleague_id"):
        op.create_index(op.f(f"ix_suggestions_{column}"), "suggestions", [column])


def downgrade() -> None:
    op.drop_table("suggestions")
    op.execute("DELETE FROM paper_entries WHERE deed = 'suggested'")
    know("paper_entries", "deed", "deed", drop=("suggested",))
    op.execute("DELETE FROM tasks WHERE kind = 'mentor_suggests'")
    know("tasks", "taskkind", "kind", drop=("mentor_suggests",))


def know(
    table: str, name: str, column: str, *, add: tuple[str, ...] = (), drop: tuple[str, ...] = ()
) -> None:
    """Change the values that the table knows by now, whichever migrations came before."""
    constraint = f"ck_{table}_{name}_known"
    checks = {
        str(one["name"]): str(one["sqltext"])
        for one in sa.inspect(op.get_bind()).get_check_constraints(table)
    }
    known = re.findall(r"'([a-z_0-9]+)'", checks[constraint])
    values = tuple(one for one in (*known, *add) if one not in drop)
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.drop_constraint(op.f(constraint), type_="check")
        batch_op.create_check_constraint(
            op.f(constraint), f"{column} IN ({', '.join(repr(value) for value in values)})"
        )
