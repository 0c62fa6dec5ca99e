"""The API side: WeChat's addresses under one application, with faults on request.

Every error is HTTP 200 with ``errcode``, ``errmsg`` and a ``rid``, as WeChat's are; an
address that WeChat does not have is 404.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from flask import Flask, Response, request

from . import agents, media, menus, notices, sending
from .account import Account
from .calls import Answer, CallError, Route, fail, read_json, succeed
from .faults import SEND_PATH, Faults, cut_connection, let_resets_through
from .tokens import Tokens
from .wire import CallRecord
from .world import World


class FakeApi:
    """One account's API; ``app`` is served by :func:`serve`."""

    def __init__(
        self,
        account: Account,
        clock: Callable[[], float] = time.time,
        is_verified: bool = True,
        faults: Faults | None = None,
        *,
        world: World | None = None,
    ) -> None:
        """Serve a world, or a new one of this account.

        Args:
            account: Its AppID and secret are checked.
            clock: Seconds since 1970; of a new world.
            is_verified: Of a new world.
            faults: What goes wrong; nothing when None.
            world: What the pushing side knows too; the two above are then its own.
        """
        self.account = account
        self.world = world or World(account, is_verified=is_verified, clock=clock)
        self.faults = faults or Faults()
        self.tokens = Tokens(self.world)

        #: Raw bodies of the calls to custom/send.
        self.bodies: list[bytes] = []

        self.token_calls = 0
        self.send_calls = 0
        self._lock = threading.Lock()
        self.app = self._make_app()

    @property
    def url(self) -> str:
        """Where it is served; whoever serves it says so."""
        return self.world.picture_base

    @url.setter
    def url(self, url: str) -> None:
        self.world.picture_base = url

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Everything sent to a citizen: (openid, text), in order."""
        return self.world.sent

    @property
    def is_verified(self) -> bool:
        """Whether the account has 微信认证."""
        return self.world.is_verified

    @is_verified.setter
    def is_verified(self, value: bool) -> None:
        self.world.is_verified = value

    @property
    def _token(self) -> str:
        """The stable token that is out now."""
        return self.tokens.stable

    def open_window(self, openid: str, trigger: str = "message") -> None:
        """Let the citizen do something after which the account may write."""
        self.world.note_act(openid, trigger)

    def revoke_token(self) -> None:
        """End the token that is out now."""
        self.tokens.revoke()

    def _make_app(self) -> Flask:
        app = Flask("wechat_simulator", static_folder=None)
        own = Route("POST", "/cgi-bin/clear_quota", self._clear_quota, False)
        for route in (*ROUTES, own):
            app.add_url_rule(
                route.path,
                endpoint=route.path,
                methods=[route.method],
                view_func=self._make_view(route),
            )

        @app.post("/cgi-bin/stable_token")
        def give_stable() -> Answer:
            return self._give(self.tokens.give_stable)

        @app.get("/cgi-bin/token")
        def give_plain() -> Answer:
            return self._give(self.tokens.give_plain)

        @app.get("/pictures/<media_id>")
        def show_picture(media_id: str) -> Answer:
            return media.show_picture(self.world, media_id)

        app.wsgi_app = let_resets_through(app.wsgi_app)  # type: ignore[method-assign]
        return app

    def _make_view(self, route: Route) -> Callable[[], Answer]:
        def view() -> Answer:
            started = time.monotonic()
            try:
                answer = self._answer(route)
            except ConnectionResetError:
                cut_connection()
                request.environ["wechat_simulator.reset"] = True
                answer = Response(status=500)
            self._note(route.path, answer, time.monotonic() - started)
            return answer

        return view

    def _answer(self, route: Route) -> Answer:
        if route.path == SEND_PATH:
            with self._lock:
                self.send_calls += 1
                self.bodies.append(request.get_data())
        fault = self.faults.hit(route.path, self.revoke_token)
        if fault is not None:
            return fault
        try:
            self.tokens.check(request.args.get("access_token"))
            if route.is_for_verified and not self.is_verified:
                return fail(48001)
            return route.answer(self.world)
        except CallError as e:
            return fail(e.code, e.detail)

    def _give(self, give: Callable[[], Answer]) -> Answer:
        started = time.monotonic()
        with self._lock:
            self.token_calls += 1
        time.sleep(self.faults.token_stall_s)
        try:
            answer = give()
        except CallError as e:
            answer = fail(e.code, e.detail)
        if self.faults.token_code is not None:
            answer = fail(self.faults.token_code)
        self._note(request.path, answer, time.monotonic() - started)
        return answer

    def _clear_quota(self, _world: World) -> Answer:
        if read_json().get("appid") != self.account.app_id:
            raise CallError(40013)
        self.tokens.clear_quota()
        return succeed()

    def _note(self, path: str, answer: Answer, seconds: float) -> None:
        openid, left = _find_openid(), None
        if openid and path == SEND_PATH:
            window = self.world.citizen(openid).window(self.world.clock())
            left = window.left if window else None
        code, status = None, 200
        if isinstance(answer, Response):
            status = answer.status_code
            code = 0 if path == "/cgi-bin/media/get" and status == 200 else None
        else:
            code = int(answer.get("errcode", 0))
        if request.environ.get("wechat_simulator.reset"):
            status = 0
        wire = self.world.wire
        wire.note_call(
            CallRecord(
                wire.next_id(),
                self.world.clock(),
                openid,
                path,
                status,
                code,
                seconds,
                left,
            )
        )


def _find_openid() -> str:
    """Whom a call concerns; empty for nobody."""
    asked = request.get_json(silent=True) if request.is_json else None
    if not isinstance(asked, dict):
        asked = request.args
    return str(asked.get("touser") or asked.get("openid") or "")


def _list_addresses(_world: World) -> Answer:
    return {"ip_list": ["127.0.0.1", "127.0.0.0/29"]}


def _get_person(world: World) -> Answer:
    """A person's name and picture are not given since 2021-12-27."""
    openid = request.args.get("openid")
    citizen = world.find_citizen(openid)
    if citizen is None:
        raise CallError(40003)
    if not citizen.is_following:
        return {"subscribe": 0, "openid": openid}
    return {
        "subscribe": 1,
        "openid": openid,
        "nickname": "",
        "headimgurl": "",
        "subscribe_time": 1_790_000_000,
        "remark": "",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": "ADD_SCENE_QR_CODE",
    }


ROUTES: tuple[Route, ...] = (
    *sending.ROUTES,
    *media.ROUTES,
    *menus.ROUTES,
    *notices.ROUTES,
    *agents.ROUTES,
    Route("GET", "/cgi-bin/getcallbackip", _list_addresses, is_for_verified=False),
    Route("GET", "/cgi-bin/user/info", _get_person),
)
