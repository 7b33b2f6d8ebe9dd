"""Points: numbers set large, each with its verdict and a small line of two years.

The front page and the sheets of products have them; `reports/paper.lua` sets them on paper.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.display import charts, style
from observlib.language import french, phrases, wording, words
from observlib.language.prose import Markdown, attribute_text, joined, markdown

TEXTS = wording.beside(__file__)
_WIDTH, _HEIGHT, _MARGIN = 220, 48, 5


def points(blocks: Iterable[Markdown]) -> Markdown:
    """Points side by side, where the page is wide enough."""
    return joined([markdown(":::: {{.points}}"), *blocks, markdown("::::")], "\n\n")


def point(
    title: str, number: str, details: Iterable[str], picture: str, told: str, verdict: str = ""
) -> Markdown:
    """One point.

    Parameters
    ----------
    title
        What it is of; it is no entry of the page's contents.
    number
        What is set large.
    details
        What stands below in small, the first before the picture and the others after.
    picture
        Where its small line is, beside the page.
    told
        What the line shows, in words.
    verdict
        What stands between the number and the details.

    Examples
    --------
    >>> print(point("Visites", "+2,7 %", ["sur un an"], "1.svg", "Entre 1 et 2 visites."))
    ::: {.point}
    <BLANKLINE>
    ### Visites {.no-anchor .unnumbered .unlisted}
    <BLANKLINE>
    [+2,7 %]{.number}
    <BLANKLINE>
    [sur un an]{.detail}
    <BLANKLINE>
    ![](1.svg){.line fig-alt="Entre 1 et 2 visites."}
    <BLANKLINE>
    :::
    """
    first, *others = (markdown("[{}]{{.detail}}", detail) for detail in details)
    lines = [
        markdown("::: {{.point}}"),
        markdown("### {} {{.no-anchor .unnumbered .unlisted}}", title),
        markdown("[{}]{{.number}}", number),
        *([markdown("[{}]{{.verdict}}", verdict)] if verdict else []),
        first,
        Markdown(f'![]({picture}){{.line fig-alt="{attribute_text(told)}"}}'),
        *others,
        markdown(":::"),
    ]
    return joined(lines, "\n\n")


def line_told(series: pd.DataFrame, catalogue: Catalogue) -> str:
    """What a small line shows, in words.

    Parameters
    ----------
    series
        Estimates of one subject, the oldest first, one of which is told at least.
    """
    rows = series[series["estimate"].notna()]
    indicator = words.indicator_of(rows["indicator"].iat[0], catalogue)
    low, high = rows["estimate"].min(), rows["estimate"].max()
    ends = {
        "first": french.period_label(rows["period"].iat[0]),
        "last": french.period_label(rows["period"].iat[-1]),
    }
    if words.is_count(indicator.unit) and high >= charts.LONG:  # as charts shorten it
        least, most = (charts.brief(x, indicator, indicator.unit) for x in (low, high))
        unit = phrases.capital(indicator.unit)
        return TEXTS["line_counted"].format(unit=unit, low=least, high=most, **ends)
    least, most = words.figure(low, indicator), words.value(high, indicator)
    return TEXTS["line"].format(low=least, high=most, **ends)


def small_line(values: Iterable[float]) -> str:
    """Values in time as a small line (SVG) whose last point is marked; a gap where one is absent.

    It has no scale: the numbers beside it tell.

    Examples
    --------
    >>> small_line([1, 3, float("nan"), 2, 2]).count("polyline")
    2
    """
    known = pd.Series(list(values), dtype=float)
    low, spread = known.min(), (known.max() - known.min()) or 1.0
    across = (_WIDTH - 2 * _MARGIN) / max(len(known) - 1, 1)
    up = (known - low) / spread * (_HEIGHT - 2 * _MARGIN)
    places = [
        "" if pd.isna(y) else f"{_MARGIN + across * x:.0f},{_HEIGHT - _MARGIN - y:.0f}"
        for x, y in enumerate(up)
    ]
    runs = [run.split() for run in " ".join(place or "|" for place in places).split("|")]
    lines = "".join(f'<polyline points="{" ".join(run)}"/>' for run in runs if run)
    last = next((place for place in reversed(places) if place), "0,0").split(",")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}"><style>svg{{fill:none;stroke:{style.ACCENT};'
        f"stroke-width:2;stroke-linejoin:round}}circle{{fill:{style.ACCENT}}}"
        f"@media (prefers-color-scheme:dark){{svg{{stroke:{style.ACCENT_AT_NIGHT}}}"
        f"circle{{fill:{style.ACCENT_AT_NIGHT}}}}}</style>"
        f'{lines}<circle cx="{last[0]}" cy="{last[1]}" r="3"/></svg>\n'
    )
