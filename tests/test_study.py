"""What an analyst holds in a notebook: it asks by name, says what is absent, and carries it all."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from observlib import Study, comparisons, estimates, frame, kept
from observlib.errors import ObservError
from observlib.families import Given


@pytest.fixture(scope="module")
def study(demonstration: Path) -> Study:
    return Study("2026-T3", str(demonstration))


def rows_of(output: object) -> pd.DataFrame:
    return estimates.from_json(output._repr_mimebundle_()[estimates.MIME])  # type: ignore[attr-defined]


def test_a_family_that_does_not_exist_is_told_with_those_that_do(study: Study) -> None:
    with pytest.raises(ObservError, match=r"family 'satisfactoin': does not exist; .*satisfaction"):
        study.estimates("satisfactoin")


def test_a_column_that_does_not_exist_is_told_with_those_that_do(study: Study) -> None:
    with pytest.raises(ObservError, match="no column 'produit'; columns are indicator, product"):
        study.estimates("satisfaction", produit="boamp")


def test_rows_are_kept_by_value_by_list_and_by_quarters(study: Study) -> None:
    marks = study.estimates("satisfaction")
    one = study.select(marks, product="legifrance", period=["2026-T2", "2026-T3"])
    assert set(one["product"]) == {"legifrance"} and set(one["period"]) == {"2026-T2", "2026-T3"}
    assert set(study.select(marks, quarters=2)["period"]) == {"2026-T2", "2026-T3"}
    visits = study.estimates("visits", indicator="visits", quarters=1)
    assert set(study.select(visits, by="month")["period"]) == {"2026-07", "2026-08", "2026-09"}
    assert set(study.select(visits, by="quarter")["period"]) == {"2026-T3"}
    assert study.select(marks, value=False)["estimate"].isna().all()


def test_nothing_to_show_is_said_with_the_noun_or_the_sentence_given(study: Study) -> None:
    none = study.estimates("satisfaction", product="no-product")
    said = repr(study.dots(none, caption="C", absent="note de satisfaction"))
    assert said.replace("\xa0", " ") == (
        "*Aucune note de satisfaction n'est disponible au 3e trimestre 2026.*"
    )
    assert repr(study.text("", absent="Rien à dire.")) == "Rien à dire."
    over = repr(study.table(none, caption="C", absent="note", when="2025-T4"))
    assert "4e trimestre 2025" in over.replace("\xa0", " ")


def test_nothing_to_show_without_a_noun_says_what_to_give(study: Study) -> None:
    none = study.estimates("satisfaction", product="no-product")
    with pytest.raises(ObservError, match="no `absent` to say it with; give a feminine noun"):
        study.dots(none, caption="C")


def test_a_withheld_value_is_said_to_be_withheld_and_not_absent(study: Study) -> None:
    hidden = study.select(study.estimates("satisfaction"), status="suppressed")
    assert len(hidden)
    nothing = study.say.satisfaction.above(study.comparisons("satisfaction").head(0))
    said = study.text(nothing, told=hidden, absent="note de satisfaction")
    assert repr(said) == "Aucune note de satisfaction n'est publiée (secret statistique)."


def test_a_sentence_knows_the_catalogue_and_the_quarter_and_may_be_given_others(
    study: Study,
) -> None:
    mark = study.estimates("satisfaction", indicator="satisfaction_10")
    assert study.say.span(mark).startswith("Au 3e\xa0trimestre 2026")
    assert study.say.span(mark, period="2026-T2").startswith("Au 2e\xa0trimestre 2026")


def test_a_cell_carries_the_estimates_of_its_sentences_and_of_its_caption(study: Study) -> None:
    mark = study.estimates("satisfaction", indicator="satisfaction_10")
    moved = study.comparisons("satisfaction", against="before", indicator="satisfaction_10")
    said = study.text(study.say.span(mark), study.say.changes.evolution(moved))
    carried = rows_of(said)
    assert len(carried) == len(mark)
    (pairs,) = {len(said.content["comparisons"]["rows"])}
    assert pairs == len(moved) > 0
    now = study.select(mark, period="2026-T3")
    chart = study.dots(now, caption=study.say.span(mark))
    assert len(rows_of(chart)) == len(mark)
    both = study.say.together(study.say.span(mark), "Et voilà.")
    assert len(rows_of(study.text(both))) == len(mark)


def test_notes_define_what_the_cells_before_have_shown_and_nothing_else(
    demonstration: Path,
) -> None:
    study = Study("2026-T3", str(demonstration))
    assert "Aucune donnée" in repr(study.notes())
    now = study.estimates("satisfaction", indicator="clarity_10", period="2026-T3")
    study.table(now, rows="device", caption="Clarté")
    told = repr(study.notes())
    assert "Clarté" in told and "Visites" not in told


def test_a_family_of_each_survey_asks_which_and_has_its_last_wave(demonstration: Path) -> None:
    study = Study("2026-T3", str(demonstration), "enquete-vie-publique")
    assert study.wave == "2026-T2"  # a yearly survey, of the second quarter
    assert set(study.estimates("survey", by="quarter")["device"]) == {"enquete-vie-publique"}
    with pytest.raises(ObservError, match="family 'survey': is of one survey; name it"):
        Study("2026-T3", str(demonstration)).estimates("survey")


def test_help_lists_the_families_and_what_one_holds(study: Study) -> None:
    families = study.help()
    assert "satisfaction" in set(families["family"]) and families["gives"].str.len().min() > 10
    assert study.help("satisfaction").loc["satisfaction_10", "rows"] > 0
    assert "span" in dir(study.say) and "sold" in dir(study.say.sales)


def test_own_figures_are_those_of_the_agency_beside_others(study: Study) -> None:
    devices = study.listeners("legifrance")
    assert "jdma-legifrance" in devices and study.surveyed("legifrance")
    assert not study.surveyed("bodacc")


def test_the_set_up_cell_run_again_asks_what_the_store_holds_by_now(
    demonstration: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = Study("2026-T3", str(demonstration))
    assert len(mine.estimates("practices"))
    none = Given(estimates.make([]), comparisons.make(None), {})
    monkeypatch.setattr(frame.family("practices").__class__, "give", lambda *_: none)
    monkeypatch.setattr(kept, "get", lambda *_: None)
    monkeypatch.setattr(kept, "put", lambda *_: None)
    assert len(mine.estimates("practices"))  # one study tells of one moment
    assert mine.estimates("practices").equals(mine.estimates("practices"))
    assert Study("2026-T3", str(demonstration)).estimates("practices").empty
    frame.given.cache_clear()
