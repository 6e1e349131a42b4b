"""A chat remembers when its person last returned, and how often it was closed

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("chat_accounts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("returned_at", models.base.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("absences", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("chat_accounts", schema=None) as batch_op:
        batch_op.alter_column("absences", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("chat_accounts", schema=None) as batch_op:
        batch_op.drop_column("absences")
        batch_op.drop_column("returned_at")
