"""Sets up logging: one event a line, on stderr, secrets struck out."""

from __future__ import annotations

import logging
import re
import sys
from typing import IO

#: Names of parameters whose values must never be written down; the address of
#: WeChat's API holds ``access_token`` (shared/facts/wechat.md 0.5).
_SECRET = re.compile(
    r"((?:access_token|appsecret|secret|token|openid|signature|password)=)[^&\s\"']+",
    re.IGNORECASE,
)

#: Libraries that tell each request or job at INFO, some with the full address.
_CHATTY = ("httpx", "httpcore", "apscheduler", "alembic", "urllib3", "faiss")


class RedactingFormatter(logging.Formatter):
    """Formats a record and strikes out the values of secret parameters."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, tracebacks included, without secrets."""
        return _SECRET.sub(r"\1***", super().format(record))


def set_up_logging(level: str, *, stream: IO[str] | None = None) -> None:
    """Send every logger to one stream, replacing what was set up before.

    Args:
        level: "debug", "info", "warning" or "error".
        stream: Where to; None = stderr.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        RedactingFormatter(
            "%(asctime)s %(levelname)-7s %(process)d %(name)s %(message)s"
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
