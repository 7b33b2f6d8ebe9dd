"""The whole edition as one PDF: cover, contents, a chapter for each study, references once.

Chapters are the sources of the studies' own PDFs (see `pdf.page_pdf`), set as they are there.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path, PurePath, PurePosixPath

from observlib.base import kept
from observlib.base.files import write_all
from observlib.base.text import fold
from observlib.base.yaml_files import as_front_matter
from observlib.language import french, phrases, words
from observlib.publish import pandoc, pdf
from observlib.publish.navigation import flat
from observlib.publish.project import HOME, Page, Project

TITLE = "Toute l’édition"
MOST = 120  # chapters: some 500 sheets, which take typst a gigabyte; nobody prints more
CHAPTERS = ".chapters"  # the folder of what it is made of, below that of all that pages make
_REFERENCES = re.compile(r"// references\n.*?// end of references\n?", re.S)
_ENTRY = re.compile(r"#block\[\n((?:(?!#block\[).)*?)\n\n?\] <(ref-[^>]+)>", re.S)
_TEXT = "TexteRemplacé"


def output(project: Project) -> PurePosixPath:
    """Where the whole edition is in the site."""
    return PurePosixPath(f"edition-{project.manifest.quarter}.pdf")


def parts(project: Project) -> dict[str, list[Page]]:
    """The pages that have a PDF, by the sections of the navigation, or else by what lists them.

    None where they are more than `MOST`: such an edition has no PDF of the whole.
    """
    paged = {page.source: page for page in project.pages if "typst" in page.formats}
    if len(paged) > MOST:
        return {}
    found: dict[str, list[Page]] = {}
    for entry in project.navigation:
        for inner in flat([entry]):
            if inner.page in paged:
                found.setdefault(entry.text, []).append(paged.pop(inner.page))
    for page in paged.values():
        listed_by = project.trail(page.source)
        found.setdefault(listed_by[-1].text if listed_by else "Autres pages", []).append(page)
    return found


def download(project: Project, page: Page) -> list[dict[str, str]]:
    """The link to it from the home page, or from a page that is a chapter of it."""
    is_linked = page.source == HOME or "typst" in page.formats
    if not is_linked or not parts(project):
        return []
    href = os.path.relpath(output(project), page.source.parent)
    return [{"text": TITLE, "href": PurePath(href).as_posix(), "detail": "PDF"}]


def write(project: Project, folder: Path, site: Path, cache: Path | None = None) -> None:
    """Put it into a site, where it has one (see `parts`).

    Parameters
    ----------
    folder
        Holds the files that all its pages are printed of; they are not of use again.
    cache
        The folder where it is kept; one that was made from the same is taken from there.

    Raises
    ------
    ObservError
        Where typst refuses it.
    """
    if not (by_part := parts(project)):
        return
    made_of = {
        **kept.tree("its chapters", folder / CHAPTERS),
        **kept.code(__name__),
        **kept.installed(),
        "the site": repr((project.brand.name, project.website.get("description"))),
        "the edition": repr(project.manifest),
        "its parts": repr(by_part),
    }

    def make() -> dict[str, bytes]:
        return {str(output(project)): _pdf(project, by_part, folder / CHAPTERS)}

    write_all(kept.made(cache, "edition", made_of, make), site)


def _pdf(project: Project, by_part: dict[str, list[Page]], folder: Path) -> bytes:
    """The PDF of the edition.

    Parameters
    ----------
    folder
        Holds, for each page of `by_part`, the folder `<name>` with `<name>.typ` and its pictures.
    """
    names = [page.source.stem for pages in by_part.values() for page in pages]
    chapters = ["sommaire", *(f"{name}/{name}" for name in names)]
    entries: dict[str, str] = {}
    for name in names:
        path = folder / name / f"{name}.typ"
        source = path.read_text(encoding="utf-8")
        for text, key in _ENTRY.findall("".join(_REFERENCES.findall(source))):
            entries.setdefault(key, text)
        path.write_text(_REFERENCES.sub("", source), encoding="utf-8")
    contents = {title: [page.source.stem for page in pages] for title, pages in by_part.items()}
    if entries:
        ordered = sorted(entries.items(), key=lambda pair: fold(pair[1]))
        text = "#set text(size: 9.5pt)\n"
        text += "\n".join(f"#block[\n{entry}\n] <{key}>" for key, entry in ordered)
        _write_chapter(project, folder / "references.typ", "Références", text)
        chapters.append("references")
        contents[""] = ["references"]
    _write_chapter(project, folder / "sommaire.typ", "Sommaire", _contents(contents))
    cover = (pandoc.TEMPLATES / "cover.typ").read_text(encoding="utf-8")
    includes = "".join(f'#include "{chapter}.typ"\n' for chapter in chapters)
    main = folder / "edition.typ"
    main.write_text(f"{_about(project)}\n{cover}\n{includes}", encoding="utf-8")
    if project.brand.logo:
        shutil.copy(project.folder / project.brand.logo, folder)
    name = f"{project.folder}: the PDF of the whole edition"
    with pdf.telling_typst_errors(name):
        return pdf.compiled(main, project)


def _contents(parts: dict[str, list[str]]) -> str:
    """A list of chapters for each part, in typst's language."""
    lists = []
    for title, names in parts.items():
        ends = [pdf.literal(f"chapitre--{name}") for name in (names[0], names[-1])]
        lists.append(f"#part-contents({pdf.literal(title)}, label({ends[0]}), label({ends[1]}))")
    return "\n".join(lists)


def _write_chapter(project: Project, path: Path, title: str, text: str) -> None:
    """Write a chapter that is no page of the site, of its text in typst's language."""
    page = Page(PurePosixPath(path.name), {"title": title}, ("typst",))
    # filters of a project may leave out what is raw
    source = pdf.page_source(project, page, f"{as_front_matter(page.meta)}\n{_TEXT}\n")
    source = source.replace(_TEXT, text)
    path.write_text(pdf.Setting(chapter=True).of(source), encoding="utf-8")


def _about(project: Project) -> str:
    """What the cover says, in typst's language."""
    manifest = project.manifest
    about = {
        "title": f"{project.brand.name}, {pdf.edition_of(project)}",
        "site": project.brand.name,
        "summary": str(project.website.get("description") or ""),
        "edition": f"Édition {manifest.quarter}",
        "quarter": french.period_label(str(manifest.quarter)),
        "made": french.day_label(manifest.made),
        "warning": "",
        **project.brand.for_paper(),
        "logo": Path(project.brand.logo).name,
        "alternative": project.brand.alternative,
    }
    if manifest.is_demonstration:
        about["warning"] = f"Données de démonstration : {phrases.small(words.INVENTED)}"
    entries = ", ".join(f"{key}: {pdf.literal(value)}" for key, value in about.items())
    return f"#let about = ({entries})"
