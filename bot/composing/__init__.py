"""From passages to what a citizen reads: the text of the source and nothing else."""

from .citation import cite as cite
from .compose import Asked as Asked
from .compose import compose as compose
from .evidence import make_evidence as make_evidence
from .figures import asked_figures as asked_figures
from .figures import bears as bears
from .naming import names_only as names_only
from .naming import remainder as remainder
