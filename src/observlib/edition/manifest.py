"""The manifest of an edition: which pages it has, made of what and when, and which it lacks.

It has `quarter`, `kind`, `version`, `frame` (the digests of the files of all estimates and
comparisons, those of the data package among them), what it is made from (see `origin`), and
`studies`, an entry a page; its publication adds the days and all files (see `editions.record`).

An entry has `page`, `study`, `title` and `parameters`; of a page that stands `data` (the digest of
each table that it has read), `description` (its finding) and `sha256` (of its notebook); of one
that failed `error`; of one that nobody has asked for yet `asked`, which is false.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from observlib.base.errors import ObservError
from observlib.edition.kept_pages import MadePage, tables_of
from observlib.edition.plan import Page
from observlib.edition.request import Request
from observlib.pipeline import archive

MANIFEST = "manifest.json"
Entry = dict[str, Any]


def entry(page: Page, **more: Any) -> Entry:
    """What the manifest says of a page of the plan, and `more`: what became of it."""
    return {
        "page": page.name,
        "study": page.study.name,
        "title": page.title,
        "parameters": {k: v for k, v in page.parameters.items() if k != "data"},
        **more,
    }


def entry_of(page: Page, made: MadePage, held: Mapping[str, str]) -> Entry:
    """The entry of a page that stands, made from tables of which `held` has the digests."""
    sha256 = hashlib.sha256(made.notebook.encode("utf-8")).hexdigest()
    data = {name: held[name] for name in tables_of(made) if name in held}
    return entry(page, data=data, description=made.description, sha256=sha256)


def write(manifest: Mapping[str, Any], folder: Path) -> None:
    """Write the manifest into its edition's folder."""
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")


def take_over(request: Request, folder: Path) -> dict[str, Entry]:
    """Copy the notebooks of the pages that are not made again; their entries, by page.

    Of an edition of another kind of data nothing is taken.
    """
    entries = known_entries(request)
    again = f"; make the whole edition again: `observ edition {request.quarter}`"
    problems = []
    for known in entries.values():
        if "sha256" not in known:
            continue
        path = request.published / f"{known['page']}.ipynb"
        try:
            content = path.read_bytes()
        except OSError as error:
            problems.append(f"{path}: cannot be read ({error.strerror}){again}")
            continue
        if hashlib.sha256(content).hexdigest() != known["sha256"]:
            problems.append(f"{path}: is not as the edition made it{again}")
        (folder / path.name).write_bytes(content)
    if problems:
        raise ObservError(*problems)
    return entries


def known_entries(request: Request) -> dict[str, Entry]:
    """What the quarter's edition says of the pages that are not made again."""
    earlier = _read(request.published / MANIFEST) if request.others else {}
    found = earlier.get("studies", []) if earlier.get("kind") == request.kind else []
    if any(isinstance(known.get("data"), str) for known in found):  # the store's digest, then
        raise ObservError(
            f"{request.published / MANIFEST}: an older version wrote it; make the whole edition "
            f"again: `observ edition {request.quarter}`"
        )
    by_page = {known["page"]: known for known in found}
    return {
        page.name: by_page.get(page.name) or entry(page, asked=False) for page in request.others
    }


def known_frame(request: Request) -> dict[str, str]:
    """The files of estimates and comparisons that the quarter's edition has, by their digests."""
    return dict(_read(request.published / MANIFEST).get("frame", {}))


def known_decisions(request: Request) -> str:
    """The digest of what was decided of the quarter's edition as it is published; none of none."""
    told = _read(request.published / archive.STEPS)
    return str(told.get("decisions", ""))


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ObservError(
            f"{path}: is no manifest; make the whole edition again: "
            f"`observ edition {path.parent.name}`"
        ) from error
    return dict(found)


def leave_out(
    manifest: dict[str, Any], folder: Path, failed: Path, problems: Mapping[str, str]
) -> None:
    """Leave pages that cannot be published out of an edition, as if they had not been made."""
    made = {known["page"] for known in manifest["studies"] if "sha256" in known}
    if made <= set(problems):
        lines = [f"study {name}: {error}" for name, error in problems.items()]
        raise ObservError(*lines, "nothing was published; mend what failed")
    failed.mkdir(exist_ok=True)
    for known in manifest["studies"]:
        if error := problems.get(known["page"]):
            for name in ("data", "description", "sha256"):
                del known[name]
            known["error"] = error
            shutil.move(folder / f"{known['page']}.ipynb", failed / f"{known['page']}.ipynb")
    write(manifest, folder)
