"""Values and errors of officers' accounts, and which fields are acceptable. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from .errors import BotError
from .rights import Right, Role

#: Column widths of the table; what a citizen reads must fit a line too.
_MAX_CHARS = {"name": 64, "staff_number": 16, "department": 80}

_LABELS = {"name": "姓名", "staff_number": "工号", "department": "部门"}

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,31}")


@dataclass(frozen=True, slots=True)
class Officer:
    """A person who may log in to the console."""

    id: int
    login: str
    name: str
    #: 工号 as citizens read it.
    staff_number: str
    department: str
    role: Role
    #: A session that carries another number than this has ended.
    session_epoch: int
    is_active: bool
    #: None when never.
    last_login_at: datetime | None = None
    #: None = the whole office.
    bureau_id: int | None = None
    bureau_name: str = ""
    #: The login asks for a code of the telephone, too.
    has_totp: bool = False
    #: What the role may do in this office.
    rights: frozenset[Right] = frozenset()

    def may(self, right: Right) -> bool:
        """Tell whether the account is good for something."""
        return right in self.rights


@dataclass(frozen=True, slots=True)
class SetupLink:
    """What a one-time link is good for."""

    role: Role
    #: Empty = the whole office.
    bureau_name: str
    #: Whose password it sets anew; empty = it makes an account.
    login: str = ""

    @property
    def is_reset(self) -> bool:
        """Whether it sets a password anew."""
        return bool(self.login)


class OfficerError(BotError):
    """Base of the errors about accounts."""


class OfficerNotFoundError(OfficerError, LookupError):
    """No officer has this id."""

    def __init__(self, officer_id: int, /) -> None:
        super().__init__(f"no such officer: {officer_id}")
        self.officer_id = officer_id


class AccountOffError(OfficerError):
    """The account is switched off: it gets no new password before it is on."""


class LoginRefusedError(OfficerError):
    """Login and password do not fit; which of them is not said."""


class CodeRefusedError(OfficerError):
    """The code is not of this secret and moment."""


class AccountLockedError(OfficerError):
    """Too many wrong passwords; ``until`` is when to try again."""

    def __init__(self, until: datetime, /) -> None:
        super().__init__(f"locked until {until.isoformat()}")
        self.until = until


class SetupTokenError(OfficerError):
    """The one-time link is unknown, used or too old."""


class LoginTakenError(OfficerError):
    """Somebody else has this login already."""


class AccountFieldError(OfficerError, ValueError):
    """A field of the form cannot be used; ``reason`` is Chinese."""

    def __init__(self, field: str, reason: str, /) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class LastAdministratorError(OfficerError):
    """Nobody would be left who can make accounts."""


@dataclass(frozen=True, slots=True)
class AccountForm:
    """The fields of a new account, checked and squeezed."""

    login: str
    name: str
    staff_number: str
    department: str


def check_account(
    *, login: str, name: str, staff_number: str, department: str
) -> AccountForm:
    """Return the fields as they will be stored.

    Raises:
        AccountFieldError: If one is empty, too long or of the wrong form.
    """
    login = login.strip().casefold()
    if not _LOGIN.fullmatch(login):
        raise AccountFieldError(
            "login", "登录名用 3 到 32 个小写字母、数字、点、横线，以字母或数字开头。"
        )
    given = {"name": name, "staff_number": staff_number, "department": department}
    fields = {key: " ".join(value.split()) for key, value in given.items()}
    for key, value in fields.items():
        if not value:
            raise AccountFieldError(key, f"请填写{_LABELS[key]}。")
        if len(value) > _MAX_CHARS[key]:
            raise AccountFieldError(key, f"{_LABELS[key]}最多 {_MAX_CHARS[key]} 个字。")
    return AccountForm(login, **fields)
