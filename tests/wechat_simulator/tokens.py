"""Access tokens: /cgi-bin/stable_token and /cgi-bin/token, isolated (facts §3)."""

from __future__ import annotations

import secrets
import threading
from typing import Any

from flask import request

from .calls import CallError, read_json
from .world import World

LIFETIME_S = 7200

#: stable_token gives the same token until its last five minutes.
RENEW_S = 300

#: The token that /cgi-bin/token replaces works on for so long.
OVERLAP_S = 300

#: Calls a day.
TOKEN_QUOTA = 2000
FORCED_QUOTA = 20

#: Seconds between two forced refreshes.
FORCED_APART_S = 30


class Tokens:
    """The tokens of one account."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = threading.Lock()
        self.stable = ""

        #: Every token ever given out, for whoever searches logs for them.
        self.issued: list[str] = []
        self._stable_until = 0.0
        #: Token to its end; the last one is the latest.
        self._plain: dict[str, float] = {}
        self._latest = ""
        self._plain_calls = 0
        self._forced: list[float] = []

    def revoke(self) -> None:
        """End every token that is out now."""
        with self._lock:
            self.stable = ""
            self._plain.clear()

    def clear_quota(self) -> None:
        """Count from 0 again, as clear_quota does."""
        with self._lock:
            self._plain_calls = 0
            self._forced.clear()

    def check(self, token: str | None) -> None:
        """Check the token of a call.

        Raises:
            CallError: 41001, 40001 or 42001.
        """
        if not token:
            raise CallError(41001)
        now = self._world.clock()
        with self._lock:
            until = self._plain.get(token)
            is_latest = token in (self.stable, self._latest)
            if token == self.stable:
                until = self._stable_until
        if until is None or (now > until and not is_latest):
            raise CallError(40001)
        if now > until:
            raise CallError(42001)

    def give_stable(self) -> dict[str, Any]:
        """Answer POST /cgi-bin/stable_token."""
        asked = read_json()
        self._check_account(asked)
        now = self._world.clock()
        with self._lock:
            is_forced = asked.get("force_refresh") is True
            if is_forced:
                self._count_forced(now)
            left = self._stable_until - now
            if is_forced or not self.stable or left <= RENEW_S:
                self.stable = self._make_token()
                self._stable_until, left = now + LIFETIME_S, LIFETIME_S
            return {"access_token": self.stable, "expires_in": int(left)}

    def give_plain(self) -> dict[str, Any]:
        """Answer GET /cgi-bin/token: a new one each time, the old one soon dies."""
        self._check_account(request.args)
        now = self._world.clock()
        with self._lock:
            self._plain_calls += 1
            if self._plain_calls > TOKEN_QUOTA:
                raise CallError(45009)
            ends = now + OVERLAP_S
            self._plain = {t: min(u, ends) for t, u in self._plain.items() if u > now}
            self._latest = self._make_token()
            self._plain[self._latest] = now + LIFETIME_S
            return {"access_token": self._latest, "expires_in": LIFETIME_S}

    def _check_account(self, asked: Any) -> None:
        if asked.get("grant_type") != "client_credential":
            raise CallError(40002)
        if asked.get("appid") != self._world.account.app_id:
            raise CallError(40013)
        if asked.get("secret") != self._world.account.secret:
            raise CallError(40125)

    def _count_forced(self, now: float) -> None:
        self._forced = [at for at in self._forced if now - at < 86_400]
        if len(self._forced) >= FORCED_QUOTA:
            raise CallError(45009)
        if self._forced and now - self._forced[-1] < FORCED_APART_S:
            raise CallError(45011)
        self._forced.append(now)

    def _make_token(self) -> str:
        token = "T" + secrets.token_urlsafe(120)
        self.issued.append(token)
        return token
