"""The record of a paper says that its scan was destroyed when its term was over

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

PAPERS = ("consents", "mentoring_agreements")


def upgrade() -> None:
    for table in PAPERS:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(
                sa.Column("scan_gone_at", models.base.UtcDateTime(timezone=True), nullable=True)
            )


def downgrade() -> None:
    for table in PAPERS:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("scan_gone_at")
