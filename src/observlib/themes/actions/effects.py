"""Effects of actions in words and in a table: each with its interval, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.display import changes
from observlib.display.output import Output, caption_of, pipe_table, text
from observlib.estimates import EVOLVED
from observlib.language import french, phrases, wording
from observlib.language.prose import Markdown, joined, markdown
from observlib.records.actions import BEFORE_AFTER, CONTROLLED

TEXTS = wording.beside(__file__)
# reasons that have words
_TOLD = ("before", "after", "seasons", "spread", "controls", "others", "placebos", "few")
_NONE = "–"
_COMPARISONS = (BEFORE_AFTER, CONTROLLED)


def verdict(row: Mapping[str, Any]) -> str:
    """Write a verdict on an action, and why there is none where nothing could be tested.

    Examples
    --------
    >>> verdict({"verdict": "unknown", "reason": "after"}), verdict({"verdict": "fall"})
    ('trop tôt pour conclure', 'en baisse')
    """
    if row["verdict"] == "unknown":
        told = row["reason"] in _TOLD
        return TEXTS[f"reasons.{row['reason']}"] if told else TEXTS["unknown"]
    return EVOLVED[row["verdict"]]


def size(row: Mapping[str, Any], outcome: str = "") -> str:
    """Write how large a difference of `VERDICTS` is, a rise or fall never as none.

    Examples
    --------
    >>> row = {"difference": 0.03, "difference_low": 0.01, "difference_high": 0.05}
    >>> size({**row, "unit": "points"}, "rise").replace("\\xa0", " ")
    '+0,03 point'
    """
    ends = (row["difference_low"], row["difference_high"])
    decimals = _decimals(min(ends, key=abs), outcome)
    return _with_unit(french.signed(row["difference"], decimals), row["difference"], row["unit"])


def least(row: Mapping[str, Any]) -> str:
    """Write the smallest change that could have been seen.

    Examples
    --------
    >>> least({"detectable": 1.52, "unit": "points"}).replace("\\xa0", " ")
    '1,5 point'
    """
    x = row["detectable"]
    return _with_unit(french.number(x, _decimals(x, "rise")), x, row["unit"])


def change(estimate: Mapping[str, Any], outcome: str = "", nearest: float = 0.0) -> str:
    """Write an estimate of `action_effect`."""
    number = french.signed(estimate["estimate"], _decimals(nearest, outcome))
    return _with_unit(number, estimate["estimate"], estimate["unit"])


def value(estimate: Mapping[str, Any], outcome: str = "") -> str:
    """Write an estimate of `action_effect` with its interval, a rise or fall never as none.

    Examples
    --------
    >>> row = {"estimate": -30.0, "ci_low": -31.0, "ci_high": -29.1, "unit": "%"}
    >>> value(row, "fall").replace("\\xa0", " ")
    '−30,0 % (−31,0 à −29,1)'
    """
    low, high = estimate["ci_low"], estimate["ci_high"]
    nearest = min(low, high, key=abs)
    decimals = _decimals(nearest, outcome)
    ends = f"{french.signed(low, decimals)} à {french.signed(high, decimals)}"
    return f"{change(estimate, outcome, nearest)} ({ends})"


def effect_table(
    verdicts: pd.DataFrame, effects: pd.DataFrame, catalogue: Catalogue, caption: str, *, label: str
) -> Output:
    """Make the table of what followed actions: a row for each thing that one was to move."""
    labelled = markdown(": {} {{#{}}}", caption_of(caption, label), Markdown(label))
    rows = verdicts[verdicts["reason"] != "series"].to_dict("records")
    if not rows:
        raise ObservError("effect_table: no action is followed; name it with `absent`")
    found = effects[(effects["indicator"] == "action_effect") & (effects["status"] == "published")]
    by_place = {(row["group"], row["group_value"]): row for row in found.to_dict("records")}
    action, told = TEXTS["action"], TEXTS["verdict"]
    columns: dict[str, list[str]] = {action: [], told: []}
    columns |= {name: [] for name in _COMPARISONS}
    for row in rows:
        measure = phrases.small(catalogue.indicators[row["indicator"]].label)
        columns[action].append(f"{row['title']} ({catalogue.label(row['product'])}, {measure})")
        reason = row["reason"]
        why = f" ({TEXTS[f'short.{reason}']})" if reason in _TOLD else ""
        columns[told].append(EVOLVED[row["verdict"]] + why)
        for name in _COMPARISONS:
            at = by_place.get((row["group"], name))
            columns[name].append(value(at) if at else _NONE)
    pipe = pipe_table(columns, right=_COMPARISONS, even=True)
    level = changes.level(verdicts["level"])
    rule = f"{changes.rule(EVOLVED)} {TEXTS['rule']}"
    note = f"{rule} {TEXTS['level'].format(level=level)}" if level else rule
    return text(joined([pipe, labelled, note], "\n\n")).carrying([effects], catalogue)


def _decimals(nearest: float, outcome: str) -> int:
    """One decimal, or as many as a rise or fall needs not to be rounded to none."""
    return french.decimals_of(nearest, 1) if outcome in ("rise", "fall") else 1


def _with_unit(number: str, x: float, unit: str) -> str:
    phrase = "%" if unit == "%" else french.plural(round(x, 1), TEXTS["point"], TEXTS["points"])
    return f"{number}{french.NBSP}{phrase}"
