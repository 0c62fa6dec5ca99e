"""Files of a ticket: the officer looks, and sends one back."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from bot import Channel, Role, Sender, check_bureau
from tests.bot.test_files import PDF, picture


@pytest.fixture
def line(world: Any, desk: Any) -> int:
    """A picture that a citizen sent into ticket 1; the officer has claimed it."""
    world.ask("断缴了还能补吗")
    store = world.parts.attachments
    data = picture(size=(900, 600))
    line = store.add(Channel.WEB, "citizen-1", name="照片.jpg", data=data, key="k")
    world.parts.desk.claim(1, officer_id=1)
    return int(line)


def send(console: Any, data: bytes = PDF, name: str = "表.pdf", **headers: str) -> Any:
    """Send a file into ticket 1."""
    token = console.token(console.open("/console/").text)
    file = FileStorage(BytesIO(data), filename=name)
    fields = {"csrf_token": token, "client_key": "c" * 32, "file": file}
    boundary, body = encode_multipart(fields)
    return console.client.post(
        "/console/tickets/1/files",
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers=headers,
    )


def test_the_page_shows_it_and_a_click_opens_it(desk: Any, line: int) -> None:
    """Small in the conversation, whole on a page where nothing runs."""
    address = f"/console/tickets/1/files/{line}"
    page = desk.open("/console/tickets/1").text
    assert f'href="{address}"' in page
    assert f'src="{address}?size=small"' in page
    answer = desk.client.get(address)
    assert answer.content_type == "image/jpeg"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert len(desk.client.get(f"{address}?size=small").data) < len(answer.data)


def test_an_officer_sends_one_to_the_citizen(world: Any, desk: Any, line: int) -> None:
    """302 without the script, the conversation for it; sent twice it is one."""
    assert send(desk).status_code == 302
    answer = send(desk, **{"HX-Request": "true"})
    assert answer.status_code == 200
    assert "表.pdf" in answer.text
    lines = world.parts.front_desk.list_messages(Channel.WEB, "citizen-1")
    (sent,) = [m for m in lines if m.sender is Sender.OFFICER]
    file = world.parts.attachments.get(Channel.WEB, "citizen-1", sent.id)
    assert file.data == PDF


def test_what_is_not_taken_is_said_beside_the_box(
    world: Any, desk: Any, line: int
) -> None:
    """Other kinds, no file, and a ticket in other hands."""
    htmx = {"HX-Request": "true"}
    answer = send(desk, b"MZ", "x.exe", **htmx)
    assert (answer.status_code, "只能发图片" in answer.text) == (422, True)
    assert send(desk, b"", "", **htmx).status_code == 422
    world.parts.desk.release(1, officer_id=1)
    assert send(desk, **htmx).status_code == 409
    assert send(desk).status_code == 409


def test_another_bureau_gets_neither_file_nor_ticket(
    world: Any, line: int, new_console: Any
) -> None:
    """Foreign and absent are the same 404."""
    world.parts.bureaus.save(check_bureau({"name": "乙局"}), changed_by=1)
    bureau = next(b.id for b in world.parts.bureaus.list() if b.name == "乙局")
    world.hire("wai", "外人", role=Role.AGENT, bureau_id=bureau)
    console = new_console()
    console.log_in("wai")
    for path in (f"1/files/{line}", f"1/files/{line}?size=small", "1/files/999"):
        assert console.client.get(f"/console/tickets/{path}").status_code == 404
    assert send(console).status_code == 404


def test_a_line_without_a_file_is_a_404(desk: Any, line: int) -> None:
    """The question itself has none."""
    assert desk.client.get("/console/tickets/1/files/1").status_code == 404


def test_erased_it_is_gone(world: Any, desk: Any, line: int) -> None:
    """From the page and from its address."""
    world.parts.front_desk.forget(Channel.WEB, "citizen-1")
    assert desk.client.get(f"/console/tickets/1/files/{line}").status_code == 404
    assert "/files/" not in desk.open("/console/tickets/1").text
