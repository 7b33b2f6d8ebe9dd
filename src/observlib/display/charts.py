"""What every chart has besides its drawing: footnotes, axis words, alternative text, output."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue, Indicator
from observlib.display import select, style, svg
from observlib.display.output import Output, caption_of
from observlib.display.tables import data_markdown
from observlib.language import french, words
from observlib.language.prose import Markdown, attribute_text, curly, typography
from observlib.language.rounding import rounded_estimates

NOTHING_TO_SHOW = "Aucune valeur ne peut être montrée."
_DESCRIBED = 12  # values that an alternative text tells one by one
LONG = 100_000  # from here on a count is shortened


def chart_input(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    caption: str,
    what: str,
    keys: Sequence[str],
    one_unit: bool = True,
) -> tuple[Markdown, Indicator, pd.DataFrame]:
    """The caption, the one indicator and the estimates of a chart, rounded as pages tell them."""
    caption = caption_of(caption, what)
    indicator = select.one_indicator(frame, catalogue, what, one_unit)
    select.unique(frame, keys, what)
    select.refuse(frame, catalogue, what)
    return caption, indicator, rounded_estimates(frame, catalogue)


def output(
    draw: Callable[[], style.Figure],
    frame: pd.DataFrame,
    catalogue: Catalogue,
    caption: str,
    alt: str,
    main: pd.DataFrame | None = None,
) -> Output:
    """The output of a figure: pictures, alternative text, caption, estimates, their table.

    Its title names what is drawn, or only the `main` of it. It is drawn twice: the wide drawing is
    shown, the narrow one kept beside it for telephones.
    """
    from matplotlib.text import Text

    alt = attribute_text(typography(" ".join(alt.split())))
    pictures = []
    for wide in (style.WIDE, style.NARROW):
        with style.theme(wide):
            fig = draw()
            for text in fig.findobj(Text):
                text.set_text(curly(text.get_text()))
            pictures.append(svg.render(fig, alt))
    return Output(
        {"image/svg+xml": pictures[0], svg.NARROW: pictures[1], "text/plain": alt},
        {
            "kind": "chart",
            "caption": caption,
            "title": caption_of(chart_title(frame if main is None else main, catalogue), "title"),
            "alt": alt,
            "data_markdown": data_markdown(frame, catalogue),
            **estimates.to_json(frame),  # which is rounded
        },
    )


def chart_title(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """The labels of what is shown and, where it has one, its period."""
    names = frame["indicator"].unique()
    labels = french.join(words.indicator_of(str(name), catalogue).label for name in names)
    periods = frame["period"].unique()
    return labels if len(periods) > 1 else f"{labels}, {french.period_label(str(periods[0]))}"


def low_base_note(
    states: Iterable[str], indicator: Indicator, mark: str = "Marque creuse"
) -> list[str]:
    """Explain how a low base is marked, where a status is one."""
    things = words.base_unit(indicator)
    note = f"{mark} : faible effectif (moins de {estimates.LOW_BASE} {things})."
    return [note] * ("low_base" in set(states))


def base_note(indicator: Indicator) -> str:
    """Say what `n` counts: `n : nombre d'appels.`"""
    return f"n : nombre {french.of(indicator.base)}."


def new_figure(height: float, notes: Iterable[str]) -> style.Figure:
    """A figure with room for a drawing, and notes under it, as large as its other words."""
    from matplotlib.figure import Figure

    foot = style.wrap(typography(" ".join(filter(None, notes))), style.width() - 4)
    height += style.LINE * (foot.count("\n") + 1) if foot else 0.0
    fig = Figure(figsize=(style.width() / 72, height / 72))  # of no window and no global state
    style.write_label(fig, 2, height - 2, foot, va="bottom", color=style.GREY)
    return fig


def ticks(rows: pd.DataFrame, unit: str, steps: int, zero: bool = False) -> list[float]:
    """Axis ticks that hold all values and intervals, from `zero` or not; else the whole scale."""
    ends = rows[["estimate", "ci_low", "ci_high"]].to_numpy()
    ends = ends[ends == ends]
    low, high = (float(ends.min()), float(ends.max())) if len(ends) else (0.0, _top(unit))
    found = axis_ticks(min(low, 0.0) if zero else low, high, unit, steps)
    shares = unit == "%" and 0 <= low <= high <= 100
    return [x for x in found if 0 <= x <= 100] if shares else found


def _top(unit: str) -> float:
    """The highest value of a unit, where it has one."""
    return estimates.best_end(unit) if unit.startswith("sur ") else {"%": 100.0}.get(unit, 1.0)


def axis_ticks(low: float, high: float, unit: str, steps: int) -> list[float]:
    """Round axis ticks that hold all values: from 0, but for marks, whose zero means nothing."""
    from matplotlib.ticker import MaxNLocator

    most = math.inf
    if unit == "%" or words.is_count(unit) or unit in words.DURATIONS:
        low, high = min(0.0, low), max(0.0, high)
    else:
        least = min(0.0, low)  # a balance such as the NPS may be negative
        most = _top(unit) if unit.startswith("sur ") else math.inf
        short = max(0.0, 2 - (high - low)) / 2
        low, high = max(least, low - short), min(most, high + short)
    if low == high:
        high = low + 1
    if unit == "s":
        size = 3600 if high >= 7200 else 60 if high >= 120 else 1
        whole = MaxNLocator(steps, integer=True).tick_values(low / size, high / size)
        return [float(size * x) for x in whole]
    sizes = [1, 2, 2.5, 5, 10] if most == math.inf else [1, 2, 5, 10]
    found = [float(x) for x in MaxNLocator(steps, steps=sizes).tick_values(low, high)]
    inside = [x for x in found if x <= most + 1e-9]
    while len(inside) > 2 and inside[-2] >= high:
        inside.pop()
    while len(inside) > 2 and inside[1] <= low:
        inside.pop(0)
    return inside


def cut_note(places: Sequence[float]) -> list[str]:
    """Say that an axis does not start from zero, where it does not."""
    return ["L'axe ne part pas de zéro."] * bool(places[0] > 0)


def tick_labels(places: Sequence[float], unit: str) -> list[str]:
    """The values along an axis; those of marks and shares have the same decimals."""
    if words.is_count(unit):
        return [french.compact(x, 2) for x in places]
    if unit == "s":
        return [french.duration(x) for x in places]
    decimals = next((d for d in (0, 1) if all(round(x, d) == x for x in places)), 2)
    write = {"%": french.percent, "points": french.signed}.get(unit, french.number)
    return [write(x, decimals) for x in places]


def axis_name(indicator: Indicator, unit: str, periods: list[str]) -> str:
    """What an axis shows, such as "visites par mois"; a stock is counted at the end of periods.

    Examples
    --------
    >>> visits = Indicator(id="visits", label="V", unit="visites", method="M", better="neither")
    >>> axis_name(visits, "visites", ["2026-08", "2026-09"])
    'visites par mois'
    >>> waiting = Indicator(
    ...     id="w", label="Messages en attente", unit="messages", method="M", better="lower",
    ...     stock=True,
    ... )
    >>> axis_name(waiting, "messages", ["2026-T2", "2026-T3"])
    'messages en attente à la fin du trimestre'
    """
    if unit in ("%", "s"):
        return ""
    if not words.is_count(unit):
        return unit
    things = "euros" if unit == "€" else unit
    if indicator.stock and unit in indicator.label.lower():
        things = indicator.label[:1].lower() + indicator.label[1:]
    each = "à la fin du" if indicator.stock else "par"
    if all("-T" in period for period in periods):
        return f"{things} {each} trimestre"
    return f"{things} {each} mois" if all(len(period) == 7 for period in periods) else things


def brief(x: float, indicator: Indicator, unit: str, decimals: int = 1) -> str:
    """A value beside its point: a large count is shortened, and an amount says that it is one."""
    if not words.is_count(unit) or abs(x) < LONG:
        text = words.figure(x, indicator, unit)
        return f"{text}{french.NBSP}€" if unit == "€" else text
    return french.compact(x, decimals) + "€" * (unit == "€")


def value_text(row: estimates.Row, indicator: Indicator, unit: str) -> str:
    """What stands beside a point or bar: its value, or why it has none."""
    if row["status"] in words.WITHHELD:
        return words.STATUS_WORDS[row["status"]]
    mark = "\xa0(p)" if row["status"] == "partial" else ""
    return brief(row["estimate"], indicator, unit) + mark


def described(kind: str, records: Sequence[estimates.Row], catalogue: Catalogue) -> str:
    """Say what a chart shows, each value with its interval; of more than twelve, the extremes."""
    names = dict.fromkeys(row["indicator"] for row in records)
    what = french.join(words.indicator_of(name, catalogue).label for name in names)
    sentences = [head(kind, what, records)]
    shown = [row for row in records if row["status"] not in words.WITHHELD]
    if not shown:
        sentences.append(NOTHING_TO_SHOW)
    for name in dict.fromkeys(row["indicator"] for row in shown):
        indicator = words.indicator_of(name, catalogue)
        rows = [row for row in shown if row["indicator"] == name]
        for row in rows if len(shown) <= _DESCRIBED else ():
            ends = words.interval(row, indicator)
            value = words.value(row, indicator) + (f" (intervalle {ends})" if ends else "")
            sentences.append(f"{row['name']}\xa0: {value}.")
        if len(shown) > _DESCRIBED:
            by_value = sorted(rows, key=lambda row: row["estimate"])
            for word, row in (("haute", by_value[-1]), ("basse", by_value[0])):
                value = words.value(row, indicator)
                sentences.append(f"Valeur la plus {word}\xa0: {row['name']}, {value}.")
    return " ".join(sentences)


def head(kind: str, what: str, records: Sequence[estimates.Row]) -> str:
    """What a chart is, of what, and of when where all its estimates are of one period."""
    periods = {row["period"] for row in records}
    when = f", {french.period_label(periods.pop())}" if len(periods) == 1 else ""
    return f"{kind}\xa0: {what}{when}."


def withheld_words(frame: pd.DataFrame) -> str:
    """Say in an alternative text how many values are not shown or need care."""
    counts = frame["status"].value_counts()
    parts = [
        french.count(counts[status], one, many)
        for status, one, many in (
            ("partial", "valeur d'une période incomplète", "valeurs de périodes incomplètes"),
            ("low_base", "valeur sur un faible effectif", "valeurs sur de faibles effectifs"),
            ("suppressed", "valeur sous secret statistique", "valeurs sous secret statistique"),
            ("missing", "valeur non disponible", "valeurs non disponibles"),
        )
        if status in counts
    ]
    return f"À noter : {french.join(parts)}." if parts else ""
