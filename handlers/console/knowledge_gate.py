"""Whether an officer may open what an address names of the knowledge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import Officer
from handlers.web import parts
from knowledge import ChangeNotFoundError, EntryNotFoundError

#: Names in addresses that are checked here.
KNOWLEDGE_IDS = frozenset({"change_id", "knowledge_id", "revision_id"})


def check_knowledge(officer: Officer, named: Mapping[str, Any]) -> None:
    """Let pass what is of the officer's departments.

    Raises:
        ChangeNotFoundError: If the change is foreign, or there is none.
        EntryNotFoundError: The same of an entry and of a revision of it.
    """
    if not KNOWLEDGE_IDS & named.keys():
        return
    actor = parts().make_actor(officer)
    if "change_id" in named:
        # SQLite and PostgreSQL know no larger number; no change has it.
        if named["change_id"] >= 2**63:
            raise ChangeNotFoundError(0)
        parts().changes.get(named["change_id"], actor)
    if "knowledge_id" in named and not parts().catalogue.may_see(
        named["knowledge_id"], actor
    ):
        raise EntryNotFoundError(named["knowledge_id"])
    if "revision_id" in named:
        draft = None
        if named["revision_id"] < 2**63:
            draft = parts().catalogue.find_draft(named["revision_id"], actor)
        if draft is None:
            raise EntryNotFoundError(str(named["revision_id"]))
