"""Words that a person asked to pass on to the curator

Revision ID: 0032
Revises: 0031
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tasks", sa.Column("words", sa.String(length=500), nullable=True))
    know(add=("words_told",))


def downgrade() -> None:
    op.execute("DELETE FROM tasks WHERE kind = 'words_told'")
    know(drop=("words_told",))
    op.drop_column("tasks", "words")


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
