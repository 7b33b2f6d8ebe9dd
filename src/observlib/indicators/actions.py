"""What followed the actions of teams: effects, and what was seen beside what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.actions import (
    BEFORE_AFTER,
    COMPARABLE,
    CONTROLLED,
    SEEN,
    UNCHANGED,
    Action,
    subject,
)
from observlib.catalogue import Catalogue
from observlib.indicators._answers import SUBJECT
from observlib.series.interrupted import Interrupted, interrupted

_COMPARISONS = {"before_after": BEFORE_AFTER, "controls": COMPARABLE, "controlled": CONTROLLED}
_SHOWN = ("published", "low_base")


def effects(actions: Iterable[Action], series: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """What each action was followed by, and the lines of its chart.

    Parameters
    ----------
    actions
        The actions to look at; an indicator that one expects to move and `series` does not hold
        for its product gives no row.
    series
        Estimates by month of any indicators, with `n_eff` for means and shares; of several
        devices that measure one product, the one with most values is taken.
    catalogue
        Says which indicators and products there are.

    Returns
    -------
    DataFrame
        Estimates; `group` is the action's title (with the indicator, where it is to move
        several), and the subject is the measured product's.

        - `action_effect`: the mean distance since the action between what is seen and what the
          past leads to expect, with its 95 % interval, in % for counts and in points for means and
          shares. `group_value` is `Avant/après` (against its own past), `Produits comparables`
          (the same of those, which should show nothing) or `Face aux comparables` (against both);
          the period is that since the action. `missing` where months are too few.
        - `action_months`, of the same `group_value` and `avant` or `après`: how many months the
          comparison rests on.
        - `action_course`, by month, in the unit of the series: `Observé`, and,
          from the action on, `Attendu sans l'action` with its interval; only where there is an
          effect.
    """
    made: list[dict[str, Any]] = []
    for action in actions:
        for expected in action.expected:
            rows = series[series["indicator"] == expected.indicator]
            own = _of_product(rows, action.product)
            if own is not None:
                others = [_of_product(rows, product) for product in action.controls]
                title = subject(action, expected, catalogue)
                made += _rows(action, title, own, [one for one in others if one is not None])
    return estimates.make(made)


def _of_product(rows: pd.DataFrame, product: str) -> pd.DataFrame | None:
    """The longest series of a product, by period."""
    rows = rows[rows["product"] == product]
    if rows.empty:
        return None
    values = rows[rows["status"].isin(_SHOWN)].groupby("device").size()
    device = values.idxmax() if len(values) else rows["device"].iat[0]
    return rows[rows["device"] == device].sort_values("period").set_index("period")


def _values(rows: pd.DataFrame) -> pd.Series:
    """Values of whole periods; what is partial or withheld has none."""
    return rows["estimate"].where(rows["status"].isin(_SHOWN))


def _rows(
    action: Action, title: str, own: pd.DataFrame, others: Sequence[pd.DataFrame]
) -> list[dict[str, Any]]:
    unit = str(own["unit"].iat[0])
    counts = not (unit == "%" or unit.startswith("sur "))
    controls = {str(i): rows for i, rows in enumerate(others)}
    values = pd.DataFrame({name: _values(rows) for name, rows in controls.items()})
    answers = pd.DataFrame({name: rows["n_eff"] for name, rows in controls.items()})
    found = interrupted(
        _values(own),
        action.date,
        counts=counts,
        answers=None if counts else own["n_eff"],
        controls=values if others else None,
        control_answers=answers if others and not counts else None,
    )
    passport = {name: str(own[name].iat[0]) for name in SUBJECT} | {"group": title}
    since = f"{min(f'{action.date:%Y-%m}', own.index[-1])}/{own.index[-1]}"
    return [
        *_effects(found, passport, since, "%" if counts else "points"),
        *_course(found, own, passport, unit),
    ]


def _effects(
    found: Interrupted, passport: dict[str, str], since: str, unit: str
) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for row in found.effects.to_dict("records"):
        name = _COMPARISONS[row["comparison"]]
        told = {**passport, "period": since, "group_value": name}
        known = ("estimate", "ci_low", "ci_high") if row["status"] == "published" else ()
        made.append(
            {
                **told,
                "indicator": "action_effect",
                "unit": unit,
                "status": row["status"],
                **{number: row[number] for number in known},
            }
        )
        made += [
            {
                **told,
                "indicator": "action_months",
                "unit": "mois",
                "group_value": f"{name}, {side}",
                "estimate": float(row[column]),
            }
            for side, column in (("avant", "before"), ("après", "after"))
        ]
    return made


def _course(
    found: Interrupted, own: pd.DataFrame, passport: dict[str, str], unit: str
) -> list[dict[str, Any]]:
    if found.periods.empty:
        return []
    about = {**passport, "indicator": "action_course", "unit": unit}
    kept = ["estimate", "ci_low", "ci_high", "n", "n_eff", "status"]
    seen = [
        {**about, "period": period, "group_value": SEEN, **row}
        for period, row in own[kept].to_dict("index").items()
    ]
    expected = [
        {**about, "group_value": UNCHANGED, **row}
        for row in found.periods[["period", "expected", "ci_low", "ci_high"]]
        .dropna()  # before the action there is nothing to expect in its place
        .rename(columns={"expected": "estimate"})
        .to_dict("records")
    ]
    return seen + expected
