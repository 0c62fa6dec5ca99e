"""``ingest-web``: read web sites that the configuration allows, as drafts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import click

from handlers.cli import Context, FailedError
from handlers.commands.drafting import put_as_drafts

if TYPE_CHECKING:
    from handlers.config import Settings
    from handlers.page_memory import PageMemory
    from handlers.settings_sites import SiteSettings
    from ingest import FileReport, Known, Page, SafeReader, Site
    from knowledge import EntryDraft

_STATUS = {"new": "新网页", "changed": "有变化", "unchanged": "没有变化"}


@dataclass
class _Tally:
    """What came of one site."""

    counts: dict[str, int] = field(default_factory=dict)
    drafts: list[EntryDraft] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    known: dict[str, Known] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)


@click.command(
    "ingest-web",
    help="读配置文件里列出的网站，只读有变化的网页，作为草稿交给审核员。",
)
@click.argument("names", nargs=-1, metavar="[网站名称]…")
@click.option("--as-drafts", "login", metavar="账号", help="作为这个账号的草稿送审。")
@click.option("--dry-run", is_flag=True, help="只看会读到什么，不保存。")
@click.option("--all", "is_all", is_flag=True, help="没有变化的网页也重新读。")
@click.pass_obj
def ingest_web(
    context: Context,
    names: tuple[str, ...],
    login: str | None,
    dry_run: bool,
    is_all: bool,
) -> None:
    """Read the sites, hand what is new to the reviewers."""
    from handlers.page_memory import PageMemory

    context.start_logging("error")
    settings = context.settings
    if login is None and not dry_run:
        raise FailedError("请写 --as-drafts 账号（送审），或 --dry-run（只看不存）。")
    for site in _choose(settings, names):
        memory = PageMemory(settings.data_folder / "web", site.name)
        tally = _read(settings, site, memory, is_all=is_all)
        _tell(site, tally)
        if login is not None and not dry_run:
            _keep(context, login, tally, memory)


def _choose(settings: Settings, names: Sequence[str]) -> list[SiteSettings]:
    sites = {site.name: site for site in settings.ingest.sites}
    if not sites:
        raise FailedError("配置文件里没有网站，请先在 ingest.sites 里写上。")
    if unknown := [name for name in names if name not in sites]:
        raise FailedError(f"配置里没有网站“{unknown[0]}”，有：{'、'.join(sites)}。")
    return [sites[name] for name in names] if names else list(sites.values())


def _read(
    settings: Settings, site: SiteSettings, memory: PageMemory, *, is_all: bool
) -> _Tally:
    from handlers.fetching import Fetcher
    from ingest import Crawl, SafeReader

    allowed, tally = make_site(site), _Tally()
    fetcher = Fetcher(settings.ingest.contact)
    crawl = Crawl(allowed, fetcher, time.sleep, {} if is_all else memory.pages)
    try:
        with SafeReader() as reader:
            for page in crawl.iter_pages():
                tally.counts[page.status] = tally.counts.get(page.status, 0) + 1
                _take(page, allowed, reader, tally)
    finally:
        fetcher.close()
    return tally


def make_site(site: SiteSettings) -> Site:
    """Return the site of the settings; a host without a port may have either."""
    from ingest import Site

    hosts = [
        place
        for host in site.hosts.split()
        for place in ([host] if ":" in host else [f"{host}:80", f"{host}:443"])
    ]
    return Site(
        name=site.name,
        start=tuple(site.start.split()),
        depth=site.depth,
        include=site.include,
        hosts=tuple(hosts),
        is_internal=site.is_internal,
        delay_s=site.delay_s,
        max_pages=site.max_pages,
        department=site.department,
        region=site.region,
    )


def _take(page: Page, site: Site, reader: SafeReader, tally: _Tally) -> None:
    """Read a page that is new or changed; note what people should see."""
    from ingest import name_of

    if page.status in ("refused", "gone"):
        tally.notes.append(f"{page.url}：{page.reason}")
        if page.status == "gone":
            tally.gone.add(page.url)
        return
    if page.status != "unchanged" and page.is_taken:
        for report in reader.read_bytes(page.body, name_of(page.url)):
            if report.status == "refused":
                tally.notes.append(f"{page.url}：{report.reason}")
            tally.drafts += fill_in(report, page.url, site)
            tally.notes += [f"{page.url}：{text}" for text in report.warnings]
    if page.known is not None:
        tally.known[page.url] = page.known


def fill_in(report: FileReport, url: str, site: Site) -> list[EntryDraft]:
    """Return the drafts with where they are from, and what the page does not say."""
    return [
        replace(
            draft,
            source=replace(draft.source, url=url),
            department=draft.department or site.department,
            region=draft.region or site.region,
        )
        for draft in report.drafts
    ]


def _tell(site: SiteSettings, tally: _Tally) -> None:
    counts = [f"{_STATUS[key]} {tally.counts.get(key, 0)}" for key in _STATUS]
    click.echo(f"{site.name}：{'，'.join(counts)}，读出 {len(tally.drafts)} 个条目。")
    for note in tally.notes:
        click.echo(f"  {note}")


def _keep(context: Context, login: str, tally: _Tally, memory: PageMemory) -> None:
    """Hand the drafts in; only then are the pages remembered as read."""
    from bot import upgrade_database
    from handlers.assembly import assemble

    if tally.drafts:
        parts = assemble(context.settings)
        upgrade_database(parts.engine)
        click.echo(put_as_drafts(parts, login, tally.drafts))
    memory.keep(tally.known, frozenset(tally.gone))
