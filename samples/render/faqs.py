"""Common questions as the sheet a bureau's hotline desk keeps."""

from .sheet import render_sheet
from .text import Record, write_iso

HEADERS = (
    "问题",
    "相似问题",
    "答案",
    "部门",
    "区域",
    "关联事项",
    "生效日期",
    "失效日期",
)


def render_faq_sheet(faqs: list[Record]) -> bytes:
    """Return one workbook, a row a question, similar questions one a line."""
    return render_sheet("常见问题", HEADERS, [_make_row(faq) for faq in faqs])


def _make_row(faq: Record) -> list[str]:
    return [
        faq["question"],
        "\n".join(faq["similar"]),
        faq["answer"].strip(),
        faq["department"],
        faq["region"],
        faq["item"],
        write_iso(faq["effective_on"]),
        write_iso(faq["expires_on"]),
    ]
