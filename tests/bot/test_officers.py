"""Accounts: one-time links, passwords, lock-out, the end of sessions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot import accounts
from bot.officers import OfficerStore
from bot.passwords import (
    PasswordRefusedError,
    check_strength,
    hash_password,
    verify_password,
)
from bot.tables import AuditRow, OfficerRow, SetupTokenRow

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
GOOD = "雨停了 去买 三斤橘子 吧"


class Clock:
    """Stands still until told otherwise."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Noon."""
    return Clock()


@pytest.fixture
def store(engine: Engine, clock: Clock) -> OfficerStore:
    """The store on that database."""
    return OfficerStore(engine, clock)


def join(store: OfficerStore, token: str, **changes: Any) -> accounts.Officer:
    """Fill in the form behind a one-time link."""
    fields = {
        "login": "limin",
        "name": "李敏",
        "staff_number": "0217",
        "department": "市医保局",
        "password": GOOD,
    }
    return store.redeem(token, **(fields | changes))


def actions(engine: Engine) -> list[str]:
    """Return what the audit holds, oldest first."""
    with Session(engine) as session:
        return list(session.scalars(select(AuditRow.action).order_by(AuditRow.id)))


def test_the_first_link_makes_an_administrator(store: OfficerStore) -> None:
    """Before it there is nobody, after it somebody who can log in."""
    assert not store.has_officers()
    made = join(store, store.make_setup_token())
    assert store.has_officers()
    assert made.role is accounts.Role.ADMINISTRATOR
    assert store.check_password(" LiMin ", GOOD).id == made.id
    assert store.get_officer(made.id).staff_number == "0217"


def test_only_the_digest_of_a_link_is_stored(
    store: OfficerStore, engine: Engine
) -> None:
    """Whoever reads the database cannot make an account with it."""
    token = store.make_setup_token()
    with Session(engine) as session:
        row = session.scalars(select(SetupTokenRow)).one()
    assert token not in str(vars(row))
    assert row.token_sha256 == sha256(token.encode()).hexdigest()


def test_a_link_works_once(store: OfficerStore) -> None:
    """The second use says so and makes nothing."""
    token = store.make_setup_token()
    join(store, token)
    assert store.find_setup_link(token) is None
    with pytest.raises(accounts.SetupTokenError):
        join(store, token, login="other")
    assert len(store.list_officers()) == 1


def test_a_link_used_by_many_at_once_makes_one_account(store: OfficerStore) -> None:
    """Eight forms sent in the same moment: one wins."""
    token = store.make_setup_token()

    def attempt(n: int) -> bool:
        try:
            join(store, token, login=f"officer{n}")
        except accounts.SetupTokenError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(attempt, range(8))) == [False] * 7 + [True]
    assert len(store.list_officers()) == 1


def test_a_link_dies_after_half_an_hour(store: OfficerStore, clock: Clock) -> None:
    """A printed link that nobody used opens nothing the next day."""
    token = store.make_setup_token()
    clock.now += timedelta(minutes=30)
    with pytest.raises(accounts.SetupTokenError):
        join(store, token)


def test_the_first_account_ends_all_other_first_links(store: OfficerStore) -> None:
    """Every start without an account printed one."""
    tokens = [store.make_setup_token() for _ in range(3)]
    join(store, tokens[1])
    assert [store.find_setup_link(token) for token in tokens] == [None] * 3


def test_a_refused_form_leaves_the_link_usable(store: OfficerStore) -> None:
    """A typing mistake must not lock out the first administrator."""
    token = store.make_setup_token()
    with pytest.raises(PasswordRefusedError):
        join(store, token, password="short")
    with pytest.raises(accounts.AccountFieldError) as caught:
        join(store, token, login="李敏")
    assert caught.value.field == "login"
    with pytest.raises(accounts.AccountFieldError, match="department"):
        join(store, token, department="  ")
    with pytest.raises(accounts.AccountFieldError, match="staff_number"):
        join(store, token, staff_number="1" * 17)
    join(store, token)


def test_a_login_belongs_to_one_officer(store: OfficerStore) -> None:
    """Case does not make another login, and the link stays usable."""
    first = join(store, store.make_setup_token())
    token = store.make_setup_token("agent", made_by=first.id)
    with pytest.raises(accounts.LoginTakenError):
        join(store, token, login="LIMIN")
    second = join(store, token, login="wangfang")
    assert second.role is accounts.Role.AGENT


def test_there_are_two_roles(store: OfficerStore) -> None:
    """A misspelt role must not become an account nobody can use."""
    with pytest.raises(ValueError, match="emperor"):
        store.make_setup_token("emperor")


@pytest.mark.parametrize(
    "password",
    [
        "short-one-1",
        "x" * 129,
        "my-limin-2026-x",
        "aaaaaaaaaaaaaaaa",
        "123456789012345",
        "password123456",
        "Passw0rd2026!",
        "ｐａｓｓｗｏｒｄ１２３４５６",
        "qwertyuiop12345",
        "1qaz2wsx3edc4567",
        "woaini5201314520",
        "wenzheng123456",
        "zhengwufuwu2026",
        "admin12345admin",
        "政务服务中心20261122",
    ],
)
def test_an_easy_password_is_refused(password: str) -> None:
    """Short, holding the login, or made of what is guessed first."""
    with pytest.raises(PasswordRefusedError) as caught:
        check_strength(password, login="limin")
    assert caught.value.reason.endswith("。")


@pytest.mark.parametrize(
    "password", [GOOD, "tiger-lamp-river-9", "Kq7#vTz!pLw2", "correct horse battery"]
)
def test_a_long_password_of_own_words_is_accepted(password: str) -> None:
    """No rules on which kinds of characters must occur."""
    check_strength(password, login="limin")


def test_full_width_typing_gives_the_same_password() -> None:
    """A Chinese input method may be in full-width mode on one of two days."""
    hashed = hash_password("tiger-lamp-river-9")
    assert hashed.startswith("$argon2id$")
    assert verify_password(hashed, "ｔｉｇｅｒ－ｌａｍｐ－ｒｉｖｅｒ－９")
    assert not verify_password(None, "nobody has this password")


def fail(store: OfficerStore, times: int, login: str = "limin") -> None:
    """Type a wrong password."""
    for _ in range(times):
        with pytest.raises(accounts.LoginRefusedError):
            store.check_password(login, "wrong password 1")


def test_five_wrong_passwords_close_the_account_for_a_while(
    store: OfficerStore, clock: Clock, engine: Engine
) -> None:
    """Then even the right one waits a quarter of an hour."""
    join(store, store.make_setup_token())
    fail(store, 4)
    with pytest.raises(accounts.AccountLockedError) as caught:
        store.check_password("limin", "wrong password 1")
    assert caught.value.until == NOON + timedelta(minutes=15)
    with pytest.raises(accounts.AccountLockedError):
        store.check_password("limin", GOOD)
    clock.now += timedelta(minutes=15)
    assert store.check_password("limin", GOOD).login == "limin"
    assert "login.locked" in actions(engine)


def test_a_right_password_forgets_the_wrong_ones(store: OfficerStore) -> None:
    """Four mistakes a day are not five."""
    join(store, store.make_setup_token())
    for _ in range(2):
        fail(store, 4)
        store.check_password("limin", GOOD)


def test_after_the_lock_counting_begins_anew(store: OfficerStore, clock: Clock) -> None:
    """One mistake after the wait must not lock again at once."""
    join(store, store.make_setup_token())
    fail(store, 4)
    with pytest.raises(accounts.AccountLockedError):
        store.check_password("limin", "wrong password 1")
    clock.now += timedelta(minutes=16)
    fail(store, 4)
    store.check_password("limin", GOOD)


def test_guesses_in_parallel_are_all_counted(store: OfficerStore) -> None:
    """Eight at once get five tries, not eight."""
    join(store, store.make_setup_token())

    def guess(_: int) -> str:
        try:
            store.check_password("limin", "wrong password 1")
        except accounts.OfficerError as e:
            return type(e).__name__
        return "in"

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(guess, range(8)))
    assert results.count("LoginRefusedError") == 4
    assert results.count("AccountLockedError") == 4


def test_unknown_logins_are_hashed_for_too(
    store: OfficerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time an answer takes must not tell which logins exist."""
    from argon2 import PasswordHasher

    verified = []
    real = PasswordHasher.verify

    def counting(self: PasswordHasher, hashed: str, password: str) -> bool:
        verified.append(hashed[:30])
        return bool(real(self, hashed, password))

    join(store, store.make_setup_token())
    monkeypatch.setattr(PasswordHasher, "verify", counting)
    fail(store, 1, login="nobody")
    fail(store, 1, login="limin")
    # The same parameters, so the same work.
    assert len(verified) == 2
    assert len(set(verified)) == 1


def test_logging_out_ends_every_session_of_the_officer(store: OfficerStore) -> None:
    """A session carries the number it was made under."""
    made = join(store, store.make_setup_token())
    store.end_sessions(made.id)
    assert store.get_officer(made.id).session_epoch == made.session_epoch + 1


def test_an_account_that_is_off_cannot_log_in(store: OfficerStore) -> None:
    """Its sessions have ended, and switching it on again does not revive them."""
    chief = join(store, store.make_setup_token())
    other = join(store, store.make_setup_token("agent"), login="wangfang")
    store.set_active(other.id, is_active=False, changed_by=chief.id)
    fail(store, 1, login="wangfang")
    assert store.list_officers()[-1].is_active is False
    store.set_active(other.id, is_active=True, changed_by=chief.id)
    again = store.check_password("wangfang", GOOD)
    assert again.session_epoch > other.session_epoch


def test_the_last_administrator_cannot_be_switched_off(store: OfficerStore) -> None:
    """Nobody could make accounts any more; the refusal changes nothing."""
    chief = join(store, store.make_setup_token())
    with pytest.raises(accounts.LastAdministratorError):
        store.set_active(chief.id, is_active=False, changed_by=chief.id)
    assert store.get_officer(chief.id) == chief
    with pytest.raises(accounts.OfficerNotFoundError):
        store.set_active(99, is_active=False, changed_by=chief.id)


def test_a_missing_officer_is_an_error(store: OfficerStore) -> None:
    """Ids come out of cookies."""
    with pytest.raises(accounts.OfficerNotFoundError):
        store.get_officer(7)


def test_what_matters_is_written_down(store: OfficerStore, engine: Engine) -> None:
    """Links, accounts, logins and their end, in order."""
    chief = join(store, store.make_setup_token())
    store.check_password("limin", GOOD)
    store.end_sessions(chief.id)
    assert actions(engine) == ["setup_link.made", "officer.made", "login", "logout"]


def test_the_password_is_nowhere_in_the_database(
    store: OfficerStore, engine: Engine
) -> None:
    """Only its hash is."""
    join(store, store.make_setup_token())
    with Session(engine) as session:
        row = session.scalars(select(OfficerRow)).one()
    assert GOOD not in str(vars(row))
    assert row.password_hash.startswith("$argon2id$")
