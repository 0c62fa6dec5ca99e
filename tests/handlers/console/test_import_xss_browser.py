"""Payloads in every text of an imported file: no page of 导入文件 runs any."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from handlers.import_report import (
    Contradicting,
    EntryState,
    FileEntry,
    Refused,
    Remark,
    Report,
)
from knowledge import EntryDraft, EntryKind, Section, Source
from knowledge.life_tables import ImportFileRow, ImportRow
from tests.handlers.console.test_xss_browser import (
    Watcher,
    _cookie,
    chromium,
    watcher,
)
from tests.payloads import make_payloads

pytestmark = [pytest.mark.browser, pytest.mark.valkey]

__all__ = ["chromium", "watcher"]


def _report(payload: str, kind: EntryKind, state: EntryState) -> Report:
    draft = EntryDraft(
        kind=kind,
        title=payload,
        sections=(Section(payload, payload, None, payload),),
        source=Source(payload, f"https://example.org/{payload}"),
        department=payload,
        region=payload,
        audience=payload,
        aliases=(payload,),
        doc_number=payload,
        supersedes=(payload,),
    )
    remarks = tuple(
        Remark(
            "block", payload, payload, section, name, payload, payload, payload, payload
        )
        for section, name in ((0, ""), (None, "region"), (None, ""))
    )
    entry = FileEntry(draft, state, problem=payload, remarks=remarks)
    return Report(
        title=payload,
        entries=(entry, entry),
        refused=(Refused(payload, payload),),
        warnings=(payload,),
        contradictions=(Contradicting(payload, (payload,) * 2, (payload,) * 2),),
        original=(
            {"kind": "heading", "text": payload, "locator": payload},
            {"kind": "text", "text": payload, "locator": f"第1页{payload}"},
            {"kind": "table", "rows": [[payload, payload]]},
        ),
    )


def test_nothing_in_a_file_runs(world: Any, new_console: Any, watcher: Watcher) -> None:
    """Names, texts, tables, remarks, hints: each in a page, in a real browser."""
    world.hire("bianji", "编辑", role="editor")
    console = new_console()
    console.log_in("bianji")
    now, ids = world.clock(), []
    with Session(world.parts.engine) as session, session.begin():
        for number, payload in enumerate(make_payloads(24)):
            hints = dict.fromkeys(("department", "region", "name"), payload[:80])
            batch = ImportRow(created_at=now, hints=hints)
            session.add(batch)
            session.flush()
            kind = list(EntryKind)[number % 3]
            state = EntryState.OPEN if number % 4 else EntryState.LEFT
            file = ImportFileRow(
                import_id=batch.id,
                name=payload[:300],
                sha256="0" * 64,
                size=1,
                state="read" if number % 2 else "refused",
                reason=payload,
                report=_report(payload, kind, state).to_json(),
                changed_at=now,
            )
            session.add(file)
            session.flush()
            ids.append((batch.id, file.id))
    page = watcher.open_context(_cookie(console.client)).new_page()
    addresses = ["/console/import", "/console/import/sheet"]
    for batch_id, file_id in ids:
        addresses.append(f"/console/import/{batch_id}")
        addresses.append(f"/console/import-files/{file_id}?entry=1")
    for address in addresses:
        page.goto(watcher.address + address)
        watcher.check(page, address)
    assert watcher.pages == len(addresses)
