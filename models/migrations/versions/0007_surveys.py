"""Waves of surveys, links to answer by, changes after sending

Revision ID: 0007
Revises: 0006
"""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

import models.base

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NEW_TASKS = ("survey_silent",)
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql")
# columns are added and dropped as they are: a runs table made anew would take its answers with it (CASCADE)
COLUMNS = {
    "wave_id": "INTEGER CONSTRAINT fk_survey_runs_wave_id_survey_waves REFERENCES survey_waves (id)",
    "about_person_id": "INTEGER CONSTRAINT fk_survey_runs_about_person_id_persons REFERENCES persons (id)",
    "outsider": "VARCHAR(200)",
    "source": (
        "VARCHAR(32) DEFAULT 'chat' NOT NULL CONSTRAINT ck_survey_runs_runsource_known "
        "CHECK (source IN ('chat', 'web', 'paper', 'panel'))"
    ),
    "entered_by": "INTEGER CONSTRAINT fk_survey_runs_entered_by_accounts REFERENCES accounts (id)",
    "filled_on": "DATE",
}


def upgrade() -> None:
    op.create_table(
        "survey_waves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(length=32), nullable=False),
        sa.Column("kind", known("wavekind", "dates", "hand", "event"), nullable=False),
        sa.Column("status", known("wavestatus", "planned", "open", "closed", "cancelled"), nullable=False),
        sa.Column("segment", JSON, nullable=False),
        sa.Column("dedup_key", sa.String(length=120), nullable=False),
        sa.Column("starts_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closes_at", models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_survey_waves_organization_id_organizations"),
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_survey_waves_cycle_id_cycles")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["accounts.id"], name=op.f("fk_survey_waves_created_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_waves")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_survey_waves_dedup_key")),
    )
    op.create_index("ix_survey_waves_cycle_id", "survey_waves", ["cycle_id"])
    op.create_index("ix_survey_waves_due", "survey_waves", ["status", "starts_at"])
    op.create_table(
        "answer_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.String(length=24), nullable=False),
        sa.Column("before", JSON, nullable=True),
        sa.Column("after", JSON, nullable=True),
        sa.Column("changed_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["survey_runs.id"],
            name=op.f("fk_answer_changes_run_id_survey_runs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_changes")),
    )
    op.create_index("ix_answer_changes_run_id", "answer_changes", ["run_id"])
    op.create_table(
        "web_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("opened_at", models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("used_at", models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", models.base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_web_links_organization_id_organizations")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["survey_runs.id"], name=op.f("fk_web_links_run_id_survey_runs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_web_links_person_id_persons")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["accounts.id"], name=op.f("fk_web_links_created_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_links")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_web_links_token_sha256")),
    )
    op.create_index("ix_web_links_run_id", "web_links", ["run_id"])
    op.create_index("ix_web_links_person_id", "web_links", ["person_id"])
    for name, kind in COLUMNS.items():
        op.execute(f"ALTER TABLE survey_runs ADD COLUMN {name} {kind}")
    op.create_index("ix_survey_runs_wave_id", "survey_runs", ["wave_id"])
    op.create_index("ix_survey_runs_about_person_id", "survey_runs", ["about_person_id"])
    know_tasks(add=NEW_TASKS)


def downgrade() -> None:
    names = ", ".join(f"'{name}'" for name in NEW_TASKS)
    op.execute(f"DELETE FROM tasks WHERE kind IN ({names})")  # noqa: S608  # names of our own
    know_tasks(drop=NEW_TASKS)
    op.drop_index("ix_survey_runs_about_person_id", "survey_runs")
    op.drop_index("ix_survey_runs_wave_id", "survey_runs")
    for name in COLUMNS:
        op.execute(f"ALTER TABLE survey_runs DROP COLUMN {name}")
    for table in ("web_links", "answer_changes", "survey_waves"):
        op.drop_table(table)


def known(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"{name}_known", native_enum=False, create_constraint=True, length=32)


def know_tasks(*, add: tuple[str, ...] = (), drop: tuple[str, ...] = ()) -> None:
    """Change the kinds that the table holds by now, whichever migrations came before."""
    name = "ck_tasks_taskkind_known"
    checks = {
        str(one["name"]): str(one["sqltext"])
        for one in sa.inspect(op.get_bind()).get_check_constraints("tasks")
    }
    kinds = [kind for kind in re.findall(r"'([a-z_]+)'", checks[name]) if kind not in (*add, *drop)]
    values = ", ".join(f"'{kind}'" for kind in (*kinds, *add))
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(name), type_="check")
        batch_op.create_check_constraint(op.f(name), sa.text(f"kind IN ({values})"))
