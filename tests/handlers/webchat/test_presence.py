"""What the page tells of its citizen: that somebody writes, what was shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from bot import publish_nothing
from handlers.around import Around, Writing
from handlers.webchat.limits import HINTS_PER_VISITOR
from tests.valkey import run_valkey

pytestmark = pytest.mark.valkey


@pytest.fixture(scope="module")
def client_of() -> Iterator[Any]:
    """A real server."""
    with run_valkey() as server, redis.Redis(port=server.port) as client:
        yield client


@pytest.fixture
def served(world: Any, citizen: Any, client_of: Any) -> Any:
    """A citizen whom an officer serves in ticket 1."""
    client_of.flushall()
    world.parts.around = Around(client_of, publish_nothing, world.clock)
    citizen.ask("落户要回来办吗")
    world.reply("您好，请问户口在哪？")
    return citizen


def tell(citizen: Any, name: str, **fields: object) -> int:
    """Send what the script sends; returns the status."""
    token = citizen.form()["csrf_token"]
    data = {"csrf_token": token, **fields}
    return int(citizen.client.post(f"/chat/{name}", data=data).status_code)


def test_the_officer_learns_that_the_citizen_writes(world: Any, served: Any) -> None:
    """And that it is over."""
    assert tell(served, "typing") == 204
    assert world.parts.around.look(1).is_citizen_typing
    assert tell(served, "typing", on=0) == 204
    assert not world.parts.around.look(1).is_citizen_typing


def test_nobody_learns_it_while_nobody_serves(
    world: Any, client_of: Any, citizen: Any
) -> None:
    """Neither of a stranger, nor of one who still waits."""
    client_of.flushall()
    world.parts.around = Around(client_of, publish_nothing, world.clock)
    assert tell(citizen, "typing") == 204
    citizen.ask("落户要回来办吗")
    assert tell(citizen, "typing") == 204
    assert not world.parts.around.look(1).is_citizen_typing


def test_the_citizen_learns_that_a_reply_is_being_written(
    world: Any, served: Any
) -> None:
    """With the next look for news, and again when it is over."""
    url = "/chat/messages?after=999&desk="
    seen = served.client.get(url).json["desk"]
    assert served.client.get(url + seen).status_code == 204
    world.parts.around.note_open(1, 1, "李敏")
    world.parts.around.note_writing(1, 1, Writing.REPLY)
    news = served.client.get(url + seen).json
    assert "工作人员正在输入…" in news["desk_html"]
    assert served.client.get(url + news["desk"]).status_code == 204
    world.parts.around.note_writing(1, 1, None)
    news = served.client.get(url + news["desk"]).json
    assert "为您服务" in news["desk_html"]
    assert "正在输入" not in news["desk_html"]


def test_what_was_shown_is_read(world: Any, served: Any) -> None:
    """Nonsense is no error of anybody's."""
    line = world.parts.desk.list_messages(1)[-1]
    for nonsense in ("x", "-1", str(2**70)):
        assert tell(served, "read", up_to=nonsense) == 204
    assert world.parts.read_marks.find_read_up_to(line.conversation_id) == 0
    assert tell(served, "read", up_to=line.id) == 204
    assert world.parts.read_marks.find_read_up_to(line.conversation_id) == line.id


def test_another_browser_reads_its_own_lines_only(
    world: Any, served: Any, new_citizen: Any
) -> None:
    """However large the number it tells."""
    other = new_citizen()
    other.ask("居住证怎么办")
    assert tell(other, "read", up_to=10**9) == 204
    line = world.parts.desk.list_messages(1)[-1]
    assert world.parts.read_marks.find_read_up_to(line.conversation_id) == 0


@pytest.mark.parametrize("name", ["typing", "read"])
def test_a_form_of_somebody_elses_is_refused(served: Any, name: str) -> None:
    """As everywhere."""
    answer = served.client.post(f"/chat/{name}", data={"up_to": 1})
    assert answer.status_code == 400


def test_a_page_cannot_flood_us(served: Any) -> None:
    """What is too much is refused; asking goes on."""
    data = {"csrf_token": served.form()["csrf_token"]}
    statuses = [
        served.client.post("/chat/typing", data=data).status_code
        for _ in range(HINTS_PER_VISITOR.amount + 1)
    ]
    assert statuses == [204] * HINTS_PER_VISITOR.amount + [429]
    assert "还有一个问题" in served.ask("还有一个问题")
