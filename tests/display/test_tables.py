from __future__ import annotations

import re

import pandas as pd
import pytest

from observlib import display, estimates
from observlib.catalogue import Catalogue
from observlib.errors import ObservError


def plain(output: display.Output) -> list[str]:
    text = output.shown["text/plain"].replace("\xa0", " ").replace("\u202f", " ")
    return text.splitlines()


def test_a_table_shows_value_interval_base_and_marks(
    marks: pd.DataFrame, catalogue: Catalogue
) -> None:
    head, _, *rows = plain(display.table(marks, catalogue, caption="Les notes"))
    assert head == ("| Produit | Satisfaction sur 10 | Intervalle à 95 % | Réponses |")
    assert rows[:5] == [
        "| Service-public.fr | 8,4 | 8,1 à 8,7 | 12 340 |",
        "| Entreprendre.Service-public.fr | 6,2 | 5,9 à 6,5 | 1 234 |",
        "| Légifrance | 9,1 (f) | 8,8 à 9,4 | 18 |",
        "| Journal officiel | nd |  |  |",
        "| Vie-publique.fr | s |  |  |",
    ]
    assert rows[-1] == (
        "(f) : faible effectif (moins de 30 réponses), à lire avec prudence. "
        "s : secret statistique. nd : donnée non disponible."
    )


def test_a_note_explains_only_the_marks_of_its_table(visits, catalogue: Catalogue) -> None:
    frame = visits(["boamp", "bodacc"], ["2026-T2", "2026-T3"], partial=True).iloc[:3]
    head, _, *rows = plain(display.table(frame, catalogue, caption="U", columns="period"))
    assert head == "| Produit | T2 2026 | T3 2026 |"
    assert rows[0] == "| BOAMP | 200 000 | 204 000 (p) |" and rows[1].endswith("| – |")
    assert rows[-1] == (
        "(p) : période incomplète, à ne pas comparer aux autres. "
        "– : aucun dispositif ne mesure cette donnée."
    )
    whole = display.table(visits(["boamp"], ["2026-T2"]), catalogue, caption="U")
    assert plain(whole)[-1] == "| BOAMP | 200 000 |"


def test_intervals_and_bases_stand_under_the_values_of_a_wide_table(
    marks: pd.DataFrame, catalogue: Catalogue
) -> None:
    made = display.table(marks.iloc[:1], catalogue, caption="U", columns="period")
    html = made.shown["text/html"].replace("\xa0", " ").replace("\u202f", " ")
    assert "8,4<br><small>8,1 à 8,7</small><br><small>n = 12 340</small>" in html
    assert 'scope="row"' in html and 'scope="col"' in html


def test_the_board_writes_each_indicator_in_its_own_way(
    visits, marks: pd.DataFrame, catalogue: Catalogue
) -> None:
    change = {"indicator": "visits_yoy", "unit": "%", "estimate": 8.14}
    passport = {"product": "legifrance", "channel": "web", "period": "2026-T3"}
    frame = estimates.combine(
        [
            visits(["legifrance", "boamp"], ["2026-T3"]),
            estimates.make([{**change, **passport}]),
            marks,
        ]
    )
    board = display.board(
        frame,
        catalogue,
        indicators=["visits", "visits_yoy", "satisfaction_10"],
        caption="Un tableau de bord",
    )
    head, _, *rows = plain(board)
    assert head == (
        "| Produit | Canal | Visites | Évolution des visites | Satisfaction sur 10 | Réponses |"
    )
    assert "| Légifrance | Web | 200 000 | +8,1 % | 9,1 (f) (8,8 à 9,4) | 18 |" in rows
    assert "| BOAMP | Web | 266 667 | – | – |  |" in rows
    assert "| Vie-publique.fr | Web | – | – | s |  |" in rows
    assert board.content["kind"] == "table" and board.content["caption"] == "Un tableau de bord"
    assert len(board.content["rows"]) == len(frame)


def test_labels_are_text_and_not_html(catalogue: Catalogue) -> None:
    frame = estimates.make(
        [
            {
                "indicator": "procedure_satisfaction",
                "period": "2026-T3",
                "group": "procedure",
                "group_value": "<script>alert(1)</script>",
                "estimate": 7,
                "unit": "sur 10",
            }
        ]
    )
    html = display.table(frame, catalogue, caption="U", rows="group_value").shown["text/html"]
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_tables_of_one_page_have_different_and_stable_names(
    marks: pd.DataFrame, catalogue: Catalogue
) -> None:
    def name(caption: str) -> str:
        html = display.table(marks, catalogue, caption=caption).shown["text/html"]
        found = re.search(r'id="(table-[0-9a-f]+)"', html)
        assert found
        return found[1]

    assert name("Une") == name("Une") != name("Autre")


def test_two_devices_in_one_cell_are_told_apart(visits, catalogue: Catalogue) -> None:
    frame = visits(["bodacc"], ["2026-T3"])
    twice = estimates.combine([frame, frame.assign(device="datagouv-bodacc")])
    with pytest.raises(ObservError, match="device: matomo-bodacc, datagouv-bodacc"):
        display.board(twice, catalogue, indicators=["visits"], caption="U")
    with pytest.raises(ObservError, match="no estimate of these indicators"):
        display.board(twice, catalogue, indicators=["clarity_10"], caption="U")
    both = display.board(
        twice, catalogue, indicators=["visits"], caption="U", rows=("product", "device")
    )
    assert len(plain(both)) == 4


def test_a_dashboard_mixes_usages_and_writes_the_unit_of_each(
    visits, marks: pd.DataFrame, catalogue: Catalogue
) -> None:
    usage = visits(["service-public", "boamp"], ["2026-T3"], start=86_700_000)
    calls = estimates.make(
        [
            {
                "indicator": "visits_yoy",
                "product": "allo-service-public",
                "channel": "phone",
                "period": "2026-T3",
                "estimate": 2.0,
                "unit": "%",
            }
        ]
    )
    columns = {"Usage": estimates.combine([usage, calls]), "Avis": marks, "Rien": marks.iloc[:0]}
    head, _, *rows = plain(display.dashboard(columns, catalogue, caption="D"))
    assert head == "| Produit | Canal | Usage | Avis |"
    assert rows[0].startswith("| Service-public.fr | Web | 86,7 millions de visites | 8,4 (")
    assert any("+2,0 %" in row and row.endswith("| – |") for row in rows)


def test_a_dashboard_of_nothing_or_of_two_values_in_a_cell_is_an_error(
    marks: pd.DataFrame, catalogue: Catalogue
) -> None:
    with pytest.raises(ObservError, match="no estimate to show"):
        display.dashboard({"Avis": marks.iloc[:0]}, catalogue, caption="D")
    with pytest.raises(ObservError, match="dashboard, column 'Avis': 2 estimates for"):
        display.dashboard({"Avis": pd.concat([marks, marks])}, catalogue, caption="D")


def test_a_base_is_headed_by_what_it_counts(catalogue: Catalogue) -> None:
    row = {"period": "2026-T3", "unit": "%", "product": "legifrance", "estimate": 50, "n": 20}
    calls = {**row, "indicator": "answer_rate", "status": "low_base"}
    mails = {**row, "indicator": "reopened_share", "product": "boamp", "status": "low_base"}
    one = plain(display.table(estimates.make([calls]), catalogue, caption="U"))
    assert one[0] == "| Produit | Appels décrochés | Appels |"
    assert one[-1] == "(f) : faible effectif (moins de 30 appels), à lire avec prudence."
    both = plain(
        display.board(
            estimates.make([calls, mails]),
            catalogue,
            indicators=["answer_rate", "reopened_share"],
            rows="product",
            caption="U",
        )
    )
    assert both[0].endswith("| Effectif (n) |")
    assert both[-1].startswith("(f) : faible effectif (moins de 30), à lire avec prudence.")


def test_an_interval_under_a_value_is_never_broken(
    marks: pd.DataFrame, catalogue: Catalogue
) -> None:
    made = display.table(marks.iloc[:1], catalogue, caption="U", columns="period")
    assert "<small>8,1\xa0à\xa08,7</small>" in made.shown["text/html"]


def test_money_is_written_in_euros_and_large_sums_in_words(catalogue: Catalogue) -> None:
    row = {"indicator": "revenue", "period": "2026-T3", "unit": "€", "product": "boamp"}
    frames = {
        "Ventes": estimates.make([{**row, "estimate": 1_234_567}]),
        "Autres": estimates.make([{**row, "estimate": 60_299}]),
    }
    mixed = estimates.combine(
        [*frames.values(), estimates.make([{**row, "unit": "exemplaires", "estimate": 3,
                                            "indicator": "units_sold"}])]
    )  # fmt: skip
    products = ["boamp", "bodacc", "legifrance"]
    shown = plain(
        display.dashboard({"Tout": mixed.assign(product=products)}, catalogue, caption="D")
    )
    assert any("1,2 million d'euros" in line for line in shown)
    assert any("60 299 €" in line for line in shown)
