"""What was expected of a quarter and what was found, told apart: announced before, or exploratory.

A verdict is never made here: it is that of the comparison, which was tested with all of its family.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.comparison.sentences import noun
from observlib.display import changes, french, wording, words
from observlib.display.prose import Markdown, joined, markdown
from observlib.estimates import EVOLVED
from observlib.expectations import outcome

_SUBJECT = ["indicator", "product", "device"]
TEXTS = wording.beside(__file__)


def found(
    frame: pd.DataFrame, told: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue
) -> Markdown:
    """What was expected and what was found, those first that were announced before the data.

    Parameters
    ----------
    frame, told
        Estimates of `expected_effect`, and the words `told` of their family.
    compared
        Pairs of the quarter with that of the year before, with the results of their whole family.
    """
    effects = {row["group_value"]: row["estimate"] for row in estimates.records(frame)}
    order = told["exploratory"].ne("").argsort(kind="stable")
    lines = []
    for row in told.iloc[order].to_dict("records"):
        effect = effects[row["title"]]
        pair = compared[
            (compared[_SUBJECT] == pd.Series(row)[_SUBJECT]).all(axis=1) & (compared["group"] == "")
        ]
        kind = TEXTS[f"exploratory.{row['exploratory']}" if row["exploratory"] else "announced"]
        thing = noun(words.indicator_of(row["indicator"], catalogue))
        expected = TEXTS[f"expected.{row['direction']}"].format(thing=thing, effect=_points(effect))
        day = french.day_label(date.fromisoformat(row["date"]))
        author = TEXTS["author"].format(author=row["author"], day=day)
        lines.append(
            markdown(
                "- **{}** ({}, {}). {} {}\n\n    **{}** : {}\n\n    **{}** : {}",
                row["title"],
                catalogue.label(row["product"]),
                words.label(row, "device", catalogue),
                row["why"],
                author,
                kind,
                expected,
                TEXTS["found"],
                _result(pair, row["direction"], effect, catalogue),
            )
        )
    return joined(lines, "\n")


def _result(pair: pd.DataFrame, direction: str, effect: float, catalogue: Catalogue) -> str:
    """What the comparison found, and what its interval says of the effect."""
    row: Mapping[Any, Any] = pair.iloc[0].to_dict() if len(pair) else {}
    ends = (row.get("difference_low", float("nan")), row.get("difference_high", float("nan")))
    result = outcome(direction, effect, *ends)
    if result == "untested":
        why = changes.REASONS.get(row.get("reason", "missing"), changes.REASONS["missing"])
        return TEXTS["untested"].format(because=why)
    indicator = words.indicator_of(row["indicator"], catalogue)
    gap = changes.gap(row, indicator)
    said = TEXTS["verdict"].format(verdict=EVOLVED[row["verdict"]], gap=gap)
    way = "stable" if direction == "stable" else "moved"
    return f"{said} {TEXTS[f'outcome.{way}.{result}']}"


def _points(x: float) -> str:
    decimals = french.decimals_of(x, 0)
    return f"{french.number(x, decimals)}{french.NBSP}{french.plural(x, 'point', 'points')}"
