"""Requests of people in a pair, in place of suggestions and of tasks without a decision

Revision ID: 0033
Revises: 0032
"""

import re

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

MOMENT = models.base.UtcDateTime(timezone=True)
KINDS = (
    "replacement",
    "release",
    "unfit",
    "extension",
    "completion",
    "lesson",
    "involve",
    "encourage",
    "contest",
    "file",
    "question",
)
STATUSES = ("waiting", "granted", "refused", "withdrawn", "closed")
OF_TASKS = {
    "mentor_resigns": "release",
    "mentor_replacement": "replacement",
    "extension_wanted": "extension",
}
"""Tasks that were a request: what they are from now on. A task without a person is no request."""
GONE = ("mentor_resigns", "mentor_replacement", "mentor_suggests")
RENAMED = {
    "petition.sent": "request.made",
    "suggestion.made": "request.made",
    "suggestion.decided": "request.decided",
}


def upgrade() -> None:
    op.create_table(
        "requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("pair_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", known("requestkind", KINDS), nullable=False),
        sa.Column("text", sa.String(length=4096), nullable=False),
        sa.Column("wanted_on", sa.Date(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("watch_at", MOMENT, nullable=True),
        sa.Column("status", known("requeststatus", STATUSES), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("order_number", sa.String(length=50), nullable=False),
        sa.Column("order_on", sa.Date(), nullable=True),
        sa.Column("partner_text", sa.String(length=3000), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("colleague_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(status = 'waiting') = (decided_at IS NULL)", name=op.f("ck_requests_decided_or_waiting")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_requests_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["colleague_id"],
            ["persons.id"],
            name=op.f("fk_requests_colleague_id_persons"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_requests_cycle_id_cycles")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_requests_organization_id_organizations")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["accounts.id"], name=op.f("fk_requests_owner_id_accounts")),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["pairs.id"], name=op.f("fk_requests_pair_id_pairs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_requests_person_id_persons"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
    )
    op.create_index("ix_requests_pair", "requests", ["pair_id", "id"])
    op.create_index("ix_requests_register", "requests", ["organization_id", "cycle_id", "status", "id"])
    for column in ("cycle_id", "person_id", "owner_id", "watch_at", "colleague_id"):
        op.create_index(op.f(f"ix_requests_{column}"), "requests", [column])
    op.create_table(
        "request_consents",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_request_consents_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_request_consents_person_id_persons"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["requests.id"],
            name=op.f("fk_request_consents_request_id_requests"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("request_id", "person_id", name=op.f("pk_request_consents")),
    )
    op.create_index(op.f("ix_request_consents_person_id"), "request_consents", ["person_id"])
    _take_over()
    op.drop_table("suggestions")
    know(drop=GONE)


def downgrade() -> None:
    """What was asked is lost: the tables before it cannot hold it."""
    know(add=GONE)
    op.drop_table("request_consents")
    op.drop_table("requests")
    op.create_table(
        "suggestions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("pair_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind", known("suggestionkind", ("encourage", "contest", "involve", "file")), nullable=False
        ),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("is_granted", sa.Boolean(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("colleague_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (is_granted IS NULL)", name=op.f("ck_suggestions_decided_or_not")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_suggestions_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["colleague_id"],
            ["persons.id"],
            name=op.f("fk_suggestions_colleague_id_persons"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_suggestions_organization_id_organizations"),
        ),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["pairs.id"], name=op.f("fk_suggestions_pair_id_pairs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_suggestions_person_id_persons"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestions")),
    )
    op.create_index("ix_suggestions_pair", "suggestions", ["pair_id", "id"])
    for column in ("organization_id", "person_id", "colleague_id"):
        op.create_index(op.f(f"ix_suggestions_{column}"), "suggestions", [column])


def _take_over() -> None:
    """What was asked before: suggestions as they are, open tasks as requests without a reason."""
    op.execute(
        "INSERT INTO requests (organization_id, cycle_id, pair_id, person_id, kind, text, made_at, due_at,"
        " status, decided_at, account_id, note, order_number, done_on, colleague_id)"
        " SELECT one.organization_id, pairs.cycle_id, one.pair_id, one.person_id, one.kind, one.text,"
        " one.made_at, one.made_at,"
        " CASE WHEN one.is_granted IS NULL THEN 'waiting' WHEN one.is_granted THEN 'granted'"
        " ELSE 'refused' END, one.decided_at, one.account_id, one.note, '', one.done_on, one.colleague_id"
        " FROM suggestions AS one JOIN pairs ON pairs.id = one.pair_id ORDER BY one.id"
    )
    asked = sa.text(
        "INSERT INTO requests (organization_id, cycle_id, pair_id, person_id, kind, text, wanted_on,"
        " made_at, due_at, status, note, order_number)"
        " SELECT one.organization_id, pairs.cycle_id, one.pair_id, one.person_id, :kind, '',"
        " one.wanted_on, one.opened_at, one.opened_at, 'waiting', '', ''"
        " FROM tasks AS one JOIN pairs ON pairs.id = one.pair_id"
        " WHERE one.kind = :task AND one.done_at IS NULL AND one.person_id IS NOT NULL"
        " ORDER BY one.id"
    )
    renamed = sa.text("UPDATE audit SET action = :new WHERE action = :old")
    for task, kind in OF_TASKS.items():
        op.get_bind().execute(asked, {"task": task, "kind": kind})
    for task in GONE:
        op.get_bind().execute(sa.text("DELETE FROM tasks WHERE kind = :task"), {"task": task})
    op.execute("DELETE FROM tasks WHERE kind = 'extension_wanted' AND person_id IS NOT NULL")
    for old, new in RENAMED.items():
        op.get_bind().execute(renamed, {"old": old, "new": new})
    op.execute(
        "UPDATE outbox SET status = 'skipped', reason = 'the request is gone'"
        " WHERE kind = 'suggestion.decided' AND status = 'waiting'"
    )
    op.execute("UPDATE outbox SET kind = 'request.decided' WHERE kind = 'suggestion.decided'")


def known(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=f"{name}_known", native_enum=False, create_constraint=True, length=32)


def know(*, add: tuple[str, ...] = (), drop: tuple[str, ...] = ()) -> None:
    """Change the kinds of task that the table knows by now, whichever migrations came before."""
    constraint = "ck_tasks_taskkind_known"
    checks = {
        str(one["name"]): str(one["sqltext"])
        for one in sa.inspect(op.get_bind()).get_check_constraints("tasks")
    }
    known_by_now = re.findall(r"'([a-z_0-9]+)'", checks[constraint])
    values = tuple(one for one in (*known_by_now, *add) if one not in drop)
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(constraint), type_="check")
        batch_op.create_check_constraint(
            op.f(constraint), f"kind IN ({', '.join(repr(value) for value in values)})"
        )
