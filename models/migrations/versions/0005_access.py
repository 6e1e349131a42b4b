"""Organisations of an account beside its own, passes between an account and its owner's chat

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("messenger_rule_read_at", models.base.UtcDateTime(), nullable=True))
    op.create_table(
        "account_organizations",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_account_organizations_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_account_organizations_organization_id_organizations"),
        ),
        sa.PrimaryKeyConstraint("account_id", "organization_id", name=op.f("pk_account_organizations")),
    )
    op.create_index(
        op.f("ix_account_organizations_organization_id"), "account_organizations", ["organization_id"]
    )
    op.create_table(
        "account_passes",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "link_chat",
                "sign_in",
                name="passpurpose_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("expires_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("used_at", models.base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_account_passes_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_account_passes")),
    )
    op.create_index(op.f("ix_account_passes_account_id"), "account_passes", ["account_id"])


def downgrade() -> None:
    op.drop_table("account_passes")
    op.drop_table("account_organizations")
    op.drop_column("accounts", "messenger_rule_read_at")
