"""When the scheduler looks next whether somebody in a pair is silent

Revision ID: 0025
Revises: 0024
"""

import re

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

MOMENT = models.base.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.add_column("pairs", sa.Column("resumed_at", MOMENT, nullable=True))
    op.add_column("pairs", sa.Column("silence_at", MOMENT, nullable=True))
    op.create_index("ix_pairs_silence_at", "pairs", ["silence_at"])
    op.execute(
        "UPDATE pairs SET silence_at = COALESCE(accepted_at, offered_at) "
        "WHERE status IN ('offered', 'accepted', 'ordered', 'active')"
    )
    know(add=("pair_silent",))


def downgrade() -> None:
    op.execute("DELETE FROM tasks WHERE kind = 'pair_silent'")
    know(drop=("pair_silent",))
    op.drop_index("ix_pairs_silence_at", table_name="pairs")
    op.drop_column("pairs", "silence_at")
    op.drop_column("pairs", "resumed_at")


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
