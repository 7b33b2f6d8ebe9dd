"""The main points of an edition as its front page tells them, with a small line for each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.display import dots as drawn
from observlib.display.dots import line_told, small_line
from observlib.estimates import comparisons
from observlib.indicators import specifications
from observlib.language import french, wording
from observlib.language.prose import Markdown, joined, markdown, plain, typography
from observlib.records.actions import Action
from observlib.themes import main_points

TEXTS = wording.beside(__file__)
FOLDER = "main_points"  # of the small lines, beside the page
EASY = "facile"  # the page in easy French
_PLACE = [*specifications.SUBJECT, "period"]


def headline(
    frame: pd.DataFrame, pairs: pd.DataFrame, catalogue: Catalogue, quarter: Quarter
) -> str:
    """The edition in a sentence, as plain text (see `front_page`)."""
    points = main_points.points(main_points.ranked(pairs, frame, quarter))
    return typography(_first(points, _doubts(points, frame), catalogue))


def next_edition(quarter: str, day: date) -> str:
    """When the edition of a quarter, which is the next, is due.

    Examples
    --------
    >>> next_edition("2026-T4", date(2027, 2, 15)).replace("\\xa0", " ")
    'La prochaine édition, celle du 4e trimestre 2026, est attendue le 15 février 2027.'
    """
    name = french.period_label(quarter)
    due = french.day_label(day)
    return typography(TEXTS["next_edition"].format(name=name, day=due))


def front_page(
    frame: pd.DataFrame,
    pairs: pd.DataFrame,
    catalogue: Catalogue,
    actions: Iterable[Action],
    quarter: Quarter,
    pages: Collection[str],
) -> tuple[str, dict[str, bytes]]:
    """The main points as Markdown, and their small lines as SVG, by their paths beside the page."""
    ranked = main_points.ranked(pairs, frame, quarter)
    points = main_points.points(ranked)
    doubts = _doubts(points, frame)
    parts = [markdown("[{}]{{.headline}}", _first(points, doubts, catalogue))]
    pictures = {}
    known = list(actions)
    for number, point in enumerate(estimates.records(points), 1):
        series = main_points.series(point, frame)
        name = f"{FOLDER}/{number}.svg"
        pictures[name] = small_line(series["estimate"].tolist()).encode()
        done = main_points.followed_by(point, known)
        doubt = doubts.get(_named(point), "")
        parts.append(_point(point, series, name, done, catalogue, pages, doubt))
    if len(points):
        head = markdown("## {}", TEXTS["most_changed"])
        parts[1:] = [head, drawn.points(parts[1:])]
    year = main_points.on_a_year(pairs, quarter)
    more = markdown(" [{}](methode.qmd#faits).", TEXTS["how_chosen"])
    rest = plain(main_points.elsewhere(year, ranked, points, catalogue))
    parts.append(joined([rest, more], ""))
    if EASY in pages:
        parts.append(markdown("[{}]({}.ipynb).", TEXTS["easy"], Markdown(EASY)))
    return typography(joined(parts, "\n\n")), pictures


def told_on(frame: pd.DataFrame, pairs: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """The estimates that the front page tells: its points, their changes and their small lines."""
    points = main_points.points(main_points.ranked(pairs, frame, quarter))
    sides = [comparisons.side_of(points, side) for side in ("", estimates.REFERENCE)]
    lines = [main_points.series(point, frame) for point in estimates.records(points)]
    names = ["product", "channel", "device", "period"]
    changes = points[names].assign(indicator=points["indicator"] + "_yoy")
    changed = changes.merge(frame, on=["indicator", *names])[estimates.COLUMNS]
    counted = frame[frame["indicator"].isin(specifications.COUNTED) & (frame["group"] == "")]
    doubted = counted.merge(_fragile(points, frame)[_PLACE], on=_PLACE)[estimates.COLUMNS]
    told = [*sides, *lines, changed, doubted]
    return pd.concat(told).drop_duplicates(ignore_index=True)


def _fragile(points: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """The points that hold in too few of their calculations (see `specifications.counts`)."""
    places = points.loc[points["indicator"] == specifications.HEADLINE, _PLACE]
    found = specifications.counts(frame.merge(places, on=_PLACE))
    return found[found["fragile"]]


def _doubts(points: pd.DataFrame, frame: pd.DataFrame) -> dict[tuple[str, ...], str]:
    """In how many calculations each fragile point holds, in words, by what names the point."""
    told = {}
    for row in _fragile(points, frame).to_dict("records"):
        counted = {name: french.number(row[name]) for name in ("held", "made")}
        named = (specifications.HEADLINE, *(row[name] for name in _PLACE))
        told[named] = TEXTS["fragile"].format(**counted)
    return told


def _named(point: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(point[name] for name in ("indicator", *_PLACE))


def _first(
    points: pd.DataFrame, doubts: Mapping[tuple[str, ...], str], catalogue: Catalogue
) -> str:
    """The edition in a sentence, and whether it is fragile."""
    said = main_points.headline(points, catalogue)
    if not any(_named(point) in doubts for point in estimates.records(points.head(1))):
        return said
    return f"{said} {TEXTS['fragile_headline']}"


def _point(
    point: Mapping[str, Any],
    series: pd.DataFrame,
    picture: str,
    done: Iterable[Action],
    catalogue: Catalogue,
    pages: Collection[str],
    doubt: str,
) -> Markdown:
    title: str = main_points.title(point, catalogue)
    page = f"fiche_produit-{point['product']}"
    if page in pages:
        title = markdown("[{}]({})", title, Markdown(f"{page}.ipynb"))
    details = [main_points.detail(point, catalogue)]
    for action in done:
        day = french.day_label(action.date)
        details.append(TEXTS["since"].format(title=action.title, day=day))
    number = main_points.number(point, catalogue)
    return drawn.point(title, number, details, picture, line_told(series, catalogue), doubt)
