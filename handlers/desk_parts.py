"""What the parts of the service stand on, and those of the officers' side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import Engine

from bot import (
    AlarmStore,
    AttachmentStore,
    AuditTrail,
    BoardStore,
    BureauStore,
    CannedReplyStore,
    Desk,
    FigureStore,
    FollowUpStore,
    NativeDesk,
    OfficeDayStore,
    OfficerCare,
    OfficerStore,
    OriginalStore,
    Overseer,
    PeopleTopicStore,
    PresenceStore,
    RatingStore,
    ReadMarks,
    Seal,
    SecondFactorStore,
    TicketGate,
    WarningStore,
    WorkingCalendar,
    make_engine,
)
from handlers.around import Around
from handlers.config import Settings
from handlers.live import LiveBus
from handlers.office_calendar import LiveCalendar
from handlers.security import derive_key

Clock = Callable[[], datetime]

#: Redis answers in under a millisecond or is gone. Reading waits longer, because a
#: live page's read blocks for a second on purpose.
REDIS_CONNECT_S, REDIS_READ_S = 1.0, 5.0

#: Where a message waits for it.
REDIS_QUICK_S = 0.3

#: Where the address leads nowhere, so that each use fails at once and is survived.
NO_REDIS = "unix:///nonexistent/wenzheng.sock"


@dataclass(frozen=True)
class Foundation:
    """Database, Redis, keys: made when first asked for."""

    settings: Settings
    clock: Clock

    @cached_property
    def engine(self) -> Engine:
        """The database; its schema is brought up to date by ``migrate``."""
        secret = self.settings.secret_key
        return make_engine(
            self.settings.database.url,
            audit_secret=derive_key(secret, "wenzheng/audit") if secret else "",
        )

    @cached_property
    def redis(self) -> Redis:
        """A client that may find nobody at the other end: catch RedisError."""
        return Redis.from_url(
            self.settings.redis.url or NO_REDIS,
            socket_connect_timeout=REDIS_CONNECT_S,
            socket_timeout=REDIS_READ_S,
            # One more try heals a connection that a restart cut; waiting would
            # hold up an answer.
            retry=Retry(NoBackoff(), 1),
        )

    @cached_property
    def quick_redis(self) -> Redis:
        """The same for what stands between WeChat and its answer: 5 s are all it has.

        A Redis that hangs would take twice ``REDIS_READ_S`` from each message.
        """
        return Redis.from_url(
            self.settings.redis.url or NO_REDIS,
            socket_connect_timeout=REDIS_QUICK_S,
            socket_timeout=REDIS_QUICK_S,
            retry=Retry(NoBackoff(), 1),
        )

    @cached_property
    def live(self) -> LiveBus:
        """Live events to the console; never raises."""
        return LiveBus(self.redis)

    @cached_property
    def seal(self) -> Seal:
        """Encrypts what identifies a citizen; raises ValueError without a key."""
        return Seal(self.settings.secret_key)


class DeskParts(Foundation):
    """What officers work with."""

    @cached_property
    def desk(self) -> Desk:
        """The officers' side."""
        return Desk(
            self.engine,
            self.clock,
            self.live.publish,
            self.get_calendar,
            close_after_days=self.settings.desk.close_after_days,
        )

    @cached_property
    def board(self) -> BoardStore:
        """Who waits and who serves, now."""
        is_small = self.settings.desk.is_small_office
        return BoardStore(self.engine, self.clock, is_small_office=is_small)

    @cached_property
    def overseer(self) -> Overseer:
        """What who leads does with many tickets, and that they looked."""
        return Overseer(self.engine, self.clock, self.desk)

    @cached_property
    def originals(self) -> OriginalStore:
        """What citizens wrote before it was masked."""
        return OriginalStore(self.engine, self.seal, self.clock)

    @cached_property
    def warnings(self) -> WarningStore:
        """Tickets that run late."""
        return WarningStore(
            self.engine,
            self.clock,
            self.live.publish,
            self.get_calendar,
            escalated_share=self.settings.desk.escalate_after,
        )

    @cached_property
    def office_days(self) -> OfficeDayStore:
        """Days that staff set against the plan."""
        return OfficeDayStore(self.engine, self.clock)

    @cached_property
    def live_calendar(self) -> LiveCalendar:
        """The calendar with those days; raises ConfigError if it is unreadable."""
        return LiveCalendar(self.settings, lambda: self.office_days.read())

    @property
    def calendar(self) -> WorkingCalendar:
        """When the office is on duty, by what counts now; do not keep it."""
        return self.live_calendar.get_calendar()

    def get_calendar(self) -> WorkingCalendar:
        """Return the same, for those who ask each time."""
        return self.calendar

    @cached_property
    def officers(self) -> OfficerStore:
        """Accounts of the console."""
        is_small_office = self.settings.desk.is_small_office
        return OfficerStore(self.engine, self.clock, is_small_office=is_small_office)

    @cached_property
    def presence(self) -> PresenceStore:
        """Who is at the desk."""
        is_small_office = self.settings.desk.is_small_office
        return PresenceStore(self.engine, self.clock, is_small_office=is_small_office)

    @cached_property
    def officer_care(self) -> OfficerCare:
        """What keeps those accounts in order."""
        return OfficerCare(self.engine, self.clock)

    @cached_property
    def second_factor(self) -> SecondFactorStore:
        """Codes of telephones; raises ValueError without a key."""
        return SecondFactorStore(self.engine, self.seal, self.clock)

    @cached_property
    def bureaus(self) -> BureauStore:
        """Who is responsible for what."""
        return BureauStore(self.engine, self.clock)

    @cached_property
    def canned(self) -> CannedReplyStore:
        """Replies that officers keep ready."""
        return CannedReplyStore(self.engine, self.clock)

    @cached_property
    def people_topics(self) -> PeopleTopicStore:
        """What people answer and the bot does not."""
        return PeopleTopicStore(self.engine, self.clock)

    @cached_property
    def ticket_gate(self) -> TicketGate:
        """Whether an officer may open what an address names."""
        return TicketGate(self.engine)

    @cached_property
    def audit_trail(self) -> AuditTrail:
        """Who did what."""
        return AuditTrail(self.engine, self.clock)

    @cached_property
    def around(self) -> Around:
        """Who has a ticket open, and who writes; never raises."""
        return Around(self.quick_redis, self.live.publish, self.clock)

    @cached_property
    def read_marks(self) -> ReadMarks:
        """How far citizens have read."""
        return ReadMarks(self.engine, self.seal, self.clock, self.live.publish)

    @cached_property
    def ratings(self) -> RatingStore:
        """What citizens thought of answers and hand-overs."""
        return RatingStore(
            self.engine, self.seal, self.clock, self.live.publish, self.get_calendar
        )

    @cached_property
    def follow_ups(self) -> FollowUpStore:
        """What low ratings opened."""
        return FollowUpStore(self.engine, self.clock, self.live.publish)

    @cached_property
    def figures(self) -> FigureStore:
        """What is counted for who answers for it."""
        return FigureStore(self.engine, self.clock, self.get_calendar)

    @cached_property
    def attachments(self) -> AttachmentStore:
        """Files in conversations."""
        return AttachmentStore(
            self.engine, self.seal, self.clock, self.live.publish, self.get_calendar
        )

    @cached_property
    def native_desk(self) -> NativeDesk:
        """Our record of WeChat's own agents."""
        return NativeDesk(
            self.engine, self.seal, self.clock, self.live.publish, self.get_calendar
        )

    @cached_property
    def alarms(self) -> AlarmStore:
        """What a person must mend."""
        return AlarmStore(self.engine, self.clock, self.live.publish)
