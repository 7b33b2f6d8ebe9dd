"""What the sentences on actions tell, and the table of their effects."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.display import changes
from observlib.display.output import Output, caption_of, captioned, pipe_table, text
from observlib.estimates import EVOLVED
from observlib.language import french, words
from observlib.language.prose import Markdown
from observlib.records import sheets
from observlib.stats.series import interrupted
from observlib.themes import templates
from observlib.themes.actions import followed_since

_NO_EFFECT = "–"
_COMPARISONS = (sheets.BEFORE_AFTER, sheets.CONTROLLED)
_WAY = {"rise": "up", "fall": "down", "stable": "", "unknown": ""}
_MEASURED = ("", "precision", "placebos", "few")  # reasons of verdicts on an effect that has a size
_LATEST = 5  # actions that the sheet of a product lists


def _size(row: estimates.Row, outcome: str) -> str:
    """Write how large a difference of `VERDICTS` is, a rise or fall never as none."""
    nearest = min(row["difference_low"], row["difference_high"], key=abs)
    return _signed(row["difference"], row["unit"], _decimals(nearest, outcome))


def _least(row: estimates.Row) -> str:
    """Write the smallest change that could have been seen."""
    x = row["detectable"]
    return _signed(x, row["unit"], _decimals(x, "rise")).removeprefix("+")


def _change(estimate: estimates.Row) -> str:
    """Write an estimate of `action_effect`."""
    return _signed(estimate["estimate"], estimate["unit"])


def _value(estimate: estimates.Row, outcome: str = "") -> str:
    """Write an estimate of `action_effect` with its interval, a rise or fall never as none."""
    low, high = estimate["ci_low"], estimate["ci_high"]
    decimals = _decimals(min(low, high, key=abs), outcome)
    ends = french.interval_ends(low, high, decimals, "points")  # whose ends have signs
    return f"{_signed(estimate['estimate'], estimate['unit'], decimals)} ({ends})"


def _decimals(nearest: float, outcome: str) -> int:
    """One decimal, or as many as a rise or fall needs not to be rounded to none."""
    return french.decimals_of(nearest, 1) if outcome in ("rise", "fall") else 1


def _signed(x: float, unit: str, decimals: int = 1) -> str:
    if unit == "%":
        return french.percent(x, decimals, sign=True)
    points = french.plural(round(x, 1), "point", "points")
    return f"{french.signed(x, decimals)}{french.NBSP}{points}"


def effect_table(
    verdicts: pd.DataFrame, effects: pd.DataFrame, catalogue: Catalogue, caption: str, *, label: str
) -> Output:
    """Make the table of what followed actions: a row for each thing that one was to move."""
    rows = verdicts[verdicts["reason"] != "series"].to_dict("records")
    if not rows:
        raise ObservError("effect_table: no action is followed; name it with `absent`")
    found = effects[(effects["indicator"] == "action_effect") & (effects["status"] == "published")]
    by_place = {(row["group"], row["group_value"]): row for row in found.to_dict("records")}
    say = templates.narrative("actions")
    columns: dict[str, list[str]] = {name: [] for name in (*_HEADS, *_COMPARISONS)}
    action, verdict = _HEADS
    for row in rows:
        measure = words.small(catalogue.indicators[row["indicator"]].label)
        columns[action].append(f"{row['title']} ({catalogue.label(row['product'])}, {measure})")
        why = say._short(row["reason"])
        columns[verdict].append(EVOLVED[row["verdict"]] + (f" ({why})" if why else ""))
        for name in _COMPARISONS:
            at = by_place.get((row["group"], name))
            columns[name].append(_value(at) if at else _NO_EFFECT)
    pipe = pipe_table(columns, right=_COMPARISONS, even=True)
    note = say._table_note(changes.rule(EVOLVED), changes.level(verdicts["level"]))
    made = captioned(pipe, caption_of(caption, label), label, note)
    return made.carrying([effects], catalogue)


_HEADS = ("Action et mesure", "Verdict")


def _followed(verdicts: pd.DataFrame) -> list[estimates.Row]:
    """Verdicts on actions that are followed.

    Rises and falls come first, then what is stable, then what cannot be told, then the untested.
    """
    followed = verdicts[verdicts["reason"] != "series"]
    return sorted(estimates.records(followed), key=_rank)


def _rank(row: estimates.Row) -> int:
    if row["verdict"] in ("rise", "fall", "stable"):
        return int(row["verdict"] == "stable")
    return 2 if row["reason"] in (*_MEASURED, "controls") else 3


def _alike(rows: Iterable[estimates.Row]) -> list[list[estimates.Row]]:
    """Those of which no move is established, together where the same is told of them."""
    alike: dict[str, list[estimates.Row]] = {}
    verdict = templates.narrative("actions")._verdict
    for row in rows:
        if not _WAY[row["verdict"]]:
            alike.setdefault(verdict(row), []).append(row)
    return list(alike.values())


def _effects(row: estimates.Row, frame: pd.DataFrame) -> dict[str, estimates.Row]:
    """The estimates of what followed an action, by how they compare."""
    rows = frame[(frame["indicator"] == "action_effect") & (frame["group"] == row["group"])]
    return {str(one["group_value"]): one for one in rows.to_dict("records")}


def each(
    verdicts: pd.DataFrame,
    frame: pd.DataFrame,
    actions: Iterable[sheets.Action],
    catalogue: Catalogue,
) -> Output:
    """What was done, when, and what followed, action by action.

    `verdicts` and `frame` are of `actions.effects`; of `actions`, all those recorded until then,
    another on the same product and figure is told.
    """
    actions = tuple(actions)
    by_id = {action.id: action for action in actions}
    say = templates.narrative("actions")
    told: list[str] = []
    followed = []
    for row in verdicts[verdicts["reason"] != "series"].to_dict("records"):
        action = by_id[row["action"]]
        expected, clause = say._expected(row, catalogue), say._clause(row)
        then = say._what_followed(row, frame, actions, catalogue)
        followed.append((row, action, action.id not in told, expected, clause, then))
        told.append(action.id)
    made = text(say._each(followed, catalogue)).carrying([frame], catalogue)
    return Output(made.shown, {**made.content, "tells": list(dict.fromkeys(told))})


def done_on(
    product: str,
    verdicts: pd.DataFrame,
    frame: pd.DataFrame,
    actions: Iterable[sheets.Action],
    catalogue: Catalogue,
    page: Callable[[str, str], str],
) -> Markdown:
    """What was done on a product, the latest first, each with what followed in a line.

    `frame` are estimates of `action_effect` of the product, `verdicts` those of `each`; `page`
    (`Study.page`) tells more.
    """
    own = [action for action in actions if action.product == product]
    return _done(own, False, verdicts, frame, page("actions", product), catalogue)


def done_for_tasks(
    verdicts: pd.DataFrame,
    frame: pd.DataFrame,
    actions: Iterable[sheets.Action],
    planned: Iterable[sheets.Action],
    catalogue: Catalogue,
    page: Callable[[str, str], str],
) -> Markdown:
    """What was done for tasks, and is `planned`, the latest first, each with what followed.

    The others are as for `done_on`.
    """
    helped = [action for action in (*actions, *planned) if action.tasks]
    return _done(helped, True, verdicts, frame, page("actions", ""), catalogue)


def _done(
    actions: Iterable[sheets.Action],
    of_tasks: bool,
    verdicts: pd.DataFrame,
    frame: pd.DataFrame,
    address: str,
    catalogue: Catalogue,
) -> Markdown:
    """The latest actions, the last first, for which tasks if that is told, and what followed."""
    latest = sorted(actions, key=lambda one: one.date, reverse=True)[:_LATEST]
    lines = [
        (
            action,
            [catalogue.tasks[task].label for task in action.tasks if of_tasks],
            _in_lines(action, verdicts, frame, catalogue),
        )
        for action in latest
    ]
    return Markdown(templates.narrative("actions")._listed(lines, address, catalogue))


def _in_lines(
    action: sheets.Action, verdicts: pd.DataFrame, frame: pd.DataFrame, catalogue: Catalogue
) -> str:
    """What followed an action, a sentence for each thing that it was to move."""
    own = verdicts[(verdicts["action"] == action.id) & (verdicts["reason"] != "series")]
    in_a_line = templates.narrative("actions")._in_a_line
    return " ".join(in_a_line(row, frame, catalogue) for row in own.to_dict("records"))


def courses(frame: pd.DataFrame) -> estimates.Row:
    """What `Study.lines` draws of all that is followed: what is seen, before what was expected."""
    rows = frame[frame["indicator"] == "action_course"]
    seen = rows["group_value"] == sheets.SEEN
    return {
        "frame": rows[seen],
        "caption": "Ce qui est observé, et ce que le passé laissait attendre",
        "by": "group",
        "behind": rows[~seen],
        "behind_label": "attendu sans l'action",
        "behind_from": "premier mois après l'action",
    }


def _followed_from(quarter: str) -> date:
    return followed_since(Quarter(quarter))


def _left_out(row: estimates.Row, actions: Iterable[sheets.Action]) -> list[str]:
    """Which comparable products the action names are not compared with."""
    if row["group_value"] != sheets.CONTROLLED or row["reason"] not in _MEASURED:
        return []
    (own,) = (action for action in actions if action.id == row["action"])
    return [name for name in own.controls if name not in row["compared_with"]]


def _also_meant(row: estimates.Row, actions: Iterable[sheets.Action]) -> list[sheets.Action]:
    """Which other actions were to move the same measure of the same product, around its day."""
    if row["reason"] not in (*_MEASURED, "others"):
        return []
    (own,) = (action for action in actions if action.id == row["action"])
    return [
        action
        for action in actions
        if action.id != own.id
        and sheets.touches(action, row)
        and interrupted.reaches(own.date, action.date)
    ]
