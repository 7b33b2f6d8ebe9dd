"""A later edition of the same periods: late answers are not told, corrections are."""

import pandas as pd
import pytest
from tests.confidentiality.test_attack import DEVICE, counts, knowledge, made, ratings, told

from observlib import estimates
from observlib.base.period import Quarter
from observlib.confidentiality import control
from observlib.confidentiality.attack import attack
from observlib.confidentiality.disclosure import Amended, Knowledge, Published

NUMBERS = ["estimate", "ci_low", "ci_high", "n", "status"]
NEW = "d@2"
FEW_MARKS = ({0.0: 5, 5.0: 7, 10.0: 48}, {0.0: 4, 5.0: 9, 10.0: 52}, {0.0: 6, 5.0: 7, 10.0: 40})
MANY = ({0.0: 40, 5.0: 30, 10.0: 130},) * 3
CORRECTED: tuple[Amended, ...] = (("d", "p", "2026-09", "c0ffee00"),)


def edition(
    months: tuple[dict[float, int], ...],
    *before: Published,
    source: str = "d@1",
    amended: tuple[Amended, ...] = (),
    first: str = "2026-07",
) -> Published:
    table = ratings(*months, first=first).assign(source=source)
    known = knowledge(*sorted(table["value"].unique()))
    known = Knowledge(known.catalogue, known.marks, amended)
    rows = made(table)
    decision = control.decide(rows, before, known, told)
    assert not decision.tried["pinned"].any()
    final = told(control.apply_decisions(rows, decision.changes)).drop_duplicates(ignore_index=True)
    return Published(final, decision.wide, decision.amended)


def plus(months: tuple[dict[float, int], ...], *more: dict[float, int]):
    """Months with more answers, or fewer, from the last month back."""
    changed = [dict(month) for month in months]
    for month, came in zip(reversed(changed), more, strict=False):
        for mark, count in came.items():
            month[mark] += count
    return tuple(changed)


def numbers(publication: Published, period: str = "") -> pd.DataFrame:
    rows = publication.estimates
    return rows[rows["period"] == period][NUMBERS] if period else rows[NUMBERS]


@pytest.mark.parametrize(("late", "mark"), [(0, 0.0), (1, 10.0), (2, 0.0), (3, 10.0)])
def test_a_device_told_in_wide_steps_is_published_again_and_tells_no_late_answer(late, mark):
    first = edition(FEW_MARKS)
    assert first.wide
    second = edition(plus(FEW_MARKS, {mark: late}), first, source=NEW)
    pd.testing.assert_frame_equal(numbers(second), numbers(first))
    assert set(second.wide) == set(first.wide)
    third = edition(plus(FEW_MARKS, {mark: late}, {mark: 1}), first, second, source="d@3")
    pd.testing.assert_frame_equal(numbers(third), numbers(first))


def test_a_series_stays_in_wide_steps_where_many_came():
    """A reader would else know what the steps had hidden by how they went."""
    first = edition(FEW_MARKS)
    second = edition(plus(FEW_MARKS, {0.0: 20, 5.0: 20}), first, source=NEW)
    assert set(second.wide) >= set(first.wide)
    now = second.estimates.query("period == '2026-09' and indicator == 'satisfaction_10'")
    assert now["n"].tolist() == [95.0] and (now["ci_low"] % 0.5 == 0).all()


def test_a_quarter_that_moves_with_months_that_stand_agrees_with_them():
    """Four late answers a month are few, and a dozen in the quarter are not."""
    first = edition(MANY)
    second = edition(plus(MANY, *[{0.0: 4, 5.0: 2, 10.0: 2}] * 3), first, source=NEW)
    for month in Quarter("2026-T3").months:
        pd.testing.assert_frame_equal(numbers(second, month), numbers(first, month))
    assert numbers(second, "2026-T3")["n"].tolist()[0] == 625.0


def test_a_correction_of_marks_is_told_and_says_so_in_each_period_that_has_it():
    first = edition(MANY)
    right = plus(MANY, {0.0: -25, 5.0: 25})
    silent = edition(right, first, source=NEW)
    pd.testing.assert_frame_equal(numbers(silent), numbers(first))  # of none known, it is late
    second = edition(right, first, source=NEW, amended=CORRECTED)
    for period, moves in {"2026-T3": True, "2026-09": True, "2026-08": False}.items():
        assert numbers(second, period).equals(numbers(first, period)) != moves, period
    third = edition(plus(right, {0.0: 2}), first, second, source="d@3", amended=CORRECTED)
    pd.testing.assert_frame_equal(numbers(third), numbers(second))  # two more are late again


def test_few_late_answers_are_not_told_though_another_product_or_month_was_corrected():
    first, late = edition(MANY), plus(MANY, {0.0: 3})
    of_others = (("d", "q", "2026-09", "c0ffee00"), ("d", "p", "2026-06", "c0ffee00"))
    for amended in ((), *((one,) for one in of_others)):
        second = edition(late, first, source=NEW, amended=amended)
        pd.testing.assert_frame_equal(numbers(second), numbers(first))
    assert not attack([first, second], knowledge(0.0, 5.0, 10.0))["pinned"].any()


def test_a_figure_moves_when_enough_have_answered_or_it_is_made_in_another_way():
    first = edition(MANY)
    for late, source, now in ((50, NEW, 6.7), (3, "d@1", 7.2)):
        second = edition(plus(MANY, {0.0: late}), first, source=source)
        marks = [one.estimates.query("indicator == 'satisfaction_10'") for one in (first, second)]
        told = [one.set_index("period")["estimate"]["2026-T3"] for one in marks]
        assert told == pytest.approx([7.3, now])


def test_a_share_that_was_withheld_stays_so_beside_a_mean_that_stands():
    """The two would be told of other people, and give back the few who came between."""
    first = edition(({0.0: 3, 5.0: 7, 10.0: 700},) * 3)
    second = edition(({0.0: 7, 5.0: 7, 10.0: 700},) * 3, first, source=NEW)
    assert numbers(first, "2026-09")["status"].tolist() == ["published", "published", "suppressed"]
    pd.testing.assert_frame_equal(numbers(second, "2026-09"), numbers(first, "2026-09"))


# Visits -----------------------------------------------------------------------------------------


def visits(given: dict[str, dict[str, int]], source: str = "d@1") -> pd.DataFrame:
    """Visits by product and month, and of the quarter; fewer than eleven are withheld."""
    rows = []
    for product, months in given.items():
        for period, count in {**months, "2026-T3": sum(months.values())}.items():
            few = count < estimates.MINIMUM_PEOPLE
            row = {**DEVICE, "product": product, "indicator": "visits", "period": period}
            row |= {"unit": "visites", "status": "suppressed" if few else "published"}
            number = None if few else count
            rows.append(row | {"estimate": number, "n": number, "source": source})
    return estimates.make(rows)


def test_a_quarter_of_the_months_that_are_told_says_nothing_of_the_one_that_is_withheld():
    months = {"2026-07": 1, "2026-08": 9200, "2026-09": 9100}
    rows = visits({"p": months})
    left_out = rows["period"] == "2026-T3"
    rows.loc[left_out, ["estimate", "n"]] = 9200.0 + 9100.0
    first = Published(told(visits({"p": {**months, "2026-07": 9300}})), ())
    decision = control.decide(rows.assign(source=NEW), [first], knowledge(0.0, 10.0), told)
    assert decision.changes.empty and not decision.tried["pinned"].any()


def test_a_month_corrected_to_few_is_published_and_what_was_told_of_it_is_no_claim_on_it():
    other = {"2026-07": 8000, "2026-08": 7000, "2026-09": 7500}
    wrong = {"p": {"2026-07": 9300, "2026-08": 9200, "2026-09": 9100}, "q": other}
    right = {**wrong, "p": {**wrong["p"], "2026-07": 1}}
    first = Published(told(visits(wrong)), ())
    rows, known = visits(right, NEW), knowledge(0.0, 10.0)
    decision = control.decide(rows, [first], known, told)
    second = Published(told(control.apply_decisions(rows, decision.changes)), decision.wide)
    now = second.estimates.set_index(["product", "period"])["status"]
    assert now["p", "2026-07"] == "suppressed"
    assert not attack([first, second], known)["pinned"].any()
    assert (now["q"] == "published").all()
    later = visits(right, "d@3")
    decision = control.decide(later, [first, second], known, told)
    third = told(control.apply_decisions(later, decision.changes))
    pd.testing.assert_frame_equal(third[NUMBERS], second.estimates[NUMBERS])


def test_what_two_editions_give_together_is_still_seen_beside_a_period_that_was_corrected():
    """One erroneous year must not free all others."""
    year = "2024-10/2025-09"
    before = [counts(whole=100, a=None, b=36, c=None), counts(whole=200, a=150, b=50)]
    now = [counts(whole=100, a=60, b=36, c=None), counts(whole=200, a=None, b=None, c=60)]
    first, rows = (
        estimates.combine([one, other.assign(period=year)]) for one, other in (before, now)
    )
    known = knowledge(0.0, 10.0)
    decision = control.decide(rows.assign(source=NEW), [Published(told(first), ())], known, told)
    changed = decision.changes[["product", "period"]].to_numpy().tolist()
    assert ["a", "2025-10/2026-09"] in changed and year not in [period for _, period in changed]


def test_a_count_of_texts_is_told_to_the_nearest_five_and_stands_where_few_came():
    texts = [{**DEVICE, "indicator": "text_count", "period": "2026-T3", "unit": "textes"}]
    known = knowledge(0.0, 10.0)
    first = estimates.make([{**texts[0], "estimate": 540.0, "n": 540.0}])
    rows = first.assign(estimate=545.0, n=545.0, source=NEW)
    decision = control.decide(rows, [Published(told(first), ())], known, told)
    assert decision.changes["estimate"].tolist() == [540.0]
    many = rows.assign(estimate=560.0, n=560.0)
    assert control.decide(many, [Published(told(first), ())], known, told).changes.empty
