import json
import re
import subprocess
import sys

import pandas as pd
import pypandoc
import pytest

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.display.output import pipe_table
from observlib.language.rounding import rounded


def test_importing_display_leaves_the_drawing_libraries_alone():
    code = (
        "import sys, observlib.display; "
        "print([m for m in ('matplotlib', 'seaborn', 'great_tables', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_text_carries_the_estimates_that_it_uses(marks, catalogue):
    said = display.text("La note est de 8,4 : bien !").carrying([marks, marks], catalogue)
    bundle = said._repr_mimebundle_()
    assert bundle["text/markdown"] == "La note est de 8,4\xa0: bien\u202f!"
    content = json.loads(json.dumps(bundle[estimates.MIME], allow_nan=False))
    assert content["kind"] == "text" and "caption" not in content
    pd.testing.assert_frame_equal(estimates.from_json(content), rounded(marks, catalogue))


@pytest.mark.parametrize(
    "word",
    ["<script>alert(1)</script>", "</p>", "<!-- a", "`<b>`{=html}", "a\n```{=html}\n<b>\n```"],
)
def test_a_word_of_an_export_runs_no_code_in_a_page(word, marks, catalogue):
    line = " ".join(word.split("\n"))
    columns = {"Réponse": [line], "n": ["1"]}
    said = [
        display.text(f"Réponse « {word} »").shown["text/markdown"],
        display.text(pipe_table(columns)).shown["text/markdown"],
        display.dot_chart(marks, catalogue, caption=f"« {line} »").content["caption"],
    ]
    for markdown in said:
        page = pypandoc.convert_text(markdown, "html", format="markdown")
        assert not re.search(r"<(script|b)>|<!--|</p>.*</p>", page), page


@pytest.mark.parametrize("caption", ["", "  ", "deux\nlignes"])
def test_no_chart_without_a_caption(caption, marks, catalogue):
    for make in (display.dot_chart, display.line_chart, display.table):
        with pytest.raises(ObservError, match="caption"):
            make(marks, catalogue, caption=caption)
