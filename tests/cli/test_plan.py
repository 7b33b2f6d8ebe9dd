"""`observ plan` tells an analyst what a device's verdicts need, or why it cannot."""

import json
import re

import pytest


def told(observ, device, demonstration) -> dict:
    code, out, err = observ("plan", device, "--json", "--data", demonstration)
    assert (code, err) == (0, "")
    return json.loads(out)


def test_a_survey_tells_what_it_needs_what_to_drop_and_how_long_it_takes(observ, demonstration):
    code, out, err = observ("plan", "enquete-service-public", "--data", demonstration)
    assert (code, err) == (0, "")
    assert out.startswith("Online survey of Service-public.fr, as of 2026-T3\n")
    assert re.search(r"Satisfaction out of 10 +\d+ +0\.\d\d +0\.50 +\d+ +needs \d+ weeks:", out)
    assert re.search(r"unsure: Satisfaction out of 10 \d+ to \d+; ", out)
    assert re.search(r"Satisfied users +\d+ +\d+\.\d pt +5\.0 pt +\d,\d{3} +", out)
    assert "comment « Un dernier mot ? »: open text that is never loaded" in out
    assert re.search(r"Weighted .* need 1\.\d\d times as many: their design effect", out)
    assert re.search(r"Last quarter \d+ people answered \d\.\d closed questions each:", out)
    assert "10.6 seconds: Pew Research Center" in out
    for line in out.splitlines()[3:10]:
        assert len(line) <= 80, "a table is wider than a narrow terminal"


def test_programs_read_the_same_of_a_survey(observ, demonstration):
    found = told(observ, "enquete-service-public", demonstration)
    assert found["quarter"] == "2026-T3" and found["effect"] > 1
    rows = {row["indicator"]: row for row in found["verdicts"]}
    assert next(iter(rows)) == "satisfaction_10" and len(rows) == 6
    assert rows["satisfaction_10"]["level"] == 0.9875  # two looks, of a quarter and the year
    assert rows["nps"]["level"] == pytest.approx(1 - 0.025 / (found["tests"] - 2))
    for row in rows.values():
        assert (row["found"] > row["matters"]) == (row["weeks"] > 13)
    dropped = {one["question"] for one in found["drop"]}
    assert "comment" in dropped and {"age", "sex", "region"}.isdisjoint(dropped)


def test_a_yearly_survey_is_planned_by_its_waves(observ, demonstration):
    _, out, _ = observ("plan", "enquete-vie-publique", "--data", demonstration)
    assert "compare two years with the two before" in " ".join(out.split())
    assert "its yearly answers" in out and "Last year" in out


def test_a_form_of_few_answers_says_what_is_assumed_and_which_question_is_told_nowhere(
    observ, demonstration
):
    code, out, _ = observ("plan", "jdma-journal-officiel", "--data", demonstration)
    assert code == 0 and re.search(r"Clarity of language\* +few ", out)
    assert "* too few answered to know the spread: the median of other devices" in out
    assert "help_satisfaction: no figure, group or weight rests on it" in out
    found = told(observ, "jdma-journal-officiel", demonstration)
    assert {row["spread"] for row in found["verdicts"]} == {"others"}
    assert all(row["answers"] is None or row["answers"] >= 15 for row in found["verdicts"])


def test_a_form_of_many_answers_is_told_its_own_spread(observ, demonstration):
    found = told(observ, "jdma-service-public", demonstration)
    assert {row["spread"] for row in found["verdicts"]} == {"own"}
    assert found["asked"]["open"] == 1 and found["effect"] is None


@pytest.mark.parametrize(
    ("device", "why"),
    [
        ("enquete-legifrence", "is not in the catalogue; is it 'enquete-legifrance'?"),
        ("nothing", "is not in the catalogue; `observ catalogue` lists it"),
        ("audience-boamp", "gives audience; what can be planned are answers"),
        ("boutique-documentation", "of surveys and ratings: enquete-demarches, "),
        ("insee-population", "gave nothing yet"),
    ],
)
def test_what_cannot_be_planned_is_told_in_a_line_with_what_can(observ, demonstration, device, why):
    code, out, err = observ("plan", device, "--data", demonstration)
    assert (code, out) == (2, "") and why in err and err.count("\n") == 1
