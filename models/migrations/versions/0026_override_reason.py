"""Why a pair was offered against the psychologist's conclusion

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pairs", sa.Column("override_reason", sa.String(length=500), nullable=True))


def downgrade() -> None:
    op.drop_column("pairs", "override_reason")
