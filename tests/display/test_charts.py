import hashlib
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from tests.copies import DEMO
from tests.words import plain

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.base.period import Quarter, months_between
from observlib.display import bars, charts, style
from observlib.display.output import Output
from observlib.language.rounding import rounded

QUARTERS = [str(q) for q in Quarter(2026, 3).back(15)]
MONTHS = list(months_between("2023-01", "2026-08"))
ROOT = Path(__file__).parents[2]


def svg(chart: Output) -> str:
    text = chart.shown["image/svg+xml"]
    ElementTree.fromstring(text)
    return text


def drawn_lines(chart: Output, colour: str = "#000091") -> list[int]:
    """The number of points of each solid line of a colour."""
    paths = re.findall(rf'd="([^"]*)"[^>]*style="fill:none;stroke:{colour};', svg(chart))
    return [path.count("L") + 1 for path in paths]


def test_a_chart_comes_with_its_words_its_table_and_its_estimates(marks, catalogue):
    bundle = display.dot_chart(marks, catalogue, caption="Trois notes sur cinq : bien")
    shown = bundle._repr_mimebundle_()
    content = shown[estimates.MIME]
    assert content["kind"] == "chart" and content["caption"] == "Trois notes sur cinq\xa0: bien"
    assert content["alt"] == shown["text/plain"] and len(content["alt"]) > 100
    assert content["alt"] != content["caption"]
    table = content["data_markdown"].split("\n\n")[0]
    assert table.count("\n") == 1 + len(marks)
    pd.testing.assert_frame_equal(estimates.from_json(content), rounded(marks, catalogue))
    assert f'aria-label="{content["alt"]}"' in shown["image/svg+xml"]


def test_the_alternative_text_gives_values_and_what_is_missing(marks, catalogue):
    chart = display.dot_chart(marks, catalogue, caption="Une")
    alt = plain(chart.content["alt"])
    assert "Service-public.fr : 8,4 sur 10 (intervalle 8,1 à 8,7)." in alt
    assert "1 valeur sous secret statistique" in alt and "1 valeur non disponible" in alt
    assert alt.index("Légifrance") < alt.index("Service-public.fr") < alt.index("Entreprendre")


@pytest.mark.slow
def test_the_same_estimates_give_the_same_bytes_in_another_process():
    code = f"""
import hashlib, sys
from pathlib import Path
import matplotlib
matplotlib.rcParams.update({{"font.size": float(sys.argv[1]), "axes.facecolor": "red"}})
from observlib import display, estimates
from observlib.pipeline import project
catalogue = project.catalogue(Path({str(DEMO)!r}), Path({str(DEMO)!r}))
frame = estimates.make(
    {{"indicator": "satisfied_share", "product": p, "device": f"jdma-{{p}}", "channel": "web",
      "period": f"2026-T{{q}}", "unit": "%",
      "estimate": 50 + q, "ci_low": 48 + q, "ci_high": 53 + q, "n": 90}}
    for p in ("legifrance", "vie-publique") for q in (1, 2, 3)
)
shares = estimates.make(
    {{"indicator": "feeling_share", "product": p, "period": "2026", "group": "feeling",
      "group_value": g, "unit": "%", "estimate": x, "n": 90}}
    for p in ("legifrance", "boamp") for g, x in (("a", 40), ("b", 30), ("c", 20), ("d", 10))
)
made = [
    display.share_chart(shares, catalogue, caption="Une"),
    display.line_chart(frame, catalogue, caption="Une"),
    display.dot_chart(frame[frame["period"] == "2026-T1"], catalogue, caption="Une"),
    display.table(frame, catalogue, caption="Une", columns="period"),
]
print(hashlib.sha256(repr([m._repr_mimebundle_() for m in made]).encode()).hexdigest())
"""
    runs = [
        subprocess.Popen([sys.executable, "-c", code, size], stdout=subprocess.PIPE, text=True)
        for size in ("10", "30")
    ]
    first, second = (run.communicate()[0].strip() for run in runs)
    assert len(first) == len(hashlib.sha256().hexdigest())
    assert first == second


def test_the_heaviest_chart_stays_light(visits, catalogue):
    frame = visits(list(catalogue.products), QUARTERS, partial=True)
    assert len(svg(display.line_chart(frame, catalogue, caption="Une")).encode()) < 65_000
    frame = visits(list(catalogue.products)[:3], MONTHS)
    assert len(svg(display.line_chart(frame, catalogue, caption="Une")).encode()) < 40_000


def test_a_drawing_kept_in_a_notebook_has_one_element_a_line(marks, catalogue):
    lines = svg(display.dot_chart(marks, catalogue, caption="Une")).split("\n")
    assert len(lines) > 50
    assert all(len(re.findall(r"<(?!/)", line)) <= 1 for line in lines)


def test_a_partial_period_is_not_part_of_the_solid_line(visits, catalogue):
    whole = display.line_chart(visits(["boamp"], QUARTERS), catalogue, caption="Une")
    partial = display.line_chart(
        visits(["boamp"], QUARTERS, partial=True), catalogue, caption="Une"
    )
    assert drawn_lines(whole) == [15]
    assert sorted(drawn_lines(partial)) == [14]
    assert "stroke-dasharray:1.5,3" in svg(partial) and "stroke-dasharray" not in svg(whole)
    alt = plain(partial.content["alt"])
    assert "1 valeur d’une période incomplète" in alt and "2e trimestre 2026" in alt


def test_a_partial_period_is_named_under_its_own_line_only(visits, catalogue, monkeypatch):
    from matplotlib.axes import Axes

    words: dict[int, list[str]] = {}
    annotate = Axes.annotate

    def recorded(ax: Axes, text: str, *args, **options):
        words.setdefault(ax.figure.axes.index(ax), []).append(text)
        return annotate(ax, text, *args, **options)

    monkeypatch.setattr(Axes, "annotate", recorded)
    frame = visits(["service-public", "entreprendre", "legifrance", "boamp", "bodacc"], MONTHS)
    partial = frame["period"].isin(["2026-03", "2026-04"]) & (frame["product"] == "entreprendre")
    frame.loc[partial, "status"] = "partial"
    display.line_chart(frame, catalogue, caption="Une")
    assert words == {
        1: ["mars–avr. (partiel)"] * 2
    }  # on both drawings: the axis names years, and another panel none
    words.clear()
    display.line_chart(visits(["boamp"], QUARTERS[-5:], partial=True), catalogue, caption="Une")
    assert "(partiel)" in words[0]  # the axis names the quarter itself


@pytest.mark.parametrize("status", ["suppressed", "missing", None])
def test_a_withheld_or_absent_period_leaves_a_gap(status, visits, catalogue):
    rows = visits(["boamp"], QUARTERS).to_dict("records")
    if status is None:
        del rows[5]
    else:
        rows[5] |= {"estimate": None, "n": None, "status": status}
    chart = display.line_chart(estimates.make(rows), catalogue, caption="Une")
    assert drawn_lines(chart) == [5, 9]


def test_lines_that_cannot_share_a_scale_get_their_own(visits, catalogue):
    near = visits(["boamp", "bodacc"], QUARTERS)
    far = estimates.combine([near, visits(["legifrance"], QUARTERS, start=2e7)])
    assert "Graphique en courbes" in display.line_chart(near, catalogue, caption="U").content["alt"]
    split = display.line_chart(far, catalogue, caption="U").content["alt"]
    assert split.startswith("Une courbe par graphique")
    many = visits(list(catalogue.products)[:5], QUARTERS)
    assert display.line_chart(many, catalogue, caption="U").content["alt"].startswith("Une courbe")


def test_axes_of_counts_start_at_zero_and_marks_stay_on_their_scale():
    assert charts.scale(900, 1000, "visites", 4)[0] == 0
    assert charts.scale(-5, 12, "%", 4)[0] <= -5
    assert charts.scale(0, 97, "%", 4)[-1] == 100
    marks = charts.scale(9.5, 10, "sur 10", 4)
    assert marks[-1] == 10 and marks[0] <= 9.5
    assert charts.scale(4.9, 5, "sur 5", 4)[-1] == 5
    assert charts.scale(0, 0, "visites", 4)[-1] > 0


def test_ticks_are_what_they_say_and_have_the_same_decimals():
    assert charts.tick_labels([0, 1_250_000, 2_500_000], "visites") == [
        "0",
        "1,25\xa0M",
        "2,5\xa0M",
    ]
    assert charts.tick_labels([7, 7.5, 8], "sur 10") == ["7,0", "7,5", "8,0"]
    assert charts.tick_labels([-5, 0, 5], "%") == ["−5\xa0%", "0\xa0%", "5\xa0%"]
    assert charts.tick_labels([0, 0.25], "sur 10") == ["0,00", "0,25"]


def test_the_thresholds_of_a_mark_stand_on_its_axis(marks, catalogue, monkeypatch):
    seen: list[list[float]] = []
    labels = charts.tick_labels
    monkeypatch.setattr(charts, "tick_labels", lambda x, unit: seen.append(x) or labels(x, unit))
    made = display.dot_chart(marks, catalogue, caption="Une")
    assert seen == [[4, 5, 8, 10]] * 2  # on the wide drawing and the narrow one
    assert "L’axe ne part pas de zéro." in svg(made)


@pytest.mark.parametrize(("unit", "top"), [("sur 10", 10), ("sur 5", 5), ("%", 100)])
def test_without_a_value_the_whole_scale_is_drawn(unit, top, marks):
    frame = marks[marks["estimate"].isna()]
    assert charts.ticks(frame, unit, 5)[-1] == top


def test_a_chart_of_withheld_values_says_so_and_does_not_fail(marks, catalogue):
    frame = marks[marks["status"].isin(["suppressed", "missing"])]
    for make in (display.dot_chart, display.line_chart):
        chart = make(frame, catalogue, caption="Une")
        assert "nan" not in svg(chart).split(">", 1)[1].lower()
        assert "secret statistique" in chart.content["alt"]


def test_a_point_without_neighbours_is_still_seen(visits, catalogue):
    frame = visits(["boamp"], [MONTHS[0], MONTHS[-1]])
    text = svg(display.line_chart(frame, catalogue, caption="Une"))
    assert len(re.findall(r'<use xlink:href="#m[^"]*" x="[\d.]+" y="[\d.]+" */>', text)) >= 2


def test_shares_fill_their_bar_or_are_refused(feelings, catalogue):
    good = feelings({"boamp": (60, 15, 25), "bodacc": (50, 8.2, 41.8)})
    chart = display.share_chart(good, catalogue, caption="Une")
    assert "BOAMP\xa0: Positif 60\xa0%, Neutre 15\xa0%, Négatif 25\xa0%." in chart.content["alt"]
    with pytest.raises(ObservError, match=r"'boamp' sum to 90\.0 %"):
        display.share_chart(feelings({"boamp": (60, 5, 25)}), catalogue, caption="Une")


def test_a_bar_never_shows_a_withheld_part_by_difference(feelings, catalogue):
    rows = feelings({"boamp": (61, 14, 25)}).to_dict("records")
    rows[1] |= {"estimate": None, "n": None, "status": "suppressed"}
    chart = display.share_chart(estimates.make(rows), catalogue, caption="Une")
    assert svg(chart).count("fill:#e4655f") == 1  # the legend's
    assert not re.search(r"61|14|25", chart.content["alt"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"indicator": "clarity_10"}, "2 values of indicator"),
        (
            {"product": "entreprendre", "device": "jdma-entreprendre"},
            "2 estimates for entreprendre",
        ),
    ],
)
def test_estimates_that_do_not_belong_together_are_refused(change, message, marks, catalogue):
    rows = marks.to_dict("records")
    rows[0] |= change
    with pytest.raises(ObservError, match=message):
        display.dot_chart(estimates.make(rows), catalogue, caption="Une")


def test_a_second_device_of_a_product_is_drawn_under_its_own_name_and_breaks_no_study(
    visits, marks, catalogue
):
    again = marks.iloc[:1].assign(device="sp-plus")
    chart = display.dot_chart(estimates.combine([marks, again]), catalogue, caption="Une")
    lines = visits(["bodacc"], ["2026-T2", "2026-T3"])
    lines = estimates.combine([lines, lines.assign(device="datagouv-bodacc")])
    curves = display.line_chart(lines, catalogue, caption="Deux")
    for made, device in [(chart, "sp-plus"), (curves, "datagouv-bodacc")]:
        assert catalogue.devices[device].label in made.content["alt"]


def test_other_mistakes_of_a_study_are_told(visits, marks, catalogue):
    mixed = estimates.combine([visits(["boamp"], ["2026-T1"]), visits(["boamp"], ["2026-08"])])
    with pytest.raises(ObservError, match="not on one axis"):
        display.line_chart(mixed, catalogue, caption="Une")
    with pytest.raises(ObservError, match="no estimate to show"):
        display.dot_chart(marks.iloc[:0], catalogue, caption="Une")
    with pytest.raises(ObservError, match="not estimates"):
        display.dot_chart(pd.DataFrame({"x": [1]}), catalogue, caption="Une")
    with pytest.raises(ObservError, match="cannot arrange estimates by 'produit'"):
        display.dot_chart(marks, catalogue, caption="Une", by="produit")
    with pytest.raises(ObservError, match="unit is 'sur 10'"):
        display.share_chart(marks, catalogue, caption="Une", parts="period")


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 42, [0, 15, 30, 45]),
        (35, 250, [0, 120, 240, 360]),
        (0, 3_000, [0, 1200, 2400, 3600]),
        (0, 200_000, [0, 72_000, 144_000, 216_000]),
        (0, 0, [0, 1]),
    ],
)
def test_axes_of_times_stand_on_whole_seconds_minutes_or_hours(low, high, ticks):
    assert charts.scale(low, high, "s", 3) == ticks


def test_a_count_is_written_whole_until_it_is_long(catalogue):
    visits = catalogue.indicators["visits"]
    said = [charts.brief(x, visits, "visites") for x in (1_613, 99_999, 100_000, 86_712_620)]
    assert said == ["1\u202f613", "99\u202f999", "100\xa0k", "86,7\xa0M"]


def test_the_notes_of_a_chart_say_what_its_bases_count(catalogue, texts, figures):
    row = {"indicator": "answer_rate", "period": "2026-T3", "unit": "%", "product": "legifrance"}
    frame = estimates.make([{**row, "estimate": 80, "n": 18, "status": "low_base"}])
    display.dot_chart(frame, catalogue, caption="Une")
    notes = " ".join(texts(figures[-1])).replace("\n", " ").replace("\xa0", " ")
    assert "n : nombre d’appels." in notes and "(moins de 30 appels)" in notes


def test_apostrophes_are_typographic_in_the_drawing_and_its_description(
    grouped, invented, texts, figures
):
    made = display.bar_chart(
        grouped({"Papiers d'identité": 40.0, "L'eau": 20.0}), invented, caption="Une"
    )
    drawn = " ".join(texts(figures[-1]))
    assert "Papiers d’identité" in drawn and "L’eau" in drawn and "'" not in drawn
    assert "Papiers d’identité" in made.content["alt"] and "'" not in made.content["alt"]


def test_the_values_of_hatched_parts_are_dark_on_a_plain_label(grouped, invented, figures):
    frame = grouped(dict.fromkeys("abcde", 20.0), product="boamp")
    display.share_chart(frame, invented, caption="Une")
    ax = figures[-1].axes[0]
    ends = [bar.get_width() for bar in ax.patches if bar.get_hatch()]  # parts of 20
    [text] = [text for text in ax.texts if text.get_position()[0] + 10 in ends]
    assert text.get_color() == style.INK
    assert text.get_bbox_patch().get_facecolor() == (1, 1, 1, 1)


def test_colours_stand_out_on_white_and_red_is_for_a_sixth_line_only():
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    negative = bars._FILLS[3][2][0]
    assert all(1.05 / (luminance(colour) + 0.05) >= 3 for colour in (*style.PALETTE, negative))
    assert (luminance(negative) + 0.05) / (luminance(style.INK) + 0.05) >= 4.5
    assert style.PALETTE[-1] == "#E91719"
