"""From an executed notebook to a page that both publishers read.

What a study shows carries its own caption, alternative text and data; here they are written where
Quarto looks for them, so that the page cannot say one thing and its figure another.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from observlib import estimates
from observlib.base.errors import bounded
from observlib.base.yaml_files import as_front_matter, quoted
from observlib.display import typography
from observlib.edition.checks import INJECTED, cell_problems
from observlib.edition.fingerprint import DATA
from observlib.edition.notices import DEMONSTRATION
from observlib.edition.plan import Page
from observlib.language.prose import plain

TITLE = 15  # words of a chart's title
LEAD = 50  # words of what heads a page, but for a first sentence that is longer
_SENTENCE = re.compile(r"(?<=[.!?])[ \n]+(?=[A-ZÀ-Ý«])")
_MARK = re.compile(r"(?P<escaped>\\.)|\s*\(?@[\w-]+\)?|[*_`]")


class PageError(Exception):
    """What keeps an executed notebook from becoming a page; a mistake of the study's author."""


def finalise(notebook: Any, page: Page, edition: Mapping[str, Any], root: Path) -> Any:
    """Make an executed notebook a page.

    - the front matter gets title, question (`subtitle`), finding (`description`) and order, whose
      texts pandoc and Quarto read as Markdown;
    - charts and tables get `fig-cap`, `fig-alt` or `tbl-cap` from what they carry, and a chart is
      followed by its data, folded;
    - a page made from demonstration data says so at its top;
    - prose gets French non-breaking spaces;
    - whatever tells of the machine or the run (paths, times, papermill's notes, warnings, the
      random identifiers of new cells) is dropped: the same page gives the same bytes.

    Parameters
    ----------
    notebook
        As papermill left it.
    page
        Its page in the plan.
    edition
        The manifest's `quarter` and `kind`, and the name of the `site`.
    root
        The project's root: a path inside it is written relative to it.

    Raises
    ------
    PageError
        Where a chart or table has no label, the study states no finding, or a cell shows what no
        page may (see `edition.checks`).
    """
    if wrong := cell_problems(notebook, root):
        raise PageError(bounded(wrong, sep="; "))
    finding = ""
    cells = []
    position = 1  # in the study, as its author counts
    for cell in notebook.cells[1:]:
        tags = cell.metadata.get("tags", [])
        injected = INJECTED in tags
        position += not injected
        cell.id = INJECTED if injected else f"cell-{position}"
        cell.metadata = nbformat.NotebookNode({"tags": tags} if tags else {})
        cells.append(cell)
        if cell.cell_type == "markdown":
            cell.source = typography(cell.source)
        if cell.cell_type != "code":
            continue
        if injected:
            cell.source = _without_paths(cell.source, root)
        cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
        for output in cell.outputs:
            _tidy(output)
        shown = _carried(cell)
        cell.source = _caption(cell.source, shown, position)
        if "finding" in tags:
            finding = _lead(cell)
        for carried in shown:
            if carried["kind"] == "chart":
                label = re.search(r"(?m)^#\| label: (\S+) *$", cell.source)
                assert label, "`_caption` refuses a chart without one"
                files = _files(label[1], carried, page, edition)
                text = _folded(carried["data_markdown"], files)
                if _is_read(carried):
                    text = (
                        f"**Lecture\N{NO-BREAK SPACE}:** {typography(carried['caption'])}\n\n{text}"
                    )
                cells.append(_markdown(text, f"data-{position}"))
    if not finding:
        raise PageError("states no finding: tag the cell that shows it `finding`")
    header = {
        "title": str(plain(typography(page.title))),
        "subtitle": str(plain(typography(page.study.question))),
        "description": finding,
        "order": page.study.order,
        "section": str(plain(typography(page.study.section))),
        **({"format": page.study.format} if page.study.format else {}),
    }
    first = nbformat.v4.new_raw_cell(as_front_matter(header).rstrip(), id="front-matter")
    opening = [first]
    if edition["kind"] == "demonstration":
        opening.append(_markdown(DEMONSTRATION, "demonstration"))
    notebook.cells = opening + cells
    notebook.metadata = nbformat.NotebookNode(
        {key: notebook.metadata[key] for key in ("kernelspec", "language_info")}
    )
    return notebook


def captioned(notebook: Any) -> Any:
    """A study as its author has it, whose charts and tables have captions where Quarto reads them.

    Its question is its subtitle, and what is drawn of the demonstration's data says so.
    """
    first, *cells = notebook.cells
    first.source = first.source.replace("\nquestion:", "\nsubtitle:")
    for position, cell in enumerate(cells, start=1):
        if cell.cell_type == "code":
            cell.source = _caption(cell.source, _carried(cell), position)
        if "parameters" in cell.metadata.get("tags", []) and f'"{DATA}"' in cell.source:
            notebook.cells.insert(1, _markdown(DEMONSTRATION, "demonstration"))
    return notebook


def _carried(cell: Any) -> list[Any]:
    """What a cell's charts and tables carry."""
    return [o.data[estimates.MIME] for o in cell.outputs if estimates.MIME in o.get("data", {})]


def _markdown(source: str, name: str) -> Any:
    return nbformat.v4.new_markdown_cell(source, id=name)


def _without_paths(source: str, root: Path) -> str:
    """Parameters with paths made relative to the root, or cut to their last name."""

    def shorten(match: re.Match[str]) -> str:
        path = Path(ast.literal_eval(match[2]))
        if not path.is_absolute():
            return match[0]
        inside = path.is_relative_to(root)
        return match[1] + json.dumps(path.relative_to(root).as_posix() if inside else path.name)

    return re.sub(r'(?m)^(\w+ = )("(?:[^"\\\n]|\\.)*")$', shorten, source)


def _tidy(output: Any) -> None:
    """Drop what differs between runs of the same page, and give prose its spaces."""
    if "execution_count" in output:
        output.execution_count = None
    if "text/markdown" in output.get("data", {}):
        output.data["text/markdown"] = typography("".join(output.data["text/markdown"]))


def _caption(source: str, shown: list[Any], position: int) -> str:
    """The cell's source with the options that its chart or table carries."""
    captioned = [carried for carried in shown if carried["kind"] in ("chart", "table")]
    if not captioned:
        return source
    if len(captioned) > 1:
        raise PageError(f"cell {position} shows {len(captioned)} charts or tables; show one a cell")
    carried = captioned[0]
    prefix = {"chart": "fig", "table": "tbl"}[carried["kind"]]
    # only the lines at the very top are options
    if not re.match(rf"(?m)(?:#\|.*\n)*#\| label: {prefix}-[a-z0-9-]+ *$", source):
        raise PageError(
            f"cell {position} shows a {carried['kind']} and has no `#| label: {prefix}-…` line"
        )
    caption = carried["title"] if _is_read(carried) else carried["caption"]
    options = {f"{prefix}-cap": typography(caption)}
    if prefix == "fig":
        options["fig-alt"] = typography(carried["alt"])
    lines = [f"#| {key}: {quoted(text)}" for key, text in options.items()]
    return "\n".join([*lines, source])


def _is_read(carried: Mapping[str, Any]) -> bool:
    """Whether a chart's caption is too long to be its title, and is told under it."""
    long = _words(carried["caption"]) > TITLE
    return carried["kind"] == "chart" and "title" in carried and long


def _files(label: str, carried: Mapping[str, Any], page: Page, edition: Mapping[str, Any]) -> str:
    """Where a figure can be taken from (see `publish.figures`), and how it is cited."""
    title = typography(carried["title"] if _is_read(carried) else carried["caption"])
    links = [
        f"- [{kind}]({page.name}/{label}.{kind.lower()}){{aria-label={quoted(f'{kind}, {title}')}}}"
        for kind in ("SVG", "PNG", "CSV")
    ]
    site, quarter = edition["site"], edition["quarter"]
    cited = plain(typography(f"{site}, « {page.title} », édition {quarter}"))
    return "\n".join([*links, f"- Pour citer\N{NO-BREAK SPACE}: {cited}, [@{label}]"])


def _folded(table: str, files: str) -> str:
    return (
        '::: {.content-visible when-format="html"}\n'
        f"::: {{.figure-files}}\n{files}\n:::\n\n"
        '::: {.callout-note collapse="true" appearance="minimal"}\n'
        f"## Données de la figure\n\n{table}\n:::\n:::"
    )


def _lead(cell: Any) -> str:
    """The finding's first sentences as Markdown without marks: `plain` made those of labels.

    Both publishers head an HTML page with its `description`, which is of `LEAD` words at most; the
    sentences after it are its text. A PDF has them all as its text.
    """
    for output in cell.outputs:
        text = output.get("data", {}).get("text/markdown", "").strip()
        if text:
            lead, rest = _split(text)
            parts = [_seen(text, "hidden"), *([_seen(rest, "visible")] if rest else [])]
            output.data["text/markdown"] = "\n\n".join(parts)
            bare = _MARK.sub(lambda mark: mark["escaped"] or "", lead)
            return re.sub(r"[ \n]+", " ", bare)  # split() would take non-breaking spaces too
    return ""


def _split(text: str) -> tuple[str, str]:
    """The first sentences of a text, as many as `LEAD` words hold but one at least; the others."""
    first, *others = _SENTENCE.split(text)
    while others and _words(f"{first} {others[0]}") <= LEAD:
        first = f"{first} {others.pop(0)}"
    return first, " ".join(others)


def _words(text: str) -> int:
    return sum(bool(re.search(r"\w", word)) for word in text.split())


def _seen(text: str, how: str) -> str:
    return f'::: {{.content-{how} when-format="html"}}\n{text}\n:::'
