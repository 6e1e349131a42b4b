"""The consent ledger in several kinds, deadlines of the operator, acts of destruction, agreements of art. 351.8

Revision ID: 0011
Revises: 0010
"""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

import models.base

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql")
MOMENT = models.base.UtcDateTime(timezone=True)

NEW_TASKS = ("erasure_due", "stop_due", "unpublish_due", "retention_over")
NEW_FILES = ("scan",)
OLD_KINDS = ("pd_processing",)
NEW_KINDS = (
    "representative",
    "minor_assent",
    "dissemination",
    "long_term_bank",
    "photo_video",
    "mentoring",
)
OLD_MEDIA, NEW_MEDIA = ("chat", "paper"), ("web",)
AGES = ("adult", "from_14", "under_14")


def upgrade() -> None:
    know("tasks", "taskkind", "kind", add=NEW_TASKS)
    know_files(add=NEW_FILES)
    with op.batch_alter_table("consents", schema=None) as batch_op:
        for name, column, values in (
            ("consentkind", "kind", (*OLD_KINDS, *NEW_KINDS)),
            ("consentmedium", "medium", (*OLD_MEDIA, *NEW_MEDIA)),
        ):
            constraint = op.f(f"ck_consents_{name}_known")
            batch_op.drop_constraint(constraint, type_="check")
            batch_op.create_check_constraint(constraint, among(column, values))
        batch_op.add_column(sa.Column("choices", JSON))
        batch_op.add_column(sa.Column("term_until", sa.Date()))
        batch_op.add_column(sa.Column("paper_number", sa.String(60)))
        batch_op.add_column(sa.Column("signed_by", sa.String(200)))
        batch_op.add_column(sa.Column("registered_by", sa.Integer()))
        batch_op.add_column(sa.Column("file_id", sa.Integer()))
        batch_op.create_foreign_key(
            op.f("fk_consents_file_id_files"), "files", ["file_id"], ["id"], ondelete="SET NULL"
        )
    op.execute(
        "ALTER TABLE persons ADD COLUMN age_group VARCHAR(32) DEFAULT 'adult' NOT NULL "
        f"CONSTRAINT ck_persons_agegroup_known CHECK ({among('age_group', AGES)})"
    )
    op.add_column("persons", sa.Column("erased_at", MOMENT))

    op.create_table(
        "privacy_duties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", choice("dutykind", "erasure", "stop", "unpublish"), nullable=False),
        sa.Column("consent_kind", choice("consentkind", *OLD_KINDS, *NEW_KINDS), nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.Column("called_off_at", MOMENT, nullable=True),
        *keys("privacy_duties", organization_id="organizations", person_id="persons"),
    )
    op.create_index("ix_privacy_duties_open", "privacy_duties", ["organization_id", "done_at", "due_on"])
    op.create_index(op.f("ix_privacy_duties_person_id"), "privacy_duties", ["person_id"])

    op.create_table(
        "destruction_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(310), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("destroyed", JSON, nullable=False),
        sa.Column("kept", JSON, nullable=False),
        sa.Column("log", JSON, nullable=False),
        sa.Column("cleaned_at", MOMENT, nullable=True),
        sa.Column("keep_until", sa.Date(), nullable=False),
        *keys("destruction_acts", organization_id="organizations", person_id="persons"),
    )
    for column in ("organization_id", "person_id", "keep_until"):
        op.create_index(op.f(f"ix_destruction_acts_{column}"), "destruction_acts", [column])

    op.create_table(
        "operator_cards",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("ogrn", sa.String(15), nullable=False),
        sa.Column("contact", sa.String(300), nullable=False),
        sa.Column("officer", sa.String(300), nullable=False),
        sa.Column("storage_place", sa.String(300), nullable=False),
        sa.Column("sites", JSON, nullable=False),
        sa.Column("notified_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_operator_cards_organization_id_organizations"),
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_operator_cards")),
    )

    op.create_table(
        "mentoring_agreements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("pair_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("basis", choice("agreementbasis", "assignment", "permanent_duty"), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("form", sa.String(300), nullable=False),
        sa.Column("payment", sa.String(500), nullable=False),
        sa.Column("registered_at", MOMENT, nullable=False),
        sa.Column("registered_by", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_mentoring_agreements_file_id_files"), ondelete="SET NULL"
        ),
        *keys(
            "mentoring_agreements",
            organization_id="organizations",
            person_id="persons",
            pair_id="pairs",
        ),
    )
    for column in ("organization_id", "person_id"):
        op.create_index(op.f(f"ix_mentoring_agreements_{column}"), "mentoring_agreements", [column])

    op.create_table(
        "chat_messages",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "message_id", name=op.f("pk_chat_messages")),
    )
    op.create_index(op.f("ix_chat_messages_sent_at"), "chat_messages", ["sent_at"])


def downgrade() -> None:
    for table in (
        "chat_messages",
        "mentoring_agreements",
        "operator_cards",
        "destruction_acts",
        "privacy_duties",
    ):
        op.drop_table(table)
    op.execute("ALTER TABLE persons DROP COLUMN erased_at")
    op.execute("ALTER TABLE persons DROP COLUMN age_group")
    for column, gone in (("kind", NEW_KINDS), ("medium", NEW_MEDIA)):
        op.execute(f"DELETE FROM consents WHERE {among(column, gone)}")  # noqa: S608  # names of our own
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_consents_file_id_files"), type_="foreignkey")
        for column in ("file_id", "registered_by", "signed_by", "paper_number", "term_until", "choices"):
            batch_op.drop_column(column)
        for name, column, values in (
            ("consentkind", "kind", OLD_KINDS),
            ("consentmedium", "medium", OLD_MEDIA),
        ):
            constraint = op.f(f"ck_consents_{name}_known")
            batch_op.drop_constraint(constraint, type_="check")
            batch_op.create_check_constraint(constraint, among(column, values))
    op.execute(f"DELETE FROM files WHERE {among('kind', NEW_FILES)}")  # noqa: S608  # names of our own
    know_files(drop=NEW_FILES)
    op.execute(f"DELETE FROM tasks WHERE {among('kind', NEW_TASKS)}")  # noqa: S608
    know("tasks", "taskkind", "kind", drop=NEW_TASKS)


def among(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"{name}_known", native_enum=False, create_constraint=True, length=32)


def keys(table: str, **foreign: str) -> tuple[sa.Constraint, ...]:
    made = (
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
        for column, target in foreign.items()
    )
    return (*made, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")))


def know(
    table: str, name: str, column: str, *, add: tuple[str, ...] = (), drop: tuple[str, ...] = ()
) -> None:
    """Change the values that the table knows by now, whichever migrations came before."""
    constraint = f"ck_{table}_{name}_known"
    checks = {
        str(one["name"]): str(one["sqltext"])
        for one in sa.inspect(op.get_bind()).get_check_constraints(table)
    }
    known = re.findall(r"'([a-z_]+)'", checks[constraint])
    values = tuple(one for one in (*known, *add) if one not in drop)
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.drop_constraint(op.f(constraint), type_="check")
        batch_op.create_check_constraint(op.f(constraint), among(column, values))


def know_files(*, add: tuple[str, ...] = (), drop: tuple[str, ...] = ()) -> None:
    """SQLite makes the table anew, which empties every reference to a file (SET NULL): they are put back."""
    bind = op.get_bind()
    found = sa.inspect(bind)
    references = [
        (table, key["constrained_columns"][0])
        for table in found.get_table_names()
        for key in found.get_foreign_keys(table)
        if key["referred_table"] == "files" and bind.dialect.name == "sqlite"
    ]
    held = {
        (table, column): bind.execute(
            sa.text(f"SELECT rowid, {column} FROM {table} WHERE {column} IS NOT NULL")  # noqa: S608
        ).all()
        for table, column in references
    }
    know("files", "filekind", "kind", add=add, drop=drop)
    for (table, column), rows in held.items():
        for place, file_id in rows:
            bind.execute(
                sa.text(f"UPDATE {table} SET {column} = :file WHERE rowid = :place"),  # noqa: S608
                {"file": file_id, "place": place},
            )
