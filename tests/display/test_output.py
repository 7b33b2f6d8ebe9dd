from __future__ import annotations

import json
import subprocess
import sys

import pandas as pd
import pytest

from observlib import display, estimates
from observlib.catalogue import Catalogue
from observlib.errors import ObservError


def test_importing_display_leaves_the_drawing_libraries_alone() -> None:
    code = (
        "import sys, observlib.display; "
        "print([m for m in ('matplotlib', 'seaborn', 'great_tables', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_text_carries_the_estimates_that_it_uses(marks: pd.DataFrame) -> None:
    bundle = display.text("La note est de 8,4 : bien !", marks)._repr_mimebundle_()
    assert bundle["text/markdown"] == "La note est de 8,4\xa0: bien\u202f!"
    content = json.loads(json.dumps(bundle[estimates.MIME], allow_nan=False))
    assert content["kind"] == "text" and "caption" not in content
    pd.testing.assert_frame_equal(estimates.from_json(content), marks)


@pytest.mark.parametrize("caption", ["", "  ", "deux\nlignes"])
def test_no_chart_without_a_caption(
    caption: str, marks: pd.DataFrame, catalogue: Catalogue
) -> None:
    for make in (display.dot_chart, display.line_chart, display.table):
        with pytest.raises(ObservError, match="caption"):
            make(marks, catalogue, caption=caption)
