"""What would be published: the record overlaid with approved changes. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from .change import Change, ChangeAction, ChangeError
from .cutting import entry_id, identify
from .draft_json import draft_from_json
from .editions import Edition, make_edition
from .types import EntryDraft


@dataclass(frozen=True)
class Record:
    """What the record holds that a plan may need."""

    #: What is published, by entry.
    published: Mapping[str, Edition]
    #: The newest wording of entries that changes name and that are not published.
    asleep: Mapping[str, Edition] = field(default_factory=dict)

    def find_owner(self, draft: EntryDraft) -> str:
        """Find whose edition a draft is: an entry keeps its id under a new title."""
        own = entry_id(draft)
        if own in self.published or own in self.asleep:
            return own
        return self._renamed.get(own, own)

    @cached_property
    def _renamed(self) -> dict[str, str]:
        return {
            identify(e.kind, e.title, e.region, e.doc_number): owner
            for owner, e in self.published.items()
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """What a release will hold, and what that comes from."""

    editions: Mapping[str, Edition]
    #: Change to the entry that it is about.
    applied: Mapping[int, str]
    #: Change to why it cannot go out, Chinese.
    refused: Mapping[int, str]


def name_entries(changes: Sequence[Change]) -> set[str]:
    """List the entries that changes are about, as far as they say."""
    found = {change.form.subject for change in changes if change.form.subject}
    for change in changes:
        if (draft := _draft_of(change)) is not None:
            found.add(entry_id(draft))
    return found


def make_plan(record: Record, changes: Sequence[Change]) -> Plan:
    """Overlay what is published with changes, in their order."""
    editions = dict(record.published)
    applied: dict[int, str] = {}
    refused: dict[int, str] = {}
    for change in changes:
        try:
            owner, edition = _apply(record, editions, change)
        except ChangeError as e:
            refused[change.id] = e.reason
            continue
        applied[change.id] = owner
        if edition is None:
            del editions[owner]
        else:
            editions[owner] = edition
    return Plan(editions, applied, refused)


def _apply(
    record: Record, editions: Mapping[str, Edition], change: Change
) -> tuple[str, Edition | None]:
    """Return the entry and its new edition; None = withdrawn."""
    form, draft = change.form, _draft_of(change)
    if change.decided_by is None or change.decided_by in change.writers:
        raise ChangeError("这条修改没有由另一个人审核，请退回后重新送审。")
    if form.action is ChangeAction.WITHDRAW:
        if form.subject not in editions:
            raise ChangeError("这条知识已经不在发布的内容里，不用再撤下。")
        return form.subject, None
    if form.action is ChangeAction.RESTORE and draft is None:
        asleep = record.asleep.get(form.subject)
        if asleep is None:
            raise ChangeError("没有可以恢复的内容，它可能仍在发布。")
        return form.subject, asleep
    if draft is None:
        raise ChangeError("这条修改的内容不完整，请退回重写。")
    owner = form.subject or record.find_owner(draft)
    known = editions.get(owner) or record.asleep.get(owner)
    _check(change, known)
    return owner, make_edition(draft, owner)


def _check(change: Change, known: Edition | None) -> None:
    form = change.form
    if form.subject and known is None:
        raise ChangeError("没有这条知识，可能已经删除。")
    if known is None:
        return
    if not form.subject and known.department != form.department:
        raise ChangeError(
            f"别的部门已有同名知识“{known.title[:40]}”，请先与他们商定由谁负责。"
        )
    base = form.base_revision_id
    if base is not None and known.revision_id not in (None, base):
        # Whoever overrules has seen what is published now.
        if change.overruled:
            return
        raise ChangeError("这条知识在您动笔之后又发布过新内容，请退回后重新核对。")


def _draft_of(change: Change) -> EntryDraft | None:
    try:
        draft = draft_from_json(change.form.content)
    except ValueError:
        return None
    # The department that the change was reviewed for answers for it.
    return replace(draft, department=change.form.department or draft.department)
