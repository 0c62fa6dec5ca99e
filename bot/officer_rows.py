"""Rows of officers and one-time links; nothing here opens a transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, literal, select, update
from sqlalchemy.orm import Session

from .accounts import AccountForm, Officer, Role, SetupTokenError
from .table_base import UtcDateTime
from .tables import AuditRow, OfficerRow, SetupTokenRow

#: Wrong passwords in a row before the account is closed for a while.
MAX_FAILED_LOGINS = 5

#: Long enough to make guessing hopeless, short enough not to need a colleague.
LOCKED_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A login that was counted before its password is looked at."""

    officer_id: int
    password_hash: str
    #: Until when; set by this very attempt if it is one too many and wrong.
    locked_until: datetime | None
    was_locked: bool


def begin_attempt(session: Session, login: str, now: datetime) -> Attempt | None:
    """Count the attempt and say where it stands; None for unknown logins."""
    free = OfficerRow.locked_until.is_(None) | (OfficerRow.locked_until <= now)
    last = OfficerRow.failed_logins + 1 >= MAX_FAILED_LOGINS
    until = literal(now + LOCKED_FOR, UtcDateTime())
    # The update comes first: it takes the row's lock, so that two attempts
    # at once are two counts.
    counted = session.execute(
        update(OfficerRow)
        .where(OfficerRow.login == login, OfficerRow.is_active, free)
        .values(
            failed_logins=case((last, 0), else_=OfficerRow.failed_logins + 1),
            locked_until=case((last, until), else_=None),
        )
        .returning(OfficerRow.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    row = session.scalar(
        select(OfficerRow).where(OfficerRow.login == login, OfficerRow.is_active)
    )
    if row is None:
        return None
    if counted is not None and row.locked_until is not None:
        audit(session, now, None, "login.locked", f"officer {row.id}")
    return Attempt(
        row.id, row.password_hash, row.locked_until, was_locked=counted is None
    )


def redeem_token(
    session: Session, token: str, form: AccountForm, hashed: str, *, now: datetime
) -> Officer:
    """Use the one-time link up and make its account.

    Raises:
        SetupTokenError: If the link is unknown, used or too old.
    """
    # One statement decides who came first: the second finds no row to mark.
    role = session.execute(
        update(SetupTokenRow)
        .where(
            SetupTokenRow.token_sha256 == digest(token),
            SetupTokenRow.used_at.is_(None),
            SetupTokenRow.expires_at > now,
        )
        .values(used_at=now)
        .returning(SetupTokenRow.role)
    ).scalar()
    if role is None:
        raise SetupTokenError
    if session.scalar(select(OfficerRow.id).limit(1)) is None:
        # Every start without an account prints a link; the first use ends them all.
        session.execute(
            update(SetupTokenRow)
            .where(SetupTokenRow.used_at.is_(None))
            .values(used_at=now)
        )
    row = OfficerRow(
        login=form.login,
        name=form.name,
        staff_number=form.staff_number,
        department=form.department,
        role=role,
        password_hash=hashed,
        session_epoch=1,
        failed_logins=0,
        is_active=True,
        created_at=now,
    )
    session.add(row)
    session.flush()
    audit(session, now, row.id, "officer.made", f"officer {row.id}", f"role {role}")
    return to_officer(row)


def raise_epoch(
    session: Session, officer_id: int, *, is_active: bool | None = None
) -> None:
    """End the officer's sessions, and switch the account if asked to."""
    values = {} if is_active is None else {"is_active": is_active}
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


def audit(
    session: Session,
    at: datetime,
    officer_id: int | None,
    action: str,
    subject: str,
    detail: str = "",
) -> None:
    """Write down who did what, in the transaction that does it."""
    session.add(
        AuditRow(
            at=at, officer_id=officer_id, action=action, subject=subject, detail=detail
        )
    )


def digest(token: str) -> str:
    """Return what is stored of a one-time link."""
    # A fast hash is right here: the token is 256 random bits, nobody can guess it.
    return hashlib.sha256(token.encode()).hexdigest()


def to_officer(row: OfficerRow) -> Officer:
    """Return the officer without the password's hash."""
    return Officer(
        row.id,
        row.login,
        row.name,
        row.staff_number,
        row.department,
        Role(row.role),
        row.session_epoch,
        row.is_active,
        row.last_login_at,
    )
