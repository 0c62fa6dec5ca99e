"""Accounts of the people behind the console: one-time links, passwords, lock-out."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import IntegrityError

from .accounts import (
    AccountLockedError,
    LastAdministratorError,
    LoginRefusedError,
    LoginTakenError,
    Officer,
    OfficerNotFoundError,
    Role,
    SetupTokenError,
    check_account,
)
from .database import Transactions
from .officer_rows import (
    audit,
    begin_attempt,
    count_administrators,
    digest,
    raise_epoch,
    redeem_token,
    to_officer,
)
from .passwords import check_strength, hash_password, needs_rehash, verify_password
from .tables import OfficerRow, SetupTokenRow


class OfficerStore:
    """Officers and their one-time links; every public method is one transaction.

    Passwords are hashed outside the transaction: it takes tens of milliseconds, and
    SQLite has one writer.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._open = Transactions(engine)
        self._clock = clock

    def make_setup_token(
        self,
        role: str = Role.ADMINISTRATOR,
        valid_minutes: int = 30,
        *,
        made_by: int | None = None,
    ) -> str:
        """Return a secret that makes one account; only its SHA-256 is stored.

        Args:
            role: What the new officer may do.
            valid_minutes: How long the link works.
            made_by: Officer who asked for it; None for the start of the service.

        Raises:
            ValueError: If there is no such role.
        """
        role, now, token = Role(role), self._clock(), secrets.token_urlsafe(32)
        with self._open.write() as session:
            session.add(
                SetupTokenRow(
                    token_sha256=digest(token),
                    role=role,
                    expires_at=now + timedelta(minutes=valid_minutes),
                )
            )
            audit(session, now, made_by, "setup_link.made", f"role {role}")
        return token

    def find_setup_role(self, token: str) -> Role | None:
        """Return what the link is good for, or None when it no longer works."""
        with self._open.read() as session:
            role = session.scalar(
                select(SetupTokenRow.role).where(
                    SetupTokenRow.token_sha256 == digest(token),
                    SetupTokenRow.used_at.is_(None),
                    SetupTokenRow.expires_at > self._clock(),
                )
            )
        return None if role is None else Role(role)

    def has_officers(self) -> bool:
        """Tell whether the first account was made."""
        with self._open.read() as session:
            return session.scalar(select(OfficerRow.id).limit(1)) is not None

    def redeem(
        self,
        token: str,
        *,
        login: str,
        name: str,
        staff_number: str,
        department: str,
        password: str,
    ) -> Officer:
        """Make the account a one-time link was made for; the link is then used up.

        A refused field or password leaves the link as it was.

        Raises:
            AccountFieldError: If a field is empty, too long or of the wrong form.
            PasswordRefusedError: If the password is easy to guess.
            SetupTokenError: If the link is unknown, used or too old.
            LoginTakenError: If the login exists.
        """
        form = check_account(
            login=login, name=name, staff_number=staff_number, department=department
        )
        check_strength(password, login=form.login)
        if self.find_setup_role(token) is None:
            raise SetupTokenError
        hashed = hash_password(password)
        try:
            with self._open.write() as session:
                return redeem_token(session, token, form, hashed, now=self._clock())
        except IntegrityError as e:
            raise LoginTakenError from e

    def check_password(self, login: str, password: str) -> Officer:
        """Log in. The attempt is counted first, so that guesses in parallel count too.

        Unknown logins take the same time as wrong passwords.

        Raises:
            LoginRefusedError: If login and password do not fit or the account is off.
            AccountLockedError: If there were too many wrong passwords.
        """
        login, now = login.strip().casefold(), self._clock()
        with self._open.write() as session:
            attempt = begin_attempt(session, login, now)
        fits = verify_password(attempt.password_hash if attempt else None, password)
        if attempt is None:
            raise LoginRefusedError
        if attempt.was_locked:
            raise AccountLockedError(attempt.locked_until or now)
        if not fits and attempt.locked_until:
            raise AccountLockedError(attempt.locked_until)
        if not fits:
            raise LoginRefusedError
        fresh = hash_password(password) if needs_rehash(attempt.password_hash) else None
        with self._open.write() as session:
            session.execute(
                update(OfficerRow)
                .where(OfficerRow.id == attempt.officer_id)
                .values(failed_logins=0, locked_until=None, last_login_at=now)
            )
            row = session.get_one(OfficerRow, attempt.officer_id)
            row.password_hash = fresh or row.password_hash
            audit(session, now, row.id, "login", f"officer {row.id}")
            return to_officer(row)

    def get_officer(self, officer_id: int) -> Officer:
        """Return an officer, also one whose account is off.

        Raises:
            OfficerNotFoundError: If there is none.
        """
        with self._open.read() as session:
            row = session.get(OfficerRow, officer_id)
            if row is None:
                raise OfficerNotFoundError(officer_id)
            return to_officer(row)

    def list_officers(self) -> list[Officer]:
        """Return everybody, active ones first, then by login."""
        order = (OfficerRow.is_active.desc(), OfficerRow.login)
        with self._open.read() as session:
            return [
                to_officer(r)
                for r in session.scalars(select(OfficerRow).order_by(*order))
            ]

    def end_sessions(self, officer_id: int) -> None:
        """Log the officer out everywhere: a copied cookie is worth nothing then."""
        now = self._clock()
        with self._open.write() as session:
            raise_epoch(session, officer_id)
            audit(session, now, officer_id, "logout", f"officer {officer_id}")

    def set_active(self, officer_id: int, *, is_active: bool, changed_by: int) -> None:
        """Switch an account on or off; switching off ends its sessions at once.

        Raises:
            OfficerNotFoundError: If there is no such officer.
            LastAdministratorError: If no administrator would be left.
        """
        now = self._clock()
        with self._open.write() as session:
            raise_epoch(session, officer_id, is_active=is_active)
            if session.get(OfficerRow, officer_id) is None:
                raise OfficerNotFoundError(officer_id)
            if count_administrators(session) == 0:
                raise LastAdministratorError
            action = "officer.on" if is_active else "officer.off"
            audit(session, now, changed_by, action, f"officer {officer_id}")
