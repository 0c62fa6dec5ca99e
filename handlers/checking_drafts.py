"""Checks drafts of an import; the only place that knows how drafts are checked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from handlers.import_report import Remark
from knowledge import EntryDraft, EntryKind


def check_drafts(
    drafts: Sequence[EntryDraft], *, today: date
) -> list[tuple[Remark, ...]]:
    """Return what is to be said of each draft, the gravest first."""
    return [tuple(_check(draft, today)) for draft in drafts]


def _check(draft: EntryDraft, today: date) -> list[Remark]:
    found = []
    if draft.kind is EntryKind.GUIDE and not draft.region:
        found.append(
            Remark(
                "block",
                "没有地区",
                "没有写在哪里适用，请选地区。",
                field="region",
                place="地区",
            )
        )
    if not draft.department:
        found.append(
            Remark(
                "warn",
                "没有部门",
                "没有写由哪个部门负责。",
                field="department",
                place="部门",
            )
        )
    if draft.expires_on is not None and draft.expires_on < today:
        found.append(
            Remark(
                "warn",
                "已经失效",
                "已过失效日期，发布后也不会用来回答。",
                field="expires_on",
                place="失效日期",
            )
        )
    return found


def mend_draft(draft: EntryDraft, mending: str) -> tuple[EntryDraft, str]:
    """Return the draft with one thing put right, and why not if it could not be."""
    del mending
    return draft, "这一处要请您自己改。"
