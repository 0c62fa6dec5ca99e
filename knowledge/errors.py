"""Errors of the knowledge package; catch KnowledgeError at its border."""


class KnowledgeError(Exception):
    """Base of them all."""


class EntryNotFoundError(KnowledgeError, LookupError):
    """No entry has this id."""

    def __init__(self, entry_id: str, /) -> None:
        super().__init__(f"no such entry: {entry_id!r}")
        self.entry_id = entry_id


class EncoderUnavailableError(KnowledgeError):
    """The encoder's library or model cannot be loaded."""

    def __init__(self, model: str, reason: str, /) -> None:
        super().__init__(f"encoder {model!r} cannot be loaded: {reason}")
        self.model = model


class ReleaseError(KnowledgeError):
    """A release is missing, damaged or made by another encoder."""


class NoReleaseError(ReleaseError):
    """Nothing has been released yet: ingest something first."""

    def __init__(self) -> None:
        super().__init__("no release yet; run: wenzheng ingest PATH")
