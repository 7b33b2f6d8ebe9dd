"""What is said of actions: the verdicts as they were made, and never more than they allow."""

from datetime import date
from typing import Any

import pandas as pd
import pytest

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.records.actions import BEFORE_AFTER, COMPARABLE, CONTROLLED, SEEN, UNCHANGED, Action
from observlib.study import narratives
from observlib.themes.actions.effects import effect_table

PRECISION = "On ne peut pas conclure"


def alone(study: str, product: str) -> str:
    """The page of a study where products are few."""
    return study


def action(direction: str = "up", controls: tuple[str, ...] = (), **keys: Any) -> Action:
    return Action.model_validate(
        {
            "id": "essai", "title": "Un essai", "product": "boamp", "date": date(2025, 6, 16),
            "done": "On essaie.", "expected": [{"indicator": "visits", "direction": direction}],
            "controls": controls, "contact": "équipe", **keys,
        }
    )  # fmt: skip


def told(verdict: str, reason: str = "", **keys: Any) -> pd.DataFrame:
    """One verdict, of a change of +5 % (4 to 6), or what is given."""
    row = {
        "group": "Un essai", "action": "essai", "title": "Un essai", "direction": "up",
        "indicator": "visits", "product": "boamp", "device": "audience-boamp",
        "compared_with": (), "breaks": (), "group_value": BEFORE_AFTER, "unit": "%",
        "before": 24, "after": 15,
        "placebos": 30, "as_clear": 0,
        "difference": 5.0, "difference_low": 4.0, "difference_high": 6.0, "level": 0.975,
        "detectable": 1.5, "verdict": verdict, "reason": reason,
    }  # fmt: skip
    return pd.DataFrame([row | keys])


def frame(controlled: bool = False) -> pd.DataFrame:
    ends = {BEFORE_AFTER: (4.0, 6.0)}
    if controlled:
        ends |= {COMPARABLE: (2.0, 3.0), CONTROLLED: (3.0, 7.0)}
    row = {"indicator": "action_effect", "product": "boamp", "period": "2025-07/2026-09"}
    return estimates.make(
        {
            **row, "group": "Un essai", "group_value": name, "unit": "%",
            "estimate": (low + high) / 2, "ci_low": low, "ci_high": high,
        }
        for name, (low, high) in ends.items()
    )  # fmt: skip


def plain(said: object) -> str:
    text = said if isinstance(said, str) else repr(said)
    return text.replace("\xa0", " ").replace("\u202f", " ").replace("'", "’")


@pytest.mark.parametrize(
    ("verdicts", "direction", "words"),
    [
        (told("rise"), "up", "En hausse, comme attendu"),
        (told("rise"), "down", "En hausse, contrairement à ce qu’on attendait"),
        (told("fall", difference=-5, difference_low=-6, difference_high=-4), "down", "En baisse"),
        (told("stable"), "up", "Stable"),
        (told("unknown", "precision"), "up", PRECISION),
        (told("unknown", "after"), "up", "Trop tôt pour conclure"),
        (told("unknown", "before"), "up", "Passé trop court pour conclure"),
        (told("unknown", "seasons"), "up", "Trop peu de mois de chaque saison pour conclure"),
        (told("unknown", "controls"), "up", f"{PRECISION} faute de produits comparables"),
        (told("unknown", "others"), "up", "Un autre changement, trop proche, empêche de conclure"),
        (told("unknown", "placebos"), "up", "L’écart, pas plus net qu’à d’autres dates, ne"),
    ],
)
def test_the_words_are_those_of_the_verdict_and_no_others(verdicts, direction, words, catalogue):
    verdicts = verdicts.assign(direction=direction)
    said = plain(narratives.actions.each(verdicts, frame(), [action(direction)], catalogue))
    assert f"**{words}" in said
    lead = plain(narratives.actions.overview(verdicts, catalogue))
    assert words.lower() in lead.lower()
    moved = verdicts["verdict"].iat[0] in ("rise", "fall")
    for text in (said.partition("Attendu")[2].partition("**")[2], lead):
        assert ("hausse" in text or "baisse" in text) == moved


def test_what_could_have_been_seen_is_said_where_one_cannot_tell_and_nowhere_else(catalogue):
    for verdicts, there in ((told("unknown", "precision"), True), (told("stable"), False)):
        said = narratives.actions.each(verdicts, frame(), [action()], catalogue)
        least = "Une évolution de moins de 1,5 % a pu passer inaperçue"
        assert (least in plain(said)) == there
        lead = narratives.actions.overview(verdicts, catalogue)
        assert ("(BOAMP, visites : moins de 1,5 % passerait inaperçu)" in plain(lead)) == there


@pytest.mark.parametrize(
    ("placebos", "as_clear", "words"),
    [
        (30, 0, "Aucun des 30 essais sans action n’a donné d’écart aussi net."),
        (45, 1, "Sur 45 essais sans action, un a donné un écart au moins aussi net."),
        (60, 2, "Sur 60 essais sans action, deux ont donné un écart au moins aussi net."),
    ],
)
def test_who_reads_a_rise_sees_how_often_as_much_came_of_nothing(
    placebos, as_clear, words, catalogue
):
    tried = {"placebos": placebos, "as_clear": as_clear}
    for verdicts in (told("rise", **tried), told("unknown", "placebos", **tried)):
        assert words in plain(narratives.actions.each(verdicts, frame(), [action()], catalogue))
    stable = narratives.actions.each(told("stable", **tried), frame(), [action()], catalogue)
    assert "aussi net" not in plain(stable)


@pytest.mark.parametrize(
    ("placebos", "words"),
    [
        (
            13,
            "La suite ne permet que 13 essais sans action, sur 19 nécessaires.",
        ),
        (1, "La suite ne permet qu’un essai sans action, sur 19 nécessaires."),
        (0, "La suite, trop courte, ne permet aucun essai sans action, sur 19 nécessaires."),
    ],
)
def test_who_reads_an_effect_of_a_short_series_sees_that_too_few_placebos_establish_nothing(
    placebos, words, catalogue
):
    verdicts = told("unknown", "few", placebos=placebos, as_clear=0)
    assert words in plain(narratives.actions.each(verdicts, frame(), [action()], catalogue))


def test_the_interval_and_the_products_compared_are_told(catalogue):
    verdicts = told("rise", group_value=CONTROLLED, compared_with=("bodacc", "legifrance"))
    done = action(controls=("bodacc", "legifrance"))
    said = plain(narratives.actions.each(verdicts, frame(controlled=True), [done], catalogue))
    assert "+5,0 % (+3,0 à +7,0) face aux produits comparables (BODACC et Légifrance)." in said
    assert "+5,0 % pour BOAMP, +2,5 % pour les autres." in said
    assert "Source : Audience du BOAMP" in said


def test_comparable_products_that_are_left_out_are_told(catalogue):
    verdicts = told("rise", group_value=CONTROLLED, compared_with=("legifrance",))
    done = action(controls=("bodacc", "legifrance"))
    said = plain(narratives.actions.each(verdicts, frame(controlled=True), [done], catalogue))
    assert "Comparaison sans BODACC, où autre chose a changé ou trop peu est connu." in said
    alone = told("rise", compared_with=())  # where the past alone decides
    assert "Comparaison sans" not in plain(
        narratives.actions.each(alone, frame(), [done], catalogue)
    )


def test_what_is_no_action_is_told_as_what_it_was_and_each_has_an_address_to_link_to(catalogue):
    measure = narratives.actions.each(told("fall"), frame(), [action(kind="measure")], catalogue)
    assert "(changement de mesure, BOAMP, 16 juin 2025)" in plain(measure)
    done = action()
    said = narratives.actions.each(told("fall"), frame(), [done], catalogue)
    assert "changement" not in plain(said)
    assert f"{{#action-{done.id}}}" in plain(said) and said.content["tells"] == [done.id]


def test_two_actions_on_one_figure_of_a_product_are_not_each_given_what_followed_both(catalogue):
    another = action(id="autre", title="Un autre", date=date(2025, 7, 20))
    elsewhere = action(id="ailleurs", title="Ailleurs", product="bodacc")

    def said(verdicts: pd.DataFrame, *others: Action) -> str:
        known = [action(), *others]
        return repr(narratives.actions.each(verdicts, frame(), known, catalogue))

    both = "« Un autre » (20 juillet 2025) visait la même mesure : "
    apart = f"{both}ce qui l’a suivie est compté à part."
    assert apart in plain(said(told("rise"), another, elsewhere))
    assert f"{both}rien ne départage leurs effets." in plain(
        said(told("unknown", "others"), another)
    )
    assert "la même mesure" not in said(told("rise"), elsewhere)
    assert "la même mesure" not in said(told("unknown", "after"), another)


@pytest.mark.parametrize(
    ("breaks", "words"),
    [
        (
            ("2023-06",),
            "Une rupture du niveau établie en juin 2023, que rien n’explique, est comptée",
        ),
        (("2022-01", "2023-06"), "établies en janvier 2022 et en juin 2023, que rien n’explique"),
    ],
)
def test_breaks_that_nobody_explains_are_told_where_they_are_counted_apart(
    breaks, words, catalogue
):
    said = narratives.actions.each(told("rise", breaks=breaks), frame(), [action()], catalogue)
    assert words in plain(said)


def test_without_the_comparable_products_named_a_change_is_told_as_proving_nothing(catalogue):
    done = action(controls=("bodacc",))
    verdicts = told("unknown", "controls")
    said = plain(narratives.actions.each(verdicts, frame(), [done], catalogue))
    assert "leur suite manque ou est trop courte" in said and "ce qui n’établit rien" in said


def test_the_finding_counts_actions_and_says_that_it_is_no_proof(catalogue):
    assert plain(narratives.actions.overview(told("rise"), catalogue)) == (
        "L’observatoire suit une action. La mesure suivie est en hausse, comme attendu, après "
        "« Un essai » (BOAMP, visites : +5,0 %). Une évolution au même moment n’est pas une preuve."
    )


def test_an_action_that_moves_two_figures_is_counted_once(catalogue):
    verdicts = pd.concat(
        [told("stable"), told("rise", indicator="downloads", group="Un essai (téléchargements)")]
    )
    said = plain(narratives.actions.overview(verdicts, catalogue))
    assert "L’observatoire suit une action. La mesure suivie est en hausse" in said
    assert said.index("hausse") < said.index("stable")


def test_actions_of_one_verdict_are_counted_beside_the_first(catalogue):
    several = [told("stable", action=str(i), title=f"Essai « {i} »") for i in range(3)]
    said = plain(narratives.actions.overview(pd.concat(several), catalogue))
    assert said == (
        "L’observatoire suit 3 actions. La mesure suivie est stable après « Essai “0” » (BOAMP, "
        "visites) et 2 autres. Une évolution au même moment n’est pas une preuve."
    )


def test_no_action_and_an_action_without_series_are_said(catalogue):
    none = told("rise").head(0)
    assert narratives.actions.overview(none, catalogue) == "Aucune action n'est suivie."
    unseen = told("unknown", "series")
    lead = narratives.actions.overview(unseen, catalogue)
    assert lead.startswith("Aucune action n'est suivie. Faute de suite mensuelle")
    assert "« Un essai » (visites)" in narratives.actions.without_series(unseen, catalogue)
    assert narratives.actions.without_series(told("rise"), catalogue) == ""
    with pytest.raises(ObservError, match="no action is followed"):
        effect_table(unseen, frame(), catalogue, caption="Effets", label="tbl-effets")


def test_an_action_too_old_to_be_followed_is_told_and_not_passed_over(catalogue):
    since = date(2025, 10, 1)
    said = narratives.actions.too_old([action()], "2028-T3", catalogue)
    assert said == (
        "L'action « Un essai » (BOAMP, 16 juin 2025) n'est plus suivie ici, car elle date d'avant "
        "le 1er octobre 2025."
    )
    assert narratives.actions.too_old([action(date=since)], "2028-T3", catalogue) == ""
    both = [action(), action(title="Un autre")]
    assert narratives.actions.too_old(both, "2028-T3", catalogue).count("n'est plus suivie") == 2


def test_the_table_has_the_verdict_beside_the_intervals_and_says_their_level(catalogue):
    verdicts = told("rise", group_value=CONTROLLED, compared_with=("bodacc",))
    table = plain(
        effect_table(verdicts, frame(True), catalogue, caption="Effets", label="tbl-effets")
    )
    assert "| en hausse | +5,0 % (+4,0 à +6,0) | +5,0 % (+3,0 à +7,0) |" in table
    assert ": Effets {#tbl-effets}" in table and "Les intervalles, à 97,5 %, tiennent" in table
    early = effect_table(
        told("unknown", "after"), frame().head(0), catalogue, caption="E", label="tbl-e"
    )
    assert "| indéterminé (trop tôt) | – | – |" in plain(early)


def test_the_sheet_of_a_product_lists_what_was_done_on_it_alone_the_latest_first(catalogue):
    later = action(id="suite", title="Une suite", date=date(2026, 2, 1))
    other = action(id="autre", title="Un autre", product="legifrance")
    known = [action(), later, other]
    said = plain(
        narratives.actions.done_on("boamp", told("rise"), frame(), known, catalogue, alone)
    )
    first, second, _, more = said.split("\n")
    assert first == "- **Une suite** (1er février 2026). "
    assert second.startswith("- **Un essai** (16 juin 2025). Effet mesuré (visites) : en hausse,")
    assert "+5,0 % (+4,0 à +6,0)" in second and "actions.ipynb" in more
    assert (
        narratives.actions.done_on("bodacc", told("rise"), frame(), known, catalogue, alone) == ""
    )


def test_what_was_done_for_tasks_names_them_and_what_is_to_come_has_no_effect_yet(catalogue):
    done, other = action(tasks=["papiers", "suivi"]), action(id="autre", title="Un autre")
    later = action(id="suite", title="Une suite", date=date(2027, 2, 1), tasks=["suivi"])
    given = (told("rise"), frame(), [done, other], [later], catalogue, alone)
    first, second, _, more = plain(narratives.actions.done_for_tasks(*given)).split("\n")
    assert first == "- **Une suite** (1er février 2027). Pour « Suivre sa demande »."
    assert (
        "Pour « Refaire ses papiers d’identité » et « Suivre sa demande ». Effet mesuré" in second
    )
    assert "en hausse, +5,0 % (+4,0 à +6,0)" in second and "actions.ipynb" in more


def test_nothing_that_names_no_task_is_told_of_tasks(catalogue):
    given = (told("rise"), frame(), [action()], [], catalogue, alone)
    assert narratives.actions.done_for_tasks(*given) == ""


def test_a_curve_of_what_is_seen_stands_before_what_was_expected(catalogue):
    row = {"indicator": "action_course", "period": "2026-01", "unit": "visites", "n": 50}
    row["group"] = "Un essai"
    both = [{**row, "group_value": name, "estimate": 50.0} for name in (SEEN, UNCHANGED)]
    drawn = narratives.actions.courses(estimates.make(both))
    assert drawn["frame"]["group_value"].tolist() == [SEEN]
    assert drawn["behind"]["group_value"].tolist() == [UNCHANGED]


def test_an_effect_that_is_not_established_is_told_without_a_size(catalogue):
    known = [action()]
    verdicts = told("unknown", "precision")
    said = plain(narratives.actions.done_on("boamp", verdicts, frame(), known, catalogue, alone))
    assert "(visites) : on ne peut pas conclure." in said and "%" not in said
