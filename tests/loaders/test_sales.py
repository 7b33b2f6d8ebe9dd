"""A shop's monthly sales: its amounts, its formats, and returns in the ways shops write them."""

from datetime import date

import pandas as pd
import pytest
from tests.formats.test_samples import device

from observlib.base.errors import ObservError
from observlib.loaders import load

HEADER = "mois;isbn;titre;support;exemplaires;chiffre d’affaires;retours"
TYPED = "mois;référence;titre;support;type;quantité;montant"
DEVICE = "boutique-documentation"


def test_a_french_export_loads_with_amounts_as_numbers(read):
    text = f"{HEADER}\n2026-07;978-2-00-000000-2;Guide;Imprimé;1\xa0200;10\u202f800,50 €;12\n"
    loaded = read(text)
    assert loaded.rejects.empty and loaded.table == "sales"
    row = loaded.rows.iloc[0]
    assert (row["units"], row["revenue"], row["returns"]) == (1200, 10800.5, 12)
    assert (row["title_id"], row["format"]) == ("9782000000002", "print")
    assert row["end"] == pd.Timestamp("2026-07-31")


@pytest.mark.parametrize(("word", "kind"), [
    ("papier", "print"), ("Broché", "print"), ("NUMÉRIQUE", "digital"), ("pdf", "digital"),
    ("e-book", "digital"), ("print", "print"),
])  # fmt: skip
def test_a_format_is_known_by_the_words_of_shops(read, word, kind):
    loaded = read(f"{HEADER}\n2026-07;R1;Guide;{word};3;;0\n")
    assert loaded.rows["format"].tolist() == [kind]
    assert loaded.rows["revenue"].isna().all()


def test_returns_in_rows_of_their_own_join_the_sale(read):
    rows = [
        "2026-07;R1;Guide;papier;retour;-3;-27,00", "2026-07;R1;Guide;papier;vente;40;360,00",
        "2026-07;R1;Guide;pdf;vente;5;30,00", "2026-07;R2;Revue;papier;retour;2;"
    ]  # fmt: skip
    loaded = read("\n".join([TYPED, *rows]))
    assert loaded.rejects.empty
    found = loaded.rows.set_index(["title_id", "format"])[["units", "returns", "revenue"]]
    assert found.loc[("R1", "print")].tolist() == [40, 3, 333]
    assert found.loc[("R1", "digital")].tolist() == [5, 0, 30]
    assert found.loc[("R2", "print"), ["units", "returns"]].tolist() == [0, 2]


@pytest.mark.parametrize(("row", "column", "reason"), [
    ("2026-07;R;T;papier;-3;;0", "exemplaires", "is negative and the row is no return"),
    ("2026-07;R;T;papier;3;1.234;0", "chiffre d’affaires", "is no amount"),
    ("2026-07;Total;Total;papier;3;;0", "isbn", "is the total of the titles"),
    ("2026-07;R;T;papier;2,5;;0", "exemplaires", "is no whole number"),
    ("2026-07;R;T;vinyle;3;;0", "support", "is no known format"),
    ("2026-07;9,782E+12;T;papier;3;;0", "isbn", "shortened by a spreadsheet"),
    ("juillet;R;T;papier;3;;0", "mois", "is no month"),
])  # fmt: skip
def test_a_row_that_cannot_be_is_refused_and_says_why(read, row, column, reason):
    loaded = read(f"{HEADER}\n{row}\n2026-06;R;T;papier;3;;0\n")
    assert len(loaded.rows) == 1
    ((line, told, why),) = loaded.rejects[["row", "column", "reason"]].values.tolist()
    assert (line, told) == (2, column) and reason in why


def test_the_sales_of_one_shop_never_stand_for_those_of_all(read):
    rows = "2026-07;R;T;papier;3;;0\n2026-07;R;T;papier;4;;0\n"
    with pytest.raises(ObservError, match="rows 2 and 3 have the same"):
        read(f"{HEADER}\n{rows}")


@pytest.mark.parametrize(("day", "made", "whole"), [
    ("2/2", None, False), ("29/2", None, True), ("2/2", "2020-02-10", False),
    ("2/2", "2020-03-01", True),
])  # fmt: skip
def test_a_month_of_sales_is_whole_where_the_export_ends_it(tmp_path, catalogue, day, made, whole):
    of_day, of_month = day.split("/")
    header = "Transaction Date\tType\tPrimary ISBN\tTitle\tQty\tPayment Amount\tPayment Currency\n"
    rows = f"{of_month}/{of_day}/20\tSale\tR1\tGuide\t1\t5.00\tEUR\n"
    path = tmp_path / "ventes.csv"
    path.write_text(header + "1/13/20\tSale\tR1\tGuide\t1\t5.00\tEUR\n" + rows, encoding="utf-8")
    own = device("google_play_books", extracted=made and date.fromisoformat(made))
    found = load(path, own, catalogue)
    assert found.rows.sort_values("start")["complete"].tolist() == [True, whole]
    told = [notice for notice in found.notices if "2020-02 counts as incomplete" in notice]
    assert len(told) == (not whole and made is None)
