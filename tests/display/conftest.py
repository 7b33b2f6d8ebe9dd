"""Estimates with everything that happens in them: partial, thin, withheld and absent values."""

from collections.abc import Callable, Iterable
from itertools import combinations
from typing import Any

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox
from tests.words import plain

from observlib import display, estimates
from observlib.catalogue import Catalogue, Indicator
from observlib.display import charts, style
from observlib.display.output import Output

Rows = Callable[..., pd.DataFrame]
_NAMES = {
    "%": "part", "appels": "calls", "s": "wait", "points": "balance", "€": "income",
    "jours": "delay", "sur 10": "mark",
}  # fmt: skip


QUARTERS = ["2025-T3", "2025-T4", "2026-T1", "2026-T2", "2026-T3"]


def line(product: str, values: Iterable[float | str | None], half: float = 0.2) -> pd.DataFrame:
    """Marks of a product by quarter: numbers, statuses that withhold them, None: no row."""
    row = {"indicator": "satisfaction_10", "product": product, "channel": "web", "unit": "sur 10"}
    made = []
    for period, value in zip(QUARTERS, values, strict=True):
        if isinstance(value, str):
            made.append({**row, "period": period, "status": value})
        elif value is not None:
            ends = {"ci_low": value - half, "ci_high": value + half}
            made.append({**row, "period": period, "estimate": value, "n": 400, **ends})
    return estimates.make(made)


@pytest.fixture
def draw(invented: Catalogue) -> Callable[..., Output]:
    """Draw estimates of the invented catalogue, in the chart that is named."""
    return lambda kind, frame, **more: getattr(display, f"{kind}_chart")(
        frame, invented, **{"caption": "C"} | more
    )


@pytest.fixture
def every_figure(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that are drawn during a test, wide and narrow in turn."""
    drawn: list[Figure] = []
    render = charts.render
    monkeypatch.setattr(charts, "render", lambda fig, alt: (drawn.append(fig), render(fig, alt))[1])
    return drawn


@pytest.fixture
def figure(every_figure: list[Figure]) -> Callable[[], Figure]:
    """The last wide figure."""
    return lambda: every_figure[-2]


@pytest.fixture
def written(figure: Callable[[], Figure]) -> Callable[[], list[str]]:
    """The texts of the last wide figure, each on one line, with plain spaces."""
    return lambda: [plain(text).replace("\n", " ") for text in texts_of(figure())]


def luminance(colour: object) -> float:
    """Source: Web Content Accessibility Guidelines 2.2, "relative luminance"."""
    parts = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in to_rgb(colour))
    return sum(share * x for share, x in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def texts_of(fig: Figure) -> dict[str, list[Bbox]]:
    with style.theme():
        fig.set_dpi(288)  # or hinting would change the widths of letters
        renderer = FigureCanvasAgg(fig).get_renderer()
        found: list[Text] = [*fig.texts]
        for ax in fig.axes:
            found += ax.texts
            found += [*ax.get_xticklabels(), *ax.get_yticklabels()] if ax.axison else []
        places: dict[str, list[Bbox]] = {}
        for text in found:
            if text.get_text().strip():
                if isinstance(text, Annotation):
                    text.update_positions(renderer)
                box = Text.get_window_extent(text, renderer)  # and not an annotation's arrow
                places.setdefault(text.get_text(), []).append(box)
        return places


@pytest.fixture
def assert_readable(every_figure: list[Figure]) -> Callable[[], None]:
    """Check of what was drawn: no text is cut by the edge, and none stands on another."""

    def check() -> None:
        assert every_figure
        for fig in every_figure:
            places = [(words, box) for words, boxes in texts_of(fig).items() for box in boxes]
            for words, box in places:
                assert box.x0 >= -4 and box.x1 <= fig.bbox.x1 + 4, f"cut at a side: {words!r}"
                assert box.y0 >= -4 and box.y1 <= fig.bbox.y1 + 4, f"cut at an end: {words!r}"
            for (one, a), (other, b) in combinations(places, 2):
                wide = min(a.x1, b.x1) - max(a.x0, b.x0)
                tall = min(a.y1, b.y1) - max(a.y0, b.y0)
                assert wide <= 4 or tall <= 8, f"{one!r} stands on {other!r}"
        every_figure.clear()

    return check


@pytest.fixture
def invented(catalogue: Catalogue) -> Catalogue:
    """The catalogue with an indicator of each kind of unit, named by it."""
    more = {
        name: Indicator(
            id=name, label=f"Mesure en {unit}", unit=unit, method="M", better="neither",
            base="appels", decimals=unit in ("jours", "sur 10"),
        )
        for unit, name in _NAMES.items()
    }  # fmt: skip
    return catalogue.model_copy(update={"indicators": {**catalogue.indicators, **more}})


@pytest.fixture
def grouped() -> Rows:
    """Estimates of an invented indicator by group: a number, or a status that withholds it."""

    def made(values: dict[str, float | str], unit: str = "%", **more: Any) -> pd.DataFrame:
        states = more.pop("states", {})
        half = more.pop("half", None)
        rows = []
        for name, value in values.items():
            row: dict[str, Any] = {
                "indicator": _NAMES[unit], "period": "2026-T3", "unit": unit, "group": "theme",
                "group_value": name, "status": states.get(name, "published"), **more,
            }  # fmt: skip
            if isinstance(value, str):
                row |= {"status": value, "n": None}
            else:
                row |= {"estimate": value, "n": more.get("n", 400)}
                if half is not None:
                    row |= {"ci_low": value - half, "ci_high": value + half}
            rows.append(row)
        return estimates.make(rows)

    return made


@pytest.fixture
def visits() -> Rows:
    """Visits of some products in some periods; the last period is partial where asked."""

    def made(products: list[str], periods: list[str], partial: bool = False, start: float = 2e5):
        row = {"indicator": "visits", "channel": "web", "unit": "visites"}
        counts = {
            (product, period): round(start * (1 + k / 3) * (1 + i / 50))
            for k, product in enumerate(products)
            for i, period in enumerate(periods)
        }
        frame = estimates.make(
            {**row, "product": x, "device": f"matomo-{x}", "period": p, "estimate": n, "n": n}
            for (x, p), n in counts.items()
        )
        last = frame["period"] == periods[-1]
        return frame.assign(status=frame["status"].mask(last, "partial")) if partial else frame

    return made


@pytest.fixture
def marks() -> pd.DataFrame:
    """Satisfaction of five products in one quarter: one thin, one withheld, one absent."""
    known = {
        "service-public": (8.44, 12_340, "published"), "entreprendre": (6.2, 1_234, "published"),
        "legifrance": (9.1, 18, "low_base"), "vie-publique": (None, None, "suppressed"),
        "journal-officiel": (None, None, "missing"),
    }  # fmt: skip
    row = {"indicator": "satisfaction_10", "channel": "web", "period": "2026-T3", "unit": "sur 10"}
    frame = estimates.make(
        {**row, "product": x, "device": f"jdma-{x}", "estimate": mark, "n": n, "status": status}
        for x, (mark, n, status) in known.items()
    )
    return frame.assign(ci_low=frame["estimate"] - 0.3, ci_high=frame["estimate"] + 0.3)
