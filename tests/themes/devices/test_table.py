"""The table of devices tells of each whose it is and what it gave, in its own unit."""

import pandas as pd
import pytest
from tests.words import plain

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.themes.devices.sentences import device_table

BASE = {"indicator": "device_received", "period": "2026-T3"}


def frame() -> pd.DataFrame:
    rows = [
        {**BASE, "device": "jdma-legifrance", "unit": "réponses", "estimate": 1234.0, "n": 1234.0},
        {**BASE, "device": "matomo-legifrance", "unit": "relevés", "estimate": 1.0},
        {**BASE, "device": "jdma-journal-officiel", "unit": "réponses", "status": "suppressed"},
    ]
    return estimates.make(rows)


def held() -> pd.DataFrame:
    return pd.DataFrame({"device": ["jdma-legifrance"] * 2, "end": ["2026-06-30", "2026-09-01"]})


def lines(made: display.Output) -> dict[str, list[str]]:
    rows = [line.strip("| ").split(" | ") for line in repr(made).splitlines() if "|" in line]
    return {plain(row[0]): row[1:] for row in rows}


def test_each_device_has_its_owner_rhythm_last_day_and_count(catalogue):
    made = device_table(frame(), held(), catalogue, caption="Ce qui écoute")
    found = lines(made)
    row = found["« Je donne mon avis » sur Légifrance"]
    assert row[0] == "Diffusion du droit"
    assert row[1] == "en continu"
    assert row[3] == "01/09/2026"
    assert row[4].replace("\u202f", " ").replace("\xa0", " ") == "1 234 réponses"
    assert found["Audience de Légifrance (Matomo)"][3:] == ["jamais", "1\xa0relevé"]
    assert found["« Je donne mon avis » sur le Journal officiel"][4] == "s"
    assert "Secret statistique\xa0: s." in repr(made)


def test_words_stand_to_the_left_and_only_the_count_to_the_right(catalogue):
    made = device_table(frame(), held(), catalogue, caption="Ce qui écoute")
    rule = next(line for line in repr(made).splitlines() if line.startswith("|:"))
    assert [part.endswith(":") for part in rule.strip("|").split("|")] == [False] * 5 + [True]
    assert estimates.from_json(made.content)["device"].tolist() == frame()["device"].tolist()


def test_two_counts_of_one_device_and_no_device_are_told(catalogue):
    with pytest.raises(ObservError, match="2 estimates for"):
        twice = estimates.combine([frame(), frame()])
        display.register(twice, catalogue, caption="Deux fois", texts={})
    with pytest.raises(ObservError, match="no estimate to show"):
        device_table(estimates.make([]), held(), catalogue, caption="Rien")
