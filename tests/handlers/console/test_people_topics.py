"""The page 专人事项: made, changed, tried; and only by who may."""

from __future__ import annotations

from typing import Any

import pytest

from bot import Bureau

PAGE = "/console/people-topics"


@pytest.fixture
def bureau(world: Any) -> int:
    """Where topics go."""
    bureau_id: int = world.parts.bureaus.save(Bureau(0, "市住建局"), changed_by=0)
    return bureau_id


def add(desk: Any, **changes: str) -> Any:
    """Fill in the form."""
    form = {"name": "拆迁补偿", "words": "拆迁\n征收补偿", "bureau_id": ""} | changes
    return desk.send(PAGE, page=PAGE, **form)


def test_a_topic_is_made_tried_changed_and_switched_off(
    world: Any, desk: Any, bureau: int
) -> None:
    """Each step shows on the page, works at once and stands in the trail."""
    assert "还没有专人事项" in desk.open(PAGE).text
    assert "“拆迁补偿”已保存" in add(desk, bureau_id=str(bureau)).text
    tried = desk.open(f"{PAGE}?try=我家拆迁的钱呢").text
    assert "会转人工" in tried
    assert "交给市住建局" in tried
    assert "机器人照常答复" in desk.open(f"{PAGE}?try=医保怎么报").text
    form = {"name": "拆迁", "words": "房屋征收", "bureau_id": ""}
    desk.send(f"{PAGE}/1", page=PAGE, **form)
    assert "机器人照常答复" in desk.open(f"{PAGE}?try=我家拆迁的钱呢").text
    assert "按平常的办法分给部门" in desk.open(f"{PAGE}?try=房屋征收").text
    desk.send(f"{PAGE}/1/active", page=PAGE, is_active="0")
    assert "机器人照常答复" in desk.open(f"{PAGE}?try=房屋征收").text
    desk.send(f"{PAGE}/1/active", page=PAGE, is_active="1")
    assert "会转人工" in desk.open(f"{PAGE}?try=房屋征收").text
    written = world.parts.audit_trail.list_actions()
    topics = {action for action in written if action.startswith("people_topic")}
    assert topics == {f"people_topic.{w}" for w in ("added", "changed", "on", "off")}


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"name": ""}, "请填写名称"),
        ({"name": "长" * 81}, "最多 80 个字"),
        ({"words": " ，"}, "请至少写一个词"),
        ({"words": "税"}, "太短"),
        ({"words": "税。"}, "太短"),
        ({"words": "长" * 41}, "太长"),
        ({"words": "\n".join(f"词语{at}" for at in range(61))}, "最多 60 个"),
        ({"bureau_id": "99"}, "这个部门没有"),
    ],
)
def test_a_form_that_cannot_be_used_says_why(
    world: Any, desk: Any, form: dict[str, str], fault: str
) -> None:
    """What was written stays in the fields; nothing is stored."""
    answer = add(desk, **form)
    assert answer.status_code == 422
    assert fault in answer.text
    assert answer.text.count("<title>有错误：") == 1
    assert world.parts.people_topics.list() == []


def test_names_are_taken_once(desk: Any) -> None:
    """Officers read the name in the queue."""
    add(desk)
    answer = add(desk)
    assert answer.status_code == 422
    assert "已经有同名的事项" in answer.text
    assert add(desk, name="别的", bureau_id="x").status_code == 400


def test_words_of_staff_are_shown_as_text(desk: Any) -> None:
    """Neither a name nor a tried sentence becomes part of the page."""
    add(desk, name="<b>粗</b>", words="<i>斜</i>体")
    page = desk.open(f"{PAGE}?try=<script>斜体</script>").text
    assert "<b>粗" not in page
    assert "<script>斜" not in page
    assert "&lt;b&gt;粗" in page


@pytest.mark.parametrize(
    ("role", "status"),
    [("editor", 200), ("administrator", 200), ("agent", 403), ("auditor", 403)],
)
def test_who_may_open_it(world: Any, console: Any, role: str, status: int) -> None:
    """Editors and administrators."""
    world.hire(role=role)
    console.log_in()
    assert console.open(PAGE).status_code == status
