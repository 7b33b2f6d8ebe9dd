"""Tables of pages, and the table under a chart, which has all that is drawn."""

import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from tests.display import drawn
from tests.display.conftest import QUARTERS
from tests.words import plain

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.display import select, tables
from observlib.publish.pandoc import clean_table


def by_group(fixtures: dict[str, Any]) -> pd.DataFrame:
    """Shares and counts of what two devices heard of, with all that withholds them."""
    values = {"Retard": 12.5, "Accueil": "suppressed", "Autre": 3.0}
    states = {"Autre": "low_base", "Retard": "partial"}
    return estimates.combine(
        fixtures["grouped"](values, device=f"jdma-{name}", n=n, states=states, half=1.0)
        for name, n in (("boamp", 400), ("legifrance", 27))
    )


CASES: drawn.Cases = {
    "a table": ("table", lambda f: estimates.combine(
        [f["marks"].assign(period=x) for x in QUARTERS[-2:]]), {"columns": "period"}),
    "a list": ("table", lambda f: f["marks"], {}),
    "a board": ("board", lambda f: estimates.combine(
        [f["marks"], f["visits"](["boamp", "legifrance"], ["2026-T3"])]),
        {"indicators": ["visits", "satisfaction_10"]}),
    "a table of groups": ("table", lambda f: by_group(f), {"rows": ("device", "group_value")}),
    "a table by device": ("table", lambda f: by_group(f), {
        "rows": "group_value", "columns": "device"}),
    "a register": ("register", lambda f: f["marks"], {}),
    "a board of groups": ("board", lambda f: by_group(f), {
        "indicators": ["calls", "part"], "rows": ("device", "group_value")}),
}  # fmt: skip
test_tables_are_drawn_as_they_are_known = drawn.test(CASES)


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


def test_a_grid_of_many_holes_is_a_list(visits, catalogue):
    frame = visits(["boamp", "bodacc", "legifrance"], ["2026-07", "2026-08", "2026-09"])
    (head, *_), _ = written(frame.iloc[[0, 1, 4, 8]], catalogue)
    assert head == "| Produit | Période | Valeur |"


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


def test_a_label_cannot_break_the_table(catalogue):
    row = {"indicator": "procedure_satisfaction", "period": "2026-T3", "group": "procedure"}
    row |= {"estimate": 7, "unit": "sur 10"}
    frame = estimates.make({**row, "group_value": name} for name in ("a | b", "*c*\nd"))
    (_, _, *rows), _ = written(frame, catalogue)
    assert len(rows) == 2 and rows[0].startswith(r"| a \| b |") and rows[1].startswith(r"| \*c\* d")


def stays(*devices: str) -> pd.DataFrame:
    row = {"indicator": "subscription_survival", "unit": "%", "channel": "mail", "n": 900}
    row |= {"period": "2026-T3", "group": "months", "product": "legifrance", "group_value": "12"}
    return estimates.make({**row, "device": device, "estimate": 90.0} for device in devices)


def test_a_table_names_the_devices_that_measure_the_same(catalogue):
    first = stays("alertes-legifrance", "lettre-vie-publique")
    table = repr(display.table(first, catalogue, caption="Un an après"))
    assert "| Produit | Dispositif |" in " ".join(table.split())
    assert "information de Vie-publique.fr" in table
    alone = first[first["device"] == "alertes-legifrance"]
    assert "Alertes" not in repr(display.table(alone, catalogue, caption="Un an après"))


def test_devices_side_by_side_are_as_many_as_a_reader_can_follow(catalogue):
    frame = stays(*(f"lettre-{number}" for number in range(13)))
    asked = {"caption": "Un an après", "rows": "group_value", "columns": "device"}
    with pytest.raises(select.Crowded, match="13 devices as columns; at most 12 can be read"):
        display.table(frame, catalogue, **asked)
    few = frame[frame["device"] != "lettre-0"]
    assert "lettre-12" in repr(display.table(few, catalogue, **asked))


@pytest.mark.parametrize(("size", "kept", "crossed"), [
    (10, 100, True), (11, 121, False),  # no wider than a page
    (3, 6, True), (3, 5, False),  # two thirds are filled, or fewer
])  # fmt: skip
def test_a_cross_table_is_no_wider_than_a_page_and_filled(size, kept, crossed, grouped, invented):
    names = {f"p{i}": 5.0 for i in range(size)}
    frame = estimates.combine(grouped(names, period=f"{2000 + i}") for i in range(size))
    frame = frame.iloc[[0, 4, 8, 1, 2, 3]] if size == 3 else frame
    apart = tables.sides(frame.head(kept), invented)
    assert (tables._crossed(frame.head(kept), apart, invented) is not None) is crossed
