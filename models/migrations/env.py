"""Alembic's entry: runs on the connection that models.migrating hands over."""

from alembic import context

import models
from models.base import Base

assert models.__all__

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
