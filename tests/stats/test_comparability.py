"""Pairs that somebody would wrongly compare, or wrongly refuse: each has the grade it deserves."""

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.copies import DEMO
from tests.examples import examples
from tests.words import plain

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.display import select
from observlib.estimates import make_comparisons
from observlib.records.sheets import Action
from observlib.stats import comparability
from observlib.stats.comparability import Grade

JDMA, SURVEY, CALLS = "jdma-service-public", "enquete-service-public", "satisfaction-3939"
SITE, ROBOTS = "matomo-service-public", "matomo-legifrance"
PEER = {"product": "caisse-fictive", "device": "published-figures", "period": "2025"}
Told = tuple[str, dict[str, Any]]


@pytest.fixture(scope="module")
def known(catalogue: Catalogue) -> Catalogue:
    """The demonstration's catalogue, with devices that ask as its own do but for one thing."""
    survey, jdma, site = (catalogue.devices[name] for name in (SURVEY, JDMA, SITE))
    asked = catalogue.questionnaires[SURVEY]
    question = asked.questions[0]

    def questions(name: str, **more: Any) -> Any:
        first = question.model_copy(update=more)
        return asked.model_copy(update={"id": name, "questions": (first, *asked.questions[1:])})

    def numbers(last: int) -> dict[str, Any]:
        return {"scale": (1.0, float(last)), "answers": {}, "labels": {}}

    papers = {
        "seven-steps": questions("seven-steps", **numbers(7)),
        "four-steps": questions("four-steps", **numbers(4)),
        "of-legifrance": questions(
            "of-legifrance", text="Dans l'ensemble, êtes-vous satisfait de Légifrance ?"
        ),
        "changed": asked.model_copy(update={"id": "changed", "changes_on": date(2026, 1, 1)}),
    }  # fmt: skip
    others = {name: survey.model_copy(update={"questionnaire": name}) for name in papers}
    others |= {
        "by-mail": survey.model_copy(update={"channel": "mail"}),
        "by-phone": survey.model_copy(update={"channel": "phone"}),
        "button": survey.model_copy(update={"family": "feedback"}),
        "one-area": survey.model_copy(update={"area": "75"}),
        "silent-a": jdma.model_copy(update={"loader": "plain_csv", "table": "ratings"}),
        "silent-b": jdma.model_copy(update={"loader": "plain_csv", "table": "ratings"}),
        "touchpoints": jdma.model_copy(update={"loader": "touchpoints"}),
        "one-list": survey.model_copy(update={"population": "les inscrits"}),
        "one-list-by-phone": survey.model_copy(
            update={"channel": "phone", "population": "les inscrits"}
        ),
        "log": site.model_copy(update={"loader": "awstats"}),
        "named-log": site.model_copy(
            update={"loader": "plain_csv", "table": "audience", "tool": "AWStats"}
        ),
        "one-town": site.model_copy(update={"area": "75056"}),
    }
    devices = catalogue.devices | {
        name: one.model_copy(update={"id": name}) for name, one in others.items()
    }
    papers |= catalogue.questionnaires
    changes = {one.id: one for one in Action.load(DEMO, catalogue)}
    robots = {name: one for name, one in changes.items() if one.kind == "measure"}
    assert [*robots] == ["mesure-sans-robots"]  # of Légifrance's visits, on 1 March 2025
    return catalogue.model_copy(
        update={"devices": devices, "questionnaires": papers, "changes": robots}
    )


def figure(known: Catalogue, device: str, indicator: str = "satisfaction_10", **more: Any) -> Any:
    """A published figure of a device, of the third quarter of 2026 and of all who answered."""
    of = known.devices.get(device)
    row = {"indicator": indicator, "device": device, "period": "2026-T3", "status": "published"}
    row |= {"product": (of and of.product) or "", "channel": of.channel if of else "web"}
    unit = known.indicators[indicator].unit if indicator in known.indicators else ""
    row |= {"unit": unit, "group": "", "group_value": ""}
    return row | {"estimate": 7.0, "n": 400} | more


def of(device: str, indicator: str = "satisfaction_10", **more: Any) -> Told:
    return device, {"indicator": indicator, **more}


def peer(channel: str, indicator: str = "satisfaction_10", **more: Any) -> Told:
    return of(indicator=indicator, **{**PEER, "channel": channel, **more})


TRAPS: dict[str, tuple[Told, Told, Grade]] = {
    # what would wrongly be compared
    "a button of three smileys and a survey of five steps, on one site":
        (of(JDMA), of(SURVEY), Grade("D", ("wording", "scale", "population"))),
    "a mark left on a site and one given after a call":
        (of(JDMA), of(CALLS), Grade("D", ("mode", "population"), ("wording", "scale"))),
    "a survey of five steps and one from 0 to 10, each with its own words":
        (of(SURVEY), of("enquete-legifrance"), Grade("D", ("wording", "scale"))),
    "the same five steps under a reworded question":
        (of(SURVEY), of("enquete-vie-publique"), Grade("C", ("wording",))),
    "the share of the satisfied and their mean mark":
        (of(JDMA, "satisfied_share"), of(JDMA), Grade("D", ("quantity",))),
    "a mark of 2014 and one of 2026, of one button":
        (of(JDMA, period="2014"), of(JDMA), Grade("C", ("period",))),
    "the visits of a quarter and those of a year":
        (of("matomo-legifrance", "visits"),
         of("matomo-legifrance", "visits", period="2025-10/2026-09"), Grade("D", ("period",))),
    "the calls of half a quarter and those of a whole one":
        (of("appels-3939-tranches", "calls_offered", status="partial"),
         of("appels-3939-tranches", "calls_offered", period="2025-T3"), Grade("D", ("period",))),
    "a mark of a quarter that is not over":
        (of(JDMA, status="partial"), of(JDMA, period="2026-T2"), Grade("C", ("period",))),
    "users who were invited and those who chose to click":
        (of(SURVEY), of("button"), Grade("C", ("population",))),
    "a questionnaire on the telephone and the same on the web":
        (of(SURVEY), of("by-phone"), Grade("D", ("mode", "population"))),
    "a questionnaire on the telephone and on the web, to one list of people":
        (of("one-list"), of("one-list-by-phone"), Grade("C", ("mode",))),
    "the visits of a site and those of a data set":
        (of(SITE, "visits"), of("datagouv-fiches", "visits"), Grade("D", ("quantity", "tool"))),
    "visits counted by two tools":
        (of(SITE, "visits"), of("log", "visits"), Grade("C", ("tool",))),
    "visits counted by a tool and by one that nobody has named":
        (of(SITE, "visits"), of("audience-boamp", "visits"), Grade("C", (), ("tool",))),
    "the visits of a country and of a town":
        (of(SITE, "visits"), of("one-town", "visits"), Grade("C", ("area",))),
    "visits before and after robots were left out":
        (of(ROBOTS, "visits", period="2024-T3"), of(ROBOTS, "visits", period="2025-T3"),
         Grade("C", ("measure",))),
    "visits without robots, and of a site where nobody tells whether they are counted":
        (of(ROBOTS, "visits"), of(SITE, "visits"), Grade("C", (), ("measure",))),
    "our calls answered and those that another administration publishes":
        (of("appels-3939-tranches", "answer_rate"), peer("phone", "answer_rate", period="2026-T3"),
         Grade("C", (), ("quantity", "tool", "area"))),
    "four steps without a middle and five with one":
        (of(SURVEY), of("four-steps"), Grade("C", ("scale",))),
    "a survey before and after its questions changed":
        (of("changed", period="2025-T3"), of("changed"), Grade("C", ("wording",))),
    "the users of one département and those of the country":
        (of(SURVEY), of("one-area"), Grade("C", ("population",))),
    "women of a survey and all who answered it":
        (of(SURVEY), of(SURVEY, group="sex", group_value="Femme"), Grade("C", ("population",))),
    "a mark with weights and a mark without":
        (of(SURVEY), of(SURVEY, group="weighting", group_value="Avec redressement"),
         Grade("C", ("population",))),
    "the forms of two governments":
        (of(JDMA), of("touchpoints"), Grade("D", ("wording", "scale"))),
    "a button and an export of marks of which nothing is told":
        (of(JDMA), of("silent-b"), Grade("C", (), ("wording", "scale"))),
    "our button and another administration's telephone survey":
        (of(JDMA), peer("phone"), Grade("D", ("mode",), ("wording", "scale", "population"))),
    "users of our site and a sample of the population asked on the web":
        (of(JDMA, "satisfied_share"), peer("web", "satisfied_share"),
         Grade("C", (), ("wording", "scale", "population"))),
    "our recommendation and one published five years ago":
        (of(SURVEY, "nps"), peer("web", "nps", period="2021"),
         Grade("D", ("period",), ("wording", "scale", "population"))),
    "a published mark of which not even the mode is known":
        (of(CALLS), peer(""), Grade("D", (), ("wording", "scale", "mode", "population"))),
    "two published marks of one source":
        (peer("phone", group="figure", group_value="ensemble"),
         peer("phone", group="figure", group_value="site web"),
         Grade("C", (), ("wording", "scale", "population"))),
    "a figure of a device that the catalogue does not know":
        (of(JDMA), of("unheard-of"), Grade("C", (), ("wording", "scale", "population"))),
    # what would wrongly be refused
    "the same button on two sites": (of(JDMA), of("jdma-legifrance"), Grade("A")),
    "the same question with another product's name in it":
        (of(SURVEY), of("of-legifrance"), Grade("A")),
    "a sheet of perceived usability for two products":
        (of("tests-legifrance", "sus_mean"), of("tests-entreprendre", "sus_mean"), Grade("A")),
    "two waves of an export of which nothing is told":
        (of("silent-a"), of("silent-a", period="2026-T2"), Grade("B")),
    "five steps and seven": (of(SURVEY), of("seven-steps"), Grade("B")),
    "a questionnaire by mail and the same on the web": (of(SURVEY), of("by-mail"), Grade("B")),
    "a quarter and the same a year before":
        (of(JDMA), of("jdma-legifrance", period="2025-T3"), Grade("B")),
    "subscribers at the end of a month and of a quarter":
        (of("lettre-service-public", "subscribers"),
         of("lettre-service-public", "subscribers", period="2026-08"), Grade("B")),
    "visits of a log whose format tells no tool, and its device does":
        (of("log", "visits"), of("named-log", "visits"), Grade("A")),
}  # fmt: skip


def made(known: Catalogue, told: Told) -> dict[str, Any]:
    device, more = told
    return figure(known, device, **more)


@pytest.mark.parametrize(("one", "other", "expected"), TRAPS.values(), ids=TRAPS)
def test_a_pair_has_the_grade_that_the_ways_of_asking_deserve(known, one, other, expected):
    sides = made(known, one), made(known, other)
    assert comparability.grade(*sides, known) == expected
    assert comparability.grade(*reversed(sides), known) == expected


def test_along_a_line_periods_are_compared_and_lower_no_grade(known):
    then, now = made(known, of(JDMA, period="2014")), made(known, of(JDMA))
    assert comparability.grade(then, now, known, ("period",)) == Grade("A")
    years = [of(JDMA, period=f"{year}-T3") for year in range(2014, 2027)]
    hidden = of(CALLS, status="suppressed", estimate=None, n=None)
    frame = frame_of(known, *years, hidden)
    chart = display.line_chart(frame, known, caption="Une", by="device")
    assert "prudente" not in chart.content["alt"]


ROWS = [(name, i) for name in TRAPS for i in (0, 1)]


@examples(40)
@given(picked=st.lists(st.sampled_from(ROWS), min_size=1, max_size=6, unique=True))
def test_what_is_kept_for_one_chart_is_drawn_and_each_row_has_its_chart(known, picked):
    rows = [made(known, TRAPS[name][i]) for name, i in picked]
    marks = [row | {"n": 100 + i} for i, row in enumerate(rows)]
    frame = estimates.make(row for row in marks if row["indicator"] == "satisfaction_10")
    frame = frame.drop_duplicates(estimates.FIGURE, ignore_index=True)
    found, nth = estimates.make([]), 1
    while len(drawn := comparability.comparable(frame, known, nth)):
        select.refuse(drawn, known, "chart")
        found, nth = estimates.combine([found, drawn]), nth + 1
    assert sorted(found["n"]) == sorted(frame["n"])


def frame_of(known: Catalogue, *told: Told) -> pd.DataFrame:
    return estimates.make(made(known, one) for one in told)


@pytest.mark.parametrize("draw", [display.dot_chart, display.bar_chart, display.line_chart])
def test_a_chart_of_grade_d_is_refused_in_one_line_that_says_what_to_do(draw, known):
    with pytest.raises(ObservError) as told:
        draw(frame_of(known, of(JDMA), of(CALLS)), known, caption="Une", by="device")
    (line,) = str(told.value).splitlines()
    assert JDMA in line and CALLS in line and "mode, population" in line
    assert "not known: wording, scale" in line and "study.comparable(frame, 2)" in line
    # a drawing of one's own is refused too
    frame = frame_of(known, of(JDMA), of(CALLS))
    with pytest.raises(ObservError, match="grade D"):
        display.custom_chart(lambda _: None, frame, known, caption="Une")


@pytest.mark.parametrize("draw", [display.dot_chart, display.bar_chart, display.line_chart])
def test_a_chart_of_grade_c_says_with_what_care_it_is_read(draw, known):
    frame = frame_of(known, of(SURVEY), of("enquete-vie-publique"))
    chart = draw(frame, known, caption="Une", by="device")
    care = "Comparaison prudente. Ce qui diffère : la question."
    assert care in plain(chart.content["alt"])
    assert "prudente" in chart.shown["image/svg+xml"].split("</desc>")[-1].split("aria-label")[-1]


def test_a_table_holds_values_of_grade_d_and_says_that_they_do_not_compare(known):
    frame = frame_of(known, of(JDMA), of(CALLS))
    said = "Certaines de ces valeurs ne se comparent pas entre elles. Ce qui diffère : le mode"
    assert said in plain(repr(display.table(frame, known, caption="Une", rows="device")))
    board = display.board(
        frame_of(known, of(JDMA), of(CALLS), of(JDMA, "clarity_10"), of(CALLS, "clarity_10")),
        known, caption="Une", rows="device", indicators=["satisfaction_10", "clarity_10"],
    )  # fmt: skip
    columns = "« Satisfaction sur 10 » et « Clarté du langage » : certaines valeurs ne se comparent"
    assert columns in plain(repr(board))
    same = frame_of(known, of(JDMA), of("jdma-legifrance"))
    assert "compar" not in repr(display.table(same, known, caption="Une", rows="device"))


def test_a_difference_of_grade_d_is_not_told(known):
    one, other = made(known, of(JDMA)), made(known, of(CALLS))
    row = one | {f"reference_{name}": x for name, x in other.items()}
    row |= {"against": "product", "verdict": "unknown", "reason": "base"}
    pairs = make_comparisons(pd.DataFrame([row]))
    with pytest.raises(ObservError, match="grade D"):
        display.place_table(pairs, known, caption="Une", label="tbl-une")
