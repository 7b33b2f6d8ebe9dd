"""How surely a headline holds: in how many of its defensible calculations (see `survey`).

What is told is how many, and under which choices; no difference of them. A mean of all answers
beside that of all but few would tell what these few answered.
"""

from collections.abc import Iterator

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.confidentiality.disclosure import protect
from observlib.estimates import REFERENCE
from observlib.estimates.measures import SATISFIED_FROM
from observlib.language import wording
from observlib.stats.survey.specifications import OPTIONS, changes_by_specification

_TEXTS = wording.load_texts(__file__)
HEADLINE = "satisfaction_10"
MADE, HELD, REVERSED = "specifications", "specifications_held", "specifications_reversed"
OUTCOMES = {MADE: "made", HELD: "held", REVERSED: "reversed"}
HELD_SHARE = "specifications_held_share"
LEAST_CALCULATIONS = 32  # calculations; of fewer, how many hold says little
FRAGILE = 0.8  # a headline is where fewer bear it out, or where one tells its reverse
SUBJECT_OF_PAIRS = ["product", "channel", "device"]
_NONE = 1e-9  # what rounding makes of no difference
_REVERSE = {"rise": "fall", "fall": "rise"}


def of_headlines(
    answers: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """In how many defensible calculations each headline comes out as it is published.

    Of the pairs, compared in their whole family, those of the headline measure on a year that could
    be tested are taken; none of a headline that has fewer than 32. Estimates are by device and
    quarter: `MADE`, how many calculations there are; `HELD`, how many bear the finding out (their
    interval holds what is published, and they do not tell its reverse); `REVERSED`, how many have
    the reverse of a rise or fall; and by option (`group` = `choice`) `HELD_SHARE`, in %. The word
    `specifications` has each calculation, with its options and its verdict.
    """
    known = catalogue.indicators
    matters = {name: known[name].matters or 0.0 for name in (HEADLINE, "satisfied_share")}
    margins = {"mean": matters[HEADLINE], "share": matters["satisfied_share"]}
    margins["rank"] = margins["share"]  # both are of a hundred answers
    headlines = (compared["indicator"] == HEADLINE) & (compared["against"] == "before")
    headlines &= (compared["group"] == "") & compared["level"].notna()
    made: list[estimates.Row] = []
    each = [pd.DataFrame(columns=[*SUBJECT_OF_PAIRS, *OPTIONS, "verdict"], dtype=str)]
    for pair in estimates.records(compared[headlines]):
        own = answers[
            (answers[SUBJECT_OF_PAIRS] == [pair[name] for name in SUBJECT_OF_PAIRS]).all(axis=1)
        ]
        now, then = (own[own["quarter"] == pair[side + "period"]] for side in ("", REFERENCE))
        found = changes_by_specification(now, then, pair["level"], margins, SATISFIED_FROM)
        if len(found) >= LEAST_CALCULATIONS:
            passport = {name: pair[name] for name in (*SUBJECT_OF_PAIRS, "period", "source")}
            made += [{**passport, **row} for row in _rows(found, pair["verdict"])]
            subject = {name: pair[name] for name in SUBJECT_OF_PAIRS}
            each.append(found[[*OPTIONS, "verdict"]].assign(**subject)[each[0].columns])
    rows = protect(made, low_base=0, personal=False)  # of calculations, and not of people
    return rows, {"specifications": pd.concat(each, ignore_index=True)}


def _rows(found: pd.DataFrame, verdict: str) -> Iterator[estimates.Row]:
    reverse = found["verdict"] == _REVERSE.get(verdict)
    published = found.groupby("measure")["difference"].transform("first")
    outside = (found["low"] > published + _NONE) | (found["high"] < published - _NONE)
    held = ~reverse & ~outside  # one on fewer answers, that finds nothing, contradicts nothing
    yield {"indicator": MADE, "estimate": len(found)}
    yield {"indicator": HELD, "estimate": int(held.sum())}
    if verdict in _REVERSE:
        yield {"indicator": REVERSED, "estimate": int(reverse.sum())}
    for choice, options in OPTIONS.items():
        under = {option: held[found[choice] == option] for option in options}
        taken = {option: of for option, of in under.items() if len(of)}
        for option, of in taken.items() if len(taken) > 1 else ():
            told = {"group": "choice", "group_value": _TEXTS[f"options.{choice}.{option}"]}
            yield {"indicator": HELD_SHARE, "estimate": 100 * of.mean(), "unit": "%", **told}


def calculation_counts(rows: pd.DataFrame) -> pd.DataFrame:
    """How many calculations each headline has, how many bear it out, and whether it is fragile.

    `rows` are of one quarter a device; `reversed` is 0 where none can be.
    """
    own = rows[rows["indicator"].isin(list(OUTCOMES)) & (rows["group"] == "")]
    wide = own.pivot(index=[*SUBJECT_OF_PAIRS, "period"], columns="indicator", values="estimate")
    wide = wide.reindex(columns=list(OUTCOMES)).rename(columns=OUTCOMES)
    wide = wide.dropna(subset=["made", "held"])
    found = wide.fillna({"reversed": 0}).astype(int).reset_index()
    found.columns.name = None
    fragile = (found["held"] < FRAGILE * found["made"]) | (found["reversed"] > 0)
    return found.assign(fragile=fragile)
