"""Guests have a role that the school gives them, and whoever let them in

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ROLE = sa.Enum(
    "administrator",
    "curator",
    "head",
    "psychologist",
    "observer",
    name="accountrole_known",
    native_enum=False,
    create_constraint=True,
    length=32,
)


def upgrade() -> None:
    # guests worked with the role of their own account until now
    with op.batch_alter_table("account_organizations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("role", ROLE, nullable=False, server_default="observer"))
        batch_op.add_column(sa.Column("admitted_by", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_account_organizations_admitted_by_accounts"), "accounts", ["admitted_by"], ["id"]
        )
    op.execute(
        "UPDATE account_organizations SET role = "
        "(SELECT accounts.role FROM accounts WHERE accounts.id = account_organizations.account_id)"
    )
    with op.batch_alter_table("account_organizations", schema=None) as batch_op:
        batch_op.alter_column("role", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("account_organizations", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_account_organizations_admitted_by_accounts"), type_="foreignkey")
        batch_op.drop_column("admitted_by")
        batch_op.drop_constraint(op.f("ck_account_organizations_accountrole_known"), type_="check")
        batch_op.drop_column("role")
