"""`observ plan`: what a device's verdicts need, what to ask no more, and people's minutes."""

from __future__ import annotations

import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from observlib.base.period import today
from observlib.cli.printing import Data, answer, follow, plural, say, say_table

if TYPE_CHECKING:
    from observlib.desk.planning import Plan


def plan(
    device: Annotated[str, typer.Argument(help="Survey or rating device of the catalogue.")],
    data: Data = Path("data"),
) -> None:
    """Say what a survey's verdicts need, what it could ask no more.

    Of a survey or rating device, by its last four complete quarters: the answers, and the weeks at
    its pace, that each verdict on a year needs to find the difference that matters 8 times in 10;
    which questions could be dropped, and why; how many minutes it asks of people. For your own
    decision: what is told has not passed the disclosure control of an edition.
    """
    from observlib import store
    from observlib.desk import planning
    from observlib.pipeline import project

    folder = project.data_folder(data)
    follow(folder)
    made = planning.plan(folder, device, store.latest_quarter(folder, today()))
    _print(made)
    answer(
        device=device,
        quarter=str(made.quarter),
        **{name: getattr(made, name) for name in ("verdicts", "tests", "effect", "drop", "asked")},
    )


def _print(made: Plan) -> None:
    """Print a plan: the table of verdicts, what it rests on, what to drop, what is asked."""
    say(f"{made.device.label_en or made.device.label}, as of {made.quarter}")
    say()
    if made.verdicts:
        numbers = ("answers", "sees", "matters", "needs")
        say_table(
            ("measure", *numbers, "verdict"), map(_cells, made.verdicts), right=numbers,
            whole=numbers, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0),
        )  # fmt: skip
        _say_notes(made)
    else:
        say("Its page compares nothing with a year before.")
    if made.drop:
        say("\nCould be dropped:")
        for one in made.drop:
            text = f" « {one['text']} »" if one["text"] else ""
            _wrapped(f"{one['question']}{text}: {one['why']}", "  ")
    say()
    _say_asked(made)


def _cells(row: dict[str, Any]) -> list[str]:
    """A measure of the table of verdicts."""
    marks = "*" * (row["spread"] == "others") + "†" * bool(row["small"])
    return [
        row["label"] + marks,
        f"{row['answers']:,}" if row["answers"] else "few",
        _difference(row["found"], row["unit"]),
        _difference(row["matters"], row["unit"]),
        f"{row['needed']:,}" if row["needed"] else "–",
        row["verdict"],
    ]


def _difference(size: float | None, unit: str) -> str:
    """A difference in its unit: points of a share or a score, or a mark."""
    if size is None:
        return "–"
    return f"{size:.1f} pt" if unit in ("%", "points") else f"{size:.2f}"


def _say_notes(made: Plan) -> None:
    """What the table rests on."""
    rows = made.verdicts
    pace = "its yearly answers" if made.per == "year" else "its median quarter"
    _wrapped(
        f"answers: in the last quarter that had some. sees: the smallest change on a year that "
        f"{pace} would show 8 times in 10. needs: answers in each of two periods, to show what "
        f"matters as often. By the test of its page, corrected for {made.tests} comparisons."
    )
    if unsure := [row for row in rows if row["needed_low"]]:
        ends = (f"{row['label']} {row['needed_low']:,} to {row['needed_high']:,}" for row in unsure)
        _wrapped(f"needs, as few answers leave the spread of marks unsure: {'; '.join(ends)}.")
    if any(row["spread"] == "others" for row in rows):
        _wrapped("* too few answered to know the spread: the median of other devices is assumed.")
    if any(row["small"] for row in rows):
        _wrapped("† the catalogue has no `matters`: a fifth of a standard deviation is assumed.")
    if made.effect:
        _wrapped(
            f"Weighted to the population's profile, figures need {made.effect:.2f} times as many: "
            "their design effect."
        )


def _say_asked(made: Plan) -> None:
    """How much time people give, and by which rate it is reckoned."""
    from observlib.desk.planning import SECONDS
    from observlib.estimates import MINIMUM_PEOPLE

    told, count = made.asked, made.asked["people"]
    if count < MINIMUM_PEOPLE:
        _wrapped(f"Fewer than {MINIMUM_PEOPLE} people answered in the last {made.per}.")
        return
    _wrapped(
        f"Last {made.per} {count:,.0f} people answered {told['questions']:.1f} closed questions "
        f"each: {told['minutes']:.1f} minutes, {told['hours']:.1f} hours in all."
    )
    if told["open"]:
        texts = plural(range(int(told["open"])), "open question")
        _wrapped(f"On top comes {texts}, which can take whoever answers minutes.")
    _wrapped(
        f"A closed question is taken for {SECONDS:.1f} seconds: Pew Research Center, Decoded, 2022."
    )


def _wrapped(text: str, indent: str = "") -> None:
    """Print a text of several lines within the terminal."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize
    say(textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent + "  "))
