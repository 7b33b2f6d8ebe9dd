"""What is told of published editions: `observ review`, `trace`, `diff` and `partners`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from observlib.base import addresses
from observlib.base.errors import SHOWN, ObservError, UsageError
from observlib.base.files import ended_in_order, temporary_files
from observlib.base.period import Quarter, today
from observlib.cli.printing import Data, meanwhile, print_json, say, say_list

if TYPE_CHECKING:
    from observlib.catalogue import Catalogue
    from observlib.publish.vintages import VintageDifference


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
    from observlib.base import files
    from observlib.pipeline import project
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
    with ended_in_order(), _at_hand(bundle) as place:
        found = reviewing.review_bundle(
            place, root, project.data_folder(data), meanwhile, trust or []
        )
    counts = ", ".join(f"{number} {name}" for name, number in found.counts.items())
    say(f"Edition {found.quarter} of {found.published}: {found.verdict}")
    if counts:
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
        rest = len(lines) - _SHOWN
        more = [f"and {rest} more; --to writes a page"] if rest > 0 else []
        raise ObservError(*found.not_run, *lines[:_SHOWN], *more)
    for line in found.not_run:
        meanwhile(line)
    if found.verdict == reviewing.NOT_RUN:
        raise typer.Exit(_NOT_RUN)


@contextmanager
def _at_hand(told: str) -> Iterator[Path]:
    """The edition that somebody named, a folder or a .zip; a copy of one at an address."""
    if not addresses.is_address(told):
        yield Path(told)
        return
    with temporary_files() as folder:
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
    from observlib.display.pages import macros
    from observlib.edition.origins import identifier_in
    from observlib.edition.origins import trace_figure as follow
    from observlib.pipeline import project

    root, folder = project.root(), project.data_folder(data)
    known = project.catalogue(folder)
    found = follow(root, folder, identifier_in(identifier), known, edition)
    # sentences before cells of tables
    texts = sorted(found.texts, key=lambda one: len(one.text.split()) < _SENTENCE)
    say(macros(__file__, str, str)("trace", found, known.indicators[found.row["indicator"]], texts))
    print_json(**found._replace(exports=found.exports.to_dict("records"))._asdict())


# --- Two editions, and what partners get of one


def diff(
    before: Annotated[str, Argument(help="The quarter of an edition: 2026-T2.")],
    after: Annotated[str, Argument(help="The quarter of a later one: 2026-T3.")],
    data: Data = Path("data"),
) -> None:
    """Say what an edition tells otherwise than an earlier one.

    Of each figure both tell their own quarter's; what is established comes first.
    """
    from observlib.pipeline import archive, project, revisions
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
        told = " → ".join(values(row, known))
        return (
            f"{figure_label(row, known)}, {row['period']}: {told} ({row['reason'] or 'no reason'})"
        )

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
    frames = {  # JSON has no number that is none
        name: estimates.records(rows.astype(object).where(rows.notna(), None))
        for name, rows in found._asdict().items()
    }
    print_json(before=before, after=after, **frames)


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
    from observlib.pipeline import project

    made = packages.make_packages(project.root(), Quarter(quarter), to, replace=replace)
    for path, state in made.items():
        say(f"{path}: {state}")
    say(f"Nothing was sent; {to / packages.LOG} says what was made for whom.")
    print_json(packages=made, log=to / packages.LOG)
