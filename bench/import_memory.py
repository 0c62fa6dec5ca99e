"""How much the web process grows while a folder goes through the page 导入文件.

    python -m bench.import_memory ../shared/eval/documents

The web process is one of its own; files are read by another, as the worker does.
"""

from __future__ import annotations

import io
import multiprocessing
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

KEY = "a key of the bench, long enough to be one"
PASSWORD = "tiger-lamp-river-9"


def make_parts(root: str):
    """Wire the service on a folder of its own."""
    from handlers.assembly import assemble
    from handlers.settings import DatabaseSettings, KnowledgeSettings, Settings

    folder = Path(root)
    return assemble(
        Settings(
            secret_key=KEY,
            database=DatabaseSettings(f"sqlite:///{folder / 'wenzheng.db'}"),
            knowledge=KnowledgeSettings(folder=str(folder / "releases")),
            root=folder,
        )
    )


def serve(root: str, port) -> None:
    """Answer as the web process does, without the knowledge base."""
    import logging

    from werkzeug.serving import make_server

    from handlers.web import create_app

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, create_app(make_parts(root)), threaded=True)
    port.value = server.server_port
    server.serve_forever()


def read(root: str) -> None:
    """Read what waits."""
    parts = make_parts(root)
    while True:
        parts.importer.read_waiting()
        time.sleep(0.2)


def resident_mib(pid: int) -> float:
    """Return the memory in use of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def main() -> None:
    """Print the growth."""
    import httpx

    from bot import upgrade_database

    folder = Path(sys.argv[1])
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as root:
        parts = make_parts(root)
        upgrade_database(parts.engine)
        token = parts.officers.make_setup_token("editor")
        fields = {"staff_number": "1", "department": "局", "name": "编辑"}
        parts.officers.redeem(token, login="bianji", password=PASSWORD, **fields)
        port = context.Value("i", 0)
        web = context.Process(target=serve, args=(root, port), daemon=True)
        reader = context.Process(target=read, args=(root,))
        web.start()
        reader.start()
        while not port.value:
            time.sleep(0.1)
        try:
            drive(httpx, port.value, web.pid, folder, files)
        finally:
            reader.terminate()
            web.terminate()


def drive(httpx, port: int, pid: int, folder: Path, files: list[Path]) -> None:
    """Log in, send the files, look at the pages, and print what it cost."""
    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}/console", timeout=120, follow_redirects=True
    ) as client:

        def token(path: str) -> str:
            page = client.get(path).text
            return re.search(r'name="csrf-token" content="([^"]+)"', page)[1]

        form = {"csrf_token": token("/login"), "login": "bianji", "password": PASSWORD}
        client.post("/login", data=form)
        headers = {"X-CSRFToken": token("/import"), "HX-Request": "true"}
        client.get("/import")
        before = resident_mib(pid)
        begun = time.monotonic()
        made = client.post("/import", data={"region": "云泽市"}, headers=headers).json()
        peak, sent = before, Counter()
        for file in files:
            path = file.relative_to(folder).as_posix()
            answer = client.post(
                made["files"].removeprefix("/console"),
                data={"path": path},
                files={"file": (file.name, io.BytesIO(file.read_bytes()))},
                headers=headers,
            )
            sent[answer.status_code] += 1
            peak = max(peak, resident_mib(pid))
        uploaded = time.monotonic() - begun
        page_path = made["page"].removeprefix("/console")
        while "data-unread" in (page := client.get(f"{page_path}/now").text):
            peak = max(peak, resident_mib(pid))
            time.sleep(1)
        done, read_all = time.monotonic() - begun, resident_mib(pid)
        ids = sorted(set(map(int, re.findall(r"/import-files/(\d+)", page))))
        slowest = 0.0
        for number in ids:
            start = time.monotonic()
            assert client.get(f"/import-files/{number}").status_code == 200
            slowest = max(slowest, time.monotonic() - start)
            peak = max(peak, resident_mib(pid))
    after = resident_mib(pid)
    print(f"files sent: {dict(sent)}, {sum(f.stat().st_size for f in files) >> 20} MiB")
    print(f"uploaded in {uploaded:.0f} s, all read after {done:.0f} s")
    print(f"file pages opened: {len(ids)}, slowest {slowest:.2f} s")
    print(f"web process: {before:.1f} MiB, peak {peak:.1f}, after {after:.1f}")
    print(f"growth: {read_all - before:.1f} MiB when all were read,", end=" ")
    print(f"{after - before:.1f} MiB after all pages, {peak - before:.1f} at the peak")


if __name__ == "__main__":
    main()
