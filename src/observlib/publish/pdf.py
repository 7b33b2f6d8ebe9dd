"""One page as an accessible PDF (PDF/UA-1), the same bytes for the same edition."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from observlib.display.prose import unmarked
from observlib.errors import ObservError
from observlib.publish import pandoc
from observlib.publish.html import metadata
from observlib.publish.project import Page, Project

if TYPE_CHECKING:
    from typst import Fonts

# in points from the upper edge of a last page, margin included: some eight lines
FEW_LINES = 200.0


def page_pdf(project: Project, page: Page, markdown: str, folder: Path) -> bytes:
    """The PDF of a page.

    Parameters
    ----------
    markdown
        Its text with its front matter, made for `typst`.
    folder
        Where the pictures that it names are; nothing outside it is read.

    Raises
    ------
    ObservError
        Where pandoc or typst refuses the page: PDF/UA-1 is checked as it is written.
    """
    import typst

    name = str(project.folder / page.source)
    made = project.made(page)
    edition = f"Édition {project.manifest.quarter}"
    if project.manifest.is_demonstration:
        edition += " – données de démonstration"
    source = pandoc.convert(
        markdown,
        "typst",
        name=name,
        template=pandoc.TEMPLATES / "page.typ",
        variables={
            "title-text": literal(page.title),
            "description-text": literal(unmarked(str(page.meta.get("description", "")))),
            "sitetitle": literal(project.title),
            "edition": literal(edition),
        },
        metadata=metadata(project, page),
        filters=project.filters,
    )
    main = folder / f"{page.source.stem}.typ"
    main.write_text(source, encoding="utf-8")
    moment = datetime(made.year, made.month, made.day, tzinfo=UTC)
    try:
        pdf: Any = typst.compile(
            main,
            root=folder,
            font_paths=fonts(),
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
            timestamp=int(moment.timestamp()),
            sys_inputs=_setting(main, folder),
        )
    except (typst.TypstError, RuntimeError) as error:
        first = re.sub(r"\s+", " ", str(error)).strip()
        raise ObservError(f"{name}: its PDF cannot be made: {first}") from error
    return bytes(pdf)


def _setting(main: Path, folder: Path) -> dict[str, str]:
    """Set the lines tighter where that spares a last page of a few lines; else as usual."""
    usual, tight = {"tight": "no"}, {"tight": "yes"}
    pages, height = _end(main, folder, usual)
    if pages == 1 or height > FEW_LINES:
        return usual
    return tight if _end(main, folder, tight)[0] < pages else usual


def _end(main: Path, folder: Path, setting: dict[str, str]) -> tuple[int, float]:
    """The page on which the text ends, and where on it, in points from its upper edge."""
    import typst

    found = typst.query(
        main,
        "<end>",
        field="value",
        one=True,
        root=folder,
        font_paths=fonts(),
        ignore_system_fonts=True,
        sys_inputs=setting,
    )
    value = json.loads(found)
    return int(value["page"]), float(value["y"])


def literal(text: str) -> str:
    """A text as a string of typst's language.

    Examples
    --------
    >>> print(literal('Une "note" \\\\ deux'))
    "Une \\"note\\" \\\\ deux"
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'


@cache
def fonts() -> Fonts:
    """The fonts of every PDF: those inside typst, and DejaVu Sans, which charts use.

    Never the system's: the same page must look the same on every machine.
    """
    import typst

    found = find_spec("matplotlib")
    folders = (
        [Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"] if found and found.origin else []
    )
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[str(folder) for folder in folders if folder.is_dir()],
    )
