"""The release of an edition: from the store to the published site, or nothing at all.

The other editions of the site stay to the byte. A page or a site that was made before from the same
inputs is not made again.
"""

from __future__ import annotations

import contextlib
import json
import platform
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from observlib import (
    disk_cache,
    files,
    frame,
    git,
    inputs,
    main_points,
    period,
    publications,
    quotes,
    revisions,
    standing,
    store,
    told,
)
from observlib.display.typography import typography
from observlib.edition import compute
from observlib.edition.compute import frame_files
from observlib.edition.documentation import write_documentation
from observlib.edition.execute import Workers
from observlib.edition.front_page import front_page, headline, next_edition
from observlib.edition.make import make, write_frame
from observlib.edition.manifest import (
    entry,
    entry_of,
    known_decisions,
    known_entries,
    known_frame,
    leave_out,
    write,
)
from observlib.edition.notices import with_attack, with_notices, with_package, with_part
from observlib.edition.page_cache import changed_inputs, recall
from observlib.edition.passport import with_passport
from observlib.edition.request import Request, check_request
from observlib.edition.sheets import write_sheets
from observlib.editions import crate, dates, quality, record, reviews
from observlib.editions import revisions as revised_figures
from observlib.editions.announced import check_kept
from observlib.editions.record import Edition
from observlib.editions.site import carry, check_kind, complete
from observlib.errors import ObservError, bounded
from observlib.inputs import Inputs
from observlib.period import Quarter
from observlib.publish import check_publisher, publish
from observlib.publish.project import PagesError
from observlib.standing import Record
from observlib.swap import replace_folder, workspace

Approve = Callable[[Mapping[str, Any], Mapping[str, Any], Path], None]
# places of the method's page, and the files of `reports/` that stand there
_MEASURED = {"effacement": "_redaction.md", "machine": "_machine.md"}


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
    computing: store.Progress | None = None,
    executing: store.Progress | None = None,
    publishing: store.Progress | None = None,
    workers: Workers | None = None,
    approve: Approve | None = None,
) -> tuple[Path, list[str]]:
    """Make the pages of a quarter, and publish them in the site, `reports/_site/<quarter>`.

    The edition's executed notebooks are put in `reports/editions/<quarter>`. Both folders change at
    the very end, each at once: an interruption leaves what was published as it was. Nothing of them
    changes where the same was published last.

    Parameters
    ----------
    root
        The project's root.
    data
        Data folder, with its store.
    quarter
        The quarter; the latest complete one to whose end the data goes, if not given.
    only, given
        Studies wanted, and parameters as text (see `edition.plan.plan`). The pages of the other
        studies stay as the quarter's edition has them.
    keep_going
        Publish the studies that succeed, as a partial edition. A study whose page the embedded
        publisher refuses has failed too; Quarto renders all pages or none.
    publisher
        `auto`, `quarto` or `embedded`.
    today
        The day of making.
    computing, executing, publishing
        Progress callbacks of the two steps.
    workers
        Processes that are started already (see `edition.execute.started`); else they are here.
    approve
        Called with the manifest, what the edition's own attack found (see `told.report`) and the
        folder of its pages, before they are public; what it raises leaves all as it was.

    Returns
    -------
    index, failed
        The site's `index.html`, and a line for each page that `keep_going` left out.

    Raises
    ------
    UsageError
        For a future quarter, and what `plan` raises.
    ObservError
        For a quarter without data, a clock behind the data, a failed study, a page that cannot be
        published, a folder that cannot be written.
    """
    began, today = time.monotonic(), today or period.today()
    check_publisher(publisher)
    # before all else is read: what changes from here on is seen by the next run
    found = standing.now(root, data, quarter, only, given or {}, publisher, today)
    before = standing.read(root)
    request = check_request(root, data, quarter, only, given, today)
    found["the quarter"] = str(request.quarter)
    reports, cache = root / "reports", root / disk_cache.FOLDER
    site = reports / "_site"
    check_kind(site, request.kind)
    check_kept(dates.load(data, root), site, request.kind, today)
    with (
        files.telling_write_errors(reports, "what was published is as it was"),
        workspace(site) as work,
    ):
        request.published.parent.mkdir(exist_ok=True)
        folder = work / "edition"
        folder.mkdir()
        manifest = make(
            request,
            folder,
            cache=cache / "pages",
            keep_going=keep_going,
            workers=workers,
            computing=computing,
            executing=executing,
        )
        manifest |= _origin(request, folder, found)
        edition = _dated(request, folder, manifest)
        if store.digest(data) != request.digest:
            raise ObservError(
                f"{data}: the store changed while the studies ran, and pages may differ in their "
                "data; nothing was published; run the command again"
            )
        if before is None or _site_changes(root, before, found, manifest):
            made = today.isoformat()
            outputs = _publish(
                request, work, manifest, edition, began, publisher, keep_going, publishing, approve
            )
        else:
            _approve(approve, request, manifest, site)
            made, outputs = before.made, before.files
        lines = [
            f"study {page['page']}: {page['error']}; see {request.failed / page['page']}.ipynb"
            for page in manifest["studies"]
            if page["page"] in request.wanted and "error" in page
        ]
        if not lines:
            asked, latest = str(request.quarter), str(store.latest_quarter(data, today))
            standing.write(root, Record(found, asked, made, _pages(manifest), outputs, latest))
        disk_cache.prune(cache)
    return site / "index.html", lines


def _publish(
    request: Request,
    work: Path,
    manifest: dict[str, Any],
    edition: Edition,
    began: float,
    publisher: str,
    keep_going: bool,
    publishing: store.Progress | None,
    approve: Approve | None,
) -> Inputs:
    """Publish the edition that a work folder holds beside the others; the files of it all.

    A page that cannot be published is left out of the manifest with `keep_going`.
    """
    root, data, quarter = request.root, request.data, str(request.quarter)
    site, whole, folder = root / "reports" / "_site", work / "site", work / "edition"
    whole.mkdir()

    def make_pages(project: Path, target: Path) -> None:
        publish(project, target, publisher, publishing, root / disk_cache.FOLDER / "site")

    rows, _ = publications.tables(folder)
    revisions.check(root, data, rows, request.catalogue, request.quarter, request.today)
    while True:
        try:
            make_pages(_project(request, work, manifest), whole / quarter)
            break
        except PagesError as error:
            if not keep_going:
                raise
            leave_out(manifest, folder, request.failed, _of_studies(error, manifest))
            edition = _dated(request, folder, manifest)
    _approve(approve, request, manifest, whole)
    crate.write(edition, manifest, whole / quarter)
    record.write(edition, manifest, _build(began), whole / quarter)
    sources = work / "list"
    standing.copy_sources(root, sources)
    with _alone(root):  # else another run's edition would be lost
        carry(site, whole, quarter, request.kind)
        # before it is public: nobody may forget what others can know
        decided = told.decisions(data, request.quarter)
        publications.keep(data, request.quarter, folder, request.today)
        told.keep(data, request.quarter, request.digest, [decided])
        known, read = dates.load(data, root), reviews.load(root / "reports")
        complete(whole, sources, data, request.catalogue, known, read, make_pages, quarter)
        made = standing.files_of(whole, folder)
        replace_folder(whole, site)
    replace_folder(folder, request.published)
    return made


def _origin(request: Request, folder: Path, found: Inputs) -> dict[str, Any]:
    """What the edition in a folder is made from, as its manifest has it."""
    root, data = request.root, request.data
    made_from = standing.origin(found) | {"the lock": inputs.file(root / "requirements.lock")}
    # a commit since, of nothing that it is made from, is none of its own
    before = record.raw(root / "reports" / "_site" / str(request.quarter))
    is_same = before.get("made_from") == made_from
    commit = str(before["commit"]) if is_same else git.commit(root)
    return {
        "commit": commit,
        "publisher": "embedded" if found["the publisher"] == "embedded" else "quarto",
        "made_from": made_from,
        "data": store.digests(data),
        "earlier": publications.before(data, request.quarter, folder),
    }


def _dated(request: Request, folder: Path, manifest: dict[str, Any]) -> Edition:
    """The edition that a folder holds, as it is about to be published; its manifest says so too.

    Its data bear its day, which is an earlier one where it tells nothing new.
    """
    rows, pairs = publications.tables(folder)
    first = headline(rows, pairs, request.catalogue, request.quarter)
    quarter, site = str(request.quarter), request.root / "reports" / "_site"
    before = {one.quarter: one for one in record.published(site)}.get(quarter)
    edition = record.made(manifest, folder, first, before, request.today)
    if edition.changed != request.today:
        manifest["frame"] = write_frame(frame_files(request, edition.changed), folder)
    manifest |= edition.days
    write(manifest, folder)
    return edition


def _build(began: float) -> dict[str, Any]:
    """How an edition is made here since a moment, which is of no matter to what it tells."""
    found = inputs.installed()
    versions = {name.partition("/")[2]: version for name, version in found.items() if "/" in name}
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": versions,
        "seconds": round(time.monotonic() - began, 1),
    }


def _approve(
    approve: Approve | None, request: Request, manifest: Mapping[str, Any], site: Path
) -> None:
    """Let who asked for it look at the edition as it stands in a site, and stop it."""
    if approve:
        report = told.report(told.decisions(request.data, request.quarter))
        approve(manifest, report, site / str(request.quarter))


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Wait until no other run puts a site together; others wait meanwhile."""
    place = root / disk_cache.FOLDER
    place.mkdir(parents=True, exist_ok=True)
    with (place / "site.lock").open("a", encoding="utf-8") as stream:
        while not files.lock(stream):
            time.sleep(0.1)
        yield


def _project(request: Request, work: Path, manifest: Mapping[str, Any]) -> Path:
    """The project folder of an edition: what people wrote of the site, around its notebooks."""
    copy, reports = work / "project", request.root / "reports"
    shutil.rmtree(copy, ignore_errors=True)
    standing.copy_sources(request.root, copy)
    not_pages = shutil.ignore_patterns(*publications.FILES)
    shutil.copytree(work / "edition", copy, ignore=not_pages, dirs_exist_ok=True)
    write_sheets(request.practices, request.catalogue, copy / "practices")
    write_documentation(request.root / "docs", copy / "documentation")
    for study in manifest["studies"]:
        if "sha256" in study:
            page = copy / f"{study['page']}.ipynb"
            text = with_passport(page.read_text("utf-8"), study, manifest, request.place)
            page.write_text(text, encoding="utf-8", newline="\n")
    _announce(reports / "index.qmd", copy, manifest, request, work / "edition")
    _tell_method(reports / "methode.qmd", copy, request, manifest, work / "edition")
    return copy


def explain(
    root: Path,
    data: Path,
    quarter: Quarter | None = None,
    *,
    only: Sequence[str] = (),
    given: Mapping[str, str] | None = None,
    publisher: str = "auto",
    today: date | None = None,
) -> dict[str, str]:
    """Say what `release` would make again, and why: each `family …`, each page, `the site`.

    The parameters and the errors are those of `release`; nothing is made.
    """
    today = today or period.today()
    check_publisher(publisher)
    found = standing.now(root, data, quarter, only, given or {}, publisher, today)
    request = check_request(root, data, quarter, only, given, today)
    found["the quarter"] = str(request.quarter)
    cache = root / disk_cache.FOLDER / "pages"
    is_computed = compute.is_computed(request)
    decided = known_decisions(request)
    if is_computed:
        decided = told.decisions(data, request.quarter).digest
    shared = request.shared(decided)
    others = known_entries(request)
    reasons = {_named(job): _of_family(request, job) for job in told.jobs(data)}
    entries = []
    for page in request.pages:
        if known := others.get(page.name):
            stays = known.get("asked", True)
            reasons[page.name] = "would stay as the edition has it" if stays else "is not asked for"
            entries.append(known)
        elif made := recall(cache, page, shared):
            reasons[page.name] = "is kept"
            entries.append(entry_of(page, made, store.digests(data)))
        else:
            changes = bounded(changed_inputs(cache, page, shared), 9)
            reasons[page.name] = f"would run: {changes}"
            entries.append(entry(page))
    manifest = {
        "quarter": str(request.quarter),
        "kind": request.kind,
        "frame": known_frame(request) if is_computed else {},
        "studies": entries,
    }
    site = _site_changes(root, standing.read(root), found, manifest)
    again = f"would be made again: {bounded(site, 9)}"
    return {**reasons, "the site": again if site else "would stay as it is"}


def _named(job: told.Job) -> str:
    family, survey = job
    return f"family {family}{f' ({survey})' if survey else ''}"


def _of_family(request: Request, job: told.Job) -> str:
    """Whether a family would be computed again, and why."""
    asked = (request.data, request.quarter, *job)
    if frame.is_kept(*asked):
        return "is kept"
    return f"would be computed: {bounded(frame.changed_inputs(*asked), 9)}"


def _site_changes(
    root: Path, before: Record | None, found: Inputs, manifest: Mapping[str, Any]
) -> list[str]:
    """Why the site that was published last is not the one to publish; nothing where it is."""
    if before is None:
        return ["never made"]
    then = {**standing.site_inputs(before.inputs), **before.pages}
    now = {**standing.site_inputs(found), **_pages(manifest)}
    reports = root / "reports"
    edition = reports / "editions" / str(manifest["quarter"])
    there = standing.files_of(reports / "_site", edition)
    return inputs.changes(then, now) or inputs.changes(before.files, there)


def _pages(manifest: Mapping[str, Any]) -> Inputs:
    """What a site shows of its edition, by its pages."""
    pages = {f"its pages/{entry['page']}": entry for entry in manifest["studies"]}
    beside = {"quarter": "the quarter", "kind": "the kind of data", "frame": "its estimates"}
    shown = pages | {name: manifest[key] for key, name in beside.items()}
    return {name: inputs.digest(json.dumps(what).encode()) for name, what in shown.items()}


def _of_studies(error: PagesError, manifest: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with each study's page; a fixed page cannot be left out, and is raised."""
    studies = {f"{study['page']}.ipynb" for study in manifest["studies"]}
    if not studies.issuperset(map(str, error.by_page)):
        raise error
    return {page.stem: bounded(found, sep="; ") for page, found in error.by_page.items()}


def _tell_method(
    method: Path, copy: Path, request: Request, manifest: Mapping[str, Any], edition: Path
) -> None:
    """Put on the copy of the method page, if there is one, what was measured and what code says.

    That is what the edition's own attack found, what redaction and the machine find of texts, the
    rule by which texts are quoted, the quality of the edition, and what became of published
    figures.
    """
    if method.exists():
        report = told.report(told.decisions(request.data, request.quarter))
        text = method.read_text(encoding="utf-8")
        text = with_attack(text, str(request.quarter), report, request.catalogue)
        text = with_part(text, "citation", typography(quotes.rule()))
        text = with_part(text, "faits", typography(main_points.rule()))
        day = date.fromisoformat([manifest["published"], *manifest["revisions"]][-1])
        text = with_part(text, "qualite", quality.told(request, edition, manifest["published"]))
        of = (request.catalogue, request.quarter, day)
        before = publications.earlier(request.data)
        rows, _ = publications.tables(edition)
        text = with_part(text, "revisions", revised_figures.part(rows, before, *of))
        for name, measured in _MEASURED.items():
            if f"<!-- {name} -->" in text:
                text = with_part(text, name, _measured(method.with_name(measured)))
        (copy / method.name).write_text(text, encoding="utf-8", newline="\n")


def _measured(path: Path) -> str:
    """What was measured of texts, as a part of the method page."""
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise ObservError(
            f"reports/{path.name}: is absent or not UTF-8; restore it, or take its place out of "
            "reports/methode.qmd"
        ) from error


def _announce(
    home: Path, copy: Path, manifest: Mapping[str, Any], request: Request, edition: Path
) -> None:
    """Put the notices and the main points of an edition's folder on the copy of the home page."""
    try:
        text = home.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise ObservError(
            f"reports/{home.name}: is absent or not UTF-8; an edition needs it as its home page"
        ) from error
    rows, pairs = publications.tables(edition)
    points, pictures = front_page(
        rows,
        pairs,
        request.catalogue,
        frame.actions(request.data, request.quarter),
        request.quarter,
        {study["page"] for study in manifest["studies"] if "sha256" in study},
    )
    text = with_package(with_part(text, "points", points), edition, manifest.get("frame", {}))
    if following := dates.load(request.data, request.root).after(str(request.quarter)):
        said = next_edition(following[0].quarter, following[0].date)
        text = with_part(text, "prochaine", said)
    (copy / home.name).write_text(with_notices(text, manifest), encoding="utf-8", newline="\n")
    for name, content in pictures.items():
        (copy / name).parent.mkdir(exist_ok=True)
        (copy / name).write_bytes(content)
