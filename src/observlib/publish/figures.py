"""The files of a page's figures: each drawing, wide and narrow, its picture and its data.

They stand beside the page, in a folder of its name, each named by its label: these addresses stay.
`reports/drawings.lua` puts both drawings into the page.
"""

from __future__ import annotations

from pathlib import Path

from observlib import dataset, estimates
from observlib.display import svg
from observlib.display.brand import Brand
from observlib.publish import pdf
from observlib.publish.notebook import joined, labelled_outputs, read_notebook


def write_figures(path: Path, folder: Path, brand: Brand) -> None:
    """Put the files of the figures of an executed notebook beside its page, in `folder`.

    Drawings keep the house's colours that style sheets change; their pictures have the brand's.

    A chart without a narrow drawing, which an analyst made without `observlib`, has none of them.
    """
    drawings: dict[str, bytes] = {}
    for label, data in labelled_outputs(read_notebook(path)):
        if not (label.startswith("fig-") and svg.NARROW in data and estimates.MIME in data):
            continue
        place = folder / path.stem
        place.mkdir(parents=True, exist_ok=True)
        drawings[label] = joined(data["image/svg+xml"]).encode()
        (place / f"{label}.svg").write_bytes(brand.recoloured(drawings[label], cells=True))
        narrow = brand.recoloured(joined(data[svg.NARROW]).encode(), cells=True)
        (place / f"{label}-narrow.svg").write_bytes(narrow)
        table = estimates.from_json(data[estimates.MIME])
        (place / f"{label}.csv").write_bytes(dataset.csv(table))
    made = pdf.pictures(
        map(brand.recoloured, drawings.values()), f"{path}: a picture of its figures", margin=6
    )
    for label, picture in zip(drawings, made, strict=True):
        (folder / path.stem / f"{label}.png").write_bytes(picture)
