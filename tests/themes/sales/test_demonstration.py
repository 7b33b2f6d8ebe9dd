"""The demonstration's shops: the same bytes always, with returns and without."""

from observlib.themes.sales import demonstration as sales


def test_one_shop_has_a_column_of_returns_and_the_other_a_report_of_each_month():
    files, _ = sales.make("boutique-documentation", 1)
    text = files["ventes/boutique-documentation_2026-T3.csv"].decode("utf-8-sig")
    assert text.startswith("Mois;Référence;Titre;Support;Exemplaires;Chiffre d’affaires;Retours")
    assert "\xa0€;" in text and "fictif" in text and "978" not in text
    files, _ = sales.make("copies-journal-officiel", 1)
    text = files["ventes/copies-journal-officiel_2026-09.csv"].decode("utf-8")
    assert text.startswith('"Product title",SKU,"Items sold","N. Revenue",Orders,')
    assert text.count("\n") == 4 and text.count("(fictif)") == 2


def test_titles_sum_to_the_units_of_their_quarter():
    _, found = sales.make("boutique-documentation", 1)
    for truth in (t for t in found["sales"] if t["kind"] == "sales"):
        titles = [
            t["units"]
            for t in found["sales"]
            if t["kind"] == "title" and t["quarter"] == truth["quarter"]
        ]
        assert sum(titles) == truth["units"]
