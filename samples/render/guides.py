"""Service guides as Word tables, Markdown pages and rows of an Excel sheet."""

from . import word
from .sheet import render_sheet
from .text import (
    Record,
    join_aliases,
    number_lines,
    write_date,
    write_iso,
    write_material,
    write_place,
)

MATERIAL_HEADERS = ["序号", "材料名称", "原件", "复印件", "备注"]

#: Label and value; together the 15 cm between Word's margins.
_FACT_WIDTHS_CM = (3, 12)
_MATERIAL_WIDTHS_CM = (1.4, 5.4, 1.5, 1.7, 5)

SHEET_HEADERS = (
    "事项名称",
    "日常用语",
    "实施主体",
    "区域",
    "服务对象",
    "受理条件",
    "申请材料",
    "办理流程",
    "承诺时限",
    "法定时限",
    "收费标准",
    "办理地点",
    "办公时间",
    "咨询监督电话",
    "网上办理",
    "到场次数",
    "通办范围",
    "办理结果",
    "设定依据",
    "更新日期",
    "注意事项",
    "生效日期",
    "失效日期",
)


def render_guide_docx(guide: Record) -> bytes:
    """Return the two-column form: label, value; materials in a second table."""
    document = word.open_document(author=guide["department"], title=guide["title"])
    word.add_line(
        document, f"{guide['title']}办事指南", align=word.CENTRE, size=20, bold=True
    )
    before, after = _split_rows(guide)
    word.add_table(document, before, _FACT_WIDTHS_CM)
    word.add_line(document, "申请材料", bold=True)
    materials = [MATERIAL_HEADERS, *_make_material_rows(guide)]
    word.add_table(document, materials, _MATERIAL_WIDTHS_CM)
    word.add_line(document, "办理信息", bold=True)
    word.add_table(document, after, _FACT_WIDTHS_CM)
    return word.save_document(document)


def render_guide_md(guide: Record) -> str:
    """Return a page: facts as a list under the title, then ``##`` sections."""
    facts = {
        "实施主体": guide["department"],
        "适用区域": guide["region"],
        "日常用语": join_aliases(guide["aliases"]),
        "服务对象": guide["audience"],
        **_list_dates(guide),
        "更新日期": write_date(guide["updated_on"]),
    }
    lines = [f"# {guide['title']}", ""]
    lines += [f"- {label}：{value}" for label, value in facts.items()]
    for heading, body in _list_sections(guide).items():
        lines += ["", f"## {heading}", "", body]
    return "\n".join(lines) + "\n"


def render_guide_sheet(guides: list[Record]) -> bytes:
    """Return one workbook, a row a guide, in the order given."""
    return render_sheet(
        "办事指南", SHEET_HEADERS, [_make_sheet_row(guide) for guide in guides]
    )


def _split_rows(guide: Record) -> tuple[list[list[str]], list[list[str]]]:
    before = {
        "事项名称": guide["title"],
        "日常用语": join_aliases(guide["aliases"]),
        "实施主体": guide["department"],
        "适用区域": guide["region"],
        "服务对象": guide["audience"],
        "受理条件": guide["conditions"].strip(),
    }
    after = {
        "办理流程": guide["process"].strip(),
        "承诺办结时限": guide["promised_limit"],
        "法定办结时限": guide["statutory_limit"],
        "收费标准": guide["fee"],
        "办理地点": _write_places(guide),
        "办公时间": guide["hours"],
        "咨询监督电话": guide["phone"],
        "网上办理": guide["online"],
        "到办事现场次数": guide["visits"],
        "通办范围": guide["scope"],
        "办理结果": guide["result"],
        "设定依据": guide["basis"],
        "注意事项": guide["notes"].strip(),
        **_list_dates(guide),
        "更新日期": write_date(guide["updated_on"]),
    }
    return _keep_filled(before), _keep_filled(after)


def _list_sections(guide: Record) -> dict[str, str]:
    table = [MATERIAL_HEADERS, ["---"] * len(MATERIAL_HEADERS)]
    table += _make_material_rows(guide)
    sections = {
        "受理条件": guide["conditions"].strip(),
        "申请材料": "\n".join(f"| {' | '.join(row)} |" for row in table),
        "办理流程": guide["process"].strip(),
        "办理时限": f"- 承诺时限：{guide['promised_limit']}\n"
        f"- 法定时限：{guide['statutory_limit']}",
        "收费标准": guide["fee"],
        "办理地点": "\n".join(f"- {write_place(place)}" for place in guide["places"]),
        "办公时间": guide["hours"],
        "咨询监督电话": guide["phone"],
        "网上办理": guide["online"],
        "到场次数": guide["visits"],
        "通办范围": guide["scope"],
        "办理结果": guide["result"],
        "设定依据": guide["basis"],
        "注意事项": guide["notes"].strip(),
    }
    return {heading: body for heading, body in sections.items() if body}


def _make_sheet_row(guide: Record) -> list[str]:
    return [
        guide["title"],
        join_aliases(guide["aliases"]),
        guide["department"],
        guide["region"],
        guide["audience"],
        guide["conditions"].strip(),
        number_lines(write_material(material) for material in guide["materials"]),
        guide["process"].strip(),
        guide["promised_limit"],
        guide["statutory_limit"],
        guide["fee"],
        _write_places(guide),
        guide["hours"],
        guide["phone"],
        guide["online"],
        guide["visits"],
        guide["scope"],
        guide["result"],
        guide["basis"],
        write_iso(guide["updated_on"]),
        guide["notes"].strip(),
        write_iso(guide["effective_on"]),
        write_iso(guide["expires_on"]),
    ]


def _write_places(guide: Record) -> str:
    return number_lines(write_place(place) for place in guide["places"])


def _make_material_rows(guide: Record) -> list[list[str]]:
    return [
        [
            str(number),
            material["name"],
            str(material["original"]),
            str(material["copy"]),
            material["note"],
        ]
        for number, material in enumerate(guide["materials"], start=1)
    ]


def _list_dates(guide: Record) -> dict[str, str]:
    dates = {
        "生效日期": write_date(guide["effective_on"]),
        "失效日期": write_date(guide["expires_on"]),
    }
    return {label: text for label, text in dates.items() if text}


def _keep_filled(rows: dict[str, str]) -> list[list[str]]:
    return [[label, value] for label, value in rows.items() if value]
