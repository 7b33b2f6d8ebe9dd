"""What each value says, and no digit in a file that its page does not tell."""

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.words import plain

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.catalogue import Indicator
from observlib.estimates import make_comparisons
from observlib.language import words
from observlib.language.words import rounded_estimates, rounded_pairs


def test_each_state_is_said_in_words_and_a_withheld_value_is_no_number(marks, catalogue):
    indicator, rows = catalogue.indicators["satisfaction_10"], marks.to_dict("records")
    assert [plain(words.value(row, indicator)) for row in rows] == [
        "8,4 sur 10", "6,2 sur 10", "9,1 sur 10", "secret statistique", "donnée non disponible",
    ]  # fmt: skip
    assert [bool(words.interval(row, indicator)) for row in rows] == [True] * 3 + [False] * 2


def test_an_unknown_indicator_is_named(catalogue):
    with pytest.raises(ObservError, match="'invented': not in the catalogue; allowed: visits"):
        words.indicator_of("invented", catalogue)


def test_a_row_without_product_is_named_by_group_or_device(catalogue):
    common = {"indicator": "feeling_share", "period": "2026-T3", "unit": "%", "estimate": 50}
    scope = {"group": "scope", "group_value": "Toutes", "device": "sp-plus"}
    others = {"device": "sp-plus"}, {"product": "cnaf"}
    rows = estimates.make({**common, **of} for of in (scope, *others))
    names = [words.label(row, "product", catalogue) for row in rows.to_dict("records")]
    assert names == ["Toutes", catalogue.devices["sp-plus"].label, "CNAF"]


@pytest.mark.parametrize(
    ("unit", "x", "said"),
    [("€", 1234.4, "1 234 €"), ("€", 1.0, "1 €"), ("s", 59.4, "59 s"), ("s", 185.0, "3 min 05 s"),
     ("jours", 3.25, "3,3 jours"), ("jours", 1.94, "1,9 jour"), ("points", 31.0, "+31 points"),
     ("points", -0.6, "−1 point"), ("points", 0.2, "0 point"), ("appels", 1.0, "1 appel"),
     ("exemplaires", 1613.0, "1 613 exemplaires"), ("visites", 1.96, "2 visites"),
     ("téléchargements", 0.0, "0 téléchargement"),
     ("pour 1 000 visites", 0.4, "0,4 pour 1 000 visites"),
     ("guichets pour 100 000 habitants", 1.2, "1,2 guichet pour 100 000 habitants")],
)  # fmt: skip
def test_each_unit_is_written_in_full_french(unit, x, said):
    decimals = int(unit == "jours" or " pour " in f" {unit}")
    one = Indicator(id="one", label="U", unit=unit, method="M", better="neither", decimals=decimals)
    assert plain(words.value({"estimate": x, "unit": unit, "status": "published"}, one)) == said


def test_a_balance_has_its_sign_and_a_count_no_decimals():
    nps = Indicator(id="nps", label="NPS", unit="points", method="M", better="higher")
    row = {"unit": "points", "status": "published", "ci_low": -3.2, "ci_high": 9.0}
    assert plain(words.interval({**row, "estimate": 3.0}, nps)) == "−4 à +9"
    about = {"id": "c", "label": "C", "unit": "sur 10", "method": "M", "better": "neither"}
    row = {"unit": "visites", "estimate": 1200.0, "ci_low": 1100.4, "ci_high": 1299.7}
    told = words.interval({**row, "status": "published"}, Indicator(**about, decimals=1))
    assert plain(told) == "1 100 à 1 300"  # as `action_course`, of marks and of visits


def test_marks_all_alike_are_not_shown_as_known_to_the_last_digit():
    about = {"id": "m", "label": "M", "method": "M", "better": "higher", "unit": "sur 10"}
    mark = Indicator(**about, decimals=1, comparison="mean")
    row = {"unit": "sur 10", "status": "published", "estimate": 10.0}
    row |= {"ci_low": 10.0, "ci_high": 10.0}
    assert words.interval(row, mark) == ""
    assert plain(words.interval({**row, "ci_low": 9.99}, mark)) == "9,9 à 10,0"
    # of a median, whose values come in whole days, both ends may well be one
    assert words.interval(row, Indicator(**about, decimals=1, comparison="interval")) != ""


def test_a_base_says_what_it_counts(catalogue):
    assert words.base_unit(catalogue.indicators["poll_share"]) == "votes"
    assert words.base_unit(catalogue.indicators["tickets_open"]) == "messages"


def test_a_group_that_the_catalogue_lacks_is_refused_and_words_are_their_own_label(catalogue):
    row = {"indicator": "satisfied_share", "period": "2026-T3", "unit": "%", "estimate": 5}
    frame = estimates.make([{**row, "group": "humeur", "group_value": "1"}])
    with pytest.raises(ObservError, match=r"group 'humeur': not in the catalogue; .*groups\.yml"):
        words.column_label(frame, "group_value", catalogue)
    asked = frame.assign(group="Où cherchez-vous ?")
    assert words.column_label(asked, "group_value", catalogue) == "Groupe"
    assert words.label(asked.iloc[0], "group", catalogue) == "Où cherchez-vous ?"


@pytest.mark.parametrize("indicator", ["poll_share", "poll_votes", "action_effect"])
@pytest.mark.parametrize("asked", ["oui", "--", "2026", "avis"])
def test_a_question_of_one_word_stops_no_page(indicator, asked, catalogue):
    row = {"indicator": indicator, "period": "2026-T3", "unit": "%", "estimate": 5}
    frame = estimates.make([{**row, "group": asked, "group_value": "1"}])
    assert words.label(frame.iloc[0], "group", catalogue) == asked
    assert words.column_label(frame, "group_value", catalogue) in ("Groupe", "Option")


def test_every_group_that_indicators_make_has_a_head_that_says_what_it_is(catalogue):
    made = Path(words.__file__).parents[1] / "themes"
    code = "\n".join(path.read_text(encoding="utf-8") for path in made.rglob("*.py"))
    groups = set(re.findall(r'(?:"group": |group=)"([a-z_]+)"', code))
    assert {"days", "months", "theme", "weekday_hour"} <= groups
    row = {"indicator": "satisfied_share", "period": "2026-T3", "unit": "%", "estimate": 5}
    for group in sorted(groups):
        frame = estimates.make([{**row, "group": group, "group_value": "1"}])
        assert words.column_label(frame, "group_value", catalogue) != "Groupe", group


def made(**found: Any) -> pd.DataFrame:
    return estimates.make([{"indicator": "satisfaction_10", "unit": "sur 10", "period": "2026-T3",
                            "product": "legifrance", **found}])  # fmt: skip


@given(st.floats(1, 9), st.integers(30, 5000))
def test_a_value_reads_the_same_with_the_digits_that_are_told(catalogue, x, n):
    frame = made(estimate=x, ci_low=x * 0.9, ci_high=x * 1.1, n=5 * (n // 5), n_eff=n)
    before, after = frame.iloc[0], rounded_estimates(frame, catalogue).iloc[0]
    indicator = catalogue.indicators["satisfaction_10"]
    assert words.value(after, indicator) == words.value(before, indicator)
    assert words.interval(after, indicator) == words.interval(before, indicator)
    assert after["estimate"] == round(after["estimate"], 1)
    assert after["n_eff"] % 5 == 0 and after["n_eff"] <= max(after["n"], n + 5)


def test_an_effective_base_does_not_tell_the_base_that_was_rounded(catalogue):
    bases = [rounded_estimates(made(estimate=5, n=n, n_eff=e), catalogue).iloc[0]["n_eff"]
             for n, e in ((155, 153), (15, 12), (600, 651.2))]  # fmt: skip
    assert bases == [155, 15, 650]


@pytest.mark.parametrize(
    ("indicator", "unit", "ends", "told"),
    [("satisfied_share", "%", (12.34, -1.2, 25.9), [12, -1, 26]),
     ("satisfaction_10", "sur 10", (0.523, 0.0412, 1.004), [0.5, 0.1, 1.0])],
)  # fmt: skip
def test_a_difference_has_its_values_decimals_and_no_zero(catalogue, indicator, unit, ends, told):
    side = made(indicator=indicator, unit=unit, estimate=5)
    pair = side.join(side.add_prefix(estimates.REFERENCE)).assign(against="before")
    numbers = dict(zip(("difference", "difference_low", "difference_high"), ends, strict=True))
    found = make_comparisons(pair.assign(**numbers, level=0.95, verdict="unknown"))
    rounded = rounded_pairs(found, catalogue).iloc[0]
    assert rounded[[*numbers]].tolist() == told


def test_a_cell_that_calls_display_itself_carries_no_more_digits_either(catalogue):
    """With ten digits of a mean and of its interval, one computes how many gave each mark."""
    exact = made(estimate=7.2345678, n=210, n_eff=208.0)
    for shown in (
        display.table(exact, catalogue, caption="Une note"),
        display.dot_chart(exact, catalogue, caption="Une note"),
        display.text("Une note").carrying([exact], catalogue),
    ):
        told = estimates.from_json(shown.content)
        assert told[["estimate", "n", "n_eff"]].values.tolist() == [[7.2, 210, 210]]


@pytest.mark.parametrize("chart", ["dot_chart", "line_chart", "bar_chart"])
def test_the_coordinates_of_a_chart_do_not_tell_the_digits_that_it_leaves_out(catalogue, chart):
    draw = getattr(display, chart)
    drawn = {
        draw(made(estimate=x, n=200, n_eff=200, ci_low=x - 0.22, ci_high=x + 0.26),
                          catalogue, caption="Une note").shown["image/svg+xml"]
        for x in (7.2, 7.2345)
    }  # fmt: skip
    assert len(drawn) == 1


def test_an_interval_is_told_around_the_value_that_is_told_and_never_narrower(catalogue):
    frame = made(estimate=6.43, ci_low=5.62, ci_high=7.24, n=85, n_eff=83)
    told = rounded_estimates(frame, catalogue).iloc[0]
    assert told[["estimate", "ci_low", "ci_high"]].tolist() == [6.4, 5.5, 7.3]
    indicator = catalogue.indicators["satisfaction_10"]
    assert words.interval(frame.iloc[0], indicator) == words.interval(told, indicator)
