"""Pictures and PDFs in a browser without JavaScript."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from bot import MAX_FILE_BYTES
from tests.bot.test_files import PDF, exif, picture


def send(citizen, data, name="照片.jpg", **headers):
    """Send a file with the page's form."""
    fields = {"csrf_token": citizen.form()["csrf_token"], "message_key": "k" * 32}
    # Encoded here: the client would leave the temporary file of a large one open.
    file = FileStorage(BytesIO(data), filename=name)
    boundary, body = encode_multipart(fields | {"file": file})
    return citizen.client.post(
        "/chat/files",
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        follow_redirects=not headers,
        headers=headers,
    )


@pytest.fixture
def waiting(citizen):
    """Somebody who waits for a person."""
    citizen.ask("月球怎么去")
    return citizen


def address_in(page):
    """Where the file of the page is."""
    return re.search(r'href="(/chat/files/\d+)"', page)[1]


def test_the_form_is_there_while_somebody_would_look(citizen):
    """And only then: the bot reads no files."""
    assert 'action="/chat/files"' not in citizen.open()
    assert 'action="/chat/files"' in citizen.ask("月球怎么去")


def test_a_picture_is_shown_small_and_opened_whole(waiting):
    """Without the place where it was taken."""
    page = send(waiting, picture(size=(1600, 900), exif=exif())).text
    address = address_in(page)
    assert f'src="{address}?size=small"' in page
    whole, small = (
        waiting.client.get(address),
        waiting.client.get(f"{address}?size=small"),
    )
    assert Image.open(BytesIO(whole.data)).size == (1600, 900)
    assert Image.open(BytesIO(small.data)).width == 480
    assert b"SECRET" not in whole.data


def test_a_pdf_is_handed_over_as_a_file(waiting):
    """Browsers run what stands in one they show."""
    page = send(waiting, PDF, "材料.pdf").text
    assert "PDF，1 KB" in page
    answer = waiting.client.get(address_in(page))
    assert answer.data == PDF
    told = answer.headers["Content-Disposition"]
    assert told == "attachment; filename*=UTF-8''%E6%9D%90%E6%96%99.pdf"


@pytest.mark.parametrize(("data", "how"), [(PDF, "attachment"), (picture(), "inline")])
def test_nothing_in_a_file_can_run(waiting, data, how):
    """Its type is fixed, its page is a sandbox, nobody keeps it."""
    headers = waiting.client.get(address_in(send(waiting, data).text)).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "script-src" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Disposition"].startswith(how)


def test_only_the_sender_opens_it(waiting, new_citizen):
    """Another cookie finds nothing."""
    address = address_in(send(waiting, PDF).text)
    other = new_citizen()
    other.ask("月球怎么去")
    assert other.client.get(address).status_code == 404
    assert new_citizen().client.get(address).status_code == 404


def test_the_officer_sees_it_and_sends_one_back(world, waiting):
    """Both ways through the same store."""
    send(waiting, picture())
    world.reply("收到。")
    officer = int(world.made[0])
    ticket = world.parts.desk.list_tickets("mine", officer_id=officer)[0]
    (line,) = [m for m in world.parts.desk.list_messages(ticket.id) if m.media]
    assert world.parts.attachments.get_of_ticket(ticket.id, line.id, officer_id=officer)
    world.parts.attachments.add_of_officer(
        ticket.id, officer_id=officer, name="申请表.pdf", data=PDF, key="x"
    )
    page = waiting.open()
    shown = page[page.rindex('class="line is-officer"') :]
    assert "申请表.pdf" in shown[: shown.index("</li>")]


@pytest.mark.parametrize(
    ("data", "name", "status"),
    [
        (b"<html><script>alert(1)</script>", "a.jpg", 422),
        (b"MZ\x90\x00", "a.pdf", 422),
        (b"", "a.pdf", 422),
        (b"%PDF-" + b"0" * MAX_FILE_BYTES, "a.pdf", 422),
        (b"%PDF-" + b"0" * (MAX_FILE_BYTES + 100_000), "a.pdf", 413),
    ],
    ids=["html", "exe", "empty", "large", "larger"],
)
def test_other_files_are_refused_in_plain_words(waiting, data, name, status):
    """Page and script alike; nothing is stored."""
    assert send(waiting, data, name).status_code == status
    answer = send(waiting, data, name, **{"X-Requested-With": "XMLHttpRequest"})
    assert answer.status_code == status
    assert answer.json["message"].endswith("。")
    assert "/chat/files/" not in waiting.open()


def test_without_a_hand_over_it_is_refused(citizen):
    """With what to do instead."""
    citizen.ask("居住证怎么办")
    answer = send(citizen, PDF)
    assert answer.status_code == 409
    assert "转人工" in answer.text


def test_nothing_else_takes_so_much(client, citizen):
    """The limit is lifted for files alone."""
    data = citizen.form() | {"text": "字" * 100_000}
    assert client.post("/chat", data=data).status_code == 413


def test_a_file_needs_the_token_of_the_page(waiting):
    """Another site cannot send for the citizen."""
    answer = waiting.client.post("/chat/files", data={"file": (BytesIO(PDF), "a.pdf")})
    assert answer.status_code == 400


def test_sent_twice_it_is_one_line(waiting):
    """A double click."""
    send(waiting, PDF)
    page = send(waiting, PDF).text
    assert len(set(re.findall(r'href="/chat/files/\d+"', page))) == 1


def test_a_name_is_text(waiting):
    """Neither markup nor a header."""
    page = send(waiting, PDF, "<img src=x onerror=alert(1)>&amp;.pdf").text
    assert "<img src=x" not in page
    headers = waiting.client.get(address_in(page)).headers
    assert "alert" in headers["Content-Disposition"]
