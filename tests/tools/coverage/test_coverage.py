"""Intervals that are published hold the truth as often as the page of the method says."""

import json
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from scipy.special import bdtr

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.language.french import day_label
from observlib.pipeline import project
from tools.coverage import page
from tools.coverage.outside import LEAST, MOST, REASONS, farthest, outside
from tools.coverage.page import LABELS
from tools.coverage.parts import PARTS
from tools.coverage.simulate import covered, simulate
from tools.coverage.truth import held, one, parts

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
# Published intervals that are not measured: the line that is expected without an action, of which
# each month has another truth; the effect, which is its mean distance from what is seen, is.
# Those of texts that people read are, in `tests/survey`: each takes a machine that learns.
ELSEWHERE = {"action_course", "text_share", "text_share_read", "coder_kappa"}
SHORT = {  # repetitions: enough to see an interval that misses one truth in four
    **dict.fromkeys(("ratings", "surveys", "calls", "tickets", "texts", "user tests", "raked"), 10),
    **dict.fromkeys(("experiences", "polls", "workshops", "methods"), 20),
    **dict.fromkeys(("profiles", "tasks", "subscriptions", "months"), 2),
    "neighbours": 40, "changes": 6, "actions": 5,
}  # fmt: skip


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return project.reference("coverage").fillna({"lowest_value": ""})


@pytest.fixture(scope="module")
def short() -> pd.DataFrame:
    return simulate(SHORT, seed=1)


@cache
def published() -> set[str]:
    """The indicators that some committed study shows with an interval of its own."""
    found: set[str] = set()
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                if content := output.get("data", {}).get(estimates.MIME):
                    rows = estimates.from_json(content)
                    found |= set(rows.loc[rows["ci_low"].notna(), "indicator"])
                    if "comparisons" in content:  # whose intervals are of differences
                        found.add("difference")
    assert found >= ELSEWHERE, "ELSEWHERE names an interval that nothing publishes"
    return found - ELSEWHERE


def test_each_indicator_s_intervals_hold_as_often_as_chance_allows(short):
    assert set(short["indicator"]) == published() | set(LABELS)
    for name, rows in short.groupby("indicator"):
        # intervals of one draw are alike: each draw of a device counts for one
        draws = int(rows["repetitions"].sum())
        share = (rows["covered"] * rows["repetitions"]).sum() / draws
        hits = round(share * draws / 100)
        assert bdtr(hits, draws, LEAST / 100) > 1e-4, (name, hits, draws)
    draws = int(short["repetitions"].sum())
    share = (short["covered"] * short["repetitions"]).sum() / draws
    assert bdtr(round(share * draws / 100), draws, LEAST / 100) > 1e-3
    assert 1 - bdtr(round(share * draws / 100) - 1, draws, MOST / 100) > 1e-3


def test_an_interval_that_is_too_narrow_is_seen():
    own = PARTS["ratings"]
    frame = next(own.estimate(1, range(60)))
    ends = {name: (frame[name] + frame["estimate"]) / 2 for name in ("ci_low", "ci_high")}
    half = frame.assign(**ends)
    whole, narrow = (covered(held(made, own.truths())) for made in (frame, half))
    assert (whole["covered"] > 85).all() and (narrow["covered"] < 85).all()


def test_the_committed_table_has_every_published_interval_with_its_date_and_seed(table):
    absent = (published() | set(LABELS)) - set(table["indicator"])
    assert not absent, f"run `make coverage`: no coverage is known of {sorted(absent)}"
    assert table["date"].str.fullmatch(r"\d{4}-\d\d-\d\d").all()
    assert table["seed"].nunique() == 1
    most = table.groupby("indicator")["repetitions"].max()
    dear = {"profile_share", "representation", "reason_share", "driver_effect"}
    dear |= {"subscription_survival", "subscription_retention", "difference"}
    dear |= {"differences_together", "level_change", "pace", "action_effect"}
    dearest = {"task_ease", "task_failure_demand_share"}  # a year of two surveys each, by 14 tasks
    assert (most.drop([*dear, *dearest]) >= 1990).all()
    assert (most[[*dear]] >= 990).all() and (most[[*dearest]] >= 400).all()


def test_what_the_committed_table_has_outside_93_to_97_percent_is_told_with_its_reason(table):
    told = {place for places in REASONS.values() for place in places}
    far = {(row.indicator, row.device) for row in table[outside(table)].itertuples()}
    assert far <= told, f"mend the interval, or tell why in tools/coverage/outside.py: {far - told}"
    for place in told:  # and no reason is left of what lies inside
        share, _ = farthest(table.set_index(["indicator", "device"]).loc[place])
        assert not LEAST <= share <= MOST, place


def test_the_page_of_the_method_shows_the_committed_table(table, catalogue):
    text = (ROOT / "reports" / "methode.qmd").read_text(encoding="utf-8")
    shown = text.partition(page.BEGIN)[2].partition(page.END)[0]
    meant = page.markdown(table, catalogue)
    assert shown.strip() == meant.strip(), "run python -m tools.coverage.page"
    ends = (table["date"].min(), table["date"].max())
    days = [day_label(pd.Timestamp(day).date()) for day in ends]
    assert all(day in shown for day in days) and "@tbl-couverture" in text
    for name in published():
        assert f"| {catalogue.indicators[name].label} " in shown


def estimate(value: str, low: float, high: float) -> dict[str, object]:
    row: dict[str, object] = {"indicator": "profile_share", "device": "d~0", "period": "2026"}
    row |= {"group": "age", "group_value": value, "unit": "%", "n": 90}
    return row | {"estimate": (low + high) / 2, "ci_low": low, "ci_high": high}


def test_categories_put_together_are_held_to_the_sum_of_their_truths():
    true = {("profile_share", "d", "age"): parts({"a": 60.0, "b": 30.0, "c": 10.0})}
    frame = estimates.make([estimate("a", 50, 70), estimate("Autres", 35, 45)])
    assert held(frame, true)["held"].tolist() == [True, True]
    ratios = {("profile_share", "d", "age"): {"a": (60.0, 50.0), "b": (30.0, 40.0), "c": (10, 10)}}
    frame = estimates.make([estimate("a", 1.1, 1.3), estimate("Autres", 0.7, 0.9)])
    assert held(frame, ratios)["held"].tolist() == [True, True]
    # an interval without a known truth is a mistake
    frame = estimates.make([estimate("a", 50, 70)])
    with pytest.raises(ValueError, match="no truth"):
        held(frame, {("nps", "d", ""): one(1.0)})


def test_a_page_without_its_marks_is_left_as_it_is(tmp_path):
    place = tmp_path / "methode.qmd"
    for text in ("rien", f"{page.END} {page.BEGIN}", f"{page.BEGIN}{page.BEGIN}{page.END}"):
        place.write_text(text, encoding="utf-8")
        with pytest.raises(ObservError, match="once each"):
            page.write(place, page.BEGIN, page.END, "neuf")
        assert place.read_text(encoding="utf-8") == text
    place.write_text(f"avant\n{page.BEGIN}\nvieux\n{page.END}\naprès\n", encoding="utf-8")
    page.write(place, page.BEGIN, page.END, "neuf")
    written = place.read_text(encoding="utf-8")
    assert written.startswith("avant\n") and written.endswith("après\n") and "neuf" in written
    assert "vieux" not in written
