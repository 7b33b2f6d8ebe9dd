"""Only what goes clearly with satisfaction is named, and never as its cause."""

import pandas as pd
from tests.words import plain

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.indicators import pairs as changes
from observlib.themes.surveys import drivers_sentences as drivers


def effects(**values: float) -> pd.DataFrame:
    """Effects with intervals of one point on either side."""
    return estimates.make(
        {
            "indicator": "driver_effect", "period": "2025-10/2026-09", "unit": "points",
            "group": "driver", "group_value": name, "n": 200, "n_eff": 200,
            "estimate": value, "ci_low": value - 1, "ci_high": value + 1,
        }
        for name, value in values.items()
    )  # fmt: skip


def said(catalogue: Catalogue, **values: float) -> tuple[str, str]:
    """The sentence and the caption, tested as one family."""
    frame = effects(**values)
    compared = changes.tested(catalogue, changes.with_nothing(frame))
    return (
        plain(drivers.established(frame, compared, catalogue)),
        plain(drivers.caption(frame, compared)),
    )


def test_what_is_established_is_told_and_not_ranked(catalogue):
    text, caption = said(catalogue, Âge=1.5, Clarté=-4.2, Sexe=0.4)
    assert text.startswith(
        "À réponses égales par ailleurs, la satisfaction sur 10 change avec « Clarté » et « Âge ». "
        "De la réponse la plus basse à la plus haute : « Clarté », −4,2 points ; « Âge », "
        "+1,5 point."
    )
    assert "plus grand" not in text + caption
    assert "On ne peut pas conclure pour « Sexe ». Un écart de moins de 1,6 point" in text
    assert caption == "La satisfaction change avec « Clarté » et « Âge »"


def test_an_effect_clear_by_itself_is_not_told_where_several_were_looked_at(catalogue):
    assert "change avec « Âge »" in said(catalogue, Âge=1.05)[0]
    text, caption = said(catalogue, Âge=1.05, Sexe=-0.2, Facilité=0.3)
    assert "ne va de façon établie" in text and caption.endswith("avec aucune réponse")


def test_an_effect_surely_too_small_to_matter_is_said_to_be(catalogue):
    small = effects(Sexe=0.1).assign(ci_low=-0.1, ci_high=0.3)
    compared = changes.tested(catalogue, changes.with_nothing(small))
    text = drivers.established(small, compared, catalogue)
    assert text.endswith("trop petit pour compter pour «\xa0Sexe\xa0».") or text.endswith(
        "trop petit pour compter pour « Sexe »."
    )


def test_too_few_answers_have_a_sentence(catalogue):
    few = {"indicator": "driver_effect", "period": "2026-T3", "unit": "points", "group": "driver"}
    few |= {"group_value": "Ensemble", "status": "missing"}
    for row, words in (({**few, "n": 45}, "(45)"), (few, "moins de onze")):
        frame = estimates.make([row])
        compared = changes.tested(catalogue, changes.with_nothing(frame))
        assert words in drivers.established(frame, compared, catalogue)
        assert "aucun" not in drivers.caption(frame, compared).lower()
    hidden = estimates.make([{**few, "status": "suppressed"}])  # for its quarters, not its number
    compared = changes.tested(catalogue, changes.with_nothing(hidden))
    text = drivers.established(hidden, compared, catalogue)
    assert "secret statistique" in text and "moins de onze" not in text
    nothing = estimates.make([])
    compared = changes.tested(catalogue, changes.with_nothing(nothing))
    assert "ne demande pas" in drivers.established(nothing, compared, catalogue)
