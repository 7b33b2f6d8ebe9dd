"""Lines over time that stop early, stand alone, are marked by what happened, or are not there."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from tests.words import plain

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.display import panels, style
from observlib.records.sheets import Action, Expected

PERIODS = ["2025-T3", "2025-T4", "2026-T1", "2026-T2", "2026-T3"]


def rows(product: str, values: Iterable[float | str | None], half: float = 0.2) -> pd.DataFrame:
    """Marks of a product: numbers, statuses that withhold them, None where there is no row."""
    row = {"indicator": "satisfaction_10", "product": product, "channel": "web", "unit": "sur 10"}
    made = []
    for period, value in zip(PERIODS, values, strict=True):
        if isinstance(value, str):
            made.append({**row, "period": period, "status": value})
        elif value is not None:
            ends = {"ci_low": value - half, "ci_high": value + half}
            made.append({**row, "period": period, "estimate": value, "n": 400, **ends})
    return estimates.make(made)


STEADY = [7.0, 7.1, 7.2, 7.1, 7.3]


@pytest.fixture
def draw(catalogue: Catalogue) -> Callable[..., display.Output]:
    return lambda frame, **more: display.line_chart(frame, catalogue, caption="Une", **more)


def leaders(fig: Figure) -> dict[str, bool]:
    """Whether each label beside the drawing has a line to its curve."""
    texts = [text for text in fig.axes[0].texts if isinstance(text, Annotation)]
    return {t.get_text(): t.arrow_patch is not None for t in texts if "\n" in t.get_text()}


def test_a_line_that_stops_is_not_tied_to_its_label_across_others(draw, figures, assert_readable):
    early = rows("bodacc", [6.0, 6.4, *["suppressed"] * 3])
    draw(estimates.combine([rows("boamp", STEADY), early]))
    assert leaders(figures[-1]) == {"BOAMP\n7,3": True, "BODACC\n6,4 (T4 2025)": False}
    [key] = figures[-1].artists
    drawn = [line for line in figures[-1].axes[0].lines if line.get_color() == style.PALETTE[1]]
    assert key.get_color() == style.PALETTE[1] and drawn  # the sample that stands for a tie
    assert_readable()


@pytest.mark.parametrize(("shown", "panels"), [(2, 1), (5, 5)])
def test_a_subject_without_a_value_is_told(shown, written, panels, draw, figures, assert_readable):
    names = ["boamp", "bodacc", "service-public", "entreprendre", "vie-publique"][:shown]
    none = rows("journal-officiel", ["suppressed"] * 5), rows("legifrance", ["missing"] * 5)
    chart = draw(estimates.combine([*(rows(name, STEADY) for name in names), *none]))
    assert len(figures[-1].axes) == panels
    told = "Légifrance : donnée non disponible. Journal officiel : secret statistique."
    assert told in " ".join(written())
    assert told in plain(chart.content["alt"])
    assert "Journal officiel" in chart.content["data_markdown"]
    assert_readable()


def test_what_waits_is_counted_at_the_end_of_a_quarter_and_not_during_it(draw, written):
    for indicator, unit, name in (
        ("tickets_open", "messages", "messages en attente à la fin du trimestre"),
        ("tickets_received", "messages", "messages par trimestre"),
        ("subscribers", "abonnés", "abonnés à la fin du trimestre"),
    ):
        draw(rows("boamp", STEADY).assign(indicator=indicator, unit=unit))
        assert name in written()


def test_subjects_of_other_units_have_panels_that_say_it(draw, written, figures, assert_readable):
    mark = rows("boamp", STEADY).assign(indicator="action_course")
    count = rows("bodacc", [5200.0, 5100.0, 5300.0, 5400.0, 5250.0], half=100).assign(
        indicator="action_course", unit="visites"
    )
    frame = estimates.combine([mark, count])
    chart = draw(frame, behind=frame, behind_label="attendu")
    said = " ".join(written())
    assert len(figures[-1].axes) == 2
    assert "sur 10 : 7,3" in said and "visites : 5 250" in said
    alt = plain(chart.content["alt"])
    assert "BOAMP (sur 10)" in alt and "BODACC (visites par trimestre)" in alt
    assert_readable()


def test_one_subject_in_two_units_is_refused_and_so_is_a_background_in_another(draw):
    mark = rows("boamp", STEADY)
    mixed = mark.copy()
    mixed.loc[0, "unit"] = "visites"
    with pytest.raises(ObservError, match="2 values of unit"):
        draw(mixed)
    with pytest.raises(
        ObservError, match=r"behind is in %, and the lines in sur 10.*give both in one unit"
    ):
        draw(mark, behind=mark.assign(unit="%"), behind_label="x")


QUARTERS = ["2025-T3", "2025-T4", "2026-T1", "2026-T2", "2026-T3"]
MONTHS = ["2025-01", "2025-02", "2025-03", "2025-04"]


def event(name: str = "robots", **more: Any) -> Action:
    told: dict[str, Any] = {
        "id": name, "title": f"Ceci est {name}", "product": "boamp", "date": date(2026, 1, 1),
        "done": "Fait.", "contact": "pôle études",
        "expected": (Expected(indicator="visits", direction="down"),), **more,
    }  # fmt: skip
    return Action(**told)


def line(product: str = "boamp", periods: list[str] = QUARTERS, **more: Any) -> pd.DataFrame:
    row = {"indicator": "visits", "unit": "visites", "product": product, "channel": "web"}
    row |= {"device": "matomo-boamp", **more}
    return estimates.make(
        {**row, "period": p, "estimate": 200_000.0 + 1000 * i} for i, p in enumerate(periods)
    )


def drawn(frame: pd.DataFrame, catalogue: Any, *events: Action) -> display.Output:
    return display.line_chart(frame, catalogue, caption="U", events=events)


@pytest.mark.parametrize(
    "other",
    [{"product": "bodacc"}, {"device": "datagouv-boamp"},
     {"expected": (Expected(indicator="downloads", direction="up"),)},
     {"date": date(2025, 7, 1)}, {"date": date(2026, 10, 1)}],
    ids=["another product", "another device", "another indicator", "before", "after"],
)  # fmt: skip
def test_what_does_not_touch_a_line_while_it_is_seen_is_not_on_it(other, catalogue):
    made = drawn(line(), catalogue, event(**other))
    assert "events" not in made.content and "repère" not in made.content["alt"]


def test_an_indicator_made_of_the_one_that_is_touched_is_marked_too(catalogue):
    made = drawn(line(indicator="visits_adjusted"), catalogue, event())
    assert made.content["events"]
    assert "events" not in drawn(line(indicator="visits_adjusted"), catalogue).content


def test_letters_follow_the_days_and_an_event_stands_where_its_day_is(catalogue):
    series = {"BOAMP": line(periods=MONTHS).set_index("period", drop=False)}
    later, sooner = event("b", date=date(2025, 4, 16)), event("a", date=date(2025, 2, 1))
    found = panels.event_marks(series, MONTHS, [later, sooner])["BOAMP"]
    assert [(mark.letter, mark.event.id) for mark in found] == [("A", "a"), ("B", "b")]
    assert [mark.x for mark in found] == [0.5, 3.0]


def test_no_word_of_what_happened_stands_on_another(catalogue, assert_readable):
    many = [event(f"cas-{i}", date=date(2025, 8 + i, 15)) for i in range(4)]
    drawn(line(), catalogue, *many)
    frame = estimates.combine([line(), line("bodacc", device="datagouv-bodacc")])
    drawn(frame, catalogue, *many)
    assert_readable()
