"""The frame of an edition, and what of it a department's pages tell."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib import Study, estimates, store
from observlib.base import kept
from observlib.base.period import Quarter
from observlib.pipeline import frame, project
from observlib.pipeline.frame import department_of, departments_with_pages, part_of_department
from observlib.themes import surveys
from observlib.themes.surveys import weighted

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "observlib"
LAST = Quarter("2026-T3")
SURVEY = "enquete-service-public"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project of its own, where nothing is kept yet."""
    for name in ("catalogue", "formats", "reference", "practices"):
        shutil.copytree(ROOT / "data" / name, tmp_path / "data" / name)
    monkeypatch.chdir(tmp_path)
    frame._given.cache_clear()
    yield tmp_path
    frame._given.cache_clear()


def entries(place: Path) -> list[Path]:
    return sorted((place / kept.KEPT_FOLDER / "families").glob("*"))


def test_a_family_depends_on_its_own_tables_and_on_no_other(place, demonstration):
    found = frame.depends(demonstration, LAST, "satisfaction")
    assert [name for name in found if name.startswith("the data/")] == ["the data/ratings"]
    assert "the reference/margins.csv" not in found
    surveys = frame.depends(demonstration, LAST, "survey", "enquete-legifrance")
    assert {"the data/responses", "the reference/margins.csv"} <= set(surveys)
    peers = frame.depends(demonstration, LAST, "peers")
    assert {"the estimates/satisfaction", "the estimates/surveys"} <= set(peers)


def test_a_new_export_of_a_survey_leaves_estimates_of_the_others(place, demonstration, monkeypatch):
    def key(survey: str) -> str:
        return kept.key(frame.depends(demonstration, LAST, "survey", survey))

    def key_of_all() -> str:
        return kept.key(frame.depends(demonstration, LAST, "surveys"))

    all_before = key_of_all()
    other = "enquete-legifrance"
    before = {survey: key(survey) for survey in (SURVEY, other)}
    known = {survey: store.digest_of(demonstration, "responses", survey) for survey in before}
    assert len(set(known.values())) == 2
    monkeypatch.setattr(
        store, "digest_of", lambda _, __, survey: "new" if survey == other else known.get(survey)
    )
    assert key(SURVEY) == before[SURVEY] and key(other) != before[other]
    assert key_of_all() != all_before
    whole = {**store.table_digests(demonstration), "invitations": "new"}
    monkeypatch.setattr(store, "table_digests", lambda _: whole)  # which all surveys read
    assert key(SURVEY) != before[SURVEY]


def test_the_marks_of_all_surveys_are_those_of_their_responses_read_together(demonstration):
    year, catalogue = LAST.back(4), project.catalogue(demonstration)
    rows = store.read(demonstration, "responses", LAST.back(9)[0], LAST)
    people = weighted.weighed(rows, project.reference("margins"), catalogue, year)
    together = [surveys.quarterly_measures(rows, catalogue, LAST.back(9))]
    together += [surveys.pooled_measures(rows, catalogue, year)]
    together += [
        of(people)
        for of in (weighted.weighted_marks, weighted.opinion_bounds, weighted.weights_report)
    ]
    known = [*estimates.COLUMNS[:8]]
    told, meant = (
        frame.sort_values(known, ignore_index=True)[estimates.COLUMNS]
        for frame in (
            frame.given(demonstration, LAST, "surveys").estimates,
            estimates.with_units(estimates.combine(together), catalogue.units),
        )
    )
    pd.testing.assert_frame_equal(told, meant, check_exact=True)


def test_another_word_for_what_is_counted_is_told_and_computes_nothing_again(place, demonstration):
    before = frame.given(demonstration, LAST, "counters").estimates  # which no entry changes
    (entry,) = entries(place)
    path = place / "data" / "catalogue" / "indicators.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("unit: guichets", "unit: bureaux"), encoding="utf-8")
    frame._given.cache_clear()
    found = frame.given(demonstration, LAST, "counters").estimates
    assert "guichets" in set(before["unit"]) and entries(place) == [entry]
    assert list(found["unit"]) == [unit.replace("guichets", "bureaux") for unit in before["unit"]]


@pytest.mark.parametrize("name", ["satisfaction", "peers", "devices"])
def test_real_data_never_takes_what_a_demonstration_kept(place, demonstration, monkeypatch, name):
    before = frame.depends(demonstration, LAST, name)
    held = {**store.table_digests(demonstration), "kind": "real"}
    monkeypatch.setattr(store, "table_digests", lambda _: held)
    assert kept.key(frame.depends(demonstration, LAST, name)) != kept.key(before)


IMPORTED = """
import importlib, json, sys
from pathlib import Path
found = {}
for name in sys.argv[1:]:
    for old in [old for old in sys.modules if old.split(".")[0] == "observlib"]:
        del sys.modules[old]
    importlib.import_module(name)
    own = [module for known, module in sys.modules.items() if known.split(".")[0] == "observlib"]
    found[name] = [module.__file__ for module in own]
print(json.dumps(found))
"""


def code(name: str) -> set[str]:
    """The files of the library that a family depends on."""
    group = f"{kept.LIBRARY}/"
    return {file.removeprefix(group) for file in frame._code(name) if file.startswith(group)}


def test_no_module_that_a_family_loads_is_left_out_of_what_it_depends_on():
    modules = {name: family.compute.__module__ for name, family in frame.families().items()}
    command = [sys.executable, "-c", IMPORTED, *set(modules.values())]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    loaded = json.loads(done.stdout)
    for name, module in modules.items():
        files = {Path(file).relative_to(SOURCE).as_posix() for file in loaded[module]}
        assert files <= code(name), name
    # nor another theme computed again for a mended formula
    changed = "themes/polls/__init__.py"
    assert {name for name in frame.families() if changed in code(name)} == {"polls"}


def test_it_is_told_why_a_family_would_be_computed_again(place, demonstration, monkeypatch):
    def why(name: str = "satisfaction", quarter: Quarter = LAST, survey: str = "") -> list[str]:
        return frame.why_not_kept(demonstration, quarter, name, survey)

    assert why() == ["never made"]
    frame.given(demonstration, LAST, "satisfaction")
    frame.given(demonstration, LAST, "survey", SURVEY)
    assert why() == [] and why("survey", survey="enquete-legifrance") == ["never made"]
    assert why(quarter=LAST - 1) == ["the quarter"]
    path = place / "data" / "catalogue" / "indicators.yml"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert why() == ["the catalogue (indicators.yml)"]
    held = {**store.table_digests(demonstration), "ratings": "others"}
    monkeypatch.setattr(store, "table_digests", lambda _: held)
    assert why() == ["the catalogue (indicators.yml)", "the data (ratings)"]
    of_visits = "the estimates (visits)"  # which follow from the catalogue too
    assert why("survey", survey=SURVEY) == ["the catalogue (indicators.yml)", of_visits]
    mended = {**frame._code("satisfaction"), f"{kept.LIBRARY}/indicators/answers.py": "mended"}
    monkeypatch.setattr(frame, "_code", lambda _: mended)
    assert why()[-1] == "the library (indicators/answers.py)"


DATA = ("2026-T3", "data/demo")


def test_where_products_are_many_each_department_that_is_heard_has_pages(catalogue, monkeypatch):
    assert departments_with_pages(catalogue.devices, catalogue) == [frame.ALL_DEPARTMENTS]
    monkeypatch.setattr(frame, "MANY", 2)
    fed = ["jdma-legifrance", "audience-boamp", "jdma-vie-publique", "parti-du-catalogue"]
    heard = ["information-legale", "annonces", "vie-publique"]
    assert departments_with_pages(fed, catalogue) == heard
    assert departments_with_pages(fed[:2], catalogue) == [frame.ALL_DEPARTMENTS]


def test_a_device_of_no_product_is_its_owner_s_and_a_source_of_figures_nobody_s(catalogue):
    alone = [one for one in catalogue.devices.values() if not one.product]
    found = {one.id: department_of("", one.id, catalogue) for one in alone}
    assert found == {one.id: one.owner if one.listens else frame.ALL_DEPARTMENTS for one in alone}
    assert {one.listens for one in alone} == {True, False}


def test_a_department_reads_its_product_beside_another_s_and_beside_a_neighbour(catalogue):
    rows = [
        ("boamp", "legifrance", "product"),  # of two departments
        ("boamp", "bodacc", "product"),
        ("legifrance", "caisse-fictive", "peer"),
        ("boamp", "caisse-fictive", "peer"),
    ]
    pairs = pd.DataFrame(rows, columns=["product", "reference_product", "against"])
    assert part_of_department(pairs, "information-legale", catalogue).index.tolist() == [0, 2]
    assert part_of_department(pairs, "annonces", catalogue).index.tolist() == [0, 1, 3]
    words = pd.DataFrame({"reading": ["demande"], "kappa": [0.8]})  # of no product
    assert part_of_department(words, "edition", catalogue) is words


@given(data=st.data())
def test_departments_share_rows_out_and_only_nobody_s_are_told_twice(catalogue, data):
    places = st.tuples(
        st.sampled_from(["", "caisse-fictive", *catalogue.products]),
        st.sampled_from(["", "inconnu", *catalogue.devices]),
    )
    rows = pd.DataFrame(data.draw(st.lists(places, max_size=9)), columns=["product", "device"])
    told = [part_of_department(rows, name, catalogue).index for name in catalogue.departments]
    times = pd.Series([i for index in told for i in index], dtype=int).value_counts()
    for i, product, device in rows.itertuples():
        own = department_of(product, device, catalogue)
        assert times[i] == (1 if own else len(catalogue.departments))


def test_a_department_s_page_leads_to_its_own_and_tells_no_action_of_another(monkeypatch):
    study = Study(*DATA)
    assert study.page("contacts", "legifrance") == "contacts"
    monkeypatch.setattr(frame, "MANY", 2)
    assert study.page("contacts", "legifrance") == "contacts-information-legale"
    assert Study(*DATA, department="edition").page("panorama") == "panorama-edition"
    # actions and expectations of others are not told
    study = Study(*DATA, department="annonces")
    assert {one.product for one in study.actions} == {"boamp"}
    assert {*study.estimates("visits")["product"]} == {"boamp", "bodacc"}
    assert {*study.comparisons("visits")["product"]} == {"boamp", "bodacc"}
    assert study.expectations == []
    assert {*study.main_points["product"]} <= {"boamp", "bodacc"}
