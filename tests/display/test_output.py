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


def test_notes_print_each_method_and_each_shared_reservation_once(
    marks: pd.DataFrame, catalogue: Catalogue
) -> None:
    lines = str(display.notes(marks, catalogue)).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("- **Satisfaction sur 10.** Moyenne des notes")
    assert lines[1].count("Les répondants se sont choisis") == 1
    assert "Légifrance" in lines[1] and "Vie-publique.fr" in lines[1]


def test_the_data_table_has_every_drawn_number_and_says_what_is_withheld(
    marks: pd.DataFrame, catalogue: Catalogue
) -> None:
    made = display.data_markdown(marks, catalogue).replace("\xa0", " ").replace("\u202f", " ")
    head, rule, *rows = made.splitlines()
    assert head == "| Produit | Période | Valeur | Intervalle à 95 % | Effectif (n) | État |"
    assert len(rows) == len(marks) and rule.count("|") == 7
    assert rows[0].endswith("| 8,4 sur 10 | 8,1 à 8,7 | 12 340 |  |")
    assert rows[3].endswith("| – |  |  | secret statistique |")


def test_a_label_cannot_break_the_data_table(catalogue: Catalogue) -> None:
    frame = estimates.make(
        {
            "indicator": "procedure_satisfaction",
            "period": "2026-T3",
            "group": "procedure",
            "group_value": name,
            "estimate": 7,
            "unit": "sur 10",
        }
        for name in ("a | b", "*c*\nd")
    )
    rows = display.data_markdown(frame, catalogue).splitlines()
    assert len(rows) == 4 and rows[2].startswith(r"| a \| b |") and rows[3].startswith(r"| \*c\* d")
