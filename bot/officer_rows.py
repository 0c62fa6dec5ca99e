"""Rows of officers and one-time links; nothing here opens a transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, case, func, literal, select, update
from sqlalchemy.orm import Session

from .accounts import (
    AccountForm,
    AccountLockedError,
    LoginRefusedError,
    Officer,
    SetupTokenError,
)
from .auditing import audit
from .rights import Role, rights_of
from .table_base import UtcDateTime
from .tables import BureauRow, OfficerRow, SetupTokenRow

#: Wrong passwords in a row before the account is closed for a while.
MAX_FAILED_LOGINS = 5

#: Long enough to make guessing hopeless, short enough not to need a colleague.
LOCKED_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A login that was counted before its password or code is looked at."""

    officer_id: int
    password_hash: str
    #: Until when; set by this very attempt if it is one too many and wrong.
    locked_until: datetime | None
    was_locked: bool
    #: None = no second factor.
    totp_sealed: bytes | None
    totp_step: int

    def check(self, *, fits: bool) -> None:
        """Go on if what was given fits and the account was open.

        Raises:
            AccountLockedError: If it was closed, or is from this attempt on.
            LoginRefusedError: If it does not fit.
        """
        if self.locked_until is not None and (self.was_locked or not fits):
            raise AccountLockedError(self.locked_until)
        if not fits:
            raise LoginRefusedError


def begin_attempt(
    session: Session, whose: ColumnElement[bool], now: datetime
) -> Attempt | None:
    """Count the attempt and say where it stands; None for unknown accounts."""
    free = OfficerRow.locked_until.is_(None) | (OfficerRow.locked_until <= now)
    last = OfficerRow.failed_logins + 1 >= MAX_FAILED_LOGINS
    until = literal(now + LOCKED_FOR, UtcDateTime())
    # The update comes first: it takes the row's lock, so that two attempts
    # at once are two counts.
    counted = session.execute(
        update(OfficerRow)
        .where(whose, OfficerRow.is_active, free)
        .values(
            failed_logins=case((last, 0), else_=OfficerRow.failed_logins + 1),
            locked_until=case((last, until), else_=None),
        )
        .returning(OfficerRow.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    row = session.scalar(select(OfficerRow).where(whose, OfficerRow.is_active))
    if row is None:
        return None
    if counted is not None and row.locked_until is not None:
        audit(session, "login.locked", f"officer {row.id}", officer_id=None, at=now)
    return Attempt(
        row.id,
        row.password_hash,
        row.locked_until,
        was_locked=counted is None,
        totp_sealed=row.totp_sealed,
        totp_step=row.totp_step,
    )


def end_attempts(
    session: Session, attempt: Attempt, now: datetime, *, is_in: bool
) -> None:
    """Note that what was given fits.

    Args:
        session: Of the caller's transaction.
        attempt: As it was counted.
        now: Aware UTC.
        is_in: The officer is logged in by it. Else a code is still owed, and only
            this attempt is taken back, not those before it: who knows the password
            must not get more guesses at the code by it.
    """
    values: dict[str, object] = {"locked_until": None}
    if is_in:
        values |= {"failed_logins": 0, "last_login_at": now}
    elif attempt.locked_until is not None:
        values["failed_logins"] = MAX_FAILED_LOGINS - 1
    else:
        has_some = OfficerRow.failed_logins > 0
        values["failed_logins"] = case(
            (has_some, OfficerRow.failed_logins - 1), else_=0
        )
    session.execute(
        update(OfficerRow).where(OfficerRow.id == attempt.officer_id).values(**values)
    )
    if is_in:
        subject = f"officer {attempt.officer_id}"
        audit(session, "login", subject, officer_id=attempt.officer_id, at=now)


def use_token(session: Session, token: str, now: datetime) -> SetupTokenRow:
    """Use a one-time link up and return what it was made for.

    Raises:
        SetupTokenError: If the link is unknown, used or too old.
    """
    # One statement decides who came first: the second finds no row to mark.
    used = session.execute(
        update(SetupTokenRow)
        .where(*is_usable(token, now))
        .values(used_at=now)
        .returning(SetupTokenRow.id)
    ).scalar()
    if used is None:
        raise SetupTokenError
    return session.get_one(SetupTokenRow, used)


def is_usable(token: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on the row of a link that still works."""
    return (
        SetupTokenRow.token_sha256 == digest(token),
        SetupTokenRow.used_at.is_(None),
        SetupTokenRow.expires_at > now,
    )


def add_officer(
    session: Session, link: SetupTokenRow, form: AccountForm, hashed: str, now: datetime
) -> int:
    """Make the account that a link was made for; returns its id."""
    if session.scalar(select(OfficerRow.id).limit(1)) is None:
        # Every start without an account prints a link; the first use ends them all.
        end_tokens(session, now)
    row = OfficerRow(
        login=form.login,
        name=form.name,
        staff_number=form.staff_number,
        department=form.department,
        role=link.role,
        bureau_id=link.bureau_id,
        password_hash=hashed,
        session_epoch=1,
        failed_logins=0,
        is_active=True,
        created_at=now,
        # Whoever sets the account up is logged in by that.
        last_login_at=now,
    )
    session.add(row)
    session.flush()
    detail = f"role {link.role}, bureau {link.bureau_id}"
    audit(
        session,
        "officer.made",
        f"officer {row.id}",
        officer_id=row.id,
        at=now,
        detail=detail,
    )
    return row.id


def set_password(session: Session, officer_id: int, hashed: str, now: datetime) -> None:
    """Give an account a new password: sessions, other links and the code end."""
    row = session.get_one(OfficerRow, officer_id)
    had_totp = row.totp_sealed is not None
    row.password_hash = hashed
    row.failed_logins, row.locked_until = 0, None
    row.totp_sealed, row.totp_step = None, 0
    row.last_login_at = now
    session.flush()
    raise_epoch(session, officer_id)
    end_tokens(session, now, officer_id=officer_id)
    detail = "second factor removed" if had_totp else ""
    audit(
        session,
        "password.set",
        f"officer {officer_id}",
        officer_id=officer_id,
        at=now,
        detail=detail,
    )


def end_tokens(
    session: Session, now: datetime, *, officer_id: int | None = None
) -> None:
    """End the unused links for an officer's password; None = all links there are."""
    statement = update(SetupTokenRow).where(SetupTokenRow.used_at.is_(None))
    if officer_id is not None:
        statement = statement.where(SetupTokenRow.officer_id == officer_id)
    session.execute(statement.values(used_at=now))


def raise_epoch(session: Session, officer_id: int, **values: object) -> None:
    """End the officer's sessions, and change columns of the account if asked to."""
    session.execute(
        update(OfficerRow)
        .where(OfficerRow.id == officer_id)
        .values(session_epoch=OfficerRow.session_epoch + 1, **values)
    )


def count_administrators(session: Session) -> int:
    """Count the administrators who can log in."""
    query = select(func.count()).where(
        OfficerRow.role == Role.ADMINISTRATOR, OfficerRow.is_active
    )
    return session.scalar(query) or 0


def digest(token: str) -> str:
    """Return what is stored of a one-time link."""
    # A fast hash is right here: the token is 256 random bits, nobody can guess it.
    return hashlib.sha256(token.encode()).hexdigest()


def select_officers() -> Select[OfficerRow, BureauRow]:
    """Select accounts with all that their values need."""
    return (
        select(OfficerRow, BureauRow)
        .outerjoin(BureauRow, OfficerRow.bureau_id == BureauRow.id)
        .execution_options(populate_existing=True)
    )


def find_officer(
    session: Session, officer_id: int, *, is_small_office: bool = True
) -> Officer | None:
    """Find an officer, also one whose account is off.

    Args:
        session: Of the caller's transaction.
        officer_id: Of the officer; an id of nobody's, such as 0, finds nobody.
        is_small_office: As in ``rights_of``. Left out where only tickets are at
            stake: the pages themselves are closed to administrators who serve nobody.
    """
    statement = select_officers().where(OfficerRow.id == officer_id)
    row = session.execute(statement).one_or_none()
    return to_officer(*row, is_small_office=is_small_office) if row else None


def to_officer(
    row: OfficerRow, bureau: BureauRow | None, *, is_small_office: bool
) -> Officer:
    """Return the officer without the password's hash."""
    role = Role(row.role)
    return Officer(
        id=row.id,
        login=row.login,
        name=row.name,
        staff_number=row.staff_number,
        department=row.department,
        role=role,
        session_epoch=row.session_epoch,
        is_active=row.is_active,
        last_login_at=row.last_login_at,
        bureau_id=row.bureau_id,
        bureau_name=bureau.name if bureau else "",
        has_totp=row.totp_sealed is not None,
        rights=rights_of(role, is_small_office=is_small_office),
    )
