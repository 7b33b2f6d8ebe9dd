"""The front page's main points: chosen by a rule, none that chance may have made."""

import functools
import math
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.records import sheets
from tests.words import plain

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import load_catalogue
from observlib.estimates import make_comparisons
from observlib.indicators import pairs as pair
from observlib.themes import main_points, templates
from observlib.themes.main_points import (
    followed_by,
    on_a_year,
    point_number,
    point_series,
    ranked_changes,
    select_points,
)

say = templates.narrative("main_points")
CATALOGUE = load_catalogue(Path("data/catalogue"))
NOW = Quarter("2026-T3")
THEN = NOW - 4
SE = 2 * math.sqrt(2 / 2000)  # of a difference of two marks


def mark(product, period, value, n=2000, channel="web", **more):
    row = {"indicator": "satisfaction_10", "product": product, "channel": channel, "device": "avis"}
    half = 1.96 * 2 / math.sqrt(n)
    interval = {"ci_low": value - half, "ci_high": value + half, "n": n, "n_eff": n}
    return row | {"period": str(period), "estimate": value, "unit": "sur 10", **interval, **more}


def visits(product, period, value, **more):
    row = {"indicator": "visits", "product": product, "channel": "web", "device": f"m-{product}"}
    return row | {"period": str(period), "estimate": value, "unit": "visites", "n": value, **more}


def six_years(product, then, now, usual=0.01, **more):
    """Visits that change by as much on a year, up or down in turn, until the last one."""
    *earlier, last = NOW.back(25)
    ups = [(1 + usual) ** (-(-place // 4) % 2) for place in range(4, 28)]
    known = [visits(product, one, then * up, **more) for one, up in zip(earlier, ups, strict=True)]
    return [*known, visits(product, last, now, **more)]


def edition(*rows):
    """The estimates of an edition, and what it compares."""
    frame = estimates.make(rows)
    ends = NOW, str(THEN)
    return frame, make_comparisons(
        pair.tested(
            CATALOGUE, pair.counted_pairs(frame, NOW), pair.across_periods(frame, CATALOGUE, *ends)
        )
    )


def found(*rows):
    frame, pairs = edition(*rows)
    return ranked_changes(pairs, frame, NOW)


TWO_MARKS = [
    mark("boamp", THEN, 6.0), mark("boamp", NOW, 8.0),
    mark("legifrance", THEN, 6.0), mark("legifrance", NOW, 7.0),
]  # fmt: skip


def test_changes_come_by_how_many_meet_them_and_uncounted_ones_last():
    few = [visits("boamp", NOW, 10_000.0), visits("legifrance", NOW, 30_000.0)]
    rows = found(*TWO_MARKS, *few)
    assert rows["product"].tolist() == ["legifrance", "boamp"]
    assert rows["weight"].tolist() == pytest.approx([3000, 2000])
    rows = found(*TWO_MARKS, visits("legifrance", NOW, 50.0))
    assert rows["product"].tolist() == ["legifrance", "boamp"]
    assert math.isnan(rows["people"].iat[1])


@functools.cache
def still():
    return edition(mark("boamp", THEN, 7.0), mark("boamp", NOW, 7.0))[1]


def pages(differences):
    """An edition's comparisons of marks, each the only one that its page tests."""
    x = np.asarray(differences)
    found = pd.concat([still()] * len(x), ignore_index=True)
    ends = {"difference_low": x - 1.96 * SE, "difference_high": x + 1.96 * SE}
    verdict = np.where(x > 1.96 * SE, "rise", np.where(x < -1.96 * SE, "fall", "unknown"))
    return found.assign(difference=x, verdict=verdict, level=0.95, **ends)


def test_what_holds_on_its_page_alone_is_no_main_point():
    """Of twelve pages one finds something by chance in half of the editions."""
    told = pages([2.2 * SE, *[0.0] * 11])
    assert told["verdict"].tolist()[0] == "rise"
    assert len(main_points.established(told, NOW)) == 1
    held = main_points.held_together(told, NOW)
    assert main_points.established(held, NOW).empty
    assert held["reason"].tolist()[0] == main_points.PAGE_REASON
    assert held.drop(columns="reason").equals(told.drop(columns="reason"))
    sure = main_points.held_together(pages([4 * SE, *[0.0] * 11]), NOW)
    assert len(main_points.established(sure, NOW)) == 1


@pytest.mark.parametrize(("level", "points"), [(0.99, 0), (0.999, 1)])
def test_a_count_is_a_main_point_where_its_change_holds_in_the_whole_edition(level, points):
    told = pages([30.0, *[0.0] * 11])
    ends = {"difference_low": math.nan, "difference_high": math.nan, "detectable": math.nan}
    of_a_count = told.head(1).assign(indicator="visits", verdict="rise", level=level, **ends)
    held = main_points.held_together(pd.concat([of_a_count, told.iloc[1:]]), NOW)
    assert len(main_points.established(held, NOW)) == points


def test_where_nothing_changes_a_front_page_says_so_19_times_in_20():
    chance = np.random.default_rng(3)
    editions = [main_points.held_together(pages(chance.normal(0, SE, 12)), NOW) for _ in range(80)]
    wrong = [len(main_points.established(held, NOW)) > 0 for held in editions]
    assert np.mean(wrong) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / len(wrong))


def test_each_indicator_is_a_point_once_and_the_others_are_named():
    counts = six_years("boamp", 1e6, 1.2e6) + six_years("legifrance", 1e6, 2.1e6)
    frame, pairs = edition(*TWO_MARKS, *counts)
    rows = ranked_changes(pairs, frame, NOW)
    told = select_points(rows)
    first = told[["indicator", "product"]].values.tolist()
    assert first == [["visits", "legifrance"], ["satisfaction_10", "boamp"]]
    line = plain(say.other_changes(on_a_year(pairs, NOW), rows, told, CATALOGUE))
    assert line == "Aussi en hausse : note de satisfaction (Légifrance) et visites (BOAMP)."


@given(st.integers(11, 10**7), st.floats(-3, 3))
def test_no_count_is_a_point_that_may_be_chance(before, chances):
    """A change of fewer than 1.96 roots of both counts is what people who come one by one make."""
    now = max(11, round(before + chances * math.sqrt(2 * before)))
    rows = found(*six_years("boamp", float(before), float(now), usual=0.0))
    if abs(now - before) <= 1.96 * math.sqrt(before + now):
        assert rows.empty


@pytest.mark.parametrize("status", ["suppressed", "partial", "missing"])
def test_what_is_withheld_or_not_complete_is_no_point(status):
    gone = {} if status == "partial" else {"estimate": math.nan, "ci_low": math.nan}
    gone |= {} if status == "partial" else {"ci_high": math.nan, "n": math.nan, "n_eff": math.nan}
    assert found(mark("boamp", THEN, 6.0), mark("boamp", NOW, 8.0, status=status, **gone)).empty


def test_neither_a_group_nor_another_period_is_a_point():
    frame, pairs = edition(*TWO_MARKS)
    assert len(on_a_year(pairs, NOW)) == 2
    assert on_a_year(pairs.assign(group="age"), NOW).empty
    assert on_a_year(pairs, NOW - 1).empty
    assert on_a_year(pairs.assign(against="product"), NOW).empty
    assert len(point_series(pairs.iloc[0], frame)) == 2


def test_a_point_tells_what_moved_its_interval_and_that_it_was_not_rounded_first():
    [point] = estimates.records(found(mark("boamp", THEN, 6.84), mark("boamp", NOW, 7.87)))
    assert plain(say.point_title(point, CATALOGUE)) == "BOAMP : note de satisfaction en hausse"
    assert point_number(point, CATALOGUE) == "6,8 → 7,9"
    assert plain(say.detail(point, CATALOGUE)) == (
        "Sur 10, d'après 2 000 réponses. L'écart est de +1,0 avant d'arrondir, entre +0,9 et +1,2."
    )


def test_no_count_changed_most_that_changes_as_much_each_year():
    """A site whose visits differ by 6 % from any year to the next has 6 % more."""
    frame, pairs = edition(*six_years("boamp", 1e6, 1.06e6, usual=0.06))
    rows = ranked_changes(pairs, frame, NOW)
    assert rows.empty
    assert (
        say.edition_headline(select_points(rows), CATALOGUE)
        == "Aucun changement n'est établi sur un an."
    )
    (told,) = pairs[["difference", "verdict", "reason"]].values.tolist()
    assert told == [pytest.approx(6e4), "unknown", "usual"]
    assert found(*six_years("boamp", 1e6, 1.3e6, usual=0.06))["verdict"].tolist() == ["rise"]


def test_a_count_without_years_or_changed_long_ago_establishes_nothing():
    young = [visits("boamp", one, 1e6) for one in NOW.back(11)[:-1]]
    for rows in (young[-4:], young):
        assert edition(*rows, visits("boamp", NOW, 2e6))[1]["reason"].tolist() == ["years"]
    rows = six_years("boamp", 1e6, 0.7e6)
    for row in rows:
        if NOW - 3 < Quarter(row["period"]) < NOW:
            row["estimate"] *= 0.7
    assert found(*rows)["verdict"].tolist() == ["fall"]


def test_a_point_names_what_was_done_to_move_it_and_nothing_else():
    [point] = estimates.records(found(mark("boamp", THEN, 6.0), mark("boamp", NOW, 8.0)))
    its = sheets.action(expected=[{"indicator": "satisfaction_10", "direction": "up"}])
    others = [
        its.model_copy(update={"product": "legifrance"}),
        its.model_copy(update={"date": date(2025, 6, 30)}),
        its.model_copy(update={"date": date(2026, 10, 1)}),
        its.model_copy(update={"expected": sheets.action().expected}),
    ]
    assert followed_by(point, [*others, its]) == [its]
