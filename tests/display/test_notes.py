import pandas as pd
import pytest

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.records.corrections import Correction


def blocks(frame: pd.DataFrame, catalogue: Catalogue) -> list[str]:
    return repr(display.notes(frame, catalogue)).split("\n\n")


def test_reservations_come_first_and_one_that_devices_share_is_printed_once(marks, catalogue):
    reserves, devices, indicators, methods = blocks(marks, catalogue)
    assert (reserves, indicators) == ("**Réserves des dispositifs**", "**Indicateurs**")
    assert devices.count("Les répondants se sont choisis") == 1
    assert "Légifrance" in devices and "Vie-publique.fr" in devices
    assert methods.startswith("- **Satisfaction sur 10.** Moyenne des notes")


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


def test_how_differences_are_tested_is_a_link_and_not_repeated_on_each_page(marks, catalogue):
    tests = [marks.assign(indicator=name, device="") for name in ("difference", "difference_level")]
    said = blocks(estimates.combine([marks, *tests]), catalogue)
    assert said[-1].endswith("[Les comparaisons](/methode.qmd#les-comparaisons).")
    assert "Welch" not in "".join(said) and "Welch" in catalogue.indicators["difference"].method
    assert "methode" not in "".join(blocks(marks, catalogue))


def test_notes_of_no_estimate_are_an_error(catalogue):
    with pytest.raises(ObservError, match="holds no estimate"):
        display.notes(estimates.make([]), catalogue)


def test_what_a_source_got_wrong_is_told_on_each_page_that_tells_its_figures(marks, catalogue):
    wrong = Correction.model_validate(
        {
            "id": "minutes", "title": "Des notes inversées", "device": "jdma-legifrance",
            "first": "2026-05-01", "last": "2026-05-31", "column": "value", "expect": 1,
            "becomes": 10, "reason": "L'échelle était à l'envers.", "date": "2026-06-01",
            "provider": "pôle études", "status": "open",
        }
    )  # fmt: skip
    said = repr(display.notes(marks, catalogue, [wrong])).replace("\xa0", " ")
    told = "corrigée, du 1er mai 2026 au 31 mai 2026 : des notes inversées. L'échelle était"
    assert told in said.replace("’", "'")
    others = display.notes(marks[marks["device"] != "jdma-legifrance"], catalogue, [wrong])
    assert "inversées" not in repr(others)
