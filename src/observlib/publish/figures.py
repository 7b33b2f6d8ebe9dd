"""The files of a page's figures: each drawing, wide and narrow, its picture and its data.

They stand beside the page, in a folder of its name, each named by its label: these addresses stay.
`reports/drawings.lua` puts both drawings into the page.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from observlib import dataset, estimates
from observlib.display import svg
from observlib.publish.notebook import joined, labelled_outputs, read_notebook

_PIXELS = 192  # an inch of a picture: letters are sharp on paper


def write_figures(path: Path, folder: Path) -> None:
    """Put the files of the figures of an executed notebook beside its page, in `folder`.

    A chart without a narrow drawing, which an analyst made without `observlib`, has none of them.
    """
    drawings: dict[str, bytes] = {}
    for label, data in labelled_outputs(read_notebook(path)):
        if not (label.startswith("fig-") and svg.NARROW in data and estimates.MIME in data):
            continue
        place = folder / path.stem
        place.mkdir(parents=True, exist_ok=True)
        drawings[label] = joined(data["image/svg+xml"]).encode()
        (place / f"{label}.svg").write_bytes(drawings[label])
        (place / f"{label}-narrow.svg").write_bytes(joined(data[svg.NARROW]).encode())
        table = estimates.from_json(data[estimates.MIME])
        (place / f"{label}.csv").write_bytes(dataset.csv(table))
    for label, picture in zip(drawings, _pictures(drawings.values()), strict=True):
        (folder / path.stem / f"{label}.png").write_bytes(picture)


def _pictures(drawings: Iterable[bytes]) -> list[bytes]:
    """Drawings as PNG, in their order: pages of one document, each as large as its drawing."""
    import typst

    from observlib.publish.pdf import fonts

    with tempfile.TemporaryDirectory(prefix="observlib-") as place:
        main = Path(place).resolve() / "main.typ"
        lines = ["#set page(width: auto, height: auto, margin: 6pt)"]
        for number, drawing in enumerate(drawings):
            main.with_name(f"{number}.svg").write_bytes(drawing)
            lines.append(f'#page(image("{number}.svg"))')
        if len(lines) == 1:
            return []
        main.write_text("\n".join(lines), encoding="utf-8")
        made: Any = typst.compile(
            main, root=main.parent, font_paths=fonts(), ignore_system_fonts=True, format="png",
            ppi=_PIXELS,
        )  # fmt: skip
        return made if isinstance(made, list) else [made]
