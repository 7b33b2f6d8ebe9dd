"""What a cell ends with: something to look at, beside the estimates that made it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.display.typography import typography, unbroken
from observlib.errors import ObservError
from observlib.impersonal import refuse_persons

_TAG = re.compile(r"(?<!\\)<(?=[A-Za-z/!?])(?!https?://[^\s<>]+>)")


@dataclass(frozen=True, repr=False)
class Output:
    """A chart, table or text, and its estimates under `estimates.MIME`.

    Jupyter shows `shown` (text by MIME type); the publisher and a reviewer read `content`: the
    estimates (`columns`, `rows`), `kind`, and, where they apply, `caption`, `alt` and
    `data_markdown`, a pandoc table of the numbers that were drawn. None may hold personal data.
    """

    shown: dict[str, str]
    content: dict[str, Any]

    def __post_init__(self) -> None:
        refuse_persons(self.content, self.shown["text/plain"])

    def __repr__(self) -> str:
        return self.shown["text/plain"]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {**self.shown, estimates.MIME: self.content}


def caption_of(caption: str, what: str) -> str:
    """The caption with its typographic spaces; an error where it is empty or of several lines."""
    caption = caption.strip()
    if not caption or "\n" in caption:
        raise ObservError(
            f"{what}: caption {caption!r} is not one line of text; "
            "write the answer that the reader should take away"
        )
    return typography(inert(caption))


def inert(markdown: str) -> str:
    """Markdown in which nothing is read as code: words of exports stand in sentences and captions.

    Addresses in angle brackets stay links.

    Examples
    --------
    >>> print(inert("Réponse « <b>Oui</b> », <https://exemple.invalid/> `x`{=html}"))
    Réponse « \\<b>Oui\\</b> », <https://exemple.invalid/> `x`\\{=html}
    """
    return _TAG.sub(r"\\<", markdown).replace("{=", r"\{=")


def text(markdown: str, frame: pd.DataFrame) -> Output:
    """Make a sentence or more in Markdown, with the estimates that it uses.

    Parameters
    ----------
    markdown
        Prose; its typographic spaces are put by `typography`.
    frame
        Every estimate that the prose gives a number of.

    Examples
    --------
    >>> text("Tout va bien !", estimates.make([])).content["kind"]
    'text'
    """
    if not markdown.strip():
        raise ObservError("text: is empty; write the sentence, or leave the cell out")
    prose = typography(inert(markdown))
    return Output(
        {"text/markdown": prose, "text/plain": prose},
        {"kind": "text", **estimates.to_json(frame)},
    )


def plain(words_: str) -> str:
    """Text of one line that Markdown shows as it stands.

    Examples
    --------
    >>> print(plain("a_b [1]"))
    a\\_b \\[1\\]
    """
    for sign in ("\\", "|", "*", "_", "`", "[", "]", "<", "$", "@", "^", "~", "#"):
        words_ = words_.replace(sign, "\\" + sign)
    return " ".join(words_.split("\n"))


def pipe_table(
    columns: dict[str, list[str]], right: tuple[str, ...] = (), even: bool = False
) -> str:
    """Write columns of text as a pandoc pipe table; `right` are the columns set to the right.

    Texts are labels (see `unbroken`). Columns are as wide as their longest cell asks; `even` keeps
    those of long texts from squeezing the others.

    Examples
    --------
    >>> print(pipe_table({"Mois": ["août", "mai"], "n": ["1|2", "3"]}, right=("n",)))
    | Mois | n |
    |:-----|-----:|
    | août | 1\\|2 |
    | mai | 3 |
    """
    texts = {
        name: [plain(unbroken(text)) for text in (name, *cells)] for name, cells in columns.items()
    }
    # pandoc shares the width among columns by the length of these rules
    rules = []
    for name, cells in texts.items():
        length = max(map(len, cells)) + 1
        rule = "-" * (min(max(length, 14), 32) if even else length)
        rules.append(f"{rule}:" if name in right else f":{rule}")
    head, *rows = zip(*texts.values(), strict=True)
    lines = [f"| {' | '.join(row)} |" for row in (head, *rows)]
    return "\n".join([lines[0], f"|{'|'.join(rules)}|", *lines[1:]])
