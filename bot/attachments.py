"""Files in a conversation: sent while a person has it, encrypted, erased with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Engine, Select, func, select, update
from sqlalchemy.orm import Session

from .acting import Acting
from .auditing import audit
from .clocks import GetCalendar, get_usual_calendar
from .errors import BotError
from .events import Clock, Publish, message_event, publish_nothing, ticket_event
from .files import CleanFile, FileKind, FileRefusedError, clean_file
from .queries import find_conversation, find_open_ticket, lock_conversation
from .seal import Seal
from .settling import hear_citizen
from .tables import AttachmentRow, MessageRow, TicketRow
from .talking import note_reply
from .types import Channel, Sender, Ticket

#: Files of one side in one hand-over; more is somebody filling our disk.
MAX_FILES = 20


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file, opened. Holds personal data: never logged."""

    #: The line that it stands in.
    message_id: int
    name: str
    kind: FileKind
    data: bytes


class NobodyServesError(BotError):
    """No hand-over is open: nobody would look at the file."""

    def __init__(self) -> None:
        super().__init__("no hand-over is open")


class AttachmentStore(Acting):
    """Takes files in and hands them out; each method is one transaction."""

    def __init__(
        self,
        engine: Engine,
        seal: Seal,
        clock: Clock,
        publish: Publish = publish_nothing,
        get_calendar: GetCalendar = get_usual_calendar,
    ) -> None:
        super().__init__(engine, clock, publish, get_calendar)
        self._seal = seal

    def add(
        self, channel: Channel, sender_id: str, *, name: str, data: bytes, key: str
    ) -> int:
        """Take a file from a citizen whom a person serves, or is about to.

        Args:
            channel: Of the citizen.
            sender_id: Who sends it.
            name: As the citizen's machine calls it.
            data: Its bytes; a picture is drawn anew, without what hides in it.
            key: Made by the page; the same key twice is the same file.

        Returns:
            The line that it stands in.

        Raises:
            FileRefusedError: If it is not taken.
            NobodyServesError: If no hand-over is open.
            StoreUnavailableError: If the database cannot commit.
        """
        file = clean_file(name, data)
        hash_ = self._seal.fingerprint(channel, sender_id)
        key = sha256(f"{hash_}\n{key}".encode()).hexdigest()
        sealed = self._seal.seal_bytes(file.data)
        with self._write() as (session, events):
            found = find_conversation(session, hash_)
            if found is None:
                raise NobodyServesError
            conversation, at = lock_conversation(session, found[1].id), self._clock()
            if (line_id := _find_line(session, key)) is not None:
                return line_id
            ticket = find_open_ticket(session, conversation.id)
            if ticket is None or ticket.kf_account:
                raise NobodyServesError
            line = _add(session, ticket, Sender.CITIZEN, file, sealed, key, at=at)
            session.get_one(TicketRow, ticket.id).unread += 1
            heard = hear_citizen(session, ticket, "", self._get_calendar(), at=at)
            if heard != ticket:
                events.append(ticket_event(heard))
            events.append(message_event(ticket.id, conversation.id, line.id))
            return line.id

    def add_of_officer(
        self, ticket_id: int, *, officer_id: int, name: str, data: bytes, key: str
    ) -> int:
        """Send a file to the citizen of a ticket that the officer holds.

        Arguments and returns as for ``add``.

        Raises:
            TicketNotFoundError: If there is no such ticket.
            NotHolderError: If the officer does not hold it, or it is over.
            FileRefusedError: If it is not taken, or the citizen is on WeChat.
        """
        file = clean_file(name, data)
        key = sha256(f"{officer_id}\n{key}".encode()).hexdigest()
        sealed = self._seal.seal_bytes(file.data)
        with self._act(ticket_id, officer_id) as act:
            if (line_id := _find_line(act.session, key)) is not None:
                return line_id
            act.check_holder()
            if act.ticket.channel is not Channel.WEB:
                raise FileRefusedError("市民在微信上，文件发不过去。请用文字说明。")
            line = _add(
                act.session, act.ticket, Sender.OFFICER, file, sealed, key, at=act.at
            )
            line.officer_id = officer_id
            act.note("file")
            act.events.append(
                message_event(act.ticket.id, act.ticket.conversation_id, line.id)
            )
            note_reply(act, self._get_calendar())
            return line.id

    def get(
        self, channel: Channel, sender_id: str, message_id: int
    ) -> Attachment | None:
        """Open a file of a citizen's own conversation; None if there is none."""
        hash_ = self._seal.fingerprint(channel, sender_id)
        with self._tx.read() as session:
            found = find_conversation(session, hash_)
            if found is None:
                return None
            statement = _select(message_id).where(
                MessageRow.conversation_id == found[1].id
            )
            row = session.scalar(statement)
        return self._open(row)

    def get_of_ticket(
        self, ticket_id: int, message_id: int, *, officer_id: int, is_noted: bool = True
    ) -> Attachment | None:
        """Open a file of a ticket's conversation for an officer who may see both.

        Args:
            ticket_id: The ticket.
            message_id: The line that the file stands in.
            officer_id: Who looks: noted in the audit trail.
            is_noted: False for the small picture in a page that is noted itself.

        Returns:
            None if there is none, or the citizen has erased it.
        """
        conversation = select(TicketRow.conversation_id).where(
            TicketRow.id == ticket_id
        )
        with self._tx.write() if is_noted else self._tx.read() as session:
            statement = _select(message_id).where(
                MessageRow.conversation_id == conversation.scalar_subquery()
            )
            row = session.scalar(statement)
            if row is not None and is_noted:
                subject, at = f"message {message_id}", self._clock()
                audit(session, "file.open", subject, officer_id=officer_id, at=at)
        return self._open(row)

    def _open(self, row: AttachmentRow | None) -> Attachment | None:
        if row is None or row.data_sealed is None:
            return None
        data = self._seal.unseal_bytes(row.data_sealed)
        return Attachment(row.message_id, row.name, FileKind(row.content_type), data)


def erase_attachments(session: Session, conversation_id: int) -> None:
    """Erase the bytes and the names of a conversation's files."""
    lines = select(MessageRow.id).where(MessageRow.conversation_id == conversation_id)
    session.execute(
        update(AttachmentRow)
        .where(AttachmentRow.message_id.in_(lines))
        .values(data_sealed=None, name="")
        .execution_options(synchronize_session=False)
    )


def _add(
    session: Session,
    ticket: Ticket,
    sender: Sender,
    file: CleanFile,
    sealed: bytes,
    key: str,
    *,
    at: datetime,
) -> MessageRow:
    """Add the line and its file.

    Raises:
        FileRefusedError: If this side has sent enough in this hand-over.
    """
    _check_room(session, ticket, sender)
    label = "［图片］" if file.kind.is_picture else "［文件］"
    line = MessageRow(
        conversation_id=ticket.conversation_id,
        ticket_id=ticket.id,
        sender=sender,
        text=f"{label}{file.name}",
        media={
            "kind": "file",
            "name": file.name,
            "content_type": str(file.kind),
            "size": len(file.data),
        },
        client_key=key,
        created_at=at,
    )
    session.add(line)
    session.flush()
    session.add(
        AttachmentRow(
            message_id=line.id,
            name=file.name,
            content_type=file.kind,
            size=len(file.data),
            data_sealed=sealed,
            created_at=at,
        )
    )
    session.flush()
    return line


def _check_room(session: Session, ticket: Ticket, sender: Sender) -> None:
    """Refuse a side that has sent enough in this hand-over.

    Raises:
        FileRefusedError: If it has.
    """
    sent = select(func.count(MessageRow.id)).where(
        MessageRow.ticket_id == ticket.id,
        MessageRow.sender == sender,
        MessageRow.id.in_(select(AttachmentRow.message_id)),
    )
    if session.execute(sent).scalar_one() >= MAX_FILES:
        raise FileRefusedError(f"一次人工服务最多发 {MAX_FILES} 个文件。")


def _find_line(session: Session, key: str) -> int | None:
    return session.scalar(select(MessageRow.id).where(MessageRow.client_key == key))


def _select(message_id: int) -> Select[AttachmentRow]:
    return (
        select(AttachmentRow)
        .join(MessageRow, AttachmentRow.message_id == MessageRow.id)
        .where(MessageRow.id == message_id)
    )
