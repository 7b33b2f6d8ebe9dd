"""Funnels: how many are left at each step, and of whom."""

import pytest
from tests.words import alt_of, plain

from observlib import display
from observlib.base.errors import ObservError


def written(texts, figures) -> list[str]:
    return [plain(text).replace("\n", " ") for text in texts(figures[-1])]


def test_each_step_says_its_share_of_the_one_before_and_of_the_first(
    grouped, invented, texts, figures
):
    steps = {"Invités": 1000.0, "Commencés": 200.0, "Terminés": 150.0}
    said = alt_of(display.funnel_chart(grouped(steps, "appels"), invented, caption="C"))
    assert "Invités : 1 000 appels. Commencés : 200 appels, soit 20 % de l’étape" in said
    assert "Terminés : 150 appels, soit 75 % de l’étape précédente, 15 % de la première." in said
    assert "La plus forte perte est entre « Invités » et « Commencés »." in said
    told = written(texts, figures)
    assert "20 % de l’étape précédente" in told and "1 000" in told
    assert "75 % de l’étape précédente, 15 % de la première" in told


def test_no_share_is_made_of_a_withheld_or_partial_step(grouped, invented, texts, figures):
    steps = {"A": 100.0, "B": "suppressed", "C": 50.0, "D": 25.0}
    frame = grouped(steps, "appels", states={"D": "partial"})
    said = alt_of(display.funnel_chart(frame, invented, caption="C"))
    assert "B : secret statistique." in said
    assert "C : 50 appels, soit 50 % de la première étape." in said
    assert "D : 25 appels." in said and "perte" not in said
    assert "25 (p)" in written(texts, figures)
    assert len(figures[-1].axes[0].patches) == 3  # none for the withheld step


def test_steps_that_count_different_things_say_each_its_own(grouped, invented, texts, figures):
    frame = grouped({"Proposée": 500.0, "Répondue": 50.0}, "appels")
    frame["unit"] = ["appels", "réponses"]
    said = alt_of(display.funnel_chart(frame, invented, caption="C"))
    assert "Proposée : 500 appels. Répondue : 50 réponses, soit 10 %" in said
    assert "appels" not in written(texts, figures)  # a heading of the whole would be wrong


def test_a_share_too_small_to_write_is_not_written_as_nothing(grouped, invented):
    frame = grouped({"Visites": 86e6, "Réponses": 224.0}, "appels")
    said = alt_of(display.funnel_chart(frame, invented, caption="C"))
    assert "moins de 0,1 % de l’étape précédente" in said


@pytest.mark.parametrize("unit", ["%", "s", "points"])
def test_steps_that_are_not_counts_are_refused(unit, grouped, invented):
    with pytest.raises(ObservError, match="steps are counts"):
        display.funnel_chart(grouped({"A": 5.0}, unit), invented, caption="C")


def test_long_steps_wrap_and_stay_clear_of_their_counts(
    grouped, invented, texts, figures, assert_readable
):
    steps = {
        "Idées discutées en comité de pilotage avec les départements concernés": 4e8,
        "Retenues": "suppressed",
        "Réalisées": 24.0,
    }
    frame = grouped(steps, "appels", states={"Réalisées": "low_base"})
    display.funnel_chart(frame, invented, caption="C")
    assert_readable()
    assert "Barre hachurée : faible effectif (moins de 30 appels)." in written(texts, figures)


def test_steps_that_nobody_reached_do_not_fail(grouped, invented, assert_readable):
    frame = grouped({"A": 0.0, "B": 0.0}, "appels")
    assert "B : 0 appel." in alt_of(display.funnel_chart(frame, invented, caption="C"))
    assert_readable()
