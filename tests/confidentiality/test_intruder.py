"""Who has the files of an edition cannot compute what one to ten people answered."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.confidentiality import intruder

from observlib import estimates, store
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.indicators.answers import mean_of_marks, rescale, share
from observlib.language.words import decimals, rounded_estimates
from observlib.themes import satisfaction

ROOT = Path(__file__).parents[2]
MEANS = {"satisfaction_10": "satisfaction", "clarity_10": "clarity", "ces_10": "ces"}
SHARES = (
    "satisfied_share", "help_reached_share", "task_success_share", "reopened_share",
    "subscription_retention", "reason_share", "profile_share", "ticket_theme_share",
    "call_theme_share", "feeling_share",
)  # fmt: skip


@pytest.fixture(scope="module")
def published(catalogue: Catalogue) -> pd.DataFrame:
    frames = [
        estimates.from_json(content)
        for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", [])
        if (content := output.get("data", {}).get(estimates.MIME))
    ]
    return rounded_estimates(
        estimates.combine(frames).drop_duplicates(), catalogue
    ).drop_duplicates()


@pytest.fixture(scope="module")
def scales(demonstration: Path) -> dict[tuple[str, str], list[float]]:
    """The marks of each question's scale, on 0–10, which its form shows to everyone."""
    ratings = store.read(demonstration, "ratings")
    responses = store.read(demonstration, "responses").rename(columns={"variable": "question"})
    said = pd.concat([ratings, responses[responses["value"].notna()]], ignore_index=True)
    marks = (
        said.assign(mark=rescale(said).round(6)).groupby(["device", "question"])["mark"].unique()
    )
    found = {}
    for indicator, question in MEANS.items():
        for device in marks.index.unique("device"):
            if (device, question) in marks.index:
                step = np.diff(np.sort(marks[device, question])).min()
                found[device, indicator] = np.arange(0, 10 + step / 2, step).tolist()
    return found


def bases(n: float) -> range:
    """What a base to the nearest five, 15 at least and 25 up to 29, may stand for."""
    ends = {15: (11, 17), 25: (23, 29), 30: (30, 32)}
    low, high = ends.get(round(n), (round(n) - 2, round(n) + 2))
    return range(low, high + 1)


@pytest.fixture(scope="module")
def half(catalogue: Catalogue) -> intruder.Half:
    """Half a unit of the last digit that is told of a value, or half a step of few marks."""

    def half_of(row: intruder.Row) -> float:
        indicator = catalogue.indicators[row["indicator"]]
        if row["status"] == "low_base" and row["unit"] != "%":
            return 2.5 if row["unit"] == "points" else 0.25
        return 0.5 * 10.0 ** -decimals(indicator, row["unit"])

    return half_of


def row(found: dict[str, Any]) -> dict[str, Any]:
    return {"product": "p", "channel": "web", "device": "d", "period": "2026-T3", **found}


def test_the_intruder_finds_what_digits_give_away():
    marks = pd.Series([0.0] * 3 + [5.0] * 4 + [10.0] * 16)
    frame = estimates.make(
        row(found)
        for found in (
            mean_of_marks("satisfaction_10", marks, (0, 10)),
            share("satisfied_share", marks >= 7.5),
            mean_of_marks("nps", pd.Series([100.0] * 30 + [-100.0] * 9 + [0.0] * 12), (-100, 100)),
        )
    )
    recovered = intruder.marks_recovered(frame, {("d", "satisfaction_10"): [0.0, 5.0, 10.0]})
    assert [found[-2:] for found in recovered] == [(0.0, 3), (5.0, 4)]
    assert [found[1:] for found in intruder.promoters_recovered(frame)] == [(9, 12, 30)]
    assert [found[2] for found in intruder.shares_recovered(frame, SHARES)] == [7]


@pytest.mark.slow
def test_no_count_of_a_mark_is_had_from_means_intervals_and_shares(published, scales, half):
    assert published["indicator"].isin(list(MEANS)).sum() > 100
    assert intruder.marks_recovered(published, scales, bases, half) == []


def test_no_share_or_score_tells_one_to_ten_people(published, half):
    assert (published["indicator"] == "nps").sum() > 10
    assert intruder.promoters_recovered(published, bases, half) == []
    assert published["indicator"].isin(SHARES).sum() > 100
    assert intruder.shares_recovered(published, SHARES, bases, half) == []


def test_the_profile_less_the_weights_tells_nobody_who_left_a_question_out(published, half):
    assert (published["indicator"] == "weighting_before").any()
    assert intruder.incomplete_recovered(published, bases, half) == []


def test_a_funnel_does_not_tell_how_few_left_before_its_end(published):
    steps = published[published["indicator"] == "survey_funnel"]
    wide = steps.pivot_table(index=["device", "period"], columns="group_value", values="estimate")
    left = wide["Réponse commencée"] - wide["Réponse terminée"]
    assert len(left) and not left.between(1, 10).any()
    answers = steps[steps["unit"] == "réponses"]["estimate"].dropna()
    assert (answers % 5 == 0).all()


@pytest.mark.parametrize("late", [1, 2, 3])
def test_a_quarter_published_again_does_not_tell_late_marks(demonstration, catalogue, half, late):
    quarter = Quarter("2026-T3")
    ratings = store.read(demonstration, "ratings", quarter, quarter)
    ratings = ratings[ratings["question"] == "satisfaction"].sort_values("date", kind="stable")
    had = 0
    for device, given in ratings.groupby("device"):
        step = 2.5 if device == "satisfaction-3939" else 5.0
        both = [given.iloc[:-late], given]
        exact = [{"estimate": rescale(some).mean(), "n": len(some)} for some in both]
        truth = (late, rescale(given.iloc[-late:]).sum())
        had += intruder.late_recovered(*exact, step) == truth
        told = [
            rounded_estimates(satisfaction.quarterly_marks(some, [quarter]), catalogue)
            for some in both
        ]
        for name, unit, top in (("satisfaction_10", step, 10), ("satisfied_share", 100, 100)):
            pair = [frame[frame["indicator"] == name].iloc[0].to_dict() for frame in told]
            if all(published["status"] != "suppressed" for published in pair):
                found = intruder.late_recovered(*pair, unit, bases, half, top=top)
                assert found is None, (device, name)
    assert had >= 3  # the intruder has them of numbers with all their digits
