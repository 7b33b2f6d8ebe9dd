import re
from xml.etree import ElementTree

import matplotlib
import pandas as pd
import pytest
from tests.display.conftest import luminance

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.base.period import Quarter, months_between
from observlib.display import bars, charts, style
from observlib.display.output import Output
from observlib.language.rounding import rounded_estimates

QUARTERS = [str(q) for q in Quarter("2026-T3").back(15)]
MONTHS = list(months_between("2023-01", "2026-08"))


def svg(chart: Output) -> str:
    text = chart.shown["image/svg+xml"]
    ElementTree.fromstring(text)
    return text


def drawn_lines(chart: Output, colour: str = "#000091") -> list[int]:
    """The number of points of each solid line of a colour."""
    paths = re.findall(rf'd="([^"]*)"[^>]*style="fill:none;stroke:{colour};', svg(chart))
    return [path.count("L") + 1 for path in paths]


@pytest.fixture
def dots(marks, catalogue):
    """The chart of marks, of all of them or of other rows."""
    return lambda frame=marks, **more: display.dot_chart(frame, catalogue, caption="Une", **more)


@pytest.fixture
def curves(catalogue):
    return lambda frame, **more: display.line_chart(frame, catalogue, caption="Une", **more)


def test_a_chart_comes_with_its_words_its_table_and_its_estimates(marks, catalogue):
    bundle = display.dot_chart(marks, catalogue, caption="Trois notes sur cinq : bien")
    shown = bundle._repr_mimebundle_()
    content = shown[estimates.MIME]
    assert content["kind"] == "chart" and content["caption"] == "Trois notes sur cinq\xa0: bien"
    assert content["alt"] == shown["text/plain"] and len(content["alt"]) > 100
    assert content["alt"] != content["caption"]
    table = content["data_markdown"].split("\n\n")[0]
    assert table.count("\n") == 1 + len(marks)
    pd.testing.assert_frame_equal(estimates.from_json(content), rounded_estimates(marks, catalogue))
    assert f'aria-label="{content["alt"]}"' in shown["image/svg+xml"]


def test_an_analyst_s_own_settings_change_no_byte(dots, curves, marks, visits, feelings, catalogue):
    shares, months = feelings({"boamp": (60, 15, 25)}), visits(["boamp", "bodacc"], QUARTERS)

    def drawn() -> list[dict[str, object]]:
        others = display.share_chart(shares, catalogue, caption="Une")
        table = display.table(marks, catalogue, caption="Une")
        return [one._repr_mimebundle_() for one in (dots(), curves(months), others, table)]

    ours = drawn()
    with matplotlib.rc_context({"font.size": 30.0, "axes.facecolor": "red"}):
        assert drawn() == ours


def test_the_heaviest_chart_is_light_and_a_lone_point_seen(visits, catalogue, curves):
    frame = visits(list(catalogue.products), QUARTERS, partial=True)
    assert len(svg(curves(frame)).encode()) < 65_000
    frame = visits(list(catalogue.products)[:3], MONTHS)
    assert len(svg(curves(frame)).encode()) < 40_000
    frame = visits(["boamp"], [MONTHS[0], MONTHS[-1]])
    text = svg(curves(frame))
    assert len(re.findall(r'<use xlink:href="#m[^"]*" x="[\d.]+" y="[\d.]+" */>', text)) >= 2


@pytest.mark.parametrize("status", ["suppressed", "missing", None])
def test_a_withheld_or_absent_period_leaves_a_gap(status, visits, curves):
    rows = visits(["boamp"], QUARTERS).to_dict("records")
    if status is None:
        del rows[5]
    else:
        rows[5] |= {"estimate": None, "n": None, "status": status}
    chart = curves(estimates.make(rows))
    assert drawn_lines(chart) == [5, 9]


def test_axes_start_at_zero_or_stay_on_scale_with_ticks_of_one_precision():
    assert charts.axis_ticks(900, 1000, "visites", 4)[0] == 0
    assert charts.axis_ticks(-5, 12, "%", 4)[0] <= -5
    assert charts.axis_ticks(0, 97, "%", 4)[-1] == 100
    marks = charts.axis_ticks(9.5, 10, "sur 10", 4)
    assert marks[-1] == 10 and marks[0] <= 9.5
    assert charts.axis_ticks(4.9, 5, "sur 5", 4)[-1] == 5
    assert charts.axis_ticks(0, 0, "visites", 4)[-1] > 0
    millions = charts.tick_labels([0, 1_250_000, 2_500_000], "visites")
    assert millions == ["0", "1,25\xa0M", "2,5\xa0M"]
    assert charts.tick_labels([7, 7.5, 8], "sur 10") == ["7,0", "7,5", "8,0"]
    assert charts.tick_labels([-5, 0, 5], "%") == ["−5\xa0%", "0\xa0%", "5\xa0%"]
    assert charts.tick_labels([0, 0.25], "sur 10") == ["0,00", "0,25"]


@pytest.mark.parametrize(("unit", "top"), [("sur 10", 10), ("sur 5", 5), ("%", 100)])
def test_without_a_value_the_whole_scale_is_drawn(unit, top, marks):
    frame = marks[marks["estimate"].isna()]
    assert charts.ticks(frame, unit, 5)[-1] == top


def test_a_chart_of_withheld_values_says_so_and_does_not_fail(marks, dots, curves):
    frame = marks[marks["status"].isin(["suppressed", "missing"])]
    for chart in (dots(frame), curves(frame)):
        assert "nan" not in svg(chart).split(">", 1)[1].lower()
        assert "secret statistique" in chart.content["alt"]


def test_shares_fill_their_bar_or_are_refused_and_hide_a_withheld_part(feelings, catalogue):
    good = feelings({"boamp": (60, 15, 25), "bodacc": (50, 8.2, 41.8)})
    chart = display.share_chart(good, catalogue, caption="Une")
    assert "BOAMP\xa0: Positif 60\xa0%, Neutre 15\xa0%, Négatif 25\xa0%." in chart.content["alt"]
    with pytest.raises(ObservError, match=r"'boamp' sum to 90\.0 %"):
        display.share_chart(feelings({"boamp": (60, 5, 25)}), catalogue, caption="Une")
    rows = feelings({"boamp": (61, 14, 25)}).to_dict("records")
    rows[1] |= {"estimate": None, "n": None, "status": "suppressed"}
    chart = display.share_chart(estimates.make(rows), catalogue, caption="Une")
    assert svg(chart).count("fill:#e4655f") == 1  # the legend's
    assert not re.search(r"61|14|25", chart.content["alt"])


@pytest.mark.parametrize(
    ("change", "message"),
    [({"indicator": "clarity_10"}, "2 values of indicator"),
     ({"product": "entreprendre", "device": "jdma-entreprendre"}, "2 estimates for entreprendre")],
)  # fmt: skip
def test_estimates_that_do_not_belong_together_are_refused(change, message, marks, dots):
    rows = marks.to_dict("records")
    rows[0] |= change
    with pytest.raises(ObservError, match=message):
        dots(estimates.make(rows))


def test_a_second_device_is_drawn_under_its_own_name(visits, marks, catalogue, dots, curves):
    again = marks.iloc[:1].assign(device="sp-plus")
    chart = dots(estimates.combine([marks, again]))
    lines = visits(["bodacc"], ["2026-T2", "2026-T3"])
    lines = estimates.combine([lines, lines.assign(device="datagouv-bodacc")])
    drawn = curves(lines)
    for made, device in [(chart, "sp-plus"), (drawn, "datagouv-bodacc")]:
        assert catalogue.devices[device].label in made.content["alt"]


def test_other_mistakes_of_a_study_are_told(visits, marks, catalogue, dots, curves):
    mixed = estimates.combine([visits(["boamp"], ["2026-T1"]), visits(["boamp"], ["2026-08"])])
    with pytest.raises(ObservError, match="not on one axis"):
        curves(mixed)
    with pytest.raises(ObservError, match="no estimate to show"):
        dots(marks.iloc[:0])
    with pytest.raises(ObservError, match="not estimates"):
        dots(pd.DataFrame({"x": [1]}))
    with pytest.raises(ObservError, match="cannot arrange estimates by 'produit'"):
        dots(by="produit")
    with pytest.raises(ObservError, match="unit is 'sur 10'"):
        display.share_chart(marks, catalogue, caption="Une", parts="period")


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0, 42, [0, 15, 30, 45]), (35, 250, [0, 120, 240, 360]), (0, 3_000, [0, 1200, 2400, 3600]),
     (0, 200_000, [0, 72_000, 144_000, 216_000]), (0, 0, [0, 1])],
)  # fmt: skip
def test_axes_of_times_stand_on_whole_seconds_minutes_or_hours(low, high, ticks):
    assert charts.axis_ticks(low, high, "s", 3) == ticks


def test_a_count_is_written_whole_until_it_is_long(catalogue):
    visits = catalogue.indicators["visits"]
    said = [charts.brief(x, visits, "visites") for x in (1_613, 99_999, 100_000, 86_712_620)]
    assert said == ["1\u202f613", "99\u202f999", "100\xa0k", "86,7\xa0M"]


def test_colours_stand_out_on_white_and_red_is_for_a_sixth_line_only():
    negative = bars._FILLS[3][2][0]
    assert all(1.05 / (luminance(colour) + 0.05) >= 3 for colour in (*style.PALETTE, negative))
    assert (luminance(negative) + 0.05) / (luminance(style.INK) + 0.05) >= 4.5
    assert style.PALETTE[-1] == "#E91719"
