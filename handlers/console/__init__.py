"""The officers' console: who waits, one conversation, the people behind it.

Every view declares the right it takes (``handlers.console.access.allow``); one that
does not is refused to everybody.
"""

from flask import Blueprint

blueprint = Blueprint("console", __name__, url_prefix="/console")

# The views need the blueprint, so they come after it.
from handlers.console import access as access  # noqa: E402
from handlers.console import actions as actions  # noqa: E402
from handlers.console import alarms as alarms  # noqa: E402
from handlers.console import audit as audit  # noqa: E402
from handlers.console import board as board  # noqa: E402
from handlers.console import bureaus as bureaus  # noqa: E402
from handlers.console import calendar as calendar  # noqa: E402
from handlers.console import canned as canned  # noqa: E402
from handlers.console import changes as changes  # noqa: E402
from handlers.console import drafts as drafts  # noqa: E402
from handlers.console import entries as entries  # noqa: E402
from handlers.console import events as events  # noqa: E402
from handlers.console import exam as exam  # noqa: E402
from handlers.console import figure_exports as figure_exports  # noqa: E402
from handlers.console import figures as figures  # noqa: E402
from handlers.console import files as files  # noqa: E402
from handlers.console import finding as finding  # noqa: E402
from handlers.console import gaps as gaps  # noqa: E402
from handlers.console import halls as halls  # noqa: E402
from handlers.console import import_files as import_files  # noqa: E402
from handlers.console import import_moves as import_moves  # noqa: E402
from handlers.console import import_sheets as import_sheets  # noqa: E402
from handlers.console import imports as imports  # noqa: E402
from handlers.console import knowledge_calendar as knowledge_calendar  # noqa: E402
from handlers.console import knowledge_home as knowledge_home  # noqa: E402
from handlers.console import media as media  # noqa: E402
from handlers.console import move_forms as move_forms  # noqa: E402
from handlers.console import moves as moves  # noqa: E402
from handlers.console import officers as officers  # noqa: E402
from handlers.console import people_topics as people_topics  # noqa: E402
from handlers.console import presence as presence  # noqa: E402
from handlers.console import quick_replies as quick_replies  # noqa: E402
from handlers.console import ratings as ratings  # noqa: E402
from handlers.console import releases as releases  # noqa: E402
from handlers.console import reveal as reveal  # noqa: E402
from handlers.console import reviewing as reviewing  # noqa: E402
from handlers.console import reviews as reviews  # noqa: E402
from handlers.console import revisions as revisions  # noqa: E402
from handlers.console import second_factor as second_factor  # noqa: E402
from handlers.console import sessions as sessions  # noqa: E402
from handlers.console import switches as switches  # noqa: E402
from handlers.console import tickets as tickets  # noqa: E402
from handlers.console import trying as trying  # noqa: E402
from handlers.console import typing as typing  # noqa: E402
from handlers.console import upkeep as upkeep  # noqa: E402
from handlers.console import votes as votes  # noqa: E402
from handlers.console import words as words  # noqa: E402
from handlers.console import wrong as wrong  # noqa: E402
