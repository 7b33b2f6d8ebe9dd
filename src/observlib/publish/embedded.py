"""The publisher that needs nothing installed beside the package: pandoc and typst, from PyPI."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePath, PurePosixPath

from observlib import disk_cache, inputs
from observlib.display import style
from observlib.errors import ObservError
from observlib.inputs import Inputs
from observlib.publish import docx, html, origins, pdf, whole
from observlib.publish.downloads import EVERYTHING, TITLES, open_data, whole_package, write_package
from observlib.publish.figures import write_figures
from observlib.publish.links import PageLinks, broken_links
from observlib.publish.markdown import Converted, Format, notebook_to_markdown
from observlib.publish.project import HOME, Page, PagesError, Project

Progress = Callable[[int, int, str], None]
_CHAPTERS = ".chapters"  # of what a page is made into, what the whole edition is made of
_NEW = "new"  # beside them, the pages that are to be kept


# what of the library makes a page of its source; a test looks whether the publisher imports more
RENDERING = frozenset(
    (
        *("actions", "catalogue", "comparisons", "confidentiality", "corrections", "dataset"),
        *("disk_cache", "display", "errors", "estimates", "files", "inputs", "period", "personal"),
        *("publish", "published_text", "scratch", "swap", "tables", "text", "yaml_files"),
    )
)


def build(
    project: Project,
    site: Path,
    progress: Progress,
    kept: Path | None = None,
    workers: Executor | None = None,
) -> None:
    """Make the whole site in the new folder `site`.

    Parameters
    ----------
    kept
        The folder of pages that are kept: one that was made before from the same inputs is taken
        from there. Without it none is.
    workers
        Where the others are made; without them in threads.

    Raises
    ------
    PagesError
        With the problems of all pages.
    """
    site.mkdir(parents=True)
    html.write_style(project, site)
    write_package(project.manifest, project.folder, site)
    depends = _inputs(project) if kept else {}
    links: dict[str, PageLinks] = {}
    problems: dict[PurePosixPath, list[str]] = {}
    done = 0

    def take(page: Page, content: Mapping[str, bytes]) -> None:
        chapter = {name: file for name, file in content.items() if _is_chapter(name)}
        write_files(chapter, aside)
        write_files({name: content[name] for name in content.keys() - chapter.keys()}, site)
        if text := content.get(str(page.output(".html"))):
            links[str(page.output(".html"))] = PageLinks(text.decode("utf-8"))

    def tell(page: Page) -> None:
        nonlocal done
        done += 1
        progress(done, len(project.pages), page.title)

    with ExitStack() as stack:
        # what pages are made into is there, and not in memory: there may be hundreds of them
        beside = tempfile.TemporaryDirectory(prefix="observlib-", dir=site.parent)
        aside = Path(stack.enter_context(beside)).resolve()
        count = min(len(project.pages), os.cpu_count() or 1)
        pool = workers or stack.enter_context(ThreadPoolExecutor(count))
        jobs = {}
        try:
            for page in project.pages:
                if found := disk_cache.get(kept, _name(page, depends)) if kept else None:
                    take(page, found)
                    tell(page)
                else:
                    jobs[pool.submit(_page, project, page)] = page
            for job in as_completed(jobs):
                page = jobs.pop(job)
                try:
                    content = job.result()
                    take(page, content)
                    if kept:
                        disk_cache.put(aside / _NEW, _name(page, depends), content)
                except ObservError as error:
                    name = f"{project.folder / page.source}: "
                    problems[page.source] = [line.removeprefix(name) for line in error.problems]
                tell(page)
        except BaseException:
            for job in jobs:
                job.cancel()
            raise
        if (aside / _CHAPTERS).exists() and not problems:
            write_whole(project, site, aside, kept)
        if kept and _inputs(project) == depends:  # else the library changed meanwhile
            kept.mkdir(parents=True, exist_ok=True)
            for path in (aside / _NEW).glob("*"):
                shutil.move(path, kept / path.name)
    if not problems:
        sources = {str(page.output(".html")): page.source for page in project.pages}
        problems = {sources[name]: found for name, found in broken_links(site, links).items()}
    if problems:  # told in the order of pages, in whichever threads have ended
        pages = (page.source for page in project.pages)
        raise PagesError({source: problems[source] for source in pages if source in problems})


def _inputs(project: Project) -> dict[PurePosixPath, Inputs]:
    """What each page is made from, beside its own name."""
    sources = {f"its source/{page.source}": page for page in project.pages}
    files = inputs.tree("its source", project.folder)
    manifest = project.manifest
    shared = {
        **inputs.within(inputs.library(), RENDERING),
        **inputs.installed(),
        **{name: digest for name, digest in files.items() if name not in sources},
        "the edition": repr((manifest.label, manifest.made, manifest.kind, manifest.absent)),
        "the navigation": repr(project.navigation),
    }
    # of which a page shows no more than this; its numbers get their links later
    for name in ("manifest.json", *manifest.package):
        shared.pop(f"its source/{name}", None)
    for name in [name for name in shared if name.startswith(f"its source/{origins.FOLDER}/")]:
        del shared[name]
    if package := _package(project):
        shared["the package"] = repr(package)
    return {
        page.source: {
            **shared,
            "its source": files[name],
            "its trail": repr(project.trail(page.source)),
            "its lists": repr(list(project.listings(page))),
        }
        for name, page in sources.items()
    }


def _name(page: Page, depends: dict[PurePosixPath, Inputs]) -> str:
    """The name by which a page is kept."""
    return f"{'-'.join(page.source.parts)}.{inputs.key(depends[page.source])}"


def _page(project: Project, page: Page) -> dict[str, bytes]:
    """One page in all its forms: the contents of its files, by their paths in the site.

    Also, below `.chapters`, what the whole edition is made of.
    """
    with tempfile.TemporaryDirectory(prefix="observlib-") as place:
        site = Path(place).resolve()
        target = site / page.source
        target.parent.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(1) as aside:  # typst makes the PDF while pandoc makes the HTML
            pdf = aside.submit(chapter, project, page) if "typst" in page.formats else None

            def downloads() -> list[dict[str, str]]:
                found = []
                if pdf:
                    content = target.with_suffix(".pdf")
                    content.write_bytes(pdf.result()[0])
                    found.append(_download("PDF", content))
                if page.is_study:
                    found += write_downloads(project, page, site)
                return [*found, *whole_download(project, page)]

            if "html" in page.formats:
                write_html(project, page, site, downloads)
            else:
                downloads()
        made = [path for path in sorted(site.rglob("*")) if path.is_file()]
        files = {path.relative_to(site).as_posix(): path.read_bytes() for path in made}
        return {**files, **(pdf.result()[1] if pdf else {})}


def write_html(
    project: Project,
    page: Page,
    site: Path,
    downloads: Callable[[], Sequence[Mapping[str, str]]] = tuple,
) -> Path:
    """Put a page into a site, with its pictures and the links to its other forms; its path."""
    target = site / page.output(".html")
    target.parent.mkdir(parents=True, exist_ok=True)
    converted = _text(project, page, "html")
    write_files(converted.files, target.parent)
    _copy_pictures(converted.text, project.folder / page.source, target.parent)
    if page.is_study:
        write_figures(project.folder / page.source, target.parent)
    document = html.page_html(project, page, converted.text, target.parent)
    text = html.with_downloads(document, downloads())
    target.write_text(text, encoding="utf-8", newline="\n")
    return target


def write_downloads(project: Project, page: Page, site: Path) -> list[dict[str, str]]:
    """Put a study's document, notebook and open data beside its page; the links to them."""
    source, target = project.folder / page.source, site / page.source
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    document = target.with_suffix(".docx")
    document.write_bytes(_docx(project, page))
    links = [_download(docx.TITLE, document), _download("Carnet exécuté", target)]
    for end, table in open_data(source).items():
        data = target.with_name(f"{target.stem}{end}")
        data.write_text(table, encoding="utf-8", newline="\n")
        links.append(_download(TITLES[end], data))
    return [*links, *_package(project)]


def _package(project: Project) -> list[dict[str, str]]:
    """The link from a study to all data of its edition, where that has a package."""
    name = whole_package(project.manifest)
    if not name:
        return []
    return [{**_download(EVERYTHING, project.folder / name), "href": name}]


def _docx(project: Project, page: Page) -> bytes:
    with _on_paper(project, page) as (text, folder):
        return docx.page_docx(project, page, text, folder)


@contextmanager
def _on_paper(project: Project, page: Page) -> Iterator[tuple[str, Path]]:
    """The text of a page for paper, and a folder of its own with the pictures that it names."""
    with tempfile.TemporaryDirectory(prefix="observlib-") as place:
        folder = Path(place).resolve()
        converted = _text(project, page, "typst")
        write_files({name: _lettered(content) for name, content in converted.files.items()}, folder)
        _copy_pictures(converted.text, project.folder / page.source, folder)
        yield converted.text, folder


def _lettered(picture: bytes) -> bytes:
    """A drawing whose letters are those of the paper around it: its own look larger there."""
    return picture.replace(f'"{style.FONTS}"'.encode(), f'"{pdf.FONT},{style.FONTS}"'.encode())


def chapter(project: Project, page: Page) -> tuple[bytes, dict[str, bytes]]:
    """The PDF of a page, and the files that make it a chapter of the whole edition."""
    with _on_paper(project, page) as (text, folder):
        content = pdf.page_pdf(project, page, text, folder)
        made = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        name = f"{_CHAPTERS}/{page.source.stem}"
        files = {f"{name}/{path.relative_to(folder).as_posix()}": path for path in made}
        return content, {name: path.read_bytes() for name, path in files.items()}


def write_whole(project: Project, site: Path, folder: Path, kept: Path | None = None) -> None:
    """Put the PDF of the whole edition into a site.

    Parameters
    ----------
    folder
        The files that `chapter` gives for all its pages; they are not of use again.
    kept
        The folder where it is kept; one that was made from the same is taken from there.
    """
    made_of = {
        **inputs.tree("its chapters", folder / _CHAPTERS),
        **inputs.within(inputs.library(), RENDERING),
        **inputs.installed(),
        "the site": repr((project.title, project.website.get("description"))),
        "the edition": repr(project.manifest),
        "its parts": repr(whole.parts(project)),
    }
    name = f"edition.{inputs.key(made_of)}"
    found = disk_cache.get(kept, name) if kept else None
    if found is None:
        found = {whole.output(project).name: whole.whole_pdf(project, folder / _CHAPTERS)}
        if kept:
            disk_cache.put(kept, name, found)
    write_files(found, (site / whole.output(project)).parent)


def whole_download(project: Project, page: Page) -> list[dict[str, str]]:
    """The link from the home page, or a page that is a chapter, to the PDF of the whole edition."""
    is_linked = page.source == HOME or "typst" in page.formats
    if not is_linked or not whole.parts(project):
        return []
    href = os.path.relpath(whole.output(project), page.source.parent)
    return [{"text": whole.TITLE, "href": PurePath(href).as_posix(), "detail": "PDF"}]


def _is_chapter(name: str) -> bool:
    return name.startswith(f"{_CHAPTERS}/")


def _text(project: Project, page: Page, to: Format) -> Converted:
    source = project.folder / page.source
    if page.is_study:
        return notebook_to_markdown(source, to)
    return Converted(source.read_text(encoding="utf-8"))


def write_files(contents: Mapping[str, bytes], folder: Path) -> None:
    """Write files, by their paths in a folder, and the folders that they need."""
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _copy_pictures(text: str, source: Path, folder: Path) -> None:
    """Copy the pictures that a text names and that are files beside its source."""
    for name in dict.fromkeys(re.findall(r"!\[[^\]]*\]\(([^)\s]+)", text)):
        found, target = source.parent / name, folder / name
        if found.is_file() and not target.exists() and ".." not in Path(name).parts:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found, target)


def _download(text: str, path: Path) -> dict[str, str]:
    size = path.stat().st_size
    kilobytes = max(1, round(size / 1000))
    kind = {".ipynb": "IPYNB"}.get(path.suffix, path.suffix[1:].upper())
    detail = f"{kilobytes}\u00a0ko" if text == kind else f"{kind}, {kilobytes}\u00a0ko"
    return {"text": text, "href": path.name, "detail": detail}
