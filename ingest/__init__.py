"""How knowledge gets in: files of offices, read and understood.

Imports ``knowledge`` and no web framework. Other packages import from
``ingest`` itself, never from its submodules::

    from ingest import read_path
"""

from .checks import CHECK_LABELS as CHECK_LABELS
from .checks import CheckKind as CheckKind
from .checks import CheckResult as CheckResult
from .checks import EntryRef as EntryRef
from .checks import KnownEntries as KnownEntries
from .checks import KnownEntry as KnownEntry
from .checks import Mending as Mending
from .checks import MendingError as MendingError
from .checks import MendingKind as MendingKind
from .checks import Place as Place
from .checks import Severity as Severity
from .checks import apply_mending as apply_mending
from .checks import count_by_severity as count_by_severity
from .checks import run_checks as run_checks
from .checks import sweep as sweep
from .child_limits import ChildLimits as ChildLimits
from .errors import BrokenFileError as BrokenFileError
from .errors import IngestError as IngestError
from .errors import NoKnowledgeError as NoKnowledgeError
from .errors import NoTextError as NoTextError
from .errors import TooLargeError as TooLargeError
from .errors import UnsupportedFileError as UnsupportedFileError
from .reading import count_files as count_files
from .reading import read_path as read_path
from .refused import REFUSAL_COLUMNS as REFUSAL_COLUMNS
from .refused import make_refused_workbook as make_refused_workbook
from .report_json import report_from_json as report_from_json
from .report_json import report_to_json as report_to_json
from .safe_reading import SafeReader as SafeReader
from .safe_reading import read_safely as read_safely
from .table import read_table as read_table
from .types import Block as Block
from .types import BlockKind as BlockKind
from .types import Contradiction as Contradiction
from .types import FileReport as FileReport
from .types import RefusedRow as RefusedRow
from .types import StructureHints as StructureHints
from .uploads import close_shared_reader as close_shared_reader
from .uploads import read_upload as read_upload
from .web import Crawl as Crawl
from .web import Fetch as Fetch
from .web import Fetched as Fetched
from .web import FetchError as FetchError
from .web import Known as Known
from .web import Page as Page
from .web_addresses import Site as Site
from .web_addresses import name_of as name_of
from .web_addresses import tidy_url as tidy_url
