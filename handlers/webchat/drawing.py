"""Stored messages as the page draws them. Pure: no request, no storage, no clock."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zlib import crc32

from bot import (
    BEIJING,
    Answer,
    Citation,
    Message,
    RatingOffer,
    Sender,
    Situation,
    TicketState,
    Urgency,
    tell_standing,
)

#: A pause after which the time is shown again, as chat programs do.
_PAUSE = timedelta(minutes=10)

#: What is drawn at once; older lines stay stored.
MAX_LINES = 200

#: A number that the line of a document brings along: 1. or （一）.
_NUMBER = re.compile(
    r"\s*(?:\d{1,2}[.、．)）]|[（(][一二三四五六七八九十\d]{1,3}[)）])"
)

_PHONE = re.compile(r"(?:\+86-?)?\d[\d-]{1,14}\d")

#: The web page draws from the stored messages, so its stored reply is a word.
STORED_BODY = "ok"


@dataclass(frozen=True, slots=True)
class Line:
    """One message with what its place in the conversation adds."""

    message: Message

    #: "11月22日 20:31" after a pause, else empty.
    time: str

    #: First character of the officer's name, for the square beside the bubble.
    initial: str

    #: Whether the choices can still be pressed by number.
    is_last: bool

    #: What may be rated here, or was; None = nothing.
    offer: RatingOffer | None = None


@dataclass(frozen=True, slots=True)
class DeskView:
    """How the conversation stands with the staff."""

    #: "none", "waiting" for an officer, "held", "resolved" just now, or "composing":
    #: the bot is late.
    state: str = "none"

    #: What is said about it.
    lines: tuple[str, ...] = ()

    #: Whether somebody would look at a file.
    takes_files: bool = False

    #: Whether the citizen may leave it as a message and need not wait.
    may_leave_message: bool = False

    #: Whether an officer is writing to this citizen right now.
    is_typing: bool = False

    @property
    def key(self) -> str:
        """Changes when the view does; what a page has seen."""
        return f"{self.state}-{crc32(repr(self).encode()):08x}"

    @property
    def poll_ms(self) -> int:
        """How often the page asks for news; 0 = nothing comes unasked."""
        return {"none": 0, "resolved": 15_000}.get(self.state, 700)


def render_stored(answer: Answer) -> str:
    """Return what is kept as the reply's body; the page does not use it."""
    del answer
    return STORED_BODY


@dataclass(frozen=True, slots=True)
class FileView:
    """A file as the page shows it."""

    name: str
    is_picture: bool

    #: "1.2 MB".
    size: str


def describe_file(message: Message) -> FileView | None:
    """Return how the file of a line is shown; None if it has none."""
    if message.media.get("kind") != "file":
        return None
    size = message.media.get("size")
    return FileView(
        name=str(message.media.get("name", "")),
        is_picture=str(message.media.get("content_type", "")).startswith("image/"),
        size=format_size(size if isinstance(size, int) else 0),
    )


def format_size(size_bytes: int) -> str:
    """Return 320 KB or 1.2 MB."""
    if size_bytes < 1024 * 1024:
        return f"{max(1, round(size_bytes / 1024))} KB"
    return f"{size_bytes / 1024 / 1024:.1f} MB"


def draw_lines(
    messages: Sequence[Message],
    offers: Mapping[int, RatingOffer] | None = None,
    *,
    after: int = 0,
) -> list[Line]:
    """Return the lines after a message id, in order, the last MAX_LINES at most.

    Args:
        messages: The whole conversation, oldest first.
        offers: What may be rated, by the line that it stands at; None = nothing.
        after: Id of the last line that the page shows; 0 for none.
    """
    lines = []
    shown_at: datetime | None = None
    for message in messages:
        is_officer = message.sender is Sender.OFFICER
        is_pause = shown_at is None or message.created_at - shown_at > _PAUSE
        lines.append(
            Line(
                message=message,
                time=format_time(message.created_at) if is_pause else "",
                initial=find_initial(message.officer_name) if is_officer else "",
                is_last=message is messages[-1],
                offer=(offers or {}).get(message.id),
            )
        )
        shown_at = message.created_at
    return [line for line in lines if line.message.id > after][-MAX_LINES:]


def view_desk(
    messages: Sequence[Message], situation: Situation, now: datetime, *, hours: str
) -> DeskView:
    """Return how things stand.

    Args:
        messages: Of the conversation; the last one decides.
        situation: The citizen's with the staff.
        now: Aware.
        hours: The office's, as citizens read them.
    """
    ticket, standing = situation.ticket, situation.standing
    last = messages[-1] if messages else None
    if ticket is None or standing is None:
        if last is not None and last.sender is Sender.CITIZEN:
            return DeskView("composing")
        # Only while nothing else was said: who goes on asking is not bothered.
        is_notice_last = last is not None and last.sender is Sender.SYSTEM
        is_just_over = situation.resolved is not None and is_notice_last
        return DeskView("resolved") if is_just_over else DeskView()
    lines = tell_standing(ticket, standing, now, hours=hours)
    # WeChat's own agents see nothing of what is sent to us.
    takes_files = not ticket.kf_account
    if ticket.state is not TicketState.WAITING:
        return DeskView("held", lines, takes_files)
    waits = not ticket.is_message and ticket.urgency is not Urgency.CRITICAL
    return DeskView("waiting", lines, takes_files, may_leave_message=waits)


def find_last_question(messages: Sequence[Message]) -> int:
    """Return the id of the citizen's last line; 0 if there is none."""
    own = [m.id for m in messages if m.sender is Sender.CITIZEN]
    return own[-1] if own else 0


def find_initial(officer_name: str) -> str:
    """Return the first character of the name in "市医保局 李敏 工号 0217"."""
    words = officer_name.split()
    return words[1][0] if len(words) > 1 else "人"


def format_time(at: datetime) -> str:
    """Return Beijing time: "11月22日 20:31"."""
    local = at.astimezone(BEIJING)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def has_numbers(texts: Sequence[str]) -> bool:
    """Tell whether lines are numbered already, and must not be numbered twice."""
    return any(_NUMBER.match(text) for text in texts)


def split_phones(text: str) -> list[tuple[str, str]]:
    """Cut a text at its telephone numbers.

    Returns:
        Pieces in order; the second of each is what to dial, empty for plain text.
    """
    pieces = []
    end = 0
    for found in _PHONE.finditer(text):
        pieces.append((text[end : found.start()], ""))
        pieces.append((found.group(), found.group().replace("-", "")))
        end = found.end()
    pieces.append((text[end:], ""))
    return [piece for piece in pieces if piece[0]]


def find_link(citation: Citation) -> str:
    """Return the address of the original if it is a web address, else nothing.

    An address comes from a document, and ``javascript:`` is one too.
    """
    try:
        scheme = urlsplit(citation.url).scheme
    except ValueError:
        return ""
    return citation.url if scheme in {"http", "https"} else ""
