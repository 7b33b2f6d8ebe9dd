"""The weighted mark is told beside the raw one, with what it cannot say."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.display.findings import weighted

BASE = {"device": "enquete-legifrance", "period": "2025-10/2026-09"}


def pair(raw: float | None, weighed: float, half: float = 0.2, **more: Any) -> pd.DataFrame:
    rows = []
    for name, value in (("Sans redressement", raw), ("Avec redressement", weighed)):
        row = {**BASE, "indicator": "satisfaction_10", "unit": "sur 10", **more}
        row |= {"group": "weighting", "group_value": name, "status": "suppressed"}
        if value is not None:
            row |= {"estimate": value, "ci_low": value - half, "ci_high": value + half}
            row |= {"n": 300, "status": "published"}
        rows.append(row)
    return estimates.make(rows)


def report(*margins: str, n: float | None = 300) -> pd.DataFrame:
    rows: list[dict[str, Any]] = [
        {**BASE, "indicator": "weighting_effective_n", "unit": "répondants", "n": n}
        | ({"estimate": 210.4} if margins else {"status": "missing"})
    ]
    for margin in margins:
        for when, share in (("before", 40.0), ("after", 52.0), ("target", 52.2)):
            row = {**BASE, "indicator": f"weighting_{when}", "unit": "%", "n": n}
            rows.append(row | {"group": margin, "group_value": f"de {margin}", "estimate": share})
    return estimates.make(rows)


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("raw", "weighed", "said"),
    [
        (7.1, 7.0, "de 7,0 sur 10 (6,8 à 7,2) au lieu de 7,1 (6,9 à 7,3)."),
        (7.1, 7.08, "la même, 7,1 sur 10 (6,9 à 7,3)."),
        (7.1, 6.5, "de 6,5 sur 10 (6,3 à 6,7) au lieu de 7,1 (6,9 à 7,3)."),
        (None, 6.5, "de 6,5 sur 10 (6,3 à 6,7)."),
    ],
)  # fmt: skip
def test_the_sentence_says_both_marks_with_their_intervals(
    catalogue: Catalogue, raw: float | None, weighed: float, said: str
) -> None:
    found = weighted.conclusion(pair(raw, weighed), report("age", "sex", "region"), catalogue)
    start = "Si les répondants avaient l'âge, le sexe et la région de la population, "
    assert plain(found) == f"{start}la satisfaction serait {said}"


def test_what_is_not_in_the_weights_is_told(catalogue: Catalogue) -> None:
    found = weighted.conclusion(pair(7.1, 7.0), report("age", "sex"), catalogue)
    assert found.startswith("Si les répondants avaient l'âge et le sexe de la population")
    assert "ne tient pas compte de la région" in found


def test_why_there_are_no_weights_is_told_without_a_number_of_few(catalogue: Catalogue) -> None:
    nothing = estimates.make([])
    assert "(45)" in weighted.conclusion(nothing, report(n=45), catalogue)
    assert "moins de onze" in weighted.conclusion(nothing, report(n=None), catalogue)
    assert "Aucune réponse ne dit" in weighted.conclusion(nothing, nothing, catalogue)


def test_captions_are_of_the_category_and_the_survey_that_move_most(catalogue: Catalogue) -> None:
    found = report("age", "sex")
    assert plain(weighted.margins(found[found["group"] != ""], catalogue)).endswith(
        "« de age » est la catégorie que les poids changent le plus : de 40,0 % à 52,0 %"
    )
    assert plain(weighted.cost(found, catalogue)) == (
        "300 répondants aux poids inégaux en valent 210 de même poids"
    )
    one, other = pair(7.1, 7.0), pair(7.0, 7.6, device="enquete-vie-publique")
    assert plain(weighted.moved(one, catalogue)).endswith(
        "la satisfaction passe de 7,1 à 7,0 sur 10"
    )
    both = plain(weighted.moved(estimates.combine([one, other]), catalogue))
    assert "Vie-publique" in both and "de 7,0 à 7,6 sur 10" in both
    assert weighted.moved(pair(None, 7.0), catalogue).startswith("Aucune note")
