"""The main points of an edition as its front page tells them, with a small line for each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from observlib import estimates, main_points
from observlib.actions import Action
from observlib.catalogue import Catalogue
from observlib.display import charts, french, phrases, typography, words
from observlib.display.prose import Markdown, attribute_text, joined, markdown, plain
from observlib.period import Quarter

FOLDER = "main_points"  # of the small lines, beside the page
_WIDTH, _HEIGHT, _MARGIN = 220, 48, 5


def headline(
    frame: pd.DataFrame, pairs: pd.DataFrame, catalogue: Catalogue, quarter: Quarter
) -> str:
    """The edition in a sentence, as plain text (see `front_page`)."""
    points = main_points.points(main_points.ranked(pairs, frame, quarter))
    return typography(main_points.headline(points, catalogue))


def next_edition(quarter: Quarter, day: date) -> str:
    """When the edition after a quarter's is due.

    Examples
    --------
    >>> next_edition(Quarter(2026, 3), date(2027, 2, 15)).replace("\\xa0", " ")
    'La prochaine édition, celle du 4e trimestre 2026, est attendue le 15 février 2027.'
    """
    name = french.period_label(str(quarter + 1))
    due = french.day_label(day)
    return typography(f"La prochaine édition, celle du {name}, est attendue le {due}.")


def front_page(
    frame: pd.DataFrame,
    pairs: pd.DataFrame,
    catalogue: Catalogue,
    actions: Iterable[Action],
    quarter: Quarter,
    pages: Collection[str],
) -> tuple[str, dict[str, bytes]]:
    """The main points as Markdown, and their small lines as SVG, by their paths beside the page.

    Parameters
    ----------
    frame, pairs
        The estimates and the comparisons of the edition, as it tells them.
    actions
        What teams changed.
    quarter
        The edition's.
    pages
        The names of its pages: a point links to the sheet of its product where there is one.
    """
    ranked = main_points.ranked(pairs, frame, quarter)
    points = main_points.points(ranked)
    first = main_points.headline(points, catalogue)
    parts = [markdown("[{}]{{.headline}}", first)]
    pictures = {}
    known = list(actions)
    for number, point in enumerate(estimates.records(points), 1):
        series = main_points.series(point, frame)
        name = f"{FOLDER}/{number}.svg"
        pictures[name] = small_line(series["estimate"].tolist()).encode()
        done = main_points.followed_by(point, known)
        parts.append(_point(point, series, name, done, catalogue, pages))
    if len(points):
        head = markdown("## Ce qui a le plus changé")
        parts[1:] = [head, markdown(":::: {{.points}}"), *parts[1:], markdown("::::")]
    year = main_points.on_a_year(pairs, quarter)
    more = markdown(" [Comment ces faits sont choisis](methode.qmd#faits).")
    rest = plain(main_points.elsewhere(year, ranked, points, catalogue))
    parts.append(joined([rest, more], ""))
    return typography(joined(parts, "\n\n")), pictures


def _point(
    point: Mapping[str, Any],
    series: pd.DataFrame,
    picture: str,
    done: Iterable[Action],
    catalogue: Catalogue,
    pages: Collection[str],
) -> Markdown:
    title = main_points.title(point, catalogue)
    page = f"fiche_produit-{point['product']}"
    link = Markdown(f"{page}.ipynb")
    lines = [
        markdown("::: {{.point}}"),
        markdown("### [{}]({}) {{.no-anchor}}", title, link)
        if page in pages
        else markdown("### {} {{.no-anchor}}", title),
        markdown("[{}]{{.number}}", main_points.number(point, catalogue)),
        markdown("[{}]{{.detail}}", main_points.detail(point, catalogue)),
        Markdown(f'![]({picture}){{.line fig-alt="{attribute_text(_told(series, catalogue))}"}}'),
    ]
    for action in done:
        when = french.day_label(action.date)
        lines.append(markdown("[Depuis : {} ({}).]{{.detail}}", action.title, when))
    return joined([*lines, markdown(":::")], "\n\n")


def _told(series: pd.DataFrame, catalogue: Catalogue) -> str:
    """What a small line shows, in words."""
    rows = series[series["estimate"].notna()]
    indicator = words.indicator_of(rows["indicator"].iat[0], catalogue)
    low, high = rows["estimate"].min(), rows["estimate"].max()
    ends = french.period_label(rows["period"].iat[0]), french.period_label(rows["period"].iat[-1])
    since = f"{ends[0]} au {ends[1]}"
    if words.is_count(indicator.unit) and high >= charts.LONG:  # as charts shorten it
        least, most = (charts.brief(x, indicator, indicator.unit) for x in (low, high))
        return f"{phrases.capital(indicator.unit)} du {since}, entre {least} et {most}."
    least, most = words.figure(low, indicator), words.value(high, indicator)
    return f"Du {since}, entre {least} et {most}."


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
    up = (_HEIGHT - 2 * _MARGIN) / spread
    places = [
        "" if pd.isna(y) else f"{_MARGIN + across * x:.0f},{_HEIGHT - _MARGIN - up * (y - low):.0f}"
        for x, y in enumerate(known)
    ]
    runs = [run.split() for run in " ".join(place or "|" for place in places).split("|")]
    lines = "".join(f'<polyline points="{" ".join(run)}"/>' for run in runs if run)
    last = next((place for place in reversed(places) if place), "0,0").split(",")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}"><style>svg{{fill:none;stroke:#000091;'
        "stroke-width:2;stroke-linejoin:round}circle{fill:#000091}@media (prefers-color-scheme:"
        "dark){svg{stroke:#a9a9ff}circle{fill:#a9a9ff}}</style>"
        f'{lines}<circle cx="{last[0]}" cy="{last[1]}" r="3"/></svg>\n'
    )
