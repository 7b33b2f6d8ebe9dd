"""Pairs that somebody would wrongly compare, or wrongly refuse: each has the grade it deserves."""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.copies import DEMO
from tests.examples import examples
from tests.words import plain

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.display import select
from observlib.estimates import make_comparisons
from observlib.records.sheets import Action
from observlib.stats import comparability
from observlib.stats.comparability import Grade

JDMA, SURVEY, CALLS = "jdma-service-public", "enquete-service-public", "satisfaction-3939"
PEER = {"product": "caisse-fictive", "period": "2025"}
CASES = yaml.safe_load(Path(__file__).with_name("comparability.yml").read_text(encoding="utf-8"))
PAIRS = CASES["pairs"]
Told = dict[str, Any]


@pytest.fixture(scope="module")
def known(catalogue: Catalogue) -> Catalogue:
    """The demonstration's catalogue, with devices that ask as its own do but for one thing."""
    asked = catalogue.questionnaires[SURVEY]
    papers = {"changed": asked.model_copy(update={"id": "changed", "changes_on": date(2026, 1, 1)})}
    for name, change in CASES["questions"].items():
        first = asked.questions[0].model_copy(update=change)
        update = {"id": name, "questions": (first, *asked.questions[1:])}
        papers[name] = asked.model_copy(update=update)
    devices = {
        name: catalogue.devices[change["like"]].model_copy(update=change | {"id": name})
        for name, change in CASES["devices"].items()
    }
    changes = {one.id: one for one in Action.load(DEMO, catalogue) if one.kind == "measure"}
    assert [*changes] == ["mesure-sans-robots"]  # of Légifrance's visits, on 1 March 2025
    return catalogue.model_copy(
        update={
            "devices": catalogue.devices | devices,
            "questionnaires": catalogue.questionnaires | papers,
            "changes": changes,
        }
    )


def of(device: str, **more: Any) -> Told:
    return {"device": device, **more}


def made(known: Catalogue, told: Told) -> dict[str, Any]:
    """A published figure of a device, of the third quarter of 2026 and of all who answered."""
    if told["device"] == "peer":
        told = PEER | told | {"device": "published-figures"}
    of = known.devices.get(told["device"])
    indicator = known.indicators[told.get("indicator", "satisfaction_10")]
    row = {"indicator": indicator.id, "period": "2026-T3", "status": "published"}
    row |= {"product": (of and of.product) or "", "channel": of.channel if of else "web"}
    row |= {"unit": indicator.unit, "group": "", "group_value": "", "estimate": 7.0, "n": 400}
    return row | told


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_has_the_grade_that_the_ways_of_asking_deserve(known, name):
    sides = [made(known, side) for side in PAIRS[name]["sides"]]
    letter, differs, unknown = PAIRS[name]["grade"]
    expected = Grade(letter, tuple(differs), tuple(unknown))
    assert comparability.grade(*sides, known) == expected
    assert comparability.grade(*reversed(sides), known) == expected


def test_along_a_line_periods_are_compared_and_lower_no_grade(known):
    then, now = made(known, of(JDMA, period="2014")), made(known, of(JDMA))
    assert comparability.grade(then, now, known, ("period",)) == Grade("A")
    years = [of(JDMA, period=f"{year}-T3") for year in range(2014, 2027)]
    hidden = of(CALLS, status="suppressed", estimate=None, n=None)
    frame = frame_of(known, *years, hidden)
    chart = display.line_chart(frame, known, caption="Une", by="device")
    assert "prudente" not in chart.content["alt"]


ROWS = [side for pair in PAIRS.values() for side in pair["sides"]]


@examples(40)
@given(picked=st.lists(st.sampled_from(ROWS), min_size=1, max_size=6))
def test_what_is_kept_for_one_chart_is_drawn_and_each_row_has_its_chart(known, picked):
    marks = [made(known, side) | {"n": 100 + i} for i, side in enumerate(picked)]
    frame = estimates.make(row for row in marks if row["indicator"] == "satisfaction_10")
    frame = frame.drop_duplicates(estimates.FIGURE, ignore_index=True)
    found, nth = estimates.make([]), 1
    while len(drawn := comparability.comparable(frame, known, nth)):
        select.refuse(drawn, known, "chart")
        found, nth = estimates.combine([found, drawn]), nth + 1
    assert sorted(found["n"]) == sorted(frame["n"])


def frame_of(known: Catalogue, *told: Told) -> pd.DataFrame:
    return estimates.make(made(known, one) for one in told)


@pytest.mark.parametrize("draw", [display.dot_chart, display.bar_chart, display.line_chart])
def test_a_chart_of_grade_d_is_refused_in_one_line_that_says_what_to_do(draw, known):
    with pytest.raises(ObservError) as told:
        draw(frame_of(known, of(JDMA), of(CALLS)), known, caption="Une", by="device")
    (line,) = str(told.value).splitlines()
    assert JDMA in line and CALLS in line and "mode, population" in line
    assert "not known: wording, scale" in line and "study.comparable(frame, 2)" in line
    # a drawing of one's own is refused too
    frame = frame_of(known, of(JDMA), of(CALLS))
    with pytest.raises(ObservError, match="grade D"):
        display.custom_chart(lambda _: None, frame, known, caption="Une")


@pytest.mark.parametrize("draw", [display.dot_chart, display.bar_chart, display.line_chart])
def test_a_chart_of_grade_c_says_with_what_care_it_is_read(draw, known):
    frame = frame_of(known, of(SURVEY), of("enquete-vie-publique"))
    chart = draw(frame, known, caption="Une", by="device")
    care = "Comparaison prudente. Ce qui diffère : la question."
    assert care in plain(chart.content["alt"])
    assert "prudente" in chart.shown["image/svg+xml"].split("</desc>")[-1].split("aria-label")[-1]


def test_a_table_holds_values_of_grade_d_and_says_that_they_do_not_compare(known):
    frame = frame_of(known, of(JDMA), of(CALLS))
    said = "Certaines de ces valeurs ne se comparent pas entre elles. Ce qui diffère : le mode"
    assert said in plain(repr(display.table(frame, known, caption="Une", rows="device")))
    asked = ["satisfaction_10", "clarity_10"]
    both = frame_of(known, *(of(name, indicator=x) for name in (JDMA, CALLS) for x in asked))
    board = display.board(both, known, caption="Une", rows="device", indicators=asked)
    columns = "« Satisfaction sur 10 » et « Clarté du langage » : certaines valeurs ne se comparent"
    assert columns in plain(repr(board))
    same = frame_of(known, of(JDMA), of("jdma-legifrance"))
    assert "compar" not in repr(display.table(same, known, caption="Une", rows="device"))


def test_a_difference_of_grade_d_is_not_told(known):
    one, other = made(known, of(JDMA)), made(known, of(CALLS))
    row = one | {f"reference_{name}": x for name, x in other.items()}
    row |= {"against": "product", "verdict": "unknown", "reason": "base"}
    pairs = make_comparisons(pd.DataFrame([row]))
    with pytest.raises(ObservError, match="grade D"):
        display.place_table(pairs, known, caption="Une", label="tbl-une")
