"""The release of an edition: from the store to the published site, or nothing at all."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from observlib import files, project, store, tables
from observlib.catalogue import Catalogue
from observlib.edition.make import leave_out, make
from observlib.edition.notices import with_notices
from observlib.edition.plan import plan
from observlib.edition.sheets import FOLDER, write_sheets
from observlib.edition.study import load_studies
from observlib.errors import ObservError, UsageError, bounded
from observlib.followed import FOLLOWED
from observlib.period import Quarter
from observlib.publish import check_publisher, publish
from observlib.publish.project import PagesError
from observlib.publish.swap import replace_folder, workspace

if TYPE_CHECKING:
    import pandas as pd


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
    executing: store.Progress | None = None,
    publishing: store.Progress | None = None,
) -> tuple[Path, list[str]]:
    """Execute the studies of a quarter, and publish them as the site in `reports/_site`.

    The edition's executed notebooks are put in `reports/editions/<quarter>`, the pages made of the
    practice sheets in `reports/practices`. These folders change at the very end, each at once: an
    interruption leaves what was published as it was.

    Parameters
    ----------
    root
        The project's root.
    data
        Data folder, with its store.
    quarter
        The quarter; the latest complete one to whose end the data goes, if not given.
    only, given
        Studies wanted, and parameters as text (see `edition.plan.plan`).
    keep_going
        Publish the studies that succeed, as a partial edition. A study whose page the embedded
        publisher refuses has failed too; Quarto renders all pages or none.
    publisher
        `auto`, `quarto` or `embedded`.
    today
        The day of making.
    executing, publishing
        Progress callbacks of the two steps.

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
    today = today or date.today()
    catalogue = project.catalogue(root)
    check_publisher(publisher)
    store.check(data)
    wanted = _check_quarter(data, quarter, today)
    relative = data.relative_to(root).as_posix() if data.is_relative_to(root) else str(data)
    studies = load_studies(root / "notebooks")
    if not studies:
        raise ObservError(f"{root / 'notebooks'}: holds no study; put notebooks (.ipynb) there")
    practices = project.practices(store.kind(data), root)
    project.actions(store.kind(data), FOLLOWED, root)  # wrong ones stop here, before any study
    pages = plan(
        studies,
        wanted,
        relative,
        catalogue,
        _products(data, catalogue),
        only,
        given,
        _surveys(data, catalogue),
    )
    about = {
        "quarter": str(wanted),
        "kind": store.kind(data),
        "data": store.digest(data),
        "made": today.isoformat(),
        "only": sorted(set(only)),
    }
    reports = root / "reports"
    with (
        files.telling_write_errors(reports, "what was published is as it was"),
        workspace(reports / "_site") as work,
    ):
        (reports / "editions").mkdir(exist_ok=True)
        copy = work / "project"
        shutil.copytree(reports, copy, ignore=_made)
        folder = copy / "editions" / str(wanted)
        failed = reports / "_failed"
        manifest = make(pages, about, root, folder, failed, catalogue, keep_going, executing)
        if store.digest(data) != about["data"]:
            raise ObservError(
                f"{data}: the store changed while the studies ran, and pages may differ in their "
                "data; nothing was published; run the command again"
            )
        write_sheets(practices, catalogue, copy / FOLDER)
        while True:
            _announce(reports / "index.qmd", copy, manifest)
            try:
                index = publish(copy, reports / "_site", publisher, publishing)
                break
            except PagesError as error:
                if not keep_going:
                    raise
                leave_out(manifest, folder, failed, _of_studies(error, manifest))
        replace_folder(folder, reports / "editions" / str(wanted))
        # for `quarto render reports`: the edition's pages link to the sheets
        if practices.sheets:
            replace_folder(copy / FOLDER, reports / FOLDER)
        else:  # an empty folder would make Quarto fail
            shutil.rmtree(reports / FOLDER, ignore_errors=True)
    return index, [
        f"study {study['page']}: {study['error']}; see {failed / study['page']}.ipynb"
        for study in manifest["studies"]
        if "error" in study
    ]


def _of_studies(error: PagesError, manifest: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with each study's page; a fixed page cannot be left out, and is raised."""
    place = f"editions/{manifest['quarter']}"
    studies = {f"{place}/{study['page']}.ipynb" for study in manifest["studies"]}
    if not studies.issuperset(map(str, error.by_page)):
        raise error
    return {page.stem: bounded(found, sep="; ") for page, found in error.by_page.items()}


def _announce(home: Path, copy: Path, manifest: Mapping[str, Any]) -> None:
    """Put the edition's notices on the copy of the home page."""
    try:
        text = home.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise ObservError(
            f"reports/{home.name}: is absent or not UTF-8; an edition needs it as its home page"
        ) from error
    (copy / home.name).write_text(with_notices(text, manifest), encoding="utf-8", newline="\n")


def _made(folder: str, names: list[str]) -> set[str]:
    """What the copy of `reports/` leaves out: folders that were made, and hidden files."""
    made = {name for name in names if name.startswith("_") or name in ("editions", FOLDER)}
    hidden = {name for name in names if name.startswith(".")}
    return hidden | {name for name in made if (Path(folder) / name).is_dir()}


def _check_quarter(data: Path, quarter: Quarter | None, today: date) -> Quarter:
    latest = store.latest_quarter(data, today)
    held = store.devices(data)
    if quarter is None or quarter.end >= today:
        _check_clock(held, today)
    quarter = quarter or latest
    if quarter.end >= today:
        raise UsageError(f"quarter {quarter}: has not ended; the latest with data is {latest}")
    start, end = quarter.start.isoformat(), quarter.end.isoformat()
    if not ((held["start"] <= end) & (held["end"] >= start)).any():
        first = Quarter.of(date.fromisoformat(held["start"].min()))
        raise ObservError(
            f"quarter {quarter}: the store has no data for it; "
            f"it goes from {first} to {max(first, latest)}"
        )
    return quarter


def _check_clock(held: pd.DataFrame, today: date) -> None:
    """Raise where the store has data of days to come: the quarter would be chosen by a wrong day.

    Of tomorrow's they may be, in another time zone, as in `tables.contract`.
    """
    ends = held.loc[~held["table"].isin((*tables.REFERENCE, "procedures")), "end"].dropna()
    if not ends.empty and date.fromisoformat(ends.max()) > today + timedelta(days=1):
        raise ObservError(
            f"today is {today} by this machine's clock, and the store has data to {ends.max()}; "
            "set the clock, or name a quarter that ended before"
        )


def _surveys(data: Path, catalogue: Catalogue) -> list[str]:
    """The devices of the catalogue with survey responses, in its order."""
    held = store.devices(data)
    fed = set(held.loc[held["table"] == "responses", "device"])
    return [device for device in catalogue.devices if device in fed]


def _products(data: Path, catalogue: Catalogue) -> list[str]:
    """The products that some device has fed, in the catalogue's order."""
    known = [catalogue.devices.get(name) for name in store.devices(data)["device"]]
    fed = {device.product for device in known if device}
    return [product for product in catalogue.products if product in fed]
