"""The whole edition as one PDF: cover, contents, a chapter for each study, references once.

Chapters are the sources of the studies' own PDFs (see `pdf.page_pdf`), set as they are there.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path, PurePosixPath

from observlib.display import french, phrases, words
from observlib.publish import pandoc, pdf
from observlib.publish.project import Page, Project, flat
from observlib.text import fold

TITLE = "Toute l’édition"
MOST = 120  # chapters: some 500 sheets, which take typst a gigabyte; nobody prints more
_REFERENCES = re.compile(r"// references\n.*?// end of references\n?", re.S)
_REFERENCES_NAME = "references"
_ENTRY = re.compile(r"#block\[\n((?:(?!#block\[).)*?)\n\n?\] <(ref-[^>]+)>", re.S)
_TITLE, _NAME, _TEXT = "TitreRemplacé", "nom-remplacé", "TexteRemplacé"


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


def whole_pdf(project: Project, folder: Path) -> bytes:
    """The PDF of the edition.

    Parameters
    ----------
    folder
        Holds, for each page of `parts`, the folder `<name>` with `<name>.typ` and its pictures.

    Raises
    ------
    ObservError
        Where typst refuses it.
    """
    by_part = parts(project)
    names = [page.source.stem for pages in by_part.values() for page in pages]
    entries: dict[str, str] = {}
    for name in names:
        path = folder / name / f"{name}.typ"
        source = path.read_text(encoding="utf-8")
        for text, key in _ENTRY.findall("".join(_REFERENCES.findall(source))):
            entries.setdefault(key, text)
        path.write_text(_REFERENCES.sub("", source), encoding="utf-8")
    template = _template(project)
    contents = _contents(by_part, bool(entries))
    _write(folder / "sommaire.typ", template, "Sommaire", "sommaire", contents)
    chapters = ["sommaire.typ", *(f"{name}/{name}.typ" for name in names)]
    if entries:
        ordered = sorted(entries.items(), key=lambda pair: fold(pair[1]))
        text = "#set text(size: 9.5pt)\n"
        text += "\n".join(f"#block[\n{entry}\n] <{key}>" for key, entry in ordered)
        _write(folder / "references.typ", template, "Références", _REFERENCES_NAME, text)
        chapters.append("references.typ")
    main = folder / "edition.typ"
    includes = "".join(f'#include "{chapter}"\n' for chapter in chapters)
    main.write_text(f"{_about(project)}\n{_cover()}\n{includes}", encoding="utf-8")
    if project.brand.logo:
        shutil.copy(project.folder / project.brand.logo, folder)
    name = f"{project.folder}: the PDF of the whole edition"
    with pdf.telling_typst_errors(name), pdf.with_fonts(project):
        return pdf.compiled(main, project)


def _contents(by_part: dict[str, list[Page]], cited: bool) -> str:
    """A list of chapters for each part, in typst's language."""
    lists = []
    parts = {title: [page.source.stem for page in pages] for title, pages in by_part.items()}
    for title, names in ({**parts, "": [_REFERENCES_NAME]} if cited else parts).items():
        ends = [pdf.literal(f"chapitre--{name}") for name in (names[0], names[-1])]
        lists.append(f"#part-contents({pdf.literal(title)}, label({ends[0]}), label({ends[1]}))")
    return "\n".join(lists)


def _template(project: Project) -> str:
    """The frame of a chapter that is no page of the site."""
    return pdf.framed(project, _NAME, _TITLE, _TEXT)


def _write(path: Path, template: str, title: str, name: str, text: str) -> None:
    source = template.replace(_TITLE, title).replace(_NAME, name).replace(_TEXT, text)
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
        **pdf.looks(project.brand),
        "logo": Path(project.brand.logo).name,
        "alternative": project.brand.alternative,
    }
    if manifest.is_demonstration:
        about["warning"] = f"Données de démonstration : {phrases.small(words.INVENTED)}"
    entries = ", ".join(f"{key}: {pdf.literal(value)}" for key, value in about.items())
    return f"#let about = ({entries})"


def _cover() -> str:
    return (pandoc.TEMPLATES / "cover.typ").read_text(encoding="utf-8")
