"""What editors and reviewers of the knowledge work with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path

from sqlalchemy.orm import Session

from bot import (
    BEIJING,
    Learning,
    Officer,
    QuestionVectors,
    Right,
    UseCounter,
    audit,
    names,
)
from handlers.checking_drafts import DraftChecker
from handlers.desk_parts import DeskParts
from handlers.importing import (
    Importer,
    make_importer,
)
from handlers.uploads import (
    Uploads,
)
from knowledge import (
    Actor,
    Applier,
    Catalogue,
    ChangeKind,
    ChangeStore,
    Encoder,
    Examine,
    ExamPaper,
    ImportStore,
    KnowledgeStore,
    OfficeTextStore,
    Press,
    PublishedEntries,
    Publisher,
    ReleaseStore,
    SwitchStore,
    Upkeep,
    VectorCache,
    make_encoder,
    pass_all,
)


class KnowledgeParts(DeskParts):
    """The record of the knowledge and its changes."""

    @cached_property
    def knowledge_store(self) -> KnowledgeStore:
        """Entries, revisions, releases."""
        return KnowledgeStore(self.engine)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Entries as staff look through them."""
        return Catalogue(self.engine)

    @cached_property
    def changes(self) -> ChangeStore:
        """Proposed changes, from draft to approved."""
        return ChangeStore(self.engine, self.clock, journal)

    @cached_property
    def encoder(self) -> Encoder:
        """The model that turns text into vectors; 50 MB."""
        return make_encoder(self.settings.knowledge.encoder)

    @cached_property
    def vector_cache(self) -> VectorCache:
        """Vectors of all that was ever published or tried."""
        return VectorCache(self.settings.data_folder / "vectors")

    @cached_property
    def learning(self) -> Learning:
        """Reviews, votes, drafts, gaps."""
        return Learning(
            self.engine,
            self.clock,
            escalated_after=self.settings.desk.review_after.split(),
            encode=QuestionVectors(lambda: self.encoder),
        )

    @cached_property
    def uses(self) -> UseCounter:
        """Counts which entries are asked for."""
        return UseCounter(self.engine, self.clock)

    @cached_property
    def upkeep(self) -> Upkeep:
        """What wants looking after."""
        return Upkeep(self.engine)

    @cached_property
    def office_texts(self) -> OfficeTextStore:
        """The office's own synonyms, hot words, wordings and menu."""
        return OfficeTextStore(self.engine, self.clock, journal)

    @cached_property
    def exam_paper(self) -> ExamPaper:
        """Questions that every release must answer or refuse."""
        return ExamPaper(self.engine, self.clock, journal)

    @cached_property
    def publisher(self) -> Publisher:
        """Brings approved changes out; the encoder is opened when something is due."""
        return Publisher(
            self.engine,
            self.clock,
            journal,
            self._press,
            examine=self._examine,
            appliers=self._appliers,
        )

    @cached_property
    def releases(self) -> ReleaseStore:
        """Releases that there were, and the way back to them."""
        return ReleaseStore(self.engine, self.clock, journal, self._press)

    @cached_property
    def switches(self) -> SwitchStore:
        """Entries and topics that are off at once."""
        return SwitchStore(self.engine, self.clock, journal)

    @cached_property
    def _press(self) -> Press:
        return Press(
            self.engine,
            lambda: self.encoder,
            Path(self.settings.knowledge.folder),
            self.vector_cache,
        )

    @property
    def _examine(self) -> Examine:
        return pass_all

    @property
    def _appliers(self) -> Mapping[ChangeKind, Applier]:
        """What puts changes of other kinds than entries into force."""
        return {}

    @cached_property
    def imports(self) -> ImportStore:
        """Batches of files that editors handed in."""
        return ImportStore(self.engine, self.clock, journal)

    @cached_property
    def uploads(self) -> Uploads:
        """The files themselves."""
        return Uploads(self.settings.data_folder / "uploads")

    @cached_property
    def published(self) -> PublishedEntries:
        """Entries in force, as drafts."""
        return PublishedEntries(self.engine)

    @cached_property
    def draft_checker(self) -> DraftChecker:
        """Checks drafts against what is in force."""
        return DraftChecker(
            self.engine,
            self.published,
            lambda: self.clock().astimezone(BEIJING).date(),
        )

    @cached_property
    def importer(self) -> Importer:
        """Reads what was handed in."""
        return make_importer(self)

    def make_actor(self, officer: Officer) -> Actor:
        """Return what an officer may do to the knowledge.

        Whoever belongs to a bureau works on the departments that it answers for, by
        whole or short name; whoever belongs to none, on all.
        """
        return Actor(
            officer.id,
            self._find_departments(officer),
            may_write=officer.may(Right.EDIT),
            may_review=officer.may(Right.REVIEW_KNOWLEDGE),
        )

    def _find_departments(self, officer: Officer) -> frozenset[str] | None:
        if officer.bureau_id is None:
            return None
        bureau = self.bureaus.get(officer.bureau_id)
        known = (bureau.name, *bureau.departments)
        all_names = (*self.knowledge_store.list_departments(), *known)
        return frozenset(
            name for name in all_names if any(names(one, name) for one in known)
        )


def journal(
    session: Session,
    action: str,
    subject: str,
    *,
    officer_id: int | None,
    at: datetime,
    detail: str = "",
) -> None:
    """Write an action on the knowledge into the audit trail."""
    audit(session, action, subject, officer_id=officer_id, at=at, detail=detail)
