"""`observ edition`, `preview`; of published ones `review`, `trace`, `diff`, `partners`."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer import Argument, Option

import observlib
from observlib.base import addresses, files, kept
from observlib.base.errors import SHOWN, ObservError, UsageError
from observlib.base.period import Quarter, today
from observlib.cli import printing
from observlib.cli.printing import Data, Parameters, print_json, say, say_list, say_table, steps
from observlib.edition import execute
from observlib.pipeline import project
from observlib.publish import standing

if TYPE_CHECKING:
    from observlib.catalogue import Catalogue
    from observlib.edition.checklist import Check
    from observlib.publish.vintages import VintageDifference


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
    full_report: Annotated[
        bool, Option("--full-report", help="Also one PDF of all pages, as a release has.")
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
    wanted = Quarter(quarter) if quarter is not None else None
    only, given = study or [], printing.parameters(parameter or [])
    root, folder = project.root(), project.data_folder(data)
    if to_release and (only or given or keep_going or explain):
        others = "--study, -p, --keep-going and --explain"
        raise UsageError(f"--release is of a whole edition; leave {others} out")
    if to_release and wanted is None and (wanted := _due(root, folder)) is None:
        return
    printing.follow_remote_store(folder)
    full_report |= to_release
    now = standing.now(root, folder, wanted, only, given, publisher, today(), full_report)
    if (record := standing.since(root, now)) and not to_release:
        index = root / "reports" / "_site" / "index.html"
        say(f"Nothing has changed since {record.made}; {index}")
        bundle = _put(root, folder, wanted, to)
        print_json(index=index, changed=False, made=record.made, **bundle)
        return
    asked: dict[str, Any] = {"only": only, "given": given}
    asked |= {"publisher": publisher, "full_report": full_report}
    if explain:
        _explain(root, folder, wanted, asked)
        return
    unharmed = files.telling_write_errors(root / "reports", "what was published is as it was")
    with unharmed, ExitStack() as stack:
        checks = approve = None
        if to_release and wanted:
            checks, approve = stack.enter_context(_checklist(root, folder, wanted))
        # they make themselves ready while this process imports the rest
        workers = None
        if dask:
            workers = stack.enter_context(execute.cluster_workers(dask, root, folder))
        elif differ := standing.may_run(root, now):
            workers = stack.enter_context(execute.started(root, at_once=differ))
        step = stack.enter_context(steps())

        from observlib.edition.release import release, release_others

        shared: dict[str, Any] = {"publisher": publisher, "workers": workers}
        shared |= {"computing": step("Computing estimates"), "executing": step("Executing studies")}
        shared["publishing"] = step("Publishing pages")
        release_others(root, folder, wanted, say, **shared)
        asked |= {"keep_going": keep_going, "approve": approve, **shared}
        index, failed = release(root, folder, wanted, **asked)
    printing.print_site(index)
    released: dict[str, Any] = {} if checks is None else {"released": True, "checks": checks}
    bundle = _put(root, folder, wanted, to)
    print_json(index=index, changed=True, failed=failed, **released, **bundle)
    if failed:
        raise ObservError(*failed, "the others are published, as a partial edition")


def _explain(root: Path, data: Path, quarter: Quarter | None, asked: Mapping[str, Any]) -> None:
    """Say what would be made again, and why."""
    from observlib.edition.notices import unborne
    from observlib.edition.release import explain_release

    told = explain_release(root, data, quarter, **asked)
    for name, reason in told.items():
        say(f"{name}: {reason}")
    others = unborne(root, data, quarter, today())
    for name, errata in others.items():
        say(f"edition {name}: would be made again: it tells figures of errata: {errata}")
    site, family = told.pop("the site"), "family "
    families = {n.removeprefix(family): told[n] for n in told if n.startswith(family)}
    pages = {name: told[name] for name in told if not name.startswith(family)}
    print_json(changed=True, site=site, pages=pages, families=families, editions=[*others])


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
    root, folder = project.root(), project.data_folder(data)
    given = printing.parameters(parameter or [])
    if watch:
        with suppress(KeyboardInterrupt):
            _watch(root, folder, study, given, not no_open)
        return
    # its worker starts while this process imports the rest
    with execute.started(root, 1) as workers:
        from observlib.edition.new_study import page_preview

        address = page_preview(root, folder, study, given, workers).as_uri()
    say(address)
    print_json(address=address)
    if not no_open:
        _open(address)


def _watch(root: Path, data: Path, study: str, given: dict[str, str], is_opened: bool) -> None:
    from observlib.edition.new_study import saves, served

    code = partial(kept.stamps, "the library", Path(observlib.__file__).parent)
    with ExitStack() as stack, served(root / standing.PREVIEWS) as (place, renew):

        def begin() -> tuple[Executor, kept.Inputs]:
            stack.close()
            return stack.enter_context(execute.started(root, 1)), code()

        workers, imported = begin()
        from observlib.edition.new_study import page_preview

        shown = ""
        for _ in saves(lambda: (standing.files_of_project(root, data), code())):
            if imported != code():  # a page has the library that its worker imported
                workers, imported = begin()
            begun = monotonic()
            try:
                path = page_preview(root, data, study, given, workers)
            except UsageError:
                raise
            except ObservError as error:
                printing.tell(error.problems)
                workers, imported = begin()  # the former may be damaged; this one waits
                continue
            address = place + path.relative_to(root / standing.PREVIEWS).as_posix()
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


@contextmanager
def _checklist(root: Path, data: Path, quarter: Quarter) -> Iterator[tuple[list[Any], Any]]:
    """What was found before an edition is made, and what looks at it then; all is shown at last."""
    from observlib.edition import checklist as checks

    told: list[dict[str, str]] = []

    def take(found: list[Check]) -> None:
        told.extend(one._asdict() for one in found)
        if stops := [f"{one.name}: {one.told}" for one in found if one.state == "blocking"]:
            raise ObservError(*stops, "nothing was released; what was published is as it was")

    try:
        take(checks.before(data, root, quarter, datetime.now(UTC)))
        yield told, lambda *edition: take(checks.after(*edition))
    except ObservError:
        _print(told)
        print_json(released=False, checks=told)
        raise
    _print(told)


def _print(told: list[dict[str, str]]) -> None:
    by_state = sorted(told, key=lambda one: ("blocking", "warning", "ok").index(one["state"]))
    say_table(("check", "state", "found"), [one.values() for one in by_state])


# --- What is told of published editions

_SHOWN = 20  # lines on what differs, in the terminal
_NOT_RUN = 3  # the exit code where nothing differs, and nothing could be made again


def review_edition(
    bundle: Annotated[
        str | None,
        Argument(help="A published edition: folder, zip, or address; else the site's last."),
    ] = None,
    data: Data = Path("data"),
    to: Annotated[Path | None, Option(help="Folder for the report: a page, and JSON.")] = None,
    trust: Annotated[
        list[str] | None, Option(help="Branch whose code may be run too (may be repeated).")
    ] = None,
    role: Annotated[
        str | None, Option("--write", help="Begin a review in reports/reviews, by this role.")
    ] = None,
) -> None:
    """Check a published edition: make it again and compare all.

    To make it again, the code of its commit is run, where HEAD or a trusted branch holds it.

    Exit code 0: reproduced. 1: something differs. 3: it could not be made again.
    """
    from observlib import review as reviewing
    from observlib.publish import record

    root = project.root()
    if role:  # before the long work
        record.review_file(root / "reports", "2000-T1", role)
    if bundle is None:
        site = root / "reports" / "_site"
        editions = record.published_editions(site)
        if not editions:
            raise UsageError(f"{site}: holds no edition; name the folder of one, or a zip of it")
        bundle = str(site / editions[0].quarter)
    folder = project.data_folder(data)
    with files.ended_in_order(), _at_hand(bundle) as place:
        found = reviewing.review_bundle(place, root, folder, printing.meanwhile, trust or [])
    say(f"Edition {found.quarter} of {found.published}: {found.verdict}")
    if counts := ", ".join(f"{number} {name}" for name, number in found.counts.items()):
        say(f"Compared: {counts}")
    for verdict in dict.fromkeys(group.verdict for group in found.groups):
        titles = [group.called() for group in found.groups if group.verdict == verdict]
        say(f"{verdict.capitalize()}, {len(titles)} studies and parts: {', '.join(titles)}")
    if to:
        say(f"Report: {reviewing.write_report(found, to)}")
    if role:
        path = record.review_file(root / "reports", found.quarter, role)
        about = (found.quarter, found.told, found.verdict, role, today())
        path.parent.mkdir(exist_ok=True)
        files.write_text(path, record.review_begun(path, *about))
        say(f"Begun: {path}; add your points, commit it, and publish the site: `observ edition`")
    print_json(**found.as_dict())
    if found.verdict == reviewing.DIFFERS:
        lines = reviewing.report_lines(found)
        more = [f"and {len(lines) - _SHOWN} more; --to writes a page"] * (len(lines) > _SHOWN)
        raise ObservError(*found.not_run, *lines[:_SHOWN], *more)
    for line in found.not_run:
        printing.meanwhile(line)
    if found.verdict == reviewing.NOT_RUN:
        raise typer.Exit(_NOT_RUN)


@contextmanager
def _at_hand(told: str) -> Iterator[Path]:
    """The edition that somebody named, a folder or a .zip; a copy of one at an address."""
    if not addresses.is_address(told):
        yield Path(told)
        return
    with files.temporary_files() as folder:
        yield addresses.copy_from(addresses.checked_address(told, "BUNDLE"), folder / "bundle")


# --- A number's way back, step by step

_SENTENCE = 6  # words, at least


def trace(
    identifier: Annotated[
        str, Argument(help="Of the number, or the address to which it leads on a page.")
    ],
    edition: Annotated[str, Option(help="Quarter of the edition; the latest that tells it.")] = "",
    data: Data = Path("data"),
) -> None:
    """Say where a published number comes from.

    That is: the texts that tell it, the estimate, the method of its indicator, what each edition
    told of it, the rows of tables (counts only) and the exports with their digests.
    """
    from observlib.display.output import macros
    from observlib.edition.origins import identifier_in
    from observlib.edition.origins import trace_figure as follow

    root, folder = project.root(), project.data_folder(data)
    known = project.catalogue(folder)
    found = follow(root, folder, identifier_in(identifier), known, edition)
    # sentences before cells of tables
    texts = sorted(found.texts, key=lambda one: len(one.text.split()) < _SENTENCE)
    say(macros(__file__, str, str)("trace", found, known.indicators[found.row["indicator"]], texts))
    print_json(**found._asdict())


# --- Two editions, and what partners get of one


def diff(
    before: Annotated[str, Argument(help="The quarter of an edition: 2026-T2.")],
    after: Annotated[str, Argument(help="The quarter of a later one: 2026-T3.")],
    data: Data = Path("data"),
) -> None:
    """Say what an edition tells otherwise than an earlier one.

    Of each figure both tell their own quarter's; what is established comes first.
    """
    from observlib.pipeline import archive, revisions
    from observlib.publish.vintages import difference_between

    root, folder = project.root(), project.data_folder(data)
    corrected = revisions.known_errata(root, folder, today())
    known = revisions.with_errata(project.catalogue(folder), corrected)
    first, second = (archive.last(folder, Quarter(name)) for name in (before, after))
    print_difference(difference_between(first, second, known), known, first.quarter, second.quarter)


def print_difference(found: VintageDifference, known: Catalogue, before: str, after: str) -> None:
    """Print what an edition tells otherwise than another one."""
    from observlib import estimates
    from observlib.publish.vintages import ESTABLISHED, figure_label, moved_from, values

    def changed(row: dict[str, Any]) -> str:
        then, now = values(row, known)
        told = f"{figure_label(row, known)}: {then} → {now}"
        if row["verdict"] in ESTABLISHED:
            value, less = moved_from(row, known)
            told += f"; {row['verdict']} from {value} in {row['reference_period']}"
            told += f", by less than {less}" if less else ""
            told += f", which {before} did not tell" * (row["verdict"] != row["before_verdict"])
        return told

    def revised(row: dict[str, Any]) -> str:
        told = f"{' → '.join(values(row, known))} ({row['reason'] or 'no reason'})"
        return f"{figure_label(row, known)}, {row['period']}: {told}"

    alone = partial(figure_label, catalogue=known)
    count = len(found.established)
    rows = estimates.records(found.changed)
    for title, told, write, shown in (
        (f"Changes that {after} establishes", rows[:count], changed, len(rows)),
        ("Other figures of both", rows[count:], changed, SHOWN),
        (f"Told by {after} alone", estimates.records(found.added), alone, SHOWN),
        (f"Told by {before} alone", estimates.records(found.removed), alone, SHOWN),
        ("Revised", estimates.records(found.revised), revised, SHOWN),
    ):
        say_list(f"{title} ({len(told)})", [write(row) for row in told], shown)
    if not any(map(len, found)):
        say(f"{after} tells what {before} told")
    print_json(before=before, after=after, **found._asdict())


def partners(
    quarter: Annotated[str, Argument(help="Of the edition that is published: 2026-T3.")],
    to: Annotated[Path, Option(help="Folder of the packages.")],
    replace: Annotated[
        bool, Option("--replace", help="Replace packages that are there and differ.")
    ] = False,
) -> None:
    """Make a package to send to each partner: page, workbook, data.

    All is as published. Nothing is sent: `envois.csv` beside the packages says what was made.
    """
    from observlib.edition import packages

    made = packages.make_packages(project.root(), Quarter(quarter), to, replace=replace)
    for path, state in made.items():
        say(f"{path}: {state}")
    say(f"Nothing was sent; {to / packages.LOG} says what was made for whom.")
    print_json(packages=made, log=to / packages.LOG)
