"""What a page can be taken away as: a PDF, a document of word processors, its data, its figures."""

import io
import json
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cache, lru_cache
from importlib.metadata import distribution
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
import typst
from PIL import Image

from observlib import dataset, estimates
from observlib.base import kept
from observlib.base.errors import ObservError
from observlib.base.files import write_all
from observlib.base.period import epoch
from observlib.base.text import fold
from observlib.base.yaml_files import as_front_matter, mapping, read_text
from observlib.display import charts
from observlib.display.style import Brand
from observlib.estimates import comparison_identifiers, comparisons_from_json
from observlib.language import french, words
from observlib.language.prose import unmarked
from observlib.publish import pandoc
from observlib.publish.html import for_pandoc
from observlib.publish.pandoc import labelled_outputs, read_notebook, source_text
from observlib.publish.project import HOME, Project, SitePage, flat

# --- One page as an accessible PDF (PDF/UA-1), the same bytes for the same edition

# in points from the upper edge of a last page, margin included: some eight lines
FEW_LINES = 200.0
# of a page: where more is left white under the text, a chart gives its place to what follows it
_GAP = 0.18
HEIGHT, TOP, BOTTOM = 842.0, 82.0, 68.0  # of a page, and its margins, as in `page.typ`, in points
_SETTING = "#let setting = (tight: false, floats: (), chapter: false)"
_DOTS = 18.0  # to the inch, to look how far pages are filled
_SHARP = 192.0  # to the inch: letters of pictures are sharp on paper


@dataclass(frozen=True)
class Setting:
    """How a page is set: lines tighter; charts floating; as a chapter or alone."""

    tight: bool = False
    floats: tuple[int, ...] = ()
    chapter: bool = False

    def of(self, source: str) -> str:
        """Typst's source, set so."""
        words = ", ".join(f"{name}: {value}" for name, value in asdict(self).items())
        return source.replace(_SETTING, f"#let setting = ({words.lower()})", 1)


def _page_source(project: Project, page: SitePage, markdown: str) -> str:
    """Typst's source of a page."""
    brand = project.brand
    edition = edition_of(project)
    told = {
        "name": page.source.stem,
        "title-text": page.title,
        "document-text": f"{page.title} – {brand.name}, {edition}",
        "description-text": unmarked(str(page.meta.get("description", ""))),
        "sitetitle": brand.name,
        **brand.for_paper(),
        "edition": f"É{edition[1:]}",
    }
    how = for_pandoc(project, page)
    how["metadata"]["prefix"] = f"{page.source.stem}--"
    how["variables"] = {name: literal(text) for name, text in told.items()}
    return pandoc.convert(markdown, "typst", template=pandoc.TEMPLATES / "page.typ", **how)


def page_pdf(project: Project, page: SitePage, markdown: str, folder: Path) -> bytes:
    """The PDF of a page. Its source, set as a chapter of the whole edition, is left in `folder`."""
    main = folder / f"{page.source.stem}.typ"
    draft = Draft(_page_source(project, page, markdown), main, _own_fonts(project))
    with _telling_typst_errors(f"{project.folder / page.source}: its PDF"):
        setting = draft.settled()
        draft.write(setting)
        pdf = _compiled(main, project)
    draft.write(replace(setting, chapter=True))
    return pdf


def edition_of(project: Project) -> str:
    """The edition, as running heads name it."""
    kind = " – données de démonstration" if project.manifest.is_demonstration else ""
    return f"édition {project.manifest.quarter}{kind}"


@contextmanager
def _telling_typst_errors(name: str) -> Iterator[None]:
    """Say of what file typst speaks."""
    try:
        yield
    except (typst.TypstError, RuntimeError) as error:
        first = re.sub(r"\s+", " ", str(error)).strip()
        raise ObservError(f"{name} cannot be made: {first}") from error


def _own_fonts(project: Project) -> tuple[Path, ...]:
    """The folders of the letters of a project's brand: typst looks for letters in folders."""
    files = [(project.folder / font.file).resolve() for font in project.brand.fonts]
    return tuple(sorted({file.parent for file in files}))


def _compiled(main: Path, project: Project) -> bytes:
    """The PDF of typst's source, checked as PDF/UA-1, of the edition's day."""
    how = _options(main, _own_fonts(project)) | {"timestamp": epoch(project.manifest.made)}
    pdf: Any = typst.compile(main, **how, pdf_standards=["ua-1"])
    return bytes(pdf)


@dataclass(frozen=True)
class Draft:
    """Typst's source of a page, the file where it is set, and folders of letters of its own."""

    source: str
    main: Path
    fonts: tuple[Path, ...] = ()

    def settled(self) -> Setting:
        """How the page is set best: no page is left white, nor the last one almost."""
        usual, pages = self._without_gaps(Setting())
        if len(pages) == 1 or pages[-1] > FEW_LINES:
            return usual
        tight, fewer = self._without_gaps(Setting(tight=True))
        return tight if len(fewer) < len(pages) else usual

    def _without_gaps(self, setting: Setting) -> tuple[Setting, list[float]]:
        """The setting with the charts that leave their place; how far each page is filled."""
        pages = self.filled(setting)
        page = 1
        while page < len(pages):
            end = pages[page - 1]
            found = self._filled_better(setting, page, end) if is_gap(end) else None
            if found is None:
                page += 1
            else:
                setting, pages = found
        return setting, pages

    def _filled_better(
        self, setting: Setting, page: int, end: float
    ) -> tuple[Setting, list[float]] | None:
        """The setting in which the first chart of the next page floats, where that fills a page."""
        self.write(setting)
        sheets = self._charts()
        charts = [one for one in sheets if sheets[one] == page + 1 and one not in setting.floats]
        if not charts:
            return None
        other = replace(setting, floats=(*setting.floats, charts[0]))
        pages = self.filled(other)
        is_filled = pages[page - 1] > end and self._charts()[charts[0]] > page
        return (other, pages) if is_filled else None

    def write(self, setting: Setting) -> None:
        """Write the source, set so, into its file."""
        self.main.write_text(setting.of(self.source), encoding="utf-8")

    def filled(self, setting: Setting) -> list[float]:
        """Where the text of each page ends, in points from its upper edge, as its picture shows."""
        self.write(setting)
        found = []
        for picture in _pages(self.main, _DOTS, self.fonts):
            dots = np.asarray(Image.open(io.BytesIO(picture)).convert("L"))
            scale = 72 / _DOTS
            body = dots[int(TOP / scale) : int(dots.shape[0] - BOTTOM / scale)]
            rows = np.flatnonzero((body < 250).any(axis=1))
            turned = dots.shape[1] > dots.shape[0]  # for one table: it is as full as that is long
            end = TOP + (rows[-1] + 1) * scale if len(rows) else TOP
            found.append(HEIGHT - BOTTOM if turned else float(end))
        return found

    def _charts(self) -> dict[int, int]:
        """The charts of the page with a caption, and the sheet on which each is."""
        given = _options(self.main, self.fonts)
        found = json.loads(typst.query(self.main, "<chart>", field="value", **given))
        return {number: sheet for number, sheet, _ in found}


def is_gap(end: float) -> bool:
    """Whether too much of a page is white under its text, which ends there."""
    return HEIGHT - BOTTOM - end > _GAP * HEIGHT


@lru_cache(maxsize=4)  # a page that is previewed again shows the same
def pictures(drawings: tuple[bytes, ...], name: str, margin: int = 0) -> tuple[bytes, ...]:
    """Drawings (SVG) as PNG: pages of one document, each as large as its drawing."""
    with tempfile.TemporaryDirectory(prefix="observlib-") as place:
        main = Path(place).resolve() / "main.typ"
        lines = [f"#set page(width: auto, height: auto, margin: {margin}pt)"]
        for number, drawing in enumerate(drawings):
            main.with_name(f"{number}.svg").write_bytes(drawing)
            lines.append(f'#page(image("{number}.svg"))')
        if len(lines) == 1:
            return ()
        main.write_text("\n".join(lines), encoding="utf-8")
        with _telling_typst_errors(name):
            return (*map(_with_palette, _pages(main, _SHARP)),)


def _with_palette(picture: bytes) -> bytes:
    """A picture in 256 colours, which takes half the bytes; its background stays what it is."""
    full, written = Image.open(io.BytesIO(picture)).convert("RGB"), io.BytesIO()
    few = full.quantize(256, Image.Quantize.FASTOCTREE)
    colours, background = few.getpalette() or [], 3 * int(np.asarray(few)[0, 0])
    colours[background : background + 3] = np.asarray(full)[0, 0].tolist()
    few.putpalette(colours)
    few.save(written, "PNG")
    return written.getvalue()


def _pages(main: Path, ppi: float, own: tuple[Path, ...] = ()) -> list[bytes]:
    """A picture of each page."""
    made: Any = typst.compile(main, **_options(main, own), format="png", ppi=ppi)
    return made if isinstance(made, list) else [made]


def _options(main: Path, own: tuple[Path, ...] = ()) -> dict[str, Any]:
    """How typst is called: it reads nothing outside the folder of its source but some fonts."""
    return {"root": main.parent, "font_paths": fonts(own), "ignore_system_fonts": True}


def literal(text: str) -> str:
    """A text as a string of typst's language."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'


@cache
def fonts(own: tuple[Path, ...] = ()) -> typst.Fonts:
    """The fonts of every PDF, on any machine: typst's, DejaVu Sans, and a brand's own."""
    of_charts = distribution("matplotlib").locate_file("matplotlib/mpl-data/fonts/ttf")
    paths = [str(path) for path in (Path(str(of_charts)), *own) if path.exists()]
    system = {"include_system_fonts": False, "include_embedded_fonts": True}
    return typst.Fonts(font_paths=paths, **system)


# --- The whole edition as one PDF: cover, contents, a chapter for each study, references once

_TITLE = "Toute l’édition"
MOST = 120  # chapters: some 500 sheets, which take typst a gigabyte; nobody prints more
CHAPTERS = ".chapters"  # the folder of what it is made of, below that of all that pages make
_REFERENCES = re.compile(r"// references\n.*?// end of references\n?", re.S)
_ENTRY = re.compile(r"#block\[\n((?:(?!#block\[).)*?)\n\n?\] <(ref-[^>]+)>", re.S)
_TEXT = "TexteRemplacé"


def full_report_parts(project: Project) -> dict[str, list[SitePage]]:
    """The pages of the report of the whole, by sections; none where they are more than `MOST`."""
    paged = {page.source: page for page in project.pages if "typst" in page.formats}
    if len(paged) > MOST:
        return {}
    found: dict[str, list[SitePage]] = {}
    for entry in project.navigation:
        for inner in flat([entry]):
            if inner.page in paged:
                found.setdefault(entry.text, []).append(paged.pop(inner.page))
    for page in paged.values():
        listed_by = project.trail(page.source)
        found.setdefault(listed_by[-1].text if listed_by else "Autres pages", []).append(page)
    return found


def full_report_download(project: Project, page: SitePage) -> list[dict[str, str]]:
    """The link to it from the home page, or from a page that is a chapter of it."""
    is_linked = page.source == HOME or "typst" in page.formats
    if not is_linked or not full_report_parts(project):
        return []
    href = os.path.relpath(project.manifest.full_report_name, page.source.parent)
    return [{"text": _TITLE, "href": PurePath(href).as_posix(), "detail": "PDF"}]


def put_full_report(project: Project, folder: Path, site: Path, cache: Path | None = None) -> None:
    """Put it into a site, where it has one (see `full_report_parts`)."""
    if not (by_part := full_report_parts(project)):
        return
    made_of = kept.tree("its chapters", folder / CHAPTERS) | kept.code_of(__name__)
    made_of |= kept.installed_packages()
    made_of["the site"] = repr((project.brand.name, project.website.get("description")))
    made_of |= {"the edition": repr(project.manifest), "its parts": repr(by_part)}

    def make() -> dict[str, bytes]:
        return {project.manifest.full_report_name: _pdf(project, by_part, folder / CHAPTERS)}

    write_all(kept.made(cache, "edition", made_of, make), site)


def _pdf(project: Project, by_part: dict[str, list[SitePage]], folder: Path) -> bytes:
    """The PDF of the edition."""
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
    with _telling_typst_errors(f"{project.folder}: the PDF of the whole edition"):
        return _compiled(main, project)


def _contents(parts: dict[str, list[str]]) -> str:
    """A list of chapters for each part, in typst's language."""
    lists = []
    for title, names in parts.items():
        first, last = (literal(f"chapitre--{name}") for name in (names[0], names[-1]))
        lists.append(f"#part-contents({literal(title)}, label({first}), label({last}))")
    return "\n".join(lists)


def _write_chapter(project: Project, path: Path, title: str, text: str) -> None:
    """Write a chapter that is no page of the site, of its text in typst's language."""
    page = SitePage(PurePosixPath(path.name), {"title": title}, ("typst",))
    # filters of a project may leave out what is raw
    source = _page_source(project, page, f"{as_front_matter(page.meta)}\n{_TEXT}\n")
    source = source.replace(_TEXT, text)
    path.write_text(Setting(chapter=True).of(source), encoding="utf-8")


def _about(project: Project) -> str:
    """What the cover says, in typst's language."""
    manifest, brand = project.manifest, project.brand
    invented = f"Données de démonstration : {words.small(words.INVENTED)}"
    about = {
        "title": f"{brand.name}, {edition_of(project)}",
        "site": brand.name,
        "summary": str(project.website.get("description") or ""),
        "edition": f"Édition {manifest.quarter}",
        "quarter": french.period_label(manifest.quarter),
        "made": french.day_label(manifest.made),
        "warning": invented if manifest.is_demonstration else "",
        **brand.for_paper(),
        "logo": Path(brand.logo).name,
        "alternative": brand.alternative,
    }
    entries = ", ".join(f"{key}: {literal(value)}" for key, value in about.items())
    return f"#let about = ({entries})"


# --- One page as a document of word processors, from the Markdown that its PDF is made of

_LOOKS = pandoc.TEMPLATES / "docx.yml"


def page_docx(project: Project, page: SitePage, markdown: str, folder: Path) -> bytes:
    """The document of a page, with its language, title, edition and day among its properties."""
    brand, edition = project.brand, edition_of(project)
    how, day = for_pandoc(project, page), str(epoch(project.manifest.made))
    write_dots(folder, f"{how['name']}: a picture of its document")
    about = how["metadata"] | {"author": brand.name, "subject": f"{brand.name}, {edition}"}
    about["category"] = f"É{edition[1:]}"
    about["date"] = f"{about['category']}, publiée le {about['madelong']}"
    about["description"] = unmarked(str(page.meta.get("description", "")))
    looks = folder / "reference.docx"
    looks.write_bytes(reference_document(brand))
    how |= {"metadata": about, "folder": folder, "environment": {"SOURCE_DATE_EPOCH": day}}
    return pandoc.run_pandoc(markdown, "docx", reference=pandoc.pandoc_path(looks), **how)


def write_dots(
    folder: Path, name: str, coloured: Callable[[bytes], bytes] = lambda drawing: drawing
) -> None:
    """Put the drawings below a folder beside themselves as dots, which every program shows."""
    drawn = sorted(folder.rglob("*.svg"))
    dots = pictures(tuple(coloured(path.read_bytes()) for path in drawn), name)
    for path, content in zip(drawn, dots, strict=True):
        path.with_suffix(".png").write_bytes(content)


@cache
def reference_document(brand: Brand) -> bytes:
    """The looks of documents: pandoc's own, on A4, in a brand's, with our lines and captions."""
    made, looks = io.BytesIO(), mapping(read_text(_LOOKS), _LOOKS)
    own = io.BytesIO(pandoc.data_file("reference.docx"))
    with zipfile.ZipFile(own) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after:
        for info in before.infolist():
            text = before.read(info)
            if info.filename in ("word/styles.xml", "word/theme/theme1.xml"):
                text = _restyled(text.decode("utf-8"), looks["styles"], brand).encode("utf-8")
            elif info.filename == "word/document.xml":
                section = r"<w:sectPr>.*?</w:sectPr>"
                text = re.sub(section, looks["page"], text.decode(), flags=re.S).encode()
            # without the time of this run: the same page gives the same bytes
            after.writestr(zipfile.ZipInfo(info.filename), text, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _restyled(styles: str, ours_by_pattern: Mapping[str, str], brand: Brand) -> str:
    looks = {name: look.removeprefix("#").upper() for name, look in brand.for_paper().items()}
    looks["letters"] = brand.base or "Aptos"  # those of pandoc's, which Word has
    looks["headings"] = brand.headings or brand.base or "Aptos Display"
    parts = re.split(r"(?=<w:style )", styles)
    for pattern, given in ours_by_pattern.items():
        ours = re.sub(r"\{([a-z-]+)\}", lambda name: looks[name[1]], given)
        parts = [re.sub(pattern, ours, part, count=1, flags=re.S) for part in parts]
    return "".join(parts)


# --- The open data of a page: the estimates and comparisons that its notebook shows, as CSV

ESTIMATES, COMPARISONS = ".csv", "-comparaisons.csv"  # how a file's name ends
_READ = {ESTIMATES: estimates.from_json, COMPARISONS: comparisons_from_json}
_IDENTIFIERS = {ESTIMATES: estimates.identifiers, COMPARISONS: comparison_identifiers}


def frames(path: Path) -> dict[str, pd.DataFrame]:
    """What an executed notebook shows, by how the files of its open data end (see `open_data`)."""
    parts: dict[str, list[dict[str, Any]]] = {ESTIMATES: [], COMPARISONS: []}
    for position, cell in enumerate(read_notebook(path)["cells"], start=1):
        data = [output.get("data") or {} for output in cell.get("outputs") or []]
        for content in [one[estimates.MIME] for one in data if estimates.MIME in one]:
            parts[ESTIMATES].append({**content, "cell": position})
            if "comparisons" in content:
                parts[COMPARISONS].append({**content["comparisons"], "cell": position})
    return {end: _combined(contents, end, path) for end, contents in parts.items() if contents}


def open_data(path: Path) -> dict[str, str]:
    """The data of an executed notebook as CSV, with identifiers, by how their files' names end."""
    found = {end: table.assign(id=_IDENTIFIERS[end](table)) for end, table in frames(path).items()}
    return {end: dataset.csv(table).decode() for end, table in found.items()}


def _combined(contents: list[dict[str, Any]], name: str, path: Path) -> pd.DataFrame:
    """What cells carry as one frame, each line once: many of a page carry the same."""
    columns = contents[0].get("columns")
    try:
        if any(content["columns"] != columns for content in contents):
            raise ValueError("its columns are not those of the cells before")
        lines = dict.fromkeys(row for content in contents for row in content["rows"])
        return _READ[name]({"columns": columns, "rows": list(lines)})
    except (ValueError, KeyError, TypeError) as error:
        if len(contents) > 1:  # then one of them alone is wrong, or the last
            for content in contents:
                _combined([content], name, path)
        cell = contents[-1]["cell"]
        raise ObservError(f"{path}: cell {cell}: not estimates: {error}") from error


# --- The files of a page's figures: each drawing, wide and narrow, its picture and its data


def write_figures(path: Path, folder: Path, brand: Brand) -> None:
    """Put the files of the figures of an executed notebook beside its page, in `folder`."""
    drawings: dict[str, bytes] = {}
    files: dict[str, bytes] = {}
    for label, data in labelled_outputs(read_notebook(path)):
        if label.startswith("fig-") and charts.NARROW in data and estimates.MIME in data:
            drawings[label] = source_text(data["image/svg+xml"]).encode()
            narrow = source_text(data[charts.NARROW]).encode()
            # style sheets change the house's colours of these; pictures have the brand's
            files[f"{label}.svg"] = brand.recoloured(drawings[label], cells=True)
            files[f"{label}-narrow.svg"] = brand.recoloured(narrow, cells=True)
            files[f"{label}.csv"] = dataset.csv(estimates.from_json(data[estimates.MIME]))
    name = f"{path.name}: a picture of its figures"
    made = pictures(tuple(map(brand.recoloured, drawings.values())), name, margin=6)
    files |= {f"{label}.png": image for label, image in zip(drawings, made, strict=True)}
    write_all(files, folder / path.stem)
