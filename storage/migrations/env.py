"""Alembic's entry: runs the migrations on the connection that `storage.upgrade` hands over."""

from alembic import context

from storage.tables import metadata
from storage.upgrade import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,  # SQLite changes a table by making a new one in its place
    transactional_ddl=True,  # our transactions are explicit, so SQLite's definitions roll back too
)
with context.begin_transaction():
    context.run_migrations()
