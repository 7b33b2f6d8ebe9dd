"""Sales: units, revenue and returns of a shop, formats, and how sales gather; all is counted."""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.confidentiality.disclosure import withheld_parts
from observlib.indicators import answers, counts, pairs
from observlib.indicators.families import counted, family

_FORMATS = {"print": "Imprimé", "digital": "Numérique"}
_YEARLY = ["units_sold", "revenue"]  # whose change on a year is told
_BOOKS = "documentation-francaise"
_TOP = 10
_FEW = estimates.MINIMUM_PEOPLE
_DOMINANT = 0.85  # of a revenue, made by one title
_TITLES = 20  # of fewer, ten are nearly all
_UNITS = {  # of what is a count, the catalogue has the word
    "units_sold": "",
    "revenue": "",
    "return_rate": "%",
    "digital_share": "%",
    "top_titles_share": "%",
    "sales_gini": "sur 1",
}
_ALWAYS = ("units_sold", "revenue", "return_rate", "digital_share")  # of shops of any size


def quarterly_sales(sales: pd.DataFrame, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Units sold, revenue, returns, digital share and concentration of each shop, by quarter.

    Gini's index is 0 where every title sells alike, and nears 1 where one sells everything: it
    was preferred to Herfindahl's, as readers know it of incomes. Source of its formula (`gini`):
    A. Sen, *On Economic Inequality* (1973), 2.8.
    """
    return sales_by_period(sales, _months_of(quarters))


@counted
def sales_by_period(
    sales: pd.DataFrame, periods: Mapping[str, Sequence[str]]
) -> Iterator[estimates.Row]:
    """The estimates of each shop over periods, each with its months."""
    for about, inside, status in _over(sales, periods):
        found = {key: {"status": "missing"} for key in _ALWAYS}
        if len(inside):
            found |= _sums(inside, status)
        for name in filter(found.__contains__, _UNITS):
            yield {**about, "indicator": name, "unit": _UNITS[name], **found[name]}


def _over(
    sales: pd.DataFrame, periods: Mapping[str, Sequence[str]]
) -> Iterator[tuple[estimates.Row, pd.DataFrame, str]]:
    """The rows of each shop in each period since it began, and whether all are there and over."""
    rows = sales.assign(month=sales["start"].dt.strftime("%Y-%m"))
    for passport, own in answers.by_device(rows):
        first = own["month"].min()
        for period, months in periods.items():
            if months[-1] < first:
                continue
            inside = own[own["month"].isin(months)]
            whole = inside["complete"].all() and inside["month"].nunique() == len(months)
            yield {**passport, "period": period}, inside, "published" if whole else "partial"


def _dominated(rows: pd.DataFrame) -> bool:
    """Whether one title makes so much of the revenue that the whole tells its own.

    The dominance rule: one unit over 85 % (Insee, *Guide du secret statistique*).
    """
    of_titles = rows.groupby("title_id")["revenue"].sum()
    return len(of_titles) > 1 and of_titles.max() > _DOMINANT * of_titles.sum()


def _sums(rows: pd.DataFrame, status: str) -> dict[str, estimates.Row]:
    units = float(rows["units"].sum())
    if 0 < units < _FEW:  # not one of them `missing`, whose other months would tell the units
        return {name: {"status": "suppressed"} for name in _ALWAYS}
    found: dict[str, estimates.Row] = {
        "units_sold": {"estimate": units, "n": units or None, "status": status}
    }
    if rows["revenue"].notna().any():
        unknown = (rows["revenue"].isna() & (rows["units"] > 0)).any()
        of_revenue = "suppressed" if _dominated(rows) else "partial" if unknown else status
        total = {"estimate": rows["revenue"].sum(), "n": units or None}
        found["revenue"] = total | {"status": of_revenue}
    if not units:
        return found
    if rows["returns"].notna().all():
        found["return_rate"] = _share(float(rows["returns"].sum()), units, status, whole=False)
    if rows["format"].notna().all():
        digital = float(rows.loc[rows["format"] == "digital", "units"].sum())
        found["digital_share"] = _share(digital, units, status)
    sold = _by_title(rows)["units"]
    sold = sold[sold > 0]
    if len(sold) >= _TITLES:
        top = sold.head(_TOP)
        found["top_titles_share"] = (
            {"status": "suppressed"}
            if withheld_parts(top.to_dict())
            else _share(float(top.sum()), units, status)
        )
        found["sales_gini"] = {"estimate": gini(sold.tolist()), "status": status}
    return found


def _share(part: float, units: float, status: str, whole: bool = True) -> estimates.Row:
    """A share of the units in %, withheld where it, or the rest of a whole, are too few."""
    if units < _FEW or 0 < part < _FEW or (whole and 0 < units - part < _FEW):
        return {"status": "suppressed"}
    return {"estimate": 100 * part / units, "status": status}


@counted
def formats(sales: pd.DataFrame, quarters: Sequence[Quarter]) -> Iterator[estimates.Row]:
    """Share of printed and of digital units in each quarter, `format_share`."""
    for about, inside, status in _over(sales, _months_of(quarters)):
        units = inside.groupby("format")["units"].sum()
        row = {**about, "indicator": "format_share", "unit": "%", "group": "format"}
        for key, name in _FORMATS.items() if inside["units"].sum() else ():
            share = _share(float(units.get(key, 0)), float(inside["units"].sum()), status)
            yield {**row, "group_value": name, **share}


@counted
def titles(sales: pd.DataFrame, quarter: Quarter, most: int = _TOP) -> Iterator[estimates.Row]:
    """The titles sold most in a quarter, all formats together: `title_units`."""
    for about, inside, status in _over(sales, _months_of([quarter])):
        sold = _by_title(inside)
        shown = sold[sold["units"] >= _FEW].head(most)
        if 0 < sold["units"].sum() - shown["units"].sum() < _FEW:
            shown = shown.iloc[:-1]
        twice = shown["title"].duplicated(keep=False)
        names = shown["title"].where(~twice, shown["title"] + " (" + shown.index + ")")
        row = {**about, "indicator": "title_units", "group": "title", "status": status}
        for name, units in zip(names, shown["units"], strict=True):
            yield {**row, "group_value": name, "estimate": units, "n": units}


def gini(values: Sequence[float]) -> float:
    """Gini's index of values of 0 or more, of which one is above 0 (of equal ones, it is 0)."""
    ordered = sorted(values)
    n, total = len(ordered), sum(ordered)
    if not ordered or ordered[0] < 0 or not total:
        raise ValueError("an index needs values of 0 or more, of which one is above 0")
    return float(sum((2 * i - n - 1) * x for i, x in enumerate(ordered, 1)) / (n * total))


def _months_of(quarters: Sequence[Quarter]) -> Mapping[str, Sequence[str]]:
    return {quarter: quarter.months for quarter in quarters}


def _by_title(rows: pd.DataFrame) -> pd.DataFrame:
    """Units and latest name of each title, by its id, the most sold first."""
    found = (
        rows.sort_values("start", kind="stable")
        .groupby("title_id")
        .agg(units=("units", "sum"), title=("title", "last"))
    )
    found["units"] = found["units"].astype(float)
    return found.sort_values("units", ascending=False, kind="stable")


@family("sales", quarters=counts.HISTORY)
def sales_(
    sales: pd.DataFrame, catalogue: Catalogue, quarter: Quarter
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nine quarters of sales, with their change on a year; the formats and titles of the books."""
    quarters = quarter.back(9)
    by_quarter = quarterly_sales(sales, quarters)
    books, changes = sales[sales["product"] == _BOOKS], catalogue.changes.values()
    rows = [
        by_quarter,
        *(
            counts.change_on_year(by_quarter[by_quarter["indicator"] == x], changes)
            for x in _YEARLY
        ),
        formats(books, quarters),
        titles(books, quarter),
    ]
    before = pairs.counted_pairs(
        by_quarter, quarter, quarterly_sales(sales, quarter.back(counts.HISTORY)), changes
    )
    return estimates.combine(rows), pairs.tested(catalogue, before)
