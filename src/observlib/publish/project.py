"""Read a project folder as Quarto would: its pages, their order, and the edition that it holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from observlib.catalogue.reading import split_front_matter
from observlib.display.prose import unmarked
from observlib.errors import SHOWN, ObservError, bounded
from observlib.period import Quarter

FORMATS = ("html", "typst")
PAGE_SUFFIXES = (".qmd", ".ipynb")
HOME = PurePosixPath("index.qmd")


@dataclass(frozen=True)
class Page:
    """One page: its source, by its path in the project, and its front matter."""

    source: PurePosixPath
    meta: dict[str, Any]
    formats: tuple[str, ...]

    @property
    def title(self) -> str:
        """Title as plain text, with its typographic apostrophes; in `meta` it is Markdown."""
        return unmarked(str(self.meta["title"])).replace("'", "’")

    @property
    def is_study(self) -> bool:
        """Whether the page is a notebook of the edition."""
        return self.source.suffix == ".ipynb"

    def output(self, suffix: str) -> PurePosixPath:
        """Where the page is in the site, in the format of `suffix`."""
        return self.source.with_suffix(suffix)


@dataclass(frozen=True)
class Entry:
    """An item of the navigation; `page` is None for the title of a section."""

    text: str
    page: PurePosixPath | None = None
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """What an edition says of itself."""

    quarter: Quarter
    kind: str
    made: date
    absent: tuple[str, ...] = ()  # names of pages that failed, or were not asked for

    @property
    def is_demonstration(self) -> bool:
        """Whether the figures are synthetic."""
        return self.kind == "demonstration"


class PagesError(ObservError):
    """Pages that cannot be published.

    Parameters
    ----------
    by_page
        What is wrong, by the page's source.
    """

    def __init__(self, by_page: Mapping[PurePosixPath, Sequence[str]]) -> None:
        self.by_page = by_page
        lines = sorted(f"{page}: {text}" for page, found in by_page.items() for text in found)
        rest = len(lines) - 4 * SHOWN
        more = [f"and {rest} more problems"] if rest > 0 else []
        super().__init__(*lines[: 4 * SHOWN], *more)


@dataclass(frozen=True)
class Project:
    """A project folder, checked."""

    folder: Path
    config: dict[str, Any]
    pages: tuple[Page, ...]
    navigation: tuple[Entry, ...]
    manifest: Manifest
    website: dict[str, Any]

    @property
    def filters(self) -> list[Path]:
        """The Lua filters that `_quarto.yml` names, in the order in which pandoc runs them."""
        return [(self.folder / name).resolve() for name in self.config.get("filters") or []]

    def made(self, page: Page) -> date:
        """The day on which a page was made: a study's own, and the edition's for other pages."""
        own = page.meta.get("date") if page.is_study else None
        return date.fromisoformat(str(own)) if own else self.manifest.made

    def page(self, source: PurePosixPath) -> Page:
        """The page of a source."""
        return next(page for page in self.pages if page.source == source)

    def trail(self, source: PurePosixPath) -> tuple[Entry, ...]:
        """What stands between the home page and a page: its section, or the page that lists it.

        A section whose words the page's own title repeats is left out.
        """
        title = self.page(source).title
        for entry in self.navigation:
            if any(child.page == source for child in entry.entries):
                return () if entry.text.lower() in title.lower() else (Entry(entry.text),)
        for page in self.pages:
            found = [other.source for _, pages in self.listings(page) for other in pages]
            beside = page.source.name == HOME.name and page.source.parent in source.parents
            if (source in found or (beside and page.source != source)) and page.source != HOME:
                return (*self.trail(page.source), Entry(page.title, page.source))
        return ()

    def listings(self, page: Page) -> Iterator[tuple[dict[str, Any], list[Page]]]:
        """Each list of pages that a page's front matter asks for (`listing`), and its pages."""
        return listed(page, self.pages)

    def match(self, patterns: str | Iterable[str]) -> list[Page]:
        """The pages that match a glob of Quarto, or several, by `order` and then by name."""
        return match_pages(self.pages, patterns)


def read_project(folder: Path) -> Project:
    """Read and check a project folder.

    Raises
    ------
    ObservError
        With every problem: no `_quarto.yml`, a filter that is no file, not exactly one edition, a
        page without title or description, a page that neither the navigation nor a list on a page
        reaches, a navigation that leads nowhere.
    """
    config_path = folder / "_quarto.yml"
    config = _mapping(config_path, _read_text(config_path))
    website = config.get("website") or {}
    manifest = _read_manifest(folder)
    problems: list[str] = []
    for name in config.get("filters") or []:
        if not (isinstance(name, str) and name.endswith(".lua") and (folder / name).is_file()):
            problems.append(
                f"{config_path}: filters: {name!r} is no Lua file beside it, which is all that "
                "both publishers run; mend its path, or remove it"
            )
    pages = tuple(_read_pages(folder, config, problems))
    if not any(page.source == HOME for page in pages):
        problems.append(
            f"{folder / 'index.qmd'}: the home page is missing, or not in project.render"
        )
    contents = (website.get("sidebar") or {}).get("contents") or []
    navigation = tuple(_entries(contents, pages, config_path, problems))
    reached = {entry.page for entry in flat(navigation)}
    for page in [page for page in pages if page.source in reached]:
        reached |= {other.source for _, found in listed(page, pages) for other in found}
        if page.source.name == HOME.name and page.source != HOME:  # it leads to its folder's pages
            reached |= {x.source for x in pages if page.source.parent in x.source.parents}
    for page in pages:
        if page.source not in reached:
            problems.append(
                f"{folder / page.source}: website.sidebar.contents in _quarto.yml does not lead "
                f"to it, nor does a list on a page; add `- {page.source}` or a glob that matches it"
            )
    if problems:
        raise ObservError(*problems)
    return Project(folder, config, pages, navigation, manifest, website)


def listed(page: Page, pages: Iterable[Page]) -> Iterator[tuple[dict[str, Any], list[Page]]]:
    """Each list of pages that a page's front matter asks for (`listing`), and its pages."""
    wanted = page.meta.get("listing") or []
    for listing in [wanted] if isinstance(wanted, dict) else wanted:
        found = match_pages(pages, listing.get("contents") or [])
        yield listing, [other for other in found if other != page]


def flat(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries that lead to a page, in reading order."""
    for entry in entries:
        if entry.page:
            yield entry
        yield from flat(entry.entries)


def read_notebook(path: Path) -> dict[str, Any]:
    """A notebook as a mapping; sources and outputs may be texts or lists of lines."""
    try:
        notebook = json.loads(_read_text(path))
    except json.JSONDecodeError as error:
        raise ObservError(f"{path}:{error.lineno}: not a notebook: {error.msg}") from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ObservError(f"{path}: not a notebook of format 4: it has no list of cells")
    return notebook


def joined(source: Any) -> str:
    """A notebook's text, which it may hold as a list of lines."""
    return "".join(source) if isinstance(source, list) else str(source)


def match_pages(pages: Iterable[Page], patterns: str | Iterable[str]) -> list[Page]:
    """The pages that match a glob, or several, by `order` and then by name.

    `*` stays within a folder, `**` does not; a folder's name stands for all below it.
    """
    wanted = [patterns] if isinstance(patterns, str) else list(patterns)
    tests = [_glob(str(pattern)) for pattern in wanted]
    found = [page for page in pages if any(test.fullmatch(str(page.source)) for test in tests)]
    return sorted(found, key=_order)


def _order(page: Page) -> tuple[float, str]:
    order = page.meta.get("order")
    return (float(order) if isinstance(order, int | float) else float("inf"), str(page.source))


def _glob(pattern: str) -> re.Pattern[str]:
    """Quarto's globs: `*`, `?`, `**`, `{one,other}` and `!(anything but|these)`."""
    pattern = pattern.lstrip("/").rstrip("/")
    if not PurePosixPath(pattern).suffix and not pattern.endswith("*"):
        pattern += "/**"
    return re.compile(_translated(pattern))


def _translated(pattern: str) -> str:
    special = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    text = ""
    for part in re.split(r"(!\([^()]*\)|\{[^{}]*\}|\*\*/?|\*|\?)", pattern):
        if part.startswith("{") and part.endswith("}"):
            text += f"(?:{'|'.join(map(_translated, part[1:-1].split(',')))})"
        elif part.startswith("!(") and part.endswith(")"):
            text += f"(?!{'|'.join(map(_translated, part[2:-1].split('|')))})[^/]*"
        else:
            text += special.get(part, re.escape(part))
    return text


def _read_pages(folder: Path, config: dict[str, Any], problems: list[str]) -> Iterator[Page]:
    render = (config.get("project") or {}).get("render") or ["*.qmd", "editions/*/*.ipynb"]
    default = config.get("format") or {"html": None}
    seen: set[PurePosixPath] = set()
    for pattern in render:
        for path in sorted(folder.glob(str(pattern))):
            source = PurePosixPath(path.relative_to(folder).as_posix())
            if path.suffix not in PAGE_SUFFIXES or source in seen or source.name.startswith("_"):
                continue
            seen.add(source)
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
            unknown = [name for name in names if name not in FORMATS]
            if unknown:
                problems.append(
                    f"{path}: unknown format {bounded(unknown)}; allowed: {', '.join(FORMATS)}"
                )
            yield Page(source, {"title": source.stem, **meta}, tuple(names))


def _front_matter(path: Path) -> dict[str, Any]:
    if path.suffix == ".qmd":
        text = _read_text(path)
    else:
        cells = read_notebook(path)["cells"]
        first = cells[0] if cells else {}
        text = joined(first.get("source", "")) if first.get("cell_type") == "raw" else ""
    return _mapping(path, split_front_matter(text.strip() + "\n")[0])


def _entries(
    items: Any, pages: tuple[Page, ...], config: Path, problems: list[str]
) -> Iterator[Entry]:
    """Navigation entries of Quarto's sidebar: pages, `auto` globs, and sections one level deep."""
    if isinstance(items, str):
        items = [{"auto": items}]
    for raw in items:
        item = {"href": raw} if isinstance(raw, str) else dict(raw)
        if "section" in item:
            inside = tuple(_entries(item.get("contents") or [], pages, config, problems))
            if any(entry.entries for entry in inside):
                problems.append(
                    f"{config}: section {item['section']!r} holds a section; one level is allowed"
                )
            if inside:
                yield Entry(str(item["section"]), None, inside)
        elif "auto" in item:
            for page in match_pages(pages, item["auto"]):
                yield Entry(page.title, page.source)
        elif "href" in item:
            href = str(item["href"]).lstrip("/")
            found = match_pages(pages, href)
            if not found and "*" not in href:
                problems.append(
                    f"{config}: website.sidebar.contents leads to {href!r}, which is no page; "
                    f"pages are {bounded(page.source for page in pages)}"
                )
            for page in found:
                yield Entry(str(item.get("text") or page.title), page.source)
        else:
            problems.append(
                f"{config}: website.sidebar.contents has {raw!r}; allowed: a page, `href`, "
                "`section` with `contents`, or `auto`"
            )


def _read_manifest(folder: Path) -> Manifest:
    found = sorted(folder.glob("editions/*/manifest.json"))
    if len(found) != 1:
        names = bounded(path.parent.name for path in found)
        raise ObservError(
            f"{folder / 'editions'}: holds {len(found)} editions{f' ({names})' if names else ''}; "
            "one edition is published at a time; make one with `observ edition`"
        )
    path = found[0]
    try:
        raw = json.loads(_read_text(path))
        quarter, kind = Quarter.parse(raw["quarter"]), str(raw["kind"])
        made = date.fromisoformat(str(raw["made"])[:10])
        absent = tuple(str(s["page"]) for s in raw.get("studies", ()) if _is_absent(s))
    except (json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise ObservError(
            f"{path}: not a manifest ({type(error).__name__}: {error}); it has quarter, kind and "
            "made (YYYY-MM-DD); make the edition again"
        ) from error
    if kind not in ("demonstration", "real"):
        raise ObservError(f"{path}: unknown kind {kind!r}; allowed: demonstration, real")
    if str(quarter) != path.parent.name:
        raise ObservError(f"{path}: is of {quarter}, in the folder of {path.parent.name!r}")
    return Manifest(quarter, kind, made, absent)


def _is_absent(study: Mapping[str, Any]) -> bool:
    return "error" in study or study.get("asked") is False


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ObservError(f"{path}: file is missing") from error
    except UnicodeDecodeError as error:
        raise ObservError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error


def _mapping(path: Path, text: str) -> dict[str, Any]:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "cannot be read"
        raise ObservError(f"{path}{line}: not valid YAML: {problem}") from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ObservError(f"{path}: holds {type(found).__name__}; `key: value` lines are expected")
    return found
