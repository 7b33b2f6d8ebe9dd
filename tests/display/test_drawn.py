"""Charts and tables of every kind and state, held to the byte: `drawn.yml` has their digests.

Who changes a drawing on purpose looks at it, then runs `DRAWN=write pytest tests/display`.
"""

import hashlib
import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from observlib import display, estimates
from observlib.records.sheets import Action, Expected

FILE = Path(__file__).with_name("drawn.yml")
QUARTERS = ["2025-T3", "2025-T4", "2026-T1", "2026-T2", "2026-T3"]
STATES = {"Peu": "low_base", "Encore": "partial"}
BARS = {"A": 60.0, "Peu": 30.0, "Encore": 20.0, "Autres motifs": 70.0, "B": "suppressed",
        "C": "missing", "Un nom assez long pour tenir sur plusieurs lignes": 3.25}  # fmt: skip
STEPS = {"A": 100.0, "Peu": 50.0, "B": "suppressed", "Encore": 0.04, "D": 25.0}
CURVE = {"0": 90.0, "1": 80.0, "2": 74.0, "4": "suppressed", "6": 71.0, "24": 70.0}
GRID = {f"{day} · {hour} h": 100.0 - 3 * abs(13 - hour) for day in ("lundi", "mardi")
        for hour in range(8, 19)}  # fmt: skip
WIDE = {f"{day} · {hour} h": 40.0 + hour for day in ("lundi", "mardi") for hour in range(33)}
HOLES = {"lundi · 8 h": "low_base", "lundi · 9 h": "partial"}
LINE = [7.0, 7.4, None, 7.2, 7.3]


def _line(product: str, values: list[Any], **more: Any) -> pd.DataFrame:
    row = {"indicator": "satisfaction_10", "product": product, "channel": "web", "unit": "sur 10"}
    made = []
    for period, value in zip(QUARTERS, values, strict=True):
        if isinstance(value, str):
            made.append({**row, "period": period, "status": value})
        elif value is not None:
            ends = {"ci_low": value - 0.2, "ci_high": value + 0.2}
            made.append({**row, "period": period, "estimate": value, "n": 400, **ends, **more})
    return estimates.make(made)


def _lines(number: int) -> pd.DataFrame:
    names = ["boamp", "bodacc", "service-public", "entreprendre", "vie-publique", "legifrance"]
    own = [_line(one, [x and x - i / 3 for x in LINE]) for i, one in enumerate(names[:number])]
    return estimates.combine([*own, _line("journal-officiel", ["suppressed"] * 5)])


def _events() -> list[Action]:
    about = {"product": "boamp", "done": "Fait.", "contact": "pôle études"}
    moves = (Expected(indicator="satisfaction_10", direction="down"),)
    days = {"action": date(2025, 9, 1), "measure": date(2026, 1, 1), "outage": date(2026, 8, 15)}
    return [
        Action(id=kind, title=f"Ceci est {kind}", date=day, kind=kind, expected=moves, **about)
        for kind, day in days.items()
    ]


def _curves(grouped: Any, **more: Any) -> pd.DataFrame:
    last = {"0": 91.0, "1": 70.0, "2": 69.0, "4": 68.0, "6": 67.0, "24": 70.0}
    return estimates.combine([grouped(CURVE, half=2.0, product="boamp", **more),
                              grouped(last, half=3.0, product="bodacc")])  # fmt: skip


def _parts(grouped: Any, number: int) -> pd.DataFrame:
    whole = {f"Part {i}": 100.0 / number for i in range(number)}
    hidden = dict.fromkeys(whole, 100.0 / number) | {"Part 0": "suppressed"}
    return estimates.combine([grouped(whole, device="a", states={"Part 1": "low_base"}),
                              grouped(hidden, device="b", n=35)])  # fmt: skip


CASES: dict[str, Any] = {
    **{f"bars in {unit}": ("bar_chart", lambda f, unit=unit: f["grouped"](
        BARS, unit, half=2.0, states=STATES), {}) for unit in ("%", "appels", "s", "€", "jours")},
    "few bars": ("bar_chart", lambda f: f["grouped"](BARS), {"limit": 2}),
    "bars in order": ("bar_chart", lambda f: f["grouped"](BARS), {"sort": False}),
    "steps": ("funnel_chart", lambda f: f["grouped"](STEPS, "appels", states=STATES), {}),
    "two units": ("funnel_chart", lambda f: f["grouped"]({"A": 9.0, "B": 1.0}, "appels").assign(
        unit=["appels", "réponses"]), {}),
    **{f"{n} parts": ("share_chart", lambda f, n=n: _parts(f["grouped"], n), {"by": "device"})
       for n in (2, 3, 5)},
    "a grid": ("heat_chart", lambda f: f["grouped"](
        GRID | {"mardi · 9 h": "missing"}, "appels", states=HOLES), {}),
    "a wide grid": ("heat_chart", lambda f: f["grouped"](
        WIDE | {"mardi · 9 h": "suppressed"}, "appels", states=HOLES), {}),
    "marks": ("dot_chart", lambda f: f["marks"], {}),
    "shares as dots": ("dot_chart", lambda f: f["grouped"](BARS, half=2.0, states=STATES),
                       {"by": "group_value", "sort": False}),
    "balances as dots": ("dot_chart", lambda f: f["grouped"](
        {"A": -5.0, "B": 12.0}, "points", half=8.0), {"by": "group_value"}),
    "curves": ("curve_chart", lambda f: _curves(f["grouped"]), {"x_label": "mois depuis"}),
    "a thin curve": ("curve_chart", lambda f: _curves(
        f["grouped"], states=dict.fromkeys(CURVE, "low_base")), {"x_label": "jours"}),
    "a partial curve": ("curve_chart", lambda f: f["grouped"](
        {"0": 42.0, "1": 230.0, "3": 100.0}, "s", states={"1": "low_base", "3": "partial"}),
        {"x_label": "heure"}),
    **{f"{n} lines": ("line_chart", lambda f, n=n: _lines(n), {}) for n in (1, 3, 6)},
    "what happened to a line": ("line_chart", lambda f: _line("boamp", LINE),
                                {"events": _events()}),
    "what happened to lines": ("line_chart", lambda f: _lines(3), {"events": _events()}),
    "a line and what was expected": (
        "line_chart", lambda f: _line("boamp", [7.0, 7, 7, 8, 8]),
        {"behind": _line("boamp", [None, 7.1, 7.1, 7.0, 7.1]), "behind_label": "attendu",
         "behind_from": "l'action"}),
    "months": ("line_chart", lambda f: f["visits"](
        ["boamp", "bodacc"], [f"2025-{m:02d}" for m in range(1, 13)], partial=True), {}),
    "months of five": ("line_chart", lambda f: f["visits"](
        ["boamp", "bodacc", "legifrance", "service-public", "entreprendre"],
        [f"202{y}-{m:02d}" for y in range(3, 6) for m in range(1, 13)], partial=True), {}),
    "a table": ("table", lambda f: estimates.combine(
        [f["marks"].assign(period=x) for x in QUARTERS[-2:]]), {"columns": "period"}),
    "a list": ("table", lambda f: f["marks"], {}),
    "a board": ("board", lambda f: estimates.combine(
        [f["marks"], f["visits"](["boamp", "legifrance"], ["2026-T3"])]),
        {"indicators": ["visits", "satisfaction_10"]}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_chart_or_table_is_drawn_as_it_is_known(case, grouped, marks, visits, invented):
    kind, rows, more = CASES[case]
    frame = rows({"grouped": grouped, "marks": marks, "visits": visits})
    made = getattr(display, kind)(frame, invented, caption="Une réponse", **more)
    whole = json.dumps([made.shown, made.content], sort_keys=True, default=str)
    found = hashlib.sha256(whole.encode()).hexdigest()[:16]
    known = yaml.safe_load(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}
    if os.environ.get("DRAWN") == "write":
        FILE.write_text(yaml.safe_dump(known | {case: found}, sort_keys=True), encoding="utf-8")
        return
    assert found == known[case]
    assert known.keys() == CASES.keys()
