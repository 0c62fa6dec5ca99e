"""The second factor of a login: codes that a telephone shows (TOTP, RFC 6238)."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import datetime

import pyotp
from sqlalchemy import Engine, update

from .accounts import CodeRefusedError, LoginRefusedError
from .auditing import audit
from .database import Transactions
from .errors import UnsealError
from .officer_rows import begin_attempt, end_attempts, raise_epoch
from .seal import Seal
from .tables import OfficerRow

#: Seconds that a code is shown; every app has this default.
STEP_S = 30

#: Codes before and after the present one that count: telephones' clocks differ.
#: Source: RFC 6238 section 5.2 recommends one step.
_TOLERANCE = 1


class SecondFactorStore:
    """Secrets of the second factor and their codes; a method is one transaction."""

    def __init__(
        self, engine: Engine, seal: Seal, clock: Callable[[], datetime]
    ) -> None:
        self._open = Transactions(engine)
        self._seal = seal
        self._clock = clock

    def make_secret(self) -> str:
        """Return a new secret, sealed; nothing is stored until a code proves it."""
        return self._seal.seal(pyotp.random_base32()).decode()

    def reveal(self, sealed: str) -> str:
        """Return a secret as the officer types it into an app, base32.

        Raises:
            UnsealError: If it was not made by ``make_secret`` of this office.
        """
        return self._seal.unseal(sealed.encode())

    def make_uri(self, sealed: str, *, login: str, office: str) -> str:
        """Return the address that an app reads from the picture; it holds the secret.

        Raises:
            UnsealError: If it was not made by ``make_secret`` of this office.
        """
        totp = pyotp.TOTP(self.reveal(sealed))
        return totp.provisioning_uri(name=login, issuer_name=f"问政 {office}")

    def turn_on(self, officer_id: int, sealed: str, code: str) -> None:
        """Ask for codes of this secret from now on; all sessions end.

        Raises:
            CodeRefusedError: If the code is not of this secret and moment.
            UnsealError: If the secret was not made by ``make_secret`` of this office.
        """
        now = self._clock()
        step = find_step(self.reveal(sealed), code, now)
        if step is None:
            raise CodeRefusedError
        with self._open.write() as session:
            raise_epoch(
                session, officer_id, totp_sealed=sealed.encode(), totp_step=step
            )
            audit(
                session,
                "totp.on",
                f"officer {officer_id}",
                officer_id=officer_id,
                at=now,
            )

    def check_code(self, officer_id: int, code: str) -> None:
        """End the login of somebody whose password fitted; each code counts once.

        A wrong code counts as a wrong password does.

        Raises:
            LoginRefusedError: If the code is wrong, was used, or the account is off.
            AccountLockedError: If there were too many wrong ones.
        """
        now = self._clock()
        with self._open.write() as session:
            attempt = begin_attempt(session, OfficerRow.id == officer_id, now)
        if attempt is None or attempt.totp_sealed is None:
            raise LoginRefusedError
        try:
            secret = self._seal.unseal(attempt.totp_sealed)
        except UnsealError:
            # The office's key was changed: an administrator's link removes this.
            raise LoginRefusedError from None
        step = find_step(secret, code, now, after=attempt.totp_step)
        attempt.check(fits=step is not None)
        with self._open.write() as session:
            # Of two that bring the same code at once, one finds the row changed.
            taken = session.execute(
                update(OfficerRow)
                .where(OfficerRow.id == officer_id, OfficerRow.totp_step < step)
                .values(totp_step=step)
                .returning(OfficerRow.id)
            ).scalar()
            if taken is not None:
                end_attempts(session, attempt, now, is_in=True)
        if taken is None:
            raise LoginRefusedError


def find_step(secret: str, code: str, now: datetime, *, after: int = -1) -> int | None:
    """Return the number of the 30 seconds that a code belongs to; None for a wrong one.

    Args:
        secret: Base32.
        code: As typed; blanks within are ignored.
        now: Aware.
        after: Steps up to this one are used up.
    """
    totp = pyotp.TOTP(secret)
    given = "".join(code.split()).encode()
    present = int(now.timestamp()) // STEP_S
    found = None
    # All are compared, so that the time taken tells nothing.
    for step in range(present - _TOLERANCE, present + _TOLERANCE + 1):
        fits = hmac.compare_digest(totp.at(step * STEP_S).encode(), given)
        if fits and step > after and found is None:
            found = step
    return found
