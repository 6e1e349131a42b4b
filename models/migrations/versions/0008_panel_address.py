"""The panel's address, for links that the bot writes

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("installation", sa.Column("panel_address", sa.String(length=300), nullable=True))


def downgrade() -> None:
    op.drop_column("installation", "panel_address")
