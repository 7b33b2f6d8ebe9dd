"""Survey answers in the files of SPSS (`.sav`, `.zsav`) and Stata (`.dta`), read by pyreadstat.

The questionnaire knows variables by their names or labels, answers by values or value labels. One
variable is the response's identifier (`id`), one its day (`date`, or `submitdate` and `startdate`);
without a date of submission all responses count as finished. `pip install "observlib[spss]"`.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from observlib.base import files
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue, Device
from observlib.loaders import Loaded, _readstat
from observlib.loaders._sandbox import Failed, apart
from observlib.loaders._survey import SurveyColumn, responses
from observlib.loaders._text import short

_STARTS = {
    "read_sav": (b"$FL2", b"$FL3"),
    "read_dta": (
        b"<stata_dta>",
        *(bytes([version, order]) for version in range(0x69, 0x74) for order in (1, 2)),
    ),
}


def load_spss_stata(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read a file of SPSS or Stata into the table `responses`; rejects tell the place in it."""
    variables = _read(path)
    columns = [
        SurveyColumn(
            (variable["name"], *filter(None, [variable["label"]])),
            {value: (label,) for value, label in variable["values"].items()},
        )
        for variable in variables
    ]
    cells = zip(*(variable["cells"] for variable in variables), strict=True)
    rows = {place: list(row) for place, row in enumerate(cells, start=1)}
    return responses(path, device, catalogue, columns, rows, submission=False)


def _read(path: Path) -> list[dict[str, Any]]:
    """The variables of a file: `name`, `label`, labels of `values`, and `cells` as texts."""
    if importlib.util.find_spec("pyreadstat") is None:
        raise ObservError(
            f"{path}: reading files of SPSS and Stata needs pyreadstat; install it with "
            f"`pip install 'observlib[spss]'`, or save the answers as CSV"
        )
    with files.opened(path) as stream:
        start = stream.read(16)
    reader = next((name for name, starts in _STARTS.items() if start.startswith(starts)), None)
    if reader is None:
        raise ObservError(f"{path}: is no file of SPSS (.sav) or Stata (.dta); export it again")
    try:
        return list(apart(_readstat.__file__, "read_statistics_file", str(path.resolve()), reader))
    except Failed as error:
        why = short(str(error), 200)
        raise ObservError(f"{path}: is damaged or not read ({why}); export it again") from error
