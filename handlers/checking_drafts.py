"""Checks drafts of imports; the only place that knows how drafts are checked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Engine

from handlers.import_report import Remark
from ingest import (
    CheckKind,
    CheckResult,
    KnownEntries,
    KnownEntry,
    Mending,
    MendingError,
    apply_mending,
    run_checks,
)
from knowledge import EntryDraft, PublishedEntries, read_published_drafts

#: Check to the field of the form that it speaks of.
_FIELDS: Mapping[CheckKind, str] = {
    CheckKind.NO_DEPARTMENT: "department",
    CheckKind.NO_REGION: "region",
    CheckKind.UNKNOWN_REGION: "region",
    CheckKind.EXPIRED: "expires_on",
    CheckKind.EXPIRING: "expires_on",
    CheckKind.NOT_YET: "effective_on",
    CheckKind.NO_SOURCE: "source_url",
}


class DraftChecker:
    """Checks drafts with each other and against what is in force; thread-safe."""

    def __init__(
        self,
        engine: Engine,
        published: PublishedEntries,
        get_today: Callable[[], date],
        regions: Sequence[str] = (),
    ) -> None:
        self._engine, self._published = engine, published
        self._get_today = get_today
        self._regions = regions
        self._lock = threading.Lock()
        #: What is in force, prepared; made anew when something was published.
        self._known: tuple[tuple[int, int], KnownEntries] | None = None

    def check(
        self, drafts: Sequence[EntryDraft], files: Sequence[int] = ()
    ) -> list[tuple[Remark, ...]]:
        """Return what is to be said of each draft, the gravest first.

        Args:
            drafts: Of one file, or of a whole batch.
            files: From which file each is; none where all are from one.
        """
        found: list[list[Remark]] = [[] for _ in drafts]
        if drafts:
            known = self._get_known()
            for result in run_checks(drafts, known, today=self._get_today()):
                here = result.entry.index
                if here is None:
                    continue
                there = result.other.index if result.other else None
                is_across = (
                    bool(files) and there is not None and files[here] != files[there]
                )
                remark = replace(_to_remark(result), is_across=is_across)
                found[here].append(remark)
        return [tuple(remarks) for remarks in found]

    def _get_known(self) -> KnownEntries:
        """Return what is in force; making it takes seconds for thousands."""
        with self._lock:
            state = self._published.get_state()
            if self._known is None or self._known[0] != state:
                found = read_published_drafts(self._engine)
                entries = [KnownEntry(id_, draft) for id_, draft in found]
                self._known = state, KnownEntries(entries, regions=self._regions)
            return self._known[1]


def mend_draft(draft: EntryDraft, mending: str) -> tuple[EntryDraft, str]:
    """Return the draft with one thing put right, and why not if it could not be."""
    try:
        return apply_mending(draft, Mending.from_json(mending)), ""
    except MendingError as e:
        return draft, e.reason
    except ValueError:
        return draft, "这一处要请您自己改。"


def _to_remark(result: CheckResult) -> Remark:
    mending, place = result.mending, result.place
    field = ""
    if place.section is None:
        field = str(mending.parameters.get("field", "")) if mending else ""
        field = field or _FIELDS.get(result.kind, "")
    return Remark(
        severity=result.severity.value,
        label=result.kind.label,
        reason=result.reason,
        section=place.section,
        field=field,
        place=str(place),
        words=place.text,
        other=result.other.title if result.other else "",
        mending=mending.to_json() if mending else "",
        mending_label=mending.label if mending else "",
    )
