"""The key figures of a product: at most six, each large, with its verdict and two years of it."""

import math

import numpy as np
import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import CHANNEL_LABELS, Catalogue
from observlib.display import dots
from observlib.display.output import Output, text
from observlib.estimates import combine_comparisons
from observlib.language import french, words
from observlib.themes import main_points, templates

MOST_FIGURES = 6
FAMILIES = ("visits", "satisfaction", "survey", "contacts", "subscriptions", "sales")
# what comes first where a product has more
ORDER = (
    "visits", "satisfaction_10", "task_success_share", "nps", "calls_offered", "answer_rate",
    "answered_in_promise", "subscribers", "units_sold", "wait_median", "revenue", "downloads",
)  # fmt: skip
_YEAR = 4  # quarters within which a survey is told by its last one
_MILLION = 1e6


def chosen(frame: pd.DataFrame, product: str, quarter: Quarter) -> pd.DataFrame:
    """The figures of a product that its sheet begins with, the first first."""
    periods = quarter.back(_YEAR)
    rows = frame[
        (frame["product"] == product)
        & (frame["group"] == "")
        & frame["indicator"].isin(ORDER)
        & frame["period"].isin(periods)
        & (frame["status"] == "published")
    ]
    asked = np.array([not words.is_count(unit) for unit in rows["unit"]], bool)
    rows = rows[(rows["period"] == quarter) | asked]
    channels = [*CHANNEL_LABELS, ""]  # the web first
    places = [
        (ORDER.index(indicator), -periods.index(period), channels.index(channel))
        for indicator, period, channel in rows[["indicator", "period", "channel"]].to_numpy()
    ]
    first = rows.iloc[sorted(range(len(rows)), key=places.__getitem__)].drop_duplicates("indicator")
    return first.head(MOST_FIGURES).reset_index(drop=True)


def band(
    figures: pd.DataFrame,
    frame: pd.DataFrame,
    pairs: pd.DataFrame,
    catalogue: Catalogue,
    quarter: Quarter,
) -> Output:
    """The figures side by side, with all the estimates and comparisons that they tell."""
    blocks, shown, compared, drawings = [], [], [], {}
    say = templates.narrative("products")
    for number, figure in enumerate(estimates.records(figures), 1):
        series, pair = main_points.point_series(figure, frame), _on_a_year(figure, pairs)
        shown.append(series)
        compared.append(pair)
        name = f"line-{number}.svg"
        drawings[name] = dots.small_line(series["estimate"].tolist())
        then = _year_before(series)
        before = "" if math.isnan(then) else _large(then, figure, catalogue)
        details = say._details(figure, before, quarter, catalogue)
        title, large = say._title(figure, catalogue), _large(figure["estimate"], figure, catalogue)
        told, verdict = dots.line_told(series, catalogue), say._verdict(estimates.records(pair))
        blocks.append(dots.point(title, large, [details], name, told, verdict=verdict))
    made = text(dots.points(blocks))
    made = Output(made.shown, {**made.content, "pictures": drawings})
    return made.carrying([estimates.combine(shown), combine_comparisons(compared)], catalogue)


def _on_a_year(figure: estimates.Row, pairs: pd.DataFrame) -> pd.DataFrame:
    """The comparison of a figure with itself a year before, in a row; none where there is none."""
    rows = main_points.on_a_year(pairs, Quarter(figure["period"]))
    same = [rows[name] == figure[name] for name in ("indicator", "product", "channel", "device")]
    return rows[np.logical_and.reduce(same)].head(1).reset_index(drop=True)


def _large(x: float, figure: estimates.Row, catalogue: Catalogue) -> str:
    """A value as it is set large: the title tells its unit, but for `%`, `€` and millions."""
    unit = figure["unit"]
    if words.is_count(unit) and x >= _MILLION:
        millions = round(x / _MILLION, 1)
        counted = french.plural(millions, "million", "millions")
        return f"{french.number(millions, 1)}{french.NBSP}{counted}"
    return words.figure(x, words.indicator_of(figure["indicator"], catalogue), unit)


def _year_before(series: pd.DataFrame) -> float:
    """What a figure was a year before its last quarter; NaN where that may not be told."""
    then = Quarter(series["period"].iat[-1]) - 4
    rows = series[(series["period"] == then) & (series["status"] == "published")]
    return next(iter(rows["estimate"]), math.nan)
