"""From an executed notebook to a page that both publishers read."""

from __future__ import annotations

import ast
import contextlib
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pandas as pd
from nbformat.v4 import new_markdown_cell

from observlib import estimates
from observlib.base.errors import ObservError, bounded
from observlib.base.yaml_files import as_front_matter, read_front_matter, yaml_quoted
from observlib.display.output import macros
from observlib.edition.plan import Page
from observlib.estimates import comparisons_from_json, side_of
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

    From numbers with more decimals one may compute what each person answered. What goes to
    `stderr` is never published. Cells are counted without the one of the parameters.
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
        texts = [*_texts(outputs), *([] if injected else [cell.source])]
        fine = _too_fine(cell.source if cell.cell_type == "markdown" else "", outputs)
        faults = {
            "prints; end it with what it is to show, and remove the print": any(
                output.output_type == "stream" for output in outputs
            ),
            "shows a bare Python value; show a sentence, a table or a chart": any(
                set(output.get("data", ())) == {"text/plain"} for output in outputs
            ),
            "holds a path of this machine (the project's or the home folder); name files from the "
            "project's root": any(map(places.search, texts)),
            f"tells {bounded(fine)}, with more decimals than a page tells; say it with "
            "`study.say`, or write it with `french.number(x, 1)`": bool(fine),
        }
        found += [f"cell {position} {fault}" for fault, is_there in faults.items() if is_there]
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
    """Numbers with more decimals than a page tells, and than the estimates beside them have."""
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
_PAGES, _TEXTS = macros(__file__, str), macros(__file__, str, str)
DEMONSTRATION = str(_PAGES("demonstration", words.INVENTED))
_TITLE = 15  # words of a chart's title
_LEAD = 50  # words of what heads a page, but for a first sentence that is longer
_SENTENCE = re.compile(r"(?<=[.!?])[ \n]+(?=[A-ZÀ-Ý«])")
_MARK = re.compile(r"(?P<escaped>\\.)|\s*\(?@[\w-]+\)?|[*_`]")


class PageError(Exception):
    """What keeps an executed notebook from becoming a page; a mistake of the study's author."""


def finalise(notebook: Any, page: Page, edition: Mapping[str, Any], root: Path) -> Any:
    """Make an executed notebook a page: its front matter, captions, warning, French spaces.

    Whatever tells of the machine or the run is dropped: the same page gives the same bytes.
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
            if "execution_count" in output:
                output.execution_count = None
            if "text/markdown" in output.get("data", {}):
                output.data["text/markdown"] = typography("".join(output.data["text/markdown"]))
        shown = [*_carried(cell)]
        cell.source = _caption(cell.source, shown, position)
        if "finding" in tags:
            finding = _lead(cell)
        for carried in shown:
            if carried["kind"] == "chart":
                label = re.search(r"(?m)^#\| label: (\S+) *$", cell.source)
                assert label, "`_caption` refuses a chart without one"
                text = _below(label[1], carried, page, edition)
                cells.append(new_markdown_cell(text, id=f"data-{position}"))
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
    if edition["kind"] == "demonstration":
        cells.insert(0, new_markdown_cell(DEMONSTRATION, id="demonstration"))
    notebook.cells = [first, *cells]
    notebook.metadata = nbformat.NotebookNode(
        {key: notebook.metadata[key] for key in ("kernelspec", "language_info")}
    )
    return notebook


def with_captions(notebook: Any) -> Any:
    """A study as its author has it, with captions where Quarto reads them, and its subtitle."""
    first, *cells = notebook.cells
    first.source = first.source.replace("\nquestion:", "\nsubtitle:")
    for position, cell in enumerate(cells, start=1):
        if cell.cell_type == "code":
            cell.source = _caption(cell.source, [*_carried(cell)], position)
        if "parameters" in cell.metadata.get("tags", []) and f'"{DATA}"' in cell.source:
            notebook.cells.insert(1, new_markdown_cell(DEMONSTRATION, id="demonstration"))
    return notebook


def _carried(cell: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What a cell's texts, charts and tables carry."""
    for output in cell.get("outputs") or []:
        if content := output.get("data", {}).get(estimates.MIME):
            yield content


def _without_paths(source: str, root: Path) -> str:
    """Parameters with paths made relative to the root, or cut to their last name."""

    def shorten(match: re.Match[str]) -> str:
        path = Path(ast.literal_eval(match[2]))
        if not path.is_absolute():
            return match[0]
        inside = path.is_relative_to(root)
        return match[1] + json.dumps(path.relative_to(root).as_posix() if inside else path.name)

    return re.sub(r'(?m)^(\w+ = )("(?:[^"\\\n]|\\.)*")$', shorten, source)


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
    lines = [f"#| {key}: {yaml_quoted(text)}" for key, text in options.items()]
    return "\n".join([*lines, source])


def _is_read(carried: Mapping[str, Any]) -> bool:
    """Whether a chart's caption is too long to be its title, and is told under it."""
    long = _words(carried["caption"]) > _TITLE
    return carried["kind"] == "chart" and "title" in carried and long


def _below(label: str, carried: Mapping[str, Any], page: Page, edition: Mapping[str, Any]) -> str:
    """What stands below a figure: how it is read and cited, its files, its data."""
    is_read, caption = _is_read(carried), typography(carried["caption"])
    title = typography(carried["title"]) if is_read else caption
    site, quarter = edition["site"], edition["quarter"]
    cited = plain(typography(f"{site}, « {page.title} », édition {quarter}"))
    words_ = (page.name, label, title, cited, carried["data_markdown"], caption if is_read else "")
    return str(_TEXTS("figure", *words_, yaml_quoted))


def _lead(cell: Any) -> str:
    """The finding's first sentences as Markdown without marks: `plain` made those of labels."""
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


# --- What the pages of an edition tell together: one quantity, one story

_FRAME = "the edition's frame"
_QUANTITY = estimates.COLUMNS.index("estimate")  # what stands before it says of what it is
_SOURCE = estimates.COLUMNS.index("source")
_Line = tuple[str, ...]
_Known = Callable[[tuple[str, ...]], Mapping[_Line, list[_Line]]]
_Contents = list[dict[str, Any]]  # what the cells of a page carry


def check_pages(now: Mapping[str, str], others: Mapping[str, str], frame: pd.DataFrame) -> None:
    """Refuse what pages made now tell otherwise than an edition's frame or its other pages."""
    made = {name: _contents(text) for name, text in now.items()}
    pages = {**{name: _contents(text) for name, text in others.items()}, **made}
    stories = _told_differently({_FRAME: [estimates.to_json(frame)], **made})
    stories += _told_differently(pages) if others else []
    if stories := [*stories, *_hidden(pages, frame)]:
        lines = bounded(stories, sep="\n").split("\n")
        raise ObservError(*lines, "nothing was published; mend what a study tells by itself")


def _told_differently(pages: Mapping[str, _Contents]) -> list[str]:
    """What two pages tell differently, as a study changed or made it itself: a line each."""
    first: dict[_Line, tuple[str, _Line]] = {}
    problems: dict[_Line, str] = {}
    for page, contents in pages.items():
        pairs = [content["comparisons"] for content in contents if "comparisons" in content]
        for row in _told_by([*contents, *pairs]):  # of a pair, its first estimate
            quantity, told = row[:_QUANTITY], row[_QUANTITY:_SOURCE]
            before, known = first.setdefault(quantity, (page, told))
            if told != known:
                problems.setdefault(
                    quantity,
                    f"{_name(quantity)}: {before} tells {_told(known)}, and {page} tells "
                    f"{_told(told)}; select both from one family, or give yours a group of its own",
                )
    return list(problems.values())


def _hidden(pages: Mapping[str, _Contents], frame: pd.DataFrame) -> list[str]:
    """What a table says that no device measures although the edition tells it, a line each.

    An empty cell hides an estimate of its row and column that the table shows nowhere.
    """
    is_told = ~frame["status"].isin(estimates.WITHHELD)
    rows = frame.loc[is_told, [*estimates.COLUMNS[:_QUANTITY]]].drop_duplicates()
    lines: list[_Line] = [*rows.itertuples(index=False, name=None)]
    known = cache(partial(_by_columns, lines))
    problems: dict[tuple[str, _Line], None] = {}
    for page, contents in pages.items():
        for content in contents:
            if content.get("nothing"):
                own = {row[:_QUANTITY] for row in _told_by([content])}
                for quantity in _called_unmeasured(content, known):
                    if quantity not in own:
                        problems[page, quantity] = None
    tellers: dict[_Line, str] = {}
    for page, contents in pages.items() if problems else ():
        for row in _told_by(contents):
            tellers.setdefault(row[:_QUANTITY], page)
    said = []
    for page, quantity in problems:
        other = tellers.get(quantity, "")
        teller = other if other and other != page else _FRAME
        said.append(
            f"{page}: a table says that no device measures {_name(quantity)}, and {teller} tells "
            "it; select it for the table too"
        )
    return said


def told_on(notebook: str) -> pd.DataFrame:
    """The estimates that an executed notebook tells, both sides of its comparisons among them."""
    contents = _contents(notebook)
    whole = [row for content in contents for row in content.get("rows", [])]
    pairs = [content["comparisons"] for content in contents if "comparisons" in content]
    frames = [estimates.from_json({"columns": estimates.COLUMNS, "rows": dict.fromkeys(whole)})]
    for table in map(comparisons_from_json, pairs):
        frames += [side_of(table, side) for side in ("", estimates.REFERENCE)]
    return pd.concat(frames).drop_duplicates(ignore_index=True)


def _called_unmeasured(content: Mapping[str, Any], known: _Known) -> Iterator[_Line]:
    """The quantities, of those known, for which a table has an empty cell."""
    for column in content.get("nothing", ()):
        of = {estimates.COLUMNS.index(name): values for name, values in column["of"].items()}
        lines = known(tuple(column["keys"]))
        for row in map(tuple, column["rows"]):
            for line in lines.get(row, ()):
                if all(line[place] in values for place, values in of.items()):
                    yield line


def _by_columns(lines: Iterable[_Line], names: tuple[str, ...]) -> dict[_Line, list[_Line]]:
    """Quantities by what they have in some columns."""
    places = [estimates.COLUMNS.index(name) for name in names]
    found: dict[_Line, list[_Line]] = {}
    for line in lines:
        found.setdefault(tuple(line[place] for place in places), []).append(line)
    return found


def _name(quantity: _Line) -> str:
    return ", ".join(filter(None, quantity))


def _told(values: _Line) -> str:
    named = dict(zip(estimates.COLUMNS[_QUANTITY:], values, strict=False))
    return f"{named['estimate']} {named['unit']}" if named["estimate"] else named["status"]


def _contents(text: str) -> _Contents:
    """What the cells of a notebook carry."""
    return [content for _, content in _shown(json.loads(text))]


def _told_by(contents: _Contents) -> Iterator[_Line]:
    """The estimates that contents carry, as lines of text."""
    lines = [line for content in contents for line in content.get("rows", [])]
    for cells in estimates.from_lines(lines):
        yield tuple(cell or "" for cell in cells)


# --- Links both ways between what happened and the curves that show it, on all pages of an edition

_FILES = "::: {.figure-files}\n"  # how what stands below a figure begins (see `finalise`)
_LINKS = "events"  # the id of the cell that leads to figures


class _Figure(NamedTuple):
    page: str
    label: str
    name: str
    events: list[dict[str, str]]


def linked(pages: Mapping[str, str], wanted: Collection[str]) -> dict[str, str]:
    """The wanted pages, with links from each figure to what happened to it, and from there back."""
    figures: list[_Figure] = []
    tellers: dict[str, str] = {}
    for name, text in pages.items():  # one read after the other: all of them would be large
        notebook = json.loads(text)
        figures += _figures(name, notebook)
        told = (content.get("tells", ()) for _, content in _shown(notebook))
        tellers |= {event: name for events in told for event in events}
    concerned = {*tellers.values(), *(one.page for one in figures)}
    found = {name: pages[name] for name in wanted}
    for name in concerned.intersection(found):
        notebook = json.loads(found[name])
        own = [one for one in figures if one.page == name]
        if any([*[_lead_to(one, notebook, tellers) for one in own], _list(figures, notebook)]):
            changed = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
            found[name] = changed + "\n"
    return found


def _shown(notebook: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """What cells carry, each with the place of the cell."""
    for place, cell in enumerate(notebook["cells"]):
        for content in _carried(cell):
            yield place, content


def _figures(page: str, notebook: Mapping[str, Any]) -> Iterator[_Figure]:
    """The figures of a page on which something is marked."""
    title = ""
    for place, content in _shown(notebook):
        if content.get("events"):
            source = "".join(notebook["cells"][place]["source"])
            label = re.search(r"(?m)^#\| label: (\S+) *$", source)
            title = title or _title(notebook)
            if label:
                name = f"{title} : {content['title']}"
                yield _Figure(page, label[1], name, content["events"])


def _title(notebook: Mapping[str, Any]) -> str:
    """The title of a page, which is Markdown."""
    first = "".join(notebook["cells"][0]["source"])
    return str(read_front_matter(f"{first}\n", "a page")[0]["title"])


def _lead_to(figure: _Figure, notebook: Mapping[str, Any], tellers: Mapping[str, str]) -> bool:
    """Put links to what happened below a figure; whether there are any."""
    links = [
        f"[{plain(event['words'])}]({tellers[event['id']]}.ipynb#action-{event['id']})"
        for event in figure.events
        if event["id"] in tellers
    ]
    if not links:
        return False
    text = typography(f"Sur la courbe : {'. '.join(links)}.")
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown" and f"/{figure.label}.svg)" in source:
            mended = source.replace(_FILES, f"{_FILES}{text}\n\n", 1)
            cell["source"] = mended.splitlines(keepends=True)
            return True
    return False


def _list(figures: Collection[_Figure], notebook: dict[str, Any]) -> bool:
    """Put a list of the figures that show what a page tells of behind it; whether there is one."""
    for place, content in _shown(notebook):
        told = []
        for event in content.get("tells", ()):
            own = [(one, e["title"]) for one in figures for e in one.events if e["id"] == event]
            told += [(plain(own[0][1]), [one for one, _ in own])] if own else []
        if told:
            source = _PAGES("curves", told)
            cell = {"cell_type": "markdown", "id": _LINKS, "metadata": {}}
            cell["source"] = source.splitlines(keepends=True)
            notebook["cells"].insert(place + 1, cell)
            return True
    return False
