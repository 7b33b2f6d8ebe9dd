"""`observ edition`: an edition executed, published, released; or why it would be made again."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from observlib.base.errors import ObservError, UsageError
from observlib.base.period import today
from observlib.cli.checked import checklist, due
from observlib.cli.places import put_bundle
from observlib.cli.printing import Data, answer, follow, parameters, published, say, steps


def edition(
    quarter: Annotated[
        str | None,
        typer.Argument(help="Such as 2026-T3; else the latest complete one, or the one due."),
    ] = None,
    data: Data = Path("data"),
    study: Annotated[
        list[str] | None,
        typer.Option("--study", help="Renew this study and no other (may be repeated)."),
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", help="NAME=VALUE for the studies (may be repeated)."),
    ] = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Publish the studies that succeed.")
    ] = False,
    publisher: Annotated[
        Literal["auto", "quarto", "embedded"],
        typer.Option(help="Quarto where it is installed, else the embedded publisher."),
    ] = "auto",
    explain: Annotated[
        bool, typer.Option("--explain", help="Say what would be made again and why; make nothing.")
    ] = False,
    to_release: Annotated[
        bool,
        typer.Option("--release", help="Release it: at its hour, once the checklist is met."),
    ] = False,
    to: Annotated[
        str | None,
        typer.Option("--to", help="Put it as one .zip into this folder, or at this address."),
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option("--dask", metavar="ADDRESS", help="Work on a Dask cluster: tcp://HOST:PORT."),
    ] = None,
) -> None:
    """Execute the studies of a quarter and publish its site and PDFs.

    What was made before from the same inputs is not made again.
    """
    from observlib.base import files
    from observlib.base.period import Quarter
    from observlib.edition.execute import started
    from observlib.pipeline import project
    from observlib.publish import standing

    wanted = Quarter.parse(quarter) if quarter is not None else None
    given = parameters(parameter or [])
    only = study or []
    root, folder = project.root(), project.data_folder(data)
    if to_release and (only or given or keep_going or explain):
        raise UsageError(
            "--release is of a whole edition; leave --study, -p, --keep-going and --explain out"
        )
    if to_release and wanted is None and (wanted := due(root, folder)) is None:
        return
    follow(folder)
    now = standing.now(root, folder, wanted, only, given, publisher, today())
    if (record := standing.since(root, now)) and not to_release:
        index = root / "reports" / "_site" / "index.html"
        say(f"Nothing has changed since {record.made}; {index}")
        bundle = put_bundle(root, folder, wanted, to)
        answer(index=index, changed=False, made=record.made, **bundle)
        return
    if explain:
        from observlib.edition.notices import unborne
        from observlib.edition.release import explain as why

        told = why(root, folder, wanted, only=only, given=given, publisher=publisher)
        for name, reason in told.items():
            say(f"{name}: {reason}")
        others = unborne(root, folder, wanted, today())
        for name, errata in others.items():
            say(f"edition {name}: would be made again: it tells figures of errata: {errata}")
        site, family = told.pop("the site"), "family "
        families = {n.removeprefix(family): told[n] for n in told if n.startswith(family)}
        pages = {name: told[name] for name in told if not name.startswith(family)}
        answer(changed=True, site=site, pages=pages, families=families, editions=[*others])
        return
    unharmed = files.telling_write_errors(root / "reports", "what was published is as it was")
    with unharmed, contextlib.ExitStack() as stack:
        checked = None
        if to_release and wanted:
            checked = stack.enter_context(checklist(root, folder, wanted))
        # they make themselves ready while this process imports the rest
        workers = None
        if dask:
            from observlib.edition.cluster import connected

            workers = stack.enter_context(connected(dask, root, folder))
        elif differ := standing.may_run(root, now):
            workers = stack.enter_context(started(root, at_once=differ))
        step = stack.enter_context(steps())

        from observlib.edition.release import release, release_others

        shared: dict[str, Any] = {
            "publisher": publisher,
            "computing": step("Computing estimates"),
            "executing": step("Executing studies"),
            "publishing": step("Publishing pages"),
            "workers": workers,
        }
        release_others(root, folder, wanted, say, **shared)
        index, failed = release(
            root,
            folder,
            wanted,
            only=only,
            given=given,
            keep_going=keep_going,
            approve=checked and checked.approve,
            **shared,
        )
    published(index)
    released: dict[str, Any] = {"released": True, "checks": checked.told} if checked else {}
    bundle = put_bundle(root, folder, wanted, to)
    answer(index=index, changed=True, failed=failed, **released, **bundle)
    if failed:
        raise ObservError(*failed, "the others are published, as a partial edition")
