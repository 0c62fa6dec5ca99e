"""Values of a conversation: what comes in, what goes out. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from knowledge import EntryKind

from .ticket import EntryRelation as EntryRelation
from .ticket import Ticket as Ticket
from .ticket import TicketClock as TicketClock
from .ticket import TicketEntry as TicketEntry
from .ticket import TicketEvent as TicketEvent
from .ticket import TicketKind as TicketKind
from .ticket import TicketState as TicketState


class Channel(StrEnum):
    """Where a citizen talks to us."""

    WECHAT = "wechat"
    WEB = "web"


class MessageKind(StrEnum):
    """What a citizen sent."""

    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    LOCATION = "location"
    LINK = "link"
    SUBSCRIBE = "subscribe"
    #: A follower scanned a code of ours; its scene is the text.
    SCAN = "scan"
    UNSUBSCRIBE = "unsubscribe"
    #: A menu click or scanned code that carries a key as text.
    MENU = "menu"
    #: Anything we do not answer (WeChat gets ``success``).
    OTHER = "other"

    @property
    def is_event(self) -> bool:
        """Whether something happened rather than was sent: a button, a follow."""
        return self in _EVENTS


_EVENTS = frozenset(
    {
        MessageKind.SUBSCRIBE,
        MessageKind.SCAN,
        MessageKind.UNSUBSCRIBE,
        MessageKind.MENU,
        MessageKind.OTHER,
    }
)


class Trigger(StrEnum):
    """What a citizen did that lets an account push messages back.

    WeChat allows a number of customer-service messages for a time after each;
    the figures stand in ``bot.quota`` (facts/wechat.md §2.2).
    """

    #: Wrote: text, picture, voice, place.
    MESSAGE = "message"
    #: Touched a menu button or a line of a message's menu.
    MENU = "menu"
    FOLLOW = "follow"
    SCAN = "scan"
    #: Something that opens nothing: an event of the platform.
    NONE = "none"


class Priority(StrEnum):
    """Whose message it is: the last one of a window is kept for people and danger."""

    BOT = "bot"
    #: An officer's words, and what the system says about a hand-over.
    PERSON = "person"
    #: Help in danger.
    SAFETY = "safety"


class DeliveryState(StrEnum):
    """Where a message to push stands."""

    QUEUED = "queued"
    SENT = "sent"
    #: Waits for the citizen to write again.
    PARKED = "parked"
    FAILED = "failed"
    #: Not sent on purpose: a person has the chat, or the citizen erased it.
    DROPPED = "dropped"


class Sender(StrEnum):
    """Who said a message."""

    CITIZEN = "citizen"
    BOT = "bot"
    OFFICER = "officer"
    #: A notice of the system in the chat: 已为您转人工.
    SYSTEM = "system"
    #: An internal note; never shown to the citizen.
    NOTE = "note"


class AnswerStatus(StrEnum):
    """Why the citizen got this answer; the part before ``_`` is its group.

    Every member has a row in ``bot/replies.yaml``: label, meaning, reply text.
    """

    ANSWERED = "answered"
    ANSWERED_GREETING = "answered_greeting"
    ANSWERED_COMMAND = "answered_command"
    ANSWERED_NOTICE = "answered_notice"
    CLARIFY_AMBIGUOUS = "clarify_ambiguous"
    CLARIFY_UNREADABLE = "clarify_unreadable"
    UNANSWERABLE_NO_MATCH = "unanswerable_no_match"
    HANDOFF_REQUESTED = "handoff_requested"
    HANDOFF_REPEATED = "handoff_repeated"
    HANDOFF_CRISIS = "handoff_crisis"
    HANDOFF_TOPIC = "handoff_topic"
    SILENT_OFFICER = "silent_officer"
    SILENT_EVENT = "silent_event"
    BLOCKED_ABUSE = "blocked_abuse"
    ERROR_UNEXPECTED = "error_unexpected"

    @property
    def group(self) -> str:
        """What the console counts by: ``error`` for ``error_unexpected``."""
        return self.partition("_")[0]

    @property
    def calls_officer(self) -> bool:
        """Whether this answer opens a ticket."""
        return self.group in {"handoff", "unanswerable"}


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message as a channel delivered it. Text may hold personal data."""

    channel: Channel

    #: OpenID or web session id: personal data, never logged.
    sender_id: str

    #: Unique within the channel: MsgId, or sender+CreateTime of an event, or the
    #: form's one-time id on the web.
    message_key: str

    kind: MessageKind

    #: What was typed, at most 2,000 characters are kept; empty for media.
    text: str

    #: Aware UTC.
    received_at: datetime

    #: What it lets us push back.
    trigger: Trigger = Trigger.MESSAGE

    #: Of a place {"latitude", "longitude", "label"}, of media {"media_id", "format"};
    #: kept until the message is answered.
    detail: Mapping[str, object] = field(default_factory=dict)

    #: The text before it was masked, where that changed it and a person may need it.
    original: str = field(default="", repr=False)


class BlockKind(StrEnum):
    """How a block of an answer is drawn."""

    LEAD = "lead"  # the conclusion, bold
    HEADING = "heading"
    TEXT = "text"
    STEPS = "steps"  # numbered lines
    LIST = "list"  # bulleted lines
    NOTICE = "notice"  # a caution, set apart


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading or list of an answer."""

    kind: BlockKind
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One choice offered when clarifying; chosen by number or click."""

    #: What the citizen reads: an item's name, with its region when that differs.
    label: str

    entry_id: str = ""

    #: What is sent back when pressed; on the web the button's value.
    value: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """The source of an answer as a citizen reads it."""

    title: str
    department: str = ""
    region: str = ""
    doc_number: str = ""
    url: str = ""
    #: Article, page or row.
    locator: str = ""
    #: "2026年1月1日起施行，有效期至2027年12月31日", or empty.
    validity: str = ""
    #: "2026年9月10日核对", or empty.
    checked: str = ""
    phone: str = ""
    entry_id: str = ""
    passage_id: str = ""
    source_file: str = ""

    #: What kind of entry it is; None in answers stored before it was noted.
    kind: EntryKind | None = None

    @property
    def name(self) -> str:
        """How the source is called: 《办法》, or 常见问题“…” for an FAQ."""
        if not self.title:
            return self.source_file
        if self.kind is EntryKind.FAQ:
            return f"常见问题“{self.title}”"
        return f"《{self.title}》"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why the bot said this; frozen with the answer, shown to officers."""

    #: The question as understood (masked, follow-up resolved).
    question: str = ""
    release_id: str = ""
    confidence: float = 0.0
    answer_at: float = 0.0
    clarify_at: float = 0.0
    #: Best first: {"passage_id", "entry_id", "title", "heading", "region",
    #: "score", "text" (at most 300 characters)}.
    hits: tuple[Mapping[str, object], ...] = ()
    features: Mapping[str, float] = field(default_factory=dict)
    timings_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the citizen gets, and why."""

    status: AnswerStatus
    blocks: tuple[Block, ...] = ()
    options: tuple[Option, ...] = ()
    citations: tuple[Citation, ...] = ()
    evidence: Evidence = field(default_factory=Evidence)

    #: What the ticket is about when ``status.calls_officer``; Chinese, short.
    handoff_reason: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One line of a conversation as stored; text is masked."""

    #: Grows within a conversation; pages poll with ``after=id``.
    id: int
    conversation_id: int
    sender: Sender
    text: str
    created_at: datetime
    status: AnswerStatus | None = None
    #: Drawn instead of ``text`` where a channel can; empty for citizens' lines.
    blocks: tuple[Block, ...] = ()
    options: tuple[Option, ...] = ()
    citations: tuple[Citation, ...] = ()
    evidence: Evidence | None = None
    #: Name shown for an officer: 市医保局 李敏 工号 0217.
    officer_name: str = ""
    #: Delivery on WeChat: "" or a member of DeliveryState.
    delivery: str = ""
    delivery_error: str = ""
    #: A picture, voice or video the citizen sent: {"kind", "media_id", "format"}.
    media: Mapping[str, object] = field(default_factory=dict)
    #: Whether what it said before it was masked can be opened.
    has_original: bool = False
