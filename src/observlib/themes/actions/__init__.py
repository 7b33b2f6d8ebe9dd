"""What followed the actions of teams: effects tested as one family, and what was seen beside."""

import math
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from observlib import estimates
from observlib.base.period import Period, Quarter
from observlib.catalogue import Catalogue
from observlib.indicators.answers import SUBJECT
from observlib.indicators.families import family
from observlib.records import sheets
from observlib.stats.series import interrupted, regression
from observlib.stats.survey.comparison import RESULTS, verdict
from observlib.stats.survey.differences import adjust, common_level, detectable_of_interval

# --- The series that an action's effect is looked for in, and what else changed it

_SHOWN = ("published", "low_base")


class _Followed(NamedTuple):
    """A thing to be moved, its series and comparable ones, other `changes` and `breaks`."""

    action: sheets.Action
    expected: sheets.Expected
    title: str
    own: pd.DataFrame
    others: tuple[pd.DataFrame, ...]
    counts: bool
    changes: tuple[date, ...]
    breaks: tuple[date, ...]

    @property
    def unit(self) -> str:
        """That of the effect."""
        return "%" if self.counts else "points"

    def measured(self, level: float) -> interrupted.Interrupted:
        """What followed the action, with intervals at a level."""
        controls = {str(i): rows for i, rows in enumerate(self.others)}
        values = {name: _values(rows, self.counts) for name, rows in controls.items()}
        weighed = not self.counts
        answers = {name: _base(rows) for name, rows in controls.items() if weighed}
        return interrupted.interrupted(
            _values(self.own, self.counts),
            self.action.date,
            counts=self.counts,
            answers=_base(self.own) if weighed else None,
            controls=pd.DataFrame(values) if controls else None,
            control_answers=pd.DataFrame(answers) if answers else None,
            others=self.changes,
            breaks=self.breaks,
            level=level,
        )


def _follow(
    action: sheets.Action,
    expected: sheets.Expected,
    series: pd.DataFrame,
    catalogue: Catalogue,
    recorded: Sequence[sheets.Action],
) -> _Followed | None:
    """The series that an action's effect is looked for in; None where there is none."""
    rows = series[(series["indicator"] == expected.indicator) & (series["group"] == "")]
    measured = rows[rows["device"] == action.device] if action.device else rows
    own = _of_product(measured, action.product, action.date, catalogue)
    if own is None:
        return None
    channel = str(own["channel"].iat[0])
    counts = catalogue.indicators[expected.indicator].comparison == "count"
    others = [
        _of_product(rows, product, action.date, catalogue, channel) for product in action.controls
    ]

    compared = tuple(
        one
        for one in others
        if one is not None
        and _enough(one, action.date)  # else it cuts short the comparison with all the others
        and not any(_changes(one, action, expected, counts, recorded))
    )
    title = sheets.subject(action, expected, catalogue)
    changes, breaks = _changes(own, action, expected, counts, recorded)
    return _Followed(action, expected, title, own, compared, counts, changes, breaks)


def _changes(
    series: pd.DataFrame,
    action: sheets.Action,
    expected: sheets.Expected,
    counts: bool,
    recorded: Sequence[sheets.Action],
) -> tuple[tuple[date, ...], tuple[date, ...]]:
    """The days of other actions on a series, around an action's; of its breaks before that."""
    about = {"indicator": expected.indicator, **series.iloc[0][["product", "device"]]}
    end = Period(series.index[-1]).end
    known = tuple(
        other.date
        for other in recorded
        if other.id != action.id
        and sheets.touches(other, about)
        and other.date <= end
        and interrupted.reaches(action.date, other.date)
    )
    breaks = interrupted.breaks_before(_values(series, counts), action.date, counts)
    # a break may be that of a change: its date is found within three months
    months = [interrupted.first_month(other)[0] for other in known]
    alone = (
        day for day in breaks if all(abs(interrupted.first_month(day)[0] - x) > 3 for x in months)
    )
    return known, tuple(alone)


def _of_product(
    rows: pd.DataFrame, product: str, day: date, catalogue: Catalogue, channel: str = ""
) -> pd.DataFrame | None:
    """The series of one device of a product, by period; see `effects` for which."""
    rows = rows[rows["product"] == product]
    places = {device: i for i, device in enumerate(catalogue.devices)}

    def rank(series: pd.DataFrame) -> tuple[bool, bool, int, str]:
        elsewhere = bool(channel) and series["channel"].iat[0] != channel
        device = str(series["device"].iat[0])
        return not _enough(series, day), elsewhere, places.get(device, len(places)), device

    found = [
        series.sort_values("period").set_index("period")
        for _, series in rows.groupby("device")
        if series["status"].isin(_SHOWN).any()
    ]
    return min(found, key=rank, default=None)


def _enough(series: pd.DataFrame, day: date) -> bool:
    """Whether a series has values of months enough before an action's day, and after it."""
    times = regression.positions([str(month) for month in series.index])
    used = interrupted.months_around(times, series["status"].isin(_SHOWN).to_numpy(), day).used
    before, after = interrupted.count_sides(times, used, interrupted.first_month(day)[0])
    return before >= interrupted.LEAST_BEFORE and after >= interrupted.LEAST_AFTER


def _values(rows: pd.DataFrame, counts: bool) -> pd.Series:
    """Values of whole periods; what is partial or withheld, and a sum paid back, has none."""
    shown = rows["status"].isin(_SHOWN)
    return rows["estimate"].where(shown & (rows["estimate"] >= 0) if counts else shown)


def _base(rows: pd.DataFrame) -> pd.Series:
    """What each month of a mark or share weighs: its answers, or all calls that a rate is of."""
    return rows["n_eff"].fillna(rows["n"])


ACTION_VERDICTS = [
    "group", "action", "title", "indicator", "direction", "product", "device", "compared_with",
    "breaks", "group_value", "unit", "before", "after", "placebos", "as_clear",
    *(name for name in RESULTS if name != "simple_sample"),
]  # fmt: skip
_COMPARISONS = {
    "before_after": sheets.BEFORE_AFTER,
    "controls": sheets.COMPARABLE,
    "controlled": sheets.CONTROLLED,
}
_YEARS = 3  # for which actions are followed
_NOTHING = 1e-9  # an interval narrower than this is that of months without chance
_LEVEL = 0.95  # one less the error that the whole family keeps to


class Effects(NamedTuple):
    """What `effects` gives: a verdict on each thing that was to move, and all its numbers."""

    verdicts: pd.DataFrame
    estimates: pd.DataFrame


def followed_since(quarter: Quarter) -> date:
    """The first day of the years for which actions are followed, the last of which it ends."""
    return quarter.back(4 * _YEARS)[0].start


def effects(
    actions: Sequence[sheets.Action],
    series: pd.DataFrame,
    catalogue: Catalogue,
    recorded: Sequence[sheets.Action],
) -> Effects:
    """What each action was followed by: a verdict, its numbers, and the lines of its chart.

    One comparison of each thing decides: against comparable products where the action names some,
    else before and after. Those that decide are corrected as one family, and share the level at
    which the correction stopped (see `survey.comparison`). A comparable product with an action or
    an established break of its own is left out. A rise or a fall is one only where the same, done
    where nothing is known to have happened, hardly ever gives as much
    (`series.interrupted.stands`).
    """
    verdicts: list[estimates.Row] = []
    tested: list[_Followed] = []
    for action in actions:
        for expected in action.expected:
            one = _follow(action, expected, series, catalogue, recorded)
            if one is None:
                verdicts.append(_unseen(action, expected, catalogue))
            else:
                tested.append(one)
    found = [one.measured(_LEVEL) for one in tested]
    p_values = [_decisive(one, its)["p"] for one, its in zip(tested, found, strict=True)]
    adjusted, level = adjust(p_values), common_level(p_values, level=_LEVEL)
    made: list[estimates.Row] = []
    for one, its, p in zip(tested, found, adjusted, strict=True):
        at_level = its if level == _LEVEL else one.measured(level)
        margin = catalogue.indicators[one.expected.indicator].matters or 0.0
        decisive = _decisive(one, at_level)
        decision = _verdict(one, decisive, margin, level, p)
        verdicts.append(decision)
        made += [*_effect_rows(one, at_level), *_detectable(one, decisive, decision)]
        made += _course(one, its)
    if not np.isnan(p_values).all() and tested:
        last = max(str(one.own.index[-1]) for one in tested)
        known = {"period": last, "unit": "%", "estimate": 100 * level}
        made.append({"indicator": "difference_level", **known})
    order = {action.id: i for i, action in enumerate(actions)}
    verdicts.sort(key=lambda row: order[row["action"]])
    return Effects(pd.DataFrame(verdicts, columns=ACTION_VERDICTS), estimates.make(made))


def _whole(found: interrupted.Interrupted) -> dict[str, estimates.Row]:
    """The mean effect since the action, by comparison."""
    return {str(row["comparison"]): row for row in found.effects.to_dict("records")}


def _decisive(one: _Followed, found: interrupted.Interrupted) -> estimates.Row:
    """The comparison that decides, or why it cannot."""
    rows = _whole(found)
    row = rows["before_after"]
    if row["status"] != "published":
        return row
    untested = {"p": math.nan, "status": "missing"}
    if one.action.controls:
        controlled = rows.get("controlled", {})
        if controlled.get("status") != "published":
            return {**row, **untested, "reason": "controls"}
        row = controlled
    if row["ci_high"] - row["ci_low"] <= _NOTHING * max(1.0, abs(row["estimate"])):
        return {**row, **untested, "reason": "spread"}
    return row


def _about(action: sheets.Action, expected: sheets.Expected, title: str) -> estimates.Row:
    """What a verdict is on."""
    return {
        "group": title,
        "action": action.id,
        "title": action.title,
        "indicator": expected.indicator,
        "direction": expected.direction,
        "product": action.product,
    }


def _unseen(
    action: sheets.Action, expected: sheets.Expected, catalogue: Catalogue
) -> estimates.Row:
    """The verdict on what has no series."""
    about = _about(action, expected, sheets.subject(action, expected, catalogue))
    nothing = {"device": "", "compared_with": (), "breaks": ()}
    return {**about, **nothing, "verdict": "unknown", "reason": "series"}


def _verdict(
    one: _Followed, row: estimates.Row, margin: float, level: float, p_adjusted: float
) -> estimates.Row:
    values = {
        **_about(one.action, one.expected, one.title),
        "device": str(one.own["device"].iat[0]),
        "compared_with": tuple(str(rows["product"].iat[0]) for rows in one.others),
        "breaks": tuple(f"{day:%Y-%m}" for day in one.breaks),
        "group_value": _COMPARISONS[row["comparison"]],
        "unit": one.unit,
        **{name: row[name] for name in ("before", "after", "placebos", "as_clear")},
    }
    if row["status"] != "published":
        return {**values, "verdict": "unknown", "reason": row["reason"]}
    low, high = float(row["ci_low"]), float(row["ci_high"])
    outcome = verdict(low, high, margin, holds=bool(p_adjusted <= 1 - _LEVEL))
    moved = outcome in ("rise", "fall")
    reason = ""
    if moved and not interrupted.stands(row["placebos"], row["as_clear"]):
        outcome = "unknown"
        reason = "placebos" if row["placebos"] >= interrupted.LEAST_PLACEBOS else "few"
    return {
        **values,
        "difference": row["estimate"],
        "difference_low": low,
        "difference_high": high,
        "level": level,
        "p_value": row["p"],
        "p_adjusted": p_adjusted,
        "detectable": _smallest(low, high, level, one.counts),
        "verdict": outcome,
        "reason": reason or ("precision" if outcome == "unknown" else ""),
    }


def _smallest(low: float, high: float, level: float, counts: bool) -> float:
    """The smallest change that would have been seen, from the interval of the one that was."""
    if not counts:
        return detectable_of_interval(low, high, level)
    low, high = math.log1p(low / 100), math.log1p(high / 100)
    return 100 * math.expm1(detectable_of_interval(low, high, level))


def _passport(one: _Followed) -> dict[str, str]:
    return {name: str(one.own[name].iat[0]) for name in SUBJECT} | {"group": one.title}


def _since(one: _Followed, row: estimates.Row) -> str:
    """The period of an effect: from the action's month to the end of its window."""
    last = str(row["until"] if row["status"] == "published" else one.own.index[-1])
    return f"{min(f'{one.action.date:%Y-%m}', last)}/{last}"


def _effect_rows(one: _Followed, found: interrupted.Interrupted) -> Iterator[estimates.Row]:
    for comparison, row in _whole(found).items():
        name = _COMPARISONS[comparison]
        about = {**_passport(one), "period": _since(one, row)}
        known = ("estimate", "ci_low", "ci_high") if row["status"] == "published" else ()
        effect = {"indicator": "action_effect", "unit": one.unit, "status": row["status"]}
        value = {number: row[number] for number in known}
        yield {**about, **effect, "group_value": name, **value}
        for side, column in (("avant", "before"), ("après", "after")):
            months = {"indicator": "action_months", "estimate": float(row[column])}
            yield {**about, **months, "group_value": f"{name}, {side}"}
        if row["status"] == "published" and comparison != "controls":  # which decides nothing
            for what, column in ((name, "placebos"), (f"{name}, aussi nets", "as_clear")):
                times = {"indicator": "action_placebos", "estimate": float(row[column])}
                yield {**about, **times, "group_value": what}


def _detectable(
    one: _Followed, decisive: estimates.Row, decision: estimates.Row
) -> Iterator[estimates.Row]:
    if "detectable" in decision:
        row = {"indicator": "action_detectable", "unit": one.unit}
        row |= {"period": _since(one, decisive), "group_value": decision["group_value"]}
        yield {**_passport(one), **row, "estimate": decision["detectable"]}


def _course(one: _Followed, found: interrupted.Interrupted) -> Sequence[estimates.Row]:
    if found.periods.empty:
        return []
    about = {**_passport(one), "indicator": "action_course", "unit": str(one.own["unit"].iat[0])}
    kept = ["estimate", "ci_low", "ci_high", "n", "n_eff", "status"]
    seen = [
        {**about, "period": period, "group_value": sheets.SEEN, **row}
        for period, row in one.own[kept].to_dict("index").items()
    ]
    expected = [
        {**about, "group_value": sheets.UNCHANGED, **row}
        for row in found.periods[["period", "expected", "ci_low", "ci_high"]]
        .dropna()  # before the action there is nothing to expect in its place
        .rename(columns={"expected": "estimate"})
        .to_dict("records")
    ]
    return seen + expected


@family("actions")
def actions_(
    actions: Sequence[sheets.Action], followed: pd.DataFrame, catalogue: Catalogue, quarter: Quarter
) -> tuple[pd.DataFrame, None, dict[str, pd.DataFrame]]:
    """The effects of the actions of three years, with a verdict on each."""
    done = [action for action in actions if followed_since(quarter) <= action.date]
    found = effects(done, followed, catalogue, actions)
    return found.estimates, None, {"verdicts": found.verdicts}
