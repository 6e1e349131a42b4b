"""Members of a group come and go while it goes on; who was at its meetings

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

MOMENT = models.base.UtcDateTime(timezone=True)


def upgrade() -> None:
    for name in ("awaited_until", "joined_at", "left_at"):
        op.add_column("pair_members", sa.Column(name, MOMENT, nullable=True))
    op.create_index("ix_pair_members_awaited_until", "pair_members", ["awaited_until"])
    with op.batch_alter_table("meeting_words") as batch_op:
        batch_op.add_column(sa.Column("is_marked", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("meeting_words") as batch_op:
        batch_op.alter_column("is_marked", server_default=None)


def downgrade() -> None:
    op.drop_column("meeting_words", "is_marked")
    op.drop_index("ix_pair_members_awaited_until", table_name="pair_members")
    for name in ("left_at", "joined_at", "awaited_until"):
        op.drop_column("pair_members", name)
