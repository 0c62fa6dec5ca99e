"""The bureau that a hand-over belongs to; inside the caller's transaction."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from .bureau import route
from .tables import BureauRow
from .upserting import insert_into

#: How the bureau is called that takes what no other does, until staff name it.
DEFAULT_NAME = "综合服务"


def get_bureau_id(session: Session, department: str, region: str, text: str) -> int:
    """Return who is responsible; the default bureau, made if need be, if no other is.

    Arguments as for :func:`find_bureau_id`; the session may write.
    """
    found = find_bureau_id(session, department, region, text)
    return found if found is not None else _make_default(session)


def find_bureau_id(
    session: Session, department: str, region: str, text: str
) -> int | None:
    """Find who is responsible; None if there is no bureau yet.

    Args:
        session: Of the caller's transaction.
        department: As the knowledge names it, 云泽市医疗保障局; may be empty.
        region: Where; may be empty.
        text: What the citizen asked and why it was handed over.
    """
    bureaus = session.scalars(
        select(BureauRow).where(BureauRow.is_active).order_by(BureauRow.id)
    ).all()
    best = route(bureaus, department, region, text)
    return best.id if best is not None else session.scalar(_select_default())


def _select_default() -> Select[int]:
    return (
        select(BureauRow.id).where(BureauRow.is_default).order_by(BureauRow.id).limit(1)
    )


def _make_default(session: Session) -> int:
    # Two threads may come here at once: the second finds the first one's.
    session.execute(
        insert_into(session, BureauRow)
        .values(
            name=DEFAULT_NAME,
            departments=[],
            regions=[],
            topics=[],
            is_default=True,
            is_active=True,
        )
        .on_conflict_do_update(
            index_elements=["name"], set_={"is_default": True, "is_active": True}
        )
    )
    return session.execute(_select_default()).scalar_one()
