"""From an executed notebook to a page that both publishers read.

What a study shows carries its own caption, alternative text and data; here they are written where
Quarto looks for them, so that the page cannot say one thing and its figure another.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat

from observlib import estimates
from observlib.base.errors import bounded
from observlib.base.yaml_files import as_front_matter, quoted
from observlib.edition.plan import Page
from observlib.language import words
from observlib.language.prose import plain, prose_of, typography

# --- What a study's cells may hand to a page: nothing of the machine, nothing unreadable, no flood

# of what outputs show, and of the estimates that they carry, which grow with the products that a
# sentence counts; the largest page of the demonstration has 0.4 million, of a ministry 25 million
PAGE_BYTES, DATA_BYTES = 10_000_000, 100_000_000
INJECTED = "injected-parameters"
_DECIMALS = 2  # which indicators have at the most, unless the cell carries a finer value
# A number with its decimals: no part of a version, a date, a time, an identifier of a document.
_NUMBER = re.compile(
    r"(?<![^\W_])(?<![.,])(?<!\d:)(?<!arXiv:)(?<!version )(?!10\.\d{4,9}/)"
    r"\d+[.,](\d+)(?!\d|[.,]\d)"
)
_LEAST = re.compile(r"0[.,]0+[1-9]")  # what has more decimals so as not to read 0
_NO_WORDS = re.compile(r"(?s)<(style|script)\b.*?</\1>|</?[A-Za-z][^<>]*>")


def _cell_problems(notebook: Any, root: Path) -> list[str]:
    """Why the cells of an executed notebook cannot be published, one line each.

    - A cell that prints, or shows a bare Python value: pages are made of sentences, tables and
      charts, and what is printed tells of the machine and changes from run to run.
    - A cell whose source or output holds the path of the project or of the user's home folder.
    - A number with more decimals than any page tells, in prose, in a caption or in a table: from
      them one may compute what each person answered.
    - Outputs that show more than `PAGE_BYTES` in all, or carry more than `DATA_BYTES` of estimates.

    What goes to `stderr` is not looked at: it is never published. Cells are counted as in the
    study, without the one of the parameters that were given.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook, new_output
    >>> printed = new_output("stream", name="stdout", text="12")
    >>> notebook = new_notebook(cells=[new_code_cell("print(12)", outputs=[printed])])
    >>> _cell_problems(notebook, Path("/x"))
    ['cell 1 prints; end it with what it is to show, and remove the print']
    """
    found: list[str] = []
    shown, carried = Counter[int](), Counter[int]()  # bytes, by cell
    places = _places(root)
    position = 0
    for cell in notebook.cells:
        injected = INJECTED in cell.metadata.get("tags", [])
        position += not injected
        outputs = [o for o in cell.get("outputs", []) if o.get("name") != "stderr"]
        data = sum(map(_data_size, outputs))
        carried[position] += data
        shown[position] += sum(map(_size, outputs)) - data
        if any(output.output_type == "stream" for output in outputs):
            found.append(
                f"cell {position} prints; end it with what it is to show, and remove the print"
            )
        if any(set(output.get("data", ())) == {"text/plain"} for output in outputs):
            found.append(
                f"cell {position} shows a bare Python value; show a sentence, a table or a chart"
            )
        texts = [*_texts(outputs), *([] if injected else [cell.source])]
        if any(places.search(text) for text in texts):
            found.append(
                f"cell {position} holds a path of this machine (the project's or the home "
                "folder); name files from the project's root"
            )
        if fine := _too_fine(cell.source if cell.cell_type == "markdown" else "", outputs):
            found.append(
                f"cell {position} tells {bounded(fine)}, with more decimals than a page tells; "
                "say it with `study.say`, or write it with `french.number(x, 1)`"
            )
    found += _too_much(shown, "outputs have", PAGE_BYTES)
    return found + _too_much(carried, "outputs carry estimates of", DATA_BYTES)


def _too_much(sizes: Counter[int], what: str, most: int) -> list[str]:
    """A line where cells have too many bytes in all, that names the largest."""
    if sizes.total() <= most:
        return []
    ((largest, size),) = sizes.most_common(1)
    return [
        f"its {what} {sizes.total() / 1e6:.1f} MB, of which cell {largest} has {size / 1e6:.1f}; "
        f"a page may have {most / 1e6:.0f}; show less"
    ]


def _too_fine(prose: str, outputs: list[Any]) -> list[str]:
    """Numbers with more decimals than a page tells, and than the estimates beside them have.

    Drawings are not read: axes have ticks of their own, and marks are drawn from rounded values.
    """
    texts, carried = [prose_of(prose)], []
    for data in (output.get("data", {}) for output in outputs):
        content = data.get(estimates.MIME, {})
        markdown = [data.get("text/markdown", ""), content.get("data_markdown", "")]
        texts += [prose_of("".join(text)) for text in markdown]
        texts += [content.get("caption", ""), content.get("alt", "")]
        texts.append(_NO_WORDS.sub(" ", "".join(data.get("text/html", ""))))
        carried += [*content.get("rows", ()), *content.get("comparisons", {}).get("rows", ())]
    numbers = {number[0]: len(number[1]) for text in texts for number in _NUMBER.finditer(text)}
    needed = {places for number, places in numbers.items() if _LEAST.fullmatch(number)}
    fine = [x for x, places in numbers.items() if places > _DECIMALS and places not in needed]
    if not fine:
        return []
    known = {str(cell).lstrip("-") for row in estimates.from_lines(carried) for cell in row}
    return [x for x in fine if x.replace(",", ".").rstrip("0") not in known]


def _places(root: Path) -> re.Pattern[str]:
    """Matches the project's and the home folder, where they stand as a path of their own."""
    known = [root]
    with contextlib.suppress(RuntimeError):  # a user without a home folder
        known.append(Path.home())
    own = {str(folder) for place in known for folder in (place, place.resolve())}
    words = "|".join(re.escape(place) for place in sorted(own) if place != os.sep)
    return re.compile(rf"(?<![\w.-])(?:{words or '(?!)'})(?![\w-])")


def _size(output: Any) -> int:
    return len(json.dumps(output, ensure_ascii=False))


def _data_size(output: Any) -> int:
    """What of an output is estimates and comparisons, which programs read."""
    content = output.get("data", {}).get(estimates.MIME, {})
    return sum(_size(content[name]) for name in ("rows", "comparisons") if name in content)


def _texts(value: Any) -> Iterator[str]:
    """Every text within what a notebook holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


DATA = "data/demo"  # on which the committed notebooks are executed
DEMONSTRATION = typography(
    "::: {.callout-warning}\n"
    f"## Données de démonstration : chiffres synthétiques\n\n{words.INVENTED}\n"
    ":::"
)
_TITLE = 15  # words of a chart's title
_LEAD = 50  # words of what heads a page, but for a first sentence that is longer
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
    """
    if wrong := _cell_problems(notebook, root):
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
    long = _words(carried["caption"]) > _TITLE
    return carried["kind"] == "chart" and "title" in carried and long


def _files(label: str, carried: Mapping[str, Any], page: Page, edition: Mapping[str, Any]) -> str:
    """Where a figure can be taken from (see `publish.downloads`), and how it is cited."""
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

    Both publishers head an HTML page with its `description`, which is of `_LEAD` words at most; the
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
    """The first sentences of a text, as many as `_LEAD` words hold but one at least; the others."""
    first, *others = _SENTENCE.split(text)
    while others and _words(f"{first} {others[0]}") <= _LEAD:
        first = f"{first} {others.pop(0)}"
    return first, " ".join(others)


def _words(text: str) -> int:
    return sum(bool(re.search(r"\w", word)) for word in text.split())


def _seen(text: str, how: str) -> str:
    return f'::: {{.content-{how} when-format="html"}}\n{text}\n:::'
