"""A published edition as one file, which arrives whole wherever it is put."""

from __future__ import annotations

import tempfile
from pathlib import Path

from observlib import dataset
from observlib.base import addresses, files
from observlib.base.period import edition_day
from observlib.publish.editions import record


def put(edition: Path, to: str) -> str:
    """Put a published edition, as a .zip named by its quarter, into a folder or at an address.

    Parameters
    ----------
    edition
        Its folder in the site. The same edition gives the same bytes.
    to
        The folder, or the address of one.

    Returns
    -------
    str
        Where the file is.

    Raises
    ------
    ObservError
        Where it cannot be written; what may be there of its name is as it was.
    """
    about = record.raw(edition)
    day = edition_day(about["published"], about["revisions"])
    inside = sorted(path for path in edition.rglob("*") if path.is_file())
    named = {f"{edition.name}/{path.relative_to(edition).as_posix()}": path for path in inside}
    content = dataset.archive({name: path.read_bytes() for name, path in named.items()}, day)
    if not addresses.is_address(to):
        path = Path(to) / f"{edition.name}.zip"
        with files.telling_write_errors(path.parent, "what was there is as it was"):
            path.parent.mkdir(parents=True, exist_ok=True)
            files.write_bytes(path, content)
        return str(path)
    target = f"{addresses.checked(to, '--to')}/{edition.name}.zip"
    with tempfile.NamedTemporaryFile(prefix="observlib-") as whole:
        whole.write(content)
        whole.flush()
        addresses.send(Path(whole.name), target)
    return target
