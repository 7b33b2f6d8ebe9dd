"""Lines over time that stop early, stand alone, or are not there at all."""

import math
from collections.abc import Iterable

import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from tests.words import plain

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.display import style

PERIODS = ["2025-T3", "2025-T4", "2026-T1", "2026-T2", "2026-T3"]


def rows(product: str, values: Iterable[float | str | None], half: float = 0.2) -> pd.DataFrame:
    """Marks of a product: numbers, statuses that withhold them, None where there is no row."""
    made = []
    for period, value in zip(PERIODS, values, strict=True):
        row = {
            "indicator": "satisfaction_10", "product": product, "channel": "web",
            "period": period, "unit": "sur 10",
        }  # fmt: skip
        if isinstance(value, str):
            made.append({**row, "status": value})
        elif value is not None:
            ends = {"ci_low": value - half, "ci_high": value + half}
            made.append({**row, "estimate": value, "n": 400, **ends})
    return estimates.make(made)


def leaders(fig: Figure) -> dict[str, bool]:
    """Whether each label beside the drawing has a line to its curve."""
    texts = [text for text in fig.axes[0].texts if isinstance(text, Annotation)]
    return {t.get_text(): t.arrow_patch is not None for t in texts if "\n" in t.get_text()}


def words(texts, fig: Figure) -> str:
    return " ".join(texts(fig)).replace("\n", " ").replace("\xa0", " ")


def test_the_label_of_a_line_that_stops_early_is_not_tied_to_it_across_the_others(
    catalogue, texts, figures, assert_readable
):
    frame = estimates.combine(
        [
            rows("boamp", [7.0, 7.1, 7.2, 7.1, 7.3]),
            rows("bodacc", [6.0, 6.4, "suppressed", "suppressed", "suppressed"]),
        ]
    )
    display.line_chart(frame, catalogue, caption="Une")
    assert leaders(figures[-1]) == {"BOAMP\n7,3": True, "BODACC\n6,4 (T4 2025)": False}
    [key] = figures[-1].artists
    drawn = [line for line in figures[-1].axes[0].lines if line.get_color() == style.PALETTE[1]]
    assert key.get_color() == style.PALETTE[1] and drawn  # the sample that stands for a tie
    assert_readable()


def test_a_line_whose_last_period_is_partial_reaches_its_label(visits, catalogue, figures):
    frame = visits(["boamp", "bodacc"], PERIODS, partial=True)
    display.line_chart(frame, catalogue, caption="Une")
    assert list(leaders(figures[-1]).values()) == [True, True]
    assert not figures[-1].artists


@pytest.mark.parametrize(("shown", "panels"), [(2, 1), (5, 5)])
def test_a_subject_of_which_nothing_is_shown_has_no_panel_and_is_told(
    shown, panels, catalogue, texts, figures, assert_readable
):
    names = ["boamp", "bodacc", "service-public", "entreprendre", "vie-publique"][:shown]
    frame = estimates.combine(
        [
            *(rows(name, [7.0, 7.1, 7.2, 7.1, 7.3]) for name in names),
            rows("journal-officiel", ["suppressed"] * 5),
            rows("legifrance", ["missing"] * 5),
        ]
    )
    chart = display.line_chart(frame, catalogue, caption="Une")
    assert len(figures[-1].axes) == panels
    told = "Légifrance : donnée non disponible. Journal officiel : secret statistique."
    assert told in words(texts, figures[-1])
    assert told in plain(chart.content["alt"])
    assert "Journal officiel" in chart.content["data_markdown"]
    assert_readable()


def test_points_alone_have_their_interval_as_a_stroke_that_is_explained(catalogue, texts, figures):
    frame = rows("boamp", [7.0, None, 7.4, None, None], half=0.3)
    display.line_chart(frame, catalogue, caption="Une")
    [strokes] = [x for x in figures[-1].axes[0].collections if isinstance(x, LineCollection)]
    ends = [tuple(segment[:, 1]) for segment in strokes.get_segments()]
    assert ends == [pytest.approx((6.7, 7.3)), pytest.approx((7.1, 7.7))]
    told = words(texts, figures[-1])
    assert "Trait vertical : intervalle à 95 %." in told and "ande claire" not in told


@pytest.mark.parametrize(
    ("values", "note"),
    [
        ([7.0, 7.1, 7.2, 7.1, 7.3], "Bande claire : intervalle à 95 %."),
        ([7.0, None, 7.2, 7.1, 7.3], "Bande claire ou trait vertical : intervalle à 95 %."),
    ],
)
def test_the_note_on_intervals_names_what_is_drawn(values, note, catalogue, texts, figures):
    display.line_chart(rows("boamp", values), catalogue, caption="Une")
    assert note in words(texts, figures[-1])


def test_what_waits_is_counted_at_the_end_of_a_quarter_and_not_during_it(catalogue, texts, figures):
    def made(indicator: str, unit: str) -> pd.DataFrame:
        row = {"indicator": indicator, "product": "boamp", "unit": unit, "n": 40}
        return estimates.make([{**row, "period": p, "estimate": 40} for p in PERIODS])

    for indicator, unit, name in (
        ("tickets_open", "messages", "messages en attente à la fin du trimestre"),
        ("tickets_received", "messages", "messages par trimestre"),
        ("subscribers", "abonnés", "abonnés à la fin du trimestre"),
    ):
        display.line_chart(made(indicator, unit), catalogue, caption="Une")
        assert name in texts(figures[-1])


def test_what_a_line_is_seen_against_is_drawn_in_its_panel_named_and_given_as_data(
    catalogue, figures
):
    seen = estimates.combine([rows("boamp", [7, 7, 7, 8, 8]), rows("legifrance", [6] * 5)])
    behind = rows("boamp", [None, None, 7.1, 7.1, 7.1])
    out = display.line_chart(
        seen, catalogue, caption="C", behind=behind, behind_label="attendu sans l'action"
    )
    (fig,) = figures
    widths = [[line.get_linewidth() for line in ax.lines] for ax in fig.axes]
    assert len(fig.axes) == 2 and 0.9 not in widths[0] and 0.9 in widths[1]
    assert any("Trait fin et gris" in text.get_text() for text in fig.texts)
    assert "En trait fin et gris, attendu sans l’action" in out.content["alt"]
    assert len(out.content["rows"]) == len(seen) + len(behind)


def test_where_what_is_behind_begins_is_marked_and_a_partial_period_of_it_is_not_drawn_as_whole(
    catalogue, figures
):
    seen = rows("boamp", [7, 7, 7, 8, 8])
    behind = rows("boamp", [None, 7.1, 7.1, 2.0, 7.1])
    behind.loc[behind["estimate"] == 2.0, "status"] = "partial"
    display.line_chart(
        seen, catalogue, caption="C", behind=behind, behind_label="attendu", behind_from="l'action"
    )
    (fig,) = figures
    (ax,) = fig.axes
    (stroke,) = (line for line in ax.lines if list(line.get_ydata()) == [0, 1])
    assert stroke.get_xdata()[0] == 1
    assert any("Tireté vertical" in text.get_text() for text in fig.texts)
    grey = [list(line.get_xdata()) for line in ax.lines if line.get_alpha()]
    assert grey == [[1, 2], [4]]


def test_what_a_line_is_seen_against_must_be_in_its_unit(catalogue):
    seen = rows("boamp", [7, 7, 7, 8, 8])
    behind = seen.assign(unit="%")
    with pytest.raises(ObservError, match=r"behind is in %, and the lines in sur 10"):
        display.line_chart(seen, catalogue, caption="C", behind=behind, behind_label="x")


def test_subjects_in_different_units_have_a_panel_each_that_says_its_own(
    catalogue, texts, figures, assert_readable
):
    mark = rows("boamp", [7.0, 7.1, 7.2, 7.1, 7.3]).assign(indicator="action_course")
    count = rows("bodacc", [5200.0, 5100.0, 5300.0, 5400.0, 5250.0], half=100).assign(
        indicator="action_course", unit="visites"
    )
    frame = estimates.combine([mark, count])
    chart = display.line_chart(
        frame, catalogue, caption="Une", behind=frame, behind_label="attendu"
    )
    said = words(texts, figures[-1])
    assert len(figures[-1].axes) == 2
    assert "sur 10 : 7,3" in said and "visites : 5\u202f250" in said
    alt = plain(chart.content["alt"])
    assert "BOAMP (sur 10)" in alt and "BODACC (visites par trimestre)" in alt
    assert_readable()


def test_one_subject_in_two_units_is_refused_and_so_is_a_background_in_another(catalogue):
    mark = rows("boamp", [7.0, 7.1, 7.2, 7.1, 7.3])
    mixed = mark.copy()
    mixed.loc[0, "unit"] = "visites"
    with pytest.raises(ObservError, match="2 values of unit"):
        display.line_chart(mixed, catalogue, caption="Une")
    with pytest.raises(ObservError, match="give both in one unit"):
        display.line_chart(
            mark, catalogue, caption="Une", behind=mark.assign(unit="%"), behind_label="x"
        )


def test_who_hears_a_chart_is_told_how_sure_its_last_value_is(catalogue):
    out = display.line_chart(rows("boamp", [7, 7, 7, 8, 8]), catalogue, caption="Une")
    assert "dernier intervalle à 95 % : 7,8 à 8,2" in plain(out.content["alt"])
    bare = rows("boamp", [7, 7, 7, 8, 8]).assign(ci_low=math.nan, ci_high=math.nan)
    assert "intervalle" not in display.line_chart(bare, catalogue, caption="Une").content["alt"]
