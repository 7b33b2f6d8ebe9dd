"""The one style of every figure: colours, marks, sizes, and where things stand.

Each figure is drawn twice: for pages and paper, and for telephones, whose pages are as wide as the
narrow one. Letters are as large in both. Lengths are in points.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# red is last, as readers take it for bad: only six series have it
ACCENT = "#000091"  # of the house, unless a brand says another (see `brand`)
ACCENT_AT_NIGHT = "#a9a9ff"  # on dark pages
GRADES = ("#E3E7FC", "#000090")  # the lightest and the darkest cell; dark pages change neither
PALETTE = (ACCENT, "#298641", "#B478F1", "#5C68E5", "#29598F", "#E91719")
DASHES = ("solid", (0, (6, 2)), (0, (6, 2, 1.5, 2)), (0, (3, 1.5)), (0, (9, 2)), (0, (1.5, 1.5)))
MARKERS = ("o", "s", "^", "D", "v", "P")
INK = "#161616"
GREY = "#666666"
FAINT = "#E5E5E5"
WIDE, NARROW = 480.0, 270.0
_WIDTH = ContextVar("width of the figure that is drawn", default=WIDE)
# of the same width as DejaVu Sans, by which texts are measured, or narrower
FONTS = "system-ui,-apple-system,Segoe UI,Roboto,Helvetica Neue,Arial,DejaVu Sans,sans-serif"
SIZE = 10.5
SMALL = 9.5
LINE = 13.0  # height of a line of text
_MOST_LINES = 6  # of a name
_MOST_LETTERS = 1000  # of a name: six lines of the narrowest hold less
KEY = 15.0  # length of the sample of a line in a legend
_SIZES = (
    "font.size",
    "axes.labelsize",
    "axes.titlesize",
    "xtick.labelsize",
    "ytick.labelsize",
    "legend.fontsize",
    "legend.title_fontsize",
)
_RC = {
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "hatch.linewidth": 0.8,
    "svg.fonttype": "none",
    "svg.hashsalt": "observlib",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.color": GREY,
    "ytick.labelcolor": INK,
    "ytick.major.size": 0,
    "ytick.major.pad": 4,
}


def width() -> float:
    """The width of the figure that is drawn."""
    return _WIDTH.get()


def narrow() -> bool:
    """Whether the figure is drawn for telephones."""
    return width() < WIDE


def part(length: float) -> float:
    """As large a part of the figure's width as a length is of 360 points.

    Examples
    --------
    >>> part(90)
    120.0
    """
    return length * width() / 360


@contextmanager
def theme(wide: float = WIDE) -> Iterator[None]:
    """Draw with the project's theme and nothing of the machine's own settings, so `wide`."""
    import matplotlib
    import seaborn as sns

    own: dict[Any, Any] = {
        k: v for k, v in matplotlib.rcParamsDefault.items() if not k.startswith("backend")
    }
    with matplotlib.rc_context(own):
        sns.set_theme(
            context=dict.fromkeys(_SIZES, SIZE),
            style="ticks",
            palette=PALETTE,
            font="DejaVu Sans",
            color_codes=False,  # which are matplotlib's own, and would stay
            rc=_RC,
        )
        before = _WIDTH.set(wide)
        try:
            yield
        finally:
            _WIDTH.reset(before)


def axes(fig: Figure, left: float, top: float, wide: float, height: float) -> Axes:
    """Axes placed in points from the figure's upper left corner, with their lower edge alone."""
    import seaborn as sns

    total = fig.get_figheight() * 72
    box = (left / width(), 1 - (top + height) / total, wide / width(), height / total)
    made = fig.add_axes(box)
    made.patch.set_visible(False)
    sns.despine(ax=made, left=True)
    return made


def write(fig: Figure, x: float, y: float, text: str, **options: Any) -> None:
    """Write text at a place in points from the figure's upper left corner."""
    total = fig.get_figheight() * 72
    fig.text(x / width(), 1 - y / total, text, **{"va": "top", "linespacing": 1.15, **options})


def legend_line(fig: Figure, x: float, y: float, i: int, **options: Any) -> None:
    """Draw a sample of the `i`-th line, `KEY` points long, from a place in points."""
    from matplotlib.lines import Line2D

    total = fig.get_figheight() * 72
    places = [(x + step * KEY / 2) / width() for step in range(3)]
    look = {"color": PALETTE[i], "linestyle": DASHES[i], "linewidth": 1.8, **options}
    fig.add_artist(Line2D(places, [1 - y / total] * 3, markevery=[1], **look))


def legend_patch(fig: Figure, x: float, y: float, long: float, **look: Any) -> None:
    """Draw a patch of a filling, ten points high, from its upper left corner in points."""
    from matplotlib.patches import Rectangle

    total = fig.get_figheight() * 72
    place = (x / width(), 1 - (y + 10) / total)
    fig.add_artist(Rectangle(place, long / width(), 10 / total, **look))


@lru_cache(maxsize=10_000)  # the same words stand on figure after figure
def text_width(text: str, size: float = SIZE, weight: str = "normal") -> float:
    """The width of the widest line of a text, in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    return max(
        (
            float(text_to_path.get_text_width_height_descent(line, font, ismath=False)[0])
            for line in text.split("\n")
            if line
        ),
        default=0.0,
    )


def wrap(
    text: str, width: float, size: float = SIZE, weight: str = "normal", cut: bool = True
) -> str:
    """Break a text into lines no wider than `width` points.

    Lines break at spaces, or after the dot or slash inside a long name; at a hyphen only where
    that is not enough. A word that is longer than a line is cut between two letters, or else,
    without `cut`, its line is wider.
    """

    def fits(part: str) -> bool:
        return text_width(part.rstrip(" "), size, weight) <= width

    lines = [""]
    for piece in re.findall(r".+?(?:[./](?=\w{4})| +|$)", text):
        for part in [piece] if fits(piece) else re.findall(r"[^-]+-?|-", piece):
            whole = fits(part) or not cut
            if lines[-1] and not (whole and fits(lines[-1] + part)):
                lines.append("")
            for letter in [part] if whole else _letters(part):
                if lines[-1] and not fits(lines[-1] + letter):
                    lines.append("")
                lines[-1] += letter
    return "\n".join(line.rstrip(" ") for line in lines)


def _letters(text: str) -> list[str]:
    """The letters of a text, each with its accents and with what makes one sign of two."""
    found: list[str] = []
    for sign in text:
        if found and unicodedata.category(sign) in ("Mn", "Mc", "Me", "Cf"):
            found[-1] += sign
        else:
            found.append(sign)
    return found


def named(text: str, width: float, weight: str = "normal") -> str:
    """What names a bar, a line or a part, in lines that are `wrap`ped: six at the most.

    The whole name is in the chart's data and in its alternative text.
    """
    return shortened(wrap(clipped(text), width, SIZE, weight), _MOST_LINES)


def clipped(text: str) -> str:
    """A name without what no figure has room for, so that none takes long to measure.

    Examples
    --------
    >>> clipped("Oui"), len(clipped("M" * 50_000))
    ('Oui', 1001)
    """
    return text if len(text) <= _MOST_LETTERS else text[:_MOST_LETTERS] + "…"


def shortened(text: str, most: int) -> str:
    """The first lines of a text, with an ellipsis where there are more than `most`.

    Examples
    --------
    >>> shortened("un\\ndeux\\ntrois", 2)
    'un\\ndeu…'
    """
    lines = text.split("\n")
    return text if len(lines) <= most else "\n".join(lines[:most])[:-1] + "…"


def spread(wanted: list[float], gap: float, low: float, high: float) -> list[float]:
    """Move places apart, as little as possible, until they are `gap` from each other.

    All stay between `low` and `high` where they fit there.

    Examples
    --------
    >>> spread([12.0, 10.0, 50.0], gap=10, low=0, high=60)
    [16.0, 6.0, 50.0]
    """
    from scipy.optimize import isotonic_regression

    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    pooled = isotonic_regression([wanted[i] - rank * gap for rank, i in enumerate(order)]).x
    top = max(low, high - (len(wanted) - 1) * gap)
    placed = {i: min(max(pooled[rank], low), top) + rank * gap for rank, i in enumerate(order)}
    return [float(placed[i]) for i in range(len(wanted))]
