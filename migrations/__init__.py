"""Alembic's migrations; run by ``bot.upgrade_database``."""
