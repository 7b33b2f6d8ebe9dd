"""Tables of pages, and the table under a chart, which has all that is drawn."""

from typing import Any

import pandas as pd
import pytest
from tests.display import drawn
from tests.display.conftest import QUARTERS

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.display import select, tables


def by_group(fixtures: dict[str, Any]) -> pd.DataFrame:
    """Shares and counts of what two devices heard of, with all that withholds them."""
    values = {"Retard": 12.5, "Accueil": "suppressed", "Autre": 3.0}
    states = {"Autre": "low_base", "Retard": "partial"}
    return estimates.combine(
        fixtures["grouped"](values, device=f"jdma-{name}", n=n, states=states, half=1.0)
        for name, n in (("boamp", 400), ("legifrance", 27))
    )


def of_legifrance(**values: dict[str, Any]) -> pd.DataFrame:
    """Estimates of one product by indicator."""
    common = {"product": "legifrance", "channel": "web", "period": "2026-T3", "unit": "%"}
    return estimates.make({**common, "indicator": name, **row} for name, row in values.items())


CLARITY = {"unit": "sur 10", "estimate": 6.5, "n": 108}
HELP = {"estimate": 54, "n": 26, "status": "low_base"}
CALLS = {"unit": "appels", "estimate": 38_056, "n": 38_056}
ANSWERED = {"estimate": 86, "n": 38_056}
WAIT = {"unit": "s", "estimate": 40, "n": 958}
MESSAGES = {"unit": "messages", "estimate": 77, "n": 77}
REOPENED = {"product": "boamp", "estimate": 50, "n": 20, "status": "low_base"}
ROW = {"period": "2026-T3", "unit": "%", "estimate": 50}
POLL = {**ROW, "indicator": "poll_share"}
PROCEDURE = {"indicator": "procedure_satisfaction", "group": "procedure", "estimate": 7,
             "unit": "sur 10", "period": "2026-T3"}  # fmt: skip
ALL = {"indicators": None}


def board(frame: pd.DataFrame, catalogue: Any, **more: Any) -> display.Output:
    named = more.pop("indicators") or [*frame["indicator"].unique()]
    return display.board(frame, catalogue, indicators=named, **more)


def dashboard(frame: pd.DataFrame, catalogue: Any, **more: Any) -> display.Output:
    return display.dashboard_table({"Tout": frame}, catalogue, **more)


def data(frame: pd.DataFrame, catalogue: Any, **_: Any) -> display.Output:
    return display.text(display.data_markdown(frame, catalogue))


def sold() -> pd.DataFrame:
    """Two amounts, and a count of what was sold."""
    row = {"indicator": "revenue", "period": "2026-T3", "unit": "€", "product": "boamp"}
    units = {"unit": "exemplaires", "estimate": 3, "indicator": "units_sold"}
    rows = [{**row, "estimate": 1_234_567}, {**row, "estimate": 60_299}, {**row, **units}]
    return estimates.make(rows).assign(product=["boamp", "bodacc", "legifrance"])


def twice(visits: Any) -> pd.DataFrame:
    """Visits that two devices measure."""
    frame = visits(["bodacc"], ["2026-T3"])
    return estimates.combine([frame, frame.assign(device="datagouv-bodacc")])


def scales() -> pd.DataFrame:
    row = {"indicator": "satisfaction_mean", "period": "2026-T3", "channel": "web"}
    both = {"legifrance": (3.8, "sur 5"), "boamp": (7.9, "sur 10")}
    return estimates.make(
        {**row, "product": x, "estimate": mark, "unit": unit} for x, (mark, unit) in both.items()
    )


def sexes() -> pd.DataFrame:
    """Shares by sex, of two devices with a base each."""
    bases = {"jdma-legifrance": 798, "jdma-vie-publique": 546}
    return estimates.make(
        {**ROW, "indicator": "profile_share", "group": "sex", "device": x, "group_value": y, "n": n}
        for x, n in bases.items()
        for y in ("Femme", "Homme")
    )


def polls(devices: dict[str, str]) -> pd.DataFrame:
    """Answers to a question that was asked on devices, each of a product."""
    return estimates.make(
        {**POLL, "group": "Où ?", "device": f"sondages-{x}", "product": y, "group_value": z}
        for x, y in devices.items()
        for z in ("Ici", "Là", "Ailleurs")
    )


def questions() -> pd.DataFrame:
    return estimates.make(
        {**POLL, "device": "jdma-legifrance", "group": asked, "group_value": option, "n": 40}
        for asked in ("Où <ici> est-ce ?", "Qu'en dire ?")
        for option in ("Oui", "Non")
    )


def thin(marks: pd.DataFrame, *periods: str) -> pd.DataFrame:
    known = marks.assign(n=marks["n"].where(marks["status"] != "low_base", 29))
    return estimates.combine(known.assign(period=period) for period in periods)


def stays(*devices: str) -> pd.DataFrame:
    row = {"indicator": "subscription_survival", "unit": "%", "channel": "mail", "n": 900}
    row |= {"period": "2026-T3", "group": "months", "product": "legifrance", "group_value": "12"}
    return estimates.make({**row, "device": device, "estimate": 90.0} for device in devices)


MONTHS = ["2026-07", "2026-08", "2026-09"]
CASES: drawn.Cases = {
    "a table": ("table", lambda f: estimates.combine(
        [f["marks"].assign(period=x) for x in QUARTERS[-2:]]), {"columns": "period"}),
    "a list": ("table", lambda f: f["marks"], {}),
    "a board": ("board", lambda f: estimates.combine(
        [f["marks"], f["visits"](["boamp", "legifrance"], ["2026-T3"])]),
        {"indicators": ["visits", "satisfaction_10"]}),
    "a table of groups": ("table", lambda f: by_group(f), {"rows": ("device", "group_value")}),
    "a table by device": ("table", lambda f: by_group(f), {
        "rows": "group_value", "columns": "device"}),
    "a register": ("register", lambda f: f["marks"], {}),
    "a board of groups": ("board", lambda f: by_group(f), {
        "indicators": ["calls", "part"], "rows": ("device", "group_value")}),
    "a table with a hole": ("table", lambda f: f["visits"](["boamp", "bodacc"], QUARTERS[-2:],
        partial=True).iloc[:3], {"columns": "period"}),
    "a table without a mark": ("table", lambda f: f["visits"](["boamp"], ["2026-T2"]), {}),
    "a table of labels that are no markup": ("table", lambda f: estimates.make([
        {**PROCEDURE, "group_value": "<script>alert(1)</script>"}]), {"rows": "group_value"}),
    "a board of two devices in one cell": (
        board, lambda f: twice(f["visits"]), {**ALL, "rows": "product"}),
    "a base headed by what it counts": ("table", lambda f: of_legifrance(
        answer_rate={"estimate": 50, "n": 20, "status": "low_base"}), {}),
    "bases of two things": (board, lambda f: of_legifrance(
        answer_rate={"estimate": 50, "n": 20, "status": "low_base"}, reopened_share=REOPENED), ALL),
    "money": (dashboard, lambda f: sold(), {}),
    "values of which each has a base of its own": (board, lambda f: of_legifrance(
        clarity_10=CLARITY, help_reached_share=HELP), ALL),
    "a count that is the base of another": (board, lambda f: of_legifrance(
        calls_offered=CALLS, answer_rate=ANSWERED), ALL),
    "a count that is the base of one of two": (board, lambda f: of_legifrance(
        calls_offered=CALLS, answer_rate=ANSWERED, wait_median=WAIT), ALL),
    "a count of other things with the same number": (board, lambda f: of_legifrance(
        tickets_received=MESSAGES, answer_rate={"estimate": 86, "n": 77}), ALL),
    "scales that differ": (board, lambda f: scales(), {**ALL, "rows": "product"}),
    "one scale": (board, lambda f: scales().iloc[:1], {**ALL, "rows": "product"}),
    "a base that a column shares": ("table", lambda f: sexes(), {
        "rows": "group_value", "columns": "device"}),
    "a base that no column shares": ("table", lambda f: sexes().assign(
        n=[798.0, 798.0, 546.0, 545.0]), {"rows": "group_value", "columns": "device"}),
    "names that head groups of rows": ("table", lambda f: questions(), {
        "rows": ["device", "group", "group_value"]}),
    "devices that measure the same": (
        "table", lambda f: stays("alertes-legifrance", "lettre-vie-publique"), {}),
    "data of months of products": (data, lambda f: f["visits"](
        ["legifrance", "service-public"], MONTHS, True), {}),
    "data of few periods": (data, lambda f: thin(f["marks"], "2026-T1", "2026-T2", "2026-T3"), {}),
    "data of many periods": (data, lambda f: thin(
        f["marks"], *(f"2026-0{month}" for month in range(1, 10))), {}),
    "data of many holes": (data, lambda f: f["visits"](
        ["boamp", "bodacc", "legifrance"], MONTHS).iloc[[0, 1, 4, 8]], {}),
    "data of a device without a product": (data, lambda f: polls(
        {"reseau-pro": "service-public", "reseau-federe": ""}), {}),
    "data of labels with signs of tables": (data, lambda f: estimates.make(
        {**PROCEDURE, "group_value": name} for name in ("a | b", "*c*\nd")), {}),
}  # fmt: skip
test_tables_are_drawn_as_they_are_known = drawn.test(CASES)


def test_a_board_of_nothing_or_of_two_values_in_a_cell_is_an_error(marks, visits, catalogue):
    frame = visits(["bodacc"], ["2026-T3"])
    same = estimates.combine([frame, frame.assign(estimate=1.0)])
    for draw, rows, told in (
        (dashboard, marks[:0], "no estimate to show"),
        (dashboard, pd.concat([marks] * 2), "dashboard, column 'Tout': 2 estimates for"),
        (display.board, same, "2 estimates for bodacc"),
        (display.board, marks, "no estimate of these indicators"),
    ):
        more = {} if draw is dashboard else {"indicators": ["visits"], "rows": "product"}
        with pytest.raises(ObservError, match=told):
            draw(rows, catalogue, caption="D", **more)


def test_devices_side_by_side_are_as_many_as_a_reader_can_follow(catalogue):
    frame = stays(*(f"lettre-{number}" for number in range(13)))
    asked = {"caption": "Un an après", "rows": "group_value", "columns": "device"}
    with pytest.raises(select.Crowded, match="13 devices as columns; at most 12 can be read"):
        display.table(frame, catalogue, **asked)
    few = frame[frame["device"] != "lettre-0"]
    assert "lettre-12" in repr(display.table(few, catalogue, **asked))


@pytest.mark.parametrize(("size", "kept", "crossed"), [
    (10, 100, True), (11, 121, False),  # no wider than a page
    (3, 6, True), (3, 5, False),  # two thirds are filled, or fewer
])  # fmt: skip
def test_a_cross_table_is_no_wider_than_a_page_and_filled(size, kept, crossed, grouped, invented):
    names = {f"p{i}": 5.0 for i in range(size)}
    frame = estimates.combine(grouped(names, period=f"{2000 + i}") for i in range(size))
    frame = frame.iloc[[0, 4, 8, 1, 2, 3]] if size == 3 else frame
    apart = tables.sides(frame.head(kept), invented)
    assert (tables._crossed(frame.head(kept), apart, invented) is not None) is crossed
