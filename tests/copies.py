"""Parts of the project that tests copy into small projects of their own."""

from __future__ import annotations

from pathlib import Path

from observlib import project
from observlib.catalogue import Catalogue
from observlib.practices import Practices

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "data" / "demo"


def demonstration_catalogue() -> Catalogue:
    """The catalogue of the demonstration's data folder."""
    return project.catalogue(DEMO, ROOT)


def demonstration_practices() -> Practices:
    """The practice sheets of the same."""
    return project.practices(DEMO, "demonstration", ROOT)


def copy_catalogue(place: Path) -> Path:
    """Give a small project the demonstration's catalogue as its own; the folder."""
    folder = place / "data" / "catalogue"
    for source in (ROOT / "data" / "catalogue", DEMO / "catalogue"):
        for path in source.rglob("*.yml"):
            target = folder / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            adds = target.exists() and path.name != "devices.yml"
            before = target.read_text(encoding="utf-8") if adds else ""
            target.write_text(before + path.read_text(encoding="utf-8"), encoding="utf-8")
    return folder
