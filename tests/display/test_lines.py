"""Lines over time and curves: those that stop early, stand alone, are marked, or are not there."""

from datetime import date
from typing import Any

import pandas as pd
import pytest
from tests.display import drawn
from tests.display.conftest import QUARTERS, line

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.records.sheets import Action, Expected

NAMES = ["boamp", "bodacc", "service-public", "entreprendre", "vie-publique", "legifrance"]
LINE = [7.0, 7.4, None, 7.2, 7.3]
STEADY = [7.0, 7.1, 7.2, 7.1, 7.3]
CURVE = {"0": 90.0, "1": 80.0, "2": 74.0, "4": "suppressed", "6": 71.0, "24": 70.0}


def several(number: int) -> pd.DataFrame:
    own = [line(one, [x and x - i / 3 for x in LINE]) for i, one in enumerate(NAMES[:number])]
    return estimates.combine([*own, line("journal-officiel", ["suppressed"] * 5)])


def event(name: str = "action", day: date = date(2026, 1, 1), **more: Any) -> Action:
    moves = (Expected(indicator="satisfaction_10", direction="down"),)
    about = {"product": "boamp", "done": "Fait.", "contact": "pôle études", "expected": moves}
    return Action(**{**about, "id": name, "title": f"Ceci est {name}", "date": day} | more)


EVENTS = [event(kind, day, kind=kind) for kind, day in (
    ("action", date(2025, 9, 1)), ("measure", date(2026, 1, 1)), ("outage", date(2026, 8, 15)))
]  # fmt: skip


MANY = [event(f"cas-{i}", date(2025, 8 + i, 15)) for i in range(4)]


def curves(grouped: Any, **more: Any) -> pd.DataFrame:
    last = {"0": 91.0, "1": 70.0, "2": 69.0, "4": 68.0, "6": 67.0, "24": 70.0}
    return estimates.combine([grouped(CURVE, half=2.0, product="boamp", **more),
                              grouped(last, half=3.0, product="bodacc")])  # fmt: skip


def none() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Subjects of which no value is known, each for its reason."""
    return line("journal-officiel", ["suppressed"] * 5), line("legifrance", ["missing"] * 5)


def units() -> pd.DataFrame:
    """Subjects that are not measured in one unit."""
    count = line("bodacc", [5200.0, 5100.0, 5300.0, 5400.0, 5250.0], half=100)
    frame = estimates.combine([line("boamp", STEADY), count.assign(unit="visites")])
    return frame.assign(indicator="action_course")


CASES: drawn.Cases = {
    "curves": ("curve_chart", lambda f: curves(f["grouped"]), {"x_label": "mois depuis"}),
    "a thin curve": ("curve_chart", lambda f: curves(
        f["grouped"], states=dict.fromkeys(CURVE, "low_base")), {"x_label": "jours"}),
    "a partial curve": ("curve_chart", lambda f: f["grouped"](
        {"0": 42.0, "1": 230.0, "3": 100.0}, "s", states={"1": "low_base", "3": "partial"}),
        {"x_label": "heure"}),
    **{f"{n} lines": ("line_chart", lambda f, n=n: several(n), {}) for n in (1, 3, 6)},
    "what happened to a line": ("line_chart", lambda f: line("boamp", LINE), {"events": EVENTS}),
    "what happened to lines": ("line_chart", lambda f: several(3), {"events": EVENTS}),
    "many things on a line": ("line_chart", lambda f: line("boamp", STEADY), {"events": MANY}),
    "many things on lines": ("line_chart", lambda f: estimates.combine(
        line(name, STEADY) for name in NAMES[:2]), {"events": MANY}),
    "a line and what was expected": (
        "line_chart", lambda f: line("boamp", [7.0, 7, 7, 8, 8]),
        {"behind": line("boamp", [None, 7.1, 7.1, 7.0, 7.1]), "behind_label": "attendu",
         "behind_from": "l'action"}),
    "months": ("line_chart", lambda f: f["visits"](
        ["boamp", "bodacc"], [f"2025-{m:02d}" for m in range(1, 13)], partial=True), {}),
    "months of five": ("line_chart", lambda f: f["visits"](
        ["boamp", "bodacc", "legifrance", "service-public", "entreprendre"],
        [f"202{y}-{m:02d}" for y in range(3, 6) for m in range(1, 13)], partial=True), {}),
    "lines below zero": ("line_chart", lambda f: estimates.combine(
        line(x, y, half=6.0).assign(indicator="balance", unit="points") for x, y in (
            ("boamp", [-20.0, -4, 3, 8, 12]), ("bodacc", [5.0, None, -8, "suppressed", -30]))), {}),
    "a line close to zero": ("line_chart", lambda f: line(
        "boamp", [-0.4, 0.1, 0.3, 0.2, 0.4], half=0.05).assign(indicator="balance", unit="points"),
        {}),
    "lines of states": ("line_chart", lambda f: estimates.combine(
        line(x, y).assign(status=states) for x, y, states in (
            ("boamp", [7.0, 6.0, 5.5, 6.1, 6.9], ["published", "partial", "low_base", "partial",
                                                  "partial"]),
            ("bodacc", [7.1, 6.2, 5.6, 6.2, 6.8], ["low_base", *["published"] * 3, "partial"]),
            ("legifrance", [4.0, 4.1, 9.0, 4.0, 4.2], ["partial", *["published"] * 4]))),
        {"events": EVENTS}),
    "a line that falls and rises behind another": (
        "line_chart", lambda f: estimates.combine([line("boamp", [9.0, 2, 5, "suppressed", 8.0])]),
        {"behind": line("boamp", [None, None, 5.0, 6.0, 8.1]), "behind_label": "attendu",
         "behind_from": "l'action", "events": EVENTS[:1]}),
    "years": ("line_chart", lambda f: f["visits"](
        ["boamp", "bodacc"], [str(y) for y in range(2012, 2027)], start=900.0), {}),
    "quarters of three years": ("line_chart", lambda f: f["visits"](
        ["boamp"], [f"202{y}-T{q}" for y in (4, 5, 6) for q in (1, 2, 3, 4)], partial=True), {}),
    "a line that stops": ("line_chart", lambda f: estimates.combine([
        line("boamp", STEADY), line("bodacc", [6.0, 6.4, *["suppressed"] * 3])]), {}),
    "subjects without a value": ("line_chart", lambda f: estimates.combine([
        line("boamp", STEADY), line("bodacc", STEADY), *none()]), {}),
    "panels without a value": ("line_chart", lambda f: estimates.combine([
        *(line(x, STEADY) for x in NAMES[:5]), *none()]), {}),
    "what waits": ("line_chart", lambda f: line("boamp", STEADY).assign(
        indicator="tickets_open", unit="messages"), {}),
    "subjects of other units": ("line_chart", lambda f: units(), {
        "behind": units(), "behind_label": "attendu"}),
    "two devices": ("line_chart", lambda f: estimates.combine([
        line("boamp", STEADY), line("boamp", STEADY).assign(device="datagouv-bodacc")]), {}),
    "curves of six devices": ("curve_chart", lambda f: estimates.combine(f["grouped"](
        {"0,5": 50.0, "10,5": 9.0}, device=x) for x in NAMES), {"x_label": "mois"}),
    "a curve of one place": ("curve_chart", lambda f: f["grouped"]({"3": 5.0}), {
        "x_label": "mois"}),
    "one quarter": ("line_chart", lambda f: f["visits"](["boamp"], ["2026-T3"]), {}),
    "withheld lines": ("line_chart", lambda f: line("boamp", ["suppressed"] * 4 + ["missing"]), {}),
    "near curves": ("curve_chart", lambda f: near(f["grouped"], states={"5": "low_base"}),
                    {"x_label": "jours depuis la réception"}),
    "curves of months": ("curve_chart", lambda f: f["grouped"](
        {str(x): 100.0 - 2 * x for x in range(0, 26, 2)}), {"x_label": "mois depuis"}),
}  # fmt: skip
test_lines_and_curves_are_drawn_as_they_are_known = drawn.test(CASES)


def test_what_stands_on_no_one_axis_is_refused(draw, visits):
    mark = line("boamp", STEADY)
    mixed = mark.assign(unit=["visites", *mark["unit"][1:]])
    with pytest.raises(ObservError, match="2 values of unit"):
        draw("line", mixed)
    with pytest.raises(ObservError, match=r"behind is in %, and the lines in sur 10.*in one unit"):
        draw("line", mark, behind=mark.assign(unit="%"), behind_label="x")
    both = estimates.combine([visits(["boamp"], ["2026-T1"]), visits(["boamp"], ["2026-08"])])
    with pytest.raises(ObservError, match="not on one axis"):
        draw("line", both)


@pytest.mark.parametrize(("low", "axes"), [(2e5, 1), (1.9e5, 2)])
def test_counts_of_which_one_would_lie_flat_stand_apart(low, axes, visits, draw, figure):
    many, few = visits(["boamp"], QUARTERS, start=1e6), visits(["bodacc"], QUARTERS, start=low)
    draw("line", estimates.combine([many, few]))
    assert len(figure().axes) == axes


@pytest.mark.parametrize(
    "other",
    [{"product": "bodacc"}, {"device": "datagouv-boamp"},
     {"expected": (Expected(indicator="downloads", direction="up"),)},
     {"date": date(2025, 6, 30)}, {"date": date(2025, 7, 1)}, {"date": date(2026, 10, 1)}],
    ids=["product", "device", "indicator", "before", "at the edge", "after"],
)  # fmt: skip
def test_what_does_not_touch_a_line_while_it_is_seen_is_not_on_it(other, draw):
    made = draw("line", line("boamp", STEADY), events=[event(**other)])
    assert "events" not in made.content and "repère" not in made.content["alt"]
    seen = draw("line", line("boamp", STEADY), events=[event(day=date(2025, 7, 2))])
    assert [one["id"] for one in seen.content["events"]] == ["action"]


def test_an_indicator_made_of_the_one_that_is_touched_is_marked_too(draw):
    moves = (Expected(indicator="visits", direction="down"),)
    frame = line("boamp", STEADY).assign(indicator="visits_adjusted", unit="visites")
    assert draw("line", frame, events=[event(expected=moves)]).content["events"]
    assert "events" not in draw("line", frame).content


def near(grouped, **thin) -> pd.DataFrame:
    """Two curves that rise at their own pace to almost the same end."""
    days = ("1", "3", "5", "10", "20", "30")
    slow, fast = (20.0, 50.0, 80.0, 95.0, 99.0, 100.0), (50.0, 90.0, 95.0, 99.0, 100.0, 100.0)
    paces = (slow, {"product": "legifrance"}), (fast, {"product": "boamp", **thin})
    return estimates.combine(
        grouped(dict(zip(days, values, strict=True)), half=0.0, **of) for values, of in paces
    )


@pytest.mark.parametrize(("values", "more", "told"), [
    ({"A": 5.0}, {}, "is no number; draw it with bar_chart"),
    ({"nan": 5.0}, {}, "is no number"), ({"inf": 5.0}, {}, "is no number"),
    ({f"{x}": 5.0 for x in range(7)}, {"by": "group_value"}, "7 curves"),
])  # fmt: skip
def test_what_is_no_curve_is_refused(values, more, told, grouped, draw):
    with pytest.raises(ObservError, match=told):
        draw("curve", grouped(values), x_label="jours", **more)
