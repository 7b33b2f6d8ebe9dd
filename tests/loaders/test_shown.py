"""A message that asks to mend a name shows it, and no person that a missing header lets in."""

from pathlib import Path

import pytest
from tests.loaders.test_every_loader import EXPORTS
from tests.loaders.test_persons import NAMES, known

from observlib.base.errors import ObservError
from observlib.loaders import load
from observlib.loaders._text import need_columns

TITLED = ["Unique Visitors", "Date Début", "Nb Visites", "Bounce Rate"]


@pytest.mark.parametrize("name", ["sales", "subscriptions", "polls", "plain_csv"])
def test_the_product_to_add_to_the_catalogue_is_shown(name, tmp_path, catalogue, survey):
    export = EXPORTS[name]
    device, catalogue = known(export.loader, export.table, catalogue, survey)
    header = [*export.header, "product"]
    rows = [[*row, product] for row, product in zip(export.rows, [PRODUCT, NAMED], strict=False)]
    path = tmp_path / "export_2026-03.csv"
    path.write_text(export.text(*rows, header=header), encoding="utf-8")
    told = load(path, device, catalogue).rejects
    assert PRODUCT in told["value"].tolist() and "Zoé" not in told.to_csv()


PRODUCT, NAMED = "Journal Officiel", "Chez Mme Zoé Martin"


def test_headers_in_capitals_are_shown_where_a_column_is_missing():
    with pytest.raises(ObservError) as caught:
        need_columns(Path("a.csv"), TITLED, ["visits"])
    assert all(title in str(caught.value) for title in TITLED)


@pytest.mark.parametrize("value", ["2026-03-01 10:20", "01/03/2026", "12", "1 234,5", "z@exe.fr"])
def test_a_row_that_stands_for_the_header_shows_no_name(value):
    with pytest.raises(ObservError) as caught:
        need_columns(Path("a.csv"), [*NAMES, "Logement", "Bien", "Oui", "Web", value], ["visits"])
    assert not any(name in str(caught.value) for name in NAMES)
    assert "'Logement'" in str(caught.value)
