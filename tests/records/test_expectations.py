"""An expectation is read whole and right, and what it is worth hangs on when it was written."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.copies import DEMO
from tests.records import sheets

from observlib import Study
from observlib.records.sheets import (
    COMPARED,
    EXPLORATORY_REASONS,
    Expectation,
    exploratory,
    outcome,
)

GOOD = {
    "id": "clarte", "title": "Des mots plus clairs", "indicator": "satisfaction_10",
    "product": "allo-service-public", "device": "satisfaction-3939", "period": "2026-T3",
    "direction": "up", "effect": 0.5, "date": "2026-06-22", "author": "pôle études",
    "why": "Les mots ont changé.",
}  # fmt: skip


def write(data: Path, name: str = "clarte", **keys: object) -> Path:
    return sheets.write(data, "expectations", GOOD, name, **keys)


def test_what_may_be_expected_is_compared_and_the_demonstration_has_two(catalogue):
    late, announced = Expectation.load(DEMO, catalogue)
    assert exploratory(late, (late.digest, False)) == "after"
    assert exploratory(announced, (announced.digest, False)) == ""
    assert all("inventé" in one.title for one in (late, announced))
    pairs = Study("2026-T3", "data/demo").comparisons("satisfaction", against="before")
    assert set(COMPARED) == set(pairs["indicator"])


@pytest.mark.parametrize(("keys", "said"), [
    ({"indicator": "visits"}, ":3: 'clarte': unknown indicator 'visits'; allowed: satisfac"),
    ({"device": "jdma-legifrance"}, "unknown device 'jdma-legifrance'; allowed:"),
    ({"effect": 0}, "effect is 0"),
    ({"period": "2026-09"}, "period is '2026-09'"),
    ({"author": "Zoé Martin"}, "names a person"),
])  # fmt: skip
def test_a_mistake_is_told_with_its_file_and_what_is_allowed(tmp_path, catalogue, keys, said):
    path = write(tmp_path, **keys)
    told = sheets.faults(Expectation, tmp_path, catalogue)
    assert said in told and told.splitlines()[0].startswith(f"{path}:")


def test_the_order_of_keys_and_comments_change_nothing_and_a_word_does(tmp_path, catalogue):
    path = write(tmp_path)
    (before,) = Expectation.load(tmp_path, catalogue)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("# un mot\n" + "\n".join(reversed(lines)), encoding="utf-8")
    (after,) = Expectation.load(tmp_path, catalogue)
    assert after.digest == before.digest
    write(tmp_path, effect=0.4)
    (other,) = Expectation.load(tmp_path, catalogue)
    assert other.digest != before.digest


def test_only_what_was_seen_before_its_data_and_is_unchanged_was_announced():
    one = Expectation.model_validate(GOOD)
    late = Expectation.model_validate({**GOOD, "date": "2026-10-01"})
    assert exploratory(one, (one.digest, False)) == ""
    assert exploratory(one, None) == "unseen"
    assert exploratory(one, ("other", False)) == "edited"
    assert exploratory(one, (one.digest, True)) == "late"
    assert exploratory(late, (late.digest, False)) == "after"
    assert set(EXPLORATORY_REASONS) == {"unseen", "edited", "late", "after"}


ENDS = st.tuples(st.floats(-10, 10), st.floats(-10, 10)).map(sorted)
EFFECT = st.floats(0.01, 5)


@given(ends=ENDS, effect=EFFECT, direction=st.sampled_from(["up", "down", "stable"]))
def test_an_effect_within_the_interval_is_never_reached_or_left_out(ends, effect, direction):
    low, high = ends
    said = outcome(direction, effect, low, high)
    looked_for = {"up": [effect], "down": [-effect], "stable": [-effect, effect]}[direction]
    if any(low < one < high for one in looked_for):
        assert said == "open"
    assert (said == "small") == (-effect < low and high < effect)  # the only equivalence
    if said == "reached":
        assert low * high > 0 and min(abs(low), abs(high)) >= effect
    if said == "short":
        assert direction != "stable" and all(not low <= one <= high for one in looked_for)
