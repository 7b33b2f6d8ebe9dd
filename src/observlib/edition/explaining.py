"""What the next publication would make again, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from observlib import store
from observlib.base import disk_cache, inputs, period
from observlib.base.errors import bounded
from observlib.base.inputs import Inputs
from observlib.base.period import Quarter
from observlib.edition import compute, executions
from observlib.edition.checklist import written
from observlib.edition.manifest import entry, entry_of, known_decisions, known_entries, known_frame
from observlib.edition.page_cache import changed_inputs, recall
from observlib.edition.request import Request, check_request
from observlib.pipeline import disclosed, frame
from observlib.publish import check_publisher, standing
from observlib.publish.standing import Record


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
    written(data, root, today)
    found = standing.now(root, data, quarter, only, given or {}, publisher, today)
    request = check_request(root, data, quarter, only, given, today)
    found["the quarter"] = str(request.quarter)
    cache = root / disk_cache.FOLDER / "pages"
    is_computed = compute.is_computed(request)
    decided = known_decisions(request)
    if is_computed:
        decided = disclosed.decisions(data, request.quarter).digest
    shared = request.shared(decided)
    others = known_entries(request)
    reasons = {_named(job): _of_family(request, job) for job in disclosed.jobs(data)}
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
            ran = executions.find(cache, page, shared)
            told_so = "would be made again, not run" if ran else "would run"
            reasons[page.name] = f"{told_so}: {changes}"
            entries.append(entry(page))
    manifest = {
        "quarter": str(request.quarter),
        "kind": request.kind,
        "frame": known_frame(request) if is_computed else {},
        "studies": entries,
    }
    site = site_changes(root, standing.read(root), found, manifest)
    again = f"would be made again: {bounded(site, 9)}"
    return {**reasons, "the site": again if site else "would stay as it is"}


def _named(job: disclosed.Job) -> str:
    family, survey = job
    return f"family {family}{f' ({survey})' if survey else ''}"


def _of_family(request: Request, job: disclosed.Job) -> str:
    """Whether a family would be computed again, and why."""
    asked = (request.data, request.quarter, *job)
    if frame.is_kept(*asked):
        return "is kept"
    return f"would be computed: {bounded(frame.changed_inputs(*asked), 9)}"


def site_changes(
    root: Path, before: Record | None, found: Inputs, manifest: Mapping[str, Any]
) -> list[str]:
    """Why the site that was published last is not the one to publish; nothing where it is."""
    if before is None:
        return ["never made"]
    then = {**standing.site_inputs(before.inputs), **before.pages}
    now = {**standing.site_inputs(found), **shown_of(manifest)}
    reports = root / "reports"
    edition = reports / "editions" / str(manifest["quarter"])
    there = standing.files_of(reports / "_site", edition)
    return inputs.changes(then, now) or inputs.changes(before.files, there)


def shown_of(manifest: Mapping[str, Any]) -> Inputs:
    """What a site shows of its edition, by its pages."""
    pages = {f"its pages/{entry['page']}": entry for entry in manifest["studies"]}
    beside = {"quarter": "the quarter", "kind": "the kind of data", "frame": "its estimates"}
    shown = pages | {name: manifest[key] for key, name in beside.items()}
    return {name: inputs.digest(json.dumps(what).encode()) for name, what in shown.items()}
