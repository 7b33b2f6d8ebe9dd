"""Read a project folder as Quarto would: its pages, their order, and the edition that it holds."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from html import unescape
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from observlib.base.errors import SHOWN, ObservError, bounded
from observlib.base.period import Quarter
from observlib.base.yaml_files import mapping, read_front_matter, read_text
from observlib.dataset import PACKAGE_FOLDER as PACKAGE
from observlib.display import style as brands
from observlib.display.style import Brand
from observlib.language import french
from observlib.language.prose import curly, unmarked
from observlib.publish.origins import shown_identifiers
from observlib.publish.pandoc import read_notebook, source_text

# --- Check the pages of a site before readers see them: every link and picture leads somewhere

_INSIDE = r"""(?:[^>"']++|"[^"]*"|'[^']*')*+"""  # of a tag: its values may hold what ends one
_TAG = re.compile(
    rf"<(?:!--.*?-->|(?P<raw>(script|style)\b{_INSIDE}>).*?</\2\s*>|(?P<tag>[a-z]{_INSIDE}>))",
    re.S | re.I,
)
_ATTRIBUTE = re.compile(r"""\s([^\s"'<>/=]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
# what stands beside an edition in the whole site: looked up once that is made
_BESIDE = re.compile(r"index\.html|series\.csv|feed\.xml|calendrier\.ics|(editions|\d{4}-T\d)/.+")


class PageLinks(NamedTuple):
    """The identifiers of a page, and where its links and pictures lead."""

    ids: list[str]
    targets: list[str]


def links_of(page: str) -> PageLinks:
    """What a page of HTML holds outside scripts, styles and comments; `html.parser` is slow."""
    found = PageLinks([], [])
    into = {"id": found.ids, "href": found.targets, "src": found.targets}
    for tag in _TAG.finditer(page):
        for name, *values in _ATTRIBUTE.findall(tag["raw"] or tag["tag"] or ""):
            if (place := into.get(name.lower())) is not None and (value := "".join(values)):
                place.append(unescape(value))
    return found


def broken_links(site: Path, pages: Mapping[str, PageLinks]) -> dict[str, list[str]]:
    """What leads nowhere in each page, or is given twice; other sites are not looked up."""

    @cache  # most links are those of the menu, which all pages have
    def target_of(folder: Path, name: str) -> Path | None:
        target = (folder / unquote(name)).resolve()
        if target.is_relative_to(site):
            return target if target.is_file() else None
        is_beside = target.is_relative_to(site.parent) and _BESIDE.fullmatch(
            target.relative_to(site.parent).as_posix()
        )
        return target if is_beside else None

    site = site.resolve()
    ids = {site / one: {*pages[one].ids, *shown_identifiers(site / one)} for one in pages}
    problems: dict[str, list[str]] = {}
    for name, page in pages.items():
        path = site / name
        given = Counter(page.ids).items()
        found = [f"identifier {name!r} is given twice" for name, count in given if count > 1]
        for link in dict.fromkeys(page.targets):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = target_of(path.parent, parts.path) if parts.path else path
            if target is None:
                found.append(f"{link!r} leads to no file of the site")
            elif parts.fragment and target in ids and unquote(parts.fragment) not in ids[target]:
                found.append(f"{link!r} leads to no place of its page")
        if found:
            problems[name] = found
    return problems


# --- The manifest of the edition in a project folder: the one list of the studies it publishes


def full_report_name(quarter: str) -> str:
    """The name of the PDF of all pages of a quarter's edition."""
    return f"edition-{quarter}.pdf"


@dataclass(frozen=True)
class Manifest:
    """What an edition says of itself; notebooks of `absent` failed, or were not asked for."""

    quarter: Quarter
    kind: str
    published: date
    pages: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    revisions: tuple[date, ...] = ()
    package: tuple[str, ...] = ()
    commit: str = ""
    full_report: bool = False

    @property
    def made(self) -> date:
        """The day that all pages bear: of the last revision, or else of the publication."""
        return (self.published, *self.revisions)[-1]

    @property
    def full_report_name(self) -> str:
        """The name of the PDF of all pages, where the edition has one (`full_report`)."""
        return full_report_name(self.quarter)

    @property
    def is_demonstration(self) -> bool:
        """Whether the figures are synthetic."""
        return self.kind == "demonstration"

    @property
    def label(self) -> str:
        """What every page says of the edition: its quarter, and its last revision."""
        if not self.pages:  # the list of editions
            return f"Dernière édition{french.NBSP}: {self.quarter}"
        days = [french.day_label(day) for day in self.revisions]
        return f"Édition {self.quarter}" + (f", révision {len(days)} du {days[-1]}" if days else "")


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of the edition that a project folder holds."""
    path = folder / "manifest.json"
    if not path.is_file():
        raise ObservError(f"{folder}: holds no edition; `observ edition` makes and publishes one")
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        quarter, kind = Quarter(raw["quarter"]), str(raw["kind"])
        published = date.fromisoformat(raw["published"])
        absent: dict[str, bool] = {}
        for study in raw["studies"]:
            absent[str(study["page"])] = "error" in study or study.get("asked") is False
        revisions = tuple(map(date.fromisoformat, raw.get("revisions", ())))
        package = tuple(name for name in raw.get("frame", {}) if name.startswith(f"{PACKAGE}/"))
    except (OSError, KeyError, TypeError, ValueError) as error:
        has = "it has quarter, kind, published (YYYY-MM-DD) and studies; make the edition again"
        what = f"not a manifest ({type(error).__name__}: {error})"
        raise ObservError(f"{path}: {what}; {has}") from error
    if kind not in ("demonstration", "real"):
        raise ObservError(f"{path}: unknown kind {kind!r}; allowed: demonstration, real")
    pages, missing = (tuple(x for x in absent if absent[x] is is_so) for is_so in (False, True))
    given = (str(raw.get("commit", "")), bool(raw.get("full_report")))
    return Manifest(quarter, kind, published, pages, missing, revisions, package, *given)


# --- The menu of a site: its entries, in the sections that it or their pages name


@dataclass(frozen=True)
class MenuEntry:
    """An item of the navigation; `page` is None for the title of a section."""

    text: str
    page: PurePosixPath | None = None
    entries: tuple[MenuEntry, ...] = ()
    address: str = ""

    @property
    def href(self) -> str:
        """Where it leads, from the site's root; nothing of a section."""
        return str(self.page.with_suffix(".html")) if self.page else self.address


def flat(entries: Iterable[MenuEntry]) -> Iterator[MenuEntry]:
    """The entries that lead to a page, in reading order."""
    for entry in entries:
        if entry.page:
            yield entry
        yield from flat(entry.entries)


def _in_sections(
    entries: Sequence[MenuEntry], sections: Mapping[PurePosixPath, str]
) -> Iterator[MenuEntry]:
    """The navigation, in which a page that no section holds stands in that of its front matter."""
    there = {entry.text for entry in entries if entry.entries}
    own: dict[str, list[MenuEntry]] = {}
    for entry in entries:
        own.setdefault(sections[entry.page] if entry.page else "", []).append(entry)
    for entry in entries:
        section = sections[entry.page] if entry.page else ""
        if entry.entries:
            yield replace(entry, entries=(*own.get(entry.text, ()), *entry.entries))
        elif not section:
            yield entry
        elif section not in there and own[section][0] is entry:
            yield MenuEntry(section, None, tuple(own[section]))


_FORMATS = ("html", "typst")
_ARCHIVE = "_site"  # the folder of all editions, and of Quarto's pages where nothing else is said
HOME = PurePosixPath("index.qmd")
_NO_SCRIPT = "pages run no script but the site's; remove it"


@dataclass(frozen=True)
class SitePage:
    """One page: its source, by its path in the project, and its front matter."""

    source: PurePosixPath
    meta: dict[str, Any]
    formats: tuple[str, ...]

    @property
    def title(self) -> str:
        """Title as plain text, with its typographic apostrophes; in `meta` it is Markdown."""
        return curly(unmarked(str(self.meta["title"])))

    @property
    def section(self) -> str:
        """The section of the menu and of the home page that its front matter names, if it does."""
        return curly(unmarked(str(self.meta.get("section") or "")))

    @property
    def is_study(self) -> bool:
        """Whether the page is a notebook of the edition."""
        return self.source.suffix == ".ipynb"

    def output(self, suffix: str) -> PurePosixPath:
        """Where the page is in the site, in the format of `suffix`."""
        return self.source.with_suffix(suffix)


class PagesError(ObservError):
    """Pages that cannot be published."""

    def __init__(self, by_page: Mapping[PurePosixPath, Sequence[str]]) -> None:
        self.by_page = {page: [*dict.fromkeys(found)] for page, found in by_page.items() if found}
        lines = sorted(f"{page}: {line}" for page, found in self.by_page.items() for line in found)
        rest = len(lines) - 4 * SHOWN
        more = [f"and {rest} more problems"] if rest > 0 else []
        super().__init__(*lines[: 4 * SHOWN], *more)


@dataclass(frozen=True)
class Project:
    """A project folder, checked."""

    folder: Path
    config: dict[str, Any]
    manifest: Manifest
    pages: tuple[SitePage, ...]
    navigation: tuple[MenuEntry, ...]
    publisher: str = "embedded"  # or the program that is called as Quarto
    brand: Brand = field(default_factory=Brand)

    @property
    def website(self) -> dict[str, Any]:
        """What `_quarto.yml` says of the site."""
        return self.config.get("website") or {}

    @property
    def output(self) -> str:
        """The folder that Quarto empties and fills, where it renders the project."""
        told = str((self.config.get("project") or {}).get("output-dir") or _ARCHIVE)
        return told.removeprefix("./").rstrip("/")

    @property
    def html_options(self) -> dict[str, Any]:
        """The options of HTML pages in `_quarto.yml`."""
        formats = self.config.get("format")
        named = formats.get("html") if isinstance(formats, dict) else None
        return named if isinstance(named, dict) else {}

    @property
    def place(self) -> str:
        """The folder of the whole site in which the project's pages stand."""
        return str(self.manifest.quarter) if self.manifest.pages else "editions"

    @property
    def named_filters(self) -> list[Any]:
        """All that `filters` of `_quarto.yml` names."""
        return _several(self.config.get("filters"))

    @property
    def filters(self) -> list[Path]:
        """The Lua files of `filters` in `_quarto.yml`, in order; of others Quarto alone knows."""
        named = [name for name in self.named_filters if _is_lua(self.folder, name)]
        return [(self.folder / name).resolve() for name in named]

    @property
    def bibliography(self) -> list[Path]:
        """The files of the works that pages cite."""
        return [self.folder / name for name in _several(self.config.get("bibliography"))]

    @property
    def sheets(self) -> list[Path]:
        """The style sheets of `_quarto.yml`, which both publishers follow."""
        return [self.folder / name for name in _several(self.html_options.get("css"))]

    def page(self, source: PurePosixPath) -> SitePage:
        """The page of a source."""
        return next(page for page in self.pages if page.source == source)

    def trail(self, source: PurePosixPath) -> tuple[MenuEntry, ...]:
        """What stands between the home page and a page: its section, or what lists it."""
        if section := self._sections.get(source):
            is_said = section.lower() in self.page(source).title.lower()
            return () if is_said else (MenuEntry(section),)
        if page := self._listed_by.get(source):
            return (*self.trail(page.source), MenuEntry(page.title, page.source))
        return ()

    @cached_property
    def _sections(self) -> dict[PurePosixPath, str]:
        """The section of the navigation in which each page stands first."""
        found = [(child.page, entry.text) for entry in self.navigation for child in entry.entries]
        return {page: text for page, text in reversed(found) if page}

    @cached_property
    def _listed_by(self) -> dict[PurePosixPath, SitePage]:
        """The first page, but for the home page, below which each stands."""
        listing = [page for page in self.pages if page.source != HOME]
        return {source: page for page in reversed(listing) for source in self.below(page)}

    def listings(self, page: SitePage) -> Iterator[tuple[dict[str, Any], list[SitePage]]]:
        """Each list of pages that a page's front matter asks for (`listing`), and its pages."""
        for listing in _several(page.meta.get("listing")):
            found = match_pages(self.folder, self.pages, listing.get("contents") or [])
            yield listing, [other for other in found if other != page]

    def below(self, page: SitePage) -> set[PurePosixPath]:
        """The pages that a page lists, and those in the folder of which it is the `index`."""
        found = {other.source for _, listed in self.listings(page) for other in listed}
        if page.source.name == HOME.name and page.source != HOME:
            folder = page.source.parent
            found |= {other.source for other in self.pages if folder in other.source.parents}
        return found - {page.source}


def read_project(folder: Path, publisher: str = "embedded") -> Project:
    """Read and check a project folder."""
    config_path = folder / "_quarto.yml"
    config = mapping(read_text(config_path), config_path)
    manifest = read_manifest(folder)
    problems: list[str] = []
    allowed = _FORMATS if publisher == "embedded" else ()
    pages = tuple(_read_pages(folder, config, manifest, allowed, problems))
    sidebar = (config.get("website") or {}).get("sidebar") or {}
    named = tuple(_entries(sidebar.get("contents") or [], pages, config_path, problems))
    navigation = tuple(_in_sections(named, {page.source: page.section for page in pages}))
    brand = Brand()
    try:
        brand = brands.read_brand(folder)
    except ObservError as error:
        problems += error.problems
    project = Project(folder, config, manifest, pages, navigation, publisher, brand)
    problems += _problems(project)
    ObservError.raise_any(problems)
    return project


def _problems(project: Project) -> Iterator[str]:
    """What is wrong with a project that was read."""
    config = project.folder / "_quarto.yml"
    for name in project.named_filters if project.publisher == "embedded" else []:
        if not _is_lua(project.folder, name):
            told = f"{name!r} is no Lua file beside it, which is all that the embedded publisher"
            yield f"{config}: filters: {told} runs; mend its path, remove it, or install Quarto"
    for key in _scripts(project.config):
        yield f"{config}: {key}: {_NO_SCRIPT}"
    if HOME not in {page.source for page in project.pages}:
        yield f"{project.folder / HOME}: the home page is missing, or not in project.render"
    if project.output == _ARCHIVE or not re.fullmatch(r"[\w-]+", project.output):
        mend = f"{_ARCHIVE} is the archive of all editions; name a folder of its own, as _rendered"
        told = f"project.output-dir: {project.output}: `quarto render` empties it"
        yield f"{config}: {told}, and {mend}"
    outputs = Counter(page.output(".html") for page in project.pages)
    reached = {entry.page for entry in flat(project.navigation)}
    for page in [page for page in project.pages if page.source in reached]:
        reached |= project.below(page)
    for page in project.pages:
        path, output = project.folder / page.source, page.output(".html")
        for key in _scripts(page.meta):
            yield f"{path}: {key}: {_NO_SCRIPT}"
        if page.is_study and outputs[output] > 1:
            yield f"{path}: would be published as {output}, as another page is; rename it"
        if page.source not in reached:
            told = "website.sidebar.contents in _quarto.yml does not lead to it, nor does a list"
            yield f"{path}: {told} on a page; add `- {page.source}` or a glob that matches it"


def _scripts(settings: Any) -> Iterator[str]:
    """The settings by which Quarto would put a script on pages, or a file that may hold one."""
    for item in settings if isinstance(settings, list) else ():
        yield from _scripts(item)
    for key, value in settings.items() if isinstance(settings, dict) else ():
        includes = str(value) if re.match("include-|header-includes", str(key)) else ""
        asked = value and re.fullmatch(r"\w+-analytics|comments", str(key))
        if asked or re.search(r"(?i)<script|\.html\b", includes):
            yield str(key)
        yield from _scripts(value)


def _several(told: Any) -> list[Any]:
    """What a setting tells, which may be nothing, one thing or a list.

    >>> _several("a.css"), _several(["a.css", "b.css"]), _several(None)
    (['a.css'], ['a.css', 'b.css'], [])
    """
    found = told or []
    return found if isinstance(found, list) else [found]


def _is_lua(folder: Path, name: object) -> bool:
    return isinstance(name, str) and name.endswith(".lua") and (folder / name).is_file()


def match_pages(
    folder: Path, pages: Iterable[SitePage], patterns: str | list[str]
) -> list[SitePage]:
    """The pages that globs (`!`: but) or folders name, by `order` and then by name."""
    wanted = [str(pattern) for pattern in _several(patterns)]
    named = set().union(*(globbed(folder, glob) for glob in wanted if glob[:1] != "!"))
    named -= set().union(*(globbed(folder, glob[1:]) for glob in wanted if glob[:1] == "!"))
    found = [page for page in pages if named & {page.source, *page.source.parents}]
    orders = {page.source: page.meta.get("order") for page in found}
    numbers = {name: one for name, one in orders.items() if isinstance(one, int | float)}
    return sorted(found, key=lambda page: (numbers.get(page.source, math.inf), str(page.source)))


def globbed(folder: Path, glob: str) -> set[PurePosixPath]:
    """The files and folders of a project that a glob names."""
    if not (glob := glob.strip("/")):
        return set()
    try:
        found = [path.relative_to(folder) for path in folder.glob(glob)]
    except (ValueError, IndexError) as error:
        told = "`*` stands for any letters of a name, and `**` alone for any folders"
        config = folder / "_quarto.yml"
        raise ObservError(f"{config}: {glob!r} is no glob ({error}); {told}") from error
    return {PurePosixPath(path.as_posix()) for path in found}


def _read_pages(
    folder: Path,
    config: dict[str, Any],
    manifest: Manifest,
    allowed: Sequence[str],
    problems: list[str],
) -> Iterator[SitePage]:
    """The fixed pages that `project.render` names, and the notebooks of the manifest alone."""
    default = config.get("format") or {"html": None}
    render = (config.get("project") or {}).get("render") or ["**/*.qmd"]
    sources = [source for glob in render for source in sorted(globbed(folder, str(glob)))]
    fixed = [one for one in dict.fromkeys(sources) if one.suffix == ".qmd" and one.name[0] != "_"]
    for source in (*fixed, *(PurePosixPath(f"{name}.ipynb") for name in manifest.pages)):
        path = folder / source
        try:
            meta = _front_matter(path)
        except ObservError as error:
            problems += error.problems
            continue
        for key in ("title", "description") if path.suffix == ".ipynb" else ("title",):
            if not str(meta.get(key) or "").strip():
                problems.append(f"{path}: front matter has no {key!r}; add `{key}: …`")
        chosen = meta.get("format", default)
        names = [chosen] if isinstance(chosen, str) else list(chosen)
        if unknown := [name for name in names if allowed and name not in allowed]:
            told = f"allowed: {', '.join(allowed)}, and with Quarto its own"
            problems.append(f"{path}: unknown format {bounded(unknown)}; {told}")
        yield SitePage(source, {"title": source.stem, **meta}, tuple(names))


def _front_matter(path: Path) -> dict[str, Any]:
    if path.suffix == ".qmd":
        text = read_text(path)
    else:
        (first,) = read_notebook(path)["cells"][:1] or [{}]
        text = source_text(first.get("source", "")) if first.get("cell_type") == "raw" else ""
    return read_front_matter(text.strip() + "\n", path)[0]


def _entries(
    items: Any, pages: tuple[SitePage, ...], config: Path, problems: list[str]
) -> Iterator[MenuEntry]:
    """Navigation entries of Quarto's sidebar: pages, `auto` globs, and sections one level deep."""
    for raw in [{"auto": items}] if isinstance(items, str) else items:
        item = {"href": raw} if isinstance(raw, str) else dict(raw)
        href = str(item.get("href")).lstrip("/")
        if "section" in item:
            inside = tuple(_entries(item.get("contents") or [], pages, config, problems))
            if any(entry.entries for entry in inside):
                told = f"section {item['section']!r} holds a section; one level is allowed"
                problems.append(f"{config}: {told}")
            if inside:
                yield MenuEntry(str(item["section"]), None, inside)
        elif "auto" in item:
            for page in match_pages(config.parent, pages, item["auto"]):
                yield MenuEntry(page.title, page.source)
        elif href.startswith("../"):  # what stands beside
            yield MenuEntry(str(item.get("text") or href), address=href)
        elif "href" in item:
            found = match_pages(config.parent, pages, href)
            if not found and "*" not in href:
                told = f"which is no page; pages are {bounded(page.source for page in pages)}"
                problems.append(f"{config}: website.sidebar.contents leads to {href!r}, {told}")
            for page in found:
                yield MenuEntry(str(item.get("text") or page.title), page.source)
        else:
            allowed = "allowed: a page, `href`, `section` with `contents`, or `auto`"
            problems.append(f"{config}: website.sidebar.contents has {raw!r}; {allowed}")
