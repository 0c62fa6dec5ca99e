"""Who may do what: roles, their rights, and which tickets an officer may see. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .accounts import Officer
    from .ticket import Ticket


class Right(StrEnum):
    """One thing that an account may be good for."""

    #: Take chats and answer citizens.
    SERVE = "serve"
    #: Give a colleague's chat to another one of the bureau.
    LEAD = "lead"
    #: Watch and review every bureau's chats, and read the figures.
    SUPERVISE = "supervise"
    #: Write knowledge and quick replies.
    EDIT = "edit"
    #: Let what an editor wrote go out.
    REVIEW_KNOWLEDGE = "review_knowledge"
    #: Accounts, bureaus, the calendar.
    MANAGE = "manage"
    #: Read who did what.
    AUDIT = "audit"
    #: Take what one may see out of the house as a file.
    EXPORT = "export"


class Role(StrEnum):
    """What an officer was hired for; each has exactly one."""

    AGENT = "agent"
    TEAM_LEAD = "team_lead"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"

    @property
    def label(self) -> str:
        """What people read, Chinese."""
        return _LABELS[self]

    @property
    def duty(self) -> str:
        """What the role is for, one Chinese sentence."""
        return _DUTIES[self]


_LABELS = {
    Role.AGENT: "坐席",
    Role.TEAM_LEAD: "组长",
    Role.EDITOR: "编辑",
    Role.REVIEWER: "审核",
    Role.SUPERVISOR: "督办",
    Role.ADMINISTRATOR: "管理员",
    Role.AUDITOR: "审计",
}

_DUTIES = {
    Role.AGENT: "接待市民，只看本部门的会话。",
    Role.TEAM_LEAD: "接待市民，分派本部门的会话，可以看保密会话。",
    Role.EDITOR: "写自动回复和知识，不看会话。",
    Role.REVIEWER: "审核别人写的知识，不看会话。",
    Role.SUPERVISOR: "看所有部门的会话和数据，督促、改派、复核。",
    Role.ADMINISTRATOR: "管人员、部门和日历，不看会话，也不看审计记录。",
    Role.AUDITOR: "只看审计记录，别的都不看。",
}

#: 三权分立: who makes accounts reads no chats, and who checks them does nothing else.
#: Source: GB/T 22239-2019 8.1.5 (level 3), system, audit and security management.
RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.AGENT: frozenset({Right.SERVE}),
    Role.TEAM_LEAD: frozenset({Right.SERVE, Right.LEAD, Right.EXPORT}),
    Role.EDITOR: frozenset({Right.EDIT}),
    Role.REVIEWER: frozenset({Right.REVIEW_KNOWLEDGE}),
    Role.SUPERVISOR: frozenset(
        {Right.SERVE, Right.LEAD, Right.SUPERVISE, Right.EXPORT}
    ),
    Role.ADMINISTRATOR: frozenset({Right.MANAGE}),
    Role.AUDITOR: frozenset({Right.AUDIT}),
}

#: An office of one person: the administrator also does the office's work. Not the
#: audit: nobody checks themselves.
SMALL_OFFICE_RIGHTS = frozenset(
    {
        Right.SERVE,
        Right.LEAD,
        Right.SUPERVISE,
        Right.EDIT,
        Right.REVIEW_KNOWLEDGE,
        Right.EXPORT,
    }
)

#: Those whose password alone would open too much.
POWERFUL = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR})


def rights_of(role: Role, *, is_small_office: bool) -> frozenset[Right]:
    """Return what a role may do.

    Args:
        role: Of the officer.
        is_small_office: Whether administrators also serve citizens.
    """
    if role is Role.ADMINISTRATOR and is_small_office:
        return RIGHTS[role] | SMALL_OFFICE_RIGHTS
    return RIGHTS[role]


def may_see_ticket(officer: Officer, ticket: Ticket) -> bool:
    """Tell whether an officer may open a ticket: the one gate for all of its pages.

    ``seen_by`` says the same to the database; both change together.
    """
    if officer.may(Right.SUPERVISE):
        return True
    if not officer.may(Right.SERVE):
        return False
    if ticket.officer_id == officer.id:
        return True
    bureaus = {ticket.bureau_id, ticket.offered_to_id} - {None}
    if officer.bureau_id is not None and officer.bureau_id not in bureaus:
        return False
    return officer.may(Right.LEAD) or not ticket.is_confidential
