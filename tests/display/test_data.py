"""The table under a chart has all that is drawn, notes say how; several devices are told apart."""

import json
import subprocess

import pandas as pd
import pytest
from tests.words import plain

from observlib import Study, display, estimates
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.display import select
from observlib.publish.pandoc import executable
from observlib.records.sheets import Correction


def written(frame: pd.DataFrame, catalogue: Catalogue) -> tuple[list[str], str]:
    """The lines of the table, and its caption."""
    text = plain(display.data_markdown(frame, catalogue))
    table, _, caption = text.partition("\n\n: ")
    return table.splitlines(), caption


def test_months_of_products_make_a_cross_table_in_the_order_of_the_catalogue(visits, catalogue):
    frame = visits(["legifrance", "service-public"], ["2026-07", "2026-08", "2026-09"], True)
    (head, _, *rows), caption = written(frame, catalogue)
    assert head == "| Période | Service-public.fr | Légifrance |"
    assert rows == ["| juillet 2026 | 266 667 | 200 000 |", "| août 2026 | 272 000 | 204 000 |",
                    "| septembre 2026 | 277 333 (p) | 208 000 (p) |"]  # fmt: skip
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


def test_a_grid_of_many_holes_is_a_list_and_curves_have_devices_names(visits, catalogue):
    frame = visits(["boamp", "bodacc", "legifrance"], ["2026-07", "2026-08", "2026-09"])
    (head, *_), _ = written(frame.iloc[[0, 1, 4, 8]], catalogue)
    assert head == "| Produit | Période | Valeur |"
    frame = stays("alertes-legifrance", "lettre-vie-publique")
    made = display.curve_chart(frame, catalogue, caption="Ils restent", x_label="mois")
    assert catalogue.devices["alertes-legifrance"].label in made.content["alt"]


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
    row = {"indicator": "procedure_satisfaction", "period": "2026-T3", "group": "procedure"}
    row |= {"estimate": 7, "unit": "sur 10"}
    frame = estimates.make({**row, "group_value": name} for name in ("a | b", "*c*\nd"))
    (_, _, *rows), _ = written(frame, catalogue)
    assert len(rows) == 2 and rows[0].startswith(r"| a \| b |") and rows[1].startswith(r"| \*c\* d")


def blocks(frame: pd.DataFrame, catalogue: Catalogue) -> list[str]:
    return repr(display.notes(frame, catalogue)).split("\n\n")


def test_a_method_that_indicators_share_is_printed_once(marks, catalogue):
    known = catalogue.indicators
    twin = known["clarity_10"].model_copy(update={"method": known["satisfaction_10"].method})
    same = catalogue.model_copy(update={"indicators": {**known, "clarity_10": twin}})
    frame = estimates.combine([marks, marks.assign(indicator="clarity_10")])
    methods = blocks(frame, same)[-1]
    assert methods.count("Moyenne des notes") == 1
    assert methods.startswith("- **Satisfaction sur 10 et Clarté du langage.** ")


def test_the_method_of_what_no_device_measured_is_left_out(marks, catalogue):
    absent = marks[marks["status"] == "missing"].assign(indicator="clarity_10", device="")
    said = repr(display.notes(estimates.combine([marks, absent]), catalogue))
    assert "Satisfaction sur 10" in said and "Clarté" not in said
    assert repr(display.notes(absent, catalogue)).startswith("Aucun indicateur")
    with pytest.raises(ObservError, match="holds no estimate"):
        display.notes(estimates.make([]), catalogue)


def test_what_a_source_got_wrong_is_told_on_each_page_that_tells_its_figures(marks, catalogue):
    keys = {"id": "minutes", "title": "Des notes inversées", "device": "jdma-legifrance"}
    keys |= {"first": "2026-05-01", "last": "2026-05-31", "date": "2026-06-01", "status": "open"}
    keys |= {"reason": "L'échelle était à l'envers.", "provider": "pôle études"}
    wrong = Correction.model_validate({**keys, "column": "value", "expect": 1, "becomes": 10})
    said = repr(display.notes(marks, catalogue, [wrong])).replace("\xa0", " ")
    told = "corrigée, du 1er mai 2026 au 31 mai 2026 : des notes inversées. L'échelle était"
    assert told in said.replace("’", "'")
    others = display.notes(marks[marks["device"] != "jdma-legifrance"], catalogue, [wrong])
    assert "inversées" not in repr(others)


STAYS = {"indicator": "subscription_survival", "unit": "%", "channel": "mail", "n": 900}
LATE = {"period": "2026-T3", "group": "months", "product": "legifrance"}


def stays(*devices: str) -> pd.DataFrame:
    return estimates.make(
        {**STAYS, **LATE, "device": device, "group_value": months, "estimate": 90.0}
        for device in devices
        for months in ("0", "12")
    )


def shown(frame: pd.DataFrame) -> display.Output:
    return Study("2026-T3", "data/demo").curves(frame, "Ils restent", x_label="mois")


def test_a_table_names_the_devices_that_measure_the_same(catalogue):
    frame = stays("alertes-legifrance", "lettre-vie-publique")
    first = frame[frame["group_value"] == "12"]
    table = repr(display.table(first, catalogue, caption="Un an après"))
    assert "| Produit | Dispositif |" in " ".join(table.split())
    assert "information de Vie-publique.fr" in table
    alone = first[first["device"] == "alertes-legifrance"]
    assert "Alertes" not in repr(display.table(alone, catalogue, caption="Un an après"))


def test_a_figure_of_too_many_devices_says_so_and_carries_their_estimates():
    frame = stays(*(f"lettre-{number}" for number in range(7)))
    made = shown(frame)
    assert "trop pour être montrés ensemble" in repr(made)
    assert len(made.content["rows"]) == len(frame)


def test_devices_side_by_side_are_as_many_as_a_reader_can_follow(catalogue):
    frame = stays(*(f"lettre-{number}" for number in range(13)))
    asked = {"caption": "Un an après", "rows": "group_value", "columns": "device"}
    with pytest.raises(select.Crowded, match="13 devices as columns; at most 12 can be read"):
        display.table(frame, catalogue, **asked)
    few = frame[frame["device"] != "lettre-0"]
    assert "lettre-12" in repr(display.table(few, catalogue, **asked))
