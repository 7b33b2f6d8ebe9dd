"""What a cell ends with: something to look at, beside the estimates that made it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.language.prose import (
    Markdown,
    joined,
    markdown,
    one_line,
    paragraphs,
    plain,
    typography,
    unbroken,
    without_code,
)
from observlib.language.rounding import carried
from observlib.records.published_text import refuse_personal_data


@dataclass(frozen=True, repr=False)
class Output:
    """A chart, table or text, and its estimates under `estimates.MIME`.

    Jupyter shows `shown` (text by MIME type); the publisher and a reviewer read `content`: the
    estimates (`columns`, `rows`), `kind`, and, where they apply, `comparisons`, `caption`, `alt`,
    `data_markdown`, a pandoc table of the numbers drawn, and `nothing`, what a table says that no
    device measures. None may hold personal data.
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
    """Make a sentence or more; the estimates that it tells are given by `Output.carrying`.

    Examples
    --------
    >>> output = text("Tout va *bien* !")
    >>> output.content["kind"], output.shown["text/markdown"]
    ('text', 'Tout va \\\\*bien\\\\*\\u202f!')
    """
    if not words.strip():
        raise ObservError("text: is empty; write the sentence, or leave the cell out")
    spaced = typography(words.strip())
    prose = without_code(spaced) if isinstance(words, Markdown) else paragraphs(spaced)
    return Output(
        {"text/markdown": str(prose), "text/plain": str(spaced)},
        {"kind": "text", "columns": estimates.COLUMNS, "rows": []},
    )


def captioned(table: Markdown, caption: Markdown, label: str, *under: str) -> Output:
    """A table of a page with its caption and label, and the paragraphs under it."""
    labelled = markdown(": {} {{#{}}}", caption, Markdown(label))
    return text(joined([table, labelled, *filter(None, under)], "\n\n"))


def pipe_table(
    columns: dict[str, list[str]], right: tuple[str, ...] = (), even: bool = False
) -> Markdown:
    """Write columns of text as a pandoc pipe table; `right` are the columns set to the right.

    Texts are labels (see `unbroken`), but for those that are `Markdown`. Columns are as wide as
    their longest cell asks; `even` keeps those of long texts from squeezing the others.

    Examples
    --------
    >>> print(pipe_table({"Mois": ["août", "mai"], "n": ["1|2", "3"]}, right=("n",)))
    | Mois | n |
    |:-----|-----:|
    | août | 1\\|2 |
    | mai | 3 |
    """
    texts = {
        name: [
            text if isinstance(text, Markdown) else plain(unbroken(text)) for text in (name, *cells)
        ]
        for name, cells in columns.items()
    }
    # pandoc shares the width among columns by the length of these rules
    rules = []
    for name, cells in texts.items():
        length = max(map(len, cells)) + 1
        rule = "-" * (min(max(length, 14), 32) if even else length)
        rules.append(f"{rule}:" if name in right else f":{rule}")
    head, *rows = zip(*texts.values(), strict=True)
    lines = [f"| {' | '.join(row)} |" for row in (head, *rows)]
    return Markdown("\n".join([lines[0], f"|{'|'.join(rules)}|", *lines[1:]]))


def html_table(columns: Mapping[str, Sequence[str]], right: Collection[str] = ()) -> Markdown:
    """Write columns of HTML as a table of raw HTML; `right` are the columns set to the right.

    For tables of hundreds of rows: pandoc takes seconds to read them as Markdown.

    Examples
    --------
    >>> print(html_table({"Mois": ["août"], "n": ["<b>1</b>"]}, right=("n",)))
    ::: {.table}
    ```{=html}
    <table>
    <thead>
    <tr><th scope="col">Mois</th><th scope="col" style="text-align: right;">n</th></tr>
    </thead>
    <tbody>
    <tr><td>août</td><td style="text-align: right;"><b>1</b></td></tr>
    </tbody>
    </table>
    ```
    :::
    """
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

    Examples
    --------
    >>> label_html("Moins de 5 %")
    'Moins de 5\xa0%'
    >>> label_html("R&D <b>")
    'R&amp;D &lt;b&gt;'
    """
    return escape(one_line(unbroken(text)), quote=False)
