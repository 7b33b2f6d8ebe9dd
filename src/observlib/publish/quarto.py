"""Pages in the frame of Quarto, where it is installed: their text is the embedded publisher's.

Quarto executes nothing; it numbers figures and tables, and gives a project's theme, menu, filters,
extensions and formats.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import takewhile
from pathlib import Path
from threading import Timer
from typing import Any

from observlib.base import kept
from observlib.base.errors import ObservError
from observlib.base.files import end_all, write_all
from observlib.base.period import epoch
from observlib.base.yaml_files import as_front_matter, dump, read_front_matter
from observlib.dataset import PACKAGE_FOLDER as PACKAGE
from observlib.display import style
from observlib.language import french
from observlib.language.prose import plain
from observlib.publish import downloads, html, pandoc, require_quarto
from observlib.publish.notebook import Converted
from observlib.publish.project import HOME, MenuEntry, Project, SitePage, links_of, read_project

_MENU = "Pages du site"  # what those who listen are told, as by the other publisher
_OUTPUT = "_rendered"
_SKIP = '<a class="skip" href="#quarto-document-content">Aller au contenu</a>'
LIBRARIES = "site_libs"  # of Quarto's pages, beside them
TIME_LIMIT = 120.0  # seconds a page, of which one takes two
_PROCESSES = os.cpu_count() or 1
_DOCUMENTS = {"docx": "Word", "revealjs": "Diaporama", "pptx": "PowerPoint", "odt": "OpenDocument"}
_OF_PAGES = (".html", ".json", ".xml", ".docx", ".pptx", ".odt", ".epub", ".pdf", ".typ")
_OWN = "_observlib"  # the folder of what is handed over beside a project's own
_OURS = ("quarto.lua", "typography.lua", "title-block.html")
_PAGE = re.compile(r"\[ *\d+/\d+\] *(.+)")  # as Quarto tells that it begins one
_SAID = re.compile(r"$|Output created|pandoc|\[ *\d+/")  # and that a warning has ended
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_FOLDER = re.compile(r'(\shref="(?!\w[\w+.-]*:|//)[^"#?]*/)(?=["#?])')
_CAPTION = re.compile(r"(<figcaption[^>]*>\s*)((?:Figure|Tableau)\u00a0\d+\u00a0: )")
_TABLE = re.compile(
    r'<figure class="[^"]*quarto-float-tbl[^"]*">\s*<figcaption[^>]*>\s*(.*?)\s*</figcaption>\s*'
    r"<div[^>]*>((?:(?!</figure>).)*?)<table([^>]*)>((?:(?!</figure>).)*)</div>\s*</figure>",
    re.S,
)
_SOURCE = re.compile(r"\.(?:qmd|ipynb)(?=[\\\"#)])")
_UNTOLD = ("listing", "section", "format")  # of a front matter: told otherwise to Quarto


def render_pages(
    project: Project,
    pages: Sequence[SitePage],
    text: Callable[[SitePage], Converted],
    folder: Path,
    progress: Callable[[str], None],
) -> None:
    """Have Quarto make pages, by their texts, into a folder: theirs, and what they share."""
    shares = min(len(pages), _PROCESSES)
    running: list[subprocess.Popen[str]] = []

    def share(first: int) -> None:
        own = pages[first::shares]
        # in a folder of its own: Quarto finds no page below a folder whose name starts with a dot
        with tempfile.TemporaryDirectory(prefix="observlib-", ignore_cleanup_errors=True) as place:
            staged = Path(place).resolve() / "project"
            stage_pages(project, own, text, staged)
            tail = _run(project, staged, TIME_LIMIT * (1 + len(own)), progress, running)
            made = staged / _OUTPUT
            paths = [page.output(".html") for page in own if "html" in page.formats]
            missing = [str(path) for path in paths if not (made / path).is_file()]
            if missing:
                raise ObservError(
                    f"quarto: made no {', '.join(missing)}; its last lines follow", *tail
                )
            if HOME not in {page.source for page in own}:  # a way to the first page, of Quarto's
                (made / HOME.with_suffix(".html")).unlink(missing_ok=True)
            shutil.copytree(made, folder, dirs_exist_ok=True)

    with ThreadPoolExecutor(shares) as pool:
        try:
            list(pool.map(share, range(shares)))
        except BaseException:  # Ctrl-C too, which other threads do not hear
            for process in running:
                end_all(process)
            raise


def framed(folder: Path, page: SitePage) -> str:
    """The HTML of a page that Quarto made into a folder, as what both publishers share has it."""
    text = (folder / page.output(".html")).read_text(encoding="utf-8").replace("&nbsp;", "\u00a0")
    text = _FOLDER.sub(r"\g<1>index.html", text)
    text = re.sub(r"<body[^>]*>", rf'\g<0><nav aria-label="Accès rapide">{_SKIP}</nav>', text)
    text = text.replace('aria-label="breadcrumb"', 'aria-label="Fil d’Ariane"')
    text = text.replace(
        '<nav id="quarto-sidebar"', f'<nav aria-label="{_MENU}" id="quarto-sidebar"'
    )
    text = text.replace('role="navigation" aria-expanded', 'role="button" aria-expanded')
    text = _CAPTION.sub(r'\1<span class="label">\2</span>', text)
    return _TABLE.sub(r'<div class="table">\2<table\3><caption>\1</caption>\4</div>', text)


def shared_files(folder: Path, stems: Collection[str]) -> dict[str, bytes]:
    """What Quarto made beside pages and their own files: libraries, pictures of menu and footer."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        is_own = name.parts[0] in stems or path.suffix in _OF_PAGES
        if path.is_file() and (name.parts[0] == LIBRARIES or not is_own):
            found[name.as_posix()] = path.read_bytes()
    return found


def documents(folder: Path, page: SitePage) -> dict[str, Path]:
    """What Quarto made of a page in the other formats that it asks for, by their names."""
    stem = page.source.with_suffix("")
    ends = {name: ".docx" if name == "docx" else f"-{name}.*" for name in _others(page)}
    found = {name: sorted(folder.glob(f"{stem}{end}")) for name, end in ends.items()}
    return {_DOCUMENTS.get(name, name): paths[0] for name, paths in found.items() if paths}


def _others(page: SitePage) -> list[str]:
    return [name for name in page.formats if name not in ("html", "typst")]


def stage_pages(
    project: Project, pages: Sequence[SitePage], text: Callable[[SitePage], Converted], folder: Path
) -> None:
    """Copy a project with some of its pages, and a menu that leads to all."""
    ignored = shutil.ignore_patterns(
        ".*", "*.ipynb", "[!_]*.qmd", "__pycache__", project.output, PACKAGE
    )
    shutil.copytree(project.folder, folder, ignore=ignored)
    (folder / _OWN).mkdir()
    for name in _OURS:
        shutil.copyfile(pandoc.TEMPLATES / name, folder / _OWN / name)
    config = json.loads(json.dumps(project.config, default=str))
    # pages are made in several runs: a run would not find the sources of the others
    config["website"] = json.loads(_SOURCE.sub(".html", json.dumps(config["website"])))
    sources = [str(page.source.with_suffix(".qmd")) for page in pages]
    config["project"] = {"type": "website", "output-dir": _OUTPUT, "render": sources}
    (folder / style.FILE).write_text(dump(project.brand.for_quarto()), encoding="utf-8")
    config["brand"] = {"light": style.FILE}  # dark pages are ours
    website, manifest = config["website"], project.manifest
    website["title"] = str(plain(project.brand.name))
    menu = [_sidebar_item(entry) for entry in project.navigation]
    sidebar = {"title": website["title"], **(website.get("sidebar") or {})}
    config["sidebar"] = "menu"  # of pages that it does not name too
    website["sidebar"] = {**sidebar, "id": config["sidebar"], "contents": menu}
    if isinstance(website.get("page-footer"), dict):  # it is on every page
        website["page-footer"]["center"] = str(plain(manifest.label))
    if address := website.get("site-url"):
        website["site-url"] = f"{address.rstrip('/')}/{project.place}"
    config["filters"] = [
        {"path": f"{_OWN}/quarto.lua", "at": "pre-ast"},
        *project.named_filters,
        {"path": f"{_OWN}/quarto.lua", "at": "post-quarto"},
    ]
    formats = config["format"] if isinstance(config.get("format"), dict) else {}
    config["format"] = {
        **{kind: own for kind, own in formats.items() if kind != "typst"},  # PDFs are ours
        "html": {
            "template-partials": [f"{_OWN}/title-block.html"],
            **{key: value for key, value in project.html_options.items() if key != "css"},
            "format-links": False,  # ours, under the title
            "appendix-style": "none",  # works are cited where ours are
            "html-table-processing": "none",
        },
    }
    # ours too: the works that a page cites are folded, under a title
    config |= {"citeproc": False, "absent": list(manifest.absent), "edition": manifest.label}
    config |= {"made": manifest.made.isoformat(), "madelong": french.day_label(manifest.made)}
    (folder / "_quarto.yml").write_text(dump(config), encoding="utf-8", newline="\n")
    for page, source in zip(pages, sources, strict=True):
        converted = text(page)
        path = folder / source
        staged = _text(project, page, converted.text).encode("utf-8")
        write_all({path.name: staged, **converted.files}, path.parent)
        if page.is_study:
            source_of = project.folder / page.source
            downloads.write_figures(source_of, path.parent, project.brand)  # a filter reads them
        if _others(page):
            drawings, name = path.parent / page.source.stem, f"{page.source}: a picture"
            downloads.write_dots(drawings, name, project.brand.recoloured)


def _text(project: Project, page: SitePage, text: str) -> str:
    """A page's text, as Quarto is to have it."""
    name = project.folder / page.source
    meta, body = read_front_matter(html.with_listings(text, project, page).strip() + "\n", name)
    meta = {key: value for key, value in meta.items() if key not in _UNTOLD}
    given = page.meta.get("format")
    formats: dict[str, Any] = {}
    for kind in [kind for kind in page.formats if kind != "typst"]:
        options = given.get(kind) if isinstance(given, dict) else None
        formats[kind] = dict(options) if isinstance(options, dict) else {}
        if kind not in ("html", "docx"):
            formats[kind]["output-file"] = f"{page.source.stem}-{kind}"
            formats[kind].setdefault("html-math-method", "mathml")  # others load a script
    return as_front_matter({**meta, "format": formats}) + body


def _sidebar_item(entry: MenuEntry) -> dict[str, Any]:
    if entry.entries:
        inside = [_sidebar_item(child) for child in entry.entries]
        return {"section": str(plain(entry.text)), "contents": inside}
    return {"href": entry.href, "text": str(plain(entry.text))}


def _run(
    project: Project,
    folder: Path,
    seconds: float,
    progress: Callable[[str], None],
    running: list[subprocess.Popen[str]],
) -> list[str]:
    """Run Quarto, telling its pages and warnings as they come; the last lines that it said."""
    told: deque[str] = deque(maxlen=8)
    command = [require_quarto(), "render", ".", "--no-execute"]
    day = {"SOURCE_DATE_EPOCH": str(epoch(project.manifest.made))}
    try:
        # a session of its own, which ends as one: Quarto is a script that begins other programs
        quarto = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            encoding="utf-8", errors="replace", start_new_session=True, env={**os.environ, **day},
        )  # fmt: skip
    except OSError as error:
        raise ObservError(f"quarto: {command[0]} cannot be run: {error}") from error
    running.append(quarto)
    limit = Timer(seconds, end_all, [quarto])
    limit.start()
    is_warning = is_trace = False  # which may have several lines
    with quarto:
        for line in (_COLOUR.sub("", line).strip() for line in quarto.stderr or ()):
            is_trace = is_trace or line.startswith("Stack trace")
            told.extend([line] if line and not is_trace else [])
            is_warning = "WARN" in line or (is_warning and not _SAID.match(line))
            if is_warning:
                print(f"quarto: {line}", file=sys.stderr)
            elif page := _PAGE.search(line):
                progress(page[1])
    is_late = not limit.is_alive()
    limit.cancel()
    if quarto.returncode:
        how = f"failed with status {quarto.returncode}"
        how = f"was ended after {seconds / 60:.0f} minutes" if is_late else how
        raise ObservError(f"quarto: {how}; its last lines follow", *told)
    return [*told]


# --- Whether the Quarto at hand makes of a small page what the embedded publisher makes of it

_FAULT = "fault.txt"
_ASIDE = re.compile(
    r"<(nav|header|script|style)\b.*?</\1>|<span class=\"screen-reader.*?</span>", re.S
)


@cache
def quarto_fault(program: str, folder: Path | None) -> str:
    """What is wrong with a Quarto, in a line; nothing where it may make pages."""
    made_of = {"the publisher": program, **kept.code_of(__name__)}
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
        render_pages(project, [page], lambda _: Converted(text), Path(place), lambda _: None)
        one, two = html.page_html(project, page, text), framed(Path(place), page)
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
