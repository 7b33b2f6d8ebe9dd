"""Workshops: counts, small profiles that cannot be had, the fate of ideas as it was then."""

import pandas as pd
import pytest

from observlib.base.period import Quarter
from observlib.catalogue import contract
from observlib.themes import workshops

LAST = Quarter("2026-T3")


def table(*rows: dict[str, object]) -> pd.DataFrame:
    base = {"device": "d", "channel": "in_person", "title": "t", "method": "m", "count": 1}
    made = [{**base, "product": "vie-publique", "date": "2026-07-02", **row} for row in rows]
    frame = pd.DataFrame(made).reindex(columns=contract.columns("workshops"))
    for name in ("date", "decided", "done"):
        frame[name] = pd.to_datetime(frame[name])
    frame["workshop_id"] = frame["date"].astype(str) + frame["product"]
    return contract.coerce(frame, "workshops").assign(source="d@1")


def people(product: str, **profiles: int) -> list[dict[str, object]]:
    return [
        {"kind": "participants", "label": name, "count": count, "product": product}
        for name, count in profiles.items()
    ]


ONE_OF_THREE = {"annuaire": "suppressed", "legifrance": "suppressed", "vie-publique": "published"}
DAYS = [f"{quarter.months[1]}-03" for quarter in LAST.back(4)]


def each_quarter(*rows: dict[str, object]) -> pd.DataFrame:
    """The same workshops in each quarter of the year."""
    return table(*({**row, "date": day} for row in rows for day in DAYS))


def test_small_profiles_are_joined_and_small_products_cannot_be_had():
    frame = each_quarter(
        *people("vie-publique", étudiants=10, élus=1),
        *people("legifrance", juristes=4),
        *people("annuaire", agents=2),
    )
    found = workshops.participants(frame, LAST.back(4))
    profiles = found[found["group"] == "profile"].set_index("group_value")["estimate"]
    assert profiles.to_dict() == {"étudiants": 40, "juristes": 16, "Autres profils": 12}
    products = found[found["product"] != ""].set_index("product")
    assert products["status"].to_dict() == ONE_OF_THREE
    assert found.iloc[0]["estimate"] == 68


def test_a_year_that_begins_does_not_tell_the_quarter_that_entered_it():
    """The attack: 27 participants in an edition, less 23 in the one before, are four."""
    both = (*people("vie-publique", a=23), DAYS[1]), (*people("vie-publique", a=4), DAYS[2])
    frame = table(*({**row, "date": day} for row, day in both))
    for last in (LAST - 2, LAST - 1):
        found = workshops.participants(frame, last.back(4))
        assert set(found["status"]) == {"suppressed"} and "profile" not in set(found["group"])


def test_a_product_of_irregular_workshops_is_withheld_with_another():
    regular = each_quarter(*people("vie-publique", a=20), *people("legifrance", a=15))
    (row,) = people("annuaire", a=40)
    irregular = table(*({**row, "date": day} for day in DAYS[2:]))
    found = workshops.participants(pd.concat([regular, irregular]), LAST.back(4))
    assert found.iloc[0]["estimate"] == 220
    products = found[found["product"] != ""].set_index("product")["status"].to_dict()
    assert products == ONE_OF_THREE


IDEAS = table(
    {"kind": "idea", "label": "a", "decided": "2026-07-12", "done": "2026-08-01"},
    {"kind": "idea", "label": "b", "decided": "2026-07-12", "done": "2026-11-01"},
    {"kind": "idea", "label": "c", "decided": "2026-10-12"},
    {"kind": "idea", "label": "e"},
)


def test_ideas_are_as_they_stood_and_workshops_of_two_devices_counted():
    found = workshops.estimate_ideas(IDEAS, LAST.back(4))
    steps = found[found["indicator"] == "workshop_ideas"]
    counts = steps.set_index("group_value")["estimate"].to_dict()
    assert counts == {"Proposées": 4, "Décidées": 2, "Réalisées": 1}
    later = workshops.estimate_ideas(IDEAS, (LAST + 1).back(4))
    assert later[later["indicator"] == "workshop_ideas"]["estimate"].tolist() == [4, 3, 2]
    both = each_quarter(*people("vie-publique", a=20), *people("legifrance", a=20))
    both.loc[both["product"] == "legifrance", ["device", "source"]] = ["e", "e@1"]
    found = workshops.participants(both, LAST.back(4))
    assert found.iloc[0]["estimate"] == 160 and found.iloc[0]["source"] == "d@1, e@1"


def test_ideas_that_wait_are_those_decided_and_neither_done_nor_dropped():
    idea = {"kind": "idea", "date": "2026-05-05"}
    frame = table(
        {**idea, "label": "a", "state": "proposed"},
        {**idea, "label": "b", "state": "decided", "decided": "2026-06-01"},
        {**idea, "label": "c", "state": "done", "decided": "2026-06-01", "done": "2026-10-02"},
        {**idea, "label": "d", "state": "done", "decided": "2026-06-01", "done": "2026-07-01"},
        {**idea, "label": "e", "state": "dropped", "decided": "2026-06-01"},
    )
    found = workshops.estimate_ideas(frame, LAST.back(4))
    waiting = found[found["indicator"] == "ideas_waiting"]
    assert waiting[["product", "estimate"]].values.tolist() == [["vie-publique", 2.0]]


def test_the_median_delay_counts_what_is_still_under_way():
    # sixteen done after 5, 10 … 80 days, four under way for 90 days at the end
    start = pd.Timestamp("2026-07-02")
    idea = {"kind": "idea", "decided": start}
    done = [
        {**idea, "label": f"d{i}", "done": start + pd.Timedelta(days=i)} for i in range(5, 85, 5)
    ]
    waiting = [{**idea, "label": f"w{i}"} for i in range(4)]
    found = workshops.delays(table(*done, *waiting), LAST.back(4))
    median = found[found["indicator"] == "idea_delay"].iloc[0]
    assert (median["estimate"], median["n"]) == (50, 20)  # the tenth of twenty, by hand
    assert median["ci_low"] < 50 < median["ci_high"]
    curve = found[found["indicator"] == "idea_done_by"].set_index("group_value")["estimate"]
    assert curve.to_dict() == pytest.approx({"0": 0, "30": 30, "60": 60, "90": 80})


def test_a_median_that_is_not_reached_is_missing_without_its_base():
    rows = [{"kind": "idea", "label": f"w{i}", "decided": "2026-07-12"} for i in range(5)]
    found = workshops.delays(table(*rows), LAST.back(4))
    median = found[found["indicator"] == "idea_delay"].iloc[0]
    assert median["status"] == "missing" and pd.isna(median["n"])
    assert set(found.loc[found["indicator"] == "idea_done_by", "status"]) == {"suppressed"}
