"""Charts, tables and sentences made from estimates, in one style and in French.

A cell of a notebook ends with one of `line_chart`, `dot_chart`, `share_chart`, `table`, `board`,
`text` or `notes`; `french` writes numbers and dates inside sentences. Drawing libraries are
imported at the first chart or table, not here.
"""

from observlib.display import french
from observlib.display.dots import dot_chart
from observlib.display.lines import line_chart
from observlib.display.output import Output, data_markdown, notes, text
from observlib.display.shares import share_chart
from observlib.display.tables import board, dashboard, table
from observlib.display.typography import typography
from observlib.display.words import interval, label, sentence, value

__all__ = [
    "Output",
    "board",
    "dashboard",
    "data_markdown",
    "dot_chart",
    "french",
    "interval",
    "label",
    "line_chart",
    "notes",
    "sentence",
    "share_chart",
    "table",
    "text",
    "typography",
    "value",
]
