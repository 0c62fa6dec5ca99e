"""doctor: each thing that can be wrong is named with what to do about it."""

import pytest

from bot import AlarmStore, make_engine, upgrade_database
from handlers.config import (
    DatabaseSettings,
    KnowledgeSettings,
    OfficeSettings,
    RedisSettings,
    Settings,
    WeChatSettings,
)
from handlers.doctor import examine, examine_one


@pytest.fixture
def look(tmp_path):
    """Examine settings; gives the finding of that name."""

    def look(name, **changes):
        base = {
            "database": DatabaseSettings(f"sqlite:///{tmp_path}/wenzheng.db"),
            "knowledge": KnowledgeSettings(str(tmp_path / "releases")),
            "root": tmp_path,
        }
        return examine_one(name, Settings(**{**base, **changes}))

    return look


def test_every_check_runs_whatever_is_broken(tmp_path):
    """One look shows all that is left to do."""
    found = list(examine(Settings(root=tmp_path)))
    assert len(found) == 12
    assert all(f.advice for f in found if f.state == "failed")


def test_looking_makes_no_database(look, tmp_path):
    """An empty file would look like a database to the next one."""
    assert "wenzheng migrate" in look("数据库").advice
    assert not (tmp_path / "wenzheng.db").exists()


def test_old_schema_is_told(look, tmp_path):
    """After an upgrade without migrate."""
    (tmp_path / "wenzheng.db").touch()
    assert "不是最新" in look("数据库").detail


def test_unreachable_servers_are_told_without_their_passwords(look):
    """The report is pasted into tickets."""
    url = "postgresql://user:hunter2@127.0.0.1:1/name"
    database = look("数据库", database=DatabaseSettings(url))
    redis = look("Redis", redis=RedisSettings("redis://:hunter2@127.0.0.1:1/0"))
    for finding in (database, redis):
        assert finding.state == "failed"
        assert "hunter2" not in finding.detail + finding.advice
        assert "127.0.0.1:1" in finding.detail


def test_key_file_that_others_can_read_is_told(look, tmp_path):
    """Whoever reads it can read citizens' ids."""
    (tmp_path / ".env").write_text("", encoding="utf-8")
    (tmp_path / ".env").chmod(0o644)
    assert "chmod 600" in look("密钥", secret_key="k" * 43).advice
    (tmp_path / ".env").chmod(0o600)
    assert look("密钥", secret_key="k" * 43).state == "ok"


def test_unknown_encoder_is_told(look):
    """A typing error in knowledge.encoder."""
    found = look("编码模型", knowledge=KnowledgeSettings("r", "/no/such/folder"))
    assert found.state == "failed"
    assert "bundled" in found.advice


@pytest.mark.parametrize(
    ("settings", "state", "words"),
    [
        (WeChatSettings(), "skipped", "没有配置"),
        (WeChatSettings(app_id="wx1", token="abc"), "failed", "WENZHENG_WECHAT_SECRET"),
        (
            WeChatSettings(app_id="wx1", token="abc", secret="s"),
            "failed",
            "WENZHENG_WECHAT_AES_KEY",
        ),
        (
            WeChatSettings(app_id="wx1", token="abc", secret="s", mode="plain"),
            "failed",
            "可以被伪造",
        ),
        (
            WeChatSettings(app_id="wx1", token="abc", secret="s", aes_key="a" * 43),
            "ok",
            "安全模式",
        ),
        (
            WeChatSettings(app_id="wx1", token="abc", secret="s", mode="compat"),
            "failed",
            "WENZHENG_WECHAT_AES_KEY",
        ),
        (
            WeChatSettings(
                app_id="wx1",
                token="abc",
                secret="s",
                aes_key="a" * 43,
                mode="compat",
            ),
            "ok",
            "兼容模式",
        ),
    ],
)
def test_wechat_settings_are_looked_through(look, settings, state, words):
    """Each secret has its own page in 公众平台: the missing one is named."""
    found = look("微信", wechat=settings)
    assert found.state == state
    assert words in found.detail


def test_open_alarms_are_told(look, tmp_path, clock):
    """What a person must mend stands here too, for who has no console."""
    assert look("告警").state == "skipped"
    engine = make_engine(f"sqlite:///{tmp_path}/wenzheng.db")
    upgrade_database(engine)
    assert look("告警").detail == "没有"
    alarms = AlarmStore(engine, clock)
    alarms.raise_alarm("wechat:40125", "AppSecret 不对，请在公众平台核对")
    found = look("告警")
    assert found.state == "failed"
    assert "AppSecret 不对，请在公众平台核对" in found.detail
    assert "共 1 次" in found.detail
    assert found.advice
    alarms.clear("wechat:")
    assert look("告警").state == "ok"
    engine.dispose()


def test_alarms_of_a_database_that_is_old_are_left_out(look, tmp_path):
    """That is the database's own finding."""
    (tmp_path / "wenzheng.db").touch()
    assert look("告警").state == "skipped"


def test_hours_that_cannot_be_read_are_told(look):
    """Nobody would know when somebody answers."""
    found = look("上班时间", office=OfficeSettings(hours="夏季 8:00–12:00"))
    assert found.state == "failed"
    assert "office.hours" in found.detail
    assert "check-config" in found.advice


def test_missing_holidays_are_told(look, tmp_path):
    """By the key of the file."""
    office = OfficeSettings(holidays=str(tmp_path / "none.txt"))
    assert "office.holidays" in look("上班时间", office=office).detail
