"""导入文件: files come in, are read, corrected, taken over, handed in."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from knowledge import Actor, ChangeFilter, FileState

CITY = Path(__file__).parents[3] / "samples" / "city"

FAQ = (
    ("问题", "答案", "部门", "地区"),
    ("居住证丢了怎么补", "带身份证到派出所补，5 天。", "云泽市公安局", "云泽市"),
    ("居住证办理要钱吗", "不收费。补领收工本费 10 元。", "云泽市公安局", "云泽市"),
    ("没有答案的问题", "", "云泽市公安局", "云泽市"),
)

GUIDE = """<html><body><h1>老年人高龄津贴申领</h1><table>
<tr><td>事项名称</td><td>老年人高龄津贴申领</td></tr>
<tr><td>实施主体</td><td>民政局</td></tr>
<tr><td>受理条件</td><td>年满八十周岁，户籍在本市。</td></tr>
<tr><td>申请材料</td><td>身份证原件；户口簿原件。</td></tr>
<tr><td>办理时限</td><td>5 个工作日</td></tr>
<tr><td>收费标准</td><td>不收费</td></tr>
<tr><td>咨询电话</td><td>0990-1234567</td></tr>
</table></body></html>"""


def make_sheet(rows: Any) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class Editor:
    """An editor's browser that hands files in and looks at what became of them."""

    def __init__(self, world: Any, console: Any, login: str) -> None:
        self.world, self.console = world, console
        console.log_in(login)

    def begin(self, **hints: str) -> int:
        answer = self.console.send("/console/import", follow=False, **hints)
        return int(answer.location.rsplit("/", 1)[1])

    def hand_in(self, *files: tuple[str, bytes], **hints: str) -> int:
        token = self.console.token(self.console.open("/console/import").text)
        data = {"csrf_token": token} | hints
        data["files"] = [(io.BytesIO(body), name) for name, body in files]
        answer = self.console.client.post("/console/import", data=data)
        assert answer.status_code == 302, answer.text
        return int(answer.location.rsplit("/", 1)[1])

    def read(self) -> None:
        self.world.parts.importer.read_waiting()

    def batch(self, import_id: int, show: str = "all") -> str:
        return self.console.open(f"/console/import/{import_id}?show={show}").text

    def files(self, import_id: int) -> list[Any]:
        return self.world.parts.imports.list_files(import_id, HEAD)

    def report(self, file_id: int) -> Any:
        return self.world.parts.imports.get_file(file_id, HEAD).report

    def post(self, url: str, **form: str) -> Any:
        return self.console.send(url, page="/console/import", **form)

    def changes(self) -> list[Any]:
        return self.world.parts.changes.list(ChangeFilter(), HEAD)


HEAD = Actor(99, None, may_write=True, may_review=True)


@pytest.fixture
def editor(world: Any, new_console: Callable[[], Any]) -> Editor:
    world.hire("bianji", "编辑", role="editor")
    return Editor(world, new_console(), "bianji")


def test_files_become_changes_under_review(editor: Editor) -> None:
    """From the upload to the reviewers, with the sheet's refused row told."""
    batch = editor.hand_in(("常见问题.xlsx", make_sheet(FAQ)))
    assert "正在读" in editor.batch(batch)
    editor.read()
    page = editor.batch(batch)
    assert "读完了" in page
    assert "没收 1 行" in page
    [file] = editor.files(batch)
    assert file.summary["kinds"] == {"faq": 2}
    page = editor.console.open(f"/console/import-files/{file.id}").text
    assert "居住证丢了怎么补" in page
    assert "第4行" in page
    page = editor.post(f"/console/import-files/{file.id}/adopt").text
    assert "已采纳：新增 2 条。" in page
    assert [c.form.title for c in editor.changes()] == [
        "居住证办理要钱吗",
        "居住证丢了怎么补",
    ]
    page = editor.post(f"/console/import/{batch}/submit").text
    assert "已提交 2 条" in page
    assert {c.state.value for c in editor.changes()} == {"in_review"}
    assert editor.files(batch)[0].state is FileState.SAVED


def test_a_guide_without_region_is_asked_and_then_saved(editor: Editor) -> None:
    """The region is a question to the editor, and what is typed is what is saved."""
    batch = editor.hand_in(("高龄津贴.html", GUIDE.encode()))
    editor.read()
    [file] = editor.files(batch)
    url = f"/console/import-files/{file.id}"
    page = editor.console.open(url).text
    assert "没有地区" in page
    answer = editor.post(url, version="1", entry="0", do="save", region="云泽市")
    assert "没有地区" not in answer.text
    report = editor.report(file.id)
    assert report["entries"][0]["draft"]["region"] == "云泽市"
    form = {"version": "2", "entry": "0", "title": "高龄津贴申领", "do": "adopt"}
    assert "新增 1 条" in editor.post(url, **form).text
    [change] = editor.changes()
    assert change.form.content["title"] == "高龄津贴申领"
    assert change.form.content["region"] == "云泽市"
    # Nothing is left to decide: neither the original nor the file is kept.
    assert editor.report(file.id)["original"] == []
    assert editor.world.parts.importer._queue.find_needed() == set()


def test_what_was_typed_stays_when_something_is_wrong(editor: Editor) -> None:
    """A wrong day is told beside its field; the rest of the form is still there."""
    batch = editor.hand_in(("高龄津贴.html", GUIDE.encode()))
    editor.read()
    [file] = editor.files(batch)
    url = f"/console/import-files/{file.id}"
    form = {"version": "1", "entry": "0", "do": "adopt", "title": "改过的标题"}
    answer = editor.post(url, **form, expires_on="明年")
    assert answer.status_code == 422
    assert "失效日期不是日期" in answer.text
    assert "改过的标题" in answer.text
    assert editor.changes() == []
    stale = editor.post(url, **(form | {"version": "7"}))
    assert stale.status_code == 409


def test_the_same_text_again_changes_nothing(editor: Editor) -> None:
    """What is in force already is said and passed over; other text is an edit."""
    from knowledge import draft_from_json

    batch = editor.hand_in(("常见问题.xlsx", make_sheet(FAQ)))
    editor.read()
    [file] = editor.files(batch)
    drafts = [draft_from_json(e["draft"]) for e in editor.report(file.id)["entries"]]
    editor.world.parts.knowledge_store.save(drafts, at=editor.world.clock())
    rows = [list(row) for row in FAQ[:3]]
    rows[2][1] = "不收费。补领收工本费 20 元。"
    again = editor.hand_in(("新的常见问题.xlsx", make_sheet(rows)))
    editor.read()
    [other] = editor.files(again)
    page = editor.console.open(f"/console/import-files/{other.id}?entry=1").text
    assert "会修改已有的" in page
    assert "<del>10</del>" in page
    assert "<ins>20</ins>" in page
    page = editor.post(f"/console/import-files/{other.id}/adopt").text
    assert "修改已有的 1 条，和现在一样、跳过 1 条" in page
    [change] = editor.changes()
    assert change.form.action.value == "edit"
    assert change.form.base_revision_id


def test_a_sheet_goes_out_and_comes_back(editor: Editor) -> None:
    """Rows changed become edits; the others are told with their numbers."""
    from knowledge import draft_from_json

    batch = editor.hand_in(("常见问题.xlsx", make_sheet(FAQ)))
    editor.read()
    [file] = editor.files(batch)
    drafts = [draft_from_json(e["draft"]) for e in editor.report(file.id)["entries"]]
    editor.world.parts.knowledge_store.save(drafts, at=editor.world.clock())
    answer = editor.console.open("/console/import/sheet.xlsx?kind=faq")
    book = load_workbook(io.BytesIO(answer.data))
    sheet = book["问答"]
    head = [cell.value for cell in sheet[1]]
    column = head.index("答案") + 1
    answers = [sheet.cell(line, column).value for line in (2, 3)]
    assert "=" not in {sheet.cell(2, c).data_type for c in range(1, len(head) + 1)}
    sheet.cell(2, column).value = str(answers[0]) + "每周一休息。"
    stale = [cell.value for cell in sheet[3]]
    stale[head.index("版本")] = "999"
    unknown = [*stale]
    unknown[head.index("条目编号")] = "0123456789abcdef"
    sheet.append(unknown)
    sheet.delete_rows(3)
    sheet.append(stale)
    out = io.BytesIO()
    book.save(out)
    back = editor.hand_in(("改好的.xlsx", out.getvalue()))
    editor.read()
    [came] = editor.files(back)
    assert came.summary["is_sheet"]
    assert came.summary["entries"] == 1
    page = editor.console.open(f"/console/import-files/{came.id}").text
    assert "<ins>每周一休息。</ins>" in page
    reasons = editor.report(came.id)["refused"]
    assert [r[1] for r in reasons] == [
        "没有这个编号的条目，可能已经撤下，或者编号被改过",
        "导出以后别人改过这一条，请重新导出再改",
    ]
    refused = editor.console.open(f"/console/import/{back}/refused.xlsx")
    rows = load_workbook(io.BytesIO(refused.data)).worksheets[0]
    assert rows.max_row == 3
    assert "修改已有的 1 条" in editor.post(f"/console/import/{back}/adopt").text
    [change] = editor.changes()
    assert change.form.content["sections"][0]["text"].endswith("每周一休息。")


def test_a_bureau_sees_its_own_batches_only(
    world: Any, new_console: Callable[[], Any], editor: Editor
) -> None:
    """A foreign and an absent batch, or file, are the same 404."""
    from bot import Bureau

    bureau = world.parts.bureaus.save(Bureau(0, "市公安局"), changed_by=1)
    world.hire("jing", "小景", role="editor", bureau_id=bureau)
    other = Editor(world, new_console(), "jing")
    batch = editor.hand_in(("高龄津贴.html", GUIDE.encode()), name="民政的一批")
    [file] = editor.files(batch)
    assert "民政的一批" not in other.console.open("/console/import").text
    for url in (f"/console/import/{batch}", f"/console/import-files/{file.id}"):
        answer = other.console.open(url)
        absent = other.console.open(url.rsplit("/", 1)[0] + "/999")
        assert (answer.status_code, absent.status_code) == (404, 404)
        token = other.console.token
        assert answer.text.replace(token(answer.text), "") == absent.text.replace(
            token(absent.text), ""
        )
    mine = other.hand_in(("高龄津贴.html", GUIDE.encode()))
    assert world.parts.imports.get(mine, HEAD).hints.department == "市公安局"
    other.read()
    [file] = other.files(mine)
    url = f"/console/import-files/{file.id}"
    form = {"version": "1", "entry": "0", "do": "adopt", "region": "云泽市"}
    assert "归别的部门" in other.post(url, **form).text
    assert other.changes() == []


def test_the_script_sends_one_file_a_request(editor: Editor) -> None:
    """It learns the addresses, then what became of each file."""
    token = editor.console.token(editor.console.open("/console/import").text)
    headers = {"HX-Request": "true", "X-CSRFToken": token}
    client = editor.console.client
    made = client.post("/console/import", data={"region": "云泽市"}, headers=headers)
    assert made.status_code == 201
    files = made.json["files"]
    data = {
        "file": (io.BytesIO(GUIDE.encode()), "a.html"),
        "path": "材料/../民政/a\u202e.html",
    }
    took = client.post(files, data=data, headers=headers)
    assert took.status_code == 201
    assert took.json["name"] == "材料/民政/a.html"
    assert client.post(files, data={}, headers=headers).status_code == 422
    batch = int(made.json["page"].rsplit("/", 1)[1])
    editor.read()
    [file] = editor.files(batch)
    entry = editor.report(file.id)["entries"][0]
    assert entry["draft"]["region"] == "云泽市"


def test_too_large_is_told_and_nothing_is_kept(
    editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is on the list as refused; none of its bytes stay."""
    monkeypatch.setattr("handlers.console.imports.MAX_UPLOAD_BYTES", 10)
    batch = editor.hand_in(("大.html", GUIDE.encode()))
    [file] = editor.files(batch)
    assert file.state is FileState.REFUSED
    assert "上限" in editor.batch(batch)
    folder = editor.world.parts.settings.data_folder / "uploads"
    assert list(folder.iterdir()) == []


def test_one_region_for_all_that_have_none(editor: Editor) -> None:
    """Asked once for the whole batch; then all of it may be taken over."""
    other = GUIDE.replace("老年人高龄津贴", "困难残疾人补贴")
    files = (("甲.html", GUIDE.encode()), ("乙.html", other.encode()))
    batch = editor.hand_in(*files)
    editor.read()
    assert "2 条没有地区" in editor.batch(batch)
    page = editor.post(f"/console/import/{batch}/fill", region="云泽市").text
    assert "已给 2 条补上" in page
    regions = [
        editor.report(file.id)["entries"][0]["draft"]["region"]
        for file in editor.files(batch)
    ]
    assert regions == ["云泽市", "云泽市"]


def test_files_of_a_batch_are_compared_with_each_other(editor: Editor) -> None:
    """The same guide twice under two titles is told of; an edit takes it away."""
    other = GUIDE.replace("老年人高龄津贴申领", "八十岁老人津贴申领")
    files = (("甲.html", GUIDE.encode()), ("乙.html", other.encode()))
    batch = editor.hand_in(*files, region="云泽市")
    editor.read()
    file = editor.files(batch)[0]
    remarks = editor.report(file.id)["entries"][0]["remarks"]
    across = [remark for remark in remarks if remark.get("is_across")]
    assert across
    url = f"/console/import-files/{file.id}"
    form = {"entry": "0", "do": "save", "title": "换个标题"}
    editor.post(url, version=str(editor.report(file.id)["version"]), **form)
    kept = editor.report(file.id)["entries"][0]["remarks"]
    assert [r for r in kept if r.get("is_across")] == across
    form |= {"s0-text": "年满九十周岁。", "s0-heading": "受理条件"}
    editor.post(url, version=str(editor.report(file.id)["version"]), **form)
    kept = editor.report(file.id)["entries"][0]["remarks"]
    assert not [r for r in kept if r.get("is_across")]


def test_leaving_out(editor: Editor) -> None:
    """One entry, or a whole file; neither becomes a change."""
    batch = editor.hand_in(("常见问题.xlsx", make_sheet(FAQ)))
    editor.read()
    [file] = editor.files(batch)
    url = f"/console/import-files/{file.id}"
    editor.post(url, version="1", entry="0", do="leave")
    assert editor.report(file.id)["entries"][0]["state"] == "left"
    assert "这个文件不要了" in editor.post(f"{url}/drop").text
    assert editor.files(batch)[0].state is FileState.DROPPED
    assert editor.changes() == []


def test_reports_are_json(editor: Editor) -> None:
    """Whatever was read can be kept."""
    batch = editor.hand_in(("常见问题.xlsx", make_sheet(FAQ)))
    editor.read()
    [file] = editor.files(batch)
    assert json.loads(json.dumps(editor.report(file.id)))
