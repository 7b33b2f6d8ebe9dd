"""What an outsider works back of published figures: against people whose answers are known."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.copies import demonstration_catalogue
from tests.examples import examples

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.base.period import Period, Quarter
from observlib.confidentiality import control
from observlib.confidentiality.attack import (
    attack,
    blocks,
    exact_deviation,
    exact_people,
    exact_value,
    half_width_range,
    people_of_share,
)
from observlib.confidentiality.disclosure import (
    ImpossibleError,
    Knowledge,
    Published,
    possible,
    tiles,
)
from observlib.estimates import MEASURES, Measure, base, on_10
from observlib.indicators import answers
from observlib.language.words import rounded_estimates
from observlib.themes import satisfaction

DEVICE = {"device": "d", "product": "p", "channel": "web", "source": "d@1"}
QUARTER = Quarter("2026-T3")


def ratings(*months: dict[float, int], first: str = "2026-07") -> pd.DataFrame:
    """Answers to the question of satisfaction: how many gave each mark, month after month."""
    rows = [
        {"date": day, "value": mark}
        for day, counts in zip(
            pd.date_range(first, periods=len(months), freq="MS"), months, strict=True
        )
        for mark, count in counts.items()
        for _ in range(count)
    ]
    scale = {"question": "satisfaction", "scale_min": 0.0, "scale_max": 10.0}
    frame = pd.DataFrame(rows).assign(**DEVICE, **scale)
    return frame.assign(answer_id=[f"a{number}" for number in range(len(frame))])


def knowledge(*marks: float) -> Knowledge:
    known = pd.DataFrame({"value": marks}).assign(device="d", question="satisfaction")
    return Knowledge(demonstration_catalogue(), known.assign(scale_min=0.0, scale_max=10.0))


def made(table: pd.DataFrame) -> pd.DataFrame:
    """What the study of satisfaction makes of answers, by month and quarter, with all digits."""
    months = QUARTER.months
    return estimates.combine([
        satisfaction.quarterly_marks(table, [QUARTER]),
        satisfaction.monthly_marks(table, months[0], months[-1]),
    ])  # fmt: skip


def told(rows: pd.DataFrame) -> pd.DataFrame:
    return rounded_estimates(rows, demonstration_catalogue())


def truth(table: pd.DataFrame, period: str, mark: float) -> int:
    inside = table["date"].dt.strftime("%Y-%m").isin(Period(period).months)
    return int((inside & (table["value"] == mark)).sum())


THREE = st.lists(
    st.fixed_dictionaries(
        {0.0: st.integers(0, 40), 5.0: st.integers(0, 40), 10.0: st.integers(1, 90)}
    ),
    min_size=3,
    max_size=3,
)


@examples(12)
@given(THREE)
def test_what_is_said_to_be_possible_holds_what_people_answered(months):
    table = ratings(*months)
    for block in blocks([Published(told(made(table)), ())], knowledge(0.0, 5.0, 10.0)):
        sums = [total for _, total in block.cells]
        for (cell, _), found in zip(block.cells, possible(block.programme, sums), strict=True):
            if cell["cell"].startswith("mark"):
                mark = 5.0 * (int(cell["cell"].split()[1]) - 1)
                assert found.least <= truth(table, cell["period"], mark) <= found.most


def test_three_marks_told_to_their_last_digit_are_counts_that_anyone_can_have():
    """The attack must see what the demonstration's first editions gave away."""
    table = ratings(*[{0.0: 5, 5.0: 7, 10.0: 48}] * 3)
    rows = made(table)
    found = attack([Published(told(rows), ())], knowledge(0.0, 5.0, 10.0))
    pinned = found[found["pinned"]]
    assert set(pinned["period"]) == set(QUARTER.months)
    assert (pinned["told_by"] != "").all() and not found.loc[~found["pinned"], "told_by"].any()


def test_a_series_whose_counts_could_be_had_tells_less_and_gives_none():
    months = ({0.0: 5, 5.0: 7, 10.0: 48}, {0.0: 4, 5.0: 9, 10.0: 52}, {0.0: 6, 5.0: 7, 10.0: 40})
    table = ratings(*months)
    rows, known = made(table), knowledge(0.0, 5.0, 10.0)
    decision = control.decide(rows, [], known, told)
    assert ("d", "p", "web", "satisfaction", 1) in decision.wide
    assert not decision.tried["pinned"].any()
    final = told(control.apply_decisions(rows, decision.changes))
    assert not attack([Published(final, decision.wide)], known)["pinned"].any()
    months = final[final["period"].isin(QUARTER.months)].set_index("indicator")
    assert (months.loc["satisfied_share", "status"] == "suppressed").all()
    means = months.loc["satisfaction_10"]
    as_made = rows[(rows["indicator"] == "satisfaction_10") & rows["period"].isin(QUARTER.months)]
    assert means["estimate"].tolist() == as_made["estimate"].round(1).tolist()
    assert (means["ci_low"].dropna() % 0.5 == 0).all()


@pytest.fixture
def dissatisfied(monkeypatch) -> str:
    """An indicator as anyone adds it: a line of the table, and its words."""
    name, words = "dissatisfied_share", demonstration_catalogue().indicators
    measure = Measure("satisfaction", "share", lambda *mark: on_10(*mark) <= 2.5)
    monkeypatch.setitem(MEASURES, name, measure)
    monkeypatch.setitem(words, name, words["satisfied_share"])
    return name


def test_an_indicator_that_joins_the_table_is_estimated_attacked_and_withheld(dissatisfied):
    last = {0.0: 15, 5.0: 4, 10.0: 30}
    table = ratings({0.0: 25, 5.0: 17, 10.0: 28}, {0.0: 12, 5.0: 19, 10.0: 22}, last)
    rows, known = made(table), knowledge(0.0, 5.0, 10.0)
    own = rows[(rows["indicator"] == dissatisfied) & (rows["period"] == "2026-09")]
    assert own[["unit", "estimate"]].values.tolist() == [["%", pytest.approx(100 * 15 / 49)]]
    shares = rows[rows["unit"] == "%"]
    before = attack([Published(told(shares[shares["indicator"] != dissatisfied]), ())], known)
    found = attack([Published(told(shares), ())], known)
    assert not before["pinned"].any()
    four = {"period": "2026-09", "cell": "mark 2 of 3", "least": 4.0, "most": 4.0}
    assert found.loc[found["pinned"], [*four]].to_dict("records") == [four]
    decision = control.decide(rows, [], known, told)
    final = told(control.apply_decisions(rows, decision.changes))
    assert not attack([Published(final, decision.wide)], known)["pinned"].any()
    of_month = final[final["period"] == "2026-09"].set_index("indicator")["status"]
    assert of_month[dissatisfied] == of_month["satisfied_share"] == "suppressed"


def test_many_answers_keep_all_that_they_tell():
    table = ratings(*[{0.0: 300, 5.0: 400, 10.0: 900}] * 3)
    decision = control.decide(made(table), [], knowledge(0.0, 5.0, 10.0), told)
    assert decision.changes.empty and not decision.wide


def test_what_agrees_with_no_answers_is_told_as_such():
    table = ratings(*[{0.0: 40, 5.0: 30, 10.0: 130}] * 3)
    wrong = told(made(table))
    wrong.loc[wrong["indicator"] == "satisfied_share", "estimate"] = 20.0
    wrong.loc[wrong["indicator"] == "satisfied_share", ["ci_low", "ci_high"]] = math.nan
    with pytest.raises(ImpossibleError, match=r"no counts agree.*report it.*infeasible"):
        attack([Published(wrong, ())], knowledge(0.0, 5.0, 10.0))


def test_what_is_not_decided_within_the_limit_is_pinned_and_not_taken_for_impossible(monkeypatch):
    before = ratings(*[{0.0: 40, 5.0: 30, 10.0: 130}] * 3)
    publications, known = [Published(told(made(before)), ())], knowledge(0.0, 5.0, 10.0)
    assert not attack(publications, known)["pinned"].any()
    monkeypatch.setattr("observlib.confidentiality.disclosure.NODES", 0)
    found = attack(publications, known)
    assert len(found) and found["pinned"].all()
    assert found["told_by"].str.startswith("(undecided) satisfaction_").all()


def test_what_cannot_be_hidden_stops_the_edition_and_names_what_gives_it_away(monkeypatch):
    table = ratings(*[{0.0: 5, 5.0: 7, 10.0: 48}] * 3)
    monkeypatch.setattr(control, "_with_less", lambda rows, *_: rows)
    with pytest.raises(ObservError) as error:
        control.decide(made(table), [], knowledge(0.0, 5.0, 10.0), told)
    assert "could be worked back from satisfaction_mean 2026-07" in str(error.value)
    assert "nothing was published" in str(error.value)


def counts(**products: float | None) -> pd.DataFrame:
    """Participants of workshops by product; None is withheld."""
    rows = [
        {
            **DEVICE, "product": "" if product == "whole" else product,
            "indicator": "workshop_participants", "period": "2025-10/2026-09", "estimate": count,
            "n": count, "unit": "participants",
            "status": "suppressed" if count is None else "published"
        }
        for product, count in products.items()
    ]  # fmt: skip
    return estimates.make(rows)


def test_a_part_alone_withheld_is_had_from_its_whole():
    found = attack([Published(counts(whole=100, a=60, b=36, c=None), ())], knowledge(0.0, 10.0))
    (row,) = estimates.records(found)
    assert (row["least"], row["most"], row["pinned"]) == (4, 4, True)
    two = attack([Published(counts(whole=100, a=80, b=None, c=None), ())], knowledge(0.0, 10.0))
    assert not two["pinned"].any()


def test_the_fewest_counts_are_withheld_that_would_give_one_of_few_people():
    known = knowledge(0.0, 10.0)
    rows = counts(whole=100, a=60, b=36, c=None)
    decision = control.decide(rows, [], known, told)
    assert decision.changes["product"].tolist() == ["b"]
    assert decision.tried["least"].tolist() == [1, 1]
    enough = counts(whole=100, a=80, b=None, c=None)
    assert control.decide(enough, [], known, told).changes.empty


def test_what_is_of_no_product_is_not_taken_for_all_of_them():
    """A help desk that leaves some messages without a product could publish nothing."""
    rows = counts(whole=15, a=60, b=None).assign(indicator="tickets_received", unit="messages")
    assert not attack([Published(rows, ())], knowledge(0.0, 10.0))["pinned"].any()


def test_what_was_withheld_stays_so_where_another_choice_would_tell_it():
    """Two editions of the same counts that withhold others beside a small one give it together."""
    known = knowledge(0.0, 10.0)
    before = Published(told(counts(whole=100, a=None, b=36, c=None)), ())
    decision = control.decide(counts(whole=100, a=60, b=36, c=None), [before], known, told)
    assert decision.changes["product"].tolist() == ["a"]
    both = Published(told(counts(whole=100, a=60, b=None, c=None)), ())
    found = attack([before, both], known).set_index("product")
    assert found.at["c", "pinned"]


def test_a_small_count_that_was_given_away_before_stops_the_edition_and_says_by_what():
    before = Published(told(counts(whole=100, a=60, b=36, c=None)), ())
    now = counts(whole=100, a=60, b=None, c=None)
    with pytest.raises(ObservError, match=r"count of workshop_participants in .* worked back"):
        control.decide(now, [before], knowledge(0.0, 10.0), told)


def test_a_device_that_asks_for_more_people_has_them(monkeypatch):
    """Its catalogue entry may say 20, and no page then tells of 15."""
    known = knowledge(0.0, 10.0)
    device = next(iter(known.catalogue.devices.values()))
    strict = device.model_copy(update={"minimum_people": 20})
    catalogue = known.catalogue.model_copy(update={"devices": {strict.id: strict}})
    row = {**DEVICE, "device": device.id, "indicator": "satisfaction_10", "unit": "sur 10"}
    row |= {"period": "2026-T3", "estimate": 7.5, "n": 15, "status": "low_base"}
    rows = estimates.make([row])
    decision = control.decide(rows, [], Knowledge(catalogue, known.marks), told)
    assert decision.changes["status"].tolist() == ["suppressed"]
    assert control.decide(rows, [], known, told).changes.empty


def test_every_period_is_the_sum_of_its_parts_once():
    months = [f"2026-{month:02d}" for month in range(1, 13)]
    quarters = [f"2026-T{quarter}" for quarter in range(1, 5)]
    periods = [*months, *quarters, "2026-01/2026-12"]
    found = {whole: (parts, is_all) for whole, parts, is_all in tiles(periods)}
    assert found["2026-01/2026-12"] == (quarters, True)
    assert [*itertools.chain(*(found[quarter][0] for quarter in quarters))] == months


@pytest.mark.parametrize("n", [11, 17, 18, 29, 30, 62, 498])
def test_a_base_that_is_told_stands_for_the_one_that_was_rounded(n):
    least, most = exact_people(base(n))
    assert least <= n <= most


@examples(60)
@given(st.integers(30, 400), st.data())
def test_what_a_share_and_a_mean_tell_holds_what_they_were_made_of(n, data):
    having = data.draw(st.integers(0, n))
    row = answers.share("satisfied_share", pd.Series([True] * having + [False] * (n - having)))
    found = told(estimates.make([{**DEVICE, **row, "period": "2026-T3"}])).iloc[0]
    told_n = people_of_share(found, 1.0, (n - 3, n + 3))
    assert told_n[0] <= n <= told_n[1]
    low, high = exact_value(found, 1.0)
    assert low <= 100 * having / n <= high
    marks = pd.Series(np.repeat([0.0, 10.0], [n - having, having]))
    mean = answers.mean_of_marks("satisfaction_10", marks, (0, 10))
    mean = told(estimates.make([{**DEVICE, **mean, "period": "2026-T3"}])).iloc[0]
    half = half_width_range(mean, (0.1, 0.1), (0.0, 10.0))
    if half and marks.nunique() > 1:
        low, high = exact_deviation(half, (n, n))
        assert low - 1e-3 <= marks.var() <= high + 1e-3
