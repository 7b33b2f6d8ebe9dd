"""A site of pages, each in all its forms, in the frame of the embedded publisher or of Quarto."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path, PurePosixPath

from observlib.base import kept
from observlib.base.errors import ObservError
from observlib.base.files import write_all
from observlib.base.kept import Inputs
from observlib.publish import downloads, html, origins, quarto
from observlib.publish.downloads import write_figures
from observlib.publish.notebook import Converted, PageFormat, notebook_to_markdown
from observlib.publish.project import (
    PageLinks,
    PagesError,
    Project,
    SitePage,
    broken_links,
    links_of,
)

_Progress = Callable[[int, int, str], None]
_Step = Callable[[Project, SitePage, Path | None], dict[str, bytes]]
_LINKS = ".links"  # beside a page, where its links lead
_SIZE = "size-of-the-pdf"  # stands in a page until its PDF is made
_FRAMES = ".frames"  # what Quarto makes of pages


def build(
    project: Project,
    site: Path,
    progress: _Progress,
    cache: Path | None = None,
    workers: Executor | None = None,
) -> None:
    """Make the whole site in the new folder `site`."""
    site.mkdir(parents=True)
    downloads.write_package(project.manifest, project.folder, site)
    common, depends = _inputs(project)
    printed = [page for page in project.pages if "typst" in page.formats]
    tasks = {  # PDFs first: the whole edition is made of them
        f"{'+'.join(page.source.parts)}.{step.__name__.strip('_')}": (step, page)
        for step, pages in ((_printed, printed), (_page, project.pages))
        for page in pages
    }
    links: dict[str, PageLinks] = {}
    refused: dict[str, list[str]] = {}
    edition: list[Future[None]] = []

    with ExitStack() as stack:
        # what pages are made into is there, and not in memory: there may be hundreds of them
        beside = tempfile.TemporaryDirectory(prefix="observlib-", dir=site.parent)
        aside = Path(stack.enter_context(beside)).resolve()
        pool = workers or ThreadPoolExecutor(min(len(project.pages), os.cpu_count() or 1))
        if not workers:
            stack.callback(pool.shutdown, cancel_futures=True)
        others = stack.enter_context(ThreadPoolExecutor(1))  # typst, while pandoc makes pages
        unset = len(printed)
        shared: Mapping[str, bytes] = {}  # by the pages of Quarto
        frames = aside / _FRAMES if project.publisher != "embedded" else None
        missing: list[SitePage] = []  # of those that are kept
        if frames:
            known = kept.get(cache, quarto.LIBRARIES, common)
            missing = [
                page
                for task, (step, page) in tasks.items()
                if step is _page
                and (known is None or kept.get(cache, task, depends[page.source]) is None)
            ]
            _frame(project, missing, frames, len(tasks) + len(missing), progress)
            new = quarto.shared_files(frames, {page.source.stem for page in project.pages})
            shared = {**(known or {}), **new}
            if shared != known:
                kept.put(cache, quarto.LIBRARIES, common, shared)
        total = len(tasks) + len(missing)
        made = _made(tasks, depends, project, pool, cache, frames)
        for done, (name, content) in enumerate(made, 1 + len(missing)):
            step, page = tasks[name]
            progress(done, total, page.title)
            if isinstance(content, ObservError):
                refused[name] = _problems(project, page, content)
            elif step is _printed:
                pdf_name = page.output(".pdf").as_posix()
                write_all({pdf_name: content.pop(pdf_name)}, site)
                write_all(content, aside)
                unset -= 1
                if not unset and not refused:
                    edition.append(
                        others.submit(downloads.put_full_report, project, aside, site, cache)
                    )
            else:
                if told := content.pop(_LINKS, None):
                    links[page.output(".html").as_posix()] = PageLinks(*json.loads(told))
                write_all(content, site)
        if not refused:
            _tell_sizes(site, printed)
            _write_used(shared, site)
            html.finish(project, site, cache)
        for job in edition:
            job.result()
    broken = {} if refused else broken_links(site, links)
    problems = {page.source: broken.get(str(page.output(".html")), []) for page in project.pages}
    for name, (_, page) in tasks.items():
        problems[page.source] += refused.get(name, [])
    if any(problems.values()):
        raise PagesError(problems)


def _problems(project: Project, page: SitePage, error: ObservError) -> list[str]:
    """What is wrong with a page, without its name."""
    name = f"{project.folder / page.source}: "
    return [line.removeprefix(name) for line in error.problems]


def _inputs(project: Project) -> tuple[Inputs, dict[PurePosixPath, Inputs]]:
    """What all pages are made from, and what each is, beside its own name."""
    manifest = project.manifest
    files = kept.tree("the project", project.folder)
    pages = {page.source: files.pop(f"the project/{page.source}") for page in project.pages}
    # of which a page shows no more than this; its numbers get their links later
    for name in ("manifest.json", *manifest.package):
        files.pop(f"the project/{name}", None)
    files = {
        n: d for n, d in files.items() if not n.startswith(f"the project/{origins.ORIGINS_FOLDER}/")
    }
    shared = {
        **kept.by_group(kept.code_of(__name__) | kept.installed_packages() | files),
        "the edition": repr((manifest.label, manifest.made, manifest.kind, manifest.absent)),
        "the package": repr(_package(project)),
        "the navigation": repr(project.navigation),
        "the publisher": project.publisher,
    }
    return shared, {
        source: {
            **shared,
            "its source": digest,
            "its trail": repr(project.trail(source)),
            "its lists": repr(list(project.listings(project.page(source)))),
        }
        for source, digest in pages.items()
    }


def _made(
    tasks: Mapping[str, tuple[_Step, SitePage]],
    depends: Mapping[PurePosixPath, Inputs],
    project: Project,
    pool: Executor,
    cache: Path | None,
    frames: Path | None,
) -> Iterator[tuple[str, dict[str, bytes] | ObservError]]:
    """What each step makes of its page, or its failure, as they end: first what is kept."""
    jobs: dict[Future[dict[str, bytes]], str] = {}
    for name, (step, page) in tasks.items():
        if found := kept.get(cache, name, depends[page.source]):
            yield name, found
        else:
            jobs[pool.submit(step, project, page, frames)] = name
    for job in as_completed(jobs):
        name = jobs.pop(job)  # and with it what it holds
        try:
            content = job.result()
        except ObservError as error:
            yield name, error
            continue
        if kept.library_files() == kept.loaded():
            kept.put(cache, name, depends[tasks[name][1].source], content)
        yield name, content


def _frame(
    project: Project, pages: Sequence[SitePage], frames: Path, total: int, progress: _Progress
) -> None:
    """Have Quarto make pages, where there are any, into a folder."""
    begun, texts = count(), dict[PurePosixPath, Converted]()
    problems: dict[PurePosixPath, list[str]] = {}
    for page in pages:
        try:
            texts[page.source] = _text(project, page, "html")
        except ObservError as error:
            problems[page.source] = _problems(project, page, error)
    if problems:
        raise PagesError(problems)

    def tell(title: str) -> None:
        progress(next(begun), total, title)

    if pages:
        quarto.render_pages(project, pages, lambda page: texts[page.source], frames, tell)


def _write_used(shared: Mapping[str, bytes], site: Path) -> None:
    """Put what pages share beside them, but for libraries that none of them names."""
    library = re.compile(rf"{quarto.LIBRARIES}/([^/\"]+)/")
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
    """One page in its other forms, in its frame: its files' contents, and where its links lead.

    The link to its PDF, which is made meanwhile, does not tell its size yet (see `_tell_sizes`).
    """
    pdf_link = {"text": "PDF", "href": f"{page.source.stem}.pdf", "detail": _SIZE}
    links = [pdf_link] if "typst" in page.formats else []
    with tempfile.TemporaryDirectory(prefix="observlib-") as place:
        site = Path(place).resolve()
        (site / page.source).parent.mkdir(parents=True, exist_ok=True)
        if page.is_study:
            links += _write_downloads(project, page, site)
        # a document of Quarto's stands for ours
        for title, made in quarto.documents(frames, page).items() if frames else ():
            target = (site / page.source).with_name(made.name)
            shutil.copyfile(made, target)
            links = [link for link in links if link["href"] != made.name]
            links.append(_download(title, target))
        links += downloads.full_report_download(project, page)
        if "html" in page.formats:
            write_html(project, page, site, links, frames)
        found = _files_of(site)
        if text := found.get(page.output(".html").as_posix()):
            found[_LINKS] = json.dumps(links_of(text.decode("utf-8"))).encode()
        return found


def _tell_sizes(site: Path, printed: Iterable[SitePage]) -> None:
    """Say in each page how large its PDF is."""
    for page in printed:
        path, size = site / page.output(".html"), _size(site / page.output(".pdf"))
        if path.exists():
            text = path.read_text(encoding="utf-8").replace(_SIZE, size, 1)
            path.write_text(text, encoding="utf-8", newline="\n")


def write_html(
    project: Project,
    page: SitePage,
    site: Path,
    downloads: Sequence[Mapping[str, str]] = (),
    frames: Path | None = None,
) -> Path:
    """Put a page into a site, with its pictures and the links to its other forms; its path."""
    target = site / page.output(".html")
    converted = _text(project, page, "html")
    write_all(converted.files, target.parent)
    _copy_pictures(converted.text, project.folder / page.source, target.parent)
    if page.is_study:
        write_figures(project.folder / page.source, target.parent, project.brand)
    if frames:
        document = quarto.framed(frames, page)
    else:
        document = html.page_html(project, page, converted.text, target.parent)
    for drawing in target.parent.rglob("*.svg"):  # charts are in the page now
        drawing.write_bytes(project.brand.recoloured(drawing.read_bytes()))
    text = html.with_downloads(document, downloads)
    target.write_text(text, encoding="utf-8", newline="\n")
    return target


def _write_downloads(project: Project, page: SitePage, site: Path) -> list[dict[str, str]]:
    """Put a study's document, notebook and open data beside its page; the links to them."""
    source, target = project.folder / page.source, site / page.source
    shutil.copyfile(source, target)
    document = target.with_suffix(".docx")
    with _on_paper(project, page) as (text, folder):
        document.write_bytes(downloads.page_docx(project, page, text, folder))
    links = [_download(downloads.WORD_TITLE, document), _download("Carnet exécuté", target)]
    for end, table in downloads.open_data(source).items():
        data = target.with_name(f"{target.stem}{end}")
        data.write_text(table, encoding="utf-8", newline="\n")
        links.append(_download(downloads.DATA_TITLES[end], data))
    return [*links, *_package(project)]


def _package(project: Project) -> list[dict[str, str]]:
    """The link from a study to all data of its edition, where that has a package."""
    name = downloads.whole_package(project.manifest)
    return (
        [{**_download(downloads.EVERYTHING, project.folder / name), "href": name}] if name else []
    )


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
