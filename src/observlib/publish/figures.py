"""The files of a page's figures: each drawing, wide and narrow, its picture and its data.

They stand beside the page, in a folder of its name, each named by its label: these addresses stay.
`reports/drawings.lua` puts both drawings into the page.
"""

from __future__ import annotations

from pathlib import Path

from observlib import dataset, estimates
from observlib.base.files import write_all
from observlib.display import svg
from observlib.display.style import Brand
from observlib.publish import pdf
from observlib.publish.notebook import joined, labelled_outputs, read_notebook


def write_figures(path: Path, folder: Path, brand: Brand) -> None:
    """Put the files of the figures of an executed notebook beside its page, in `folder`.

    Drawings keep the house's colours that style sheets change; their pictures have the brand's.

    A chart without a narrow drawing, which an analyst made without `observlib`, has none of them.
    """
    drawings: dict[str, bytes] = {}
    files: dict[str, bytes] = {}
    for label, data in labelled_outputs(read_notebook(path)):
        if label.startswith("fig-") and svg.NARROW in data and estimates.MIME in data:
            drawings[label] = joined(data["image/svg+xml"]).encode()
            narrow = joined(data[svg.NARROW]).encode()
            files[f"{label}.svg"] = brand.recoloured(drawings[label], cells=True)
            files[f"{label}-narrow.svg"] = brand.recoloured(narrow, cells=True)
            files[f"{label}.csv"] = dataset.csv(estimates.from_json(data[estimates.MIME]))
    name = f"{path}: a picture of its figures"
    made = pdf.pictures(map(brand.recoloured, drawings.values()), name, margin=6)
    files |= {f"{label}.png": image for label, image in zip(drawings, made, strict=True)}
    write_all(files, folder / path.stem)
