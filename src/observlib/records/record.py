"""Records: what people write, a YAML file each, named after its `id`; a folder holds one kind."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import ClassVar, Self

from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.catalogue.entries import Entry
from observlib.catalogue.mistakes import sheets, unknown_names

Fault = tuple[tuple[str | int, ...], str]  # the keys of what is wrong, and what is


class Record(Entry):
    """What every record is: an entry that may name what is in the catalogue."""

    FOLDER: ClassVar[str]
    ORDER: ClassVar[str] = "date"  # the key that records are sorted by, before their id
    UNIQUE: ClassVar[str] = "id"  # the key that no two of them have alike

    def allowed(self, catalogue: Catalogue) -> Mapping[str, Collection[str]]:
        """What its keys may name."""
        return {}

    def faults(self, catalogue: Catalogue) -> Iterator[Fault]:
        """What else does not go with the catalogue."""
        yield from ()

    @classmethod
    def load(
        cls, place: Path, catalogue: Catalogue | None = None, **allowed: Collection[str]
    ) -> tuple[Self, ...]:
        """Read and check the records of a place, in order; each mistake is told at its line."""
        problems: list[str] = []
        keys = ", ".join(f"`{key}:`" for key in [*cls.model_fields][:3])
        records: dict[str, Self] = {}
        for path, record, lines in sheets(place / cls.FOLDER, cls, f"a mapping ({keys})", problems):
            names = {**record.allowed(catalogue), **allowed} if catalogue else allowed
            problems += unknown_names(path, record, lines, names)
            for at, fault in record.faults(catalogue) if catalogue else ():
                problems.append(f"{path}:{lines.get(at, 1)}: {record.id!r}: {fault}")
            value = getattr(record, cls.UNIQUE)
            if (twin := records.setdefault(value, record)) is not record:
                fault = f"the {cls.UNIQUE} {value!r} is that of {twin.id}.yml; give another"
                problems.append(f"{path}:{lines.get((cls.UNIQUE,), 1)}: {record.id!r}: {fault}")
        if problems:
            raise ObservError(*problems)
        return tuple(sorted(records.values(), key=lambda one: (getattr(one, cls.ORDER), one.id)))
