"""Who has an export learns of which format it is; what two formats read alike is never taken."""

from pathlib import Path

import pytest
from tests.copies import demonstration_catalogue

from observlib.base.errors import ObservError
from observlib.desk import recognise
from observlib.desk.recognise import equally_good, first_rows, recognised

CALLS = "Identifiant;Début;Résultat;Attente;Thème\n"
TICKETS = "Numéro;Reçu le;Première réponse le;Clos le;Motif;Demandeur\n"


def loaders(path: Path, catalogue, **given: str) -> list[str]:
    return [one.loader for one in equally_good(recognised(path, catalogue, given))]


@pytest.mark.parametrize("device", [
    pytest.param(device, marks=[pytest.mark.slow] * (place % 4 > 0))  # one of four stays quick
    for place, device in enumerate(demonstration_catalogue().devices)
])  # fmt: skip
def test_an_export_of_the_demonstration_is_told_by_itself_alone(exports, catalogue, device):
    wanted = catalogue.devices[device]
    path = min((p for p in exports.folder.rglob("*") if p.match(wanted.pattern)), default=None)
    if path is None:
        pytest.skip("the demonstration has no export of it")
    (found,) = equally_good(recognised(path, catalogue))
    assert found.loader == wanted.loader
    known = {"table": wanted.table, "questionnaire": wanted.questionnaire}
    assert found.keys.items() <= known.items() and len(found.loaded.rows)


def test_a_file_is_read_by_the_format_that_explains_most_of_its_columns(written, catalogue):
    path = written(CALLS + "a1;2026-03-02 08:14;Décroché;25;Logement\n")
    known = catalogue.formats["calls"]
    less = known.model_copy(
        update={"id": "less", "columns": {k: v for k, v in known.columns.items() if k != "theme"}}
    )
    more = catalogue.model_copy(update={"formats": {"less": less, "calls": known}})
    found = recognised(path, more)
    assert [(one.loader, one.explained) for one in found] == [("calls", 5), ("less", 4)]
    assert [one.loader for one in equally_good(found)] == ["calls"]
    assert found[0].titles["moment"] == "Début"
    assert found[1].unread == {"Thème": "of no field"}


def test_a_file_that_is_none_or_cannot_be_read_is_of_no_format(written, catalogue):
    assert loaders(written(CALLS + "a1;hier;Décroché;25;Logement\n"), catalogue) == []
    assert loaders(written("Nom;Prénom\nMartin;Zoé\n"), catalogue) == []
    for path in (Path(), Path("absent.csv")):
        with pytest.raises(ObservError, match="is no file"):
            recognised(path, catalogue)
    # a column that is there twice
    path = written(CALLS.replace("Thème", "Début") + "a1;2026-03-02 08:14;Décroché;2;3\n")
    with pytest.raises(ObservError, match="both give 'moment'; keep one"):
        recognised(path, catalogue)


def test_days_that_may_have_their_month_first_are_told_and_never_guessed(written, catalogue):
    path = written(CALLS + "a1;02/03/2026 08:14;Décroché;25;Logement\n")
    known = catalogue.formats["calls"]
    forms = ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M")
    moment = known.columns["moment"].model_copy(update={"forms": forms})
    form = known.model_copy(update={"columns": {**known.columns, "moment": moment}})
    other = catalogue.model_copy(update={"formats": {"calls": form}})
    with pytest.raises(ObservError, match="can be read as") as caught:
        recognised(path, other)
    assert recognise.two_forms(caught.value) == forms
    (found,) = recognised(path, other, {"date_form": forms[1]})
    assert str(found.loaded.rows["date"][0])[:10] == "2026-02-03"


def test_the_first_rows_show_nobody(written, catalogue):
    row = "{};2026-03-02 08:14;2026-03-03 08:00;;{};Zoé Martin\n"
    text = TICKETS + row.format("T-1", "Logement") + row.format("T-2", "Zoé Martin")
    (found,) = recognised(written(text), catalogue)
    shown = first_rows(found.loaded)
    assert shown["theme"].tolist() == ["Logement"]  # a row whose theme may be somebody is refused
    assert "closed" not in shown and "device" not in shown
    assert shown["received"].tolist() == ["2026-03-02 07:14 UTC"]
    assert found.unread == {"Demandeur": "of no field"}
    assert "Martin" not in shown.to_csv()
