"""The project's documentation (`docs/`) as pages that both publishers read."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from observlib.base.errors import ObservError
from observlib.base.yaml_files import as_front_matter

_LINK = re.compile(r"(?<=\.)md(?=(#[\w-]+)?\))")
_PICTURE = re.compile(r"!\[([^\]]+)\]\(([^)\s]+)\)")


def write_documentation(docs: Path, folder: Path) -> None:
    """Write a page for each Markdown file of `docs/`, and copy its pictures.

    Raises
    ------
    ObservError
        With each file that does not begin with its title.
    """
    untitled = []
    for path in sorted(docs.rglob("*")):
        target = folder / path.relative_to(docs)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".svg":
            shutil.copyfile(path, target)
        elif path.suffix == ".md":
            text = path.read_text(encoding="utf-8")
            if text.startswith("# "):
                target.with_suffix(".qmd").write_text(page_of(text), "utf-8", newline="\n")
            else:
                untitled.append(f"{path}: begins with no title; its first line is `# A title`")
    if untitled:
        raise ObservError(*untitled)


def page_of(text: str) -> str:
    """The page of a file: its title in a front matter, its links to files as links to pages.

    Examples
    --------
    >>> print(page_of("# A source\\n\\nSee [surveys](survey.md#a), ![Two boxes](boxes.svg)."))
    ---
    title: A source
    format: html
    lang: en
    toc-title: On this page
    ---
    <BLANKLINE>
    See [surveys](survey.qmd#a), ![](boxes.svg){fig-alt="Two boxes"}.
    """
    title, _, body = text.partition("\n")
    header = {
        "title": title.removeprefix("# "),
        "format": "html",
        "lang": "en",
        "toc-title": "On this page",
    }
    body = _PICTURE.sub(r'![](\2){fig-alt="\1"}', body)
    return as_front_matter(header) + _LINK.sub("qmd", body)
