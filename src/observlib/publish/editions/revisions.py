"""The part of the method page on revisions: the rules, what became of figures, and by how much."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter, bounds
from observlib.catalogue import CHANNEL_LABELS, Catalogue, Named, Revision
from observlib.display import tables
from observlib.display.output import pipe_table
from observlib.display.select import ordered
from observlib.estimates import FIGURE, WITHHELD
from observlib.language import french, wording
from observlib.language.prose import Markdown, joined, markdown, typography
from observlib.language.words import is_count
from observlib.pipeline.archive import Publication
from observlib.pipeline.revisions import change, earlier
from observlib.publish.editions.difference import named
from observlib.stats.series.regression import Bias, bias
from observlib.stats.survey.differences import adjust

TEXTS = wording.beside(__file__)
HEADLINES = ("satisfaction_10", "visits_adjusted")  # whose figures are followed as examples
_PERIODS, _EDITIONS = 8, 4  # of a triangle, the last
_DOUBT = 0.05
_VALUE = ["estimate", "unit"]
_NUMBERS = ("mean", "absolute", "error")


def part(
    rows: pd.DataFrame,
    told: Iterable[Publication],
    catalogue: Catalogue,
    quarter: Quarter,
    today: date,
) -> Markdown:
    """The rules of revisions, triangles of two headline indicators, and sizes by indicator."""
    parts = [*_rules(rows, catalogue, today)]
    known = vintages(rows, told, quarter, today)
    if known["edition"].nunique() < 2:
        return joined([*parts, _said("first")], "\n\n")
    parts += [*_triangles(known, catalogue)]
    return joined([*parts, *_sizes(known, catalogue)], "\n\n")


def vintages(
    rows: pd.DataFrame, told: Iterable[Publication], quarter: Quarter, today: date
) -> pd.DataFrame:
    """Each value of a complete period as each edition told it, the first telling first."""
    frames = [
        one.told.estimates.assign(edition=one.quarter) for one in earlier(told, quarter, today)
    ]
    whole = pd.concat([*frames, rows.assign(edition=str(quarter))], ignore_index=True)
    return whole[~whole["status"].isin((*WITHHELD, "partial"))].reset_index(drop=True)


def _said(name: str, **words_: str) -> Markdown:
    return Markdown(typography(TEXTS[f"said.{name}"].format(**words_)))


def _rules(rows: pd.DataFrame, catalogue: Catalogue, today: date) -> Iterator[Markdown]:
    yield _said("rule")
    routines, once = (
        [one for one in catalogue.revisions.values() if (one.kind == "routine") == is_routine]
        for is_routine in (True, False)
    )
    if routines:
        lines = [_line(_named(one, catalogue), one.why, *_limits(one, rows)) for one in routines]
        yield joined([_said("routine"), joined(lines, "\n")], "\n\n")
    past = [one for one in once if one.since and one.since <= today]
    if past:
        lines = [
            _line(f"{TEXTS[f'kinds.{one.kind}']} : {_named(one, catalogue)}", one.why, _since(one))
            for one in past
        ]
        yield joined([_said("once"), joined(lines, "\n")], "\n\n")
    yield _said("letters")


def _line(title: str, *sentences: str) -> Markdown:
    return markdown("- **{}.** {}", typography(title), typography(" ".join(sentences)))


def _named(one: Revision, catalogue: Catalogue) -> str:
    """The figures of an entry, in words: what it names of the catalogue, or else where and whom."""
    parts: tuple[tuple[tuple[str, ...], Mapping[str, Named]], ...] = (
        (one.product, {**catalogue.products, **catalogue.peers}),
        (one.indicator, catalogue.indicators),
        (one.device, catalogue.devices),
    )
    found = [known[name] for names, known in parts for name in names if name in known]
    others = [*(CHANNEL_LABELS[name] for name in one.channel), *one.group_value]
    return french.join([entry.label for entry in found] or others)


def _limits(one: Revision, rows: pd.DataFrame) -> Iterator[str]:
    """How far a routine goes, in the units in which its figures are told."""
    if one.at_most is not None:
        units = rows.loc[rows["indicator"].isin(one.indicator or rows["indicator"]), "unit"]
        kinds = {"count" if is_count(unit) else "points" for unit in units} or {"points"}
        places = 0 if one.at_most == round(one.at_most) else 1
        limit = french.number(one.at_most, places)
        kind = "both" if len(kinds) > 1 else min(kinds)
        points = french.plural(one.at_most, "point", "points")
        yield TEXTS[f"limit.{kind}"].format(limit=limit, points=points)
    if one.months is not None:
        yield TEXTS["months"].format(months=french.spelled(one.months))


def _since(one: Revision) -> str:
    assert one.since, "a deliberate revision has its day"
    return TEXTS["since"].format(day=french.day_label(one.since))


def _triangles(known: pd.DataFrame, catalogue: Catalogue) -> Iterator[Markdown]:
    found = [table for name in HEADLINES if (table := _triangle(known, name, catalogue))]
    if found:
        yield _said("read")
        yield from found


def told_on(
    rows: pd.DataFrame,
    told: Iterable[Publication],
    catalogue: Catalogue,
    quarter: Quarter,
    today: date,
) -> pd.DataFrame:
    """The estimates that `part` tells in its triangles."""
    known = vintages(rows, told, quarter, today)
    if known["edition"].nunique() < 2:
        return known.iloc[:0]
    return pd.concat([_followed(known, name, catalogue) for name in HEADLINES])


def _followed(known: pd.DataFrame, name: str, catalogue: Catalogue) -> pd.DataFrame:
    """An indicator's figures of the first product that several editions tell, by edition."""
    own = known[(known["indicator"] == name) & (known["group"] == "")]
    last = own.drop_duplicates([*FIGURE, "edition"], keep="last")
    editions = sorted(last["edition"].unique())[-_EDITIONS:]
    last = last[last["edition"].isin(editions)]
    again = last.groupby(FIGURE)["edition"].transform("nunique") > 1
    told = last[again | (last["edition"] == editions[-1])] if again.any() else last[again]
    if told.empty:
        return told
    for column in ("product", "channel", "device"):
        told = told[told[column] == ordered(told, column, catalogue)[0]]
    told = told[told["period"].map(_months) == told["period"].map(_months).min()]
    return told[told["period"].isin(sorted(told["period"].unique())[-_PERIODS:])]


def _triangle(known: pd.DataFrame, name: str, catalogue: Catalogue) -> Markdown | None:
    """What became of an indicator's figures (see `_followed`), as a table."""
    told = _followed(known, name, catalogue)
    if told.empty:
        return None
    periods, editions = (sorted(told[name].unique()) for name in ("period", "edition"))
    rows = {(row["period"], row["edition"]): row for row in estimates.records(told)}
    columns = {TEXTS["period"]: [french.period_label(period) for period in periods]}
    for edition in editions:
        of = [rows.get((period, edition)) for period in periods]
        columns[edition] = [
            tables.cell(row, catalogue).text if row else tables.NOTHING for row in of
        ]
    caption = TEXTS["triangle"].format(name=named(told.iloc[0].to_dict(), catalogue))
    table = pipe_table(columns, right=tuple(editions))
    place = Markdown(name.replace("_", "-"))
    return markdown("{}\n\n: {} {{#tbl-triangle-{}}}", table, typography(caption), place)


def _months(period: str) -> int:
    """How many months a period lasts; none where a source has its own words for when."""
    try:
        first, last = bounds(period)
    except ValueError:
        return 0
    return round((last - first).days / 30)


def sizes(known: pd.DataFrame) -> pd.DataFrame:
    """Revisions by indicator, from the first figure told to the last."""
    again = known[known.groupby(FIGURE)["edition"].transform("nunique") > 1]
    first = again.drop_duplicates(FIGURE).set_index(FIGURE)
    last = again.drop_duplicates(FIGURE, keep="last").set_index(FIGURE)
    both = first[_VALUE].join(last[_VALUE].add_suffix("_now")).reset_index()
    both = both[both["unit"] == both["unit_now"]]
    both["by"] = [
        change(then, now, unit)
        for then, unit, now in both[[*_VALUE, "estimate_now"]].itertuples(index=False)
    ]
    both["unit"] = ["%" if is_count(unit) else "points" for unit in both["unit"]]
    groups = both[both["by"].abs() < math.inf].groupby(["indicator", "unit"], sort=False)
    made = pd.DataFrame(
        [(*names, *_size(own)) for names, own in groups],
        columns=["indicator", "unit", "told", "revised", *Bias._fields],
    )
    made["p_value"] = adjust(made["p_value"].where(made["revised"] > 0).to_numpy(float))
    return made


def _size(own: pd.DataFrame) -> tuple[float, ...]:
    """The size of an indicator's revisions: those of one period are one for the test."""
    begins = own["period"].map(_first_day)
    by_period = own.groupby(begins)["by"].mean().sort_index()
    absolute = float(own["by"].abs().mean())
    tested = bias(by_period.to_numpy())._replace(absolute=absolute)
    return len(own), int((own["by"] != 0).sum()), *tested


def _first_day(period: str) -> str:
    try:
        return bounds(period)[0].isoformat()
    except ValueError:  # a source's own words for when
        return period


def _sizes(known: pd.DataFrame, catalogue: Catalogue) -> Iterator[Markdown]:
    found = sizes(known)
    revised = found[(found["revised"] > 0) & found["indicator"].isin(catalogue.indicators)]
    if revised.empty:
        yield _said("unrevised")
        return
    several = {*revised.loc[revised["indicator"].duplicated(), "indicator"]}
    lines = [
        (
            _of(row, catalogue, twice=row["indicator"] in several),
            french.number(row["told"]),
            french.number(row["revised"]),
            *(_with_unit(row[name], row["unit"], name == "mean") for name in _NUMBERS),
            TEXTS[f"lean.{_lean(row['mean'], row['p_value'])}"],
        )
        for name in ordered(revised, "indicator", catalogue)
        for row in estimates.records(revised[revised["indicator"] == name])
    ]
    heads = [TEXTS[f"heads.{name}"] for name in ("indicator", "told", "revised", *_NUMBERS, "bias")]
    columns = dict(zip(heads, map(list, zip(*lines, strict=True)), strict=True))
    table = pipe_table(columns, right=tuple(heads[1:6]))
    yield _said("sizes")
    yield markdown("{}\n\n: {} {{#tbl-revisions}}", table, typography(TEXTS["caption"]))
    if len(revised) < len(found):
        yield _said("still")
    yield _said("test")


def _of(row: Mapping[str, Any], catalogue: Catalogue, twice: bool) -> str:
    label = catalogue.indicators[row["indicator"]].label
    kind = TEXTS["of.counts" if row["unit"] == "%" else "of.points"]
    return f"{label} ({kind})" if twice else label


def _lean(mean: float, p_value: float) -> str:
    if pd.isna(p_value):
        return "few"
    if p_value >= _DOUBT:
        return "none"
    return "rise" if mean > 0 else "fall"


def _with_unit(x: float, unit: str, sign: bool) -> str:
    """A size of revisions, which are small: with the decimals that its first digit needs."""
    if pd.isna(x):
        return tables.NOTHING
    write = french.signed if sign else french.number
    text = write(x, max(1, french.decimals_of(x, 1)))
    of = unit if unit == "%" else french.plural(x, "point", "points")
    return f"{text}{french.NBSP}{of}"
