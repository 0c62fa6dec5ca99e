"""Accounts of the people behind the console: one-time links, passwords, lock-out."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from .accounts import (
    AccountOffError,
    LastAdministratorError,
    LoginRefusedError,
    LoginTakenError,
    Officer,
    OfficerNotFoundError,
    SetupTokenError,
    check_account,
)
from .auditing import audit
from .officer_reading import OfficerReading
from .officer_rows import (
    add_officer,
    begin_attempt,
    count_administrators,
    digest,
    end_attempts,
    raise_epoch,
    set_password,
    use_token,
)
from .passwords import check_strength, hash_password, needs_rehash, verify_password
from .rights import Role
from .tables import BureauRow, OfficerRow, SetupTokenRow

#: Minutes that a one-time link works.
LINK_MINUTES = 30


class OfficerStore(OfficerReading):
    """Officers and their one-time links; every public method is one transaction.

    Passwords are hashed outside the transaction: it takes tens of milliseconds, and
    SQLite has one writer.
    """

    def make_setup_token(
        self,
        role: str = Role.ADMINISTRATOR,
        valid_minutes: int = LINK_MINUTES,
        *,
        bureau_id: int | None = None,
        made_by: int | None = None,
    ) -> str:
        """Return a secret that makes one account; only its SHA-256 is stored.

        Args:
            role: What the new officer may do.
            valid_minutes: How long the link works.
            bureau_id: Whose officer it will be; None = the whole office's.
            made_by: Officer who asked for it; None for the start of the service.

        Raises:
            ValueError: If there is no such role or bureau.
        """
        role = Role(role)
        link = SetupTokenRow(role=role, bureau_id=bureau_id)
        with self._open.write() as session:
            _check_bureau(session, bureau_id)
            token = self._add_link(session, link, valid_minutes)
            subject = f"role {role}, bureau {bureau_id}"
            audit(
                session,
                "setup_link.made",
                subject,
                officer_id=made_by,
                at=self._clock(),
            )
        return token

    def make_reset_token(self, officer_id: int, *, made_by: int | None) -> str:
        """Return a secret that gives an account a new password, and no second factor.

        Raises:
            OfficerNotFoundError: If there is no such officer.
            AccountOffError: If the account is off.
        """
        with self._open.write() as session:
            row = session.get(OfficerRow, officer_id)
            if row is None:
                raise OfficerNotFoundError(officer_id)
            if not row.is_active:
                raise AccountOffError
            link = SetupTokenRow(role=row.role, officer_id=officer_id)
            token = self._add_link(session, link, LINK_MINUTES)
            subject = f"officer {officer_id}"
            audit(
                session,
                "reset_link.made",
                subject,
                officer_id=made_by,
                at=self._clock(),
            )
        return token

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
            SetupTokenError: If the link is unknown, used or too old, or it sets a
                password anew.
            LoginTakenError: If the login exists.
        """
        form = check_account(
            login=login, name=name, staff_number=staff_number, department=department
        )
        check_strength(password, login=form.login)
        found = self.find_setup_link(token)
        if found is None or found.is_reset:
            raise SetupTokenError
        hashed = hash_password(password)
        now = self._clock()
        try:
            with self._open.write() as session:
                link = use_token(session, token, now)
                officer_id = add_officer(session, link, form, hashed, now)
        except IntegrityError as e:
            raise LoginTakenError from e
        return self.get_officer(officer_id)

    def reset_password(self, token: str, password: str) -> Officer:
        """Set the password a one-time link was made for; all sessions end.

        The second factor goes too: whoever lost the telephone comes in by this.

        Raises:
            PasswordRefusedError: If the password is easy to guess.
            SetupTokenError: If the link is unknown, used or too old, or makes a new
                account, or the account is off.
        """
        found = self.find_setup_link(token)
        if found is None or not found.is_reset:
            raise SetupTokenError
        check_strength(password, login=found.login)
        hashed, now = hash_password(password), self._clock()
        with self._open.write() as session:
            officer_id = use_token(session, token, now).officer_id
            assert officer_id is not None
            set_password(session, officer_id, hashed, now)
        return self.get_officer(officer_id)

    def check_password(
        self, login: str, password: str, *, asks_code: bool = True
    ) -> Officer:
        """Log in. The attempt is counted first, so that guesses in parallel count too.

        Unknown logins take the same time as wrong passwords. Who has a second factor
        is not logged in yet: see ``SecondFactorStore.check_code``.

        Args:
            login: As typed.
            password: As typed.
            asks_code: Whether second factors count in this office.

        Raises:
            LoginRefusedError: If login and password do not fit or the account is off.
            AccountLockedError: If there were too many wrong passwords.
        """
        login, now = login.strip().casefold(), self._clock()
        with self._open.write() as session:
            attempt = begin_attempt(session, OfficerRow.login == login, now)
        fits = verify_password(attempt.password_hash if attempt else None, password)
        if attempt is None:
            raise LoginRefusedError
        attempt.check(fits=fits)
        fresh = hash_password(password) if needs_rehash(attempt.password_hash) else None
        is_in = attempt.totp_sealed is None or not asks_code
        with self._open.write() as session:
            end_attempts(session, attempt, now, is_in=is_in)
            row = session.get_one(OfficerRow, attempt.officer_id)
            row.password_hash = fresh or row.password_hash
        return self.get_officer(attempt.officer_id)

    def end_sessions(self, officer_id: int) -> None:
        """Log the officer out everywhere: a copied cookie is worth nothing then."""
        now = self._clock()
        with self._open.write() as session:
            raise_epoch(session, officer_id)
            audit(
                session,
                "logout",
                f"officer {officer_id}",
                officer_id=officer_id,
                at=now,
            )

    def set_active(
        self, officer_id: int, *, is_active: bool, changed_by: int | None
    ) -> None:
        """Switch an account on or off; switching off ends its sessions at once.

        Raises:
            OfficerNotFoundError: If there is no such officer.
            LastAdministratorError: If no administrator would be left.
        """
        action = "officer.on" if is_active else "officer.off"
        with self._open.write() as session:
            self._change(session, officer_id, {"is_active": is_active})
            audit(
                session,
                action,
                f"officer {officer_id}",
                officer_id=changed_by,
                at=self._clock(),
            )

    def assign(
        self, officer_id: int, role: str, bureau_id: int | None, *, changed_by: int
    ) -> None:
        """Give an officer another role or bureau; sessions end if anything changes.

        Raises:
            ValueError: If there is no such role or bureau.
            OfficerNotFoundError: If there is no such officer.
            LastAdministratorError: If no administrator would be left.
        """
        role = Role(role)
        with self._open.write() as session:
            _check_bureau(session, bureau_id)
            row = session.get(OfficerRow, officer_id)
            if row is not None and (row.role, row.bureau_id) == (role, bureau_id):
                return
            was = f"role {row.role}, bureau {row.bureau_id}" if row else ""
            self._change(session, officer_id, {"role": role, "bureau_id": bureau_id})
            detail = f"role {role}, bureau {bureau_id}; was {was}"
            subject = f"officer {officer_id}"
            audit(
                session,
                "officer.assigned",
                subject,
                officer_id=changed_by,
                at=self._clock(),
                detail=detail,
            )

    def _change(
        self, session: Session, officer_id: int, values: Mapping[str, object]
    ) -> None:
        raise_epoch(session, officer_id, **values)
        if session.get(OfficerRow, officer_id) is None:
            raise OfficerNotFoundError(officer_id)
        if count_administrators(session) == 0:
            raise LastAdministratorError

    def _add_link(
        self, session: Session, link: SetupTokenRow, valid_minutes: int
    ) -> str:
        token = secrets.token_urlsafe(32)
        link.token_sha256 = digest(token)
        link.expires_at = self._clock() + timedelta(minutes=valid_minutes)
        session.add(link)
        return token


def _check_bureau(session: Session, bureau_id: int | None) -> None:
    """Raise ValueError unless officers can belong to this bureau."""
    if bureau_id is None:
        return
    bureau = session.get(BureauRow, bureau_id)
    if bureau is None or not bureau.is_active:
        raise ValueError(f"no bureau to work for: {bureau_id}")
