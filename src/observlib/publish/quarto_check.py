"""Whether the Quarto at hand makes of a small page what the embedded publisher makes of it."""

from __future__ import annotations

import re
import tempfile
from functools import cache
from itertools import takewhile
from pathlib import Path

from observlib.base import kept
from observlib.base.errors import ObservError
from observlib.publish import html, pandoc, quarto
from observlib.publish.links import links_of
from observlib.publish.markdown import Converted
from observlib.publish.project import HOME, read_project

_FAULT = "fault.txt"
_ASIDE = re.compile(
    r"<(nav|header|script|style)\b.*?</\1>|<span class=\"screen-reader.*?</span>", re.S
)


@cache
def fault(program: str, folder: Path | None) -> str:
    """What is wrong with a Quarto, in a line; nothing where it may make pages.

    Parameters
    ----------
    program
        The one that `publish.publisher_used` gives.
    folder
        The folder where the answer is kept for this program and this library.
    """
    made_of = {"the publisher": program, **kept.code(__name__)}
    try:
        found = kept.made(
            folder, "quarto-check", made_of, lambda: {_FAULT: _fault(program).encode()}
        )
    except ObservError as error:  # which may pass
        return f"made no page of its check ({error.problems[-1].removeprefix('quarto: ')})"
    return found[_FAULT].decode()


def _fault(program: str) -> str:
    project = read_project(pandoc.TEMPLATES / "check", program)
    page = project.page(HOME)
    text = (project.folder / HOME).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="observlib-") as place:
        quarto.render(project, [page], lambda _: Converted(text), Path(place), lambda _: None)
        one, two = html.page_html(project, page, text), quarto.framed(Path(place), page)
    wanted, made = _words(one), _words(two)
    if wanted != made:
        same = takewhile(lambda pair: pair[0] == pair[1], zip(wanted, made, strict=False))
        alike = len(list(same))
        told, ours = (" ".join(words[alike:][:5]) for words in (made, wanted))
        return f"a small page of it says {told!r} where the embedded publisher says {ours!r}"
    if asked := [to for to in links_of(two).targets if re.match("(https?:)?//", to)]:
        return f"a small page asks for {asked[0]}"
    return ""


def _words(page: str) -> list[str]:
    """What a page tells, after its title."""
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r"<[^>]*>", " ", _ASIDE.sub(" ", main)).split()
