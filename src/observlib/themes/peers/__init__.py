"""Figures that neighbours publish, beside our own where they compare (see `comparability`).

A figure is named by who published it: the `codes` of the catalogue's peers know its organisation,
and figures of others are left out. Their words (source, mode of asking, reservation) are in the
frame that `known` gives, which has the estimates' `product`, `period` and `group_value`.
"""

import re
from collections.abc import Iterator, Sequence

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.base.text import fold
from observlib.catalogue import CHANNEL_LABELS, Catalogue
from observlib.estimates import Row
from observlib.indicators.answers import SUBJECT
from observlib.indicators.families import estimated, family, protected
from observlib.indicators.pairs import letters, tested
from observlib.stats.comparability import Grade, grade
from observlib.stats.survey.comparison import against_one, two_by_two
from observlib.stats.survey.intervals import wilson

FIGURE_GROUP = "figure"  # the group of estimates that are one a published figure
_AREAS = "distribution"  # the group of estimates of how areas are spread
_QUANTILES = {
    "Minimum": 0.0,
    "Premier quartile": 0.25,
    "Médiane": 0.5,
    "Troisième quartile": 0.75,
    "Maximum": 1.0,
}
_COMPARED = ("satisfaction_10", "satisfied_share", "nps")  # with what neighbours publish
_SERIES_FROM = 3  # years: fewer make no line
_LONG_FROM = 4  # periods: of more than a few, the latest alone is told
_FEWEST_AREAS = 5  # quantiles of fewer would each be one area's value
_MEASURED = ["organisation", "subject", "measure"]
_MODES = {  # words of a mode of asking, by the channel that it is
    "web": "en ligne|internet|site|web",
    "phone": "telephon",
    "mail": "courrier|courriel|postal",
    "in_person": "sur place|face a face|face-a-face|guichet",
}


def known(figures: pd.DataFrame, catalogue: Catalogue, last: Quarter) -> pd.DataFrame:
    """The countrywide figures of the catalogue's peers whose period was over in a quarter."""
    rows = _of_peers(figures, catalogue, last)
    rows = rows[rows["area"].isna()]
    rows = rows.assign(group_value=rows["measure"].str.cat(rows["subject"], sep=", "))
    rows = rows.drop_duplicates(["product", "period", "group_value"])
    place = {peer: i for i, peer in enumerate(catalogue.peers)}
    rows = rows.assign(place=rows["product"].map(place)).sort_values(
        ["place", *_MEASURED, "start"], kind="stable"
    )
    names = [
        f"{catalogue.label(row['product'])}, {row['subject']} ({_brief(row['period'])})"
        for row in rows.to_dict("records")
    ]
    rows = rows.assign(name=_texts(names, rows)).drop(columns="place")
    twice = rows.duplicated(["name", "comparable_with"], keep=False)
    rows["name"] = rows["name"].where(~twice, rows["name"] + " – " + rows["measure"])
    return rows.reset_index(drop=True)


def graded(named: pd.DataFrame, own: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """The figures of `known` with how far each compares with the nearest of ours."""
    found: list[Grade | None] = []
    rows = _asked(_estimates(named, "published_figure", "group_value"), named)
    for row, indicator in zip(rows.to_dict("records"), named["comparable_with"], strict=True):
        row["indicator"] = indicator
        if catalogue.units.get(indicator) != row["unit"]:
            found.append(Grade("D", ("quantity",)))
            continue
        ours = own[(own["indicator"] == indicator) & (own["group"] == "")]
        grades = [
            grade({**one, "group": FIGURE_GROUP}, row, catalogue) for one in ours.to_dict("records")
        ]
        found.append(min(grades, key=lambda one: (one.letter, len(one.other)), default=None))
    return named.assign(
        grade=_texts([one.letter if one else "" for one in found], named),
        other=_texts([" ".join(one.other) if one else "" for one in found], named),
        unknown=_texts([" ".join(one.unknown) if one else "" for one in found], named),
    )


def published_figures(named: pd.DataFrame) -> pd.DataFrame:
    """Each figure of `known` as an estimate of `published_figure`; of four or more, the latest.

    A share (%) with a base has Wilson's interval, as of a simple sample; any other figure has none.
    """
    count = named.groupby(_MEASURED)["start"].transform("size")
    latest = named.groupby(_MEASURED)["start"].transform("max")
    rows = named[(count < _LONG_FROM) | (named["start"] == latest)]
    return _estimates(rows, "published_figure", "group_value")


def compared(
    own: pd.DataFrame, named: pd.DataFrame, catalogue: Catalogue, indicator: str
) -> pd.DataFrame:
    """Our estimates of an indicator and the neighbours' figures that compare, of grade A to C.

    `group_value` names each row: our product, with its channel or device where it has several, or
    the peer, subject and period. A neighbour's `channel` is its mode of asking, where that is one.
    """
    rows = named[(named["grade"] != "D") & (named["comparable_with"] == indicator)]
    if rows.empty:
        return estimates.make([])
    theirs = _asked(_estimates(rows, indicator, "name"), rows)
    ours = own[(own["indicator"] == indicator) & (own["group"] == "")]
    ours = ours.assign(group=FIGURE_GROUP, group_value=_names(ours, catalogue))
    fits = [
        any(grade(one, row, catalogue).letter != "D" for row in estimates.records(theirs))
        for one in estimates.records(ours)
    ]
    return estimates.combine([ours[pd.Series(fits, ours.index, dtype=bool)], theirs])


def _asked(rows: pd.DataFrame, named: pd.DataFrame) -> pd.DataFrame:
    """Estimates of figures, of the channel by which their answers were got."""
    channels = []
    for mode in named["mode"].fillna("").map(fold):
        found = [channel for channel, words in _MODES.items() if re.search(words, mode)]
        channels.append(found[0] if len(found) == 1 else "")
    return rows.assign(channel=channels)


def series(named: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Shares that a peer has published for three years or more, as lines: `published_share`."""
    rows = named[(named["unit"] == "%") & named["period"].str.fullmatch(r"\d{4}")]
    count = rows.groupby(_MEASURED)["period"].transform("size")
    rows = rows[count >= _SERIES_FROM]
    names = [
        f"{catalogue.label(row['product'])}, {row['measure']}" for row in rows.to_dict("records")
    ]
    rows = rows.assign(line=_texts(names, rows))
    twice = rows.duplicated(["line", "period"], keep=False)
    rows["line"] = rows["line"].where(~twice, rows["line"] + ", " + rows["subject"])
    rows = rows.sort_values(["product", "line", "start"], kind="stable")
    return _estimates(rows, "published_share", "line")


@estimated
def areas(figures: pd.DataFrame, catalogue: Catalogue, last: Quarter) -> Iterator[Row]:
    """How a share that a peer publishes by area is spread, at its latest date with most areas.

    Source of the quartiles: R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages",
    *The American Statistician* 50 (1996), 361–365, definition 7.
    """
    rows = _of_peers(figures, catalogue, last)
    rows = rows[rows["area"].notna() & (rows["unit"] == "%")]
    told: set[str] = set()
    for (peer, *_), spread in rows.groupby(["product", *_MEASURED], sort=True):
        sizes = spread.groupby("period")["area"].nunique()
        enough = sizes[(sizes >= _FEWEST_AREAS) & (2 * sizes >= sizes.max())]
        if enough.empty or peer in told:  # a second measure would be mistaken for the first
            continue
        told.add(peer)
        ends = spread[spread["period"].isin(enough.index)].groupby("period")["end"].max()
        chosen = spread[spread["period"] == ends.idxmax()]
        row = {**_passport(estimates.records(chosen)[0]), "indicator": "published_area_share"}
        for label, quantile in _QUANTILES.items():
            value = float(chosen["value"].quantile(quantile))
            yield {**row, "unit": "%", "group": _AREAS, "group_value": label, "estimate": value}


def _of_peers(figures: pd.DataFrame, catalogue: Catalogue, last: Quarter) -> pd.DataFrame:
    """Figures that were over in a quarter, with the peer's id as `product` and the period."""
    peer_of = {code: peer.id for peer in catalogue.peers.values() for code in peer.codes}
    rows = figures.assign(product=figures["organisation"].map(peer_of))
    rows = rows[rows["product"].notna() & (rows["end"] <= pd.Timestamp(last.end))]
    periods = [_period(start, end) for start, end in zip(rows["start"], rows["end"], strict=True)]
    return rows.assign(period=_texts(periods, rows))


def _period(start: pd.Timestamp, end: pd.Timestamp) -> str:
    """A period as estimates write it.

    >>> day = pd.Timestamp
    >>> _period(day("2017-01-01"), day("2017-12-31")), _period(day("2026-07-01"), day("2026-07-01"))
    ('2017', '2026-07-01')
    >>> _period(day("2009-01-01"), day("2012-12-31"))
    '2009-01/2012-12'
    """
    if start == end:
        return str(start.date())
    first, months = f"{start:%Y-%m}", (end.year - start.year) * 12 + end.month - start.month + 1
    if start.month == 1 and months == 12:
        return f"{start:%Y}"
    if start.month % 3 == 1 and months == 3:
        return str(Quarter.of(start.date()))
    return first if months == 1 else f"{first}/{end:%Y-%m}"


def _texts(texts: list[str], rows: pd.DataFrame) -> pd.Series:
    """Texts as a column of rows, be there none."""
    return pd.Series(texts, index=rows.index, dtype=object)


def _brief(period: str) -> str:
    """A period in few signs, to tell rows apart.

    >>> [_brief(period) for period in ("2017", "2026-T2", "2026-05", "2009-01/2012-12")]
    ['2017', 'T2 2026', '05/2026', '01/2009 à 12/2012']
    """
    if "/" in period:
        return " à ".join(map(_brief, period.split("/")))
    if "T" in period:
        return f"{period[5:]} {period[:4]}"
    return "/".join(reversed(period.split("-")))


def _passport(row: Row) -> Row:
    return {key: row[key] for key in (*SUBJECT, "period")}


@protected(personal=False)
def _estimates(rows: pd.DataFrame, indicator: str, name: str) -> Iterator[Row]:
    """One estimate a figure, named by a column; a share with its base has Wilson's interval."""
    for row in estimates.records(rows):
        n = None if pd.isna(row["n"]) else int(row["n"])
        value = {"estimate": row["value"], "unit": row["unit"], "n": n}
        if row["unit"] == "%" and n:
            low, high = (100 * end for end in wilson(round(row["value"] * n / 100), n))
            value |= {"ci_low": low, "ci_high": high}
        group = {"indicator": indicator, "group": FIGURE_GROUP, "group_value": row[name]}
        yield {**_passport(row), **group, **value}


def _names(own: pd.DataFrame, catalogue: Catalogue) -> Sequence[str]:
    """Our products, with what tells apart two rows of one: its channel, then its device."""
    rows = own.to_dict("records")
    names = [catalogue.label(row["product"]) for row in rows]
    devices = catalogue.devices
    for more in (
        [CHANNEL_LABELS.get(row["channel"], row["channel"]) for row in rows],
        [devices[row["device"]].label if row["device"] in devices else "" for row in rows],
    ):
        values = {
            name: {m for n, m in zip(names, more, strict=True) if n == name} for name in names
        }
        twice = {name for name, found in values.items() if len(found) > 1}
        names = [f"{n}, {m}" if n in twice else n for n, m in zip(names, more, strict=True)]
    return names


def with_peers(compared: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Pair each of our values with each figure of a neighbour that it compares with."""
    theirs = compared["product"].isin(catalogue.peers)
    ours = compared[~theirs]
    found = [against_one(ours, compared.loc[[at]]) for at in compared.index[theirs]]
    pairs = pd.concat([two_by_two(ours.head(0)), *found], ignore_index=True)
    kept = pairs[letters(pairs, catalogue) != "D"]
    return kept.assign(against="peer").reset_index(drop=True)


@family("peers")
def peers_(
    figures: pd.DataFrame,
    satisfaction: pd.DataFrame,
    surveys: pd.DataFrame,
    catalogue: Catalogue,
    quarter: Quarter,
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, pd.DataFrame]]:
    """Each published figure with its grade, those that compare beside ours, years and areas."""
    own = estimates.combine([satisfaction, surveys])
    now = (own["period"] == quarter) & (own["group"] == "") & (own["status"] != "missing")
    own = own[now]
    named = graded(known(figures, catalogue, quarter), own, catalogue)
    both = estimates.combine(compared(own, named, catalogue, name) for name in _COMPARED)
    rows = [
        published_figures(named),
        both,
        series(named, catalogue),
        areas(figures, catalogue, quarter),
    ]
    pairs = tested(catalogue, with_peers(both, catalogue))
    return estimates.combine(rows), pairs, {"named": named}
