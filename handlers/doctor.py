"""Looks at everything the service needs and says what to do; changes nothing."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from handlers.config import Settings, hide_password

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from bot import WorkingCalendar

State = Literal["ok", "failed", "skipped"]

#: Below this the next release may not fit.
MIN_FREE_MB = 500

#: Wheels and releases are younger than the clock when the clock is right.
BUILT_ON = datetime(2026, 11, 1, tzinfo=UTC)

_SQLITE = "sqlite:///"
_BEIJING = timedelta(hours=8)
_MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination."""

    #: What was looked at, Chinese.
    name: str
    state: State
    #: What was found, Chinese; no secrets.
    detail: str
    #: What to do; empty when nothing.
    advice: str = ""


class _TroubleError(Exception):
    """Ends a check with a finding."""

    def __init__(self, detail: str, advice: str = "", state: State = "failed") -> None:
        super().__init__(detail)
        self.detail, self.advice, self.state = detail, advice, state


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield one finding for each thing the service needs, in the order of need."""
    for name in CHECKS:
        yield examine_one(name, settings)


def examine_one(name: str, settings: Settings) -> Finding:
    """Look at one thing; ``name`` is a key of ``CHECKS``."""
    try:
        return Finding(name, "ok", CHECKS[name](settings))
    except _TroubleError as e:
        return Finding(name, e.state, e.detail, e.advice)
    # Whatever a broken part raises, the other checks must still run.
    except Exception as e:
        detail = f"检查时出错：{type(e).__name__}：{e}"
        return Finding(name, "failed", detail, "加 --debug 再试，把结果发给维护人员")


def _check_config(settings: Settings) -> str:
    if settings.file is None:
        raise _TroubleError(
            "没有 config.yaml，用的是内置值（示范城市）",
            "正式使用前，请把 config.yaml 放到运行的文件夹并改成本单位的信息",
            "skipped",
        )
    return str(settings.file)


def _check_key(settings: Settings) -> str:
    if not settings.secret_key:
        raise _TroubleError("没有密钥", "运行：wenzheng keygen")
    path = settings.root / ".env"
    if path.is_file() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise _TroubleError(f"{path} 别的用户也能读", f"运行：chmod 600 {path}")
    return "已设置"


def _check_database(settings: Settings) -> str:
    from sqlalchemy.exc import SQLAlchemyError

    from bot import make_engine

    url = settings.database.url
    shown = hide_password(url)
    if url.startswith(_SQLITE) and not Path(url.removeprefix(_SQLITE)).is_file():
        # Opening it would make an empty file.
        raise _TroubleError(f"{shown} 还没有建立", "运行：wenzheng migrate")
    engine = make_engine(url)
    try:
        is_current = _is_migrated(engine)
    except SQLAlchemyError as e:
        raise _TroubleError(
            f"{shown} 打不开（{type(e).__name__}）",
            "检查 database.url、数据库是否开着、用户名和密码",
        ) from e
    finally:
        engine.dispose()
    if not is_current:
        raise _TroubleError(f"{shown} 的结构不是最新", "运行：wenzheng migrate")
    return f"{shown}，结构是最新的"


def _is_migrated(engine: Engine) -> bool:
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    wanted = set(ScriptDirectory.from_config(config).get_heads())
    with engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == wanted


def _check_redis(settings: Settings) -> str:
    from redis import Redis
    from redis.exceptions import RedisError

    from handlers.valkey import ValkeyUnavailableError, start_valkey

    if not settings.redis.url:
        try:
            start_valkey(settings.run_folder).stop()
        except (ValkeyUnavailableError, OSError) as e:
            raise _TroubleError(
                f"内置 Valkey 启动不了：{e}", "可以另装 Redis，并设置 redis.url"
            ) from e
        return "内置 Valkey 可用（随问政启动和停止）"
    shown = hide_password(settings.redis.url)
    try:
        with Redis.from_url(
            settings.redis.url, socket_connect_timeout=2, socket_timeout=2
        ) as client:
            client.ping()
    except (RedisError, OSError) as e:
        raise _TroubleError(
            f"{shown} 连不上（{type(e).__name__}）",
            "检查 redis.url，或者留空改用内置的；没有它也能回答，坐席页面不会刷新",
        ) from e
    return shown


def _check_encoder(settings: Settings) -> str:
    from knowledge import EncoderUnavailableError, make_encoder

    try:
        encoder = make_encoder(settings.knowledge.encoder)
        encoder.encode_queries(["您好"])
    except EncoderUnavailableError as e:
        raise _TroubleError(str(e), "检查 knowledge.encoder；内置的写 bundled") from e
    return encoder.name


def _check_release(settings: Settings) -> str:
    from knowledge import (
        NoReleaseError,
        ReleaseError,
        check_release,
        current_release,
        make_encoder,
    )

    folder = Path(settings.knowledge.folder)
    try:
        name = current_release(folder)
        manifest = check_release(folder, name)
    except NoReleaseError as e:
        raise _TroubleError("还没有导入资料", "运行：wenzheng ingest 文件夹") from e
    except ReleaseError as e:
        raise _TroubleError(f"版本文件损坏：{e}", "运行：wenzheng ingest 文件夹") from e
    encoder = make_encoder(settings.knowledge.encoder)
    if manifest["encoder"] != encoder.name:
        raise _TroubleError(
            f"版本 {name} 是用另一个编码模型建的", "运行：wenzheng ingest 文件夹"
        )
    return f"版本 {name}，{manifest['passages']} 个片段，校验和一致"


def _check_wechat(settings: Settings) -> str:
    wechat = settings.wechat
    if not wechat.is_on:
        raise _TroubleError("没有配置（只用网页也可以）", state="skipped")
    needed = {
        "WENZHENG_WECHAT_TOKEN": wechat.token,
        "WENZHENG_WECHAT_SECRET": wechat.secret,
    }
    if wechat.mode != "plain":
        needed["WENZHENG_WECHAT_AES_KEY"] = wechat.aes_key
    missing = [name for name, value in needed.items() if not value]
    if missing:
        raise _TroubleError(
            f"填了 app_id，但缺 {'、'.join(missing)}",
            "到公众平台“设置与开发 → 基本配置”取得，写进 .env",
        )
    if wechat.mode == "plain":
        raise _TroubleError(
            "用的是明文模式，消息可以被伪造", "公众平台和 config.yaml 都改成安全模式"
        )
    names = {"safe": "安全模式", "compat": "兼容模式（按安全模式读）"}
    return f"{wechat.app_id}，{names[wechat.mode]}"


def _check_alarms(settings: Settings) -> str:
    from sqlalchemy.exc import SQLAlchemyError

    from bot import AlarmStore, StoreUnavailableError, make_engine

    url = settings.database.url
    if url.startswith(_SQLITE) and not Path(url.removeprefix(_SQLITE)).is_file():
        raise _TroubleError("数据库还没有建立", state="skipped")
    engine = make_engine(url)
    try:
        alarms = AlarmStore(engine, lambda: datetime.now(UTC)).list_open()
    except (SQLAlchemyError, StoreUnavailableError) as e:
        raise _TroubleError("数据库现在读不了，见上", state="skipped") from e
    finally:
        engine.dispose()
    if alarms:
        told = (
            f"{alarm.message}（{alarm.opened_at + _BEIJING:%m-%d %H:%M} 开始，"
            f"共 {alarm.count} 次）"
            for alarm in alarms
        )
        raise _TroubleError("；".join(told), "照着处理；发送恢复后，告警自动消失")
    return "没有"


def _check_assets(settings: Settings) -> str:
    del settings
    folder = Path(__file__).parent / "static" / "vendor"
    if not (folder / "manifest.json").is_file():
        raise _TroubleError(
            "网页的样式和图标还没有生成（页面能用，但不好看）",
            "运行：python -m handlers.assets",
        )
    return "已生成"


def _check_disk(settings: Settings) -> str:
    folder = settings.data_folder if settings.data_folder.exists() else settings.root
    free_mb = shutil.disk_usage(folder).free // 2**20
    if free_mb < MIN_FREE_MB:
        raise _TroubleError(f"{folder} 只剩 {free_mb} MB", "清理磁盘，或者换大的")
    return f"{folder} 还有 {free_mb / 1024:.1f} GB"


def _check_clock(settings: Settings) -> str:
    del settings
    now = datetime.now(UTC)
    if now < BUILT_ON:
        raise _TroubleError(
            f"现在显示 {now:%Y-%m-%d}，明显不对", "打开系统的自动对时（NTP）"
        )
    return f"北京时间 {now + _BEIJING:%Y-%m-%d %H:%M}"


def _check_hours(settings: Settings) -> str:
    from handlers.config import ConfigError
    from handlers.office_calendar import (
        ADVICE,
        ShortCalendarError,
        describe_calendar,
    )

    try:
        return describe_calendar(_open_calendar(settings), datetime.now(UTC))
    except ConfigError as e:
        told = "；".join(f"{at}：{why}" for at, why in e.problems)
        raise _TroubleError(told, "改好后运行 wenzheng check-config") from e
    except ShortCalendarError as e:
        raise _TroubleError(str(e), ADVICE) from e


def _open_calendar(settings: Settings) -> WorkingCalendar:
    """Return the calendar, with what staff changed in it if there is a database."""
    from handlers.assembly import assemble
    from handlers.office_calendar import open_calendar

    url = settings.database.url
    if url.startswith(_SQLITE) and not Path(url.removeprefix(_SQLITE)).is_file():
        return open_calendar(settings)  # opening it would make an empty file
    parts = assemble(settings)
    try:
        return parts.calendar
    finally:
        parts.engine.dispose()


#: What is looked at, in the order of need.
CHECKS: Mapping[str, Callable[[Settings], str]] = {
    "配置": _check_config,
    "密钥": _check_key,
    "数据库": _check_database,
    "Redis": _check_redis,
    "编码模型": _check_encoder,
    "知识库": _check_release,
    "微信": _check_wechat,
    "告警": _check_alarms,
    "网页资源": _check_assets,
    "磁盘": _check_disk,
    "时钟": _check_clock,
    "上班时间": _check_hours,
}
