"""Documents made from live data, and what papers need beyond it

Revision ID: 0029
Revises: 0028
"""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

from models.base import UtcDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql")
KINDS = (
    "curator_order",
    "mentors_order",
    "pairs_order",
    "mentor_consent",
    "mentee_consent",
    "agreement",
    "programme",
    "support_plan",
    "requests",
    "ending_order",
    "pair_report",
)


def kind_column() -> sa.Enum:
    return sa.Enum(*KINDS, name="documentkind_known", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    know("files", "filekind", "kind", add="document")
    know("files", "filekind", "kind", add="template")
    op.create_table(
        "paper_cards",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("acts", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_paper_cards_organization_id_organizations"),
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_paper_cards")),
    )
    op.create_table(
        "paper_names",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=310), nullable=False),
        sa.Column("position", sa.String(length=200), nullable=False),
        sa.Column("forms", JSON, nullable=False),
        sa.Column("category", sa.String(length=100), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_paper_names_organization_id_organizations"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_paper_names_person_id_persons"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_paper_names")),
    )
    op.create_index(op.f("ix_paper_names_organization_id"), "paper_names", ["organization_id"], unique=False)
    op.create_table(
        "document_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("kind", kind_column(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("is_in_use", sa.Boolean(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_document_templates_file_id_files"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_document_templates_organization_id_organizations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_templates")),
        sa.UniqueConstraint(
            "organization_id",
            "kind",
            "version",
            name=op.f("uq_document_templates_organization_id_kind_version"),
        ),
    )
    op.create_index(op.f("ix_document_templates_file_id"), "document_templates", ["file_id"], unique=False)
    op.create_index(
        "uq_document_templates_one_in_use",
        "document_templates",
        ["organization_id", "kind"],
        unique=True,
        sqlite_where=sa.text("is_in_use"),
        postgresql_where=sa.text("is_in_use"),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("kind", kind_column(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "signed",
                name="documentstatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("choices", JSON, nullable=False),
        sa.Column("facts", JSON, nullable=True),
        sa.Column("facts_sha256", sa.String(length=64), nullable=True),
        sa.Column("template", sa.String(length=80), nullable=True),
        sa.Column("is_elsewhere", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("registered_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("scan_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_documents_cycle_id_cycles")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_documents_file_id_files"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_documents_organization_id_organizations")
        ),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["files.id"], name=op.f("fk_documents_scan_id_files"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    op.create_index(op.f("ix_documents_cycle_id"), "documents", ["cycle_id"], unique=False)
    op.create_index(op.f("ix_documents_due_on"), "documents", ["due_on"], unique=False)
    op.create_index(op.f("ix_documents_file_id"), "documents", ["file_id"], unique=False)
    op.create_index(
        "ix_documents_listed", "documents", ["organization_id", "cycle_id", "kind", "id"], unique=False
    )
    op.create_index(op.f("ix_documents_scan_id"), "documents", ["scan_id"], unique=False)
    op.create_table(
        "document_pairs",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("pair_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_document_pairs_document_id_documents"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["pair_id"], ["pairs.id"], name=op.f("fk_document_pairs_pair_id_pairs")),
        sa.PrimaryKeyConstraint("document_id", "pair_id", name=op.f("pk_document_pairs")),
    )
    op.create_index(op.f("ix_document_pairs_pair_id"), "document_pairs", ["pair_id"], unique=False)
    op.create_table(
        "document_persons",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_document_persons_document_id_documents"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_document_persons_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("document_id", "person_id", name=op.f("pk_document_persons")),
    )
    op.create_index(op.f("ix_document_persons_person_id"), "document_persons", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_table("document_persons")
    op.drop_table("document_pairs")
    op.drop_table("documents")
    op.drop_table("document_templates")
    op.drop_table("paper_names")
    op.drop_table("paper_cards")
    op.execute("DELETE FROM files WHERE kind IN ('document', 'template')")
    know("files", "filekind", "kind", drop="template")
    know("files", "filekind", "kind", drop="document")


def know(table: str, name: str, column: str, *, add: str = "", drop: str = "") -> None:
    """Change the values that the table knows by now, whichever migrations came before."""
    constraint = f"ck_{table}_{name}_known"
    checks = {
        str(one["name"]): str(one["sqltext"])
        for one in sa.inspect(op.get_bind()).get_check_constraints(table)
    }
    known = re.findall(r"'([a-z_]+)'", checks[constraint])
    values = [one for one in (*known, add) if one and one != drop]
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.drop_constraint(op.f(constraint), type_="check")
        batch_op.create_check_constraint(
            op.f(constraint), f"{column} IN ({', '.join(repr(value) for value in values)})"
        )
