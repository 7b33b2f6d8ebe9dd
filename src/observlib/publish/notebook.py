"""An executed notebook as it is on the disk: importing nbformat would take longer than a page."""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Literal

from observlib import estimates
from observlib.base import files
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.base.yaml_files import mapping
from observlib.dataset import PACKAGE_FOLDER as PACKAGE
from observlib.language import french
from observlib.language.prose import curly

# --- Great-tables' HTML, without its looks: the same table as plain, accessible markup

_PIPE_TABLE = {"table", "thead", "tbody", "tfoot", "tr", "th", "td"}
_INLINE = {"strong", "b", "em", "i", "sup", "sub", "abbr", "br", "a", "small", "code"}
_KEPT = {"colspan", "rowspan", "scope", "href", "title", "lang"}
_NOTES = ("gt_sourcenote", "gt_footnote")
_HEADING = ("gt_title", "gt_subtitle")
_SIDES = {of + to: to for of in ("gt_", "text-align:") for to in ("left", "right", "center")}


@dataclass(frozen=True)
class _CleanTable:
    """A table as plain markup, its title and its notes taken out of it."""

    markup: str
    title: str
    notes: tuple[str, ...]

    def as_markdown(self) -> str:
        """The table and its notes as blocks of Quarto Markdown."""
        parts = [self.markup, *(f"<p>{note}</p>" for note in self.notes)]
        return "\n\n".join(f"```{{=html}}\n{part}\n```" for part in parts)


def clean_table(markup: str) -> _CleanTable:
    """Strip an HTML table of its style, identifiers and decoration.

    Alignment (numbers to the right), `scope`, `colspan` and `rowspan` are kept; apostrophes become
    typographic. The title rows and the notes of great-tables leave it, to be caption and
    paragraphs.
    """
    cleaner = _Cleaner()
    cleaner.feed(markup)
    cleaner.close()
    text = re.sub(r"<t(?:head|body|foot)>\s*</t(?:head|body|foot)>", "", "".join(cleaner.out))
    return _CleanTable(text, " – ".join(cleaner.titles), tuple(cleaner.notes))


class _Cleaner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.titles: list[str] = []
        self.notes: list[str] = []
        self.depth = 0  # of tables
        self.silent = 0  # of style and script
        self.row: list[str] | None = None  # the row being read: dropped if it ends up empty
        self.aside: list[str] | None = None  # the title or note being read
        self.kind = self.titles

    @property
    def _target(self) -> list[str]:
        """Where what is read is put."""
        return next(text for text in (self.aside, self.row, self.out) if text is not None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        classes = values.get("class", "").split()
        if tag in ("style", "script"):
            self.silent += 1
        elif tag == "table":
            self.depth += 1
            self.out.append("<table>")
        elif not self.depth or self.silent:
            return
        elif tag == "tr":
            self.row = []
        elif tag in ("td", "th") and {*_HEADING, *_NOTES}.intersection(classes):
            self.aside = []
            self.kind = self.notes if set(_NOTES).intersection(classes) else self.titles
        elif tag in _PIPE_TABLE | _INLINE:
            self._target.append(f"<{tag}{self._attributes(tag, values, classes)}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script"):
            self.silent = max(0, self.silent - 1)
        elif not self.depth or self.silent:
            return
        elif tag in ("td", "th") and self.aside is not None:
            text = re.sub(r"[ \t\r\n]+", " ", "".join(self.aside)).strip(" ")
            self.kind += [text] if text else []
            self.aside = None
        elif tag == "tr" and self.row is not None:
            cells = "".join(self.row)
            self.out += [f"<tr>{cells}</tr>"] if cells.strip() else []
            self.row = None
        elif tag in (_PIPE_TABLE | _INLINE) - {"br"}:
            self._target.append(f"</{tag}>")
            self.depth -= tag == "table"

    def handle_data(self, data: str) -> None:
        target = self._target
        if self.depth and not self.silent and target is not self.out:
            text = re.sub(r"[ \t\r\n]+", " ", curly(data))
            # a space that only separates tags of the table's structure
            is_between = not target or target[-1].startswith(("<td", "<th", "</td", "</th"))
            target.append("" if text == " " and is_between else escape(text, quote=False))

    @staticmethod
    def _attributes(tag: str, values: dict[str, str], classes: list[str]) -> str:
        kept = {
            key: value
            for key, value in values.items()
            if key in _KEPT and not (key in ("colspan", "rowspan") and value == "1")
        }
        if tag in ("td", "th"):
            style = values.get("style", "").replace(" ", "").split(";")
            side = next((_SIDES[name] for name in [*classes, *style] if name in _SIDES), None)
            if side:
                kept["style"] = f"text-align: {side}"
            if "gt_group_heading" in classes:
                kept["class"] = "group"
            if set(classes) & {"gt_summary_row", "gt_grand_summary_row"}:
                kept["class"] = "total"
        return "".join(f' {key}="{escape(value)}"' for key, value in kept.items())


_MOST_BYTES = 1_000_000_000


def read_notebook(path: Path) -> dict[str, Any]:
    """A notebook as a mapping; sources and outputs may be texts or lists of lines."""
    text = files.read_bytes(path, _MOST_BYTES, "show less of it")
    try:
        notebook = json.loads(text.decode("utf-8"))
    except ValueError as error:  # no JSON, or not UTF-8
        raise ObservError(f"{path}: not a notebook: {error}") from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ObservError(f"{path}: not a notebook of format 4: it has no list of cells")
    return notebook


def source_text(source: Any) -> str:
    """A notebook's text, which it may hold as a list of lines."""
    return "".join(source) if isinstance(source, list) else str(source)


def cell_label(source: str) -> str:
    """The label that a cell gives itself, if it does.

    Examples
    --------
    >>> cell_label("#| label: fig-notes\\nshow()"), cell_label("show()")
    ('fig-notes', '')
    """
    found = re.search(r"(?m)^#\| label: *(\S+) *$", source)
    return found[1] if found else ""


def labelled_outputs(notebook: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The outputs of cells that have a label, by it: their data by MIME type."""
    for cell in notebook["cells"]:
        label = cell_label(source_text(cell.get("source", "")))
        for output in cell.get("outputs") or []:
            if label and "data" in output:
                yield label, output["data"]


def _markdown_of(data: Mapping[str, Any], folder: str) -> tuple[str, dict[str, bytes]]:
    """The Markdown of an output; the drawings that it shows, by their paths in a folder of theirs.

    Examples
    --------
    >>> carried = {"pictures": {"line-1.svg": "<svg/>"}}
    >>> _markdown_of({"text/markdown": "![](line-1.svg)", estimates.MIME: carried}, "page")
    ('![](page/line-1.svg)', {'page/line-1.svg': b'<svg/>'})
    """
    text = source_text(data["text/markdown"])
    files = {}
    for name, drawing in data.get(estimates.MIME, {}).get("pictures", {}).items():
        text = text.replace(f"]({name})", f"]({folder}/{name})")
        files[f"{folder}/{name}"] = drawing.encode("utf-8")
    return text, files


# --- The manifest of the edition in a project folder: the one list of the studies it publishes


@dataclass(frozen=True)
class Manifest:
    """What an edition says of itself. `pages` and `absent` are names, without suffix.

    The notebooks of `pages` are published, whatever else is beside them; those of `absent` failed,
    or were not asked for. `package` are the files of its data, `revisions` days.
    """

    quarter: Quarter
    kind: str
    published: date
    pages: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    revisions: tuple[date, ...] = ()
    package: tuple[str, ...] = ()
    commit: str = ""

    @property
    def made(self) -> date:
        """The day that all pages bear: of the last revision, or else of the publication."""
        return (self.published, *self.revisions)[-1]

    @property
    def is_demonstration(self) -> bool:
        """Whether the figures are synthetic."""
        return self.kind == "demonstration"

    @property
    def label(self) -> str:
        """What every page says of the edition: its quarter, and its last revision."""
        if not self.pages:  # the list of editions
            return f"Dernière édition{french.NBSP}: {self.quarter}"
        name = f"Édition {self.quarter}"
        if not self.revisions:
            return name
        day = french.day_label(self.revisions[-1])
        return f"{name}, révision {len(self.revisions)} du {day}"


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of the edition that a project folder holds."""
    path = folder / "manifest.json"
    if not path.is_file():
        raise ObservError(f"{folder}: holds no edition; `observ edition` makes and publishes one")
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        quarter, kind = Quarter(raw["quarter"]), str(raw["kind"])
        published = date.fromisoformat(raw["published"])
        absent = {
            str(study["page"]): "error" in study or study.get("asked") is False
            for study in raw["studies"]
        }
        revisions = tuple(map(date.fromisoformat, raw.get("revisions", ())))
        package = tuple(name for name in raw.get("frame", {}) if name.startswith(f"{PACKAGE}/"))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ObservError(
            f"{path}: not a manifest ({type(error).__name__}: {error}); it has quarter, kind, "
            "published (YYYY-MM-DD) and studies; make the edition again"
        ) from error
    if kind not in ("demonstration", "real"):
        raise ObservError(f"{path}: unknown kind {kind!r}; allowed: demonstration, real")
    pages = tuple(name for name in absent if not absent[name])
    missing = tuple(name for name in absent if absent[name])
    commit = str(raw.get("commit", ""))
    return Manifest(quarter, kind, published, pages, missing, revisions, package, commit)


# --- An executed notebook as Quarto Markdown: what pandoc needs to make a page of it

PageFormat = Literal["html", "typst"]
_OPTIONS = (
    "label", "fig-cap", "fig-alt", "tbl-cap", "echo", "output", "include", "warning", "error",
    "code-fold",
)  # fmt: skip
_IMAGES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}
_PREFERENCE: dict[str, tuple[str, ...]] = {
    "html": ("text/html", "text/markdown", *_IMAGES, "text/plain"),
    "typst": ("text/markdown", *_IMAGES, "text/html", "text/plain"),
}
_LENGTH = re.compile(r'\b(width|height)="([\d.]+)(pt|px|in|cm|mm)?"')
_UNITS = {"pt": 4 / 3, "px": 1.0, "": 1.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4}


@dataclass(frozen=True)
class Converted:
    """Markdown text, and the pictures it shows by their path beside it."""

    text: str
    files: dict[str, bytes] = field(default_factory=dict)


def notebook_to_markdown(path: Path, to: PageFormat = "html") -> Converted:
    """Convert an executed notebook to Quarto Markdown for one output format, without code.

    A figure becomes a `::: {#fig-…}` block of a picture and its caption, a table a `::: {#tbl-…}`
    block of plain HTML and its caption.
    """
    problems: list[str] = []
    files: dict[str, bytes] = {}
    parts: list[str] = []
    for position, cell in enumerate(read_notebook(path)["cells"], start=1):
        kind, source = cell.get("cell_type"), source_text(cell.get("source", ""))
        if kind == "markdown" or (kind == "raw" and position == 1):
            parts.append(source.strip() + "\n")
        elif kind == "code":
            try:
                parts += _code_cell(cell, source, to, path.stem, files)
            except (ValueError, ObservError) as error:
                problems += [f"{path}: cell {position}: {line}" for line in str(error).splitlines()]
    ObservError.raise_any(problems)
    return Converted("\n".join(parts), files)


def cell_options(source: str) -> dict[str, Any]:
    """The options that a code cell gives in its first lines, as `#| key: value`."""
    lines = []
    for line in source.lstrip().split("\n"):
        if not line.startswith("#|"):
            break
        lines.append(line[2:].removeprefix(" "))
    return mapping("\n".join(lines), "its `#|` lines", is_written=False)


def _code_cell(
    cell: Mapping[str, Any], source: str, to: PageFormat, folder: str, files: dict[str, bytes]
) -> Iterator[str]:
    options = cell_options(source)
    label = str(options.get("label") or "")
    unknown = [str(key) for key in options if key not in _OPTIONS]
    if "eval" in unknown:
        raise ValueError("`eval` makes Quarto drop the outputs that the notebook holds; remove it")
    if unknown:
        raise ValueError(f"unknown option {', '.join(unknown)}; allowed: {', '.join(_OPTIONS)}")
    if options.get("include") is False or options.get("output") is False:
        return
    outputs = list(cell.get("outputs") or [])
    if label.startswith(("fig-", "tbl-")) and not any(_data(output) for output in outputs):
        raise ValueError(f"is labelled {label} but shows nothing; run the study again")
    used = False
    for number, output in enumerate(outputs, start=1):
        kind = output.get("output_type")
        if kind == "error":
            raise ValueError(
                f"raised {output.get('ename')}: {output.get('evalue')}; mend the study"
            )
        if kind == "stream":
            if output.get("name") == "stdout":
                yield _verbatim(source_text(output.get("text", "")))
            continue
        data = _data(output)
        mime = next((name for name in _PREFERENCE[to] if name in data), None)
        if mime is None:
            raise ValueError(
                f"output {number} has only {', '.join(data) or 'no data'}, which no page can show; "
                "emit it beside text, a table or a picture"
            )
        content = source_text(data[mime])
        here = "" if used else label
        if mime in _IMAGES:
            name = f"{folder}/{here or f'cell-{len(files) + 1}'}.{_IMAGES[mime]}"
            files[name] = _picture(content, mime)
            yield _figure(name, files[name], options, here)
            used = used or label.startswith("fig-")
        elif mime == "text/html":
            yield _table(content, options, here)
            used = used or label.startswith("tbl-")
        elif mime == "text/markdown":
            text, drawings = _markdown_of(data, folder)
            files |= drawings
            # told from the notebook's own prose, as Quarto does
            yield f"::: {{.cell}}\n{text.strip()}\n:::\n"
        else:
            yield _verbatim(content)


def _data(output: Mapping[str, Any]) -> dict[str, Any]:
    if output.get("output_type") not in ("display_data", "execute_result"):
        return {}
    return dict(output.get("data") or {})


def _figure(name: str, content: bytes, options: Mapping[str, Any], label: str) -> str:
    alt, caption = (str(options.get(key) or "").strip() for key in ("fig-alt", "fig-cap"))
    if label.startswith("tbl-"):
        raise ValueError(f"is labelled {label} but shows a picture; use fig-{label[4:]}")
    if not alt:
        raise ValueError("shows a picture without alternative text; add `#| fig-alt: …`")
    if label.startswith("fig-") and not caption:
        raise ValueError(f"figure {label} has no caption; add `#| fig-cap: …`")
    size = "".join(f" {key}={value}" for key, value in _size(content).items())
    picture = f'![]({name}){{fig-alt="{_attribute(alt)}"{size}}}'
    identifier = f"#{label}" if label.startswith("fig-") else ".figure"
    return f"::: {{{identifier}}}\n{picture}\n\n{caption}\n:::\n"


def _table(content: str, options: Mapping[str, Any], label: str) -> str:
    if "<table" not in content.lower():
        raise ValueError("shows HTML that is not a table; a PDF cannot hold it; show Markdown")
    if label.startswith("fig-"):
        raise ValueError(f"is labelled {label} but shows a table; use tbl-{label[4:]}")
    table = clean_table(content)
    caption = str(options.get("tbl-cap") or "").strip() or table.title
    if label.startswith("tbl-") and not caption:
        raise ValueError(f"table {label} has no caption; add `#| tbl-cap: …`")
    identifier = f"#{label}" if label.startswith("tbl-") else ".table"
    return f"::: {{{identifier}}}\n" + "\n\n".join([table.as_markdown(), caption]) + "\n:::\n"


def _verbatim(text: str) -> str:
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
    return f"{fence}\n{text.rstrip()}\n{fence}\n" if text.strip() else ""


def _attribute(text: str) -> str:
    flat = re.sub(r"[ \t\r\n]+", " ", text)  # and not the non-breaking ones
    return flat.replace("&", "&amp;").replace('"', "&quot;").replace("\\", "\\\\")


def _picture(content: str, mime: str) -> bytes:
    if mime == "image/svg+xml":
        return content.encode("utf-8")
    try:
        return base64.b64decode(content, validate=False)
    except binascii.Error as error:
        raise ValueError(f"its {mime} output is not base64: {error}") from error


def _size(content: bytes) -> dict[str, int]:
    """Width and height in CSS pixels of an SVG that gives them, so that pages do not jump."""
    tag = re.search(rb"<svg\b[^>]*>", content)
    told = _LENGTH.findall(tag[0].decode("utf-8", "replace")) if tag else []
    found = {key: round(float(number) * _UNITS[unit]) for key, number, unit in reversed(told)}
    return dict(sorted(found.items(), reverse=True)) if len(found) == 2 else {}
