"""How an agency's publications look: `_brand.yml` beside `_quarto.yml`, which Quarto reads too.

Its form is that of brand.yml (https://posit-dev.github.io/brand-yml/). Read here: `meta.name`,
`logo`, `color` (`palette`, `foreground`, `background`, `primary`) and `typography` (`fonts` from
files, `base`, `headings`). Charts are drawn in the house's colours; a publisher gives them these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from observlib.display import style
from observlib.errors import ObservError
from observlib.yaml_files import mapping, read_text

FILE = "_brand.yml"
TEXT, MARK = 4.5, 3.0  # least contrasts, by WCAG 2.2, success criteria 1.4.3 and 1.4.11
_NIGHT, _INK_AT_NIGHT = "#16161a", "#ececf1"  # of dark pages
_FAMILY, _NAME = (
    re.compile(r"[\w .-]*"),
    re.compile(r"[\w ./-]{1,200}"),
)  # they stand in style sheets
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
# parts of the accent in the house's lighter shades of it, on white
_WRITTEN_ON = ("#5c68e5",)  # in white
_SHADES = {"#5c68e5": 0.62, "#cacafb": 0.2, "#e8edff": 0.09, "#e3e7fc": 0.1, "#000090": 1.0}


class Font(NamedTuple):
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
    """Names, colours (`#rrggbb`) and letters; a logo with its alternative text, or none.

    Files are by their paths beside the brand's own.
    """

    name: str = ""
    logo: str = ""
    alternative: str = ""
    primary: str = style.ACCENT
    foreground: str = "#1e1e1e"
    background: str = "#ffffff"
    base: str = ""
    headings: str = ""
    fonts: tuple[Font, ...] = ()

    @property
    def files(self) -> list[str]:
        """What pages load."""
        return [*([self.logo] if self.logo else []), *(font.file for font in self.fonts)]

    def shades(self, accent: str, background: str) -> dict[str, str]:
        """The accent and its lighter shades, by those of the house, on a background."""
        found = {style.ACCENT: accent}
        for of, part in _SHADES.items():
            if of in _WRITTEN_ON and background != _NIGHT:
                while contrast(mixed(accent, background, part), "#ffffff") < TEXT and part < 1:
                    part = min(1.0, part + 0.02)
            found[of] = mixed(accent, background, part)
        return found

    def for_quarto(self) -> dict[str, Any]:
        """What Quarto is to know of it: all that is read here, and nothing that it would refuse."""
        told: dict[str, Any] = {"color": {"primary": self.primary, "foreground": self.foreground}}
        told["color"]["background"] = self.background
        if self.logo:
            image = {"path": self.logo, "alt": self.alternative}
            told["logo"] = {"images": {"logo": image}, "medium": "logo"}
        families = {"base": self.base, "headings": self.headings}
        letters: dict[str, Any] = {name: family for name, family in families.items() if family}
        if self.fonts:
            files: dict[str, list[dict[str, str]]] = {}
            for font in self.fonts:
                file = {"path": font.file, "weight": font.weight, "style": font.style}
                files.setdefault(font.family, []).append({k: v for k, v in file.items() if v})
            letters["fonts"] = [
                {"family": family, "source": "file", "files": own} for family, own in files.items()
            ]
        return {**told, "typography": letters} if letters else told

    def recoloured(self, drawing: bytes) -> bytes:
        """A drawing (SVG) in these colours."""
        if self.primary == style.ACCENT:
            return drawing
        shades = self.shades(self.primary, self.background)
        house = re.compile("|".join(shades).encode(), re.IGNORECASE)
        return house.sub(lambda found: shades[found[0].decode().lower()].encode(), drawing)

    def css(self) -> str:
        """The custom properties that the style sheets of pages read, of light and of dark pages."""
        accent = self.primary
        while contrast(accent, _NIGHT) < TEXT:
            accent = mixed(accent, "#ffffff", 0.8)
        day = {"accent": self.primary, "ink": self.foreground, "page": self.background}
        night = {"accent": accent, "ink": _INK_AT_NIGHT, "page": _NIGHT}
        drawn: list[dict[str, str]] = [{}, {}]
        if self.primary != style.ACCENT:  # `drawings.css` has those of the house
            both = (self.shades(self.primary, self.background), self.shades(accent, _NIGHT))
            drawn = [{f"c-{name[1:]}": shade for name, shade in of.items()} for of in both]
        for name, family in (("sans", self.base), ("headings", self.headings)):
            if family:
                day[name] = f'"{family}", system-ui, sans-serif'
        faces = [font.face() for font in self.fonts]
        dark = f"@media screen and (prefers-color-scheme: dark) {{ {_root(night | drawn[1])} }}"
        light = f"@media (forced-colors: none) {{ {_root(drawn[0])} }}"
        return "\n".join([*faces, _root(day), *([light] if drawn[0] else []), dark, ""])


def _root(properties: Mapping[str, str]) -> str:
    told = " ".join(f"--{name}: {value};" for name, value in properties.items())
    return f":root {{ {told} }}"


def read(folder: Path) -> Brand:
    """The brand of a project folder; the house's, where it has none.

    Raises
    ------
    ObservError
        With all that is wrong: a colour that is none, a pair of too little contrast, a logo without
        alternative text, a file that is not there, letters that another site would be asked for.
    """
    path = folder / FILE
    if not path.is_file():
        return Brand()
    told = mapping(read_text(path), path)
    problems: list[str] = []
    parts = {}
    for key in ("meta", "color", "typography"):
        parts[key] = told.get(key) or {}
        if not isinstance(parts[key], dict):
            problems.append(f"{path}: {key}: {parts[key]!r} stands alone; write keys below it")
            parts[key] = {}
    name = parts["meta"].get("name") or ""
    found = {
        "name": str(name.get("full") or "" if isinstance(name, dict) else name),
        **_colours(parts["color"], path, problems),
        **_logo(told.get("logo") or {}, path, problems),
        **_letters(parts["typography"], path, problems),
    }
    brand = Brand(**found)
    pairs = [("color.foreground", brand.foreground, TEXT), ("color.primary", brand.primary, TEXT)]
    pairs += [("a chart's line", colour, MARK) for colour in style.PALETTE[1:]]
    problems += [
        f"{path}: {what} {colour} on color.background {brand.background} has a contrast of "
        f"{contrast(colour, brand.background):.1f}, which is too little to be seen; {least} is the "
        "least: give a darker one, or another background"
        for what, colour, least in pairs
        if contrast(colour, brand.background) < least
    ]
    if problems:
        raise ObservError(*problems)
    return brand


def _colours(told: Mapping[str, Any], path: Path, problems: list[str]) -> dict[str, str]:
    palette = told["palette"] if isinstance(told.get("palette"), dict) else {}
    found = {}
    for name in ("primary", "foreground", "background"):  # in this order they are told
        if name not in told:
            continue
        colour = str(told[name] or "")
        for _ in palette:  # a colour of it may be another's name
            colour = str(palette.get(colour, colour))
        if _COLOUR.fullmatch(colour):
            found[name] = colour.lower()
        else:
            problems.append(
                f"{path}: color.{name}: {colour!r} is no colour; write it in quotes, as "
                f"'{style.ACCENT}', or name one of color.palette"
            )
    return found


def _logo(told: Any, path: Path, problems: list[str]) -> dict[str, str]:
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
        problems.append(f"{path}: logo: {found['logo']} has no alternative text; add `alt: …`")
    _check_file(found["logo"], "logo", path, problems)
    return found


def _letters(told: Mapping[str, Any], path: Path, problems: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("base", "headings"):
        given = told.get(name) or ""
        found[name] = str(given.get("family") or "" if isinstance(given, dict) else given)
        if not _FAMILY.fullmatch(found[name]):
            problems.append(f"{path}: typography.{name}: {found[name]!r} is no family's name")
    fonts = told.get("fonts") or []
    if not isinstance(fonts, list) or not all(isinstance(font, dict) for font in fonts):
        problems.append(f"{path}: typography.fonts: is no list of `family`, `source` and `files`")
        fonts = []
    found["fonts"] = tuple(one for font in fonts for one in _files(font, path, problems))
    return found


def _files(font: Mapping[str, Any], path: Path, problems: list[str]) -> Iterator[Font]:
    family, source, files = str(font.get("family") or ""), font.get("source"), font.get("files")
    if not family or not _FAMILY.fullmatch(family):
        problems.append(f"{path}: typography.fonts: {family!r} is no family's name")
    elif source not in ("file", "system"):
        problems.append(
            f"{path}: typography.fonts: {family} is of {source}, which readers' browsers would be "
            "sent to; put its files beside this one, with `source: file`"
        )
    elif source == "file" and not isinstance(files, list):
        problems.append(f"{path}: typography.fonts: {family} has no list of `files`")
    for file in files if isinstance(files, list) else []:
        told = file if isinstance(file, dict) else {"path": file}
        name, looks = str(told.get("path")), [str(told.get(k) or "") for k in ("weight", "style")]
        _check_file(name, "typography.fonts", path, problems)
        if all(map(_FAMILY.fullmatch, looks)):
            yield Font(name, family, *looks)


def _check_file(name: str, what: str, path: Path, problems: list[str]) -> None:
    is_beside = _NAME.fullmatch(name) and ".." not in name and not Path(name).is_absolute()
    if not is_beside or not (path.parent / name).is_file():
        problems.append(f"{path}: {what}: {name!r} is no file beside it; mend its path")


def contrast(one: str, other: str) -> float:
    """The ratio of the luminances of two colours (WCAG 2.2), 1 to 21.

    Examples
    --------
    >>> contrast("#000000", "#ffffff"), round(contrast("#777777", "#ffffff"), 2)
    (21.0, 4.48)
    """
    dark, light = sorted(map(_luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (part / 255 for part in bytes.fromhex(colour[1:]))
    linear = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return sum(x * weight for x, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def mixed(colour: str, other: str, part: float) -> str:
    """A colour of which `part` is one and the rest another.

    Examples
    --------
    >>> mixed("#000091", "#ffffff", 0.5)
    '#8080c8'
    """
    pairs = zip(bytes.fromhex(colour[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + bytes(round(one * part + two * (1 - part)) for one, two in pairs).hex()
