"""Runs of the matching, locks and bans, and what mentors are asked for

Revision ID: 0028
Revises: 0027
"""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import models.base

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

MOMENT = models.base.UtcDateTime(timezone=True)
NUMBER = sa.Integer()
FACTS = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def known(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"{name}_known", native_enum=False, create_constraint=True, length=32)


def points(table: str, column: str, to: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"), ondelete=ondelete
    )


def upgrade() -> None:
    op.create_table(
        "match_runs",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("organization_id", NUMBER, nullable=False),
        sa.Column("cycle_id", NUMBER, nullable=False),
        sa.Column("job_id", NUMBER, nullable=True),
        sa.Column("asked_by", NUMBER, nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("made_at", MOMENT, nullable=True),
        sa.Column("inputs_sha256", sa.String(length=64), nullable=True),
        sa.Column("summary", FACTS, nullable=True),
        points("match_runs", "organization_id", "organizations"),
        points("match_runs", "cycle_id", "cycles"),
        points("match_runs", "job_id", "jobs"),
        points("match_runs", "asked_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_runs")),
    )
    op.create_index("ix_match_runs_cycle", "match_runs", ["cycle_id", "id"])
    op.create_index(op.f("ix_match_runs_job_id"), "match_runs", ["job_id"])
    op.create_table(
        "match_lines",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("run_id", NUMBER, nullable=False),
        sa.Column("aim", known("aim", "best_score", "balanced", "nobody_left_out"), nullable=False),
        sa.Column("mentee_id", NUMBER, nullable=False),
        sa.Column("mentor_id", NUMBER, nullable=True),
        sa.Column("runner_up_id", NUMBER, nullable=True),
        sa.Column("told", FACTS, nullable=False),
        points("match_lines", "run_id", "match_runs", "CASCADE"),
        *(points("match_lines", column, "persons") for column in ("mentee_id", "mentor_id", "runner_up_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_lines")),
    )
    op.create_index("ix_match_lines_run", "match_lines", ["run_id", "aim", "id"])
    for column in ("mentee_id", "mentor_id", "runner_up_id"):
        op.create_index(op.f(f"ix_match_lines_{column}"), "match_lines", [column])
    op.create_table(
        "match_rules",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("organization_id", NUMBER, nullable=False),
        sa.Column("cycle_id", NUMBER, nullable=False),
        sa.Column("kind", known("rulekind", "lock", "forbid"), nullable=False),
        sa.Column("mentee_id", NUMBER, nullable=False),
        sa.Column("mentor_id", NUMBER, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("account_id", NUMBER, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("undone_by", NUMBER, nullable=True),
        sa.Column("undone_at", MOMENT, nullable=True),
        points("match_rules", "organization_id", "organizations"),
        points("match_rules", "cycle_id", "cycles"),
        points("match_rules", "mentee_id", "persons"),
        points("match_rules", "mentor_id", "persons"),
        points("match_rules", "account_id", "accounts"),
        points("match_rules", "undone_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_rules")),
    )
    op.create_index(
        "uq_match_rules_holding",
        "match_rules",
        ["cycle_id", "mentee_id", "mentor_id"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    for column in ("cycle_id", "mentee_id", "mentor_id"):
        op.create_index(op.f(f"ix_match_rules_{column}"), "match_rules", [column])
    op.create_table(
        "match_fixes",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("organization_id", NUMBER, nullable=False),
        sa.Column("cycle_id", NUMBER, nullable=False),
        sa.Column("run_id", NUMBER, nullable=False),
        sa.Column("change", known("change", "one_more_place", "accept_pair"), nullable=False),
        sa.Column("mentor_id", NUMBER, nullable=False),
        sa.Column("mentee_id", NUMBER, nullable=True),
        sa.Column("places", NUMBER, nullable=False),
        sa.Column("criteria", FACTS, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("asked_by", NUMBER, nullable=True),
        sa.Column("closes_at", MOMENT, nullable=True),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("is_agreed", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (is_agreed IS NULL)", name=op.f("ck_match_fixes_answered_or_not")
        ),
        points("match_fixes", "organization_id", "organizations"),
        points("match_fixes", "cycle_id", "cycles"),
        points("match_fixes", "run_id", "match_runs", "CASCADE"),
        points("match_fixes", "mentor_id", "persons"),
        points("match_fixes", "mentee_id", "persons"),
        points("match_fixes", "asked_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_fixes")),
    )
    op.create_index(
        "ix_match_fixes_open",
        "match_fixes",
        ["closes_at"],
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    for column in ("cycle_id", "run_id", "mentor_id", "mentee_id"):
        op.create_index(op.f(f"ix_match_fixes_{column}"), "match_fixes", [column])
    know(add=("match_answer",))


def downgrade() -> None:
    op.execute("DELETE FROM tasks WHERE kind = 'match_answer'")
    know(drop=("match_answer",))
    for table in ("match_fixes", "match_rules", "match_lines", "match_runs"):
        op.drop_table(table)


def know(*, add: tuple[str, ...] = (), drop: tuple[str, ...] = ()) -> None:
    """Change the kinds of task that the table knows by now, whichever migrations came before."""
    constraint = "ck_tasks_taskkind_known"
    checks = {
        str(one["name"]): str(one["sqltext"])
        for one in sa.inspect(op.get_bind()).get_check_constraints("tasks")
    }
    found = re.findall(r"'([a-z_0-9]+)'", checks[constraint])
    values = tuple(one for one in (*found, *add) if one not in drop)
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(constraint), type_="check")
        batch_op.create_check_constraint(
            op.f(constraint), f"kind IN ({', '.join(repr(value) for value in values)})"
        )
