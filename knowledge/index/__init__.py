"""The two engines a release is searched with, behind one small protocol each."""

from .dense import DenseIndex as DenseIndex
from .lexical import LexicalIndex as LexicalIndex
