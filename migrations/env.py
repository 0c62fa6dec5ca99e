"""Run by Alembic: migrate the connection handed over by ``bot.upgrade_database``."""

from alembic import context

from bot.tables import Base as BotBase
from knowledge.tables import Base as KnowledgeBase

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=[BotBase.metadata, KnowledgeBase.metadata],
    # SQLite cannot alter a table: Alembic copies it.
    render_as_batch=True,
    # All or nothing: the caller's transaction holds every step.
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
