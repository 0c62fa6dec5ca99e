"""The settings, section by section, with their defaults and limits; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from handlers.settings_checks import Section, check_between, check_text
from handlers.settings_menu import MenuButton, NoticesSettings, check_menu
from handlers.settings_sites import IngestSettings

#: Shortest key we accept; ``wenzheng keygen`` makes one of 43 characters.
MIN_KEY_CHARS = 32


@dataclass(frozen=True, slots=True)
class OfficeSettings(Section):
    """Section ``office``: who answers; read by citizens."""

    city: str = "云泽市"
    name: str = "云泽市政务服务中心"
    hotline: str = "12345"
    hours: str = "工作日 8:30–17:30"

    #: Text file with the State Council's notices about holidays, for years that are
    #: not built in; a relative path starts at the config's folder. Empty = none.
    holidays: str = ""

    def problems(self) -> Iterator[tuple[str, str]]:
        """Names must be there: answers are built with them."""
        for key in ("city", "name", "hotline"):
            if not getattr(self, key).strip():
                yield key, "不能为空"


@dataclass(frozen=True, slots=True)
class DatabaseSettings(Section):
    """Section ``database``."""

    #: SQLAlchemy address; a relative SQLite path starts at the config's folder.
    url: str = "sqlite:///data/wenzheng.db"

    def problems(self) -> Iterator[tuple[str, str]]:
        """Only the two databases that the tests run on."""
        if not self.url.startswith(("sqlite:///", "postgresql")):
            yield "url", "要以 sqlite:/// 或 postgresql+psycopg:// 开头"


@dataclass(frozen=True, slots=True)
class RedisSettings(Section):
    """Section ``redis``."""

    #: Empty = the embedded Valkey, started beside the app.
    url: str = ""

    def problems(self) -> Iterator[tuple[str, str]]:
        """Schemes that redis-py understands."""
        if self.url and not self.url.startswith(("redis://", "rediss://", "unix://")):
            yield "url", "要以 redis://、rediss:// 或 unix:// 开头，或者留空"


@dataclass(frozen=True, slots=True)
class WebSettings(Section):
    """Section ``web``."""

    host: str = "127.0.0.1"
    port: int = 8080

    #: Processes that answer; each holds the index once more.
    workers: int = 1

    #: Requests answered at once in each; each open live page holds one.
    threads: int = 64

    #: Live pages at once in each; the other threads are kept for questions.
    max_streams: int = 40

    #: Citizens reach us by HTTPS: cookies are then marked Secure.
    is_https: bool = False

    #: Address that the world uses, such as https://wz.example.gov.cn: printed at
    #: the start, and what links to late answers begin with.
    public_url: str = ""

    def problems(self) -> Iterator[tuple[str, str]]:
        """Ports, and threads left for questions."""
        yield from check_between(self, "port", 1, 65535)
        yield from check_between(self, "workers", 1, 16)
        yield from check_between(self, "threads", 4, 1000)
        yield from check_between(self, "max_streams", 1, 996)
        if self.max_streams > self.threads - 4:
            yield "max_streams", "要比 threads 至少少 4，否则没有线程回答问题"
        if self.public_url and not self.public_url.startswith(("http://", "https://")):
            yield "public_url", "要以 https:// 或 http:// 开头，或者留空"


@dataclass(frozen=True, slots=True)
class WeChatSettings(Section):
    """Section ``wechat``; token, aes_key and secret come from the environment."""

    app_id: str = ""

    #: As set in 公众平台. 兼容模式 is read as 安全模式: only what is encrypted counts.
    mode: Literal["safe", "compat", "plain"] = "safe"

    #: Seconds to compose before acknowledging; WeChat gives up after 5.
    reply_within_s: float = 4.0

    api_base: str = "https://api.weixin.qq.com"

    #: The account's own id, gh_…; empty = not checked.
    original_id: str = ""

    #: The account has 微信认证 and may push customer-service messages.
    is_verified: bool = True

    #: The menu at the foot of the chat, pushed by ``wenzheng wechat menu push``;
    #: empty = left as it is in 公众平台.
    menu: tuple[MenuButton, ...] = ()

    notices: NoticesSettings = field(default_factory=NoticesSettings)

    token: str = field(default="", repr=False)
    aes_key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)

    @property
    def is_on(self) -> bool:
        """Whether the office connects an official account at all."""
        return bool(self.app_id)

    def problems(self) -> Iterator[tuple[str, str]]:
        """Shapes fixed by WeChat (shared/facts/wechat.md 1.1) and its 5 seconds."""
        yield from check_text(
            self, "token", "[A-Za-z0-9]{3,32}", "要是 3–32 位字母数字"
        )
        yield from check_text(self, "aes_key", "[A-Za-z0-9]{43}", "要是 43 位字母数字")
        if not 0 < self.reply_within_s < 5:
            yield "reply_within_s", "要大于 0、小于 5（微信等 5 秒就断开）"
        url = urlsplit(self.api_base)
        is_local = url.hostname in {"127.0.0.1", "localhost"}
        if not (url.scheme == "https" or (url.scheme == "http" and is_local)):
            yield "api_base", "要以 https:// 开头"
        yield from check_menu(self.menu)


@dataclass(frozen=True, slots=True)
class DeskSettings(Section):
    """Section ``desk``: where people answer, and what its accounts are good for."""

    #: "console": in ours. "wechat": in WeChat's own agent system while somebody is
    #: online there, else in ours.
    mode: Literal["console", "wechat"] = "console"

    #: Days in which a citizen may say that what was resolved is not.
    close_after_days: int = 3

    #: A clock that has run so many times its limit goes to the supervisor.
    escalate_after: float = 2.0

    #: What citizens write to a person is masked; the original is kept encrypted until
    #: 30 days after the hand-over, for that person to open with a reason.
    keep_originals: bool = True

    #: What brings a served chat up for review by itself: failure, complaint, urgent,
    #: separated by spaces; empty for none of them.
    review_after: str = "failure complaint urgent"

    #: Where warnings go outside the console, apprise's addresses, separated by spaces;
    #: from the environment alone, because they hold passwords.
    alert_urls: str = field(default="", repr=False)

    #: Administrators also serve citizens. False where accounts and chats must lie in
    #: different hands (等保 level 3).
    is_small_office: bool = True

    #: Codes of a telephone at the login. "required": of administrators, supervisors
    #: and auditors; "offered": of whoever set them up; "none": of nobody.
    totp: Literal["required", "offered", "none"] = "offered"

    def problems(self) -> Iterator[tuple[str, str]]:
        """Terms that a person could mean."""
        yield from check_between(self, "close_after_days", 1, 60)
        yield from check_between(self, "escalate_after", 1.1, 10)
        unknown = set(self.review_after.split()) - {"failure", "complaint", "urgent"}
        if unknown:
            yield "review_after", "只能写 failure、complaint、urgent，用空格隔开"


@dataclass(frozen=True, slots=True)
class AnsweringSettings(Section):
    """Section ``answering``; None = the value measured by us, built in."""

    #: Confidence from 0 to 1 at which we answer.
    answer_at: float | None = None

    #: Confidence from 0 to 1 at which we ask back; below it a person takes over.
    clarify_at: float | None = None

    max_options: int = 3
    focus_minutes: int = 30

    def problems(self) -> Iterator[tuple[str, str]]:
        """Probabilities in order, and choices that fit on a phone."""
        for key in ("answer_at", "clarify_at"):
            if getattr(self, key) is not None:
                yield from check_between(self, key, 0, 1)
        both = self.answer_at is not None and self.clarify_at is not None
        if both and self.clarify_at > self.answer_at:  # type: ignore[operator]
            yield "clarify_at", "不能大于 answer_at"
        yield from check_between(self, "max_options", 1, 9)
        yield from check_between(self, "focus_minutes", 1, 1440)


@dataclass(frozen=True, slots=True)
class KnowledgeSettings(Section):
    """Section ``knowledge``."""

    #: Where releases lie; a relative path starts at the config's folder.
    folder: str = "data/releases"

    #: "bundled", or a sentence-transformers folder or name.
    encoder: str = "bundled"

    #: Days after which somebody should check an entry again.
    check_after_days: int = 180

    def problems(self) -> Iterator[tuple[str, str]]:
        """Folder and encoder must name something."""
        for key in ("folder", "encoder"):
            if not getattr(self, key).strip():
                yield key, "不能为空"
        if not 7 <= self.check_after_days <= 3650:
            yield "check_after_days", "要在 7 到 3650 天之间"


@dataclass(frozen=True, slots=True)
class Settings(Section):
    """Everything that can be set, checked; paths are absolute after loading."""

    office: OfficeSettings = OfficeSettings()
    database: DatabaseSettings = DatabaseSettings()
    redis: RedisSettings = RedisSettings()
    web: WebSettings = WebSettings()
    wechat: WeChatSettings = WeChatSettings()
    desk: DeskSettings = DeskSettings()
    answering: AnsweringSettings = AnsweringSettings()
    knowledge: KnowledgeSettings = KnowledgeSettings()
    ingest: IngestSettings = field(default_factory=IngestSettings)
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    #: Seals personal data and signs sessions; empty until ``wenzheng keygen``.
    secret_key: str = field(default="", repr=False)

    #: Folder of config.yaml; data/ and .env lie in it. Not a setting.
    root: Path = Path()

    #: The file that was read; None when there was none. Not a setting.
    file: Path | None = None

    @property
    def data_folder(self) -> Path:
        """What a backup must hold."""
        return self.root / "data"

    @property
    def run_folder(self) -> Path:
        """Sockets and locks; worth nothing after a stop."""
        return self.data_folder / "run"

    def problems(self) -> Iterator[tuple[str, str]]:
        """A key short enough to guess is no key."""
        if self.secret_key and len(self.secret_key) < MIN_KEY_CHARS:
            yield "secret_key", f"太短，至少 {MIN_KEY_CHARS} 个字符"
        if self.desk.mode == "wechat" and not self._may_transfer:
            yield "desk.mode", "写 wechat 要有认证过的公众号，请先填好 wechat 一节"

    @property
    def _may_transfer(self) -> bool:
        return self.wechat.is_on and self.wechat.is_verified
