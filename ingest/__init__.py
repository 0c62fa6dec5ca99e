"""How knowledge gets in: files of offices, read and understood.

Imports ``knowledge`` and no web framework. Other packages import from
``ingest`` itself, never from its submodules::

    from ingest import read_path
"""

from .errors import BrokenFileError as BrokenFileError
from .errors import IngestError as IngestError
from .errors import NoKnowledgeError as NoKnowledgeError
from .errors import NoTextError as NoTextError
from .errors import TooLargeError as TooLargeError
from .errors import UnsupportedFileError as UnsupportedFileError
from .reading import count_files as count_files
from .reading import read_path as read_path
from .table import read_table as read_table
from .types import Contradiction as Contradiction
from .types import FileReport as FileReport
from .types import RefusedRow as RefusedRow
from .types import StructureHints as StructureHints
