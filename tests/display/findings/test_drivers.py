"""Only what goes clearly with satisfaction is named, and never as its cause."""

from __future__ import annotations

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.display.findings import drivers


def effects(**values: float) -> pd.DataFrame:
    """Effects with intervals of one point on either side."""
    return estimates.make(
        {
            "indicator": "driver_effect", "period": "2025-10/2026-09", "unit": "points",
            "group": "driver", "group_value": name, "n": 200,
            "estimate": value, "ci_low": value - 1, "ci_high": value + 1,
        }
        for name, value in values.items()
    )  # fmt: skip


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


def test_the_strongest_comes_first_whatever_its_sign(catalogue: Catalogue) -> None:
    said = plain(drivers.strongest(effects(Âge=1.5, Clarté=-4.2, Sexe=0.4), catalogue))
    assert said.startswith(
        "L'écart de satisfaction le plus grand est mesuré pour « Clarté » (−4,2 points sur 10 ; "
        "−5,2 à −3,2)"
    )
    assert said.endswith("D'autres sont établis : « Âge » (+1,5 point sur 10 ; +0,5 à +2,5).")
    assert "Sexe" not in said
    assert drivers.caption(effects(Âge=1.5, Clarté=-4.2)).endswith("est pour « Clarté »")


def test_what_is_unsure_is_said_to_be(catalogue: Catalogue) -> None:
    assert "contiennent 0" in drivers.strongest(effects(Âge=0.5, Sexe=-0.2), catalogue)
    assert drivers.caption(effects(Âge=0.5)).endswith("aucun écart net")


def test_too_few_answers_have_a_sentence(catalogue: Catalogue) -> None:
    few = {"indicator": "driver_effect", "period": "2026-T3", "unit": "points", "group": "driver"}
    few |= {"group_value": "Ensemble", "status": "missing"}
    assert "(45)" in drivers.strongest(estimates.make([{**few, "n": 45}]), catalogue)
    assert "moins de onze" in drivers.strongest(estimates.make([few]), catalogue)
    assert "ne demande pas" in drivers.strongest(estimates.make([]), catalogue)
