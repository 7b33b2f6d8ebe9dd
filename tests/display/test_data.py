"""The table folded under a chart has all that is drawn, in the fewest lines that can be read."""

import json
import subprocess

import pandas as pd
import pytest

from observlib import display, estimates
from observlib.catalogue import Catalogue
from observlib.publish.pandoc import executable


def written(frame: pd.DataFrame, catalogue: Catalogue) -> tuple[list[str], str]:
    """The lines of the table, and its caption."""
    text = display.data_markdown(frame, catalogue).replace("\xa0", " ").replace("\u202f", " ")
    table, _, caption = text.partition("\n\n: ")
    return table.splitlines(), caption


def test_a_list_has_every_drawn_number_and_says_what_is_withheld(marks, catalogue):
    (head, rule, *rows), caption = written(marks, catalogue)
    assert head == "| Produit | Valeur | Intervalle à 95 % | Effectif (n) | État |"
    assert len(rows) == len(marks) and rule.count("|") == 6
    assert rows[0].endswith("| 8,4 sur 10 | 8,1 à 8,7 | 12 340 |  |")
    assert rows[3].endswith("| – |  |  | secret statistique |")
    assert caption == "Satisfaction sur 10, 3e trimestre 2026."


def test_numbers_stand_to_the_right_and_words_to_the_left(marks, catalogue):
    rule = written(marks, catalogue)[0][1].strip("|").split("|")
    assert [part.endswith(":") for part in rule] == [False, True, True, True, False]


def test_months_of_products_make_a_cross_table_in_the_order_of_the_catalogue(visits, catalogue):
    frame = visits(["legifrance", "service-public"], ["2026-07", "2026-08", "2026-09"], True)
    (head, _, *rows), caption = written(frame, catalogue)
    assert head == "| Période | Service-public.fr | Légifrance |"
    assert rows == [
        "| juillet 2026 | 266 667 | 200 000 |",
        "| août 2026 | 272 000 | 204 000 |",
        "| septembre 2026 | 277 333 (p) | 208 000 (p) |",
    ]
    assert caption == "Visites. Période incomplète (p) : à ne pas comparer aux autres."


def test_a_cross_table_has_intervals_marks_and_the_base_of_each_column(marks, catalogue):
    known = marks.assign(n=marks["n"].where(marks["status"] != "low_base", 29))
    frame = estimates.combine([known.assign(period=p) for p in ("2026-T1", "2026-T2", "2026-T3")])
    (head, _, *rows), caption = written(frame, catalogue)
    # five products are more than three quarters
    assert head == "| Produit | 1er trimestre 2026 | 2e trimestre 2026 | 3e trimestre 2026 |"
    assert rows[2] == "| Légifrance |" + " 9,1 (f) (8,8 à 9,4) |" * 3
    assert rows[3].endswith(" nd |" * 3) and rows[4].endswith(" s |" * 3)
    assert caption.startswith("Satisfaction sur 10. Entre parenthèses, intervalle à 95 %. Les eff")
    longer = [known.assign(period=f"2026-0{month}") for month in range(1, 10)]
    (head, *_), caption = written(estimates.combine(longer), catalogue)
    assert head.startswith(
        "| Période | Service-public.fr, n = 12 340 | Entreprendre.Service-public."
    )
    assert "effectifs" not in caption


def test_hours_of_days_are_two_sides_in_the_order_of_the_clock(catalogue):
    common = {"indicator": "calls_an_hour", "period": "2026-T3", "unit": "appels"}
    cells = {"lundi · 9\xa0h": 7, "lundi · 10\xa0h": 3, "mardi · 8\xa0h": 2, "mardi · 9\xa0h": 1}
    frame = estimates.make(
        {**common, "group": "weekday_hour", "group_value": name, "estimate": value}
        for name, value in cells.items()
    )
    (head, _, *rows), caption = written(frame, catalogue)
    assert head == "| Heure | lundi | mardi |"
    assert rows == ["| 8 h | – | 2 |", "| 9 h | 7 | 1 |", "| 10 h | 3 | – |"]
    assert caption == "Appels par heure, 3e trimestre 2026. – : pas de donnée."


def test_a_grid_with_many_holes_stays_a_list(visits, catalogue):
    frame = visits(["boamp", "bodacc", "legifrance"], ["2026-07", "2026-08", "2026-09"])
    (head, *_), _ = written(frame.iloc[[0, 1, 4, 8]], catalogue)
    assert head == "| Produit | Période | Valeur |"


def test_a_base_that_all_share_is_told_once(catalogue):
    common = {"indicator": "poll_share", "period": "2026-T3", "unit": "%", "n": 288}
    frame = estimates.make(
        {**common, "group": "Où ?", "group_value": name, "estimate": 50} for name in ("Ici", "Là")
    )
    (head, *_), caption = written(frame, catalogue)
    assert head == "| Option | Valeur |"
    assert caption == "Part des votes, 3e trimestre 2026, 288 votes."


def test_options_of_devices_of_which_one_has_no_product_make_a_cross_table(catalogue):
    common = {"indicator": "poll_share", "period": "2026-T3", "unit": "%", "group": "Où ?"}
    devices = {"sondages-reseau-pro": "service-public", "sondages-reseau-federe": ""}
    frame = estimates.make(
        {**common, "device": device, "product": product, "group_value": name, "estimate": 50}
        for device, product in devices.items()
        for name in ("Ici", "Là", "Ailleurs")
    )
    (head, _, *rows), _ = written(frame, catalogue)
    assert head == (
        "| Option | Sondages sur le réseau professionnel | Sondages sur le réseau fédéré |"
    )
    assert [row.split(" | ")[0] for row in rows] == ["| Ici", "| Là", "| Ailleurs"]


@pytest.mark.parametrize("several", [False, True])
def test_pandoc_reads_a_table_with_heads_and_a_caption(several, marks, catalogue):
    periods = ["2026-T2", "2026-T3"] if several else ["2026-T3"]
    frame = estimates.combine([marks.assign(period=period) for period in periods])
    done = subprocess.run(
        [executable(), "--from", "markdown", "--to", "json"],
        input=display.data_markdown(frame, catalogue), capture_output=True, check=True,
        encoding="utf-8",
    )  # fmt: skip
    (table,) = json.loads(done.stdout)["blocks"]
    assert table["t"] == "Table"
    _, (_, caption), _, (_, heads), bodies, _ = table["c"]
    assert caption and len(heads) == 1 and len(bodies[0][3]) == len(marks)


def test_a_label_cannot_break_the_table(catalogue):
    frame = estimates.make(
        {
            "indicator": "procedure_satisfaction", "period": "2026-T3", "group": "procedure",
            "group_value": name, "estimate": 7, "unit": "sur 10",
        }
        for name in ("a | b", "*c*\nd")
    )  # fmt: skip
    (_, _, *rows), _ = written(frame, catalogue)
    assert len(rows) == 2 and rows[0].startswith(r"| a \| b |") and rows[1].startswith(r"| \*c\* d")
