"""Another file of the same export, which lies beside it and tells more of its rows."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import model_validator

from observlib.catalogue.entries import Part, Text


class Beside(Part):
    r"""How the file beside an export is named and joined.

    `file` is the pattern of the export's own name, and `other` the name of the file beside it, in
    which `\1` stands for the first group. Each row of the export has the columns of the row whose
    `other_key` is its `key`, under names such as `beside.created_at`.

    Examples
    --------
    >>> told = {"file": r"items(.*)\.csv", "other": r"orders\1.csv"}
    >>> Beside(**told, key="order", other_key="id").of(Path("raw/items_2026-03.csv")).name
    'orders_2026-03.csv'
    """

    file: Text
    other: Text
    key: Text
    other_key: Text

    @model_validator(mode="after")
    def _fits(self) -> Beside:
        if re.search(r"[/\x00]", self.other) or self.other in (".", ".."):
            raise ValueError(f"other: {self.other!r} is no name of a file in the same folder")
        try:  # against a name that any pattern of as many groups matches
            groups = re.compile(self.file).groups
            re.fullmatch("()" * groups, "").expand(self.other)  # type: ignore[union-attr]
        except re.error as error:
            raise ValueError(f"file and other: {error}") from None
        return self

    def of(self, path: Path) -> Path | None:
        """The file beside an export; `None` where the export's name is not that of `file`."""
        found = re.fullmatch(self.file, path.name)
        other = path.with_name(found.expand(self.other)) if found else path
        return None if other == path else other
