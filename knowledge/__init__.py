"""What the service knows, and how it finds it.

The bottom layer: no web framework, and nothing from the other packages.
Other packages import from ``knowledge`` itself, never from its submodules::

    from knowledge import open_knowledge_base
"""

from .aspects import find_aspects as find_aspects
from .aspects import find_places as find_places
from .aspects import find_region as find_region
from .aspects import may_answer as may_answer
from .aspects import region_level as region_level
from .aspects import without_aspects as without_aspects
from .base import KnowledgeBase as KnowledgeBase
from .base import SearchSettings as SearchSettings
from .base import open_knowledge_base as open_knowledge_base
from .change import MOVES as MOVES
from .change import REVIEWING as REVIEWING
from .change import Actor as Actor
from .change import Change as Change
from .change import ChangeAction as ChangeAction
from .change import ChangeError as ChangeError
from .change import ChangeForm as ChangeForm
from .change import ChangeKind as ChangeKind
from .change import ChangeNote as ChangeNote
from .change import ChangeNotFoundError as ChangeNotFoundError
from .change import ChangeState as ChangeState
from .change import Move as Move
from .change import OwnChangeError as OwnChangeError
from .change import StaleChangeError as StaleChangeError
from .changes import ChangeFilter as ChangeFilter
from .changes import ChangeStore as ChangeStore
from .changes import Journal as Journal
from .checking import PassageCheck as PassageCheck
from .cutting import cut as cut
from .cutting import entry_id as entry_id
from .draft_json import draft_from_json as draft_from_json
from .draft_json import draft_to_json as draft_to_json
from .encoder import BundledEncoder as BundledEncoder
from .encoder import SentenceTransformerEncoder as SentenceTransformerEncoder
from .encoder import make_encoder as make_encoder
from .errors import EncoderUnavailableError as EncoderUnavailableError
from .errors import EntryNotFoundError as EntryNotFoundError
from .errors import KnowledgeError as KnowledgeError
from .errors import NoReleaseError as NoReleaseError
from .errors import ReleaseError as ReleaseError
from .exam_paper import ExamPaper as ExamPaper
from .exam_paper import set_questions_of_entry as set_questions_of_entry
from .exam_question import ExamFailure as ExamFailure
from .exam_question import ExamQuestion as ExamQuestion
from .exam_question import ExamQuestionError as ExamQuestionError
from .exam_question import ExamReport as ExamReport
from .exam_question import ExamRun as ExamRun
from .exam_question import check_questions as check_questions
from .exam_question import questions_of as questions_of
from .release import ReleaseInfo as ReleaseInfo
from .release import build_from_passages as build_from_passages
from .release import build_release as build_release
from .release import check_release as check_release
from .release import current_release as current_release
from .release import swap_to as swap_to
from .store import KnowledgeStore as KnowledgeStore
from .store import SaveReport as SaveReport
from .synonyms import expand as expand
from .text import normalise as normalise
from .text import question_terms as question_terms
from .types import ASPECT_LABELS as ASPECT_LABELS
from .types import Aspect as Aspect
from .types import Encoder as Encoder
from .types import EntryDraft as EntryDraft
from .types import EntryKind as EntryKind
from .types import Finding as Finding
from .types import Hit as Hit
from .types import Passage as Passage
from .types import Scope as Scope
from .types import Section as Section
from .types import Source as Source
from .vectors import VectorCache as VectorCache
