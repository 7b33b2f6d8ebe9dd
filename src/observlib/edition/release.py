"""The release of an edition: from the store to the published site, or nothing at all.

The other editions of the site stay to the byte, but for those that do not bear an erratum yet.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from observlib import store
from observlib.base import files, git, kept, period
from observlib.base.errors import ObservError, UsageError, bounded
from observlib.base.files import Progress, replace_folder, workspace
from observlib.base.period import Quarter
from observlib.base.processes import telling_ends
from observlib.base.yaml_files import as_front_matter, dump, mapping, read_text
from observlib.catalogue import Catalogue
from observlib.display import style
from observlib.display.output import macros
from observlib.edition import make, notices
from observlib.edition.checklist import written
from observlib.edition.plan import Request, check_request
from observlib.edition.staging import stage
from observlib.language.prose import Markdown, plain
from observlib.pipeline import archive, disclosed, frame, project, revisions
from observlib.publish import check_publisher, publish, record, standing, vintages
from observlib.publish.project import PagesError, broken_links, full_report_name, links_of
from observlib.publish.record import Edition

# --- The whole site around an edition: the others as they were published, and what leads to them

_PAGES = macros(__file__)
_FOLDER = "editions"
_MADE = "pages.json"  # of what is kept
_SERIES = "Séries publiées"
_FIXED = {
    "_editions.qmd": "index.qmd",
    "_calendar.qmd": "calendrier.qmd",
    "_reviews.qmd": f"{record.REVIEWS_PAGE}.qmd",
    "_errata.qmd": f"{revisions.ERRATA_PAGE}.qmd",
    "_series.qmd": "series.qmd",
}
# the addresses of a page that lead from where it stands, but for its own
_ADDRESS = re.compile(
    r'(\s(?:href|src|srcset|data-root)=")(?![#/]|\w[\w+.-]*:|(?:\./)?index\.html")'
)
_OFFSET = re.compile(r'(name="quarto:offset" content=")')


def check_kind(site: Path, kind: str) -> None:
    """Refuse to publish synthetic figures in the place of real ones."""
    real = [one.quarter for one in record.published_editions(site) if one.kind == "real"]
    if kind != "real" and real:
        raise UsageError(
            f"{site}: holds editions of real data ({bounded(real)}), which synthetic figures do "
            "not replace; publish the demonstration from another copy of the project"
        )


def carry(site: Path, whole: Path, but: str, kind: str) -> None:
    """Put the editions that stay into a new site, to the byte."""
    every = record.published_editions(site)
    stay = [one for one in every if one.quarter != but and one.kind == kind]
    problems = []
    for edition in stay:
        folder = site / edition.quarter
        found = record.edition_files(folder)
        wrong = sorted({name for name, _ in found.items() ^ edition.files.items()})
        if wrong:
            problems.append(
                f"{folder}: is not as it was published ({bounded(wrong)}); take away what was "
                "added, bring it back from a copy, or publish it again: `observ edition "
                f"{edition.quarter}`"
            )
        shutil.copytree(folder, whole / edition.quarter, copy_function=_same)
    ObservError.raise_any(problems)


def _same(source: str, target: str) -> None:
    """The same file at another place: one on the disk where that can be, else a copy."""
    with contextlib.suppress(OSError):
        os.link(source, target)
        return
    shutil.copy2(source, target)


def complete_site(
    request: Request, whole: Path, sources: Path, publish: Callable[[Path, Path], object]
) -> None:
    """Make what leads to the editions of a site: front page, list, series, feed, calendar."""
    root, data, corrected = request.root, request.data, request.errata
    calendar, read = record.load_calendar(data, root), record.Review.load(root / "reports")
    editions = record.published_editions(whole)
    config = mapping(read_text(sources / "_quarto.yml"), sources / "_quarto.yml")
    website = config.get("website") or {}
    title = style.read_brand(sources).name
    site = str(website.get("site-url") or "")
    site += "/" * (site != "" and not site.endswith("/"))
    summaries = notices.errata_summaries(corrected, request.catalogue)
    (whole / record.FEED).write_bytes(record.feed(editions, title, site, summaries))
    (whole / record.CALENDAR).write_bytes(record.calendar(editions, calendar, title, site))
    catalogue = revisions.with_errata(request.catalogue, corrected)
    found = _series(request, catalogue, editions[0].is_demonstration)
    (whole / vintages.SERIES).write_bytes(found[vintages.SERIES])
    products, changes = json.loads(found[_MADE])
    studies = {edition.quarter: record.studies(whole / edition.quarter) for edition in editions}
    borne = {edition.quarter: record.errata(whole / edition.quarter) for edition in editions}
    errata = notices.latest_first(corrected, catalogue)
    parts = {
        "editions": _PAGES("editions", editions, partial(record.badge, read=read), changes, borne),
        **record.calendar_parts(editions, calendar),
        "relectures": record.reviews_page(editions, studies, read),
        "errata": notices.PAGES("page", errata, editions, studies, borne),
    }
    _write_project(sources, config, editions, parts, products, changes)
    publish(sources, whole / _FOLDER)
    latest = editions[0].quarter
    home = (whole / latest / "index.html").read_text(encoding="utf-8")
    (whole / "index.html").write_text(moved(home, latest), encoding="utf-8", newline="\n")
    for page in (whole / "index.html", *(whole / _FOLDER).glob("*.html")):
        feed = f"{'../' if page.parent != whole else ''}{record.FEED}"
        link = f'<link rel="alternate" type="application/atom+xml" href="{feed}">\n</head>'
        text = page.read_text(encoding="utf-8").replace("</head>", link, 1)
        page.write_text(text, encoding="utf-8", newline="\n")
    _check(whole, request.quarter)


def _series(request: Request, catalogue: Catalogue, is_demonstration: bool) -> Mapping[str, bytes]:
    """All that was published as CSV, and the pages of series and of changes; kept."""
    data, root = request.data, request.root

    def make() -> dict[str, bytes]:
        published = archive.earlier(data)
        told = vintages.tellings(published)
        rows = vintages.series_csv(told, catalogue, is_demonstration)
        pages = [
            vintages.series_pages(told, catalogue),
            vintages.difference_pages(published, catalogue),
        ]
        return {vintages.SERIES: rows.encode("utf-8"), _MADE: json.dumps(pages).encode()}

    of = {
        **kept.code_of(__name__),
        **project.knowledge(data, root),
        **project.policy(data, root),
        **kept.tree("what was published", data / archive.ARCHIVE_FOLDER),
        "the errata": kept.bytes_digest(request.errata.to_csv(index=False).encode()),
    }
    return kept.made(root / kept.KEPT_FOLDER / "site", "series", of, make)


def moved(page: str, folder: str) -> str:
    """An HTML page of a folder as it stands above that folder, with links to the same places."""
    page = _OFFSET.sub(rf"\g<1>{folder}/", page)
    return _ADDRESS.sub(rf"\g<1>{folder}/", page).replace(f'="{folder}/../', '="')


def _write_project(
    sources: Path,
    config: dict[str, Any],
    editions: Sequence[Edition],
    parts: Mapping[str, str],
    products: Mapping[str, tuple[str, Markdown]],
    changes: Mapping[str, tuple[str, str, Markdown]],
) -> None:
    """Make of the copied sources the project of the list of editions, series and changes."""
    latest = editions[0]
    changed = max(edition.changed for edition in editions).isoformat()
    about = {"quarter": latest.quarter, "kind": latest.kind, "published": changed, "studies": []}
    (sources / "manifest.json").write_text(json.dumps(about), encoding="utf-8")
    parts = {**parts, "series": _PAGES("products", products)}
    pages = {page: read_text(sources / source) for source, page in _FIXED.items()}
    for name, (title, tables) in products.items():
        pages[f"{name}.qmd"] = _with_title(f"{_SERIES} : {title}", _PAGES("series", tables))
    for name, title, told in changes.values():
        pages[f"{name}.qmd"] = _with_title(title, told)
    for page, text in pages.items():
        for place, part in parts.items():
            text = notices.with_part(text, place, part)
        text = notices.with_callouts(text, notices.notices(about))
        (sources / page).write_text(text, encoding="utf-8", newline="\n")
    listed = [{"href": f"{name}.qmd", "text": title} for name, (title, _) in products.items()]
    contents = [
        {"href": "../index.html", "text": "Dernière édition"},
        "index.qmd",
        "calendrier.qmd",
        f"{record.REVIEWS_PAGE}.qmd",
        f"{revisions.ERRATA_PAGE}.qmd",
        *({"href": f"{name}.qmd", "text": title} for name, title, _ in changes.values()),
        {"section": _SERIES, "contents": ["series.qmd", *listed]},
    ]
    config["project"] = {**(config.get("project") or {}), "render": [*pages]}
    website = config["website"] = config.get("website") or {}
    website["sidebar"] = {**(website.get("sidebar") or {}), "contents": contents}
    # what the footer leads to is the latest edition's
    text = re.sub(r"href: /([\w-]+)\.qmd", rf"href: ../{latest.quarter}/\1.html", dump(config))
    (sources / "_quarto.yml").write_text(text, encoding="utf-8", newline="\n")


def _with_title(title: str, text: str) -> str:
    header = as_front_matter({"title": str(plain(title)), "format": "html", "toc": False})
    return f"{header}\n{text}\n"


def _check(whole: Path, quarter: str) -> None:
    """Raise where a page of the new site leads out of its folder to no place."""
    folders = (whole / _FOLDER, whole / quarter)
    pages = {}
    for path in (whole / "index.html", *(x for one in folders for x in one.rglob("*.html"))):
        page = links_of(path.read_text(encoding="utf-8"))
        if path.parent != whole:  # what stays in its folder was looked up when that was made
            page = page._replace(targets=[x for x in page.targets if x.startswith("../")])
        pages[path.relative_to(whole).as_posix()] = page
    if found := broken_links(whole, pages):
        raise ObservError(*(f"{name}: {line}" for name, lines in found.items() for line in lines))


# --- What the next publication would make again, and why


def explain_release(
    root: Path,
    data: Path,
    quarter: Quarter | None = None,
    *,
    only: Sequence[str] = (),
    given: Mapping[str, str] | None = None,
    publisher: str = "auto",
    today: date | None = None,
    full_report: bool = False,
) -> dict[str, str]:
    """Say what `release` would make again, and why: each `family …`, each page, `the site`."""
    today = today or period.today()
    check_publisher(publisher)
    written(data, root, today)
    asked = (only, given or {}, publisher, today, full_report)
    found = standing.now(root, data, quarter, *asked)
    request = check_request(root, data, quarter, only, given, today)
    is_computed = make.is_computed(request)
    decided = str(make.read_edition_file(request.published / archive.STEPS).get("decisions", ""))
    if is_computed:
        decided = disclosed.disclosure_decisions(data, request.quarter).digest
    keeping = make.KeptPages(
        root / kept.KEPT_FOLDER / "pages", make.shared_inputs(request, decided)
    )
    others = make.known_entries(request)
    reasons = {}
    for family, survey in disclosed.jobs(data):
        name = f"family {family}{f' ({survey})' if survey else ''}"
        changes = frame.why_not_kept(data, request.quarter, family, survey)
        reasons[name] = f"would be computed: {bounded(changes, 9)}" if changes else "is kept"
    entries = []
    for page in request.pages:
        if known := others.get(page.name):
            stays = known.get("asked", True)
            reasons[page.name] = "would stay as the edition has it" if stays else "is not asked for"
            entries.append(known)
        elif made := keeping.recall(page):
            reasons[page.name] = "is kept"
            entries.append(make.entry_of(page, made, store.table_digests(data)))
        else:
            why = bounded(keeping.why(page), 9)
            ran = keeping.executions.recall(page)
            reasons[page.name] = f"would {'be made again, not run' if ran else 'run'}: {why}"
            entries.append(make.entry_for(page))
    published = make.read_edition_file(request.published / make.MANIFEST)
    manifest = {
        "quarter": request.quarter,
        "kind": request.kind,
        "frame": published.get("frame", {}) if is_computed else {},
        "studies": entries,
        **_full_report(root, request.quarter, full_report),
    }
    site = standing.why_site(root, found, manifest)
    again = f"would be made again: {bounded(site, 9)}"
    return {**reasons, "the site": again if site else "would stay as it is"}


_Manifest = Mapping[str, Any]
_Approve = Callable[[_Manifest, Mapping[str, Any], Path], None]


def release(
    root: Path,
    data: Path,
    quarter: Quarter | None = None,
    *,
    only: Sequence[str] = (),
    given: Mapping[str, str] | None = None,
    keep_going: bool = False,
    publisher: str = "auto",
    today: date | None = None,
    computing: Progress | None = None,
    executing: Progress | None = None,
    publishing: Progress | None = None,
    workers: Executor | None = None,
    approve: _Approve | None = None,
    full_report: bool = False,
) -> tuple[Path, list[str]]:
    """Make the pages of a quarter, and publish them in the site, `reports/_site/<quarter>`.

    Its executed notebooks are put in `reports/editions/<quarter>`. Both folders change at the very
    end, each at once, and not where the same was published last.
    """
    began, started, today = time.monotonic(), time.time(), today or period.today()
    check_publisher(publisher)
    store.follow_address(data)
    # before all else is read: what changes from here on is seen by the next run
    asked = (only, given or {}, publisher, today, full_report)
    found = standing.now(root, data, quarter, *asked)
    written(data, root, today)  # what is wrong stops here, before any study
    request = check_request(root, data, quarter, only, given, today)
    site, cache = root / "reports" / "_site", root / kept.KEPT_FOLDER
    check_kind(site, request.kind)

    def make_pages(sources: Path, target: Path) -> None:
        with telling_ends("pages"):
            publish(sources, target, publisher, publishing, cache / "site", workers)

    with (
        files.telling_write_errors(site.parent, "what was published is as it was"),
        workspace(site) as work,
    ):
        request.published.parent.mkdir(exist_ok=True)
        folder = work / "edition"
        folder.mkdir()
        manifest, memory = make.make_edition(
            request,
            folder,
            cache=cache / "pages",
            keep_going=keep_going,
            workers=workers,
            computing=computing,
            executing=executing,
        )
        manifest |= _origin(request, folder, manifest, found)
        manifest |= _full_report(root, request.quarter, full_report)
        edition = _dated(request, folder, manifest)
        if store.store_digest(data) != request.digest:
            raise ObservError(
                f"{data}: the store changed while the studies ran, and pages may differ in their "
                "data; nothing was published; run the command again"
            )
        look = partial(_look, request, manifest, approve)
        if record := standing.since(root, found, manifest):
            look(site)
        else:
            how = partial(_build, began, memory)
            outputs = _publish(request, work, manifest, edition, keep_going, make_pages, look, how)
            record = standing.StandingPublication(request.quarter, today.isoformat(), outputs)
        failures = _failures(request, manifest)
        if not failures:
            is_latest = request.quarter == store.latest_quarter(data, today)
            standing.keep_publication(root, found, manifest, record, is_latest)
        kept.prune(cache, since=started)
    return site / "index.html", failures


def _look(request: Request, manifest: _Manifest, approve: _Approve | None, site: Path) -> None:
    """Let who asked for it look at the edition as it stands in a site, and stop it."""
    if approve:
        decided = disclosed.disclosure_decisions(request.data, request.quarter)
        approve(manifest, disclosed.disclosure_report(decided), site / request.quarter)


def _failures(request: Request, manifest: _Manifest) -> list[str]:
    """A line for each page that was to be made, and could not."""
    return [
        f"study {page['page']}: {page['error']}; see {request.failed / page['page']}.ipynb"
        for page in manifest["studies"]
        if page["page"] in request.wanted and "error" in page
    ]


def release_others(
    root: Path, data: Path, quarter: Quarter | None, tell: Callable[[str], None], **words: Any
) -> None:
    """Make the other editions of the site again that do not bear the errata of what they tell."""
    today = words.get("today") or period.today()
    for other, names in notices.unborne(root, data, quarter, today).items():
        tell(f"{other} is made again: it tells figures of errata ({names})")
        pages = record.raw(root / "reports" / "_site" / other)["studies"]
        asked = [page["study"] for page in pages if page.get("asked", True)]
        only = [*dict.fromkeys(asked)] if len(asked) < len(pages) else ()
        try:
            release(root, data, Quarter(other), only=only, **words)
        except ObservError as error:
            raise ObservError(
                *error.problems,
                f"{other}: could not be made again with errata ({names}), and is as it "
                "was; bring back what it was made of, or take them back",
            ) from error


def _publish(
    request: Request,
    work: Path,
    manifest: dict[str, Any],
    edition: Edition,
    keep_going: bool,
    make_pages: Callable[[Path, Path], None],
    look: Callable[[Path], None],
    how: Callable[[], dict[str, Any]],
) -> kept.Inputs:
    """Publish the edition that a work folder holds beside the others; the files of it all."""
    root, data, quarter = request.root, request.data, request.quarter
    site, whole, folder = root / "reports" / "_site", work / "site", work / "edition"
    whole.mkdir()

    now = archive.in_the_making(archive.archive_tables(folder)[0], request.quarter, request.today)
    policy = revisions.with_errata(request.catalogue, request.errata)
    revisions.check_revisions(root, data, now, policy)
    while True:
        try:
            make_pages(stage(request, work, manifest), whole / quarter)
            break
        except PagesError as error:
            if not keep_going:
                raise
            make.leave_out(manifest, folder, request.failed, _of_studies(error, manifest))
            edition = _dated(request, folder, manifest)
    look(whole)
    before = record.raw(site / quarter)
    known = {name: x for name, x in before.get("files", {}).items() if name != record.CRATE}
    if known and record.edition_files(whole / quarter) == known:  # no page shows what came since
        manifest["earlier"] = before["earlier"]
        make.write_manifest(manifest, folder)
    record.write_crate(edition, manifest, whole / quarter)
    record.write_record(edition, manifest, how(), whole / quarter)
    sources = work / "list"
    standing.copy_sources(root, sources)
    with _alone(root):  # else another run's edition would be lost
        carry(site, whole, quarter, request.kind)
        # before it is public: nobody may forget what others can know
        decided = disclosed.disclosure_decisions(data, request.quarter)
        archive.keep_estimates(data, request.quarter, folder, request.today)
        disclosed.keep_decisions(data, request.quarter, request.digest, [decided])
        complete_site(request, whole, sources, make_pages)
        made = standing.publication_files(whole, folder)
        replace_folder(whole, site)
    replace_folder(folder, request.published)
    return made


def _origin(
    request: Request, folder: Path, manifest: make.ManifestEntry, found: kept.Inputs
) -> make.ManifestEntry:
    """What the edition is made from, for its manifest; where it tells the same, as before."""
    root, data = request.root, request.data
    borne = notices.borne(request, folder)
    of: make.ManifestEntry = {
        "made_from": standing.origin(root, found),
        "data": store.table_digests(data),
    }
    of |= {"errata": borne} if borne else {}
    tables = (archive.ESTIMATES, archive.COMPARISONS)
    before = record.raw(root / "reports" / "_site" / request.quarter)
    parts = ("errata", *of)  # one that bears none now may have
    is_same = all(before.get(name) == of.get(name) for name in parts) and all(
        before["frame"].get(name) == manifest["frame"][name] for name in tables
    )
    return {
        "commit": before["commit"] if is_same else git.commit(root),
        "publisher": "embedded" if found["the publisher"] == "embedded" else "quarto",
        **of,
        "earlier": archive.published_before(data, request.quarter, folder),
    }


def _full_report(root: Path, quarter: str, is_asked: bool) -> dict[str, bool]:
    """Whether an edition has a PDF of the whole, for its manifest: what had one keeps its own."""
    before = record.raw(root / "reports" / "_site" / quarter)
    had_one = full_report_name(quarter) in before.get("files", {})
    return {"full_report": True} if is_asked or had_one else {}


def _dated(request: Request, folder: Path, manifest: dict[str, Any]) -> Edition:
    """The edition that a folder holds, of an earlier day where it tells nothing new."""
    rows, pairs = archive.archive_tables(folder)
    first = notices.plain_headline(rows, pairs, request.catalogue, request.quarter)
    quarter, site = request.quarter, request.root / "reports" / "_site"
    before = {one.quarter: one for one in record.published_editions(site)}.get(quarter)
    edition = record.new_edition(manifest, folder, first, before, request.today)
    if edition.changed != request.today:
        manifest["frame"] = make.write_frame(make.frame_files(request, edition.changed), folder)
    manifest |= edition.days
    make.write_manifest(manifest, folder)
    return edition


def _build(began: float, memory: Mapping[str, int]) -> dict[str, Any]:
    """How an edition was made here, which is of no matter to what it tells."""
    found = kept.installed_packages()
    versions = {name.partition("/")[2]: version for name, version in found.items() if "/" in name}
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": versions,
        "seconds": round(time.monotonic() - began, 1),
        "memory": dict(memory),  # MiB, of each page
    }


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Wait until no other run puts a site together; others wait meanwhile."""
    place = root / kept.KEPT_FOLDER
    place.mkdir(parents=True, exist_ok=True)
    with (place / "site.lock").open("a", encoding="utf-8") as stream:
        while not files.lock(stream):
            time.sleep(0.1)
        yield


def _of_studies(error: PagesError, manifest: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with each study's page; a fixed page cannot be left out, and is raised."""
    studies = {f"{study['page']}.ipynb" for study in manifest["studies"]}
    if not studies.issuperset(map(str, error.by_page)):
        raise error
    return {page.stem: bounded(found, sep="; ") for page, found in error.by_page.items()}
