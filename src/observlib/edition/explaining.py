"""What the next publication would make again, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from observlib import store
from observlib.base import kept, period
from observlib.base.errors import bounded
from observlib.base.period import Quarter
from observlib.edition import compute, kept_pages
from observlib.edition.checklist import written
from observlib.edition.manifest import entry, entry_of, known_decisions, known_entries, known_frame
from observlib.edition.request import check_request
from observlib.pipeline import disclosed, frame
from observlib.publish import check_publisher, standing


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
    cache = root / kept.FOLDER / "pages"
    is_computed = compute.is_computed(request)
    decided = known_decisions(request)
    if is_computed:
        decided = disclosed.decisions(data, request.quarter).digest
    shared = request.shared(decided)
    others = known_entries(request)
    reasons = {}
    for family, survey in disclosed.jobs(data):
        name = f"family {family}{f' ({survey})' if survey else ''}"
        changes = frame.why(data, request.quarter, family, survey)
        reasons[name] = f"would be computed: {bounded(changes, 9)}" if changes else "is kept"
    entries = []
    for page in request.pages:
        if known := others.get(page.name):
            stays = known.get("asked", True)
            reasons[page.name] = "would stay as the edition has it" if stays else "is not asked for"
            entries.append(known)
        elif made := kept_pages.recall(cache, page, shared):
            reasons[page.name] = "is kept"
            entries.append(entry_of(page, made, store.digests(data)))
        else:
            why = bounded(kept_pages.why(cache, page, shared), 9)
            ran = kept_pages.execution(cache, page, shared)
            told_so = "would be made again, not run" if ran else "would run"
            reasons[page.name] = f"{told_so}: {why}"
            entries.append(entry(page))
    manifest = {
        "quarter": str(request.quarter),
        "kind": request.kind,
        "frame": known_frame(request) if is_computed else {},
        "studies": entries,
    }
    site = standing.why_site(root, found, manifest)
    again = f"would be made again: {bounded(site, 9)}"
    return {**reasons, "the site": again if site else "would stay as it is"}
