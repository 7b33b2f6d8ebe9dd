import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from tests.words import plain

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.publish.pandoc import clean_table


def lines(output: display.Output) -> list[str]:
    return plain(output.shown["text/plain"]).splitlines()


@pytest.fixture
def board(catalogue: Catalogue) -> Callable[..., list[str]]:
    """The lines of a board, of all its indicators unless they are named."""

    def made(frame: pd.DataFrame, *indicators: str, **more: Any) -> list[str]:
        named = [*(indicators or frame["indicator"].unique())]
        return lines(display.board(frame, catalogue, indicators=named, caption="U", **more))

    return made


def test_a_note_explains_only_the_marks_of_its_table(visits, catalogue):
    frame = visits(["boamp", "bodacc"], ["2026-T2", "2026-T3"], partial=True).iloc[:3]
    head, _, *rows = lines(display.table(frame, catalogue, caption="U", columns="period"))
    assert head == "| Produit | T2 2026 | T3 2026 |"
    assert rows[0] == "| BOAMP | 200 000 | 204 000 (p) |" and rows[1].endswith("| – |")
    assert rows[-1] == (
        "Comparaison prudente. Ce qui n’est pas connu : la grandeur mesurée, l’outil de mesure et "
        "le territoire. Période incomplète (p) : à ne pas comparer aux autres. "
        "Aucun dispositif ne mesure cette donnée : –."
    )
    whole = display.table(visits(["boamp"], ["2026-T2"]), catalogue, caption="U")
    assert lines(whole)[-1] == "| BOAMP | 200 000 |"


def test_labels_are_text_and_not_html(catalogue):
    row = {"indicator": "procedure_satisfaction", "period": "2026-T3", "group": "procedure"}
    row |= {"group_value": "<script>alert(1)</script>", "estimate": 7, "unit": "sur 10"}
    frame = estimates.make([row])
    html = display.table(frame, catalogue, caption="U", rows="group_value").shown["text/html"]
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_two_devices_in_one_cell_are_told_apart(visits, board):
    frame = visits(["bodacc"], ["2026-T3"])
    twice = estimates.combine([frame, frame.assign(device="datagouv-bodacc")])
    alone, both = board(twice, rows="product"), board(twice, rows=("product", "device"))
    assert alone == both and len(both) == 6
    with pytest.raises(ObservError, match="no estimate of these indicators"):
        board(twice, "clarity_10")
    same = estimates.combine([frame, frame.assign(estimate=1.0)])
    with pytest.raises(ObservError, match="2 estimates for bodacc"):
        board(same, rows="product")


def test_a_dashboard_of_nothing_or_of_two_values_in_a_cell_is_an_error(marks, catalogue):
    twice = "dashboard, column 'Avis': 2 estimates for"
    for frame, told in ((marks[:0], "no estimate to show"), (pd.concat([marks] * 2), twice)):
        with pytest.raises(ObservError, match=told):
            display.dashboard_table({"Avis": frame}, catalogue, caption="D")


def test_a_base_is_headed_by_what_it_counts(catalogue, board):
    row = {"period": "2026-T3", "unit": "%", "product": "legifrance", "estimate": 50, "n": 20}
    calls = {**row, "indicator": "answer_rate", "status": "low_base"}
    mails = {**row, "indicator": "reopened_share", "product": "boamp", "status": "low_base"}
    one = lines(display.table(estimates.make([calls]), catalogue, caption="U"))
    assert one[0] == "| Produit | Appels décrochés | Appels |"
    assert one[-1] == "Faible effectif (f) : moins de 30 appels, à lire avec prudence."
    both = board(estimates.make([calls, mails]), rows="product")
    assert both[0].endswith("| Effectif (n) |")  # appels and messages clos
    assert both[-1].startswith("Faible effectif (f) : moins de 30, à lire avec prudence.")


def test_money_is_written_in_euros_and_large_sums_in_words(catalogue):
    row = {"indicator": "revenue", "period": "2026-T3", "unit": "€", "product": "boamp"}
    sold = {"unit": "exemplaires", "estimate": 3, "indicator": "units_sold"}
    rows = [{**row, "estimate": 1_234_567}, {**row, "estimate": 60_299}, {**row, **sold}]
    mixed = estimates.make(rows).assign(product=["boamp", "bodacc", "legifrance"])
    shown = lines(display.dashboard_table({"Tout": mixed}, catalogue, caption="D"))
    assert any("1,2 million d’euros" in line for line in shown)
    assert any("60 299 €" in line for line in shown)


def of_legifrance(**values: dict[str, Any]) -> pd.DataFrame:
    """Estimates of one product by indicator."""
    common = {"product": "legifrance", "channel": "web", "period": "2026-T3", "unit": "%"}
    return estimates.make({**common, "indicator": name, **row} for name, row in values.items())


def test_values_on_different_bases_have_each_its_own_and_no_column_contradicts_a_mark(board):
    frame = of_legifrance(
        clarity_10={"unit": "sur 10", "estimate": 6.5, "n": 108},
        help_reached_share={"estimate": 54, "n": 26, "status": "low_base"},
    )
    head, _, row, _, note = board(frame)
    assert head == "| Produit | Canal | Clarté du langage (sur 10) | Aide joignable |"
    assert row == "| Légifrance | Web | 6,5 (n = 108) | 54 % (f) (n = 26) |"
    assert note.startswith("Sous la valeur : nombre de réponses (n). Faible effectif (f) :")


def test_a_count_that_is_the_base_of_others_is_not_doubled_by_a_column(board):
    frame = of_legifrance(
        calls_offered={"unit": "appels", "estimate": 38_056, "n": 38_056},
        answer_rate={"estimate": 86, "n": 38_056},
        wait_median={"unit": "s", "estimate": 40, "n": 958},
    )
    head, _, row = board(frame, "calls_offered", "answer_rate")
    assert head == "| Produit | Canal | Appels reçus | Appels décrochés |"
    assert row == "| Légifrance | Web | 38 056 | 86 % |"
    head, _, row, _, note = board(frame)
    assert head.endswith("| Appels reçus | Appels décrochés | Attente médiane |")
    assert row.endswith("| 38 056 | 86 % | 40 s (n = 958) |")
    assert note == (
        "Sous la valeur : nombre d’appels décrochés (n). "
        "Effectif (n) de « Appels décrochés » : colonne « Appels reçus »."
    )


def test_a_count_of_other_things_is_no_base_though_its_number_is_the_same(board):
    frame = of_legifrance(
        tickets_received={"unit": "messages", "estimate": 77, "n": 77},
        answer_rate={"estimate": 86, "n": 77},
    )
    head, _, row = board(frame)
    assert head.endswith("| Messages reçus | Appels décrochés | Appels |")
    assert row.endswith("| 77 | 86 % | 77 |")


def test_scales_that_differ_are_told_in_the_cells_and_one_in_the_head(board):
    row = {"indicator": "satisfaction_mean", "period": "2026-T3", "channel": "web"}
    both = {"legifrance": (3.8, "sur 5"), "boamp": (7.9, "sur 10")}
    frame = estimates.make(
        {**row, "product": x, "estimate": mark, "unit": unit} for x, (mark, unit) in both.items()
    )
    head, _, *rows = board(frame, rows="product")
    assert head == "| Produit | Note moyenne |"
    assert rows == ["| Légifrance | 3,8 sur 5 |", "| BOAMP | 7,9 sur 10 |"]
    assert board(frame.iloc[:1], rows="product")[0] == "| Produit | Note moyenne (sur 5) |"


def test_a_base_that_a_whole_column_shares_stands_in_its_head(catalogue):
    row = {"indicator": "profile_share", "period": "2026-T3", "unit": "%", "group": "sex"}
    frame = estimates.make(
        {**row, "device": device, "group_value": sex, "estimate": 50, "n": n}
        for device, n in {"jdma-legifrance": 798, "jdma-vie-publique": 546}.items()
        for sex in ("Femme", "Homme")
    )

    def shown(frame: pd.DataFrame) -> list[str]:
        asked = {"rows": "group_value", "columns": "device", "caption": "U"}
        return lines(display.table(frame, catalogue, **asked))

    head, _, first, _, _, note = shown(frame)
    assert re.fullmatch(r"\| Sexe \| [^|]+, n = 798 \| [^|]+, n = 546 \|", head)
    assert first == "| Femme | 50 % | 50 % |" and note == "Effectif (n) : nombre de réponses."
    other = frame.assign(n=[798.0, 798.0, 546.0, 545.0])
    assert "n = " not in shown(other)[0] and "50 % (n = 545)" in shown(other)[3]


def test_repeated_names_head_a_group_of_rows_that_a_screen_reader_knows(catalogue):
    row = {"indicator": "poll_share", "period": "2026-T3", "unit": "%", "device": "jdma-legifrance"}
    frame = estimates.make(
        {**row, "group": asked, "group_value": option, "estimate": 50, "n": 40}
        for asked in ("Où <ici> est-ce ?", "Qu'en dire ?")
        for option in ("Oui", "Non")
    )
    made = display.table(frame, catalogue, rows=["device", "group", "group_value"], caption="U")
    markup = clean_table(made.shown["text/html"]).markup
    bodies = markup.split("<tbody>")[1:]
    assert len(bodies) == 2 and markup.count('scope="rowgroup"') == 2
    heads = re.findall(r'<th colspan="3" scope="rowgroup" class="group">(.*?)</th>', markup)
    assert [head.split("\xa0: ")[1] for head in heads] == [
        "Où &lt;ici&gt; est-ce\u202f?", "Qu’en dire\u202f?",
    ]  # fmt: skip
    assert all(body.count('scope="row"') == 2 for body in bodies)
    assert markup.count('scope="col"') == 3 and ">Option<" in markup
    # in plain text each row says all its names
    assert sum("Où" in line for line in lines(made)) == 2
