"""What a cell ends with, beside the estimates that made it; and the templates of pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.display.select import ordered
from observlib.language import french, prose, templates, wording, words
from observlib.language.prose import Markdown, joined, markdown, plain, typography, unbroken
from observlib.language.words import carried
from observlib.records import refuse_personal_data
from observlib.records.sheets import Correction


@dataclass(frozen=True, repr=False)
class Output:
    """A chart, table or text as Jupyter shows it, and its estimates under `estimates.MIME`.

    The publisher and a reviewer read `content`: `columns`, `rows`, `kind`; where they apply,
    `comparisons`, `caption`, `alt`, `data_markdown` and `nothing`, what no device measures.
    """

    shown: dict[str, str]
    content: dict[str, Any]

    def __post_init__(self) -> None:
        refuse_personal_data(self.content, self.shown["text/plain"])

    def __repr__(self) -> str:
        return self.shown["text/plain"]

    def carrying(self, frames: Iterable[pd.DataFrame], catalogue: Catalogue) -> Output:
        """The same, which carries these estimates and comparisons too: those of its words."""
        return Output(self.shown, {**self.content, **carried(frames, catalogue, self.content)})

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {**self.shown, estimates.MIME: self.content}


METHODS: dict[str, Callable[..., Output]] = {}  # charts and tables by their name in `Study`
Drawing = TypeVar("Drawing", bound=Callable[..., Output])


def study_method(name: str) -> Callable[[Drawing], Drawing]:
    """Let a study have a chart or table as a method, which its docstring explains."""

    def offered(draw: Drawing) -> Drawing:
        METHODS[name] = draw
        return draw

    return offered


def caption_of(caption: str, what: str) -> Markdown:
    """The caption as Markdown, with its typographic spaces: a caption is plain text."""
    caption = caption.strip()
    if not caption or "\n" in caption:
        raise ObservError(
            f"{what}: caption {caption!r} is not one line of text; "
            "write the answer that the reader should take away"
        )
    return plain(typography(caption))


def text(words: str) -> Output:
    """Make a sentence or more; its estimates are given by `Output.carrying`."""
    if not words.strip():
        raise ObservError("text: is empty; write the sentence, or leave the cell out")
    spaced = typography(words.strip())
    made = prose.without_code(spaced) if isinstance(words, Markdown) else prose.paragraphs(spaced)
    content = {"kind": "text", "columns": estimates.COLUMNS, "rows": []}
    return Output({"text/markdown": str(made), "text/plain": str(spaced)}, content)


def captioned(table: Markdown, caption: Markdown, label: str, *under: str) -> Output:
    """A table of a page with its caption and label, and the paragraphs under it."""
    labelled = markdown(": {} {{#{}}}", caption, Markdown(label))
    return text(joined([table, labelled, *filter(None, under)], "\n\n"))


def pipe_table(
    columns: dict[str, list[str]], right: tuple[str, ...] = (), even: bool = False
) -> Markdown:
    """Columns of text, or of `Markdown`, as a pandoc pipe table; `right` are set to the right, and
    `even` keeps those of long texts from squeezing the others."""
    texts, rules = [], []
    for name, column in columns.items():
        whole = (name, *column)
        cells = [x if isinstance(x, Markdown) else plain(unbroken(x)) for x in whole]
        length = max(map(len, cells)) + 1
        # pandoc shares the width among columns by the length of these rules
        rule = "-" * (min(max(length, 14), 32) if even else length)
        rules.append(f"{rule}:" if name in right else f":{rule}")
        texts.append(cells)
    head, *lines = (f"| {' | '.join(row)} |" for row in zip(*texts, strict=True))
    return Markdown("\n".join([head, f"|{'|'.join(rules)}|", *lines]))


def html_table(columns: Mapping[str, Sequence[str]], right: Collection[str] = ()) -> Markdown:
    """Write columns of HTML as a raw table, which pandoc need not read: it would take seconds."""
    looks = {name: ' style="text-align: right;"' if name in right else "" for name in columns}
    head = "".join(f'<th scope="col"{look}>{label_html(name)}</th>' for name, look in looks.items())
    rows = (
        "".join(f"<td{look}>{cell}</td>" for cell, look in zip(row, looks.values(), strict=True))
        for row in zip(*columns.values(), strict=True)
    )
    lines = ["<table>", "<thead>", f"<tr>{head}</tr>", "</thead>", "<tbody>"]
    lines += [f"<tr>{row}</tr>" for row in rows]
    text = "\n".join([*lines, "</tbody>", "</table>"])
    return Markdown(f"::: {{.table}}\n```{{=html}}\n{text}\n```\n:::")


def label_html(text: str) -> str:
    """A label, such as a name in a table, as HTML (see `unbroken`).

    >>> label_html("R&D <b>")
    'R&amp;D &lt;b&gt;'
    """
    return escape(prose.one_line(unbroken(text)), quote=False)


# --- What a page says of its method: how its devices listen, how its indicators are made

_TEXTS = wording.load_texts(__file__)
NOTED = ["indicator", "device", "status"]
# how what is compared is tested: the same on every page, and told on the method's
_TESTED = ("difference", "difference_level", "detectable_difference")


def notes(
    frame: pd.DataFrame, catalogue: Catalogue, corrections: Iterable[Correction] = ()
) -> Output:
    """List the reservations of the devices of a frame, with what was corrected, and the method of
    each indicator that is not all `missing`; what several share once. That of tests is a link."""
    if frame.empty:
        raise ObservError("notes: the frame holds no estimate; call it where there is one")
    frame = frame[NOTED].drop_duplicates()
    reservations: dict[str, list[str]] = {}
    for name in ordered(frame, "device", catalogue):
        device = catalogue.devices.get(name)
        if device is None:
            continue
        if device.note:
            reservations.setdefault(device.note, []).append(device.label)
        for one in (one for one in corrections if one.device == name):
            reservations.setdefault(_mended(one), []).append(device.label)
    methods: dict[Markdown, list[str]] = {}
    measured = ordered(frame[frame["status"] != "missing"], "indicator", catalogue)
    for name in (name for name in measured if name not in _TESTED):
        indicator = words.indicator_of(name, catalogue)
        # a method cites its sources, and so is Markdown
        methods.setdefault(Markdown(indicator.method), []).append(indicator.label)
    lists = {_TEXTS["reservations"]: _list(reservations), _TEXTS["indicators"]: _list(methods)}
    blocks = [markdown("**{}**\n\n{}", lead, items) for lead, items in lists.items() if items]
    blocks += [Markdown(_TEXTS["tests"])] * any(name in _TESTED for name in measured)
    return text(joined(blocks, "\n\n") or _TEXTS["none"])


def _mended(one: Correction) -> str:
    days = (french.day_label(one.first), french.day_label(one.last))
    said = _TEXTS["corrected"].format(title=words.small(one.title), first=days[0], last=days[1])
    return f"{said} {one.reason}"


def _list(texts: Mapping[Any, list[str]]) -> Markdown:
    items = (markdown("- **{}.** {}", french.join(names), what) for what, names in texts.items())
    return joined(items, "\n")


# --- Pages as templates: macros beside a module, in which the words that are shown are plain text


def macros(
    module: str, write: Callable[[str], str] = plain, mend: Callable[[str], str] = typography
) -> Callable[..., Markdown]:
    """The macros beside a module, `x.j2` for `x.py`, each called by its name with what it tells;
    what is no `Markdown` yet is plain text, which `write` writes, and all of it is mended."""
    path = Path(module).with_suffix(".j2")

    def made(macro: str, *words: Any, **named: Any) -> Markdown:
        text = getattr(_read(path, write), macro)(*words, **named)
        return Markdown(mend(re.sub(r"\n{3,}", "\n\n", text).strip("\n")))

    return made


@cache
def _read(path: Path, write: Callable[[str], str]) -> Any:
    def written(value: Any) -> str:
        return value if isinstance(value, Markdown) else write(str(value))

    return templates.environment(path.parent, _FILTERS, written).get_template(path.name).module


def _md(text: str) -> Markdown:
    return Markdown(text.strip("\n"))


def _day(day: date | str) -> str:
    return french.day_label(date.fromisoformat(day) if isinstance(day, str) else day)


def _table(heads: Sequence[str], lines: Sequence[Sequence[str]], **looks: Any) -> Markdown:
    """Rows under their heads (see `display.output.pipe_table`)."""
    columns = [[line[place] for line in lines] for place in range(len(heads))]
    return pipe_table(dict(zip(heads, columns, strict=True)), **looks)


_FILTERS = {"day": _day, "md": _md, "period": french.period_label, "table": _table}
