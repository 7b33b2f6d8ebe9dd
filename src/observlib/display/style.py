"""The one style of every figure, wide or narrow: colours, marks, sizes (in points), places."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from observlib.base.errors import ObservError
from observlib.base.yaml_files import load_data, mapping, read_text

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
_SETTINGS = load_data(__file__)  # of matplotlib
_KEY = 15.0  # length of the sample of a line in a legend


def width() -> float:
    """The width of the figure that is drawn."""
    return _WIDTH.get()


def narrow() -> bool:
    """Whether the figure is drawn for telephones."""
    return width() < WIDE


def part(length: float) -> float:
    """As large a part of the figure's width as a length is of 360 points."""
    return length * width() / 360


@contextmanager
def theme(wide: float = WIDE) -> Iterator[None]:
    """Draw with the project's theme and nothing of the machine's own settings, so `wide`."""
    import matplotlib
    import seaborn as sns

    rc = matplotlib.rcParamsDefault
    own: dict[Any, Any] = {key: rc[key] for key in rc if not key.startswith("backend")}
    colours = {key: globals()[name] for key, name in _SETTINGS["colours"].items()}
    with matplotlib.rc_context(own):
        sizes, looks = dict.fromkeys(_SETTINGS["sizes"], SIZE), _SETTINGS["lines"] | colours
        # the codes of colours are matplotlib's own, and would stay
        sns.set_theme(sizes, "ticks", PALETTE, "DejaVu Sans", color_codes=False, rc=looks)
        before = _WIDTH.set(wide)
        try:
            yield
        finally:
            _WIDTH.reset(before)


def _place(fig: Figure, x: float, y: float) -> tuple[float, float]:
    """A place in points from the figure's upper left corner, as parts of its width and height."""
    return x / width(), 1 - y / (fig.get_figheight() * 72)


def axes(fig: Figure, left: float, top: float, wide: float, height: float) -> Axes:
    """Axes placed in points from the figure's upper left corner, with their lower edge alone."""
    import seaborn as sns

    box = (*_place(fig, left, top + height), wide / width(), height / (fig.get_figheight() * 72))
    made = fig.add_axes(box)
    made.patch.set_visible(False)
    sns.despine(ax=made, left=True)
    return made


def write_label(fig: Figure, x: float, y: float, text: str, **options: Any) -> None:
    """Write text at a place in points from the figure's upper left corner."""
    fig.text(*_place(fig, x, y), text, **{"va": "top", "linespacing": 1.15, **options})


def legend_line(fig: Figure, x: float, y: float, i: int, **options: Any) -> None:
    """Draw a sample of the `i`-th line, `_KEY` points long, from a place in points."""
    from matplotlib.lines import Line2D

    places = zip(*(_place(fig, x + step * _KEY / 2, y) for step in range(3)), strict=True)
    look = {"color": PALETTE[i], "linestyle": DASHES[i], "linewidth": 1.8, **options}
    fig.add_artist(Line2D(*places, markevery=[1], **look))


def legend_patch(fig: Figure, x: float, y: float, long: float, **look: Any) -> None:
    """Draw a patch of a filling, ten points high, from its upper left corner in points."""
    from matplotlib.patches import Rectangle

    tall = 10 / (fig.get_figheight() * 72)
    fig.add_artist(Rectangle(_place(fig, x, y + 10), long / width(), tall, **look))


@lru_cache(maxsize=10_000)  # the same words stand on figure after figure
def text_width(text: str, size: float = SIZE, weight: str = "normal") -> float:
    """The width of the widest line of a text, in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    measure = partial(text_to_path.get_text_width_height_descent, prop=font, ismath=False)
    return max((float(measure(line)[0]) for line in text.split("\n") if line), default=0.0)


def wrap(
    text: str, width: float, size: float = SIZE, weight: str = "normal", cut: bool = True
) -> str:
    """Break a text into lines no wider than `width` points: at spaces, after a dot or slash inside
    a name, at a hyphen, then between letters; without `cut`, such a line is wider."""

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


def wrapped_name(text: str, width: float, weight: str = "normal") -> str:
    """What names a bar, a line or a part, in lines that are `wrap`ped: six at the most."""
    return shortened(wrap(clipped(text), width, SIZE, weight), _MOST_LINES)


def clipped(text: str) -> str:
    """A name without what no figure has room for, so that none takes long to measure."""
    return text if len(text) <= _MOST_LETTERS else text[:_MOST_LETTERS] + "…"


def shortened(text: str, most: int) -> str:
    """The first lines of a text, with an ellipsis where there are more than `most`."""
    lines = text.split("\n")
    return text if len(lines) <= most else "\n".join(lines[:most])[:-1] + "…"


def spread(wanted: list[float], gap: float, low: float, high: float) -> list[float]:
    """Move places apart, as little as possible, until they are `gap` from each other."""
    from scipy.optimize import isotonic_regression

    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    pooled = isotonic_regression([wanted[i] - rank * gap for rank, i in enumerate(order)]).x
    top = max(low, high - (len(wanted) - 1) * gap)
    placed = {i: min(max(pooled[rank], low), top) + rank * gap for rank, i in enumerate(order)}
    return [float(placed[i]) for i in range(len(wanted))]


# --- How an agency's publications look: `_brand.yml` beside `_quarto.yml`, which Quarto reads too

FILE = "_brand.yml"
PAPER = "Libertinus Serif"  # letters of the text of a PDF, where a brand gives none
TEXT, MARK = 4.5, 3.0  # least contrasts, by WCAG 2.2, success criteria 1.4.3 and 1.4.11
_NIGHT, _INK_AT_NIGHT = "#16161a", "#ececf1"  # of dark pages
_FAMILY = re.compile(r"[\w .-]*")  # it stands in style sheets, as does a file's name
_NAME = re.compile(r"[\w ./-]{1,200}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_COLOURS = re.compile(rb"#[0-9a-fA-F]{6}\b")
_GIVEN = ("primary", "foreground", "background")  # in this order they are told
_WHITE, _BLACK = "#ffffff", "#000000"
_BOXES = ("the ground of boxes", "#fdeeee")  # the darkest of a box on light pages
# shades of the house's accent on light pages, and on dark ones, as `drawings.css` has them
_SHADES = {ACCENT: ACCENT_AT_NIGHT, "#5c68e5": "#7f8af0", "#cacafb": "#33335c"}
_SHADES |= {"#e8edff": "#20243c"}
_ALONE = (ACCENT_AT_NIGHT, "#f4f4fb")  # of which style sheets know no other
_LIGHTEST, _DARKEST = (bytes.fromhex(shade[1:]) for shade in GRADES)


class _Font(NamedTuple):
    """A file of letters."""

    file: str
    family: str
    weight: str = ""
    style: str = ""

    def face(self) -> str:
        """How a style sheet beside the brand's files is told of it."""
        more = f" font-weight: {self.weight};" if self.weight else ""
        more += f" font-style: {self.style};" if self.style else ""
        return f'@font-face {{ font-family: "{self.family}"; src: url("{self.file}");{more} }}'


@dataclass(frozen=True)
class Brand:
    """Names, colours (`#rrggbb`) and letters; a logo with its alternative text, or none."""

    name: str = "Observatoire des usagers"
    logo: str = ""
    alternative: str = ""
    primary: str = ACCENT
    foreground: str = INK
    background: str = _WHITE
    base: str = ""
    headings: str = ""
    heading: str = ""  # the colour of headings, where it is not that of the text
    fonts: tuple[_Font, ...] = ()

    @property
    def files(self) -> list[str]:
        """What pages load."""
        return [*([self.logo] if self.logo else []), *(font.file for font in self.fonts)]

    def shade(self, house: str) -> str:
        """The accent, as light as a shade of the house's: what is read on it stays as well read."""
        if self.primary == ACCENT:
            return house
        return self.primary if house == ACCENT else _as_light(self.primary, house)

    def for_quarto(self) -> dict[str, Any]:
        """What Quarto is to know of it: all that is read here, and nothing that it would refuse."""
        families: dict[str, list[dict[str, str]]] = {}
        for font in self.fonts:
            file = {"path": font.file, "weight": font.weight, "style": font.style}
            families.setdefault(font.family, []).append(file)
        fonts = [{"family": x, "source": "file", "files": own} for x, own in families.items()]
        headings = {"family": self.headings, "color": self.heading}
        image = {"path": self.logo, "alt": self.alternative}
        told = {
            "color": {name: getattr(self, name) for name in _GIVEN},
            "logo": {"images": {"logo": image}, "medium": "logo"} if self.logo else {},
            "typography": {"base": self.base, "headings": headings, "fonts": fonts},
        }
        return _without_empty(told)

    def for_paper(self) -> dict[str, str]:
        """The colours and letters of PDFs and documents, by their names in templates."""
        return {
            "accent": self.primary,
            "ink": self.foreground,
            "title-colour": self.heading or self.primary,
            "heading-colour": self.heading or self.foreground,
            "tint": self.shade("#f4f4fb"),
            "letters": self._printed_in(self.base),
            "headings": self._printed_in(self.headings, self.base),
        }

    def _printed_in(self, *families: str) -> str:
        """The first of families of which typst reads a file, else the house's on paper."""
        files = [font for font in self.fonts if font.file.lower().endswith((".ttf", ".otf"))]
        known = {font.family for font in files}
        return next((family for family in families if family in known), PAPER)

    def on_paper(self, drawing: bytes) -> bytes:
        """A drawing in these colours, and in our paper's letters; a brand's may be too wide."""
        is_house = self._printed_in(self.base) == PAPER
        letters = f"{PAPER},{FONTS}" if is_house else FONTS
        text = self.recoloured(drawing)
        return text.replace(f'"{FONTS}"'.encode(), f'"{letters}"'.encode())

    def recoloured(self, text: bytes, cells: bool = False) -> bytes:
        """A drawing or a style sheet in these colours; of a drawing in a page its `cells` alone."""

        def own(found: re.Match[bytes]) -> bytes:
            house = found[0].decode().lower()
            if _is_grade(house) or (house in (*_SHADES, *_ALONE) and not cells):
                return self.shade(house).encode()
            return self.foreground.encode() if house == INK and not cells else found[0]

        is_house = (self.primary, self.foreground) == (ACCENT, INK)
        return text if is_house else _COLOURS.sub(own, text)

    def css(self) -> str:
        """The custom properties that the style sheets of pages read, of light and of dark pages."""
        night = {"accent": self.shade(ACCENT_AT_NIGHT), "ink": _INK_AT_NIGHT, "page": _NIGHT}
        day = {"accent": self.primary, "ink": self.foreground, "page": self.background}
        if self.heading:
            day["heading"], night["heading"] = self.heading, _INK_AT_NIGHT
        for name, family in (("sans", self.base), ("headings", self.headings)):
            if family:
                day[name] = f'"{family}", system-ui, sans-serif'
        for own, shades in ((day, dict(zip(_SHADES, _SHADES, strict=True))), (night, _SHADES)):
            own |= {f"c-{INK[1:]}": own["ink"], f"c-{_WHITE[1:]}": own["page"]}
            own |= {f"c-{house[1:]}": self.shade(shade) for house, shade in shades.items()}
        dark = f"@media screen and (prefers-color-scheme: dark) {{ {_root(night)} }}"
        return "\n".join([*(font.face() for font in self.fonts), _root(day), dark, ""])


def _root(properties: Mapping[str, str]) -> str:
    told = " ".join(f"--{name}: {value};" for name, value in properties.items())
    return f":root {{ {told} }}"


def _without_empty(value: Any) -> Any:
    """Data without the keys that hold nothing."""
    if isinstance(value, list):
        return [_without_empty(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: kept for key, one in value.items() if (kept := _without_empty(one))}


def read_brand(folder: Path) -> Brand:
    """The brand of a project folder; the house's, by the site's title, where it has none."""
    config, path = folder / "_quarto.yml", folder / FILE
    website = mapping(read_text(config), config).get("website") if config.is_file() else {}
    title = str((website or {}).get("title") or Brand.name)
    if not path.is_file():
        return Brand(title)
    told = mapping(read_text(path), path)
    problems: list[str] = []
    parts = {key: told.get(key) or {} for key in ("meta", "color", "typography")}
    for key, part in parts.items():
        if not isinstance(part, dict):
            problems.append(f"{key}: {part!r} stands alone; write keys below it")
            parts[key] = {}
    found = {
        **_colours(parts["color"], parts["typography"], problems),
        **_logo(told.get("logo") or {}, folder, problems),
        **_brand_letters(parts["typography"], folder, problems),
    }
    brand = Brand(_short_form(parts["meta"].get("name"), "full") or title, **found)
    problems += _too_faint(brand)
    if problems:
        raise ObservError(*(f"{path}: {problem}" for problem in problems))
    return brand


def _short_form(value: Any, key: str) -> str:
    """A text, or that of a key where it is written at length."""
    return str((value.get(key) if isinstance(value, dict) else value) or "")


def _too_faint(brand: Brand) -> Iterator[str]:
    """The colours of a brand that are not seen on its grounds."""
    texts = {"color.foreground": brand.foreground, "color.primary": brand.primary}
    texts |= {"typography.headings.color": brand.heading} if brand.heading else {}
    ground = ("color.background", brand.background)
    pairs = [(*text, *on, TEXT) for text in texts.items() for on in (ground, _BOXES)]
    pairs += [("a chart's line", colour, *ground, MARK) for colour in PALETTE[1:]]
    for what, colour, where, under, least in pairs:
        if (ratio := contrast_ratio(colour, under)) < least:
            yield (
                f"{what} {colour} on {where} {under} has a contrast of {ratio:.2f}, which is too "
                f"little to be seen; {least} is the least: give a darker one, or a lighter "
                "background"
            )


def _colours(told: Any, letters: Any, problems: list[str]) -> dict[str, str]:
    palette = told["palette"] if isinstance(told.get("palette"), dict) else {}
    given = {name: (f"color.{name}", told[name]) for name in _GIVEN if name in told}
    if isinstance(headings := letters.get("headings"), dict) and "color" in headings:
        given["heading"] = ("typography.headings.color", headings["color"])
    found = {}
    for name, (place, colour) in given.items():
        colour = str(colour or "")
        for _ in palette:  # a colour of it may be another's name
            colour = str(palette.get(colour, colour))
        if _COLOUR.fullmatch(colour):
            found[name] = colour.lower()
        else:
            problems.append(
                f"{place}: {colour!r} is no colour; write it in quotes, as '{ACCENT}', or name one "
                "of color.palette"
            )
    return found


def _logo(told: Any, folder: Path, problems: list[str]) -> dict[str, str]:
    told = told if isinstance(told, dict) and "path" not in told else {"medium": told}
    image = next((told[size] for size in ("medium", "small", "large") if told.get(size)), None)
    images = told.get("images")
    if isinstance(images, dict) and isinstance(image, str):
        image = images.get(image, image)
    if image is None:
        return {}
    image = image if isinstance(image, dict) else {"path": image}
    found = {"logo": str(image.get("path")), "alternative": str(image.get("alt") or "")}
    if not found["alternative"]:
        problems.append(f"logo: {found['logo']} has no alternative text; add `alt: …`")
    _check_file(found["logo"], "logo", folder, problems)
    return found


def _brand_letters(told: Mapping[str, Any], folder: Path, problems: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {x: _short_form(told.get(x), "family") for x in ("base", "headings")}
    wrong = [name for name, family in found.items() if not _FAMILY.fullmatch(family)]
    problems += [f"typography.{name}: {found[name]!r} is no family's name" for name in wrong]
    fonts = told.get("fonts") or []
    if not isinstance(fonts, list) or not all(isinstance(font, dict) for font in fonts):
        problems.append("typography.fonts: is no list of `family`, `source` and `files`")
        fonts = []
    found["fonts"] = tuple(one for font in fonts for one in _files(font, folder, problems))
    return found


def _files(font: Mapping[str, Any], folder: Path, problems: list[str]) -> Iterator[_Font]:
    family, source, files = str(font.get("family") or ""), font.get("source"), font.get("files")
    if not family or not _FAMILY.fullmatch(family):
        problems.append(f"typography.fonts: {family!r} is no family's name")
    elif source not in ("file", "system"):
        problems.append(
            f"typography.fonts: {family} is of {source}, which readers' browsers would be sent to; "
            "put its files beside this one, with `source: file`"
        )
    elif source == "file" and not isinstance(files, list):
        problems.append(f"typography.fonts: {family} has no list of `files`")
    for file in files if isinstance(files, list) else []:
        told = file if isinstance(file, dict) else {"path": file}
        name, looks = str(told.get("path")), [str(told.get(k) or "") for k in ("weight", "style")]
        _check_file(name, "typography.fonts", folder, problems)
        if all(map(_FAMILY.fullmatch, looks)):
            yield _Font(name, family, *looks)


def _check_file(name: str, what: str, folder: Path, problems: list[str]) -> None:
    is_beside = _NAME.fullmatch(name) and ".." not in name and not Path(name).is_absolute()
    if not is_beside or not (folder / name).is_file():
        problems.append(f"{what}: {name!r} is no file beside it; mend its path")


def contrast_ratio(one: str, other: str) -> float:
    """The ratio of the luminances of two colours (WCAG 2.2), 1 to 21."""
    dark, light = sorted(map(_luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (part / 255 for part in bytes.fromhex(colour[1:]))
    linear = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return sum(x * weight for x, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


@lru_cache
def _as_light(colour: str, other: str) -> str:
    """The shade of a colour, from black over itself to white, as light as another colour."""
    wanted = _luminance(other)
    ends = (colour, _WHITE) if wanted > _luminance(colour) else (_BLACK, colour)
    dark, light = (bytes.fromhex(end[1:]) for end in ends)

    def shade(step: int) -> str:
        pairs = zip(dark, light, strict=True)
        return "#" + bytes(round(x + (y - x) * step / 255) for x, y in pairs).hex()

    return shade(bisect_left(range(255), wanted, key=lambda step: _luminance(shade(step))))


def _is_grade(colour: str) -> bool:
    """Whether it is a shade of cells of the house's grids: the ends, or between them."""
    of = bytes.fromhex(colour[1:])
    part = (of[0] - _LIGHTEST[0]) / (_DARKEST[0] - _LIGHTEST[0])
    ends = zip(_LIGHTEST, _DARKEST, of, strict=True)
    is_between = part >= 0 and all(abs(x + (y - x) * part - own) <= 1 for x, y, own in ends)
    return is_between and colour not in _SHADES
