"""The two publishers: a site of pages, each in all its forms, in the frame of ours or of Quarto."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import count, takewhile
from pathlib import Path, PurePosixPath
from threading import Timer
from typing import Any, NamedTuple

from observlib.base import kept
from observlib.base.errors import ObservError
from observlib.base.files import end_all, write_all
from observlib.base.kept import Inputs
from observlib.base.period import epoch
from observlib.base.yaml_files import as_front_matter, dump, load_data, read_front_matter
from observlib.dataset import PACKAGE_FOLDER as PACKAGE
from observlib.display import style
from observlib.language import french
from observlib.language.prose import plain
from observlib.publish import downloads, html, origins, pandoc, require_quarto
from observlib.publish import project as projects
from observlib.publish.pandoc import Converted, PageFormat, notebook_to_markdown
from observlib.publish.project import HOME, MenuEntry, PagesError, Project, SitePage

# --- Pages in the frame of Quarto, where it is installed: their text is the embedded publisher's

_TextOf = Callable[[SitePage], Converted]
_Tell = Callable[[str], None]
_Running = list[subprocess.Popen[str]]
_WORDS = load_data(__file__)
_OUTPUT = "_rendered"
LIBRARIES = "site_libs"  # of Quarto's pages, beside them
TIME_LIMIT = 120.0  # seconds a page, of which one takes two
_PROCESSES = os.cpu_count() or 1
_OF_PAGES = (".html", ".json", ".xml", ".docx", ".pptx", ".odt", ".epub", ".pdf", ".typ")
_OWN = "_observlib"  # the folder of what is handed over beside a project's own
_OURS = ("quarto.lua", "typography.lua", "title-block.html")
_PARTIALS = {"template-partials": [f"{_OWN}/title-block.html"]}
_SETTINGS = pandoc.TEMPLATES / "quarto.yml"
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
    project: Project, pages: Sequence[SitePage], text: _TextOf, folder: Path, progress: _Tell
) -> None:
    """Have Quarto make pages, by their texts, into a folder: theirs, and what they share."""
    shares = min(len(pages), _PROCESSES)
    running: _Running = []

    def share(own: Sequence[SitePage]) -> None:
        # in a folder of its own: Quarto finds no page below a folder whose name starts with a dot
        with tempfile.TemporaryDirectory(prefix="observlib-", ignore_cleanup_errors=True) as place:
            staged = Path(place).resolve() / "project"
            stage_pages(project, own, text, staged)
            tail = _run(project, staged, TIME_LIMIT * (1 + len(own)), progress, running)
            made = staged / _OUTPUT
            paths = [page.output(".html") for page in own if "html" in page.formats]
            if missing := [str(path) for path in paths if not (made / path).is_file()]:
                told = f"quarto: made no {', '.join(missing)}; its last lines follow"
                raise ObservError(told, *tail)
            if HOME not in {page.source for page in own}:  # a way to the first page, of Quarto's
                (made / HOME.with_suffix(".html")).unlink(missing_ok=True)
            shutil.copytree(made, folder, dirs_exist_ok=True)

    with ThreadPoolExecutor(shares) as pool:
        try:
            list(pool.map(share, [pages[first::shares] for first in range(shares)]))
        except BaseException:  # Ctrl-C too, which other threads do not hear
            for process in running:
                end_all(process)
            raise


def framed(folder: Path, page: SitePage) -> str:
    """The HTML of a page that Quarto made into a folder, as what both publishers share has it."""
    text = (folder / page.output(".html")).read_text(encoding="utf-8").replace("&nbsp;", "\u00a0")
    text = _FOLDER.sub(r"\g<1>index.html", text)
    text = re.sub(r"<body[^>]*>", rf"\g<0>{_WORDS['skip']}", text)
    for theirs, ours in _WORDS["labels"].items():
        text = text.replace(theirs, ours)
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
    return {_WORDS["documents"].get(name, name): paths[0] for name, paths in found.items() if paths}


def _others(page: SitePage) -> list[str]:
    return [name for name in page.formats if name not in ("html", "typst")]


def stage_pages(project: Project, pages: Sequence[SitePage], text: _TextOf, folder: Path) -> None:
    """Copy a project with some of its pages, and a menu that leads to all."""
    others = (".*", "*.ipynb", "[!_]*.qmd", "__pycache__", project.output, PACKAGE)
    shutil.copytree(project.folder, folder, ignore=shutil.ignore_patterns(*others))
    (folder / _OWN).mkdir()
    for name in _OURS:
        shutil.copyfile(pandoc.TEMPLATES / name, folder / _OWN / name)
    (folder / style.FILE).write_text(dump(project.brand.for_quarto()), encoding="utf-8")
    sources = [str(page.source.with_suffix(".qmd")) for page in pages]
    settings = dump(_settings(project, sources))
    (folder / "_quarto.yml").write_text(settings, encoding="utf-8", newline="\n")
    for page, source in zip(pages, sources, strict=True):
        converted, path = text(page), folder / source
        staged = _staged_text(project, page, converted.text).encode("utf-8")
        write_all({path.name: staged, **converted.files}, path.parent)
        if page.is_study:
            source_of = project.folder / page.source
            downloads.write_figures(source_of, path.parent, project.brand)  # a filter reads them
        if _others(page):
            drawings, name = path.parent / page.source.stem, f"{page.source}: a picture"
            downloads.write_dots(drawings, name, project.brand.recoloured)


def _settings(project: Project, sources: Sequence[str]) -> dict[str, Any]:
    """The settings of a project for some of its pages, with ours (`templates/quarto.yml`)."""
    manifest, name = project.manifest, str(plain(project.brand.name))
    config = json.loads(json.dumps(project.config, default=str))
    own = load_data(str(_SETTINGS))
    # pages are made in several runs: a run would not find the sources of the others
    website = json.loads(_SOURCE.sub(".html", json.dumps(config["website"])))
    menu = [_sidebar_item(entry) for entry in project.navigation]
    sidebar = {"title": name, **(website.get("sidebar") or {})}
    website |= {"title": name, "sidebar": {**sidebar, "id": own["sidebar"], "contents": menu}}
    if isinstance(website.get("page-footer"), dict):  # it is on every page
        website["page-footer"]["center"] = str(plain(manifest.label))
    if address := website.get("site-url"):
        website["site-url"] = f"{address.rstrip('/')}/{project.place}"
    before, after = own["filters"]
    formats = config["format"] if isinstance(config.get("format"), dict) else {}
    formats = {kind: options for kind, options in formats.items() if kind != "typst"}  # PDFs: ours
    html_options = {key: value for key, value in project.html_options.items() if key != "css"}
    return {
        **config,
        **own,
        "website": website,
        "project": {"type": "website", "output-dir": _OUTPUT, "render": sources},
        "filters": [before, *project.named_filters, after],
        "format": {**formats, "html": _PARTIALS | html_options | own["format"]["html"]},
        "absent": list(manifest.absent),
        "edition": manifest.label,
        "made": manifest.made.isoformat(),
        "madelong": french.day_label(manifest.made),
    }


def _staged_text(project: Project, page: SitePage, text: str) -> str:
    """A page's text, as Quarto is to have it."""
    name = project.folder / page.source
    meta, body = read_front_matter(html.with_listings(text, project, page).strip() + "\n", name)
    meta = {key: value for key, value in meta.items() if key not in _UNTOLD}
    given, formats = page.meta.get("format"), dict[str, Any]()
    for kind in [kind for kind in page.formats if kind != "typst"]:
        options = given.get(kind) if isinstance(given, dict) else None
        formats[kind] = {**options} if isinstance(options, dict) else {}
        if kind not in ("html", "docx"):
            formats[kind]["output-file"] = f"{page.source.stem}-{kind}"
            formats[kind].setdefault("html-math-method", "mathml")  # others load a script
    return as_front_matter({**meta, "format": formats}) + body


def _sidebar_item(entry: MenuEntry) -> dict[str, Any]:
    text, inside = str(plain(entry.text)), [_sidebar_item(child) for child in entry.entries]
    return {"section": text, "contents": inside} if inside else {"href": entry.href, "text": text}


def _run(
    project: Project, folder: Path, seconds: float, progress: _Tell, running: _Running
) -> list[str]:
    """Run Quarto, telling its pages and warnings as they come; the last lines that it said."""
    told: deque[str] = deque(maxlen=8)
    command = [require_quarto(), "render", ".", "--no-execute"]
    day = {"SOURCE_DATE_EPOCH": str(epoch(project.manifest.made))}
    how: dict[str, Any] = {"cwd": folder, "env": {**os.environ, **day}, "errors": "replace"}
    how |= {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    try:
        # a session of its own, which ends as one: Quarto is a script that begins other programs
        quarto = subprocess.Popen(command, start_new_session=True, **how)
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
        why = f"was ended after {seconds / 60:.0f} minutes" if is_late else ""
        why = why or f"failed with status {quarto.returncode}"
        raise ObservError(f"quarto: {why}; its last lines follow", *told)
    return [*told]


# --- Whether the Quarto at hand makes of a small page what the embedded publisher makes of it

_FAULT = "fault.txt"
_ASIDE = re.compile(
    r"<(nav|header|script|style)\b.*?</\1>|<span class=\"screen-reader.*?</span>", re.S
)


@cache
def quarto_fault(program: str, folder: Path | None) -> str:
    """What is wrong with a Quarto, in a line; nothing where it may make pages."""
    of = {"the publisher": program, **kept.code_of(__name__)}
    try:
        found = kept.made(folder, "quarto-check", of, lambda: {_FAULT: _fault(program).encode()})
    except ObservError as error:  # which may pass
        return f"made no page of its check ({error.problems[-1].removeprefix('quarto: ')})"
    return found[_FAULT].decode()


def _fault(program: str) -> str:
    project = projects.read_project(pandoc.TEMPLATES / "check", program)
    page = project.page(HOME)
    text = (project.folder / HOME).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="observlib-") as place:
        render_pages(project, [page], lambda _: Converted(text), Path(place), lambda _: None)
        one, two = html.page_html(project, page, text), framed(Path(place), page)
    wanted, made = _words(one), _words(two)
    if wanted != made:
        same = takewhile(lambda pair: pair[0] == pair[1], zip(wanted, made, strict=False))
        alike = len([*same])
        told, ours = (" ".join(words[alike:][:5]) for words in (made, wanted))
        return f"a small page of it says {told!r} where the embedded publisher says {ours!r}"
    targets = projects.links_of(two).targets
    if asked := [to for to in targets if re.match("(https?:)?//", to)]:
        return f"a small page asks for {asked[0]}"
    return ""


def _words(page: str) -> list[str]:
    """What a page tells, after its title."""
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r"<[^>]*>", " ", _ASIDE.sub(" ", main)).split()


# --- A site of pages, each in all its forms, in the frame of the embedded publisher or of Quarto

_Progress = Callable[[int, int, str], None]
_Links = Sequence[Mapping[str, str]]
_LINKS = ".links"  # the folder of what tells where the links of pages lead
_SIZE = "size-of-the-pdf"  # stands in a page until its PDF is made
_FRAMES = ".frames"  # what Quarto makes of pages


class _Task(NamedTuple):
    """A page, what is made of it, and of what."""

    step: Callable[[Project, SitePage, Path | None], dict[str, bytes]]
    page: SitePage
    depends: Inputs


_Tasks = Mapping[str, _Task]


def build(
    project: Project,
    site: Path,
    progress: _Progress,
    cache: Path | None = None,
    workers: Executor | None = None,
) -> None:
    """Make the whole site in the new folder `site`."""
    site.mkdir(parents=True)
    own = ["manifest.json"] if project.manifest.pages else []  # beside the edition's package
    own += [one.name for one in project.folder.glob(origins.ORIGINS_DATA)]
    for name in (*project.manifest.package, *own):
        write_all({name: (project.folder / name).read_bytes()}, site)
    # what pages are made into is there, and not in memory: there may be hundreds of them
    with tempfile.TemporaryDirectory(prefix="observlib-", dir=site.parent) as place:
        aside = Path(place).resolve()
        with ExitStack() as stack:
            if workers is None:
                workers = ThreadPoolExecutor(min(len(project.pages), os.cpu_count() or 1))
                stack.callback(workers.shutdown, cancel_futures=True)
            wrong = _write_pages(project, site, aside, progress, cache, workers)
        if not wrong:
            shown = [page for page in project.pages if "html" in page.formats]
            addresses = {page.output(".html").as_posix(): page.source for page in shown}
            told = {name: (aside / _LINKS / name).read_bytes() for name in addresses}
            links = {name: projects.PageLinks(*json.loads(told[name])) for name in told}
            broken = projects.broken_links(site, links)
            wrong = {addresses[name]: found for name, found in broken.items()}
    if wrong:
        raise PagesError(wrong)


def _write_pages(
    project: Project,
    site: Path,
    aside: Path,
    progress: _Progress,
    cache: Path | None,
    workers: Executor,
) -> dict[PurePosixPath, list[str]]:
    """Put pages and the whole edition into a site, or say what is wrong with them, by page."""
    common, tasks = _tasks(project)
    shared, framed_pages = dict[str, bytes](), 0
    frames = aside / _FRAMES if project.publisher != "embedded" else None
    if frames:
        shared, framed_pages = _frame(project, tasks, common, frames, cache, progress)
    refused: dict[PurePosixPath, list[str]] = {}
    made = _made(project, tasks, workers, cache, frames)
    for done, (task, content) in enumerate(made, 1 + framed_pages):
        progress(done, len(tasks) + framed_pages, task.page.title)
        if isinstance(content, ObservError):
            problems = _problems(project, task.page, content)
            refused.setdefault(task.page.source, []).extend(problems)
        else:
            for name, file in content.items():
                write_all({name: file}, aside if name.startswith(".") else site)
    if not refused:
        if project.manifest.full_report:
            downloads.put_full_report(project, aside, site, cache)
        _complete_downloads(project, site)
        _write_used(shared, site)
        html.finish(project, site, cache)
    return refused


def _problems(project: Project, page: SitePage, error: ObservError) -> list[str]:
    """What is wrong with a page, without its name."""
    name = f"{project.folder / page.source}: "
    return [line.removeprefix(name) for line in error.problems]


def _tasks(project: Project) -> tuple[Inputs, dict[str, _Task]]:
    """What all pages are made from; what is made of each, by a name of its own."""
    manifest = project.manifest
    files = kept.tree("the project", project.folder)
    digests = {page.source: files.pop(f"the project/{page.source}") for page in project.pages}
    # of which a page shows no more than this; its numbers get their links later
    for name in ("manifest.json", origins.ORIGINS_DATA, *manifest.package):
        files.pop(f"the project/{name}", None)
    later = f"the project/{origins.ORIGINS_FOLDER}/"
    files = {name: digest for name, digest in files.items() if not name.startswith(later)}
    shared = kept.by_group(kept.code_of(__name__) | kept.installed_packages() | files)
    shared["the edition"] = repr((manifest.label, manifest.made, manifest.kind, manifest.absent))
    shared |= {"the package": repr(_package(project)), "the navigation": repr(project.navigation)}
    shared["the publisher"] = project.publisher
    own = {
        page.source: {
            **shared,
            "its source": digests[page.source],
            "its lists": repr(list(project.listings(page))),
            "its trail": repr(project.trail(page.source)),
        }
        for page in project.pages
    }
    printed = [page for page in project.pages if "typst" in page.formats]
    tasks: dict[str, _Task] = {}
    # PDFs first: the whole edition is made of them
    for step, pages in ((_printed, printed), (_page, project.pages)):
        for page in pages:
            name = f"{'+'.join(page.source.parts)}.{step.__name__.strip('_')}"
            tasks[name] = _Task(step, page, own[page.source])
    return shared, tasks


def _made(
    project: Project, tasks: _Tasks, pool: Executor, cache: Path | None, frames: Path | None
) -> Iterator[tuple[_Task, dict[str, bytes] | ObservError]]:
    """What each task makes, or its failure, as they end: first what is kept."""
    jobs: dict[Future[dict[str, bytes]], str] = {}
    for name, task in tasks.items():
        if found := kept.get(cache, name, task.depends):
            yield task, found
        else:
            jobs[pool.submit(task.step, project, task.page, frames)] = name
    for job in as_completed(jobs):
        name = jobs.pop(job)  # and with it what it holds
        try:
            content = job.result()
        except ObservError as error:
            yield tasks[name], error
            continue
        if kept.library_files() == kept.loaded():
            kept.put(cache, name, tasks[name].depends, content)
        yield tasks[name], content


def _frame(
    project: Project,
    tasks: _Tasks,
    common: Inputs,
    frames: Path,
    cache: Path | None,
    progress: _Progress,
) -> tuple[dict[str, bytes], int]:
    """Have Quarto make what pages are not kept, into a folder: what all share, and how many."""
    known = kept.get(cache, LIBRARIES, common)
    pages, texts = list[SitePage](), dict[PurePosixPath, Converted]()
    problems: dict[PurePosixPath, list[str]] = {}
    for name, task in tasks.items():
        if task.step is _page and (known is None or kept.get(cache, name, task.depends) is None):
            pages.append(task.page)
            try:
                texts[task.page.source] = _text(project, task.page, "html")
            except ObservError as error:
                problems[task.page.source] = _problems(project, task.page, error)
    if problems:
        raise PagesError(problems)
    begun, total = count(), len(tasks) + len(pages)

    def tell(title: str) -> None:
        progress(next(begun), total, title)

    if pages:
        render_pages(project, pages, lambda page: texts[page.source], frames, tell)
    new = shared_files(frames, {page.source.stem for page in project.pages})
    shared = {**(known or {}), **new}
    if shared != known:
        kept.put(cache, LIBRARIES, common, shared)
    return shared, len(pages)


def _write_used(shared: Mapping[str, bytes], site: Path) -> None:
    """Put what pages share beside them, but for libraries that none of them names."""
    library = re.compile(rf"{LIBRARIES}/([^/\"]+)/")
    pages = site.rglob("*.html") if shared else ()
    used = {name for page in pages for name in library.findall(page.read_text(encoding="utf-8"))}
    for name, content in shared.items():
        of = library.match(name)
        if (of is None or of[1] in used) and not (site / name).exists():
            write_all({name: content}, site)


def _printed(project: Project, page: SitePage, _: Path | None = None) -> dict[str, bytes]:
    """The PDF of a page and, below `.chapters`, what the whole edition is made of."""
    with _on_paper(project, page) as (text, folder):
        content = downloads.page_pdf(project, page, text, folder)
        name = f"{downloads.CHAPTERS}/{page.source.stem}"
        files = {f"{name}/{path}": file for path, file in _files_of(folder).items()}
        return {page.output(".pdf").as_posix(): content, **files}


def _page(project: Project, page: SitePage, frames: Path | None) -> dict[str, bytes]:
    """One page in its other forms but its PDF, in its frame; and where its links lead."""
    pdf_link = {"text": "PDF", "href": f"{page.source.stem}.pdf", "detail": _SIZE}
    links = [pdf_link] if "typst" in page.formats else []
    with tempfile.TemporaryDirectory(prefix="observlib-") as place:
        site = Path(place).resolve()
        (site / page.source).parent.mkdir(parents=True, exist_ok=True)
        if page.is_study:
            links += _write_downloads(project, page, site)
        # a document of Quarto's stands for ours
        for title, made in documents(frames, page).items() if frames else ():
            target = (site / page.source).with_name(made.name)
            shutil.copyfile(made, target)
            links = [link for link in links if link["href"] != made.name]
            links.append(_download(title, target))
        links += downloads.full_report_download(project, page)
        if "html" in page.formats:
            write_html(project, page, site, links, frames)
        found = _files_of(site)
        if text := found.get(page.output(".html").as_posix()):
            own = html.without_download(text.decode("utf-8"), project.manifest.full_report_name)
            told = json.dumps(projects.links_of(own))
            found[f"{_LINKS}/{page.output('.html')}"] = told.encode()
        return found


def _complete_downloads(project: Project, site: Path) -> None:
    """Say in each page how large its PDF is; no page leads to a full report that is not made."""
    for page in project.pages:
        path, pdf = site / page.output(".html"), site / page.output(".pdf")
        if not path.exists():
            continue
        text = path.read_text(encoding="utf-8")
        if pdf.exists():
            text = text.replace(_SIZE, _size(pdf), 1)
        if not project.manifest.full_report:
            text = html.without_download(text, project.manifest.full_report_name)
        path.write_text(text, encoding="utf-8", newline="\n")


def write_html(
    project: Project, page: SitePage, site: Path, links: _Links = (), frames: Path | None = None
) -> Path:
    """Put a page into a site, with its pictures and the links to its other forms; its path."""
    target = site / page.output(".html")
    converted = _text(project, page, "html")
    write_all(converted.files, target.parent)
    _copy_pictures(converted.text, project.folder / page.source, target.parent)
    if page.is_study:
        downloads.write_figures(project.folder / page.source, target.parent, project.brand)
    if frames:
        document = framed(frames, page)
    else:
        document = html.page_html(project, page, converted.text, target.parent)
    for drawing in target.parent.rglob("*.svg"):  # charts are in the page now
        if drawing.stem.endswith("-narrow"):
            drawing.unlink()  # the page alone shows it
        else:
            drawing.write_bytes(project.brand.recoloured(drawing.read_bytes()))
    text = html.with_downloads(document, links)
    target.write_text(text, encoding="utf-8", newline="\n")
    return target


def _write_downloads(project: Project, page: SitePage, site: Path) -> list[dict[str, str]]:
    """Put a study's document, notebook and open data beside its page; the links to them."""
    source, target = project.folder / page.source, site / page.source
    shutil.copyfile(source, target)
    document = target.with_suffix(".docx")
    with _on_paper(project, page) as (text, folder):
        document.write_bytes(downloads.page_docx(project, page, text, folder))
    word, notebook = _WORDS["documents"]["docx"], _WORDS["notebook"]
    links = [_download(word, document), _download(notebook, target)]
    for end, table in downloads.open_data(source).items():
        data = target.with_name(f"{target.stem}{end}")
        data.write_text(table, encoding="utf-8", newline="\n")
        links.append(_download(_WORDS["data"][end], data))
    return [*links, *_package(project)]


def _package(project: Project) -> list[dict[str, str]]:
    """The link from a study to all data of its edition, where that has a package."""
    whole = [name for name in project.manifest.package if name.endswith(".zip")][:1]
    title = _WORDS["everything"]
    return [_download(title, project.folder / name) | {"href": name} for name in whole]


@contextmanager
def _on_paper(project: Project, page: SitePage) -> Iterator[tuple[str, Path]]:
    """The text of a page for paper, and a folder of its own with the pictures that it names."""
    with tempfile.TemporaryDirectory(prefix="observlib-") as place:
        folder = Path(place).resolve()
        converted = _text(project, page, "typst")
        drawings = converted.files.items()
        write_all({name: project.brand.on_paper(drawing) for name, drawing in drawings}, folder)
        _copy_pictures(converted.text, project.folder / page.source, folder)
        yield converted.text, folder


def _text(project: Project, page: SitePage, to: PageFormat) -> Converted:
    source = project.folder / page.source
    if page.is_study:
        return notebook_to_markdown(source, to)
    return Converted(source.read_text(encoding="utf-8"))


def _files_of(folder: Path) -> dict[str, bytes]:
    """The files below a folder, by their paths in it."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _copy_pictures(text: str, source: Path, folder: Path) -> None:
    """Copy the pictures that a text names and that are files beside its source."""
    for name in dict.fromkeys(re.findall(r"!\[[^\]]*\]\(([^)\s]+)", text)):
        found = source.parent / name
        if found.is_file() and not (folder / name).exists() and ".." not in Path(name).parts:
            write_all({name: found.read_bytes()}, folder)


def _download(text: str, file: Path) -> dict[str, str]:
    """The link to a file beside its page."""
    return {"text": text, "href": file.name, "detail": f"{file.suffix[1:].upper()}, {_size(file)}"}


def _size(file: Path) -> str:
    return f"{max(1, round(file.stat().st_size / 1000))}\u00a0ko"
