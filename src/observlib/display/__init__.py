"""Charts, tables and sentences made from estimates, in one style and in French.

A cell of a notebook ends with a chart (`…_chart`, `custom_chart` for an analyst's own drawing), a
table, `text` or `notes`. Sentences and captions are plain text; `markdown` puts marks around words.
"""

from observlib.display.bars import bar_chart, funnel_chart, share_chart
from observlib.display.changes import change_table, place_table
from observlib.display.custom import custom_chart
from observlib.display.dots import dot_chart, heat_chart
from observlib.display.lines import curve_chart, line_chart
from observlib.display.output import Output, notes, text
from observlib.display.tables import board, dashboard_table, data_markdown, register, table
from observlib.language import french
from observlib.language.prose import markdown, typography
from observlib.language.words import interval, label, value
