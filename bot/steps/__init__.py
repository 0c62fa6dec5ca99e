"""The steps of an answer, in the one order that matters.

Each settles the turn by returning an answer or passes it on by returning None.
"""

from __future__ import annotations

from ..context import Step
from .choice import choose
from .command import obey
from .desk import leave_to_officer, reopen
from .event import read_event
from .focus import follow_up
from .greeting import greet
from .guard import guard
from .off import say_off
from .people import leave_to_people
from .personal import serve_personally
from .place import ask_for_place, show_near_halls
from .quick import answer_keyword, press_menu
from .rating import hear_rating
from .search import search
from .unreadable import refuse_unreadable

#: Danger is heard before all, then a person who holds the conversation; what people
#: say to the bot itself comes before what they ask of the office. No keyword of the
#: staff's can take away the commands: a person, deletion, calling off.
STEPS: tuple[Step, ...] = (
    read_event,
    guard,
    leave_to_officer,
    reopen,
    press_menu,
    show_near_halls,
    refuse_unreadable,
    obey,
    hear_rating,
    # Before the staff's keywords, and after: a keyword may stand for a question.
    leave_to_people,
    say_off,
    answer_keyword,
    leave_to_people,
    say_off,
    ask_for_place,
    greet,
    serve_personally,
    choose,
    follow_up,
    search,
)
