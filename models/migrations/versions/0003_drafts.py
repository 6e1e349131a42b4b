"""Drafts of meetings written as one message; what else such a message tells

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

import models.base

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OLD_TASKS = (
    "recognise_person",
    "wrong_invitation",
    "offer_declined",
    "offer_expired",
    "low_rating",
    "help_wanted",
    "meeting_mismatch",
    "person_unreachable",
    "consent_declined",
)
NEW_TASKS = ("mentor_resigns", "mentor_replacement", "extension_wanted")
# columns are added and dropped as they are: a meetings table made anew would take its words with it (CASCADE)
COLUMNS = {
    "next_step": "VARCHAR(500)",
    "format": (
        "VARCHAR(32) CONSTRAINT ck_meetings_meetingformat_known CHECK (format IN ('in_person', 'online'))"
    ),
    "place": "VARCHAR(200)",
}


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column(
            "contents",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
            nullable=True,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "saved",
                "refused",
                name="draftstatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("opened_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", models.base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_drafts_organization_id_organizations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_drafts_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drafts_opened_at"), ["opened_at"], unique=False)
        batch_op.create_index("ix_drafts_person_message", ["person_id", "message_id"], unique=False)
        batch_op.create_index(
            "uq_drafts_one_open_a_person",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )

    for name, kind in COLUMNS.items():
        op.execute(f"ALTER TABLE meetings ADD COLUMN {name} {kind}")
    op.add_column("meetings", sa.Column("corrected_at", models.base.UtcDateTime(timezone=True)))
    op.add_column("tasks", sa.Column("wanted_on", sa.Date()))
    know_tasks((*OLD_TASKS, *NEW_TASKS))


def downgrade() -> None:
    names = ", ".join(f"'{name}'" for name in NEW_TASKS)
    op.execute(f"DELETE FROM tasks WHERE kind IN ({names})")  # noqa: S608  # names of our own
    know_tasks(OLD_TASKS)
    op.execute("ALTER TABLE tasks DROP COLUMN wanted_on")
    for name in ("corrected_at", *COLUMNS):
        op.execute(f"ALTER TABLE meetings DROP COLUMN {name}")
    op.drop_table("drafts")


def know_tasks(names: tuple[str, ...]) -> None:
    values = ", ".join(f"'{name}'" for name in names)
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_tasks_taskkind_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_tasks_taskkind_known"), sa.text(f"kind IN ({values})"))
