"""A survey's own weights: the figures are those that R's package `survey` makes of them."""

import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest
from tests.themes.surveys.people import MARGINS, YEAR, responses
from tests.words import plain

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.themes.surveys import sentences, weighted

R = """
suppressMessages(library(survey))
people <- read.csv(commandArgs(TRUE)[1])
n <- nrow(people)
margins <- c("(Intercept)" = 1, agejeune = 0.3, agevieux = 0.3, sexHomme = 0.48) * sum(people$w)
own <- svydesign(ids = ~1, weights = ~w, data = people)
designs <- list(own = own, raked = calibrate(own, ~age + sex, margins, calfun = "raking",
                                             epsilon = 1e-12))
models <- list(own = y ~ 1, raked = y ~ age + sex)
student <- qt(0.975, n - 1)
for (name in names(designs)) {
  w <- weights(designs[[name]])
  # the mean of y, and its error by residuals of the regressions that leave each person out
  told <- function(y) {
    fitted <- lm(models[[name]], weights = w, data = transform(people, y = y))
    left <- w * resid(fitted) / (1 - hatvalues(fitted)) / sum(w)
    c(sum(w * y) / sum(w), sqrt(n / (n - 1) * sum((left - mean(left))^2)))
  }
  ends <- function(m, se, most) {
    odds <- qlogis(m / most)
    most * plogis(odds + c(-1, 1) * student * se / (m * (1 - m / most)))
  }
  mean <- told(people$satisfaction)
  share <- told(people$satisfied)
  spread <- sum(w * (people$satisfaction - mean[1])^2) / sum(w) * n / (n - 1)
  cat(name, sprintf("%.15g", c(
    mean[1], ends(mean[1], mean[2], 10), spread / mean[2]^2, 100 * share[1],
    100 * ends(share[1], share[2], 1), n * sum(w^2) / sum(w)^2)), "\\n")
}
"""
FIGURES = ["mean", "low", "high", "n_eff", "share", "share_low", "share_high", "effect"]


def sample(n: int = 400, seed: int = 3) -> pd.DataFrame:
    """People of three ages and two sexes, with weights that go with what they answer."""
    chance = np.random.default_rng(seed)
    age = chance.choice(["jeune", "adulte", "vieux"], n, p=[0.2, 0.3, 0.5])
    base = pd.Series(age).map({"jeune": 4, "adulte": 6, "vieux": 8}).to_numpy()
    return pd.DataFrame(
        {
            "age": age,
            "sex": chance.choice(["Femme", "Homme"], n, p=[0.4, 0.6]),
            "satisfaction": (base + chance.integers(-3, 3, n)).clip(0, 10),
            "weight": (chance.lognormal(0, 0.3, n) + 0.4).round(4),
        }
    )


def weigh(people: pd.DataFrame, catalogue: Catalogue) -> tuple[weighted.Weighed, ...]:
    return weighted.weighed(responses(people), MARGINS, catalogue, YEAR)


def mark(surveys: tuple[weighted.Weighed, ...], indicator: str, how: str) -> pd.Series:
    told = weighted.marks(surveys).set_index(["indicator", "group_value"])
    return pd.Series(told.loc[(indicator, how)])


def cost(surveys: tuple[weighted.Weighed, ...]) -> pd.DataFrame:
    return weighted.report(surveys).set_index(["indicator", "group_value"])


@pytest.mark.slow
def test_figures_are_those_of_r_alone_or_with_margins(tmp_path, catalogue):
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed")
    people = sample()
    satisfied = (people["satisfaction"] >= 7.5).astype(int)
    people.rename(columns={"weight": "w"}).assign(satisfied=satisfied).to_csv(tmp_path / "a.csv")
    (tmp_path / "a.R").write_text(R, encoding="utf-8")
    command = ["Rscript", "--vanilla", str(tmp_path / "a.R"), str(tmp_path / "a.csv")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if "there is no package" in done.stderr:
        pytest.skip("R's package survey is not installed")
    told = {name: dict(zip(FIGURES, map(float, of), strict=True)) for name, *of in
            map(str.split, done.stdout.splitlines())}  # fmt: skip
    for name, given in (("own", people.drop(columns=["age", "sex"])), ("raked", people)):
        known, found = told[name], weigh(given, catalogue)
        assert found[0].calibration is not None and not found[0].calibration.trimmed
        row = mark(found, "satisfaction_10", weighted.WEIGHTED)
        assert row["estimate"] == pytest.approx(known["mean"], rel=1e-7)
        assert row[["ci_low", "ci_high"]].tolist() == pytest.approx(
            [known["low"], known["high"]], rel=1e-7
        )
        assert row["n_eff"] == pytest.approx(known["n_eff"], rel=1e-6)
        share = mark(found, "satisfied_share", weighted.WEIGHTED)
        assert share["estimate"] == pytest.approx(known["share"], rel=1e-7)
        assert share[["ci_low", "ci_high"]].tolist() == pytest.approx(
            [known["share_low"], known["share_high"]], rel=1e-6
        )
        effect = cost(found).loc[("weighting_design_effect", ""), "estimate"]
        assert effect == pytest.approx(known["effect"], rel=1e-6)


def test_own_weights_alone_give_the_weighted_mean_and_are_not_cut(catalogue):
    people = sample().drop(columns=["age", "sex"])
    people.loc[7, "weight"] = 40.0  # far beyond five times the mean: it is the institute's choice
    found = weigh(people, catalogue)
    row = mark(found, "satisfaction_10", weighted.WEIGHTED)
    expected = np.average(people["satisfaction"], weights=people["weight"])
    assert row["estimate"] == pytest.approx(expected, rel=1e-12)
    raw = mark(found, "satisfaction_10", weighted.RAW)
    assert raw["estimate"] == pytest.approx(people["satisfaction"].mean())
    own = people["weight"] / people["weight"].mean()
    told = cost(found)["estimate"]
    assert told["weighting_most", ""] == pytest.approx(own.max())
    assert told["weighting_own_effect", ""] == pytest.approx((own**2).mean())
    assert told["weighting_design_effect", ""] == pytest.approx((own**2).mean())
    assert set(cost(found).index.get_level_values(1)) == {""}  # no margin is told
    assert weighted.marks_of_groups(found).empty


def test_margins_are_met_from_the_survey_s_own_weights(catalogue):
    people = sample()
    (found,) = weigh(people, catalogue)
    assert found.calibration is not None
    own = people["weight"] / people["weight"].mean()
    in_order = own[found.people.index.astype(int)].to_numpy()
    assert found.calibration.start == pytest.approx(in_order)
    told = cost((found,))["estimate"]
    assert told["weighting_before", "vieux"] == pytest.approx(
        100 * own[people["age"] == "vieux"].sum() / len(people)
    )
    assert told["weighting_after", "vieux"] == pytest.approx(30)


def test_the_scale_of_own_weights_changes_nothing_and_equal_ones_are_none(catalogue):
    people = sample()
    once = weighted.marks(weigh(people, catalogue))
    large = people.assign(weight=people["weight"] * 15_000)
    pd.testing.assert_frame_equal(once, weighted.marks(weigh(large, catalogue)))
    none = weighted.marks(weigh(people.assign(weight=np.nan), catalogue))
    equal = weighted.marks(weigh(people.assign(weight=7.0), catalogue))
    pd.testing.assert_frame_equal(none, equal)
    assert not once.equals(none)
    assert "weighting_own_effect" not in cost(weigh(people.assign(weight=np.nan), catalogue)).index


def test_who_has_no_weight_is_in_neither_figure(catalogue):
    people = sample()
    others = sample(60, seed=4).assign(weight=np.nan, satisfaction=lambda x: x["satisfaction"] % 3)
    both = pd.concat([people, others], ignore_index=True)
    for columns in ([], ["age", "sex"]):
        alone, found = (weigh(x.drop(columns=columns), catalogue) for x in (people, both))
        pd.testing.assert_frame_equal(weighted.marks(alone), weighted.marks(found))
        assert len(found[0].own) == 400


def test_too_few_own_weights_make_no_figure_and_the_page_says_why(catalogue):
    found = weigh(sample(99).drop(columns=["age", "sex"]), catalogue)
    assert weighted.marks(found).empty
    told = weighted.report(found)
    assert told["indicator"].tolist() == ["weighting_effective_n", "weighting_own_effect"]
    said = sentences.weighted(weighted.pairs(found), told, estimates.make([]), catalogue)
    assert "Trop peu de répondants (100) ont un poids" in said
    assert weighted.marks(weigh(sample(100).drop(columns=["age", "sex"]), catalogue)).shape[0] == 4


def test_the_page_says_that_the_survey_s_weights_are_used(catalogue):
    for columns, start, end in (
        (["age", "sex"], "Avec les poids de l'enquête, la note de satisfaction serait de",
         "Ces poids corrigent ce dont a tenu compte qui a fait l'enquête."),
        ([], "Avec l'âge et le sexe de la population, la note de satisfaction serait de",
         "Le calcul part des poids que l'enquête donne elle-même. Le calcul ne tient pas compte de "
         "la région"),
    ):  # fmt: skip
        found = weigh(sample().drop(columns=columns), catalogue)
        compared = weighted.pairs(found).assign(
            difference=-0.5, difference_low=-0.9, difference_high=-0.1, verdict="fall", level=0.95
        )
        told = weighted.report(found)
        said = sentences.weighted(compared, told, estimates.make([]), catalogue)
        text = plain(said)
        assert text.startswith(start) and end in text and "au lieu de" in text
        assert "Ce calcul porte sur les 400 réponses à cette question de ceux" in text
        assert (
            "L'enquête donne elle-même un poids"
            in catalogue.indicators["weighting_own_effect"].method
        )
