"""The page in easy French says what the edition established, and nothing that is hard to read."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from tests.words import plain

from observlib import Study, estimates
from observlib.base.period import Quarter
from observlib.edition.make import told_on
from observlib.estimates import comparisons
from observlib.indicators import pairs as pair
from observlib.records.actions import Action
from observlib.themes import easy
from observlib.themes.easy import sentences

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "notebooks" / "facile.ipynb"
GLOSSARY = (ROOT / "reports" / "glossaire.qmd").read_text(encoding="utf-8")
NOW, THEN = "2026-T3", "2025-T3"
SURE = estimates.make([])  # no calculation is told of any mark


def row(indicator: str, value: float, period: str = NOW, **more: Any) -> dict[str, Any]:
    known = {"product": "boamp", "channel": "web", "device": "d", "unit": "visites"}
    return {"indicator": indicator, "estimate": value, "period": period, **known, **more}


def pairs(catalogue: Any, frame: pd.DataFrame) -> pd.DataFrame:
    return comparisons.make(pair.tested(catalogue, pair.counted(frame, Quarter.parse(NOW))))


def test_the_page_of_the_demonstration_is_easy_to_read(catalogue):
    text = told_on(nbformat.read(PAGE, as_version=4))
    text += "L'essentiel en français facile\nQue font et que disent ceux qui les utilisent ?"
    assert list(easy.faults(text, easy.names(catalogue), easy.terms(GLOSSARY))) == []
    assert len(easy.sentences_of(text)) > 40


@pytest.mark.parametrize("key", sentences.TEXTS)
def test_no_line_that_data_may_call_for_stops_the_page_for_a_hard_word(key):
    line = re.sub(r"\{[^}]*\}", "cela", sentences.TEXTS[key])
    assert list(easy.faults(line, terms_=easy.terms(GLOSSARY))) == []


@pytest.mark.slow
@pytest.mark.parametrize("quarter", ["2025-T4"])
def test_what_other_quarters_would_say_is_easy_too(demonstration, catalogue, quarter):
    study = Study(quarter, str(demonstration))
    say, families = study.say.easy, ("visits", "satisfaction", "surveys", "contacts")
    now = study.estimates(*families, period=quarter, group="")
    moved = study.comparisons("visits", "satisfaction", against="before")
    heard = study.estimates("contacts", "user_tests", group=["theme", "problem"])
    sure = study.calculations
    said = [
        say.headline(study.main_points, sure), say.changes(study.main_points, sure), say.period(),
        say.visits(now, moved), say.marks(now, moved, sure), say.success(now), say.answers(now),
        say.difficulties(heard), say.done(study.words("actions", "verdicts")), say.following(),
    ]  # fmt: skip
    text = "Un **usager** parle.\n\n" + "\n\n".join(said)
    assert list(easy.faults(text, easy.names(catalogue), easy.terms(GLOSSARY))) == []
    assert "visites" in text


def test_it_tells_the_main_points_of_the_front_page_and_in_their_order(demonstration):
    study = Study(NOW, str(demonstration))
    told = plain(study.say.easy.changes(study.main_points, study.calculations))
    names = [study.catalogue.label(product) for product in study.main_points["product"].unique()]
    assert [block.split("**")[1] for block in told.split("\n\n")] == names
    assert told.count("La note est plus haute") == 1
    assert "abonnés" not in told, "their number falls by as much in other years"


def test_a_change_that_chance_may_have_made_is_not_told(catalogue):
    *earlier, _ = map(str, Quarter.parse(NOW).back(13))
    for usual, is_told in ((1.1, False), (1.0, True)):  # times as many in every other year
        counts = [1e6 * usual ** (place // 4 % 2) for place in range(12)]
        known = [row("visits", x, period) for x, period in zip(counts, earlier, strict=True)]
        frame = estimates.make([*known, row("visits", 1.1e6)])
        said = sentences.visits(frame, pairs(catalogue, frame), catalogue, NOW)
        assert ("C'est plus" in said) == is_told


def test_nothing_established_is_said_and_not_left_out(catalogue):
    nothing = comparisons.make(None)
    assert sentences.headline(nothing, SURE, catalogue) == sentences.changes(
        nothing, SURE, catalogue
    )


@pytest.mark.parametrize(
    ("share", "words"),
    [(3.0, "Presque personne"), (62.0, "Environ 6 personnes sur 10"),
     (97.0, "Presque tout le monde")],
)  # fmt: skip
def test_a_share_is_told_of_ten_persons_and_without_percent(catalogue, share, words):
    said = sentences.success(
        estimates.make([row("task_success_share", share, unit="%")]), catalogue, NOW
    )
    assert words in plain(said) and "%" not in said


def test_a_mark_that_may_not_be_told_is_not(catalogue):
    weak = estimates.make([row("satisfaction_10", 7.0, unit="sur 10", status="low_base")])
    assert not sentences.marks(weak, comparisons.make(None), SURE, catalogue, NOW)


def of_each(catalogue: Any, indicator: str, values: list[float], **more: Any) -> pd.DataFrame:
    products = list(catalogue.products)[: len(values)]
    rows = zip(products, values, strict=True)
    return estimates.make(row(indicator, x, product=one, **more) for one, x in rows)


def test_of_six_services_only_the_ends_are_told_and_how_many_services_are_at_each(catalogue):
    shares = of_each(catalogue, "task_success_share", [52.0, 61, 70, 62, 48, 63], unit="%")
    said = sentences.success(shares, catalogue, NOW)
    third = catalogue.label(list(catalogue.products)[2])
    done = "personnes sur 10 ont réussi à faire ce qu'elles voulaient."
    assert plain(said).split("\n\n") == [
        "**6 services**\\\nNous disons ici le plus bas, puis le plus haut.",
        f"**2 services**\\\nEnviron 5 {done}",
        f"**{third}**\\\nEnviron 7 {done}",
    ]
    assert list(easy.faults(said, easy.names(catalogue))) == []
    assert sentences.success(shares[:5], catalogue, NOW).count("**") == 10


def test_of_six_services_the_marks_that_moved_are_counted(catalogue):
    known = {"unit": "sur 10", "n": 200, "device": "enquete-service-public"}
    known |= {"ci_low": 6.8, "ci_high": 7.2}
    marks = of_each(catalogue, "satisfaction_10", [7.0] * 6, **known)
    nothing = comparisons.make(None)
    assert plain(sentences.marks(marks, nothing, SURE, catalogue, NOW)) == (
        "**6 services**\\\nLa note est environ 7 sur 10."
    )
    then = marks.assign(period=THEN, ci_low=6.6, ci_high=7.4)
    then.loc[:1, ["estimate", "ci_low", "ci_high"]] = 5.0, 4.8, 5.2
    frame = pd.concat([then, marks])
    moved = comparisons.make(pair.tested(catalogue, pair.between(frame, catalogue, NOW, THEN)))
    assert plain(sentences.marks(marks, moved, SURE, catalogue, NOW)).split("\n\n")[1:] == [
        "**2 services**\\\nLa note est plus haute qu'il y a un an.",
        "**4 services**\\\nNous ne savons pas si la note a changé.",
    ]


def test_of_six_lines_the_calls_that_were_answered_are_told_and_not_how_many_came(catalogue):
    calls = of_each(catalogue, "calls_offered", [900.0] * 6, channel="phone", unit="appels")
    rates = of_each(catalogue, "answer_rate", [86.0] * 6, channel="phone", unit="%")
    told = "**6 services**\\\nNous avons répondu à environ 9 appels sur 10."
    assert plain(sentences.answers(pd.concat([calls, rates]), catalogue, NOW)) == told
    assert sentences.answers(calls, catalogue, NOW) == ""


@pytest.mark.skipif(not easy.can_check(), reason="needs simplemma")
def test_what_six_services_have_in_common_is_told_once_the_most_common_first(catalogue):
    common: dict[str, Any] = {"group": "theme", "group_value": "T", "unit": "%"}
    topics = of_each(catalogue, "call_theme_share", [30.0] * 6, **common)
    topics["group_value"] = ["Un problème", *["Papiers d'identité"] * 5]
    first = catalogue.label(next(iter(catalogue.products)))
    assert plain(sentences.difficulties(topics, catalogue, NOW)) == (
        "**5 services**\\\nBeaucoup de personnes appellent pour : papiers d'identité.\n\n"
        f"**{first}**\\\nBeaucoup de personnes appellent pour : un problème."
    )


def test_a_title_that_is_hard_to_read_is_left_out_but_the_change_is_told(catalogue):
    def told(title: str) -> str:
        action = Action.model_validate(
            {"id": "a", "title": title, "product": "boamp", "date": date(2026, 2, 1), "done": "D.",
             "expected": [{"indicator": "visits", "direction": "up"}], "contact": "pôle"}
        )  # fmt: skip
        verdict = {"action": "a", "verdict": "unknown", "direction": "up"}
        return sentences.done(pd.DataFrame([verdict]), [action], catalogue, NOW)

    assert "Le menu est plus clair" in told("Le menu est plus clair")
    hard = told("Les microservices sont mutualisés")
    assert "microservices" not in hard and "Depuis février 2026, ce service a changé." in hard


@pytest.mark.parametrize("services", [1, 6])
def test_who_reads_easy_french_is_told_of_a_change_that_is_fragile(catalogue, services):
    known = {"unit": "sur 10", "n": 2000, "n_eff": 2000}
    marks = of_each(
        catalogue, "satisfaction_10", [8.0] * services, ci_low=7.9, ci_high=8.1, **known
    )
    then = marks.assign(period=THEN, estimate=7.0, ci_low=6.9, ci_high=7.1)
    frame = pd.concat([then, marks])
    moved = comparisons.make(pair.tested(catalogue, pair.between(frame, catalogue, NOW, THEN)))
    first = {"product": marks["product"].iat[0], "unit": "calculs"}
    sure = estimates.make(
        row(name, x, **first)
        for name, x in (("specifications", 54.0), ("specifications_held", 20.0))
    )
    doubt = sentences.TEXTS["fragile"]
    for told in (
        sentences.headline(moved.head(1), sure, catalogue),
        sentences.changes(moved, sure, catalogue),
        sentences.marks(marks, moved, sure, catalogue, NOW),
    ):
        assert plain(told).count(doubt) == 1
    assert doubt not in plain(sentences.marks(marks, moved, SURE, catalogue, NOW))
