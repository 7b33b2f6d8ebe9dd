"""What `quarto render` has a notebook pass through (see `_quarto.yml`): captions, plain tables."""

import sys

import nbformat

from observlib.edition.finalise import with_captions
from observlib.publish.pandoc import clean_table

if __name__ == "__main__":
    notebook = with_captions(nbformat.read(sys.stdin, 4))
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "<table" in (data := output.get("data", {})).get("text/html", ""):
                # for which Quarto loads scripts
                table = clean_table(data.pop("text/html"))
                data["text/markdown"] = "\n\n".join(table.blocks())
    nbformat.write(notebook, sys.stdout)
