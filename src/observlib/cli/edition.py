"""`observ edition`: an edition executed, published, released; `observ preview`: a page alone."""

from __future__ import annotations

import contextlib
import os
import sys
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from typer import Argument, Option

import observlib
from observlib.base.errors import ObservError, UsageError
from observlib.base.period import Quarter, today
from observlib.cli.printing import (
    Data,
    Parameters,
    follow_remote_store,
    parameters,
    print_json,
    print_site,
    say,
    say_table,
    steps,
    tell,
)

if TYPE_CHECKING:
    from observlib.base import kept
    from observlib.edition.checklist import Check


def edition(
    quarter: Annotated[
        str | None, Argument(help="Such as 2026-T3; else the latest complete one, or the one due.")
    ] = None,
    data: Data = Path("data"),
    study: Annotated[
        list[str] | None, Option(help="Renew this study and no other (may be repeated).")
    ] = None,
    parameter: Parameters = None,
    keep_going: Annotated[
        bool, Option("--keep-going", help="Publish the studies that succeed.")
    ] = False,
    publisher: Annotated[
        Literal["auto", "quarto", "embedded"],
        Option(help="Quarto where it is installed, else the embedded publisher."),
    ] = "auto",
    explain: Annotated[
        bool, Option("--explain", help="Say what would be made again and why; make nothing.")
    ] = False,
    to_release: Annotated[
        bool, Option("--release", help="Release it: at its hour, once the checklist is met.")
    ] = False,
    to: Annotated[
        str | None, Option(help="Put it as one .zip into this folder, or at this address.")
    ] = None,
    dask: Annotated[
        str | None, Option(metavar="ADDRESS", help="Work on a Dask cluster: tcp://HOST:PORT.")
    ] = None,
) -> None:
    """Execute the studies of a quarter and publish its site and PDFs.

    What was made before from the same inputs is not made again.
    """
    from observlib.base import files
    from observlib.edition.execute import started
    from observlib.pipeline import project
    from observlib.publish import standing

    wanted = Quarter(quarter) if quarter is not None else None
    given = parameters(parameter or [])
    only = study or []
    root, folder = project.root(), project.data_folder(data)
    if to_release and (only or given or keep_going or explain):
        raise UsageError(
            "--release is of a whole edition; leave --study, -p, --keep-going and --explain out"
        )
    if to_release and wanted is None and (wanted := _due(root, folder)) is None:
        return
    follow_remote_store(folder)
    now = standing.now(root, folder, wanted, only, given, publisher, today())
    if (record := standing.since(root, now)) and not to_release:
        index = root / "reports" / "_site" / "index.html"
        say(f"Nothing has changed since {record.made}; {index}")
        bundle = _put(root, folder, wanted, to)
        print_json(index=index, changed=False, made=record.made, **bundle)
        return
    if explain:
        from observlib.edition.notices import unborne
        from observlib.edition.release import explain_release as why

        told = why(root, folder, wanted, only=only, given=given, publisher=publisher)
        for name, reason in told.items():
            say(f"{name}: {reason}")
        others = unborne(root, folder, wanted, today())
        for name, errata in others.items():
            say(f"edition {name}: would be made again: it tells figures of errata: {errata}")
        site, family = told.pop("the site"), "family "
        families = {n.removeprefix(family): told[n] for n in told if n.startswith(family)}
        pages = {name: told[name] for name in told if not name.startswith(family)}
        print_json(changed=True, site=site, pages=pages, families=families, editions=[*others])
        return
    unharmed = files.telling_write_errors(root / "reports", "what was published is as it was")
    with unharmed, contextlib.ExitStack() as stack:
        checked = None
        if to_release and wanted:
            checked = stack.enter_context(_checklist(root, folder, wanted))
        # they make themselves ready while this process imports the rest
        workers = None
        if dask:
            from observlib.edition.execute import cluster_workers

            workers = stack.enter_context(cluster_workers(dask, root, folder))
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
    print_site(index)
    released: dict[str, Any] = {"released": True, "checks": checked.told} if checked else {}
    bundle = _put(root, folder, wanted, to)
    print_json(index=index, changed=True, failed=failed, **released, **bundle)
    if failed:
        raise ObservError(*failed, "the others are published, as a partial edition")


def preview(
    study: Annotated[str, Argument(help="Name of the study: its notebook, without .ipynb.")],
    parameter: Parameters = None,
    data: Data = Path("data"),
    watch: Annotated[
        bool, Option("--watch", help="Make it again at each save, until Ctrl-C.")
    ] = False,
    no_open: Annotated[bool, Option("--no-open", help="Only print the address.")] = False,
) -> None:
    """Show the page of a study as saved, and publish nothing."""
    from observlib.edition.execute import started
    from observlib.pipeline import project

    root, folder, given = project.root(), project.data_folder(data), parameters(parameter or [])
    if watch:
        with contextlib.suppress(KeyboardInterrupt):
            _watch(root, folder, study, given, not no_open)
        return
    with started(root, 1) as workers:  # its worker starts while this process imports the rest
        from observlib.edition.new_study import page_preview

        address = page_preview(root, folder, study, given, workers).as_uri()
    say(address)
    print_json(address=address)
    if not no_open:
        _open(address)


def _watch(root: Path, data: Path, study: str, given: dict[str, str], is_opened: bool) -> None:
    from observlib.base import kept
    from observlib.edition.execute import started
    from observlib.edition.new_study import saves, served
    from observlib.publish.standing import PREVIEWS

    notebooks, library = root / "notebooks", Path(observlib.__file__).parent

    def code() -> kept.Inputs:
        return kept.stamps("the library", library)

    with contextlib.ExitStack() as stack, served(root / PREVIEWS) as (place, renew):

        def begin() -> tuple[Executor, kept.Inputs]:
            stack.close()
            return stack.enter_context(started(root, 1)), code()

        workers, imported = begin()
        from observlib.edition.new_study import page_preview

        shown = ""
        for _ in saves(lambda: (kept.stamps("the notebooks", notebooks), code())):
            if imported != code():  # a page has the library that its worker imported
                workers, imported = begin()
            begun = monotonic()
            try:
                path = page_preview(root, data, study, given, workers)
            except UsageError:
                raise
            except ObservError as error:
                tell(error.problems)
                workers, imported = begin()  # the former may be damaged; this one waits
                continue
            address = place + path.relative_to(root / PREVIEWS).as_posix()
            say(f"{address} ({monotonic() - begun:.1f} s)")
            print_json(address=address)
            renew()
            if is_opened and shown != address:
                _open(address)
            shown = address


def _open(address: str) -> None:
    """Open a page in the browser, where there is a screen: not in one made of text."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY")
    if sys.platform != "linux" or any(os.environ.get(name) for name in screens):
        webbrowser.open(address)


def _put(root: Path, data: Path, quarter: Quarter | None, to: str | None) -> dict[str, str]:
    """Put the published edition of a quarter where it was asked for; what to answer of it."""
    if to is None:
        return {}
    from observlib import store
    from observlib.publish import record

    name = quarter or store.latest_quarter(data, today())
    place = record.put_edition(root / "reports" / "_site" / name, to)
    say(f"Put: {place}")
    return {"bundle": place}


# --- The checklist of a release: shown as a table, and what it stops


class _Checked(NamedTuple):
    """What was found so far, as data; and what looks at the edition once it is made."""

    told: list[dict[str, str]]
    approve: Callable[[Mapping[str, Any], Mapping[str, Any], Path], None]


def _due(root: Path, data: Path) -> Quarter | None:
    """The quarter of the edition that is due; where none is, that is said."""
    from observlib.edition import checklist as checks
    from observlib.publish import record

    published = record.published_editions(root / "reports" / "_site")
    if planned := checks.due(record.load_calendar(data, root), published, datetime.now(UTC)):
        return Quarter(planned.quarter)
    say("No edition is due: none of which the hour has come is still to appear.")
    print_json(released=False, checks=[])
    return None


@contextlib.contextmanager
def _checklist(root: Path, data: Path, quarter: Quarter) -> Iterator[_Checked]:
    """Look at what needs no made edition, before it is made; show all that was found at the end."""
    from observlib.edition import checklist as checks

    told: list[dict[str, str]] = []

    def take(found: list[Check]) -> None:
        told.extend(one._asdict() for one in found)
        if stops := [f"{one.name}: {one.told}" for one in found if one.state == "blocking"]:
            raise ObservError(*stops, "nothing was released; what was published is as it was")

    try:
        take(checks.before(data, root, quarter, datetime.now(UTC)))
        yield _Checked(told, lambda *edition: take(checks.after(*edition)))
    except ObservError:
        _print(told)
        print_json(released=False, checks=told)
        raise
    _print(told)


def _print(told: list[dict[str, str]]) -> None:
    by_state = sorted(told, key=lambda one: ("blocking", "warning", "ok").index(one["state"]))
    rows = [(one["name"], one["state"], one["told"]) for one in by_state]
    say_table(("check", "state", "found"), rows)
