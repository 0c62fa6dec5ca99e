"""Reading accounts and one-time links; what changes them is in ``officers``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Engine, select

from .accounts import Officer, OfficerNotFoundError, SetupLink
from .database import Transactions
from .officer_rows import find_officer, is_usable, select_officers, to_officer
from .rights import Role
from .tables import BureauRow, OfficerRow, SetupTokenRow


class OfficerReading:
    """Looks accounts up; every public method is one transaction."""

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], datetime],
        *,
        is_small_office: bool = True,
    ) -> None:
        """Read accounts of a database.

        Args:
            engine: Of the database.
            clock: Now, aware UTC.
            is_small_office: Whether administrators also serve citizens.
        """
        self._open = Transactions(engine)
        self._clock = clock
        self._is_small_office = is_small_office

    def find_setup_link(self, token: str) -> SetupLink | None:
        """Return what the link is good for, or None when it no longer works."""
        statement = (
            select(SetupTokenRow, OfficerRow, BureauRow)
            .outerjoin(OfficerRow, SetupTokenRow.officer_id == OfficerRow.id)
            .outerjoin(BureauRow, SetupTokenRow.bureau_id == BureauRow.id)
            .where(*is_usable(token, self._clock()))
        )
        with self._open.read() as session:
            found = session.execute(statement).one_or_none()
        if found is None:
            return None
        link, officer, bureau = found
        if officer is not None and not officer.is_active:
            return None
        return SetupLink(
            Role(link.role),
            bureau_name=bureau.name if bureau else "",
            login=officer.login if officer else "",
        )

    def has_officers(self) -> bool:
        """Tell whether the first account was made."""
        with self._open.read() as session:
            return session.scalar(select(OfficerRow.id).limit(1)) is not None

    def get_officer(self, officer_id: int) -> Officer:
        """Return an officer, also one whose account is off.

        Raises:
            OfficerNotFoundError: If there is none.
        """
        with self._open.read() as session:
            found = find_officer(
                session, officer_id, is_small_office=self._is_small_office
            )
        if found is None:
            raise OfficerNotFoundError(officer_id)
        return found

    def list_officers(self) -> list[Officer]:
        """Return everybody, active ones first, then by login."""
        order = (OfficerRow.is_active.desc(), OfficerRow.login)
        with self._open.read() as session:
            return [
                to_officer(*row, is_small_office=self._is_small_office)
                for row in session.execute(select_officers().order_by(*order))
            ]

    def list_epochs(self) -> Mapping[int, int]:
        """Return the number of the present sessions of each account that is on."""
        statement = select(OfficerRow.id, OfficerRow.session_epoch)
        with self._open.read() as session:
            rows = session.execute(statement.where(OfficerRow.is_active)).all()
        return dict(rows)
