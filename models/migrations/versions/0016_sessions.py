"""Sessions that sign-out ends, and failed sign-ins counted by name and address

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MOMENT = models.base.UtcDateTime()


def upgrade() -> None:
    op.drop_column("accounts", "session_epoch")
    op.create_table(
        "account_sessions",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("news_after", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_account_sessions_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_account_sessions")),
    )
    op.create_index(op.f("ix_account_sessions_account_id"), "account_sessions", ["account_id"])
    op.create_table(
        "failed_tries",
        sa.Column("key_sha256", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key_sha256", name=op.f("pk_failed_tries")),
    )
    op.create_index(op.f("ix_failed_tries_failed_at"), "failed_tries", ["failed_at"])


def downgrade() -> None:
    op.drop_table("failed_tries")
    op.drop_table("account_sessions")
    op.add_column("accounts", sa.Column("session_epoch", sa.Integer(), nullable=False, server_default="0"))
