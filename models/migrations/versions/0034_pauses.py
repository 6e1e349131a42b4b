"""When a paused pair goes on by itself

Revision ID: 0034
Revises: 0033
"""

import re

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pairs", sa.Column("resumes_at", models.base.UtcDateTime(timezone=True), nullable=True))
    op.create_index("ix_pairs_resumes_at", "pairs", ["resumes_at"])
    know(add=("pair_pause_over",))


def downgrade() -> None:
    op.execute("DELETE FROM tasks WHERE kind = 'pair_pause_over'")
    know(drop=("pair_pause_over",))
    op.drop_index("ix_pairs_resumes_at", table_name="pairs")
    op.drop_column("pairs", "resumes_at")


def know(*, add: tuple[str, ...] = (), drop: tuple[str, ...] = ()) -> None:
    """Change the kinds of task that the table knows by now, whichever migrations came before."""
    constraint = "ck_tasks_taskkind_known"
    checks = {
        str(one["name"]): str(one["sqltext"])
        for one in sa.inspect(op.get_bind()).get_check_constraints("tasks")
    }
    known = re.findall(r"'([a-z_0-9]+)'", checks[constraint])
    values = tuple(one for one in (*known, *add) if one not in drop)
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(constraint), type_="check")
        batch_op.create_check_constraint(
            op.f(constraint), f"kind IN ({', '.join(repr(value) for value in values)})"
        )
