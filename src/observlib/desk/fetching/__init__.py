"""Fetching: from a tool's server, or a table, to a file in the folder of raw exports.

A fetch makes one dated file as the tool itself would export it; nothing else ever asks a server.
Keys come from the environment and are written nowhere. Only what the device's loader reads is
written to disk: no name, address, subject or text of a person.
"""

from datetime import date
from pathlib import Path, PurePath

from observlib.base import files
from observlib.base.errors import ObservError, UsageError
from observlib.base.files import Progress
from observlib.catalogue import Catalogue, Device, fetched_from
from observlib.desk.fetching import servers, tables, web
from observlib.store import DEMONSTRATION_FILE

_JSON = ("matomo_json", "datagouv_metrics", "zendesk_api")  # the loaders that read it
_DATED = ("matomo", "zendesk", "glpi")  # of which a part may be asked for


def fetch(
    name: str,
    catalogue: Catalogue,
    folder: Path,
    *,
    root: Path = Path(),
    since: date | None = None,
    today: date | None = None,
    progress: Progress = lambda done, total, name: None,
) -> Path:
    """Fetch what a device listens to, into a file that its pattern claims."""
    today = today or date.today()
    kinds = fetchable(catalogue)
    if name not in kinds:
        can = ", ".join(kinds) or "none"
        raise UsageError(f"device {name!r}: cannot be fetched; such devices are: {can}")
    device, kind = catalogue.devices[name], kinds[name]
    if since and (kind not in _DATED or since >= today):
        what = "is not before today" if kind in _DATED else f"does not go with {kind}"
        raise UsageError(f"--since {since}: {what}; leave it out")
    since = since or date(today.year - 2, 1, 1)
    path = folder / _file_name(device, today)
    if any((parent / DEMONSTRATION_FILE).is_file() for parent in path.resolve().parents):
        raise UsageError(
            f"{folder}: holds the demonstration, with which real data is never mixed; "
            f"name another folder with --to"
        )
    with files.telling_write_errors(folder, "an earlier file is as it was"):
        if kind == "limesurvey":
            text = servers.limesurvey(device, catalogue.questions_of(device), path)
            path.parent.mkdir(parents=True, exist_ok=True)
            files.write_text(path, text)
            return path
        source = _source(kind, device, catalogue, since, today)
        path.parent.mkdir(parents=True, exist_ok=True)
        if source is None:
            tables.copy(device, catalogue, root, path, progress)
            return path
        part = path.parent / f".{device.id}.part"
        begun = web.gather(source, part, today, progress)
        path = folder / _file_name(device, begun)
        web.write_answer(source, part, path)
        part.unlink()
    return path


def fetchable(catalogue: Catalogue) -> dict[str, str]:
    """From where each device that can be fetched is: `matomo`, `address` …, by its id."""
    found = {name: fetched_from(device) for name, device in catalogue.devices.items()}
    return {name: kind for name, kind in found.items() if kind}


def _source(
    kind: str, device: Device, catalogue: Catalogue, since: date, today: date
) -> web.PagedSource | None:
    """From where pages come; `None` of a table at an address."""
    if kind == "matomo":
        return servers.matomo(device, since, today)
    if kind == "zendesk":
        return servers.zendesk(catalogue.formats[device.loader], since)
    if kind == "glpi":
        return servers.glpi(since)
    return servers.datagouv(device) if kind == "datagouv" else None


def _file_name(device: Device, today: date) -> PurePath:
    """A name that the device's pattern claims."""
    end = ".json" if device.loader in _JSON else ".csv"
    apart = "_" if device.pattern.partition("*")[0][-1:].isalnum() else ""
    name = PurePath(device.pattern.replace("*", apart + today.isoformat(), 1))
    if name.suffix != end or name.is_absolute() or set("*?[]") & set(str(name)):
        raise ObservError(
            f"device {device.id!r}: its pattern {device.pattern!r} makes no file name; write it "
            f"with one * and {end}, such as {device.id}_*{end}"
        )
    return name
