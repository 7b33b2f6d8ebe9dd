"""Pages as templates: macros beside a module, in which the words that are shown are plain text."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from observlib.display.output import pipe_table
from observlib.language import french, templates
from observlib.language.prose import Markdown, plain, typography


def macros(
    module: str, write: Callable[[str], str] = plain, mend: Callable[[str], str] = typography
) -> Callable[..., Markdown]:
    """The macros beside a module, `x.j2` for `x.py`, each called by its name with what it tells.

    What a macro shows is plain text, which `write` writes, but for what is `Markdown` already; all
    of it is mended. Empty lines part paragraphs, however many.
    """
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


_FILTERS: templates.Functions = {
    "day": _day,
    "md": _md,
    "period": french.period_label,
    "table": _table,
}
