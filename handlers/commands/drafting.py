"""``ingest --as-drafts``: what was read goes to the reviewers, and not out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from handlers.cli import FailedError

if TYPE_CHECKING:
    from handlers.assembly import Parts
    from knowledge import Actor, EntryDraft

#: Drafts that could not be made, named one by one.
_NAMED = 20


def put_as_drafts(parts: Parts, login: str, drafts: Sequence[EntryDraft]) -> str:
    """Make each draft a change of an officer's and hand it in.

    What is published in the same words makes none.

    Returns:
        What was done, one Chinese sentence; what was not is printed to stderr.

    Raises:
        FailedError: If there is no such officer, or they may not write.
    """
    from knowledge import ChangeError

    actor = _find_actor(parts, login)
    added: list[bool] = []
    refused: list[str] = []
    for draft in drafts:
        try:
            added.append(_add(parts, actor, draft))
        except ChangeError as e:
            refused.append(f"{draft.title}：{e.reason}")
    for line in refused[:_NAMED]:
        click.echo(f"  {line}", err=True)
    counts = f"已送审 {added.count(True)} 条，内容未变 {added.count(False)} 条"
    return f"{counts}，未能送审 {len(refused)} 条。审核员通过后才会发布。"


def _find_actor(parts: Parts, login: str) -> Actor:
    found = [one for one in parts.officers.list_officers() if one.login == login]
    if not found:
        raise FailedError(f"没有账号“{login}”。")
    actor = parts.make_actor(found[0])
    if not actor.may_write:
        raise FailedError(f"账号“{login}”没有编辑知识的权限。")
    return actor


def _add(parts: Parts, actor: Actor, draft: EntryDraft) -> bool:
    """Hand a draft in; return whether it says anything new."""
    from knowledge import (
        ChangeAction,
        ChangeForm,
        ChangeKind,
        draft_digest,
        draft_to_json,
        entry_id,
    )

    known = parts.knowledge_store.find_published(entry_id(draft))
    if known is not None and known.digest == draft_digest(draft):
        return False
    form = ChangeForm(
        ChangeKind.ENTRY,
        ChangeAction.EDIT if known else ChangeAction.ADD,
        entry_id(draft) if known else "",
        draft.title,
        draft_to_json(draft),
        department=draft.department,
        region=draft.region,
        base_revision_id=known.revision_id if known else None,
        origin=draft.source.file[:80] or "file",
    )
    change = parts.changes.add(form, actor)
    parts.changes.submit(change.id, actor, version=change.version)
    return True
