"""The composition root: with ``desk_parts`` it wires the parts of the service."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from bot import (
    BEIJING,
    Answer,
    AnswerSettings,
    Assistant,
    Citation,
    FrontDesk,
    HallStore,
    KnowledgeReader,
    NoticeStore,
    Outbox,
    QuickReplyStore,
)
from handlers.config import Settings
from handlers.desk_parts import Clock
from handlers.exam_room import examine_release
from handlers.knowledge_parts import KnowledgeParts
from handlers.office_calendar import read_hours, read_plans
from knowledge import (
    Examine,
    KnowledgeBase,
    KnowledgeError,
    PassageCheck,
    open_knowledge_base,
    use_office_texts,
)

if TYPE_CHECKING:
    from handlers.wechat import (
        AnswerLinks,
        OnlineAgents,
        ReplayMemory,
        WeChatClient,
    )

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parts(KnowledgeParts):
    """Everything a handler may use, each made when first asked for."""

    @cached_property
    def knowledge_base(self) -> KnowledgeBase:
        """The current release, open; raises NoReleaseError when there is none."""
        return open_knowledge_base(
            Path(self.settings.knowledge.folder),
            self.encoder,
            get_off=lambda: self.switches.get_off(),
        )

    @cached_property
    def assistant(self) -> Assistant:
        """The one that answers; opens the knowledge base."""
        return self.make_assistant(self.knowledge_base)

    def use_office_texts(self) -> None:
        """Let this process speak and search as the office has set."""
        use_office_texts(self.office_texts.look)

    def make_assistant(
        self, knowledge: KnowledgeReader, *, is_exam: bool = False
    ) -> Assistant:
        """Return the same assistant on other knowledge: a release not out yet.

        Args:
            knowledge: What it answers from.
            is_exam: Whether the knowledge itself is asked, whatever is off just now:
                else what mends a topic could not go out while the topic is off.
        """
        self.use_office_texts()
        return Assistant(
            knowledge,
            make_answer_settings(self.settings),
            self.clock,
            halls=self.halls,
            quick_replies=self.quick_replies,
            people_topics=self.people_topics,
            switches=None if is_exam else self.switches,
            get_days=lambda: self.live_calendar.get_days(),
        )

    @property
    def _examine(self) -> Examine:
        """The office's exam, asked by the assistant that citizens ask."""
        return lambda base, changed: examine_release(self, base, changed)

    @cached_property
    def halls(self) -> HallStore:
        """Service halls that citizens are sent to."""
        return HallStore(self.engine)

    @cached_property
    def quick_replies(self) -> QuickReplyStore:
        """What staff want said to keywords, menu buttons and scanned codes."""
        return QuickReplyStore(self.engine, self.clock)

    @cached_property
    def replays(self) -> ReplayMemory:
        """Which signed requests of WeChat's came before."""
        from handlers.wechat import ReplayMemory

        return ReplayMemory(self.quick_redis)

    @cached_property
    def front_desk(self) -> FrontDesk:
        """The road of one message; the knowledge base opens at the first question."""
        return FrontDesk(
            self.engine,
            cast(Assistant, _Later(lambda: self.assistant)),
            seal=self.seal,
            clock=self.clock,
            publish=self.live.publish,
            wait_s=self.settings.wechat.reply_within_s,
            hotline=self.settings.office.hotline,
            is_pushing=self.settings.wechat.is_verified,
            threads=self.settings.web.threads,
            on_late=self._show_typing,
            get_calendar=self.get_calendar,
            keeps_originals=self.settings.desk.keep_originals,
        )

    @cached_property
    def answer_links(self) -> AnswerLinks:
        """Addresses bound to one question, for accounts that may not push."""
        from handlers.wechat import AnswerLinks

        return AnswerLinks(self.settings.secret_key, self.settings.web.public_url)

    @cached_property
    def wechat_client(self) -> WeChatClient | None:
        """WeChat's API; None without AppID or AppSecret."""
        wechat = self.settings.wechat
        if not (wechat.app_id and wechat.secret):
            return None
        from handlers.wechat import WeChatClient

        return WeChatClient(wechat, self.redis)

    @cached_property
    def notices(self) -> NoticeStore:
        """Consents to subscription notices, and what was sent."""
        return NoticeStore(self.engine, self.seal, self.clock)

    @cached_property
    def agents(self) -> OnlineAgents:
        """Who serves in WeChat's own agent system; nobody without an account."""
        from handlers.wechat import OnlineAgents

        client = self.wechat_client
        return OnlineAgents(client.list_online_agents if client else list)

    @cached_property
    def outbox(self) -> Outbox:
        """Messages to push to WeChat."""
        return Outbox(self.engine, self.clock, self.seal, self.live.publish)

    @cached_property
    def passage_check(self) -> PassageCheck:
        """Looks passages up in the current release, without opening its index."""
        return PassageCheck(Path(self.settings.knowledge.folder))

    def is_in_force(self, answer: Answer) -> bool:
        """Tell whether all that an answer cites still stands and counts today."""
        evidence = answer.evidence
        return self.are_in_force(
            answer.citations, evidence.release_id, question=evidence.question
        )

    def are_in_force(
        self, citations: Iterable[Citation], release_id: str, *, question: str = ""
    ) -> bool:
        """Tell the same of citations that came from a release.

        Args:
            citations: Of one answer.
            release_id: That it came from.
            question: That it answers: its topic may be off by now.
        """
        today = self.clock().astimezone(BEIJING).date()
        citations = tuple(citations)
        if citations and self.switches.find_topic(question) is not None:
            return False
        if any(self.switches.find_entry(c.entry_id) for c in citations):
            return False
        cited = {c.passage_id for c in citations if c.passage_id}
        try:
            return all(
                self.passage_check.is_in_force(passage_id, today, release_id=release_id)
                for passage_id in cited
            )
        except KnowledgeError as e:
            # That we cannot look is no sign that a rule was changed.
            _log.warning("passages not checked: %s", type(e).__name__)
            return True

    def _show_typing(self, openid: str) -> None:
        """Let the citizen see that an answer is on its way."""
        if self.wechat_client is not None:
            self.wechat_client.type_on(openid)

    def warm_up(self) -> None:
        """Make all that a first question needs, so that it need not wait.

        Raises:
            KnowledgeError: If there is no release, it is damaged, or the encoder
                cannot be loaded.
            ValueError: If the secret key is missing.
        """
        _ = self.front_desk, self.desk, self.officers
        self.encoder.encode_queries(["您好"])
        _ = self.assistant


class _Later:
    """Stands for a part until one of its methods is asked for.

    The worker needs the front desk to look for unanswered messages, and the
    knowledge base (150 MB) only in the rare case that there is one.
    """

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        with self._lock:
            part = self._make()
        return getattr(part, name)


def assemble(settings: Settings, *, clock: Clock | None = None) -> Parts:
    """Wire the service; nothing is opened yet.

    Args:
        settings: As loaded.
        clock: Now, aware UTC; None = the wall clock.
    """
    return Parts(settings, clock or _now)


def make_answer_settings(settings: Settings) -> AnswerSettings:
    """Return the assistant's settings; what nobody set keeps its measured default."""
    office, answering = settings.office, settings.answering
    chosen: Mapping[str, Any] = {
        name: value
        for name in ("answer_at", "clarify_at")
        if (value := getattr(answering, name)) is not None
    }
    return replace(
        AnswerSettings(
            max_options=answering.max_options,
            focus_minutes=answering.focus_minutes,
            city=office.city,
            hotline=office.hotline,
            office=office.name,
            hours=read_hours(settings),
            plans=read_plans(settings),
            is_pushing=settings.wechat.is_verified,
        ),
        **chosen,
    )


def _now() -> datetime:
    return datetime.now(UTC)
