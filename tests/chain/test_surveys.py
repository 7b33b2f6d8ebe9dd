"""Surveys of different wording give back, through the whole chain, what was hidden in them."""

from pathlib import Path

import pandas as pd
import pytest
from tests.chain.conftest import of_kind

from observlib import store
from observlib.base.period import Quarter
from observlib.estimates import base
from observlib.indicators import counts
from observlib.pipeline import project
from observlib.themes import profiles, surveys
from observlib.themes.surveys import weighted

LAST = Quarter("2026-T3")
YEAR = LAST.back(4)


@pytest.fixture(scope="module")
def responses(demonstration: Path) -> pd.DataFrame:
    return store.read(demonstration, "responses")


def holds(row: pd.Series, value: float) -> bool:
    return bool(row["ci_low"] <= value <= row["ci_high"])


def test_every_truth_of_the_last_edition_is_in_its_interval(responses, truths, catalogue):
    now = surveys.quarterly_measures(responses, catalogue, [LAST])
    year = surveys.pooled_measures(responses, catalogue, YEAR)
    compared = 0
    for truth in of_kind(truths["surveys"], "measure"):
        if truth["quarter"] not in map(str, YEAR):
            continue
        for frame in (now, year):
            rows = frame[
                (frame["device"] == truth["device"]) & (frame["indicator"] == truth["indicator"])
            ]
            for _, row in rows.iterrows():
                assert holds(row, truth["value"]), truth
                compared += 1
    assert compared > 25
    assert set(year["status"]) == {"published"}


def test_reasons_and_profiles_hold_the_true_shares(responses, truths, catalogue):
    found = pd.concat([
        surveys.estimate_reasons(responses, catalogue, YEAR),
        profiles.category_shares(responses, catalogue, YEAR),
    ])  # fmt: skip
    known = {
        (t["device"], t["group"], t["group_value"]): t["value"]
        for kind in ("reason", "profile")
        for t in of_kind(truths["surveys"], kind)
    }
    compared = 0
    for (device, group), rows in found.groupby(["device", "group"]):
        shown = rows[rows["status"] == "published"]
        named = set(shown["group_value"])
        rest = sum(v for (d, g, name), v in known.items()
                   if (d, g) == (device, group) and name not in named)  # fmt: skip
        for _, row in shown.iterrows():
            if row["group_value"] == profiles.REST:  # grouped for being few: no interval
                assert pd.isna(row["ci_low"]) and row["estimate"] > 0
                continue
            assert holds(row, known.get((device, group, row["group_value"]), rest)), row
            compared += 1
    assert compared > 60


def test_steps_are_the_counts_that_were_written(demonstration, responses, truths, catalogue):
    invitations, visits = (
        store.read(demonstration, name, LAST, LAST) for name in ("invitations", "audience")
    )
    found = surveys.estimate_funnel(
        responses, invitations, counts.quarterly_counts(visits, [LAST]), catalogue, LAST
    )
    steps = found.set_index(["device", "group_value"])["estimate"]
    names = {"invited": "Enquête proposée", "started": "Réponse commencée"}
    names["finished"] = "Réponse terminée"
    compared = 0
    for kind, name in names.items():
        for truth in of_kind(truths["surveys"], kind):
            if truth["quarter"] == LAST:
                told = truth["value"] if kind == "invited" else base(truth["value"])
                assert steps[truth["device"], name] == told
                compared += 1
    assert compared == 6
    assert steps["enquete-service-public", "Visites"] > 1_000_000


def test_weighed_by_age_satisfaction_is_what_each_age_gives(responses, truths, catalogue):
    margins = project.reference("margins")
    ages = margins[margins["variable"] == "age"].set_index("category")["people"]
    found = weighted.weighted_marks(weighted.weighed(responses, margins, catalogue, YEAR))
    found = found[found["indicator"] == "satisfaction_10"].set_index(["device", "group_value"])
    by_age = pd.DataFrame(of_kind(truths["surveys"], "satisfaction_by_age"))
    by_age = by_age.drop_duplicates(["device", "group_value"])
    for device, known in by_age.groupby("device"):
        value = known.set_index("group_value")["value"]
        truth = float((value * ages).sum() / ages.sum())
        assert holds(found.loc[(device, weighted.WEIGHTED)], truth), device
    moved = found["estimate"].unstack()
    fell = moved[weighted.WEIGHTED] < moved[weighted.RAW]
    # the young, who are less satisfied, are too few in one survey and too many in the others
    assert fell[fell].index.tolist() == ["enquete-service-public"] and len(fell) == 3


def test_no_comment_address_or_referrer_of_the_exports_is_in_the_store(responses):
    words = set(responses["category"].dropna()) | set(responses["variable"])
    assert not [w for w in words if "inventé" in w or "192.0.2" in w or "exemple.invalid" in w]
