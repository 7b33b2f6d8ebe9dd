"""What pandoc makes pages of: the Markdown of executed notebooks; and how it is run."""

import json
import os
import re
import subprocess
import sys
import tempfile
from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from html import escape
from html.parser import HTMLParser
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files as resources
from itertools import takewhile
from pathlib import Path
from threading import Timer
from time import monotonic
from typing import Any, Literal, NamedTuple

from observlib import estimates
from observlib.base import files
from observlib.base.errors import ObservError
from observlib.base.yaml_files import mapping
from observlib.language.prose import curly

# --- Pandoc with our filter, under a time limit; what it refuses is told in a line

_TIME_LIMIT = 300.0
# that wait for a page, by process of ours: forks share none. To start one takes as long as a page
_IDLE = defaultdict[int, list["subprocess.Popen[bytes]"]](list)
TEMPLATES = Path(str(resources("observlib.publish") / "templates"))
# else it cannot read a path with an accent where the locale is plain
_UTF8 = {"LC_ALL": "C.UTF-8"} if sys.platform == "linux" else {}


@cache
def executable() -> str:
    """Path of `pypandoc_binary`'s pandoc; `pypandoc` may give another, of PATH."""
    try:
        package = distribution("pypandoc_binary")
    except PackageNotFoundError as error:
        raise ObservError("pandoc: is absent; install the package pypandoc_binary") from error
    path = Path(str(package.locate_file("pypandoc/files/pandoc")))
    if not path.is_file():
        raise ObservError(f"{path}: is not there; install pypandoc_binary {package.version} again")
    return str(path)


def pandoc_path(path: Path) -> str:
    """The path of a bibliography, in which pandoc would read `%41` as `A`.

    >>> pandoc_path(Path("100%41.bib"))
    '100%2541.bib'
    """
    return str(path).replace("%", "%25")


def data_file(name: str) -> bytes:
    """A file that pandoc brings."""
    asked = [executable(), f"--print-default-data-file={name}"]
    return subprocess.run(asked, capture_output=True, check=True, timeout=_TIME_LIMIT).stdout


def convert(markdown: str, to: str, **how: Any) -> str:
    """Convert Quarto Markdown to `html` or `typst`; `how` is what `run_pandoc` takes."""
    return run_pandoc(markdown, to, **how).decode("utf-8")


def run_pandoc(
    markdown: str,
    to: str,
    name: str,
    filters: Sequence[Path] = (),
    folder: Path | None = None,
    **how: Any,
) -> bytes:
    """What pandoc makes of Quarto Markdown; `how` is what else `server.lua` reads of a request."""
    with tempfile.TemporaryDirectory(prefix="observlib-") as place:
        made = Path(place).resolve() / "made"
        request = {"text": markdown.expandtabs(4), "to": to, "result": made}
        request |= {"filters": [*filters, TEMPLATES / "filter.lua"], "folder": folder or Path.cwd()}
        request |= {key: value for key, value in how.items() if value is not None}
        lines, is_done = _answered(json.dumps(request, ensure_ascii=False, default=str), name)
        if is_done and not any(line.startswith("[WARNING]") for line in lines):
            return made.read_bytes()
    ours = [one.removeprefix("observlib: ") for one in lines if one.startswith("observlib: ")]
    ours = ours or [f"pandoc: {' '.join(list(filter(None, lines))[:4])}"]
    raise ObservError(*(f"{name}: {line}" for line in ours))


def _answered(request: str, name: str) -> tuple[list[str], bool]:
    """What pandoc tells of a request, and whether it did it; its process ends where it fails."""
    process, lines, is_done = _process(name), list[str](), False
    begun, limit = monotonic(), Timer(_TIME_LIMIT, process.kill)
    limit.start()
    try:
        with suppress(BrokenPipeError):
            process.stdin.write(f"{request}\n".encode())
            process.stdin.flush()
        for line in process.stderr:
            if is_done := line.strip() == b"\0":
                break
            lines.append(line.decode("utf-8", "replace").strip())
    finally:
        limit.cancel()
        if is_done:
            _IDLE[os.getpid()].append(process)
        else:
            process.kill()
            process.wait()
    if not is_done and monotonic() - begun >= _TIME_LIMIT:
        told = f"was stopped after {_TIME_LIMIT:.0f} s; shorten the page"
        raise ObservError(f"{name}: pandoc {told}")
    return lines, is_done


def _process(name: str) -> Any:
    """A process of pandoc that waits for a page; it ends when ours does."""
    with suppress(IndexError):  # one that was ended from outside makes no page more
        while (process := _IDLE[os.getpid()].pop()).poll() is not None:
            pass
        return process
    how: dict[str, Any] = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
    how |= {"stdout": subprocess.DEVNULL, "env": {**os.environ, **_UTF8}}
    try:
        return subprocess.Popen([executable(), "lua", "-E", str(TEMPLATES / "server.lua")], **how)
    except (FileNotFoundError, PermissionError) as error:
        told = f"cannot be run ({error}); install the package pypandoc_binary"
        raise ObservError(f"{name}: pandoc {told}") from error


# --- Great-tables' HTML, without its looks: the same table as plain, accessible markup

_PIPE_TABLE = {"table", "thead", "tbody", "tfoot", "tr", "th", "td"}
_INLINE = {"strong", "b", "em", "i", "sup", "sub", "abbr", "br", "a", "small", "code"}
_KEPT = {"colspan", "rowspan", "scope", "href", "title", "lang"}
_NOTES = ("gt_sourcenote", "gt_footnote")
_HEADING = ("gt_title", "gt_subtitle")
_CLASSES = {"gt_group_heading": "group"}
_CLASSES |= dict.fromkeys(("gt_summary_row", "gt_grand_summary_row"), "total")
_SIDES = {of + to: to for of in ("gt_", "text-align:") for to in ("left", "right", "center")}


class _CleanTable(NamedTuple):
    """A table as plain markup, its title and its notes taken out of it."""

    markup: str
    title: str
    notes: tuple[str, ...]

    def blocks(self) -> list[str]:
        """The table and its notes, each as a block of Quarto Markdown."""
        parts = [self.markup, *(f"<p>{note}</p>" for note in self.notes)]
        return [f"```{{=html}}\n{part}\n```" for part in parts]


def clean_table(markup: str) -> _CleanTable:
    """An HTML table without style and identifiers; its title and notes stand apart from it."""
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
        alone = [key for key in ("colspan", "rowspan") if values.get(key) == "1"]
        kept = {key: value for key, value in values.items() if key in _KEPT and key not in alone}
        if tag in ("td", "th"):
            style = values.get("style", "").replace(" ", "").split(";")
            side = next((_SIDES[name] for name in [*classes, *style] if name in _SIDES), None)
            if side:
                kept["style"] = f"text-align: {side}"
            for own, name in _CLASSES.items():
                if own in classes:
                    kept["class"] = name
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


# --- An executed notebook as Quarto Markdown: what pandoc needs to make a page of it

PageFormat = Literal["html", "typst"]
_CAPTIONS = ("label", "fig-cap", "fig-alt", "tbl-cap")
_OPTIONS = (*_CAPTIONS, "echo", "output", "include", "warning", "error", "code-fold")
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
    given = takewhile(lambda line: line.startswith("#|"), source.lstrip().split("\n"))
    lines = [line[2:].removeprefix(" ") for line in given]
    return mapping("\n".join(lines), "its `#|` lines", is_written=False)


def _known_options(source: str) -> dict[str, Any]:
    """The options of a code cell, of which pages follow each."""
    options = cell_options(source)
    unknown = [str(key) for key in options if key not in _OPTIONS]
    if "eval" in unknown:
        raise ValueError("`eval` makes Quarto drop the outputs that the notebook holds; remove it")
    if unknown:
        raise ValueError(f"unknown option {', '.join(unknown)}; allowed: {', '.join(_OPTIONS)}")
    return options


def _code_cell(
    cell: Mapping[str, Any], source: str, to: PageFormat, folder: str, files: dict[str, bytes]
) -> Iterator[str]:
    options = _known_options(source)
    label = str(options.get("label") or "")
    if options.get("include") is False or options.get("output") is False:
        return
    outputs = cell.get("outputs") or []
    if label.startswith(("fig-", "tbl-")) and not any(_data(output) for output in outputs):
        raise ValueError(f"is labelled {label} but shows nothing; run the study again")
    used = False
    for number, output in enumerate(outputs, start=1):
        kind = output.get("output_type")
        if kind == "error":
            told = f"{output.get('ename')}: {output.get('evalue')}"
            raise ValueError(f"raised {told}; mend the study")
        if kind == "stream":
            if output.get("name") == "stdout":
                yield _verbatim(source_text(output.get("text", "")))
            continue
        data = _data(output)
        mime = next((name for name in _PREFERENCE[to] if name in data), None)
        if mime is None:
            held = f"{', '.join(data) or 'no data'}, which no page can show"
            mend = "emit it beside text, a table or a picture"
            raise ValueError(f"output {number} has only {held}; {mend}")
        content = source_text(data[mime])
        here = "" if used else label
        if mime in _IMAGES:
            name = f"{folder}/{here or f'cell-{len(files) + 1}'}.{_IMAGES[mime]}"
            files[name] = content.encode() if mime == "image/svg+xml" else b64decode(content)
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
    is_shown = output.get("output_type") in ("display_data", "execute_result")
    return dict(output.get("data") or {}) if is_shown else {}


def _figure(name: str, content: bytes, options: Mapping[str, Any], label: str) -> str:
    alt, caption = (str(options.get(key) or "").strip() for key in ("fig-alt", "fig-cap"))
    if label.startswith("tbl-"):
        raise ValueError(f"is labelled {label} but shows a picture; use fig-{label[4:]}")
    if not alt:
        raise ValueError("shows a picture without alternative text; add `#| fig-alt: …`")
    if label.startswith("fig-") and not caption:
        raise ValueError(f"figure {label} has no caption; add `#| fig-cap: …`")
    size = "".join(f" {key}={value}" for key, value in _size(content).items())
    alt = re.sub(r"[ \t\r\n]+", " ", alt)  # and not the non-breaking ones
    alt = alt.replace("&", "&amp;").replace('"', "&quot;").replace("\\", "\\\\")
    picture = f'![]({name}){{fig-alt="{alt}"{size}}}'
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
    return f"::: {{{identifier}}}\n" + "\n\n".join([*table.blocks(), caption]) + "\n:::\n"


def _verbatim(text: str) -> str:
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
    return f"{fence}\n{text.rstrip()}\n{fence}\n" if text.strip() else ""


def _size(content: bytes) -> dict[str, int]:
    """Width and height in CSS pixels of an SVG that gives them, so that pages do not jump."""
    tag = re.search(rb"<svg\b[^>]*>", content)
    told = _LENGTH.findall(tag[0].decode("utf-8", "replace")) if tag else []
    found = {key: round(float(number) * _UNITS[unit]) for key, number, unit in reversed(told)}
    return dict(sorted(found.items(), reverse=True)) if len(found) == 2 else {}
