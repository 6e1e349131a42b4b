"""Forms of the panel that were carried out

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sent_forms",
        sa.Column("key_sha256", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("answer", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_sent_forms_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key_sha256", name=op.f("pk_sent_forms")),
    )
    for column in ("account_id", "sent_at"):
        op.create_index(op.f(f"ix_sent_forms_{column}"), "sent_forms", [column])


def downgrade() -> None:
    op.drop_table("sent_forms")
