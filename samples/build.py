"""Build the sample city's files, as its offices keep them, from the sources.

    python samples/build.py [--out samples/city]

The same sources always give the same bytes, and a file that has not changed is
not written again. Imports nothing of the service: see ``render``.

The sheets of halls and bureaus lie beside the folder (city-halls.xlsx …): they are
no knowledge to answer from, and are loaded by commands of their own.
"""

import argparse
import sys
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import yaml
from render import (
    render_bureau_sheet,
    render_faq_sheet,
    render_guide_docx,
    render_guide_md,
    render_guide_sheet,
    render_hall_sheet,
    render_policy_docx,
    render_policy_html,
    render_policy_pdf,
)
from render.text import Record

SAMPLES = Path(__file__).resolve().parent
SOURCES = SAMPLES / "sources"

#: Folders of the district offices, which issue policies but run no windows.
DISTRICT_FOLDERS = {
    "东湖区人民政府办公室": "东湖区政府办",
    "西山区人民政府办公室": "西山区政府办",
    "临江县人民政府办公室": "临江县政府办",
    "高新区管理委员会办公室": "高新区管委会",
}

#: Endings this script writes, hence may delete once their source is gone.
SUFFIXES = {".docx", ".html", ".md", ".pdf", ".xlsx"}


def main() -> int:
    """Read the sources, write the tree and say what was done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=SAMPLES / "city")
    out = parser.parse_args().out
    files = dict(iter_files(load_folders()))
    written = sum(save_file(out / name, data) for name, data in files.items())
    deleted = delete_stale(out, set(files))
    city = load_city()
    sheets = {
        "halls": render_hall_sheet(city["halls"]),
        "bureaus": render_bureau_sheet(city["departments"]),
    }
    written += sum(
        save_file(out.with_name(f"{out.name}-{name}.xlsx"), data)
        for name, data in sheets.items()
    )
    total = len(files) + len(sheets)
    sys.stdout.write(f"{out}: {total} files, {written} written, {deleted} deleted\n")
    return 0


def load_city() -> Record:
    """Return regions, bureaus and halls."""
    city: Record = yaml.safe_load((SOURCES / "city.yaml").read_text(encoding="utf-8"))
    return city


def load_folders() -> dict[str, str]:
    """Return issuer or bureau, in full, to the name of its folder."""
    bureaus = {bureau["name"]: bureau["short"] for bureau in load_city()["departments"]}
    return bureaus | DISTRICT_FOLDERS


def iter_files(folders: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """Yield (path below the output folder, content) of every file."""
    for policy in load_records("policies"):
        name, data = render_policy(policy)
        yield f"{folders[policy['issuer']]}/政策文件/{name}", data
    for department, guides in group_by_department(load_records("guides")):
        for name, data in iter_guide_files(guides):
            yield f"{folders[department]}/办事指南/{name}", data
    for department, faqs in group_by_department(load_records("faqs")):
        short = folders[department]
        yield f"{short}/{short}常见问题.xlsx", render_faq_sheet(faqs)


def load_records(kind: str) -> list[Record]:
    """Return the records of one folder of sources, in order of file name."""
    records: list[Record] = []
    for path in sorted((SOURCES / kind).glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        records += content if isinstance(content, list) else [content]
    return records


def group_by_department(records: list[Record]) -> Iterator[tuple[str, list[Record]]]:
    """Yield (bureau, its records); within a bureau the order is kept."""
    key = itemgetter("department")
    for department, group in groupby(sorted(records, key=key), key=key):
        yield department, list(group)


def render_policy(policy: Record) -> tuple[str, bytes]:
    """Return file name and content in the format the source asks for."""
    stem = f"{policy['title']}（{policy['doc_number']}）"
    match policy["format"]:
        case "docx":
            return f"{stem}.docx", render_policy_docx(policy)
        case "pdf":
            return f"{stem}.pdf", render_policy_pdf(policy)
        case "html":
            return f"{stem}.html", render_policy_html(policy)
        case "html-gb2312":
            return f"{stem}.html", render_policy_html(policy, charset="gb2312")
        case other:
            raise ValueError(f"{policy['doc_number']}: unknown format {other!r}")


def iter_guide_files(guides: list[Record]) -> Iterator[tuple[str, bytes]]:
    """Yield a bureau's guides: a third each as Word, Markdown and sheet rows."""
    for guide in guides[0::3]:
        yield f"{name_guide(guide)}.docx", render_guide_docx(guide)
    for guide in guides[1::3]:
        yield f"{name_guide(guide)}.md", render_guide_md(guide).encode()
    if guides[2::3]:
        yield "办事指南汇总表.xlsx", render_guide_sheet(guides[2::3])


def name_guide(guide: Record) -> str:
    """Return the title, with the district where it is not the whole city."""
    if guide["region"] == "云泽市":
        return str(guide["title"])
    return f"{guide['title']}（{guide['region']}）"


def save_file(path: Path, data: bytes) -> bool:
    """Write the file unless it already holds these bytes; say if written."""
    if path.exists() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return True


def delete_stale(out: Path, names: set[str]) -> int:
    """Delete what an earlier build wrote and this one did not; count it."""
    folders = set(load_folders().values())
    stale = [
        path
        for path in out.glob("*/**/*")
        if path.suffix in SUFFIXES
        and path.relative_to(out).parts[0] in folders
        and path.relative_to(out).as_posix() not in names
    ]
    for path in stale:
        path.unlink()
    return len(stale)


if __name__ == "__main__":
    sys.exit(main())
