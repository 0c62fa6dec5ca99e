"""Who may call what: every route declares it, and sessions end when they should."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.routing import Rule

from bot import Right
from handlers.console.access import (
    ANYONE,
    GATED,
    OFFICE_WIDE,
    SIGNED_IN,
    allow,
    find_allowed,
)

#: What a route may name.
RIGHTS = {str(right) for right in Right}

#: Reachable before anybody can have logged in.
PUBLIC = {
    "console.show_login",
    "console.log_in",
    "console.show_code",
    "console.check_code",
    "console.show_setup",
    "console.set_up",
}

#: Reachable for whoever is logged in, whatever the role: one's own session and code.
OWN = {
    "console.log_out",
    "console.stay_awake",
    "console.show_second_factor",
    "console.draw_second_factor",
    "console.turn_on_second_factor",
}


def console_rules(world: Any) -> list[Rule]:
    """Return every route of the console, the live stream included."""
    rules = world.app.url_map.iter_rules()
    return [rule for rule in rules if rule.endpoint.startswith("console.")]


def address_of(rule: Rule) -> str:
    """Return an address that fits the rule; what it names need not exist."""
    return rule.build(dict.fromkeys(rule.arguments, 1))[1]


def method_of(rule: Rule) -> str:
    """Return the method of the rule that does something."""
    return "POST" if "POST" in (rule.methods or ()) else "GET"


def test_every_route_declares_who_may_call_it(world: Any) -> None:
    """A forgotten declaration is found here, and refused at run time."""
    rules = console_rules(world)
    assert {"/live", "/console/", "/console/officers"} <= {r.rule for r in rules}
    for rule in rules:
        allowed = find_allowed(world.app.view_functions[rule.endpoint])
        assert allowed, rule.endpoint
        assert allowed in ({ANYONE}, {SIGNED_IN}) or allowed <= RIGHTS, rule.endpoint


def test_every_name_in_an_address_has_a_gate(world: Any) -> None:
    """Either it is checked before the view, or it belongs to the whole office."""
    for rule in console_rules(world):
        assert set(rule.arguments) <= GATED | OFFICE_WIDE, rule.rule


def test_only_the_gates_are_open_to_anyone(world: Any) -> None:
    """The lists are short and stand here on purpose."""
    views = world.app.view_functions
    for word, known in ((ANYONE, PUBLIC), (SIGNED_IN, OWN)):
        open_ = {
            r.endpoint
            for r in console_rules(world)
            if find_allowed(views[r.endpoint]) == {word}
        }
        assert open_ == known


def test_every_other_route_refuses_strangers(world: Any, console: Any) -> None:
    """A page leads to the login; everything else is a plain 401."""
    world.ask("落户")
    token = console.token(console.open("/console/login").text)
    for rule in console_rules(world):
        if rule.endpoint in PUBLIC:
            continue
        answer = console.client.open(
            address_of(rule), method=method_of(rule), data={"csrf_token": token}
        )
        where = answer.headers.get("Location", "")
        is_sent_to_login = answer.status_code == 302 and "/console/login" in where
        assert is_sent_to_login or answer.status_code == 401, rule.rule
    assert world.parts.desk.get_ticket(1).state == "waiting"


def test_a_view_that_declares_nothing_is_closed(world: Any, desk: Any) -> None:
    """Also to an administrator: forgetting must not open anything."""
    world.app.view_functions["console.show_queue"] = lambda: "secret"
    answer = desk.client.get("/console/")
    assert answer.status_code == 403
    assert "secret" not in answer.text


@pytest.mark.parametrize("rights", [("sreve",), (), ("anyone", "serve")])
def test_a_misspelt_right_stops_the_start(rights: tuple[str, ...]) -> None:
    """It would otherwise be a page nobody can open, or everybody."""
    with pytest.raises(ValueError, match=r"sreve|anyone|no right"):
        allow(*rights)


def test_every_form_needs_the_token_of_the_page(world: Any, desk: Any) -> None:
    """Another site cannot act for an officer who is logged in."""
    world.ask("落户")
    for rule in console_rules(world):
        if method_of(rule) == "POST":
            answer = desk.client.post(address_of(rule), data={"role": "officer"})
            assert answer.status_code == 400, rule.rule
    assert world.parts.desk.get_ticket(1).state == "waiting"


def test_the_token_is_taken_from_the_header_too(world: Any, desk: Any) -> None:
    """Where our script asks in the background there is no form."""
    token = desk.token(desk.open("/console/").text)
    url = "/console/awake"
    answer = desk.client.post(url, headers={"X-CSRFToken": token})
    assert answer.status_code == 204


def test_logging_in_changes_the_token(world: Any, console: Any) -> None:
    """A cookie planted before the login, with its known token, is worth nothing."""
    world.hire()
    before = console.open("/console/login").text
    with console.client.session_transaction() as session:
        session["planted"] = "x"
        session["citizen"] = "visitor"
        old = session["csrf_token"]
    console.client.post(
        "/console/login",
        data={
            "csrf_token": console.token(before),
            "login": "limin",
            "password": "tiger-lamp-river-9",
        },
    )
    console.open("/console/")
    with console.client.session_transaction() as session:
        assert session["csrf_token"] != old
        assert "planted" not in session
        assert session["citizen"] == "visitor"


def test_an_idle_desk_is_closed_after_half_an_hour(world: Any, desk: Any) -> None:
    """And one in use is not."""
    for _ in range(3):
        world.clock.go_on(minutes=20)
        assert "退出登录" in desk.open("/console/").text
    world.clock.go_on(minutes=30)
    assert "忘了密码" in desk.open("/console/").text


def test_fetches_in_the_background_keep_nobody_logged_in(world: Any, desk: Any) -> None:
    """The open page asks for news all day, also when its officer went home."""
    for _ in range(3):
        world.clock.go_on(minutes=12)
        answer = desk.client.get("/console/queue", headers={"X-Background": "1"})
    assert answer.status_code == 401


def test_nobody_stays_logged_in_longer_than_a_day_of_work(
    world: Any, desk: Any
) -> None:
    """Twelve hours, however busy."""
    for _ in range(12 * 3):
        world.clock.go_on(minutes=20)
        page = desk.open("/console/").text
    assert "忘了密码" in page


def test_logging_out_ends_a_copied_cookie_too(
    world: Any, desk: Any, new_console: Any
) -> None:
    """Whoever copied it beforehand is out as well."""
    thief = new_console()
    cookie = desk.client.get_cookie("wenzheng")
    thief.client.set_cookie("wenzheng", cookie.value)
    assert "退出登录" in thief.open("/console/").text
    desk.send("/console/logout", page="/console/")
    assert "忘了密码" in thief.open("/console/").text
    assert "忘了密码" in desk.open("/console/").text


def test_a_tampered_session_is_no_session(world: Any, desk: Any) -> None:
    """An id that names nobody, or is no number, lets nobody in."""
    for wrong in ("99", "x", ""):
        with desk.client.session_transaction() as session:
            session["_user_id"] = wrong
        assert desk.client.get("/console/").status_code == 302


def test_console_pages_are_not_kept_by_anybody(desk: Any) -> None:
    """Neither a proxy nor the browser of a shared computer."""
    for path in ("/console/", "/console/queue", "/console/officers"):
        assert "no-store" in desk.client.get(path).headers["Cache-Control"]
