"""What a cell ends with: sentences that carry their estimates, and notes on method."""

import json
import subprocess
import sys

import pandas as pd
import pytest
from tests.words import plain

from observlib import Study, display, estimates
from observlib.base.errors import ObservError
from observlib.display import output
from observlib.language.words import rounded_estimates
from observlib.records.sheets import Correction


def test_importing_display_leaves_the_drawing_libraries_alone():
    code = "import sys, observlib.display; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "observlib.display" in loaded
    assert not loaded & {"matplotlib", "seaborn", "great_tables", "scipy"}


def test_a_text_carries_the_estimates_that_it_uses(marks, catalogue):
    said = display.text("La note est de 8,4 : bien !").carrying([marks, marks], catalogue)
    bundle = said._repr_mimebundle_()
    assert bundle["text/markdown"] == "La note est de 8,4\xa0: bien\u202f!"
    content = json.loads(json.dumps(bundle[estimates.MIME], allow_nan=False))
    assert content["kind"] == "text" and "caption" not in content
    pd.testing.assert_frame_equal(estimates.from_json(content), rounded_estimates(marks, catalogue))
    with pytest.raises(ObservError, match="is empty; write the sentence"):
        display.text(" ")


def test_columns_are_as_wide_as_their_words_or_even():
    columns = {"A": ["x" * 40], "B": ["1"]}
    rules = [output.pipe_table(columns, ("B",), even=x).split("\n")[1] for x in (False, True)]
    assert rules == [f"|:{'-' * 41}|{'-' * 2}:|", f"|:{'-' * 32}|{'-' * 14}:|"]


def test_a_figure_of_too_many_devices_says_so_and_carries_their_estimates():
    row = {"indicator": "subscription_survival", "unit": "%", "channel": "mail", "n": 900}
    row |= {"period": "2026-T3", "group": "months", "product": "legifrance", "estimate": 90.0}
    frame = estimates.make(
        {**row, "device": f"lettre-{number}", "group_value": months}
        for number in range(7)
        for months in ("0", "12")
    )
    made = Study("2026-T3", "data/demo").curves(frame, "Ils restent", x_label="mois")
    assert "trop pour être montrés ensemble" in repr(made)
    assert len(made.content["rows"]) == len(frame)


def test_methods_are_printed_once_and_not_those_of_what_no_device_measured(marks, catalogue):
    known = catalogue.indicators
    twin = known["clarity_10"].model_copy(update={"method": known["satisfaction_10"].method})
    same = catalogue.model_copy(update={"indicators": {**known, "clarity_10": twin}})
    both = estimates.combine([marks, marks.assign(indicator="clarity_10")])
    methods = repr(output.notes(both, same)).split("\n\n")[-1]
    assert methods.count("Moyenne des notes") == 1
    assert methods.startswith("- **Satisfaction sur 10 et Clarté du langage.** ")
    absent = marks[marks["status"] == "missing"].assign(indicator="clarity_10", device="")
    said = repr(output.notes(estimates.combine([marks, absent]), catalogue))
    assert "Satisfaction sur 10" in said and "Clarté" not in said
    assert repr(output.notes(absent, catalogue)).startswith("Aucun indicateur")
    with pytest.raises(ObservError, match="holds no estimate"):
        output.notes(estimates.make([]), catalogue)


def test_what_a_source_got_wrong_is_told_on_each_page_that_tells_its_figures(marks, catalogue):
    keys = {"id": "minutes", "title": "Des notes inversées", "device": "jdma-legifrance"}
    keys |= {"first": "2026-05-01", "last": "2026-05-31", "date": "2026-06-01", "status": "open"}
    keys |= {"reason": "L'échelle était à l'envers.", "provider": "pôle études"}
    wrong = Correction.model_validate({**keys, "column": "value", "expect": 1, "becomes": 10})
    said = repr(output.notes(marks, catalogue, [wrong])).replace("\xa0", " ")
    told = "corrigée, du 1er mai 2026 au 31 mai 2026 : des notes inversées. L'échelle était"
    assert told in said.replace("’", "'")
    others = output.notes(marks[marks["device"] != "jdma-legifrance"], catalogue, [wrong])
    assert "inversées" not in repr(others)


def test_a_macro_writes_words_as_text_and_what_is_markdown_as_it_is(tmp_path):
    (tmp_path / "x.j2").write_text(
        "{% macro m(word, part, day, rows) %}\n\n{{ word }}\n\n\n\n{{ part | md }},"
        " {{ day | day }}, {{ '2026-T3' | period }}\n\n"
        "{{ ['A', 'B'] | table(rows) }}\n\n{% endmacro %}"
    )
    say = output.macros(str(tmp_path / "x.py"))
    made = say("m", "*a* : b", "\n*c*\n", "2026-07-01", [["1", "2"], ["3", "4"]])
    assert plain(made).split("\n\n") == [
        r"\*a\* : b", "*c*, 1er juillet 2026, 3e trimestre 2026",
        "| A | B |\n|:--|:--|\n| 1 | 2 |\n| 3 | 4 |",
    ]  # fmt: skip
