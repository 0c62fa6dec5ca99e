"""The assistant: an ordered list of steps; each answers or passes the turn on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from time import perf_counter
from typing import Protocol, TypeAlias
from zoneinfo import ZoneInfo

from knowledge import Finding, Passage, Scope

from .errors import UnsettledTurnError
from .events import Clock
from .settings import AnswerSettings
from .turn import Turn
from .types import Answer, AnswerStatus, Block, BlockKind
