"""Errors of the ingest package; catch IngestError at its border.

``reason`` is Chinese, for the member of staff who handed the file in: what is
wrong, and what to do.
"""


class IngestError(Exception):
    """Base of them all: this file cannot be taken in."""

    def __init__(self, reason: str, /) -> None:
        super().__init__(reason)
        self.reason = reason


class UnsupportedFileError(IngestError):
    """A format that is not read."""


class TooLargeError(IngestError):
    """The file, or what it unpacks to, is over the limit."""


class BrokenFileError(IngestError):
    """Damaged, cut short, or protected by a password."""


class NoTextError(IngestError):
    """Nothing in it can be read as text: a scan, or an empty file."""


class NoKnowledgeError(IngestError):
    """Readable, but neither a policy, nor a guide, nor questions and answers."""
