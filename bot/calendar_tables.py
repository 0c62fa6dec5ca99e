"""Table of the holiday plans that staff pasted into the console."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from .table_base import Base


class HolidayPlanRow(Base):
    """The State Council's plan for a year, in place of the library's."""

    __tablename__ = "holiday_plans"

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    #: Days as 2027-01-01.
    holidays: Mapped[list[Any]] = mapped_column(JSON, default=list)
    workdays: Mapped[list[Any]] = mapped_column(JSON, default=list)
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
