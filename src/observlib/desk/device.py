"""A listening device for the catalogue: checked whole before it is written at the file's end."""

import json
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import get_args

from pydantic import ValidationError

from observlib.base import files
from observlib.base.errors import ObservError, UsageError
from observlib.base.yaml_files import dump
from observlib.catalogue import Catalogue, Device, entries, load_catalogue, needed_by
from observlib.catalogue.tables import TABLES
from observlib.desk.propose import Proposal
from observlib.loaders import loader_names
from observlib.pipeline import project
from observlib.records.sheets import PRACTICE_VERDICTS

_REQUIRED = [name for name, field in Device.model_fields.items() if field.is_required()]


def required(given: Mapping[str, str | None], catalogue: Catalogue) -> list[str]:
    """The keys that a device must have: those of all, then those of its loader, once known."""
    return [*_REQUIRED, *needed_by(given.get("loader") or "", catalogue.formats)]


def choices(catalogue: Catalogue) -> dict[str, list[str]]:
    """The values allowed for the keys of a device that have a list of them."""
    return {
        "family": list(get_args(entries.DeviceFamily)),
        "channel": list(get_args(entries.Channel)),
        "owner": list(catalogue.departments),
        "product": list(catalogue.products),
        "frequency": list(get_args(entries.Frequency)),
        "loader": sorted((*loader_names(), *catalogue.formats)),
        "table": list(TABLES),
        "questionnaire": list(catalogue.questionnaires),
    }


def fault_of(key: str, value: str, catalogue: Catalogue) -> str | None:
    """Why a key of a new device cannot have a value, whatever its other keys; `None` if it can."""
    allowed = choices(catalogue).get(key)
    if allowed is not None and value not in allowed:
        return f"unknown {key} {value!r}; allowed: {', '.join(sorted(allowed))}"
    if key == "id" and value in catalogue.devices:
        return f"id {value!r} is already used; ids are unique"
    twins = [d.id for d in catalogue.devices.values() if key == "pattern" and d.pattern == value]
    if twins:
        why = f"is that of the device {twins[0]}; no export may be claimed by two devices"
        return f"pattern {value!r}: {why}"
    try:
        Device.model_validate({key: value})
    except ValidationError as error:  # of other keys too, which are missing here
        faults = dict(entries.fault_texts(error, Device, {key: value}))
        return faults.get((key,)) if key in Device.model_fields else None
    return None


def new_device(
    root: Path, data: Path, given: Mapping[str, str | None], form: Proposal | None = None
) -> tuple[Path, str]:
    """Add a device at the end of its list, whose comments stay: the file and the text added."""
    catalogue = project.catalogue(data, root)
    entry = {key: said for key, value in given.items() if (said := (value or "").strip())}
    if form is not None:
        entry["loader"] = entry.get("id", "essai")
        if fault := fault_of("id", entry["loader"], catalogue):
            raise UsageError(fault)
        catalogue = with_format(catalogue, form, entry["loader"])
    allowed = choices(catalogue)
    lacking = [key for key in required(entry, catalogue) if key not in entry]
    ways = {key: f"; allowed: {', '.join(names)}" for key, names in allowed.items()}
    missing = [f"device: `{key}` is missing{ways.get(key, '')}" for key in lacking]
    faults = [fault_of(key, value, catalogue) for key, value in entry.items()]
    if problems := [*missing, *filter(None, faults)]:
        raise UsageError(*problems)
    path = project.devices_file(data, root)
    ordered = {key: entry[key] for key in Device.model_fields if key in entry}
    text = dump([ordered | entry], width=95)
    after = f"{path.read_text(encoding='utf-8').rstrip()}\n{text}"
    formats = path.parents[1] / "formats"
    of_format = {f"{entry['id']}.yml": form.text()} if form is not None else {}
    with files.telling_write_errors(path.parent, "the catalogue is as it was"):
        _check_whole(path, after, of_format, root / "data" / "catalogue")
        try:
            _write(of_format, formats)
            files.write_text(path, after)
        except BaseException:  # both, or neither
            for name in of_format:
                (formats / name).unlink(missing_ok=True)
            raise
    return path, text


def _check_whole(path: Path, after: str, of_format: Mapping[str, str], shared: Path) -> None:
    """Check a copy of the catalogue in which the list, and maybe a format, are as they would be."""
    with tempfile.TemporaryDirectory(prefix="observlib-") as work:
        copy = Path(work)
        for folder in (path.parent, path.parents[1] / "formats"):
            if folder.is_dir():
                shutil.copytree(folder, copy / folder.name)
        files.write_text(copy / path.parent.name / path.name, after)
        _write(of_format, copy / "formats")
        try:
            load_catalogue(shared, loader_names(), TABLES, own=copy / "catalogue")
        except ObservError as error:
            told = [_without_place(problem, copy) for problem in error.problems]
            raise UsageError(*told, "nothing was written") from error


def _write(texts: Mapping[str, str], folder: Path) -> None:
    for name, text in texts.items():
        folder.mkdir(exist_ok=True)
        files.write_text(folder / name, text)


def with_format(catalogue: Catalogue, form: Proposal, name: str) -> Catalogue:
    """The catalogue, with a format more."""
    if name in (*loader_names(), *catalogue.formats):
        raise UsageError(f"format {name!r}: exists already; give the device another id")
    formats = {**catalogue.formats, name: form.form(name)}
    return catalogue.model_copy(update={"formats": formats})


def _without_place(problem: str, copy: Path) -> str:
    """A mistake without the line of a file that was never written."""
    place, _, said = problem.partition(": ")
    if not place.startswith(str(copy)):
        return problem
    return f"format {said}" if place.startswith(str(copy / "formats")) else f"device {said}"


# --- A practice sheet to fill in: a draft, which no edition publishes before it is ready

_SHEET = Path(__file__).with_name("practice.md")


def new_practice(
    root: Path,
    data: Path,
    title: str,
    given: Mapping[str, str | None],
    products: Sequence[str] = (),
    today: date | None = None,
) -> Path:
    """Write a sheet to fill in, named after its title, and give its path."""
    catalogue = project.catalogue(data, root)
    known = project.practices(data, "real", root)
    folder = project.own(data, "practices", root) or root / "data" / "practices"
    allowed: dict[str, Iterable[str]] = {
        "department": catalogue.departments,
        "tool": known.tools,
        "method": known.methods,
        "verdict": PRACTICE_VERDICTS,
        "product": catalogue.products,
    }
    wrong = [
        f"{key} {name!r}: does not exist; allowed: {', '.join(allowed[key]) or 'none'}"
        for key, name in [*given.items(), *(("product", name) for name in products)]
        if name is not None and name not in allowed[key]
    ]
    slug = slug_of(title)
    path = folder / f"{slug}.md"
    if not title.isprintable():
        wrong.append(f"title {title!r}: holds signs that cannot be printed; leave them out")
    elif slug in ("", "index"):
        wrong.append(f"title {title!r}: makes no file name; give letters or digits")
    elif path.exists():
        wrong.append(f"{path.relative_to(root)}: exists already; open it, or give another title")
    if wrong:
        raise UsageError(*wrong)
    text = _SHEET.read_text(encoding="utf-8").format(
        title=json.dumps(title, ensure_ascii=False),
        date=(today or date.today()).isoformat(),
        chosen=", ".join(products),
        **{key: f" {given[key]}" if given.get(key) else "" for key in allowed},
        **{f"{key}s": ", ".join(names) for key, names in allowed.items()},
    )
    with files.telling_write_errors(folder, "no sheet was written"):
        folder.mkdir(parents=True, exist_ok=True)
        files.write_text(path, text)
    return path


def slug_of(title: str) -> str:
    """The name of a title's file: plain letters, digits and hyphens."""
    text = title.lower().replace("œ", "oe").replace("æ", "ae").replace("’", "-")
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall("[a-z0-9]+", plain))[:80].strip("-")
