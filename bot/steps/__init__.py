"""The steps of an answer, in the one order that matters.

Each settles the turn by returning an answer or passes it on by returning None.
"""

from __future__ import annotations

from ..context import Step
from .choice import choose
from .command import obey
from .desk import leave_to_officer
from .event import read_event
from .focus import follow_up
from .greeting import greet
from .guard import guard
from .personal import serve_personally
from .search import search
from .unreadable import refuse_unreadable

#: Danger is heard before all, then a person who holds the conversation; what people
#: say to the bot itself comes before what they ask of the office.
STEPS: tuple[Step, ...] = (
    read_event,
    guard,
    leave_to_officer,
    refuse_unreadable,
    obey,
    greet,
    serve_personally,
    choose,
    follow_up,
    search,
)
