"""What any theme may say, and what several small ones do; of any estimates, no value withheld."""

import math
import re
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import said
from tests.examples import examples

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.language import words
from observlib.language.prose import Markdown, typography
from observlib.stats.survey.comparison import waves
from observlib.study import narratives

NOW, BEFORE = "2026-T3", "2025-T3"
NOTHING = estimates.make([])
WITHHELD = ("suppressed", "missing")
THREE = ("boamp", "bodacc", "legifrance")
YEAR = {"period": "2025-10/2026-09", "device": "enquete-vie-publique"}


def mark(product: str, value: float | None, period: str = NOW, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"indicator": "satisfaction_10", "product": product, "channel": "web"}
    row |= {"device": f"jdma-{product}", "period": period, "unit": "sur 10", "estimate": value}
    if value is not None:
        half = more.pop("half", 0.2)
        row |= {"n": 200, "ci_low": value - half, "ci_high": value + half}
    return row | more


def count(product: str, value: float | None, period: str = NOW, **more: Any) -> dict[str, Any]:
    row = {"indicator": "visits", "product": product, "channel": "web", "unit": "visites"}
    return row | {"device": f"matomo-{product}", "period": period, "estimate": value} | more


def yoy(product: str, value: float | None, **more: Any) -> dict[str, Any]:
    more = {"status": "missing"} | more if value is None else more
    return count(product, value) | {"indicator": "visits_yoy", "unit": "%"} | more


def ends(*rows: dict[str, Any]) -> Any:
    return lambda c: narratives.highest_and_lowest(estimates.make(rows), c, NOW)


def changed(*values: float | None) -> Any:
    """What is said of changes of the first products."""
    frame = estimates.make(map(yoy, THREE, values))
    return lambda c: narratives.year_on_year(frame, c, NOW)


def span(*rows: dict[str, Any]) -> Any:
    return lambda c: narratives.span(estimates.make(rows), c, NOW)


def feelings(change: dict[str, Any] | None = None) -> Any:
    """What is said of three shares, of which the second is changed."""
    row = {"indicator": "feeling_share", "channel": "web", "device": "sp-plus", "unit": "%",
           "period": YEAR["period"], "group": "feeling", "n": 400}  # fmt: skip
    named = {"Positif": 50.0, "Neutre": 17.0, "Négatif": 33.0}
    rows = [{**row, "group_value": name, "estimate": x} for name, x in named.items()]
    rows[1] |= change or {}
    return lambda c: narratives.experiences.feelings(estimates.make(rows), c)


def opening(
    now: Any = (), marks: Any = (), verdicts: tuple[str, ...] = (), asked: Any = None
) -> Any:
    """What the page of a product opens with."""
    rows = estimates.make(marks)
    pairs = estimates.make([])
    if verdicts:
        pairs = waves(rows, NOW, BEFORE).assign(
            verdict=verdicts, reason="", p_value=0.001, detectable=0.3
        )
    more = [] if asked is None else [estimates.make(asked)]
    return lambda c: narratives.products.summary(estimates.make(now), rows, pairs, c, NOW, *more)


def why_none(status: str) -> Any:
    value = 5.0 if status == "partial" else None
    rows = [count("boamp", value, status=status), yoy("boamp", None)]
    return opening(rows, [mark("boamp", value, status=status)])


STATES = [count("boamp", 5, status="partial", n=600),
          *(count(name, None, status="suppressed") for name in ("legifrance", "journal-officiel")),
          count("journal-officiel", None, BEFORE, status="suppressed"),
          count("annuaire", None, status="missing")]  # fmt: skip
LEVEL = [count(product, 500) for product in THREE]
LOW = {"n": 20, "status": "low_base"}
WITHHOLD = {"estimate": None, "n": None}
SHOWN = {"indicator": "satisfaction_10", "period": NOW, "unit": "sur 10", "status": "suppressed"}
CASES: said.Cases = {
    "level subjects": ends(*LEVEL),
    "counts as they are written": lambda c: [
        ends(count("boamp", x))(c) for x in (999_999, 1_000_000, 1_960_000, 1)],
    **{f"changes of {values}": changed(*values) for values in (
        (61.49, -70.7, 3), (0, 0.01, -0.01), (5, None, 2), (None, -3, None), (None, None, None))},
    **{of.__name__: lambda c, of=of: [
        of(estimates.make(STATES), c, period) for period in (NOW, BEFORE, "2020-T1")]
       for of in (narratives.incomplete, narratives.withheld)},
    "a mark that is missing": span(mark("boamp", None, status="missing")),
    "a mark that is withheld": span(mark("boamp", None, status="suppressed")),
    "thin and withheld marks": span(
        mark("boamp", 5, **LOW), mark("bodacc", None, status="suppressed")),
    "marks that are one": span(mark("boamp", 5), mark("bodacc", 5.01, n=30)),
    "feelings on a low base": feelings({"status": "low_base", "n": 15}),
    "feelings of a part of the period": feelings({"status": "partial"}),
    "feelings that are withheld": feelings({"status": "suppressed", **WITHHOLD}),
    "feelings that are missing": feelings({"status": "missing", **WITHHOLD}),
    **{f"a product whose numbers are {x}": why_none(x)
       for x in ("partial", "suppressed", "missing")},
    "a product of few reviews and a survey": opening(
        marks=[mark("vie-publique", 7.5, **LOW)], asked=[mark("vie-publique", 7.7, **YEAR)]),
    "a product without data": opening(),
    "who listens": lambda c: [
        narratives.products.listening_devices(estimates.make([]), c, names)
        for names in (["audience-boamp"], [])],
    "nothing that may be shown": lambda _: narratives.absent(
        "note de ce produit", NOW, estimates.make([SHOWN])),
}  # fmt: skip
test_what_is_said_whatever_the_theme = said.test("all", CASES)


user_tests = narratives.user_tests
BASE = {"product": "legifrance", "device": "tests-legifrance", "channel": "in_person",
        "period": NOW}  # fmt: skip


def told_of(*rows: dict[str, Any]) -> Any:
    return lambda c: user_tests.tests(estimates.make(rows), c, NOW)


SUCCESS = {**BASE, "indicator": "task_success", "unit": "%", "estimate": 70, "n": 14,
           "ci_low": 65, "ci_high": 75, "status": "low_base"}  # fmt: skip
LARGE = SUCCESS | {"product": "service-public", "n": 77, "status": "published"}
PEOPLE = {**BASE, "indicator": "test_participants", "unit": "participants"}
FEW = {**PEOPLE, "status": "suppressed"}
DELAY = {"indicator": "idea_delay", "period": YEAR["period"], "unit": "jours"}
SOLD = {"indicator": "units_sold", "product": "documentation-francaise", "channel": "print",
        "device": "boutique-documentation", "period": NOW, "unit": "exemplaires"}  # fmt: skip
SMALL: said.Cases = {
    "success on a low base": told_of(SUCCESS),
    "a low base beside a large one": told_of(SUCCESS, LARGE),
    "tests too small to be told": told_of(FEW),
    "no test": lambda c: [told_of(*rows)(c) for rows in ([{**PEOPLE, "status": "missing"}], [])],
    "a small test": lambda c: user_tests.too_few_participants(
        estimates.make([FEW]), NOTHING, c, NOW),
    "a delay of over half, or withheld": lambda c: [
        narratives.workshops.delay(estimates.make([{**DELAY, "status": status}]), c)
        for status in WITHHELD],
    "sales": lambda c: [
        narratives.sales.units_sold(estimates.make([{**SOLD, **more}]), c, NOW)
        for more in ({"estimate": 6734.0}, {"estimate": 6734.0, "status": "partial"},
                     {"status": "missing"})],
}  # fmt: skip
test_what_is_said_of_tests_workshops_and_sales = said.test("mobilisation", SMALL)


def test_a_reference_to_a_table_stays_one_among_other_sentences():
    whole = pd.DataFrame({"estimate": [7.9]})
    text = narratives.together("Le titre [a] suit.", narratives.see("tbl-tests", whole), "")
    assert isinstance(text, Markdown) and text.endswith(" Le détail : @tbl-tests.")
    assert text.startswith("Le titre \\[a\\] suit."), "what data tell is no Markdown"


def test_indicators_are_never_mixed_in_one_sentence(catalogue):
    frame = estimates.make([mark("boamp", 5), count("boamp", 500)])
    for say in (narratives.highest_and_lowest, narratives.span, narratives.withheld):
        with pytest.raises(ObservError, match="2 values of indicator"):
            say(frame, catalogue, NOW)


NAMES = ("service-public", "entreprendre", "allo-service-public", "annuaire", "boamp", "")


@st.composite
def frames(draw: st.DrawFn, indicator: str, unit: str, top: float) -> pd.DataFrame:
    """Estimates of one indicator: any states, any values, each value told by its digits."""
    low = -99.0 if indicator.endswith("_yoy") else 0.0
    rows = []
    for product in draw(st.lists(st.sampled_from(NAMES), max_size=6)):
        status = draw(st.sampled_from(estimates.STATUSES))
        value = None if status in WITHHELD else draw(st.floats(low, top, allow_subnormal=False))
        row = {"indicator": indicator, "product": product, "unit": unit, "status": status}
        row |= {"channel": draw(st.sampled_from([*words.PLACES, ""])), "estimate": value}
        row |= {"device": draw(st.sampled_from(["matomo-legifrance", "sp-plus", "unknown"]))}
        row |= {"period": draw(st.sampled_from([NOW, BEFORE]))}
        if value is not None and draw(st.booleans()):
            half = draw(st.floats(0, 1))
            row |= {"ci_low": value - half, "ci_high": value + half, "n": 345}
        rows.append(row)
    return estimates.make(rows)


def sentences(frame: pd.DataFrame, catalogue: Catalogue) -> list[str]:
    counted = frame[frame["indicator"] == "visits"]
    return [narratives.highest_and_lowest(frame, catalogue, NOW),
            narratives.year_on_year(frame, catalogue, NOW),
            narratives.year_on_year(frame, catalogue, NOW, by="channel"),
            narratives.incomplete(frame, catalogue, NOW),
            narratives.withheld(frame, catalogue, NOW), narratives.span(frame, catalogue, NOW),
            narratives.span(frame, catalogue, NOW),
            narratives.procedures.standing(frame, catalogue),
            narratives.products.summary(counted, frame, NOTHING, catalogue, NOW)]  # fmt: skip


ANY = st.one_of(
    frames("satisfaction_10", "sur 10", 10.0),
    frames("visits", "visites", 1e9),
    frames("visits_yoy", "%", 900.0),
)


@examples(30)
@given(ANY)
def test_any_estimates_give_french_and_never_nan(catalogue, frame):
    for text in map(typography, sentences(frame, catalogue)):
        assert not re.search(r"\bnan\b|\binf\b|None|\(\)|  |\s\.|\.\.", text)
        assert not re.search(r"(?<!\xa0):|(?<!\u202f);|\d %", text.replace(" (", "("))
        assert not re.search(r"\b(?:de|le|que) [aeiouàéèêAEIOUÀÉÈÊ]", text)
        assert text == "" or text.endswith(".")


@examples(30)
@given(ANY)
def test_a_value_that_is_not_published_is_never_told(catalogue, frame):
    """Sentences are the same whatever a thin, partial or withheld row is worth."""
    thin = frame["status"].isin(["low_base", "partial"])
    if (frame["unit"] == "sur 10").all():
        other = frame.assign(**{c: frame[c].where(~thin) for c in estimates.NUMBERS})
        other.loc[thin, "estimate"] = math.pi
    else:
        other = frame.assign(estimate=frame["estimate"].where(~thin, math.pi))
        other.loc[thin, ["ci_low", "ci_high"]] = float("nan")
    assert sentences(estimates.check(other), catalogue) == sentences(frame, catalogue)
