"""The occasion of a survey run, and who made the link that its answers came in by

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

OCCASIONS = ("intake", "feedback", "wave", "office", "partner", "scores")
# columns are added and dropped as they are: a runs table made anew would take its answers with it (CASCADE)
COLUMNS = {
    "occasion": (
        "VARCHAR(32) DEFAULT 'wave' NOT NULL CONSTRAINT ck_survey_runs_runoccasion_known "
        f"CHECK (occasion IN ({', '.join(repr(one) for one in OCCASIONS)}))"
    ),
    "issued_by": "INTEGER CONSTRAINT fk_survey_runs_issued_by_accounts REFERENCES accounts (id)",
}


runs = sa.table(
    "survey_runs",
    *map(sa.column, ("id", "dedup_key", "survey_id", "wave_id", "source", "occasion", "issued_by")),
)
links = sa.table("web_links", *map(sa.column, ("id", "run_id", "created_by", "opened_at")))


def upgrade() -> None:
    for column, kind in COLUMNS.items():
        op.execute(f"ALTER TABLE survey_runs ADD COLUMN {column} {kind}")
    key, survey = runs.c.dedup_key, runs.c.survey_id
    for one in OCCASIONS:
        op.execute(runs.update().values(occasion=one).where(key.startswith(f"{one}:")))
    # the last link that was answered by
    issuer = (
        sa.select(links.c.created_by)
        .where(links.c.run_id == runs.c.id, links.c.opened_at.is_not(None))
        .order_by(links.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    op.execute(runs.update().values(issued_by=issuer).where(runs.c.source == "web"))
    # an erasure rewrote the key; such a run has a wave, or else is an intake or feedback by its survey
    erased = runs.update().where(key.startswith("erased:"), runs.c.wave_id.is_(None))
    op.execute(erased.values(occasion="intake").where(survey.contains("intake")))
    op.execute(erased.values(occasion="feedback").where(~survey.contains("intake")))


def downgrade() -> None:
    for column in COLUMNS:
        op.execute(f"ALTER TABLE survey_runs DROP COLUMN {column}")
