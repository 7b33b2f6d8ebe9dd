"""What was expected of a quarter and what was found: announced before the data, or exploratory."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.display import changes
from observlib.language import french, wording, words
from observlib.language.prose import Markdown, joined, markdown
from observlib.records.expectations import Expectation, outcome
from observlib.themes.comparison_sentences import noun

_TEXTS = wording.load_texts(__file__)


def found(
    frame: pd.DataFrame,
    compared: pd.DataFrame,
    expectations: Sequence[tuple[Expectation, str]],
    catalogue: Catalogue,
) -> Markdown:
    """What was expected and what was found, those first that were announced before the data.

    Of `expected_effect` and its comparisons with a year before; each of `expectations` is with why
    it is exploratory, of `expectations.REASONS`, or nothing.
    """
    effects = {row["group_value"]: row["estimate"] for row in estimates.records(frame)}
    lines = []
    for one, exploratory in sorted(expectations, key=lambda known: known[1] != ""):
        own = {"indicator": one.indicator, "product": one.product, "device": one.device}
        pair = compared[
            (compared[list(own)] == pd.Series(own)).all(axis=1) & (compared["group"] == "")
        ]
        effect = effects[one.title]
        thing = noun(words.indicator_of(one.indicator, catalogue))
        lines.append(
            markdown(
                "- **{}** ({}, {}). {} {}\n\n    **{}** : {}\n\n    **{}** : {}",
                one.title,
                catalogue.label(one.product),
                words.label(own, "device", catalogue),
                one.why,
                _TEXTS["author"].format(author=one.author, day=french.day_label(one.date)),
                _TEXTS[f"exploratory.{exploratory}" if exploratory else "announced"],
                _TEXTS[f"expected.{one.direction}"].format(thing=thing, effect=_points(effect)),
                _TEXTS["found"],
                _result(pair, one.direction, effect, catalogue),
            )
        )
    return joined(lines, "\n")


def _result(pair: pd.DataFrame, direction: str, effect: float, catalogue: Catalogue) -> str:
    """What the comparison found, and what its interval says of the effect."""
    row: estimates.Row = pair.iloc[0].to_dict() if len(pair) else {}
    ends = (row.get("difference_low", float("nan")), row.get("difference_high", float("nan")))
    result = outcome(direction, effect, *ends)
    if result == "untested":
        known = changes.REASON_WORDS
        why = known.get(row.get("reason", ""), known["missing"])
        return _TEXTS["untested"].format(because=why)
    indicator = words.indicator_of(row["indicator"], catalogue)
    gap = changes.gap(row, indicator)
    said = _TEXTS["verdict"].format(verdict=estimates.EVOLVED[row["verdict"]], gap=gap)
    way = "stable" if direction == "stable" else "moved"
    return f"{said} {_TEXTS[f'outcome.{way}.{result}']}"


def _points(x: float) -> str:
    decimals = french.decimals_of(x, 0)
    return f"{french.number(x, decimals)}{french.NBSP}{french.plural(x, 'point', 'points')}"
