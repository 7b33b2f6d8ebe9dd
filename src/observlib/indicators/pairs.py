"""What a study compares, as one family: its verdicts, and the differences as estimates.

Several functions put values in pairs, here and in themes; `tested` takes all the pairs of a study,
so that the correction is for the number of them all.
"""

import math
from collections.abc import Iterator, Mapping, Set

import numpy as np
import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.confidentiality.disclosure import GROUPED, protect
from observlib.estimates import IN_TIME, REFERENCE, SATISFIED_FROM
from observlib.indicators.counts import HISTORY, usual_change
from observlib.language import wording, words
from observlib.records.sheets import Changes, measured_since
from observlib.stats.comparability import of_pairs
from observlib.stats.survey import comparison
from observlib.stats.survey.comparison import OPTIONS, PAIRED, Kind, compare, two_by_two, waves
from observlib.stats.survey.differences import error_of_paired_shares

# --- Which answer to a question comes first, and whether it is surely ahead of all the others

_QUESTION = ["indicator", "product", "channel", "device", "period", "group"]


def leading_answer(shares: pd.DataFrame, ticked: pd.DataFrame | None = None) -> pd.DataFrame:
    """Pair the most frequent answer of each question with the one that is the least surely behind.

    `shares` are in % of the answers; a question with one answer, or with one that is withheld,
    which the order would tell, is left out. `ticked` are who (`response_id`) gave which
    (`category`) to each `device`; without it each person gave one. A `rise` is an answer ahead of
    all others.

    The first is ahead where the two-sided test of its difference with *each* other holds: the pair
    is that of the largest p value, so that a question is one test of its study, and needs no
    correction for the choice (K. Hung and W. Fithian, "Rank verification for exponential families",
    *Annals of Statistics* 47 (2019), 758–782). Where several answers may be given, it need not be
    the second's.

    Where fewer than eleven people gave both answers, or neither, or one without the other, the
    interval would tell how many: the error is then the largest that the two shares allow.
    """
    shares = shares.reset_index(drop=True)
    given = {} if ticked is None else dict(iter(ticked.groupby("device")))
    first, second, errors = [], [], []
    for keys, rows in shares.groupby(_QUESTION, sort=False):
        named = rows[~rows["group_value"].isin(GROUPED)]
        if len(named) < 2 or rows["status"].isin(["suppressed", "missing"]).any():
            continue
        order = named.sort_values("estimate", ascending=False, kind="stable")
        holders = _holders(given.get(keys[_QUESTION.index("device")]))
        lead, *others = order.to_dict("records")
        error = [_error(lead, other, holders) for other in others]
        sure = [
            (lead["estimate"] - other["estimate"]) / se if se else 0.0
            for other, se in zip(others, error, strict=True)
        ]
        at = sure.index(min(sure))
        first.append(order.index[0])
        second.append(order.index[at + 1])
        errors.append((error[at], lead["n"] - 1))
    pairs = shares.loc[first].reset_index(drop=True)
    other = shares.loc[second].reset_index(drop=True).add_prefix(REFERENCE)
    paired = pd.DataFrame(errors, columns=list(PAIRED), dtype=float)
    return pairs.join([other, paired]).assign(against="answer")


def _holders(ticked: pd.DataFrame | None) -> dict[str, Set[str]]:
    if ticked is None:
        return {}
    return {str(name): set(ids) for name, ids in ticked.groupby("category")["response_id"]}


def _error(first: estimates.Row, other: estimates.Row, holders: Mapping[str, Set[str]]) -> float:
    """Standard error of the difference of two answers, in points."""
    n = first["n"]
    one, two = (round(row["estimate"] * n / 100) for row in (first, other))
    both = 0
    if holders:
        both = len(holders[first["group_value"]] & holders[other["group_value"]])
        if min(both, one - both, two - both, n - one - two + both) < estimates.MINIMUM_PEOPLE:
            both = max(0, one + two - int(n))
    return 100 * error_of_paired_shares(one - both, two - both, n)


# counts of people whom a product reached
PEOPLE = ("visits", "calls_offered", "tickets_received", "subscribers", "units_sold")
_SERIES = ["indicator", "product", "channel", "device"]
_NOTHING = "0"  # what an effect stands beside
MANY = 20  # products above which those of one department alone are compared
_OF_DIGIT = 1.96 / math.sqrt(12)  # how far rounding moves a value at 95 %, of its last digit
_THIN = "low_base"  # a reason, beside those of `survey.comparison`


def across_periods(
    frame: pd.DataFrame, catalogue: Catalogue, period: str, before: str
) -> pd.DataFrame:
    """Pair a period's measured values with those of another, by subject; but for counts, what the
    catalogue does not compare, and subjects that lack a value in both."""
    known = catalogue.indicators.items()
    measured = [name for name, one in known if one.comparison not in (None, "count")]
    pairs = waves(frame[frame["indicator"].isin(measured)], period, before)
    nothing = (pairs["status"] == "missing") & (pairs[REFERENCE + "status"] == "missing")
    return pairs[~nothing].assign(against="before").reset_index(drop=True)


def so_far(frame: pd.DataFrame, catalogue: Catalogue, quarter: Quarter) -> pd.DataFrame:
    """Pair headline measures over a year's quarters so far with those of the year before."""
    sides = [over_quarters(frame, catalogue, last) for last in (quarter, quarter - 4)]
    pairs = waves(estimates.combine(sides), _year_to(quarter), _year_to(quarter - 4))
    there = pairs[["status", REFERENCE + "status"]].eq("published").all(axis=1)
    return pairs[there].assign(against="year").reset_index(drop=True)


def over_quarters(frame: pd.DataFrame, catalogue: Catalogue, quarter: Quarter) -> pd.DataFrame:
    """The mean of headline measures over a year's quarters so far, each as much in both years.

    It is made of values as pages tell them: what their last digit hides widens the interval, that
    of independent ones (Zou and Donner, see `survey.differences`). Those of groups and of other
    periods are left out; `suppressed` where a quarter is not published.
    """
    quarters = quarter.back(quarter.number)
    rows = frame[frame["period"].isin(quarters if len(quarters) > 1 else [])]
    rows = rows[headline_pairs(rows.assign(against="year"), catalogue)]
    digit = np.array([10.0 ** -words.places(row, catalogue) for row in estimates.records(rows)])
    reach = {end: rows[end] - rows["estimate"] for end in ("ci_low", "ci_high")}
    added = rows.assign(
        estimate=words.rounded_estimates(rows, catalogue)["estimate"],
        **{end: own**2 + (_OF_DIGIT * digit) ** 2 for end, own in reach.items()},
        n_eff=1 / rows["n_eff"].fillna(rows["n"]),
        status=rows["status"].eq("published"),
    )
    how = {"estimate": "mean", "source": "last", "status": "sum", "n": "sum", "n_eff": "sum"}
    by = added.groupby([*_SERIES, "unit"], sort=False)
    found = by.agg(how | dict.fromkeys(reach, "sum")).reset_index()
    hidden, middle = found["status"] < len(quarters), found["estimate"]
    below, above = (np.sqrt(found[end]) / len(quarters) for end in reach)
    found = found.assign(ci_low=middle - below, ci_high=middle + above, status="published")
    found["n_eff"] = len(quarters) ** 2 / found["n_eff"]
    found["period"] = _year_to(quarter)
    return estimates.check(estimates.withhold(estimates.typed(found), hidden.to_numpy()))


def _year_to(quarter: Quarter) -> str:
    """The period from the first quarter of a year to one of it."""
    return f"{quarter.year}-T1/{quarter}"


def counted_pairs(
    frame: pd.DataFrame, quarter: Quarter, past: pd.DataFrame | None = None, changes: Changes = ()
) -> pd.DataFrame:
    """Pair a quarter's counts of people with those of a year before, by device, with what each
    usually changes on a year (see `counts.usual_change`); `past` has the counts of `counts.HISTORY`
    quarters, where `frame` has not all of them."""
    rows = frame[frame["indicator"].isin(PEOPLE) & (frame["group"] == "")]
    pairs = waves(rows, quarter, quarter - 4).assign(against="before")
    known = frame if past is None else past
    known = known[(known["status"] == "published") & (known["group"] == "")]
    value = known.drop_duplicates([*_SERIES, "period"]).set_index([*_SERIES, "period"])["estimate"]
    periods = quarter.back(HISTORY)
    usual = [
        usual_change(
            [value.get((*row.values(), period), math.nan) for period in periods],
            [measured_since({**row, "period": period}, changes) for period in periods],
        )
        for row in pairs[_SERIES].to_dict("records")
    ]
    return pairs.assign(**dict(zip(PAIRED, np.reshape(usual, (-1, 2)).T, strict=True)))


def product_pairs(frame: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Pair the values of products that are listened to in the same way (grade A or B, see
    `comparability`), the higher first; where there are more than `MANY`, of one department too, as
    all pairs would grow as their square."""
    rows = frame[frame["device"].isin(list(catalogue.devices)) & (frame["group"] == "")]
    order = rows.sort_values(["indicator", "estimate"], ascending=[True, False], kind="stable")
    of = order["product"].map({one.id: one.department for one in catalogue.products.values()})
    is_many = order["product"].nunique() > MANY
    parts = order.groupby(of, sort=False, dropna=False) if is_many else [("", order)]
    pairs = pd.concat([two_by_two(part) for _, part in parts], ignore_index=True)
    pairs = pairs[pairs["product"] != pairs[REFERENCE + "product"]]
    kept = pairs[letters(pairs, catalogue).isin(["A", "B"])]
    return kept.assign(against="product").reset_index(drop=True)


def letters(pairs: pd.DataFrame, catalogue: Catalogue) -> pd.Series:
    """The grade of each pair: how far its two sides compare (see `comparability`)."""
    found = [pair.grade.letter for pair in of_pairs(pairs, catalogue)]
    return pd.Series(found, index=pairs.index, dtype=object)


def with_nothing(effects: pd.DataFrame) -> pd.DataFrame:
    """Pair each effect, as `driver_effect`, with 0: a `rise` is above it, a `fall` below it."""
    zero = dict.fromkeys(["ci_low", "ci_high", "n"], math.nan) | {"estimate": 0.0, "source": ""}
    known = effects.assign(**zero, n_eff=math.inf, status="published", group_value=_NOTHING)
    return joined_frames(effects, known, "nothing")


def tested(catalogue: Catalogue, *pairs: pd.DataFrame) -> pd.DataFrame:
    """Compare all the pairs of a study as one family, by the rules of the catalogue.

    Headline measures are tested first on a year, as `survey.comparison` has it: what is looked at
    beside them does not drown them. A value on fewer than 30 answers is not tested, which for a
    category's share is not known before any value is; the findings say so. A `reason` beside those
    of `survey.comparison` is `low_base`, or `measure`, where the measure changed in between.
    """
    together = pd.concat([some for some in pairs if len(some)] or pairs[:1], ignore_index=True)
    known = catalogue.indicators.items()
    kinds: dict[str, Kind] = {name: x.comparison for name, x in known if x.comparison is not None}
    matters = {name: one.matters for name, one in known if one.matters is not None}
    states = together[["status", REFERENCE + "status"]]
    comparable = states.isin(["published", _THIN]).all(axis=1)
    thin = comparable & (states == _THIN).any(axis=1)
    anew = ["measure" in pair.grade.other for pair in of_pairs(together, catalogue)]
    why = np.select([comparable & np.array(anew, dtype=bool), thin], ["measure", _THIN], "")
    first = headline_pairs(together, catalogue)
    return compare(together.assign(why=why), kinds, matters, first=first).drop(columns="why")


def headline_pairs(pairs: pd.DataFrame, catalogue: Catalogue) -> pd.Series:
    """Which pairs are tested first: a headline measure of a whole, each time it is looked at."""
    first = [one.id for one in catalogue.indicators.values() if one.headline]
    return pairs["indicator"].isin(first) & pairs["against"].isin(IN_TIME) & (pairs["group"] == "")


def joined_frames(frame: pd.DataFrame, reference: pd.DataFrame, against: str) -> pd.DataFrame:
    """Each row with that of the same place in another frame."""
    pairs = frame.join(reference.add_prefix(REFERENCE))
    return pairs.assign(against=against).reset_index(drop=True)


# --- How surely a headline holds: in how many of its defensible calculations (see `survey`)


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
        subject = {name: pair[name] for name in SUBJECT_OF_PAIRS}
        own = answers[(answers[SUBJECT_OF_PAIRS] == [*subject.values()]).all(axis=1)]
        now, then = (own[own["quarter"] == pair[side + "period"]] for side in ("", REFERENCE))
        found = comparison.changes_by_specification(
            now, then, pair["level"], margins, SATISFIED_FROM
        )
        if len(found) >= LEAST_CALCULATIONS:
            passport = subject | {name: pair[name] for name in ("period", "source")}
            made += [{**passport, **row} for row in _rows(found, pair["verdict"])]
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
    """How many calculations each headline has, how many bear it out, and whether it is fragile;
    `rows` are of one quarter a device, and `reversed` is 0 where none can be."""
    own = rows[rows["indicator"].isin(list(OUTCOMES)) & (rows["group"] == "")]
    wide = own.pivot(index=[*SUBJECT_OF_PAIRS, "period"], columns="indicator", values="estimate")
    wide = wide.reindex(columns=list(OUTCOMES)).rename(columns=OUTCOMES)
    wide = wide.dropna(subset=["made", "held"])
    found = wide.fillna({"reversed": 0}).astype(int).reset_index()
    found.columns.name = None
    fragile = (found["held"] < FRAGILE * found["made"]) | (found["reversed"] > 0)
    return found.assign(fragile=fragile)
