"""`observ review`: what of a published edition is reproduced, and what is not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from observlib.base.errors import ObservError, UsageError
from observlib.base.files import ended_in_order
from observlib.base.period import today
from observlib.cli.places import bundle_at_hand
from observlib.cli.printing import Data, answer, meanwhile, say

_SHOWN = 20  # lines on what differs, in the terminal
_NOT_RUN = 3  # the exit code where nothing differs, and nothing could be made again


def review(
    bundle: Annotated[
        str | None,
        typer.Argument(help="A published edition: folder, zip, or address; else the site's last."),
    ] = None,
    data: Data = Path("data"),
    to: Annotated[
        Path | None, typer.Option("--to", help="Folder for the report: a page, and JSON.")
    ] = None,
    trust: Annotated[
        list[str] | None,
        typer.Option("--trust", help="Branch whose code may be run too (may be repeated)."),
    ] = None,
    role: Annotated[
        str | None,
        typer.Option("--write", help="Begin a review in reports/reviews, by this role."),
    ] = None,
) -> None:
    """Check a published edition: make it again and compare all.

    To make it again, the code of its commit is run, where HEAD or a trusted branch holds it.

    Exit code 0: reproduced. 1: something differs. 3: it could not be made again.
    """
    from observlib.base import files
    from observlib.pipeline import project
    from observlib.publish.editions import record, reviews
    from observlib.review import DIFFERS, report
    from observlib.review import NOT_RUN as UNRUN
    from observlib.review import review as reviewed

    root = project.root()
    if role:  # before the long work
        reviews.place(root / "reports", "2000-T1", role)
    if bundle is None:
        site = root / "reports" / "_site"
        editions = record.published(site)
        if not editions:
            raise UsageError(f"{site}: holds no edition; name the folder of one, or a zip of it")
        bundle = str(site / editions[0].quarter)
    with ended_in_order(), bundle_at_hand(bundle) as place:
        found = reviewed(place, root, project.data_folder(data), meanwhile, trust or [])
    counts = ", ".join(f"{number} {name}" for name, number in found.counts.items())
    say(f"Edition {found.quarter} of {found.published}: {found.verdict}")
    if counts:
        say(f"Compared: {counts}")
    for verdict in dict.fromkeys(group.verdict for group in found.groups):
        titles = [group.called() for group in found.groups if group.verdict == verdict]
        say(f"{verdict.capitalize()}, {len(titles)} studies and parts: {', '.join(titles)}")
    if to:
        say(f"Report: {report.write(found, to)}")
    if role:
        path = reviews.place(root / "reports", found.quarter, role)
        about = (found.quarter, found.told, found.verdict, role, today())
        path.parent.mkdir(exist_ok=True)
        files.write_text(path, reviews.begun(path, *about))
        say(f"Begun: {path}; add your points, commit it, and publish the site: `observ edition`")
    answer(**found.as_dict())
    if found.verdict == DIFFERS:
        lines = report.lines(found)
        rest = len(lines) - _SHOWN
        more = [f"and {rest} more; --to writes a page"] if rest > 0 else []
        raise ObservError(*found.not_run, *lines[:_SHOWN], *more)
    for line in found.not_run:
        meanwhile(line)
    if found.verdict == UNRUN:
        raise typer.Exit(_NOT_RUN)
