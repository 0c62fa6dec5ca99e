"""Checks on knowledge: on drafts before review, and on what is published.

Each module holds one check; ``running`` calls them all. Pure: no storage, no clock.
"""

from .known import KnownEntries as KnownEntries
from .mending import MendingError as MendingError
from .mending import apply_mending as apply_mending
from .running import count_by_severity as count_by_severity
from .running import run_checks as run_checks
from .running import sweep as sweep
from .types import CHECK_LABELS as CHECK_LABELS
from .types import CheckKind as CheckKind
from .types import CheckResult as CheckResult
from .types import EntryRef as EntryRef
from .types import KnownEntry as KnownEntry
from .types import Mending as Mending
from .types import MendingKind as MendingKind
from .types import Place as Place
from .types import Severity as Severity
