"""Who issued a set-up link, and own records that a reset has closed

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MOMENT = models.base.UtcDateTime()


def upgrade() -> None:
    with op.batch_alter_table("setup_links", schema=None) as batch_op:
        batch_op.add_column(sa.Column("issued_by", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_setup_links_issued_by_accounts"), "accounts", ["issued_by"], ["id"]
        )
    op.create_table(
        "record_closures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", MOMENT, nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_record_closures_organization_id_organizations"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_record_closures_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["issued_by"], ["accounts.id"], name=op.f("fk_record_closures_issued_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["accounts.id"], name=op.f("fk_record_closures_opened_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_closures")),
    )
    for column in ("organization_id", "account_id"):
        op.create_index(op.f(f"ix_record_closures_{column}"), "record_closures", [column])


def downgrade() -> None:
    op.drop_table("record_closures")
    with op.batch_alter_table("setup_links", schema=None) as batch_op:
        batch_op.drop_column("issued_by")
