"""What was announced and what was found stand apart, and no more is claimed than was tested."""

import pandas as pd
import pytest
from tests.plain_french import faults
from tests.records import sheets
from tests.words import plain

from observlib import estimates
from observlib.estimates import COMPARISON_NUMBERS, check_comparisons, make_comparisons
from observlib.records.sheets import Expectation
from observlib.themes import templates
from observlib.themes.expectations import expectations_

found = templates.narrative("expectations").found
GOOD = sheets.GOOD["expectations"]

SUBJECT = {"indicator": "satisfaction_10", "product": "allo-service-public", "channel": "phone",
           "device": "satisfaction-3939", "unit": "sur 10", "n": 400, "n_eff": 400}  # fmt: skip


def pair(low: float, high: float, verdict: str = "unknown", **more: object) -> pd.DataFrame:
    now, then = (
        estimates.make([{**SUBJECT, "period": period, "estimate": 7.0}])
        for period in ("2026-T3", "2025-T3")
    )
    row = now.join(then.add_prefix("reference_"))
    told = {"against": "before", "level": 0.95, "verdict": verdict, "reason": "", "detectable": 0.2}
    ends = {"difference": (low + high) / 2, "difference_low": low, "difference_high": high}
    return make_comparisons(row.assign(**told, **ends, **more))


def said(catalogue, pairs: pd.DataFrame, exploratory: str = "", **keys: object) -> str:
    one = Expectation.model_validate({**GOOD, **keys})
    known = [(one, exploratory)]
    told = found(expectations_(known, catalogue), pairs, known, catalogue)
    return plain(told).replace("’", "'")


@pytest.mark.parametrize(
    ("keys", "pairs", "wanted"),
    [({}, pair(0.6, 1.2, "rise"), "L'effet attendu est atteint, car tout l'intervalle est"),
     ({}, pair(0.1, 1.2, "rise"), "On ne sait pas si l'effet attendu est atteint, car il est"),
     ({}, pair(-0.2, 0.3, "stable"), "est écarté, car tout l'intervalle est plus près de zéro"),
     ({}, pair(-1.4, -0.2, "fall"), "L'effet attendu est écarté, car il est hors de"),
     ({"direction": "down"}, pair(-1.4, -0.6, "fall"), "L'effet attendu est atteint"),
     ({"direction": "stable"}, pair(-0.2, 0.3, "stable"), "C'est une équivalence"),
     ({"direction": "stable"}, pair(-0.2, 0.6), "On ne peut pas parler d'équivalence"),
     ({"direction": "stable"}, pair(0.6, 0.9, "rise"), "C'est un écart qui compte"),
     ({}, make_comparisons(None), "rien, car la comparaison est impossible (donnée non dis")],
)  # fmt: skip
def test_what_is_claimed_is_what_the_interval_leaves_in_or_out(catalogue, keys, pairs, wanted):
    text = said(catalogue, pairs, **keys)
    assert wanted in text
    assert ("équivalence, car tout" in text) == (wanted == "C'est une équivalence")
    sentences = text.replace("*", "").replace("\n\n", ". ").split(". ")
    assert not [fault for sentence in sentences for fault in faults(sentence)]


def test_no_equivalence_is_read_in_and_what_was_announced_comes_first(catalogue):
    text = said(catalogue, pair(-0.9, 0.9), direction="stable")
    assert "indéterminé, écart en points de 0,0 (−0,9 à +0,9)" in text.replace("+0,0", "0,0")
    assert "C'est une équivalence" not in text
    after, before = (Expectation.model_validate({**GOOD, "id": x, "title": x}) for x in "ab")
    known = [(after, "late"), (before, "")]
    text = found(expectations_(known, catalogue), pair(0.6, 1.2, "rise"), known, catalogue)
    assert text.index("**b**") < text.index("**a**")


@pytest.mark.parametrize("why", ["unseen", "edited", "late", "after"])
def test_what_was_not_announced_is_called_exploratory_with_its_reason(catalogue, why):
    text = said(catalogue, pair(0.6, 1.2, "rise"), why)
    assert "**Exploratoire, " in text and "Annoncé" not in text


def test_of_a_withheld_value_nothing_is_told_but_why_and_of_no_expectation_nothing(catalogue):
    pairs = pair(0.6, 1.2, "rise")
    numbers = [side + name for side in ("", "reference_") for name in estimates.NUMBERS]
    pairs[[*numbers, *COMPARISON_NUMBERS]] = float("nan")
    states = dict.fromkeys(("status", "reference_status", "reason"), "suppressed")
    text = said(catalogue, check_comparisons(pairs.assign(**states, verdict="unknown")))
    assert "rien, car la comparaison est impossible (secret statistique)." in text
    assert found(expectations_([], catalogue), make_comparisons(None), [], catalogue) == ""
