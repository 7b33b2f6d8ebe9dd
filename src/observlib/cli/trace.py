"""`observ trace`: where a published number comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from observlib.cli.printing import Data, answer, say

if TYPE_CHECKING:
    from observlib.catalogue import Catalogue
    from observlib.edition.origins import Trace

_TEXTS = 8  # of those that tell it, how many are printed
_EXPORTS = 12
_SENTENCE = 6  # words, at least
_NUMBERS = ("estimate", "ci_low", "ci_high", "n")
_TOLD = (*_NUMBERS, "unit", "difference", "verdict", "status", "source")


def trace(
    identifier: Annotated[
        str, typer.Argument(help="Of the number, or the address to which it leads on a page.")
    ],
    edition: Annotated[
        str, typer.Option("--edition", help="Quarter of the edition; the latest that tells it.")
    ] = "",
    data: Data = Path("data"),
) -> None:
    """Say where a published number comes from.

    That is: the texts that tell it, the estimate, the method of its indicator, what each edition
    told of it, the rows of tables (counts only) and the exports with their digests.
    """
    from observlib.edition.origins import identifier_in
    from observlib.edition.origins import trace as follow
    from observlib.pipeline import project

    root, folder = project.root(), project.data_folder(data)
    known = project.catalogue(folder)
    found = follow(root, folder, identifier_in(identifier), known, edition)
    _print(found, known)
    answer(**found._replace(exports=found.exports.to_dict("records"))._asdict())


def _print(found: Trace, catalogue: Catalogue) -> None:
    """Print a number's way back, step by step."""
    row = found.row
    indicator = catalogue.indicators[row["indicator"]]
    names = ("product", "channel", "device", "period", "group", "group_value")
    say(f"{found.id}: {indicator.label} ({row['indicator']})")
    say(f"  {', '.join(f'{name} {row[name]}' for name in names if row[name])}")
    for one in found.compares:
        say(f"  compares {one}: `observ trace {one}` follows it")
    _step(f"Told in the edition {found.edition}")
    for name in _TOLD:
        if _is(value := row.get(name)):
            say(f"  {name}: {f'{value:.10g}' if isinstance(value, float) else value}")
    _step(f"Texts of its pages: {len(found.texts)}")
    # sentences before cells of tables
    for text in sorted(found.texts, key=lambda one: len(one.text.split()) < _SENTENCE)[:_TEXTS]:
        say(f"  {text.page}, {text.section or 'at its head'}: {text.text}")
    _more(len(found.texts) - _TEXTS)
    if found.vintages:
        _step("What editions told")
    for vintage in found.vintages:
        told, status = vintage.told, vintage.told["status"]
        numbers = (f"{name} {told[name]:.10g}" for name in _NUMBERS if _is(told.get(name)))
        said = f"  {vintage.edition}, {vintage.day}: {', '.join(numbers)} ({status})"
        say(f"{said} {vintage.reason}".rstrip())
    _step("Method")
    say(f"  {indicator.method.strip()}")
    for name, function in found.families.items():
        say(f"  family {name}: {function}")
    _step("Rows of tables")
    for rows in found.rows:
        say(
            f"  {rows.table}, {rows.device}: {_count(rows.rows)}; of its period: {_count(rows.own)}"
        )
    _step(f"Exports with rows of its period: {len(found.exports)}")
    for export in found.exports.tail(_EXPORTS).to_dict("records"):
        say(f"  {export['name']}: sha256 {export['content']}, read on {export['read']}")
    _more(len(found.exports) - _EXPORTS)


def _is(value: object) -> bool:
    """Whether there is a value: a number that is none, or a text of no letter, is not."""
    return value not in (None, "") and value == value


def _step(title: str) -> None:
    say()
    say(title)


def _count(rows: int | None) -> str:
    return "fewer than 11 rows" if rows is None else f"{rows} rows"


def _more(rest: int) -> None:
    if rest > 0:
        say(f"  and {rest} more; `--json` gives all")
