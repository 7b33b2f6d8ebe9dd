"""What an edition tells otherwise than another one: changes, additions, removals, revisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.confidentiality.differencing import months_of
from observlib.display import tables
from observlib.display.output import pipe_table
from observlib.display.select import ordered
from observlib.language import french, wording, words
from observlib.language.prose import Markdown, folded, joined, markdown, typography
from observlib.pipeline import revisions
from observlib.pipeline.archive import Publication
from observlib.pipeline.revisions import BEFORE

TEXTS = wording.beside(__file__)
ESTABLISHED = ("rise", "fall")
_SERIES = ["indicator", "product", "channel", "device"]
_LENGTH = "months"  # of a period: a quarter's figure is not compared with a year's
_OWN = [*_SERIES, _LENGTH]
_VERDICT = ["verdict", "reference_period", "reference_estimate"]


class Difference(NamedTuple):
    """What two editions tell of their own quarters, and of the same periods.

    `changed` are the figures that both tell, each of its own quarter or of a longer period that
    ends with it: the columns of estimates, those of the first edition after `before_`, and the
    verdict that each gives on what it compares its figure with (`verdict`, `reference_period`,
    `reference_estimate`). Those of which the second edition establishes a change come first, and
    of these the ones that the first did not. `added` and `removed` are estimates that one of them
    alone tells. `revised` are figures of the same periods, groups among them, told otherwise, with
    the `reason` of each (see `revisions.found`).
    """

    changed: pd.DataFrame
    added: pd.DataFrame
    removed: pd.DataFrame
    revised: pd.DataFrame

    @property
    def established(self) -> pd.DataFrame:
        """The figures of which the second edition establishes a change."""
        return self.changed[self.changed["verdict"].isin(ESTABLISHED)]


def between(before: Publication, now: Publication, catalogue: Catalogue) -> Difference:
    """The difference between two editions as they were published.

    No difference of two quarters is tested here: what is established is what the second edition
    has tested, mostly against the same quarter of the year before.
    """
    before, now = (
        one._replace(told=one.told._replace(estimates=_known(one.told.estimates, catalogue)))
        for one in (before, now)
    )
    first, second = _figures(before), _figures(now)
    both = second.merge(first.add_prefix(BEFORE), left_on=_OWN, right_on=[BEFORE + x for x in _OWN])
    is_later = ~both["verdict"].isin(ESTABLISHED)
    is_known = both["verdict"] == both[f"{BEFORE}verdict"]
    return Difference(
        _in_order(both, catalogue, is_later, is_known),
        _in_order(_absent(second, first), catalogue),
        _in_order(_absent(first, second), catalogue),
        _in_order(revisions.between(before, now, catalogue), catalogue),
    )


def _known(rows: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    return rows[rows["indicator"].isin(catalogue.indicators)]


def _figures(told: Publication) -> pd.DataFrame:
    """The figures of an edition's own quarter, with its verdicts on them."""
    rows, last = told.told.estimates, Quarter.parse(told.quarter).months[-1]
    rows = rows[(rows["group"] == "") & (rows["status"] != "missing")]
    months = [months_of(period) for period in rows["period"]]
    rows = rows.assign(**{_LENGTH: [len(own) for own in months]})
    rows = rows.loc[[len(own) > 1 and own[-1] == last for own in months]]
    pairs = told.comparisons
    pairs = pairs[(pairs["against"] == "before") & (pairs["group"] == "")]
    known = pairs[[*_SERIES, "period", *_VERDICT]].drop_duplicates([*_SERIES, "period"])
    found = rows.merge(known, on=[*_SERIES, "period"], how="left")
    return found.fillna({"verdict": "", "reference_period": ""})


def _absent(rows: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    known = others.set_index(_OWN).index
    return rows.loc[~rows.set_index(_OWN).index.isin(known), estimates.COLUMNS]


def _in_order(rows: pd.DataFrame, catalogue: Catalogue, *first: pd.Series) -> pd.DataFrame:
    """Rows by what comes first, then in the catalogue's order."""
    keys = pd.DataFrame({str(place): own for place, own in enumerate(first)}, rows.index)
    for name in ("product", "indicator", "channel"):
        places = {key: place for place, key in enumerate(ordered(rows, name, catalogue))}
        keys[name] = rows[name].map(places)
    return rows.loc[keys.sort_values([*keys], kind="stable").index].reset_index(drop=True)


def pages(
    told: Iterable[Publication], catalogue: Catalogue
) -> dict[str, tuple[str, str, Markdown]]:
    """A page for each edition after the first, by its quarter: its name, its title and its text."""
    last = {one.quarter: one for one in told}
    found = {}
    for before, now in pairwise(last[quarter] for quarter in sorted(last)):
        title = TEXTS["title"].format(before=before.quarter, now=now.quarter)
        name = f"changements-{now.quarter}"
        found[now.quarter] = (name, title, _page(before, now, catalogue))
    return found


def _page(before: Publication, now: Publication, catalogue: Catalogue) -> Markdown:
    found = between(before, now, catalogue)
    count = len(found.established)
    established, others = found.changed[:count], found.changed[count:]
    parts = [markdown("{}", typography(TEXTS["reading"]))]
    parts += [markdown("## {}", typography(TEXTS["established"].format(now=now.quarter)))]
    parts += [
        _changes(established, before, now, catalogue) if count else markdown("{}", TEXTS["none"])
    ]
    if len(found.revised):
        parts += [markdown("## {}", typography(TEXTS["revised"]))]
        parts += [_revisions(found.revised, catalogue)]
    for title, rows in ((TEXTS["added"], found.added), (TEXTS["removed"], found.removed)):
        if len(rows):
            names = [markdown("- {}", named(row, catalogue)) for row in estimates.records(rows)]
            parts += [folded(typography(title), joined(names, "\n"))]
    if len(others):
        parts += [folded(typography(TEXTS["others"]), _changes(others, before, now, catalogue))]
    return joined(parts, "\n\n")


def _changes(
    rows: pd.DataFrame, before: Publication, now: Publication, catalogue: Catalogue
) -> Markdown:
    """A table of figures as both editions tell them, with the verdict."""
    lines = [
        (named(row, catalogue), *values(row, catalogue), _verdict(row, before, catalogue))
        for row in estimates.records(rows)
    ]
    quarters = before.quarter, now.quarter
    return _table((TEXTS["figure"], *quarters, TEXTS["verdict"]), lines, right=quarters)


def _revisions(rows: pd.DataFrame, catalogue: Catalogue) -> Markdown:
    """What is revised, by its reason: of each series how often, and where the most."""
    parts = []
    for reason in sorted(rows["reason"].unique(), key=lambda name: _rank(name, catalogue)):
        parts += [markdown("**{}**", typography(revisions.why(reason, catalogue)))]
        parts += [_revised(rows[rows["reason"] == reason], catalogue)]
    return joined(parts, "\n\n")


def _rank(reason: str, catalogue: Catalogue) -> int:
    """What was decided comes first, then what statuses tell, then what is routine."""
    known = catalogue.revisions.get(reason)
    return 2 if known and known.kind == "routine" else int(reason in revisions.NATURAL)


def _revised(rows: pd.DataFrame, catalogue: Catalogue) -> Markdown:
    by = (rows["estimate"] / rows[f"{BEFORE}estimate"] - 1).abs()
    rows = rows.assign(by=by).sort_values("by", na_position="first", kind="stable")
    lines = []
    for _, own in rows.sort_index().groupby([*_SERIES, "group", "group_value"], sort=False):
        most = estimates.records(rows.loc[rows.index.isin(own.index)])[-1]
        told = f"{' → '.join(_both(most, catalogue))} ({french.period_label(most['period'])})"
        lines.append((named(most, catalogue), french.number(len(own)), told))
    return _table((TEXTS["figure"], TEXTS["times"], TEXTS["most"]), lines, (TEXTS["times"],))


def _both(row: Mapping[str, Any], catalogue: Catalogue) -> tuple[str, str]:
    """A revised figure as both tell it, so that it is seen what differs: in all digits, or ends."""
    first = {name: row[BEFORE + name] for name in estimates.COLUMNS}
    told = values(row, catalogue)
    if told[0] == told[1]:
        unit = french.NBSP + row["unit"] if words.is_count(row["unit"]) else ""
        texts = [tables.cell(one, catalogue).text + unit for one in (first, dict(row))]
        told = texts[0], texts[1]
    if told[0] == told[1]:
        indicator = catalogue.indicators[row["indicator"]]
        ends = [words.interval(one, indicator) for one in (first, dict(row))]
        told = f"{told[0]} ({ends[0]})", f"{told[1]} ({ends[1]})"
    return told


def _table(
    heads: Sequence[str], lines: Sequence[Sequence[str]], right: tuple[str, ...]
) -> Markdown:
    columns = zip(*lines, strict=True)
    return pipe_table(dict(zip(heads, map(list, columns), strict=True)), right=right)


def _verdict(row: Mapping[str, Any], before: Publication, catalogue: Catalogue) -> str:
    if row["verdict"] not in ESTABLISHED:
        return TEXTS["untested"]
    value, less = moved_from(row, catalogue)
    since = TEXTS["since"].format(
        verdict=estimates.EVOLVED[row["verdict"]],
        value=value,
        when=french.when(row["reference_period"]),
        less=less and TEXTS["less"].format(size=less),
    )
    if row["verdict"] == row[f"{BEFORE}verdict"]:
        return since
    return TEXTS["new"].format(since=since, before=before.quarter)


def moved_from(row: Mapping[str, Any], catalogue: Catalogue) -> tuple[str, str]:
    """The value that a verdict is about; and what it moved by less than, where both read alike."""
    indicator, unit = catalogue.indicators[row["indicator"]], row["unit"]
    then, now = (words.figure(row[x], indicator, unit) for x in ("reference_estimate", "estimate"))
    places = words.decimals(indicator, unit)
    return then, french.number(10.0**-places, places) if then == now else ""


def named(row: Mapping[str, Any], catalogue: Catalogue) -> str:
    """What a figure is of, in words: its product, indicator and device, or else its channel."""
    places = ["product", "indicator", "device" if row["device"] else "channel"]
    texts = [words.label(row, name, catalogue) for name in places]
    if row.get("group"):
        texts.append(words.label(row, "group_value", catalogue))
    return ", ".join(dict.fromkeys(texts))


def values(row: Mapping[str, Any], catalogue: Catalogue) -> tuple[str, str]:
    """A figure as the first edition told it and as the second does."""
    first = {name: row[BEFORE + name] for name in estimates.COLUMNS}
    texts = [tables.cell(told, catalogue, unit=True).text for told in (first, dict(row))]
    return texts[0], texts[1]
