"""Makes changes of what was understood: new entries, edits of known ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot import names
from handlers.import_report import EntryState, FileEntry, Report
from knowledge import (
    Actor,
    ChangeAction,
    ChangeError,
    ChangeForm,
    ChangeKind,
    ChangeStore,
    EntryDraft,
    PublishedEntries,
    PublishedEntry,
    draft_to_json,
    entry_id,
)


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of entries that were taken over."""

    report: Report
    added: int = 0
    edited: int = 0
    same: int = 0
    #: Those that could not be; each entry says why.
    failed: int = 0


def find_known(
    entries: Iterable[FileEntry], published: PublishedEntries
) -> dict[str, PublishedEntry]:
    """Return what is in force of the entries, by ``key_of``."""
    return published.find(key_of(entry) for entry in entries)


def key_of(entry: FileEntry) -> str:
    """Return the id of the entry that this one is, or would be."""
    return entry.entry_id or entry_id(entry.draft)


def is_same(draft: EntryDraft, known: EntryDraft) -> bool:
    """Tell whether a draft says what is in force, whatever file it came in."""
    return replace(draft, source=known.source, checked_on=known.checked_on) == known


def save_entries(
    report: Report,
    chosen: Iterable[int],
    *,
    actor: Actor,
    changes: ChangeStore,
    published: PublishedEntries,
    department: str,
) -> Saved:
    """Make a change of each chosen entry that is open.

    Args:
        report: Of one file.
        chosen: Positions of entries.
        actor: Becomes the writer.
        changes: Takes them.
        published: Tells what is in force.
        department: Whose an entry is that names nobody.
    """
    saved = Saved(report)
    places = [at for at in chosen if report.entries[at].is_open]
    known = find_known((report.entries[at] for at in places), published)
    for at in places:
        entry = saved.report.entries[at]
        base = known.get(key_of(entry))
        done, count = _save(entry, base, actor, changes, department)
        fresh = saved.report.with_entry(at, done)
        saved = replace(saved, report=fresh, **{count: getattr(saved, count) + 1})
    return saved


def _save(
    entry: FileEntry,
    base: PublishedEntry | None,
    actor: Actor,
    changes: ChangeStore,
    department: str,
) -> tuple[FileEntry, str]:
    if entry.is_blocked:
        return replace(entry, problem="先处理标红的问题，再采纳。"), "failed"
    draft = entry.draft
    if base is not None and is_same(draft, base.draft):
        return replace(entry, state=EntryState.SAME, problem=""), "same"
    if entry.entry_id and (base is None or base.revision_id != entry.base_revision_id):
        reason = "导出以后这一条又变了，请重新导出再改。"
        return replace(entry, problem=reason), "failed"
    form = ChangeForm(
        kind=ChangeKind.ENTRY,
        action=ChangeAction.EDIT if base else ChangeAction.ADD,
        subject=base.id if base else "",
        title=draft.title,
        content=draft_to_json(draft),
        department=find_owner(draft.department or department, actor),
        region=draft.region,
        base_revision_id=base.revision_id if base else None,
        origin=f"file {draft.source.file}"[:80],
    )
    try:
        change = changes.add(form, actor)
    except ChangeError as e:
        return replace(entry, problem=e.reason), "failed"
    made = replace(entry, state=EntryState.SAVED, change_id=change.id, problem="")
    return made, "edited" if base else "added"


def find_owner(department: str, actor: Actor) -> str:
    """Return by which name a department is this person's; as given if it is not.

    A file says 云泽市民政局 where the office calls the bureau 市民政局.
    """
    if actor.departments is None or department in actor.departments:
        return department
    known = sorted(actor.departments, key=len, reverse=True)
    return next((name for name in known if names(name, department)), department)
