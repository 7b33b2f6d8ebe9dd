"""What an analyst holds in a notebook: it asks by name, says what is absent, and carries it all."""

import inspect
import re
from pathlib import Path

import pandas as pd
import pytest
from IPython.core.completer import IPCompleter
from tests.words import plain

from observlib import Study, estimates, store
from observlib.base import kept
from observlib.base.errors import ObservError
from observlib.estimates import make_comparisons
from observlib.indicators.families import Given
from observlib.pipeline import frame


@pytest.fixture(scope="module")
def study(demonstration: Path) -> Study:
    return Study("2026-T3", str(demonstration))


def rows_of(output: object) -> pd.DataFrame:
    return estimates.from_json(output._repr_mimebundle_()[estimates.MIME])  # type: ignore[attr-defined]


def test_a_family_or_column_that_does_not_exist_is_told_with_those_that_do(study):
    with pytest.raises(ObservError, match=r"family 'satisfactoin': does not exist; .*satisfaction"):
        study.estimates("satisfactoin")
    with pytest.raises(ObservError, match="no column 'produit'; columns are indicator, product"):
        study.estimates("satisfaction", produit="boamp")


@pytest.mark.parametrize(("column", "value", "told"), [
    ("indicator", "satisfation_10", "is it 'satisfaction_10'"),
    ("indicator", ["clarity_10", "clarty_10"], "'clarty_10': does not exist; is it 'clarity"),
    ("product", "legifance", "is it 'legifrance'"),
    ("device", "satisfaction-3993", "is it 'satisfaction-3939'"),
    ("channel", "telephone", "is it 'phone'"), ("channel", "xyz", "there are "),
    ("group", "agee", "is it 'age'"), ("status", "publishd", "is it 'published'"),
    ("period", "2026-T5", "write it as 2026-T3"), ("period", "2026-13", "write it as 2026-T3"),
    ("against", "befor", "is it 'before'"), ("verdict", "raise", "is it 'rise'"),
    ("by", "mounth", "is it 'month'"),
])  # fmt: skip
def test_a_misspelt_value_is_told_with_the_nearest_and_is_no_absence(study, column, value, told):
    """« Aucune donnée n'est disponible » was published of what does not exist."""
    pairs = study.comparisons("satisfaction")
    for ask in (
        lambda: study.comparisons("satisfaction", **{column: value}),
        lambda: study.select(pairs.head(0), **{column: value}),
        lambda: study.differences(pairs, label="tbl-x", **{column: value}),
    ):
        with pytest.raises(ObservError, match=rf"^{column} .*{re.escape(told)}"):
            ask()


def test_what_a_study_and_its_pages_are_of_is_checked_as_values_are(study, demonstration, tmp_path):
    for ask in (study.key_figures, study.listeners, lambda name: study.page("contacts", name)):
        with pytest.raises(ObservError, match=r"product 'legifance': .* is it 'legifrance'\?"):
            ask("legifance")
    for name, part in (("survey", "device"), ("department", "department")):
        with pytest.raises(ObservError, match=f"^{part} 'editon': does not exist; "):
            Study("2026-T3", str(demonstration), **{name: "editon"})
    # a folder that is not there or has no store
    with pytest.raises(ObservError, match="data/bibl: is no folder, so it has no store"):
        Study("2026-T3", "data/bibl")
    with pytest.raises(ObservError, match="has no store; run `observ ingest FOLDER"):
        Study("2026-T3", str(tmp_path))


def test_what_is_known_and_has_no_data_is_an_absence(study):
    rows = study.estimates("satisfaction", product="dila", device="audience-boamp", group="title")
    assert rows.empty and study.comparisons("satisfaction", verdict="rise", product="cnaf").empty
    mine = {"group": "Ma question ?", "group_value": "Oui"}
    own = estimates.make([{"indicator": "nps", "period": "2026-T3", "estimate": 1.0, **mine}])
    assert len(study.select(own, group="Ma question ?")) == 1
    assert study.select(own, group="Une autre question ?").empty


def test_rows_are_kept_by_value_by_list_and_by_quarters(study):
    marks = study.estimates("satisfaction")
    one = study.select(marks, product="legifrance", period=["2026-T2", "2026-T3"])
    assert set(one["product"]) == {"legifrance"} and set(one["period"]) == {"2026-T2", "2026-T3"}
    assert set(study.select(marks, quarters=2)["period"]) == {"2026-T2", "2026-T3"}
    visits = study.estimates("visits", indicator="visits", quarters=1)
    assert set(study.select(visits, by="month")["period"]) == {"2026-07", "2026-08", "2026-09"}
    assert set(study.select(visits, by="quarter")["period"]) == {"2026-T3"}
    assert study.select(marks, value=False)["estimate"].isna().all()


def test_nothing_to_show_is_said_with_the_noun_or_the_sentence_given(study):
    none = study.estimates("satisfaction", product="bodacc")
    said = repr(study.dots(none, caption="C", absent="note de satisfaction"))
    assert plain(said) == ("*Aucune note de satisfaction n'est disponible au 3e trimestre 2026.*")
    assert repr(study.text("", absent="Rien à dire.")) == "Rien à dire."
    over = repr(study.table(none, caption="C", absent="note", when="2025-T4"))
    assert "4e trimestre 2025" in plain(over)
    # a withheld value is said to be withheld and not absent
    hidden = study.select(study.estimates("satisfaction"), status="suppressed")
    assert len(hidden)
    nothing = study.say.satisfaction.products_above(study.comparisons("satisfaction").head(0))
    said = study.text(nothing, data=hidden, absent="note de satisfaction")
    assert repr(said) == "Aucune note de satisfaction n'est publiée (secret statistique)."


def test_a_cell_carries_the_estimates_of_its_sentences_and_of_its_caption(study):
    mark = study.estimates("satisfaction", indicator="satisfaction_10")
    moved = study.comparisons("satisfaction", against="before", indicator="satisfaction_10")
    said = study.text(study.say.span(mark), study.say.comparisons.evolution(moved))
    carried = rows_of(said)
    assert len(carried) == len(mark)
    (pairs,) = {len(said.content["comparisons"]["rows"])}
    assert pairs == len(moved) > 0
    now = study.select(mark, period="2026-T3")
    chart = study.dots(study.comparable(now), caption=study.say.span(mark))
    assert len(rows_of(chart)) == len(mark)
    both = study.say.together(study.say.span(mark), "Et voilà.")
    assert len(rows_of(study.text(both))) == len(mark)


def test_notes_define_what_the_cells_before_have_shown_and_nothing_else(demonstration):
    study = Study("2026-T3", str(demonstration))
    assert "Aucune donnée" in repr(study.notes())
    now = study.estimates("satisfaction", indicator="clarity_10", period="2026-T3")
    study.table(now, rows="device", caption="Clarté")
    told = repr(study.notes())
    assert "Clarté" in told and "Visites" not in told


def test_a_family_of_each_survey_asks_which_and_has_its_last_wave(demonstration):
    study = Study("2026-T3", str(demonstration), "enquete-vie-publique")
    assert study.wave == "2026-T2"  # a yearly survey, of the second quarter
    assert set(study.estimates("survey", by="quarter")["device"]) == {"enquete-vie-publique"}
    with pytest.raises(ObservError, match="family 'survey': is of one survey; name it"):
        Study("2026-T3", str(demonstration)).estimates("survey")


def test_help_lists_the_families_and_all_that_one_holds(study):
    all_of_it = study.help()
    assert all_of_it.loc["satisfaction", "kind"] == "family"
    assert {"say.span", "say.comparisons.evolution"} <= set(all_of_it.index)
    assert "say.sales.units_sold" not in all_of_it.index  # it is told with its family
    assert all_of_it["what"].str.len().min() > 10
    held = study.help("satisfaction")
    assert held.loc["satisfaction_10", "rows"] > 0 and held.loc["before", "kind"] == "comparison"
    assert held.loc["say.satisfaction.products_above", "what"].startswith("Which product is above")
    assert study.help("devices").loc["held", "kind"] == "words"
    for name in frame.families().keys() - {"survey"}:
        assert len(study.help(name))


def public(study: Study) -> list[str]:
    found = {name for base in type(study).__mro__ for name in vars(base) if base is not object}
    return sorted(name for name in found if not name.startswith("_"))


def test_jupyter_completes_the_keywords_of_charts_and_of_what_asks(study):
    completer = IPCompleter(namespace={"study": study})
    for verb in ("dots", "table", "chart", "differences"):
        for start, keyword in (("ab", "absent="), ("pe", "period="), ("ca", "caption=")):
            completer.text_until_cursor = f"study.{verb}(marks, {start}"
            assert completer.python_func_kw_matches(start) == [keyword]
    for verb in ("estimates", "comparisons", "select"):
        keywords = inspect.signature(getattr(study, verb)).parameters
        assert {"quarters", "channel", "tested"} <= set(keywords)


def test_each_member_is_explained_with_its_arguments_and_an_example_to_copy(study):
    for name in public(study):
        found = getattr(type(study), name)
        explained = inspect.getdoc(getattr(found, "func", found)) or ""
        assert "\nExamples\n" in explained and ">>> " in explained, name
        assert "(see `display." not in explained or name == "chart", name
        if inspect.isfunction(found):
            told = explained.replace(",", "\n").split("\n")
            of = [p for p in inspect.signature(found).parameters.values() if p.name != "self"]
            assert all(p.kind is not p.VAR_KEYWORD for p in of), name
            if len(of) > 1:
                assert {p.name for p in of} <= {word.strip() for word in told}, name


def test_what_may_be_said_is_completed_and_explained(study):
    assert "span" in dir(study.say) and "units_sold" in dir(study.say.sales)
    assert {"pd", "Catalogue", "words"}.isdisjoint(dir(study.say.sales))
    sentence = study.say.sales.units_sold
    assert str(inspect.signature(sentence)).startswith("(frame, by='product'")
    assert inspect.getdoc(sentence).startswith("How much each shop sold")  # type: ignore[union-attr]
    with pytest.raises(TypeError, match="units_sold: got an unexpected keyword argument 'perod'"):
        sentence(study.estimates("sales"), perod="2026-T2")
    with pytest.raises(AttributeError, match=r"says no 'slod'; what it says: .*units_sold"):
        study.say.sales.slod  # noqa: B018


def test_a_cell_run_again_asks_what_the_store_holds_by_now(demonstration, monkeypatch):
    mine = Study("2026-T3", str(demonstration))
    assert len(mine.estimates("practices"))
    none = Given(estimates.make([]), make_comparisons(None), {})
    monkeypatch.setattr(frame.family_named("practices").__class__, "give", lambda *_: none)
    monkeypatch.setattr(kept, "put", lambda *_: None)
    assert len(mine.estimates("practices"))  # nothing has changed
    held = store.table_digests(demonstration)
    monkeypatch.setattr(store, "table_digests", lambda data: held | {"kind": "another"})
    assert mine.estimates("practices").empty
