"""Personalised programmes of pairs, their bank, and plans of support

Revision ID: 0035
Revises: 0034
"""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import models.base

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

MOMENT = models.base.UtcDateTime()
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TASKS = (
    "programme_to_approve",
    "programme_silent",
    "programme_late",
    "programme_ends",
    "mentor_for_waiting",
)


def upgrade() -> None:
    know_tasks(add=TASKS)
    op.create_table(
        "personal_programmes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("pair_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "proposed",
                "agreed",
                "active",
                "completed",
                name="programmestatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("goal", sa.String(length=1000), nullable=False),
        sa.Column("areas", JSON, nullable=False),
        sa.Column("own_difficulties", sa.String(length=500), nullable=False),
        sa.Column("strengths", JSON, nullable=False),
        sa.Column("own_strengths", sa.String(length=500), nullable=False),
        sa.Column("rhythm", sa.String(length=200), nullable=False),
        sa.Column("reports", sa.String(length=200), nullable=False),
        sa.Column("remark", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("drafted_at", MOMENT, nullable=False),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.Column("completed_at", MOMENT, nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "fulfilled",
                "early",
                "not_carried_out",
                name="programmeoutcome_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("outcome_note", sa.String(length=500), nullable=False),
        sa.Column("look_at", MOMENT, nullable=True),
        sa.Column("looked_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles.id"], name=op.f("fk_personal_programmes_cycle_id_cycles")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_personal_programmes_organization_id_organizations"),
        ),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["pairs.id"], name=op.f("fk_personal_programmes_pair_id_pairs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_programmes")),
        sa.UniqueConstraint("pair_id", name=op.f("uq_personal_programmes_pair_id")),
    )
    op.create_index(op.f("ix_personal_programmes_cycle_id"), "personal_programmes", ["cycle_id"])
    op.create_index(
        "ix_personal_programmes_listed",
        "personal_programmes",
        ["organization_id", "cycle_id", "status", "id"],
    )
    op.create_index(op.f("ix_personal_programmes_look_at"), "personal_programmes", ["look_at"])

    op.create_table(
        "support_plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "no_free_mentor",
                "no_fitting_mentor",
                "offer_failed",
                "pair_ended",
                "own_wish",
                name="supportreason_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("steps", JSON, nullable=False),
        sa.Column("next_search_on", sa.Date(), nullable=False),
        sa.Column("drafted_at", MOMENT, nullable=False),
        sa.Column("shared_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_support_plans_cycle_id_cycles")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_support_plans_organization_id_organizations"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_support_plans_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_plans")),
        sa.UniqueConstraint("person_id", "cycle_id", name=op.f("uq_support_plans_person_id_cycle_id")),
    )
    op.create_index(op.f("ix_support_plans_cycle_id"), "support_plans", ["cycle_id"])
    op.create_index("ix_support_plans_listed", "support_plans", ["organization_id", "cycle_id", "closed_at"])

    op.create_table(
        "banked_programmes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("contents", JSON, nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_banked_programmes_organization_id_organizations"),
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["personal_programmes.id"],
            name=op.f("fk_banked_programmes_programme_id_personal_programmes"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_banked_programmes")),
        sa.UniqueConstraint("programme_id", name=op.f("uq_banked_programmes_programme_id")),
    )
    op.create_index("ix_banked_programmes_listed", "banked_programmes", ["organization_id", "id"])

    op.create_table(
        "programme_activities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("expected", sa.String(length=500), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column(
            "mark",
            sa.Enum(
                "reached",
                "partly",
                "not_reached",
                name="mark_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("actual", sa.String(length=500), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(done_on IS NULL) = (mark IS NULL)", name=op.f("ck_programme_activities_done_or_not")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meetings.id"],
            name=op.f("fk_programme_activities_meeting_id_meetings"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["personal_programmes.id"],
            name=op.f("fk_programme_activities_programme_id_personal_programmes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_activities")),
    )
    op.create_index(op.f("ix_programme_activities_meeting_id"), "programme_activities", ["meeting_id"])
    op.create_index(op.f("ix_programme_activities_programme_id"), "programme_activities", ["programme_id"])

    op.create_table(
        "programme_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "add",
                "move",
                "drop",
                "goal",
                "area",
                "term",
                name="changekind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "card",
                "waiting",
                "applied",
                "declined",
                "withdrawn",
                name="changestate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("activity_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("expected", sa.String(length=500), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["programme_activities.id"],
            name=op.f("fk_programme_changes_activity_id_programme_activities"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_programme_changes_person_id_persons"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["personal_programmes.id"],
            name=op.f("fk_programme_changes_programme_id_personal_programmes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_changes")),
    )
    op.create_index(op.f("ix_programme_changes_activity_id"), "programme_changes", ["activity_id"])
    op.create_index(op.f("ix_programme_changes_person_id"), "programme_changes", ["person_id"])
    op.create_index("ix_programme_changes_programme", "programme_changes", ["programme_id", "id"])

    op.create_table(
        "programme_consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("agreed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["programme_changes.id"],
            name=op.f("fk_programme_consents_change_id_programme_changes"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_programme_consents_person_id_persons"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["personal_programmes.id"],
            name=op.f("fk_programme_consents_programme_id_personal_programmes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_consents")),
    )
    op.create_index(op.f("ix_programme_consents_change_id"), "programme_consents", ["change_id"])
    op.create_index(op.f("ix_programme_consents_person_id"), "programme_consents", ["person_id"])
    op.create_index("ix_programme_consents_programme", "programme_consents", ["programme_id", "change_id"])

    op.create_table(
        "programme_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("contents", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["programme_changes.id"],
            name=op.f("fk_programme_versions_change_id_programme_changes"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["personal_programmes.id"],
            name=op.f("fk_programme_versions_programme_id_personal_programmes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_versions")),
        sa.UniqueConstraint("programme_id", "number", name=op.f("uq_programme_versions_programme_id_number")),
    )
    op.create_index(op.f("ix_programme_versions_change_id"), "programme_versions", ["change_id"])

    op.add_column("tasks", sa.Column("amount", sa.Integer(), nullable=True))
    op.add_column("participations", sa.Column("search_at", MOMENT, nullable=True))
    op.create_index(op.f("ix_participations_search_at"), "participations", ["search_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_participations_search_at"), table_name="participations")
    op.drop_column("participations", "search_at")
    for table in (
        "programme_versions",
        "programme_consents",
        "programme_changes",
        "programme_activities",
        "banked_programmes",
        "support_plans",
        "personal_programmes",
    ):
        op.drop_table(table)
    for kind in TASKS:
        op.execute(f"DELETE FROM tasks WHERE kind = '{kind}'")  # noqa: S608  # words of ours
    op.drop_column("tasks", "amount")
    know_tasks(drop=TASKS)


def know_tasks(*, add: tuple[str, ...] = (), drop: tuple[str, ...] = ()) -> None:
    """Change the kinds that the table knows by now, whichever migrations came before."""
    constraint = "ck_tasks_taskkind_known"
    checks = {
        str(one["name"]): str(one["sqltext"])
        for one in sa.inspect(op.get_bind()).get_check_constraints("tasks")
    }
    known = re.findall(r"'([a-z_0-9]+)'", checks[constraint])
    values = tuple(one for one in (*known, *add) if one not in drop)
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(constraint), type_="check")
        batch_op.create_check_constraint(
            op.f(constraint), f"kind IN ({', '.join(repr(value) for value in values)})"
        )
